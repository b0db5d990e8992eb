#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What must be refused is refused, with the right errno, a sentence, and the attribute at fault. It changes
# nothing and makes no event. Requests are sent straight by netlink, and the same through ip.
#
#   host:  d0 2001:db8:1::1/64     d2 (no prefix)     [ vrf red: d1 2001:db8:2::1/64 ]
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/near.sh"

A=2001:db8:1::a
# beyond every index in use
NO_DEV='#77777'
# a member that no route leads to
LOST=2001:db8:99::1

set_up() {
	make_host "d0 2001:db8:1::1/64" "d1 2001:db8:2::1/64 master red" "d2 -" "red vrf 100"
	nsip host -batch - <<-END
		anycast add 2001:db8:1::e dev d0
		anycast add 2001:db8:53::e
		anycast add 2001:db8:53::e vrf red
		anycast add subnet-router dev d0
		anycast add reserved 5 dev d0
		anycast add 2001:db8:53::5
		anycast set 2001:db8:53::5 scope 2001:db8::/32
		anycast add 2001:db8:53::6 via $LOST
		anycast add fe80::e dev d0
	END
	netlink_start
}

# bad NAME "ANSWER" "REQUEST" ["IP-COMMAND"]: a test case: this request gets this answer (ERRNO
# ATTRIBUTE MESSAGE), and ip says the same message.
bad() { t_run "$1" bad_case "${@:2}"; }

bad_case() {
	local before said
	local -a request

	read -ra request <<<"$2"
	is "$(netlink refuse host "${request[@]}")" "$1"
	# what ip prints is the same on all kernels, and takes long on the debug kernel
	[[ ${3-} && ${ANYCAST6_KERNEL-} != debug ]] || return 0
	before=$(netlink state host)
	read -ra request <<<"$3"
	said=$(nsip host anycast "${request[@]}" 2>&1) && fail "not refused: ip anycast $3"
	is "$said" "Error: ${1#* * }."
	is "$(netlink state host)" "$before"
}

# bad_word NAME "MESSAGE" "IP-COMMAND": ip itself refuses this, and the kernel is not asked.
bad_word() { t_run "$1" bad_word_case "${@:2}"; }

bad_word_case() {
	local before request said status=0

	before=$(netlink state host)
	read -ra request <<<"$2"
	said=$(nsip host anycast "${request[@]}" 2>&1) || status=$?
	is "$said" "$1"
	is $status 1
	is "$(netlink state host)" "$before"
}

# limit NAME VALUE "ANSWER" "REQUEST" "IP": with a sysctl at that value.
limit() { t_run "limit $1 $2: $4" limit_case "$@"; }

limit_case() {
	local request

	# an earlier case that failed may have left its limit
	ns host sysctl -qw net.anycast6.max_{addresses,members,joins}=1000
	ns host sysctl -qw "net.anycast6.$1=$2"
	bad_case "${@:3}"
	# without the limit the same command succeeds
	ns host sysctl -qw "net.anycast6.$1=1000"
	read -ra request <<<"$5"
	nsip host anycast "${request[@]}"
}

set_up || exit

# ---- addresses ----

CANT="can't be an anycast address"
bad "multicast address" "EINVAL address anycast6: a multicast address $CANT" \
	"add address=ff02::1 dev=d0" "add ff02::1 dev d0"
bad "unspecified address" "EINVAL address anycast6: the unspecified address $CANT" \
	"add address=::" "add ::"
bad "loopback address" "EINVAL address anycast6: the loopback address $CANT" \
	"add address=::1" "add ::1"
bad "IPv4-mapped address" "EINVAL address anycast6: an IPv4-mapped address $CANT" \
	"add address=::ffff:192.0.2.1" "add ::ffff:192.0.2.1"
bad "replace does not let one in" "EINVAL address anycast6: a multicast address $CANT" \
	"replace address=ff02::1 dev=d0" "replace ff02::1 dev d0"
USED="anycast6: this is a unicast address of this node"
bad "unicast address of the device" "EADDRINUSE address $USED" \
	"add address=2001:db8:1::1 dev=d0" "add 2001:db8:1::1 dev d0"
bad "unicast address of another device" "EADDRINUSE address $USED" \
	"add address=2001:db8:1::1 dev=d2" "add 2001:db8:1::1 dev d2"
bad "unicast address, without a device" "EADDRINUSE address $USED" \
	"add address=2001:db8:1::1" "add 2001:db8:1::1"
bad "unicast address in a VRF" "EADDRINUSE address $USED" \
	"add address=2001:db8:2::1 vrf=red" "add 2001:db8:2::1 vrf red"
ll=$(lladdr host d0)
bad "link-local unicast address of the device" "EADDRINUSE address $USED" \
	"add address=$ll dev=d0" "add $ll dev d0"
LINKLOCAL="anycast6: a link-local address needs a device"
bad "link-local address without a device" "EINVAL address $LINKLOCAL" \
	"add address=fe80::a" "add fe80::a"
bad "link-local address with a VRF only" "EINVAL address $LINKLOCAL" \
	"add address=fe80::a vrf=red" "add fe80::a vrf red"
bad "link-local address on the module's own device" "EINVAL address $LINKLOCAL" \
	"add address=fe80::a dev=anycast0" "add fe80::a dev anycast0"

# ---- devices and VRFs ----

bad "no such device" "ENODEV dev anycast6: no such device" "add address=$A dev=$NO_DEV"
bad_word "no such device, by name" 'Cannot find device "nowhere"' "add $A dev nowhere"
bad "no such VRF" "ENODEV vrf anycast6: no such VRF" "add address=$A vrf=$NO_DEV"
bad "a VRF that is none" "EINVAL vrf anycast6: the device is not a VRF" \
	"add address=$A vrf=d0" "add $A vrf d0"
