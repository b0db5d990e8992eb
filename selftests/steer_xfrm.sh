#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPsec and packets to remote members. Policies of a router rule them as they rule everything that it forwards.
# What is to be protected on its way to the router, or from there to the member, is protected.
#
#                                             2001:db8:1::/64 --- (m0) one
#   client (c0) --- 2001:db8:c::/64 --- (r0) router                   ::1, 2001:db8:21::1
#    ::2, ::3                            ::f  2001:db8:2::/64 --- (m0) two
#                                                                   ::1
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

OTHER=2001:db8:c::3
GATE=2001:db8:c::f
# The address of a member behind an IPsec device.
INSIDE=2001:db8:21::1
# Another address that the members hold.
B=2001:db8:a::b
# Algorithms that each kernel has. All use the same keys: a node without a state for a packet drops it all the same.
ALGORITHMS="enc cbc(aes) 0x00112233445566778899aabbccddeeff"
ALGORITHMS+=" auth-trunc hmac(sha256) 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 128"

# xfrm NS...: `ip xfrm` in each of these, with commands from standard input.
xfrm() {
	local commands name

	commands=$(sed 's/^[[:space:]]*/xfrm /')
	for name in "$@"; do
		nsip "$name" -6 -batch - <<<"$commands"
	done
}

# security SOURCE TARGET SPI MODE [OPTION...]: a line for xfrm, which makes a security association.
security() { echo "state add src $1 dst $2 proto esp spi $3 mode $4 ${*:5} $ALGORITHMS"; }

# by SOURCE TARGET MODE: the template of a policy: which security association it asks for.
by() { echo "tmpl src $1 dst $2 proto esp mode $3"; }

begin() {
	local name

	for name in client router one two; do
		xfrm $name <<-END
			policy flush
			state flush
		END
	done
	nsip router anycast flush
	nsip router anycast flow flush
	add_members
	nsip router anycast add $B via $ONE
	steered client
}

# ask FIRST-LAST [OPTION...]: who answers to the client from these ports.
ask() { peer ask client $A 7 "$1" src=$CLIENT "${@:2}"; }

# both NAMES: each member answered, and no packet was without an answer.
both() { [[ $1 == *one* && $1 == *two* && $1 != *-* ]]; }

# nobody NAMES: no packet was answered.
nobody() { is "$(tr -d ' -' <<<"$1")" ""; }

# ---- policies that forbid ----

# A forward policy blocks exactly the steered packets that it names.
forward_blocked() {
	local names

	begin
	names=$(ask 44001-44010)
	both "$names"
	xfrm router <<<"policy add src $CLIENT dst $A dir fwd action block"
	nobody "$(ask 44001-44012 wait=1)"
	both "$(peer ask client $A 7 44001-44010 src=$OTHER)"
	is "$(peer ask client $B 7 44001-44002 src=$CLIENT)" "one one"
	is "$(peer ask client $ONE 7 44001-44002 src=$CLIENT)" "one one"
	xfrm router <<<"policy delete src $CLIENT dst $A dir fwd"
	is "$(ask 44001-44010)" "$names"
	# a policy that names ports: UDP is blocked, TCP is not
	xfrm router <<<"policy add src $CLIENT dst $A proto udp dport 7 dir fwd action block"
	nobody "$(ask 44001-44010 wait=1)"
	peer open client open tcp $A 7 src=$CLIENT
	peer say client open size=10000
	peer close client open
	xfrm router <<<"policy flush"
	is "$(ask 44001-44010)" "$names"
}

# An output policy blocks steered packets, too; one that names a device blocks those that would leave by it.
output_blocked() {
	local names

	begin
	names=$(ask 44101-44110)
	both "$names"
	xfrm router <<<"policy add src ::/0 dst $A dir out action block"
	nobody "$(ask 44101-44112 wait=1)"
	is "$(peer ask client $B 7 44101-44102 src=$CLIENT)" "one one"
	xfrm router <<-END
		policy flush
		policy add src ::/0 dst $A dev r1 dir out action block
	END
	is "$(ask 44101-44110 wait=1)" "${names//one/-}"
	xfrm router <<<"policy flush"
	is "$(ask 44101-44110)" "$names"
}

