#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Devices, namespaces, VRFs and the module go while packets are steered. Nothing keeps them from going, nothing is
# left of them, and the kernel has no complaint.
#
#                                             2001:db8:1::/64 --- (m0) one
#   client (c0) --- 2001:db8:c::/64 --- (r0) router                   ::1
#    ::2                                 ::f  2001:db8:2::/64 --- (m0) two
#                                                                   ::1
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

# Each deletion must end within so many seconds: the kernel complains of a device that is held for 10.
LIMIT=9
# Milliseconds between two packets of a stream.
GAP=8
# How many times everything is configured and deleted under traffic.
ROUNDS=3
[[ ${ANYCAST6_KERNEL-} != debug ]] || LIMIT=30 GAP=40 ROUNDS=1

# make_all [vrf]: the topology, anew for each case because each deletes another part. With vrf the router's devices
# are in VRF red.
make_all() {
	local name options=${1-}

	# a case that failed has left its namespaces
	for name in client router one two; do
		ns_del $name 2>/dev/null || true
	done
	make_members
	make_client
	if [[ $options == vrf ]]; then
		nsip router -6 -batch - <<-END
			rule add pref 32765 table local
			rule del pref 0
			link add red type vrf table 10
			link set red up
		END
		for dev in r0 r1 r2; do
			nsip router link set $dev master red
		done
		addr_add router r0 2001:db8:c::f/64 || true
		addr_add router r1 2001:db8:1::f/64 || true
		addr_add router r2 2001:db8:2::f/64 || true
	fi
	SINCE=$(dmesg | wc -l)
}

# start: A has both members, and there is traffic to them.
start() {
	add_members
	steered client
	peer stream client a $A 7 gap=$GAP
	peer stream client b $A 7 gap=$GAP
	peer stream client c $A 7 gap=$GAP
	peer stream client d $A 7 gap=$GAP
	peer stream router own $A 7 gap=$GAP
	peer flowing client a
	peer flowing client d
	peer flowing router own
}

finish() {
	local name

	for name in a b c d own; do
		peer streamed client $name
	done
	ns_del client router one two
	complaints
}

complaints() {
	dmesg | tail -n +$((SINCE + 1)) >"$T_DIR/dmesg"
	refute grep -E "unregister_netdevice: waiting|WARNING|BUG|refcount|leaked" "$T_DIR/dmesg"
}

# in_time WHAT COMMAND...: the command ends before the kernel would complain.
in_time() {
	local begin=${EPOCHREALTIME/./}

	timeout $LIMIT "${@:2}" || fail "$1 took more than $LIMIT s, or failed"
	echo "$1: $(((${EPOCHREALTIME/./} - begin) / 1000)) ms"
}

has_states() { is "$(member_states router)" "$1"; }

device_deleted() {
	make_all
	start
	in_time "the end of the device" ip -n "router-$T_ID" link del r1
	# the next packet goes to the other member
	is "$(peer ask client $A 7 43001-43010)" "two two two two two two two two two two"
	peer flowing client a
	peer flowing client d
	wait_for "its member's state" 20 has_states "$ONE down route, $TWO up"
	in_time "the end of the other device" ip -n "router-$T_ID" link del r2
	refute peer ask router $A 7 43101-43101 wait=1
	wait_for "the other member's state" 20 has_states "$ONE down route, $TWO down route"
	# and back: new devices have the old names
	link_veth router r1 one m0
	addr_add router r1 2001:db8:1::f/64
	addr_add one m0 $ONE/64
	nsip one -6 route replace default via 2001:db8:1::f
	wait_for "a member that comes back" 20 has_states "$ONE up, $TWO down route"
	steered client
	peer flowing client a
	finish
}

# Members that were configured with a device go with it.
named_device_deleted() {
	make_all
	nsip router anycast add $A via $ONE dev r1
	nsip router anycast add $A via $TWO dev r2
	steered client
	peer stream client a $A 7 gap=$GAP
	peer flowing client a
	in_time "the end of the device" ip -n "router-$T_ID" link del r1
	wait_for "the end of the member" 20 has_states "$TWO up"
	peer flowing client a
	in_time "the end of the other device" ip -n "router-$T_ID" link del r2
	wait_for "the end of the address" 20 eval "is \"\$(nsip router anycast show origin static)\" ''"
	peer streamed client a
	ns_del client router one two
	complaints
}

device_moved() {
	make_all
	start
	in_time "the move" ip -n "router-$T_ID" link set r1 netns "client-$T_ID"
	is "$(peer ask client $A 7 43201-43205)" "two two two two two"
	wait_for "its member's state" 20 has_states "$ONE down route, $TWO up"
	peer flowing client a
	in_time "the move back" ip -n "client-$T_ID" link set r1 netns "router-$T_ID"
	nsip router link set r1 up
	addr_add router r1 2001:db8:1::f/64
	wait_for "a member that comes back" 20 has_states "$ONE up, $TWO up"
	peer flowing client d
	in_time "another move" ip -n "router-$T_ID" link set r2 netns "one-$T_ID"
	in_time "the end where it is now" ip -n "one-$T_ID" link del r2
	wait_for "the other member's state" 20 has_states "$ONE up, $TWO down route"
	peer flowing client a
	finish
}

