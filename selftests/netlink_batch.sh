#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Many commands at once. Long batches are carried out in full, a line that fails is reported, writers that work at
# the same time lose nothing, and a dump is whole, or flagged as interrupted.
#
#   host:  d0 2001:db8:1::1/64, m1 ... m600 without prefixes
# cpus: 2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"

# How many addresses a long batch adds, more than may be joined.
MANY=10000 JOINS=4096
MEMBERS=600
# How many writers there are, and how many addresses each of them adds and deletes.
WRITERS=4 ADDED=250 DELETED=100
# How many addresses a dump has, more than a message has room for; how often others change, and how often it is read.
DUMPED=1000 CHANGES=300 READS=10
[[ ${ANYCAST6_KERNEL-} != debug ]] || MANY=300 JOINS=200 MEMBERS=150 ADDED=30 DELETED=10 DUMPED=300 CHANGES=50 READS=3

# batch_of COMMAND PREFIX COUNT: one command for each address PREFIX:0 ... on standard output.
batch_of() { printf "anycast $1 $2:%x\n" $(seq 0 $(($3 - 1))); }

count_shown() { query host count anycast show; }

# held: the addresses that are held on anycast0, by a join or by a local route.
held() {
	ns host awk '$2 == "anycast0" { print $3 }' /proc/net/anycast6
	nsip host -6 route show table local dev anycast0 type local | awk '{ print $2 }'
}

many() {
	local begin=${EPOCHREALTIME/./}

	modprobe anycast6
	ns host sysctl -qw net.anycast6.max_joins=$JOINS
	batch_of add 2001:db8:a: $MANY >"$T_DIR/batch"
	nsip host -batch "$T_DIR/batch"
	echo "# $MANY off-link addresses added in $(((${EPOCHREALTIME/./} - begin) / 1000)) ms" >"$T_DIR/timing"
	is "$(joins host)" $JOINS
	is "$(nsip host -6 route show table local type local dev anycast0 | wc -l)" $((MANY - JOINS))
	nsip host -j -d anycast show >"$T_DIR/show"
	jq -r '.[].address' <"$T_DIR/show" | sort | uniq >"$T_DIR/shown"
	awk '{ print $3 }' "$T_DIR/batch" | sed 's/::*0$/::/' | sort | diff - "$T_DIR/shown"
	is "$(jq -r '.[].members[] | "\(.dev) \(.state) \(.delivery)"' <"$T_DIR/show" | sort | uniq -c | xargs)" \
		"$JOINS anycast0 up join $((MANY - JOINS)) anycast0 up route"
}

many_served() {
	local id

	for id in 1 $(printf '%x ' $((JOINS - 1)) $JOINS $((MANY - 1))); do
		nsip host -6 route get "2001:db8:a::$id" | grep -Eq "^(anycast|local) "
		ns host ping -c 1 -W 20 "2001:db8:a::$id" >/dev/null
	done
}

many_deleted() {
	local begin=${EPOCHREALTIME/./}

	batch_of del 2001:db8:a: $((MANY / 2)) | nsip host -batch -
	is "$(count_shown)" $((MANY - MANY / 2))
	nsip host anycast flush
	echo "# deleted in $(((${EPOCHREALTIME/./} - begin) / 1000)) ms" >>"$T_DIR/timing"
	is "$(count_shown)" 0
	is "$(joins host)" 0
	is "$(nsip host -6 route show table local | grep -c 2001:db8:a: || true)" 0
	refute nsip host link show anycast0
}

reports_line() {
	local said status=0

	said=$(nsip host -batch - 2>&1 <<-END
		anycast add 2001:db8:b::1
		anycast add 2001:db8:b::2
		anycast add 2001:db8:b::2
		anycast add 2001:db8:b::3
	END
	) || status=$?
	is $status 1
	is "$said" "Error: anycast6: the address has this member already.
Command failed -:3"
	is "$(addresses host)" "2001:db8:b::1 2001:db8:b::2"
	nsip host anycast flush
}

# With -force the batch goes on after a line that fails, whether the kernel refuses it or ip does not understand it.
forced() {
	local said status=0

	said=$(nsip host -force -batch - 2>&1 <<-END
		anycast add ff02::1
		anycast add
		anycast frobnicate
		anycast add 2001:db8:b::1 dev
		anycast add 2001:db8:b::1 dev nowhere
		anycast add reserved 300 dev d0
		anycast set 2001:db8:b::9 scope ::/0
		anycast show color
		anycast add 2001:db8:b::8
	END
	) || status=$?
	is $status 1
	is "$(grep "Command failed" <<<"$said" | cut -d: -f2 | xargs)" "1 2 3 4 5 6 7 8"
	is "$(addresses host)" "2001:db8:b::8"
	nsip host anycast flush
}

# ended NAME SECONDS: a process in the background ends within this time. If not, what it waits for is shown.
ended() {
	local pid

	pid=$(<"$T_DIR/$1.pid")
	wait_for "the end of $1" "$2" eval "! kill -0 $pid" && return
	grep -E "^(Name|State|SigPnd)" "/proc/$pid/status"
	cat "/proc/$pid/wchan" "/proc/$pid/stack"
	ns host ss -f netlink -p
	return 1
}

