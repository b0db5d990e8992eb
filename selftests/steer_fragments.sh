#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fragments to remote members all go where their flow goes, in whatever order they come, and they leave as
# fragments again. Incomplete packets cost little, and not for long. Other fragments are not touched.
#
#                                             2001:db8:1::/64 --- (m0) one
#   client (c0) --- 2001:db8:c::/64 --- (r0) router                   ::1
#    ::2                                 ::f  2001:db8:2::/64 --- (m0) two
#                                                                   ::1
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

PORTS=40001,40002,40003,40004,40005,40006,40007,40008
RANGE=40001-40008
# After how many seconds incomplete datagrams are given up, and how many bytes of memory they may take.
PATIENCE=3
MEMORY=20000

# members_of_flows: put the member of each flow into $MEMBERS, a word each. Every flow must have one.
members_of_flows() {
	MEMBERS=$(peer ask client $A 7 $RANGE src=$CLIENT)
	echo "members: $MEMBERS"
	[[ $MEMBERS != *-* ]]
}

# order ORDER: the fragments of all datagrams, one of each flow in turn, go where whole datagrams of the flows went
# before. They go there as well when the flows are forgotten.
order() {
	members_of_flows
	is "$(peer pieces client $CLIENT $A $PORTS 7 "$1")" "$MEMBERS"
	nsip router anycast flow flush
	is "$(peer pieces client $CLIENT $A $PORTS 7 "$1")" "$MEMBERS"
	is "$(count_flows router)" 8
	# whole datagrams of these flows go there, too
	members_of_flows
	nsip router anycast flow flush
}

# not_remembered ORDER: the same while the router remembers no flow.
not_remembered() {
	members_of_flows
	ns router sysctl -qw net.anycast6.max_flows=0
	nsip router anycast flow flush
	is "$(peer pieces client $CLIENT $A $PORTS 7 "$1")" "$MEMBERS"
	is "$(count_flows router)" 0
	ns router sysctl -qw net.anycast6.max_flows=262144
}

# Fragments leave in the sizes in which they came: none is bigger, none is missing, and none goes elsewhere. Their
# identification is the router's.
as_fragments() {
	local name other found

	name=$(peer ask client $A 7 40100-40100 src=$CLIENT)
	other=one
	[[ $name == two ]] || other=two
	watch_members
	is "$(peer pieces client $CLIENT $A 40100 7 2,0,1 id=77 step=1024 size=3000)" "$name"
	found=$(peer seen "$name" "$name" "^$CLIENT>$A/63/.*/frag-" least=3)
	echo "found: $found"
	is "$(grep -o 'frag-[^ ]*' <<<"$found" | cut -d- -f3- | sort | tr '\n' ' ')" \
		"0-1024+ 1024-1024+ 2048-960 "
	is "$(grep -o 'frag-[^ ]*' <<<"$found" | cut -d- -f2 | sort -u | wc -l)" 1
	is "$(peer seen "$other" "$other" "^$CLIENT>$A/")" ""
	# smaller fragments keep their size, too
	watch_members
	is "$(peer pieces client $CLIENT $A 40100 7 4,3,2,1,0,5 id=78 step=512 size=3000)" "$name"
	found=$(peer seen "$name" "$name" "^$CLIENT>$A/63/.*/frag-" least=6)
	is "$(words "$found")" 6
}

# Datagrams with the same addresses and the same identification differ only in the time at which they come.
same_identification() {
	local i

	members_of_flows
	for ((i = 1; i <= 8; i++)); do
		is "$(peer pieces client $CLIENT $A 4000$i 7 1,0,2 id=99)" "$(cut -d' ' -f$i <<<"$MEMBERS")"
	done
}

big_packets() {
	members_of_flows
	peer ping client $A size=20000
	is "$(peer udp client $A 7 1)" "" || true
	peer open client big udp $A 7 src=$CLIENT sport=40001
	is "$(peer say client big size=40000)" "${MEMBERS%% *}"
	peer close client big
}

# A datagram with overlapping fragments is dropped as a whole (RFC 5722): nobody gets any of it.
overlapping() {
	watch_members
	is "$(peer pieces client $CLIENT $A 40200 7 0,x,1,2 id=500 wait=0.5)" "-"
	is "$(peer pieces client $CLIENT $A 40201 7 2,1,x,0 id=501 wait=0.5)" "-"
	steered client
	is "$(peer seen one one "/frag-")$(peer seen two two "/frag-")" ""
}

