#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every change makes exactly the events that it should, on the multicast group and in `ip anycast monitor`. A
# command that changes nothing makes none.
#
#   peer (p0) --- (h0) host:  d0 2001:db8:1::1/64  d1 2001:db8:2::1/64  h0 2001:db8:3::1/64
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/near.sh"

A=2001:db8:1::a
OFF=2001:db8:53::53

set_up() {
	ns_make peer host
	link_veth peer p0 host h0
	host_devices "d0 2001:db8:1::1/64 addrgenmode none" "d1 2001:db8:2::1/64 addrgenmode none" "red vrf 100"
	addr_add host h0 2001:db8:3::1/64
	netlink_start
	netlink listen host >/dev/null
}

members_come_and_go() {
	nsip host anycast add $A dev d0
	happened host "added $A d0:up"
	nsip host anycast add $A dev d1
	happened host "added $A d1:up"
	nsip host anycast add $A
	happened host "added $A own:up"
	nsip host anycast del $A dev d0
	happened host "deleted $A d0:up"
	nsip host anycast del $A
	happened host "deleted $A d1:up" "deleted $A own:up" "deleted $A"
}

nothing_new() {
	nsip host anycast add $A dev d0
	netlink events host
	nsip host anycast change $A dev d0
	nsip host anycast replace $A dev d0
	refused "already" nsip host anycast add $A dev d0
	refused "no such" nsip host anycast del $OFF
	refused "outside" nsip host anycast set $A scope 2001:db9::/32
	nsip host anycast show >/dev/null
	nsip host anycast save >/dev/null
	nsip host anycast flush dev d1
	happened host
	nsip host anycast set $A scope 2001:db8::/32
	happened host "changed $A"
	nsip host anycast set $A scope 2001:db8::/32
	happened host
	nsip host anycast flush
	happened host "deleted $A d0:up" "deleted $A"
	nsip host anycast flush
	happened host
}

# All that can be said of an address and a member fits into one message. (If it did not, the kernel would warn.)
fits() {
	local all

	all=$(seq -s, -f udp/%g 65520 65535)
	nsip host anycast add $OFF metric 1 area 2001:db8:c::/48 lifetime 2147483 service "$all"
	netlink events host
	nsip host anycast set $OFF scope 2001:db8::/32 source 2001:db8:1::1 hold 9 announce scope metric 9 \
		affinity source unpinned "$all"
	happened host "changed $OFF"
	nsip host anycast set $OFF affinity source unpinned "$all"
	happened host
	nsip host anycast set $OFF unpinned none
	happened host "changed $OFF"
	nsip host anycast set $OFF unpinned "$all"
	happened host "changed $OFF"
	nsip host anycast drain $OFF
	happened host "changed $OFF own:down:service"
	nsip host anycast flush
	happened host "deleted $OFF own:down:service" "deleted $OFF"
}

replace_adds() {
	nsip host anycast replace $OFF
	happened host "added $OFF own:up"
	nsip host anycast del $OFF
	happened host "deleted $OFF own:up" "deleted $OFF"
}

in_a_vrf() {
	nsip host anycast add $OFF vrf red
	happened host "added $OFF own:up"
	nsip host anycast del $OFF vrf red
	happened host "deleted $OFF own:up" "deleted $OFF"
}

# The event of an entry comes after those of the addresses that it made, and says how many there are. When the entry
# is deleted, its event comes after theirs, too.
entries() {
	nsip host anycast add subnet-router dev d0
	happened host "added 2001:db8:1:: d0:up" "added subnet-router@d0"
	nsip host anycast replace subnet-router dev d0
	refused "already" nsip host anycast add subnet-router dev d0
	happened host
	addr_add host d0 2001:db8:11::1/64
	is "$(netlink await host "changed subnet-router@d0")" \
		"added 2001:db8:11:: d0:up; changed subnet-router@d0"
	nsip host address del 2001:db8:11::1/64 dev d0
	is "$(netlink await host "changed subnet-router@d0")" \
		"deleted 2001:db8:11:: d0:up; deleted 2001:db8:11::; changed subnet-router@d0"
	# an address of the entry is configured, too: its member becomes a configured one, and outlives the entry
	nsip host anycast replace 2001:db8:1:: dev d0
	happened host "changed 2001:db8:1:: d0:up"
	nsip host anycast del subnet-router dev d0
	happened host "deleted subnet-router@d0"
	nsip host anycast del 2001:db8:1::
	happened host "deleted 2001:db8:1:: d0:up" "deleted 2001:db8:1::"
	nsip host anycast add home-agents dev d0
	happened host "added 2001:db8:1:0:fdff:ffff:ffff:fffe d0:up" "added reserved126@d0"
	nsip host anycast del home-agents dev d0
	happened host "deleted 2001:db8:1:0:fdff:ffff:ffff:fffe d0:up" \
		"deleted 2001:db8:1:0:fdff:ffff:ffff:fffe" "deleted reserved126@d0"
}

