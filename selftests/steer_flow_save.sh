#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a router remembers of flows can be saved and restored, so that connections outlive a reload of its module, and
# it outlives a new configuration by itself. The nearest member is another one by then: a connection that is not
# remembered goes there, and is reset.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (m0) one   ::1, 2001:db8:f::1
#    ::2                                 ::f  |     (r2) --- 2001:db8:2::/64 --- (m0) two   ::1, 2001:db8:f::2
#                                             |
#                              [ VRF red: (v0) 2001:db8:7::f/64 ]
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"
. "$(dirname "$0")/lib/safe.sh"
. "$(dirname "$0")/lib/netlink.sh"

CROWD=20
# For so many seconds, and a few more, flows are kept whose member is gone.
KEPT=65
# The router's link-local address to have members, and one of them.
LINKLOCAL=fe80::aaaa

# saved [ADDRESS]: what `flow save` writes, without the times; sorted.
saved() { nsip router anycast flow save "$@" | sed 's/ idle [0-9]* at [0-9]*//' | sort; }

# restore: run `flow restore` on the router.
restore() { nsip router anycast flow restore; }

# flow_add ARGUMENT...: add a flow of the client's to A.
flow_add() { nsip router anycast flow add $A from $CLIENT "$@"; }

# begin_empty: no flow is there, not that of the first ping either.
begin_empty() {
	begin
	nsip router anycast flow flush
}

# ---- what is written and read ----

# Flows of every kind of domain, member, protocol and state, made by hand: what is written is what was read.
by_hand() {
	begin_empty
	nsip router -batch - <<-END
		anycast add $A
		anycast add $A vrf red via 2001:db8:7::1
		anycast add $LINKLOCAL dev r1 via fe80::1
		anycast add 2001:db8:a::b via 2001:db8:1::9 dev r1
		anycast set 2001:db8:a::b affinity source
	END
	sort >"$T_DIR/flows" <<-END
		anycast flow add $A from $CLIENT proto tcp sport 1 dport 2 via $U1 state established trust witnessed next 4294967295
		anycast flow add $A from $CLIENT proto tcp sport 2 dport 2 via $U2 state closing trust blind next 0 syn 7
		anycast flow add $A from $CLIENT proto tcp sport 3 dport 2 via $U2 state closed trust picked next 5
		anycast flow add $A from $CLIENT proto tcp sport 4 dport 2 via $U1 state new trust witnessed next 6
		anycast flow add $A from $CLIENT proto tcp sport 5 dport 2 state established trust blind next 0
		anycast flow add $A from $CLIENT proto tcp sport 6 dport 2 via $U1 state established trust witnessed next 1 proof unproven
		anycast flow add $A from $CLIENT proto udp sport 1 dport 65535 via $U1 state established
		anycast flow add $A from $CLIENT proto 136 sport 1 dport 2 via $U1 state new
		anycast flow add $A from $CLIENT proto sctp sport 1 dport 2 via $U2 state established
		anycast flow add $A from $CLIENT proto ipv6-icmp sport 1 via $U1 state established
		anycast flow add $A vrf red from $CLIENT proto udp sport 1 dport 2 via 2001:db8:7::1 state established
		anycast flow add $LINKLOCAL from fe80::2 proto udp sport 1 dport 2 via fe80::1 dev r1 state established
		anycast flow add 2001:db8:a::b from $CLIENT proto udp sport 1 dport 2 via 2001:db8:1::9 dev r1 state established
		anycast flow add 2001:db8:a::b from $CLIENT via 2001:db8:1::9 dev r1 state established
	END
	restore <"$T_DIR/flows"
	saved | diff "$T_DIR/flows" -
	is "$(saved 2001:db8:a::b | wc -l)" 2
	is "$(count_flows router)" 14
	nsip router anycast flow flush
	is "$(saved)" ""
	nsip router -batch "$T_DIR/flows"
	saved | diff "$T_DIR/flows" -
	# new flows are counted as such, and each goes to its member's count
	is "$(query router active_flows -s anycast show 2001:db8:a::b)" 2
	nsip router anycast flush
}

# How long a flow was idle before counts.
idle() {
	begin_empty
	flow_add proto udp sport 1 dport 7 via $U1 idle 170000
	nsip router anycast flow show | grep "sport 1 .*idle 17[0-9]\.[0-9]s timeout 180s"
	refused "idle for too long" flow_add proto udp sport 2 dport 7 via $U1 idle 180001
	# who restores need not hear of those that are over
	is "$(restore <<<"anycast flow add $A from $CLIENT proto udp sport 2 dport 7 via $U1 idle 180001" 2>&1)" ""
	is "$(count_flows router)" 1
}

