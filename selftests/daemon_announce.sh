#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Routes for routing daemons. A route is there exactly while a member on this node, or on a link of it, is up and
# does not drain. Routes of others are left alone, and a route of ours that others delete comes back.
#
#   near (n0) --- 2001:db8:1::/64 --- (h0) host (d0: dummy)   near is ::2, the host ::1
#                                          [ vrf red, table 100: d1 2001:db8:7::1/64 ]
#   2001:db8:f::9 is behind near.
# cpus: 2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/near.sh"

OTHER=2001:db8:a::b
P=2001:db8:a::/48
# How many addresses change at once.
MANY=1000
[[ ${ANYCAST6_KERNEL-} != debug ]] || MANY=100

set_up() {
	link_near
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.h0.keep_addr_on_down=1
	ns near sysctl -qw net.ipv6.conf.n0.keep_addr_on_down=1
	addr_add near lo 2001:db8:f::9/128
	host_devices "red vrf 100" "d0 -" "d1 2001:db8:7::1/64 master red"
	nsip host -6 route add 2001:db8:f::9 via 2001:db8:1::2
}

# fresh FUNCTION: run it without what the case before has left.
fresh() {
	nsip host anycast flush
	nsip host link set h0 up
	"$@"
}

host() { nsip host anycast "$@"; }

# routes [ARGUMENT...]: the announced routes in the kernel's order, a word each: PREFIX@METRIC. ARGUMENT names a table
# other than main.
routes() {
	query host routes -6 route show proto anycast "$@"
}

# announced WORD...: exactly these routes are announced.
announced() { is "$(routes)" "$*"; }

is_announced() { [[ $(routes) == "$*" ]]; }

# comes WORD...: the same, after a while: events are handled by a work.
comes() { wait_for "the routes: $*" 20 is_announced "$@" || announced "$@"; }

# ---- events ----

# watch: told looks only at events from here on.
watch() {
	rm -f "$T_DIR/monitor.log"
	background monitor host ip -rcvbuf 33554432 -6 -o monitor route
	# the monitor listens once it has printed something
	wait_for "the monitor" 20 eval "nsip host -6 route replace 2001:db8:e::/64 dev lo; [[ -s \$T_DIR/monitor.log ]]"
}

# told: what happened to announced routes since watch, a line each: + or -, and the prefix.
told() {
	nsip host -6 route add 2001:db8:e::1 dev lo
	wait_for "the end of events" 20 grep -q "^2001:db8:e::1 " "$T_DIR/monitor.log"
	stop monitor
	nsip host -batch - <<-END
		route del 2001:db8:e::1 dev lo
		route del 2001:db8:e::/64 dev lo
	END
	sed -nE '/proto anycast/ { s/^Deleted (unreachable )?([^ ]+) .*/- \2/; t p; s/^(unreachable )?([^ ]+) .*/+ \2/; :p p }' \
		"$T_DIR/monitor.log"
}

# ---- states ----

defaults() {
	host add $OFF
	announced $OFF@1024
	host add $ON dev h0
	announced $ON@1024 $OFF@1024
	# an entry's addresses are not announced: the prefix of the link is
	host add subnet-router dev d1
	host add home-agents dev h0
	host add fe80::a dev h0
	announced $ON@1024 $OFF@1024
	is "$(routes table 100)" ""
	nsip host -j -6 route show proto anycast | jq -e 'all(.[]; .dev == "anycast0" and .protocol != "166")'
	nsip host -j -6 route show $ON | jq -e '.[0].protocol == "anycast"'
	host del $ON
	announced $OFF@1024
	host del $OFF
	announced
}

drained() {
	host add $OFF
	host add $ON dev h0
	host drain $OFF
	announced $ON@1024
	# while a second member is up the route stays
	watch
	host add $OFF dev d0
	host drain $OFF dev d0
	host resume $OFF dev d0
	host drain $ON
	host resume $ON
	host resume $OFF
	host drain $OFF dev anycast0
	told >"$T_DIR/told"
	cat "$T_DIR/told"
	is "$(grep -c " $OFF$" "$T_DIR/told")" 3
	is "$(grep " $ON$" "$T_DIR/told" | xargs)" "- $ON + $ON"
	announced $ON@1024 $OFF@1024
}

