#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which next hops are looked at again when a route changes: those under its prefix, at once, and no others, however
# many there are. How often one is looked at, the kernel's own counter of calls tells.
#
#   router (r1) --- 2001:db8:1::/64 --- (m0) one   2001:db8:f:1::1, 2001:db8:f:2::1 and so on
#          (r2) --- 2001:db8:2::/64 --- (m0) two   ::1
# kernels: 6.1 6.12
# (What it does to the module, others do on the debug kernel. It waits most of the time.)
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

TRACING=/sys/kernel/tracing
# How many next hops there are: each address has one member of its own.
N=150
# All of them are looked at again after so many seconds, whatever happens, and so are those that nobody has changed.
LOOK=5

# target I: the I'th next hop, and the address that has it.
target() { printf '2001:db8:f:%x::1' "$1"; }
address() { printf '2001:db8:a:%x::1' "$1"; }

# looks: how often next hops were looked at.
looks() { awk '$1 == "look" { print $2 }' $TRACING/kprobe_profile; }

count_looks() {
	[[ -e $TRACING/kprobe_events ]] || mount -t tracefs tracefs $TRACING
	[[ -w $TRACING/kprobe_events ]] || fail "no kprobes"
	echo "p:ac6/look anycast6:anycast6_nexthop_refresh" >>$TRACING/kprobe_events
	echo 1 >$TRACING/events/ac6/enable
}

count_no_looks() {
	[[ -e $TRACING/events/ac6 ]] || return 0
	echo 0 >$TRACING/events/ac6/enable
	echo "-:ac6/look" >>$TRACING/kprobe_events
}

many() {
	local before i

	before=$(query router count anycast show)
	for ((i = 1; i <= N; i++)); do
		echo "anycast add $(address $i) via $(target $i)"
	done >"$T_DIR/many"
	nsip router -batch "$T_DIR/many"
	is "$(query router count anycast show)" $((before + N))
	is "$(query router "distance $(target $N)" anycast show "$(address $N)")" 100
}

# after_look: returns when all of them have just been looked at, which happens by itself.
after_look() {
	local before

	before=$(looks)
	wait_for "the next look at all" 30 eval "((\$(looks) >= $before + N))"
	# what was put off until then is over, too
	pause 0.2
}

# ---- changes that concern no next hop ----

# no_looks COMMAND...: meanwhile nobody looks at next hops, but for the look at all now and then.
no_looks() {
	local before begin seconds

	after_look
	before=$(looks)
	begin=$EPOCHSECONDS
	"$@"
	pause 0.2
	seconds=$((EPOCHSECONDS - begin + 1))
	echo "$(($(looks) - before)) looks in $seconds s"
	(($(looks) - before <= N * (seconds / LOOK + 2)))
	wait_for "no looks but those at all" 5 single_looks "$before" 0 0
}

# single_looks BEFORE LEAST MOST: so many looks there were since then, those at all aside.
single_looks() {
	local n=$((($(looks) - $1) % N))

	(($2 <= n && n <= $3))
}

# one_by_one PREFIX...: routes to them come and go, and each change has time to be told of.
one_by_one() {
	local prefix

	for prefix in "$@"; do
		nsip router -6 route add "$prefix" via $TWO
		pause 0.03
		nsip router -6 route del "$prefix" via $TWO
		pause 0.03
	done
}

PREFIXES=(2001:db8:e::/48 2001:db8:e::1/128 2001:db8:f::/128 2001:db8:f::1/128 2001:db8:f:0::/64 2001:db8:ffff::/48
	3000::/4 fd00::/8 "2001:db8:f:1::/128" "2001:db8:f:1::2/128" "2001:db8:f:1::2/127" "2001:db8:f:ffff::/64")

elsewhere() { no_looks one_by_one "${PREFIXES[@]}"; }

# thousands: as a routing daemon that starts.
thousands() {
	local i

	for ((i = 1; i <= 5000; i++)); do
		printf 'route %s 2001:db8:e:%x::/64 via %s\n' add $i $TWO
	done >"$T_DIR/add"
	sed 's/ add / del /' "$T_DIR/add" >"$T_DIR/del"
	nsip router -6 -batch "$T_DIR/add"
	nsip router -6 -batch "$T_DIR/del"
}

# ---- changes that do ----

# shows I WHAT: the I'th member, its distance or, if it is down, why.
shows() {
	local state

	state=$(query router "member_state $(target "$1")" anycast show "$(address "$1")")
	[[ $state != up ]] || state=$(query router "distance $(target "$1")" anycast show "$(address "$1")")
	[[ $state == "$2" ]]
}

# shown I: what there is instead.
shown() {
	nsip router -d anycast show "$(address "$1")"
	nsip router -6 route get "$(target "$1")"
	fail "$(looks) looks"
}

# noticed I WHAT MOST COMMAND...: the I'th member shows this after the change, for which no more than so many next hops
# were looked at: 0 stands for all. Those looks are more than the look at all makes, and so it was not that.
noticed() {
	local before

	after_look
	before=$(looks)
	nsip router -6 "${@:4}"
	wait_for "$2 after: ${*:4}" 20 shows "$1" "$2" || shown "$1"
	(($3 == 0)) || wait_for "at most $3 looks" 5 single_looks "$before" 1 "$3" || shown "$1"
}

