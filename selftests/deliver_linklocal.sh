#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A link-local anycast address that is configured on two links is two addresses, and each of them is reached over
# its own link.
#
#   client (c0) --- (h0) host (h1) --- (d0) other
#                    fe80::a   fe80::a
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"

A=fe80::a

needs_dev() { refused "needs a device" nsip host anycast add "$A"; }

one_link() {
	refute peer ping client "$A%c0" wait=0.3
	nsip host anycast add "$A" dev h0
	is "$(members host)" "$A h0 up join"
	reached client "$A%c0" "$(lladdr host h0)"
	unreached other "$A%d0"
}

two_links() {
	nsip host anycast add "$A" dev h1
	is "$(members host)" "$A h0 up join"$'\n'"$A h1 up join"
	reached client "$A%c0" "$(lladdr host h0)"
	reached other "$A%d0" "$(lladdr host h1)"
}

bound() {
	peer serve host udp "$A%h1" 8 freebind
	peer serve host tcp "$A%h1" 8 freebind
	is "$(peer udp other "$A%d0" 8 100)" "$A"
	is "$(peer tcp other "$A%d0" 8 100)" 100
	# the address of the other link is another one: nothing answers at this port
	refute peer udp client "$A%c0" 8 100 wait=0.3
	refused refused peer tcp client "$A%c0" 8 100
}

pktinfo() {
	peer serve host udp :: 9 pktinfo
	is "$(peer udp client "$A%c0" 9 100)" "$A"
	is "$(peer udp other "$A%d0" 9 100)" "$A"
}

large() {
	is "$(peer tcp client "$A%c0" 7 200000)" 200000
	is "$(peer udp other "$A%d0" 7 20000)" "$A"
}

itself() {
	is "$(peer tcp host "$A%h0" 7 1000)" 1000
	is "$(peer tcp host "$A%h1" 7 1000)" 1000
	peer ping host "$A%h0"
	peer udp host "$A%h1" 7 100
}

one_goes() {
	nsip host anycast del "$A" dev h0
	is "$(members host)" "$A h1 up join"
	unreached client "$A%c0"
	reached other "$A%d0" "$(lladdr host h1)"
	nsip host anycast del "$A" dev h1
	unreached other "$A%d0"
	is "$(nsip host anycast show)" ""
}

router() {
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip host anycast add "$A" dev h0
	nsip host anycast add "$A" dev h1
	reached client "$A%c0" "$(lladdr host h0)"
	reached other "$A%d0" "$(lladdr host h1)"
	nsip host anycast flush
}

peer_start
ns_make client host other
link_veth client c0 host h0
link_veth other d0 host h1
serve_all host
for place in "client c0" "host h0" "host h1" "other d0"; do
	# shellcheck disable=SC2086
	wait_for "the link-local address of $place" 10 linklocal_usable $place
done
t_run "a link-local address needs a device" needs_dev
t_run "ping, UDP and TCP over one link" one_link
t_run "the same address on two links" two_links
t_run "a server on the address of one link" bound
t_run "a server that answers by IPV6_PKTINFO" pktinfo
t_run "200 kB of TCP, UDP in fragments" large
t_run "from the host itself" itself
t_run "the address of one link goes" one_goes
t_run "on a router" router
t_done
