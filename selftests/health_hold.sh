#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The hold time (RFC 4786 section 4.4.1). A member that was down is used again only when it has been up for a
# while, so that one that flaps does not take flows with it each time.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1   2001:db8:f::1, metric 100
#     2001:db8:c::2            (r2) --- (s0) s2   2001:db8:f::2, metric 200
#   near (n0) --- 2001:db8:1::/64 --- (h0) host   ::1, anycast ::a; [ vrf red: h1 2001:db8:7::1 ]
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/servers.sh"
. "$(dirname "$0")/lib/near.sh"

U1=2001:db8:f::1
AGENTS=2001:db8:1:0:fdff:ffff:ffff:fffe
# How many addresses wait at once.
MANY=1000
[[ ${ANYCAST6_KERNEL-} != debug ]] || MANY=60

# ---- a router ----

s1_down() {
	nsip s1 link set s0 down
	wait_for "s1 to be down" 20 eval "[[ \$(member_state $U1) == 'down link' ]]"
}

s1_up() {
	nsip s1 link set s0 up
	nsip s1 -6 route replace default via 2001:db8:1::f src $U1
}

# A member that comes back gets no flows, old or new, before the hold time is over. With a hold time of 0 it is used
# at once.
remote() {
	has_members 1 2
	router set $A hold 1000
	is "$(ask udp 5000)" 5000=s1
	s1_down
	is "$(ask udp 5000)" 5000=s2
	s1_up
	wait_for "s1 to be back" 60 is_state $U1 down hold
	all_ask s2
	is "$(verdicts)" "s1=down s2=chosen"
	router set $A hold 0
	is "$(member_state $U1)" up
	all_ask s1
}

# Each failure starts the hold time anew: the member is not used before it was up for that long without a break.
flaps() {
	local begin i

	has_members 1 2
	router set $A hold 3
	for ((i = 0; i < 3; i++)); do
		s1_down
		begin=${EPOCHREALTIME/./}
		s1_up
		wait_for "s1 to be back" 60 eval "[[ \$(member_state $U1) != 'down link' ]]"
	done
	wait_for "s1 to be used" 60 is_state $U1 up
	echo "used $((${EPOCHREALTIME/./} - begin)) us after it came back"
	((${EPOCHREALTIME/./} - begin >= 3000000))
	all_ask s1
	router set $A hold 0
}

# ---- a host ----

# A new member was never down, and does not wait. One that was down waits, but answers packets that come meanwhile.
local_member() {
	nsip host anycast add $ON dev h0 lifetime 1000
	nsip host anycast set $ON hold 1000
	is "$(state_of host $ON)" h0:up
	nsip host anycast change $ON dev h0 lifetime 1
	settles host $ON h0:down:lease
	nsip host anycast change $ON dev h0 lifetime 0
	is "$(state_of host $ON)" h0:down:hold
	refute peer solicit near n0 2001:db8:1::2 $ON wait=1.2
	nsip near neigh replace $ON lladdr "$(mac host h0)" dev n0
	reached near $ON 2001:db8:1::1
	nsip near neigh del $ON dev n0
	# another reason for being down is shown first, and starts the hold time anew
	nsip host link set h0 down
	settles host $ON h0:down:admin
	nsip host link set h0 up
	addr_add host h0 2001:db8:1::1/64 || true
	settles host $ON h0:down:hold
	nsip host anycast drain $ON
	is "$(state_of host $ON)" h0:down:hold
	nsip host anycast resume $ON
	nsip host anycast set $ON hold 0
	is "$(state_of host $ON)" h0:up
	wait_for "an answer" 20 peer solicit near n0 2001:db8:1::2 $ON
	reached near $ON 2001:db8:1::1
}

# An entry sets the hold time of its addresses, also of those that come later.
entries() {
	nsip host -batch - <<-END
		anycast add home-agents dev h0
		anycast set home-agents dev h0 hold 1000
	END
	nsip host -d anycast show dev h0 origin reserved | grep -w "hold 1000"
	refused "set the hold of the entry" nsip host anycast set $AGENTS hold 5
	nsip host link set h1 down
	is "$(state_of host $AGENTS)" h0:up
	nsip host anycast change home-agents dev h0 lifetime 1
	settles host $AGENTS h0:down:lease
	nsip host anycast change home-agents dev h0 lifetime 0
	is "$(state_of host $AGENTS)" h0:down:hold
	# a new address of the entry was never down
	addr_add host h0 2001:db8:2::1/64
	settles host 2001:db8:2:0:fdff:ffff:ffff:fffe h0:up
	nsip host anycast set home-agents dev h0 hold 0
	is "$(state_of host $AGENTS)" h0:up
	# when a prefix comes back, the address that it had made waits; one that is made for the first time does not
	nsip host anycast set home-agents dev h0 hold 1000
	nsip host address del 2001:db8:2::1/64 dev h0
	wait_for "its end" 20 eval "[[ ! \$(nsip host anycast show 2001:db8:2:0:fdff:ffff:ffff:fffe) ]]"
	addr_add host h0 2001:db8:2::1/64
	settles host 2001:db8:2:0:fdff:ffff:ffff:fffe h0:down:hold
	addr_add host h0 2001:db8:3::1/64
	settles host 2001:db8:3:0:fdff:ffff:ffff:fffe h0:up
	nsip host -batch - <<-END
		anycast flush
		address del 2001:db8:2::1/64 dev h0
		address del 2001:db8:3::1/64 dev h0
		link set h1 up
	END
}

