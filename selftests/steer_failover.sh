#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A member goes down under running traffic, in each way that there is. Everything sent after that goes to the next
# nearest member. A member that comes back, or becomes nearer, moves no flow.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1   2001:db8:f::1, metric 100
#                               (r2) --- (s0) s2   2001:db8:f::2, metric 200
#                               (rg) --- (g0) gw (g1) --- (s0) s3   2001:db8:f::3, metric 300
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/servers.sh"

U1=2001:db8:f::1
U2=2001:db8:f::2
U3=2001:db8:f::3
B=2001:db8:53::54
# Milliseconds between two packets of a stream.
EVERY=5
# Milliseconds between two neighbour solicitations.
RETRANS=300
# Bytes of a TCP transfer that must not be disturbed.
BYTES=10000000
# How many bursts of solicitations for a lost neighbour are waited for.
BURSTS=4
# Bytes of a TCP transfer during which another member becomes the nearest.
LONG=10000000
[[ ${ANYCAST6_KERNEL-} != debug ]] || EVERY=50 RETRANS=1000 BYTES=500000 BURSTS=3 LONG=3000000

# gateway: s3 and the gateway before it, which has a route of its own to A.
gateway() {
	make_gateway 300
	ns gw sysctl -qw net.ipv6.conf.g0.keep_addr_on_down=1
	nsip gw -6 route add $A via 2001:db8:3::1
}

# ---- events ----

# listen: told looks only at events from here on.
listen() { MARK=$(wc -l <"$T_DIR/monitor.log"); }

# told [VIA STATE]...: since listen, `ip anycast monitor` has reported these states of members of A, and no others.
told() {
	local wanted

	wanted=$(printf '%s %s\n' "$@")
	wait_for "the events: $wanted" 60 events_are "$wanted" || {
		echo "told:"
		events
		return 1
	}
}

events_are() { [[ $(events) == "$1" ]]; }

# events: the events since listen, one line each: VIA up, or VIA down reason REASON.
events() {
	local event="^$A .*\\\\ +via ([^ ]+) .*state (up|down reason [a-z]+)" line lines

	mapfile -t -s "$MARK" lines <"$T_DIR/monitor.log"
	for line in "${lines[@]}"; do
		[[ ! $line =~ $event ]] || echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
	done
}

# ---- traffic ----

# traffic_starts NAME [later]: start traffic, all of which NAME gets: "one" is one UDP flow, each packet of "many" is
# a flow of its own, and "tcp" sends slowly all the time or, with later, nothing until its end.
traffic_starts() {
	peer stream client start one $A 7 every=$EVERY
	peer stream client start many $A 7 every=$EVERY fresh
	is "$(peer transfer client start tcp $A 7 10000000 "${2-slow}")" "$1"
	peer stream client answered one 20
	peer stream client answered many 20
}

# before_it: called just before the event. All packets that were sent so far must be answered.
before_it() {
	BEFORE=("$(peer stream client sent one)" "$(peer stream client sent many)")
	peer stream client answered one "${BEFORE[0]}"
	peer stream client answered many "${BEFORE[1]}"
}

# after_it: called just after the event. No packet that is sent from here on may be lost.
after_it() { AFTER=("$(peer stream client sent one)" "$(peer stream client sent many)"); }

# traffic_moved FROM TO [LOST]: both streams moved from server FROM to server TO. No packet that was sent before
# before_it or after after_it was lost, and no more than LOST of those in between.
traffic_moved() {
	local result

	peer stream client answered one $((AFTER[0] + 40))
	peer stream client answered many $((AFTER[1] + 40))
	result=$(peer stream client stop one)
	moved "$1" "$2" "${BEFORE[0]}" "${AFTER[0]}" "$result" "${3-}"
	result=$(peer stream client stop many)
	moved "$1" "$2" "${BEFORE[1]}" "${AFTER[1]}" "$result" "${3-}"
}

# moved FROM TO BEFORE AFTER RESULT [LOST]: the same for one stream; RESULT is what stopping it printed.
moved() {
	local first last

	echo "from $1 to $2, event between $3 and $4: $5"
	[[ $5 =~ ^1-([0-9]+)=$1\ ([0-9]+-[0-9]+=-\ )?([0-9]+)-[0-9]+=$2$ ]]
	first=$((BASH_REMATCH[1] + 1))
	last=$((BASH_REMATCH[3] - 1))
	# the old server answered up to the event at least, the new one not later than after it
	((first > $3 && last <= $4))
	[[ ! ${6-} ]] || ((last - first + 1 <= $6))
}

# heal: s1 and its link are again as at the beginning.
heal() {
	nsip s1 link set s0 up
	nsip s1 -6 route replace default via 2001:db8:1::f src $U1
	wait_for "s1 to be up" 60 is_state $U1 up
}

