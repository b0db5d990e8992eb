#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever happens to devices, routes, joins and addresses: afterwards the address is served again, and
# the kernel counts each join once.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host        2001:db8:53::/48 via host
#     ::2                                ::1, anycast ::a, subnet-router; off-link 2001:db8:53::53
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/peer.sh"
. "$(dirname "$0")/netlink.sh"

A=2001:db8:1::a
ROUTER=2001:db8:1::
OFF=2001:db8:53::53
U=2001:db8:1::1
TIMES=50
# there each process costs eight times as much
[[ ${ANYCAST6_KERNEL-} != debug ]] || TIMES=10

make_host() {
	make_link
	# as a router's are that is configured to survive: global addresses go with the link otherwise
	ns host sysctl -qw net.ipv6.conf.h0.keep_addr_on_down=1
	nsip client -6 route add 2001:db8:53::/48 via $U
	nsip host link add red type vrf table 100
	nsip host link set red up
	peer_start
	netlink_start
	serve_all host
}

# The client after its own link was down: made anew, because the kernel itself may lose the route of an
# address that survives.
client_again() {
	nsip client link set c0 up
	nsip client address flush dev c0 scope global
	addr_add client c0 2001:db8:1::2/64
	nsip client -6 route replace 2001:db8:53::/48 via $U
}

# The same for the host, where its prefix goes and comes back once more.
host_again() {
	nsip host address del $U/64 dev h0 2>/dev/null || true
	addr_add host h0 $U/64
}

# fresh FUNCTION: with the state that every case begins with, whatever the one before has left.
fresh() {
	nsip host anycast flush
	if nsip host link show renamed >/dev/null 2>&1; then
		nsip host link set renamed down
		nsip host link set renamed name h0
		nsip host link set h0 up
	fi
	ns host sysctl -qw net.ipv6.conf.default.forwarding=0 net.ipv6.conf.all.forwarding=0 \
		net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.h0.keep_addr_on_down=1 \
		net.anycast6.max_joins=4096
	netlink forget host >/dev/null
	nsip host -6 route flush table local type anycast
	host_again
	client_again
	"$@"
}

configure() {
	nsip host anycast flush
	nsip host -batch - <<-END
		anycast add $A dev h0
		anycast add $OFF
		anycast add subnet-router dev h0
	END
}

# Why it may not be as it should.
look() {
	nsip host -d anycast show
	ns host cat /proc/net/anycast6
	nsip host -6 route show table local
	nsip host -6 address
	nsip client -6 address show dev c0
	nsip client -6 route
	nsip client -6 neigh
	return 1
}

answers() { peer ping client "$1" wait=0.5 && peer tcp client "$1" 7 100 wait=2; }

# works ADDRESS: served again, and joined once.
works() {
	wait_for "$1 to answer" 20 answers "$1" || look
	wait_for "$1 to be joined once" 5 eval "[[ \$(netlink joined host h0 $1) == 1 ]]" || look
}

all_work() {
	works $A
	works $ROUTER
	wait_for "$OFF to answer" 20 answers $OFF || look
	is "$(netlink joined host anycast0 $OFF)" 1
	is "$(netlink joined host anycast0 $A)" 0
}

all_gone() {
	nsip host anycast flush
	is "$(ns host cat /proc/net/anycast6)" ""
	is "$(nsip host -6 route show table local type anycast)" ""
	refute nsip host link show anycast0
}

down_up() {
	configure
	all_work
	nsip host link set h0 down
	settles host $A h0:down:admin
	is "$(query host "field state" anycast show $A)" down
	nsip host link set h0 up
	settles host $A h0:up
	all_work
	all_gone
}

down_up_fast() {
	configure
	# shellcheck disable=SC2046
	printf 'link set h0 down\nlink set h0 up\n%.0s' $(seq $TIMES) | nsip host -batch -
	host_again
	all_work
	all_gone
}

# Without keep_addr_on_down the prefix goes with the link, and an on-link address becomes an off-link
# one until it comes back.
prefix_gone() {
	local i

	ns host sysctl -qw net.ipv6.conf.h0.keep_addr_on_down=0
	configure
	for ((i = 0; i < 10; i++)); do
		printf '%s\n' "link set h0 down" "link set h0 up" "address add $U/64 dev h0 nodad"
	done | nsip host -batch -
	all_work
	nsip host address del $U/64 dev h0
	wait_for "it to move to anycast0" 10 eval "[[ \$(netlink joined host anycast0 $A) == 1 ]]"
	wait_for "it to leave h0" 10 eval "[[ \$(netlink joined host h0 $A) == 0 ]]"
	is "$(addresses host)" "$A $OFF fe80::"
	addr_add host h0 $U/64
	wait_for "it to move back" 10 eval "[[ \$(netlink joined host h0 $A) == 1 ]]"
	all_work
	ns host sysctl -qw net.ipv6.conf.h0.keep_addr_on_down=1
	all_gone
}

