#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The route by which the router's own packets to a steered address find to the hook: it takes what the way to the
# member takes that its own connections get, as that changes, and what somebody else has there stays as it is.
#
#   router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1
#          (r2) --- 2001:db8:2::/64 --- (m0) two   ::1
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

# The links' MTUs tell the members apart. Who has a route of 1500 takes as much as the own device's own route would.
MTU_ONE=1400
MTU_TWO=1300
# What the router knows the members by.
U1=2001:db8:f::1
U2=2001:db8:f::2
ROUTE1="$U1 via $ONE dev r1"
ROUTE2="$U2 via $TWO dev r2"
TABLE=10

# own_mtu [TABLE [DEV]]: what the own route says.
own_mtu() { nsip router -6 route show table "${1-local}" $A dev "${2-anycast0}" | sed -n 's/.* mtu \([0-9]*\).*/\1/p'; }

has_mtu() { [[ $(own_mtu "${@:2}") == "$1" ]]; }

# follows WHAT MTU: it does so when something else has changed, and sooner than by chance.
follows() {
	wait_for "$1 to be what the own route takes" 3 has_mtu "$2" || fail "it takes $(own_mtu)"
}

begin() {
	nsip router -batch - <<-END
		anycast flush
		route replace $ROUTE1 metric 100
		route replace $ROUTE2 metric 200
		anycast add $A via $U1 $*
		anycast add $A via $U2
	END
}

# ---- which member it is ----

nearest() {
	begin
	follows "the nearest's MTU" $MTU_ONE
	nsip router anycast change $A via $U2 metric 1
	follows "the other's MTU" $MTU_TWO
}

# Flows go to members that drain where there is no other.
all_drain() {
	begin
	nsip router anycast drain $A via $U1
	follows "the other's MTU" $MTU_TWO
	nsip router anycast drain $A via $U2
	follows "the nearest's MTU" $MTU_ONE
	nsip router anycast resume $A via $U2
	follows "the other's MTU" $MTU_TWO
}

# The metrics of the routes decide who is nearest.
distances() {
	begin
	follows "the nearest's MTU" $MTU_ONE
	nsip router -6 route add $ROUTE2 metric 50
	follows "the other's MTU, which is nearer now" $MTU_TWO
	nsip router -6 route del $ROUTE2 metric 50
	follows "the first one's MTU" $MTU_ONE
	# as near: whoever gets a connection takes this much
	nsip router -6 route add $ROUTE2 metric 100
	follows "the smaller one" $MTU_TWO
	nsip router -6 route del $ROUTE2 metric 100
	follows "the first one's MTU" $MTU_ONE
}

# The router asks from one of its own addresses, which are not in the area, however near the member is.
area_of_others() {
	begin area 2001:db8:c::/48
	follows "the other's MTU" $MTU_TWO
	nsip router anycast change $A via $U2 metric 5000
	follows "the other's MTU" $MTU_TWO
}

# Those with an area come first.
area_of_its_own() {
	begin metric 5000 area 2001:db8::/32
	follows "the MTU of the one with the area" $MTU_ONE
}

gone() {
	begin
	follows "the nearest's MTU" $MTU_ONE
	nsip router -6 route del $ROUTE1 metric 100
	follows "the other's MTU" $MTU_TWO
}

# ---- what somebody else has there ----

# changes TABLE DEV [OPTION...]: the own route changes, and no other; at no time is there no route.
changes() {
	local table=$1 dev=$2 before i

	before=$(foreign "$table" "$dev")
	[[ $before ]]
	background told router ip -6 -o monitor route
	wait_for "the monitor" 10 eval "nsip router -6 route add 2001:db8:99::/64 dev r1;
		nsip router -6 route del 2001:db8:99::/64 dev r1; [[ -s $T_DIR/told.log ]]"
	for ((i = 0; i < 3; i++)); do
		nsip router anycast change $A via $U2 "${@:3}" metric 1
		wait_for "the other's MTU" 10 has_mtu $MTU_TWO "$table" "$dev"
		is "$(foreign "$table" "$dev")" "$before"
		nsip router anycast change $A via $U2 "${@:3}" metric 5000
		wait_for "the nearest's MTU" 10 has_mtu $MTU_ONE "$table" "$dev"
		is "$(foreign "$table" "$dev")" "$before"
	done
	stop told INT
	cat "$T_DIR/told.log"
	# at least one of them is there after each line
	awk -v count=1 -v device=" dev $dev " '
		!index($0, "'$A' ") || !index($0, device) { next }
		/^Deleted / { count-- }
		!/^Deleted / { count++; seen++ }
		count < 1 { exit 1 }
		END { exit !(count == 1 && seen >= 6) }' "$T_DIR/told.log"
	is "$(nsip router -6 route show table "$table" $A dev "$dev" | wc -l)" 1
}

# foreign TABLE DEV: all routes to the address but the own one.
foreign() { nsip router -6 route show table "$1" $A | grep -v "dev $2 " || true; }

# The foreign route comes first, and is not used by what the router sends: it is in the way of nobody.
foreign_local() {
	begin
	nsip router anycast flush
	nsip router -6 route add $A dev r2 table local metric 1 proto static
	begin
	follows "the nearest's MTU" $MTU_ONE
	changes local anycast0
	nsip router anycast flush
	is "$(foreign local anycast0 | wc -l)" 1
	nsip router -6 route del $A dev r2 table local metric 1 proto static
}

foreign_behind() {
	begin
	nsip router -6 route append $A dev r2 table local metric 1 proto static
	changes local anycast0
	nsip router -6 route del $A dev r2 table local metric 1 proto static
}

foreign_vrf() {
	nsip router -batch - <<-END
		anycast flush
		link add red type vrf table $TABLE
		link set red up
		link set r1 master red
		link set r2 master red
		address replace 2001:db8:1::f/64 dev r1 nodad
		address replace 2001:db8:2::f/64 dev r2 nodad
		route add $ROUTE1 metric 100 table $TABLE
		route add $ROUTE2 metric 200 table $TABLE
		route add $A dev r2 table $TABLE metric 1 proto static
		anycast add $A vrf red via $U1
		anycast add $A vrf red via $U2
	END
	OWN=$(query router own_devices -d link show type anycast6)
	wait_for "the own route" 10 has_mtu $MTU_ONE $TABLE "$OWN"
	changes $TABLE "$OWN" vrf red
	nsip router anycast flush
	is "$(foreign $TABLE "$OWN" | wc -l)" 1
}

peer_start wire.py
make_members || exit
nsip router link set r1 mtu $MTU_ONE
nsip router link set r2 mtu $MTU_TWO
begin
t_run "the nearest member" nearest
t_run "the nearest member loses its route" gone
t_run "members that drain" all_drain
t_run "a route's metric changes" distances
t_run "an area without the router" area_of_others
t_run "an area with the router" area_of_its_own
t_run "somebody's route of the same prefix and metric, before it" foreign_local
t_run "somebody's route of the same prefix and metric, behind it" foreign_behind
t_run "somebody's route of the same prefix and metric, in a VRF" foreign_vrf
t_done
