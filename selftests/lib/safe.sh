# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the steer_safe_ tests share: flows of a client that stay where they are, and what tries to move them. Sourced
# after lib.sh, peer.sh and steering.sh. These tests start peer/wire.py.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1, 2001:db8:f::1
#    ::2                                 ::f  |     (r2) --- 2001:db8:2::/64 --- (m0) two   ::1, 2001:db8:f::2
#                                             |
#   forger (f0) --- 2001:db8:e::/64 --- (r3) -+
#    ::2                              ::f
#
# The router knows the members by their addresses 2001:db8:f::N, to which it has one route each.

U1=2001:db8:f::1
U2=2001:db8:f::2

# The routes of the router to the members.
# shellcheck disable=SC2034  # for those who source this
ROUTE1="$U1 via $ONE dev r1 metric 100"
# shellcheck disable=SC2034
ROUTE2="$U2 via $TWO dev r2 metric 200"

# make_safe: all that is drawn above.
make_safe() {
	local i=0 name

	make_members && make_client || return
	for name in one two; do
		i=$((i + 1))
		ns $name sysctl -qw net.ipv6.conf.m0.keep_addr_on_down=1
		addr_add $name lo 2001:db8:f::$i/128
	done
	nsip router -6 -batch - <<-END
		route add $ROUTE1
		route add $ROUTE2
	END
	ns_make forger
	link_veth forger f0 router r3
	addr_add forger f0 2001:db8:e::2/64
	addr_add router r3 2001:db8:e::f/64
	nsip forger -6 route add default via 2001:db8:e::f
	# what is forged needs no neighbour to be found, but the answers of members do
	wait_for "the client" 20 peer ping client $U1 wait=1
	wait_for "the other member" 20 peer ping client $U2 wait=1
}

# begin: one is nearer than two, and there is no flow.
begin() {
	nsip router -batch - <<-END
		anycast flush
		anycast flow flush
		anycast add $A via $U1 metric 10
		anycast add $A via $U2 metric 20
	END
	steered client
}

# prefer_two: new flows go to two from now on.
prefer_two() { nsip router anycast change $A via $U2 metric 1; }

# begins NAME tcp|udp PORT WHO [OPTION...]: a flow of the client's from this port, which lasts, and which WHO has.
begins() {
	is "$(peer open client "$1" "$2" $A 7 src=$CLIENT sport="$3" "${@:5}")" "$4"
	is "$(peer say client "$1")" "$4"
	is "$(peer say client "$1")" "$4"
}

# flow_of PROTO PORT: what the router knows of a flow of the client's: member state
flow_of() {
	local line

	flows router | while read -r line; do
		[[ $line != "$CLIENT $1 $2 "* ]] || echo "${line#"$CLIENT $1 $2 "}"
	done
}

# stays NAME PROTO PORT: one has it as before: it answers, and the router knows.
stays() {
	echo "the router's flow: $(flow_of "$2" "$3")"
	is "$(peer say client "$1")" one
	is "$(flow_of "$2" "$3")" "$U1 established"
}

# served_by WHO PORT: a new flow from this port goes to WHO, by UDP and by TCP.
served_by() {
	is "$(peer open client new udp $A 7 src=$CLIENT sport="$2")" "$1"
	peer close client new
	is "$(peer open client new tcp $A 7 src=$CLIENT sport="$2")" "$1"
	is "$(peer say client new)" "$1"
	peer close client new reset
}

# forged PORT FLAGS [OPTION...]: a segment of the client's connection that somebody on another link makes up. It
# guesses the ports, and nothing else: its numbers are 0, and its checksum is wrong. FLAGS are hexadecimal.
forged() {
	peer forge forger f0 "$FORGER_GATEWAY" $CLIENT $A tcp "$1" 7 flags="$2" wrong "${@:3}"
	peer seen router forged "^$CLIENT>$A/.*/tcp-$1-7-$2$" least=1
}
# shellcheck disable=SC2034
FIN=01 SYN=02 RST=04 ACK=10

# watch_forged: before the first of them.
watch_forged() {
	FORGER_GATEWAY=$(mac router r3)
	peer watch router forged r3
}
