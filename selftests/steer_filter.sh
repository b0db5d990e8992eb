#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packets to remote members are forwarded packets like all others. Filters, connection tracking, marks, rules,
# traffic control and sysctls see them and rule them. A namespace without remote members has no hook.
#
#                                             2001:db8:1::/64 --- (m0) one
#   client (c0) --- 2001:db8:c::/64 --- (r0) router                   ::1
#    ::2                                 ::f  2001:db8:2::/64 --- (m0) two
#                                          |                        ::1
#                                          +- 2001:db8:3::/64 --- (m1) one
#                                                                   ::1
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

TRACING=/sys/kernel/tracing

make_second_cable() {
	link_veth router r3 one m1
	addr_add router r3 2001:db8:3::f/64
	addr_add one m1 2001:db8:3::1/64
}

# counter NAME: the packets that rules with this comment have seen.
counter() {
	ns router nft -j list chain ip6 t forward |
		jq "[.nftables[].rule? | select(.comment == \"$1\") | .expr[].counter?.packets // 0] | add"
}

make_filter() {
	ns router nft -f - <<-END
		table ip6 t {
			chain forward {
				type filter hook forward priority filter; policy accept;
				ip6 daddr $A iif r0 oif r1 counter comment "one"
				ip6 daddr $A iif r0 oif r2 counter comment "two"
				ip6 daddr $A iif != r0 counter comment "wrong"
				ip6 daddr $A oif != r1 oif != r2 counter comment "wrong"
			}
			chain block {
				type filter hook forward priority filter + 10; policy accept;
			}
		}
	END
}

forward_seen() {
	local names

	make_filter
	names=$(peer ask client $A 7 41001-41040 src=$CLIENT)
	is "$(counter one)" "$(tr ' ' '\n' <<<"$names" | grep -c one)"
	is "$(counter two)" "$(tr ' ' '\n' <<<"$names" | grep -c two)"
	is "$(counter wrong)" 0
	is "$(words "$names")" 40
}

# A filter in FORWARD can match the device by which a packet will leave.
forward_drops() {
	local before after

	before=$(peer ask client $A 7 41101-41120 src=$CLIENT)
	ns router nft add rule ip6 t block oif r1 ip6 daddr $A counter drop
	after=$(peer ask client $A 7 41101-41120 src=$CLIENT wait=1)
	is "$after" "${before//one/-}"
	[[ $after == *two* && $after == *-* ]]
	ns router nft flush chain ip6 t block
	ns router nft add rule ip6 t block ip6 daddr $A udp dport 7 reject with icmpv6 admin-prohibited
	peer watch client client c0
	peer inject client $CLIENT $A udp 41121 7
	peer seen client client ">$CLIENT/.*/error-1-1-0\[$CLIENT>$A/.*udp-41121" least=1
	ns router nft flush chain ip6 t block
	is "$(peer ask client $A 7 41101-41120 src=$CLIENT)" "$before"
}

conntrack_sees() {
	local name entry

	ns router nft add rule ip6 t block ct state invalid drop
	ns router nft add rule ip6 t block ct state new,established,related accept
	ns router nft add rule ip6 t block drop
	name=$(peer open client ct1 tcp $A 7 src=$CLIENT sport=41201)
	is "$(peer say client ct1 size=10000)" "$name"
	peer ask client $A 7 41202-41202 src=$CLIENT
	entry=$(ns router conntrack -L -f ipv6 -p tcp --orig-port-src 41201 2>/dev/null)
	echo "$entry"
	[[ $entry == *ESTABLISHED*"src=$CLIENT dst=$A sport=41201 dport=7 src=$A dst=$CLIENT sport=7 dport=41201 [ASSURED]"* ]]
	entry=$(ns router conntrack -L -f ipv6 -p udp --orig-port-src 41202 2>/dev/null)
	echo "$entry"
	[[ $entry == *"src=$CLIENT dst=$A sport=41202 dport=7 src=$A dst=$CLIENT sport=7 dport=41202"* ]]
	refute grep -q UNREPLIED <<<"$entry"
	peer close client ct1
	ns router nft flush chain ip6 t block
}

