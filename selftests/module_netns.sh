#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Network namespaces are apart. Each has its own addresses, and ends while they are configured and under traffic,
# again and again, without a reference left behind.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host        other
# cpus: 2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"

A=2001:db8:1::a
OFF=2001:db8:53::53
# How many namespaces end, and how many in each special way.
MANY=30
EACH=10
ROUNDS=3
[[ ${ANYCAST6_KERNEL-} != debug ]] || MANY=8 EACH=4 ROUNDS=1

# quiet: a device can be deleted at once. If anything were still held, the deletion would wait, too.
quiet() {
	ip link add probe type dummy
	timeout 20 ip link del probe
}

same_address() {
	nsip host anycast add $A dev h0
	nsip other anycast add $A
	nsip other anycast add subnet-router dev o0
	is "$(members host)" "$A h0 up join"
	is "$(members other $A)" "$A anycast0 up join"
	reached client $A 2001:db8:1::1
	nsip other anycast flush
	is "$(members host)" "$A h0 up join"
	reached client $A 2001:db8:1::1
	nsip host anycast flush
	is "$(addresses host)" ""
}

limits_apart() {
	ns other sysctl -qw net.anycast6.max_addresses=1
	nsip other anycast add $OFF
	refused "too many addresses" nsip other anycast add $A
	is "$(ns host sysctl -n net.anycast6.max_addresses)" 1048576
	nsip host anycast add $OFF
	nsip host anycast add $A dev h0
	ns other sysctl -qw net.anycast6.max_addresses=100
	nsip other anycast flush
	nsip host anycast flush
}

# A device moves to another namespace. The members on it go, those of the other namespace stay, and nothing comes
# along.
device_moves() {
	nsip host link add move type veth peer name stay
	nsip host link set move up
	nsip host link set stay up
	addr_add host move 2001:db8:7::1/64
	nsip host anycast add 2001:db8:7::a dev move
	nsip host anycast add subnet-router dev move
	nsip host anycast add $OFF dev move
	nsip host anycast add $OFF
	nsip other anycast add 2001:db8:7::a
	nsip host link set move netns "other-$T_ID"
	wait_for "its members to go" 10 eval "[[ \$(addresses host) == $OFF ]]"
	is "$(members host)" "$OFF anycast0 up join"
	is "$(members other)" "2001:db8:7::a anycast0 up join"
	is "$(kernel_anycast host | wc -l)" 1
	is "$(ns other awk '$2 == "move"' /proc/net/anycast6)" ""
	# and back, which brings nothing back
	nsip other link set move netns "host-$T_ID"
	is "$(addresses host)" $OFF
	nsip host link del move
	nsip host anycast flush
	nsip other anycast flush
}

# A device moves there and back before the module's work has run.
device_moves_fast() {
	local before i

	nsip host anycast add $A dev h0
	nsip host link add quick type dummy
	before=$(snapshot host)
	for ((i = 0; i < EACH; i++)); do
		nsip host -batch - <<-END
			link set quick up
			address add 2001:db8:7::1/64 dev quick nodad
			anycast add 2001:db8:7::a dev quick
			anycast add subnet-router dev quick
			link set quick netns other-$T_ID
		END
		nsip other link set quick netns "host-$T_ID"
	done
	wait_for "its members to go" 10 eval "[[ \$(addresses host) == $A ]]"
	# it is down again, and has no address
	is "$(snapshot host | grep -v quick)" "$(grep -v quick <<<"$before")"
	nsip host link del quick
	nsip host anycast flush
}

under_traffic() {
	local round

	for ((round = 1; round <= ROUNDS; round++)); do
		ns_make doomed
		link_veth client "d$round" doomed x0
		addr_add client "d$round" "2001:db8:8$round::2/64"
		addr_add doomed x0 "2001:db8:8$round::1/64"
		nsip doomed anycast add "2001:db8:8$round::a" dev x0
		nsip doomed anycast add subnet-router dev x0
		nsip doomed anycast add $OFF
		nsip doomed link add red type vrf table 100
		nsip doomed anycast add $OFF vrf red
		background "flood$round" client ping -f -W 1 "2001:db8:8$round::a"
		wait_for "the flood" 20 eval "(( \$(query doomed 'field packets' -s anycast show 2001:db8:8$round::a) > 20 ))"
		ns_del doomed
		wait_for "the end of the device's other end" 20 refute nsip client link show "d$round"
		stop "flood$round" KILL
	done
	quiet
}

# The namespace ends right after the server of a busy connection to the address was killed.
connected() {
	ns_make doomed
	link_veth client dd doomed x0
	addr_add client dd 2001:db8:88::2/64
	addr_add doomed x0 2001:db8:88::1/64
	nsip doomed anycast add 2001:db8:88::a dev x0
	background server doomed socat -u TCP6-LISTEN:7777,fork OPEN:/dev/null
	background sender client bash -c 'until exec 3>/dev/tcp/2001:db8:88::a/7777; do :; done; exec cat /dev/zero >&3'
	wait_for "a transfer" 30 eval "(( \$(query doomed 'field bytes' -s anycast show 2001:db8:88::a) > 100000 ))"
	stop server KILL || true
	# shellcheck disable=SC2046
	kill -9 $(ip netns pids "doomed-$T_ID") 2>/dev/null || true
	ns_del doomed
	wait_for "the end of the device's other end" 20 refute nsip client link show dd
	stop sender KILL || true
	quiet
}

many() {
	local i

	for ((i = 0; i < MANY; i++)); do
		ip netns add "many$i-$T_ID"
		echo "many$i-$T_ID" >>"$T_DIR/netns"
		ip -n "many$i-$T_ID" -batch - <<-END
			link add d0 type dummy
			link set d0 up
			address add 2001:db8:1::1/64 dev d0 nodad
			anycast add $A dev d0
			anycast add subnet-router dev d0
			anycast add $OFF
		END
		((i % 2)) || ip netns del "many$i-$T_ID"
	done
	for ((i = 1; i < MANY; i += 2)); do
		ip netns del "many$i-$T_ID"
	done
	quiet
	reached_again
}

reached_again() {
	nsip host anycast add $A dev h0
	reached client $A 2001:db8:1::1
	nsip host anycast flush
}

# A device goes at the same moment as the namespace that it is in.
device_and_namespace() {
	local i

	for ((i = 0; i < EACH; i++)); do
		ip netns add "both$i-$T_ID"
		echo "both$i-$T_ID" >>"$T_DIR/netns"
		ip -n "both$i-$T_ID" -batch - <<-END
			link add d0 type veth peer name d1
			link set d0 up
			link set d1 up
			address add 2001:db8:1::1/64 dev d0 nodad
			anycast add $A dev d0
			anycast add home-agents dev d0
			link del d0
		END
		ip netns del "both$i-$T_ID"
	done
	quiet
}

make_link || exit
ns_make other
nsip other link add o0 type dummy
nsip other link set o0 up
addr_add other o0 2001:db8:1::1/64
peer_start
serve_all host
t_run "the same address in two namespaces" same_address
t_run "limits are each namespace's" limits_apart
t_run "a device moves to another namespace" device_moves
t_run "and there and back at once" device_moves_fast
t_run "a namespace ends under traffic" under_traffic
t_run "a namespace ends with a connection open" connected
t_run "a namespace ends with its device" device_and_namespace
t_run "$MANY namespaces come and go" many
t_done
