#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A soak: BIRD on a router has 10,000 routes, and deletes those of the members and adds them again ten times a second,
# as if they were withdrawn and announced. Links of members go down and up, too. Meanwhile hundreds of connections
# exchange small messages, and none of them may notice more than a delay.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1, 2001:db8:f::1
#    ::2                                 ::f  BIRD  (r2) --- 2001:db8:2::/64 --- (m0) two   ::1, 2001:db8:f::2
#                                             (r3) --- 2001:db8:e::/64 --- (f0) forger   ::2, way to the 10,000
#
# SOAK_SECONDS says for how long, 20 if it is not set: scripts/README.md.
# cpus: 2
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/safe.sh"

SECONDS_OF_CHURN=${SOAK_SECONDS:-20}
ROUTES=10000
CONNECTIONS=500
# Milliseconds from one message of a connection to the next, and from one deletion of the routes to the next.
EVERY=1500
REPLACE=100
# Seconds from one flap of a link to the next.
FLAP=5
# What is waited for is BIRD, which takes its time on an emulated machine: with a second it would be a matter of luck
# whether a link's flap is a moment, or lasts.
GRACE=5000
PORT=8
# What the kernel may need in the end more than before, bytes, for all that is not the module's.
SPARE=1000000

# ---- BIRD ----

bird_config() {
	cat <<-END
		router id 10.0.0.1;
		protocol device { }
		protocol kernel { ipv6 { import none; export all; }; }
		protocol static full {
			ipv6;
			include "$T_DIR/full.conf";
		}
		protocol static members {
			ipv6;
			route $U1/128 via $ONE;
			route $U2/128 via $TWO;
		}
	END
	awk -v n=$ROUTES 'BEGIN {
		for (i = 0; i < n; i++)
			printf "route 2001:db8:b:%x::/64 via 2001:db8:e::2;\n", i
	}' >"$T_DIR/full.conf"
}

# entries: how many routes the router has.
entries() {
	local entries

	read -r _ _ _ entries _ < <(ns router cat /proc/net/rt6_stats)
	echo $((0x$entries))
}

# has_ways: BIRD's routes to the members are there; has_all: and all others.
has_ways() {
	[[ $(printf "route show proto bird %s\n" $U1 $U2 | nsip router -6 -o -batch -) == "$U1 "*$'\n'"$U2 "* ]]
}

has_all() { (($(entries) >= ROUTES)) && has_ways; }

bird_begins() {
	bird_config >"$T_DIR/bird.conf"
	bird -p -c "$T_DIR/bird.conf"
	background bird router bird -f -c "$T_DIR/bird.conf" -s "$T_DIR/bird.ctl" -P "$T_DIR/bird.own"
	wait_for "BIRD's routes" 60 has_all
}

# ---- what is compared ----

# memory: bytes of the kernel's slab caches in which the module has its objects, and the kernel its routes.
memory() { awk '/^(kmalloc-|ip6_dst_cache|fib6_)/ { sum += $2 * $4 } END { printf "%d\n", sum }' /proc/slabinfo; }

# loads: of each member of A: its flows; the packets that it got, in one line.
loads() { query router loads -s anycast show $A; }

# ---- the cases ----

connections_begin() {
	local counts one two

	counts=$(peer gather client crowd $A $PORT $CONNECTIONS src=$CLIENT every=$EVERY)
	echo "the connections: $counts"
	[[ $counts =~ ^one=([0-9]+)\ two=([0-9]+)$ ]]
	one=${BASH_REMATCH[1]} two=${BASH_REMATCH[2]}
	is $((one + two)) $CONNECTIONS
	echo "$one $two" >"$T_DIR/counts"
	peer talked client crowd
	flows router >"$T_DIR/flows.before"
	is "$(grep -c " tcp .* established$" "$T_DIR/flows.before")" $CONNECTIONS
}

# While BIRD deletes and adds routes, links go down and up, one after the other. After each, messages are answered.
churns() {
	local dev=r1 end flaps=0

	loads >"$T_DIR/loads.before"
	background monitor router ip -o monitor route
	talk churn "churn router-$T_ID members $T_DIR/bird.ctl members every=$REPLACE"
	end=$((SECONDS + SECONDS_OF_CHURN))
	while ((SECONDS < end)); do
		pause $FLAP
		nsip router -batch - <<-END
			link set $dev down
			link set $dev up
		END
		[[ $dev == r1 ]] && dev=r2 || dev=r1
		flaps=$((flaps + 1))
		peer talked client crowd
	done
	echo $flaps >"$T_DIR/flaps"
	talk churn "churned router-$T_ID members"
	echo "$RESULT" >"$T_DIR/steps"
	wait_for "BIRD's routes" 30 has_ways
	peer talked client crowd
}

