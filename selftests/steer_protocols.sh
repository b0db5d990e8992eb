#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SCTP and UDP-Lite have flows, as TCP and UDP have. They are told apart by their ports, are listed, and stay with
# their member while it is up, and errors find it. Packets are made by hand: nobody answers them.
#
#                                             2001:db8:1::/64 --- (m0) one
#   client (c0) --- 2001:db8:c::/64 --- (r0) router                   ::1
#    ::2                                 ::f  2001:db8:2::/64 --- (m0) two
#                                                                   ::1
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

GATE=2001:db8:c::f

# shown KIND: the name by which ip shows the protocol.
shown() { case $1 in udplite) echo 136 ;; *) echo "$1" ;; esac; }

# arrived WHAT COUNT: so many packets like WHAT have come to the members; $ONES and $TWOS have those of each.
arrived() {
	ONES=$(peer seen one one "$1") && TWOS=$(peer seen two two "$1") &&
		(($(words "$ONES $TWOS") == $2))
}

# whom KIND PORT COUNT [CHUNK]: send one packet of each of COUNT flows, from this port on, and print which member gets
# it, a word each.
whom() {
	local name port what="^$CLIENT>$A/.*/$1-[0-9]+-7" who=()

	if ! watch_members >&2 ||
		! peer inject client $CLIENT $A "$1" "$2" 7 count="$3" chunk="${4-init}" >&2 ||
		! wait_for "$3 packets" 20 arrived "$what" "$3" >&2; then
		echo "came: $ONES - $TWOS" >&2
		return 1
	fi
	for port in $(seq "$2" $(($2 + $3 - 1))); do
		name=nobody
		[[ "$ONES " != *"/$1-$port-7"[\ -]* ]] || name=one
		[[ "$TWOS " != *"/$1-$port-7"[\ -]* ]] || name=two
		who+=("$name")
	done
	echo "${who[*]}"
}

# member NAME: its unicast address.
member() { case $1 in one) echo $ONE ;; two) echo $TWO ;; esac; }

# both NAMES: each member has got some of them, and no packet went elsewhere.
both() { [[ " $1 " == *" one "* && " $1 " == *" two "* && " $1 " != *nobody* ]]; }

begin() {
	nsip router anycast flush
	nsip router anycast flow flush
	ns router nft flush ruleset
	add_members
	steered client
}

# As with UDP, the first packet makes a flow, and a second one makes it an established flow. SCTP's own states are not
# followed.
listed() {
	local name

	begin
	name=$(whom "$1" 43001 1)
	is "$(flows router | grep 43001)" "$CLIENT $(shown "$1") 43001 $(member "$name") new"
	is "$(whom "$1" 43001 1 data)" "$name"
	is "$(flows router | grep 43001)" "$CLIENT $(shown "$1") 43001 $(member "$name") established"
	is "$(nsip router -j anycast flow show | jq -r '.[] | select(.sport == 43001) | .dport')" 7
	is "$(nsip router -j anycast flow show | jq -r '.[] | select(.sport == 43001) | .timeout')" "$2"
}

# Flows differ by their ports, and the same ports lead to the same member. The router's conntrack checks the checksums
# of SCTP, so these packets must be right. (It takes UDP-Lite for UDP, and calls its checksums wrong.)
spread() {
	local names

	begin
	ns router nft -f - <<-END
		table ip6 t {
			chain forward {
				type filter hook forward priority filter;
				ip6 daddr $A ip6 nexthdr sctp ct state invalid drop
			}
		}
	END
	names=$(whom "$1" 43101 24)
	both "$names"
	is "$(whom "$1" 43101 24)" "$names"
	is "$(flows router | grep -c "^$CLIENT $(shown "$1") 431")" 24
	# they go there without remembered flows, too
	nsip router anycast flow flush
	is "$(whom "$1" 43101 24)" "$names"
}

foretold() {
	local names port told=()

	begin
	for port in 43201 43202 43203 43204 43205 43206; do
		case $(query router "field via" anycast get $A from $CLIENT iif r0 proto "$(shown "$1")" \
			sport $port dport 7) in
		"$ONE") told+=(one) ;;
		"$TWO") told+=(two) ;;
		*) told+=(nobody) ;;
		esac
	done
	names=$(whom "$1" 43201 6)
	is "${told[*]}" "$names"
}

