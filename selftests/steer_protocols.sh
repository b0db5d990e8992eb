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

# shown KIND: as ip names it.
shown() { case $1 in udplite) echo 136 ;; *) echo "$1" ;; esac; }

# arrived WHAT COUNT: so many of these have come to the members; leaves them in $ONES and $TWOS.
arrived() {
	ONES=$(peer seen one one "$1") && TWOS=$(peer seen two two "$1") &&
		(($(words "$ONES $TWOS") == $2))
}

# whom KIND PORT COUNT [CHUNK]: who gets a packet of each of these flows, which begin with this port.
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

# both NAMES: each member has some of them, and nobody else.
both() { [[ " $1 " == *" one "* && " $1 " == *" two "* && " $1 " != *nobody* ]]; }

begin() {
	nsip router anycast flush
	ns router nft flush ruleset
	add_members
	steered client
}

# The first packet makes a flow, another one makes it last, as in UDP: SCTP's own states are not followed.
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

# Ports count, and the same ones lead to the same member. Conntrack of the router, where it knows SCTP,
# looks at the sums: these are packets as they should be. (Those of UDP-Lite it takes for UDP's, and wrong.)
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
	# nor is it the table that makes it so
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

# What changes is for those that come.
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
	# a nearer one that comes
	nsip router anycast del $A via $ONE
	is "$(whom "$1" 43341 6)" "two two two two two two"
	nsip router anycast add $A via $ONE metric 5
	is "$(whom "$1" 43341 6 data)" "two two two two two two"
	is "$(whom "$1" 43351 6)" "one one one one one one"
}

moves() {
	local names

	begin
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
	# and there they stay
	is "$(whom "$1" 43401 12 data)" "${names//one/two}"
	both "$(whom "$1" 43421 12)"
}

# An error that quotes what a member has sent goes to that one, be it nearest or not.
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
	# and to nobody else
	for name in one two; do
		is "$(words "$(peer seen $name $name "/error-2")")" "$(grep -o $name <<<"$names" | wc -l)"
	done
}

# Of this node's own packets the same is true.
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

# Anybody can forge the end of an association, so it ends nothing here; who begins one anew meets the
# member that knew the old one.
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
	# an end of which the beginning was not seen has a member, too
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
