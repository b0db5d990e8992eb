#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMPv6 on the way to remote members. An error finds the member that sent the packet it quotes, packets that
# belong to a link stay there, and the router tells the sender of packets that it cannot forward.
#
#                                               2001:db8:1::/64 --- (m0) one
#   client (c0) --- (g0) gate (g1) --- (r0) router                    ::1
#    2001:db8:c::/64        2001:db8:f::/64     2001:db8:2::/64 --- (m0) two
#    ::2     ::f            ::1         ::f                           ::1
#
# Between gate and client packets may have 1280 bytes, which only the gate knows.
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

GATE=2001:db8:f::1
B=2001:db8:a::b
# The number of the next client address. Each flow has a client address of its own, because the members keep a path
# MTU for each.
NEXT=256

make_gate() {
	local i addresses=""

	make_members
	ns_make client gate
	link_veth client c0 gate g0
	link_veth gate g1 router r0
	ns gate sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0
	addr_add client c0 $CLIENT/64
	for ((i = NEXT; i < NEXT + 256; i++)); do
		addresses+="address add 2001:db8:c::$(printf %x $i)/64 dev c0 nodad"$'\n'
	done
	nsip client -batch - <<<"$addresses"
	nsip client -6 route add default via 2001:db8:c::f
	addr_add gate g0 2001:db8:c::f/64
	addr_add gate g1 $GATE/64
	nsip gate -6 -batch - <<-END
		route replace 2001:db8:c::/64 dev g0 proto kernel metric 256 mtu lock 1280
		route add default via 2001:db8:f::f
	END
	addr_add router r0 2001:db8:f::f/64
	nsip router -6 route add 2001:db8:c::/64 via $GATE
	add_members
	steered client
}

# next: put a client address that no flow has used yet into $FROM.
next() {
	FROM=2001:db8:c::$(printf %x $NEXT)
	NEXT=$((NEXT + 1))
}

# both KIND: open flows of KIND, each from a client address of its own, until each member has three. $FLOWS lists
# them: MEMBER@CLIENT, a word each.
both() {
	local name one=0 two=0

	FLOWS=""
	# a case is a subshell: a file tells the next one which addresses are used
	NEXT=$(<"$T_DIR/next")
	while ((one < 3 || two < 3)); do
		((one + two < 60)) || fail "all flows go to one member: $FLOWS"
		next
		name=$(peer open client "$FROM" "$1" $A 7 src="$FROM")
		: $((++$name))
		FLOWS+=" $name@$FROM"
	done
	echo $NEXT >"$T_DIR/next"
}
echo $NEXT >"$T_DIR/next"

# errors_fit KINDS: each member has got Packet Too Big from the gate, and all of these quote packets to its own
# clients. KINDS is a pattern of the packets that show who these clients are.
errors_fit() {
	local name found quoted clients

	for name in one two; do
		found=$(peer seen $name $name "^$GATE>$A/.*/error-2-0-1280" least=1)
		quoted=$(sed 's/[^ ]*>\([^ >/]*\)[^ >]*/\1\n/g' <<<"$found" | tr -d ' ' | sort -u)
		# shellcheck disable=SC2046
		clients=$(sources $(peer seen $name $name "/($1)-"))
		echo "$name: errors quote" $quoted "- clients: $clients"
		for quoted in $quoted; do
			[[ " $clients" == *" $quoted "* ]]
		done
	done
}