# A change of the source makes one event. If it is an entry's, the entry's event comes before those of its addresses.
sources() {
	nsip host anycast add $A dev d0
	netlink events host
	nsip host anycast set $A source unicast
	happened host "changed $A"
	nsip host anycast set $A source unicast
	nsip host anycast change $A dev d0
	nsip host anycast replace $A dev d0
	refused "itself" nsip host anycast set $A source $A
	refused "outside" nsip host anycast set $A source anycast scope 2001:db9::/32
	happened host
	nsip host anycast set $A source 2001:db8:2::1
	happened host "changed $A"
	nsip host anycast set $A source 2001:db8:2::1 scope ::/0
	happened host
	nsip host anycast set $A source auto scope 2001:db8::/32
	happened host "changed $A"
	nsip host anycast flush
	netlink events host
}

sources_of_entries() {
	nsip host anycast add subnet-router dev d0
	netlink events host
	nsip host anycast set subnet-router dev d0 source unicast
	happened host "changed subnet-router@d0" "changed 2001:db8:1::"
	nsip host anycast set subnet-router dev d0 source unicast
	refused "set the source of the entry" nsip host anycast set 2001:db8:1:: source auto
	nsip host anycast set 2001:db8:1:: source unicast
	happened host
	# a new address has the entry's source from the start, so there is no event of a change
	addr_add host d0 2001:db8:11::1/64
	is "$(netlink await host "changed subnet-router@d0")" \
		"added 2001:db8:11:: d0:up; changed subnet-router@d0"
	nsip host address del 2001:db8:11::1/64 dev d0
	netlink await host "changed subnet-router@d0"
	nsip host anycast add 2001:db8:1:: dev d1
	happened host "added 2001:db8:1:: d1:up"
	nsip host anycast del subnet-router dev d0
	happened host "deleted 2001:db8:1:: d0:up" "changed 2001:db8:1::" "deleted subnet-router@d0"
	# the other way round: the address is configured before the entry is added
	nsip host anycast set 2001:db8:1:: source anycast
	netlink events host
	nsip host anycast add subnet-router dev d0
	happened host "changed 2001:db8:1::" "added 2001:db8:1:: d0:up" "added subnet-router@d0"
	nsip host anycast flush
	netlink events host
}

# An entry that cannot have all its addresses is refused as a whole.
refused_entry() {
	addr_add host d0 2001:db8:11::1/64 2001:db8:12::1/64
	ns host sysctl -qw net.anycast6.max_addresses=2
	refused "too many addresses" nsip host anycast add subnet-router dev d0
	happened host
	ns host sysctl -qw net.anycast6.max_addresses=1048576
	nsip host address del 2001:db8:11::1/64 dev d0
	nsip host address del 2001:db8:12::1/64 dev d0
}

device_states() {
	nsip host anycast add 2001:db8:3::a dev h0
	happened host "added 2001:db8:3::a h0:up"
	nsip peer link set p0 down
	netlink await host "changed 2001:db8:3::a h0:down:link"
	nsip peer link set p0 up
	netlink await host "changed 2001:db8:3::a h0:up"
	nsip host link set h0 down
	netlink await host "changed 2001:db8:3::a h0:down:admin"
	nsip host link set h0 up
	netlink await host "changed 2001:db8:3::a h0:up"
	# other changes of the device make no event
	nsip host link set h0 mtu 1400
	ns host sysctl -qw net.ipv6.conf.h0.hop_limit=60
	nsip host anycast add $OFF
	is "$(netlink await host "added $OFF own:up")" "added $OFF own:up"
	nsip host anycast del $OFF
	netlink events host
	nsip host anycast flush
	happened host "deleted 2001:db8:3::a h0:up" "deleted 2001:db8:3::a"
}

device_gone() {
	nsip host link add gone index 4321 type dummy
	nsip host link set gone up
	nsip host anycast add $OFF dev gone
	happened host "added $OFF gone:up"
	nsip host link del gone
	netlink await host "deleted $OFF"
}

# a listener sees only the events of its own namespace
other_namespace() {
	nsip peer anycast add $OFF
	happened host
	nsip peer anycast del $OFF
}

