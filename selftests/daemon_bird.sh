#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# BIRD 2 as Debian has it, by OSPFv3 and by BGP. It learns the route of an address, tells other routers of it, and
# withdraws it. lib/sites.sh draws the topology; the configuration is that of daemons/bird-*.conf.
# cpus: 2
# kernels: 6.1 6.12
# (What the module does for daemons is in daemon_announce.sh, on the debug kernel as well.)
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/sites.sh"

# bird_start NAME: start BIRD on each node, with the configuration NAME.
bird_start() {
	local node

	for node in $SITES_NODES; do
		site_config "$node" "$1" >"$T_DIR/$node.conf"
		bird -p -c "$T_DIR/$node.conf"
		background "bird-$node" "$node" bird -f -c "$T_DIR/$node.conf" -s "$T_DIR/$node.ctl" -P "$T_DIR/bird-$node.own"
	done
}

bird_stop() {
	local node

	for node in $SITES_NODES; do
		stop "bird-$node"
	done
}

# Routes that others have put into the kernel's table are not told to other routers.
only_ours() {
	nsip h1 -6 route add 2001:db8:e::/64 dev uplink metric 5
	nsip h1 anycast add 2001:db8:53::54
	wait_for "the second address" 60 eval "nsip r1 -6 route get 2001:db8:53::54 | grep -q 'dev host'"
	refute eval "nsip r1 -6 route show | grep 2001:db8:e::"
	nsip h1 -6 route del 2001:db8:e::/64 dev uplink metric 5
	nsip h1 anycast del 2001:db8:53::54
	wait_for "its end" 60 eval "! nsip r1 -6 route get 2001:db8:53::54 | grep -q 'dev host'"
}

peer_start watch.py
make_sites
for node in h1 h2; do
	nsip $node anycast add $A dev uplink service udp/7,tcp/7
done
for way in ospf bgp; do
	must "bird, $way: begins" bird_start bird-$way
	site_cases "bird, $way"
	t_run "bird, $way: others' routes are not told" only_ours
	t_run "bird, $way: ends" bird_stop
done
site_figures
t_done
