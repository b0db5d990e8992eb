#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The limits of steering: routers that point at each other, a full table of flows, a flood of SYNs, the end of
# flows, who may list them, and many addresses with one next hop.
#
#                                             2001:db8:1::/64 --- (m0) one
#   client (c0) --- 2001:db8:c::/64 --- (r0) router                   ::1
#    ::2                                 ::f  2001:db8:2::/64 --- (m0) two
#    (c1)                                  |                        ::1
#     +--- 2001:db8:e::/64 --- (o0) other (o1) --- (r3) 2001:db8:f::/64
#          ::2                  ::f       ::2       ::f
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

# The prefix of many addresses, which the members have by a local route.
MANY=2001:db8:b::
case ${ANYCAST6_KERNEL-} in
debug) COUNT=150 FLOOD=1000 ;;
*) COUNT=4000 FLOOD=5000 ;;
esac
ROOM=200

make_other() {
	ns_make other
	link_veth router r3 other o1
	link_veth client c1 other o0
	ns other sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0
	addr_add router r3 2001:db8:f::f/64
	addr_add other o1 2001:db8:f::2/64
	addr_add other o0 2001:db8:e::f/64
	addr_add client c1 2001:db8:e::2/64
	nsip other -6 -batch - <<-END
		route add 2001:db8:c::/64 via 2001:db8:f::f
		route add 2001:db8:1::/64 via 2001:db8:f::f
	END
	nsip router -6 route add 2001:db8:e::/64 via 2001:db8:f::2
	for name in one two; do
		nsip $name -6 route add local $MANY/64 dev lo
	done
	wait_for "the neighbour" 20 peer ping router 2001:db8:f::2 wait=1
	wait_for "the other neighbour" 20 peer ping client 2001:db8:e::f wait=1
	wait_for "the client" 20 peer ping client 2001:db8:c::f wait=1
}

# watch_routers: watch what crosses the link between the routers, in each direction, and what the client gets.
watch_routers() {
	peer watch router back r3
	peer watch other forth o1
	peer watch client client c0
}

# Each router sends A's packets to the other one. A packet must cross their link once only.
loop() {
	local before

	nsip router anycast flush
	nsip router anycast add $A via 2001:db8:f::2
	nsip other anycast add $A via 2001:db8:f::f
	before=$(misses other loop)
	watch_routers
	peer inject client $CLIENT $A echo 42001 1
	peer inject client $CLIENT $A udp 42002 7
	peer inject client $CLIENT $A tcp 42003 7
	peer seen client client ">$CLIENT/.*/error-1-[03]-0\[$CLIENT>$A/.*(echo-42001|udp-42002|tcp-42003)" least=3
	is "$(words "$(peer seen other forth "^$CLIENT>$A/")")" 3
	is "$(peer seen router back "^$CLIENT>$A/")" ""
	echo $(($(misses other loop) - before)) >"$T_DIR/loops"
	is "$(misses router loop)" 0
}

# counted COUNT: the case before counted so many packets as loops.
counted() { is "$(<"$T_DIR/loops")" "$1"; }

# The other router remembers a flow with the member behind this router, which was right when the flow began.
pinned_loop() {
	local before

	nsip router anycast flush
	nsip other anycast flush
	nsip router anycast add $A via $ONE
	nsip other anycast add $A via 2001:db8:f::f
	# through the other router, from an address that both have a route to
	nsip client -6 route add $A/128 via 2001:db8:e::f
	is "$(peer ask client $A 7 42101-42101 src=$CLIENT)" one
	is "$(peer ask client $A 7 42101-42101 src=$CLIENT)" one
	[[ $(flows other) == "$CLIENT udp 42101 2001:db8:f::f established" ]]
	# now the other router is this one's only member
	nsip router anycast add $A via 2001:db8:f::2
	nsip router anycast del $A via $ONE
	nsip client -6 route del $A/128 via 2001:db8:e::f
	before=$(misses other loop)
	watch_routers
	peer inject client $CLIENT $A udp 42101 7
	peer seen client client ">$CLIENT/.*/error-1-[03]-0\[$CLIENT>$A/.*udp-42101" least=1
	is "$(words "$(peer seen other forth "^$CLIENT>$A/")")" 1
	is "$(peer seen router back "^$CLIENT>$A/")" ""
	echo $(($(misses other loop) - before)) >"$T_DIR/loops"
	# if there is another member, that one gets the flow
	nsip other anycast add $A via $ONE metric 5000
	nsip router anycast add $A via $TWO metric 9000
	nsip router anycast del $A via 2001:db8:f::2
	is "$(peer ask client $A 7 42101-42101 src=$CLIENT)" two
}

