# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of answers share: a host that is asked, and what its answers must be.
# Sourced after lib.sh and peer.sh. peer is answers.py here, which lists more verbs: exchange, profile,
# teller, agent, utter, random, and those of wire.py.

CLIENT=2001:db8:1::2
UNICAST=2001:db8:1::1
# Another address of the host's, on a device that no packet leaves by.
OTHER=2001:db8:5::5
A=2001:db8:1::a
# shellcheck disable=SC2034  # the tests use it
B=2001:db8:a::a

# make_asked: client (c0) --- (h0) host, as make_link, but the host has OTHER too, and the client can
# reach all that is not on the link by way of the host. Servers on port 7: UDP, UDP-Lite, TCP.
make_asked() {
	make_link
	ns host sysctl -qw net.ipv6.icmp.ratelimit=0
	nsip host -batch - <<-END
		link add d0 type dummy
		link set d0 up
		address add $OTHER/128 dev d0 nodad
	END
	nsip client -6 route add default via $UNICAST
	serve_asked
}

# serve_asked [OPTION...]
# shellcheck disable=SC2120  # one in a VRF has some
serve_asked() {
	peer teller host 7 "$@"
	peer teller host 7 lite "$@"
	peer serve host tcp :: 7 "$@"
}

# asked ADDRESS KIND [OPTION...]: the source of the answer, from the wire; the port is 7, or 9, which
# nobody serves, for what is to be refused.
asked() {
	local port=7

	[[ $2 != @(closed|reset) ]] || port=9
	peer exchange client c0 "${FROM-$CLIENT}" "$1" "$2" $port "${@:3}"
}

# profile ADDRESS UDP ICMPV6: answers of each protocol come from these; of TCP, from where it was asked.
profile() {
	local a=${1%\%*}

	is "$(peer profile client c0 "${FROM-$CLIENT}" "$1")" \
		"udp=$2 lite=$2 echo=$3 closed=$3 proto=$3 option=$3 syn=$a reset=$a"
}

# replies [ADDRESS]: what was done to them: rewritten unsafe own forgotten
replies() { query host replies -s anycast show "${1-$A}"; }

# count_replies NAME [ADDRESS]
count_replies() {
	local counts rewritten unsafe own forgotten

	counts=$(replies "${@:2}")
	# shellcheck disable=SC2034  # by name
	read -r rewritten unsafe own forgotten <<<"$counts"
	echo "${!1}"
}