# ---- protected on the way to the member ----

# protect_tunnels: the router sends each member's packets through a tunnel, and members take no others.
protect_tunnels() {
	local i name=(- one two)

	for i in 1 2; do
		xfrm router "${name[i]}" <<<"$(security 2001:db8:$i::f 2001:db8:$i::1 0x10$i tunnel)"
		xfrm router <<<"policy add src ::/0 dst $A dev r$i dir out $(by 2001:db8:$i::f 2001:db8:$i::1 tunnel)"
		xfrm "${name[i]}" <<<"policy add src ::/0 dst $A dir in $(by 2001:db8:$i::f 2001:db8:$i::1 tunnel)"
	done
}

# more_flows NAMES FIRST-LAST: NAMES have the flows from these ports, which began when the members were equally near.
# They stay, and are protected, when one member becomes nearer; new flows go to the nearer one; and all go to the other
# one when a member fails.
more_flows() {
	nsip router anycast change $A via $TWO metric 5
	is "$(ask "$2")" "$1"
	is "$(ask 44901-44906)" "two two two two two two"
	nsip router anycast change $A via $TWO metric 5000
	is "$(ask "$2")" "$1"
	nsip two link set m0 down
	is "$(ask "$2")" "${1//two/one}"
	is "$(ask 44901-44906)" "one one one one one one"
	nsip two link set m0 up
	addr_add two m0 $TWO/64
	nsip two -6 route replace default via 2001:db8:2::f
	wait_for "the member" 30 eval "[[ \$(member_states router) == '$ONE up, $TWO up' ]]"
}

tunnels() {
	local names name

	begin
	protect_tunnels
	steered client
	watch_members
	names=$(ask 44201-44212)
	both "$names"
	peer seen one one "^2001:db8:1::f>$ONE/.*/esp-101" least=1
	peer seen two two "^2001:db8:2::f>$TWO/.*/esp-102" least=1
	name=$(peer open client open tcp $A 7 src=$CLIENT)
	# large packets: the tunnel's MTU is smaller than that of the client's link
	is "$(peer say client open size=200000)" "$name"
	is "$(peer open client big udp $A 7 src=$CLIENT)" "$(peer say client big size=5000)"
	more_flows "$names" 44201-44212
	# a control: members drop what the router does not protect
	xfrm router <<<"policy flush"
	nobody "$(ask 44231-44236 wait=1)"
}

# The router's own packets: the kernel looks up the policy before the member, and so the device, is chosen.
tunnels_own() {
	begin
	protect_tunnels
	watch_members
	both "$(peer ask router $A 7 44251-44262)"
	peer seen one one "^2001:db8:1::f>$ONE/.*/esp-101" least=1
	peer seen two two "^2001:db8:2::f>$TWO/.*/esp-102" least=1
	# a policy that blocks
	xfrm router <<-END
		policy flush
		policy add src ::/0 dst $A dir out action block
	END
	refute peer ask router $A 7 44271-44272
	xfrm router <<<"policy flush"
}

# protect_transport NS SOURCE: NS protects what it forwards or sends from SOURCE to A. In transport mode the outer
# destination is still the anycast address, and ports are encrypted.
protect_transport() {
	local name

	for name in "$1" one two; do
		xfrm "$name" <<<"$(security "$2" $A 0x103 transport)"
	done
	xfrm "$1" <<<"policy add src $2 dst $A dir out $(by "$2" $A transport)"
	xfrm one two <<<"policy add src $2 dst $A dir in $(by "$2" $A transport)"
}

