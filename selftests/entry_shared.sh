#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Addresses that several share: entries, configurations and devices. When one of these is refused, flushed,
# deleted or moved to another VRF, the rest keeps what is its own. And "dev" and "vrf" mean exactly what they
# name.
#
#   near (n0) --- 2001:db8:1::/64 --- (h0) host   d0: dummy;  [ vrf red: h1 2001:db8:7::1, e1 ]
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/near.sh"

# The subnet-router address of near's link.
SUBNET=2001:db8:1::

# A limit stops an entry in the middle of its prefixes. The addresses that it would have shared are as they were.
refused_entry() {
	local before said

	nsip host -batch - <<-END
		address add 2001:db8:11::1/64 dev h0 nodad
		anycast add $SUBNET dev d0
		anycast set $SUBNET source unicast hold 7
	END
	before=$(netlink state host)
	netlink listen host
	ns host sysctl -qw net.anycast6.max_members=2
	said=$(nsip host anycast add subnet-router dev h0 2>&1 || true)
	ns host sysctl -qw net.anycast6.max_members=1000
	nsip host address del 2001:db8:11::1/64 dev h0
	echo "$said" | grep max_members
	is "$(netlink state host)" "$before"
	is "$(netlink events host)" ""
}

# A prefix has just gone when a flush begins, and takes along the member that the flush would come to next.
prefix_goes() {
	local i

	for ((i = 0; i < 20; i++)); do
		nsip host -batch - <<-END
			address add 2001:db8:11::1/64 dev h0 nodad
			anycast add 2001:db8:11:: via 2001:db8:1::2 dev h0
			anycast add subnet-router dev h0
			address del 2001:db8:11::1/64 dev h0
			anycast flush origin static
			anycast flush
		END
		is "$(query host count anycast show)" 0
	done
}

# The remote member of a flushed address has the node's own packets at once. Of two entries that make an address, the
# one that is left has it.
left_over() {
	nsip host -batch - <<-END
		anycast add $OFF dev h0
		anycast add $OFF via 2001:db8:1::2
		anycast flush dev h0
		route get $OFF
	END
	[[ $(nsip host -6 route show table local $OFF) == *"metric 1"* ]]
	nsip host anycast flush
	addr_add host d0 2001:db8:12::81/121
	nsip host -batch - <<-END
		anycast add subnet-router dev d0
		anycast add reserved 0 dev d0
	END
	is "$(query host entries anycast show | grep -c 2001:db8:12::80)" 1
	nsip host anycast flush origin subnet-router
	is "$(query host entries anycast show dev d0)" "0 2001:db8:12::80"
	nsip host anycast add subnet-router dev d0
	nsip host anycast del reserved 0 dev d0
	is "$(query host entries anycast show dev d0)" "subnet-router 2001:db8:12::80"
	nsip host address del 2001:db8:12::81/121 dev d0
}

# An entry's address is missing while it is a unicast address on another device, and comes when that goes.
takes_its_place() {
	nsip host address add $SUBNET/128 dev d0
	nsip host anycast add subnet-router dev h0
	is "$(query host entries anycast show dev h0)" ""
	nsip host address del $SUBNET/128 dev d0
	wait_for "the address" 20 eval "[[ \$(query host entries anycast show dev h0) == 'subnet-router $SUBNET' ]]"
}

# An entry's hold time is that of its addresses. An address that was configured as well keeps its own.
holds() {
	nsip host -batch - <<-END
		anycast add home-agents dev h0
		anycast set home-agents dev h0 hold 1000
	END
	is "$(query host "field hold" anycast show 2001:db8:1:0:fdff:ffff:ffff:fffe)" 1000
	nsip host -batch - <<-END
		anycast flush
		anycast add $SUBNET dev d0
		anycast set $SUBNET hold 30
		anycast add subnet-router dev h0
		anycast set subnet-router dev h0 hold 60
	END
	is "$(query host "field hold" anycast show $SUBNET)" 30
	nsip host anycast save >"$T_DIR/saved"
	nsip host anycast flush
	nsip host anycast restore <"$T_DIR/saved"
	nsip host anycast save | diff "$T_DIR/saved" -
	nsip host anycast del subnet-router dev h0
	is "$(query host "field hold" anycast show $SUBNET)" 30
}

# How an entry announces its addresses does not count for one that was configured as well: it stays announced as it
# was.
announces() {
	local settings="announce host metric 7"

	nsip host -batch - <<-END
		anycast add $SUBNET dev d0
		anycast add subnet-router dev h0
	END
	is "$(query host routes -6 route show proto anycast)" $SUBNET@1024
	nsip host -batch - <<-END
		anycast set subnet-router dev h0 announce none
		anycast set $SUBNET $settings hold 9
	END
	is "$(query host routes -6 route show proto anycast)" $SUBNET@7
	nsip host anycast save >"$T_DIR/saved"
	grep "$SUBNET.* $settings" "$T_DIR/saved"
	nsip host anycast flush
	nsip host anycast restore <"$T_DIR/saved"
	nsip host anycast save | diff "$T_DIR/saved" -
	is "$(query host routes -6 route show proto anycast)" $SUBNET@7
	# this setting goes with the configured member
	nsip host anycast del $SUBNET dev d0
	is "$(query host routes -6 route show proto anycast)" ""
	is "$(query host "field hold" anycast show $SUBNET)" null
	nsip host -batch - <<-END
		anycast set subnet-router dev h0 announce host
		anycast add $SUBNET dev d0
	END
	is "$(query host routes -6 route show proto anycast)" $SUBNET@1024
}

