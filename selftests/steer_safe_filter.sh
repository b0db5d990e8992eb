#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A firewall sees a packet before anything is remembered of it. What the router drops on the way leaves no flow, and
# moves or ends none, unless it is the very last filter that drops it: POSTROUTING, where source NAT has the packet.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1, 2001:db8:f::1
#    ::2                                 ::f  |     (r2) --- 2001:db8:2::/64 --- (m0) two   ::1, 2001:db8:f::2
#                                             |  a server, too
#   forger (f0) --- 2001:db8:e::/64 --- (r3) -+
#    ::2                              ::f
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/safe.sh"

# filter HOOK RULE...: the router's only filter. Its rules count; dropped tells how many packets they have dropped.
filter() {
	local hook=$1 rule

	unfilter
	{
		echo "table ip6 safe {"
		echo "	chain $hook {"
		echo "		type filter hook $hook priority filter; policy accept;"
		for rule in "${@:2}"; do
			echo "		ip6 daddr $A ${rule/drop/counter drop}"
		done
		echo "	}"
		echo "}"
	} | ns router nft -f -
}

unfilter() { ns router nft delete table ip6 safe 2>/dev/null || true; }

# dropped NUMBER: so many packets have been dropped.
dropped() { wait_for "$1 packets to be dropped" 10 eval "((\$(count_dropped) == $1))"; }
count_dropped() { ns router nft -j list table ip6 safe | jq '[.. | .counter?.packets // empty] | add'; }

# no_flows PORT...: of the client from these ports.
no_flows() {
	local port

	for port in "$@"; do
		is "$(flow_of tcp "$port")$(flow_of udp "$port")" ""
	done
}

# ---- a flow that would begin ----

# Until flow_grace after an address was configured, segments of connections that nobody knows wait, and the filters do
# not see them.
past_grace() { pause 1.5; }

# inject_all PORT: one of each kind, to the end of its first state.
inject_all() {
	peer inject client $CLIENT $A udp "$1" 7
	peer inject client $CLIENT $A udp "$1" 7
	peer inject client $CLIENT $A tcp "$1" 7
	peer forge client c0 "$(mac router r0)" $CLIENT $A tcp "$1" 7 flags=$ACK seq=2 ack=1
}

# The control: the same packets, and nobody drops them.
remembered() {
	begin
	filter forward "tcp dport 9 drop"
	inject_all "$1"
	[[ $(flow_of tcp "$1") && $(flow_of udp "$1") ]]
	dropped 0
}

# drops HOOK PORT RULE
drops() {
	begin
	filter "$1" "$3"
	past_grace
	inject_all "$2"
	dropped 4
	no_flows "$2"
	unfilter
	is "$(active_flows router)" "$(count_flows router)"
}

rejects() {
	begin
	ns router nft -f - <<-END
		table ip6 safe {
			chain forward {
				type filter hook forward priority filter; policy accept;
				ip6 daddr $A meta l4proto tcp counter reject with tcp reset
				ip6 daddr $A counter reject with icmpv6 admin-prohibited
			}
		}
	END
	past_grace
	inject_all "$1"
	dropped 4
	no_flows "$1"
	unfilter
}

# A question that was dropped has chosen nobody: its flow begins when it is let through, at who is nearest then.
chooses_later() {
	local kind

	begin
	filter forward "drop"
	for kind in udp tcp; do
		peer inject client $CLIENT $A $kind "$1" 7
	done
	dropped 2
	prefer_two
	unfilter
	begins datagrams udp "$1" two
	begins flow tcp "$1" two
	peer close client flow reset
	peer close client datagrams
}

# What is dropped does not take the place of others.
no_place() {
	local before

	begin
	before=$(misses router unpinned)
	nsip router anycast flow flush
	ns router sysctl -qw net.anycast6.max_flows=10
	filter forward "iif r3 drop"
	peer inject forger 2001:db8:e::2 $A udp 1000 7 count=40
	peer flood forger 2001:db8:e:1:: $A 7 40
	dropped 80
	begins flow tcp "$1" one
	is "$(count_flows router)" 1
	is "$(misses router unpinned)" "$before"
	prefer_two
	stays flow tcp "$1"
	peer close client flow reset
	ns router sysctl -qw net.anycast6.max_flows="$MAX_FLOWS"
	unfilter
}

