#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The ways to a remote member: gateways that know the address and one that does not, tunnels, link-local next
# hops, link-local anycast addresses, VRFs. All of it for what the router forwards and for its own packets.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1 (l0) ---+
#                               (r2) --- (s0) s2 (l0) ---+ lan, a bridge
#                               (rl) --------------------+
#                               (rg) --- (g0) gw (g1) --- (s0) s3, also by tunnels
#                  2001:db8:9::f      ::1    2001:db8:3::f   ::1
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/servers.sh"

U1=2001:db8:f::1
U2=2001:db8:f::2
U3=2001:db8:f::3
# A link-local anycast address.
L=fe80::53

# gateway: s3 and the gateway before it. The router knows the link between them, for tunnels.
gateway() {
	make_gateway 50
	nsip router -6 route add 2001:db8:3::/64 via 2001:db8:9::1
}

lan() {
	local i

	ns_make lan
	link_veth router rl lan p0
	link_veth s1 l0 lan p1
	link_veth s2 l0 lan p2
	nsip lan -batch - <<-END
		link add br0 type bridge
		link set p0 master br0
		link set p1 master br0
		link set p2 master br0
		link set br0 up
	END
	for i in "router rl" "s1 l0" "s2 l0" "s1 s0" "router rg" "gw g0"; do
		# shellcheck disable=SC2086
		wait_for "the link-local address of $i" 20 linklocal_usable $i
	done
}

# served NAME: this server has the client's pings, UDP and TCP, and a megabyte goes both ways.
served() {
	all_ask "$1"
	is "$(pings_to)" "2001:db8:f::${1#s}"
	is "$(peer transfer client start big $A 7 1000000)" "$1"
	is "$(peer transfer client end big)" 1000000
}

# ---- gateways ----

route_of_gateway() {
	has_members 3 1
	nsip gw -6 route add $A via 2001:db8:3::1
	served s3
	nsip gw -6 route del $A
}

# The gateway has a member of A, and steers packets itself.
gateway_chooses() {
	has_members 3 1
	nsip gw anycast add $A via 2001:db8:3::1
	served s3
	is "$(nsip gw -s -j anycast show $A | jq '.[0].members[0].packets > 10')" true
	nsip gw anycast flush
}

# The gateway is a member of A itself, and so it keeps the packets.
gateway_is_member() {
	has_members 1
	serve_all gw 7 id=gw
	nsip gw anycast add $A
	router add $A via 2001:db8:9::1 metric 1
	all_ask gw
	is "$(pings_to)" 2001:db8:9::1
	nsip gw anycast flush
}

# ---- tunnels ----

# tunnel TYPE [OPTION...]: a tunnel from the router to s3. The gateway between them sees unicast addresses only. s3
# answers without the tunnel, except to echo: the kernel sends an echo reply out by the device that the request came
# by, so s3 needs a route there.
tunnel() {
	nsip router -batch - <<-END
		link add t3 type $1 local 2001:db8:9::f remote 2001:db8:3::1 ${*:2}
		link set t3 up
		address add 2001:db8:33::f/64 dev t3 nodad
	END
	nsip s3 -6 -batch - <<-END
		link add t0 type $1 local 2001:db8:3::1 remote 2001:db8:9::f ${*:2}
		link set t0 up
		address add 2001:db8:33::3/64 dev t0 nodad
		route add default dev t0 metric 4096
	END
	has_members 1
	router add $A via 2001:db8:33::3 dev t3 metric 1
	is "$(member_state 2001:db8:33::3)" up
	all_ask s3
	is "$(pings_to)" 2001:db8:33::3
	# the tunnel has a smaller MTU than the client's link
	is "$(peer transfer client start big $A 7 1000000)" s3
	is "$(peer transfer client end big)" 1000000
	is "$(peer ask router udp $A 7 5000)" 5000=s3
	is "$(peer ask router tcp $A 7 5000)" 5000=s3
	# the tunnel's device goes down, and is deleted later
	nsip router link set t3 down
	is "$(ask udp 6000,6001)" "6000=s1 6001=s1"
	is "$(member_state 2001:db8:33::3)" "down admin"
	nsip router link del t3
	wait_for "the member to go with its device" 20 eval '[[ ! $(member_state 2001:db8:33::3) ]]'
	all_ask s1
	nsip s3 link del t0
}

# ---- link-local next hops ----

via_linklocal() {
	local near far

	near=$(lladdr s1 s0)
	far=$(lladdr gw g0)
	nsip gw -6 route add $A via 2001:db8:3::1
	router flush
	refused "dev" router add $A via "$near"
	router add $A via "$near" dev r1 metric 2
	router add $A via "$far" dev rg metric 3
	served s1
	is "$(peer ask router udp $A 7 5000)" 5000=s1
	router change $A via "$far" dev rg metric 1
	served s3
	is "$(peer ask router tcp $A 7 5000)" 5000=s3
	nsip gw -6 route del $A
}

# ---- a link-local anycast address ----