# Of each kind of flow one that is about to be idle for too long, and one that is not for a minute more.
forgotten_in_time() {
	local i=0 kind seconds what=()

	begin_empty
	while read -r seconds kind; do
		i=$((i + 2))
		what+=("anycast flow add $A from $CLIENT $kind sport $i via $U1 idle $(((seconds - 4) * 1000))"
			"anycast flow add $A from $CLIENT $kind sport $((i + 1)) via $U1 idle $(((seconds - 64) * 1000))")
	done <<-END
		180 proto udp dport 2 state established
		300 proto sctp dport 2 state established
		7440 proto tcp dport 2 state established trust witnessed next 1
		600 proto tcp dport 2 state established trust picked next 1
		120 proto tcp dport 2 state closing trust witnessed next 1
	END
	printf '%s\n' "${what[@]}" | restore
	is "$(count_flows router)" $i
	wait_for "those that are over to go" 20 eval "(( \$(count_flows router) == $i / 2 ))"
	is "$(nsip router anycast flow show | grep -o "sport [0-9]*" | sort -k 2 -n | xargs)" \
		"sport 3 sport 5 sport 7 sport 9 sport 11"
}

refusals() {
	begin_empty
	refused "no such anycast address" nsip router anycast flow add 2001:db8:a::ff from $CLIENT proto udp sport 1 \
		dport 2 via $U1
	refused "has no such member" flow_add proto udp sport 1 dport 2 via $ONE
	refused "has no such member" flow_add proto udp sport 1 dport 2 via $U1 dev r1
	refused "no such member on this node" flow_add proto udp sport 1 dport 2
	refused "flows are those of" flow_add proto 41 sport 1 dport 2 via $U1
	refused "two ports" flow_add proto tcp sport 1 via $U1
	refused "two ports" flow_add proto ipv6-icmp sport 1 dport 1 via $U1
	refused "needs a device" nsip router anycast flow add $LINKLOCAL from fe80::2 proto udp sport 1 dport 2 via fe80::1
	refused "flows are those of" flow_add sport 1 dport 2 via $U1
	refused "remembers no sources" flow_add via $U1
	nsip router anycast set $A unpinned udp/53
	refused "remembers no flows to this port" flow_add proto udp sport 1 dport 53 via $U1
	refused "remembers no flows to this port" nsip router anycast flow replace $A from $CLIENT proto udp sport 1 \
		dport 53 via $U1
	# who restores need not hear of what is configured so
	is "$(restore <<<"anycast flow add $A from $CLIENT proto udp sport 1 dport 53 via $U1" 2>&1)" ""
	is "$(restore <<<"anycast flow add $A from $CLIENT via $U1" 2>&1)" ""
	is "$(count_flows router)" 0
	refused 'must be one of "new"' flow_add proto udp sport 1 dport 2 via $U1 state old
	ns router sysctl -qw net.anycast6.max_flows=1
	flow_add proto udp sport 1 dport 2 via $U1 proof proven
	refused "too many flows" flow_add proto udp sport 2 dport 2 via $U1
	# but the one that is there may be loaded again
	flow_add proto udp sport 1 dport 2 via $U2
	ns router sysctl -qw net.anycast6.max_flows="$MAX_FLOWS"
	is "$(flow_of udp 1)" "$U2 established"
	nsip router anycast flush
	nsip router anycast add $A
	refused "no members on other nodes" flow_add proto udp sport 1 dport 2
	nsip router anycast flush
}

# What no client can have, and what is said of TCP connections alone.
nonsense() {
	local source word

	begin_empty
	for source in :: ::1 ff02::1 ff0e::1 ::ffff:192.0.2.1; do
		refused "unspecified, loopback, multicast or" nsip router anycast flow add $A from $source proto udp sport 1 \
			dport 2 via $U1
	done
	refused "the anycast address itself" nsip router anycast flow add $A from $A proto tcp sport 1 dport 2 via $U1
	refused "port 0" flow_add proto udp sport 0 dport 2 via $U1
	refused "port 0" flow_add proto sctp sport 1 dport 0 via $U1
	for word in "trust witnessed" "next 7" "syn 7" "state closing" "state closed"; do
		# shellcheck disable=SC2086  # two words
		refused "only TCP connections" flow_add proto udp sport 1 dport 2 via $U1 $word
	done
	refused "only TCP connections" flow_add proto ipv6-icmp sport 1 via $U1 next 7
	nsip router anycast set $A affinity source
	refused "unspecified, loopback, multicast or" nsip router anycast flow add $A from ::1 via $U1
	refused "only TCP connections" flow_add via $U1 state closed
	is "$(count_flows router)" 0
	# an identifier may be 0
	flow_add proto ipv6-icmp sport 0 via $U1
	is "$(count_flows router)" 1
	nsip router anycast flush
}

