#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Members on one link watch each other by probes. One of them answers neighbours that look for the address, and at
# once. When that one dies or leaves, the next in order tells the link, once.
#
#   client (c0) --- [ bridge br0 ] --- (e0) m1   2001:db8:1::1
#     2001:db8:1::c  of link       --- (e0) m2   2001:db8:1::2
#                                  --- (e0) m3   2001:db8:1::3
#                                  --- (e0) m4   2001:db8:1::4
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"

A=2001:db8:1::a
CLIENT=2001:db8:1::c
# Milliseconds between two probes.
EVERY=200
# How many addresses they share at the end.
ADDRESSES=10
[[ ${ANYCAST6_KERNEL-} != debug ]] || EVERY=400 ADDRESSES=5

MACS=()
ALL="1 2 3 4"

make_topology() {
	local i

	ns_make client link m1 m2 m3 m4
	nsip link -batch - <<-END
		link add br0 type bridge mcast_snooping 0
		link set br0 up
	END
	link_veth client c0 link p0
	nsip link link set p0 master br0
	for i in $ALL; do
		link_veth m$i e0 link p$i
		nsip link link set p$i master br0
		addr_add m$i e0 2001:db8:1::$i/64
		serve_all m$i 7 id=m$i >/dev/null
	done
	addr_add client c0 $CLIENT/64
	for i in $ALL; do
		MACS[i]=$(mac m$i e0)
		wait_for "a link-local address" 10 linklocal_usable m$i e0
	done
}

# join N [ADDRESS]: mN holds the address, and probes the others.
join() {
	local i

	{
		echo "anycast add ${2-$A} dev e0 probe $EVERY"
		for i in $ALL; do
			((i == $1)) || echo "anycast add ${2-$A} via 2001:db8:1::$i dev e0 probe $EVERY"
		done
	} | nsip "m$1" -batch - 2>/dev/null
}

# roles: a word for each of them: yes if it answers neighbours, no if another one does, - if they do not probe.
roles() {
	local i

	for i in $ALL; do
		query m$i role anycast show $A
	done | xargs
}

# known: each of them sees all of them up.
known() {
	local i

	for i in $ALL; do
		[[ $(query m$i states anycast show $A) == "e0:up e0:up e0:up e0:up" ]] || return
	done
}

# neighbour: which of them the client's neighbour entry leads to.
neighbour() {
	local i at

	at=$(query client "field lladdr" neigh show $A dev c0)
	for i in $ALL; do
		[[ $at != "${MACS[i]}" ]] || echo "m$i"
	done
}

found() { [[ $(neighbour) == "$1" ]]; }

# who: which of them answers the client's datagram.
who() { peer ask client udp $A 7 $((PORT += 1)) | cut -d= -f2; }
PORT=4000

# told_from, told: how many unsolicited advertisements of A the client saw from told_from to told.
told_from() {
	capture_start told client c0 "icmp6 and ip6[40] == 136 and dst host ff02::1"
}

told() {
	capture_stop told
	capture_show told -v | grep -c "tgt is $A.*" || true
}

silence() {
	ns "$1" nft -f - <<-END
		table netdev silent {
			chain in { type filter hook ingress device e0 priority -300; drop; }
		}
		table ip6 silent {
			chain out { type filter hook output priority -300; drop; }
		}
	END
}

speak() { ns "$1" nft flush ruleset; }

begin() {
	local i

	# the order in which they come does not matter
	for i in 2 4 3 1; do
		join $i
	done
	wait_for "all to know each other" 30 known
	ORDER=$(order)
	echo "$ORDER" >"$T_DIR/order"
	is "$(roles | tr ' ' '\n' | sort | xargs)" "no no no yes"
}

# order: the number of the one that answers now.
order() { roles | awk '{ for (i = 1; i <= 4; i++) if ($i == "yes") print i }'; }

