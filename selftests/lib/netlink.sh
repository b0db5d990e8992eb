# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What tests share that speak netlink with the module, or listen to its events: a client, netlink.py, and assertions
# on what changes. Sourced after lib.sh and peer.sh.

# netlink_start: start netlink.py. Once a test.
netlink_start() {
	mkfifo "$T_DIR/netlink.in" "$T_DIR/netlink.out"
	python3 "$(dirname "$0")/lib/netlink.py" <"$T_DIR/netlink.in" >"$T_DIR/netlink.out" 2>"$T_DIR/netlink.log" &
	echo $! >>"$T_DIR/pids"
	exec {NETLINK_IN}>"$T_DIR/netlink.in" {NETLINK_OUT}<"$T_DIR/netlink.out"
}

# netlink VERB NS ARGUMENT...: ask netlink.py, and print the result. It has these verbs: do, refuse, state, joined,
# listen, events, await, dump, interrupt, churn, join, leave, forget.
netlink() {
	local answer

	echo "$1 $2-$T_ID ${*:3}" >&"$NETLINK_IN"
	if ! read -r -t 60 -u "$NETLINK_OUT" answer; then
		echo "no answer to: netlink $*"
		cat "$T_DIR/netlink.log"
		return 1
	fi
	case $answer in
	ok*) answer=${answer#ok} && echo "${answer# }" ;;
	*) echo "netlink $*: $answer" && return 1 ;;
	esac
}

# happened NS EVENT...: exactly these events since the last time, in this order.
happened() {
	local IFS='|' wanted

	wanted="${*:2}"
	is "$(netlink events "$1")" "${wanted//|/; }"
}

# joins NS: how many joins of anycast addresses the kernel has.
joins() { ns "$1" awk 'END { print NR }' /proc/net/anycast6; }

# state_of NS ADDRESS [DEV]: the state of its members, as dev:state[:reason]
state_of() { query "$1" states anycast show "${@:2:1}" ${3:+dev "$3"}; }

# settles NS ADDRESS STATE: wait until its members are in this state.
settles() {
	wait_for "$2 to be $3, not $(state_of "$1" "$2")" 20 eval "[[ \$(state_of $1 $2) == '$3' ]]"
}