# packets_of_one: how many packets one has got.
packets_of_one() { nsip router -s anycast show $A | sed -n "s/^ *via $U1 .* packets \([0-9]*\) .*/\1/p"; }

# What could not be restored is not remembered, either: packets that nobody waits for an answer to.
no_such_flows() {
	local before

	begin_empty
	before=$(packets_of_one)
	peer inject client $CLIENT $A udp 0 7
	peer inject client $CLIENT $A tcp 7 0
	peer inject client $A $A udp 7 7
	peer inject router ::1 $A udp 7 7
	peer inject client $CLIENT $A echo 0 1
	# they come to a member all the same
	wait_for "five packets" 10 eval "(( \$(packets_of_one) == $before + 5 ))"
	peer inject client $CLIENT $A udp 7 7
	wait_for "the last one" 10 eval "[[ \$(flow_of udp 7) == '$U1 new' ]]"
	nsip router anycast flow show
	is "$(count_flows router)" 2
	nsip router anycast flow save >"$T_DIR/flows"
	nsip router anycast flow flush
	is "$(restore <"$T_DIR/flows" 2>&1)" ""
	is "$(count_flows router)" 2
}

# Lines that fail are told of by their numbers, and keep nobody from running the others.
some_fail() {
	local said

	begin
	if said=$(restore 2>&1 <<-END
		# a comment
		anycast flow add $A from $CLIENT proto udp sport 1 dport 2 via $ONE
		anycast flow add $A from $CLIENT proto udp sport 2 dport 2 via $U1
		anycast flush
	END
	); then
		fail "should have failed"
	fi
	echo "$said"
	[[ $said == *"no such member"*":2"*"only"*":4"* ]]
	is "$(flow_of udp 2)" "$U1 established"
}

# restore_cut TEXT: read this without a newline at its end.
restore_cut() { printf "%s" "$1" | restore; }

# What is left of a line may be a command: this is one for port 7, or 77, or 777.
cut_off() {
	local line="anycast flow add $A from $CLIENT proto udp dport 2 via $U1 sport"

	begin_empty
	refused "cut off" restore_cut "$line 1"$'\n'"$line 7"
	is "$(flow_of udp 1)" "$U1 established"
	is "$(count_flows router)" 1
	restore_cut "$line 7"$'\n'
	is "$(count_flows router)" 2
}

# A line that is not what somebody wrote is not run, and is told of without a harm to the terminal. The next one is run.
mangled() {
	local line="anycast flow add $A from $CLIENT proto udp dport 2 via $U1 sport" long said

	begin_empty
	long=$(printf "y%.0s" {1..5000})
	if said=$({
		printf '%s 7\0007\n' "$line"
		printf '# a comment\0\n%s "7\n%s\n' "$line" "$line 7 # $long"
		printf '%s \e[31m%s\n' "$line" "${long::200}"
		printf 'anycast flow add \e]0;%s\a\n' "${long::200}"
		printf '%s 7%s\n' "$line" "$(printf " word%.0s" {1..500})"
		printf '%s "5"\n# a com' "$line"
	} | restore 2>&1); then
		fail "should have failed"
	fi
	echo "$said"
	is "$said" "Error: line 1 has a NUL byte.
Error: line 2 has a NUL byte.
Error: line 3 has a quote without its end.
Error: line 4 is too long.
Error: argument \"\\x1b[31m${long::43}...\" is wrong: a port is expected
Command failed -:5
Error: argument \"\\x1b]0;${long::44}...\" is wrong: an anycast address is expected
Command failed -:6
Error: argument \"word\" is wrong: unknown argument, try \"ip anycast help\"
Command failed -:7
Error: line 9 is cut off: no newline follows."
	is "$(flow_of udp 5)" "$U1 established"
	is "$(count_flows router)" 1
}

# written PORT SECONDS: a flow that was idle for a second when it was written, so many seconds ago.
written() {
	echo "anycast flow add $A from $CLIENT proto udp sport $1 dport 7 via $U1 idle 1000" \
		"at $((${EPOCHREALTIME/./} / 1000 - $2 * 1000))"
}

# idle_of PORT: for how many seconds the router says that it is idle.
idle_of() { nsip router anycast flow show | sed -n "s/.* sport $1 .* idle \([0-9]*\)\..*/\1/p"; }

