#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Entries follow the prefixes of their device. A prefix that comes brings its anycast addresses, and one that goes
# takes them along. Each change has an event, and an address works as soon as it is there.
#
#   client (c0) ------------- (h0) host
#     the second address       the first address of each prefix
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"

# follows ADDRESS...: wait until the host has these addresses, beside those of the link-local prefix.
follows() { wait_for "the addresses $*" 20 followed "$*"; }
followed() { [[ $(addresses host | xargs -n 1 | grep -v ^fe80 | xargs) == "$1" ]]; }

# event REGEX: wait until `ip anycast monitor` has printed such a line since events_begin.
events_begin() { SEEN=$(wc -l <"$T_DIR/monitor.log"); }
event_seen() { tail -n "+$((SEEN + 1))" "$T_DIR/monitor.log" | grep -q "$1"; }
event() { wait_for "the event: $1" 20 event_seen "$1"; }

# monitoring: whether the monitor listens, which shows only by what it prints.
monitoring() {
	nsip host anycast add 2001:db8:99::
	nsip host anycast del 2001:db8:99::
	[[ -s $T_DIR/monitor.log ]]
}

entries_before() {
	events_begin
	nsip host anycast add subnet-router dev h0
	nsip host anycast add home-agents dev h0
	follows
	event "subnet-router dev h0"
	event "home-agents dev h0\|reserved 126 dev h0"
}

added() {
	events_begin
	addr_add client c0 2001:db8:1::2/64
	addr_add host h0 2001:db8:1::1/64
	follows 2001:db8:1:0:fdff:ffff:ffff:fffe 2001:db8:1::
	event "^2001:db8:1:: .*state up"
	event "^2001:db8:1:0:fdff:ffff:ffff:fffe .*state up"
	reached client 2001:db8:1:: 2001:db8:1::1
	reached client 2001:db8:1:0:fdff:ffff:ffff:fffe 2001:db8:1::1
}

second_prefix() {
	addr_add client c0 2001:db8:2::2/112
	addr_add host h0 2001:db8:2::1/112
	follows 2001:db8:1:0:fdff:ffff:ffff:fffe 2001:db8:1:: 2001:db8:2:: 2001:db8:2::fffe
	reached client 2001:db8:2::fffe 2001:db8:2::1
}

removed() {
	events_begin
	nsip host address del 2001:db8:2::1/112 dev h0
	follows 2001:db8:1:0:fdff:ffff:ffff:fffe 2001:db8:1::
	event "^Deleted 2001:db8:2::fffe"
	event "^Deleted 2001:db8:2:: "
	unreached client 2001:db8:2::fffe
}

replaced() {
	events_begin
	nsip host address add 2001:db8:3::1/64 dev h0 nodad
	nsip host address del 2001:db8:1::1/64 dev h0
	addr_add client c0 2001:db8:3::2/64
	follows 2001:db8:3:0:fdff:ffff:ffff:fffe 2001:db8:3::
	event "^2001:db8:3:: "
	event "^Deleted 2001:db8:1:: "
	reached client 2001:db8:3:: 2001:db8:3::1
}

# The same prefix with another length is another prefix, and its identifiers are at other addresses.
other_length() {
	nsip host address add 2001:db8:3::1:1/112 dev h0 nodad
	nsip host address del 2001:db8:3::1/64 dev h0
	follows 2001:db8:3::1:0 2001:db8:3::1:fffe
	nsip host address add 2001:db8:3::1/64 dev h0 nodad
	nsip host address del 2001:db8:3::1:1/112 dev h0
	follows 2001:db8:3:0:fdff:ffff:ffff:fffe 2001:db8:3::
}

two_addresses() {
	nsip host address add 2001:db8:3::11/64 dev h0 nodad
	events_begin
	nsip host address del 2001:db8:3::1/64 dev h0
	# A marker: when its event is there, that of a wrong deletion would be there too.
	nsip host anycast add 2001:db8:99::
	event "^2001:db8:99:: "
	nsip host anycast del 2001:db8:99::
	refute event_seen "Deleted 2001:db8:3::"
	reached client 2001:db8:3:: 2001:db8:3::11
	nsip host address del 2001:db8:3::11/64 dev h0
	follows
	unreached client 2001:db8:3::
}