# ---- the ways to go down ----

# s2 gets the packets of the client's connection to s1, does not know it, and resets it: there is no time-out.
carrier() {
	has_members "2 metric 10" "1 metric 20"
	is "$(peer transfer client start other $A 7 $BYTES slow)" s2
	router change $A via $U1 metric 5
	traffic_starts s1
	listen
	before_it
	nsip s1 link set s0 down
	after_it
	traffic_moved s1 s2
	told "$U1" "down reason link"
	is "$(member_state $U1)" "down link"
	is "$(verdicts)" "s2=chosen s1=down"
	is "$(peer transfer client end tcp)" ECONNRESET
	# the connection that s2 had from the beginning goes on
	is "$(peer transfer client end other)" $BYTES
	all_ask s2
}

carrier_again() {
	has_members 1 2
	is "$(ask udp 5000)" 5000=s2
	listen
	heal
	told "$U1" up
	all_ask s1
	is "$(ask udp 5000)" 5000=s2
	is "$(pings_to)" $U1
}

# Carrier goes and comes several times under traffic. The next packet comes too soon for any event to have told the
# module of it.
carrier_flaps() {
	local i

	has_members 1 2
	for i in 1 2 3 4 5; do
		nsip s1 link set s0 down
		is "$(ask udp $((5000 + 10 * i))-$((5004 + 10 * i)))" "$(all_of s2 $((5000 + 10 * i)) $((5004 + 10 * i)))"
		nsip s1 link set s0 up
		nsip s1 -6 route replace default via 2001:db8:1::f src $U1
	done
	heal
	all_ask s1
}

silence() {
	ns s1 nft -f - <<-END
		table ip6 silent {
			chain in { type filter hook prerouting priority -300; drop; }
			chain out { type filter hook output priority -300; drop; }
		}
	END
}

# s1 hangs: its link has carrier, but s1 does not answer. Only packets that are sent before that is noticed are lost.
neighbour() {
	has_members 1 2
	router add $B via $U1
	router add $B via $U2
	traffic_starts s1
	listen
	before_it
	capture_start ask router r1 "icmp6 and ip6[40] == 135 and ip6[24] == 0xff"
	silence
	told "$U1" "down reason neighbour"
	after_it
	traffic_moved s1 s2
	is "$(member_state $U1)" "down neighbour"
	# B has the same next hop, so its member is down as well
	is "$(nsip router -j anycast show $B | jq -c '[.[0].members[].state]')" '["down","up"]'
	is "$(verdicts)" "s1=down s2=chosen"
	is "$(peer transfer client end tcp)" ECONNRESET
	all_ask s2
}

# The router solicits s1 again, less and less often. When s1 answers it is up, though no traffic is sent to it.
neighbour_again() {
	local packets

	wait_for "another time that it is asked again" 60 bursts "$BURSTS"
	cat "$T_DIR/bursts"
	awk '{ if (NR > 2 && $1 - last < gap + 0.5) exit 1; gap = $1 - last; last = $1 }' "$T_DIR/bursts"
	packets=$(nsip router -s -j anycast show $A | jq '.[0].members[0].packets')
	listen
	ns s1 nft delete table ip6 silent
	told "$U1" up
	is "$(nsip router -s -j anycast show $A | jq '.[0].members[0].packets')" "$packets"
	router flow flush
	all_ask s1
	capture_stop ask
}

# bursts N: the router has begun at least N bursts of solicitations. When each began is in the file bursts.
bursts() {
	capture_show ask -tt | awk '$1 - last > 1.2 { print $1 } { last = $1 }' >"$T_DIR/bursts"
	(($(wc -l <"$T_DIR/bursts") >= $1))
}

# s1 loses the address that is the router's next hop. It still gets what is sent to its link-layer address, until the
# router finds that nobody answers solicitations, so nothing is lost. TCP is quiet here: between namespaces, unlike
# between machines, an skb keeps the mark by which TCP confirms its neighbour (dst_pending_confirm), which would
# confirm the router's neighbour entry, too.
neighbour_address() {
	has_members 1 2
	traffic_starts s1 later
	listen
	before_it
	nsip s1 address del 2001:db8:1::1/64 dev s0
	nsip s1 -6 route replace default via "$(lladdr router r1)" dev s0 src $U1
	told "$U1" "down reason neighbour"
	after_it
	traffic_moved s1 s2 2
	is "$(peer transfer client end tcp)" ECONNRESET
	listen
	addr_add s1 s0 2001:db8:1::1/64
	heal
	told "$U1" up
}