# How flows stay is said of an address that was configured as well, as its remote members are, and goes with them.
pins() {
	nsip host -batch - <<-END
		anycast add subnet-router dev h0
		anycast add $SUBNET via 2001:db8:1::2
		anycast set $SUBNET affinity source unpinned udp/53
	END
	is "$(query host "field affinity" anycast show $SUBNET)" source
	nsip host anycast save >"$T_DIR/saved"
	grep "$SUBNET unpinned udp/53" "$T_DIR/saved"
	nsip host anycast flush
	nsip host anycast restore <"$T_DIR/saved"
	nsip host anycast save | diff "$T_DIR/saved" -
	nsip host anycast del $SUBNET via 2001:db8:1::2
	is "$(query host "field affinity unpinned" anycast show $SUBNET)" "null null"
	nsip host anycast add $SUBNET via 2001:db8:1::2
	is "$(query host "field affinity unpinned" anycast show $SUBNET)" "null null"
}

# "dev" finds members that were configured with a device. A link-local address is in the VRF of its link.
named() {
	nsip host -batch - <<-END
		anycast add $OFF
		anycast add $OFF via 2001:db8:1::2
		anycast add fe80::a dev h1
		anycast add fe80::a dev h0
	END
	is "$(query host member_states anycast show $OFF dev anycast0)" "up"
	nsip host anycast flush dev anycast0
	is "$(query host member_states anycast show $OFF)" "2001:db8:1::2 up"
	is "$(members host vrf red)" "fe80::a h1 up join"
	nsip host anycast flush vrf red
	is "$(members host fe80::a)" "fe80::a h0 up join"
	# the kernel's own address and a remote member of the same address are two objects
	ns host sysctl -qw net.ipv6.conf.h0.forwarding=1
	nsip host anycast add $SUBNET via 2001:db8:1::2 dev h0
	is "$(query host origins anycast show $SUBNET)" "static kernel"
	ns host sysctl -qw net.ipv6.conf.h0.forwarding=0
}

# What a device takes along into a VRF can be saved, and restored there by commands.
moves() {
	nsip host -batch - <<-END
		link add e1 type dummy
		link set e1 up
		anycast add $OFF vrf red
		anycast set $OFF vrf red scope 2001:db8:a::/48
		anycast add $OFF via 2001:db8:9::1 dev e1
		anycast add 2001:db8:b::b dev e1
		anycast set 2001:db8:b::b announce host metric 1 affinity source unpinned udp/53
		link set e1 master red
	END
	wait_for "it to follow" 20 eval '[[ $(query host "field vrf" anycast show 2001:db8:b::b) == red ]]'
	is "$(addresses host)" "2001:db8:a::a 2001:db8:b::b"
	is "$(query host member_states anycast show $OFF vrf red)" "up"
	nsip host -d anycast show 2001:db8:b::b | grep "announce host metric 2 affinity source unpinned udp/53"
	nsip host anycast save >"$T_DIR/saved"
	nsip host anycast flush
	nsip host anycast restore <"$T_DIR/saved"
	nsip host anycast save | diff "$T_DIR/saved" -
	nsip host link del e1
}

# Another metric of the route to a member is another distance, and maybe another nearest member.
distance() {
	nsip host -batch - <<-END
		route add 2001:db8:f::1 via 2001:db8:1::2 metric 100
		anycast add $OFF via 2001:db8:f::1
		anycast add $OFF via 2001:db8:1::2 metric 5
	END
	settles host $OFF ":up :up"
	netlink listen host
	nsip host -batch - <<-END
		route add 2001:db8:f::1 via 2001:db8:1::2 metric 50
	END
	wait_for "the new distance" 20 eval "[[ \$(query host 'distance 2001:db8:f::1' anycast show $OFF) == 50 ]]"
	happened host "changed $OFF -:up"
	nsip host -6 route flush 2001:db8:f::1
}

peer_start
netlink_start
make_near
nsip host -batch - <<-END
	link add d0 type dummy
	link set d0 up
END
ns host sysctl -qw net.ipv6.conf.all.forwarding=0
t_run "an entry that is refused takes nothing over" fresh refused_entry
t_run "flushed while a prefix goes" fresh prefix_goes
t_run "what a flush leaves is complete" fresh left_over
t_run "an entry takes the place of a unicast address that goes" fresh takes_its_place
t_run "hold is shown and saved where it is in force" fresh holds
t_run "announce of a configured address is its own" fresh announces
t_run "affinity and unpinned go with the configured member" fresh pins
t_run "dev and vrf mean what was named" fresh named
t_run "what a device takes into another VRF" fresh moves
t_run "another distance is told" fresh distance
t_done
