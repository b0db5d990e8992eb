#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The subnet-router anycast address. On a forwarding interface the kernel itself holds it, and the module leaves
# that alone until an entry takes it over. Then it is served like any other address, and in the end it is given
# back exactly as it was.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host, a router
#     ::2                                ::1, anycast ::
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"

SR=2001:db8:1::

# Loading the module changes nothing that a snapshot of the kernel shows.
module_changes_nothing() {
	local before after

	modprobe -r anycast6
	before=$(snapshot host)
	[[ $before == *"h0 20010db8000100000000000000000000 1"* ]]
	modprobe anycast6
	after=$(snapshot host)
	is "$after" "$before"
}

nothing_new_is_reachable() {
	is "$(peer ping client "$SR")" 2001:db8:1::1
	refute peer tcp client "$SR" 7 10 wait=0.5
	# the server does run
	is "$(peer tcp client 2001:db8:1::1 7 10)" 10
}

# origin_of ADDRESS: the origin of each object with this address.
origin_of() { query host origins anycast show "$1"; }

shown_as_kernel() {
	is "$(origin_of "$SR")" kernel
	is "$(nsip host -j anycast show origin kernel | jq -r '[.[].address] | sort | join(" ")')" "$SR fe80::"
	is "$(nsip host anycast show origin subnet-router)" ""
}

# It isn't configured, so there is nothing to delete or to save.
kernel_is_left_alone() {
	local before

	before=$(snapshot host)
	refused "no such" nsip host anycast del "$SR"
	refused "no such" nsip host anycast del subnet-router dev h0
	nsip host anycast flush
	is "$(snapshot host)" "$before"
	is "$(nsip host anycast save)" ""
}

follows_forwarding() {
	ns host sysctl -qw net.ipv6.conf.h0.forwarding=0
	is "$(origin_of "$SR")" ""
	unreached client "$SR"
	ns host sysctl -qw net.ipv6.conf.h0.forwarding=1
	is "$(origin_of "$SR")" kernel
}

taken_over() {
	BEFORE=$(snapshot host)
	echo "$BEFORE" >"$T_DIR/before"
	nsip host anycast add subnet-router dev h0
	is "$(origin_of "$SR")" subnet-router
	is "$(members host "$SR")" "$SR h0 up kernel"
	is "$(nsip host anycast show origin kernel)" ""
}

one_answers() { reached client "$SR" 2001:db8:1::1; }

# A takeover needs the module's own device, which goes with it. Nothing else was changed.
given_back() {
	nsip host anycast del subnet-router dev h0
	is "$(snapshot host)" "$(<"$T_DIR/before")"
	is "$(origin_of "$SR")" kernel
	nothing_new_is_reachable
}

# The kernel drops its join and makes it again while the entry has taken the address over.
forwarding_toggled() {
	nsip host anycast add subnet-router dev h0
	ns host sysctl -qw net.ipv6.conf.h0.forwarding=0
	wait_for "a join of the module's own" 10 is_delivered join
	reached client "$SR" 2001:db8:1::1
	ns host sysctl -qw net.ipv6.conf.h0.forwarding=1
	reached client "$SR" 2001:db8:1::1
	nsip host anycast del subnet-router dev h0
	is "$(snapshot host)" "$(<"$T_DIR/before")"
	is "$(peer ping client "$SR")" 2001:db8:1::1
}

is_delivered() { [[ $(members host "$SR") == "$SR h0 up $1" ]]; }

# The entry also serves a host, on which the kernel itself holds none.
on_a_host() {
	ns host sysctl -qw net.ipv6.conf.all.forwarding=0
	is "$(kernel_anycast host)" ""
	unreached client "$SR"
	nsip host anycast add subnet-router dev h0
	reached client "$SR" 2001:db8:1::1
	nsip host anycast del subnet-router dev h0
	unreached client "$SR"
	is "$(kernel_anycast host)" ""
}

by_address() {
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip host anycast add "$SR" dev h0
	is "$(origin_of "$SR")" static
	reached client "$SR" 2001:db8:1::1
	nsip host anycast del "$SR" dev h0
	is "$(snapshot host)" "$(<"$T_DIR/before")"
}

unload_gives_back() {
	nsip host anycast add subnet-router dev h0
	nsip host anycast add 2001:db8:1::a dev h0
	nsip host anycast add 2001:db8:a::a
	reached client "$SR" 2001:db8:1::1
	modprobe -r anycast6
	is "$(snapshot host)" "$(<"$T_DIR/before")"
	nothing_new_is_reachable
	modprobe anycast6
	is "$(nsip host anycast show origin static)" ""
}

peer_start
make_link
ns host sysctl -qw net.ipv6.conf.all.forwarding=1
serve_all host
wait_for "a link-local address" 10 linklocal_usable host h0
wait_for "a link-local address" 10 linklocal_usable client c0
wait_for "the state of the link" 10 eval "nsip host link show h0 | grep -q 'state UP'"
# neighbours are found first, so that nothing changes between snapshots
peer ping client 2001:db8:1::1 >/dev/null
t_run "loading the module changes nothing" module_changes_nothing
t_run "RFC4291-2.6.1: the kernel's own answers ping, but serves no TCP" nothing_new_is_reachable
t_run "the kernel's own is shown with origin kernel" shown_as_kernel
t_run "the kernel's own is not configured" kernel_is_left_alone
t_run "the kernel's own follows forwarding" follows_forwarding
t_run "taken over" taken_over
t_run "RFC4291-2.6.1: taken over: ping, UDP and TCP" one_answers
t_run "given back as it was" given_back
t_run "taken over, and forwarding toggled" forwarding_toggled
t_run "taken over by its address, and given back" by_address
t_run "unloading the module gives it back" unload_gives_back
t_run "subnet-router on a host" on_a_host
t_done