bad "a device that is in another VRF" "EINVAL dev anycast6: the device is not in that VRF" \
	"add address=$A dev=d0 vrf=red" "add $A dev d0 vrf red"
bad "device index 0" "ERANGE dev integer out of range" "add address=$A dev=#0"
bad "VRF index 0" "ERANGE vrf integer out of range" "add address=$A vrf=#0"

# ---- members that are there, or are not ----

TWICE="anycast6: the address has this member already"
bad "an identical member" "EEXIST address $TWICE" \
	"add address=2001:db8:1::e dev=d0" "add 2001:db8:1::e dev d0"
bad "an identical member, this node" "EEXIST address $TWICE" \
	"add address=2001:db8:53::e" "add 2001:db8:53::e"
bad "an identical member, this node by name" "EEXIST address $TWICE" \
	"add address=2001:db8:53::e dev=anycast0" "add 2001:db8:53::e dev anycast0"
bad "an identical member in a VRF" "EEXIST address $TWICE" \
	"add address=2001:db8:53::e vrf=red" "add 2001:db8:53::e vrf red"
UNKNOWN="anycast6: no such anycast address is configured"
bad "change of a member that is not there" "ENOENT address $UNKNOWN" \
	"change address=$A dev=d0" "change $A dev d0"
bad "change of the wrong member" "ENOENT dev anycast6: the address has no such member" \
	"change address=2001:db8:1::e dev=d2" "change 2001:db8:1::e dev d2"
bad "del of an address that is not there" "ENOENT address $UNKNOWN" "del address=$A" "del $A"
bad "del in the wrong VRF" "ENOENT address $UNKNOWN" \
	"del address=2001:db8:1::e vrf=red" "del 2001:db8:1::e vrf red"
bad "del of a member that is not there" "ENOENT dev anycast6: the address has no such member" \
	"del address=2001:db8:1::e dev=d2" "del 2001:db8:1::e dev d2"
bad "del of an unspecified address" "EINVAL address anycast6: the unspecified address $CANT" \
	"del address=::" "del ::"
MADE="anycast6: a subnet-router or reserved entry makes this"
bad "del of an address that an entry makes" "EBUSY address $MADE address" \
	"del address=2001:db8:1::" "del 2001:db8:1::"
bad "del of a member that an entry makes" "EBUSY dev $MADE member" \
	"del address=2001:db8:1:0:fdff:ffff:ffff:ff85 dev=d0" \
	"del 2001:db8:1:0:fdff:ffff:ffff:ff85 dev d0"

# ---- entries ----

bad "an identical subnet-router entry" "EEXIST origin anycast6: the device has this entry already" \
	"add origin=subnet-router dev=d0" "add subnet-router dev d0"
bad "an identical reserved entry" "EEXIST origin anycast6: the device has this entry already" \
	"add origin=reserved id=5 dev=d0" "add reserved 5 dev d0"
bad "change of an entry that is not there" "ENOENT origin anycast6: no such entry" \
	"change origin=reserved id=6 dev=d0" "change reserved 6 dev d0"
bad "del of an entry that is not there" "ENOENT origin anycast6: no such entry" \
	"del origin=subnet-router dev=d2" "del subnet-router dev d2"
PREFIXES="anycast6: subnet-router and reserved need a device with prefixes"
bad "subnet-router without a device" "EINVAL - $PREFIXES" \
	"add origin=subnet-router" "add subnet-router"
bad "home-agents without a device" "EINVAL - $PREFIXES" \
	"add origin=reserved id=126" "add home-agents"
bad "subnet-router on the module's own device" "EINVAL dev $PREFIXES" \
	"add origin=subnet-router dev=anycast0" "add subnet-router dev anycast0"
bad "subnet-router on a device in another VRF" "EINVAL dev anycast6: the device is not in that VRF" \
	"add origin=subnet-router dev=d0 vrf=red" "add subnet-router dev d0 vrf red"
bad "identifier 128" "ERANGE id integer out of range" \
	"add origin=reserved id=128 dev=d0"
t_run "identifier 128, through ip" refused "integer out of range" nsip host anycast add reserved 128 dev d0
bad_word "identifier 256" 'Error: argument "256" is wrong: an identifier is expected' \
	"add reserved 256 dev d0"
bad_word "identifier that is no number" 'Error: argument "dev" is wrong: an identifier is expected' \
	"add reserved dev d0"
GOES="anycast6: an identifier goes with reserved, and only with it"
bad "reserved without an identifier" "EINVAL origin $GOES" "add origin=reserved dev=d0"
bad "subnet-router with an identifier" "EINVAL id $GOES" "add origin=subnet-router id=5 dev=d0"
bad "an identifier and no origin" "EINVAL id anycast6: either an address or what it is derived from" \
	"add address=$A id=5 dev=d0"
bad "an identifier alone" \
	"EINVAL - anycast6: neither an address nor what it is derived from" "add id=5 dev=d0"
bad "an address and an origin" \
	"EINVAL origin anycast6: either an address or what it is derived from" \
	"add address=$A origin=subnet-router dev=d0"
DERIVED="anycast6: addresses are derived from subnet-router or reserved"
bad "origin static" "EINVAL origin $DERIVED" "add origin=static dev=d0"
bad "origin kernel" "EINVAL origin $DERIVED" "add origin=kernel dev=d0"
bad "an origin that is none" "ERANGE origin integer out of range" "add origin=4 dev=d0"

# ---- scope ----

bad "a scope that does not contain the address" \
	"ERANGE scope anycast6: the address is outside that scope" \
	"set address=2001:db8:53::e scope=2001:db9:: scope-len=32" \
	"set 2001:db8:53::e scope 2001:db9::/32"
bad "scope of an address that is not there" "ENOENT address $UNKNOWN" \
	"set address=$A scope=:: scope-len=0" "set $A scope ::/0"
