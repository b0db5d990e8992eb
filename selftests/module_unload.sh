#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module can be unloaded at any time: while it is configured, under traffic, while it is being configured.
# Afterwards everything is exactly as it was before it was loaded.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host:  forwarding on h1, [ vrf red: r0 ]
# cpus: 2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/near.sh"

A=2001:db8:1::a
OFF=2001:db8:53::53
# How many addresses there are, and how many times it is unloaded.
MANY=3000
TIMES=20
[[ ${ANYCAST6_KERNEL-} != debug ]] || MANY=500 TIMES=3

unload() {
	! [[ -d /sys/module/anycast6 ]] || modprobe -r anycast6
	refute [ -d /sys/module/anycast6 ]
}

set_up() {
	unload
	make_link
	host_devices "h1 2001:db8:2::1/64" "r0 2001:db8:3::1/64 master red" "red vrf 100"
	# the kernel holds subnet-router addresses of its own, which are taken over and given back
	ns host sysctl -qw net.ipv6.conf.h1.forwarding=1 net.ipv6.conf.h1.keep_addr_on_down=1
	peer_start
	serve_all host
	wait_for "link-local addresses" 10 eval "(( \$(nsip host -6 address show scope link | grep -c inet6) == 3 ))"
	# multicast groups are left some time after the last change
	peer ping client 2001:db8:1::1
}

# all_of_it: everything in a snapshot of the host, and what is in no namespace.
all_of_it() {
	snapshot host | grep -v 'proto kernel .* expires'
	ls /proc/sys/net
	ls /sys/kernel/debug 2>/dev/null
	grep -c anycast6 /proc/modules || true
	ns host ls /proc/sys/net
	ns host ls /proc/sys/net/ipv6/conf
	nsip host -6 route show cache
	ns host cat /proc/net/dev_snmp6/h0 | head -n 1
	ip -n "host-$T_ID" -j link show | jq -r '.[].ifname'
}

configure() {
	unload
	nsip host -batch - <<-END
		anycast add $A dev h0
		anycast add fe80::a dev h0
		anycast add $OFF
		anycast add $OFF dev h1
		anycast add $OFF vrf red
		anycast add 2001:db8:3::a dev r0
		anycast add subnet-router dev h0
		anycast add subnet-router dev h1
		anycast add home-agents dev r0
		anycast set $OFF scope 2001:db8::/32
	END
}

# hooked: whether host has a packet hook of the module, where the kernel can tell.
hooked() { ! can_list_hooks || ns host nft list hooks | grep -q '\[anycast6\]'; }

same_as_before() {
	all_of_it >"$T_DIR/after"
	diff "$T_DIR/before" "$T_DIR/after"
}

only_loaded() {
	modprobe anycast6
	# Loading changes nothing but the sysctls.
	snapshot host >"$T_DIR/loaded"
	unload
	snapshot host | diff "$T_DIR/loaded" -
	same_as_before
}

configured_and_flushed() {
	configure
	# the module's hooks are there, which must be gone afterwards
	hooked
	reached client $A 2001:db8:1::1
	nsip host anycast flush
	snapshot host >"$T_DIR/flushed"
	unload
	snapshot host | diff "$T_DIR/flushed" -
	same_as_before
}

configured() {
	configure
	reached client $A 2001:db8:1::1
	reached client 2001:db8:1:: 2001:db8:1::1
	unload
	same_as_before
	refute peer ping client $A wait=0.5
}

routes_instead_of_joins() {
	modprobe anycast6
	ns host sysctl -qw net.anycast6.max_joins=2
	printf 'anycast add 2001:db8:a::%x\n' {1..200} | nsip host -batch -
	unload
	same_as_before
}

many_addresses() {
	# shellcheck disable=SC2046
	printf 'anycast add 2001:db8:a::%x\n' $(seq $MANY) | nsip host -batch -
	unload
	same_as_before
}

