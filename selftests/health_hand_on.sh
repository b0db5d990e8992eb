#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A node whose own service has died hands new flows on to the next nearest member, from the very first one. Where
# there is no other member, or the node does not forward, they are refused at once. Nothing is lost silently.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1   2001:db8:f::1
#     2001:db8:c::2             a member, too
# cpus: 2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/servers.sh"

# both: the router is a member with services, and s1 is another member.
both() {
	printf 'anycast %s\n' flush "add $A service tcp/7,udp/7" "add $A via 2001:db8:f::1" | nsip router -batch -
}

router_runs() {
	peer run router web tcp :: 7
	peer run router dns udp :: 7
}

router_dies() { peer kill router web dns; }

local_state() { query router local_state anycast show $A; }
is_local() { [[ $(local_state) == "$*" ]]; }

# The services die, and the very first flow after that goes to s1.
handed_on() {
	router_runs
	both
	is_local up
	is "$(ask tcp 4000)" 4000=web
	is "$(ask udp 4000)" 4000=dns
	router_dies
	is "$(ask tcp 4001-4009)" "$(echo 400{1..9}=s1)"
	# the flows of the dead processes move, too
	is "$(ask udp 4000-4009)" "$(echo 400{0..9}=s1)"
	wait_for "down" 20 is_local down service
	router_runs
	wait_for "up" 20 is_local up
	is "$(ask tcp 4010-4015)" "$(echo 401{0..5}=web)"
	# flows that moved to s1 stay there
	is "$(ask udp 4001)" 4001=s1
	is "$(ask udp 4010)" 4010=dns
	# the member is down if one of its services is dead
	peer kill router dns
	is "$(ask udp 4011)" 4011=s1
	is "$(ask tcp 4016)" 4016=s1
	peer kill router web
}

# The first packet after the death is a datagram of a flow of the dead process.
old_datagrams() {
	router_runs
	both
	is "$(ask udp 4100-4104)" "$(echo 410{0..4}=dns)"
	peer kill router dns
	is "$(ask udp 4102)" 4102=s1
	peer kill router web
}

# The router's own packets are handed on, too.
own_flows() {
	router_runs
	both
	is "$(peer ask router tcp $A 7 4200)" 4200=web
	router_dies
	is "$(peer ask router tcp $A 7 4201)" 4201=s1
	is "$(peer ask router udp $A 7 4201)" 4201=s1
}

# `ip anycast get` says what would become of the next flow, also before anything has shown that the process is dead.
explained() {
	router_runs
	both
	is "$(verdicts proto tcp sport 1 dport 7)" "anycast0=chosen s1=farther"
	router_dies
	is "$(verdicts proto tcp sport 1 dport 7)" "anycast0=down s1=chosen"
}

# If no other member is up, or the router does not forward, new flows are refused at once.
nowhere_else() {
	ns router sysctl -qw net.ipv6.icmp.ratelimit=0
	both
	nsip s1 link set s0 down
	wait_for "s1" 20 eval "[[ \$(verdicts) == 'anycast0=down s1=down' ]]"
	is "$(ask tcp 4300 wait=5)" 4300=ECONNREFUSED
	is "$(ask udp 4300 wait=5)" 4300=ECONNREFUSED
	nsip s1 link set s0 up
	nsip s1 -6 route replace default via 2001:db8:1::f src 2001:db8:f::1
	wait_for "s1" 60 eval "[[ \$(verdicts) == 'anycast0=down s1=chosen' ]]"
	wait_for "s1 to answer" 60 eval "[[ \$(ask udp 4310 wait=1) == 4310=s1 ]]"
	ns router sysctl -qw net.ipv6.conf.all.forwarding=0
	is "$(ask tcp 4301 wait=5)" 4301=ECONNREFUSED
	is "$(ask udp 4301 wait=5)" 4301=ECONNREFUSED
	ns router sysctl -qw net.ipv6.conf.all.forwarding=1
}

# passes PORT: how many packets of the flow from that port went over the link to s1.
passes() { capture_show between "src port $1" | wc -l; }

# Router and s1 take each other for members that are up, and nobody listens at port 8. Packets must not go back and
# forth.
hot_potato() {
	ns s1 sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0
	printf 'anycast %s\n' flush "add $A service tcp/8,udp/8" "add $A via 2001:db8:f::1" | nsip router -batch -
	printf 'anycast %s\n' flush "add $A service tcp/8,udp/8" "add $A via 2001:db8:1::f" | nsip s1 -batch -
	capture_start between router r1 "dst host $A"
	# s1 has no other member than the router, where the packet came from, so s1 refuses it
	is "$(peer ask client tcp $A 8 4400 wait=5)" 4400=ECONNREFUSED
	is "$(peer ask client udp $A 8 4400 wait=5)" 4400=ECONNREFUSED
	# s1 does not send it back either if it has no local member
	nsip s1 anycast del $A dev anycast0
	is "$(peer ask client tcp $A 8 4401 wait=5)" 4401=EHOSTUNREACH
	is "$(peer ask client udp $A 8 4401 wait=5)" 4401=EHOSTUNREACH
	capture_stop between
	# a SYN may be sent twice, because its error may come while its socket is busy
	is "$(passes 4400)" 2
	(($(passes 4401) <= 4))
}

peer_start services.py
make_servers 1
t_run "RFC4786-4.4.1: from the first new flow on" handed_on
t_run "datagrams of a flow that is there" old_datagrams
t_run "this node's own flows" own_flows
t_run "get says so first" explained
t_run "nowhere to hand on to" nowhere_else
t_run "two that hand on to each other" hot_potato
t_done
