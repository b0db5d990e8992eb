#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Draining. A router sends new flows elsewhere, and old ones finish where they are. On the node that drains,
# neighbours find the address no more, and what still arrives is served. One command drains all of a node.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1   2001:db8:f::1, metric 100
#     2001:db8:c::2            (r2) --- (s0) s2   2001:db8:f::2, metric 200
#   near (n0) --- 2001:db8:1::/64 --- (h0) host   ::1, anycast ::a; [ vrf red: h1 2001:db8:7::1 ]
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/servers.sh"
. "$(dirname "$0")/lib/near.sh"

U1=2001:db8:f::1
U2=2001:db8:f::2

# ---- a router ----

# A member that drains keeps its flows, and gets no new ones.
remote() {
	has_members 1 2
	is "$(ask udp 5000-5004)" "$(all_of s1 5000 5004)"
	is "$(ask udp 5000-5004)" "$(all_of s1 5000 5004)"
	is "$(peer transfer client start old $A 7 2000000 slow)" s1
	router drain $A via $U1
	is "$(member_state $U1)" draining
	all_ask s2
	is "$(ask udp 5000-5004)" "$(all_of s1 5000 5004)"
	peer transfer client go old
	is "$(peer transfer client end old)" 2000000
	is "$(verdicts)" "s1=draining s2=chosen"
	is "$(verdicts proto udp sport 5000 dport 7)" "s1=pinned s2=nearer"
	is "$(query router "field state" anycast show $A)" up
	# to drain it twice changes nothing
	router drain $A via $U1
	router resume $A via $U1
	is "$(member_state $U1)" up
	all_ask s1
}

# A member that drains still gets new flows if there is no other one that is up and serves the client.
last_one() {
	has_members 1 "2 area 2001:db8:d::/64"
	router drain $A via $U1
	all_ask s1
	all_ask s2 src=$D
	router drain $A via $U2
	is "$(query router "field state" anycast show $A)" draining
	all_ask s1
	all_ask s2 src=$D
	has_members 1 2
	router drain $A via $U1
	nsip s2 link set s0 down
	all_ask s1
	nsip s2 link set s0 up
	nsip s2 -6 route replace default via 2001:db8:2::f src $U2
	wait_for "s2" 60 is_state $U2 up
	all_ask s2
}

# `ip anycast show` counts the flows that a draining member still has.
counted() {
	has_members 1 2
	is "$(ask udp 5100-5109)" "$(all_of s1 5100 5109)"
	router drain $A via $U1
	is "$(ask udp 5110-5114)" "$(all_of s2 5110 5114)"
	is "$(flows_of)" "10 5"
	router flow flush $A
	is "$(ask udp 5100-5109)" "$(all_of s2 5100 5109)"
	is "$(flows_of)" "0 10"
}

flows_of() { nsip router -j anycast show $A | jq -r '[.[0].members[].active_flows] | join(" ")'; }

# The router's own member is the nearest, drains, and remains the last resort.
local_member() {
	has_members 1
	serve_all router 7 id=router
	router add $A
	all_ask router
	is "$(ask udp 5200)" 5200=router
	is "$(ask udp 5200)" 5200=router
	# packets of this node itself are steered, too, while its own member drains
	router drain $A
	is "$(state_of router $A)" ":up anycast0:draining"
	all_ask s1
	is "$(ask udp 5200)" 5200=router
	is "$(peer ask router udp $A 7 5300)" 5300=s1
	# nobody else is up: the draining member serves
	nsip s1 link set s0 down
	all_ask router
	nsip s1 link set s0 up
	nsip s1 -6 route replace default via 2001:db8:1::f src $U1
	wait_for "s1" 60 is_state $U1 up
	router resume $A
	all_ask router
}

# Clients on a link ask for an on-link address there and nowhere else. So a router whose own member drains goes on
# answering them while a member on another link is up.
stands_in() {
	local on=2001:db8:c::a

	nsip s1 anycast add $on
	router add $on dev r0
	router add $on via $U1
	is "$(peer ask client udp $on 7 5400)" 5400=router
	router drain $on
	is "$(state_of router $on)" "r0:draining :up"
	nsip client neigh flush to $on
	is "$(peer ask client udp $on 7 5401)" 5401=s1
	is "$(netlink joined router r0 $on)" 1
	# no other member is up: the router answers neighbours no more, but serves those that know it
	nsip s1 link set s0 down
	wait_for "the link to be left" 20 eval "[[ \$(netlink joined router r0 $on) == 0 ]]"
	is "$(peer ask client udp $on 7 5402)" 5402=router
	nsip s1 link set s0 up
	nsip s1 -6 route replace default via 2001:db8:1::f src $U1
	wait_for "the link to be joined" 60 eval "[[ \$(netlink joined router r0 $on) == 1 ]]"
	nsip client neigh flush to $on
	is "$(peer ask client udp $on 7 5403)" 5403=s1
	router del $on
}

