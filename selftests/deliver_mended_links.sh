#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Links and devices go down, come back, go away or are made anew. Afterwards the address is served again, and the
# kernel counts each join once. lib/mended.sh makes this topology.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host        2001:db8:53::/48 via host
#     ::2                                ::1, anycast ::a, subnet-router; off-link 2001:db8:53::53
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/mended.sh"

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
	# the link-local prefix is back already, or comes now
	wait_for "what is left" 10 eval "[[ \$(addresses host) == '$A $OFF fe80::' ]]"
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

# The kernel's own work may be late, and join after the module without an event. The address then has two users, so
# this does not count them.
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
			# this one is not counted, because the kernel may have joined it as well
			wait_for "$ROUTER to answer" 10 answers $ROUTER || look
			wait_for "$A to answer" 10 answers $A
			wait_for "$OFF to answer" 10 answers $OFF
			is "$(netlink joined host h0 $A)" 1
		done
		all_work
	done
	# without the entry, the kernel's own join is left
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

# Members are added and deleted while the carrier comes and goes.
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

# A member goes with its device, like an address. A new device of the same name has none.
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

# The same if the new device has the old one's index, and comes before the module has looked.
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

# The module must not take the kernel's own join, which comes in place of its own, for its own.
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
	# the module's own device has no addresses, so no event tells that IPv6 leaves it
	ns host sysctl -qw net.ipv6.conf.anycast0.disable_ipv6=1
	settles host $OFF anycast0:down:admin
	ns host sysctl -qw net.ipv6.conf.anycast0.disable_ipv6=0
	settles host $OFF anycast0:up
	all_work
	for ((i = 0; i < 10; i++)); do
		ns host sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=0
	done
	host_again
	all_work
	all_gone
}

# A join that only one member needed goes with this member.
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

make_mended || exit
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
t_done
