# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What tests share in which a router chooses among servers: the topology, and questions about which server it chooses.
# Sourced after lib.sh and peer.sh.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1
#                              (r2) --- (s0) s2
#                              (r3) --- (s0) s3, and so on
#
# The client is 2001:db8:c::2 and 2001:db8:d::2, the router ::f on all links, the link to sN is
# 2001:db8:N::/64, sN is ::1 on it, and 2001:db8:f::N wherever it is, from which it answers.

A=2001:db8:53::53
C=2001:db8:c::2
D=2001:db8:d::2

# make_server N NS DEV: a server sN, and its link to NS, which gets the device DEV. The server holds A, and answers with
# its name on port 7.
make_server() {
	ns_make "s$1"
	link_veth "$2" "$3" "s$1" s0
	ns "s$1" sysctl -qw net.ipv6.conf.s0.keep_addr_on_down=1
	nsip "s$1" -batch - <<-END
		address add 2001:db8:$1::1/64 dev s0 nodad
		address add 2001:db8:f::$1/128 dev lo nodad
		route add default via 2001:db8:$1::f src 2001:db8:f::$1
		anycast add $A
	END
	addr_add "$2" "$3" "2001:db8:$1::f/64"
	serve_all "s$1" 7 id="s$1" >/dev/null
}

# link_server N: a server sN on a link of its own to the router, which gets a route to it.
link_server() {
	make_server "$1" router "r$1"
	nsip router -6 route add "2001:db8:f::$1" via "2001:db8:$1::1" metric $((100 * $1))
}

# make_gateway METRIC: a server s3 behind a gateway, with a route of this metric on the router. The gateway knows where
# the server is, and nothing of A.
#
#   router (rg) --- (g0) gw (g1) --- (s0) s3     2001:db8:9::/64: router ::f, gw ::1; 2001:db8:3::/64: gw ::f, s3 ::1
make_gateway() {
	ns_make gw
	link_veth router rg gw g0
	ns gw sysctl -qw net.ipv6.conf.all.forwarding=1
	make_server 3 gw g1
	nsip gw -batch - <<-END
		address add 2001:db8:9::1/64 dev g0 nodad
		route add default via 2001:db8:9::f
		route add 2001:db8:f::3 via 2001:db8:3::1
	END
	nsip router -batch - <<-END
		address add 2001:db8:9::f/64 dev rg nodad
		route add 2001:db8:f::3 via 2001:db8:9::1 metric $1
	END
}

# make_servers N: the topology, with N servers.
make_servers() {
	local i

	ns_make client router
	link_veth client c0 router r0
	nsip client -batch - <<-END
		address add $C/64 dev c0 nodad
		address add $D/64 dev c0 nodad
		route add default via 2001:db8:c::f src $C
	END
	ns router sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip router -batch - <<-END
		address add 2001:db8:c::f/64 dev r0 nodad
		address add 2001:db8:d::f/64 dev r0 nodad
	END
	for ((i = 1; i <= $1; i++)); do
		link_server "$i"
	done
}

# router COMMAND...: `ip anycast` on the router.
router() { nsip router anycast "$@"; }

# all_of NAME FIRST LAST: what `ask` prints when the flows of all these ports go to one server.
all_of() {
	local i words=()

	for ((i = $2; i <= $3; i++)); do
		words+=("$i=$1")
	done
	echo "${words[*]}"
}

# has_members "N [OPTION...]"...: A has these members and no others, and no flow.
has_members() {
	{
		echo "anycast flush"
		echo "anycast flow flush"
		printf 'anycast add '$A' via 2001:db8:f::%s\n' "$@"
	} | nsip router -batch -
}

# ask PROTO PORTS [OPTION...]: which server has the client's flows from these ports: port=name, a word each. A
# port used again in the same test meets its old flow.
ask() { peer ask client "$1" "$A" 7 "${@:2}"; }

# all_ask NAME [OPTION...]: new flows of all kinds go to this server.
all_ask() {
	local sport=$((SPORT += 10))

	is "$(shares "$(ask udp $sport-$((sport + 4)) "${@:2}")")" "$1=5"
	is "$(ask tcp $sport,$((sport + 1)) "${@:2}")" "$sport=$1 $((sport + 1))=$1"
}
SPORT=1000

# pings_to [OPTION...]: the address that answers a ping from the client.
pings_to() { peer ping client "$A" "$@"; }

# resolve PROTO PORTS [SOURCE]: which server the router would choose for the client's flows from these ports, printed
# as `ask` prints it.
resolve() {
	local port

	for ((port = ${2%-*}; port <= ${2#*-}; port++)); do
		echo "anycast get $A from ${3-$C} iif r0 proto $1 sport $port dport 7"
	done | nsip router -j -batch - |
		jq -rs --argjson first "${2%-*}" 'to_entries | map("\(.key + $first)=s" +
			(.value[0].via | split(":") | last)) | join(" ")'
}

# verdicts [GET-ARGUMENT...]: what the router says of each member: server=verdict, a word each.
verdicts() { query router verdicts anycast get "$A" from "$C" "$@"; }

# shares WORDS: how many flows each server has, in order of the names. WORDS is what `ask` prints.
shares() {
	local i name names=() words=()
	declare -A count

	for name in $1; do
		name=${name#*=}
		count[$name]=$((${count[$name]-0} + 1))
		((count[$name] == 1)) || continue
		# sorted by hand, because to start sort takes longer than all of the rest
		i=${#names[@]}
		while ((i)) && [[ ${names[i - 1]} > $name ]]; do
			names[i]=${names[i - 1]}
			((i--)) || true
		done
		names[i]=$name
	done
	for name in "${names[@]}"; do
		words+=("$name=${count[$name]}")
	done
	echo "${words[*]}"
}

# member_state VIA: state and reason of a member of A on the router.
member_state() { query router "member_state $1" anycast show "$A"; }

# is_state VIA STATE [REASON]: for wait_for.
is_state() { [[ $(member_state "$1") == "${*:2}" ]]; }

# distance_of VIA: the distance of a member of A on the router.
distance_of() { query router "distance $1" anycast show "$A"; }

# is_distance VIA NUMBER: for wait_for.
is_distance() { [[ $(distance_of "$1") == "$2" ]]; }

