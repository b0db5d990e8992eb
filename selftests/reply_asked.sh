#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A client asks several addresses of a host by one port, unicast ones and groups of multicast among them, and the
# host's server answers later, in any order. Each answer leaves from the address that was asked: from the one that the
# program chose, from the one whose question it repeats, else in the order of the questions. Forged datagrams to other
# addresses take no answers away.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host, anycast ::a and 2001:db8:a::a, d0: dummy 2001:db8:5::5
#     ::2, and whoever forges           ::1, and the group ff12::77
#     its packets
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/answers.sh"

GROUP=ff12::77
OFTEN=120
[[ ${ANYCAST6_KERNEL-} != debug ]] || OFTEN=40

# clerk [OPTION...]: a new server on port 8, see peer/clerk.py.
clerk() { peer clerk host 8 "groups=$GROUP%h0" "$@"; }

# ---- the program chooses ----

chosen_anycast() {
	clerk told
	is "$(play 41001 "?a/$A" "?b/$B" "!a/pktinfo" "!b/pktinfo")" "$A $B"
	is "$(play 41002 "?a/$A" "?b/$B" "!b/pktinfo" "!a/pktinfo")" "$B $A"
	# an address that this client did not ask
	is "$(play 41003 "?a/$A" "!a/from=$B")" $B
}

chosen_unicast() {
	clerk told
	is "$(play 41011 "?u/$UNICAST" "?a/$A" "!u/pktinfo" "!a/pktinfo")" "$UNICAST $A"
	is "$(play 41012 "?a/$A" "?u/$UNICAST" "!u/pktinfo" "!a/pktinfo")" "$UNICAST $A"
	is "$(play 41013 "?a/$A" "?u/$UNICAST" "!a/pktinfo" "!u/pktinfo")" "$A $UNICAST"
}

# It is not the one that the kernel would choose, so somebody must have chosen it, whether or not the socket asks where
# packets come to.
chosen_other() {
	local how

	for how in told ""; do
		clerk $how
		is "$(play 41021 "?a/$A" "!a/from=$OTHER")" $OTHER
	done
	is "$(play 41022 "?o/$OTHER" "?a/$A" "!o/from=$OTHER" "!a")" "$OTHER $A"
}

# The control: a program that is told, and says nothing.
told_in_vain() {
	clerk told
	is "$(play 41031 "?a/$A" "!a")" $A
	is "$(play 41031 "?a2/$A" "!a2" "?b/$B" "!b" "?u/$UNICAST" "!u" "?a3/$A" "!a3")" "$A $B $UNICAST $A"
}

# ---- nobody says it ----

one_address() {
	local before

	clerk
	before=$(count_replies ambiguous)
	is "$(play 41101 "?a1/$A" "?a2/$A" "?a3/$A" "!a2" "!a3" "!a1")" "$A $A $A"
	is $(($(count_replies ambiguous) - before)) 0
}

in_order() {
	local before

	clerk
	before=$(count_replies ambiguous)
	is "$(play 41111 "?1/$A" "?2/$B" "!1" "!2")" "$A $B"
	is "$(play 41112 "?1/$UNICAST" "?2/$A" "!1" "!2")" "$UNICAST $A"
	is "$(play 41113 "?1/$A" "?2/$UNICAST" "?3/$B" "?4/$A" "!1" "!2" "!3" "!4")" "$A $UNICAST $B $A"
	# of two, three and two questions, at the end only one was left
	is $(($(count_replies ambiguous) - before)) 5
}

repeated() {
	local before

	clerk
	before=$(count_replies ambiguous)
	is "$(play 41121 "?one/$A" "?two/$B" "?three/$UNICAST" "!three/repeat" "!one/repeat" "!two/repeat")" \
		"$UNICAST $A $B"
	is "$(play 41122 "?one/$UNICAST" "?two/$A" "!two/repeat" "!one/repeat")" "$A $UNICAST"
	is $(($(count_replies ambiguous) - before)) 0
}

# ---- groups of multicast ----

