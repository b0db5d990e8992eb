#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A router delivers each flow to the nearest server: by area, then by distance, and among equals by a hash of the
# flow. A flow stays where it is, whatever becomes nearer, and `ip anycast` shows all of this.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1   2001:db8:f::1, metric 100
#     2001:db8:c::2            (r2) --- (s0) s2   2001:db8:f::2, metric 200
#     2001:db8:d::2            (r3) --- (s0) s3   2001:db8:f::3, metric 300
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/servers.sh"

U1=2001:db8:f::1
U2=2001:db8:f::2
U3=2001:db8:f::3
# How many flows the tests of equal distances ask `ip anycast get` about, and how many they send packets of.
FLOWS=600
REAL=200
# Milliseconds between two requests of a stream. One server may get all six streams: it is written in Python, and on
# an emulated machine its socket drops packets that come more quickly.
EVERY=25
[[ ${ANYCAST6_KERNEL-} != debug ]] || FLOWS=200 REAL=60 EVERY=60

# ---- distance ----

# The nearest member is not the one that was configured first.
by_route() {
	has_members 3 1 2
	is "$(distance_of $U1) $(distance_of $U2) $(distance_of $U3)" "100 200 300"
	all_ask s1
	is "$(pings_to)" $U1
	is "$(verdicts)" "s3=farther s1=chosen s2=farther"
}

by_metric() {
	has_members "1 metric 4294967295" "3 metric 7" "2 metric 8"
	all_ask s3
	is "$(pings_to)" $U3
	is "$(verdicts)" "s1=farther s3=chosen s2=farther"
	router change $A via $U2 metric 6
	all_ask s2
	router change $A via $U1 metric 0
	all_ask s1
}

# A configured metric is compared with the metrics of routes as if it were one of them.
metric_and_route() {
	has_members 1 "3 metric 99" 2
	all_ask s3
	router replace $A via $U3
	is "$(distance_of $U3)" 300
	all_ask s1
	router change $A via $U3 metric 101
	all_ask s1
	router del $A via $U1
	all_ask s3
}

# RFC 4291 section 2.6: "the nearest interface ..., according to the routing protocols' measure of distance".
follows_routes() {
	has_members 1 2 3
	is "$(ask udp 5000 && ask tcp 5000)" "5000=s1"$'\n'"5000=s1"
	nsip router -6 route replace $U3 via 2001:db8:3::1 metric 50
	wait_for "the new distance" 10 is_distance $U3 50
	all_ask s3
	is "$(ask udp 5000)" 5000=s1
	# the better route goes, and the first one is used again
	nsip router -6 route del $U3 via 2001:db8:3::1 metric 50
	wait_for "the old distance" 10 is_distance $U3 300
	all_ask s1
	# the route stays but for its metric, which makes another member the nearest
	nsip router -6 -batch - <<-END
		route del $U1 via 2001:db8:1::1
		route add $U1 via 2001:db8:1::1 metric 1000
	END
	wait_for "the distance" 10 is_distance $U1 1000
	all_ask s2
	is "$(ask udp 5000)" 5000=s1
	nsip router -6 -batch - <<-END
		route del $U1 via 2001:db8:1::1
		route add $U1 via 2001:db8:1::1 metric 100
	END
	wait_for "the old distance" 10 is_distance $U1 100
	all_ask s1
}

# Another member becomes the nearest: old flows stay where they are.
metric_moves_new_flows() {
	has_members "1 metric 10" "2 metric 20"
	is "$(ask udp 5000-5019)" "$(all_of s1 5000 5019)"
	peer transfer client start old $A 7 300000 slow
	peer ping client $A
	router change $A via $U1 metric 30
	is "$(ask udp 5000-5019)" "$(all_of s1 5000 5019)"
	is "$(ask udp 5020-5039)" "$(all_of s2 5020 5039)"
	all_ask s2
	is "$(verdicts proto udp sport 5000 dport 7)" "s1=pinned s2=nearer"
	is "$(peer transfer client end old)" 300000
}

# ---- equal distance ----