# Packets to a link-local address are not forwarded, so these are the router's own. If the router did not choose, they
# would go to the server that first answers a solicitation.
linklocal() {
	local near far

	near=$(lladdr s1 l0)
	far=$(lladdr s2 l0)
	nsip s1 anycast add $L dev l0
	nsip s2 anycast add $L dev l0
	router add $L via "$near" dev rl metric 1
	router add $L via "$far" dev rl metric 2
	refused "link" router add $L via 2001:db8:1::1 dev rl
	is "$(peer ask router udp $L%rl 7 5000-5004)" "5000=s1 5001=s1 5002=s1 5003=s1 5004=s1"
	is "$(peer ping router $L%rl)" "$near"
	router change $L via "$near" dev rl metric 3
	is "$(peer ask router udp $L%rl 7 5000,5005)" "5000=s1 5005=s2"
	is "$(peer ping router $L%rl)" "$far"
	is "$(nsip router -j anycast get $L from "$(lladdr router rl)" dev rl | jq -r '[.[0].members[].verdict] | join(" ")')" \
		"farther chosen"
	nsip lan link set p2 down
	nsip lan link set p1 down
	nsip lan link set p0 down
	wait_for "no carrier" 20 eval '[[ $(nsip router -j anycast show $L | jq -r "[.[0].members[].reason] | unique | join(\" \")") == link ]]'
	nsip lan -batch - <<-END
		link set p0 up
		link set p1 up
		link set p2 up
	END
	wait_for "the link" 20 eval '[[ $(nsip router -j anycast show $L | jq -r "[.[0].members[].state] | unique | join(\" \")") == up ]]'
	wait_for "an answer" 20 eval '[[ $(peer ask router udp $L%rl 7 5010 wait=1) == 5010=s2 ]]'
	router flush
}

# A socket that connects to a link-local address is bound to the link by the kernel.
linklocal_tcp() {
	local near far

	near=$(lladdr s1 l0)
	far=$(lladdr s2 l0)
	router add $L via "$near" dev rl metric 2
	router add $L via "$far" dev rl metric 1
	is "$(peer ask router tcp $L%rl 7 5000-5002)" "5000=s2 5001=s2 5002=s2"
	router change $L via "$near" dev rl metric 0
	is "$(peer ask router tcp $L%rl 7 5003-5005)" "5003=s1 5004=s1 5005=s1"
	router flush
}

# ---- VRFs ----

# r0, r1 and r2 are in VRF red, and rg is not: A inside and A outside are two addresses.
make_vrf() {
	router flush
	ns router sysctl -qw net.ipv6.conf.{r0,r1,r2}.keep_addr_on_down=1
	nsip router -6 -batch - <<-END
		rule add pref 32765 table local
		rule del pref 0
		link add red type vrf table 10
		link set red up
		route add unreachable default metric 4278198272 vrf red
		link set r0 master red
		link set r1 master red
		link set r2 master red
		route add $U1 via 2001:db8:1::1 vrf red metric 100
		route add $U2 via 2001:db8:2::1 vrf red metric 200
	END
	peer ping client 2001:db8:c::f
}

red_shows() {
	nsip router -j anycast show $A vrf red | jq -r '[.[0].members[] | "\(.via) \(.distance) \(.state)"] | join(", ")'
}

vrf() {
	router add $A vrf red via $U1
	router add $A vrf red via $U2
	# the VRF has no route to this one
	router add $A vrf red via $U3
	is "$(red_shows)" "$U1 100 up, $U2 200 up, $U3 null down"
	served s1
	is "$(nsip router -j anycast flow show | jq -r '[.[].vrf] | unique | join(" ")')" red
	is "$(nsip router -j anycast get $A from $C iif r0 | jq -r '.[0] | "\(.vrf) \(.via)"')" "red $U1"
	# the router's own packets, in the VRF
	is "$(peer ask router udp $A 7 5000-5002 dev=red)" "5000=s1 5001=s1 5002=s1"
	is "$(peer ask router tcp $A 7 5000 dev=red)" 5000=s1
	router change $A vrf red via $U2 metric 1
	served s2
	is "$(peer ask router udp $A 7 5003 dev=red)" 5003=s2
}

vrf_and_not() {
	nsip gw -6 route add $A via 2001:db8:3::1
	router add $A via $U3
	router flow flush
	is "$(peer ask router udp $A 7 6000)" 6000=s3
	is "$(peer ask router tcp $A 7 6000)" 6000=s3
	is "$(peer ask router udp $A 7 6000 dev=red)" 6000=s2
	served s2
	router del $A
	is "$(peer ask router udp $A 7 6001 dev=red)" 6001=s2
	is "$(ask udp 6002)" 6002=s2
	nsip gw -6 route del $A
}

vrf_fails_over() {
	is "$(ask udp 7000)" 7000=s2
	nsip s2 link set s0 down
	is "$(ask udp 7000-7003)" "7000=s1 7001=s1 7002=s1 7003=s1"
	wait_for "the state" 20 eval '[[ $(red_shows) == *"$U2 1 down"* ]]'
	nsip router -6 route add $U3 via 2001:db8:1::1 vrf red metric 5
	wait_for "the route in the VRF" 20 eval '[[ $(red_shows) == *"$U3 5 up" ]]'
	router flush
}

repair() {
	router flush
	nsip gw anycast flush
	nsip gw -6 route del $A
	nsip router link del t3
	nsip s3 link del t0
}

peer_start
make_servers 2
gateway
lan
try "a gateway that has a route to the address" route_of_gateway
try "a gateway that has members of its own" gateway_chooses
try "a gateway that is a member" gateway_is_member
try "a tunnel: ip6tnl" tunnel ip6tnl mode ip6ip6
try "a tunnel: ip6gre" tunnel ip6gre
try "a link-local next hop" via_linklocal
try "a link-local anycast address" linklocal
try "a link-local anycast address: TCP" linklocal_tcp
make_vrf >/dev/null
try "in a VRF" vrf
try "in a VRF and outside" vrf_and_not
try "in a VRF: the next nearest, and routes that come" vrf_fails_over
t_done
