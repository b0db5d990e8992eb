#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Anycast addresses in VRFs. The same address in two VRFs and outside of all VRFs is three addresses, and members
# follow their device from one VRF to another.
#
#   red   (c0) --- 2001:db8:1::/64 --- (h0) host, VRF red
#   blue  (c0) --- 2001:db8:1::/64 --- (h1) host, VRF blue
#   plain (c0) --- 2001:db8:1::/64 --- (h2) host, no VRF
#     ::2                               ::1, ::11, ::21
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"

A=2001:db8:1::a
OFF=2001:db8:a::a
declare -A UNICAST=([red]=2001:db8:1::1 [blue]=2001:db8:1::11 [plain]=2001:db8:1::21)

# vrf_members ADDRESS: vrf dev state delivery, a line each.
vrf_members() { query host vrf_members -d anycast show "$1"; }

own_devices() { query host own_masters -d link show; }

onlink() {
	unreached red "$A"
	nsip host anycast add "$A" dev h0
	is "$(vrf_members "$A")" "red h0 up join"
	reached red "$A" "${UNICAST[red]}"
	is "$(peer tcp red "$A" 7 200000)" 200000
	is "$(peer udp red "$A" 7 20000)" "$A"
	unreached blue "$A"
	unreached plain "$A"
}

wrong_vrf() {
	refused "not in that VRF" nsip host anycast add "$A" dev h0 vrf blue
	refused "not a VRF" nsip host anycast add "$OFF" vrf h0
	is "$(vrf_members "$A")" "red h0 up join"
}

three_domains() {
	nsip host anycast add "$A" dev h1 vrf blue
	nsip host anycast add "$A" dev h2
	is "$(vrf_members "$A")" "- h2 up join"$'\n'"blue h1 up join"$'\n'"red h0 up join"
	reached red "$A" "${UNICAST[red]}"
	reached blue "$A" "${UNICAST[blue]}"
	reached plain "$A" "${UNICAST[plain]}"
}

bound() {
	peer serve host tcp "$A" 8 freebind dev=red
	peer serve host udp "$A" 8 freebind dev=red
	is "$(peer tcp red "$A" 8 1000)" 1000
	is "$(peer udp red "$A" 8 1000)" "$A"
	refute peer udp blue "$A" 8 10 wait=0.3
	refused refused peer tcp blue "$A" 8 10
}

itself() {
	is "$(peer tcp host "$A" 7 1000 dev=red)" 1000
	is "$(peer tcp host "$A" 7 1000 dev=blue)" 1000
	is "$(peer tcp host "$A" 7 1000)" 1000
}

# Each VRF with off-link addresses has a device of the module's own in it. So has the outside of all VRFs.
offlink() {
	unreached red "$OFF"
	is "$(own_devices)" "- blue red"
	nsip host anycast add "$OFF" vrf red
	is "$(nsip host -j anycast show "$OFF" | jq -r '.[].vrf')" red
	reached red "$OFF" "${UNICAST[red]}"
	is "$(peer tcp red "$OFF" 7 200000)" 200000
	unreached blue "$OFF"
	nsip host anycast add "$OFF" vrf blue
	nsip host anycast add "$OFF"
	reached red "$OFF" "${UNICAST[red]}"
	reached blue "$OFF" "${UNICAST[blue]}"
	reached plain "$OFF" "${UNICAST[plain]}"
}

beyond_joins() {
	ns host sysctl -qw net.anycast6.max_joins=0
	nsip host anycast add 2001:db8:a::b vrf red
	is "$(nsip host -j -d anycast show 2001:db8:a::b | jq -r '.[].members[].delivery')" route
	is "$(peer tcp red 2001:db8:a::b 7 1000)" 1000
	is "$(peer udp red 2001:db8:a::b 7 1000)" 2001:db8:a::b
	peer ping red 2001:db8:a::b
	unreached blue 2001:db8:a::b
	nsip host anycast del 2001:db8:a::b vrf red
}

one_goes() {
	nsip host anycast del "$A" vrf blue
	unreached blue "$A"
	reached red "$A" "${UNICAST[red]}"
	reached plain "$A" "${UNICAST[plain]}"
	nsip host anycast del "$OFF"
	unreached plain "$OFF"
	reached red "$OFF" "${UNICAST[red]}"
	reached blue "$OFF" "${UNICAST[blue]}"
}

linklocal() {
	local h0 h2

	h0=$(lladdr host h0)
	h2=$(lladdr host h2)
	nsip host anycast add fe80::a dev h0
	nsip host anycast add fe80::a dev h2
	# A UDP server in a VRF is not told by which link a link-local packet came, so it can't answer. What
	# matters is that it is as with a unicast address.
	is "$(peer reach red fe80::a%c0 7 wait=1)" "$(peer reach red "$h0%c0" 7 wait=1)"
	is "$(peer ping red fe80::a%c0)" "$h0"
	is "$(peer tcp red fe80::a%c0 7 1000)" 1000
	reached plain fe80::a%c0 "$h2"
	unreached blue fe80::a%c0
	nsip host anycast del fe80::a dev h0
	nsip host anycast del fe80::a dev h2
}

entries() {
	local agents=2001:db8:1:0:fdff:ffff:ffff:fffe

	nsip host anycast add home-agents dev h0
	nsip host anycast add subnet-router dev h0
	is "$(vrf_members "$agents")" "red h0 up join"
	reached red "$agents" "${UNICAST[red]}"
	reached red 2001:db8:1:: "${UNICAST[red]}"
	unreached plain "$agents"
	nsip host anycast del home-agents dev h0
	nsip host anycast del subnet-router dev h0
}