# After a link flap the module has added the route of the kernel's own join, which must be there afterwards.
mended() {
	configure
	nsip host link set h1 down
	nsip host link set h1 up
	settles host 2001:db8:2:: h1:up
	nsip host anycast flush
	unload
	wait_for "the state of before" 10 same_as_before
}

under_traffic() {
	configure
	background flood client ping -f -W 1 $A
	background server host socat -u TCP6-LISTEN:7777,fork OPEN:/dev/null
	wait_for "the server" 10 eval "ns host ss -Htln 'sport = 7777' | grep -q ."
	background sender client socat -u OPEN:/dev/zero TCP6:[$A]:7777
	wait_for "a transfer" 30 eval "(( \$(query host 'field bytes' -s anycast show $A) > 200000 ))"
	unload
	stop flood KILL || true
	stop sender KILL || true
	stop server KILL || true
	refute peer ping client $A wait=0.5
	wait_for "the state of before" 10 same_as_before
}

# A connection to the address survives unloading and loading: its packets have cached routes.
again_under_a_connection() {
	configure
	background server host socat -u TCP6-LISTEN:7777,fork OPEN:/dev/null
	wait_for "the server" 10 eval "ns host ss -Htln 'sport = 7777' | grep -q ."
	background sender client socat -u OPEN:/dev/zero TCP6:[$A]:7777
	wait_for "a transfer" 30 eval "(( \$(query host 'field bytes' -s anycast show $A) > 200000 ))"
	configure
	# it is the same connection that goes on
	wait_for "the transfer to go on" 60 eval "(( \$(query host 'field bytes' -s anycast show $A) > 100000 ))"
	kill -0 "$(<"$T_DIR/sender.pid")"
	stop sender KILL || true
	stop server KILL || true
	unload
}

# Somebody configures all the time. Each command succeeds or finds no module, and the next one loads it again.
while_configured() {
	local i

	background writer host bash -c \
		"while :; do printf 'anycast replace 2001:db8:a::%x\n' {1..50} | ip -force -batch - 2>/dev/null; ip anycast flush 2>/dev/null; done"
	for ((i = 0; i < 5; i++)); do
		wait_for "the writer" 20 test -d /sys/module/anycast6
		wait_for "an address" 20 eval "nsip host anycast show | grep -q 2001:db8:a::"
		modprobe -r anycast6 2>>"$T_DIR/said" || true
	done
	stop writer KILL
	wait_for "the last batch" 20 eval "! pgrep -x ip"
	refute grep -v "in use\|temporarily unavailable\|FATAL: Module anycast6 is in use" "$T_DIR/said"
	unload
	same_as_before
}

cycles() {
	local i

	for ((i = 0; i < TIMES; i++)); do
		nsip host -batch - <<-END
			anycast add $A dev h0
			anycast add $OFF
			anycast add subnet-router dev h1
		END
		((i % 4)) || reached client $A 2001:db8:1::1
		unload
	done
	same_as_before
}

# A program that listens to events does not keep the module loaded.
listener() {
	configure
	background monitor host ip anycast monitor
	wait_for "monitor" 10 eval "ns host cat /proc/net/netlink | awk '\$2 == 16' | grep -q ."
	unload
	stop monitor
	same_as_before
}

set_up || exit
all_of_it >"$T_DIR/before"
t_run "loaded and unloaded" only_loaded
t_run "configured, flushed and unloaded" configured_and_flushed
t_run "unloaded as it is configured" configured
t_run "with routes instead of joins" routes_instead_of_joins
t_run "with $MANY addresses" many_addresses
t_run "after a link flap" mended
t_run "under ping -f and a TCP transfer" under_traffic
t_run "a connection outlives unloading and loading" again_under_a_connection
t_run "while it is being configured" while_configured
t_run "with a monitor that listens" listener
t_run "$TIMES times" cycles
modprobe anycast6
t_done
