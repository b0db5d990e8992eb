#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Others change routes, joins, unicast addresses and the module's own device. Afterwards the address is served
# again, and the kernel counts each join once. lib/mended.sh makes this topology.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host        2001:db8:53::/48 via host
#     ::2                                ::1, anycast ::a, subnet-router; off-link 2001:db8:53::53
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/mended.sh"

route_removed() {
	configure
	all_work
	nsip host -6 route del anycast $A dev h0 table local
	nsip host -6 route del anycast $ROUTER dev h0 table local
	nsip host -6 route del anycast $OFF dev anycast0 table local
	all_work
	wait_for "the routes" 10 eval "[[ \$(nsip host -6 route show table local type anycast | wc -l) == 4 ]]"
	ns host sysctl -qw net.anycast6.max_joins=0
	nsip host anycast add 2001:db8:53::54
	nsip host -6 route del local 2001:db8:53::54 dev anycast0 table local
	wait_for "the route" 10 eval "nsip host -6 route show table local | grep -q 'local 2001:db8:53::54 dev anycast0'"
	ns host sysctl -qw net.anycast6.max_joins=4096
	nsip host -6 route flush table local type anycast
	all_work
	all_gone
}

other_join_before() {
	netlink join host $A h0 >/dev/null
	nsip host anycast add $A dev h0
	is "$(members host)" "$A h0 up kernel"
	works $A
	netlink leave host $A h0 >/dev/null
	works $A
	is "$(members host)" "$A h0 up join"
	all_gone
	netlink join host $A h0 >/dev/null
	nsip host anycast add $A dev h0
	nsip host anycast del $A
	is "$(netlink joined host h0 $A)" 1
	wait_for "the other's to answer" 10 peer ping client $A wait=0.5
	netlink leave host $A h0 >/dev/null
	all_gone
}

other_join_after() {
	nsip host anycast add $A dev h0
	netlink join host $A h0 >/dev/null
	wait_for "$A to answer" 10 answers $A
	netlink leave host $A h0 >/dev/null
	works $A
	netlink join host $A h0 >/dev/null
	nsip host anycast del $A
	is "$(netlink joined host h0 $A)" 1
	wait_for "the other's to answer" 10 peer ping client $A wait=0.5
	netlink leave host $A h0 >/dev/null
	all_gone
}

# The link flaps while a program and the module have both joined: the kernel's route is lost then.
other_join_and_flap() {
	netlink join host $A h0 >/dev/null
	nsip host anycast add $A dev h0
	nsip host link set h0 down
	nsip host link set h0 up
	wait_for "$A to answer" 20 answers $A || look
	netlink leave host $A h0 >/dev/null
	# the module has joined as well, so no event tells that the program has left
	works $A
	nsip client neigh flush dev c0
	works $A
	netlink join host $A h0 >/dev/null
	nsip host link set h0 down
	nsip host link set h0 up
	wait_for "$A to answer" 20 answers $A || look
	netlink leave host $A h0 >/dev/null
	works $A
	all_gone
}

own_device() {
	configure
	nsip host -batch - <<-END
		link set anycast0 down
		link set anycast0 name service0
	END
	settles host $OFF service0:down:admin
	nsip host link set service0 up
	settles host $OFF service0:up
	wait_for "$OFF to answer" 20 answers $OFF
	is "$(netlink joined host service0 $OFF)" 1
	# the same for an address that anycast0 holds, but whose member is on another device
	nsip host anycast add 2001:db8:53::54 dev h0
	nsip host link set service0 down
	settles host 2001:db8:53::54 h0:down:join
	pause 4
	nsip host link set service0 up
	wait_for "it to be up" 2 eval "[[ \$(state_of host 2001:db8:53::54) == h0:up ]]"
	wait_for "it to answer" 20 answers 2001:db8:53::54
	printf 'link set service0 down\nlink set service0 up\n%.0s' $(seq $TIMES) | nsip host -batch -
	wait_for "$OFF to answer" 20 answers $OFF
	is "$(netlink joined host service0 $OFF)" 1
	nsip host anycast flush
	refute nsip host link show service0
}

own_device_refuses() {
	configure
	refused "not supported" nsip host link del anycast0
	refused "not supported" nsip host link add anycast7 type anycast6
	refused "" nsip host link set anycast0 netns "client-$T_ID"
	nsip host link add bridge type bridge
	refused "" nsip host link set anycast0 master bridge
	nsip host link del bridge
	all_work
	all_gone
}

own_device_put_back() {
	local i

	configure
	for ((i = 0; i < 10; i++)); do
		nsip host link set anycast0 master red
		wait_for "it to be back" 10 eval "[[ \$(query host 'field master' link show anycast0) == null ]]"
	done
	all_work
	nsip host anycast add $OFF vrf red
	nsip host link set anycast1 nomaster
	wait_for "it to be back" 10 eval "[[ \$(query host 'field master' link show anycast1) == red ]]"
	wait_for "its route" 10 eval "nsip host -6 route show table 100 | grep -q 'anycast $OFF dev anycast1'"
	all_work
	all_gone
}

