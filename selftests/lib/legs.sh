# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of legs share: a member behind two gateways, and by which of them flows go. Sourced after lib.sh,
# peer.sh and steering.sh. These tests start peer/wire.py.
#
#   client (c0) --- (r0) router (r1) --- 2001:db8:1::/64 --- (g0) g1 (g1) --- 2001:db8:11::/64 --- (m1) one
#     2001:db8:c::2            (r2) --- 2001:db8:2::/64 --- (g0) g2 (g1) --- 2001:db8:12::/64 --- (m2)   2001:db8:f::1
#                              (r4) --- 2001:db8:4::/64 ----------------------------------------- (m0)
#                              (r3) --- 2001:db8:3::/64 --- (m0) two   2001:db8:3::1, farther
#
# What one answers goes back by a link of its own, so only the client's packets depend on the gateways.

U=2001:db8:f::1
SPARE=2001:db8:3::1
G1=2001:db8:1::1
G2=2001:db8:2::1
# How many flows are looked at, and how many of them where legs have weights. By which leg each goes is drawn anew for
# each boot. Fewer than FEWEST of them go by one of two equal legs, or more than MOST of MANY by one that has an eighth of
# the weight, once in some 100,000 times.
MANY=128
FLOWS=$MANY
[[ ${ANYCAST6_KERNEL-} != debug ]] || FLOWS=48
# shellcheck disable=SC2034  # for those who source this
FEWEST=$((FLOWS / 6))
# shellcheck disable=SC2034
MOST=$((MANY * 5 / 16))

# ---- the topology ----

# gateway I: the router's link to it, and its link to one.
make_gateway() {
	ns_make g"$1"
	link_veth router r"$1" g"$1" g0
	link_veth g"$1" g1 one m"$1"
	ns g"$1" sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.{g0,g1}.keep_addr_on_down=1
	ns router sysctl -qw net.ipv6.conf.r"$1".keep_addr_on_down=1
	addr_add router r"$1" 2001:db8:"$1"::f/64
	addr_add g"$1" g0 2001:db8:"$1"::1/64
	addr_add g"$1" g1 2001:db8:1"$1"::f/64
	addr_add one m"$1" 2001:db8:1"$1"::1/64
	nsip g"$1" -6 -batch - <<-END
		route add $A via 2001:db8:1$1::1
		route add $U via 2001:db8:1$1::1
	END
}

# make_legs: all that is drawn above.
make_legs() {
	ns_make router one two
	ns router sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0
	make_gateway 1
	make_gateway 2
	# else the kernel sends answers to ping by the link that the question came by only, which has no route
	ns one sysctl -qw net.ipv6.anycast_src_echo_reply=1
	link_veth router r3 two m0
	link_veth router r4 one m0
	addr_add router r3 2001:db8:3::f/64
	addr_add router r4 2001:db8:4::f/64
	addr_add two m0 $SPARE/64
	addr_add one m0 2001:db8:4::1/64
	addr_add one lo $U/128
	nsip two -6 route add default via 2001:db8:3::f
	nsip one -6 route add default via 2001:db8:4::f
	nsip one anycast add $A
	nsip two anycast add $A
	peer named one one 7
	peer named two two 7
	make_client
}

# ---- routes ----

# siblings [WEIGHT1 WEIGHT2]: equal routes in the table.
siblings() {
	echo "route add $U metric 100 nexthop via $G1 dev r1 weight ${1-1} nexthop via $G2 dev r2 weight ${2-1}"
}

# objects TYPE [WEIGHT1 WEIGHT2]: the same by nexthop objects, in a group.
objects() {
	echo "nexthop add id 1 via $G1 dev r1"
	echo "nexthop add id 2 via $G2 dev r2"
	echo "nexthop add id 10 group 1,${2-1}/2,${3-1} type $1"
	echo "route add $U metric 100 nhid 10"
}

# objects_again: the first nexthop object was deleted, and is made again.
objects_again() {
	echo "nexthop add id 1 via $G1 dev r1"
	echo "nexthop replace id 10 group 1/2"
}

# no_route: nothing of all that is there.
no_route() {
	nsip router -6 route del $U metric 100 2>/dev/null || true
	nsip router nexthop flush >/dev/null 2>&1 || true
}