# small KIND SIZE: flows of KIND to both members, with answers that are too big for the link between gate and client.
# SIZE counts 1300 bytes each.
small() {
	local flow

	watch_members
	both "$1"
	for flow in $FLOWS; do
		is "$(peer say client "${flow#*@}" size=$((1300 * $2)))" "${flow%@*}"
		peer close client "${flow#*@}"
	done
	errors_fit "$1"
}

# The same for echo. The members answer from A here; they would answer from a unicast address else, and errors would
# go there.
small_echo() {
	local i

	nsip one anycast set $A source anycast
	nsip two anycast set $A source anycast
	watch_members
	NEXT=$(<"$T_DIR/next")
	for ((i = 0; i < 16; i++)); do
		next
		is "$(peer ping client $A src="$FROM" size=1300)" $A
		[[ ! $(peer seen one one "/echo-") || ! $(peer seen two two "/echo-") ]] || ((i < 3)) || break
	done
	echo $NEXT >"$T_DIR/next"
	nsip one anycast set $A source auto
	nsip two anycast set $A source auto
	errors_fit "echo|frag"
}

# without_table COMMAND...: run it while the router remembers no flow.
without_table() {
	ns router sysctl -qw net.anycast6.max_flows=0
	nsip router anycast flow flush
	is "$(count_flows router)" 0
	"$@"
	is "$(count_flows router)" 0
	ns router sysctl -qw net.anycast6.max_flows=262144
}

# other WHAT [OPTION]: flows to both members. For each, the gate sends an error of the kind WHAT (TYPE-CODE-VALUE), or
# one that quotes the packet as OPTION says. The member of the flow gets it, the other member does not.
other() {
	local flow name kind

	both udp
	KNOWN=$(flows router)
	for flow in $FLOWS; do
		name=${flow%@*}
		watch_members
		peer error gate $GATE $A "$1" "$A,${flow#*@},udp,7,$(port "${flow#*@}")" "${@:2}"
		peer seen "$name" "$name" "^$GATE>$A/.*/error-${1%%-*}-" least=1
		steered client
		kind=one
		[[ $name == two ]] || kind=two
		is "$(peer seen $kind $kind "^$GATE>$A/.*/error-")" ""
	done
}

# port CLIENT: the source port of this client's flow, from the list in $KNOWN: a flow of one packet is soon forgotten.
port() { awk -v from="$1" '$1 == from { print $3 }' <<<"$KNOWN"; }

# quoting QUOTE [OPTION]: an error that belongs to no flow. At most one member gets it, and it makes no flow.
quoting() {
	steered client
	# no flow is left that could time out during the case
	nsip router anycast flow flush
	watch_members
	peer error gate $GATE $A 2-0-1280 "$@"
	peer error gate $GATE $A 2-0-1280 "$@"
	peer inject client $CLIENT $A echo 77 1
	wait_for "what was sent behind it" 10 eval \
		"[[ \$(peer seen one one /echo-77-1) || \$(peer seen two two /echo-77-1) ]]"
	[[ ! $(peer seen one one "/error-") || ! $(peer seen two two "/error-") ]]
	is "$(flows router | grep -v " 77 " || true)" ""
	nsip router anycast flow flush
}

stays_on_link() {
	local before

	watch_members
	before=$(query router "field packets" -s anycast show $A)
	refute peer solicit gate g1 $GATE $A wait=0.3
	refute peer solicit gate g1 $GATE $A mac="$(mac router r0)" wait=0.3
	is "$(query router "field packets" -s anycast show $A)" "$before"
	steered client
	is "$(peer seen one one "/icmp-13[3-7]" | tr ' ' '\n' | grep ">$A/" || true)" ""
	is "$(peer seen two two "/icmp-13[3-7]" | tr ' ' '\n' | grep ">$A/" || true)" ""
}

hop_limit() {
	watch_members
	peer watch client client c0
	# a hop limit of 2 is used up at the router, as the gate is the first hop
	peer inject client $CLIENT $A echo 501 1 hops=2
	peer seen client client "^2001:db8:f::f>$CLIENT/.*/error-3-0-0\[$CLIENT>$A/1/" least=1
	peer inject client $CLIENT $A udp 502 7 hops=2
	peer seen client client "^2001:db8:f::f>$CLIENT/.*/error-3-0-0\[$CLIENT>$A/1/.*udp-502-7" least=1
	peer inject client $CLIENT $A echo 503 1 hops=3
	wait_for "the packet at a member" 10 eval \
		"[[ \$(peer seen one one '>$A/1/.*echo-503') || \$(peer seen two two '>$A/1/.*echo-503') ]]"
	is "$(peer seen one one "echo-501|udp-502")$(peer seen two two "echo-501|udp-502")" ""
}

# mtus MTU: set the MTU of the links between the router and the members.
mtus() {
	nsip router link set r1 mtu "$1"
	nsip router link set r2 mtu "$1"
	nsip one link set m0 mtu "$1"
	nsip two link set m0 mtu "$1"
}

too_big() {
	mtus 1300
	peer watch client client c0
	NEXT=$(<"$T_DIR/next")
	next
	peer open client mtu udp $A 7 src="$FROM"
	peer say client mtu size=1400
	peer seen client client "^2001:db8:f::f>$FROM/.*/error-2-0-1300\[$FROM>$A/.*/udp-" least=1
	peer close client mtu
	next
	peer open client mtu tcp $A 7 src="$FROM"
	peer say client mtu size=100000
	peer close client mtu
	echo $((NEXT)) >"$T_DIR/next"
	# the client makes the fragments, not the router
	peer ping client $A src="$FROM" size=1400
	mtus 1500
}

closed_port() {
	peer watch client client c0
	peer inject client $CLIENT $A udp 601 99
	peer seen client client ">$CLIENT/.*/error-1-4-0\[$CLIENT>$A/.*udp-601-99" least=1
	refused refused peer tcp client $A 99 10
}

# With no member left and no route, the sender is told at once.
no_member() {
	local before

	before=$(misses router no_member)
	nsip one link set m0 down
	nsip two link set m0 down
	peer watch client client c0
	peer inject client $CLIENT $A udp 602 7
	peer inject client $CLIENT $A echo 603 1
	peer inject client $CLIENT $A tcp 604 7
	peer seen client client ">$CLIENT/.*/error-1-[03]-0\[$CLIENT>$A/.*/(udp-602|echo-603|tcp-604)" least=3
	is $(($(misses router no_member) - before)) 3
	refused "unreachable" peer tcp client $A 7 10
	# the members are used again once their links are back
	nsip one link set m0 up
	nsip two link set m0 up
	addr_add one m0 $ONE/64 || true
	addr_add two m0 $TWO/64 || true
	nsip one -6 route replace default via 2001:db8:1::f
	nsip two -6 route replace default via 2001:db8:2::f
	steered client
}

# A packet from A that is dropped on its way makes no ICMPv6 error, except Packet Too Big.
error_to_anycast() {
	watch_members
	peer inject one $ONE $CLIENT udp 47001 9 hops=1
	peer seen one one ">$ONE/.*/error-3-0.*udp-47001" least=1
	peer inject one $A $CLIENT udp 47002 9 hops=1
	# the error for the packet behind it does come
	peer inject one $ONE $CLIENT udp 47003 9 hops=1
	peer seen one one ">$ONE/.*/error-3-0.*udp-47003" least=1
	is "$(peer seen one one ">$A/.*/error-3")$(peer seen two two ">$A/.*/error-3")" ""
	nsip router link set r0 mtu 1280
	peer inject one $A $CLIENT udp 47004 9 size=1300
	wait_for "Packet Too Big" 10 eval \
		"[[ \$(peer seen one one '>$A/.*/error-2-0-1280')\$(peer seen two two '>$A/.*/error-2-0-1280') ]]"
	nsip router link set r0 mtu 1500
}

peer_start wire.py
make_gate || exit
t_run "RFC7690: Packet Too Big reaches the member of a TCP flow" small tcp 20
t_run "RFC7690: Packet Too Big reaches the member of a UDP flow" small udp 1
t_run "RFC7690: Packet Too Big reaches the member of an echo" small_echo
t_run "RFC7690: Packet Too Big, TCP, flow not remembered" without_table small tcp 20
t_run "RFC7690: Packet Too Big, UDP, flow not remembered" without_table small udp 1
t_run "RFC7690: Packet Too Big, echo, flow not remembered" without_table small_echo
t_run "RFC7690: behind destination options" other 2-0-1400 options
t_run "RFC7690: of a packet of which ports are quoted, no more" other 2-0-1400 cut=44
t_run "Destination Unreachable reaches the member of the flow" other 1-4-0
t_run "Time Exceeded reaches the member of the flow" other 3-0-0
t_run "Parameter Problem reaches the member of the flow" other 4-1-40
t_run "an error that quotes another source" quoting $B,$CLIENT,udp,7,700
t_run "an error that quotes a later fragment" quoting $A,$CLIENT,udp,7,700 later
t_run "an error that quotes nothing" quoting $A,$CLIENT,udp,7,700 cut=0
t_run "an error that quotes half a header" quoting $A,$CLIENT,udp,7,700 cut=20
t_run "an error that quotes no ports" quoting $A,$CLIENT,udp,7,700 cut=42
t_run "RFC4443-2.4e6: no error to the address, but Packet Too Big" error_to_anycast
t_run "neighbour discovery is not steered" stays_on_link
t_run "hop limit: Time Exceeded comes from the router" hop_limit
t_run "MTU: Packet Too Big comes from the router" too_big
t_run "a closed port: the member's refusal" closed_port
t_run "no member: Destination Unreachable at once" no_member
t_done