# spread SERVERS WORDS: the flows in WORDS are spread over that many servers as evenly as by chance: chi-squared is
# below the limit that one try in a thousand exceeds.
spread() {
	local limits=(0 0 10828 13816) share n=0 squares=0 k=0 chi

	for share in $(shares "$2"); do
		share=${share#*=}
		n=$((n + share))
		squares=$((squares + share * share))
		k=$((k + 1))
	done
	is $k "$1" || return
	chi=$((1000 * k * squares / n - 1000 * n))
	echo "$(shares "$2"): chi-squared $chi / 1000, limit ${limits[$1]}"
	((chi < limits[$1]))
}

# spread itself accepts an even distribution, and refuses one that does not come by chance.
measure_of_spread() {
	spread 2 "1=s1 2=s2 3=s1 4=s2"
	spread 2 "$(printf '%s=s1 ' {1..280})$(printf '%s=s2 ' {1..320})"
	refute spread 2 "$(printf '%s=s1 ' {1..250})$(printf '%s=s2 ' {1..350})"
	refute spread 3 "$(printf '%s=s1 ' {1..200})$(printf '%s=s2 ' {1..250})$(printf '%s=s3 ' {1..150})"
	refute spread 3 "$(printf '%s=s1 ' {1..50})$(printf '%s=s2 ' {1..50})"
}

EQUALS=("1 metric 10" "2 metric 10" "3 metric 10")

spread_over_equals() {
	local last=$((9999 + FLOWS)) words

	has_members "${EQUALS[@]}"
	words=$(resolve udp 10000-$last)
	is "$(wc -w <<<"$words")" $FLOWS
	spread 3 "$words"
	words=$(resolve tcp 10000-$last)
	spread 3 "$words"
	# two servers, and then flows that differ only by the client's address
	has_members "${EQUALS[@]:0:2}"
	spread 2 "$(resolve udp 10000-$last)"
	for ((i = 1; i <= FLOWS; i++)); do
		printf 'anycast get %s from 2001:db8:c:%x:%x::2 iif r0 proto udp sport 7 dport 7\n' $A $((i % 7)) $i
	done >"$T_DIR/clients"
	words=$(nsip router -j -batch "$T_DIR/clients" |
		jq -rs 'to_entries | map("\(.key)=" + .value[0].via) | join(" ")')
	spread 2 "$words"
}

# Packets go where `ip anycast get` says, so they are spread as evenly.
spread_for_real() {
	local last=$((9999 + REAL)) words

	has_members "${EQUALS[@]}"
	words=$(resolve udp 10000-$last)
	is "$(ask udp 10000-$last)" "$words"
	spread 3 "$words"
	is "$(ask tcp 10000-10029)" "$(resolve tcp 10000-10029)"
	spread 3 "$(ask tcp 10000-10029)"
}

# One member goes: only its flows move. This asks `ip anycast get`, for each of the members.
minimal_disruption() {
	local before after last=$((9999 + FLOWS)) n

	has_members "${EQUALS[@]}"
	before=$(resolve udp 10000-$last)
	for n in 1 2 3; do
		router del $A via 2001:db8:f::$n
		after=$(resolve udp 10000-$last)
		refute grep -q "=s$n\b" <<<"$after"
		is "$(kept s$n "$before" "$after")" "$(kept s$n "$before" "$before")"
		# the flows that moved are spread over the two that are left
		spread 2 "$(moved "$before" "$after")"
		router add $A via 2001:db8:f::$n metric 10
		is "$(resolve udp 10000-$last)" "$before"
	done
}

# kept NAME BEFORE AFTER: where the flows are now that NAME did not have before.
kept() { paste -d ' ' <(tr ' ' '\n' <<<"$2") <(tr ' ' '\n' <<<"$3") | grep -v "^[0-9]*=$1 " | cut -d ' ' -f 2; }

# moved BEFORE AFTER: the flows that moved, and where they are now.
moved() {
	paste -d ' ' <(tr ' ' '\n' <<<"$1") <(tr ' ' '\n' <<<"$2") | awk '$1 != $2 { print $2 }' | xargs
}

# The same with packets: pinned flows of the member that goes move with their next packet, the others do not.
disruption_for_real() {
	local before last=$((9999 + REAL))

	has_members "${EQUALS[@]}"
	before=$(ask udp 10000-$last)
	router del $A via $U2
	after=$(ask udp 10000-$last)
	refute grep -q "=s2\b" <<<"$after"
	is "$(kept s2 "$before" "$after")" "$(kept s2 "$before" "$before")"
	# it comes back: old flows stay where they are until they are flushed
	router add $A via $U2 metric 10
	is "$(ask udp 10000-$last)" "$after"
	router flow flush $A
	is "$(ask udp 10000-$last)" "$before"
}

# Flows are spread over the nearest members only: a farther one gets none.
equals_and_a_far_one() {
	has_members "1 metric 10" "2 metric 10" "3 metric 11"
	spread 2 "$(resolve udp 10000-10199)"
	is "$(verdicts proto udp sport 1 dport 1 | tr ' ' '\n' | cut -d = -f 2 | sort | xargs)" "chosen drawn farther"
}

# Another router, where the same members were added in another order, chooses the same member for each flow.
routers_agree() {
	local words

	has_members "${EQUALS[@]}"
	words=$(resolve udp 10000-10199)
	ns_make other
	ns other sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip other -batch - <<-END
		link add unused type dummy
		link add r0 type dummy
		link set r0 up
		address add 2001:db8:f::f/64 dev r0 nodad
		anycast add $A via $U3
		anycast add $A via $U2
		anycast add $A via $U1
	END
	for ((i = 10000; i < 10200; i++)); do
		echo "anycast get $A from $C iif r0 proto udp sport $i dport 7"
	done >"$T_DIR/other"
	is "$(nsip other -j -batch "$T_DIR/other" | jq -rs 'to_entries | map("\(.key + 10000)=s" +
		(.value[0].via | split(":") | last)) | join(" ")')" "$words"
	ns_del other
}