bad "scope of what an entry makes" \
	"EBUSY address anycast6: the scope of an address that an entry makes is its prefix" \
	"set address=2001:db8:1:: scope=2001:db8:: scope-len=32" "set 2001:db8:1:: scope 2001:db8::/32"
bad "scope of 129 bits" "ERANGE scope-len integer out of range" \
	"set address=2001:db8:53::e scope=2001:db8:: scope-len=129"
bad_word "scope of 129 bits, through ip" \
	'Error: argument "2001:db8::/129" is wrong: an IPv6 prefix is expected' \
	"set 2001:db8:53::e scope 2001:db8::/129"
bad "scope of an entry" \
	"EINVAL scope anycast6: the scope of an address that an entry makes is its prefix" \
	"set origin=subnet-router dev=d0 scope=2001:db8:: scope-len=32" \
	"set subnet-router dev d0 scope 2001:db8::/32"
bad "set of nothing" "EINVAL - anycast6: nothing is named that can be set" \
	"set address=2001:db8:53::e"
WHOLE="anycast6: a scope is an address and a length"
bad "set without a length" "EINVAL scope $WHOLE" "set address=2001:db8:53::e scope=2001:db8::"
bad "set without a prefix" "EINVAL scope-len $WHOLE" "set address=2001:db8:53::e scope-len=32"
bad "set without an address" "EINVAL - anycast6: neither an address nor what it is derived from" \
	"set scope=2001:db8:: scope-len=32"
bad "scope given to add" "EINVAL scope Unsupported attribute" \
	"add address=$A scope=2001:db8:: scope-len=32"

# ---- source ----

S=2001:db8:53::e
FROM="set address=$S source=address source-address"
UNI="anycast6: answers come from a unicast address"
for bad in ff02::1 :: ::1 ::ffff:192.0.2.1; do
	bad "source $bad" "EINVAL source-address $UNI" "$FROM=$bad" "set $S source $bad"
done
bad "source: the address itself" \
	"EINVAL source-address anycast6: this is the address itself: use source anycast" \
	"$FROM=$S" "set $S source $S"
ANY="anycast6: this is an anycast address of this node"
bad "source: another anycast address" "EINVAL source-address $ANY" \
	"$FROM=2001:db8:1::e" "set $S source 2001:db8:1::e"
bad "source: an anycast address that an entry makes" "EINVAL source-address $ANY" \
	"$FROM=2001:db8:1::" "set $S source 2001:db8:1::"
bad "source: the address itself, in the VRF" \
	"EINVAL source-address anycast6: this is the address itself: use source anycast" \
	"$FROM=$S vrf=red" "set $S vrf red source $S"
bad "source of an entry: what it makes" "EINVAL source-address $ANY" \
	"set origin=subnet-router dev=d0 source=address source-address=2001:db8:1::" \
	"set subnet-router dev d0 source 2001:db8:1::"
NONE="anycast6: this is no address of this node there"
bad "source: another node's address" "EADDRNOTAVAIL source-address $NONE" \
	"$FROM=$LOST" "set $S source $LOST"
bad "source: an address in a VRF" "EADDRNOTAVAIL source-address $NONE" \
	"$FROM=2001:db8:2::1" "set $S source 2001:db8:2::1"
bad "source: an address outside of the VRF" "EADDRNOTAVAIL source-address $NONE" \
	"$FROM=2001:db8:1::1 vrf=red" "set $S vrf red source 2001:db8:1::1"
bad "source of an entry: another node's address" "EADDRNOTAVAIL source-address $NONE" \
	"set origin=reserved id=5 dev=d0 source=address source-address=$LOST" \
	"set reserved 5 dev d0 source $LOST"
bad "source of a link-local address: another link's" "EADDRNOTAVAIL source-address $NONE" \
	"set address=fe80::e dev=d0 source=address source-address=$(lladdr host d2)" \
	"set fe80::e dev d0 source $(lladdr host d2)"
bad "source of a link-local address: in a VRF" "EADDRNOTAVAIL source-address $NONE" \
	"set address=fe80::e dev=d0 source=address source-address=2001:db8:2::1" \
	"set fe80::e dev d0 source 2001:db8:2::1"
LINK="anycast6: a link-local source does not reach all who send to a global address"
bad "source: a link-local address" "EINVAL source-address $LINK" "$FROM=$ll" "set $S source $ll"
bad "source of an entry: a link-local address" "EINVAL source-address $LINK" \
	"set origin=subnet-router dev=d0 source=address source-address=$ll" \
	"set subnet-router dev d0 source $ll"
OFENTRY="anycast6: an entry makes this address: set the source of the entry"
bad "source of what an entry makes" "EBUSY address $OFENTRY" \
	"set address=2001:db8:1:: source=unicast" "set 2001:db8:1:: source unicast"
bad "source of an address that is not there" "ENOENT address $UNKNOWN" \
	"set address=$A source=unicast" "set $A source unicast"
bad "source of an entry that is not there" "ENOENT origin anycast6: no such entry" \
	"set origin=reserved id=6 dev=d0 source=unicast" "set reserved 6 dev d0 source unicast"
bad "source of an entry without a device" "EINVAL - $PREFIXES" \
	"set origin=subnet-router source=unicast" "set subnet-router source unicast"
bad "a source and a wrong scope" "ERANGE scope anycast6: the address is outside that scope" \
	"set address=$S source=unicast scope=2001:db9:: scope-len=32" \
	"set $S source unicast scope 2001:db9::/32"
bad "a scope and a wrong source" "EADDRNOTAVAIL source-address $NONE" \
	"$FROM=$LOST scope=2001:db8:: scope-len=32" "set $S source $LOST scope 2001:db8::/32"
bad "source and scope of an entry" \
	"EINVAL scope anycast6: the scope of an address that an entry makes is its prefix" \
	"set origin=subnet-router dev=d0 source=unicast scope=:: scope-len=0" \
	"set subnet-router dev d0 source unicast scope ::/0"
