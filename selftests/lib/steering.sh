# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What those steer_ tests share that look at single packets: a router with two members, and what it did. Sourced after
# lib.sh and peer.sh. Such tests start peer/wire.py, which has more verbs: named, unnamed, open, say, close, ask, each,
# stream, flowing, streamed, inject, flood, pour, pouring, poured, error, pieces, heads, watch, seen, tell, hear,
# finish, chat, chatting, chatted, forge, put, crowd, crowd_says, crowd_ends.
#
#                                             2001:db8:1::/64 --- (m0) one
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1, r2)          ::1
#    ::2                                 ::f  2001:db8:2::/64 --- (m0) two
#                                                                   ::1

A=2001:db8:a::a
ONE=2001:db8:1::1
TWO=2001:db8:2::1
CLIENT=2001:db8:c::2

# make_members: the router and both members. The members hold A, and the router does not know of it yet. Their
# servers on port 7 answer with the name of the member; echo replies come from its unicast address.
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
		# the servers of an earlier case would hold its namespaces
		peer unnamed router $name
		peer named $name $name 7
	done
}

# make_client: the client and its link.
make_client() {
	ns_make client
	link_veth client c0 router r0
	addr_add client c0 $CLIENT/64
	addr_add router r0 2001:db8:c::f/64
	nsip client -6 route add default via 2001:db8:c::f
}

# add_members [OPTION...]: the router gets both as members, at the same distance.
add_members() {
	nsip router -batch - <<-END
		anycast add $A via $ONE $*
		anycast add $A via $TWO $*
	END
}

# repair_one: one is as make_members made it, whatever a case did to its link or to its filters. Both members are up
# again.
repair_one() {
	ns one nft flush ruleset
	nsip one link set m0 up
	nsip one -6 -batch - <<-END
		address replace $ONE/64 dev m0 nodad
		route replace default via 2001:db8:1::f
	END
	wait_for "the member" 30 eval "[[ \$(member_states router) == '$ONE up, $TWO up' ]]"
}

# steered FROM: wait until packets get to members. The first ones may have to wait for neighbours to be found.
steered() { wait_for "an answer from $A" 20 eval "peer ping $1 $A wait=2"; }

# watch_members: peer seen finds the packets that come to the members from now on.
watch_members() {
	peer watch one one m0
	peer watch two two m0
}

# misses NS NAME [ADDRESS]: how many packets were not steered for the reason NAME: no_member, loop, forwarding,
# unpinned, waiting, reset.
misses() {
	local counts no_member loop forwarding unpinned waiting reset

	counts=$(query "$1" misses -s anycast show "${3-$A}")
	# shellcheck disable=SC2034  # by name
	read -r no_member loop forwarding unpinned waiting reset <<<"$counts"
	echo "${!2}"
}

# evictions NS NAME [ADDRESS]: how many flows gave way to others that were NAME: ended, new, unproven, idle, share.
evictions() {
	local counts ended new unproven idle share

	counts=$(query "$1" evictions -s anycast show "${3-$A}")
	# shellcheck disable=SC2034  # by name
	read -r ended new unproven idle share <<<"$counts"
	echo "${!2}"
}

# member_states NS: the members of A in one line: via state [reason]
member_states() { query "$1" member_states anycast show $A; }

# flows NS [ADDRESS]: flows, a line each: client proto port member state; for all of a source: client source - member
# state
flows() { query "$1" flows anycast flow show "${@:2}"; }

# count_flows NS: how many flows there are; active_flows NS: how many the members of A count.
count_flows() { query "$1" count anycast flow show; }
active_flows() { query "$1" active_flows -s anycast show $A; }

# sources WORD...: the sources of packets, which are words as wire.py prints them; each once, in one line.
sources() {
	local word

	for word in "$@"; do
		echo "${word%%>*}"
	done | sort -u | tr '\n' ' '
}

# words TEXT: how many words it has.
words() { set -- $1 && echo $#; }
