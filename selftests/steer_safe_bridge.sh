#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packets that come by a bridge while br_netfilter is loaded, as on every host with containers or virtual machines, are
# steered like any others: they don't loop, their fragments stay together, and FORWARD sees by which device they leave.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) [br0] router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1, 2001:db8:f::1
#    ::2                                      ::f   |     (r2) --- 2001:db8:2::/64 --- (m0) two   ::1, 2001:db8:f::2
#    a gateway, too: to 2001:db8:f::3               |
#   forger (f0) --- 2001:db8:e::/64 --- (r3) -------+
#    ::2                              ::f
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/safe.sh"

FORGER=2001:db8:e::2
U3=2001:db8:f::3

# The bridge takes the address of its port.
make_bridged() {
	make_safe || return
	nsip router -6 address del 2001:db8:c::f/64 dev r0
	nsip router link add br0 type bridge mcast_snooping 0
	nsip router link set r0 master br0
	nsip router link set br0 up
	addr_add router br0 2001:db8:c::f/64
	# a router of its own, which sends what it gets for A back
	ns client sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip client -6 route replace default via 2001:db8:c::f
	nsip router -6 route add $U3 via $CLIENT dev br0
	wait_for "the client behind the bridge" 20 peer ping client $U1 wait=1
	ns router nft -f - <<-END
		table ip6 ways {
			chain forward {
				type filter hook forward priority filter; policy accept;
				ip6 daddr $A oifname "anycast*" counter comment "by_own"
				ip6 daddr $A oifname r1 counter comment "by_members"
				ip6 daddr $A oifname r2 counter comment "by_members"
			}
		}
	END
}

# forwarded NAME: how many packets to A have left so.
forwarded() {
	ns router nft -j list table ip6 ways |
		jq --arg name "$1" '[.nftables[].rule? | select(.comment == $name).expr[].counter? // empty | .packets] | add'
}

# The hook that meets such packets comes with the first of them.
met() {
	begin
	wait_for "packets by the bridge to be met" 20 meets
}

meets() {
	local before

	before=$(forwarded by_own)
	peer ping client $A && is "$(forwarded by_own)" "$before"
}

# Otherwise the cases prove nothing.
filters_in_the_bridge() {
	[[ $(ns router cat /proc/sys/net/bridge/bridge-nf-call-ip6tables) == 1 ]]
	ns router nft -f - <<-END
		table ip6 seen {
			chain prerouting {
				type filter hook prerouting priority filter; policy accept;
				iifname br0 ip6 daddr $A counter
			}
		}
	END
	peer ping client $A
	# they pass the hooks in the bridge, as packets of its port would not: and once
	is "$(ns router nft -j list table ip6 seen | jq '[.. | .counter?.packets // empty] | add')" 1
	ns router nft delete table ip6 seen
}

pinned() {
	begin
	begins flow tcp "$1" one
	begins datagrams udp "$1" one
	prefer_two
	stays flow tcp "$1"
	stays datagrams udp "$1"
	served_by two $(($1 + 1))
	peer close client flow reset
	peer close client datagrams
}

leaves_by() {
	local own members

	begin
	own=$(forwarded by_own)
	members=$(forwarded by_members)
	served_by one "$1"
	is "$(forwarded by_own)" "$own"
	(($(forwarded by_members) > members))
}

together() {
	local members

	begin
	nsip router anycast change $A via $U2 metric 10
	members=$(peer ask client $A 7 "$1-$(($1 + 7))" src=$CLIENT)
	[[ $members == *one*two* || $members == *two*one* ]]
	nsip router anycast flow flush
	is "$(peer pieces client $CLIENT $A "$(seq -s, "$1" $(($1 + 7)))" 7 1,2,0 size=3000 step=1024)" "$members"
	is "$(count_flows router)" 8
}

# The member's gateway does not know the member.
no_loop() {
	nsip router -batch - <<-END
		anycast flush
		anycast add $A via $U3
	END
	peer watch client gateway c0
	if peer ping forger $A wait=2; then
		fail "somebody answered"
	fi
	# to the gateway, and back
	is "$(peer seen client gateway "^$FORGER>$A/" least=2 | wc -w)" 2
	(($(misses router loop) > 0))
}

# The filters in the bridge drop packets before the router sees them.
dropped_in_the_bridge() {
	begin
	ns router nft -f - <<-END
		table ip6 drops {
			chain prerouting {
				type filter hook prerouting priority filter; policy accept;
				ip6 daddr $A tcp dport 7 counter drop
			}
		}
	END
	peer inject client $CLIENT $A tcp "$1" 7
	wait_for "the packet to be dropped" 10 eval \
		"[[ \$(ns router nft -j list table ip6 drops | jq '[.. | .counter?.packets // empty] | add') == 1 ]]"
	is "$(flow_of tcp "$1")" ""
	ns router nft delete table ip6 drops
}

again() {
	nsip router anycast flush
	met
	pinned "$1"
}

modprobe br_netfilter || skip "no br_netfilter"
peer_start wire.py
make_bridged || exit
t_run "packets by the bridge are met" met
t_run "control: br_netfilter has them pass the hooks in the bridge" filters_in_the_bridge
t_run "flows stay with their members" pinned 52001
t_run "FORWARD sees the device that they leave by" leaves_by 52011
t_run "fragments of one flow stay together" together 52021
t_run "a packet that comes back is not sent again" no_loop
t_run "what the bridge drops makes no flow" dropped_in_the_bridge 52041
t_run "the last member goes, and others come" again 52051
modprobe -r br_netfilter
t_done