# Somebody removes what the kernel knows of s1's link-layer address. s1 answers when it is asked again, without traffic,
# so nothing has happened.
neighbour_removed() {
	local i

	has_members 1 2
	all_ask s1
	listen
	for i in 1 2 3; do
		nsip router neigh flush to 2001:db8:1::1
		is "$(ask udp $((5000 + i)))" $((5000 + i))=s1
	done
	nsip router neigh flush to 2001:db8:1::1
	wait_for "the neighbour" 5 neighbour_is 2001:db8:1::1
	pause 1.5
	is "$(events)" ""
}

# The same while the kernel asks s1 whether it is still there, and the answer is late.
neighbour_removed_asked() {
	has_members 1 2
	all_ask s1
	listen
	ns s1 nft -f - <<-END
		table ip6 silent {
			chain out { type filter hook output priority 0; icmpv6 type nd-neighbor-advert drop; }
		}
	END
	nsip router neigh change 2001:db8:1::1 dev r1 nud probe
	nsip router neigh show 2001:db8:1::1 nud probe | grep PROBE
	nsip router neigh flush to 2001:db8:1::1
	ns s1 nft delete table ip6 silent
	wait_for "the neighbour" 5 neighbour_is 2001:db8:1::1
	pause 1.5
	is "$(events)" ""
}

# The same, and s1 hangs: that is found out without traffic.
neighbour_removed_dead() {
	has_members 1 2
	all_ask s1
	listen
	silence
	nsip router neigh flush to 2001:db8:1::1
	told "$U1" "down reason neighbour"
	ns s1 nft delete table ip6 silent
	told "$U1" "down reason neighbour" "$U1" up
}

# neighbour_is ADDRESS: the router knows its link-layer address.
neighbour_is() { [[ $(nsip router neigh show "$1" dev r1) == *lladdr* ]]; }

# s3 is behind a gateway. The route to it goes here; in the next case the gateway's link does.
route() {
	has_members "3 metric 10" 1
	traffic_starts s3
	listen
	before_it
	nsip router -6 route del $U3 via 2001:db8:9::1
	after_it
	traffic_moved s3 s1
	told "$U3" "down reason route"
	is "$(peer transfer client end tcp)" ECONNRESET
	is "$(ask udp 5000)" 5000=s1
	nsip router -6 route add $U3 via 2001:db8:9::1 metric 300
	told "$U3" "down reason route" "$U3" up
	all_ask s3
	is "$(ask udp 5000)" 5000=s1
}

gateway_link() {
	has_members "3 metric 10" 1
	traffic_starts s3
	listen
	before_it
	nsip gw link set g0 down
	after_it
	traffic_moved s3 s1
	told "$U3" "down reason link"
	is "$(peer transfer client end tcp)" ECONNRESET
	nsip gw link set g0 up
	nsip gw -6 route replace default via 2001:db8:9::f
	told "$U3" "down reason link" "$U3" up
	all_ask s3
}

# The device goes down, and its routes with it: a member that names the device is down for reason admin, one that does
# not for reason route.
device() {
	has_members "1 dev r1 metric 10" 2 "1 metric 20"
	traffic_starts s1
	listen
	before_it
	nsip router link set r1 down
	after_it
	traffic_moved s1 s2
	is "$(peer transfer client end tcp)" ECONNRESET
	wait_for "both events" 20 eval '(($(events | wc -l) >= 2))'
	is "$(events | sort -u)" "$U1 down reason admin"$'\n'"$U1 down reason route"
	listen
	nsip router -batch - <<-END
		link set r1 up
		route replace $U1 via 2001:db8:1::1 metric 100
	END
	wait_for "both to be up" 20 eval '(($(events | grep -c up) >= 2))'
	# s1 has to find the router's link-layer address again, and its answers may be late until then
	wait_for "the way back" 20 ns client ping -c 1 -W 1 $U1
	all_ask s1
}

# ---- something nearer ----

# A nearer member comes. Old flows stay where they are in the middle of their packets, new ones go to it.
nearer() {
	has_members 2
	peer stream client start one $A 7 every=$EVERY
	is "$(peer transfer client start tcp $A 7 $LONG slow)" s2
	peer transfer client at tcp 30000
	listen
	router add $A via $U1
	told "$U1" up
	all_ask s1
	peer transfer client go tcp
	peer transfer client at tcp $((LONG / 10))
	# another one is nearer still, this time by the metric of its route
	nsip router -6 route add $U3 via 2001:db8:9::1 metric 1
	router add $A via $U3
	all_ask s3
	is "$(peer transfer client end tcp)" $LONG
	peer stream client answered one 100
	[[ $(peer stream client stop one) =~ ^1-[0-9]+=s2$ ]]
	is "$(peer transfer client start tcp $A 7 1000)" s3
	is "$(peer transfer client end tcp)" 1000
	nsip router -6 route del $U3 via 2001:db8:9::1 metric 1
}

