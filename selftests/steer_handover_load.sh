#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two routers tell each other of their flows while there is more to tell than gets through: more changes at once than
# the module notes, a monitor that does not read, and a flood of handshakes. What counts reaches the other router, and
# it takes over all running connections.
#
#                                          +-- (m1) master (m0) --+
#   client (c0) --- 2001:db8:c::/64, br0 --+     ::a              +-- br1, 2001:db8:1::/64 --+-- (m0) one  ::1
#    ::2                                   +-- (b1) backup (b0) --+                          +-- (m0) two  ::2
#                                                ::b
#
# fe80::f is who has the address of the clients' gateway, and of the members' one. "ip anycast flow monitor" of each
# router writes to "ip anycast flow restore" of the other.
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/handover.sh"

# An address that only the router which has the gateway's address knows, and so many flows to it: more changes at once
# than are noted, and not so many.
B=2001:db8:a::b
MANY=3000 FEW=1000
# The room for flows while there is a flood.
ROOM=$((CROWD * 4))

# write_flows COUNT: so many flows to B, as lines.
write_flows() {
	local i

	for ((i = 1; i <= $1; i++)); do
		echo "anycast flow add $B from $CLIENT proto udp sport $i dport 7 via $ONE"
	done
}

# come_and_go FILE: these flows come, and all go at once, which are changes to tell of.
come_and_go() {
	nsip $NOW anycast flow restore <"$1"
	nsip $NOW anycast flow flush $B
}

# When more has changed than could be told, all is told again: sooner than each flow has had its turn.
lost_track() {
	begin_told 47000
	nsip $NOW anycast add $B via $ONE
	write_flows $MANY >"$T_DIR/many"
	nsip $NEXT anycast flow flush
	come_and_go "$T_DIR/many"
	wait_for "the other router to know of all" 10 established $NEXT $CROWD
	nsip $NOW anycast del $B via $ONE
	end_all
}

# drops NAME: how many messages the socket of this router's monitor had no room for.
drops() {
	local pid

	pid=$(<"$T_DIR/monitor-$1.pid")
	ns "$1" awk -v pid="$pid" '$2 == 16 && $3 == pid { print $9 }' /proc/net/netlink
}

# same_tables: both routers have the client's connections at the same members, for wait_for.
same_tables() {
	local now next

	# one after the other: one process answers both
	now=$(flows $NOW | grep "^$CLIENT tcp" | sort)
	next=$(flows $NEXT | grep "^$CLIENT tcp" | sort)
	is "$next" "$now"
}

# The monitor is stopped until the kernel has no room for more: what it has not read is older than what follows.
overrun() {
	local i

	forget_all
	begin_told 48000
	untell $NOW $NEXT
	tell $NOW $NEXT -rcvbuf 65536
	# it writes all once it listens
	nsip $NEXT anycast flow flush
	wait_for "the other router to know of all" 45 established $NEXT $CROWD
	nsip $NOW anycast add $B via $ONE
	write_flows $FEW >"$T_DIR/few"
	is "$(drops $NOW)" 0
	kill -STOP "$(<"$T_DIR/monitor-$NOW.pid")"
	# what is told of this one while there is room is not true later
	is "$(peer open client moved tcp $A 7 src=$CLIENT sport=46020)" two
	peer say client moved
	pause 2
	for ((i = 0; i < 2000 && $(drops $NOW) == 0; i++)); do
		come_and_go "$T_DIR/few"
		# until they are told
		pause 0.1
	done
	echo "the socket has overrun after $i times $FEW changes"
	(($(drops $NOW) > 0))
	nsip $NOW anycast flow replace $A from $CLIENT proto tcp sport 46020 dport 7 via $ONE
	kill -CONT "$(<"$T_DIR/monitor-$NOW.pid")"
	is "$(peer open client after tcp $A 7 src=$CLIENT sport=46021)" two
	peer say client after
	wait_for "the first connection" 20 knows $NEXT 46020 $ONE
	wait_for "one after the overrun" 20 knows $NEXT 46021 $TWO
	pause 2
	wait_for "the same tables" 30 same_tables
	knows $NEXT 46020 $ONE
	peer close client moved reset
	peer close client after reset
	untell $NOW $NEXT
	tell $NOW $NEXT
	nsip $NOW anycast del $B via $ONE
	end_all
}

# told_in_use: the other router knows of all connections. They are used meanwhile: those that are silent for half a
# minute give way in a flood.
told_in_use() {
	local i

	for ((i = 0; i < 6; i++)); do
		all_go_on
		if wait_for "the other router to know of all" 8 established $NEXT $CROWD; then
			return
		fi
	done
	return 1
}

# Somebody makes up SYNs and what goes on with them, without end: no connection is lost at either router, and the one
# that has forgotten all is told of all while the flood goes on.
flooded() {
	forget_all
	limit $ROOM
	begin_told 49000
	# they have lasted
	pause 1.5
	all_go_on
	peer pour client flood $NOBODY: $A 7 handshakes
	peer pouring client flood count=$((ROOM * 2))
	wait_for "the flood at the other router" 20 eval "flows $NEXT | grep -q ^$NOBODY"
	nsip $NEXT anycast flow flush
	told_in_use
	peer pouring client flood count=$ROOM
	established $NOW $CROWD
	established $NEXT $CROWD
	taken_over
	all_go_on
	(($(peer poured client flood) > ROOM * 3))
	(($(count_flows $NEXT) <= ROOM))
	limit "$MAX_FLOWS"
	end_all
}

peer_start wire.py
start_all || exit
tell master backup
tell backup master
try "more changes at once than are noted" lost_track
try "a monitor that does not read until its socket is full" overrun
try "a flood of handshakes hides no connection" flooded
t_done
