# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of probes share: two servers that a router probes, in the topology that servers.sh draws, and what
# the router finds out. Sourced after lib.sh, peer.sh, netlink.sh and servers.sh. probes_start starts peer/probes.py,
# which has more verbs: forge, probes, question.

U1=2001:db8:f::1
U2=2001:db8:f::2
# Milliseconds between two probes.
EVERY=100
[[ ${ANYCAST6_KERNEL-} != debug ]] || EVERY=300

# probed: A has both servers as members. The router probes them, and has found them to be up.
probed() {
	has_members "1 probe $EVERY" "2 probe $EVERY"
	comes $U1 up
	comes $U2 up
}

# comes VIA STATE [REASON]: wait until the router has found out that this is the state of the member.
comes() {
	wait_for "$1 to be ${*:2}" 20 comes_to_be "$@" && return
	nsip router -s anycast show $A
	return 1
}

comes_to_be() { [[ ", $(query router member_states anycast show $A)," == *", $*,"* ]]; }

# probes VIA: the counters of a member of A on the router: sent answered missed unreachable refused.
probes() { query router "probes $1" -s anycast show $A; }

# counted VIA NAME LEAST: the counter NAME of a member is LEAST or more. For wait_for.
counted() {
	local sent answered missed unreachable refused

	read -r sent answered missed unreachable refused < <(probes "$1")
	echo "$sent $answered $missed $unreachable $refused"
	((${!2} >= $3))
}

# so_many_more VIA NAME NUMBER: wait until the counter NAME of a member has grown by NUMBER.
so_many_more() {
	local sent answered missed unreachable refused

	read -r sent answered missed unreachable refused < <(probes "$1")
	wait_for "$3 more $2" 20 counted "$1" "$2" $((${!2} + $3))
}

# silence NS: it sends and receives nothing. speak NS: it does so again.
silence() {
	ns "$1" nft -f - <<-END
		table ip6 silent {
			chain in { type filter hook prerouting priority -300; drop; }
			chain out { type filter hook output priority -300; drop; }
		}
	END
}

speak() { ns "$1" nft delete table ip6 silent; }

# repair: what `try` does after a failed case: s1 has its address, and nothing that the case has left.
repair() {
	ns s1 nft flush ruleset
	nsip s1 anycast flush
	nsip s1 anycast add $A
	ns s1 sysctl -qw net.ipv6.conf.all.forwarding=0
	ns router nft flush ruleset
	peer transfer client end old
}

# probes_start: the topology, with two servers, and the programs that the tests talk to.
probes_start() {
	peer_start probes.py
	netlink_start
	make_servers 2
	ns router sysctl -qw net.ipv6.conf.r1.keep_addr_on_down=1 net.ipv6.neigh.r1.retrans_time_ms=300
}