bad "source address without one" "EINVAL source anycast6: source address needs the address" \
	"set address=$S source=address"
WITH="anycast6: an address goes with source address, and only with it"
bad "the address of another source" "EINVAL source-address $WITH" \
	"set address=$S source=unicast source-address=2001:db8:1::1"
bad "the address of no source" "EINVAL source-address $WITH" "set address=$S source-address=2001:db8:1::1"
bad "a source that is none" "ERANGE source integer out of range" "set address=$S source=4"
bad "short source" "EINVAL source invalid attribute length" "set address=$S source:02"
bad "short source address" "ERANGE source-address binary attribute size out of range" \
	"set address=$S source=address source-address:20010db8"
bad "source given to add" "EINVAL source Unsupported attribute" "add address=$A source=unicast"
SOURCE="auto, anycast, unicast or an IPv6 address is expected"
bad_word "source address, by its mode" "Error: argument \"address\" is wrong: $SOURCE" \
	"set $S source address"
bad_word "source that is an IPv4 address" "Error: argument \"192.0.2.1\" is wrong: $SOURCE" \
	"set $S source 192.0.2.1"
bad_word "source that is a prefix" "Error: argument \"2001:db8:1::1/64\" is wrong: $SOURCE" \
	"set $S source 2001:db8:1::1/64"
bad_word "source without a value" 'Error: argument "source SOURCE" is required' "set $S source"
bad_word "two sources" 'Error: duplicate "source": "2001:db8:1::1" is the second value.' \
	"set $S source auto source 2001:db8:1::1"

# ---- remote members ----

FAR=2001:db8:9::9
VIA="anycast6: a remote member is reached through a unicast address"
bad "via a multicast address" "EINVAL via $VIA" "add address=$A via=ff02::1" "add $A via ff02::1"
bad "via the unspecified address" "EINVAL via $VIA" "add address=$A via=::" "add $A via ::"
bad "via the loopback address" "EINVAL via $VIA" "add address=$A via=::1" "add $A via ::1"
bad "via an IPv4-mapped address" "EINVAL via $VIA" \
	"add address=$A via=::ffff:192.0.2.1" "add $A via ::ffff:192.0.2.1"
bad "replace does not let it in" "EINVAL via $VIA" \
	"replace address=2001:db8:53::e via=ff02::1" "replace 2001:db8:53::e via ff02::1"
bad "via the address itself" "EINVAL via anycast6: a member can't be reached through the address itself" \
	"add address=$A via=$A" "add $A via $A"
OURS="anycast6: this is an address of this node"
bad "via a unicast address of this node" "EINVAL via $OURS" \
	"add address=$A via=2001:db8:1::1" "add $A via 2001:db8:1::1"
bad "via a unicast address of another device" "EINVAL via $OURS" \
	"add address=$A via=2001:db8:1::1 dev=d2" "add $A via 2001:db8:1::1 dev d2"
bad "via a unicast address of this node in the VRF" "EINVAL via $OURS" \
	"add address=$A vrf=red via=2001:db8:2::1" "add $A vrf red via 2001:db8:2::1"
bad "via a link-local address of this node" "EINVAL via $OURS" \
	"add address=$A via=$ll dev=d0" "add $A via $ll dev d0"
bad "via an anycast address of this node" "EINVAL via $OURS" \
	"add address=$A via=2001:db8:1::e" "add $A via 2001:db8:1::e"
bad "via an anycast address that an entry makes" "EINVAL via $OURS" \
	"add address=$A via=2001:db8:1::" "add $A via 2001:db8:1::"
bad "via a link-local address without a device" \
	"EINVAL via anycast6: a link-local next hop needs a device" \
	"add address=$A via=fe80::b" "add $A via fe80::b"
bad "a link-local address via a global one" \
	"EINVAL via anycast6: a member of a link-local address has one on the same link" \
	"add address=fe80::a dev=d0 via=$FAR" "add fe80::a dev d0 via $FAR"
bad "a link-local address without a device, via" "EINVAL address $LINKLOCAL" \
	"add address=fe80::a via=fe80::b" "add fe80::a via fe80::b"
bad "a link-local address via, in a VRF" \
	"ENOTSUP via anycast6: packets to link-local addresses can't be steered in a VRF" \
	"add address=fe80::a dev=d1 via=fe80::b" "add fe80::a dev d1 via fe80::b"
bad "a unicast address, via" "EADDRINUSE address $USED" \
	"add address=2001:db8:1::1 via=$FAR" "add 2001:db8:1::1 via $FAR"
bad "a multicast address, via" "EINVAL address anycast6: a multicast address $CANT" \
	"add address=ff02::1 via=$FAR" "add ff02::1 via $FAR"
bad "a member outside of the scope" "ERANGE via anycast6: the member is outside of the address's scope" \
	"add address=2001:db8:53::5 via=2001:db9::1" "add 2001:db8:53::5 via 2001:db9::1"
bad "a scope outside of which a member is" "ERANGE scope anycast6: a member is outside that scope" \
	"set address=2001:db8:53::6 scope=2001:db8:53:: scope-len=48" "set 2001:db8:53::6 scope 2001:db8:53::/48"
bad "via, no such device" "ENODEV dev anycast6: no such device" "add address=$A via=$FAR dev=$NO_DEV"
bad_word "via, no such device, by name" 'Cannot find device "nowhere"' "add $A via $FAR dev nowhere"
bad "via, a device in another VRF" "EINVAL dev anycast6: the device is not in that VRF" \
	"add address=$A vrf=red via=$FAR dev=d0" "add $A vrf red via $FAR dev d0"