learned() {
	events_begin
	ns host sysctl -qw net.ipv6.conf.h0.accept_ra=1
	addr_add client c0 2001:db8:4::2/64
	peer advertise client c0 2001:db8:4::/64 src="$(lladdr client c0)" lifetime=600
	follows 2001:db8:4:0:fdff:ffff:ffff:fffe 2001:db8:4::
	event "^2001:db8:4:: "
	local unicast
	unicast=$(nsip host -j -6 address show dev h0 scope global | jq -r '.[].addr_info[].local // empty')
	[[ $unicast == 2001:db8:4:* ]]
	wait_for "$unicast" 20 usable "$unicast"
	reached client 2001:db8:4:: "$unicast"
	reached client 2001:db8:4:0:fdff:ffff:ffff:fffe "$unicast"
}

usable() { nsip host -6 address show dev h0 scope global -tentative | grep -q "$1"; }

learned_goes() {
	events_begin
	nsip host address flush dev h0 scope global
	follows
	event "^Deleted 2001:db8:4:: "
}

# While an address is tentative, its prefix is there already, and so is the anycast address.
detection_on() {
	ns host sysctl -qw net.ipv6.conf.h0.accept_dad=1 net.ipv6.conf.all.accept_dad=1
	events_begin
	addr_add client c0 2001:db8:5::2/64
	nsip host address add 2001:db8:5::1/64 dev h0
	follows 2001:db8:5:0:fdff:ffff:ffff:fffe 2001:db8:5::
	event "^2001:db8:5:: "
	wait_for "the end of duplicate address detection" 20 usable 2001:db8:5::1
	reached client 2001:db8:5:: 2001:db8:5::1
	nsip host address del 2001:db8:5::1/64 dev h0
	follows
	event "^Deleted 2001:db8:5:: "
}

# The address is a duplicate of the client's, so detection fails. Its anycast addresses depend on the prefix only, and
# go with it.
detection_fails() {
	addr_add client c0 2001:db8:6::1/64
	nsip host address add 2001:db8:6::1/64 dev h0
	wait_for "the end of duplicate address detection" 20 dad_failed
	nsip host address del 2001:db8:6::1/64 dev h0
	follows
	ns host sysctl -qw net.ipv6.conf.h0.accept_dad=0 net.ipv6.conf.all.accept_dad=0
}

dad_failed() { nsip host -6 address show dev h0 dadfailed | grep -q 2001:db8:6::1; }

# The same on a router, where the kernel's own addresses come and go at the same moments.
on_a_router() {
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1
	addr_add client c0 2001:db8:7::2/64
	addr_add host h0 2001:db8:7::1/64
	follows 2001:db8:7:0:fdff:ffff:ffff:fffe 2001:db8:7::
	reached client 2001:db8:7:: 2001:db8:7::1
	nsip host address del 2001:db8:7::1/64 dev h0
	follows
	refute grep 20010db8 <(kernel_anycast host)
}

there_are() { (($(addresses host | wc -w) == $1)); }

many_prefixes() {
	printf 'address add 2001:db8:f:%x::1/64 dev h0 nodad\n' {1..50} | nsip host -batch -
	wait_for "100 addresses" 20 there_are 102
	nsip host address flush dev h0 scope global
	follows
}

entries_go() {
	addr_add host h0 2001:db8:1::1/64
	follows 2001:db8:1:0:fdff:ffff:ffff:fffe 2001:db8:1::
	events_begin
	nsip host anycast del subnet-router dev h0
	follows 2001:db8:1:0:fdff:ffff:ffff:fffe
	nsip host anycast del home-agents dev h0
	follows
	event "^Deleted subnet-router dev h0"
	event "^Deleted 2001:db8:1:: "
	event "^Deleted 2001:db8:1:0:fdff:ffff:ffff:fffe "
	# without the entry a new prefix makes no address
	addr_add host h0 2001:db8:8::1/64
	is "$(addresses host)" ""
}

peer_start
ns_make client host
link_veth client c0 host h0
serve_all host
wait_for "a link-local address" 10 linklocal_usable host h0
wait_for "a link-local address" 10 linklocal_usable client c0
background monitor host stdbuf -oL ip anycast monitor
wait_for "the monitor" 10 monitoring
t_run "an entry before any prefix" entries_before
t_run "a prefix comes" added
t_run "another prefix comes" second_prefix
t_run "a prefix goes" removed
t_run "a prefix is replaced" replaced
t_run "a prefix changes its length" other_length
t_run "two addresses of one prefix: it stays until both are gone" two_addresses
t_run "a prefix is learned from a router advertisement" learned
t_run "a learned prefix goes" learned_goes
t_run "duplicate address detection is on" detection_on
t_run "duplicate address detection fails" detection_fails
t_run "on a router" on_a_router
t_run "50 prefixes" many_prefixes
t_run "entries go" entries_go
t_done