router_deleted() {
	make_all
	start
	peer streamed router own
	peer ask client $A 7 43301-43310
	ns_del router
	# the namespace is gone when its devices are, and with them the other ends of its links
	wait_for "the end of the router" $LIMIT eval "! ip -n client-$T_ID link show c0"
	for name in a b c d; do
		peer streamed client $name
	done
	ns_del client one two
	complaints
}

# The members' namespaces are deleted first, then the router's.
members_deleted() {
	make_all
	start
	peer unnamed client one
	ns_del one
	wait_for "the end of one's devices" $LIMIT eval "! ip -n router-$T_ID link show r1"
	peer flowing client a
	peer flowing client d
	peer unnamed client two
	ns_del two
	wait_for "the end of two's devices" $LIMIT eval "! ip -n router-$T_ID link show r2"
	wait_for "the members' states" 20 has_states "$ONE down route, $TWO down route"
	for name in a b c d own; do
		peer streamed client $name
	done
	ns_del router
	wait_for "the end of the router" $LIMIT eval "! ip -n client-$T_ID link show c0"
	ns_del client
	complaints
}

vrf_deleted() {
	make_all vrf
	nsip router -batch - <<-END
		anycast add $A vrf red via $ONE
		anycast add $A vrf red via $TWO
	END
	steered client
	peer stream client a $A 7 gap=$GAP
	peer stream client b $A 7 gap=$GAP
	peer flowing client a
	in_time "the end of the VRF" ip -n "router-$T_ID" link del red
	wait_for "the end of its addresses" 20 eval "is \"\$(nsip router anycast show origin static)\" ''"
	refute peer ask router $A 7 43401-43401 wait=0.3
	# the devices are outside of the VRF now, and steering works there
	add_members
	addr_add router r0 2001:db8:c::f/64 || true
	addr_add router r1 2001:db8:1::f/64 || true
	addr_add router r2 2001:db8:2::f/64 || true
	steered client
	peer flowing client a
	peer streamed client a
	peer streamed client b
	ns_del client router one two
	complaints
}

unload() {
	local begin

	in_time "rmmod" modprobe -r anycast6
	[[ ! -d /sys/module/anycast6 ]]
}

# The members hold the address by local routes here, so that only the router needs the module.
module_unloaded() {
	local i

	make_all
	nsip one anycast flush
	nsip two anycast flush
	unload
	for name in one two; do
		nsip $name -6 route add local 2001:db8:a::/48 dev lo
	done
	snapshot router >"$T_DIR/before"
	for ((i = 0; i < ROUNDS; i++)); do
		start
		peer pieces client $CLIENT $A 43501 7 0,1 mute id=$((i + 1))
		unload
		peer flowing client a count=0
		wait_for "the state of before" 20 same_as_before
		refute peer ping client $A wait=0.3
		for name in a b c d own; do
			peer streamed client $name
		done
	done
	ns_del client router one two
	complaints
	modprobe anycast6
}

same_as_before() { diff <(snapshot router) "$T_DIR/before"; }

# The whole configuration is deleted under traffic, and nothing is left of it.
flushed() {
	local i

	make_all
	snapshot router >"$T_DIR/before"
	for ((i = 0; i < ROUNDS; i++)); do
		start
		in_time "flush" ip -n "router-$T_ID" anycast flush
		wait_for "the state of before" 20 same_as_before
		for name in a b c d own; do
			peer streamed client $name
		done
	done
	ns_del client router one two
	complaints
}

# When a namespace ends, the kernel deletes its tunnels before the module ends its part.
tunnel_deleted() {
	make_all
	add_members
	nsip router link add t0 type ip6tnl mode ip6ip6 local 2001:db8:1::f remote $ONE
	nsip router link set t0 up
	addr_add router t0 2001:db8:33::f/64
	nsip router anycast add 2001:db8:a::c via 2001:db8:33::1 dev t0
	steered client
	ns_del router
	wait_for "the end of the router" $LIMIT eval "! ip -n client-$T_ID link show c0"
	ns_del client one two
	complaints
}

peer_start wire.py
# leftovers of the first round show in the second; on the debug kernel one is enough, as the kernel looks for them
# itself
rounds=("" ", again")
[[ ${ANYCAST6_KERNEL-} != debug ]] || rounds=("")
for again in "${rounds[@]}"; do
	t_run "a device is deleted$again" device_deleted
	t_run "a device that a member names is deleted$again" named_device_deleted
	t_run "a device moves to another namespace$again" device_moved
	t_run "the router's namespace is deleted$again" router_deleted
	t_run "the router's namespace is deleted, with a tunnel to a member$again" tunnel_deleted
	t_run "the members' namespaces are deleted$again" members_deleted
	t_run "a VRF is deleted$again" vrf_deleted
	t_run "all is flushed$again" flushed
	t_run "the module is unloaded$again" module_unloaded
done
t_done
