#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ports whose flows are never remembered: each packet goes to the nearest member, and among equal ones to the member
# that would have got the flow if it were remembered. Flows of other ports are as before.
#
#                                             2001:db8:1::/64 --- (m0) one
#   client (c0) --- 2001:db8:c::/64 --- (r0) router                   ::1
#    ::2                                 ::f  2001:db8:2::/64 --- (m0) two
#                                                                   ::1
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

# These ports of the client's ask, and so many packets make a flood.
PORTS=44001-44024
case ${ANYCAST6_KERNEL-} in
debug) FLOOD=500 ;;
*) FLOOD=5000 ;;
esac

# begin: both are members, there is no flow, and UDP to port 7 is not remembered.
begin() {
	nsip router anycast flush
	ns router sysctl -qw net.anycast6.max_flows=262144
	add_members
	steered client
	nsip router anycast set $A unpinned udp/7
	nsip router anycast flow flush
}

# asks [PORTS [NS [SOURCE]]]: who answers a datagram from each of these ports, a word each.
asks() { peer ask "${2-client}" $A 7 "${1-$PORTS}" src="${3-$CLIENT}"; }

# both NAMES: each member has some of them, and nobody none.
both() { [[ " $1 " == *" one "* && " $1 " == *" two "* && " $1 " != *" - "* ]]; }

no_flows() {
	is "$(flows router)" ""
	is "$(active_flows router)" 0
	is "$(misses router unpinned)" 0
}

not_remembered() {
	local names

	begin
	names=$(asks)
	both "$names"
	no_flows
	is "$(asks)" "$names"
	is "$(asks)" "$names"
	no_flows
}

# The hash is that of flows which are remembered, so nothing moves when the option is set or taken back.
same_hash() {
	local names

	begin
	names=$(asks)
	nsip router anycast set $A unpinned none
	is "$(asks)" "$names"
	is "$(flows router | grep -c "^$CLIENT udp ")" 24
	# they are remembered, and forgotten no sooner than others
	nsip router anycast set $A unpinned udp/7
	is "$(asks)" "$names"
	is "$(flows router | grep -c "^$CLIENT udp .* established$")" 24
	nsip router anycast flow flush
	is "$(asks)" "$names"
	no_flows
}

# A flow that was remembered before stays where it is, and a new one goes to the nearest at the time.
stays() {
	begin
	nsip router -batch - <<-END
		anycast set $A unpinned none
		anycast change $A via $ONE metric 5
		anycast change $A via $TWO metric 6
	END
	is "$(asks 44101-44101)" one
	nsip router -batch - <<-END
		anycast set $A unpinned udp/7
		anycast change $A via $TWO metric 4
	END
	is "$(asks 44101-44101)" one
	is "$(asks 44102-44102)" two
	is "$(flows router)" "$CLIENT udp 44101 $ONE established"
	nsip router anycast change $A via $TWO metric 6
	is "$(asks 44102-44102)" one
}

# without NAME NAMES: these names, all at the other member where NAME was.
without() {
	local other=one

	[[ $1 == two ]] || other=two
	echo "${2//$1/$other}"
}

# A member that goes moves its own flows, and no others. When it is back they are where they were.
moves_own() {
	local names

	begin
	names=$(asks)
	both "$names"
	nsip router anycast del $A via $TWO
	is "$(asks)" "$(without two "$names")"
	nsip router anycast add $A via $TWO
	is "$(asks)" "$names"
	nsip router anycast drain $A via $ONE
	is "$(asks)" "$(without one "$names")"
	nsip router anycast resume $A via $ONE
	is "$(asks)" "$names"
	no_flows
}

# A member whose path has failed gets nothing, from the next packet on.
fails() {
	local names

	begin
	names=$(asks)
	nsip two link set m0 down
	is "$(asks)" "$(without two "$names")"
	nsip two link set m0 up
	addr_add two m0 $TWO/64 || true
	nsip two -6 route replace default via 2001:db8:2::f
	wait_for "two" 20 eval "is \"\$(asks)\" '$names'"
	no_flows
}

