#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# All that one source sends to an address stays together: IKE, ESP, TCP, pings and fragments of a client get the same
# of two equal members, and go on getting it whatever becomes nearer, while the source has something there.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1, 2001:db8:f::1
#    ::2, ::1:1 to ::1:c                 ::f  |     (r2) --- 2001:db8:2::/64 --- (m0) two   ::1, 2001:db8:f::2
#                                             |
#   forger (f0) --- 2001:db8:e::/64 --- (r3) -+
#    ::2                              ::f
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/safe.sh"

# Addresses of the client's; two more are for cases in which they are new.
SOURCES=(2001:db8:c::1:{1,2,3,4,5,6,7,8,9,a})
[[ ${ANYCAST6_KERNEL-} != debug ]] || SOURCES=("${SOURCES[@]:0:4}")
NEW=2001:db8:c::1:b
NEWER=2001:db8:c::1:c

# member NAME: the address by which the router knows it.
member() { case $1 in one) echo "$U1" ;; two) echo "$U2" ;; *) echo nobody ;; esac; }

# named VIA: the name of the member with this address, by which it is known or from which it answers pings.
named() { case $1 in "$U1" | "$ONE") echo one ;; "$U2" | "$TWO") echo two ;; *) echo "nobody ($1)" ;; esac; }

# equals [AFFINITY]: both members are at the same distance, and there is no flow.
equals() {
	begin
	ns router sysctl -qw net.anycast6.max_flows=262144 net.anycast6.flow_grace=1000
	nsip router -batch - <<-END
		anycast change $A via $U1 metric 10
		anycast change $A via $U2 metric 10
		anycast set $A affinity ${1-source}
		anycast flow flush
	END
}

# nearer NAME: this one is nearer to new sources from now on.
nearer() { nsip router anycast change $A via "$(member "$1")" metric $((PREFERENCE--)); }

# asks SOURCE PORT [SPORT]: who answers a datagram.
asks() { peer ask client $A "$2" "${3-$2}-${3-$2}" src="$1"; }

# connects SOURCE [SPORT]: who answers a connection.
connects() {
	peer open client tcp tcp $A 7 src="$1" sport="${2-45007}" || return
	is "$(peer say client tcp)" "$(peer say client tcp)" >&2 && peer close client tcp reset >&2
}

# came WHAT: who has got a packet like this; there must be one.
came() {
	came_once "$1" >&2 || wait_for "a packet like $1" 20 came_once "$1" >&2 || return
	[[ ! $(peer seen one one "$1") ]] || echo one
	[[ ! $(peer seen two two "$1") ]] || echo two
}
came_once() { [[ $(peer seen one one "$1") || $(peer seen two two "$1") ]]; }

# injects SOURCE KIND [SPORT [DPORT]]: who gets a packet that nobody answers.
injects() {
	watch_members >&2 && peer inject client "$1" $A "$2" "${3-45001}" "${4-7}" >&2 || return
	came "^$1>$A/.*/$2-"
}

# spread SOURCE: who gets what this source sends, of each kind, each once, in one line.
spread() {
	{
		asks "$1" 500
		asks "$1" 4500
		injects "$1" esp 4096 1
		injects "$1" esp 8192 1
		asks "$1" 7 45001
		asks "$1" 7 45002
		connects "$1" 45003
		injects "$1" sctp 45004
		injects "$1" echo 45005
		# in fragments
		peer pieces client "$1" $A 45006 7 0,1,2
		named "$(query router "field via" anycast get $A from "$1" iif r0 proto 50)"
		named "$(query router "field via" anycast get $A from "$1" iif r0 proto tcp sport 45099 dport 99)"
	} | sort -u | xargs
}

# Without affinity the kinds of one source or another come apart; so the next case can fail.
apart() {
	local source

	equals flow
	for source in "${SOURCES[@]}"; do
		[[ $(spread "$source") != "one two" ]] || return 0
	done
	fail "no source was at both members"
}

together() {
	local all=() source

	equals
	for source in "${SOURCES[@]}"; do
		all+=("$(spread "$source")")
		[[ ${all[-1]} == one || ${all[-1]} == two ]]
	done
	echo "${all[*]}"
	[[ " ${all[*]} " == *" one "* && " ${all[*]} " == *" two "* ]]
	# what nothing is remembered of goes there, too
	nsip router anycast flow flush
	for source in "${SOURCES[@]}"; do
		is "$(injects "$source" esp 4096 2) $(asks "$source" 7 45011)" "${all[0]} ${all[0]}"
		all=("${all[@]:1}")
	done
}