# Members become nearer while packets of a flow are sent: all of them go to the same server.
never_split() {
	local i result

	has_members "${EQUALS[@]}"
	for i in 1 2 3 4 5 6; do
		peer stream client start "flow$i" $A 7 every=$EVERY
	done
	is "$(peer transfer client start both $A 7 500000 slow | wc -w)" 1
	for i in 1 2 3 4 5 6; do
		peer stream client answered "flow$i" 40
	done
	router change $A via $U1 metric 9
	router change $A via $U2 metric 8
	for i in 1 2 3 4 5 6; do
		peer stream client answered "flow$i" $(($(peer stream client sent "flow$i") + 20))
	done
	for i in 1 2 3 4 5 6; do
		result=$(peer stream client stop "flow$i")
		echo "$result" >&2
		grep -Ex "1-[0-9]+=s[123]" <<<"$result" || true
	done | cut -d = -f 2 | sort | uniq -c >"$T_DIR/streams"
	cat "$T_DIR/streams"
	is "$(awk '{ n += $1 } END { print n }' "$T_DIR/streams")" 6
	# more than one server had flows
	(($(wc -l <"$T_DIR/streams") > 1))
	is "$(peer transfer client end both)" 500000
}

# ---- area ----

local_node() {
	has_members "1 metric 9000 area 2001:db8:c::/64" "2 metric 10"
	all_ask s1
	all_ask s2 src=$D
	is "$(verdicts)" "s1=chosen s2=global"
	is "$(router get $A from $D | head -n 1)" "$A from $D via $U2"
	[[ $(router get $A from $D) == *"via $U1 metric 9000 distance 9000 area 2001:db8:c::/64 state up verdict area"* ]]
	is "$(pings_to)" $U1
	is "$(pings_to src=$D)" $U2
}

not_eligible() {
	has_members "1 area 2001:db8:c::/64"
	all_ask s1
	# there is no route either, so the client gets an error at once
	is "$(ask udp 3000 src=$D)" 3000=ENETUNREACH
	is "$(ask tcp 3000 src=$D)" 3000=ENETUNREACH
	[[ $(router get $A from $D) == "$A from $D by route"* ]]
	# the client sends its SYN twice if the error comes before connect() waits for it
	[[ $(misses no_member) == [23] ]]
	# with a route, packets that no member may get follow it
	nsip router -6 route add $A via 2001:db8:3::1
	is "$(ask udp 3001 src=$D)" 3001=s3
	all_ask s1
	nsip router -6 route del $A
}

local_nodes() {
	has_members "1 area 2001:db8:c::/64" "2 area 2001:db8:d::/64" "3 metric 0"
	all_ask s1
	all_ask s2 src=$D
	# the client is in two areas: the nearer member gets the flow
	router add $A via 2001:db8:2::1 area 2001:db8::/32 metric 1
	is "$(ask udp 3000)" 3000=s2
	# an old flow stays, though its client is not in the area any more
	router change $A via 2001:db8:2::1 area 2001:db8:e::/64
	is "$(ask udp 3000,3001)" "3000=s2 3001=s1"
	router del $A via 2001:db8:2::1
	router change $A via $U1 area 2001:db8:e::/64
	is "$(ask udp 3000,3001,3002)" "3000=s3 3001=s1 3002=s3"
}

misses() { nsip router -s -j anycast show $A | jq ".[0].misses.$1"; }

# ---- scope ----

scope() {
	has_members 1 2
	router set $A scope 2001:db8::/32
	all_ask s1
	refused "outside" router add $A via 2001:db9::1
	refused "outside" router replace $A via 2001:db9::1 metric 5
	router add $A via 2001:db8:ffff::1
	router del $A via 2001:db8:ffff::1
	# the first scope leaves out a member, the second one the address
	refused "scope" router set $A scope 2001:db8:53::/48
	refused "scope" router set $A scope 2001:db8:f::/48
	is "$(nsip router -j anycast show $A | jq -r '.[].scope')" 2001:db8::/32
	router set $A scope ::/0
	router add $A via 2001:db9::1
	refused "scope" router set $A scope 2001:db8::/32
	[[ $(member_state 2001:db9::1) == "down route" ]]
	all_ask s1
}

