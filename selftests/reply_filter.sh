#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Answers whose source was rewritten are packets of this host like all others. Connection tracking has one replied
# entry for them. Filters, rules, routes and IPsec see the source that they leave with. Packet Too Big finds their
# socket. Without a local member nothing of this is hooked into the kernel.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host, anycast 2001:db8:1::a and 2001:db8:a::a
#     ::2    (c1) --- 2001:db8:2::/64 --- (h1)   ::1, ::1, and 2001:db8:5::5
#                ::2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/answers.sh"

TRACING=/sys/kernel/tracing

source_is() { nsip host anycast set $A source "$1"; }

# for_modes FUNCTION: call FUNCTION UDP ICMPV6 with each reply source; these are the sources that answers then have.
for_modes() {
	source_is auto
	"$1" $A $UNICAST
	source_is anycast
	"$1" $A $A
	source_is unicast
	"$1" $UNICAST $UNICAST
	source_is $OTHER
	"$1" $OTHER $OTHER
	source_is auto
}

# ---- connection tracking ----

make_firewall() {
	ns host nft -f - <<-END
		table ip6 fw {
			chain in {
				type filter hook input priority filter; policy drop;
				ct state invalid counter drop comment "invalid"
				ct state established,related accept
				icmpv6 type nd-neighbor-solicit accept
				icmpv6 type nd-neighbor-advert accept
				icmpv6 type echo-request accept
				meta l4proto udp accept
				meta l4proto tcp accept
			}
			chain out {
				type filter hook output priority filter; policy drop;
				ct state invalid counter drop comment "invalid"
				ct state established,related accept
				icmpv6 type nd-neighbor-solicit accept
				icmpv6 type nd-neighbor-advert accept
				ip6 daddr != $CLIENT drop
				counter drop comment "other"
			}
		}
	END
}

# fw_count COMMENT: how many packets the rules with this comment have seen.
fw_count() {
	ns host nft -j list table ip6 fw |
		jq "[.nftables[].rule? | select(.comment == \"$1\") | .expr[].counter?.packets // 0] | add"
}

# The firewall lets out only answers. Connection tracking takes UDP-Lite over IPv6 for invalid at any address, because
# it sums the pseudo header with the protocol number of UDP.
firewalled() {
	is "$(asked $A udp)" "$1"
	is "$(asked $A echo)" "$2"
	is "$(asked $A udp say=size:20000)" "$1"
	is "$(asked $A udp "say=gso:1400;size:20000")" "$1"
	is "$(asked $A echo size=5000 step=1400)" "$2"
	is "$(asked $A syn)" $A
	is "$(peer tcp client $A 7 10000)" 10000
	is "$(asked $UNICAST udp)" $UNICAST
	is "$(asked $UNICAST echo)" $UNICAST
	is "$(fw_count invalid)" 0
	is "$(fw_count other)" 0
}

in_each_mode() { for_modes firewalled; }

# The source of ICMPv6 errors is changed after connection tracking, which takes them for related to the flow.
errors_too() {
	is "$(asked $A closed)" "$2"
	is "$(asked $A option)" "$2"
	is "$(fw_count invalid)" 0
	is "$(fw_count other)" 0
}

errors() { for_modes errors_too; }

# one_entry KIND PROTOCOL FILTER...: connection tracking has one entry for the flow, and it has seen an answer.
one_entry() {
	local entry

	asked $A "$1" sport=41001 >/dev/null
	entry=$(ns host conntrack -L -f ipv6 -p "$2" --orig-src $CLIENT 2>/dev/null | grep "41001")
	echo "$entry"
	is "$(wc -l <<<"$entry")" 1
	refute grep -q UNREPLIED <<<"$entry"
	[[ $entry == *"src=$CLIENT dst=$A "*"src=$A dst=$CLIENT "* ]]
}

entries() {
	ns host conntrack -F 2>/dev/null
	one_entry udp udp
	one_entry echo icmpv6
}

conntracked() { for_modes entries; }

# ---- filters ----

# filtered UDP ICMPV6: the filter sees UDP answers and echo replies from these sources, and from no others.
filtered() {
	local source

	ns host nft -f - <<-END
		table ip6 watch {
			chain out {
				type filter hook output priority mangle;
				ip6 saddr $1 meta l4proto udp counter comment "right"
				ip6 saddr != $1 meta l4proto udp counter comment "wrong"
				ip6 saddr $2 icmpv6 type echo-reply counter comment "right"
				ip6 saddr != $2 icmpv6 type echo-reply counter comment "wrong"
			}
		}
	END
	asked $A udp
	asked $A echo
	source=$(ns host nft -j list table ip6 watch |
		jq -c '[.nftables[].rule? | values | .expr[].counter?.packets // empty]')
	ns host nft delete table ip6 watch
	is "$source" "[1,0,1,0]"
}

filters() { for_modes filtered; }

# ---- routes ----