unicast_refused() {
	configure
	refused "anycast6: this is an anycast address of this node" nsip host address add $A/128 dev h0
	refused "anycast6: this is an anycast address of this node" nsip host address add $OFF/64 dev h0
	refused "anycast6: this is an anycast address of this node" nsip host address add $OFF/64 dev lo
	all_work
	nsip host anycast del $OFF
	nsip host address add $OFF/128 dev h0
	nsip host address del $OFF/128 dev h0
	all_gone
}

# autoconfigured ADDRESS: whether host has it as a unicast address.
autoconfigured() { nsip host -6 address show dev h0 | grep -q "inet6 $1/64"; }

# expect_autoconfigured PREFIX: the client's router advertisements, from $source, will make $address a unicast
# address of the host. It is an anycast address before.
expect_autoconfigured() {
	source=$(lladdr client c0)
	address=$(lladdr host h0)
	address=$1:0:${address#fe80::}
	addr_add host h0 "$1::1/64"
	addr_add client c0 "$1::2/64"
	nsip host anycast add "$address" dev h0
}

unicast_by_itself() {
	local address source

	expect_autoconfigured 2001:db8:5
	works "$address"
	peer advertise client c0 2001:db8:5::/64 src="$source"
	wait_for "autoconfiguration" 10 autoconfigured "$address"
	settles host "$address" h0:down:address
	wait_for "the unicast address to answer" 10 answers "$address"
	nsip host anycast del "$address"
	autoconfigured "$address"
	wait_for "the unicast address to answer" 10 answers "$address"
	is "$(netlink joined host h0 "$address")" 0
	nsip host address del "$address/64" dev h0
	nsip host address del 2001:db8:5::1/64 dev h0
	nsip client address del 2001:db8:5::2/64 dev c0
	all_gone
}

# An address that was unicast and anycast, and then neither, leaves nothing behind. Duplicate address detection is on,
# as everywhere outside of tests: without it the kernel may want its route before it has got it.
unicast_without_trace() {
	local address source

	ns host sysctl -qw net.ipv6.conf.h0.accept_dad=1 net.ipv6.conf.all.accept_dad=1
	source=$(lladdr client c0)
	address=$(lladdr host h0)
	address=2001:db8:7:0:${address#fe80::}
	addr_add host h0 2001:db8:7::1/64
	nsip host anycast add "$address" dev h0
	peer advertise client c0 2001:db8:7::/64 src="$source"
	settles host "$address" h0:down:address
	nsip host anycast del "$address"
	nsip host address del "$address/64" dev h0
	wait_for "its route to go" 5 eval "[[ ! \$(nsip host -6 route show table local $address) ]]"
	nsip host address del 2001:db8:7::1/64 dev h0
	ns host sysctl -qw net.ipv6.conf.h0.accept_dad=0 net.ipv6.conf.all.accept_dad=0
	all_gone
}

# If the unicast address goes first, the anycast address works again.
unicast_goes() {
	local address source

	expect_autoconfigured 2001:db8:6
	peer advertise client c0 2001:db8:6::/64 src="$source"
	settles host "$address" h0:down:address
	nsip host address del "$address/64" dev h0
	settles host "$address" h0:up
	works "$address"
	nsip host address del 2001:db8:6::1/64 dev h0
	nsip client address del 2001:db8:6::2/64 dev c0
	all_gone
}

# A join that is refused for now is tried again, but not all the time.
retried() {
	nsip host link add later type dummy
	addr_add host later 2001:db8:7::1/64
	nsip host anycast add 2001:db8:7::a dev later
	ns host sysctl -qw net.anycast6.max_joins=0
	nsip host link set later up
	settles host 2001:db8:7::a later:down:join
	ns host sysctl -qw net.anycast6.max_joins=100
	settles host 2001:db8:7::a later:up
	nsip host link del later
	wait_for "its members to go" 10 eval "[[ ! \$(addresses host) ]]"
	all_gone
}

make_mended || exit
t_run "route removed by somebody" fresh route_removed
t_run "another program's join of the same address, before" fresh other_join_before
t_run "another program's join, after" fresh other_join_after
t_run "another program's join, and a link flap" fresh other_join_and_flap
t_run "the module's own device renamed, down and up" fresh own_device
t_run "the module's own device can't be deleted, made or moved" fresh own_device_refuses
t_run "the module's own device is put back into its VRF" fresh own_device_put_back
t_run "a unicast address of the same bits is refused" fresh unicast_refused
t_run "a unicast address of the same bits comes by itself, and stays" fresh unicast_by_itself
t_run "a unicast address of the same bits comes by itself, and goes" fresh unicast_goes
t_run "a unicast address of the same bits leaves no trace" fresh unicast_without_trace
t_run "what is refused is tried again" fresh retried
t_done