# A member that waits keeps waiting when its device moves to another VRF.
moves() {
	nsip host anycast add 2001:db8:7::a dev h1 lifetime 1000
	nsip host anycast set 2001:db8:7::a vrf red hold 900
	nsip host anycast change 2001:db8:7::a dev h1 lifetime 1
	wait_for "the end of the lease" 20 eval "nsip host anycast show dev h1 | grep -q 'reason lease'"
	nsip host anycast change 2001:db8:7::a dev h1 lifetime 0
	nsip host anycast show dev h1 | grep -q "reason hold"
	nsip host link set h1 nomaster
	nsip host address replace 2001:db8:7::1/64 dev h1 nodad
	settles host 2001:db8:7::a h1:down:hold
	nsip host anycast show 2001:db8:7::a | grep -w "hold 900"
	nsip host link set h1 master red
	nsip host address replace 2001:db8:7::1/64 dev h1 nodad
}

shown() {
	nsip host anycast add $OFF lifetime 1000
	nsip host anycast set $OFF hold 900
	nsip host -j anycast show $OFF | jq -e '.[0].hold == 900'
	nsip host anycast show $OFF | grep -w "hold 900"
	nsip host anycast change $OFF lifetime 1
	settles host $OFF anycast0:down:lease
	nsip host anycast change $OFF lifetime 0
	nsip host -s -j anycast show $OFF | jq -e '.[0].members[0] |
		.reason == "hold" and .changes == {"up": 1, "draining": 0, "down": 1} and .since < 60000'
	nsip host anycast save >"$T_DIR/saved"
	grep "hold 900" "$T_DIR/saved"
	nsip host anycast flush
	nsip host anycast restore <"$T_DIR/saved"
	nsip host anycast save | diff "$T_DIR/saved" -
	nsip host -j anycast show $OFF | jq -e '.[0].hold == 900 and .[0].state == "up"'
	nsip host anycast set $OFF hold 0
	nsip host -j anycast show $OFF | jq -e '.[0] | has("hold") | not'
}

told() {
	nsip host anycast add $OFF lifetime 1000
	nsip host anycast set $OFF hold 1
	nsip host anycast change $OFF lifetime 1
	settles host $OFF anycast0:down:lease
	netlink listen host
	nsip host anycast change $OFF lifetime 0
	wait_for "it to be used" 30 eval "[[ \$(state_of host $OFF) == anycast0:up ]]"
	happened host "changed $OFF own:down:lease" "changed $OFF own:down:hold" "changed $OFF own:up"
}

# Every address comes back, with one event each.
many() {
	local i

	for ((i = 1; i <= MANY; i++)); do
		printf "anycast add 2001:db8:b::%x dev h0\nanycast set 2001:db8:b::%x hold 2\n" "$i" "$i"
	done | nsip host -batch -
	nsip host link set h0 down
	wait_for "all to be down" 60 eval "(( \$(query host count anycast show state down) == MANY ))"
	netlink listen host
	nsip host link set h0 up
	addr_add host h0 2001:db8:1::1/64 || true
	wait_for "all to be up" 90 eval "(( \$(query host count anycast show state up) == MANY ))"
	is "$(netlink events host | grep -o ':up' | wc -l)" $MANY
}

# The address, the namespace and the module can be deleted while members wait.
gone() {
	local i ns

	ns_make doomed
	for ns in host doomed; do
		for i in {1..20}; do
			printf "anycast add 2001:db8:c::%x lifetime 1\nanycast set 2001:db8:c::%x hold 1\n" "$i" "$i"
		done | nsip $ns -batch -
		wait_for "the ends" 20 eval "nsip $ns anycast show | grep -q 'reason lease'"
		nsip $ns anycast renew all
	done
	nsip host anycast flush
	ns_del doomed
	modprobe -r anycast6
	modprobe anycast6
}

peer_start
netlink_start
make_servers 2
t_run "RFC4786-4.4.1: a remote member that was down waits" remote
t_run "one that flaps begins anew each time" flaps
make_near
serve_all host 7
t_run "a local member waits, and is served" fresh local_member
t_run "an entry decides for its addresses" fresh entries
t_run "a device takes what waits along to another VRF" fresh moves
t_run "it is shown, saved and restored" fresh shown
t_run "listeners are told" fresh told
t_run "$MANY wait at once" fresh many
t_run "addresses, namespaces and the module go" fresh gone
t_done
