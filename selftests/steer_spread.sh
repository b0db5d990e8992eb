#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two routers side by side get the fragments of one datagram, each some of them. An address with one member gets them
# all. With several members nobody gets any: each router waits for the rest, and gives up. In no case do fragments of
# a datagram come to two members.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (m0) one (m1)
#     ::2  (c1)                       ::f           (r2) --- 2001:db8:2::/64 --- (m0) two (m1)
#            |                                   ::f                            ::1
#            +----- 2001:db8:d::/64 --- (s0) second (s1) --- 2001:db8:3::/64 --- (m1) one
#                                     ::f           (s2) --- 2001:db8:4::/64 --- (m1) two
#                                                ::f                            ::1
# kernels: 6.1 6.12
# (To the module this is what steer_fragments.sh does on the debug kernel.)
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

# After how many seconds incomplete datagrams are given up.
PATIENCE=2

make_second() {
	local name i=2

	ns_make second
	ns second sysctl -qw net.ipv6.conf.all.forwarding=1
	link_veth client c1 second s0
	addr_add client c1 2001:db8:d::2/64
	addr_add second s0 2001:db8:d::f/64
	for name in one two; do
		i=$((i + 1))
		link_veth second s$((i - 2)) $name m1
		addr_add second s$((i - 2)) 2001:db8:$i::f/64
		addr_add $name m1 2001:db8:$i::1/64
		nsip $name -6 route add 2001:db8:d::/64 via 2001:db8:$i::f
	done
}

# begin MEMBER...: both routers have these, one and two.
begin() {
	local name

	nsip router anycast flush
	nsip second anycast flush
	for name; do
		case $name in
		one) nsip router anycast add $A via $ONE && nsip second anycast add $A via 2001:db8:3::1 ;;
		two) nsip router anycast add $A via $TWO && nsip second anycast add $A via 2001:db8:4::1 ;;
		esac
	done
	by second
	steered client
	by router
	steered client
	watch_members
	peer watch one one-too m1
	peer watch two two-too m1
	peer watch client client c0
}

# by ROUTER: the client's packets to the address go there.
by() {
	case $1 in
	router) nsip client -6 route replace $A via 2001:db8:c::f dev c0 ;;
	second) nsip client -6 route replace $A via 2001:db8:d::f dev c1 ;;
	esac
}

# spread PORT ID FIRST REST: the first of three fragments goes by one router, the others by the other one. Turned
# round, the rest is there before the first.
spread() {
	by router
	peer pieces client $CLIENT $A "$1" 7 "$3" mute id="$2"
	by second
	peer pieces client $CLIENT $A "$1" 7 "$4" mute id="$2"
	by router
}

# came NAME: the fragments that came to a member, how many.
came() { words "$(peer seen "$1" "$1" "^$CLIENT>$A/.*/frag-" "${@:2}") $(peer seen "$1" "$1-too" "^$CLIENT>$A/.*/frag-" "${@:2}")"; }

answered() { peer seen client client "^$A>$CLIENT/.*/frag-" least=1; }

lone() {
	begin one
	spread "$1" 901 "$2" "$3"
	wait_for "all fragments" 10 eval '(($(came one) == 3))'
	answered
	is "$(came two)" 0
}

# The first fragment of a datagram is enough to remember its flow.
lone_pinned() {
	begin one
	is "$(peer pieces client $CLIENT $A "$1" 7 2,0,1)" one
	[[ $(flows router) == *"$CLIENT udp $1 $ONE "* ]]
	# a member that is nearer has new flows, and not this one
	nsip router -batch - <<-END
		anycast add $A via $TWO metric 1
		anycast change $A via $ONE metric 2
	END
	is "$(peer pieces client $CLIENT $A "$1" 7 2,0,1)" one
	is "$(peer pieces client $CLIENT $A $(($1 + 1)) 7 2,0,1)" two
}

# A member that is down takes no fragments: they go where the router's routes lead, here nowhere.
lone_down() {
	begin one
	nsip router link set r1 down
	wait_for "the member to be down" 20 eval "[[ \$(member_states router) == *down* ]]"
	is "$(peer pieces client $CLIENT $A "$1" 7 0,1,2 wait=0.5)" "-"
	nsip router link set r1 up
	addr_add router r1 2001:db8:1::f/64 || true
}

several() {
	begin one two
	spread "$1" 902 "$2" "$3"
	# the router that has the first one tells, when it has waited for long enough
	peer seen client client ">$CLIENT/.*/error-3-1-0\[$CLIENT>$A/" least=1 wait=30
	is "$(came one)" 0
	is "$(came two)" 0
	# a datagram that is whole at one of them goes on as ever
	[[ $(peer pieces client $CLIENT $A "$1" 7 1,2,0) == @(one|two) ]]
}

peer_start wire.py
make_members || exit
make_client || exit
make_second || exit
begin one
for name in router second; do
	ns $name sysctl -qw net.netfilter.nf_conntrack_frag6_timeout=$PATIENCE
done
t_run "one member: the first fragment goes by one router, the rest by the other" lone 40001 0 1,2
t_run "one member: the last fragment goes by one router, the rest by the other" lone 40002 2 0,1
t_run "one member: a flow of fragments stays when another member comes" lone_pinned 40011
t_run "one member, which is down" lone_down 40021
t_run "several members: the first fragment goes by one router, the rest by the other" several 40031 0 1,2
t_run "several members: the first two fragments go by one router" several 40032 0,1 2
t_done