# What was written has waited: flows are older by then, and may be over.
ages() {
	local said

	begin_empty
	is "$(written 1 20 | restore 2>&1)" ""
	(($(idle_of 1) >= 21 && $(idle_of 1) < 60))
	said=$(written 2 200 | restore 2>&1)
	[[ $said == "Note:"*" ago." ]]
	is "$(count_flows router)" 1
	# a clock that is wrong the other way makes nothing younger
	said=$(written 3 -100 | restore 2>&1)
	[[ $said == "Note:"*" in the future." ]]
	(($(idle_of 3) >= 1 && $(idle_of 3) < 20))
	# and it is older than what is known
	written 3 30 | restore
	(($(idle_of 3) < 20))
	refused "expected after" flow_add proto udp sport 4 dport 7 via $U1 at 1
	# a file that is read late
	nsip router anycast flow save >"$T_DIR/flows"
	is "$(grep -c " idle [0-9]* at [0-9]\{13\}\( \|$\)" "$T_DIR/flows")" 2
	pause 3
	nsip router anycast flow flush
	restore <"$T_DIR/flows"
	(($(idle_of 1) >= 24))
}

unprivileged() {
	begin_empty
	flow_add proto udp sport 1 dport 2 via $U1
	refused "CAP_NET_ADMIN" nobody save
	refused "flows name clients, which needs CAP_NET_ADMIN" nobody monitor
	refused "changing the flows that are remembered needs CAP_NET_ADMIN" nobody flush
	refused "changing the flows that are remembered needs CAP_NET_ADMIN" nobody add $A from $CLIENT proto udp sport 2 dport 2 via $U1
	refused "CAP_NET_ADMIN" nobody replace $A from $CLIENT proto udp sport 1 dport 2 via $U2
	is "$(flow_of udp 1)" "$U1 established"
	is "$(count_flows router)" 1
}

nobody() { ns router setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all ip anycast flow "$@"; }

# As `anycast show` of such an address, but with a word: many flows or none, who asks expects some.
unknown_address() {
	begin_empty
	is "$(nsip router anycast show 2001:db8:a::ff 2>&1)" ""
	is "$(nsip router anycast flow show 2001:db8:a::ff 2>&1)" "Note: no such anycast address is configured."
	is "$(nsip router anycast flow show $A vrf red 2>&1)" "Note: no such anycast address is configured."
	is "$(nsip router -j anycast flow show 2001:db8:a::ff 2>/dev/null)" "[]"
	is "$(nsip router anycast flow show $A 2>&1)" ""
	is "$(nsip router anycast flow show 2>&1)" ""
}

# Who tells of flows ends when nobody listens, even if there is nothing to tell.
unheard() {
	local told

	begin_empty
	mkfifo "$T_DIR/unheard"
	background monitor router bash -c "exec ip anycast flow monitor >'$T_DIR/unheard'"
	# shellcheck disable=SC1083  # bash makes the file descriptor
	exec {told}<"$T_DIR/unheard"
	pause 2
	kill -0 "$(<"$T_DIR/monitor.pid")"
	exec {told}<&-
	wait_for "the end of the monitor" 10 eval "! kill -0 $(<"$T_DIR/monitor.pid")"
	is "$(<"$T_DIR/monitor.log")" "Nobody reads what is written any more."
}

# ---- which account counts ----

# What was established here stays, unless others have seen more of it since. What was said before, and a first packet,
# do not count. OLD is an account that is older than what was seen here, in milliseconds.
OLD=60000

established_here() {
	begin
	begins flow tcp "$1" one
	refused "established here" flow_add proto tcp sport "$1" dport 7 via $U2 idle $OLD
	is "$(restore <<<"anycast flow add $A from $CLIENT proto tcp sport $1 dport 7 via $U2 idle $OLD" 2>&1)" ""
	stays flow tcp "$1"
	nsip router anycast flow replace $A from $CLIENT proto tcp sport "$1" dport 7 via $U2
	is "$(flow_of tcp "$1")" "$U2 established"
	refused "reset" peer say client flow
	peer close client flow reset
}

said_before() {
	begin
	flow_add proto udp sport "$1" dport 7 via $U1
	flow_add proto udp sport "$1" dport 7 via $U2
	is "$(flow_of udp "$1")" "$U2 established"
	# who said so first may have said what is newer
	refused "established here" flow_add proto udp sport "$1" dport 7 via $U1 idle $OLD
	is "$(flow_of udp "$1")" "$U2 established"
	# a packet was seen now
	is "$(peer ask client $A 7 "$1-$1" src=$CLIENT)" two
	refused "established here" flow_add proto udp sport "$1" dport 7 via $U1 idle $OLD
}

# It went by another router meanwhile, and is another member's there.
newer_elsewhere() {
	begin
	begins flow udp "$1" one
	pause 1.5
	flow_add proto udp sport "$1" dport 7 via $U2
	is "$(peer say client flow)" two
	peer close client flow
}