# A solicitation gets one answer, from the elected one, which does not wait.
one_answers() {
	local i first answer

	first=$(<"$T_DIR/order")
	capture_start asked client c0 "icmp6 and ip6[40] == 136"
	for i in 1 2 3 4 5 6 7 8; do
		answer=$(peer solicit client c0 $CLIENT $A)
		echo "$answer"
		[[ $answer == *"/solicited=1/override=0/tlla=${MACS[first]}/"* ]]
		answer=${answer#ms=}
		# RFC 4861's random delay of up to 1 s is hardly ever so short eight times
		((${answer%%/*} < 400))
	done
	# an answer that is delayed would come within this time
	pause 1
	capture_stop asked
	is "$(capture_show asked | grep -c "tgt is $A")" 8
	is "$(who)" "m$first"
	found "m$first"
	# a client that has one of them as its neighbour, and asks it directly, is answered by that one
	for i in $ALL; do
		peer solicit client c0 $CLIENT $A mac="${MACS[i]}"
	done
	nsip m"$first" -d anycast show $A | grep -q "dev e0 .*answers yes"
}

# One that is not the elected one dies: the client and the others do not notice.
other_dies() {
	local first other

	first=$(<"$T_DIR/order")
	other=$((first % 4 + 1))
	is "$(who)" "m$first"
	told_from
	silence m$other
	wait_for "m$first to know" 20 eval "[[ \$(query m$first states anycast show $A) == *down:probe* ]]"
	is "$(told)" 0
	is "$(who)" "m$first"
	found "m$first"
	speak m$other
	wait_for "all to know each other" 30 known
}

# The one that answers dies, and tells nobody.
dies() {
	local begin first second

	first=$(<"$T_DIR/order")
	is "$(who)" "m$first"
	found "m$first"
	told_from
	begin=${EPOCHREALTIME/./}
	silence m"$first"
	wait_for "another one" 20 refute found "m$first"
	echo "# dead without a word, probe $EVERY: the client has another one after" \
		"$(((${EPOCHREALTIME/./} - begin) / 1000)) ms" >"$T_DIR/figures"
	second=$(neighbour)
	is "$(who)" "$second"
	# only one of the three advertises itself, now and later
	pause 1
	is "$(told)" 1
	capture_show told -v | grep "tgt is $A" | grep -q "override"
	capture_show told -v | grep "Flags" | grep -q "solicited" && return 1
	# it comes back, and answers who looks for the address; the client, which has found the other one, stays there
	told_from
	speak m"$first"
	wait_for "all to know each other" 30 known
	is "$(order)" "$first"
	is "$(told)" 0
	found "$second"
	is "$(who)" "$second"
	nsip client neigh flush to $A
	is "$(who)" "m$first"
}

# The client stays with the second one when the first one comes back. When the second one dies, the first one must
# tell the link, though it was the elected one all the time.
was_found() {
	local first second

	first=$(<"$T_DIR/order")
	is "$(who)" "m$first"
	found "m$first"
	silence m"$first"
	wait_for "another one" 20 refute found "m$first"
	second=$(neighbour)
	speak m"$first"
	wait_for "all to know each other" 30 known
	is "$(order)" "$first"
	found "$second"
	told_from
	silence "$second"
	wait_for "the first one" 20 found "m$first"
	is "$(who)" "m$first"
	pause 1
	is "$(told)" 1
	speak "$second"
	wait_for "all to know each other" 30 known
	is "$(order)" "$first"
}

# The one that answers drains, and then is deleted.
leaves() {
	local first

	first=$(<"$T_DIR/order")
	is "$(who)" "m$first"
	told_from
	nsip m"$first" anycast drain $A
	wait_for "another one" 20 refute found "m$first"
	refute is "$(who)" "m$first"
	pause 0.5
	is "$(told)" 1
	nsip m"$first" anycast resume $A
	wait_for "all to know each other" 30 known
	is "$(order)" "$first"
	nsip client neigh flush to $A
	is "$(who)" "m$first"
	told_from
	nsip m"$first" anycast del $A
	wait_for "another one" 20 refute found "m$first"
	refute is "$(who)" "m$first"
	pause 0.5
	is "$(told)" 1
	join "$first"
	wait_for "all to know each other" 30 known
	is "$(order)" "$first"
}

# left WHO: the client has another one than WHO, and the link was told once.
left() {
	wait_for "another one" 20 refute found "$1"
	refute is "$(who)" "$1"
	pause 0.5
	is "$(told)" 1
}

# stays WHO: the link was told nothing, and the client still has WHO.
stays() {
	is "$(told)" 0
	found "$1"
	is "$(who)" "$1"
}

# afresh: all are up again, and the client has found the elected one.
afresh() {
	wait_for "all to know each other" 30 known
	nsip client neigh flush to $A
	is "$(order)" "$(<"$T_DIR/order")"
	is "$(who)" "m$(<"$T_DIR/order")"
}

# The elected one's server dies, or only its member on this link drains: its answers to probes say so.
deaf() {
	local first

	first=$(<"$T_DIR/order")
	afresh
	told_from
	nsip m"$first" anycast change $A dev e0 service udp/99
	left "m$first"
	nsip m"$first" anycast change $A dev e0 service none
	afresh
	nsip m"$first" anycast add $A
	told_from
	nsip m"$first" anycast drain $A dev e0
	left "m$first"
	nsip m"$first" anycast del $A dev anycast0
	nsip m"$first" anycast resume $A
}

# The next in order is down when the first one dies, so the third one takes over. It keeps the client when the next in
# order comes back.
heir_down() {
	local first heir other

	first=$(<"$T_DIR/order")
	afresh
	heir=$(nsip m"$first" anycast drain $A && wait_for "another one" 20 refute found "m$first" >&2 && neighbour)
	nsip m"$first" anycast resume $A
	afresh
	nsip "$heir" anycast change $A dev e0 service udp/99
	wait_for "m$first to know" 20 eval "[[ \$(query m$first states anycast show $A) == *down:probe* ]]"
	told_from
	silence m"$first"
	left "m$first"
	other=$(neighbour)
	refute is "$other" "$heir"
	told_from
	nsip "$heir" anycast change $A dev e0 service none
	wait_for "it to be up" 20 eval "[[ \$(query $heir states anycast show $A) == e0:up* ]]"
	pause 0.5
	stays "$other"
	speak m"$first"
}

# The only other one is down when the first one dies. It takes over as soon as it is up.
late_heir() {
	local first heir i

	first=$(<"$T_DIR/order")
	afresh
	heir=$((first % 4 + 1))
	for i in $ALL; do
		((i == first || i == heir)) || nsip m"$i" anycast flush
	done
	# neighbours may have found these before, so m$first must have seen them go
	wait_for "m$first to know" 20 eval "[[ \$(query m$first states anycast show $A) == *down:probe*down:probe* ]]"
	nsip m$heir anycast change $A dev e0 service udp/99
	told_from
	silence m"$first"
	wait_for "m$heir to know" 20 eval "[[ \$(query m$heir states anycast show $A) != *e0:up* ]]"
	found "m$first"
	nsip m$heir anycast change $A dev e0 service none
	wait_for "it to take over" 20 found m$heir
	is "$(told)" 1
	speak m"$first"
	for i in $ALL; do
		((i == first || i == heir)) || join "$i"
	done
}

# One that loses its own link hears nothing of the others. It must not take over from them when the link is back.
flaps() {
	local first other

	first=$(<"$T_DIR/order")
	other=$((first % 4 + 1))
	# added afresh: no neighbour has found this one
	nsip m$other anycast flush
	wait_for "m$first to know" 20 eval "[[ \$(query m$first states anycast show $A) == *down:probe* ]]"
	join $other
	afresh
	told_from
	nsip link link set p$other down
	wait_for "it to see that" 20 eval "[[ \$(query m$other states anycast show $A) != *up* ]]"
	nsip link link set p$other up
	wait_for "all to know each other" 30 known
	stays "m$first"
}

# They share the addresses: no one of them answers for all.
spread() {
	local i n

	for ((n = 1; n < ADDRESSES; n++)); do
		for i in $ALL; do
			join $i 2001:db8:1::b$n
		done
	done
	wait_for "each to have one that answers" 60 eval "all_answered"
	for i in $ALL; do
		nsip m$i -j anycast show | jq -r '[.[].members[]? | select(.answers)] | length'
	done >"$T_DIR/shares"
	cat "$T_DIR/shares"
	refute grep -qx $ADDRESSES "$T_DIR/shares"
	# each gets another address, which it may send from: still one of them answers, not two and not none
	for i in $ALL; do
		nsip m$i address add 2001:db8:1::9$i/64 dev e0 nodad
		nsip m$i anycast drain 2001:db8:1::b1
	done
	for i in $ALL; do
		nsip m$i anycast resume 2001:db8:1::b1
	done
	wait_for "each to have one that answers" 60 eval "all_answered"
	for i in $ALL; do
		nsip m$i address del 2001:db8:1::9$i/64 dev e0
	done
}

# m2 is up, but has no prefix of the addresses on the link, so neighbours do not find it there: m1 answers for all of
# them. With the prefix m2 answers for about half of them.
not_on_the_link() {
	local i ll=()

	for i in $ALL; do
		nsip m$i anycast flush
		ll[i]=$(lladdr m$i e0)
	done
	nsip m2 address del 2001:db8:1::2/64 dev e0
	printf "anycast add 2001:db8:1::d%d dev e0 probe $EVERY\n" {10..21} | nsip m2 -batch -
	for i in {10..21}; do
		echo "anycast add 2001:db8:1::d$i dev e0 probe $EVERY"
		echo "anycast add 2001:db8:1::d$i via ${ll[2]} dev e0 probe $EVERY"
	done | nsip m1 -batch - 2>/dev/null
	wait_for "answers" 20 eval "is \"\$(nsip m1 -j anycast show state up | jq '[.[].members[]] | length')\" 24"
	is "$(who_answers m1)" true
	for i in 10 11 12; do
		[[ $(peer solicit client c0 $CLIENT 2001:db8:1::d$i) == *"/tlla=${MACS[1]}/"* ]]
	done
	addr_add m2 e0 2001:db8:1::2/64
	wait_for "another one that answers" 20 eval "is \"\$(who_answers m1)\" 'false true'"
	nsip m1 anycast flush
	nsip m2 anycast flush
}

# who_answers NS: true or false, if NS answers for all or none of its addresses; both for some.
who_answers() {
	nsip "$1" -j anycast show | jq -r '[.[].members[] | select(has("answers")) | .answers] | unique | join(" ")'
}

# A member behind a gateway can't answer on the link, so it takes no part in the election.
behind_gateway() {
	addr_add m2 lo 2001:db8:77::1/128
	nsip m2 anycast add 2001:db8:1::c1
	ns m2 sysctl -qw net.ipv6.conf.all.forwarding=1
	nsip m1 -batch - <<-END
		route add 2001:db8:77::1 via 2001:db8:1::2
		anycast add 2001:db8:1::c1 dev e0 probe $EVERY
		anycast add 2001:db8:1::c1 via 2001:db8:77::1 dev e0 probe $EVERY
	END
	wait_for "an answer" 20 eval "[[ \$(query m1 states anycast show 2001:db8:1::c1) == 'e0:up e0:up' ]]"
	nsip m1 -d -j anycast show 2001:db8:1::c1 | jq -e '[.[0].members[] | has("answers")] | any | not'
	peer solicit client c0 $CLIENT 2001:db8:1::c1
	ns m2 sysctl -qw net.ipv6.conf.all.forwarding=0
	nsip m1 route del 2001:db8:77::1
}

# all_answered: for each address exactly one of them answers.
all_answered() {
	local i

	[[ $(for i in $ALL; do
		nsip m$i -j anycast show | jq -r '.[] | select([.members[]? | select(.answers)] | length == 1) | .address'
	done | sort | uniq -c | awk '$1 == 1' | wc -l) == "$ADDRESSES" ]]
}

# Without probes neighbour discovery is as in RFC 4861 section 7.2.7 again: each answers, after a random delay.
plain() {
	local i

	for i in $ALL; do
		nsip m$i anycast flush
		join $i
	done
	wait_for "one that answers" 30 eval "[[ \$(roles) == *yes* ]]"
	for i in $ALL; do
		nsip m$i anycast change $A dev e0 probe 0
	done
	is "$(roles)" "- - - -"
	capture_start plain client c0 "icmp6 and ip6[40] == 136"
	peer solicit client c0 $CLIENT $A
	wait_for "the others' answers" 20 eval "(( \$(capture_show plain | grep -c 'tgt is $A') == 4 ))"
	capture_stop plain
	refute eval "capture_show plain -v | grep 'tgt is $A' | grep override"
}

# A member that probes nobody answers as the kernel does. At the end nothing is left of the module.
alone() {
	local i

	for i in $ALL; do
		nsip m$i anycast flush
	done
	is "$(snapshot m1)" "$(cat "$T_DIR/before")"
	nsip m1 anycast add $A dev e0 probe $EVERY
	nsip m1 -j anycast show $A | jq -e ".[0].members[0] | .probe == $EVERY and (has(\"answers\") | not)"
	peer solicit client c0 $CLIENT $A
	nsip m1 -batch - <<-END
		anycast add $A via 2001:db8:1::2 dev e0 probe $EVERY
		anycast add $A via 2001:db8:1::3 dev e0
	END
	# neither remote member exists, so this one answers
	nsip m1 -j anycast show $A | jq -e '.[0].members[0].answers == true'
	nsip m1 anycast change $A dev e0 probe 0
	nsip m1 -j anycast show $A | jq -e '.[0].members[0] | has("answers") or has("probe") | not'
	nsip m1 anycast flush
	is "$(snapshot m1)" "$(cat "$T_DIR/before")"
}

peer_start
make_topology
snapshot m1 >"$T_DIR/before"
t_run "four watch each other: one is elected" begin
t_run "RFC4861-7.2.7-delay: that one answers, at once" one_answers
t_run "another one dies, and nobody else notices" other_dies
t_run "RFC4861-7.2.7-override: it dies: of three one takes over, and says so once" dies
t_run "one that neighbours have found is not the first one, and dies" was_found
t_run "it leaves: the same" leaves
t_run "its server dies; its member on this link drains" deaf
t_run "the next one is down as well" heir_down
t_run "it is the only one, and down at the time" late_heir
t_run "one loses its own link for a while" flaps
t_run "addresses are spread" spread
t_run "who has no prefix there does not count" not_on_the_link
t_run "who is behind a gateway does not count" behind_gateway
t_run "RFC4861-7.2.7-delay: probe 0 is plain neighbour discovery again" plain
t_run "who watches nobody; nothing is left" alone
# Figures to read: no test case depends on them.
[[ ! -e $T_DIR/figures ]] || cat "$T_DIR/figures"
t_done
