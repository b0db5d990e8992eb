#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A program looks at packets (nfnetlink_queue), and they go on later, in its context, or not at all. They get to
# the same members as all others, and what happens in between does no harm.
#
#                                             2001:db8:1::/64 --- (m0) one
#   client (c0) --- 2001:db8:c::/64 --- (r0) router                   ::1
#    ::2                                 ::f  2001:db8:2::/64 --- (m0) two
#                                                                   ::1
# cpus: 2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

GATE=2001:db8:c::f
NFQUEUE=$(dirname "$0")/lib/nfqueue.py
# How many bytes TCP sends: enough for segments that are larger than the link's packets.
SEGMENTED=200000
[[ ${ANYCAST6_KERNEL-} != debug ]] || SEGMENTED=50000

begin() {
	[[ ! -e $T_DIR/queue.pid ]] || stop queue KILL
	ns router nft flush ruleset
	nsip router anycast flush
	nsip router anycast flow flush
	add_members
	repair_one
	steered client
}

# listen HOW [OPTION...]: start nfqueue.py on queue 7, and wait until it listens.
listen() {
	# the log of an earlier listener has the word, too
	rm -f "$T_DIR/queue.log"
	background queue router python3 "$NFQUEUE" 7 "$@"
	wait_for "who listens to the queue" 20 grep -q listening "$T_DIR/queue.log"
}

# enqueue HOOK PRIORITY: packets to A go through queue 7 at this hook, except those with the mark 7, which have been
# there. The module chooses members at priority 226.
enqueue() {
	ns router nft -f - <<-END
		table ip6 t {
			chain c {
				type filter hook $1 priority $2;
				ip6 daddr $A meta mark != 7 counter queue num 7
			}
		}
	END
}

queued() { ns router nft -j list chain ip6 t c | jq '[.. | .packets? // empty] | max'; }

# waiting, dropped: how many packets wait in the queue, and how many it had no room for.
queue_figure() { ns router awk -v n="$1" '$1 == 7 { print $n }' /proc/net/netfilter/nfnetlink_queue; }
waiting() { queue_figure 3; }
dropped() { queue_figure 6; }
wait_waiting() { wait_for "$1 packets to wait" 20 eval "[[ \$(waiting) == $1 ]]"; }

# release: the listener gives back the packets that it holds, and later ones at once. Returns when no packet waits.
release() {
	kill -USR1 "$(<"$T_DIR/queue.pid")"
	wait_waiting 0
}

ask() { peer ask client $A 7 "$1" src=$CLIENT "${@:2}"; }

# both NAMES: each member is among those who answered, and no question got no answer.
both() { [[ $1 == *one* && $1 == *two* && $1 != *-* ]]; }

# ---- packets that come back ----

# passes HOOK PRIORITY HOW [OPTION...]: flows that have a member keep it, and new ones go to the nearest.
passes() {
	local name names

	begin
	names=$(ask 46001-46012)
	both "$names"
	enqueue "$1" "$2"
	listen "${@:3}"
	nsip router anycast change $A via $ONE metric 5
	is "$(ask 46001-46012)" "$names"
	is "$(ask 46021-46024)" "one one one one"
	(($(queued) >= 16))
	name=$(peer open client open tcp $A 7 src=$CLIENT)
	is "$name" one
	# TCP in segments that are larger than the link's packets, and UDP in fragments
	is "$(peer say client open size=$SEGMENTED)" one
	is "$(peer open client big udp $A 7 src=$CLIENT)" one
	is "$(peer say client big size=5000)" one
	is "$(peer ping client $A)" $ONE
	is "$(misses router no_member)" 0
}

# own HOOK PRIORITY HOW [OPTION...]: the same for the router's own packets.
own() {
	local names

	begin
	names=$(peer ask router $A 7 46101-46112 src=$GATE)
	both "$names"
	enqueue "$1" "$2"
	listen "${@:3}"
	nsip router anycast change $A via $ONE metric 5
	is "$(peer ask router $A 7 46101-46112 src=$GATE)" "$names"
	is "$(peer ask router $A 7 46121-46124 src=$GATE)" "one one one one"
	(($(queued) >= 16))
	is "$(peer open router open tcp $A 7 src=$GATE)" one
	is "$(peer say router open size=$SEGMENTED)" one
}

# ---- what happens while they wait ----

# Packets wait before a member is chosen for them. It is chosen when they go on, so a member that failed meanwhile
# gets none of them.
chosen_late() {
	local flows

	begin
	flows=$(count_flows router)
	enqueue prerouting 0
	listen hold
	watch_members
	peer inject client $CLIENT $A udp 46201 7 count=20
	wait_waiting 20
	is "$(count_flows router)" "$flows"
	nsip one link set m0 down
	release
	peer seen two two "^$CLIENT>$A/.*/udp-462..-7" least=20
}