first_packet() {
	begin
	is "$(peer ask client $A 7 "$1-$1" src=$CLIENT)" one
	is "$(flow_of udp "$1")" "$U1 new"
	flow_add proto udp sport "$1" dport 7 via $U2
	is "$(peer ask client $A 7 "$1-$1" src=$CLIENT)" two
}

# The end of a connection that was restored is seen as that of any other.
ends_after() {
	begin
	begins flow tcp "$1" one
	saved >"$T_DIR/flows"
	nsip router anycast flow flush
	restore <"$T_DIR/flows"
	stays flow tcp "$1"
	peer close client flow
	wait_for "the end" 10 eval "[[ \$(flow_of tcp $1) == '$U1 closing' ]]"
}

# ---- sources, and a full table ----

# All that a source sends stays with one, over a restored table and over a new configuration.
source_stays() {
	begin_empty
	nsip router anycast set $A affinity source
	is "$(peer ask client $A 7 "$1-$1" src=$CLIENT)" one
	is "$(peer ask client $A 7 "$1-$1" src=$CLIENT)" one
	prefer_two
	nsip router anycast save >"$T_DIR/saved"
	nsip router anycast flow save >"$T_DIR/flows"
	nsip router anycast flow flush
	restore <"$T_DIR/flows"
	is "$(peer ask client $A 7 $(($1 + 1))-$(($1 + 1)) src=$CLIENT)" one
	nsip router anycast flush
	nsip router anycast restore <"$T_DIR/saved"
	is "$(peer ask client $A 7 $(($1 + 2))-$(($1 + 2)) src=$CLIENT)" one
	# the control
	nsip router anycast flow flush
	is "$(peer ask client $A 7 $(($1 + 3))-$(($1 + 3)) src=$CLIENT)" two
}

# load COUNT [OPTION...]: so many flows of the client's.
load() {
	local i count=$1

	shift
	for ((i = 1; i <= count; i++)); do
		echo "anycast flow add $A from $CLIENT proto udp sport $i dport 2 via $U1 $*"
	done | restore
}

# of_client: how many flows the client has.
of_client() { flows router | awk -v client=$CLIENT '$1 == client { n++ } END { print n + 0 }'; }

# What has lasted where it comes from does not give way to a flood, and what has not does.
flooded() {
	begin_empty
	ns router sysctl -qw net.anycast6.max_flows=64
	load 20
	peer flood client 2001:db8:bad:: $A 7 500
	is "$(of_client)" 20
	nsip router anycast flow flush
	load 20 proof unproven
	peer flood client 2001:db8:bad:: $A 7 500
	echo "$(of_client) of the flows that have not lasted are left"
	(($(of_client) < 20))
	# a whole table of such flows leaves room for new ones, too
	nsip router anycast flow flush
	load 64
	is "$(saved | grep -c "proof unproven$")" 16
	is "$(peer ask client $A 7 "$1-$1" src=$CLIENT)" one
	is "$(flow_of udp "$1")" "$U1 new"
	ns router sysctl -qw net.anycast6.max_flows="$MAX_FLOWS"
}

# A reader without room says so once, however many flows it is told of.
full_once() {
	local said

	begin_empty
	ns router sysctl -qw net.anycast6.max_flows=1
	flow_add proto udp sport 100 dport 2 via $U1
	if said=$(load 5 2>&1); then
		fail "should have failed"
	fi
	echo "$said"
	is "$(grep -c "too many flows" <<<"$said")" 1
	is "$(grep -c "^Command failed" <<<"$said")" 1
	[[ $said == *"no room for flows 5 times"* ]]
	ns router sysctl -qw net.anycast6.max_flows="$MAX_FLOWS"
}

# A table full of flows whose member was deleted keeps no new connections out. A quarter of it is for those that have not
# lasted for a second, so they come in three crowds.
gone_makes_room() {
	local i n

	begin_empty
	ns router sysctl -qw net.anycast6.max_flows=64
	load 64
	nsip router anycast del $A via $U1
	for i in 0 1 2; do
		is "$(peer crowd client crowd$i $A 7 13 src=$CLIENT sport=$(($1 + 13 * i)))" "two=13"
		pause 1.2
		is "$(peer crowd_says client crowd$i size=100)" "two=13"
	done
	n=$(flows router | grep -c "^$CLIENT tcp .* $U2 established$")
	echo "$n of 39 are remembered"
	((n >= 35))
	for i in 0 1 2; do
		peer crowd_ends client crowd$i
	done
	ns router sysctl -qw net.anycast6.max_flows="$MAX_FLOWS"
}

# ---- a table that changes ----