# Routing needs time to converge, so the address is held longer than its route is there, and packets still get in.
order() {
	local log=$T_DIR/monitor.log

	host add $ON dev h0
	watch
	host drain $ON
	host resume $ON
	told
	# the announced route goes before the join's route does, and comes after it
	sed -nE "/(^| )$ON / { s/^(Deleted )?(anycast )?.* dev ([^ ]+) .*proto ([a-z]+).*/\1\2\3 \4/p }" "$log" >"$T_DIR/order"
	cat "$T_DIR/order"
	is "$(grep -n "Deleted anycast0 anycast" "$T_DIR/order" | cut -d: -f1)" 1
	is "$(tail -n 1 "$T_DIR/order")" "anycast0 anycast"
	watch
	host del $ON
	told
	is "$(grep -F "$ON " "$log" | head -n 1 | grep -c "proto anycast")" 1
}

leased() {
	host add $OFF lifetime 1
	host add $OTHER lifetime 1000
	comes $OTHER@1024
	host change $OFF lifetime 1000
	announced $OFF@1024 $OTHER@1024
}

link_down() {
	host add $ON dev h0
	host add $OFF dev d0
	announced $ON@1024 $OFF@1024
	nsip host link set h0 down
	comes $OFF@1024
	nsip host link set h0 up
	comes $ON@1024 $OFF@1024
	nsip near link set n0 down
	comes $OFF@1024
	nsip near link set n0 up
	comes $ON@1024 $OFF@1024
	# announced routes lead to anycast0, and go when it is down
	nsip host link set anycast0 down
	comes
	nsip host link set anycast0 up
	comes $ON@1024 $OFF@1024
	nsip host link add d2 type dummy
	nsip host link set d2 up
	host add $OTHER dev d2
	announced $ON@1024 $OFF@1024 $OTHER@1024
	nsip host link del d2
	comes $ON@1024 $OFF@1024
}

# A remote member is announced if it is on a link of this node, not if it is behind a gateway.
remote() {
	host add $OFF via 2001:db8:1::2
	announced $OFF@1024
	host drain $OFF via 2001:db8:1::2
	announced
	host resume $OFF via 2001:db8:1::2
	announced $OFF@1024
	# this one is behind a gateway: a router that is nearer to it announces it
	host add $OTHER via 2001:db8:f::9
	announced $OFF@1024
	nsip host -6 route replace 2001:db8:f::9 dev h0
	comes $OFF@1024 $OTHER@1024
	nsip host -6 route replace 2001:db8:f::9 via 2001:db8:1::2
	comes $OFF@1024
	nsip host link set h0 down
	comes
	nsip host link set h0 up
	nsip host -6 route replace 2001:db8:f::9 via 2001:db8:1::2
	comes $OFF@1024
}

vrf() {
	host add $OFF vrf red
	host add 2001:db8:7::a dev d1
	announced
	is "$(routes table 100)" "2001:db8:7::a@1024 $OFF@1024"
	# a VRF's only table has the routes by which packets are delivered, too: they are not announced
	host drain all vrf red
	is "$(routes table 100)" ""
	host resume all
	host set $OFF vrf red scope $P announce scope metric 5
	is "$(routes table 100)" "2001:db8:7::a@1024 $OFF@5 unreachable $P@1024"
	refused "delivered" nsip host anycast set $OFF vrf red announce host metric 1
	# a device that leaves the VRF takes the routes of its addresses along
	nsip host link set d1 nomaster
	nsip host address replace 2001:db8:7::1/64 dev d1 nodad
	comes 2001:db8:7::a@1024
	is "$(routes table 100)" "$OFF@5 unreachable $P@1024"
	nsip host link set d1 master red
	nsip host address replace 2001:db8:7::1/64 dev d1 nodad
	comes
	# metric 1, which is refused in a VRF, becomes 2 when the device comes back into it
	host set 2001:db8:7::a vrf red announce none
	nsip host link set d1 nomaster
	nsip host address replace 2001:db8:7::1/64 dev d1 nodad
	host set 2001:db8:7::a announce host metric 1
	comes 2001:db8:7::a@1
	nsip host link set d1 master red
	nsip host address replace 2001:db8:7::1/64 dev d1 nodad
	comes
	wait_for "the route" 20 eval "[[ \$(routes table 100) == '2001:db8:7::a@2 '* ]]"
	host flush
	is "$(routes table 100)" ""
	nsip host link add blue type vrf table 200
	nsip host link set blue up
	host add $OFF vrf blue
	host set $OFF vrf blue scope $P announce scope
	is "$(routes table 200)" "$OFF@1024 unreachable $P@1024"
	nsip host link del blue
	wait_for "the routes to go" 20 eval "[[ ! \$(routes table 200) ]]"
}

