#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Answers carry the right source address and a right checksum, and servers need to know nothing of it. Each
# protocol is tried with each reply source and for each kind of address. Packets that must not be rewritten are
# not. Everything is judged on the client's wire.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host, anycast ::a and 2001:db8:a::a
#     ::2 ::22                           ::1, and 2001:db8:5::5 on a device of its own
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/answers.sh"

# The client's address that packets with a routing header go through.
THROUGH=2001:db8:1::22
# An address of the client that the host reaches by a route.
AWAY=2001:db8:c::2

# Without the module, for a join that the kernel alone serves, UDP answers have the wrong source, and errors come from
# the anycast address.
control() {
	peer join host 2001:db8:1::c h0
	is "$(peer profile client c0 $CLIENT 2001:db8:1::c kinds=udp,lite,echo,closed)" \
		"udp=$UNICAST lite=$UNICAST echo=$UNICAST closed=2001:db8:1::c"
	is "$(peer profile client c0 $CLIENT $UNICAST)" "$(all_from $UNICAST)"
}

# all_from ADDRESS: the profile of a host that answers everything from ADDRESS.
all_from() { echo "udp=$1 lite=$1 echo=$1 closed=$1 proto=$1 option=$1 syn=$1 reset=$1"; }

# ---- every protocol, every mode ----

# by_mode LABEL ADDRESS UNICAST WORD...: a test case for each reply source of ADDRESS. WORD... names it to
# `ip anycast set`.
by_mode() {
	local label=$1 address=$2 unicast=$3

	SET=("${@:4}")
	t_run "$label, auto: RFC4443-2.2b RFC4291-source: UDP from the address, ICMPv6 from a unicast one" \
		mode_is auto "$address" "${address%\%*}" "$unicast"
	t_run "$label, anycast: all from the address" mode_is anycast "$address" "${address%\%*}" "${address%\%*}"
	t_run "$label, unicast: all but TCP from a unicast address" mode_is unicast "$address" "$unicast" "$unicast"
	t_run "$label, an address: all but TCP from that one" mode_is $OTHER "$address" $OTHER $OTHER
	t_run "$label, auto again" mode_is auto "$address" "${address%\%*}" "$unicast"
}

# mode_is SOURCE ADDRESS UDP ICMPV6: with this reply source UDP and ICMPv6 are answered from these addresses.
mode_is() {
	nsip host anycast set "${SET[@]}" source "$1"
	profile "${@:2}"
	# large datagrams, in fragments both ways
	is "$(asked "$2" udp size=3000 step=1200 "say=size:20000")" "$3"
	is "$(asked "$2" echo size=3000 step=1200)" "$4"
	[[ $2 == *%* ]] || is "$(peer tcp client "$2" 7 20000)" 20000
}

on_the_link() {
	nsip host anycast add $A dev h0
	nsip host anycast add $B
}

# B is beyond the limit on joins, so it is held by a local route.
by_route() {
	nsip host anycast del $B
	ns host sysctl -qw net.anycast6.max_joins=0
	nsip host anycast add $B
	ns host sysctl -qw net.anycast6.max_joins=4096
	is "$(members host $B)" "$B anycast0 up route"
}

identifiers() {
	nsip host anycast add subnet-router dev h0
	nsip host anycast add home-agents dev h0
}

# On a router the kernel itself has joined the subnet-router address already.
forwarding() {
	nsip host anycast del subnet-router dev h0
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip host anycast add subnet-router dev h0
	is "$(members host 2001:db8:1::)" "2001:db8:1:: h0 up kernel"
}

forwarding_off() {
	ns host sysctl -qw net.ipv6.conf.all.forwarding=0
	nsip host anycast del subnet-router dev h0
}

home_agent() {
	peer agent host
	is "$(asked $AGENTS dhaad)" $UNICAST
	is "$(asked $UNICAST dhaad)" $UNICAST
}

# A home agent that answers from the address that was asked (IPV6_PKTINFO) is corrected, too: RFC 6275 section 10.5.
home_agent_pktinfo() {
	peer agent host pktinfo
	is "$(asked $AGENTS dhaad)" $UNICAST
}

# ---- which address was asked ----

alternating() {
	local address

	for address in $A $UNICAST $A $B $A $UNICAST $B $UNICAST $A; do
		is "$(asked $address udp sport=41001)" $address
		is "$(asked $address lite sport=41001)" $address
	done
	# the kernel answers for its other addresses as it always does
	is "$(asked $OTHER udp sport=41001)" $UNICAST
	is "$(asked $A udp sport=41001)" $A
	# other ports of the client are other flows
	is "$(asked $A udp sport=41002)" $A
	is "$(asked $UNICAST udp sport=41003)" $UNICAST
	is "$(asked $A udp sport=41002)" $A
}

