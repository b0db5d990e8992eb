#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Probes on the wire. Hosts answer probes that are made by hand, forged answers count for nothing, no node hands a
# probe on to another member, and packet filters do not stop them. Probes in VRFs, and a storm of them.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1   2001:db8:f::1, metric 100
#     2001:db8:c::2            (r2) --- (s0) s2   2001:db8:f::2, metric 200
#   hub (v0, in VRF red) --- (e0) edge   2001:db8:7::/64, the hub is ::f, the edge ::1
# cpus: 2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/servers.sh"
. "$(dirname "$0")/lib/probes.sh"

# How many members are probed in the storm, and for how many seconds it is watched.
MANY=1000 WATCHED=4
# How many go in the end.
FEW=50
[[ ${ANYCAST6_KERNEL-} != debug ]] || MANY=200 FEW=10

# ---- a host, asked by hand ----

answers() {
	local astray mac packets

	mac=$(mac s1 s0)
	packets=$(query s1 "field packets" -s anycast show $A)
	question() { peer question router r1 "$mac" 2001:db8:1::f $A "$1" "${@:2}"; }
	is "$(question $U1)" "$U1 129/0"
	is "$(question 2001:db8:1::1)" "2001:db8:1::1 129/0"
	# these probes name addresses that s1 does not answer from: the answer has another source, so it does not count
	nsip s1 anycast set $A source anycast
	for astray in 2001:db8:66::66 ::1 "$(lladdr s1 s0)" $A; do
		[[ $(question "$astray") == 2001:db8:*"::1 129/0" ]]
	done
	nsip s1 anycast set $A source auto
	# probes are not counted as clients' packets
	is "$(query s1 "field packets" -s anycast show $A)" "$packets"
	nsip s1 anycast drain $A
	is "$(question $U1)" "$U1 1/1"
	[[ $(question 2001:db8:66::66) == 2001:db8:*"::1 1/1" ]]
	nsip s1 -batch - <<-END
		anycast resume $A
		anycast change $A lifetime 1
	END
	wait_for "the end of the lease" 20 eval "[[ \$(question $U1) == '$U1 1/3' ]]"
	[[ $(question 2001:db8:66::66) == 2001:db8:*"::1 1/3" ]]
	nsip s1 anycast change $A lifetime 0
	is "$(question $U1)" "$U1 129/0"
	nsip s1 anycast del $A
	refute question $U1 wait=0.5
	nsip s1 anycast add $A
}

# A node with remote members hands no probe on to them.
handed_on() {
	probed
	ns s1 sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip s1 anycast add $A via $U2
	comes $U1 up
	nsip s1 anycast del $A dev anycast0
	capture_start astray s2 s0 "icmp6 and src host 2001:db8:1::f"
	comes $U1 down probe
	counted $U1 unreachable 1
	# it hands on other packets, also this router's: so the next question is made by hand
	is "$(peer question router r1 "$(mac s1 s0)" 2001:db8:1::f $A $U1)" "$U1 1/3"
	# its own member drains, so all packets but probes go to the other one
	nsip s1 -batch - <<-END
		anycast add $A
		anycast drain $A
	END
	comes $U1 draining
	capture_stop astray
	is "$(capture_show astray | wc -l)" 0
	nsip s1 anycast flush
	nsip s1 anycast add $A
	ns s1 sysctl -qw net.ipv6.conf.all.forwarding=0
	comes $U1 up
}

# A node that has no such address sends the probe back.
comes_back() {
	probed
	nsip s1 anycast flush
	ns s1 sysctl -qw net.ipv6.conf.all.forwarding=1
	comes $U1 down probe
	so_many_more $U1 refused 3
	counted $U1 missed 3
	is "$(probes $U1 | cut -d' ' -f4)" 0
	# the same on a router that holds the address itself
	router add $A metric 500
	so_many_more $U1 refused 3
	comes_to_be $U1 down probe
	router del $A dev anycast0
	ns s1 sysctl -qw net.ipv6.conf.all.forwarding=0
	nsip s1 anycast add $A
	comes $U1 up
}

# ---- what others say ----

