#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Somebody fills the table of flows with packets of sources that do not exist, all to one address. Connections that
# are there stay where they are, new ones are remembered, and another address notices nothing.
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

# The address that is flooded is A; this is the other one.
B=2001:db8:a::b
# What the flood comes from.
NOBODY=2001:db8:bad::
ROOM=200
# So many connections to each address are there before the flood, and so many come while it lasts.
OLD=4 NEW=10
[[ ${ANYCAST6_KERNEL-} != debug ]] || OLD=2 NEW=4
# With two addresses, one that has more flows than this has more than its share.
SHARE=$((ROOM / 2))

# prefer WHO: both addresses' new flows go to this member.
prefer() {
	local metric=30

	[[ $1 != two ]] || metric=1
	nsip router -batch - <<-END
		anycast change $A via $U2 metric $metric
		anycast change $B via $U2 metric $metric
	END
}

begin_flood() {
	begin
	nsip router -batch - <<-END
		anycast add $B via $U1 metric 10
		anycast add $B via $U2 metric 20
		anycast flow flush
	END
	ns router sysctl -qw net.anycast6.max_flows=$ROOM
}

# connect NAME ADDRESS PORT WHO: a connection that WHO serves.
connect() {
	is "$(peer open client "$1" tcp "$2" 7 src=$CLIENT sport="$3")" "$4"
	is "$(peer say client "$1")" "$4"
}

# remembered PORT... : how many connections from these ports the router has as established.
remembered() {
	local port list n=0

	list=$(flows router)
	for port in "$@"; do
		[[ $list != *"$CLIENT tcp $port "*" established"* ]] || n=$((n + 1))
	done
	echo $n
}

# old_ones PORT: connections to A from PORT on, and to B from PORT + 50 on, which have lasted for a while. The first
# of each goes on all the time, the others are silent.
old_ones() {
	local i

	for ((i = 0; i < OLD; i++)); do
		connect a$i $A $(($1 + i)) one
		connect b$i $B $(($1 + 50 + i)) one
	done
	# what has lasted for a second is proven by its next packet
	pause 1.5
	for ((i = 0; i < OLD; i++)); do
		peer say client a$i
		peer say client b$i
		((i)) || peer chat client a$i
		((i)) || peer chat client b$i
	done
}

# old_ones_stayed: one still has them, though it is two that is preferred.
old_ones_stayed() {
	local i

	for ((i = 0; i < OLD; i++)); do
		((i)) || is "$(peer chatted client a$i)" all
		((i)) || is "$(peer chatted client b$i)" all
		is "$(peer say client a$i)" one
		is "$(peer say client b$i)" one
	done
	is "$(remembered $(seq "$1" $(($1 + OLD - 1))))" $OLD
	is "$(remembered $(seq $(($1 + 50)) $(($1 + 50 + OLD - 1))))" $OLD
}

# new_ones LETTER ADDRESS PORT: connections that begin now, from PORT on; they are at two. The first are silent for more
# than a second when the last come.
new_ones() {
	local i

	for ((i = 0; i < NEW; i++)); do
		connect new-"$1"$i "$2" $(($3 + i)) two
		pause 0.15
	done
}

# served LETTER: how many of the new ones are still served, now that one is preferred.
served() {
	local i n=0

	for ((i = 0; i < NEW; i++)); do
		[[ $(peer say client new-"$1"$i wait=5) != two ]] || n=$((n + 1))
	done
	echo $n
}

close_all() {
	local i letter

	for letter in a b; do
		for ((i = 0; i < OLD; i++)); do
			peer close client $letter$i reset
		done
		for ((i = 0; i < NEW; i++)); do
			peer close client new-$letter$i reset
		done
	done
}

# account KIND PORT SECONDS: what a case that fails is to be understood by, for the end of the output.
account() {
	{
		echo "$1: old and new connections to B took $3 s, those to A $((SECONDS - $3)) s"
		echo "remembered: $(remembered $(seq $(($2 + 100)) $(($2 + 100 + NEW - 1)))) of the new ones to B," \
			"$(remembered $(seq $(($2 + 150)) $(($2 + 150 + NEW - 1)))) of those to A"
		nsip router -s anycast show $B | grep -E "misses|evictions"
		nsip router -s anycast show $A | grep -E "misses|evictions"
	} >>"$T_DIR/account"
}

