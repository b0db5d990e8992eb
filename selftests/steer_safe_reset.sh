#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A member that has connections is down for good. With net.anycast6.flow_reset the router itself ends them, so that
# clients connect again at once; without, the next member is asked. Until it is known that the member is down, they wait,
# and `ip anycast get` says for how long.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1, 2001:db8:f::1
#    ::2                                 ::f  |     (r2) --- 2001:db8:2::/64 --- (m0) two   ::1, 2001:db8:f::2
#                                             |
#   forger (f0) --- 2001:db8:e::/64 --- (r3) -+
#    ::2                              ::f
#
# two is behind a packet filter that drops what it has no connection for, unless a case says otherwise.
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/safe.sh"

# How long nobody must answer, seconds.
SILENCE=2
# Milliseconds that a flow waits for its member in the cases about waiting: longer than they take.
LONG=60000
# The flags of a segment with data, and of the RST that answers it.
PUSH=18

# setting NAME VALUE: a sysctl of the router.
setting() { ns router sysctl -qw "net.anycast6.$1=$2"; }

# silent_two: its filter. No set and no conntrack is needed: only a SYN opens something there.
silent_two() {
	ns two nft -f - <<-END
		table ip6 silent {
			chain in {
				type filter hook input priority 0;
				ip6 daddr $A tcp flags & syn == syn tcp sport 40000-65535 accept
			}
			chain out {
				type filter hook output priority 0;
				ip6 saddr $A tcp flags & rst == rst drop
			}
		}
	END
}

# ---- how one goes ----

link_away() {
	nsip one link set m0 down
	wait_for "one to be down" 30 is_down
}

link_back() {
	nsip one link set m0 up
	nsip one -6 route replace default via 2001:db8:1::f
	wait_for "one to be up" 30 is_up
}

is_up() { [[ $(member_states router) == "$U1 up"* ]]; }
is_down() { [[ $(member_states router) == "$U1 down"* ]]; }

lease_ends() {
	nsip router anycast change $A via $U1 lifetime 1
	wait_for "the end of the lease" 30 is_down
}

# get PROTO PORT QUESTION: what the router says of where a packet of the client's would go.
get() { query router "$3" anycast get $A from $CLIENT iif r0 proto "$1" sport "$2" dport 7; }

waits_no_more() { [[ $(get tcp "$1" "field waits") == null ]]; }

# settles PORT: one is down, and the connection from this port waits for it no more.
settles() {
	wait_for "the end of the grace" 30 waits_no_more "$1"
}

# ---- what the client sees ----

watch_all() {
	peer watch client answers c0
	peer watch router asked r0
	peer watch two two m0
}

# ends_at_once NAME PORT: the client's next segment is answered by an RST of the router: two gets nothing.
ends_at_once() {
	local before

	watch_all
	before=$(misses router reset)
	refused "reset" peer say client "$1" wait=20
	is "$(words "$(peer seen router asked "^$CLIENT>$A/.*/tcp-$2-7-$PUSH")")" 1
	is "$(words "$(peer seen client answers "^$A>$CLIENT/.*/tcp-7-$2-$RST\$")")" 1
	is "$(peer seen two two "/tcp-$2-7-")" ""
	is $(($(misses router reset) - before)) 1
	peer close client "$1"
}

# start: a connection that one has, and RSTs by the router.
start() {
	begin
	setting flow_reset 1
	begins flow tcp "$1" one
}

path() {
	start "$1"
	link_away
	settles "$1"
	ends_at_once flow "$1"
	# the client connects again, from any port
	begins flow tcp $(($1 + 1)) two
	peer close client flow reset
	begins flow tcp "$1" two
	peer close client flow reset
	link_back
}

# A member that is down by itself: nothing waits.
lease() {
	start "$1"
	lease_ends
	ends_at_once flow "$1"
	begins flow tcp $(($1 + 1)) two
	peer close client flow reset
}

drains() {
	start "$1"
	nsip router anycast drain $A via $U1
	is "$(peer say client flow)" one
	lease_ends
	ends_at_once flow "$1"
}

alone() {
	start "$1"
	nsip router anycast del $A via $U2
	link_away
	settles "$1"
	ends_at_once flow "$1"
	link_back
}

# Connection tracking takes the RST for an answer, and forgets the connection soon.
tracked() {
	ns router nft -f - <<-END
		table ip6 track {
			chain out {
				type filter hook output priority 0;
				meta l4proto tcp ct state invalid drop
				meta l4proto tcp ct state new drop
			}
		}
	END
	start "$1"
	lease_ends
	ends_at_once flow "$1"
	ns router conntrack -L -f ipv6 -p tcp --orig-port-src "$1" 2>/dev/null | grep " CLOSE "
	ns router nft delete table ip6 track
}

# The router's own connection.
own() {
	begin
	setting flow_reset 1
	is "$(peer open router own tcp $A 7 sport="$1")" one
	is "$(peer say router own)" one
	is "$(peer say router own)" one
	lease_ends
	peer watch two two m0
	refused "reset" peer say router own wait=20
	is "$(peer seen two two "/tcp-$1-7-")" ""
	peer close router own
}

