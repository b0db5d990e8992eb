#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the router itself says and has. Its connections to a steered address are as those to the member; its own
# device takes whatever is put into it; and a connection that one of its own sockets has stays there, whatever it
# remembers of flows.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1, 2001:db8:f::1
#    ::2                                 ::f        (r2) --- 2001:db8:2::/64 --- (m0) two   ::1, 2001:db8:f::2
#                                      a server, too
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/safe.sh"

# ---- the segments that it asks for ----

# mss FILE PORT: what the SYN from this port says.
mss() { capture_show "$1" | sed -n "s/.*\.$2 > .*\[S\].*\[mss \([0-9]*\).*/\1/p"; }

# same_mss NAME UNICAST PORT: the router's connection to the address goes to NAME, and its SYN says what that of
# a connection to the member's own address says.
same_mss() {
	capture_start "$1" "$1" m0 "ip6 proto 6 and ip6[53] == 2"
	peer open router own tcp $A 7 sport="$3"
	peer open router plain tcp "$2" 7 sport=$(($3 + 1))
	is "$(peer say router own size=20000)" "$1"
	is "$(peer say router plain size=20000)" "$1"
	wait_for "both to be seen" 10 eval "[[ \$(mss $1 $3) && \$(mss $1 $(($3 + 1))) ]]"
	capture_stop "$1"
	peer close router own reset
	peer close router plain reset
	is "$(mss "$1" "$3")" "$(mss "$1" $(($3 + 1)))"
}

mss_plain() {
	begin
	same_mss one $U1 "$1"
}

mss_link() {
	begin
	nsip router link set r1 mtu 1400
	same_mss one $U1 "$1"
	# the other member's way is another one
	prefer_two
	same_mss two $U2 $(($1 + 2))
	nsip router link set r1 mtu 1500
}

mss_route() {
	begin
	nsip router -6 route replace $ROUTE1 mtu 1300
	same_mss one $U1 "$1"
	nsip router -6 route replace $ROUTE1
}

# What is forwarded says what its client says.
mss_forwarded() {
	begin
	capture_start client one m0 "ip6 proto 6 and ip6[53] == 2"
	begins flow tcp "$1" one
	peer close client flow reset
	wait_for "it to be seen" 10 eval "[[ \$(mss client $1) ]]"
	capture_stop client
	is "$(mss client "$1")" 1440
}

# ---- packets that are put into its own device ----

ROUTER=2001:db8:1::f

# after_all PORT: all that was put before has come out, as this has.
after_all() {
	peer put router anycast0 $ROUTER $A "$1" 7 size=10
	peer seen one one "^$ROUTER>$A/.*/udp-$1-7" least=1
}

# The control.
whole() {
	begin
	watch_members
	after_all "$1"
}

# The address that a short packet seems to be for ends where memory goes on that is not the packet's. That is empty,
# or says what the packet before it has left there: the same one, and whole, which the device takes for one of another
# protocol.
ENDS_EMPTY=2001:db8:a::b00

short() {
	local size

	begin
	nsip router anycast add $ENDS_EMPTY via $U1
	watch_members
	for size in 39 24 8 1; do
		peer put router anycast0 $ROUTER $ENDS_EMPTY "$1" 7 cut=$size count=20 twin
	done
	after_all $(($1 + 1))
	is "$(peer seen one one "short-")$(peer seen two two "short-")" ""
	is "$(query router packets -s anycast show $ENDS_EMPTY)" 0
	# the control
	peer put router anycast0 $ROUTER $ENDS_EMPTY "$1" 7
	peer seen one one "^$ROUTER>$ENDS_EMPTY/.*/udp-$1-7" least=1
}

# large PORT [OPTION...]: a packet of more than a page comes out.
large() {
	begin
	watch_members
	nsip router link set r1 mtu 9000
	nsip one link set m0 mtu 9000
	peer put router anycast0 $ROUTER $A "$1" 7 size=6000 "${@:2}"
	after_all $(($1 + 1))
	peer seen one one "^$ROUTER>$A/64/6048/udp-$1-7" least=1 wait=1
	nsip router link set r1 mtu 1500
	nsip one link set m0 mtu 1500
}

# ---- connections of its own sockets ----

# begin_here: a server on the router itself is the nearest member.
begin_here() {
	begin
	nsip router anycast add $A
}

# goes_on [WHO]: the client's connection.
goes_on() {
	is "$(peer say client flow)" "${1-here}"
	is "$(peer say client flow)" "${1-here}"
	peer close client flow reset
}

# The control: it drains, and remembers.
drains() {
	begin_here
	begins flow tcp "$1" here
	nsip router anycast drain $A
	served_by one $(($1 + 1))
	goes_on
}

flushed() {
	begin_here
	begins flow tcp "$1" here
	nsip router anycast drain $A
	nsip router anycast flow flush
	served_by one $(($1 + 1))
	goes_on
}

# The other member is configured again while it drains: all that it remembers goes with the last one.
reloaded() {
	begin_here
	nsip router anycast del $A via $U2
	begins flow tcp "$1" here
	nsip router -batch - <<-END
		anycast drain $A
		anycast del $A via $U1
		anycast add $A via $U1
	END
	served_by one $(($1 + 1))
	goes_on
}

# Nothing can be remembered.
full() {
	begin_here
	ns router sysctl -qw net.anycast6.max_flows=0
	begins flow tcp "$1" here
	nsip router anycast drain $A
	served_by one $(($1 + 1))
	ns router sysctl -qw net.anycast6.max_flows="$MAX_FLOWS"
	goes_on
}

# Somebody else became nearer, and nobody drains.
nearer() {
	begin_here
	begins flow tcp "$1" here
	nsip router anycast change $A metric 100
	nsip router anycast flow flush
	served_by one $(($1 + 1))
	goes_on
}

# One that another member has is not the router's, though it has a server of that port.
others() {
	begin_here
	nsip router anycast drain $A
	begins flow tcp "$1" one
	nsip router anycast flow flush
	goes_on one
}

repair() {
	nsip router link set r1 mtu 1500
	nsip one link set m0 mtu 1500
	nsip router -6 route replace $ROUTE1
	ns router sysctl -qw net.anycast6.max_flows="$MAX_FLOWS"
}

peer_start wire.py
make_safe || exit
begin
MAX_FLOWS=$(ns router cat /proc/sys/net/anycast6/max_flows)
peer named router here 7
try "MSS: what is forwarded" mss_forwarded 53001
try "MSS of the router's own SYN" mss_plain 53011
try "MSS of the router's own SYN: MTU of the member's link" mss_link 53021
try "MSS of the router's own SYN: MTU of the member's route" mss_route 53031
try "own device: a whole packet" whole 53101
try "own device: less than an IPv6 header" short 53111
try "own device: a large packet in one piece" large 53121 linear=0
try "own device: a large packet in pages" large 53131 linear=1
try "own device: a large packet in pages, cut within its header" large 53141 linear=39
try "own connection: the router drains" drains 53201
try "own connection: the router drains and forgets its flows" flushed 53211
try "own connection: the router drains, and the last remote member is configured again" reloaded 53221
try "own connection: the router drains, and had no room for flows" full 53231
try "own connection: another member becomes nearer, and flows are forgotten" nearer 53241
try "another member's connection: the router drains and forgets its flows" others 53251
t_done
