#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The source of answers is configured for an address, or for an entry that makes addresses. It stays, whatever
# becomes of prefixes, members, devices, and of the source itself.
#
#   host:  d0 2001:db8:1::1/64  d1 2001:db8:1::11/64  d2 2001:db8:2::1/64   [ vrf red, vrf blue ]
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/near.sh"

A=2001:db8:53::53
ROUTER=2001:db8:1::

# source_of ADDRESS [WORD...]: its source; nothing if the address is not there.
source_of() { query host sources anycast show "$@"; }

modes() {
	nsip host anycast add $A
	is "$(source_of $A)" auto
	for source in unicast anycast 2001:db8:2::1 auto; do
		nsip host anycast set $A source $source
		is "$(source_of $A)" $source
	done
	nsip host anycast set $A source 2001:db8:1::1 scope 2001:db8::/32
	is "$(query host "field source scope" anycast show $A)" "2001:db8:1::1 2001:db8::/32"
	# what is not named stays
	nsip host anycast set $A scope ::/0
	is "$(query host "field source scope" anycast show $A)" "2001:db8:1::1 ::/0"
	# the source belongs to the address, not to a member, and goes with the address
	nsip host anycast add $A dev d0
	nsip host anycast del $A dev anycast0
	is "$(source_of $A)" 2001:db8:1::1
	nsip host anycast del $A
	nsip host anycast add $A
	is "$(source_of $A)" auto
	nsip host anycast del $A
}

remote_only() {
	ns host sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip host anycast add $A via 2001:db8:1::99
	nsip host anycast set $A source unicast
	is "$(source_of $A)" unicast
	# answers are counted only where a local member may send some
	is "$(query host "field replies" -s anycast show $A)" null
	nsip host anycast add $A
	refute is "$(query host "field replies" -s anycast show $A)" null
	nsip host anycast del $A dev anycast0
	is "$(query host "field replies" -s anycast show $A)" null
	nsip host anycast del $A
	ns host sysctl -qw net.ipv6.conf.all.forwarding=0
}

linklocal() {
	local ll

	ll=$(lladdr host d2)
	nsip host anycast add fe80::a dev d2
	nsip host anycast set fe80::a dev d2 source "$ll"
	is "$(source_of fe80::a)" "$ll"
	nsip host anycast set fe80::a dev d2 source 2001:db8:1::1
	is "$(source_of fe80::a)" 2001:db8:1::1
	nsip host anycast del fe80::a dev d2
}

# The unicast address that is the source may go, and the setting stays. Whether it can be used is decided for each
# packet.
address_leaves() {
	nsip host address add 2001:db8:2::2/64 dev d2 nodad
	nsip host anycast add $A
	nsip host anycast set $A source 2001:db8:2::2
	nsip host address del 2001:db8:2::2/64 dev d2
	is "$(source_of $A)" 2001:db8:2::2
	nsip host anycast set $A source 2001:db8:2::2
	nsip host anycast set $A source auto
	refused "no address of this node" nsip host anycast set $A source 2001:db8:2::2
	nsip host anycast del $A
}

entry() {
	nsip host anycast add subnet-router dev d0
	is "$(source_of subnet-router dev d0)" auto
	nsip host anycast set subnet-router dev d0 source unicast
	is "$(source_of subnet-router dev d0)" unicast
	is "$(query host sources -d anycast show subnet-router dev d0)" "unicast unicast"
	# replace and change set options of members, not the source
	nsip host anycast replace subnet-router dev d0 metric 7
	nsip host anycast change subnet-router dev d0 metric 8
	is "$(query host sources -d anycast show subnet-router dev d0)" "unicast unicast"
}

prefixes() {
	addr_add host d0 2001:db8:11::1/64
	wait_for "the new address" 20 eval '[[ "$(source_of 2001:db8:11::)" == unicast ]]'
	nsip host address del 2001:db8:1::1/64 dev d0
	wait_for "the address to go" 20 eval '[[ ! "$(source_of $ROUTER)" ]]'
	addr_add host d0 2001:db8:1::1/64
	wait_for "the address to come back" 20 eval '[[ "$(source_of $ROUTER)" == unicast ]]'
	nsip host address del 2001:db8:11::1/64 dev d0
	# no prefix at all, for a while
	nsip host address del 2001:db8:1::1/64 dev d0
	wait_for "the addresses to go" 20 eval '[[ "$(source_of subnet-router dev d0)" == unicast && ! "$(source_of $ROUTER)" ]]'
	addr_add host d0 2001:db8:1::1/64
	wait_for "the address to come back" 20 eval '[[ "$(source_of $ROUTER)" == unicast ]]'
}

