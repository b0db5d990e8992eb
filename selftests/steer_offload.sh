#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Flow tables of nftables take the packets of a flow past all hooks. Whether the client's packet or the member's
# puts a flow there, one member has all of it, and other flows are not touched.
#
#                                             2001:db8:1::/64 --- (m0) one
#   client (c0) --- 2001:db8:c::/64 --- (r0) router                   ::1
#    ::2                                 ::f  2001:db8:2::/64 --- (m0) two
#                                                                   ::1
# kernels: 6.1 6.12
# (The debug kernel reports a fault of nftables itself when a flow table is made, whoever makes it.)
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

# A second address of the member one. The router's route to it has one's first address as its gateway.
FAR=2001:db8:f::1

# begin DIRECTION: flows are put into the flow table by the client's packets (original) or by the members' (reply).
# The counter "slow" counts the packets to A that still go through the chain.
begin() {
	ns router nft flush ruleset
	ns router conntrack -F 2>/dev/null
	nsip router anycast flush
	nsip router anycast flow flush
	add_members
	repair_one
	steered client
	ns router nft -f - <<-END
		table inet t {
			flowtable fast {
				hook ingress priority filter; devices = { r0, r1, r2 };
			}
			chain forward {
				type filter hook forward priority filter;
				ip6 daddr $A counter comment "slow"
				ct state established ct direction $1 meta l4proto tcp flow add @fast
				ct state established ct direction $1 meta l4proto udp flow add @fast
			}
		}
	END
}

# slow: how many of the client's packets went through the forward chain, not through the flow table.
slow() {
	ns router nft -j list chain inet t forward |
		jq '[.nftables[].rule? | select(.comment == "slow") | .expr[].counter?.packets // 0] | add'
}

# is_offloaded PROTO PORT: the client's flow from this port is in the flow table.
is_offloaded() {
	local entry

	entry=$(ns router conntrack -L -f ipv6 -p "$1" --orig-port-src "$2" 2>/dev/null)
	echo "$entry"
	[[ $entry == *"[OFFLOAD]"* ]]
}

ask() { peer ask client $A 7 "$1" src=$CLIENT "${@:2}"; }

# both NAMES: each member is among those who answered, and no question got no answer.
both() {
	echo "answered by: $1"
	[[ $1 != *one* || $1 != *two* || $1 == *-* ]] || return 0
	nsip router -s anycast show $A
	nsip router anycast flow show $A
	nsip router -6 neigh show
	return 1
}

# By its third packet a flow goes past the chains. It keeps its member.
udp() {
	local before names port

	begin "$1"
	names=$(ask 45001-45014)
	both "$names"
	is "$(ask 45001-45014)" "$names"
	for port in 45001 45014; do
		is_offloaded udp $port
	done
	before=$(slow)
	nsip router anycast change $A via $ONE metric 5
	is "$(ask 45001-45014)" "$names"
	is "$(ask 45001-45014)" "$names"
	is "$(slow)" "$before"
	# other flows go to the nearest member as usual, also those from another address of the client
	is "$(ask 45021-45025)" "one one one one one"
	is "$(peer ask client $A 7 45001-45005 src=2001:db8:c::3)" "one one one one one"
	is "$(peer ask client $TWO 7 45001-45001 src=$CLIENT)" two
}

tcp() {
	local before i name=()

	begin "$1"
	for ((i = 0; i < 12; i++)); do
		name[i]=$(peer open client tcp$i tcp $A 7 src=$CLIENT sport=$((45101 + i)))
		is "$(peer say client tcp$i size=1000)" "${name[i]}"
		is_offloaded tcp $((45101 + i))
	done
	both "${name[*]}"
	before=$(slow)
	nsip router anycast change $A via $ONE metric 5
	for ((i = 0; i < 12; i++)); do
		is "$(peer say client tcp$i size=100000)" "${name[i]}"
	done
	is "$(slow)" "$before"
	is "$(peer open client new tcp $A 7 src=$CLIENT sport=45191)" one
	# the end of a connection is noticed: the same ports make a new flow then
	for ((i = 0; i < 12; i++)); do
		peer close client tcp$i reset
	done
	is "$(peer open client again tcp $A 7 src=$CLIENT sport=45101)" one
	is "$(peer say client again size=10000)" one
	peer close client again
	peer close client new
}

# A member that fails loses its flows, whichever direction put them into the flow table. There is no grace, in which
# datagrams would only take a detour, and come back.
fails() {
	local names

	begin "$1"
	ns router sysctl -qw net.anycast6.flow_grace=0
	names=$(ask 45201-45212)
	both "$names"
	is "$(ask 45201-45212)" "$names"
	is_offloaded udp 45201
	is_offloaded udp 45212
	nsip one link set m0 down
	wait_for "the state" 10 eval "[[ \$(member_states router) == '$ONE down link, $TWO up' ]]"
	is "$(ask 45201-45212)" "${names//one/two}"
	is "$(ask 45201-45212)" "${names//one/two}"
	is_offloaded udp 45201
	repair_one
	is "$(ask 45201-45212)" "${names//one/two}"
}

# neighbours_time REACHABLE DELAY RETRANS: set how soon the router notices that a neighbour is dead (ms, s, ms).
neighbours_time() {
	ns router sysctl -qw net.ipv6.neigh.r1.base_reachable_time_ms="$1" \
		net.ipv6.neigh.r1.delay_first_probe_time="$2" net.ipv6.neigh.r1.retrans_time_ms="$3"
}

# silent: the member one answers no solicitation, and sends nothing that would tell the router that it is reachable.
silent() {
	ns one nft -f - <<-END
		table ip6 silent {
			chain in {
				type filter hook input priority 0; policy drop;
			}
			chain out {
				type filter hook output priority 0; policy drop;
			}
		}
	END
}

