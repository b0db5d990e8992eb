# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of packets to remote members share: a router with two members, and what it did.
# Sourced after lib.sh and peer.sh. peer is wire.py here, which lists more verbs: named, unnamed, open, say,
# close, ask, each, stream, flowing, streamed, inject, flood, error, pieces, heads, watch, seen.

A=2001:db8:a::a
ONE=2001:db8:1::1
TWO=2001:db8:2::1
CLIENT=2001:db8:c::2

# make_members: router (r1) --- (m0) one, 2001:db8:1::/64, and (r2) --- (m0) two, 2001:db8:2::/64. The
# members are ::1 and the router ::f; they hold A, and the router knows nothing of it yet. Their servers
# on port 7 say who they are; echo replies come from their unicast addresses.
make_members() {
	local name i=0

	ns_make router one two
	ns router sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0
	for name in one two; do
		i=$((i + 1))
		link_veth router r$i $name m0
		nsip router address add 2001:db8:$i::f/64 dev r$i nodad
		nsip $name -6 -batch - <<-END
			address add 2001:db8:$i::1/64 dev m0 nodad
			route add default via 2001:db8:$i::f
			anycast add $A
		END
		ns $name sysctl -qw net.ipv6.icmp.ratelimit=0
		# those of an earlier case hold namespaces
		peer unnamed router $name
		peer named $name $name 7
	done
}

# make_client: client (c0) --- (r0) router, 2001:db8:c::/64; the client is ::2, the router ::f.
make_client() {
	ns_make client
	link_veth client c0 router r0
	addr_add client c0 $CLIENT/64
	addr_add router r0 2001:db8:c::f/64
	nsip client -6 route add default via 2001:db8:c::f
}

# add_members [OPTION...]: the router gets to know both, at the same distance.
add_members() {
	nsip router -batch - <<-END
		anycast add $A via $ONE $*
		anycast add $A via $TWO $*
	END
}

# steered FROM: packets get to members. The first ones may wait for neighbours to be found.
steered() { wait_for "an answer from $A" 20 eval "peer ping $1 $A wait=2"; }

# watch_members: remember from now on what comes to them.
watch_members() {
	peer watch one one m0
	peer watch two two m0
}

# misses NS NAME [ADDRESS]: why packets were not steered: no_member, loop, forwarding, unpinned
misses() {
	local counts no_member loop forwarding unpinned

	counts=$(query "$1" misses -s anycast show "${3-$A}")
	# shellcheck disable=SC2034  # by name
	read -r no_member loop forwarding unpinned <<<"$counts"
	echo "${!2}"
}

# member_states NS: of A's members: via state [reason], in one line
member_states() { query "$1" member_states anycast show $A; }

# flows NS [ADDRESS]: flows, a line each: client proto port member state
flows() { query "$1" flows anycast flow show "${@:2}"; }

# count_flows NS: how many there are; active_flows NS: as A's members count them.
count_flows() { query "$1" count anycast flow show; }
active_flows() { query "$1" active_flows -s anycast show $A; }

# sources WORD...: of packets as wire.py describes them, in one line, once each.
sources() {
	local word

	for word in "$@"; do
		echo "${word%%>*}"
	done | sort -u | tr '\n' ' '
}

# words TEXT: how many.
words() { set -- $1 && echo $#; }