# ---- a host ----

# Neighbours that look for the address find it no more; those that know it are served.
link_left() {
	local before

	nsip host anycast add $ON dev h0
	peer solicit near n0 2001:db8:1::2 $ON
	reached near $ON 2001:db8:1::1
	before=$(snapshot host)
	background flood near ping -i 0.01 $ON
	wait_for "the flood" 20 grep -q "icmp_seq=10 " "$T_DIR/flood.log"
	nsip host anycast drain $ON
	is "$(members host $ON)" "$ON h0 draining join"
	is "$(netlink joined host h0 $ON)" 0
	refute peer solicit near n0 2001:db8:1::2 $ON wait=1.2
	reached near $ON 2001:db8:1::1
	nsip host anycast resume $ON dev h0
	is "$(members host $ON)" "$ON h0 up join"
	peer solicit near n0 2001:db8:1::2 $ON
	stop flood INT
	# a neighbour that knew it was served all the time
	grep -q " 0% packet loss" "$T_DIR/flood.log" || tail -n 3 "$T_DIR/flood.log"
	grep -q " 0% packet loss" "$T_DIR/flood.log"
	is "$(snapshot host)" "$before"
}

# A neighbour that knows the address, and asks directly whether it is reachable, is answered as long as it drains.
reachable() {
	ns near sysctl -qw net.ipv6.neigh.n0.base_reachable_time_ms=1000 \
		net.ipv6.neigh.n0.delay_first_probe_time=1 net.ipv6.neigh.n0.retrans_time_ms=300
	# an entry that is there would be reachable for as long as entries were before
	nsip near neigh flush to $ON
	nsip host anycast add $ON dev h0
	reached near $ON 2001:db8:1::1
	nsip host anycast drain $ON
	capture_start asked near n0 "icmp6 and (ip6[40] == 135 or ip6[40] == 136)"
	# datagrams without an answer: a reply, as ping gets, might confirm the neighbour entry
	# shellcheck disable=SC2016  # for the other shell
	mkfifo "$T_DIR/clock"
	background sender near bash -c 'while echo >"/dev/udp/$0/7"; do read -rt 0.2 <>"$1"; done' $ON "$T_DIR/clock"
	wait_for "the third time that it is asked" 60 eval \
		"pause 1; (( \$(capture_show asked | grep -c '> $ON: .* neighbor solicitation') >= 3 ))"
	wait_for "the third answer" 10 eval \
		"(( \$(capture_show asked | grep -c 'neighbor advertisement, tgt is $ON') >= 3 ))"
	capture_stop asked
	# RFC 4861 section 7.2.4: solicited, of an anycast address without override
	capture_show asked -v | grep "advertisement.*tgt is $ON" | grep -v "Flags \[solicited\]" && return 1
	reached near $ON 2001:db8:1::1
	stop sender KILL
	# when the lease is over there is no answer: nobody is there
	nsip host anycast resume $ON
	nsip host anycast change $ON dev h0 lifetime 1
	settles host $ON h0:down:lease
	wait_for "it to be lost" 30 eval "[[ \$(nsip near -6 neigh show $ON dev n0) == *FAILED* ]] || { ns near ping -c 1 -W 1 $ON; false; }"
}

# Drain and resume many times, and with the link down in between.
again_and_again() {
	local i

	nsip host anycast replace $ON dev h0
	for ((i = 0; i < 10; i++)); do
		echo "anycast drain $ON"
		echo "anycast resume $ON"
	done | nsip host -batch -
	is "$(members host $ON)" "$ON h0 up join"
	ns host sysctl -qw net.ipv6.conf.h0.keep_addr_on_down=1
	nsip host -batch - <<-END
		anycast drain $ON
		link set h0 down
		link set h0 up
	END
	settles host $ON h0:draining
	nsip near neigh replace $ON lladdr "$(mac host h0)" dev n0
	wait_for "an answer" 20 reached near $ON 2001:db8:1::1
	nsip near neigh del $ON dev n0
	refute peer solicit near n0 2001:db8:1::2 $ON wait=1.2
	nsip host anycast resume $ON
	peer solicit near n0 2001:db8:1::2 $ON
	nsip host anycast del $ON
	unreached near $ON
}