# repair: all is as make_legs made it, whatever an earlier case has left.
repair() {
	local i

	for i in 1 2; do
		ns g$i nft flush ruleset
		nsip g$i link set g0 up
		nsip router link set r$i up
	done
	neighbours_time 30000 5 1000
	ns router sysctl -qw net.anycast6.flow_grace=1000
}

# begin COMMANDS: these make the routes to one, and no flow is there. The ports of this case begin with PORT.
begin() {
	PORT=$((41000 + 2 * MANY * T_COUNT))
	repair
	nsip router anycast flush
	no_route
	nsip router -batch - <<<"$1"
	nsip router -batch - <<-END
		anycast add $A via $U metric 10
		anycast add $A via $SPARE metric 20
	END
	wait_for "both gateways" 40 legs_are 2/2
	wait_for "the first gateway" 20 peer ping router $G1 wait=1
	wait_for "the second gateway" 20 peer ping router $G2 wait=1
	steered client
}

# ---- what there is to see ----

legs() { query router "legs $U" anycast show $A; }
legs_are() { is "$(legs)" "$1"; }
state() { query router "member_state $U" anycast show $A; }
state_is() { is "$(state)" "$1"; }

# ask [NAME]: each flow asks once, and NAME, one if not told, answers each.
# shellcheck disable=SC2120
ask() {
	local answers name=${1-one}

	answers=$(peer ask client $A 7 $PORT-$((PORT + FLOWS - 1)) src=$CLIENT)
	is "$answers" "$(for ((i = 0; i < FLOWS; i++)); do echo $name; done | paste -sd ' ')"
}

# look: each flow asks once. WAY1 and WAY2 are the ports of those that went by the first gateway, and by the second.
look() {
	peer watch g1 g1 g0 && peer watch g2 g2 g0 && ask || return
	WAY1=$(went_by g1) && WAY2=$(went_by g2) || return
	echo "by g1: $WAY1"
	echo "by g2: $WAY2"
}

# went_by GATEWAY: the ports of the flows that it has got.
went_by() {
	local seen word

	seen=$(peer seen "$1" "$1" "^$CLIENT>$A/.*/udp-[0-9]+-7") || return
	for word in $seen; do
		word=${word##*/udp-}
		echo "${word%%-*}"
	done | sort -n | tr '\n' ' '
}

# shared LEAST MOST: from LEAST to MOST flows go by the first gateway, and the others by the second. Each goes by the
# same again.
shared() {
	local way1 way2

	look || return
	way1=$WAY1 way2=$WAY2
	(($(words "$WAY1") >= $1 && $(words "$WAY1") <= $2)) || return
	is "$(($(words "$WAY1") + $(words "$WAY2")))" $FLOWS || return
	look || return
	is "$WAY1/$WAY2" "$way1/$way2"
}

# all_by_second: no flow goes by the first gateway.
all_by_second() { look && is "$WAY1" "" && is "$(words "$WAY2")" $FLOWS; }

# again WAY1 WAY2: each flow goes by the gateway by which it went then.
again() { look && is "$WAY1/$WAY2" "$1/$2"; }

# ---- what happens to them ----

carrier_away() { nsip g1 link set g0 down; }
carrier_back() { nsip g1 link set g0 up; }
second_away() { nsip g2 link set g0 down; }
second_back() { nsip g2 link set g0 up; }

# neighbours_time REACHABLE DELAY RETRANS: how soon the router notices that a gateway is dead (ms, s, ms).
neighbours_time() {
	ns router sysctl -qw net.ipv6.neigh.{r1,r2}.base_reachable_time_ms="$1" \
		net.ipv6.neigh.{r1,r2}.delay_first_probe_time="$2" net.ipv6.neigh.{r1,r2}.retrans_time_ms="$3"
}

# silent: the first gateway says nothing to the router by itself, and answers nothing, but forwards what comes.
silent() {
	ns g1 nft -f - <<-END
		table ip6 silent {
			chain in {
				type filter hook input priority 0;
				iifname g0 drop
			}
			chain out {
				type filter hook output priority 0;
				oifname g0 drop
			}
		}
	END
}

speak() {
	ns g1 nft delete table ip6 silent
	wait_for "both legs" 60 legs_are 2/2
}

# ask_on: each flow asks, and LOST is set if somebody gets no answer from one.
# shellcheck disable=SC2034,SC2119
ask_on() { ask || LOST=yes; }