# ---- what ip shows ----

explained() {
	has_members "1 metric 10" "2 metric 10" 3
	router add $A via 2001:db9::1 metric 1
	[[ $(verdicts proto udp sport 1 dport 2) =~ ^(s1=chosen\ s2=drawn|s1=drawn\ s2=chosen)\ s3=farther\ s1=down$ ]]
	ask udp 5000
	# that flow is pinned now, flows with other ports are not
	[[ $(verdicts proto udp sport 5000 dport 7) =~ ^(s1=pinned\ s2=drawn|s1=drawn\ s2=pinned)\ s3=farther\ s1=down$ ]]
	[[ $(verdicts proto udp sport 5000 dport 8) != *pinned* ]]
	router get $A from $C | grep -Fx "    via $U3 distance 300 state up verdict farther"
	router get $A from $C | grep -Fx "    via 2001:db9::1 metric 1 distance 1 state down reason route verdict down"
	# without forwarding only this node's own packets reach members
	router change $A via $U1 metric 1
	ns router sysctl -qw net.ipv6.conf.all.forwarding=0
	is "$(verdicts iif r0)" "s1=forwarding s2=forwarding s3=forwarding s1=down"
	[[ $(router get $A from $C iif r0) == "$A from $C iif r0 by route"* ||
		$(router get $A from $C iif r0) == "$A from $C by route"* ]]
	is "$(verdicts)" "s1=chosen s2=farther s3=farther s1=down"
	ns router sysctl -qw net.ipv6.conf.all.forwarding=1
	# what comes from a member itself does not go back there
	peer ping router $U1
	is "$(query router verdicts anycast get $A from $U1 iif r1)" "s1=loop s2=chosen s3=farther s1=down"
	refused "no such" router get 2001:db8::1234 from $C
}

flows_shown() {
	has_members 1 2
	is "$(ask udp 5000)" 5000=s1
	is "$(flow udp)" "$A $C udp 5000 7 $U1 new"
	is "$(ask udp 5000)" 5000=s1
	is "$(flow udp)" "$A $C udp 5000 7 $U1 established"
	peer transfer client start held $A 7 100000 slow
	is "$(flow tcp | sed -E 's/ [0-9]+ 7 / 7 /')" "$A $C tcp 7 $U1 established"
	is "$(peer transfer client end held)" 100000
	is "$(flow tcp | sed -E 's/ [0-9]+ 7 / 7 /')" "$A $C tcp 7 $U1 closing"
	is "$(ask tcp 5001)" 5001=s1
	is "$(flow tcp | grep 5001)" "$A $C tcp 5001 7 $U1 closed"
	peer ping client $A
	nsip router -j anycast flow show $A | jq -e '.[] | select(.proto == "ipv6-icmp") |
		(.id | type == "number") and .via == "'$U1'" and .state == "new" and (has("sport") | not)'
	nsip router -j anycast flow show | jq -e 'all(.[]; .idle >= 0 and .idle < 60 and .timeout >= 10)'
	router flow show $A | grep -Ex "$A from $C proto udp sport 5000 dport 7 via $U1 state established idle [0-9.]+s timeout 180s"
	is "$(nsip router -j anycast show $A | jq -c '[.[0].members[].active_flows]')" "[4,0]"
}

# flow PROTO: the flows of that protocol, one line each.
flow() {
	nsip router -j anycast flow show | jq -r '.[] | select(.proto == "'"$1"'") |
		"\(.address) \(.from) \(.proto) \(.sport) \(.dport) \(.via) \(.state)"'
}

# The next packet of a flow that was flushed goes to the nearest member; flows of other addresses stay.
flows_flushed() {
	local B=2001:db8:53::54

	has_members 1
	router add $B via $U1
	is "$(ask udp 5000,5001)" "5000=s1 5001=s1"
	nsip s1 anycast add $B
	is "$(peer ask client udp $B 7 5000)" 5000=s1
	router add $A via $U2 metric 1
	router flow flush $B
	is "$(nsip router -j anycast flow show | jq -c 'map(.sport) | sort')" "[5000,5001]"
	is "$(ask udp 5000,5001)" "5000=s1 5001=s1"
	router flow flush $A
	is "$(nsip router -j anycast flow show)" "[]"
	is "$(ask udp 5000,5001)" "5000=s2 5001=s2"
	is "$(ask tcp 5000)" 5000=s2
	router flow flush
	is "$(router flow show)" ""
	nsip s1 anycast del $B
}