# The same for ICMPv6 echo, by identifier.
alternating_echo() {
	local address

	nsip host anycast set $A source anycast
	for address in $A $UNICAST $A $B $A $UNICAST; do
		# B has another reply source
		is "$(asked $address echo sport=41001)" ${address/$B/$UNICAST}
	done
}

# Flows to both addresses alternate, and each gets its address's reply source.
two_addresses() {
	nsip host anycast set $B source unicast
	for port in 41010 41011 41010; do
		is "$(asked $A udp sport=$port)" $A
		is "$(asked $B udp sport=41012)" $UNICAST
		is "$(asked $B udp sport=$port)" $UNICAST
	done
}

itself() {
	is "$(peer profile host lo $UNICAST $A)" \
		"udp=$A lite=$A echo=$UNICAST closed=$UNICAST proto=$UNICAST option=$UNICAST syn=$A reset=$A"
	is "$(peer profile host lo $UNICAST $UNICAST)" "$(all_from $UNICAST)"
	is "$(peer udp host $A 7 20000)" $A
	is "$(peer tcp host $A 7 20000)" 20000
}

counted() {
	local before after

	before=$(count_replies rewritten)
	is "$(asked $A udp)" $A
	is "$(asked $A closed)" $UNICAST
	is "$(asked $UNICAST udp)" $UNICAST
	after=$(count_replies rewritten)
	is $((after - before)) 2
	is "$(count_replies unsafe)" 0
	is "$(count_replies own)" 0
}

# ---- which unicast address ----

other_leaves() {
	nsip host anycast set $A source $OTHER
	profile $A $OTHER $OTHER
	nsip host address del $OTHER/128 dev d0
	profile $A $UNICAST $UNICAST
	addr_add host d0 $OTHER/128
	profile $A $OTHER $OTHER
	# the same address on another device will do
	nsip host address del $OTHER/128 dev d0
	addr_add host h0 $OTHER/128
	is "$(asked $A udp)" $OTHER
	nsip host address del $OTHER/128 dev h0
	addr_add host d0 $OTHER/128
}

# deprecate ADDRESS [forever]: make it a deprecated address, or with forever a preferred one again.
deprecate() { nsip host address change "$1/64" dev h0 valid_lft forever preferred_lft "${2-0}"; }

deprecated() {
	local first second

	nsip host anycast set $A source unicast
	addr_add host h0 2001:db8:1::3/64
	first=$(asked $A udp)
	second=2001:db8:1::3
	[[ $first == "$UNICAST" ]] || second=$UNICAST
	deprecate "$first"
	profile $A $second $second
	deprecate "$second"
	# RFC 6724: rule 3 (avoid deprecated) comes before rule 5 (outgoing interface)
	profile $A $OTHER $OTHER
	# a deprecated address is better than none
	nsip host address del $OTHER/128 dev d0
	[[ $(asked $A udp) == @("$first"|"$second") ]]
	addr_add host d0 $OTHER/128
	deprecate "$first" forever
	profile $A "$first" "$first"
	deprecate $UNICAST forever
	nsip host address del 2001:db8:1::3/64 dev h0
	profile $A $UNICAST $UNICAST
}

# An address of the outgoing device comes before one of another device with a longer matching prefix.
of_the_device() {
	nsip host anycast set $A source unicast
	addr_add host d0 2001:db8:1::102/128
	FROM=2001:db8:1::103
	addr_add client c0 $FROM/64
	profile $A $UNICAST $UNICAST
	nsip host address del 2001:db8:1::102/128 dev d0
}

preferred() {
	nsip host -6 route add 2001:db8:c::/64 via $CLIENT src $OTHER
	FROM=$AWAY
	profile $A $A $OTHER
	nsip host anycast set $A source unicast
	profile $A $OTHER $OTHER
	FROM=$CLIENT
	profile $A $UNICAST $UNICAST
	nsip host anycast set $A source auto
	nsip host -6 route del 2001:db8:c::/64
}

# ---- every form of a packet ----

# auto NAME FUNCTION [ARGUMENT...]: a test case that begins with the default reply source.
auto() {
	nsip host -batch - <<-END
		anycast set $A source auto
		anycast set $B source auto
	END
	t_run "$@"
}