# `drain all` drains the members on this node, of one VRF or of all, and those that entries make later.
all_of_a_node() {
	nsip host -batch - <<-END
		anycast add $ON dev h0
		anycast add $OFF
		anycast add 2001:db8:7::a dev h1
		anycast add $OFF vrf red
		anycast add home-agents dev h0
	END
	# near has to know the neighbour before the drain
	reached near $ON 2001:db8:1::1
	nsip host anycast drain all vrf red
	is "$(draining)" "2001:db8:7::a $OFF"
	nsip host anycast drain all
	is "$(draining)" "2001:db8:1:0:fdff:ffff:ffff:fffe $ON 2001:db8:7::a $OFF $OFF fe80::fdff:ffff:ffff:fffe"
	reached near $ON 2001:db8:1::1
	reached near $OFF 2001:db8:1::1
	# a new prefix: the entry's new member drains from the beginning
	addr_add host h0 2001:db8:2::1/64
	wait_for "it to drain" 10 eval "[[ \$(draining) == *2001:db8:2:0:fdff:ffff:ffff:fffe* ]]"
	nsip host anycast resume all
	is "$(draining)" ""
	nsip host address del 2001:db8:2::1/64 dev h0
	nsip host anycast drain home-agents dev h0
	is "$(draining)" "2001:db8:1:0:fdff:ffff:ffff:fffe fe80::fdff:ffff:ffff:fffe"
	nsip host anycast resume home-agents dev h0
	is "$(draining)" ""
	nsip host anycast flush
	# no error if there is no member
	nsip host anycast drain all
}

# waits ADDRESS: a drain with wait ends when nobody asks ADDRESS any more, and not before.
waits() {
	background flood near ping -i 0.1 "$1"
	wait_for "the flood" 20 grep -q "icmp_seq=2 " "$T_DIR/flood.log"
	waiting "$1"
	# this one waits for 2 s only, and the other one still waits after that
	refused "Packets still arrive after 2 seconds" nsip host anycast drain "$1" wait 2
	kill -0 "$(<"$T_DIR/waiting.pid")"
	stop flood INT
	grep -q " 0% packet loss" "$T_DIR/flood.log"
	ended
}

# waiting WHAT...: start a drain that may wait for ten minutes. ended: it ends long before, and says nothing.
waiting() {
	background waiting host ip anycast drain "$@" wait 600
}

ended() {
	wait_for "its end" 60 eval '! kill -0 "$(<"$T_DIR/waiting.pid")"'
	is "$(<"$T_DIR/waiting.log")" ""
}

before_a_stop() {
	nsip host anycast add $ON dev h0
	reached near $ON 2001:db8:1::1
	waits $ON
	is "$(state_of host $ON)" h0:draining
	refused "no such anycast address" nsip host anycast drain 2001:db8:a::b wait 600
	nsip host anycast resume $ON
	nsip host anycast drain all wait 600
	is "$(state_of host $ON)" h0:draining
}

# Traffic to members that do not drain keeps nobody waiting. A wait ends when its members are resumed or deleted.
told_otherwise() {
	nsip host -batch - <<-END
		anycast add $ON dev h0
		anycast add $OFF dev h0
		anycast add home-agents dev h0
	END
	reached near $ON 2001:db8:1::1
	background flood near ping -i 0.1 $ON
	wait_for "the flood" 20 grep -q "icmp_seq=2 " "$T_DIR/flood.log"
	nsip host anycast drain $OFF dev h0 wait 600
	nsip host anycast drain home-agents dev h0 wait 600
	waiting $ON
	settles host $ON h0:draining
	nsip host anycast resume $ON
	ended
	waiting all
	settles host $ON h0:draining
	nsip host anycast del $ON
	nsip host anycast flush
	ended
	stop flood INT
}

# The lease is over already, because the checker was stopped first: a drain waits all the same.
without_a_lease() {
	nsip host anycast add $OFF lifetime 1
	settles host $OFF anycast0:down:lease
	waits $OFF
}