# A VRF goes with its address: the same address outside the VRF keeps its route, and can withdraw it later.
vrf_goes() {
	host add $OFF
	nsip host -batch - <<-END
		link add blue type vrf table 200
		link set blue up
		anycast add $OFF vrf blue
		link del blue
	END
	wait_for "the address to go" 20 eval "[[ \$(query host member_states anycast show $OFF) == up ]]"
	announced $OFF@1024
	is "$(nsip host -6 -o route show $OFF table main | grep -o "dev [^ ]*" | xargs)" "dev anycast0"
	host drain $OFF
	announced
}

# The kernel reports no deletion of a route that is behind another one to the same prefix. It must come back all the
# same.
behind() {
	local own

	nsip host -6 route add $OFF dev d1 table 100 metric 20
	host add $OFF vrf red
	is "$(routes table 100)" "$OFF@1024"
	own=$(nsip host -o link show master red | grep -o "anycast[0-9]*")
	nsip host link set "$own" nomaster
	wait_for "it to be back" 20 eval "[[ \$(nsip host -o link show master red) == *$own:* ]]"
	wait_for "its route to be back" 20 eval "is \"\$(routes table 100)\" '$OFF@1024'"
	announced
	nsip host -6 route del $OFF dev d1 table 100
}

# Beyond the limit on joins an address is held by a local route in the VRF's table, which must go on delivering.
vrf_beyond_joins() {
	ns host sysctl -qw net.anycast6.max_joins=0
	host add $OFF vrf red
	ns host sysctl -qw net.anycast6.max_joins=4096
	is "$(routes table 100)" "$OFF@1024"
	nsip host -6 route get $OFF vrf red | grep -q "^local"
	host drain $OFF vrf red
	nsip host -6 route get $OFF vrf red | grep -q "^local"
	is "$(routes table 100)" ""
}

# ---- what is configured ----

configured() {
	host add $OFF
	host set $OFF announce none
	announced
	host set $OFF announce host metric 7
	announced $OFF@7
	# the new route is added before the old one is deleted
	watch
	host set $OFF announce host metric 8
	is "$(told | xargs)" "+ $OFF - $OFF"
	announced $OFF@8
	host set $OFF scope $P announce scope
	announced $OFF@8 unreachable $P@1024
	host set $OFF scope 2001:db8::/32
	announced $OFF@8 unreachable 2001:db8::/32@1024
	nsip host -j anycast show $OFF | jq -e '.[0] | .announce == "scope" and .announce_metric == 8'
	# the scope's route has at least metric 1024, so that others' routes to the same prefix come first
	host set $OFF announce scope metric 2000
	announced $OFF@2000 unreachable 2001:db8::/32@2000
	host set $OFF announce scope metric 8
	host set $OFF announce none
	announced
	host set $OFF announce scope
	host save >"$T_DIR/saved"
	host flush
	announced
	host restore <"$T_DIR/saved"
	announced $OFF@8 unreachable 2001:db8::/32@1024
	# an address that is added again has the defaults, not its old settings
	host flush
	host add $OFF
	announced $OFF@1024
}

