#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several equal routes lead to a member. Its flows are shared out to them, by their weights. A gateway that dies loses
# its flows to the other one, at once, and has them back when it lives again. The member is down when both are dead.
# What one answers goes back by a link of its own, so only the client's packets depend on the gateways.
#
#   client (c0) --- (r0) router (r1) --- 2001:db8:1::/64 --- (g0) g1 (g1) --- 2001:db8:11::/64 --- (m1) one
#     2001:db8:c::2            (r2) --- 2001:db8:2::/64 --- (g0) g2 (g1) --- 2001:db8:12::/64 --- (m2)   2001:db8:f::1
#                              (r4) --- 2001:db8:4::/64 ----------------------------------------- (m0)
#                              (r3) --- 2001:db8:3::/64 --- (m0) two   2001:db8:3::1, farther
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/legs.sh"

# Another address.
OTHER=2001:db8:a::b
# How often a route is replaced under running connections.
ROUNDS=20
# How often what several routes share is replaced.
CHURN=200
[[ ${ANYCAST6_KERNEL-} != debug ]] || ROUNDS=5 CHURN=40

# ---- flows by both ----

splits() {
	begin "$1"
	shared $FEWEST $((FLOWS - FEWEST))
	legs_are 2/2
	[[ $(nsip router -s anycast show $A) == *"via $U "*" legs 2/2"* ]]
	[[ $(nsip router anycast show $A) != *legs* ]]
	[[ $(nsip router -s anycast get $A from $CLIENT) == *" legs 2/2"*verdict\ chosen* ]]
}

# Seven of eight go by the second.
weighs() {
	local FLOWS=$MANY

	begin "$1"
	shared 1 $MOST
}

# ---- one of them dies ----

device_away() { nsip router link set r1 down; }
device_back() { nsip router link set r1 up; }

# talk_begins, talk_goes_on, talk_ends: connections that talk all the time, and are where they were.
talk_begins() {
	local i

	for i in 1 2 3 4; do
		is "$(peer open client tcp$i tcp $A 7 src=$CLIENT sport=$((PORT + FLOWS + i)))" one
		peer chat client tcp$i
	done
	talk_goes_on
}

talk_goes_on() {
	local i

	for i in 1 2 3 4; do
		peer chatting client tcp$i
	done
}

talk_ends() {
	local i

	talk_goes_on
	for i in 1 2 3 4; do
		flows router | grep "^$CLIENT tcp $((PORT + FLOWS + i)) $U established"
		is "$(peer chatted client tcp$i)" all
		is "$(peer say client tcp$i)" one
		peer close client tcp$i reset
	done
}

# listen, heard_no_fall: from one to the other the member was not down for a moment.
listen() {
	background monitor router ip -o anycast monitor
	wait_for "the monitor" 10 eval "nsip router anycast add $OTHER; nsip router anycast del $OTHER
		[[ -s $T_DIR/monitor.log ]]"
}

heard_no_fall() {
	refute grep "via $U .*state down" "$T_DIR/monitor.log"
	stop monitor
}

# dies WAY COMMANDS LEGS [AGAIN]: the first gateway's link goes while everybody talks: nobody loses anything, no flow
# moves to another member, and afterwards all is as before. AGAIN are commands for what went with the link.
dies() {
	local way1 way2

	begin "$2"
	listen
	look
	way1=$WAY1 way2=$WAY2
	talk_begins
	"$1_away"
	# the very next packets
	ask
	wait_for "one leg" 10 legs_are "$3"
	state_is up
	all_by_second
	talk_goes_on
	"$1_back"
	[[ ! ${4-} ]] || nsip router -batch - <<<"$4"
	wait_for "both legs" 40 legs_are 2/2
	wait_for "the flows at their gateways" 20 again "$way1" "$way2"
	talk_ends
	heard_no_fall
}

# told: `ip anycast monitor` has reported that the member lost a leg, and has it back; its state did not change.
told() {
	local event="$U .*state up .*legs 1/2"

	begin "$(siblings)"
	listen
	carrier_away
	wait_for "the event" 20 grep -q "$event" "$T_DIR/monitor.log"
	carrier_back
	wait_for "both legs" 40 legs_are 2/2
	heard_no_fall
}

# The router finds out that a gateway does not answer, which still forwards: no packet is lost. It is asked on.
falls_silent() {
	local way1 way2

	begin "$1"
	look
	way1=$WAY1 way2=$WAY2
	neighbours_time 1000 1 300
	silent
	LOST=
	wait_for "one leg" 60 eval "ask_on; legs_are 1/2"
	is "$LOST" ""
	state_is up
	all_by_second
	[[ $(nsip router anycast show $A) == *"via $U "*" legs 1/2"* ]]
	speak
	wait_for "the flows at their gateways" 20 again "$way1" "$way2"
}

# ---- both die ----