# The kernel's own subnet-router address is taken over, and given back.
router() {
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1
	is "$(netlink joined host h0 $ROUTER)" 1
	configure
	all_work
	nsip host link set h0 down
	nsip host link set h0 up
	router_works
	# shellcheck disable=SC2046
	printf 'link set h0 down\nlink set h0 up\n%.0s' $(seq $TIMES) | nsip host -batch -
	host_again
	router_works
	nsip host anycast flush
	is "$(netlink joined host h0 $ROUTER)" 1
	wait_for "the kernel's own to answer" 10 peer ping client $ROUTER wait=0.5
	ns host sysctl -qw net.ipv6.conf.all.forwarding=0
	is "$(ns host cat /proc/net/anycast6)" ""
}

# The kernel joins after the module where its own work is late, and nobody is told: two users.
router_works() {
	works $A
	wait_for "$ROUTER to answer" 20 answers $ROUTER || look
	wait_for "$OFF to answer" 20 answers $OFF || look
}

forwarding_toggled() {
	local where i

	configure
	for where in all h0; do
		for i in 1 0 1 0; do
			ns host sysctl -qw net.ipv6.conf.$where.forwarding=$i
			# the kernel may have joined as well, and be counted
			wait_for "$ROUTER to answer" 10 answers $ROUTER || look
			wait_for "$A to answer" 10 answers $A
			wait_for "$OFF to answer" 10 answers $OFF
			is "$(netlink joined host h0 $A)" 1
		done
		all_work
	done
	# gone, the kernel's is what is left
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip host anycast flush
	is "$(netlink joined host h0 $ROUTER)" 1
	ns host sysctl -qw net.ipv6.conf.all.forwarding=0
	all_gone
}

carrier() {
	local i

	configure
	nsip client link set c0 down
	settles host $A h0:down:link
	nsip client link set c0 up
	settles host $A h0:up
	client_again
	all_work
	printf 'link set c0 down\nlink set c0 up\n%.0s' $(seq $TIMES) | nsip client -batch -
	client_again
	all_work
	all_gone
}

# Members begin and end while the carrier comes and goes.
carrier_and_members() {
	local i

	background carrier client bash -c \
		"for ((i = 0; i < 200; i++)); do echo link set c0 down; echo link set c0 up; done | ip -batch -"
	while kill -0 "$(<"$T_DIR/carrier.pid")" 2>/dev/null; do
		configure
	done
	client_again
	all_work
	all_gone
}

renamed() {
	configure
	nsip host -batch - <<-END
		link set h0 down
		link set h0 name renamed
		link set renamed up
	END
	settles host $A renamed:up
	wait_for "$A to answer" 20 answers $A
	is "$(netlink joined host renamed $A)" 1
	nsip host -batch - <<-END
		link set renamed down
		link set renamed name h0
		link set h0 up
	END
	all_work
	all_gone
}

# A member goes with its device, like an address; what is made anew has none.
deleted() {
	nsip host link add gone type dummy
	nsip host link set gone up
	addr_add host gone 2001:db8:9::1/64
	configure
	nsip host anycast add 2001:db8:9::a dev gone
	nsip host anycast add $A dev gone
	nsip host anycast add subnet-router dev gone
	nsip host link del gone
	wait_for "the members to go" 10 eval "[[ \$(addresses host) == '$ROUTER $A $OFF fe80::' ]]"
	wait_for "the join of $A" 5 eval "[[ \$(netlink joined host anycast0 $A) == 0 ]]"
	is "$(members host $A)" "$A h0 up join"
	all_work
	nsip host link add gone type dummy
	nsip host link set gone up
	addr_add host gone 2001:db8:9::1/64
	nsip host anycast add 2001:db8:9::a dev gone
	is "$(members host 2001:db8:9::a)" "2001:db8:9::a gone up join"
	nsip host link del gone
	wait_for "the members to go" 10 eval "[[ \$(addresses host) == '$ROUTER $A $OFF fe80::' ]]"
	all_gone
}

# Even if the new one has the old one's number, and comes before anybody looks.
deleted_same_index() {
	local i

	for ((i = 0; i < 20; i++)); do
		nsip host -batch - <<-END
			link add old index 4444 type dummy
			link set old up
			address add 2001:db8:9::1/64 dev old nodad
			anycast add 2001:db8:9::a dev old
			anycast add $OFF dev old
			link del old
			link add new index 4444 type dummy
			link set new up
			address add 2001:db8:9::1/64 dev new nodad
		END
		wait_for "the old one's members to go" 5 eval "[[ ! \$(addresses host) ]]"
		nsip host link del new
	done
	all_gone
}

