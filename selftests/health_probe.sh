#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Probes. A router asks the members of an address whether they are alive. They answer that they are, that they
# drain, or that they are down. A member that misses three probes is down as well.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1   2001:db8:f::1, metric 100
#     2001:db8:c::2            (r2) --- (s0) s2   2001:db8:f::2, metric 200
# cpus: 2
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/servers.sh"
. "$(dirname "$0")/lib/probes.sh"

# ---- a member that lives, and one that does not ----

alive() {
	local number source

	probed
	capture_start asked s1 s0 icmp6
	read -r number source < <(peer probes s1 s0 3)
	echo "$number probes from $source"
	# the intervals vary by a tenth, and a slow machine is late
	((number >= 1 && number <= 3400 / EVERY))
	is "$source" 2001:db8:1::f
	so_many_more $U1 answered 3
	is "$(probes $U1 | cut -d' ' -f4-)" "0 0"
	capture_stop asked
	# the member answers from the address by which the router knows it
	capture_show asked | grep -q "$U1 > 2001:db8:1::f: ICMP6, echo reply"
	all_ask s1
	router show | grep -q "via $U1 .*state up.* probe $EVERY"
	nsip router -j anycast show $A | jq -e ".[0].members[0] | .probe == $EVERY"
	# clients' pings are answered as before
	is "$(pings_to)" 2001:db8:f::1
}

silent() {
	probed
	is "$(ask udp 5000)" 5000=s1
	netlink listen router
	silence s1
	comes $U1 down probe
	so_many_more $U1 missed 1
	all_ask s2
	is "$(ask udp 5000)" 5000=s2
	is "$(verdicts)" "s1=down s2=chosen"
	speak s1
	comes $U1 up
	all_ask s1
	happened router "changed $A -:down:probe" "changed $A -:up"
}

# Every second probe is lost.
lossy() {
	probed
	ns s1 nft -f - <<-END
		table ip6 lossy {
			chain in { type filter hook input priority 0; icmpv6 type echo-request @th,63,1 1 drop; }
		}
	END
	netlink listen router
	so_many_more $U1 missed 4
	ns s1 nft delete table ip6 lossy
	is "$(netlink events router)" ""
	comes_to_be $U1 up
}

# ---- what a member says of itself ----

lease() {
	probed
	nsip s1 anycast change $A lifetime 1
	comes $U1 down probe
	counted $U1 unreachable 1
	all_ask s2
	nsip s1 anycast change $A lifetime 0
	comes $U1 up
	all_ask s1
}

# Its server dies, and the answer to the next probe says so, also if s1 has not noticed it before.
served() {
	nsip s1 anycast change $A service udp/99
	has_members "1 probe $EVERY" 2
	comes $U1 down probe
	background server s1 python3 -c 'import signal, socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::", 99))
signal.pause()'
	comes $U1 up
	all_ask s1
	read -r _ _ missed _ _ < <(probes $U1)
	stop server KILL
	comes $U1 down probe
	all_ask s2
	is "$(probes $U1 | cut -d' ' -f3)" "$missed"
	nsip s1 anycast change $A service none
	comes $U1 up
}

# One answer that says so is enough: the router does not wait for three.
first_word() {
	has_members "1 probe 2000" 2
	comes $U1 up
	nsip s1 anycast change $A lifetime 1
	comes $U1 down probe
	is "$(probes $U1 | cut -d' ' -f3)" 0
	nsip s1 anycast change $A lifetime 0
	comes $U1 up
}

# The address is deleted on s1, so nothing there answers any more.
deleted() {
	probed
	nsip s1 anycast del $A
	comes $U1 down probe
	is "$(probes $U1 | cut -d' ' -f4)" 0
	all_ask s2
	nsip s1 anycast add $A
	comes $U1 up
}

drained() {
	probed
	is "$(ask udp 5100)" 5100=s1
	is "$(peer transfer client start old $A 7 2000000 slow)" s1
	nsip s1 anycast drain $A
	comes $U1 draining
	all_ask s2
	is "$(ask udp 5100)" 5100=s1
	is "$(verdicts)" "s1=draining s2=chosen"
	# the member says that it drains: nobody has drained it on the router
	nsip router -j anycast show $A | jq -e '.[0].members[0] | has("draining") | not'
	refute grep -q drain <<<"$(nsip router anycast save)"
	peer transfer client go old
	is "$(peer transfer client end old)" 2000000
	# drained on the router as well, it has the same state for another reason
	netlink listen router
	router drain $A via $U1
	happened router "changed $A -:draining"
	router resume $A via $U1
	happened router "changed $A -:draining"
	nsip s1 anycast resume $A
	comes $U1 up
	all_ask s1
}

# Each probe is answered, whatever the answer is, although the kernel sends only one error a second.
unlimited() {
	probed
	nsip s1 anycast drain $A
	comes $U1 draining
	so_many_more $U1 unreachable 20
	comes_to_be $U1 draining
	nsip s1 anycast resume $A
	comes $U1 up
}