# hears HOW [COUNT]: the router gets forged answers of s1, which itself is silent.
hears() { peer forge s1 s0 "$1" count="${2-2}" wait=20; }

refused_by() {
	local before after

	read -r _ before _ _ _ < <(probes $U1)
	(hears "$1" 2)
	so_many_more $U1 sent 1
	read -r _ after _ _ _ < <(probes $U1)
	echo "$1: $(probes $U1)"
	is "$after" "$before"
	comes_to_be $U1 down probe
}

# believed STATE COMMAND...: by this answer s1 gets this state, once, and after that it is down again.
believed() {
	: >"$T_DIR/heard"
	netlink listen router
	"${@:2}"
	wait_for "it to be $1, and then down" 20 heard "changed $A -:$1 changed $A -:down:probe"
}

# hears_both WHAT: a good answer first, then WHAT.
hears_both() {
	hears member 1
	hears "$1" 1
}

# heard EVENTS: these events came since believed. For wait_for.
heard() {
	netlink events router >>"$T_DIR/heard"
	[[ $(tr ';\n' '  ' <"$T_DIR/heard" | xargs) == "$1" ]]
}

forged() {
	local how refused

	probed
	nsip router neigh replace 2001:db8:1::1 lladdr "$(mac s1 s0)" dev r1 nud permanent
	silence s1
	comes $U1 down probe
	refused=$(probes $U1 | cut -d' ' -f5)
	for how in stranger cookie down-cookie drain-stranger; do
		refused_by $how
	done
	is "$(probes $U1 | cut -d' ' -f5)" $((refused + 8))
	refused_by port
	is "$(probes $U1 | cut -d' ' -f5)" $((refused + 8))
	for how in member anycast; do
		believed up hears $how 1
	done
	# an answer that comes again does not count
	believed up hears old 6
	believed draining hears drain 1
	# an error that any router on the way may send: s1 is down at once, not after three misses
	believed up hears_both down
	believed up hears_both noroute
	is "$(probes $U1 | cut -d' ' -f4)" 3
	speak s1
	comes $U1 up
	nsip router neigh del 2001:db8:1::1 dev r1
}

# Answers to probes are heard though a filter drops invalid packets, or all that come in.
filtered() {
	probed
	ns router nft -f - <<-END
		table ip6 filter {
			chain in {
				type filter hook input priority 0
				ct state invalid drop
				ct state established,related accept
				icmpv6 type nd-neighbor-solicit accept
				icmpv6 type nd-neighbor-advert accept
				drop
			}
			chain out { type filter hook output priority 0; ct state invalid drop; }
		}
	END
	ns s1 nft -f - <<-END
		table ip6 filter {
			chain in { type filter hook input priority 0; ct state invalid drop; }
			chain out { type filter hook output priority 0; ct state invalid drop; }
		}
	END
	netlink listen router
	so_many_more $U1 answered 5
	nsip s1 anycast drain $A
	comes $U1 draining
	nsip s1 anycast resume $A
	comes $U1 up
	happened router "changed $A -:draining" "changed $A -:up"
	ns router nft flush ruleset
	ns s1 nft flush ruleset
}

# ---- where, and how many ----

# Probes of a VRF stay in the VRF.
vrf() {
	ns_make hub edge
	nsip hub -batch - <<-END
		link add red type vrf table 100
		link set red up
	END
	link_veth hub v0 edge e0
	nsip hub link set v0 master red
	addr_add hub v0 2001:db8:7::f/64
	addr_add edge e0 2001:db8:7::1/64
	nsip edge -batch - <<-END
		route add default via 2001:db8:7::f
		anycast add $A
	END
	nsip hub anycast add $A vrf red via 2001:db8:7::1 probe $EVERY
	hub_is() { [[ $(query hub member_states anycast show $A) == "2001:db8:7::1 $1" ]]; }
	wait_for "an answer" 20 hub_is up
	nsip edge anycast drain $A
	wait_for "it to drain" 20 hub_is draining
	nsip edge anycast resume $A
	wait_for "an answer" 20 hub_is up
	silence edge
	wait_for "it to be down" 20 hub_is "down probe"
	speak edge
	wait_for "an answer" 20 hub_is up
	# the hub answers probes in its VRF, too
	nsip hub anycast add 2001:db8:53::54 vrf red
	is "$(peer question edge e0 "$(mac hub v0)" 2001:db8:7::1 2001:db8:53::54 2001:db8:7::f)" "2001:db8:7::f 129/0"
	nsip hub anycast drain 2001:db8:53::54 vrf red
	is "$(peer question edge e0 "$(mac hub v0)" 2001:db8:7::1 2001:db8:53::54 2001:db8:7::f)" "2001:db8:7::f 1/1"
	# by link-local addresses
	nsip hub anycast add 2001:db8:53::55 vrf red via "$(lladdr edge e0)" dev v0 probe $EVERY
	nsip edge anycast add 2001:db8:53::55
	wait_for "an answer" 20 eval "[[ \$(query hub member_states anycast show 2001:db8:53::55) == *' up' ]]"
}