groups() {
	clerk told
	is "$(play 41201 "?a/$A" "!a/pktinfo" "?g/$GROUP%c0" "!g/pktinfo")" "$A $UNICAST"
	is "$(play 41202 "?g/$GROUP%c0" "!g/pktinfo" "?a/$A" "!a/pktinfo")" "$UNICAST $A"
	clerk
	is "$(play 41203 "?a/$A" "!a" "?g/$GROUP%c0" "!g" "?a2/$A" "!a2")" "$A $UNICAST $A"
	is "$(play 41204 "?g/$GROUP%c0" "!g" "?a/$A" "!a" "?g2/$GROUP%c0" "!g2")" "$UNICAST $A $UNICAST"
	is "$(play 41205 "?g/$GROUP%c0" "?a/$A" "!g" "!a")" "$UNICAST $A"
	is "$(count_replies own)" 0
}

# ---- a forger ----

# What he sends is not answered, before or after the question. From the same port it goes on, so that all is a guess.
forged() {
	local other port=41300

	clerk
	for other in $UNICAST $B; do
		port=$((port + 1))
		is "$(play $port "?a/$A" "x/$other/20" "!a" "?a2/$A" "!a2")" "$A $A"
		is "$(play $port "?a/$A" "!a" "x/$other/20" "?a2/$A" "x/$other/20" "!a2" "!")" "$A $A $A"
		port=$((port + 1))
		is "$(play $port "?a/$A" "!a" "x/$other/20" "?a2/$A" "x/$other/20" "!a2" "!")" "$A $A $A"
	done
	clerk told
	is "$(play $((port + 1)) "?a/$A" "x/$UNICAST/20" "!a/pktinfo" "?u/$UNICAST" "!u/pktinfo")" "$A $UNICAST"
}

# A server that goes on sending is not moved by a packet now and then.
stream() {
	clerk
	is "$(play 41311 "?a/$A" "!a" "!" "!" "x/$UNICAST/1" "!" "x/$UNICAST/1" "!" "x/$B/1" "!")" "$A $A $A $A $A $A"
}

# ---- anything ----

# gamble MODE ADDRESS... [OPTION...]: see peer/clerk.py.
gamble() { peer gamble host "client-$T_ID" c0 $CLIENT 8 "$1" $UNICAST $OFTEN "${@:2}"; }

any_order_chosen() {
	clerk told
	gamble pktinfo $A $B $UNICAST $GROUP%c0
	gamble pktinfo $A $UNICAST forge=$B
	gamble pktinfo $A $B forge=$UNICAST
}

any_order_repeated() {
	clerk
	gamble repeat $A $B $UNICAST $GROUP%c0
	gamble repeat $A $B forge=$UNICAST
	gamble repeat $A $UNICAST forge=$B
}

kept_order() {
	clerk
	gamble plain $A $B $UNICAST $GROUP%c0
}

# ---- VRF ----

in_vrf() {
	clerk dev=red
	is "$(play 41401 "?a/$A" "?u/$UNICAST" "?b/$B" "!a" "!u" "!b")" "$A $UNICAST $B"
	is "$(play 41402 "?one/$A" "?two/$B" "!two/repeat" "!one/repeat")" "$B $A"
	clerk told dev=red
	is "$(play 41403 "?a/$A" "?b/$B" "!b/pktinfo" "!a/pktinfo")" "$B $A"
	is "$(play 41404 "?a/$A" "!a/from=$OTHER")" $OTHER
}

peer_start clerk.py
make_asked || exit
nsip host anycast add $A dev h0
nsip host anycast add $B
wait_for "an answer" 20 asked $A udp
t_run "an anycast address that the program chose stays" chosen_anycast
t_run "a unicast address that the program chose stays" chosen_unicast
t_run "a unicast address that is not the kernel's choice stays" chosen_other
t_run "control: a program that is told, and says nothing" told_in_vain
t_run "one address, answers in any order" one_address
t_run "several addresses: answers in the order of the questions" in_order
t_run "several addresses: answers that repeat what names the question" repeated
t_run "a group of multicast is answered from a unicast address" groups
t_run "forged datagrams to other addresses take no answers away" forged
t_run "a stream goes on" stream
t_run "any order: the program says it" any_order_chosen
t_run "any order: the data say it" any_order_repeated
t_run "any questions, answered in their order" kept_order
ns_del client host
make_asked_vrf || exit
t_run "the same in a VRF" in_vrf
t_done