listed() {
	local name

	equals
	name=$(injects $NEW esp 4096 1)
	is "$(flows router)" "$NEW source - $(member "$name") new"
	is "$(asks $NEW 500)" "$name"
	is "$(flows router)" "$NEW source - $(member "$name") established"$'\n'"$NEW udp 500 $(member "$name") new"
	is "$(active_flows router)" 2
	nsip router -j anycast flow show | jq -e "map(select(has(\"proto\") | not)) |
		length == 1 and (.[0] | .from == \"$NEW\" and .timeout == 180 and (has(\"sport\") or has(\"dport\") | not))"
	nsip router anycast flow show | grep "^$A from $NEW via $(member "$name") state established idle .* timeout 180s$"
	nsip router anycast flow flush $A
	is "$(flows router)" ""
}

# get_says SOURCE NAME VERDICT: of a packet that opens a flow.
get_says() {
	nsip router anycast get $A from "$1" iif r0 proto udp sport 45021 dport 4500 |
		grep "^    via $(member "$2") .* verdict $3$"
}

stays_when_another_is_nearer() {
	local name other=one

	equals
	name=$(asks $NEW 500)
	[[ $name == two ]] || other=two
	get_says $NEW "$name" pinned
	nearer $other
	get_says $NEW "$name" pinned
	get_says $NEW $other nearer
	is "$(spread $NEW)" "$name"
	get_says $NEWER $other chosen
	is "$(spread $NEWER)" $other
}

stays_while_its_member_drains() {
	local name other=one

	equals
	name=$(asks $NEW 500)
	[[ $name == two ]] || other=two
	nsip router anycast drain $A via "$(member "$name")"
	is "$(spread $NEW)" "$name"
	is "$(spread $NEWER)" $other
}

# The source goes with the first of its flows, the others follow it, and stay.
moves_when_its_member_is_down() {
	local name other=one via

	equals
	name=$(spread $NEW)
	[[ $name == two ]] || other=two
	via=$(member "$name")
	nsip router anycast del $A via "$via"
	# for a second it may be replaced
	pause 1.2
	is "$(spread $NEW)" $other
	nsip router anycast add $A via "$via" metric 1
	is "$(spread $NEW)" $other
	is "$(spread $NEWER)" "$name"
}

# A path that is gone for a moment moves no source: a new connection waits, a datagram takes a detour.
waits() {
	begin
	ns router sysctl -qw net.anycast6.flow_grace=60000
	nsip router anycast set $A affinity source
	is "$(asks $NEW 500) $(asks $NEW 4500)" "one one"
	is "$(flows router | grep source)" "$NEW source - $U1 established"
	nsip router -6 route del $ROUTE1
	is "$(asks $NEW 7 45031)" two
	is "$(injects $NEW esp 4096 1)" two
	watch_members
	peer inject client $NEW $A tcp 45032 7
	# one of another source, which comes later, is not for a member that can't be reached
	is "$(connects $NEWER 45033)" two
	is "$(peer seen two two "^$NEW>$A/.*/tcp-45032")" ""
	is "$(misses router waiting)" 1
	nsip router -6 route add $ROUTE1
	wait_for "the route" 20 get_says $NEW one pinned
	is "$(asks $NEW 7 45031)" one
	is "$(spread $NEW)" one
	is "$(spread $NEWER)" two
	# when the grace is over, the source moves
	ns router sysctl -qw net.anycast6.flow_grace=0
	nsip router -6 route del $ROUTE1
	is "$(spread $NEW)" two
	nsip router -6 route add $ROUTE1
	wait_for "the route" 20 get_says 2001:db8:c::99 one chosen
	is "$(spread $NEW)" two
}

# A packet that comes from where the member is does not move the source, and is not sent back.
forged_loop() {
	local gateway

	begin
	nsip router anycast set $A affinity source
	is "$(asks $NEW 500) $(asks $NEW 4500)" "one one"
	gateway=$(mac router r1)
	peer watch two two m0
	peer forge one m0 "$gateway" $NEW $A udp 45041 7
	peer forge one m0 "$gateway" $NEW $A tcp 45042 7 flags=$SYN
	peer seen two two "^$NEW>$A/.*/(udp-45041|tcp-45042)" least=2
	is "$(flows router | grep source)" "$NEW source - $U1 established"
	is "$(asks $NEW 7 45041) $(spread $NEW)" "one one"
}

# A flow that goes on keeps the source, though its packets find their member without it.
is_refreshed() {
	local before after

	equals
	peer open client long udp $A 7 src=$NEW sport=45051
	peer say client long
	wait_for "the upkeep" 20 eval "flows router | grep '^$NEW source - .* established$'"
	before=$EPOCHREALTIME
	# longer than the upkeep needs from one look to the next
	pause 12
	after=$(nsip router -j anycast flow show | jq '.[] | select(has("proto") | not) | .idle')
	echo "idle for $after s, $before to $EPOCHREALTIME"
	jq -en "$after < 8"
	peer close client long
}

# The source comes first where there is hardly any room: it takes the place of its flow.
room() {
	local name

	equals
	ns router sysctl -qw net.anycast6.max_flows=1
	name=$(asks $NEW 500)
	is "$(flows router)" "$NEW source - $(member "$name") new"
	is "$(evictions router new)" 1
	is "$(spread $NEW)" "$name"
	is "$(count_flows router)" 1
	# one that is not remembered goes by its hash
	[[ $(spread $NEWER) == one || $(spread $NEWER) == two ]]
}

# Ports whose flows are not remembered need no source, and go by it all the same.
with_unpinned() {
	local name

	equals
	nsip router anycast set $A unpinned udp/7
	name=$(asks $NEW 7 45061)
	is "$(flows router)" ""
	is "$(asks $NEW 7 45062) $(asks $NEW 500) $(injects $NEW esp 1 1)" "$name $name $name"
	is "$(flows router | grep -c udp)" 1
	nsip router anycast set $A unpinned none
}

# The router's own packets, and what another source of it has.
own() {
	local name

	equals
	name=$(peer ask router $A 500 500-500 src=2001:db8:c::f)
	is "$(flows router | grep source)" "2001:db8:c::f source - $(member "$name") new"
	is "$(peer ask router $A 7 45071-45071 src=2001:db8:c::f)" "$name"
	is "$(peer ask router $A 4500 4500-4500 src=2001:db8:c::f)" "$name"
}

back_to_flows() {
	local all

	equals
	spread $NEW
	nsip router anycast set $A affinity flow
	all=$(peer ask client $A 7 45081-45112 src=$NEW)
	[[ " $all " == *" one "* && " $all " == *" two "* ]]
	get_says $NEW "$(named "$(query router "field via" anycast get $A from $NEW iif r0 proto udp sport 45021 \
		dport 4500)")" chosen
}

shown() {
	equals
	is "$(nsip router anycast show $A | head -n 1)" "$A scope ::/0 source auto affinity source state up"
	nsip router -j anycast show $A | jq -e '.[0].affinity == "source"'
	nsip router anycast save | grep "^anycast set $A affinity source$"
	nsip router anycast set $A affinity flow
	is "$(nsip router anycast show $A | head -n 1)" "$A scope ::/0 source auto state up"
	refute eval "nsip router anycast save | grep affinity"
}

# An address without remote members has no flows, whatever is set.
local_only() {
	nsip one anycast set $A affinity source unpinned udp/7
	equals flow
	nsip router anycast drain $A via $U2
	is "$(asks $NEW 7 45121) $(asks $NEW 500)" "one one"
	is "$(flows one)" ""
	nsip one anycast set $A affinity flow unpinned none
}

PREFERENCE=9
peer_start wire.py
make_safe || exit
addr_add client c0 "${SOURCES[@]/%//64}" $NEW/64 $NEWER/64
for name in one two; do
	for port in 500 4500; do
		peer named $name $name $port
	done
done
t_run "by flow, the packets of a source come apart" apart
t_run "by source, they stay together" together
t_run "a source is listed and counted as a flow" listed
t_run "a source stays where it is when another member becomes nearer" stays_when_another_is_nearer
t_run "a source stays while its member drains, and new ones go elsewhere" stays_while_its_member_drains
t_run "a source moves when its member is gone, and stays there" moves_when_its_member_is_down
t_run "a source stays while only the path is gone" waits
t_run "what comes from where the member is moves no source" forged_loop
t_run "a flow that goes on keeps its source" is_refreshed
t_run "a source comes before its flows where room is short" room
t_run "unpinned ports of a source" with_unpinned
t_run "the router's own" own
t_run "affinity by flow again" back_to_flows
t_run "the option is shown, saved and taken back" shown
t_run "a host is not concerned" local_only
t_done
