# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What nearly all tests share: programs that answer, questions to ip, the other side of a connection, assertions, and
# two topologies. Sourced after lib.sh.

# ---- programs that answer ----

# Python takes long to start on an emulated machine, so each of these serves a whole test: one line of question, one
# line of answer, which is "ok RESULT" or "failed REASON".
declare -A TALK_IN TALK_OUT

# talk_start NAME PROGRAM: start a program of lib/. Once a test.
talk_start() {
	mkfifo "$T_DIR/$1.in" "$T_DIR/$1.out"
	python3 "$(dirname "$0")/lib/$2" <"$T_DIR/$1.in" >"$T_DIR/$1.out" 2>"$T_DIR/$1.log" &
	echo $! >>"$T_DIR/pids"
	# shellcheck disable=SC1083  # bash makes the file descriptors
	exec {TALK_IN[$1]}>"$T_DIR/$1.in" {TALK_OUT[$1]}<"$T_DIR/$1.out"
}

# talk NAME QUESTION: put the result into $RESULT, or print why there is none.
talk() {
	echo "$2" >&"${TALK_IN[$1]}"
	if ! read -r -t 60 -u "${TALK_OUT[$1]}" RESULT; then
		echo "no answer to: $1 $2"
		cat "$T_DIR/$1.log"
		return 1
	fi
	case $RESULT in
	ok*) RESULT=${RESULT#ok} RESULT=${RESULT# } ;;
	*) echo "$1 $2: $RESULT" && return 1 ;;
	esac
}

# ---- what ip says ----

# query.py is started at once: every test that sources this asks it.
talk_start query query.py

# query NS QUESTION ARGUMENT...: ask query.py about the JSON that `ip -j ARGUMENT...` prints in NS. A question may
# have more than one word: "field state".
query() {
	local json=$T_DIR/query.$BASHPID question

	read -ra question <<<"$2"
	nsip "$1" -j "${@:3}" >"$json" || return
	talk query "${question[0]} $json ${question[*]:1}" || return
	echo "${RESULT//$'\t'/$'\n'}"
}

# ---- the other side ----

# peer_start [PROGRAM]: start lib/peer/peer.py, or another one there that knows more verbs. Once a test.
peer_start() { talk_start peer "peer/${1-peer.py}"; }

# peer VERB NS ARGUMENT...: ask peer.py, and print the result, or why there is none. It has these verbs: serve, udp,
# datagram, tcp, ping, reach, ask, stream, transfer, solicit, advertise, fragments, join.
peer() { talk peer "$1 $2-$T_ID ${*:3}" && echo "$RESULT"; }

# serve_all NS [PORT [OPTION...]]: UDP and TCP servers on the wildcard address, port 7 if not told.
serve_all() {
	peer serve "$1" udp :: "${2-7}" "${@:3}"
	peer serve "$1" tcp :: "${2-7}" "${@:3}"
}

# ---- assertions ----

# is ACTUAL EXPECTED: the two are the same text.
is() {
	[[ $1 == "$2" ]] && return
	echo "is: $1"
	echo "should be: $2"
	return 1
}

# refute COMMAND...: the command must fail. (errexit ignores a command after !.)
refute() {
	if "$@"; then
		echo "should have failed: $*"
		return 1
	fi
}

# refused MESSAGE COMMAND...: the command must fail, and print this message among others.
refused() {
	local said

	if said=$("${@:2}" 2>&1); then
		echo "should have been refused: ${*:2}"
		return 1
	fi
	[[ $said == *"$1"* ]] && return
	echo "said: $said"
	echo "should say: $1"
	return 1
}

# reached FROM ADDRESS UNICAST [PORT]: an anycast address is served: ping from UNICAST, UDP and TCP from the
# address itself.
reached() { echo "from $1 to $2:" && is "$(peer reach "$1" "$2" "${4-7}")" "$3 ${2%%%*} 1000"; }

# unreached FROM ADDRESS [PORT]: nobody answers. It does not wait long: an answer would come within milliseconds.
unreached() {
	echo "from $1 to $2:"
	is "$(peer reach "$1" "$2" "${3-7}" wait=0.3)" "- - -"
	unsolicited "${2%%%*}"
}