transport() {
	local name names

	begin
	names=$(ask 44301-44312)
	both "$names"
	protect_transport router $CLIENT
	watch_members
	is "$(ask 44301-44312)" "$names"
	peer seen one one "^$CLIENT>$A/.*/esp-103" least=1
	peer seen two two "^$CLIENT>$A/.*/esp-103" least=1
	is "$(peer seen one one "^$CLIENT>$A/.*/udp")$(peer seen two two "^$CLIENT>$A/.*/udp")" ""
	name=$(peer open client open tcp $A 7 src=$CLIENT)
	is "$(peer say client open size=200000)" "$name"
	more_flows "$names" 44301-44312
	xfrm router <<<"policy flush"
	nobody "$(ask 44331-44336 wait=1)"
}

# one_member NAMES: the same member answered all packets.
one_member() { is "$1" "$(sed "s/[^ ]*/${1%% *}/g" <<<"$1")" && refute grep -e - <<<"$1"; }

# transport_first NS SOURCE: NS, the router itself or a client, protects packets before a member is chosen for them.
# Ports are encrypted then, so the member is chosen by addresses alone. The members have the keys.
transport_first() {
	local names

	begin
	protect_transport "$1" "$2"
	watch_members
	names=$(peer ask "$1" $A 7 44401-44406 src="$2")
	one_member "$names"
	peer seen "${names%% *}" "${names%% *}" "^$2>$A/.*/esp-103" least=6
	# such packets have no flow in the table, so they follow the nearest member at once
	nsip router anycast change $A via $ONE metric 5
	is "$(peer ask "$1" $A 7 44401-44406 src="$2")" "one one one one one one"
	nsip router anycast change $A via $ONE metric 5000
	is "$(peer ask "$1" $A 7 44401-44406 src="$2")" "two two two two two two"
	xfrm "$1" <<<"policy flush"
	nobody "$(peer ask "$1" $A 7 44411-44416 src="$2" wait=1)"
}

# ---- protected on the way to the router ----

# The client sends packets to A through a tunnel to the router, which takes no others from clients. Answers come back
# through a tunnel, too.
from_client() {
	local names name

	begin
	xfrm client router <<-END
		$(security $CLIENT $GATE 0x201 tunnel)
		$(security $GATE $CLIENT 0x202 tunnel)
	END
	xfrm client <<-END
		policy add src $CLIENT dst $A dir out $(by $CLIENT $GATE tunnel)
		policy add src $A dst $CLIENT dir in $(by $GATE $CLIENT tunnel)
	END
	xfrm router <<-END
		policy add src 2001:db8:c::/64 dst $A dir fwd $(by $CLIENT $GATE tunnel)
		policy add src $A dst $CLIENT dir out $(by $GATE $CLIENT tunnel)
	END
	peer watch router router r0
	peer watch client client c0
	names=$(ask 44501-44512)
	both "$names"
	(($(words "$(peer seen router router "^$CLIENT>$GATE/.*/esp-201" least=12)") >= 12))
	peer seen client client "^$GATE>$CLIENT/.*/esp-202" least=12
	name=$(peer open client open tcp $A 7 src=$CLIENT)
	is "$(peer say client open size=200000)" "$name"
	more_flows "$names" 44501-44512
	nobody "$(peer ask client $A 7 44521-44523 src=$OTHER wait=1)"
	# protected on the way to the member, too
	protect_tunnels
	watch_members
	is "$(ask 44531-44532)" "$(ask 44531-44532)"
	peer seen one one "^2001:db8:1::f>$ONE/.*/esp-101" least=1
}

# ---- devices ----

# interface MARK TYPE...: the member is behind a device of this type, which protects what is routed to it. MARK is
# what the policy and the state need for it.
interface() {
	local mark=$1