in_fragments() {
	local kind

	for kind in udp lite echo; do
		for step in 8 256 1400; do
			asked $A $kind size=$((step * 3 + 17)) step=$step
		done
	done
	is "$(asked $A udp size=5000 step=1000)" $A
	is "$(asked $A lite size=5000 step=1000)" $A
	is "$(asked $A udp say=size:20000)" $A
	is "$(asked $A lite say=size:20000)" $A
	is "$(asked $A echo size=20000 step=1400)" $UNICAST
	nsip host anycast set $A source anycast
	is "$(asked $A echo size=20000 step=1400)" $A
}

behind_headers() {
	local chain

	for chain in hop dst hop,dst dst,dst hop,dst,dst; do
		is "$(asked $A udp chain=$chain)" $A
		is "$(asked $A lite chain=$chain size=3000 step=1000)" $A
		is "$(asked $A echo chain=$chain)" $UNICAST
		is "$(asked $A closed chain=$chain)" $UNICAST
	done
	for chain in hop dst "hop;dst" "hop;dst;size:20000" "dst;size:1" "hop;nosum"; do
		is "$(asked $A lite "say=$chain")" $A
		[[ $(asked $A udp "say=$chain") == "$A"?(/none) ]]
		is "$(asked $UNICAST lite "say=$chain")" $UNICAST
	done
}

without_sum() {
	is "$(asked $A udp say=nosum)" $A/none
	is "$(asked $A udp "say=nosum;size:20000")" $A/none
	is "$(asked $A udp nosum)" $A
	nsip host anycast set $A source unicast
	is "$(asked $A udp say=nosum)" $UNICAST/none
}

part_summed() {
	local cover

	for cover in 8 9 20 21 1000; do
		is "$(asked $A lite "say=cover:$cover;size:100")" $A
		is "$(asked $A lite "say=cover:$cover;size:3000")" $A
	done
}

# A home address option overrides the source, so such a packet must leave as it was. It is counted as unsafe.
unsafe() {
	local before

	before=$(count_replies unsafe)
	is "$(asked $A udp say=hao:$OTHER)" $UNICAST
	is "$(asked $A lite say=hao:$OTHER)" $UNICAST
	is $(($(count_replies unsafe) - before)) 2
}

# offloads FEATURE VALUE...: switch offloads of the host's device.
offloads() { ns host ethtool -K h0 "$@" >/dev/null; }

# many_sizes ADDRESS SOURCE: datagrams and segments of many sizes are answered from SOURCE.
many_sizes() {
	local size segmented=$2

	# Linux 6.1 makes UDP segments only for a device that offloads checksums, else sending fails, also for unicast
	[[ $(asked $UNICAST udp "say=gso:1400;size:2800") == "$UNICAST" ]] || segmented=refused-EIO
	for size in 1 2 100 1451 1452 1453 3001 20000 60000; do
		is "$(asked $1 udp say=size:$size)" "$2"
	done
	for size in 1000 1001 1399 1400 1401 2800 2801 4200 20000 60000; do
		is "$(asked $1 udp "say=gso:1400;size:$size")" $segmented
	done
	is "$(asked $1 udp "say=gso:999;size:60001")" $segmented
	is "$(asked $1 lite say=size:3001)" "$2"
}

segments() {
	offloads "$@"
	many_sizes $A $A
	nsip host anycast set $A source $OTHER
	many_sizes $A $OTHER
	nsip host anycast set $A source auto
	offloads tx on sg on gso on
}

# ---- servers that choose their source ----

# uttered HOW SOURCE: a socket of kind HOW sends a datagram to a client that has just asked A. It must leave from
# SOURCE.
uttered() {
	peer watch client client c0
	is "$(asked $A udp sport=41020)" $A
	peer utter host "$1" $UNICAST $CLIENT 7 41020 "${@:3}"
	peer seen client client "^$2>$CLIENT/.*/148/udp-7-41020" least=1
}

# The control for the next ones: a socket that leaves its source open is rewritten.
of_any() { uttered any $A; }

of_raw() { uttered raw $UNICAST; }

of_bound() { uttered bound $UNICAST; }

of_connected() { uttered connected $UNICAST; }

bound_to_it() {
	peer teller host 8 src=$A freebind
	peer teller host 8 lite src=$A freebind
	for mode in auto unicast anycast $OTHER; do
		nsip host anycast set $A source $mode
		is "$(peer exchange client c0 $CLIENT $A udp 8)" $A
		is "$(peer exchange client c0 $CLIENT $A lite 8)" $A
	done
}

connected() {
	peer teller host 11 to=$CLIENT,41030
	is "$(peer exchange client c0 $CLIENT $UNICAST udp 11 sport=41030)" $UNICAST
	# A does not reach a connected socket, and asking it must change nothing for that socket
	refute peer exchange client c0 $CLIENT $A udp 11 sport=41030 wait=0.3
	is "$(peer exchange client c0 $CLIENT $UNICAST udp 11 sport=41030)" $UNICAST
}

