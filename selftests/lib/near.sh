# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of a host's health share: a host and a neighbour that asks for its addresses.
# Sourced after lib.sh and peer.sh.
#
#   near (n0) --- 2001:db8:1::/64 --- (h0) host   ::1, anycast ::a; [ vrf red: h1 2001:db8:7::1 ]

# shellcheck disable=SC2034  # for those who source this
ON=2001:db8:1::a
OFF=2001:db8:a::a

# fresh FUNCTION: whatever the one before left.
fresh() {
	nsip host anycast flush
	"$@"
}

make_host() {
	ns_make near host
	link_veth near n0 host h0
	nsip host -batch - <<-END
		link add red type vrf table 100
		link set red up
		link add h1 type dummy
		link set h1 master red
		link set h1 up
		address add 2001:db8:1::1/64 dev h0 nodad
		address add 2001:db8:7::1/64 dev h1 nodad
	END
	addr_add near n0 2001:db8:1::2/64
	nsip near -6 route add default via 2001:db8:1::1
}