	begin
	shift
	nsip router -6 -batch - <<-END
		link add x0 type $*
		link set x0 up
		address add 2001:db8:21::f/64 dev x0 nodad
	END
	xfrm router <<-END
		$(security 2001:db8:1::f $ONE 0x301 tunnel "$mark")
		policy add src ::/0 dst $A dir out $mark $(by 2001:db8:1::f $ONE tunnel)
	END
	xfrm one <<-END
		$(security 2001:db8:1::f $ONE 0x301 tunnel)
		policy add src ::/0 dst $A dir in $(by 2001:db8:1::f $ONE tunnel)
	END
	nsip router anycast del $A via $ONE
	nsip router anycast add $A via $INSIDE dev x0 metric 1
	nsip router anycast change $A via $TWO metric 2
	is "$(member_states router)" "$TWO up, $INSIDE up"
	watch_members
	is "$(ask 44601-44604)" "one one one one"
	peer seen one one "^2001:db8:1::f>$ONE/.*/esp-301" least=4
	is "$(peer open client open tcp $A 7 src=$CLIENT)" one
	is "$(peer say client open size=200000)" one
	is "$(peer ask router $A 7 44611-44612)" "one one"
	# the device goes down: the other member gets the flows
	nsip router link set x0 down
	is "$(ask 44601-44604)" "two two two two"
	nsip router link set x0 up
	nsip router -6 address replace 2001:db8:21::f/64 dev x0 nodad
	wait_for "the member" 30 eval "[[ \$(member_states router) == '$TWO up, $INSIDE up' ]]"
	is "$(ask 44621-44624)" "one one one one"
	nsip router link del x0
	is "$(ask 44621-44624)" "two two two two"
}

can_xfrm_interface() {
	nsip router link add xtest type xfrm if_id 1 && nsip router link del xtest
} 2>/dev/null

# ---- keys ----

# Packets that come before the keys do are lost, later ones are not. With net.core.xfrm_larval_drop=0 they would wait
# for the keys. That is not tested: the kernel itself leaks memory then.
keys_come_later() {
	begin
	nsip router anycast del $A via $TWO
	background keys router ip xfrm monitor acquire
	xfrm router <<<"policy add src ::/0 dst $A dir out $(by 2001:db8:1::f $ONE tunnel)"
	xfrm one <<<"$(security 2001:db8:1::f $ONE 0x101 tunnel)"
	xfrm one <<<"policy add src ::/0 dst $A dir in $(by 2001:db8:1::f $ONE tunnel)"
	watch_members
	wait_for "who asks for keys" 20 asks_for_keys
	is "$(peer seen one one "^$CLIENT>$A/")" ""
	xfrm router <<<"$(security 2001:db8:1::f $ONE 0x101 tunnel)"
	is "$(ask 44702-44703)" "one one"
	peer seen one one "/esp-101" least=2
	stop keys
}

asks_for_keys() {
	peer inject client $CLIENT $A udp 44701 7
	grep -q "dst $ONE" "$T_DIR/keys.log"
}

peer_start wire.py
make_members || exit
make_client || exit
addr_add client c0 $OTHER/64
addr_add one lo $INSIDE/128
nsip one anycast add $B
t_run "a policy on what is forwarded forbids steered packets, and only these" forward_blocked
t_run "a policy on what leaves forbids steered packets, and only these" output_blocked
t_run "to the members in ESP, tunnel mode" tunnels
t_run "the router's own, in ESP, tunnel mode" tunnels_own
t_run "to the members in ESP, transport mode" transport
t_run "the router's own, in ESP, transport mode" transport_first router $GATE
t_run "the client's own, in ESP, transport mode" transport_first client $CLIENT
t_run "from the client in ESP, which a policy requires" from_client
t_run "a member behind a device: vti6" interface "mark 7" vti6 local 2001:db8:1::f remote $ONE key 7
# not in every kernel
! can_xfrm_interface ||
	t_run "a member behind a device: xfrm" interface "if_id 7" xfrm dev r1 if_id 7
t_run "keys that come later" keys_come_later
t_done