# A second way to the client, for packets with a certain source.
make_second_way() {
	link_veth client c1 host h1
	addr_add client c1 2001:db8:2::2/64
	addr_add host h1 2001:db8:2::1/64
	nsip host -6 route add $CLIENT/128 via 2001:db8:2::2 dev h1 table 77
	ns client sysctl -qw net.ipv6.conf.all.forwarding=0
	wait_for "the second link" 20 peer ping client 2001:db8:2::1
}

# by_way NUMBER KIND: the answer comes by this device of the client.
by_way() {
	local wanted port=7

	peer watch client way0 c0
	peer watch client way1 c1
	[[ $2 != closed ]] || port=9
	peer inject client $CLIENT $A "${2/closed/udp}" $((SPORT += 1)) $port
	wanted=">$CLIENT/.*/(udp-7-$SPORT|reply-$SPORT-7|error-1-4-.*udp-$SPORT-9)"
	peer seen client "way$1" "$wanted" least=1
	is "$(peer seen client "way$((1 - $1))" "$wanted")" ""
}
SPORT=41100

rules_of_anycast() {
	by_way 0 udp
	by_way 0 echo
	nsip host -6 rule add from $A lookup 77 pref 100
	by_way 1 udp
	by_way 0 echo
	source_is unicast
	by_way 0 udp
	source_is auto
	nsip host -6 rule del pref 100
	by_way 0 udp
}

rules_of_unicast() {
	nsip host -6 rule add from $UNICAST lookup 77 pref 101
	by_way 0 udp
	by_way 1 closed
	source_is anycast
	by_way 0 closed
	source_is auto
	nsip host -6 rule del pref 101
	nsip host -6 rule add from $OTHER lookup 77 pref 102
	source_is $OTHER
	by_way 1 udp
	by_way 1 echo
	by_way 1 closed
	source_is auto
	by_way 0 udp
	nsip host -6 rule del pref 102
}

# Routes that depend on the source work without a rule.
source_routes() {
	nsip host -6 route add $CLIENT/128 from $A/128 via 2001:db8:2::2 dev h1
	by_way 1 udp
	by_way 0 echo
	nsip host -6 route del $CLIENT/128 from $A/128
	by_way 0 udp
}

# A rule that prohibits the answer's source is obeyed, too.
forbidden() {
	nsip host -6 rule add from $A prohibit pref 103
	refute asked $A udp wait=0.5
	is "$(asked $UNICAST udp)" $UNICAST
	nsip host -6 rule del pref 103
	is "$(asked $A udp)" $A
}

# ---- IPsec ----

policies_block() {
	nsip host xfrm policy add src $A/128 dst $CLIENT/128 proto udp dir out action block
	refute asked $A udp wait=0.5
	is "$(asked $A echo)" $UNICAST
	is "$(asked $UNICAST udp)" $UNICAST
	source_is unicast
	is "$(asked $A udp)" $UNICAST
	source_is auto
	nsip host xfrm policy flush
	is "$(asked $A udp)" $A
}

policies_transform() {
	nsip host xfrm state add src $A dst $CLIENT proto esp spi 0x77 mode transport \
		auth "hmac(sha256)" "0x$(printf '07%.0s' {1..32})" enc "cbc(aes)" "0x$(printf '09%.0s' {1..16})"
	nsip host xfrm policy add src $A/128 dst $CLIENT/128 proto udp dir out \
		tmpl src $A dst $CLIENT proto esp mode transport
	peer watch client client c0
	peer inject client $CLIENT $A udp 41300 7
	peer seen client client "^$A>$CLIENT/.*/esp-77" least=1
	is "$(peer seen client client "udp-7-41300")" ""
	is "$(asked $UNICAST udp)" $UNICAST
	is "$(asked $A echo)" $UNICAST
	nsip host xfrm policy flush
	nsip host xfrm state flush
	is "$(asked $A udp)" $A
}

# ---- errors ----