# BIRD did so with the routes of both, as often as it was told to.
replaced() {
	local added address deleted steps time

	read -r steps time <"$T_DIR/steps"
	# the machine was quick enough for it to be called a soak
	echo "$steps commands in $time ms"
	head -n 9 "$T_DIR/monitor.log"
	((steps * REPLACE * 2 > time))
	for address in $U1 $U2; do
		deleted=$(grep -c "^Deleted $address .*proto bird" "$T_DIR/monitor.log")
		added=$(grep -c "^$address .*proto bird" "$T_DIR/monitor.log")
		echo "$address: $deleted times deleted, $added times added"
		# a command that comes while the link is down deletes nothing
		((deleted * 10 >= steps * 8 && added * 10 >= steps * 8))
	done
}

none_lost() {
	local said

	wait_for "the last answers" 140 peer silence client crowd
	said=$(peer silent client crowd) || fail "$said"
	echo "$said" >"$T_DIR/said"
}

none_moved() {
	local name

	flows router | diff "$T_DIR/flows.before" -
	for name in ended new unproven idle share; do
		is "$(evictions router $name)" 0
	done
	for name in no_member loop forwarding unpinned; do
		is "$(misses router $name)" 0
	done
}

# The members count the connections that they have.
counts_are_right() {
	local one two

	read -r one two <"$T_DIR/counts"
	is "$(count_flows router)" $CONNECTIONS
	loads >"$T_DIR/loads.after"
	is "$(cut -d' ' -f1 "$T_DIR/loads.after" | tr '\n' ' ')" "$one $two "
}

# Nothing is left of connections that were reset.
goes_back() {
	peer part client crowd reset
	wait_for "the end of all flows" 60 eval '[[ "$(count_flows router) $(active_flows router)" == "0 0" ]]'
}

# memory_goes_back ENTRIES BYTES: nothing is kept of each route that was deleted.
memory_goes_back() {
	local before=$1 now

	wait_for "the routes of before" 30 eval '[[ $(entries) == "$before" ]]'
	now=$(memory)
	echo "slab memory: $2 bytes before, $now after" | tee "$T_DIR/memory"
	((now <= $2 + SPARE))
}

# figures: what was measured, as comments.
figures() {
	local answered late slowest steps time before after

	read -r answered late slowest <"$T_DIR/said"
	read -r steps time <"$T_DIR/steps"
	before=$(awk '{ sum += $2 } END { print sum }' "$T_DIR/loads.before")
	after=$(awk '{ sum += $2 } END { print sum }' "$T_DIR/loads.after")
	cat <<-END
		# in $time ms 2 routes were $steps times deleted and added; deletions in all: $(grep -c ^Deleted "$T_DIR/monitor.log")
		# links went down and up $(<"$T_DIR/flaps") times
		# $answered messages answered, the slowest after $slowest ms; $late times one was late
		# $((after - before)) packets steered to members, $(misses router waiting) dropped that waited for a route
		# $(<"$T_DIR/memory")
	END
}

# must NAME FUNCTION [ARGUMENT...]: a test case without which the others make no sense: if it fails, the test ends.
must() {
	t_run "$@"
	((T_FAILED == 0)) || t_done
}

peer_start crowd.py
talk_start halls peer/crowd.py
talk_start churn peer/crowd.py
make_safe || exit
for name in one two; do
	talk halls "hall $name-$T_ID $name $PORT" || exit
done
nsip router -6 -batch - <<-END
	route del $ROUTE1
	route del $ROUTE2
END
ns router sysctl -qw net.ipv6.conf.r1.keep_addr_on_down=1 net.ipv6.conf.r2.keep_addr_on_down=1 \
	net.anycast6.flow_grace=$GRACE
must "BIRD has $ROUTES routes" bird_begins
nsip router -batch - <<-END
	anycast add $A via $U1 metric 10
	anycast add $A via $U2 metric 10
END
must "the members are up" wait_for "both" 30 eval '[[ $(member_states router) == "$U1 up, $U2 up" ]]'
steered client
nsip router anycast flow flush
before="$(entries) $(memory)"
must "$CONNECTIONS connections begin" connections_begin
must "routes of members are deleted and added for $SECONDS_OF_CHURN s" churns
t_run "BIRD has deleted and added them" replaced
must "no connection is lost, and each byte comes back" none_lost
t_run "no flow has moved" none_moved
t_run "the counts of flows are right" counts_are_right
t_run "they go back" goes_back
# shellcheck disable=SC2086  # two words
t_run "memory goes back" memory_goes_back $before
figures
t_done