is_in() { [[ $(vrf_members "$A") == "$1" ]]; }

# The kernel takes the device down and up for a move; its global addresses may need to be given again.
moves_out() {
	nsip host anycast flush
	nsip host anycast add "$A" dev h0
	nsip host anycast add home-agents dev h0
	nsip host link set h0 nomaster
	addr_add host h0 "${UNICAST[red]}/64" || true
	wait_for "the member outside the VRF" 20 is_in "- h0 up join"
	nsip host link set h2 down
	reached red "$A" "${UNICAST[red]}"
	wait_for "the entry" 20 entry_in -
	reached red 2001:db8:1:0:fdff:ffff:ffff:fffe "${UNICAST[red]}"
}

entry_in() { [[ $(vrf_members 2001:db8:1:0:fdff:ffff:ffff:fffe) == "$1 h0 up join" ]]; }

moves_in() {
	nsip host link set h0 master blue
	nsip host link set h1 down
	addr_add host h0 "${UNICAST[red]}/64" || true
	wait_for "the member in the VRF" 20 is_in "blue h0 up join"
	reached red "$A" "${UNICAST[red]}"
	wait_for "the entry" 20 entry_in blue
	reached red 2001:db8:1:0:fdff:ffff:ffff:fffe "${UNICAST[red]}"
	nsip host link set h0 master red
	addr_add host h0 "${UNICAST[red]}/64" || true
	wait_for "the member in the other VRF" 20 is_in "red h0 up join"
	reached red "$A" "${UNICAST[red]}"
	# they have lost their addresses by going down
	nsip host link set h1 up
	nsip host link set h2 up
	addr_add host h1 "${UNICAST[blue]}/64"
	addr_add host h2 "${UNICAST[plain]}/64"
}

only_in_blue() { [[ $(vrf_members "$OFF") == "blue anycast"* ]]; }

# The kernel hangs in the deletion of a device that somebody still holds.
vrf_goes() {
	nsip host anycast add "$OFF" vrf red
	nsip host anycast add "$OFF" vrf blue
	# first wait until the link to blue, which was down meanwhile, works again
	wait_for "the way to blue" 20 peer ping blue "${UNICAST[blue]}" wait=1
	reached red "$OFF" "${UNICAST[red]}"
	timeout 20 ip -n "host-$T_ID" link del red
	wait_for "the end of its addresses" 20 only_in_blue
	# its device is in no VRF now, and so is its member
	wait_for "the member outside" 20 is_in "- h0 up join"
	is "$(own_devices)" "- blue"
	reached blue "$OFF" "${UNICAST[blue]}"
}

# A new VRF with the old name is another VRF.
vrf_again() {
	nsip host link add red type vrf table 10
	nsip host link set red up
	nsip host link set h0 master red
	addr_add host h0 "${UNICAST[red]}/64" || true
	serve_all host 7 dev=red
	wait_for "the member in the new VRF" 20 is_in "red h0 up join"
	reached red "$A" "${UNICAST[red]}"
	nsip host anycast add "$OFF" vrf red
	reached red "$OFF" "${UNICAST[red]}"
}

nothing_left() {
	nsip host anycast flush
	is "$(own_devices)" ""
	is "$(nsip host anycast show)" ""
	is "$(kernel_anycast host)" ""
	timeout 20 ip -n "host-$T_ID" link del red
	timeout 20 ip -n "host-$T_ID" link del blue
}

peer_start
ns_make host red blue plain
# As the kernel's documentation of VRFs asks: a packet's VRF is asked before the addresses outside.
nsip host -6 -batch - <<-END
	rule add pref 32765 table local
	rule del pref 0
END
nsip host link add red type vrf table 10
nsip host link add blue type vrf table 20
nsip host link set red up
nsip host link set blue up
i=0
for client in red blue plain; do
	link_veth "$client" c0 host h$i
	[[ $client == plain ]] || nsip host link set h$i master "$client"
	addr_add host h$i "${UNICAST[$client]}/64"
	addr_add "$client" c0 2001:db8:1::2/64
	nsip "$client" -6 route add 2001:db8:a::/48 via "${UNICAST[$client]}"
	i=$((i + 1))
done
for domain in "" dev=red dev=blue; do
	# shellcheck disable=SC2086
	serve_all host 7 $domain
done
for place in "red c0" "plain c0" "host h0" "host h2"; do
	# shellcheck disable=SC2086
	wait_for "the link-local address of $place" 10 linklocal_usable $place
done
t_run "on-link: ping, UDP and TCP" onlink
t_run "a device in another VRF is refused" wrong_vrf
t_run "one address in two VRFs and outside" three_domains
t_run "a server on the address in one of them" bound
t_run "from the host itself" itself
t_run "off-link: in each of them" offlink
t_run "off-link: beyond max_joins" beyond_joins
ns host sysctl -qw net.anycast6.max_joins=4096
t_run "the address of one domain goes" one_goes
t_run "link-local: in a VRF and outside" linklocal
t_run "subnet-router and home-agents" entries
t_run "a device leaves its VRF" moves_out
t_run "a device comes into a VRF, and into another" moves_in
t_run "a VRF is deleted" vrf_goes
t_run "a VRF is made again" vrf_again
t_run "nothing is left" nothing_left
t_done
