#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# FRR as Debian has it (zebra, ospf6d, bgpd, bfdd). It learns the route of an address, tells other routers of it,
# and withdraws it. lib/sites.sh draws the topology; the configuration is that of daemons/frr-*.conf.
# cpus: 2
# kernels: 6.1 6.12
# (What the module does for daemons is in daemon_announce.sh, on the debug kernel as well.)
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/sites.sh"

FRR=/usr/lib/frr

# frr_start NAME DAEMON...: on each node, beside zebra; vtysh gives them their configuration.
frr_start() {
	local daemon dir name=$1 node own
	shift

	# the daemons give up root's rights, and must still get to their directories
	chmod 711 "$T_DIR"
	for node in $SITES_NODES; do
		dir=$T_DIR/$node
		mkdir -p "$dir"
		chown frr:frr "$dir"
		for daemon in zebra "$@"; do
			: >"$dir/$daemon.conf"
			own=()
			[[ $daemon != bfdd ]] || own=(--bfdctl "$dir/bfdd.sock")
			# else it deletes a route from the kernel before it adds the next
			[[ $daemon != zebra ]] || own=(--v6-rr-semantics)
			background "$daemon-$node" "$node" $FRR/"$daemon" -f "$dir/$daemon.conf" -i "$dir/$daemon.pid" \
				-z "$dir/zserv.api" --vty_socket "$dir" --vty_port 0 "${own[@]}"
			wait_for "$daemon on $node" 60 test -S "$dir/$daemon.vty"
		done
		site_config "$node" "$name" >"$dir/frr.conf"
		vtysh --vty_socket "$dir" -f "$dir/frr.conf"
	done
}

frr_stop() {
	local daemon node

	for node in $SITES_NODES; do
		for daemon in "$@" zebra; do
			stop "$daemon-$node"
		done
		rm -rf "${T_DIR:?}/$node"
	done
}

peer_start watch.py
make_sites
for node in h1 h2; do
	nsip $node anycast add $A dev uplink service udp/7,tcp/7
done
must "frr, ospf: begins" frr_start frr-ospf ospf6d bfdd
site_cases "frr, ospf"
t_run "frr, ospf: ends" frr_stop ospf6d bfdd
must "frr, bgp: begins" frr_start frr-bgp bgpd bfdd
site_cases "frr, bgp"
t_run "frr, bgp: ends" frr_stop bgpd bfdd
site_figures
t_done
