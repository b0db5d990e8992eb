#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Flow tables of nftables take packets past all hooks, by the leg that their flow had. When its gateway dies the flow
# goes by the other one, and when that lives again it comes back. Flows by the other gateway go on as they are.
#
#   client (c0) --- (r0) router (r1) --- 2001:db8:1::/64 --- (g0) g1 (g1) --- 2001:db8:11::/64 --- (m1) one
#     2001:db8:c::2            (r2) --- 2001:db8:2::/64 --- (g0) g2 (g1) --- 2001:db8:12::/64 --- (m2)   2001:db8:f::1
#                              (r4) --- 2001:db8:4::/64 ----------------------------------------- (m0)
#                              (r3) --- 2001:db8:3::/64 --- (m0) two   2001:db8:3::1, farther
# kernels: 6.1 6.12
# (The debug kernel reports a fault of nftables itself when a flow table is made, whoever makes it.)
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/legs.sh"

# offload: the flows of this case are in the flow table. The counter "slow" counts the packets to A that still go
# through the chain.
offload() {
	ns router nft flush ruleset
	ns router conntrack -F 2>/dev/null
	ns router nft -f - <<-END
		table inet t {
			flowtable fast {
				hook ingress priority filter; devices = { r0, r1, r2, r4 };
			}
			chain forward {
				type filter hook forward priority filter;
				ip6 daddr $A counter comment "slow"
				ct state established ct direction original meta l4proto udp flow add @fast
			}
		}
	END
	ask
	# by its second packet the flow is established, and by its third it is fast
	ask
	wait_for "the flow table" 20 go_fast
}

slow() {
	ns router nft -j list chain inet t forward |
		jq '[.nftables[].rule? | select(.comment == "slow") | .expr[].counter?.packets // 0] | add'
}

# go_fast: no packet of these flows goes through the chain.
go_fast() {
	local before

	before=$(slow)
	ask && is "$(slow)" "$before"
}

# dies AWAY BACK: the first gateway dies, and lives again.
dies() {
	local way1 way2

	begin "$(siblings)"
	offload
	look
	way1=$WAY1 way2=$WAY2
	(($(words "$way1") >= FEWEST && $(words "$way2") >= FEWEST))
	"$1"
	wait_for "one leg" 60 eval "ask; legs_are 1/2"
	all_by_second
	wait_for "the flow table" 20 go_fast
	"$2"
	wait_for "both legs" 60 legs_are 2/2
	ask
	# within the time after which the module calls routes in
	wait_for "the flows at their gateways" 60 again "$way1" "$way2"
	wait_for "the flow table" 20 go_fast
	ns router nft flush ruleset
}

quiet() {
	neighbours_time 1000 1 300
	silent
}

peer_start wire.py
t_run "a client, a member behind two gateways" make_legs
t_run "a gateway's carrier goes" dies carrier_away carrier_back
t_run "a gateway falls silent" dies quiet speak
t_done