specific() {
	noticed 7 77 4 route add "$(target 7)" via $ONE metric 77
	noticed 7 100 4 route del "$(target 7)" via $ONE metric 77
}

# Two routes of one prefix: the nearer one comes, changes, and goes.
same_prefix() {
	noticed 7 77 4 route add "$(target 7)" via $ONE metric 77
	noticed 7 66 4 route add "$(target 7)" via $ONE metric 66
	noticed 7 77 4 route del "$(target 7)" via $ONE metric 66
	noticed 7 "down route" 4 route replace unreachable "$(target 7)" metric 77
	noticed 7 100 4 route del unreachable "$(target 7)" metric 77
}

# 16 next hops are under it.
shorter() {
	noticed 16 55 40 route add 2001:db8:f:10::/60 via $ONE metric 55
	shows 31 55
	shows 15 100
	shows 32 100
	noticed 31 100 40 route del 2001:db8:f:10::/60 via $ONE metric 55
	shows 16 100
}

# The route that leads to all of them, and the default route behind it.
all_of_them() {
	noticed 7 90 0 route add 2001:db8:f::/48 via $ONE metric 90
	noticed $N 100 0 route del 2001:db8:f::/48 via $ONE metric 90
	nsip router -6 route add 2001:db8:f::/48 via $ONE metric 80
	wait_for "the new metric" 20 shows 7 80
	nsip router -6 route del 2001:db8:f::/48 via $ONE metric 100
	noticed 7 "down route" 0 route del 2001:db8:f::/48 via $ONE metric 80
	noticed 7 300 0 route add default via $ONE metric 300
	nsip router -6 route add 2001:db8:f::/48 via $ONE metric 100
	wait_for "as it was" 20 shows 7 100
	nsip router -6 route flush default
}

nexthop_object() {
	nsip router nexthop add id 9 via $ONE dev r1
	noticed 7 44 4 route add "$(target 7)" nhid 9 metric 44
	noticed 7 100 4 route del "$(target 7)" nhid 9 metric 44
	nsip router nexthop del id 9
}

# A group of two: the link of one goes, and the kernel takes that one out of the group. The member is up all the time.
# Which of them the kernel took is not known, so each goes once.
nexthop_group() {
	local address i name

	for name in one two; do
		address=$ONE
		[[ $name == one ]] || address=$TWO
		nsip router nexthop replace id 8 via $TWO dev r2
		nsip router nexthop replace id 9 via $ONE dev r1
		nsip router nexthop replace id 10 group 8/9
		nsip router -6 route add "$(target 7)" nhid 10 metric 44
		wait_for "the route" 20 shows 7 44
		nsip $name link set m0 down
		# the kernel and the module look at the link
		pause 1
		for ((i = 0; i < 2 * LOOK; i++)); do
			shows 7 44 || shown 7
			pause 0.5
		done
		nsip $name link set m0 up
		nsip $name address replace "$address/64" dev m0 nodad
		nsip router -6 route del "$(target 7)" nhid 10 metric 44
		nsip router nexthop flush
	done
	nsip one -6 route replace default via 2001:db8:1::f
	nsip two -6 route replace default via 2001:db8:2::f
	wait_for "as it was" 30 shows 7 100
}

# A rule, and then a route in its table, by which nothing but the rule leads.
by_rule() {
	nsip router -6 rule add to "$(target 7)" lookup 60 pref 100
	noticed 7 33 4 route add "$(target 7)/128" via $ONE metric 33 table 60
	noticed 7 100 0 rule del pref 100
	nsip router -6 route flush table 60
}

in_vrf() {
	local before

	nsip router -batch - <<-END
		link add red type vrf table 10
		link set red up
		link set r2 master red
		address add 2001:db8:2::f/64 dev r2 nodad
		route add default via $TWO metric 500 table 10
		anycast add $A vrf red via $U
	END
	wait_for "the member in the VRF" 20 shows_vrf 500
	after_look
	before=$(looks)
	nsip router -6 route add $U via $TWO metric 22 table 10
	wait_for "the route in the VRF" 20 shows_vrf 22
	# there is one next hop more
	wait_for "a look at one" 5 one_look_more "$before"
	nsip router -6 route del $U via $TWO metric 22 table 10
	wait_for "no route in the VRF" 20 shows_vrf 500
}
U=2001:db8:f::77
one_look_more() {
	local n=$((($(looks) - $1) % (N + 1)))

	((1 <= n && n <= 4))
}
shows_vrf() { [[ $(query router "distance $U" anycast show $A vrf red) == "$1" ]]; }

peer_start wire.py
make_members || exit
nsip router -6 route add 2001:db8:f::/48 via $ONE metric 100
t_run "many next hops" many
t_run "looks are counted" count_looks
t_run "none is looked at for routes to elsewhere" elsewhere
t_run "none is looked at for thousands of routes" no_looks thousands
t_run "one: a route to it alone" specific
t_run "one: several routes to it" same_prefix
t_run "some: a route to these" shorter
t_run "all: a route to all, and the default route" all_of_them
t_run "one: a route by a nexthop object" nexthop_object
t_run "one: a route by a group of nexthop objects, of which one goes" nexthop_group
t_run "one: a route that a rule leads to" by_rule
t_run "one: a route in a VRF" in_vrf
t_run "looks are no longer counted" count_no_looks
t_done
