#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The way to a member blinks: a routing daemon replaces a route by deleting and adding it, a link loses its carrier
# for a moment. A flow that is there stays where it is. Only what lasts moves it.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1, 2001:db8:f::1
#    ::2                                 ::f        (r2) --- 2001:db8:2::/64 --- (m0) two   ::1, 2001:db8:f::2
# cpus: 2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/safe.sh"

# How often it blinks, and how often in one batch.
ROUNDS=5
PAIRS=100
# A blink is shorter than a second. One that a slow machine made longer, microseconds, says nothing.
BLINK=700000
TRIES=50
[[ ${ANYCAST6_KERNEL-} != debug ]] || PAIRS=20
# The first port of the controls; each takes some.
PORT=49000

# ---- commands without a pause ----

# batch_start NAME NS: one `ip -batch`, so that between two of its commands no program is started.
batch_start() {
	mkfifo "$T_DIR/$1.in" "$T_DIR/$1.out"
	(setns "$2-$T_ID" && exec ip -6 -o -batch -) <"$T_DIR/$1.in" >"$T_DIR/$1.out" &
	echo $! >>"$T_DIR/pids"
	# shellcheck disable=SC1083  # names of descriptors
	exec {BATCH_IN[$1]}>"$T_DIR/$1.in" {BATCH_OUT[$1]}<"$T_DIR/$1.out"
}

# batch NAME COMMAND...: returns when they are done.
batch() {
	# the link is shown after them
	printf '%s\n' "${@:2}" "link show dev lo" >&"${BATCH_IN[$1]}"
	read -r -t 20 -u "${BATCH_OUT[$1]}" || fail "refused: ${*:2}"
}

# ---- blinks ----

# Each makes the way to one go, or come back.
route_away() { batch router "route del $ROUTE1"; }
route_back() { batch router "route add $ROUTE1"; }
link_away() { batch one "link set m0 down"; }
link_back() { batch one "link set m0 up" "route add default via 2001:db8:1::f"; }
# The carrier of the router's own link: the routes by it go as well.
device_away() { batch router "link set r1 down"; }
device_back() { batch router "link set r1 up" "route add $ROUTE1"; }

# blink WAY NAME PROTO PORT: while the way is not there, the client sends something that the router sees. How long
# that took is in LASTED, microseconds.
blink() {
	peer watch router sent r0
	LASTED=${EPOCHREALTIME/./}
	"${1}_away"
	peer tell client "$2"
	peer seen router sent "^$CLIENT>$A/.*/$3-$4-7" least=1
	"${1}_back"
	LASTED=$((${EPOCHREALTIME/./} - LASTED))
	echo "$1: $LASTED microseconds"
}

# blinks WAY PROTO PORT [alone]: several of them, and after each the flow is as before; alone, because there is no
# other member.
blinks() {
	local port=$3 good=0 try

	begin
	[[ ! ${4-} ]] || nsip router anycast del $A via $U2
	begins flow "$2" "$port" one
	for ((try = 0; good < ROUNDS; try++)); do
		((try < TRIES)) || fail "this machine is too slow"
		blink "$1" flow "$2" "$port"
		if ((LASTED < BLINK)); then
			# of TCP, the segment that was sent meanwhile is late, and not lost; a datagram takes a
			# detour until it is known that one is back
			if [[ $2 == tcp ]]; then
				is "$(peer hear client flow)" one
			else
				wait_for "one to be up" 30 is_up $U1
			fi
			stays flow "$2" "$port"
			good=$((good + 1))
			continue
		fi
		# the flow may have moved: another one
		peer close client flow
		wait_for "one to be up" 30 is_up $U1
		port=$((port + 1))
		begins flow "$2" "$port" one
	done
	peer close client flow reset
}

is_up() { [[ $(member_states router) == *"$1 up"* ]]; }
is_down() { [[ $(member_states router) == *"$1 down"* ]]; }

# A route is replaced again and again, as fast as it goes, and a client and a server talk all the time.
batch_of_blinks() {
	local i

	begin
	begins flow "$1" "$2" one
	peer chat client flow
	peer chatting client flow
	for ((i = 0; i < PAIRS; i++)); do
		echo "route del $ROUTE1"
		echo "route add $ROUTE1"
	done | nsip router -6 -batch -
	peer chatting client flow
	is "$(peer chatted client flow)" all
	stays flow "$1" "$2"
	peer close client flow reset
}

# Each datagram of a flow comes just when the way is gone, and they are farther apart than the grace. None of the gaps
# is longer than that, so the flow stays.
gaps() {
	local i

	ns router sysctl -qw net.anycast6.flow_grace=3000
	begin
	begins flow udp "$1" one
	for i in 1 2; do
		peer watch router sent r0
		route_away
		wait_for "one to be down" 30 is_down $U1
		peer tell client flow
		peer seen router sent "^$CLIENT>$A/.*/udp-$1-7" least=1
		route_back
		wait_for "one to be up" 30 is_up $U1
		((i == 2)) || pause 3.5
	done
	stays flow udp "$1"
	peer close client flow
	ns router sysctl -qw net.anycast6.flow_grace=1000
}