# ---- a flow that is there ----

# segments HOOK RULE PORT FLAGS...: these come by the forger's link, and are dropped; the client's connection is
# one's, and new flows are two's.
segments() {
	local port=$3 flags

	begin
	begins flow tcp "$port" one
	prefer_two
	filter "$1" "$2"
	for flags in "${@:4}"; do
		forged "$port" "$flags"
	done
	dropped $(($# - 3))
	is "$(flow_of tcp "$port")" "$U1 established"
	stays flow tcp "$port"
	unfilter
	peer close client flow reset
}

# The flow is known by what the client sends, whatever source NAT makes of that later.
behind_nat() {
	begin
	ns router nft -f - <<-END
		table ip6 safe {
			chain postrouting {
				type nat hook postrouting priority srcnat; policy accept;
				ip6 daddr $A tcp sport $1 masquerade to :61000-61100
			}
		}
	END
	begins flow tcp "$1" one
	is "$(flow_of tcp "$1")" "$U1 established"
	prefer_two
	stays flow tcp "$1"
	is "$(flow_of tcp 61000)" ""
	peer close client flow reset
	unfilter
}

# ---- a flow of the router's own member ----

# A server on the router itself is the nearest.
begin_here() {
	begin
	nsip router anycast add $A
}

here_remembered() {
	begin_here
	filter input "tcp dport 9 drop"
	peer inject client $CLIENT $A udp "$1" 7
	[[ $(flow_of udp "$1") ]]
	dropped 0
	unfilter
}

here_drops() {
	begin_here
	filter input "drop"
	past_grace
	inject_all "$1"
	dropped 4
	no_flows "$1"
	unfilter
}

# It drains, so that new flows are one's.
here_segments() {
	begin_here
	begins flow tcp "$1" here
	nsip router anycast drain $A
	filter input "iif r3 drop"
	filter_forward_too
	forged "$1" $RST
	forged "$1" $SYN
	is "$(peer say client flow)" here
	unfilter
	peer close client flow reset
}

# Wherever the second one is sent, it is dropped.
filter_forward_too() {
	ns router nft -f - <<-END
		table ip6 safe {
			chain forward {
				type filter hook forward priority filter; policy accept;
				ip6 daddr $A iif r3 counter drop
			}
		}
	END
}

repair() {
	unfilter
	ns router sysctl -qw net.anycast6.max_flows="$MAX_FLOWS"
}

peer_start wire.py
make_safe || exit
watch_forged
begin
MAX_FLOWS=$(ns router cat /proc/sys/net/anycast6/max_flows)
peer named router here 7
try "control: packets that nobody drops make flows" remembered 52001
try "PREROUTING drops packets: no flow" drops prerouting 52011 "iif r0 drop"
try "FORWARD drops packets: no flow" drops forward 52021 "iif r0 drop"
try "FORWARD drops packets by the device that they would leave by: no flow" drops forward 52031 "oif r1 drop"
try "FORWARD rejects packets: no flow" rejects 52051
try "what FORWARD dropped has chosen nobody" chooses_later 52061
try "what FORWARD drops takes no place" no_place 52071
try "PREROUTING drops a forged RST, then SYN" segments prerouting "iif r3 drop" 52101 $RST $SYN
try "FORWARD drops a forged RST, then SYN" segments forward "iif r3 drop" 52111 $RST $SYN
try "FORWARD drops a forged FIN, then SYN" segments forward "iif r3 drop" 52121 $FIN $SYN
try "FORWARD drops a forged FIN" segments forward "iif r3 drop" 52131 $FIN
try "source NAT on the way: the flow is the client's own" behind_nat 52141
try "control: packets to the router's own member make flows" here_remembered 52201
try "INPUT drops packets to the router's own member: no flow" here_drops 52211
try "a forged RST, then SYN, are dropped; the flow is the router's own member's" here_segments 52221
t_done
