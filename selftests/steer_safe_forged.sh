#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Somebody makes up packets of a client's flow. He knows the addresses and the ports, and is on the path of no
# packet. Nothing that he sends moves the flow, ends it, or makes it be forgotten. The client itself can do all that.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1, 2001:db8:f::1
#    ::2                                 ::f  |     (r2) --- 2001:db8:2::/64 --- (m0) two   ::1, 2001:db8:f::2
#                                             |
#   forger (f0) --- 2001:db8:e::/64 --- (r3) -+
#    ::2                              ::f
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/safe.sh"

# ---- by the member's own gateway ----

# from_member PROTO PORT: a packet of the client's flow comes to the router by the link that one is on, from one. It
# must not go back there, wherever it goes.
from_member() {
	peer watch router back r1
	peer forge one m0 "$(mac router r1)" $CLIENT $A "$1" "$2" 7 "${@:3}"
	peer seen router back "^$CLIENT>$A/.*/$1-$2-7" least=1
}

gateway_tcp() {
	begin
	begins flow tcp "$1" one
	from_member tcp "$1" flags=$ACK
	stays flow tcp "$1"
	from_member tcp "$1" flags=$ACK size=10
	from_member tcp "$1" flags=$SYN
	stays flow tcp "$1"
	peer close client flow reset
}

gateway_udp() {
	begin
	begins flow udp "$1" one
	from_member udp "$1"
	from_member udp "$1"
	stays flow udp "$1"
	peer close client flow
}

# Without another member there is nowhere to go.
gateway_alone() {
	begin
	nsip router anycast del $A via $U2
	begins flow tcp "$1" one
	from_member tcp "$1" flags=$ACK
	stays flow tcp "$1"
	peer close client flow reset
}

# ---- from another link ----

# segments PORT FLAGS...: the client's connection is one's, new flows are two's, and these segments come.
segments() {
	local port=$1 flags

	begin
	begins flow tcp "$port" one
	prefer_two
	for flags in "${@:2}"; do
		forged "$port" "$flags"
	done
	stays flow tcp "$port"
	peer close client flow reset
}

# A connection that is in its closing is remembered for minutes, one that goes on for hours.
closing() {
	begin
	begins flow tcp "$1" one
	forged "$1" $FIN
	forged "$1" 11
	stays flow tcp "$1"
	# while the client says nothing, too
	forged "$1" $FIN
	is "$(flow_of tcp "$1")" "$U1 established"
	peer close client flow reset
}

# is_ending PORT: for wait_for.
is_ending() { [[ $(flow_of tcp "$1") != *established ]]; }

has_flow() { [[ $(flow_of "$1" "$2") ]]; }

# A connection that is really over shows how long such ones are remembered. It ends later than the forged RST came.
silence() {
	local over=$(($1 + 1))

	begin
	begins flow tcp "$1" one
	begins over tcp "$over" one
	prefer_two
	forged "$1" $RST
	peer close client over reset
	wait_for "the end of the RST's flow" 30 is_ending $over
	wait_for "the flow that is over to be forgotten" 60 eval "! has_flow tcp $over"
	stays flow tcp "$1"
	peer close client flow reset
}

# The client has sent all that it has to send, and is still being answered.
download() {
	local size=60000

	begin
	begins flow tcp "$1" one rcvbuf=4096
	prefer_two
	peer tell client flow size=$size
	peer finish client flow
	wait_for "the FIN" 20 is_ending "$1"
	forged "$1" $SYN
	is "$(peer hear client flow size=$size)" one
	peer close client flow
}

# ---- the client's own ----

# It resets its connection, and begins another one at the same port: that is a new flow.
own_reset() {
	begin
	begins flow tcp "$1" one
	prefer_two
	begins other tcp $(($1 + 1)) two
	peer close client flow reset
	wait_for "the RST" 20 is_ending "$1"
	begins flow tcp "$1" two
	is "$(flow_of tcp "$1")" "$U2 established"
	peer close client flow reset
	peer close client other reset
}

own_end() {
	begin
	begins flow tcp "$1" one
	peer finish client flow
	wait_for "the FIN" 20 is_ending "$1"
	peer close client flow
}

peer_start wire.py
make_safe || exit
watch_forged
t_run "an ACK comes by the member's own gateway" gateway_tcp 51001
t_run "a datagram comes by the member's own gateway" gateway_udp 51011
t_run "an ACK comes by the member's own gateway, and there is no other member" gateway_alone 51021
t_run "forged: ACK" segments 51101 $ACK
t_run "forged: SYN" segments 51111 $SYN
t_run "forged: RST" segments 51121 $RST
t_run "forged: RST, then SYN" segments 51131 $RST $SYN
t_run "forged: FIN, then SYN" segments 51141 $FIN $SYN
t_run "forged: RST with ACK, FIN with ACK, then SYN, twice" segments 51151 14 11 $SYN $SYN
t_run "forged: RST, SYN, and an ACK that goes on with it" segments 51161 $RST $SYN $ACK
t_run "forged: FIN, and data goes on" closing 51201
t_run "forged: RST, and the client is silent for longer than what is over is remembered" silence 51301
t_run "forged: SYN, while the client has sent its FIN and still gets data" download 51401
t_run "the client's own RST, then SYN" own_reset 51501
t_run "the client's own FIN" own_end 51511
t_done