# flooded KIND PORT LEAST EVICTED...: a flood of such packets. Of new connections to A so many are served at least,
# to B all are; flows of these kinds gave way, and none of B's were refused.
flooded() {
	local name sum=0 evicted served took

	begin_flood
	SECONDS=0
	old_ones "$2"
	prefer two
	peer pour forger flood $NOBODY $A 7 "$1"
	peer pouring forger flood count=$((2 * ROOM))
	new_ones b $B $(($2 + 100))
	took=$SECONDS
	new_ones a $A $(($2 + 150))
	account "$1" "$2" $took
	is "$(remembered $(seq $(($2 + 100)) $(($2 + 100 + NEW - 1))))" $NEW
	prefer one
	is "$(served b)" $NEW
	served=$(served a)
	echo "of the new ones to A are served: $served"
	((served >= $3))
	old_ones_stayed "$2"
	(($(count_flows router) <= ROOM))
	sum=$(peer poured forger flood)
	echo "from $sum sources; $(nsip router -s anycast show $A | grep -E 'misses|evictions')"
	for name in "${@:4}"; do
		evicted=$(evictions router "$name")
		echo "$name: $evicted"
		((evicted > 0))
	done
	is "$(misses router unpinned $B)" 0
	for name in unproven idle share; do
		is "$(evictions router $name $B)" 0
	done
	close_all
}

# The table is full of B's flows. A has none, and a flood to it gets no more than its share, and one flow for each
# processor.
shared() {
	begin_flood
	is "$(words "$(peer ask client $B 7 40001-40200 src=$CLIENT)")" $ROOM
	is "$(count_flows router)" $ROOM
	peer pour forger flood $NOBODY $A 7 syns
	peer pouring forger flood count=$((4 * ROOM))
	peer poured forger flood
	(($(evictions router new $B) >= SHARE))
	(($(query router count anycast flow show $B) >= SHARE - $(nproc)))
}

# A table that is made smaller becomes so as new flows come.
smaller() {
	begin_flood
	peer ask client $A 7 41001-41100 src=$CLIENT
	ns router sysctl -qw net.anycast6.max_flows=20
	is "$(count_flows router)" 100
	peer ask client $A 7 41201-41300 src=$CLIENT
	is "$(count_flows router)" 20
	is "$(active_flows router)" 20
	is "$(misses router unpinned)" 0
	ns router sysctl -qw net.anycast6.max_flows=0
	peer ask client $A 7 41401-41410 src=$CLIENT
	is "$(misses router unpinned)" 10
	is "$(count_flows router)" 20
}

# What is over goes first, and is counted so.
ended() {
	begin_flood
	ns router sysctl -qw net.anycast6.max_flows=10
	connect over $A 42001 one
	connect kept $A 42002 one
	peer close client over reset
	peer ask client $A 7 42101-42108 src=$CLIENT
	is "$(count_flows router)" 10
	peer ask client $A 7 42201-42201 src=$CLIENT
	is "$(evictions router ended)" 1
	is "$(evictions router new)" 0
	is "$(remembered 42001 42002)" 1
	peer close client kept reset
}

# All flows are in use, and one address has all of them: another one gets its share all the same, of those that have not
# been proven, as three quarters may be. What gave way is served on.
in_use() {
	local i

	begin_flood
	ns router sysctl -qw net.anycast6.max_flows=8
	for ((i = 0; i < 8; i++)); do
		connect use$i $A $((43001 + i)) one
		peer chat client use$i
	done
	peer chatting client use7 count=100
	connect share $B 43050 one
	is "$(evictions router share)" 1
	is "$(evictions router idle)" 0
	is "$(remembered 43050)" 1
	peer chatting client use0
	for ((i = 0; i < 8; i++)); do
		is "$(peer chatted client use$i)" all
		is "$(peer say client use$i)" one
		peer close client use$i reset
	done
	peer close client share reset
}

repair() {
	local name

	peer poured forger flood
	for name in a0 b0; do
		peer chatted client $name
	done
	close_all
}

peer_start wire.py
make_safe || exit
for name in one two; do
	nsip $name anycast add $B
done
nsip router -6 route add blackhole $NOBODY/48
try "a flood of SYNs" flooded syns 50000 $((NEW * 3 / 4)) new
try "a flood of ACKs, two of each source" flooded acks 51000 $((NEW * 3 / 4)) unproven
try "a flood of datagrams, two of each source" flooded datagrams 52000 $((NEW * 3 / 4)) unproven
try "a flood of SYNs that go on" flooded handshakes 53000 0 idle
try "a flood of SYNs takes no more than the share of its address" shared
try "a smaller table" smaller
try "what is over goes first" ended
try "flows in use give way to another address, up to its share" in_use
sed "s/^/# /" "$T_DIR/account"
t_done