# Changes of metrics and members are for new flows only.
stays() {
	local names

	begin
	names=$(whom "$1" 43301 12)
	both "$names"
	nsip router anycast change $A via $ONE metric 5
	is "$(whom "$1" 43301 12 data)" "$names"
	is "$(whom "$1" 43321 6)" "one one one one one one"
	nsip router anycast change $A via $ONE metric 5000
	is "$(whom "$1" 43301 12 data)" "$names"
	is "$(whom "$1" 43321 6 data)" "one one one one one one"
	is "$(whom "$1" 43331 6)" "two two two two two two"
	# a nearer member is added
	nsip router anycast del $A via $ONE
	is "$(whom "$1" 43341 6)" "two two two two two two"
	nsip router anycast add $A via $ONE metric 5
	is "$(whom "$1" 43341 6 data)" "two two two two two two"
	is "$(whom "$1" 43351 6)" "one one one one one one"
}

# Without a grace an association moves at once; with one it would wait.
moves() {
	local names

	begin
	ns router sysctl -qw net.anycast6.flow_grace=0
	names=$(whom "$1" 43401 12)
	both "$names"
	is "$(whom "$1" 43401 12 data)" "$names"
	nsip one link set m0 down
	is "$(whom "$1" 43401 12 data)" "${names//one/two}"
	is "$(flows router | grep -c "^$CLIENT $(shown "$1") 434.. $TWO established$")" 12
	nsip one link set m0 up
	addr_add one m0 $ONE/64
	nsip one -6 route replace default via 2001:db8:1::f
	wait_for "the member" 30 eval "[[ \$(member_states router) == '$ONE up, $TWO up' ]]"
	# the flows stay at the member that took them over
	is "$(whom "$1" 43401 12 data)" "${names//one/two}"
	both "$(whom "$1" 43421 12)"
	ns router sysctl -qw net.anycast6.flow_grace=1000
}

# An error that quotes a packet of a member goes to that member, whether it is the nearest or not.
errors() {
	local name port=43501 names

	begin
	names=$(whom "$1" 43501 8)
	both "$names"
	nsip router anycast change $A via $ONE metric 5
	watch_members
	for name in $names; do
		peer error client $CLIENT $A 2-0-1280 "$A,$CLIENT,$1,7,$port"
		peer seen "$name" "$name" "^$CLIENT>$A/.*/error-2-0-1280\[$A>$CLIENT/.*/$1-7-$port" least=1
		port=$((port + 1))
	done
	# the other member gets none of them
	for name in one two; do
		is "$(words "$(peer seen $name $name "/error-2")")" "$(grep -o $name <<<"$names" | wc -l)"
	done
}

# The same for the router's own packets.
own() {
	local what="^$GATE>$A/.*/$1-[0-9]+-7" via

	begin
	watch_members
	peer inject router $GATE $A "$1" 43601 7 count=24
	wait_for "the packets" 20 arrived "$what" 24
	[[ $ONES && $TWOS ]]
	is "$(flows router | grep -c "^$GATE $(shown "$1") 436.. $ONE new$")" "$(words "$ONES")"
	is "$(flows router | grep -c "^$GATE $(shown "$1") 436.. $TWO new$")" "$(words "$TWOS")"
	nsip router anycast change $A via $ONE metric 5
	watch_members
	peer inject router $GATE $A "$1" 43601 7 count=24 chunk=data
	wait_for "the packets" 20 arrived "$what" 24
	for via in $ONE $TWO; do
		is "$(flows router | grep -c "^$GATE $(shown "$1") 436.. $via established$")" \
			"$(words "$([[ $via == "$ONE" ]] && echo "$ONES" || echo "$TWOS")")"
	done
}

# Anybody can forge the end of an association, so it does not end the flow. A new association from the same ports goes
# to the member that had the old one.
ends() {
	local chunk names

	begin
	names=$(whom sctp 43701 8)
	both "$names"
	nsip router anycast change $A via $ONE metric 5
	for chunk in data shutdown abort data init; do
		is "$(whom sctp 43701 8 $chunk)" "$names"
		is "$(flows router | grep -c "^$CLIENT sctp 437.. .* established$")" 8
	done
	# the end of an association whose beginning was not seen goes to a member, too
	is "$(whom sctp 43711 2 abort)" "one one"
	is "$(whom sctp 43721 2 shutdown)" "one one"
}

peer_start wire.py
make_members || exit
make_client || exit
for kind in sctp udplite; do
	t_run "$kind: flows are listed, new with the first packet" listed $kind \
		"$(case $kind in sctp) echo 300 ;; *) echo 180 ;; esac)"
	t_run "$kind: flows are spread by their ports" spread $kind
	t_run "$kind: ip anycast get foretells their member" foretold $kind
	t_run "$kind: RFC4786-4.4.3: flows stay with their member" stays $kind
	t_run "$kind: flows move when their member fails, and stay there" moves $kind
	t_run "$kind: errors go to the flow's member" errors $kind
	t_run "$kind: the router's own" own $kind
done
t_run "sctp: SHUTDOWN, ABORT and another INIT leave an association where it is" ends
t_done