# Another protocol at the port, and another port, are remembered.
others() {
	begin
	peer open client open tcp $A 7 src=$CLIENT sport=44201
	peer say client open
	asks 44202-44202
	peer ask client $A 8 44203-44203 src=$CLIENT
	flows router | cut -d' ' -f1-3 | diff - <(printf '%s\n' "$CLIENT tcp 44201" "$CLIENT udp 44203")
	peer close client open
	nsip router anycast flow flush
	nsip router anycast set $A unpinned tcp/7,udp/8
	peer open client open tcp $A 7 src=$CLIENT sport=44211
	peer say client open size=5000
	peer ask client $A 8 44213-44213 src=$CLIENT
	no_flows
	asks 44212-44212
	is "$(flows router | cut -d' ' -f1-3)" "$CLIENT udp 44212"
	peer close client open
}

# told PORT: the member that ip anycast get names for a datagram from this port.
told() {
	case $(query router "field via" anycast get $A from $CLIENT iif r0 proto udp sport "$1" dport 7) in
	"$ONE") echo one ;;
	"$TWO") echo two ;;
	*) echo nobody ;;
	esac
}

foretold() {
	local names port told=()

	begin
	for port in {44001..44008}; do
		told+=("$(told "$port")")
	done
	names=$(asks 44001-44008)
	is "${told[*]}" "$names"
	# and afterwards nothing is pinned
	refute eval "nsip router anycast get $A from $CLIENT iif r0 proto udp sport 44001 dport 7 | grep pinned"
}

# Packet Too Big goes to the member that sent what it quotes.
errors() {
	local names port name

	begin
	names=$(asks 44301-44312)
	both "$names"
	watch_members
	for port in {44301..44312}; do
		peer error client $CLIENT $A 2-0-1300 "$A,$CLIENT,udp,7,$port"
	done
	for name in one two; do
		is "$(words "$(peer seen $name $name "/error-2" least="$(grep -o $name <<<"$names" | wc -l)")")" \
			"$(grep -o $name <<<"$names" | wc -l)"
	done
	no_flows
}

# A flood leaves the table to others, even one with hardly any room.
flood() {
	begin
	ns router sysctl -qw net.anycast6.max_flows=2
	watch_members
	peer inject client $CLIENT $A udp 1024 7 count=$FLOOD size=1
	peer seen one one "^$CLIENT>$A/.*/udp-" least=$((FLOOD / 3))
	peer seen two two "^$CLIENT>$A/.*/udp-" least=$((FLOOD / 3))
	no_flows
	peer open client open tcp $A 7 src=$CLIENT sport=44401
	peer say client open
	is "$(flows router | cut -d' ' -f1-3)" "$CLIENT tcp 44401"
	peer close client open
}

own() {
	local names

	begin
	names=$(asks 44501-44524 router 2001:db8:c::f)
	both "$names"
	is "$(asks 44501-44524 router 2001:db8:c::f)" "$names"
	no_flows
}

shown() {
	begin
	is "$(nsip router anycast show $A | head -n 1)" "$A scope ::/0 source auto unpinned udp/7 state up"
	nsip router anycast set $A unpinned tcp/53,udp/53
	nsip router -j anycast show $A | jq -e '.[0].unpinned == ["tcp/53", "udp/53"]'
	# what is not named stays
	nsip router anycast set $A hold 1
	nsip router anycast save | grep "^anycast set $A unpinned tcp/53,udp/53$"
	nsip router anycast set $A unpinned none
	is "$(nsip router anycast show $A | head -n 1)" "$A scope ::/0 source auto hold 1 state up"
	refute eval "nsip router anycast save | grep unpinned"
}

peer_start wire.py
make_members || exit
make_client || exit
for name in one two; do
	peer named $name $name-8 8
done
t_run "flows of an unpinned port are not remembered" not_remembered
t_run "they go where they would go if they were" same_hash
t_run "flows that are remembered already stay" stays
t_run "a member that goes moves its own flows" moves_own
t_run "a member that fails gets nothing more" fails
t_run "other ports and protocols are remembered" others
t_run "ip anycast get foretells the member" foretold
t_run "errors go to the flow's member" errors
t_run "a flood takes no room" flood
t_run "the router's own" own
t_run "the option is shown, saved and taken back" shown
t_done