# If a filter changes the destination, the new one counts.
translated() {
	ns router nft -f - <<-END
		table ip6 nat {
			chain pre {
				type nat hook prerouting priority dstnat;
				ip6 daddr 2001:db8:d::d dnat to $A
			}
		}
	END
	[[ $(peer ask client 2001:db8:d::d 7 41301-41301 src=$CLIENT) == @(one|two) ]]
	is "$(peer open client nat tcp 2001:db8:d::d 7 src=$CLIENT sport=41302)" "$(peer say client nat size=10000)"
	peer close client nat
	ns router nft delete table ip6 nat
}

# Packets with a mark go to the member one by the second link, whether their flow is remembered or not.
marked() {
	local port ports=()

	watch_members
	peer watch one second m1
	for port in 41401 41402 41403 41404 41405 41406 41407 41408; do
		[[ $(peer ask client $A 7 $port-$port src=$CLIENT) != one ]] || ports+=("$port")
	done
	((${#ports[@]} > 0 && ${#ports[@]} < 8))
	ns router nft -f - <<-END
		table ip6 marks {
			chain pre {
				type filter hook prerouting priority mangle;
				ip6 daddr $A udp sport 41400-41499 meta mark set 7
			}
		}
	END
	nsip router -6 -batch - <<-END
		route add $ONE/128 via 2001:db8:3::1 dev r3 table 77
		rule add fwmark 7 pref 100 lookup 77
	END
	steered client
	is "$(peer seen one second "^$CLIENT>$A/")" ""
	for port in "${ports[@]}"; do
		is "$(peer ask client $A 7 "$port-$port" src=$CLIENT)" one
		peer seen one second "^$CLIENT>$A/.*/udp-$port-7" least=1
	done
	# flows that begin now
	peer ask client $A 7 41410-41430 src=$CLIENT
	peer seen one second "^$CLIENT>$A/.*/udp-414[123]" least=1
	is "$(peer seen one one "^$CLIENT>$A/.*/udp-414[123]")" ""
	# packets without a mark still go by the first link
	[[ $(peer ask client $A 7 41501-41520 src=$CLIENT) == *one* ]]
	peer seen one one "^$CLIENT>$A/.*/udp-415" least=1
	is "$(peer seen one second "^$CLIENT>$A/.*/udp-415")" ""
	# when the route of the mark forbids the way to one, its packets go to the other member
	nsip router -6 route replace unreachable $ONE/128 table 77
	is "$(peer ask client $A 7 "${ports[0]}-${ports[0]}" src=$CLIENT)" two
	nsip router -6 rule del pref 100
	nsip router -6 route flush table 77
	ns router nft delete table ip6 marks
	[[ $(peer ask client $A 7 41401-41408 src=$CLIENT) == *one* ]]
}

# by_link SPORT LINK [OPTION...]: questions from SPORT and the seven ports behind it go to one by this link: one is the
# first, second the other.
by_link() {
	local dev

	watch_members
	peer watch one second m1
	peer ask client $A 7 "$1-$(($1 + 7))" src=$CLIENT wait=1 "${@:3}"
	for dev in one second; do
		if [[ $dev == "$2" ]]; then
			peer seen one $dev "^$CLIENT>$A/" least=1
		else
			is "$(peer seen one $dev "^$CLIENT>$A/")" ""
		fi
	done
}

# by_rule SPORT OPTION RULE...: such questions go by the second link while there is this rule, and by the first one
# without it.
by_rule() {
	local sport=$1 option=$2

	shift 2
	nsip router -6 rule add "$@" pref 100 lookup 77
	# shellcheck disable=SC2086  # no option is no word
	by_link "$sport" second $option
	nsip router -6 rule del pref 100
	# shellcheck disable=SC2086
	by_link "$sport" one $option
}

# Rules that ask for more of a packet than marks and addresses hold for steered packets as for all others.
rules_hold() {
	nsip router -6 route add $ONE/128 via 2001:db8:3::1 dev r3 table 77
	by_rule 41601 "" ipproto udp dport 7
	by_rule 41611 "" ipproto udp sport 41611-41618
	by_rule 41621 "" ipproto udp
	by_rule 41641 tclass=16 tos 0x10
	# and where they ask for something else, they don't
	nsip router -6 rule add ipproto udp dport 8 pref 100 lookup 77
	nsip router -6 rule add ipproto tcp pref 101 lookup 77
	nsip router -6 rule add tos 0x08 pref 102 lookup 77
	by_link 41631 one tclass=16
	nsip router -6 rule del pref 100
	nsip router -6 rule del pref 101
	nsip router -6 rule del pref 102
	nsip router -6 route flush table 77
}

# A route to the member for some sources alone.
source_routes() {
	by_link 41721 one
	nsip router -6 route add $ONE/128 from $CLIENT/128 via 2001:db8:3::1 dev r3
	# flows that are there, and new ones
	by_link 41721 second
	by_link 41731 second
	nsip router -6 route replace $ONE/128 from 2001:db8:9::/64 via 2001:db8:3::1 dev r3
	nsip router -6 route del $ONE/128 from $CLIENT/128
	by_link 41731 one
	nsip router -6 route del $ONE/128 from 2001:db8:9::/64
	by_link 41721 one
}

# own_way PROTO TARGET SPORT [OPTION...]: by which link the router's own packets to this address came to one.
own_way() {
	local dev seen

	{
		peer watch one first m0
		peer watch one second m1
		case $1 in
		tcp)
			peer open router own tcp "$2" 7 sport="$3" "${@:4}"
			is "$(peer say router own)" one
			peer close router own reset
			;;
		udp) is "$(peer ask router "$2" 7 "$3-$3" "${@:4}")" one ;;
		esac
	} >&2
	for dev in first second; do
		seen=$(peer seen one $dev ">$2/.*/$1-$3-7")
		[[ ! $seen ]] || echo $dev
	done
}

# own_by_rule PROTO SPORT OPTION RULE...: a rule that holds for the router's own packets to the member's unicast address
# holds for those to the anycast address, too.
own_by_rule() {
	local target proto=$1 port=$2 option=$3

	shift 3
	for target in $ONE $A; do
		is "$(own_way "$proto" $target $port $option)" first
		nsip router -6 rule add "$@" pref 100 lookup 77
		# one that was there before, and a new one
		is "$(own_way "$proto" $target $port $option)" second
		is "$(own_way "$proto" $target $((port + 1)) $option)" second
		nsip router -6 rule del pref 100
		is "$(own_way "$proto" $target $((port + 1)) $option)" first
		port=$((port + 2))
	done
}

own_rules() {
	local proto

	nsip router anycast change $A via $TWO metric 4000
	nsip router -6 route add $ONE/128 via 2001:db8:3::1 dev r3 table 77
	for proto in udp tcp; do
		own_by_rule $proto 41651 "" ipproto $proto dport 7
		own_by_rule $proto 41661 "" ipproto $proto
		own_by_rule $proto 41671 "" ipproto $proto sport 41671-41679
		own_by_rule $proto 41681 uid=4711 uidrange 4711-4711
		own_by_rule $proto 41691 uid=4711 uidrange 4711-4711 ipproto $proto dport 7
		own_by_rule $proto 41701 mark=9 fwmark 9
	done
	# and where they ask for something else, they don't
	nsip router -6 rule add ipproto tcp dport 8 pref 100 lookup 77
	nsip router -6 rule add uidrange 4712-4712 pref 101 lookup 77
	nsip router -6 rule add ipproto udp pref 102 lookup 77
	is "$(own_way tcp $A 41711 uid=4711)" first
	nsip router -6 rule del pref 100
	nsip router -6 rule del pref 101
	nsip router -6 rule del pref 102
	nsip router -6 route flush table 77
	nsip router anycast replace $A via $TWO
}

# Rules and routes for some sources hold for the router's own packets with these, to the member's unicast address and to
# the anycast address. Those with another source go as before.
own_sources() {
	local port=42001 proto target

	nsip router anycast change $A via $TWO metric 4000
	nsip router -6 route add $ONE/128 via 2001:db8:3::1 dev r3 table 77
	for proto in udp tcp; do
		for target in $ONE $A; do
			own_by_source "$proto" "$target" $port "rule add from $OWN pref 100 lookup 77" "rule del pref 100"
			own_by_source "$proto" "$target" $((port + 10)) "route add $ONE/128 from $OWN/128 via 2001:db8:3::1 dev r3" \
				"route del $ONE/128 from $OWN/128"
			port=$((port + 20))
		done
	done
	nsip router -6 route flush table 77
	nsip router anycast replace $A via $TWO
}
# Two addresses of the router.
OWN=2001:db8:c::f OTHER=2001:db8:1::f

# own_by_source PROTO TARGET PORT COMMAND UNDO: flows that were there before, and new ones.
own_by_source() {
	local port=$3

	is "$(own_way "$1" "$2" "$port" src=$OWN)" first
	# shellcheck disable=SC2086  # words of a command
	nsip router -6 $4
	is "$(own_way "$1" "$2" "$port" src=$OWN)" second
	is "$(own_way "$1" "$2" $((port + 1)) src=$OWN)" second
	is "$(own_way "$1" "$2" $((port + 2)) src=$OTHER)" first
	# shellcheck disable=SC2086
	nsip router -6 $5
	is "$(own_way "$1" "$2" $((port + 1)) src=$OWN)" first
}

traffic_control() {
	local before after

	before=$(peer ask client $A 7 41701-41720 src=$CLIENT)
	ns router tc qdisc add dev r1 clsact
	ns router tc filter add dev r1 egress protocol ipv6 flower dst_ip $A action drop
	after=$(peer ask client $A 7 41701-41720 src=$CLIENT wait=1)
	is "$after" "${before//one/-}"
	is "$(ns router tc -s -j filter show dev r1 egress | jq '[.. | .packets? // empty] | max')" \
		"$(tr ' ' '\n' <<<"$before" | grep -c one)"
	ns router tc qdisc del dev r1 clsact
	# a queueing discipline that shapes
	ns router tc qdisc add dev r1 root tbf rate 20mbit burst 20k latency 200ms
	ns router tc qdisc add dev r2 root tbf rate 20mbit burst 20k latency 200ms
	peer open client tbf tcp $A 7 src=$CLIENT
	peer say client tbf size=200000
	peer close client tbf
	ns router tc qdisc del dev r1 root
	ns router tc qdisc del dev r2 root
}

# ---- one link ----

# Client, router and members share a link: the router sends what comes back out of it.
make_bridge() {
	local name i=0

	ns_make switch client router one two
	nsip switch link add br0 type bridge
	nsip switch link set br0 up
	for name in client router one two; do
		link_veth switch p$((++i)) $name e0
		nsip switch link set p$i master br0
		addr_add $name e0 2001:db8:1::$i/64
	done
	ns router sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0
	for name in one two; do
		nsip $name anycast add $A
		peer named $name $name 7
	done
	ns client sysctl -qw net.ipv6.conf.all.accept_redirects=0 net.ipv6.conf.e0.accept_redirects=0
	nsip client -6 -batch - <<-END
		route add $A/128 via 2001:db8:1::2
		route add 2001:db8:1::3/128 via 2001:db8:1::2
	END
	addr_add client e0 2001:db8:1::15/64
	nsip router -batch - <<-END
		anycast add $A via 2001:db8:1::3
		anycast add $A via 2001:db8:1::4
	END
	wait_for "the link" 20 peer ping client 2001:db8:1::2 wait=1
}

no_redirect() {
	local i

	peer watch client client e0
	for i in 1 2 3 4 5; do
		peer ping client $A src=2001:db8:1::1
	done
	[[ $(peer ask client $A 7 41801-41820 src=2001:db8:1::1) == @(*one*two*|*two*one*) ]]
	is "$(peer seen client client "/redirect-")" ""
	# as a control, another address does get one. The kernel limits them for each source, so another source asks.
	peer ping client 2001:db8:1::3 src=2001:db8:1::15
	peer seen client client "/redirect-2001:db8:1::3" least=1
	peer ping client $A
	is "$(peer seen client client "/redirect-$A")" ""
	is "$(misses router loop)" 0
}

# ---- hooks ----

hits() { awk -v name="$1" '$1 == name { print $2 }' $TRACING/kprobe_profile; }

# probe_hooks, unprobe_hooks: begin and end to count the calls of the module's two hooks. hits NAME: how many calls.
probe_hooks() {
	[[ -e $TRACING/kprobe_events ]] || mount -t tracefs tracefs $TRACING
	[[ -w $TRACING/kprobe_events ]] || skip "no kprobes"
	echo "p:ac6/pre anycast6:pre_routing" >>$TRACING/kprobe_events
	echo "p:ac6/out anycast6:anycast6_outgoing_local_out" >>$TRACING/kprobe_events
	echo 1 >$TRACING/events/ac6/enable
}

unprobe_hooks() {
	[[ -e $TRACING/events/ac6 ]] || return 0
	echo 0 >$TRACING/events/ac6/enable
	echo "-:ac6/pre" >>$TRACING/kprobe_events 2>/dev/null || true
	echo "-:ac6/out" >>$TRACING/kprobe_events 2>/dev/null || true
}

# calls COMMAND...: whether PRE_ROUTING and LOCAL_OUT are called meanwhile, 1 or 0 each.
calls() {
	local pre out

	pre=$(hits pre)
	out=$(hits out)
	"$@" >/dev/null
	pre=$(($(hits pre) - pre))
	out=$(($(hits out) - out))
	echo "$((pre > 0)) $((out > 0))"
}

both_ways() { peer ping client $ONE && peer ping router $TWO; }

hooks() {
	nsip router anycast flush
	probe_hooks
	is "$(calls both_ways)" "0 0"
	nsip router anycast add $A via $ONE
	is "$(calls both_ways)" "1 1"
	nsip router anycast add $A via $TWO
	nsip router anycast add 2001:db8:a::b via $TWO
	nsip router anycast del $A
	is "$(calls both_ways)" "1 1"
	nsip router anycast del 2001:db8:a::b
	is "$(calls both_ways)" "0 0"
	# local members need no hook
	nsip router anycast add 2001:db8:a::c
	is "$(calls both_ways)" "0 0"
	nsip router anycast add 2001:db8:a::c via $ONE
	is "$(calls both_ways)" "1 1"
	nsip router anycast flush
	is "$(calls both_ways)" "0 0"
	unprobe_hooks
	add_members
}

# ---- a node that does not forward ----

forwarding_off() {
	local member said

	ns router sysctl -qw net.ipv6.conf.all.forwarding=0
	nsip router anycast del $A
	for member in $ONE $TWO; do
		said=$(nsip router anycast add $A via $member 2>&1)
		[[ $said == "Warning: anycast6: this node does not forward"*"net.ipv6.conf.all.forwarding"* ]]
	done
}

# told: each of three packets is answered by Destination Unreachable.
told() {
	peer watch client client c0
	peer inject client $CLIENT $A echo 41901 1
	peer inject client $CLIENT $A udp 41902 7
	peer inject client $CLIENT $A tcp 41903 7
	peer seen client client \
		">$CLIENT/.*/error-1-[0-9]-0\[$CLIENT>$A/.*(echo-41901-1|udp-41902-7|tcp-41903-7)" least=3
}

forwarding_counted() {
	local before

	before=$(misses router forwarding)
	told
	is $(($(misses router forwarding) - before)) 3
}

# A route that leads to a member does not replace steering: the packets are refused all the same.
forwarding_route() {
	local before

	watch_members
	before=$(misses router forwarding)
	nsip router -6 route add 2001:db8:a::/48 via $ONE
	told
	nsip router -6 route del 2001:db8:a::/48 via $ONE
	is $(($(misses router forwarding) - before)) 3
	is "$(peer seen one one ">$A/")$(peer seen two two ">$A/")" ""
}

# The router's own packets are steered without forwarding.
forwarding_own() {
	peer ping router $A
	[[ $(peer ask router $A 7 41910-41920) != *-* ]]
}

forwarding_on() {
	ns router sysctl -qw net.ipv6.conf.all.forwarding=1
	steered client
	nsip router anycast del $A
	is "$(nsip router anycast add $A via $ONE 2>&1)" ""
	is "$(nsip router anycast add $A via $TWO 2>&1)" ""
}

peer_start wire.py
make_members || exit
make_client || exit
make_second_cable || exit
add_members
steered client
t_run "nftables FORWARD sees them, between the right devices" forward_seen
t_run "nftables FORWARD drops and rejects them" forward_drops
t_run "conntrack has their entries, with answers" conntrack_sees
t_run "an address that is translated to an anycast one" translated
t_run "marks and rules choose another way to the member" marked
t_run "rules by protocol and ports choose another way to the member" rules_hold
t_run "routes by source choose another way to the member" source_routes
t_run "rules by user, protocol and ports choose another way for own packets" own_rules
t_run "rules and routes by source choose another way for own packets" own_sources
t_run "tc filters and queues" traffic_control
t_run "hooks exist with remote members only" hooks
unprobe_hooks
t_run "without forwarding: a warning" forwarding_off
t_run "without forwarding: Destination Unreachable" told
t_run "without forwarding: a count" forwarding_counted
t_run "without forwarding: Destination Unreachable, and a count, in spite of a route" forwarding_route
t_run "without forwarding: own packets go" forwarding_own
t_run "forwarding again" forwarding_on
ns_del client router one two
make_bridge || exit
t_run "no Redirect for a steered address" no_redirect
t_done
