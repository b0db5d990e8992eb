#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Memory runs out at every point in turn where the module asks for some (the debug kernel's fault
# injection): each request succeeds or is refused, and a refused one leaves nothing behind.
#
#   host:  d0 2001:db8:1::1/64 2001:db8:2::1/64      [ vrf red ]
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/peer.sh"

DEBUG=/sys/kernel/debug

# Only what is allocated on behalf of the module, not too deep inside of the kernel: making a device
# allocates hundreds of times. Not what debugging keeps: reference trackers report to have none.
arm() {
	local kind start size reject

	modprobe anycast6
	reject=$(sort /proc/kallsyms | awk '$3 == "ref_tracker_alloc" { print "0x" $1; getline; print "0x" $1 }')
	start=$(</sys/module/anycast6/sections/.text)
	size=$(awk '$1 == "anycast6" { print $2 }' /proc/modules)
	for kind in failslab fail_page_alloc; do
		echo "$start" >"$DEBUG/$kind/require-start"
		printf '0x%x' $((start + size)) >"$DEBUG/$kind/require-end"
		echo 10 >"$DEBUG/$kind/stacktrace-depth"
		echo "${reject%$'\n'*}" >"$DEBUG/$kind/reject-start"
		echo "${reject#*$'\n'}" >"$DEBUG/$kind/reject-end"
		# without a word: each would look like a report
		echo 0 >"$DEBUG/$kind/verbose"
		echo N >"$DEBUG/$kind/ignore-gfp-wait"
	done
	echo 0 >"$DEBUG/fail_page_alloc/min-order"
}

make_host() {
	ns_make host
	nsip host -batch - <<-END
		link add d0 type dummy
		link set d0 addrgenmode none
		link set d0 up
		link add red type vrf table 100
		link set red up
		address add 2001:db8:1::1/64 dev d0 nodad
		address add 2001:db8:2::1/64 dev d0 nodad
	END
}

# walk REQUEST... -- UNDO...: see fault.py
walk() {
	local result

	result=$(python3 "$(dirname "$0")/fault.py" walk "host-$T_ID" "$@")
	echo "$result"
	# it did fail something
	[[ $result == *" refused" && $result != *" 0 refused" && $result != "0 "* ]]
	nsip host anycast flush
	is "$(ns host cat /proc/net/anycast6)" ""
}

# fresh COMMAND...: whatever the case before has left
fresh() {
	nsip host anycast flush
	ns host sysctl -qw net.anycast6.max_joins=4096
	"$@"
}

beyond_joins() {
	ns host sysctl -qw net.anycast6.max_joins=0
	with_another "$@"
	ns host sysctl -qw net.anycast6.max_joins=4096
}

with_another() {
	nsip host anycast add 2001:db8:53::1
	walk "$@"
}

deletes() {
	nsip host anycast add 2001:db8:1::a dev d0
	nsip host anycast add 2001:db8:53::53
	nsip host anycast add subnet-router dev d0
	# what is given back can't fail: all of them are done
	python3 "$(dirname "$0")/fault.py" walk "host-$T_ID" "$@"
	nsip host anycast flush
	is "$(ns host cat /proc/net/anycast6)" ""
}

dumps() {
	printf 'anycast add 2001:db8:53::%x\n' {1..300} | nsip host -batch -
	nsip host anycast add subnet-router dev d0
	python3 "$(dirname "$0")/fault.py" dump "host-$T_ID"
	nsip host anycast flush
}

namespaces() {
	local result

	result=$(python3 "$(dirname "$0")/fault.py" netns "host-$T_ID")
	echo "$result"
	[[ $result != *" 0 refused" && $result != "0 "* ]]
}

if [[ ! -e /proc/self/fail-nth || ! -d $DEBUG/failslab ]]; then
	t_ok "covered on the debug kernel: this one can't make allocations fail"
	t_done
fi

arm || exit
make_host || exit
R="origin=reserved id=5 dev=d0"
t_run "add an on-link address" fresh with_another add address=2001:db8:1::a dev=d0 -- del address=2001:db8:1::a
t_run "add an off-link address, with its device" fresh walk add address=2001:db8:53::53 -- del address=2001:db8:53::53
t_run "add one to others" fresh with_another add address=2001:db8:53::53 -- del address=2001:db8:53::53
t_run "add one in a VRF" fresh with_another add address=2001:db8:53::53 vrf=red -- del address=2001:db8:53::53 vrf=red
t_run "add one that needs a route" fresh beyond_joins add address=2001:db8:53::53 -- del address=2001:db8:53::53
# shellcheck disable=SC2086
t_run "add an entry" fresh with_another add $R -- del $R
t_run "del an on-link address" fresh deletes del address=2001:db8:1::a -- add address=2001:db8:1::a dev=d0
t_run "del an off-link address" fresh deletes del address=2001:db8:53::53 -- add address=2001:db8:53::53
t_run "del an entry" fresh deletes del origin=subnet-router dev=d0 -- add origin=subnet-router dev=d0
t_run "flush" fresh deletes flush origin=subnet-router -- add origin=subnet-router dev=d0
t_run "show" fresh dumps
t_run "make a namespace" namespaces
t_done