# A datagram that comes in a gap is answered by two, and the flow is one's all the same.
detours() {
	ns router sysctl -qw net.anycast6.flow_grace=30000
	begin
	begins flow udp "$1" one
	route_away
	wait_for "one to be down" 30 is_down $U1
	is "$(peer say client flow)" two
	is "$(peer say client flow)" two
	is "$(flow_of udp "$1")" "$U1 established"
	route_back
	wait_for "one to be up" 30 is_up $U1
	stays flow udp "$1"
	peer close client flow
	ns router sysctl -qw net.anycast6.flow_grace=1000
}

# What is new does not wait for a way that may come back.
new_flows() {
	local way

	for way in route link device; do
		begin
		"${way}_away"
		served_by two "$1"
		"${way}_back"
		wait_for "one to be up" 30 is_up $U1
		served_by one $(($1 + 1))
		set -- $(($1 + 2))
	done
}

# ---- what lasts ----

# The connection is refused by two, which does not know it.
lasts_tcp() {
	begin
	begins flow tcp "$2" one
	"${1}_away"
	wait_for "one to be down" 30 is_down $U1
	refused "reset" peer say client flow
	peer close client flow
	"${1}_back"
	wait_for "one to be up" 30 is_up $U1
}

# A flow of datagrams goes on at two, and stays there when one is back: at first each datagram takes a detour, and when
# it has lasted, the flow moves.
lasts_udp() {
	begin
	begins flow udp "$2" one
	"${1}_away"
	wait_for "one to be down" 30 is_down $U1
	is "$(peer say client flow)" two
	wait_for "two to have the flow" 30 eval "[[ \$(peer say client flow) == two && \$(flow_of udp $2) == '$U2 established' ]]"
	"${1}_back"
	wait_for "one to be up" 30 is_up $U1
	is "$(peer say client flow)" two
	is "$(flow_of udp "$2")" "$U2 established"
	served_by one $(($2 + 1))
	peer close client flow
}

# A member that is deleted, without which the flow can't be.
deleted() {
	begin
	begins flow tcp "$1" one
	begins datagrams udp "$1" one
	nsip router anycast del $A via $U1
	is "$(peer say client datagrams)" two
	refused "reset" peer say client flow
	peer close client flow
	peer close client datagrams
}

# Without a grace nothing waits for a member that is deleted, and that may be added again: the next packet moves.
deleted_at_once() {
	local waited

	ns router sysctl -qw net.anycast6.flow_grace=0
	begin
	begins flow tcp "$1" one
	begins datagrams udp "$1" one
	waited=$(misses router waiting)
	nsip router anycast del $A via $U1
	is "$(peer say client datagrams)" two
	is "$(flow_of udp "$1")" "$U2 established"
	refused "reset" peer say client flow
	is "$(misses router waiting)" "$waited"
	peer close client flow
	peer close client datagrams
	ns router sysctl -qw net.anycast6.flow_grace=1000
}

repair() {
	nsip one link set m0 up
	nsip one -6 route replace default via 2001:db8:1::f
	nsip router link set r1 up
	nsip router -6 route replace $ROUTE1
	ns router sysctl -qw net.anycast6.flow_grace=1000
	wait_for "one to be up" 30 is_up $U1
}

declare -A BATCH_IN BATCH_OUT
peer_start wire.py
make_safe || exit
ns router sysctl -qw net.ipv6.conf.r1.keep_addr_on_down=1
batch_start router router
batch_start one one
try "new flows do not wait for a way that is away" new_flows 50001
for way in route link device; do
	for proto in tcp udp; do
		try "control: a $way blinks, and there is no other member: $proto" blinks $way $proto $((PORT += 100)) alone
	done
done
try "a route is deleted and added: TCP" blinks route tcp 50101
try "a route is deleted and added: UDP" blinks route udp 50201
try "a route is deleted and added in one batch: TCP" batch_of_blinks tcp 50301
try "a route is deleted and added in one batch: UDP" batch_of_blinks udp 50302
try "a flow meets one gap after the other" gaps 50303
try "datagrams take a detour and come back" detours 50305
try "a link loses its carrier for a moment: TCP" blinks link tcp 50401
try "a link loses its carrier for a moment: UDP" blinks link udp 50501
try "a device is down for a moment: TCP" blinks device tcp 50601
try "a device is down for a moment: UDP" blinks device udp 50701
try "a route is deleted for longer: TCP" lasts_tcp route 50801
try "a route is deleted for longer: UDP" lasts_udp route 50802
try "a link loses its carrier for longer: TCP" lasts_tcp link 50811
try "a link loses its carrier for longer: UDP" lasts_udp link 50812
try "a member is deleted" deleted 50821
try "a member is deleted, and there is no grace" deleted_at_once 50831
t_done