# An incomplete datagram is dropped after a time. If its first fragment came, the sender is told.
incomplete() {
	local before

	before=$(count_flows router)
	watch_members
	peer watch client client c0
	peer pieces client $CLIENT $A 40300 7 0,1 mute id=600
	peer pieces client $CLIENT $A 40301 7 1,2 mute id=601
	peer seen client client ">$CLIENT/.*/error-3-1-0\[$CLIENT>$A/.*frag-258-0-" least=1 wait=30
	is "$(peer seen one one "/frag-")$(peer seen two two "/frag-")" ""
	is "$(count_flows router)" "$before"
	# the missing fragment comes too late
	peer pieces client $CLIENT $A 40300 7 2 mute id=600
	steered client
	is "$(peer seen one one "/frag-")$(peer seen two two "/frag-")" ""
}

# A flood of first fragments fills the memory for fragments, and no more. Whole packets pass meanwhile.
bounded() {
	local fragmented whole

	# none of them times out meanwhile
	ns router sysctl -qw net.netfilter.nf_conntrack_frag6_timeout=10 \
		net.netfilter.nf_conntrack_frag6_low_thresh=$MEMORY net.netfilter.nf_conntrack_frag6_high_thresh=$MEMORY
	peer heads client 2001:db8:c::bad $A 200
	fragmented=$(peer pieces client $CLIENT $A 40400 7 0,1,2 wait=0.3)
	whole=$(peer ask client $A 7 40400-40400 src=$CLIENT)
	ns router sysctl -qw net.netfilter.nf_conntrack_frag6_timeout=$PATIENCE
	wait_for "room for fragments" 60 answered 40401
	ns router sysctl -qw net.netfilter.nf_conntrack_frag6_high_thresh=4194304
	is "$fragmented" "-"
	[[ $whole == one || $whole == two ]]
}

answered() { [[ $(peer pieces client $CLIENT $A "$1" 7 0,1,2 wait=0.5) != - ]]; }

# A single fragment to another address passes at once: only those to addresses with remote members wait for the rest.
others_untouched() {
	watch_members
	peer pieces client $CLIENT $ONE 40500 7 1 mute id=700
	peer pieces client $CLIENT $A 40500 7 1 mute id=701
	peer pieces client $CLIENT 2001:db8:a::b 40500 7 1 mute id=702
	peer seen one one "^$CLIENT>$ONE/63/.*/frag-2bc-1024-1024\+" least=1
	peer seen one one "^$CLIENT>2001:db8:a::b/63/.*/frag-2be-1024-1024\+" least=1
	steered client
	is "$(peer seen one one ">$A/.*/frag-")$(peer seen two two "/frag-")" ""
	# neither does it for an address that no longer has remote members
	nsip router anycast add 2001:db8:a::b via $TWO
	nsip router anycast del 2001:db8:a::b
	peer pieces client $CLIENT 2001:db8:a::b 40500 7 1 mute id=703
	peer seen one one "^$CLIENT>2001:db8:a::b/63/.*/frag-2bf-1024-1024\+" least=1
}

# Fragments wait while their address is deleted, and then while the namespace is.
waiting_when_deleted() {
	peer pieces client $CLIENT $A 40600 7 0,1 mute id=800
	nsip router anycast del $A
	add_members
	steered client
	peer pieces client $CLIENT $A 40600 7 0,1 mute id=801
	ns_del router
	wait_for "the end of the router" 60 eval "refute ip -n client-$T_ID link show c0"
}

conntrack_on() {
	ns router nft -f - <<-END
		table ip6 t {
			chain forward {
				type filter hook forward priority filter; policy accept;
				# to conntrack an echo reply from a unicast address answers no request
				meta l4proto != ipv6-icmp ct state invalid drop
				ct state established,related,new counter accept
			}
		}
	END
}

all_orders() {
	local order

	for order in 0,1,2 2,1,0 1,2,0 1,0,2; do
		t_run "$1: fragments in the order $order" order $order
	done
	t_run "$1: flows that are not remembered" not_remembered 1,2,0
	t_run "$1: they leave as they came" as_fragments
	t_run "$1: datagrams with the same identification" same_identification
	t_run "$1: packets of many fragments" big_packets
	t_run "$1: fragments that overlap are dropped" overlapping
	t_run "$1: incomplete ones vanish, and the sender is told" incomplete
}

peer_start wire.py
make_members || exit
make_client || exit
add_members
# a route for packets that are not steered
nsip router -6 route add 2001:db8:a::/48 via $ONE
ns router sysctl -qw net.netfilter.nf_conntrack_frag6_timeout=$PATIENCE
steered client
t_run "other addresses' fragments are not touched" others_untouched
all_orders "no conntrack"
t_run "no conntrack: their memory is bounded" bounded
t_run "conntrack comes" conntrack_on
all_orders "conntrack"
t_run "fragments that wait when the address, and the router goes" waiting_when_deleted
t_done