# Addresses with the same scope share its route.
shared() {
	nsip host -batch - <<-END
		anycast add $OFF
		anycast add $OTHER
		anycast set $OFF scope $P announce scope
	END
	watch
	nsip host -batch - <<-END
		anycast set $OTHER scope $P announce scope
		anycast drain $OFF
		anycast resume $OFF
		anycast del $OFF
	END
	told >"$T_DIR/told"
	refute grep -F $P "$T_DIR/told"
	announced $OTHER@1024 unreachable $P@1024
	host add $OFF vrf red
	host set $OFF vrf red scope $P announce scope
	host drain $OTHER
	announced
	is "$(routes table 100)" "$OFF@1024 unreachable $P@1024"
	host resume $OTHER
	announced $OTHER@1024 unreachable $P@1024
	host del $OTHER
	announced
}

entries() {
	host add subnet-router dev h0
	announced
	host set subnet-router dev h0 announce host
	announced 2001:db8:1::@1024
	addr_add host h0 2001:db8:2::1/64
	comes 2001:db8:1::@1024 2001:db8:2::@1024
	host set subnet-router dev h0 announce scope metric 9
	announced 2001:db8:1::@9 2001:db8:2::@9 unreachable 2001:db8:1::/64@1024 unreachable 2001:db8:2::/64@1024
	# neighbours on the link are still reached there
	nsip host -6 route get 2001:db8:2::7 | grep -q "dev h0"
	refused "an entry makes this address" nsip host anycast set 2001:db8:1:: announce none
	host drain subnet-router dev h0
	announced
	host resume subnet-router dev h0
	nsip host address del 2001:db8:2::1/64 dev h0
	comes 2001:db8:1::@9 unreachable 2001:db8:1::/64@1024
	host save >"$T_DIR/saved"
	host flush
	announced
	host restore <"$T_DIR/saved"
	announced 2001:db8:1::@9 unreachable 2001:db8:1::/64@1024
	host save | diff "$T_DIR/saved" -
	host del subnet-router dev h0
	announced
}

refusals() {
	host add $OFF
	refused "default route" nsip host anycast set $OFF announce scope
	refused "default route" nsip host anycast set $OFF scope $OFF/128 announce scope
	host set $OFF scope $P announce scope
	refused "default route" nsip host anycast set $OFF scope ::/0
	refused "default route" nsip host anycast set $OFF scope $OFF/128
	announced $OFF@1024 unreachable $P@1024
	host set $OFF scope ::/0 announce host
	announced $OFF@1024
	host add fe80::a dev h0
	refused "link-local" nsip host anycast set fe80::a dev h0 announce host
	refute nsip host anycast set $OFF announce host metric 0
	refute nsip host anycast set $OFF announce all
}

# ---- others' routes ----

foreign() {
	local theirs="$OFF dev d0 metric 1024" other="$OTHER dev d0 metric 1024"

	nsip host -6 route add $theirs
	nsip host -6 route add unreachable $P metric 1024
	nsip host -6 route show table main >"$T_DIR/before"
	host add $OFF
	host set $OFF scope $P announce scope
	# the other's route is first, and stays
	is "$(nsip host -6 -o route show $OFF table main | grep -o "dev [^ ]*" | xargs)" "dev d0 dev anycast0"
	announced $OFF@1024
	host del $OFF
	nsip host -6 route show table main | diff "$T_DIR/before" -
	host add $OFF
	host set $OFF scope $P announce scope
	# the other's route to the scope goes, and ours takes its place
	nsip host -6 route del unreachable $P metric 1024
	comes $OFF@1024 unreachable $P@1024
	nsip host -6 route del $theirs
	announced $OFF@1024 unreachable $P@1024
	# somebody replaces our route: ours comes back beside the new one
	host add $OTHER
	nsip host -6 route replace $other
	comes $OFF@1024 $OTHER@1024 unreachable $P@1024
	nsip host -6 -o route show $OTHER table main | grep -q "dev d0"
	host flush
	announced
	nsip host -6 route del $other
}

