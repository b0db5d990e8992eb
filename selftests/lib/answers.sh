# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the reply_ tests share: a host that is asked, and what its answers must be. Sourced after lib.sh and
# peer.sh. Such tests start peer/answers.py, which has more verbs: exchange, profile, teller, agent, utter,
# random, and those of wire.py; or peer/clerk.py, which has these and clerk, play, gamble, wrong.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host, d0: dummy 2001:db8:5::5
#     ::2                                ::1

CLIENT=2001:db8:1::2
UNICAST=2001:db8:1::1
# Another unicast address of the host, on a device that no answer leaves by.
OTHER=2001:db8:5::5
A=2001:db8:1::a
# shellcheck disable=SC2034  # the tests use it
B=2001:db8:a::a

# make_asked: the topology. The client sends the host whatever is not for the link. Servers on port 7: UDP,
# UDP-Lite, TCP.
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

# make_asked_vrf: the same with the host's link in a VRF, which has B as well, and another address on another device.
make_asked_vrf() {
	ns_make client host
	link_veth client c0 host h0
	nsip host -6 -batch - <<-END
		rule add pref 32765 table local
		rule del pref 0
		link add red type vrf table 10
		link set red up
		link set h0 master red
		link add d0 type dummy
		link set d0 master red
		link set d0 up
		address add $OTHER/128 dev d0 nodad
		anycast add $B vrf red
	END
	ns host sysctl -qw net.ipv6.icmp.ratelimit=0
	addr_add host h0 $UNICAST/64
	addr_add client c0 $CLIENT/64
	nsip client -6 route add default via $UNICAST
	nsip host anycast add $A dev h0
}

# serve_asked [OPTION...]: start these servers; options are those of the verbs teller and serve.
# shellcheck disable=SC2120  # one in a VRF has some
serve_asked() {
	peer teller host 7 "$@"
	peer teller host 7 lite "$@"
	peer serve host tcp :: 7 "$@"
}

# asked ADDRESS KIND [OPTION...]: ask, and print the source of the answer on the wire. The port is 7, or 9, which
# nobody serves, for the kinds that are to be refused.
asked() {
	local port=7

	[[ $2 != @(closed|reset) ]] || port=9
	peer exchange client c0 "${FROM-$CLIENT}" "$1" "$2" $port "${@:3}"
}

# profile ADDRESS UDP ICMPV6: answers by UDP and by ICMPv6 come from these two addresses, those by TCP from ADDRESS.
profile() {
	local a=${1%\%*}

	is "$(peer profile client c0 "${FROM-$CLIENT}" "$1")" \
		"udp=$2 lite=$2 echo=$3 closed=$3 proto=$3 option=$3 syn=$a reset=$a"
}

# replies [ADDRESS]: the counters of what was done to its answers: rewritten unsafe own forgotten ambiguous
replies() { query host replies -s anycast show "${1-$A}"; }

# count_replies NAME [ADDRESS]: one of these counters.
count_replies() {
	local counts rewritten unsafe own forgotten ambiguous

	counts=$(replies "${@:2}")
	# shellcheck disable=SC2034  # by name
	read -r rewritten unsafe own forgotten ambiguous <<<"$counts"
	echo "${!1}"
}

# play PORT STEP...: questions of the client from this port to the clerk of port 8, and its answers: see peer/clerk.py.
# Prints where these come from.
play() { peer play host "client-$T_ID" c0 $CLIENT "$1" 8 "${@:2}"; }