bad "via, no such VRF" "ENODEV vrf anycast6: no such VRF" "add address=$A via=$FAR vrf=$NO_DEV"
bad "via, on lo" "EINVAL dev anycast6: that device leads nowhere" \
	"add address=$A via=$FAR dev=lo" "add $A via $FAR dev lo"
bad "via, on the module's own device" "EINVAL dev anycast6: that device leads nowhere" \
	"add address=$A via=$FAR dev=anycast0" "add $A via $FAR dev anycast0"
bad "an identical remote member" "EEXIST address $TWICE" \
	"add address=2001:db8:53::6 via=$LOST" "add 2001:db8:53::6 via $LOST"
bad "change of a remote member that is not there" "ENOENT via anycast6: the address has no such member" \
	"change address=2001:db8:53::6 via=$FAR metric=5" "change 2001:db8:53::6 via $FAR metric 5"
bad "change of a remote member on another device" "ENOENT via anycast6: the address has no such member" \
	"change address=2001:db8:53::6 via=$LOST dev=d0" "change 2001:db8:53::6 via $LOST dev d0"
bad "del of a remote member that is not there" "ENOENT via anycast6: the address has no such member" \
	"del address=2001:db8:53::6 via=$FAR" "del 2001:db8:53::6 via $FAR"
bad "del of a local member that is not there" "ENOENT dev anycast6: the address has no such member" \
	"del address=2001:db8:53::6 dev=d0" "del 2001:db8:53::6 dev d0"
bad "subnet-router via" "EINVAL via anycast6: derived addresses have local members only" \
	"add origin=subnet-router dev=d2 via=$FAR"
bad "short next hop" "ERANGE via binary attribute size out of range" "add address=$A via:20010db8"
bad "long next hop" "ERANGE via binary attribute size out of range" \
	"add address=$A via:20010db8000100000000000000000000000a"
bad "short metric" "EINVAL metric invalid attribute length" "add address=$A via=$FAR metric:0100"
bad "metric given to del" "EINVAL metric Unknown attribute type" \
	"del address=2001:db8:53::6 via=$LOST metric=5"
bad_word "metric that is no number" 'Error: argument "near" is wrong: a number is expected' \
	"add $A via $FAR metric near"
bad_word "metric without a number" 'Error: argument "metric NUMBER" is required' "add $A via $FAR metric"
WHOLE="anycast6: an area is an address and a length"
bad "area without a length" "EINVAL area $WHOLE" "add address=$A via=$FAR area=2001:db8::"
bad "area without an address" "EINVAL area-len $WHOLE" "add address=$A via=$FAR area-len=32"
bad "area of 129 bits, on netlink" "ERANGE area-len integer out of range" \
	"add address=$A via=$FAR area=2001:db8:: area-len=129"
bad "a multicast area" "EINVAL area anycast6: nothing is sent from a multicast address" \
	"add address=$A via=$FAR area=ff02:: area-len=16" "add $A via $FAR area ff02::/16"
bad "short area" "ERANGE area binary attribute size out of range" \
	"add address=$A via=$FAR area:20010db8 area-len=32"
bad_word "area that is garbage" 'Error: argument "here" is wrong: an IPv6 prefix is expected' \
	"add $A via $FAR area here"

# ---- leases, draining, holds ----

LONG="anycast6: a lease is not as long as that"
bad "a lease that is too long" "ERANGE lifetime $LONG" "add address=$A lifetime=2147484"
bad "short lifetime" "EINVAL lifetime invalid attribute length" "add address=$A lifetime:0100"
bad "lifetime given to set" "EINVAL lifetime Unsupported attribute" "set address=2001:db8:53::e lifetime=5"
bad "a hold that is too long" "ERANGE hold anycast6: a hold is not as long as that" "set address=2001:db8:53::e hold=2147484"
bad "hold given to add" "EINVAL hold Unknown attribute type" "add address=$A hold=5"
for verb in drain resume renew; do
	bad "$verb of an address that is not there" "ENOENT address anycast6: no such anycast address is configured" \
		"$verb address=$A" "$verb $A"
	bad "$verb of a member that is not there" "ENOENT via anycast6: the address has no such member" \
		"$verb address=2001:db8:53::6 via=$FAR" "$verb 2001:db8:53::6 via $FAR"
	bad "$verb of an entry that is not there" "ENOENT origin anycast6: no such entry" \
		"$verb origin=reserved id=7 dev=d0" "$verb reserved 7 dev d0"
	bad "$verb in a device that is no VRF" "EINVAL vrf anycast6: the device is not a VRF" \
		"$verb vrf=d0" "$verb all vrf d0"
	bad "$verb of all on a device" "EINVAL dev anycast6: a member is one of an address" "$verb dev=d0"
	bad "$verb with an option" "EINVAL metric Unknown attribute type" "$verb address=2001:db8:53::e metric=5"
done
bad "renew of what has no lease" "ENOENT address anycast6: nothing there has a lifetime" \
	"renew address=2001:db8:53::e" "renew 2001:db8:53::e"
bad "drain of an address with remote members only" \
	"ENOENT address anycast6: the address has no member on this node: name one" \
	"drain address=2001:db8:53::6" "drain 2001:db8:53::6"
bad_word "a wait for nothing" 'Error: argument "0" is wrong: a number of seconds above 0 is expected' \
	"drain 2001:db8:53::e wait 0"
bad_word "two waits" 'Error: duplicate "wait": "2" is the second value.' "drain all wait 1 wait 2"
bad_word "a wait for others" 'Error: argument "via" is wrong: only members of this node are waited for' \
	"drain 2001:db8:53::6 via 2001:db8:1::2 wait 1"
bad_word "a wait with a resume" 'Error: argument "wait" is wrong: unknown argument, try "ip anycast help"' "resume all wait 1"

# ---- services ----