# Each writer also gives one address, which all of them share, a member of its own.
writers() {
	local w last

	last=$(printf %x $((ADDED - 1)))
	for ((w = 0; w < WRITERS; w++)); do
		{
			batch_of add "2001:db8:c$w:" $ADDED
			batch_of del "2001:db8:c$w:" $DELETED
			echo "anycast add 2001:db8:cc::1 dev w$w"
			echo "anycast set 2001:db8:c$w::$last scope 2001:db8:c$w::/48"
			echo "anycast replace 2001:db8:cc::2"
			printf "anycast replace 2001:db8:cd::%x dev w$w\n" $(seq 1 20)
		} >"$T_DIR/writer$w"
		nsip host link add "w$w" type dummy
		nsip host link set "w$w" up
	done
	for ((w = 0; w < WRITERS; w++)); do
		background "writer$w" host ip -batch "$T_DIR/writer$w"
	done
	for ((w = 0; w < WRITERS; w++)); do
		ended "writer$w" 180
		is "$(cat "$T_DIR/writer$w.log")" ""
	done
	is "$(count_shown)" $((WRITERS * (ADDED - DELETED) + 22))
	is "$(nsip host -j anycast show 2001:db8:cc::1 | jq '.[0].members | length')" $WRITERS
	is "$(nsip host -j anycast show | jq '[.[].members[]] | length')" $((WRITERS * (ADDED - DELETED + 21) + 1))
	for ((w = 0; w < WRITERS; w++)); do
		is "$(query host "field scope" anycast show "2001:db8:c$w::$last")" "2001:db8:c$w::/48"
		nsip host link del "w$w"
	done
	nsip host anycast flush
}

interrupted() {
	local i

	batch_of add 2001:db8:d: $DUMPED | nsip host -batch -
	is "$(netlink interrupt host)" "consistent $DUMPED"
	for i in "add address=2001:db8:d::ffff" "set address=2001:db8:d::ffff scope=2001:: scope-len=16" \
		"replace address=2001:db8:d::ffff dev=d0" "del address=2001:db8:d::ffff"; do
		# shellcheck disable=SC2086
		[[ $(netlink interrupt host $i) == "interrupted "* ]]
	done
	# a request that changes nothing does not interrupt a dump
	is "$(netlink interrupt host replace address=2001:db8:d::1)" "consistent $DUMPED"
}

churn() { netlink churn host 2001:db8:e:: 50 2; }

# A configuration can be read while somebody else writes, and ip says so if it could not.
reader() {
	local i

	for ((i = 0; i < CHANGES; i++)); do
		echo "anycast add 2001:db8:f::1"
		echo "anycast del 2001:db8:f::1"
	done >"$T_DIR/changes"
	background changer host ip -batch "$T_DIR/changes"
	for ((i = 0; i < READS; i++)); do
		nsip host -j anycast show 2>"$T_DIR/said" >"$T_DIR/show"
		if [[ -s $T_DIR/said ]]; then
			is "$(cat "$T_DIR/said")" "Dump was interrupted and may be inconsistent."
		else
			jq -r '.[].address' <"$T_DIR/show" | grep -v 2001:db8:f::1 | sort | uniq | wc -l | grep -qx $DUMPED
		fi
	done
	ended changer 60
	is "$(cat "$T_DIR/changer.log")" ""
	nsip host anycast flush
}

# More members than a message has room for.
many_members() {
	local i

	for ((i = 1; i <= MEMBERS; i++)); do
		echo "link add m$i numtxqueues 1 numrxqueues 1 type dummy"
		echo "anycast add 2001:db8:aa::1 dev m$i"
	done | nsip host -batch -
	nsip host anycast add 2001:db8:aa::2
	nsip host -j anycast show 2001:db8:aa::1 >"$T_DIR/show"
	is "$(jq length <"$T_DIR/show")" 1
	is "$(jq -r '.[0].members[].dev' <"$T_DIR/show")" "$(printf 'm%d\n' $(seq 1 $MEMBERS))"
	is "$(nsip host anycast show | grep -c "^2001:db8:aa::")" 2
	is "$(nsip host anycast show 2001:db8:aa::1 dev m$((MEMBERS - 1)) | wc -l)" 2
	is "$(nsip host anycast save | grep -c "replace 2001:db8:aa::1 dev m")" $MEMBERS
	nsip host anycast del 2001:db8:aa::1
	is "$(addresses host)" 2001:db8:aa::2
	nsip host anycast flush
}

ns_make host || exit
nsip host link add d0 type dummy
nsip host link set d0 up
addr_add host d0 2001:db8:1::1/64
netlink_start
t_run "$MANY off-link addresses in one batch" many
t_run "all of them are served" many_served
t_run "and deleted again" many_deleted
cat "$T_DIR/timing" 2>/dev/null
t_run "a batch reports the line that failed" reports_line
t_run "-force goes on after every kind of mistake" forced
t_run "$WRITERS writers at once lose nothing" writers
t_run "a dump that a change interrupts says so" interrupted
t_run "dumps during changes are whole or flagged" churn
t_run "ip reads while somebody writes" reader
t_run "an address with $MEMBERS members" many_members
t_done