# No event tells that a neighbour is dead. The kernel notices it when packets are sent there.
falls_silent() {
	local names

	# notice it within seconds; these sysctls are set here because an earlier case may have made the device anew
	neighbours_time 1000 1 300
	begin "$1"
	names=$(ask 45501-45512)
	both "$names"
	is "$(ask 45501-45512)" "$names"
	is_offloaded udp 45501
	silent
	wait_for "the state" 30 eval "ask 45501-45512 wait=0.2 >/dev/null;
		[[ \$(member_states router) == '$ONE down neighbour, $TWO up' ]]"
	is "$(ask 45501-45512)" "${names//one/two}"
	repair_one
	# such short times would fail on a busy machine
	neighbours_time 30000 5 1000
}

# Flows to a member behind a gateway move when the route to the member goes, and when the gateway's link fails.
gateway() {
	local names

	begin "$1"
	nsip router -6 route replace $FAR via $ONE metric 256
	nsip router anycast add $A via $FAR
	nsip router anycast del $A via $ONE
	wait_for "the member" 20 eval "[[ \$(member_states router) == '$TWO up, $FAR up' ]]"
	names=$(ask 45601-45612)
	both "$names"
	is "$(ask 45601-45612)" "$names"
	is_offloaded udp 45601
	nsip router -6 route del $FAR
	is "$(ask 45601-45612)" "${names//one/two}"
	nsip router -6 route replace $FAR via $ONE metric 256
	wait_for "the member" 20 eval "[[ \$(member_states router) == '$TWO up, $FAR up' ]]"
	names=$(ask 45621-45632)
	both "$names"
	is "$(ask 45621-45632)" "$names"
	is_offloaded udp 45621
	nsip one link set m0 down
	wait_for "the state" 10 eval "[[ \$(member_states router) == '$TWO up, $FAR down link' ]]"
	is "$(ask 45621-45632)" "${names//one/two}"
	nsip router -6 route del $FAR
}

# A member that is deleted loses its flows, also if it is still a member of another address.
deleted() {
	local names

	begin "$1"
	[[ ! ${2-} ]] || nsip router anycast add 2001:db8:b::b via $ONE
	names=$(ask 45301-45312)
	both "$names"
	is "$(ask 45301-45312)" "$names"
	is_offloaded udp 45301
	nsip router anycast del $A via $ONE
	is "$(ask 45301-45312)" "${names//one/two}"
	nsip router anycast add $A via $ONE
}

# A member whose lease ends loses its flows.
expires() {
	local names

	begin "$1"
	nsip router anycast change $A via $ONE lifetime 600
	names=$(ask 45701-45712)
	both "$names"
	is "$(ask 45701-45712)" "$names"
	is_offloaded udp 45701
	nsip router anycast change $A via $ONE lifetime 1
	wait_for "the end of the lease" 20 eval "[[ \$(member_states router) == '$ONE down lease, $TWO up' ]]"
	is "$(ask 45701-45712)" "${names//one/two}"
	nsip router anycast change $A via $ONE lifetime 0
}

# A flow in the table does not hold a device that is deleted.
device_goes() {
	local names

	begin "$1"
	names=$(ask 45401-45412)
	both "$names"
	is "$(ask 45401-45412)" "$names"
	is_offloaded udp 45401
	nsip router link del r1
	is "$(ask 45401-45412)" "${names//one/two}"
	link_veth router r1 one m0
	addr_add router r1 2001:db8:1::f/64
}

# idle PORT: for how long the router has not seen the flow from this port, s.
idle() { nsip router -j anycast flow show $A | jq ".[] | select(.sport == $1) | .idle"; }

# is_seen PORT SECONDS: asks once more. Fails if the router has not seen the flow for as long.
is_seen() {
	local seen

	ask "$1-$1" >/dev/null
	seen=$(idle "$1")
	echo "idle for $seen s"
	jq -en "$seen < $2"
}

# What goes by the flow table for long is not idle: its packets come by the hooks once in a while.
lasts() {
	local names

	begin original
	names=$(ask 45801-45812)
	is "$(ask 45801-45812)" "$names"
	is_offloaded udp 45801
	wait_for "some idle time" 20 eval "ask 45801-45812 >/dev/null; is_offloaded udp 45801; jq -en \"\$(idle 45801) > 3\""
	wait_for "a packet that is seen" 45 is_seen 45801 2
	is "$(ask 45801-45812)" "$names"
	wait_for "the flow table" 20 eval "ask 45801-45812 >/dev/null; is_offloaded udp 45801"
	# the ping that found the way may be remembered, too
	is "$(($(active_flows router) - $(nsip router anycast flow show $A | awk '!/ proto udp / { n++ } END { print n + 0 }')))" 12
}

peer_start wire.py
make_members || exit
make_client || exit
addr_add client c0 2001:db8:c::3/64
addr_add one lo $FAR/128
for direction in original reply; do
	t_run "UDP, put there by packets of direction $direction" udp $direction
	t_run "TCP, put there by packets of direction $direction" tcp $direction
	t_run "a member that fails, direction $direction" fails $direction
	t_run "a member that falls silent, direction $direction" falls_silent $direction
	t_run "a member behind a gateway, direction $direction" gateway $direction
	t_run "a member that is deleted, direction $direction" deleted $direction
	t_run "a member that has another address, too, direction $direction" deleted $direction shared
	t_run "a member whose lease ends, direction $direction" expires $direction
	t_run "a member's device that is deleted, direction $direction" device_goes $direction
done
t_run "a flow that lasts" lasts
t_done