ONE="anycast6: a service is a protocol and a port"
bad "service of a remote member" "EINVAL services anycast6: services are those of a member on this node" \
	"add address=$A via=$FAR services=tcp/80" "add $A via $FAR service tcp/80"
bad "no services of a remote member" "EINVAL services anycast6: services are those of a member on this node" \
	"change address=2001:db8:53::6 via=$LOST services=" "change 2001:db8:53::6 via $LOST service none"
bad "service of another protocol, on netlink" "EPROTONOSUPPORT services anycast6: a service is one of TCP or UDP" \
	"add address=$A services=tcp/80,132/80"
bad "service named twice" "EEXIST services anycast6: a service is named twice" \
	"add address=$A services=tcp/80,udp/80,tcp/80" "add $A service tcp/80,udp/80,tcp/80"
bad "17 services, on netlink" "E2BIG services anycast6: a member has at most 16 services" \
	"replace address=2001:db8:53::e services=$(seq -s, -f udp/%g 17)"
bad "service at port 0, on netlink" "ERANGE services.2 integer out of range" "add address=$A services=tcp/0"
bad "service without a port, on netlink" "EINVAL services $ONE" "add address=$A services=tcp/80,tcp/"
bad "service without a protocol" "EINVAL services $ONE" "add address=$A services=/80"
bad "service of an entry's member" "EBUSY address anycast6: a subnet-router or reserved entry makes this member" \
	"change address=2001:db8:1:: dev=d0 services=tcp/80" "change 2001:db8:1:: dev d0 service tcp/80"
bad "services that are no nest" "EINVAL services NLA_F_NESTED is missing" "add address=$A services:00000000"
bad "services given to del" "EINVAL services Unknown attribute type" "del address=2001:db8:53::e services=tcp/80"
bad "services given to set" "EINVAL services Unsupported attribute" \
	"set address=2001:db8:53::e source=auto services=tcp/80"
# ---- affinity, unpinned ----

bad "affinity that is none" "ERANGE affinity integer out of range" "set address=2001:db8:53::e affinity=2"
bad "short affinity" "EINVAL affinity invalid attribute length" "set address=2001:db8:53::e affinity:01"
bad "affinity given to add" "EINVAL affinity Unknown attribute type" "add address=$A affinity=source"
bad "unpinned given to add" "EINVAL unpinned Unknown attribute type" "add address=$A unpinned=udp/53"
bad "unpinned of another protocol, on netlink" "EPROTONOSUPPORT unpinned anycast6: a service is one of TCP or UDP" \
	"set address=2001:db8:53::6 unpinned=tcp/80,132/80"
bad "unpinned twice" "EEXIST unpinned anycast6: a service is named twice" \
	"set address=2001:db8:53::6 unpinned=tcp/80,udp/80,tcp/80" "set 2001:db8:53::6 unpinned tcp/80,udp/80,tcp/80"
bad "17 unpinned, on netlink" "E2BIG unpinned anycast6: at most 16 services of an address are unpinned" \
	"set address=2001:db8:53::6 affinity=source hold=5 unpinned=$(seq -s, -f udp/%g 17)"
bad "unpinned at port 0, on netlink" "ERANGE unpinned.2 integer out of range" \
	"set address=2001:db8:53::6 unpinned=tcp/0"
bad "unpinned without a port, on netlink" "EINVAL unpinned $ONE" "set address=2001:db8:53::6 unpinned=tcp/"
bad "unpinned that is no nest" "EINVAL unpinned NLA_F_NESTED is missing" \
	"set address=2001:db8:53::6 unpinned:00000000"
MADE="anycast6: an entry makes this address, and all its members are on this node"
bad "affinity of an address that an entry makes" "EBUSY address $MADE" "set address=2001:db8:1:: affinity=source" \
	"set 2001:db8:1:: affinity source"
bad "unpinned of an address that an entry makes" "EBUSY address $MADE" "set address=2001:db8:1:: unpinned=udp/53" \
	"set 2001:db8:1:: unpinned udp/53"
HERE="anycast6: an entry makes members on this node only: set it for an address"
bad "affinity of an entry" "EINVAL origin $HERE" "set origin=subnet-router dev=d0 affinity=source" \
	"set subnet-router dev d0 affinity source"
bad "unpinned of an entry" "EINVAL origin $HERE" "set origin=subnet-router dev=d0 hold=5 unpinned=" \
	"set subnet-router dev d0 hold 5 unpinned none"
bad "affinity with a scope that is refused" "ERANGE scope anycast6: the address is outside that scope" \
	"set address=2001:db8:53::6 affinity=source unpinned=udp/53 scope=2001:db9:: scope-len=32" \
	"set 2001:db8:53::6 affinity source unpinned udp/53 scope 2001:db9::/32"

# ---- get and flow ----

bad "get of an address that is not there" "ENOENT flow-address $UNKNOWN" \
	"resolve flow-address=$A flow-source=2001:db8::2" "get $A from 2001:db8::2"
bad "get of an address in the wrong VRF" "ENOENT flow-address $UNKNOWN" \
	"resolve flow-address=2001:db8:1::e flow-source=2001:db8::2 flow-vrf=red" \
	"get 2001:db8:1::e vrf red from 2001:db8::2"
QUESTION="anycast6: an address and a source are needed"
bad "get without a source, on netlink" "EINVAL - $QUESTION" "resolve flow-address=2001:db8:1::e"
bad "get without an address" "EINVAL - $QUESTION" "resolve flow-source=2001:db8::2"
bad "get with ports of nothing" "EINVAL flow-sport anycast6: ports are those of a protocol" \
	"resolve flow-address=2001:db8:1::e flow-source=2001:db8::2 flow-sport=1"
bad "get by a device that is not there, on netlink" "ENODEV flow-iif anycast6: there is no such device" \
	"resolve flow-address=2001:db8:1::e flow-source=2001:db8::2 flow-iif=#123456"