# chosen_early HOOK PRIORITY: packets have a member while they wait, and it is deleted before they go on. These
# packets may be lost, later ones may not.
chosen_early() {
	begin
	enqueue "$1" "$2"
	listen hold
	watch_members
	peer inject client $CLIENT $A udp 46301 7 count=20
	wait_waiting 20
	nsip router anycast del $A via $ONE
	release
	is "$(ask 46321-46324)" "two two two two"
	peer seen two two "^$CLIENT>$A/.*/udp-463[01]" least=1
}

# device_goes HOOK PRIORITY [member]: the device by which packets would leave is deleted while they wait. This must
# not have to wait for them. With member, the member is deleted before.
device_goes() {
	begin
	enqueue "$1" "$2"
	listen hold
	peer inject client $CLIENT $A udp 46401 7 count=20
	wait_waiting 20
	[[ ! ${3-} ]] || nsip router anycast del $A via $ONE
	nsip router link del r1
	release || true
	is "$(ask 46421-46424)" "two two two two"
	link_veth router r1 one m0
	addr_add router r1 2001:db8:1::f/64
}

# The last member goes, and the module's hooks with it. The kernel then drops the packets that wait in queues.
steering_ends() {
	begin
	enqueue forward 0
	listen hold
	peer inject client $CLIENT $A udp 46501 7 count=20
	wait_waiting 20
	nsip router anycast flush
	nsip router anycast flow flush
	kill -USR1 "$(<"$T_DIR/queue.pid")"
	add_members
	steered client
}

# ---- queues that fail ----

# The queue has room for five packets, and the others are lost.
full() {
	begin
	enqueue prerouting 300
	listen hold maxlen=5
	watch_members
	peer inject client $CLIENT $A udp 46601 7 count=20
	wait_for "what there is no room for" 20 eval '[[ $(dropped) == 15 ]]'
	wait_waiting 5
	release
	wait_for "five packets" 10 five_came
	# three at a time, as the queue has room for five
	refute grep -e - <<<"$(ask 46621-46623)$(ask 46624-46626)"
}

five_came() {
	local came

	came="$(peer seen one one "^$CLIENT>$A/.*/udp-466[01]") $(peer seen two two "^$CLIENT>$A/.*/udp-466[01]")" &&
		(($(words "$came") == 5))
}

# killed HOOK PRIORITY: listeners are killed in the middle of traffic, one of them with packets that it was given.
killed() {
	begin
	enqueue "$1" "$2"
	listen accept
	peer stream client traffic $A 7 gap=2
	peer flowing client traffic
	stop queue KILL
	listen hold
	wait_for "packets to wait" 20 eval '(($(waiting) > 5))'
	stop queue KILL
	is "$(ask 46701-46703 wait=0.5)" "- - -"
	listen accept
	peer flowing client traffic
	stop queue KILL
	ns router nft flush ruleset
	peer flowing client traffic
	peer streamed client traffic
	both "$(ask 46711-46722)"
}

peer_start wire.py
make_members || exit
make_client || exit
t_run "accepted before a member is chosen" passes prerouting 0 accept
t_run "accepted when one has been chosen" passes prerouting 300 accept
t_run "accepted in FORWARD, large segments whole" passes forward 0 accept gso
t_run "accepted in POSTROUTING" passes postrouting 0 accept
t_run "repeated before a member is chosen" passes prerouting 0 repeat mark=7
t_run "repeated when one has been chosen" passes prerouting 300 repeat mark=7
t_run "repeated in FORWARD" passes forward 0 repeat mark=7
t_run "the router's own, before a member is chosen" own output 0 accept
t_run "the router's own, when one has been chosen" own output 300 accept
t_run "the router's own, marked, so that the kernel routes again" own output 300 accept mark=7
t_run "the router's own, repeated" own output 0 repeat mark=7
t_run "a member that fails meanwhile" chosen_late
t_run "a member that is deleted meanwhile" chosen_early prerouting 300
t_run "a member that is deleted meanwhile, in FORWARD" chosen_early forward 0
t_run "a member's device that is deleted meanwhile" device_goes prerouting 300
t_run "a member that is deleted meanwhile, and its device" device_goes prerouting 300 member
t_run "a member's device that is deleted meanwhile, in FORWARD" device_goes forward 0
t_run "steering that ends meanwhile" steering_ends
t_run "a full queue" full
t_run "listeners that are killed, before a member is chosen" killed prerouting 0
t_run "listeners that are killed, in FORWARD" killed forward 0
t_done
