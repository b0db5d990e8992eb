# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What tests share that speak netlink with the module, or listen to its events: a client, netlink.py, and assertions
# on what changes. Sourced after lib.sh and peer.sh.

# netlink_start: start netlink.py. Once a test.
netlink_start() { talk_start netlink netlink.py; }

# netlink VERB NS ARGUMENT...: ask netlink.py, and print the result. It has these verbs: do, refuse, state, joined,
# listen, events, await, dump, interrupt, readers, finish, abandon, churn, join, leave, forget.
netlink() { talk netlink "$1 $2-$T_ID ${*:3}" && echo "$RESULT"; }

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