bad "get with an unknown attribute" "EINVAL 99 Unknown attribute type" \
	"resolve flow-address=2001:db8:1::e flow-source=2001:db8::2 99:00000000"
bad "flow flush with an attribute of get" "EINVAL flow-source Unknown attribute type" \
	"flow-flush flow-source=2001:db8::2"
bad "flow show without dump" "ENOTSUP -" "flow-get"

# ---- malformed requests ----

bad "no attributes" "EINVAL - anycast6: neither an address nor what it is derived from" "add"
bad "only a device" "EINVAL - anycast6: neither an address nor what it is derived from" "add dev=d0"
bad "unknown attribute" "EINVAL 99 Unknown attribute type" "add address=$A 99:00000000"
bad "attribute of another request" "EINVAL state Unsupported attribute" "add address=$A state=up"
bad "attribute 0" "EINVAL 0 Unknown attribute type" "add address=$A 0:00000000"
bad "trailing bytes" "EINVAL - bytes leftover after parsing attributes" "add address=$A tail=2"
bad "short address" "ERANGE address binary attribute size out of range" "add address:20010db8"
bad "long address" "ERANGE address binary attribute size out of range" \
	"add address:20010db8000100000000000000000000000a"
bad "empty address" "ERANGE address binary attribute size out of range" "add address:"
bad "short device" "EINVAL dev invalid attribute length" "add address=$A dev:0100"
bad "long device" "EINVAL dev invalid attribute length" "add address=$A dev:0100000000000000"
bad "short identifier" "EINVAL id invalid attribute length" "add origin=reserved id: dev=d0"
bad "nested address" "EINVAL address NLA_F_NESTED not expected" "add nested=$A"
bad "unknown command" "ENOTSUP -" "99 address=$A"
bad "an event as a request" "ENOTSUP -" "added address=$A"
bad "get without dump" "ENOTSUP -" "get"
bad "reserved header field" "EINVAL - genlmsghdr.reserved field is not 0" "add address=$A reserved=1"
bad "reserved netlink flags" "EINVAL - ambiguous or reserved bits set in nlmsg_flags" \
	"add address=$A flags=0x100"
bad "flush with an unknown attribute" "EINVAL scope Unsupported attribute" "flush scope=::"
bad "flush with a wrong state" "ERANGE state integer out of range" "flush state=7"

dump_refused() { is "$(netlink dump host "${@:2}")" "$1"; }
t_run "dump: origin out of range" dump_refused "ERANGE origin integer out of range" origin=4
t_run "dump: attribute of another request" dump_refused "EINVAL scope Unsupported attribute" scope=::
t_run "dump: unknown attribute" dump_refused "EINVAL 99 Unknown attribute type" 99:00
t_run "dump: identifier out of range" dump_refused "ERANGE id integer out of range" id=200

# ---- the words of ip ----

bad_word "no address" 'Error: argument "ADDRESS" is required' "add dev d0"
bad_word "an IPv4 address" 'Error: argument "192.0.2.1" is wrong: an anycast address is expected' \
	"add 192.0.2.1"
bad_word "a prefix" "Error: argument \"$A/64\" is wrong: an anycast address is expected" "add $A/64"
bad_word "dev without a name" 'Error: argument "dev DEV" is required' "add $A dev"
bad_word "two devices" 'Error: duplicate "dev": "d2" is the second value.' "add $A dev d0 dev d2"
bad_word "two addresses" \
	'Error: argument "2001:db8::2" is wrong: unknown argument, try "ip anycast help"' \
	"add 2001:db8::1 2001:db8::2"
bad_word "via without an address" 'Error: argument "via IPV6ADDR" is required' "add $A via"
bad_word "via an IPv4 address" 'Error: argument "192.0.2.1" is wrong: an IPv6 address is expected' \
	"add $A via 192.0.2.1"
bad_word "via a prefix" 'Error: argument "2001:db8::2/64" is wrong: an IPv6 address is expected' \
	"add $A via 2001:db8::2/64"
bad_word "two ways" 'Error: duplicate "via": "2001:db8::3" is the second value.' \
	"add $A via 2001:db8::2 via 2001:db8::3"
bad_word "metric below 0" 'Error: argument "-1" is wrong: a number is expected' "add $A metric -1"
bad_word "metric of 33 bits" 'Error: argument "4294967296" is wrong: a number is expected' \
	"add $A metric 4294967296"
bad_word "area of another family" 'Error: argument "192.0.2.0/24" is wrong: an IPv6 prefix is expected' \
	"add $A area 192.0.2.0/24"
bad_word "area of 129 bits" 'Error: argument "::/129" is wrong: an IPv6 prefix is expected' \
	"add $A area ::/129"
bad_word "del with a metric" 'Error: argument "metric" is wrong: unknown argument, try "ip anycast help"' \
	"del 2001:db8::e metric 1"
bad_word "set of a metric" 'Error: argument "metric" is wrong: it is expected after "announce"' \
	"set 2001:db8:53::e metric 1"
bad_word "announce of something else" \
	'Error: argument of "announce" must be one of "host", "scope", "none", not "all"' \
	"set 2001:db8:53::e announce all"
bad_word "announce with metric 0" 'Error: argument "0" is wrong: a number above 0 is expected' \
	"set 2001:db8:53::e announce host metric 0"
SECONDS_UP="a number of seconds up to 2147483 is expected"
bad_word "hold with a unit" "Error: argument \"5s\" is wrong: $SECONDS_UP" "set 2001:db8:53::e hold 5s"
bad_word "hold for too long" "Error: argument \"2147484\" is wrong: $SECONDS_UP" \
	"set 2001:db8:53::e hold 2147484"
bad_word "affinity of something else" 'Error: argument of "affinity" must be one of "flow", "source", not "port"' \
	"set 2001:db8:53::e affinity port"
