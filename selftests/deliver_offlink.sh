#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A static address that is in no prefix of a device, on a host and on a router, with and without "dev", and where
# no more addresses may be joined. The module's own device holds it, and packets get to sockets.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (h0) host
#     ::2                                ::f          ::f                         ::1
#                                       2001:db8:a::/48 via the host              anycast 2001:db8:a::…
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"

HOST=2001:db8:1::1

own_devices() {
	query "$1" own_devices -d link show
}

not_configured() {
	is "$(own_devices host)" ""
	unreached client 2001:db8:a::a
}

device_comes() {
	nsip host anycast add 2001:db8:a::a
	is "$(own_devices host)" anycast0
	is "$(members host)" "2001:db8:a::a anycast0 up join"
	[[ $(nsip host link show anycast0) == *"<NOARP,UP,LOWER_UP>"* ]]
	# the device has no address
	is "$(nsip host -o address show dev anycast0)" ""
}

device_named() {
	nsip host anycast add 2001:db8:a::d dev anycast0
	is "$(members host 2001:db8:a::d)" "2001:db8:a::d anycast0 up join"
	reached client 2001:db8:a::d "$HOST"
	refused "has this member already" nsip host anycast add 2001:db8:a::d
	nsip host anycast del 2001:db8:a::d
	unreached client 2001:db8:a::d
}

device_goes() {
	nsip host anycast add 2001:db8:a::9
	nsip host anycast del 2001:db8:a::a
	is "$(own_devices host)" anycast0
	nsip host anycast del 2001:db8:a::9
	is "$(own_devices host)" ""
	is "$(kernel_anycast host)" ""
	unreached client 2001:db8:a::a
	# it comes back with the next address
	nsip host anycast add 2001:db8:a::a
	is "$(own_devices host)" anycast0
	reached client 2001:db8:a::a "$HOST"
	nsip host anycast del 2001:db8:a::a
}

with_dev() {
	nsip host anycast add 2001:db8:a::b dev h0
	is "$(members host)" "2001:db8:a::b h0 up join"
	# Joined where the kernel lets a host join it, not on the link: nobody may solicit it there.
	is "$(kernel_anycast host)" "anycast0 20010db8000a0000000000000000000b 1"
}

not_on_the_link() {
	refute peer solicit router r1 2001:db8:1::f 2001:db8:a::b wait=1.2
}

beyond_joins() {
	nsip host anycast flush
	ns host sysctl -qw net.anycast6.max_joins=1
	nsip host anycast add 2001:db8:a::1
	nsip host anycast add 2001:db8:a::c
	is "$(members host)" "2001:db8:a::1 anycast0 up join"$'\n'"2001:db8:a::c anycast0 up route"
	[[ $(nsip host -6 route show table local) == *"local 2001:db8:a::c dev anycast0"* ]]
}

# An address that is held by a route can be deleted, and those that are joined are not affected.
beyond_joins_goes() {
	nsip host anycast del 2001:db8:a::c
	refute grep 2001:db8:a::c <(nsip host -6 route show table all)
	reached client 2001:db8:a::1 "$HOST"
	nsip host anycast del 2001:db8:a::1
	is "$(own_devices host)" ""
	ns host sysctl -qw net.anycast6.max_joins=4096
}

# An on-link address cannot be held by a route instead, so it is refused.
beyond_joins_onlink() {
	ns host sysctl -qw net.anycast6.max_joins=0
	refused "max_joins" nsip host anycast add 2001:db8:1::a dev h0
	is "$(nsip host anycast show)" ""
	ns host sysctl -qw net.anycast6.max_joins=4096
}

many_with_few_joins() {
	ns host sysctl -qw net.anycast6.max_joins=10
	printf 'anycast add 2001:db8:a::1:%x\n' {1..100} | nsip host -batch -
	is "$(members host | awk '{ print $4 }' | sort | uniq -c | xargs)" "10 join 90 route"
	reached client 2001:db8:a::1:1 "$HOST"
	peer tcp client 2001:db8:a::1:64 7 100
	nsip host anycast flush
	is "$(nsip host anycast show)" ""
}

a_router() {
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip host anycast add 2001:db8:a::a
	is "$(members host 2001:db8:a::a)" "2001:db8:a::a anycast0 up join"
}

peer_start
make_routed
serve_all host
t_run "RFC4291-2.6-explicit: an address that is not configured is not answered" not_configured
t_run "the module's own device comes with the first address" device_comes
deliveries "host" 2001:db8:a::a $HOST
t_run "the own device by name" device_named
t_run "the module's own device goes with the last address" device_goes
t_run "host, dev h0: off-link on that device" with_dev
t_run "host, dev h0: ping, UDP and TCP" reached client 2001:db8:a::b $HOST
t_run "host, dev h0: it is not on the link" not_on_the_link
t_run "beyond max_joins: delivery by a route" beyond_joins
deliveries "beyond max_joins" 2001:db8:a::c $HOST route
t_run "beyond max_joins: it goes" beyond_joins_goes
t_run "beyond max_joins: an on-link address is refused" beyond_joins_onlink
t_run "100 addresses, 10 joins" many_with_few_joins
t_run "a router" a_router
deliveries "router" 2001:db8:a::a $HOST
t_done
