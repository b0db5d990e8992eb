#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Reserved anycast identifiers (RFC 2526), by number and by name, on a host and on a router. Ping, UDP and TCP are
# served, and echo is answered from a unicast address.
#
#   client (c0) --- 2001:db8:1::/64, 2001:db8:2::/112 --- (h0) host
#     ::2                                                 ::1
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"

AGENTS=2001:db8:1:0:fdff:ffff:ffff:fffe
AGENTS112=2001:db8:2::fffe
ID5=2001:db8:1:0:fdff:ffff:ffff:ff85

without() { unreached client "$AGENTS"; }

home_agents() {
	nsip host anycast add home-agents dev h0
	reached client "$AGENTS" 2001:db8:1::1
	reached client "$AGENTS112" 2001:db8:2::1
	is "$(addresses host home-agents)" "$AGENTS $AGENTS112 fe80::fdff:ffff:ffff:fffe"
}

# A home agent's program answers home agent address discovery. What the kernel answers to the same address comes from
# a unicast address, as the RFC wants it.
unicast_source() {
	is "$(peer ping client "$AGENTS")" 2001:db8:1::1
	[[ $(ns client ping -c 1 -W 15 "$AGENTS") == *"64 bytes from 2001:db8:1::1"* ]]
}

# The same identifier by number is the same entry.
same_entry() {
	refused "has this entry already" nsip host anycast add reserved 126 dev h0
	nsip host anycast replace reserved 126 dev h0
	nsip host anycast change reserved 126 dev h0
}

by_number() {
	refute peer ping client "$ID5" wait=0.3
	nsip host anycast add reserved 5 dev h0
	reached client "$ID5" 2001:db8:1::1
	reached client 2001:db8:2::ff85 2001:db8:2::1
	# the entries do not disturb each other
	nsip host anycast del home-agents dev h0
	unreached client "$AGENTS"
	reached client "$ID5" 2001:db8:1::1
	nsip host anycast del reserved 5 dev h0
	unreached client "$ID5"
	is "$(kernel_anycast host)" ""
}

# All identifiers can be configured at once, and nothing is left of them.
all_ids() {
	local begin end

	begin=$(kernel_anycast host)
	printf 'anycast add reserved %d dev h0\n' {0..127} | nsip host -batch -
	is "$(kernel_anycast host | grep -c 20010db8)" 256
	for id in 80 c0 fd ff; do
		is "$(peer tcp client 2001:db8:1::fdff:ffff:ffff:ff"$id" 7 10)" 10
	done
	nsip host anycast flush
	end=$(kernel_anycast host)
	is "$begin" "$end"
}

on_a_router() {
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip host anycast add home-agents dev h0
	reached client "$AGENTS" 2001:db8:1::1
	reached client "$AGENTS112" 2001:db8:2::1
}

peer_start
make_link
addr_add host h0 2001:db8:2::1/112
addr_add client c0 2001:db8:2::2/112
serve_all host
wait_for "a link-local address" 10 linklocal_usable host h0
t_run "without the entry nobody answers" without
t_run "RFC2526-3: home-agents: ping, UDP and TCP" home_agents
t_run "RFC6275-10.5: answers come from a unicast address" unicast_source
t_run "home-agents and reserved 126 are the same" same_entry
t_run "RFC2526-3: an identifier by number" by_number
t_run "all 128 identifiers" all_ids
t_run "RFC2526-3: home-agents on a router" on_a_router
t_done