# ---- when there is nobody to ask ----

# A lost route is the reason that is shown first. When the route is back, the member must answer a probe before it is
# up.
no_way() {
	local sent

	probed
	nsip s1 link set s0 down
	comes $U1 down link
	sent=$(probes $U1 | cut -d' ' -f1)
	so_many_more $U2 sent 5
	is "$(probes $U1 | cut -d' ' -f1)" "$sent"
	silence s1
	nsip s1 link set s0 up
	nsip s1 -6 route replace default via 2001:db8:1::f src $U1
	comes $U1 down probe
	speak s1
	comes $U1 up
	nsip router -6 route del $U1
	comes $U1 down route
	nsip router -6 route add $U1 via 2001:db8:1::1 metric 100
	comes $U1 up
	# the router probes it at once, and does not wait for the end of the interval
	router change $A via $U1 probe 60000
	nsip router -6 route del $U1
	comes $U1 down route
	nsip router -6 route add $U1 via 2001:db8:1::1 metric 100
	comes $U1 up
}

# If the lease on the router is over, that is the reason that is shown, not what the member says.
with_lease() {
	has_members "1 probe $EVERY lifetime 1000" 2
	comes $U1 up
	router change $A via $U1 lifetime 1
	comes $U1 down lease
	so_many_more $U1 answered 2
	router change $A via $U1 lifetime 0
	comes_to_be $U1 up
}

# ---- the configuration ----

configured() {
	local hooks=true

	! can_list_hooks || hooks="nft list hooks"
	has_members 1 2
	ns router $hooks >"$T_DIR/hooks"
	comes_to_be $U1 up
	router change $A via $U1 probe $EVERY
	# a member that was up stays up until probes say otherwise
	comes_to_be $U1 up
	so_many_more $U1 answered 1
	router change $A via $U1 metric 7
	nsip router -j anycast show $A | jq -e ".[0].members[0] | .probe == $EVERY and .metric == 7"
	router change $A via $U1 probe 60000
	nsip router -j anycast show $A | jq -e '.[0].members[0] | .probe == 60000'
	router save >"$T_DIR/saved"
	grep -q "via $U1 metric 7 probe 60000" "$T_DIR/saved"
	router flush
	router restore <"$T_DIR/saved"
	router save | diff "$T_DIR/saved" -
	comes $U1 up
	router change $A via $U1 probe 0
	nsip router -s -j anycast show $A | jq -e '.[0].members[0] | has("probe") or has("probes") | not'
	comes_to_be $U1 up
	router replace $A via $U1 probe 50
	nsip router -j anycast show $A | jq -e '.[0].members[0] | .probe == 50 and (has("metric") | not)'
	router replace $A via $U1
	nsip router -j anycast show $A | jq -e '.[0].members[0] | has("probe") | not'
	ns router $hooks | diff "$T_DIR/hooks" -
}

refusals() {
	local value

	has_members 1
	refute router change $A via $U1 probe 9
	refute router change $A via $U1 probe 60001
	# the kernel refuses them itself, and says why
	for value in 1 9 60001 4294967295; do
		is "$(netlink refuse router add address=$A via=$U2 probe=$value)" \
			"ERANGE probe anycast6: a member is probed every 10 to 60000 ms"
	done
	is "$(netlink refuse router add address=2001:db8:a::a probe=100)" \
		"EINVAL probe anycast6: only remote members are probed, and those that share the link of a member on this node"
	refute router change $A via $U1 probe x
	refute router change $A via $U1 probe -1
	refused "only remote members are probed" router add 2001:db8:a::a probe 100
	# with a device it is accepted, as the address's prefix may come later
	router add 2001:db8:a::a dev r1 probe 100 2>&1 | grep "in no prefix of the device yet"
	nsip router anycast save >"$T_DIR/saved"
	router del 2001:db8:a::a
	nsip router anycast restore <"$T_DIR/saved"
	router del 2001:db8:a::a
	router add 2001:db8:1::a dev r1 probe 100
	router change 2001:db8:1::a dev r1 probe 0
	nsip router -j anycast show $A | jq -e '.[0].members[0] | has("probe") | not'
}

probes_start
try "members are asked, and live" alive
try "one that is silent is down, and back when it speaks" silent
try "what is lost now and then does no harm" lossy
try "a lease that is over on the host moves what the router has" lease
try "RFC4786-4.4.1: a server that dies there, too" served
try "the first word counts" first_word
try "an address that is deleted there" deleted
try "a host that drains: flows stay, new ones go elsewhere" drained
try "it says so each time" unlimited
try "nobody is asked whom no way leads to" no_way
try "a lease is told first" with_lease
try "configured, changed, saved; nothing is left" configured
try "what is refused" refusals
t_done