counted() {
	has_members 1 2
	is "$(counters)" "0/0 0/0"
	is "$(ask udp 5000-5009)" "$(all_of s1 5000 5009)"
	# 52 bytes a packet: IPv6 header 40, UDP header 8, data 4
	is "$(counters)" "10/520 0/0"
	router add $A via $U3 metric 1
	is "$(ask udp 5010-5014)" "$(all_of s3 5010 5014)"
	is "$(counters)" "10/520 0/0 5/260"
	# the address counts the packets of all its members
	is "$(nsip router -s -j anycast show $A | jq -r '.[0] | "\(.packets)/\(.bytes)"')" 15/780
	is "$(nsip router -s -j anycast show $A | jq -c '.[0].misses')" \
		'{"no_member":0,"loop":0,"forwarding":0,"unpinned":0,"waiting":0,"reset":0}'
}

counters() {
	nsip router -s -j anycast show $A | jq -r '[.[0].members[] | "\(.packets)/\(.bytes)"] | join(" ")'
}

saved() {
	local words

	has_members "1 metric 10" "2 metric 10" "3 metric 5 area 2001:db8:d::/64"
	router set $A scope 2001:db8::/32
	words=$(resolve udp 10000-10099)
	router save >"$T_DIR/saved"
	router show >"$T_DIR/shown"
	router flush
	is "$(ask udp 5000)" 5000=ENETUNREACH
	nsip router anycast restore <"$T_DIR/saved"
	router save | diff "$T_DIR/saved" -
	router show | diff "$T_DIR/shown" -
	is "$(resolve udp 10000-10099)" "$words"
	all_ask s3 src=$D
}

# ---- this node's own packets ----

own_traffic() {
	has_members 1 2
	is "$(peer ask router udp $A 7 5000-5009)" "$(all_of s1 5000 5009)"
	is "$(peer ask router tcp $A 7 5000-5002)" "$(all_of s1 5000 5002)"
	is "$(peer ping router $A)" $U1
	is "$(peer transfer router start own $A 7 1000000)" s1
	is "$(peer transfer router end own)" 1000000
	router change $A via $U2 metric 1
	is "$(peer ask router udp $A 7 5005-5014)" "$(all_of s1 5005 5009) $(all_of s2 5010 5014)"
	# a member on the router itself is nearer than all others
	serve_all router 7 id=router
	router add $A
	is "$(peer ask router udp $A 7 6000)" 6000=router
	is "$(ask udp 6000)" 6000=router
	is "$(ask tcp 6000)" 6000=router
	is "$(verdicts | cut -d ' ' -f 1)" "s1=farther"
	# with that metric it is farther than all others
	router change $A dev anycast0 metric 1000
	is "$(ask udp 6001)" 6001=s2
	is "$(ask tcp 6001)" 6001=s2
	is "$(ask udp 6000)" 6000=router
	is "$(peer ask router udp $A 7 6001)" 6001=s2
	is "$(peer ask router tcp $A 7 6001)" 6001=s2
}

peer_start
make_servers 3
t_run "RFC4291-2.6: the nearest by the metric of routes gets all" by_route
t_run "the nearest by configured metric gets all" by_metric
t_run "a metric stands in for the route's" metric_and_route
t_run "routes change: new flows follow, old ones stay" follows_routes
t_run "a metric changes: new flows follow, old ones stay" metric_moves_new_flows
t_run "the measure of an even spread" measure_of_spread
t_run "equals: flows and clients are spread as evenly as chance has it" spread_over_equals
t_run "equals: real flows go where get says" spread_for_real
t_run "equals: one that goes moves its flows only" minimal_disruption
t_run "equals: real flows of one that goes move, no others" disruption_for_real
t_run "equals: a farther one gets nothing" equals_and_a_far_one
t_run "equals: routers agree" routers_agree
t_run "RFC4786-4.4.3: a flow is never split by packet" never_split
t_run "RFC4786-4.4.4: a local node is preferred by its clients, others have a global one" local_node
t_run "RFC4786-4.4.4: a local node is not eligible for others" not_eligible
t_run "RFC4786-4.4.4: several local nodes" local_nodes
t_run "RFC4291-2.6: no member outside the scope" scope
t_run "get explains" explained
t_run "flow show" flows_shown
t_run "flow flush" flows_flushed
t_run "packets and bytes are counted" counted
t_run "saved and restored" saved
t_run "the router's own packets, and the router as a member" own_traffic
t_done