beside_static() {
	nsip host anycast add $ROUTER dev d2
	is "$(source_of $ROUTER)" unicast
	refused "an entry makes this address" nsip host anycast set $ROUTER source anycast
	# the entry that is left can still set it
	nsip host anycast set subnet-router dev d0 source anycast
	is "$(source_of $ROUTER)" anycast
	nsip host anycast del subnet-router dev d0
	is "$(source_of $ROUTER)" auto
	nsip host anycast set $ROUTER source unicast
	# from now on the entry sets it
	nsip host anycast add subnet-router dev d0
	is "$(source_of $ROUTER)" auto
	nsip host anycast del $ROUTER dev d2
	nsip host anycast set subnet-router dev d0 source unicast
	# the entry's member becomes a configured one, and the address has no source of its own
	nsip host anycast replace $ROUTER dev d0
	is "$(source_of $ROUTER)" auto
	nsip host anycast flush
}

# Two devices have the same prefix: the first of their entries that set a source decides.
two_entries() {
	nsip host anycast add subnet-router dev d1
	nsip host anycast add subnet-router dev d0
	nsip host anycast set subnet-router dev d1 source unicast
	is "$(source_of $ROUTER)" unicast
	nsip host anycast set subnet-router dev d0 source anycast
	is "$(source_of $ROUTER)" anycast
	nsip host anycast set subnet-router dev d1 source 2001:db8:1::11
	is "$(source_of $ROUTER)" anycast
	nsip host anycast set subnet-router dev d0 source auto
	is "$(source_of $ROUTER)" 2001:db8:1::11
	nsip host anycast set subnet-router dev d0 source anycast
	nsip host anycast del subnet-router dev d0
	is "$(source_of $ROUTER)" 2001:db8:1::11
	nsip host anycast del subnet-router dev d1
	is "$(addresses host)" ""
}

# The source stays when the device changes its VRF, as the scope does.
follows_its_device() {
	nsip host anycast add $A dev d2
	nsip host anycast set $A source unicast
	nsip host anycast add subnet-router dev d2
	nsip host anycast set subnet-router dev d2 source anycast
	nsip host link set d2 master red
	wait_for "the address in the VRF" 20 eval '[[ "$(source_of $A vrf red)" == unicast ]]'
	wait_for "the entry in the VRF" 20 eval '[[ "$(source_of fe80::)" == anycast ]]'
	nsip host anycast set $A vrf red source anycast
	nsip host link set d2 master blue
	wait_for "the address in the other VRF" 20 eval '[[ "$(source_of $A vrf blue)" == anycast ]]'
	nsip host link set d2 nomaster
	wait_for "the address outside of VRFs" 20 eval '[[ "$(query host "field vrf source" anycast show $A)" == "null anycast" ]]'
	is "$(source_of subnet-router dev d2 | xargs -n 1 | sort -u)" anycast
	nsip host anycast flush
}

in_a_vrf() {
	nsip host link set d2 master red
	addr_add host d2 2001:db8:3::1/64
	nsip host anycast add $A
	nsip host anycast add $A vrf red
	nsip host anycast set $A vrf red source 2001:db8:3::1
	is "$(source_of $A vrf red)" 2001:db8:3::1
	is "$(source_of $A)" "auto 2001:db8:3::1"
	refused "no address of this node" nsip host anycast set $A source 2001:db8:3::1
	nsip host anycast add subnet-router dev d2
	nsip host anycast set subnet-router dev d2 source 2001:db8:3::1
	refused "no address of this node" nsip host anycast set subnet-router dev d2 source 2001:db8:1::1
	nsip host anycast flush
}

make_host "d0 2001:db8:1::1/64 addrgenmode none" "d1 2001:db8:1::11/64 addrgenmode none" "d2 2001:db8:2::1/64" \
	"red vrf 100" "blue vrf 101" || exit
t_run "modes" modes
t_run "of an address with remote members only" remote_only
t_run "of a link-local address" linklocal
t_run "an address that leaves this node" address_leaves
t_run "of an entry" entry
t_run "prefixes that come and go" prefixes
t_run "beside a configured member" beside_static
t_run "two entries make one address" two_entries
t_run "members that follow their device" follows_its_device
t_run "in a VRF" in_a_vrf
t_done
