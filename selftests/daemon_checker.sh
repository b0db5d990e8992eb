#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A health checker that is a program, daemons/anycast6-check. The address is announced as long as the checker
# renews the lease, and no longer, whether the service has died or the checker itself.
#
#   host: anycast 2001:db8:53::53
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"

A=2001:db8:53::53
# Seconds of a lease, more than a check takes.
LEASE=3
[[ ${ANYCAST6_KERNEL-} != debug ]] || LEASE=10

route() { nsip host -6 -o route show proto anycast | grep -q "^$A "; }
no_route() { [[ ! $(nsip host -6 -o route show proto anycast) ]]; }

# checker_start COMMAND...: start the checker with this check. The service is a file that is there while it lives.
checker_start() {
	: >"$T_DIR/alive"
	background checker host "${0%/*}/daemons/anycast6-check" $A 1 "$@"
}

# withdrawn: the route goes because the lease is over.
withdrawn() {
	wait_for "the route to go" 30 no_route
	is "$(query host "field state" anycast show $A)" down
	nsip host anycast show $A | grep -q "reason lease"
}

renewed() {
	local end

	nsip host anycast replace $A lifetime $LEASE
	checker_start test -e "$T_DIR/alive"
	end=$((EPOCHSECONDS + 2 * LEASE))
	while ((EPOCHSECONDS < end)); do
		route
		pause 0.2
	done
}

service_dies() {
	rm "$T_DIR/alive"
	withdrawn
	: >"$T_DIR/alive"
	wait_for "the route to come" 30 route
}

checker_killed() {
	stop checker KILL
	withdrawn
	checker_start test -e "$T_DIR/alive"
	wait_for "the route to come" 30 route
	stop checker KILL
}

check_hangs() {
	nsip host anycast renew $A
	wait_for "the route to come" 30 route
	checker_start tail -f /dev/null
	withdrawn
}

ns_make host
t_run "renewed: the route stays" renewed
t_run "RFC4786-4.4.1: the service dies and comes back" service_dies
t_run "the checker is killed and comes back" checker_killed
t_run "the check hangs" check_hangs
t_done