# ---- what does not end ----

# Its path fails for less than the grace.
blinks() {
	local before

	start "$1"
	setting flow_grace $LONG
	before=$(misses router waiting)
	link_away
	peer tell client flow
	wait_for "the segment" 20 eval "((\$(misses router waiting) > $before))"
	link_back
	is "$(peer hear client flow)" one
	stays flow tcp "$1"
	is "$(misses router reset)" 0
	peer close client flow reset
}

# The client says nothing while one is down.
quiet() {
	start "$1"
	link_away
	settles "$1"
	link_back
	stays flow tcp "$1"
	peer close client flow reset
}

datagrams() {
	begin
	setting flow_reset 1
	begins flow udp "$1" one
	lease_ends
	is "$(peer say client flow)" two
	is "$(flow_of udp "$1")" "$U2 established"
	is "$(misses router reset)" 0
	peer close client flow
}

# ---- the default ----

# Nobody says anything to the client, because two's filter does not.
default_silent() {
	start "$1"
	setting flow_reset 0
	lease_ends
	watch_all
	refused "timed out" peer say client flow wait=$SILENCE
	peer seen two two "/tcp-$1-7-$PUSH" least=1
	is "$(peer seen client answers "/tcp-7-$1-")" ""
	is "$(misses router reset)" 0
	peer close client flow reset
}

# two's kernel does.
default_refused() {
	start "$1"
	setting flow_reset 0
	ns two nft delete table ip6 silent
	lease_ends
	watch_all
	refused "reset" peer say client flow
	peer seen two two "/tcp-$1-7-$PUSH" least=1
	silent_two
	is "$(misses router reset)" 0
	peer close client flow
}

# A member that is deleted takes what is known of its flows along.
deleted() {
	start "$1"
	nsip router anycast del $A via $U1
	watch_all
	refused "timed out" peer say client flow wait=$SILENCE
	peer seen two two "/tcp-$1-7-$PUSH" least=1
	is "$(misses router reset)" 0
	peer close client flow reset
}

# ---- what somebody makes up ----

# numbers PORT: the sequence number of the client's next segment, and what it acknowledges.
numbers() {
	capture_show numbers -S | sed -n "s/.*\.$1 > .* seq [0-9]*:\([0-9]*\), ack \([0-9]*\),.*/\1 \2/p" | tail -n 1
}

# made_up PORT FLAGS [OPTION...]: as forged, but its checksum is right unless an option says otherwise. What came of it
# is in ANSWERED: how many RSTs there were, and WAITING: whether it counts as one that waits.
made_up() {
	local before

	before=$(misses router waiting)
	peer watch client answers c0
	peer forge forger f0 "$FORGER_GATEWAY" $CLIENT $A tcp "$1" 7 flags="$2" "${@:3}"
	peer watch two two m0
	# what comes after it shows that it is through
	peer inject forger 2001:db8:e::2 $A udp "$1" 7
	peer seen two two "/udp-$1-7" least=1
	peer inject router $A $CLIENT udp 7 "$1"
	peer seen client answers "/udp-7-$1" least=1
	ANSWERED=$(words "$(peer seen client answers "^$A>$CLIENT/.*/tcp-7-$1-")")
	WAITING=$(($(misses router waiting) - before))
}

# Only what is in sequence, and whole, is answered, and only by an RST to the client.
made_up_segments() {
	local seq ack

	begin
	setting flow_reset 1
	capture_start numbers router r0 "ip6 src $CLIENT and tcp"
	begins flow tcp "$1" one
	wait_for "its segments" 10 eval "[[ \$(numbers $1) ]]"
	capture_stop numbers
	read -r seq ack <<<"$(numbers "$1")"
	lease_ends
	# 0 is what others guess, and further ahead than what counts
	for wrong in 0 $(((seq + (1 << 30)) % (1 << 32))) $(((seq + (3 << 30)) % (1 << 32))); do
		made_up "$1" $ACK seq="$wrong" ack="$ack"
		is "$ANSWERED $WAITING" "0 1"
	done
	made_up "$1" $ACK seq="$seq" ack="$ack" wrong
	is "$ANSWERED $WAITING" "0 1"
	is "$(flow_of tcp "$1")" "$U1 established"
	# one in sequence that acknowledges what the client does not expect: it takes no notice of the RST
	made_up "$1" $ACK seq="$seq" ack=$(((ack + (1 << 30)) % (1 << 32)))
	is "$ANSWERED $WAITING" "1 0"
	is "$(misses router reset)" 1
	is "$(flow_of tcp "$1")" "$U1 established"
	ends_at_once flow "$1"
}

# An RST is never answered.
made_up_reset() {
	start "$1"
	lease_ends
	made_up "$1" $RST
	is "$ANSWERED $WAITING" "0 0"
	is "$(misses router reset)" 0
	peer close client flow reset
}

# ---- what it is set to ----