deleted() {
	host add $OFF
	# with ours deleted, the other's route behind it becomes the first one
	nsip host -6 route add $OFF dev d0 metric 2000
	nsip host -6 route del $OFF dev anycast0
	comes $OFF@1024
	nsip host -6 route del $OFF dev d0
	host add $ON dev h0
	host set $OFF scope $P announce scope
	nsip host -6 route del $ON dev anycast0
	comes $ON@1024 $OFF@1024 unreachable $P@1024
	nsip host -6 route del unreachable $P
	comes $ON@1024 $OFF@1024 unreachable $P@1024
	nsip host -6 route flush proto anycast
	comes $ON@1024 $OFF@1024 unreachable $P@1024
	host drain $OFF
	nsip host -6 route del $ON dev anycast0
	comes $ON@1024
}

# ---- many ----

# Each route is deleted once and added once for each change.
many() {
	printf "anycast add 2001:db8:b::%x\n" $(seq $MANY) | nsip host -batch -
	is "$(routes | wc -w)" $MANY
	watch
	host drain all
	announced
	host resume all
	is "$(routes | wc -w)" $MANY
	host flush
	announced
	told >"$T_DIR/told"
	is "$(wc -l <"$T_DIR/told")" $((3 * MANY))
	# all are deleted in a row: no other route changes between them
	is "$(grep -v "2001:db8:e:" "$T_DIR/monitor.log" | head -n $MANY | grep -c "^Deleted .* proto anycast")" $MANY
	is "$(sort "$T_DIR/told" | uniq -c | awk '{ print $1 $2 }' | sort | uniq -c | xargs)" "$MANY 1+ $MANY 2-"
}

many_leases() {
	printf "anycast add 2001:db8:b::%x dev d0 lifetime 1000\n" $(seq $MANY) | nsip host -batch -
	watch
	printf "anycast change 2001:db8:b::%x dev d0 lifetime 3\n" $(seq $MANY) | nsip host -batch -
	wait_for "the leases to end" 60 eval "[[ ! \$(routes) ]]"
	nsip host link del d0
	is "$(told | sort -u | wc -l)" $MANY
	nsip host link add d0 type dummy
	nsip host link set d0 up
}

gone() {
	local before

	before=$(nsip host -6 route show table all | sort)
	nsip host -batch - <<-END
		anycast add $OFF
		anycast add $ON dev h0
		anycast add $OTHER via 2001:db8:1::2
		anycast set $OFF scope $P announce scope
		anycast add $OFF vrf red
		anycast set $OFF vrf red scope $P announce scope
	END
	ns_make doomed
	nsip doomed anycast add $OFF
	nsip doomed anycast set $OFF scope $P announce scope
	ns_del doomed
	modprobe -r anycast6
	is "$(nsip host -6 route show table all | sort)" "$before"
	modprobe anycast6
}

# The monitor's socket needs memory for the events of many routes.
RMEM_MAX=$(</proc/sys/net/core/rmem_max)
echo 33554432 >/proc/sys/net/core/rmem_max
set_up
t_run "RFC4291-2.6-hostroute: static addresses are announced, what entries make is not" fresh defaults
t_run "RFC4786-4.4.1: not while the last member drains" fresh drained
t_run "the route goes first, and comes last" fresh order
t_run "RFC4786-4.4.1: not when the lease is over" fresh leased
t_run "not while the link is down" fresh link_down
t_run "a remote member on a link of this node" fresh remote
t_run "in a VRF" fresh vrf
t_run "in a VRF that goes" fresh vrf_goes
t_run "in a VRF, behind another route" fresh behind
t_run "in a VRF, beyond the limit on joins" fresh vrf_beyond_joins
t_run "none, host, scope, metric" fresh configured
t_run "a scope is announced once for all" fresh shared
t_run "what entries make, if told to" fresh entries
t_run "what is refused" fresh refusals
t_run "others' routes stay" fresh foreign
t_run "what is deleted comes back" fresh deleted
t_run "$MANY addresses change at once" fresh many
t_run "$MANY leases are over, and a device goes" fresh many_leases
t_run "nothing is left" fresh gone
echo "$RMEM_MAX" >/proc/sys/net/core/rmem_max
t_done