bad_word "affinity of a member" 'Error: argument "affinity" is wrong: unknown argument, try "ip anycast help"' \
	"add $A affinity source"
bad_word "unpinned of another protocol" 'Error: argument "sctp/1" is wrong: tcp/PORT or udp/PORT is expected' \
	"set 2001:db8:53::e unpinned sctp/1"
bad_word "hold of a member" 'Error: argument "hold" is wrong: unknown argument, try "ip anycast help"' \
	"add $A hold 5"
WORD="tcp/PORT or udp/PORT is expected"
PORT="its port is expected to be from 1 to 65535, or a name"
bad_word "service without one" 'Error: argument "service SERVICE" is required' "add $A service"
bad_word "service of another protocol" "Error: argument \"icmp/1\" is wrong: $WORD" \
	"add $A service icmp/1"
bad_word "service of a protocol by number" "Error: argument \"17/53\" is wrong: $WORD" \
	"add $A service 17/53"
bad_word "service without a port" "Error: argument \"tcp\" is wrong: $WORD" "add $A service tcp"
bad_word "service and nothing" "Error: argument \"\" is wrong: $WORD" "add $A service udp/53,"
bad_word "service and none" "Error: argument \"none\" is wrong: $WORD" "add $A service udp/53,none"
bad_word "service at port 0" "Error: argument \"tcp/0\" is wrong: $PORT" "add $A service udp/53,tcp/0"
bad_word "service at a port of 17 bits" "Error: argument \"tcp/65536\" is wrong: $PORT" \
	"add $A service tcp/65536"
bad_word "service at an unknown port" "Error: argument \"udp/nosuch\" is wrong: $PORT" \
	"add $A service udp/nosuch"
SERVICES=$(seq -s, -f udp/%g 17)
bad_word "17 services" \
	"Error: argument \"${SERVICES::48}...\" is wrong: no more than 16 services are expected" \
	"add $A service $SERVICES"
bad_word "service twice" 'Error: duplicate "service": "tcp/80" is the second value.' \
	"add $A service udp/53 service tcp/80"
PROBE="a number of milliseconds from 10 to 60000, or 0, is expected"
for bad in 5x 200ms -1 9 60001; do
	bad_word "probe $bad" "Error: argument \"$bad\" is wrong: $PROBE" "add $A via $FAR probe $bad"
done
bad_word "probe given to set" 'Error: argument "probe" is wrong: unknown argument, try "ip anycast help"' \
	"set 2001:db8:53::e probe 200"
bad_word "get without a source" 'Error: argument "from IPV6ADDR" is required' "get 2001:db8:53::e"
bad_word "a protocol that is none" 'Error: argument "mail" is wrong: an IP protocol is expected' \
	"get 2001:db8:53::e from 2001:db8::2 proto mail"
bad_word "a port of 17 bits" 'Error: argument "65536" is wrong: a port is expected' \
	"get 2001:db8:53::e from 2001:db8::2 proto tcp sport 65536"
bad_word "flow of an unknown command" 'Command "subtract" is unknown, try "ip anycast help".' "flow subtract $A"
bad_word "flow of nobody" 'Error: argument "from IPV6ADDR" is required' "flow add $A"
bad_word "set of nothing, through ip" \
	'Error: argument "scope PREFIX" or "source SOURCE" or "hold SECONDS" or "announce ANNOUNCE" or "affinity AFFINITY" or "unpinned SERVICE" is required' \
	"set 2001:db8:53::e"
bad_word "a state that is none" \
	'Error: argument of "state" must be one of "up", "down", "draining", not "open"' "show state open"
bad_word "an unknown command" 'Command "subtract" is unknown, try "ip anycast help".' "subtract $A"

# ---- limits ----

limit max_addresses 1 "E2BIG address anycast6: too many addresses (net.anycast6.max_addresses)" \
	"add address=2001:db8:1::f dev=d0" "add 2001:db8:1::f dev d0"
limit max_members 1 "ENOSPC address anycast6: too many members (net.anycast6.max_members)" \
	"add address=2001:db8:53::f" "add 2001:db8:53::f"
limit max_members 1 "ENOSPC address anycast6: too many members (net.anycast6.max_members)" \
	"add address=2001:db8:53::e dev=d2" "add 2001:db8:53::e dev d2"
limit max_joins 1 "ENOSPC address anycast6: too many joins (net.anycast6.max_joins)" \
	"add address=2001:db8:1::9 dev=d0" "add 2001:db8:1::9 dev d0"
limit max_addresses 1 "E2BIG origin anycast6: too many addresses (net.anycast6.max_addresses)" \
	"add origin=reserved id=7 dev=d0" "add reserved 7 dev d0"
limit max_members 1 "ENOSPC origin anycast6: too many members (net.anycast6.max_members)" \
	"add origin=reserved id=8 dev=d0" "add reserved 8 dev d0"

# an entry is refused if there is no room for all of its addresses
half_an_entry() {
	local used

	addr_add host d0 2001:db8:11::1/64 2001:db8:12::1/64
	used=$(query host count anycast show)
	limit_case max_addresses $((used + 1)) \
		"E2BIG origin anycast6: too many addresses (net.anycast6.max_addresses)" \
		"add origin=reserved id=9 dev=d0" "add reserved 9 dev d0"
}
t_run "limit max_addresses in the middle of an entry" half_an_entry

# beyond the limit on joins an off-link address gets a route, and is not refused
offlink_beyond_joins() {
	ns host sysctl -qw net.anycast6.max_{addresses,members}=1000 net.anycast6.max_joins=0
	nsip host anycast add 2001:db8:53::10
	is "$(members host 2001:db8:53::10)" "2001:db8:53::10 anycast0 up route"
}
t_run "limit max_joins does not refuse off-link addresses" offlink_beyond_joins

t_run "all of it left the rest usable" nsip host anycast flush

t_done