# ---- nobody left ----

links_down() {
	nsip s1 link set s0 down
	nsip s2 link set s0 down
}

mend() {
	nsip s2 link set s0 up
	nsip s2 -6 route replace default via 2001:db8:2::f src $U2
	heal
	wait_for "s2 to be up" 60 is_state $U2 up
}

# No member is up, but there is a route to A, as a routing protocol would learn it: packets follow that.
routes_decide() {
	has_members 1 2
	is "$(ask udp 5000)" 5000=s1
	nsip router -6 route add $A via 2001:db8:9::1
	all_ask s1
	listen
	links_down
	all_ask s3
	is "$(ask udp 5000)" 5000=s3
	is "$(pings_to)" $U3
	told "$U1" "down reason link" "$U2" "down reason link"
	[[ $(router show $A) == "$A scope ::/0 source auto state down"* ]]
	[[ $(router get $A from $C iif r0) == "$A from $C "*"by route"* ]]
	mend
	all_ask s1
	is "$(ask udp 5000)" 5000=s1
	nsip router -6 route del $A
}

# No member is up, and there is no route either: clients get an ICMPv6 error at once, old flows, too.
unreachable() {
	has_members 1 2
	is "$(ask udp 5000)" 5000=s1
	links_down
	is "$(ask udp 5000-5003)" "5000=ENETUNREACH 5001=ENETUNREACH 5002=ENETUNREACH 5003=ENETUNREACH"
	# a slow client may have sent some packets twice
	is "$(nsip router -s -j anycast show $A | jq -c '.[0].misses | [.no_member >= 4, .loop]')" "[true,0]"
	is "$(ask tcp 5000,5001)" "5000=ENETUNREACH 5001=ENETUNREACH"
	refused "Network is unreachable" peer udp router $A 7 100 wait=1
	mend
	all_ask s1
}

# Members go down one after the other: a flow moves each time, and the farthest member gets all in the end. Without a
# grace it does so at once.
down_to_the_last() {
	ns router sysctl -qw net.anycast6.flow_grace=0
	has_members 1 2 3
	is "$(ask udp 5000)" 5000=s1
	nsip s1 link set s0 down
	is "$(ask udp 5000)" 5000=s2
	nsip s2 link set s0 down
	is "$(ask udp 5000)" 5000=s3
	all_ask s3
	mend
	is "$(ask udp 5000)" 5000=s3
	all_ask s1
	ns router sysctl -qw net.anycast6.flow_grace=1000
}

repair() {
	ns router sysctl -qw net.anycast6.flow_grace=1000
	ns s1 nft delete table ip6 silent
	addr_add s1 s0 2001:db8:1::1/64
	peer stream client stop one
	peer stream client stop many
	nsip gw link set g0 up
	nsip gw -6 route replace default via 2001:db8:9::f
	nsip router link set r1 up
	nsip router -6 route replace $U1 via 2001:db8:1::1 metric 100
	nsip router -6 route replace $U3 via 2001:db8:9::1 metric 300
	nsip router -6 route del $A
	mend
}

peer_start
make_servers 2
gateway
# The router finds a lost neighbour within seconds instead of half a minute.
for dev in r1 r2 rg; do
	ns router sysctl -qw "net.ipv6.conf.$dev.keep_addr_on_down=1" \
		"net.ipv6.neigh.$dev.base_reachable_time_ms=1000" "net.ipv6.neigh.$dev.delay_first_probe_time=1" \
		"net.ipv6.neigh.$dev.retrans_time_ms=$RETRANS"
done
background monitor router ip -o anycast monitor
wait_for "monitor to listen" 30 eval "router replace $B && router del $B && [[ -s $T_DIR/monitor.log ]]"
try "carrier lost: the next packet goes to the next nearest" carrier
try "carrier back: new flows return, old ones stay" carrier_again
try "carrier comes and goes" carrier_flaps
try "neighbour lost: flows move once that is found" neighbour
try "neighbour back: it is solicited without traffic, ever more rarely" neighbour_again
try "neighbour lost its address: nothing is lost" neighbour_address
try "neighbour removed: it is asked again" neighbour_removed
try "neighbour removed while it is asked" neighbour_removed_asked
try "neighbour removed that does not answer" neighbour_removed_dead
try "route lost and back, behind a gateway" route
try "carrier of a gateway lost and back" gateway_link
try "device down and up" device
try "RFC7094: a nearer member in the middle of $((LONG / 1000000)) MB" nearer
try "all down: the routes decide" routes_decide
try "all down: unreachable at once" unreachable
try "down to the last one, and back" down_to_the_last
t_done