# A route of the tables that leads back counts as well.
routed_loop() {
	local before

	nsip router anycast flush
	nsip other anycast flush
	nsip router anycast add $A via 2001:db8:f::2
	# the only member can't be reached, so routes decide
	nsip other -6 route add 2001:db8:a::/48 via 2001:db8:f::f
	nsip other anycast add $A via 2001:db8:77::1
	before=$(misses other loop)
	watch_routers
	peer inject client $CLIENT $A echo 42201 1
	peer seen client client ">$CLIENT/.*/error-1-[03]-0\[$CLIENT>$A/.*echo-42201" least=1
	is "$(words "$(peer seen other forth "^$CLIENT>$A/")")" 1
	is "$(peer seen router back "^$CLIENT>$A/")" ""
	is $(($(misses other loop) - before)) 1
	nsip other -6 route del 2001:db8:a::/48 via 2001:db8:f::f
	nsip other anycast flush
	nsip router anycast flush
}

# ---- the table ----

begin() {
	nsip router anycast flush
	add_members
	steered client
	nsip router anycast flow flush
	ns router sysctl -qw net.anycast6.max_flows="$1"
}

# A new flow takes the place of the one that was idle for longest, and is steered in any case.
full() {
	local names

	begin 10
	names=$(peer ask client $A 7 42301-42320 src=$CLIENT)
	[[ $names != *-* && $names == *one* && $names == *two* ]]
	is "$(count_flows router)" 10
	is "$(active_flows router)" 10
	is "$(evictions router new)" 10
	is "$(peer ask client $A 7 42301-42320 src=$CLIENT)" "$names"
	is "$(count_flows router)" 10
	is "$(misses router unpinned)" 0
	nsip router anycast flow flush
	is "$(count_flows router)" 0
	is "$(active_flows router)" 0
	# the table may be smaller than what is in it: it becomes so with new flows
	ns router sysctl -qw net.anycast6.max_flows=100
	is "$(peer ask client $A 7 42301-42320 src=$CLIENT)" "$names"
	ns router sysctl -qw net.anycast6.max_flows=0
	is "$(count_flows router)" 20
	is "$(peer ask client $A 7 42301-42320 src=$CLIENT)" "$names"
	is "$(misses router unpinned)" 0
	# nothing gives way for what can't be remembered
	is "$(peer ask client $A 7 42321-42335 src=$CLIENT | tr -cd -)" ""
	is "$(count_flows router)" 20
	is "$(misses router unpinned)" 15
}

syn_flood() {
	local i name=()

	begin $ROOM
	for ((i = 0; i < 12; i++)); do
		name[i]=$(peer open client syn$i tcp $A 7)
		is "$(peer say client syn$i size=1000)" "${name[i]}"
	done
	is "$(flows router | grep -c established)" 12
	peer flood client 2001:db8:bad:: $A 7 $FLOOD
	is "$(flows router | grep -c established)" 12
	# a SYN that nothing follows is forgotten after ten seconds: where it takes long, there are not so many
	(($(count_flows router) <= ROOM))
	(($(evictions router new) > 0))
	# the kernel's hash table refuses a few while it grows
	(($(misses router unpinned) <= ROOM / 20))
	# flows that were forgotten would not go to their member now
	nsip router anycast change $A via $ONE metric 5
	for ((i = 0; i < 12; i++)); do
		is "$(peer say client syn$i size=5000)" "${name[i]}"
	done
	is "$(flows router | grep -c established)" 12
	# new connections are served, and remembered once they are established
	is "$(peer open client after tcp $A 7)" one
	is "$(peer say client after size=5000)" one
	is "$(flows router | grep -c established)" 13
	for ((i = 0; i < 12; i++)); do
		peer close client syn$i
	done
	peer close client after
}

forgotten() { ! flows router | grep -q "$CLIENT $1"; }