# IPv6 leaves a device whose MTU is too small for it, and takes all joins along.
mtu() {
	configure
	nsip host link set h0 mtu 1000
	settles host $A h0:down:admin
	nsip host link set h0 mtu 1500
	addr_add host h0 $U/64
	ns host sysctl -qw net.ipv6.conf.h0.keep_addr_on_down=1
	all_work
	all_gone
}

# The kernel's own join that comes instead must not be taken for the module's.
mtu_fast() {
	local i

	for ((i = 0; i < 5; i++)); do
		ns host sysctl -qw net.ipv6.conf.default.forwarding=0
		configure
		ns host sysctl -qw net.ipv6.conf.default.forwarding=1
		nsip host -batch - <<-END
			link set h0 mtu 1000
			link set h0 mtu 1500
			address add $U/64 dev h0 nodad
		END
		is "$(ns host sysctl -n net.ipv6.conf.h0.forwarding)" 1
		works $A
		wait_for "$ROUTER to answer" 10 answers $ROUTER || look
		nsip host anycast flush
		is "$(netlink joined host h0 $ROUTER)" 1
		wait_for "the kernel's own to answer" 10 peer ping client $ROUTER wait=0.5
		ns host sysctl -qw net.ipv6.conf.h0.forwarding=0
	done
	all_gone
}

disabled() {
	local i

	configure
	ns host sysctl -qw net.ipv6.conf.h0.disable_ipv6=1
	settles host $A h0:down:admin
	ns host sysctl -qw net.ipv6.conf.h0.disable_ipv6=0
	nsip host address replace $U/64 dev h0 nodad
	settles host $A h0:up
	all_work
	for ((i = 0; i < 10; i++)); do
		ns host sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=0
	done
	host_again
	all_work
	all_gone
}

# What one member needed, and the others do not, goes with it.
member_gone() {
	nsip host anycast add $A dev h0
	nsip host anycast add $A
	is "$(netlink joined host anycast0 $A)" 1
	nsip host anycast del $A dev anycast0
	is "$(netlink joined host anycast0 $A)" 0
	works $A
	nsip host link add gone type dummy
	nsip host link set gone up
	nsip host anycast add $A dev gone
	is "$(netlink joined host anycast0 $A)" 1
	nsip host link del gone
	wait_for "its join to go" 5 eval "[[ \$(netlink joined host anycast0 $A) == 0 ]]"
	works $A
	all_gone
}

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

# With a link flap while both are there the kernel's route is lost.
other_join_and_flap() {
	netlink join host $A h0 >/dev/null
	nsip host anycast add $A dev h0
	nsip host link set h0 down
	nsip host link set h0 up
	wait_for "$A to answer" 20 answers $A || look
	netlink leave host $A h0 >/dev/null
	# the module has joined as well: nobody tells that the other has left
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
	# also where no member is on it
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

unicast_by_itself() {
	local address source

	source=$(lladdr client c0)
	address=$(lladdr host h0)
	address=2001:db8:5:0:${address#fe80::}
	addr_add host h0 2001:db8:5::1/64
	addr_add client c0 2001:db8:5::2/64
	nsip host anycast add "$address" dev h0
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

# Nothing is left of an address that was both, and then neither. With duplicate address detection, as
# everywhere outside of tests: without it the kernel may be quicker to want its route than it gets it.
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

# and if the unicast address goes first, the anycast address is back
unicast_goes() {
	local address source

	source=$(lladdr client c0)
	address=$(lladdr host h0)
	address=2001:db8:6:0:${address#fe80::}
	addr_add host h0 2001:db8:6::1/64
	addr_add client c0 2001:db8:6::2/64
	nsip host anycast add "$address" dev h0
	peer advertise client c0 2001:db8:6::/64 src="$source"
	settles host "$address" h0:down:address
	nsip host address del "$address/64" dev h0
	settles host "$address" h0:up
	works "$address"
	nsip host address del 2001:db8:6::1/64 dev h0
	nsip client address del 2001:db8:6::2/64 dev c0
	all_gone
}

# What is refused for now is tried again, but not all the time.
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

make_host || exit
t_run "link down and up" fresh down_up
t_run "link down and up $TIMES times at once" fresh down_up_fast
t_run "link down and up, and its prefix with it" fresh prefix_gone
t_run "with forwarding, the kernel's subnet-router address taken over" fresh router
t_run "forwarding on and off" fresh forwarding_toggled
t_run "carrier lost and back, once and $TIMES times at once" fresh carrier
t_run "members restarted while the carrier comes and goes" fresh carrier_and_members
t_run "device renamed" fresh renamed
t_run "device deleted and made again" fresh deleted
t_run "device deleted and made again with its number" fresh deleted_same_index
t_run "IPv6 leaves with the MTU and comes back" fresh mtu
t_run "IPv6 leaves and comes back at once" fresh mtu_fast
t_run "IPv6 disabled and enabled" fresh disabled
t_run "one of two members goes" fresh member_gone
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
