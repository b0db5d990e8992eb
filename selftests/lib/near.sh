# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A host: how tests make one with the devices that they need, and the topology of those that look at its
# health, in which a neighbour asks for its addresses. Sourced after lib.sh and peer.sh.
#
#   near (n0) --- 2001:db8:1::/64 --- (h0) host   near is ::2, the host ::1, anycast ::a
#                                            [ vrf red: h1 2001:db8:7::1/64 ]

# An address in the prefix of the link, and one that is in no prefix of the host's.
# shellcheck disable=SC2034  # for those who source this
ON=2001:db8:1::a
# shellcheck disable=SC2034
OFF=2001:db8:a::a

# fresh FUNCTION: run it without the addresses that the case before has left.
fresh() {
	nsip host anycast flush
	"$@"
}

# host_devices DEVICE...: the host gets these devices, and all are up. A DEVICE is one word of the shell:
#   "NAME vrf TABLE"              a VRF
#   "NAME ADDRESS [OPTION...]"    a dummy; ADDRESS has a length, or is - for none; `ip link set` knows the options
host_devices() {
	local device name what options links=() rest=()

	for device in "$@"; do
		read -r name what options <<<"$device"
		if [[ $what == vrf ]]; then
			links+=("link add $name type vrf table $options" "link set $name up")
			continue
		fi
		links+=("link add $name type dummy")
		# options come before "up": a device with addrgenmode none never gets a link-local address then
		[[ ! $options ]] || rest+=("link set $name $options")
		rest+=("link set $name up")
		[[ $what == - ]] || rest+=("address add $what dev $name nodad")
	done
	printf '%s\n' "${links[@]}" "${rest[@]}" | nsip host -batch -
}

# make_host DEVICE...: the host alone, with these devices.
make_host() { ns_make host && host_devices "$@"; }

# link_near: near and the host, with the link between them and nothing else.
link_near() {
	ns_make near host
	link_veth near n0 host h0
	addr_add host h0 2001:db8:1::1/64
	addr_add near n0 2001:db8:1::2/64
}

# make_near: the topology that is drawn above. near's default route leads to the host.
make_near() {
	link_near
	host_devices "red vrf 100" "h1 2001:db8:7::1/64 master red"
	nsip near -6 route add default via 2001:db8:1::1
}
