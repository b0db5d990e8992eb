#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For how long answers leave from the address that was asked: while the server or the client goes on, also after a
# pause, and again when a client comes back to which the server has spoken meanwhile. What this host opened by itself
# stays where it is, however many packets come, until its socket is closed.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host, anycast 2001:db8:1::a
#     ::2, and whoever forges            ::1
#     its packets
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/answers.sh"

# keep ASKED ANSWERED: for how many seconds questions are remembered.
keep() { ns host sysctl -qw net.anycast6.asked_timeout=${1}000 net.anycast6.answered_timeout=${2}000; }

# ---- how long ----

by_default() {
	is "$(ns host sysctl -n net.anycast6.asked_timeout net.anycast6.answered_timeout)" $'30000\n180000'
	refute ns host sysctl -qw net.anycast6.answered_timeout=-1
}

# It rings, and is answered later than an unanswered question is remembered.
ringing() {
	keep 2 6
	is "$(play 42001 "?a/$A" "!a" +4 "!")" "$A $A"
	is "$(play 42002 "?a/$A" +4 "!a")" $UNICAST
}

# One question, and the server sends on and on.
streaming() {
	keep 2 4
	is "$(play 42003 "?a/$A" "!a" +3 "!" +3 "!" +3 "!" +7 "!")" "$A $A $A $A $UNICAST"
}

# ---- clients that come back ----

# The server calls a client long after it has registered, from wherever that may be; then the client asks again.
registrar() {
	local before

	keep 1 2
	before=$(count_replies own)
	is "$(play 42011 "?a/$A" "!a" +4 "!" "!" "?b/$A" "!b" +4 "!" +3 "!" +3 "?c/$A" "!c")" \
		"$A $UNICAST $UNICAST $A $UNICAST $UNICAST $A"
	is $(($(count_replies own) - before)) 0
}

# The same for one that had to give way in a full table.
pushed_out() {
	local before many=3000

	keep 30 180
	nsip host anycast del $A
	ns host sysctl -qw net.anycast6.max_flows=256
	nsip host anycast add $A dev h0
	pause 1.2
	peer speaker host flooded 12
	before=$(count_replies own)
	is "$(play 42012 "?a/$A" "!a")" $A
	peer storm client 2001:db8:d:: $A 12 $many
	is "$(play 42012 "!" "?b/$A" "!b")" "$UNICAST $A"
	is $(($(count_replies own) - before)) 0
	nsip host anycast del $A
	ns host sysctl -qw net.anycast6.max_flows=262144
	nsip host anycast add $A dev h0
	pause 1.2
}

# ---- flows of this host's own ----

# It ends with its socket.
own_ends() {
	local before

	peer clerk host 8
	before=$(count_replies own)
	is "$(play 42021 "!" "?a/$A" "!a" "?b/$A" "!b")" "$UNICAST $UNICAST $UNICAST"
	is $(($(count_replies own) - before)) 2
	peer clerk host 8
	is "$(play 42021 "?c/$A" "!c")" $A
}

# speak NAME PORT: a socket of the host sends a datagram to this port of the client. Prints its source.
speak() { peer speak host "$1" c0 "client-$T_ID" $CLIENT "$2"; }

# own_flows PORT: the flows of sixteen sockets stay, though somebody has sent a packet of each to the address.
own_flows() {
	local i

	for ((i = 0; i < 16; i++)); do
		is "$(speak "own$i" $((43000 + i)))" $UNICAST
		peer inject client $CLIENT $A udp $((43000 + i)) $((900 + i)) size=48
		is "$(speak "own$i" $((43000 + i)))" $UNICAST
	done
}

# Many packets to a port that nobody serves, with wrong checksums or good ones, push nothing out.
flooded() {
	local i many=40000

	[[ ${ANYCAST6_KERNEL-} != debug ]] || many=4000
	for ((i = 0; i < 16; i++)); do
		peer speaker host "own$i" $((900 + i))
		is "$(speak "own$i" $((43000 + i)))" $UNICAST
	done
	peer wrong client $CLIENT 1 $UNICAST 9 $many
	peer storm client 2001:db8:e:: $UNICAST 9 $many
	# those that somebody takes push nothing out either
	peer storm client 2001:db8:f:: $UNICAST 900 $many
	own_flows
}

# ---- related flows ----

# from_another TARGET: from where an answer to A comes that a new socket sends.
from_another() {
	peer speaker host "transfer$1" "$1" >/dev/null
	speak "transfer$1" "$2"
}

related() {
	peer clerk host 8
	nsip host anycast set $A source auto related
	is "$(nsip host -j anycast show $A | jq -c '.[0] | [.source, .related]')" '["auto",true]'
	# it has asked nothing
	is "$(from_another 44001 44002)" $UNICAST
	is "$(play 44003 "?a/$A" "!a")" $A
	is "$(from_another 44004 44003)" $A
	is "$(from_another 44005 44006)" $A
	# what was known before stays, and what the program has chosen
	is "$(speak transfer44001 44002)" $UNICAST
	peer clerk host 8 told
	is "$(play 44007 "?a/$A" "!a/from=$OTHER")" $OTHER
	nsip host anycast set $A source auto
	is "$(from_another 44008 44009)" $UNICAST
	is "$(nsip host -j anycast show $A | jq -c '.[0].related')" null
}

# The client goes on with the new flow.
related_goes_on() {
	peer clerk host 8
	nsip host anycast set $A source anycast related
	is "$(play 44011 "?a/$A" "!a")" $A
	# a server that speaks first, as TFTP's does
	peer clerk host 14
	is "$(peer play host "client-$T_ID" c0 $CLIENT 44012 14 "!" "?a/$A" "!a" "!")" "$A $A $A"
	is "$(nsip host anycast save | grep -c "source anycast related")" 1
	nsip host anycast set $A source auto
}

# Each source that is configured holds for them, too.
related_from() {
	peer clerk host 8
	nsip host anycast set $A source $OTHER related
	is "$(play 44021 "?a/$A" "!a")" $OTHER
	is "$(from_another 44022 44023)" $OTHER
	nsip host anycast set $A source auto
}

related_refused() {
	refute nsip host anycast set $A related
	refute nsip host anycast set $A source unicast related
	refute nsip host anycast set $A related source anycast
}

# Servers that bind a socket for each client choose their source themselves.
bound_for_each() {
	ns host sysctl -qw net.ipv6.ip_nonlocal_bind=1
	peer watch client client c0
	peer utter host bound $A $CLIENT 45001 45002
	peer seen client client "^$A>$CLIENT/.*/udp-45001-45002" least=1
	ns host sysctl -qw net.ipv6.ip_nonlocal_bind=0
	refute peer utter host bound $A $CLIENT 45001 45002
}

peer_start clerk.py
make_asked || exit
nsip host anycast add $A dev h0
wait_for "an answer" 20 asked $A udp
# In the first second what leaves may answer a packet that came before the address, so nothing counts as opened.
pause 1.2
peer clerk host 8
t_run "RFC4787-5: for minutes, if it was answered" by_default
t_run "a call that rings" ringing
t_run "a stream after one question" streaming
t_run "a client that the server called meanwhile" registrar
t_run "a client that had to give way in a full table" pushed_out
t_run "a flow of the host's own ends with its socket" own_ends
t_run "a flood moves no flows of the host's own" flooded
t_run "answers from other ports: related flows" related
t_run "answers from other ports go on" related_goes_on
t_run "answers from other ports have the address that is configured" related_from
t_run "related goes with a source" related_refused
t_run "a socket for each client: ip_nonlocal_bind" bound_for_each
t_done
