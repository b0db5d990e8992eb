#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two routers share an address by VRRP (keepalived), and the one that has it tells the other of its flows. When it dies
# the other one takes over all running connections, though new ones would go to another member by then.
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

# The control: nobody has told the next router.
untold() {
	begin 40000
	is "$(count_flows $NEXT)" 0
	taken_over
	is "$(peer crowd_says client crowd size=3000 wait=40)" "lost=$CROWD"
	served 46000 two
	end_all
	forget_all
}

# talk_begins, talk_ends: some connections of the other member talk all the time, also while the router dies.
talk_begins() {
	local i port

	for i in 1 2 3 4; do
		port=$((46100 + i))
		is "$(peer open client busy$i tcp $A 7 src=$CLIENT sport=$port)" two
		wait_for "the other router to know of it" 20 knows $NEXT $port $TWO
		peer chat client busy$i
		peer chatting client busy$i
	done
}

talk_ends() {
	local i

	for i in 1 2 3 4; do
		peer chatting client busy$i
		is "$(peer chatted client busy$i)" all
		is "$(peer say client busy$i)" two
		peer close client busy$i
	done
}

told() {
	tell master backup
	tell backup master
	begin 41000
	wait_for "the other router to know of all" 20 established $NEXT $CROWD
	# one that another member has is told of as well
	served 46001 two
	wait_for "the connection of the other member" 10 eval "flows $NEXT | grep -q '^$CLIENT tcp 46001 .*$TWO'"
	all_go_on 30000
	talk_begins
	taken_over
	talk_ends
	all_go_on 30000
	served 46002 two
	# and back: the first router is there again, and learns how they have gone on
	live $NOW
	wait_for "the routers to settle" 30 settled
	settled
	all_go_on
	wait_for "the other router to know of all" 40 established $NEXT $CROWD
	taken_over
	all_go_on 30000
	served 46003 two
	peer crowd_ends client crowd
	live $NOW
}

# A router that comes late is told of all, but not of what is new.
late() {
	wait_for "the routers to settle" 30 settled
	settled
	untell $NOW $NEXT
	begin 42000
	nsip $NEXT anycast flow flush
	peer flood client $NOBODY: $A 7 300
	flows $NOW | grep -q "^$NOBODY.* new$"
	tell $NOW $NEXT
	wait_for "the other router to know of all" 20 established $NEXT $CROWD
	refute eval "flows $NEXT | grep -q ^$NOBODY"
	taken_over
	all_go_on
	end_all
}

# A flow that could not be remembered at first is told of again, though its connection is silent.
refused_first() {
	wait_for "the routers to settle" 30 settled
	settled
	untell $NOW $NEXT
	begin 43000
	nsip $NEXT anycast save >"$T_DIR/saved"
	nsip $NEXT anycast flush
	nsip $NEXT anycast flow flush
	tell $NOW $NEXT
	wait_for "a refusal" 10 grep -q "no such anycast address" "$T_DIR/restore-$NEXT.log"
	pause 35
	nsip $NEXT anycast restore <"$T_DIR/saved"
	wait_for "the other router to know of all" 45 established $NEXT $CROWD
	taken_over
	all_go_on
	end_all
}

# The reader dies: what was on its way is lost, and there are other connections by the time that another one reads.
reader_dies() {
	begin_told 44000
	stop "restore-$NEXT" KILL
	is "$(peer crowd client others $A 7 $CROWD src=$CLIENT sport=44500)" "two=$CROWD"
	is "$(peer crowd_says client others)" "two=$CROWD"
	untell $NOW $NEXT
	tell $NOW $NEXT
	wait_for "the last of the others" 20 knows $NEXT $((44500 + CROWD - 1)) $TWO
	taken_over
	all_go_on
	is "$(peer crowd_says client others size=3000 wait=40)" "two=$CROWD"
	peer crowd_ends client others
	end_all
}

# trust_of NAME PORT: what this router believes of the client's connection from this port.
trust_of() {
	nsip "$1" -d anycast flow show | sed -n "s/.* from $CLIENT proto tcp sport $2 .* trust \([a-z]*\).*/\1/p"
}

# More is sent between the last telling and the takeover than anybody who guesses might be off.
uploads() {
	begin_told 45000
	is "$(peer open client upload tcp $A 7 src=$CLIENT sport=46010)" two
	peer say client upload
	wait_for "the other router to know of it" 20 knows $NEXT 46010 $TWO
	untell $NOW $NEXT
	is "$(peer say client upload size=5000000)" two
	taken_over
	is "$(peer say client upload size=3000000 wait=40)" two
	is "$(trust_of $NEXT 46010)" witnessed
	# so its end is believed
	peer close client upload
	wait_for "the end of the upload" 10 knows $NEXT 46010 $TWO closing
	all_go_on
	end_all
	tell $NOW $NEXT
}

unprivileged() {
	refused "needs CAP_NET_ADMIN" ns master setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		ip anycast flow monitor
}

peer_start wire.py
start_all || exit
t_run "without rights nobody is told of flows" unprivileged
t_run "control: a router takes over that was told of nothing" untold
try "a router takes over $CROWD connections and loses none, twice" told
try "a router that comes late is told of all that is not new" late
try "flows that were refused at first, and are silent" refused_first
try "a reader dies" reader_dies
try "connections that are far on by the time of the takeover" uploads
t_done