# So many flows stay, and so many come and go: enough for many messages, and for the table to grow and shrink.
STAY=1500 COME=6000
[[ ${ANYCAST6_KERNEL-} != debug ]] || STAY=400 COME=1500
# The address of those that come and go.
B=2001:db8:a::b

# many ADDRESS COUNT: so many flows, a line each.
many() {
	local i

	for ((i = 1; i <= $2; i++)); do
		echo "anycast flow add $1 from $CLIENT proto udp sport $i dport 2 via $U1"
	done
}

# come_and_go: until the file "enough" is there, but not for ever.
come_and_go() {
	local i

	for ((i = 0; i < 500; i++)); do
		[[ ! -e $T_DIR/enough ]] || return 0
		restore <"$T_DIR/coming"
		nsip router anycast flow flush $B
	done
}

# What is there all the time is in each dump.
changing() {
	local i pid

	begin_empty
	nsip router anycast add $B via $U1
	many $A $STAY | restore
	many $B $COME >"$T_DIR/coming"
	come_and_go &
	pid=$!
	echo $pid >>"$T_DIR/pids"
	for i in {1..10}; do
		is "$(saved $A | uniq | wc -l)" $STAY
	done
	is "$(nsip router anycast flow show | grep -c "^$A from ")" $STAY
	touch "$T_DIR/enough"
	wait $pid
	is "$(saved | wc -l)" $STAY
	is "$(saved $B)" ""
	nsip router anycast del $B via $U1
}

# Sixteen may read flows at a time. One more is refused, until one of them has read all, or is gone.
readers() {
	begin_empty
	many $A $STAY | restore
	is "$(netlink readers router 16)" 0
	one_too_many
	# others are not concerned
	nsip client anycast flow show
	is "$(netlink finish router)" $STAY
	is "$(netlink readers router 1)" 0
	one_too_many
	netlink abandon router 1
	wait_for "a place" 10 eval 'is "$(netlink readers router 1)" 0'
	one_too_many
	netlink abandon router 16
	wait_for "all places" 10 nsip router anycast flow show
	is "$(saved $A | wc -l)" $STAY
}

one_too_many() {
	is "$(netlink readers router 1)" "EBUSY - anycast6: too many others read flows at this time"
	refused "too many others read flows" nsip router anycast flow show
}

# ---- connections ----

# begin_crowd PORT: connections that one has, and datagrams; new ones would be two's.
begin_crowd() {
	begin
	is "$(peer crowd client crowd $A 7 $CROWD src=$CLIENT sport="$1")" "one=$CROWD"
	is "$(peer crowd_says client crowd size=3000)" "one=$CROWD"
	begins datagrams udp "$1" one
	prefer_two
	served_by two $(($1 + CROWD))
	nsip router anycast save >"$T_DIR/saved"
	nsip router anycast flow save >"$T_DIR/flows"
}

# goes_on: all are with one, and new ones with two.
goes_on() {
	is "$(peer crowd_says client crowd size=3000)" "one=$CROWD"
	is "$(peer say client datagrams)" one
	served_by two $(($1 + CROWD + 1))
	peer crowd_ends client crowd
	peer close client datagrams
}

# The control: nobody restores them.
forgotten() {
	begin_crowd "$1"
	nsip router anycast flow flush
	is "$(peer crowd_says client crowd)" "lost=$CROWD"
	is "$(peer say client datagrams)" two
	peer crowd_ends client crowd
	peer close client datagrams
}

flushed() {
	begin_crowd "$1"
	nsip router anycast flow flush
	restore <"$T_DIR/flows"
	goes_on "$1"
}

# The members hold the address by local routes here, so that only the router needs the module.
reloaded() {
	local name

	begin_crowd "$1"
	for name in one two; do
		nsip $name anycast flush
		nsip $name -6 route replace local $A dev lo
	done
	modprobe -r anycast6
	[[ ! -d /sys/module/anycast6 ]]
	nsip router anycast restore <"$T_DIR/saved"
	wait_for "the way to one" 20 peer ping router $U1 wait=1
	restore <"$T_DIR/flows"
	goes_on "$1"
}

# The same while the connections are busy: what comes before their flows are restored waits.
reloaded_busy() {
	begin_crowd "$1"
	begins busy tcp $(($1 + CROWD + 5)) two
	nsip router anycast change $A via $U1 metric 1
	nsip router anycast change $A via $U2 metric 20
	nsip router anycast save >"$T_DIR/saved"
	peer chat client busy
	peer chatting client busy
	nsip router anycast flow save >"$T_DIR/flows"
	modprobe -r anycast6
	nsip router anycast restore <"$T_DIR/saved"
	restore <"$T_DIR/flows"
	peer chatting client busy
	is "$(peer chatted client busy)" all
	is "$(peer crowd_says client crowd size=3000)" "one=$CROWD"
	peer crowd_ends client crowd
	peer close client datagrams
	peer close client busy
}