# fragment_lengths SOURCE: the lengths of the fragments of an answer from SOURCE.
fragment_lengths() {
	local word lengths=()

	peer watch client client c0 >/dev/null
	asked $A udp say=size:1400 >/dev/null
	for word in $(peer seen client client "^$1>$CLIENT/.*/(frag|udp-7-)"); do
		word=${word#*/*/}
		lengths+=("${word%%/*}")
	done
	echo "${lengths[*]}"
}

# The error quotes the anycast address, which the server's socket does not have: it must reach the socket all the same.
too_big() {
	ns host ip -6 route flush cache
	is "$(fragment_lengths "$1")" 1448
	peer inject client $CLIENT $A udp 41400 7
	peer error client 2001:db8:1::77 "$1" 2-0-1280 "$1",$CLIENT,udp,7,41400
	wait_for "the path's MTU" 10 eval "[[ \$(fragment_lengths $1) == 1280* ]]"
	ns host ip -6 route flush cache
}

path_mtu() { for_modes too_big; }

# RFC 4443 section 2.4 (e.6): no error is sent to a source that is an anycast address.
error_to_anycast() {
	local from=2001:db8:b::b

	# the control: it is not an anycast address yet
	nsip host -6 route add $from/128 via $CLIENT
	is "$(peer exchange client c0 $from $UNICAST closed 9)" $UNICAST
	nsip host anycast add $from
	refute peer exchange client c0 $from $UNICAST closed 9 wait=0.5
	refute peer exchange client c0 $from $A closed 9 wait=0.5
	nsip host anycast del $from
	is "$(peer exchange client c0 $from $UNICAST closed 9)" $UNICAST
	nsip host -6 route del $from/128
}

# ---- hooks ----

HOOKS=(before_tracking after_tracking local_in)

hits() { awk -v name="$1" '$1 == name { print $2 }' $TRACING/kprobe_profile; }

probe_hooks() {
	local hook

	[[ -e $TRACING/kprobe_events ]] || mount -t tracefs tracefs $TRACING
	[[ -w $TRACING/kprobe_events ]] || skip "no kprobes"
	for hook in "${HOOKS[@]}"; do
		echo "p:ac6/$hook anycast6:$hook" >>$TRACING/kprobe_events
	done
	echo 1 >$TRACING/events/ac6/enable
}

unprobe_hooks() {
	local hook

	[[ -e $TRACING/events/ac6 ]] || return 0
	echo 0 >$TRACING/events/ac6/enable
	for hook in "${HOOKS[@]}"; do
		echo "-:ac6/$hook" >>$TRACING/kprobe_events 2>/dev/null || true
	done
}

# calls: for each hook, whether it is called for a question to a unicast address and its answer.
calls() {
	local hook before=() word=()

	for hook in "${HOOKS[@]}"; do before+=("$(hits "$hook")"); done
	asked $UNICAST udp >/dev/null
	for hook in "${HOOKS[@]}"; do
		word+=($(($(hits "$hook") > ${before[${#word[@]}]})))
	done
	echo "${word[*]}"
}

hooks() {
	nsip host anycast flush
	probe_hooks
	is "$(calls)" "0 0 0"
	nsip host anycast add 2001:db8:a::f via $CLIENT
	is "$(calls)" "0 0 0"
	nsip host anycast add $A dev h0
	is "$(calls)" "1 1 1"
	nsip host anycast add $B
	nsip host anycast del $A
	is "$(calls)" "1 1 1"
	nsip host anycast del $B
	is "$(calls)" "0 0 0"
	nsip host anycast flush
}

# ---- the end ----

# The last member goes while questions come and answers are on their way.
under_load() {
	nsip host anycast add $A dev h0
	nsip host anycast set $A source $OTHER
	is "$(asked $A udp)" $OTHER
	peer stream client load $A 7 gap=1
	peer flowing client load
	"$@"
	peer streamed client load
}

address_goes() {
	local count

	for count in 1 2 3 4 5; do
		nsip host anycast del $A
		nsip host anycast add $A dev h0
		peer flowing client load count=$count
	done
	nsip host anycast del $A
}

module_goes() {
	modprobe -r anycast6
	refute grep -q "^anycast6 " /proc/modules
	modprobe anycast6
}

ECHO='
import socket
sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
sock.bind(("::", 7))
print("listening", flush=True)
while True:
    sock.sendto(*sock.recvfrom(2048))
'

# Nobody may hold it, or its devices never go. Its server is a process of its own, because a socket does.
namespace_goes() {
	ns_make short
	link_veth client c2 short s0
	addr_add short s0 2001:db8:3::1/64
	addr_add client c2 2001:db8:3::2/64
	nsip short anycast add 2001:db8:3::a dev s0
	nsip short anycast set 2001:db8:3::a source "$1"
	background echo short python3 -c "$ECHO"
	wait_for "a server" 30 grep -q listening "$T_DIR/echo.log"
	peer stream client load 2001:db8:3::a 7 gap=1
	peer flowing client load
	ns_del short
	stop echo KILL
	wait_for "the end of its devices" 20 eval "! nsip client link show c2"
	peer streamed client load
}

peer_start answers.py
make_asked || exit
nsip host anycast add $A dev h0
nsip host anycast add $B
make_second_way
make_firewall
t_run "ct state invalid drop, established accept: answers pass, in each mode" in_each_mode
t_run "ct state related accept: errors pass, in each mode" errors
t_run "conntrack has one entry, with an answer, in each mode" conntracked
ns host nft delete table ip6 fw
t_run "filters see the source that an answer leaves with, in each mode" filters
t_run "ip rule from the anycast address" rules_of_anycast
t_run "ip rule from a unicast address" rules_of_unicast
t_run "a route from the anycast address" source_routes
t_run "a rule that forbids" forbidden
t_run "IPsec policies that block" policies_block
t_run "IPsec policies that transform" policies_transform
t_run "Packet Too Big finds the socket of what was rewritten, in each mode" path_mtu
t_run "RFC4443-2.4e6: no error to what is an anycast address here" error_to_anycast
t_run "hooks exist with local members only" hooks
unprobe_hooks
t_run "the address goes under load" under_load address_goes
t_run "the module goes under load" under_load module_goes
t_run "the namespace goes under load" namespace_goes auto
t_run "the namespace goes under load, answers from a unicast address" namespace_goes unicast
t_done