# refuses NAME VALUE...: each of them, and the setting stays.
refuses() {
	local before value

	before=$(ns router cat "/proc/sys/net/anycast6/$1")
	for value in "${@:2}"; do
		refused "Invalid argument" setting "$1" "$value"
		is "$(ns router cat "/proc/sys/net/anycast6/$1")" "$before"
	done
}

settings() {
	refuses flow_grace 120001 4294967295 -1
	refuses flow_reset 2 -1
	setting flow_grace 120000
	is "$(ns router cat /proc/sys/net/anycast6/flow_grace)" 120000
	setting flow_grace 1000
}

# It is off unless somebody wants it, in each namespace.
defaults() {
	is "$(ns client cat /proc/sys/net/anycast6/flow_grace /proc/sys/net/anycast6/flow_reset | tr '\n' ' ')" "1000 0 "
}

# ---- what is waited for ----

# is_left PROTO PORT: get says for how long it still waits.
is_left() {
	local left

	left=$(get "$1" "$2" "field waits")
	echo "left: $left s"
	awk -v left="$left" -v most=$LONG 'BEGIN { exit !(left > 0 && left <= most / 1000) }'
}

says_waits() {
	begin
	begins flow tcp "$1" one
	begins datagrams udp "$1" one
	setting flow_grace $LONG
	is "$(get tcp "$1" verdicts)" "s1=pinned s2=farther"
	waits_no_more "$1"
	link_away
	# the connection waits, the datagram takes a detour, and what is new goes elsewhere
	is_left tcp "$1"
	is "$(get tcp "$1" verdicts)" "s1=awaited s2=nearer"
	is "$(get tcp "$1" "field via by")" "null null"
	is_left udp "$1"
	is "$(get udp "$1" verdicts)" "s1=awaited s2=chosen"
	is "$(get udp "$1" "field via by")" "$U2 null"
	is "$(get tcp $(($1 + 1)) verdicts)" "s1=down s2=chosen"
	is "$(get tcp $(($1 + 1)) "field via waits")" "$U2 null"
	[[ $(nsip router anycast get $A from $CLIENT iif r0 proto tcp sport "$1" dport 7) == *" from $CLIENT waits "*s* ]]
	# it has lasted
	setting flow_grace 0
	is "$(get tcp "$1" verdicts)" "s1=down s2=chosen"
	waits_no_more "$1"
	setting flow_grace $LONG
	link_back
	is "$(get tcp "$1" verdicts)" "s1=pinned s2=farther"
	stays flow tcp "$1"
	peer close client flow reset
	peer close client datagrams
}

# ---- in a VRF ----

to_vrf() {
	local dev

	nsip router -6 -batch - <<-END
		anycast flush
		rule add pref 32765 table local
		rule del pref 0
		link add red type vrf table 10
		link set red up
		link set r0 master red
		link set r1 master red
		link set r2 master red
	END
	for dev in "r0 2001:db8:c::f" "r1 2001:db8:1::f" "r2 2001:db8:2::f"; do
		nsip router address replace "${dev#* }/64" dev "${dev% *}" nodad
	done
	nsip router -6 -batch - <<-END
		route replace $ROUTE1 table 10
		route replace $ROUTE2 table 10
	END
}

in_vrf() {
	to_vrf
	nsip router -batch - <<-END
		anycast add $A vrf red via $U1 metric 10
		anycast add $A vrf red via $U2 metric 20
	END
	setting flow_reset 1
	steered client
	begins flow tcp "$1" one
	nsip router anycast change $A vrf red via $U1 lifetime 1
	wait_for "the end of the lease" 30 is_down
	ends_at_once flow "$1"
	begins flow tcp $(($1 + 1)) two
	peer close client flow reset
}

# try NAME FUNCTION [ARGUMENT...]: a test case, which leaves nothing in the way of the next one.
try() {
	local failed=$T_FAILED

	t_run "$@"
	setting flow_reset 0
	setting flow_grace 1000
	((T_FAILED == failed)) || repair >/dev/null 2>&1
}

repair() {
	ns router nft flush ruleset
	ns two nft flush ruleset
	silent_two
	link_back
}

peer_start wire.py
make_safe || exit
FORGER_GATEWAY=$(mac router r3)
silent_two
try "what can be set" settings
try "what is set at first" defaults
try "get says what a flow waits for, and for how long" says_waits 54001
try "control: the next member is silent" default_silent 54011
try "control: the next member refuses" default_refused 54021
try "the path is gone for good" path 54031
try "the lease is over" lease 54041
try "the lease of a member that drains is over" drains 54051
try "there is no other member" alone 54061
try "connection tracking lets the RST pass" tracked 54071
try "the router's own connection" own 54081
try "the path is gone for a moment" blinks 54091
try "the client is silent until the member is back" quiet 54101
try "datagrams go elsewhere" datagrams 54111
try "a member is deleted" deleted 54121
try "made up: segments out of sequence, and in sequence" made_up_segments 54131
try "made up: RST" made_up_reset 54141
try "in a VRF" in_vrf 54151
t_done