# unloaded NAME: a program that was started in the background has ended and told why, for wait_for.
unloaded() { ! kill -0 "$(<"$T_DIR/$1.pid")" && grep -q "was unloaded" "$T_DIR/$1.log"; }

# Who tells of flows ends with the module, so that whoever has started it starts it again, and who is told goes on with
# the new module. The members have local routes from the case before.
reloaded_told() {
	local told flow="anycast flow add $A from $CLIENT proto udp dport 2 via $U1 sport"

	begin_empty
	nsip router anycast save >"$T_DIR/saved"
	flow_add proto udp sport 9 dport 2 via $U1
	mkfifo "$T_DIR/told"
	background monitor router ip anycast flow monitor
	background reader router bash -c "exec ip anycast flow restore <'$T_DIR/told'"
	# shellcheck disable=SC1083  # bash makes the file descriptor
	exec {told}>"$T_DIR/told"
	echo "$flow 1" >&"$told"
	wait_for "the first flow" 10 eval "[[ \$(flow_of udp 1) == '$U1 established' ]]"
	# it listens once it has written what there was
	wait_for "the monitor" 10 grep -q "sport 9 " "$T_DIR/monitor.log"
	modprobe -r anycast6
	wait_for "the end of the monitor" 10 unloaded monitor
	nsip router anycast restore <"$T_DIR/saved"
	is "$(count_flows router)" 0
	echo "$flow 2" >&"$told"
	wait_for "a flow after the reload" 10 eval "[[ \$(flow_of udp 2) == '$U1 established' ]]"
	exec {told}>&-
	wait_for "the end of the reader" 10 eval "! kill -0 $(<"$T_DIR/reader.pid")"
	is "$(<"$T_DIR/reader.log")" ""
}

# ---- a new configuration ----

last_member() {
	begin_crowd "$1"
	nsip router anycast del $A via $U2
	nsip router anycast del $A via $U1
	is "$(query router count anycast show origin static)" 0
	nsip router -batch - <<-END
		anycast add $A via $U2 metric 1
		anycast add $A via $U1 metric 10
	END
	goes_on "$1"
}

# One by one, in any order: the first that comes back does not get the other's connections.
configured_anew() {
	begin_crowd "$1"
	peer open client busy tcp $A 7 src=$CLIENT sport=$(($1 + CROWD + 5))
	nsip router anycast change $A via $U2 metric 30
	begins other tcp $(($1 + CROWD + 6)) one
	prefer_two
	nsip router anycast save >"$T_DIR/saved"
	peer chat client busy
	peer chat client other
	peer chatting client other
	nsip router anycast flush
	nsip router anycast restore <"$T_DIR/saved"
	peer chatting client other
	peer chatting client busy
	is "$(peer chatted client other)" all
	is "$(peer chatted client busy)" all
	is "$(peer say client other)" one
	goes_on "$1"
	peer close client busy
	peer close client other
}

# One of several members is deleted and added, again and again, while a connection talks.
replaced_alone() {
	local i

	begin
	begins busy tcp "$1" one
	prefer_two
	peer chat client busy
	for i in {1..8}; do
		peer chatting client busy
		nsip router -batch - <<-END
			anycast del $A via $U1
			anycast add $A via $U1 metric 30
		END
	done
	peer chatting client busy
	is "$(peer chatted client busy)" all
	is "$(peer say client busy)" one
	peer close client busy
}

# The member of a connection is configured anew, with probes: it is down until it has answered one, and keeps its
# connection all the same.
probed_anew() {
	begin
	begins busy tcp "$1" one
	ns router sysctl -qw net.anycast6.flow_reset=1 net.anycast6.flow_grace=20000
	ns one nft -f - <<-END
		table ip6 deaf {
			chain in {
				type filter hook prerouting priority -300;
				icmpv6 type echo-request drop
			}
		}
	END
	peer chat client busy
	peer chatting client busy
	nsip router -batch - <<-END
		anycast del $A via $U1
		anycast add $A via $U1 metric 30 probe 500
	END
	is "$(query router "member_state $U1" anycast show $A)" "down probe"
	# its segments come meanwhile
	pause 0.5
	ns one nft delete table ip6 deaf
	wait_for "the member" 30 eval "is \"\$(query router 'member_state $U1' anycast show $A)\" up"
	peer chatting client busy
	is "$(peer chatted client busy)" all
	is "$(peer say client busy)" one
	ns router sysctl -qw net.anycast6.flow_reset=0 net.anycast6.flow_grace="$GRACE"
	peer close client busy
}

