# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the deliver_mended_ tests share. They disturb an address, and see that the module mends it. This makes the
# topology, and shows that the address is served again. Sourced after lib.sh, peer.sh and netlink.sh.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host        2001:db8:53::/48 via host
#     ::2                                ::1, anycast ::a, subnet-router; off-link 2001:db8:53::53

A=2001:db8:1::a
ROUTER=2001:db8:1::
OFF=2001:db8:53::53
U=2001:db8:1::1
TIMES=50
# On the debug kernel each process costs eight times as much.
# shellcheck disable=SC2034  # the tests use it
[[ ${ANYCAST6_KERNEL-} != debug ]] || TIMES=10

make_mended() {
	make_link
	# without it a global address of the host goes when its link is down
	ns host sysctl -qw net.ipv6.conf.h0.keep_addr_on_down=1
	nsip client -6 route add 2001:db8:53::/48 via $U
	nsip host link add red type vrf table 100
	nsip host link set red up
	peer_start
	netlink_start
	serve_all host
}

# client_again: give the client its addresses and routes anew after its link was down. The kernel itself may lose the
# route of an address that survives.
client_again() {
	nsip client link set c0 up
	nsip client address flush dev c0 scope global
	addr_add client c0 2001:db8:1::2/64
	nsip client -6 route replace 2001:db8:53::/48 via $U
}

# host_again: the same for the host. Its prefix goes and comes back.
host_again() {
	nsip host address del $U/64 dev h0 2>/dev/null || true
	addr_add host h0 $U/64
}

# fresh FUNCTION: run it in the state that every case begins with, whatever the one before has left.
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

# look: show what may be the reason of a failure, and fail.
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

# works ADDRESS: it is served again, and joined once.
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