# unsolicited ADDRESS: no namespace goes on soliciting it. When the kernel gives up, after 3 s, it drops the packets
# that wait for the neighbour. These could be packets of the next case, which has the address again.
unsolicited() {
	local netns

	while read -r netns; do
		[[ ! -e /run/netns/$netns ]] || ip -n "$netns" neigh flush to "$1" nud incomplete nud failed
	done <"$T_DIR/netns"
}

# ---- what ip anycast says ----

# members NS ARGUMENT...: the members that `ip anycast show` shows, a line each: address dev state delivery
members() { query "$1" members -d anycast show "${@:2}"; }

# addresses NS ARGUMENT...: the configured addresses, sorted, in one line.
addresses() { query "$1" addresses anycast show "${@:2}"; }

# has_addresses NS ADDRESS...: these are the configured addresses, and no others; sorted as text.
has_addresses() { is "$(addresses "$1")" "${*:2}"; }

# ---- what the kernel says ----

# kernel_anycast NS: what the kernel's own anycast code holds: dev address users
kernel_anycast() {
	# shellcheck disable=SC2016  # awk's
	ns "$1" awk '{ print $2, $3, $4 }' /proc/net/anycast6 | sort
}

# can_list_hooks: whether the kernel lists its packet hooks; Debian's 6.1 does not.
can_list_hooks() { modprobe -q nfnetlink_hook; }

# snapshot NS: everything in the kernel that the module may change: joins with their counts, multicast groups, routes,
# devices, addresses, packet hooks.
snapshot() {
	local hooks=:

	! can_list_hooks || hooks="nft list hooks"
	(
		setns "$1-$T_ID" || exit
		while read -r _ dev address users _; do
			echo "$dev $address $users"
		done < <(cat /proc/net/anycast6 /proc/net/igmp6)
		cat /proc/net/ptype
		ip -6 -o -batch - <<-END
			route show table all
			address show
			link show
			rule show
		END
		$hooks
	) | sed 's/valid_lft.*//; s/ expires .*//' | sort
}

# mac NS DEV: its link-layer address.
mac() { query "$1" "field address" link show dev "$2"; }

# lladdr NS DEV: its link-local address.
lladdr() { query "$1" local -6 address show dev "$2" scope link; }

# linklocal_usable NS DEV: it has one, not tentative. For wait_for.
linklocal_usable() {
	nsip "$1" -6 address show dev "$2" scope link -tentative | grep -q fe80:
}

# ---- topologies ----

# make_link: client (c0) --- (h0) host, 2001:db8:1::/64; the host is ::1, the client ::2.
make_link() {
	ns_make client host
	link_veth client c0 host h0
	addr_add host h0 2001:db8:1::1/64
	addr_add client c0 2001:db8:1::2/64
}

# make_routed: client (c0) --- (r0) router (r1) --- (h0) host; 2001:db8:c::/64, then 2001:db8:1::/64.
# The router is ::f on both, and sends 2001:db8:a::/48 to the host.
make_routed() {
	ns_make client router host
	link_veth client c0 router r0
	link_veth router r1 host h0
	ns router sysctl -qw net.ipv6.conf.all.forwarding=1
	addr_add client c0 2001:db8:c::2/64
	addr_add router r0 2001:db8:c::f/64
	addr_add router r1 2001:db8:1::f/64
	addr_add host h0 2001:db8:1::1/64
	nsip client -6 route add default via 2001:db8:c::f
	nsip host -6 route add default via 2001:db8:1::f
	nsip router -6 route add 2001:db8:a::/48 via 2001:db8:1::1
}

# ---- every kind of delivery ----