by_pktinfo() {
	local address

	for address in $A $UNICAST $A $OTHER $A; do
		is "$(asked $address udp sport=41040 say=pktinfo)" $address
		is "$(asked $address lite sport=41040 say=pktinfo)" $address
	done
}

# ---- anything ----

anything() {
	local count=150 result before rewritten unsafe

	[[ ${ANYCAST6_KERNEL-} != debug ]] || count=60
	before=$(count_replies unsafe "$1")
	result=$(peer random client c0 $CLIENT "$1" $UNICAST $THROUGH $count)
	echo "rewritten, unsafe, refused: $result"
	read -r rewritten unsafe _ <<<"$result"
	((rewritten > count / 4))
	is $(($(count_replies unsafe "$1") - before)) "$unsafe"
}

# ---- VRF ----

in_vrf_alternating() {
	local address

	for address in $A $UNICAST $B $A $UNICAST $B; do
		is "$(asked $address udp sport=41001)" $address
	done
	is "$(asked $A udp "say=gso:1400;size:60000")" $A
	is "$(asked $A udp "say=hop;dst;size:3000")" $A
}

AGENTS=2001:db8:1:0:fdff:ffff:ffff:fffe

peer_start answers.py
make_asked || exit
addr_add client c0 $THROUGH/64
addr_add client lo $AWAY/128
t_run "control: without the module UDP comes from elsewhere, and errors from the address" control
for place in "client c0" "host h0"; do
	# shellcheck disable=SC2086
	wait_for "the link-local address of $place" 10 linklocal_usable $place
done
t_run "addresses on and off the link" on_the_link
by_mode "on-link" $A $UNICAST $A
by_mode "off-link" $B $UNICAST $B
auto "each is answered from the one that was asked last" alternating
auto "the same for echo" alternating_echo
auto "each address by its own rule" two_addresses
auto "from the host itself" itself
auto "what was rewritten is counted" counted
auto "a configured address leaves, and comes back" other_leaves
auto "RFC6724-4: a deprecated address comes last" deprecated
auto "RFC6724-4: an address of the outgoing device comes first" of_the_device
auto "RFC6724-4: the preferred source of a route" preferred
auto "fragments, both ways" in_fragments
auto "extension headers, both ways" behind_headers
auto "datagrams without a checksum" without_sum
auto "UDP-Lite of which a part is summed" part_summed
auto "what can't be rewritten safely leaves as it was" unsafe
auto "all sizes, segments: tx on" segments tx on
auto "all sizes, segments: tx on, gso off" segments tx on gso off
auto "all sizes, segments: tx off" segments tx off
auto "all sizes, segments: tx off, gso off" segments tx off gso off
auto "all sizes, segments: tx on, sg off" segments tx on sg off
auto "a socket that leaves its source open is rewritten" of_any
auto "IPV6_HDRINCL is not" of_raw
auto "a bound socket is not" of_bound
auto "a connected socket is not" of_connected
auto "a server bound to the address" bound_to_it
auto "a connected server" connected
auto "a server that answers by IPV6_PKTINFO" by_pktinfo
auto "any question, any answer: right or untouched, on-link" anything $A
offloads tx off
auto "any question, any answer: right or untouched, off-link, tx off" anything $B
offloads tx on
t_run "beyond max_joins: a local route" by_route
by_mode "beyond max_joins" $B $UNICAST $B
t_run "subnet-router and home-agents" identifiers
by_mode "subnet-router" 2001:db8:1:: $UNICAST subnet-router dev h0
by_mode "home-agents" $AGENTS $UNICAST home-agents dev h0
t_run "RFC6275-10.5: home agent discovery is answered from a unicast address" home_agent
t_run "RFC6275-10.5: by a program that says it answers from the anycast one, too" home_agent_pktinfo
t_run "a router" forwarding
by_mode "subnet-router on a router" 2001:db8:1:: $UNICAST subnet-router dev h0
t_run "a host" forwarding_off
nsip host anycast add fe80::a dev h0
FROM=$(lladdr client c0)
by_mode "link-local" fe80::a%c0 "$(lladdr host h0)" fe80::a dev h0
unset FROM
ns_del client host
make_asked_vrf || exit
serve_asked dev=red
by_mode "VRF, on-link" $A $UNICAST $A vrf red
by_mode "VRF, off-link" $B $UNICAST $B vrf red
t_run "VRF: each is answered from the one that was asked last" in_vrf_alternating
t_done