burst() {
	local i events

	for ((i = 0; i < 200; i++)); do
		echo "anycast add 2001:db8:99::$i"
		((i % 2)) || echo "anycast del 2001:db8:99::$i"
	done >"$T_DIR/burst"
	nsip host -batch "$T_DIR/burst"
	events=$(netlink events host)
	events=${events//;/$'\n'}
	is "$(grep -c added <<<"$events")" 200
	is "$(grep -c deleted <<<"$events")" 200
	nsip host anycast flush
	is "$(netlink events host | tr ';' '\n' | grep -c deleted)" 200
}

# monitor NAME [OPTION]...: start `ip anycast monitor`, and wait until it listens.
monitor() {
	background "$1" host ip "${@:2}" anycast monitor
	wait_for "monitor to listen" 10 eval \
		"nsip host anycast replace 2001:db8:77::1 && nsip host anycast del 2001:db8:77::1 && [[ -s $T_DIR/$1.log ]]"
	nsip host anycast add 2001:db8:77::2
	nsip host anycast del 2001:db8:77::2
	wait_for "its own events" 10 grep -q "Deleted 2001:db8:77::2 scope\|\"deleted\":true,\"address\":\"2001:db8:77::2\",\"scope\":\"::/0\",\"source\":\"auto\"}" "$T_DIR/$1.log"
	: >"$T_DIR/$1.log"
}

changes() {
	nsip host anycast add $A dev d0
	nsip host anycast add $A
	nsip host anycast set $A scope 2001:db8::/32
	nsip host anycast del $A
}

monitor_text() {
	monitor text
	changes
	wait_for "the last event" 10 grep -q "Deleted $A scope 2001:db8::/32 source auto$" "$T_DIR/text.log"
	stop text
	is "$(tr -d '\0' <"$T_DIR/text.log")" "$A scope ::/0 source auto state up
    dev d0 distance 0 state up
$A scope ::/0 source auto state up
    dev anycast0 distance 0 state up
$A scope 2001:db8::/32 source auto state up
Deleted $A scope 2001:db8::/32 source auto state up
    dev d0 distance 0 state up
Deleted $A scope 2001:db8::/32 source auto state up
    dev anycast0 distance 0 state up
Deleted $A scope 2001:db8::/32 source auto"
}

monitor_oneline() {
	monitor one -o -ts
	changes
	wait_for "the last event" 10 grep -q "Deleted $A scope 2001:db8::/32 source auto$" "$T_DIR/one.log"
	stop one
	is "$(tr -d '\0' <"$T_DIR/one.log" | grep -Ec '^\[[0-9-]+T[0-9:.]+\] .*2001:db8:1::a scope .*')" 6
}

monitor_timestamp() {
	monitor stamp -t
	nsip host anycast add $A dev d0
	wait_for "the event" 10 grep -q "dev d0 distance 0 state up" "$T_DIR/stamp.log"
	nsip host anycast del $A
	stop stamp
	tr -d '\0' <"$T_DIR/stamp.log" | head -n 1 | grep -Eq '^Timestamp: .* [0-9]+ usec$'
}

monitor_json() {
	monitor json -j -t
	changes
	wait_for "the last event" 10 grep -q '"deleted":true,"address":"2001:db8:1::a","scope":"2001:db8::/32","source":"auto"}' \
		"$T_DIR/json.log"
	stop json
	is "$(tr -d '\0' <"$T_DIR/json.log" | jq -r '"\(.event) \(.address) \(.deleted // false) \(.members[0].dev) \(.timestamp | test("^[0-9]+-[0-9]+-[0-9]+T"))"')" \
		"added $A false d0 true
added $A false anycast0 true
changed $A false null true
deleted $A true d0 true
deleted $A true anycast0 true
deleted $A true null true"
}

monitor_refuses_words() { refused "unknown argument" nsip host anycast monitor dev d0; }

set_up || exit
t_run "members come and go" members_come_and_go
t_run "what changes nothing, and what is refused" nothing_new
t_run "what is long fits into an event" fits
t_run "replace adds" replace_adds
t_run "in a VRF" in_a_vrf
t_run "entries and what they make" entries
t_run "sources" sources
t_run "sources of entries" sources_of_entries
t_run "a refused entry" refused_entry
t_run "states of a device" device_states
t_run "a device that goes" device_gone
t_run "events stay in their namespace" other_namespace
t_run "none of a burst is lost" burst
t_run "monitor" monitor_text
t_run "monitor -o -ts" monitor_oneline
t_run "monitor -t" monitor_timestamp
t_run "monitor -j -t" monitor_json
t_run "monitor takes no filter" monitor_refuses_words
t_done