# However many members are probed, 2000 probes a second are sent at most, and each member has its turn.
storm() {
	local first second woken

	printf "anycast add 2001:db8:b::%x\n" $(seq $MANY) | nsip s1 -batch -
	router flush
	printf "anycast add 2001:db8:b::%x via $U1 probe 10\n" $(seq $MANY) | nsip router -batch -
	traced on
	first=$(all_sent) && begin=${EPOCHREALTIME/./}
	pause $WATCHED
	second=$(all_sent) && end=${EPOCHREALTIME/./}
	traced off
	woken=$(grep -c "function send_due" /sys/kernel/tracing/trace)
	echo "$((second - first)) probes in $((end - begin)) µs, woken $woken times"
	# once a tick, of which there are 250 a second, and not all the time
	((woken > WATCHED && woken <= (end - begin) / 4000 * 11 / 10 + 50))
	# the margin: what the budget has saved up, and what is on its way between the two looks
	((second > first && second - first <= (end - begin) / 500 * 11 / 10 + 200))
	wait_for "all to be up" 120 eval "(( \$(how_many up) == MANY ))"
	nsip s1 anycast drain all
	wait_for "all to drain" 120 eval "(( \$(how_many draining) == MANY ))"
	router flush
	nsip s1 anycast flush
	nsip s1 anycast add $A
}

# traced on|off: record when works run.
traced() {
	local tracing=/sys/kernel/tracing

	[[ -d $tracing/events ]] || mount -t tracefs tracefs $tracing
	if [[ $1 == on ]]; then
		echo >$tracing/trace
		# The names of tasks would be recorded at each switch: code that all processors run, and that an
		# emulated one, now and then, runs while another one is patching it.
		echo 0 >$tracing/options/record-cmd
		echo 1 >$tracing/events/workqueue/workqueue_execute_start/enable
	else
		echo 0 >$tracing/events/workqueue/workqueue_execute_start/enable
	fi
}

how_many() { nsip router -j anycast show origin static state "$1" | jq length; }

all_sent() { nsip router -s -j anycast show | jq '[.[].members[].probes.sent] | add'; }

# Members, the namespace and the module go while members are probed.
gone() {
	local i

	for i in 1 2; do
		ns_make doomed$i
		nsip doomed$i link add d0 type dummy
		nsip doomed$i link set d0 up
		addr_add doomed$i d0 2001:db8:9::1/64
		nsip doomed$i neigh add 2001:db8:9::2 lladdr 02:00:00:00:00:02 dev d0
		printf "anycast add 2001:db8:b::%x via 2001:db8:9::2 probe 10\n" $(seq $FEW) | nsip doomed$i -batch -
	done
	nsip doomed1 link del d0
	for ((i = 0; i < 20; i++)); do
		echo "anycast add $A via 2001:db8:9::2 probe 10"
		echo "anycast del $A"
	done | nsip doomed2 -batch -
	ns_del doomed2
	has_members "1 probe 10" "2 probe 10"
	modprobe -r anycast6
	modprobe anycast6
}

probes_start
try "what a host answers" answers
try "no probe is handed on" handed_on
try "a probe that comes back is a miss" comes_back
try "what is forged counts for nothing" forged
try "filters and connection tracking" filtered
try "in a VRF" vrf
try "a storm of $MANY" storm
try "the namespace and the module go" gone
t_done