# A connection that was reset is forgotten after 10 s, and so is a SYN that nothing followed.
expire() {
	begin $ROOM
	peer open client ended tcp $A 7 src=$CLIENT sport=42501
	peer open client kept tcp $A 7 src=$CLIENT sport=42502
	peer say client ended
	peer say client kept
	peer close client ended reset
	peer inject client $CLIENT $A tcp 42503 9
	flows router
	flows router | grep -q "^$CLIENT tcp 42501 .* closed$"
	flows router | grep -q "^$CLIENT tcp 42503 .* \(new\|closed\)$"
	wait_for "the end of the flow" 30 forgotten "tcp 42501"
	wait_for "the end of the SYN" 30 forgotten "tcp 42503"
	flows router | grep -q "^$CLIENT tcp 42502 .* established$"
	wait_for "the count of flows" 10 eval "is \$(active_flows router) \$(count_flows router)"
	peer close client kept
}

# Flows go with their address and with their member.
with_member() {
	begin $ROOM
	peer ask client $A 7 42601-42620 src=$CLIENT
	is "$(count_flows router)" 20
	nsip router anycast del $A via $ONE
	wait_for "the end of the member's flows" 20 eval "! flows router | grep -q ' $ONE '"
	peer ask client $A 7 42601-42620 src=$CLIENT
	is "$(flows router | grep -c " $TWO ")" 20
	nsip router anycast del $A
	is "$(count_flows router)" 0
}

privileges() {
	local said status=0

	begin $ROOM
	peer ask client $A 7 42701-42703 src=$CLIENT
	said=$(ns router setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		ip anycast flow show 2>&1) || status=$?
	is "$said" "Error: anycast6: flows name clients, which needs CAP_NET_ADMIN."
	is $status 2
	status=0
	said=$(ns router setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		ip anycast flow flush 2>&1) || status=$?
	[[ $said == *CAP_NET_ADMIN* ]]
	is $status 2
	is "$(count_flows router)" 3
	# nor is anybody told by other ways which connections there are
	nsip router anycast get $A from $CLIENT iif r0 proto udp sport 42701 dport 7 | grep -q " verdict pinned"
	said=$(ns router setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		ip anycast get $A from $CLIENT iif r0 proto udp sport 42701 dport 7)
	[[ $said == *" verdict chosen"* && $said != *pinned* ]]
	# everything else may be read without a capability
	is "$(ns router setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		ip anycast show | head -n 1)" "$(nsip router anycast show | head -n 1)"
}

# all_at NAME [OPTION]: one packet to each address, and NAME answers each.
all_at() {
	local names

	names=$(peer each client $MANY $COUNT 7 wait=20 "${@:2}")
	is "$(tr ' ' '\n' <<<"$names" | sort | uniq -c | xargs)" "$COUNT $1"
}

# The next hop of many addresses dies: the next packet to each of them goes to the other member.
many() {
	local member

	nsip router anycast flush
	ns router sysctl -qw net.anycast6.max_flows=262144
	for member in "$ONE metric 1" "$TWO metric 2"; do
		for ((i = 0; i < COUNT; i++)); do
			printf "anycast add $MANY%x via $member\n" "$i"
		done
	done | nsip router -batch -
	is "$(query router count anycast show origin static)" $COUNT
	wait_for "one" 20 eval "[[ \$(peer each client $MANY 1 7) == one ]]"
	all_at one sport=20000
	# carrier goes, and packets come before any event is handled; remembered flows move as well
	nsip one link set m0 down
	all_at two sport=20000
	all_at two
	nsip one link set m0 up
	addr_add one m0 $ONE/64 || true
	nsip one -6 route replace default via 2001:db8:1::f
	# the addresses come back one after the other
	wait_for "one again" 30 eval "[[ \$(query router count anycast show origin static state down) == 0 ]]"
	# so that no packet is part of a flow that is remembered: ports may repeat
	nsip router anycast flow flush
	all_at one
	nsip router anycast flush
}

peer_start wire.py
make_members || exit
make_client || exit
make_other || exit
t_run "two routers that point at each other" loop
t_run "two routers that point at each other: a count" counted 3
t_run "two routers that point at each other, a flow that is remembered" pinned_loop
t_run "two routers that point at each other, a flow that is remembered: a count" counted 1
t_run "a route that leads back" routed_loop
t_run "a full table: flows are steered, and others forgotten" full
t_run "a flood of SYNs leaves established flows alone" syn_flood
t_run "flows end" expire
t_run "flows go with their member and their address" with_member
t_run "flows are shown to who may configure, only" privileges
t_run "many addresses of one next hop switch at once" many
t_done