# deliveries LABEL ADDRESS UNICAST [route]: test cases for each way in which the namespace client, whose device is
# c0, reaches sockets of the namespace host through ADDRESS. UNICAST is where ICMPv6 answers come from. With route,
# the address has a local route instead of a join. Servers must already listen on :: port 7.
deliveries() {
	A=$2 UNICAST=$3 HOW=${4-join}
	# A case may start a server, and later cases ask it: these are the ports.
	BOUND=$((PORTS += 10)) NONLOCAL=$((PORTS + 1)) PKTINFO=$((PORTS + 2))

	t_run "$1: RFC4443-2.2b: echo is answered from a unicast address" d_ping
	t_run "$1: echo in fragments" d_ping_fragments
	t_run "$1: UDP to a server on ::" d_udp
	t_run "$1: UDP to a server on the address (IPV6_FREEBIND)" d_bound udp
	t_run "$1: TCP to a server on ::" d_tcp 1000
	t_run "$1: TCP to a server on the address (IPV6_FREEBIND)" d_bound tcp
	t_run "$1: UDP to a server on the address (ip_nonlocal_bind)" d_nonlocal udp
	t_run "$1: TCP to a server on the address (ip_nonlocal_bind)" d_nonlocal tcp
	[[ $HOW != join ]] ||
		t_run "$1: UDP to a server that answers by IPV6_PKTINFO" d_pktinfo
	t_run "$1: UDP in fragments, both ways" d_udp_fragments
	t_run "$1: TCP, 1 MB both ways" d_tcp 1000000
	t_run "$1: TCP over a small MTU" d_small_mtu
	t_run "$1: TCP in fragments" d_tcp_fragments
	t_run "$1: TCP behind extension headers" d_extension_headers
	t_run "$1: TCP to a closed port" d_closed
	t_run "$1: from the host itself" d_itself
	t_run "$1: unicast is as before" d_unicast
}
PORTS=1000

d_ping() {
	is "$(peer ping client "$A")" "$UNICAST"
	# the same from iputils
	[[ $(ns client ping -c 1 -W 15 "$A") == *"64 bytes from $UNICAST"* ]]
}

d_ping_fragments() { is "$(peer ping client "$A" size=20000)" "$UNICAST"; }

d_udp() { is "$(peer udp client "$A" 7 100)" "$A"; }

d_tcp() { is "$(peer tcp client "$A" 7 "$1")" "$1"; }

# d_ask udp|tcp FROM PORT: ask a server that is bound to the address. By TCP all data come back; by UDP the answer
# comes from the address.
d_ask() {
	if [[ $1 == tcp ]]; then
		is "$(peer tcp "$2" "$A" "$3" 1000)" 1000
	else
		is "$(peer udp "$2" "$A" "$3" 1000)" "$A"
	fi
}

d_bound() {
	refused "Cannot assign" peer serve host "$1" "$A" "$BOUND"
	peer serve host "$1" "$A" "$BOUND" freebind
	d_ask "$1" client "$BOUND"
}

d_nonlocal() {
	ns host sysctl -qw net.ipv6.ip_nonlocal_bind=1
	peer serve host "$1" "$A" "$NONLOCAL"
	ns host sysctl -qw net.ipv6.ip_nonlocal_bind=0
	d_ask "$1" client "$NONLOCAL"
}

d_pktinfo() {
	peer serve host udp :: "$PKTINFO" pktinfo
	d_ask udp client "$PKTINFO"
}

d_udp_fragments() {
	is "$(peer udp client "$A" 7 20000)" "$A"
	is "$(peer udp client "$A" "$BOUND" 20000)" "$A"
}

d_small_mtu() {
	nsip client link set c0 mtu 1280
	is "$(peer tcp client "$A" 7 100000)" 100000
	nsip client link set c0 mtu 1500
}

d_tcp_fragments() {
	local source pieces

	source=$(query client "field prefsrc" -6 route get "$A")
	for pieces in 1 2 3; do
		is "$(peer fragments client c0 "$source" "$A" 7 pieces=$pieces)" "$A"
	done
}

d_extension_headers() {
	is "$(peer tcp client "$A" 7 5000 dstopts)" 5000
	is "$(peer tcp client "$A" 7 5000 hopopts dstopts)" 5000
	is "$(peer ping client "$A" dstopts)" "$UNICAST"
}

# The address that was asked must refuse the connection itself: a RST from another address would not end it.
d_closed() { refused "refused" peer tcp client "$A" 99 10; }

d_itself() {
	# the host may answer its own questions from any of its addresses
	peer ping host "$A"
	peer udp host "$A" 7 100
	is "$(peer tcp host "$A" 7 100000)" 100000
	d_ask udp host "$BOUND"
	d_ask tcp host "$BOUND"
}

# The module must leave packets to other addresses alone.
d_unicast() {
	is "$(peer ping client "$UNICAST")" "$UNICAST"
	is "$(peer udp client "$UNICAST" 7 100)" "$UNICAST"
	is "$(peer tcp client "$UNICAST" 7 1000)" 1000
}
