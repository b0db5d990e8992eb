#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A static address in a prefix of the device, on a host and on a router. Every kind of packet gets to sockets,
# answers have the right source, and an address that was not configured is not answered.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host
#     ::2                                ::1, anycast ::a
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"

UNICAST=2001:db8:1::1
A=2001:db8:1::a

not_configured() {
	refute peer ping client "$A" wait=0.3
	refute peer tcp client "$A" 7 10 wait=0.3
}

configured() {
	nsip host anycast add "$A" dev h0
	is "$(members host)" "$A h0 up join"
	is "$(kernel_anycast host)" "h0 20010db800010000000000000000000a 1"
	[[ $(nsip host -6 route show table local) == *"anycast $A dev h0"* ]]
}

host_route() {
	is "$(nsip host -6 -j route show table local to exact $A | jq -r '.[] | "\(.type) \(.dst) \(.dev)"')" "anycast $A h0"
}

# RFC 2373 forbade anycast addresses as a source, and on hosts. RFC 4291 does not.
as_source() {
	peer serve client udp :: 7
	is "$(peer udp host 2001:db8:1::2 7 100 freebind src="$A")" 2001:db8:1::2
}

counted() {
	local before after

	before=$(query host packets -s anycast show "$A")
	peer ping client "$A"
	peer ping client "$A"
	after=$(query host packets -s anycast show "$A")
	is $((after - before)) 2
}

# The client also has to solicit it to reach it, which deliver_nd.sh looks at.
no_dad() {
	capture_start dad client c0 icmp6
	nsip host anycast add 2001:db8:1::dad dev h0
	peer ping client 2001:db8:1::dad
	capture_stop dad
	[[ $(capture_show dad) == *"2001:db8:1::dad"* ]]
	refute grep ":: > ff02::1:ff00:dad" <(capture_show dad)
	refute grep tentative <(nsip host -6 address show)
}

deleted() {
	nsip host anycast flush
	unreached client "$A"
	is "$(kernel_anycast host)" ""
	refute nsip host link show anycast0
	refute grep "$A" <(nsip host -6 route show table all)
}

a_router() {
	make_link
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1
	serve_all host
	nsip host anycast add "$A" dev h0
}

peer_start
make_link
serve_all host
t_run "RFC4291-2.6-explicit: an address that is not configured is not answered" not_configured
t_run "RFC4291-2.8: a host holds what is configured on it" configured
t_run "RFC4291-2.6-hostroute: it has a host route of its own" host_route
deliveries host $A $UNICAST
t_run "RFC4291-source: it may be the source of a packet" as_source
t_run "packets are counted" counted
t_run "RFC4862-5.4: no duplicate address detection" no_dad
t_run "RFC4291-2.6-explicit: not answered once it is deleted" deleted

ns_del host client
t_run "RFC4291-2.8: a router holds what is configured on it" a_router
deliveries router "$A" "$UNICAST"
t_done