draining() {
	nsip host -j anycast show state draining | jq -r '[.[].address // empty] | sort | join(" ")'
}

# A member goes on draining when its link flaps and when its device changes its VRF. A new member does not drain.
kept() {
	nsip host -batch - <<-END
		anycast add $OFF dev h1
		anycast drain $OFF dev h1 vrf red
		link set h1 down
	END
	settles host "$OFF" h1:down:admin
	nsip host -j anycast show $OFF | jq -e '.[0].members[0].draining'
	nsip host link set h1 up
	settles host "$OFF" h1:draining
	nsip host link set h1 nomaster
	wait_for "it to follow" 20 eval "[[ \$(query host 'field vrf' anycast show $OFF) == null ]]"
	settles host "$OFF" h1:draining
	nsip host link set h1 master red
	wait_for "it to follow" 20 eval "[[ \$(query host 'field vrf' anycast show $OFF) == red ]]"
	settles host "$OFF" h1:draining
	nsip host -batch - <<-END
		anycast del $OFF dev h1 vrf red
		anycast add $OFF dev h1
	END
	settles host "$OFF" h1:up
}

saved() {
	nsip host -batch - <<-END
		anycast add $ON dev h0
		anycast add $OFF
		anycast add $OFF via 2001:db8:1::2
		anycast add subnet-router dev h0
		anycast drain $ON
		anycast drain $OFF via 2001:db8:1::2
		anycast drain subnet-router dev h0
	END
	nsip host anycast save >"$T_DIR/saved"
	nsip host -d anycast show >"$T_DIR/shown"
	nsip host anycast flush
	nsip host anycast restore <"$T_DIR/saved"
	nsip host anycast save | diff "$T_DIR/saved" -
	nsip host -d anycast show | diff "$T_DIR/shown" -
}

told() {
	nsip host anycast add $ON dev h0
	netlink listen host
	nsip host anycast drain $ON
	nsip host anycast drain $ON
	nsip host anycast resume $ON
	happened host "changed $ON h0:draining" "changed $ON h0:up"
}

refusals() {
	nsip host anycast add $OFF via 2001:db8:1::2
	refused "no member on this node" nsip host anycast drain $OFF
	refused "has no such member" nsip host anycast drain $OFF dev h0
	refused "no such anycast address" nsip host anycast drain 2001:db8:a::b
	refused "no such entry" nsip host anycast drain subnet-router dev h0
	refused "not a VRF" nsip host anycast drain all vrf h0
	refute nsip host anycast drain
	refute nsip host anycast drain all dev h0
	refute nsip host anycast drain all via 2001:db8:1::2
	refute nsip host anycast resume all metric 5
	refused "CAP_NET_ADMIN" ns host setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		ip anycast drain all
}

# The namespace goes while its members drain under traffic.
gone() {
	ns_make doomed
	link_veth near d0 doomed x0
	addr_add near d0 2001:db8:9::2/64
	addr_add doomed x0 2001:db8:9::1/64
	nsip doomed -batch - <<-END
		anycast add 2001:db8:9::a dev x0
		anycast add home-agents dev x0
	END
	background flood near ping -f -W 1 2001:db8:9::a
	nsip doomed anycast drain all
	ns_del doomed
	wait_for "the end of the device's other end" 20 refute nsip near link show d0
	stop flood KILL
}

peer_start
netlink_start
make_servers 2
t_run "a remote member: old flows stay, new ones go elsewhere" remote
t_run "the last one drains, and serves" last_one
t_run "flows that are left are counted" counted
t_run "the router's own member" local_member
t_run "a router that drains answers on its link for others" stands_in
make_near
serve_all host 7
t_run "RFC4786-4.4.1: the link is left first, and nothing is lost" fresh link_left
t_run "neighbours that know it find it reachable" fresh reachable
t_run "again and again, and over a link flap" fresh again_and_again
t_run "all of a node, all of a VRF" fresh all_of_a_node
t_run "a stop waits for who still asks" fresh before_a_stop
t_run "a stop waits when the lease is over" fresh without_a_lease
t_run "a wait ends with the drain" fresh told_otherwise
t_run "it is kept while links and VRFs change" fresh kept
t_run "saved and restored" fresh saved
t_run "listeners are told, once" fresh told
t_run "what is refused" fresh refusals
t_run "the namespace goes" fresh gone
t_done