# The member is down when both are dead, and the reason is that of the gateway to which less is missing.
both_die() {
	begin "$(siblings)"
	ns router sysctl -qw net.anycast6.flow_grace=0
	neighbours_time 1000 1 300
	ask
	silent
	wait_for "one leg" 60 eval "ask_on; legs_are 1/2"
	state_is up
	second_away
	wait_for "the state" 20 state_is "down neighbour"
	legs_are 0/2
	ask two
	second_back
	wait_for "the member" 60 state_is up
	speak
	# flows that have moved stay there; new ones come here
	ask two
	PORT=$((PORT + FLOWS))
	ask
}

both_links() {
	begin "$(siblings)"
	carrier_away
	second_away
	wait_for "the state" 20 state_is "down link"
	carrier_back
	wait_for "the member" 40 state_is up
	second_back
	wait_for "both legs" 40 legs_are 2/2
}

# ---- routes change ----

# A route is replaced by another kind, again and again, under connections that talk all the time.
replaced() {
	local i

	begin "$(siblings)"
	talk_begins
	for ((i = 0; i < ROUNDS; i++)); do
		nsip router -batch - <<-END
			route del $U metric 100
			$(objects mpath)
		END
		nsip router -batch - <<-END
			route del $U metric 100
			$(siblings 1 3)
			nexthop del id 10
			nexthop del id 1
			nexthop del id 2
		END
	done
	talk_ends
	wait_for "both legs" 20 legs_are 2/2
	state_is up
}

# One route of two is taken away and added again: its flows go by the other meanwhile.
one_goes() {
	begin "$(siblings)"
	shared $FEWEST $((FLOWS - FEWEST))
	nsip router -6 route del $U via $G1 dev r1 metric 100
	all_by_second
	wait_for "the only leg" 20 legs_are -
	nsip router -6 route append $U via $G1 dev r1 metric 100
	wait_for "both legs" 20 legs_are 2/2
	shared $FEWEST $((FLOWS - FEWEST))
}

# A route's time is over, of which no event tells. A packet goes by another one then, to a gateway that nobody has asked
# yet, and that does not answer: this is noticed as soon as the kernel gives up, in 0.9 s, and not only at the next look
# at all next hops.
runs_out() {
	local i

	begin "$(siblings)"
	neighbours_time 30000 5 300
	silent
	# such a look may come in time by chance, but not each time
	for i in 1 2 3; do
		no_route
		nsip router -batch - <<-END
			route add $U metric 100 via $G2 dev r2 expires 1
			route add $U metric 200 via $G1 dev r1
		END
		wait_for "the member" 10 state_is up
		nsip router neigh flush to $G1
		# the kernel counts whole seconds
		pause 2
		peer inject client $CLIENT $A udp $PORT 7
		wait_for "the state" 2 state_is "down neighbour"
		nsip router -6 route del $U metric 200
	done
}

# Nexthop objects are replaced, under a route that stays.
object_replaced() {
	begin "$(objects mpath)"
	shared $FEWEST $((FLOWS - FEWEST))
	nsip router nexthop replace id 1 via $G2 dev r2
	wait_for "the only leg" 20 legs_are -
	all_by_second
	nsip router nexthop replace id 1 via $G1 dev r1
	wait_for "both legs" 20 legs_are 2/2
	nsip router nexthop replace id 10 group 1,1/2,7
	local FLOWS=$MANY
	wait_for "other weights" 20 shared 1 $MOST
}

# Two routes share a nexthop object, and with it what the kernel has cached: the member's distance is that of its own
# route, and it stays up when the other one goes.
shared_object() {
	local i

	begin "$(objects mpath)"
	nsip router anycast flush
	no_route
	nsip router -batch - <<-END
		nexthop add id 1 via $G1 dev r1
		route add $U metric 100 nhid 1
		route add 2001:db8:b::/64 metric 7 nhid 1
	END
	nsip router anycast add $A via $SPARE metric 20000
	# the own device is new, which makes the kernel forget what it has cached
	pause 1
	# it is the first that is looked up
	nsip router -6 route get 2001:db8:b::1
	nsip router anycast add $A via $U
	is "$(query router "distance $U" anycast show $A)" 100
	ask
	listen
	nsip router -6 route del 2001:db8:b::/64 metric 7
	# all next hops are looked at every five seconds
	for i in {1..7}; do
		pause 1
		state_is up
		ask
	done
	heard_no_fall
}

# Nexthop objects and addresses change all the time under connections that talk.
churned() {
	local i

	begin "$(objects mpath)"
	listen
	talk_begins
	for ((i = 0; i < CHURN; i++)); do
		echo "nexthop replace id 10 group 2/1"
		echo "address add 2001:db8:77::1/128 dev lo"
		echo "nexthop replace id 10 group 1/2"
		echo "address del 2001:db8:77::1/128 dev lo"
	done >"$T_DIR/churn"
	nsip router -batch "$T_DIR/churn"
	talk_ends
	heard_no_fall
}