# asked PORT: what `get` says of the client's connection from this port, without the members.
asked() { nsip router anycast get $A from $CLIENT iif r0 proto tcp sport "$1" dport 7 | head -n 1; }

# back_with_one PORT: the member is configured and has the connection, for wait_for.
back_with_one() { [[ $(asked "$1") == *" via $U1"* ]]; }

# While the member of a connection may still be configured, it is waited for, and `get` says so.
get_waits() {
	begin
	begins flow tcp "$1" one
	ns router sysctl -qw net.anycast6.flow_grace=30000
	nsip router -batch - <<-END
		anycast flush
		anycast add $A via $U2
	END
	asked "$1"
	[[ $(asked "$1") == *" waits "* ]]
	# what opens another connection does not wait
	asked $(($1 + 1))
	[[ $(asked $(($1 + 1))) == *" via $U2"* && $(asked $(($1 + 1))) != *" waits "* ]]
	nsip router anycast add $A via $U1 metric 100
	wait_for "the member" 10 back_with_one "$1"
	[[ $(asked "$1") != *" waits "* ]]
	stays flow tcp "$1"
	ns router sysctl -qw net.anycast6.flow_grace="$GRACE"
	peer close client flow reset
}

# A member that does not come back has no flows any more.
not_claimed() {
	begin_crowd "$1"
	nsip router -batch - <<-END
		anycast flush
		anycast add $A via $U2
	END
	is "$(peer say client datagrams)" two
	is "$(peer crowd_says client crowd)" "lost=$CROWD"
	peer crowd_ends client crowd
	peer close client datagrams
}

# Not for ever, and without hooks meanwhile.
given_back() {
	begin_crowd "$1"
	nsip router anycast flush
	hooks_gone
	pause $KEPT
	nsip router anycast restore <"$T_DIR/saved"
	is "$(count_flows router)" 0
	is "$(peer say client datagrams)" two
	peer crowd_ends client crowd
	peer close client datagrams
}

# hooks_gone: no packet hook of the module is left on the router, where the kernel can tell.
hooks_gone() { ! can_list_hooks || refute eval "ns router nft list hooks | grep -q '\[anycast6\]'"; }

repair() {
	modprobe anycast6
	nsip router anycast flush
	ns router sysctl -qw net.anycast6.max_flows="$MAX_FLOWS" net.anycast6.flow_grace="$GRACE" net.anycast6.flow_reset=0
	ns one nft flush ruleset
}

peer_start wire.py
netlink_start
make_safe || exit
nsip router -batch - <<-END
	link add red type vrf table 10
	link set red up
	link add v0 type dummy
	link set v0 master red up
	address add 2001:db8:7::f/64 dev v0 nodad
END
MAX_FLOWS=$(ns router cat /proc/sys/net/anycast6/max_flows)
GRACE=$(ns router cat /proc/sys/net/anycast6/flow_grace)
try "saved and restored: every kind of flow" by_hand
try "idle times are kept" idle
try "a flow is forgotten when its time is over" forgotten_in_time
try "refusals" refusals
try "nonsense" nonsense
try "what can't be a flow is not remembered" no_such_flows
try "lines that fail" some_fail
try "a line that is cut off" cut_off
try "lines that nobody wrote" mangled
try "what was written grows older" ages
try "without rights" unprivileged
try "flows of an unknown address" unknown_address
try "nobody listens" unheard
try "a source stays with its member" source_stays 51041
try "a full table" flooded 51051
try "a full table is told once" full_once
try "a full table whose member is gone" gone_makes_room 51061
try "a table that changes while it is dumped" changing
try "seventeen read at a time" readers
try "a flow that is established here stays, unless it is replaced" established_here 51001
try "a flow that another router told of" said_before 51011
try "a flow that another router has seen more of" newer_elsewhere 51016
try "a flow of which one packet was seen" first_packet 51021
try "what ends a connection that was restored" ends_after 51031
try "control: flows are forgotten" forgotten 51101
try "flows are forgotten and restored" flushed 51201
try "the last members are deleted and added again" last_member 51301
try "all is configured anew" configured_anew 51401
try "one of several members is replaced, and again" replaced_alone 51421
try "a member is configured anew, and must answer a probe first" probed_anew 51431
try "what waits for its member" get_waits 51451
try "a member does not come back" not_claimed 51501
try "what nobody claims is given back" given_back 51601
try "the module is reloaded" reloaded 51701
try "the module is reloaded under traffic" reloaded_busy 51801
try "the module is reloaded while routers tell of flows" reloaded_told
t_done
