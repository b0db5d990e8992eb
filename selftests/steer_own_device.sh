#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Programs of the router that name the device by which their packets are to leave: whichever way they say it, that
# device is kept, as it is for a socket that is bound to one. All others get a member.
#
#   router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1
#          (r2) --- 2001:db8:2::/64 --- (m0) two   ::1
#
# one is the nearest member. By the router's own routes to the address packets come to two, or by r1 to one.
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

TABLE=10
# What the router itself has on the link of two.
ROUTER=2001:db8:2::f

# goes WHO PROTO [OPTION...]: an own flow, three packets at least, and the next one.
goes() {
	is "$(peer open router own "$2" $A 7 "${@:3}")" "$1"
	is "$(peer say router own)" "$1"
	is "$(peer say router own size=3000)" "$1"
	peer close router own
}

# pings WHO [OPTION...]: so do echo requests.
pings() { is "$(peer ping router $A "${@:2}")" "$1"; }

# The control, and what all this is measured by.
nobody_says() {
	goes one udp
	goes one tcp
	goes one udp src=$ROUTER
	goes one udp connected
	pings $ONE
}

bound() {
	goes two udp dev=r2
	goes two tcp dev=r2
	pings $TWO dev=r2
}

unicast_if() {
	goes two udp unicast_if=r2
	goes two udp unicast_if=r2 connected
	goes one udp unicast_if=r1
	pings $TWO unicast_if=r2
	# the kernel does not ask for it: TCP has SO_BINDTODEVICE alone
	goes one tcp unicast_if=r2
}

# With a source, the kernel's route to the own device is found in spite of the device.
unicast_if_source() {
	goes two udp unicast_if=r2 src=$ROUTER
	goes two udp unicast_if=r2 src=2001:db8:1::f
	goes one udp unicast_if=r1 src=$ROUTER
}

sticky() {
	goes two udp sticky=r2
	goes two udp sticky=r2 connected
	goes one udp sticky=r1
	pings $TWO sticky=r2
}

sticky_source() { goes two udp sticky=r2 src=$ROUTER; }

message() {
	goes two udp message=r2
	goes one udp message=r1
	# the socket says something else, which the message overrides
	goes two udp message=r2 unicast_if=r1
	goes one udp message=r1 unicast_if=r2
}

# A device by which no route leads to the address: the kernel refuses it, as it does without the module.
no_route() {
	refused "unreachable" peer open router own udp $A 7 dev=r3
	refused "unreachable" peer open router own udp $A 7 unicast_if=r3
	# with a source, the kernel takes it for a wish
	goes one udp unicast_if=r3 src=2001:db8:3::f
}

# The rule for local addresses is not the first one: a packet with a mark has its route by a rule, and named no
# device.
by_rule() {
	nsip router -6 -batch - <<-END
		rule add pref 32765 table local
		rule del pref 0
		rule add fwmark 5 pref 100 lookup 50
		route add $A via $TWO dev r2 table 50
	END
	goes one udp
	goes one udp mark=5
	goes two udp unicast_if=r2
	nsip router -6 -batch - <<-END
		rule add pref 0 table local
		rule del pref 32765
		rule del pref 100
		route flush table 50
	END
}

# A policy for what leaves by r2 sees that it does.
policy() {
	nsip router xfrm policy add dir out src ::/0 dst $A/128 dev r2 action block priority 1
	refused "" peer open router own udp $A 7 unicast_if=r2 src=$ROUTER wait=1
	refused "" peer open router own udp $A 7 unicast_if=r2 wait=1
	goes one udp src=$ROUTER
	nsip router xfrm policy flush
}

# The router serves the address itself: its own packets are its own, but for those that name a device.
served_here() {
	nsip router -batch - <<-END
		anycast add $A
	END
	is "$(peer open router own udp $A 7)" here
	goes two udp unicast_if=r2
	goes two udp message=r2
	nsip router anycast del $A
}

vrf() {
	nsip router -batch - <<-END
		anycast flush
		link add red type vrf table $TABLE
		link set red up
		link set r1 master red
		link set r2 master red
		address replace 2001:db8:1::f/64 dev r1 nodad
		address replace 2001:db8:2::f/64 dev r2 nodad
		route add $A via $TWO dev r2 metric 500 table $TABLE
		route add $A via $ONE dev r1 metric 600 table $TABLE
		route add $ONE dev r1 table $TABLE
		anycast add $A vrf red via $ONE metric 10
		anycast add $A vrf red via $TWO metric 20
	END
	# a socket that is not bound to the VRF is to get the answers
	ns router sysctl -qw net.ipv4.udp_l3mdev_accept=1
	wait_for "an answer" 20 eval "peer ping router $A dev=red wait=2"
	goes one udp dev=red
	goes one tcp dev=red
	goes two udp dev=r2
	goes two udp unicast_if=r2
	goes two udp sticky=r2
	goes two udp message=r2
	goes two udp dev=red message=r2
	goes one udp dev=red message=r1
}

peer_start wire.py
make_members || exit
nsip router -batch - <<-END
	link add r3 type dummy
	link set r3 up
	address add 2001:db8:3::f/64 dev r3 nodad
	route add $A via $TWO dev r2 metric 500
	route add $A via $ONE dev r1 metric 600
	anycast add $A via $ONE metric 10
	anycast add $A via $TWO metric 20
END
peer named router here 7
wait_for "an answer from $A" 20 eval "peer ping router $A wait=2"
t_run "no device is named" nobody_says
t_run "SO_BINDTODEVICE" bound
t_run "IPV6_UNICAST_IF" unicast_if
t_run "IPV6_UNICAST_IF, and a source" unicast_if_source
t_run "IPV6_PKTINFO of a socket" sticky
t_run "IPV6_PKTINFO of a socket, and a source" sticky_source
t_run "IPV6_PKTINFO of a message" message
t_run "a device without a route" no_route
t_run "a rule leads there" by_rule
t_run "IPsec is asked about the device" policy
t_run "the router is a member itself" served_here
t_run "VRF" vrf
t_done