# ---- what else takes the path ----

# Fragments of one datagram all go by one gateway, though only the first has ports.
fragments() {
	local gateway ways=()

	begin "$(siblings)"
	nsip router anycast del $A via $SPARE
	for gateway in g1 g2; do
		peer watch $gateway $gateway g0
	done
	is "$(peer pieces client $CLIENT $A $PORT,$((PORT + 1)),$((PORT + 2)) 7 0,1,2)" "one one one"
	for gateway in g1 g2; do
		ways+=("$(words "$(peer seen $gateway $gateway "^$CLIENT>$A/.*/frag-")")")
	done
	echo "fragments: ${ways[*]}"
	[[ ${ways[*]} == "9 0" || ${ways[*]} == "0 9" ]]
}

# What a gateway sends back is not sent to it again, nor to the other one if its flow goes by the first: that one could
# send it back, too. A flow that goes by the other one gets there.
comes_back() {
	local back

	begin "$(siblings)"
	nsip g1 -6 route replace $A via 2001:db8:1::f
	peer watch g1 g1 g0
	peer watch g2 g2 g0
	peer watch two two m0
	peer inject g1 2001:db8:11::99 $A udp $PORT 7 count=$FLOWS
	wait_for "all of them" 20 all_came
	back=$(peer seen g1 g1 "^2001:db8:11::99>$A/.*/udp-")
	nsip g1 -6 route replace $A via 2001:db8:11::1
	echo "by the other gateway $OVER, at the spare member $SPARED, back: $back"
	is "$back" ""
	((OVER >= FEWEST && SPARED >= FEWEST))
}

# all_came: all packets of comes_back got somewhere: OVER of them by the other gateway, SPARED to the spare member.
all_came() {
	OVER=$(words "$(peer seen g2 g2 "^2001:db8:11::99>$A/.*/udp-")")
	SPARED=$(words "$(peer seen two two "^2001:db8:11::99>$A/.*/udp-")")
	((OVER + SPARED == FLOWS))
}

# Probes go by both in turn: the member is not called down because one swallows them.
probes() {
	local answered counts i missed

	begin "$(siblings)"
	nsip router anycast change $A via $U probe 200
	wait_for "the member" 30 state_is up
	ns g1 nft -f - <<-END
		table ip6 hole {
			chain forward {
				type filter hook forward priority 0; policy drop;
			}
		}
	END
	wait_for "probes without an answer" 60 eval "
		read -r _ _ missed _ _ <<<\"\$(query router 'probes $U' -s anycast show $A)\"
		((missed >= 5))"
	state_is up
	for ((i = 0; i < 20; i++)); do
		pause 0.1
		state_is up
	done
	ns g1 nft delete table ip6 hole
	counts=$(query router "probes $U" -s anycast show $A)
	read -r _ answered missed _ _ <<<"$counts"
	echo "answered $answered, missed $missed"
	((answered >= 5))
	nsip router anycast change $A via $U probe 0
}

# elsewhere NAME COMMAND...: a case that the debug kernel goes without. What differs between equal routes and groups of
# nexthop objects is the kernel's, and each of what is the module's own is tried there once.
elsewhere() { [[ ${ANYCAST6_KERNEL-} == debug ]] || t_run "$@"; }

peer_start wire.py
t_run "a client, a member behind two gateways" make_legs
t_run "RFC4786-4.4.3: siblings: flows go by both" splits "$(siblings)"
elsewhere "siblings: by their weights" weighs "$(siblings 1 7)"
elsewhere "a group: flows go by both" splits "$(objects mpath)"
elsewhere "a group: by their weights" weighs "$(objects mpath 1 7)"
elsewhere "a resilient group: flows go by both" splits "$(objects "resilient buckets 32")"
t_run "siblings: a gateway's carrier goes" dies carrier "$(siblings)" 1/2
elsewhere "siblings: a gateway's device goes down" dies device "$(siblings)" 1/2
# the kernel deletes a nexthop object that has no carrier
t_run "a group: a gateway's carrier goes" dies carrier "$(objects mpath)" - "$(objects_again)"
t_run "listeners are told" told
t_run "siblings: a gateway falls silent" falls_silent "$(siblings)"
elsewhere "a group: a gateway falls silent" falls_silent "$(objects mpath)"
t_run "both die: one silent, one without a carrier" both_die
elsewhere "both die: no carrier" both_links
t_run "routes are replaced by nexthop objects and back" replaced
t_run "one of two routes goes, and comes back" one_goes
t_run "a route runs out, and the other gateway is dead" runs_out
t_run "nexthop objects are replaced" object_replaced
t_run "two routes share a nexthop object" shared_object
t_run "nexthop objects and addresses change all the time" churned
t_run "fragments" fragments
t_run "packets that a gateway sends back" comes_back
t_run "probes" probes
t_done
