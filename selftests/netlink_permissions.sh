#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everybody may read. Changing the configuration needs CAP_NET_ADMIN in the user namespace that owns the network
# namespace. From inside of one the limits of the machine cannot be lifted, and the memory is charged to the one
# who configures.
#
#   host:  d0 2001:db8:1::1/64
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/near.sh"

A=2001:db8:1::a
NOBODY=65534
DENIED="Error: anycast6: changing the configuration needs CAP_NET_ADMIN."

set_up() {
	make_host "d0 2001:db8:1::1/64"
	nsip host anycast add $A dev d0
	nsip host anycast add subnet-router dev d0
	netlink_start
}

# as_nobody COMMAND...: run it in the namespace as nobody, without any capability.
as_nobody() { ns host setpriv --reuid $NOBODY --regid $NOBODY --clear-groups --inh-caps=-all "$@"; }

# without_right COMMAND...: run it there as root without CAP_NET_ADMIN.
without_right() { ns host setpriv --bounding-set=-net_admin --inh-caps=-all "$@"; }

# with_right COMMAND...: run it there as nobody with CAP_NET_ADMIN.
with_right() {
	ns host setpriv --reuid $NOBODY --regid $NOBODY --clear-groups \
		--inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin "$@"
}

# timeless: the output without times, which go on by themselves.
timeless() { sed 's/"since":[0-9]*//g'; }

reads() {
	is "$(as_nobody ip -d anycast show)" "$(nsip host -d anycast show)"
	is "$(as_nobody ip -j -s anycast show $A | timeless)" "$(nsip host -j -s anycast show $A | timeless)"
	is "$(as_nobody ip anycast save)" "$(nsip host anycast save)"
	is "$(as_nobody cat /proc/sys/net/anycast6/max_joins)" 4096
}

listens() {
	background monitor host setpriv --reuid $NOBODY --regid $NOBODY --clear-groups --inh-caps=-all \
		ip anycast monitor
	wait_for "an event" 20 eval \
		"nsip host anycast add 2001:db8::1 && nsip host anycast del 2001:db8::1 && grep -q 2001:db8::1 $T_DIR/monitor.log"
	stop monitor
}

# denied HOW: run by HOW, every command that changes something is refused, and nothing changes.
denied() {
	local before command said status

	before=$(netlink state host)
	for command in "add 2001:db8:1::b dev d0" "add 2001:db8::b" "change $A dev d0" "replace $A dev d0" \
		"del $A" "set $A scope 2001:db8::/32" "flush" "add reserved 1 dev d0" \
		"del subnet-router dev d0" "add ff02::1"; do
		status=0
		# shellcheck disable=SC2086
		said=$("$1" ip anycast $command 2>&1) || status=$?
		is "$said" "$DENIED"
		is $status 2
	done
	is "$(netlink state host)" "$before"
	is "$(ns host sysctl -n net.anycast6.max_joins)" 4096
}

permitted() {
	with_right ip anycast add 2001:db8:1::b dev d0
	with_right ip anycast add 2001:db8::b
	with_right ip anycast add reserved 9 dev d0
	is "$(members host 2001:db8:1::b)" "2001:db8:1::b d0 up join"
	with_right ip anycast del 2001:db8:1::b
	with_right ip anycast del 2001:db8::b
	with_right ip anycast del reserved 9 dev d0
}

# CAP_NET_ADMIN in a user namespace that does not own this network namespace does not count.
denied_from_inside() {
	refused "$DENIED" ns host unshare -Ur ip anycast add 2001:db8::b
	refused "$DENIED" ns host unshare -Ur ip anycast flush
	is "$(addresses host | wc -w)" 3
}

# root of a user namespace may configure the network namespace that this user namespace owns
own_namespace() {
	cat >"$T_DIR/inside" <<-'END'
		set -e
		ip link set lo up
		ip link add d0 type dummy
		ip link set d0 up
		ip address add 2001:db8:1::1/64 dev d0 nodad
		ip anycast add 2001:db8:1::a dev d0
		ip anycast add 2001:db8:53::53
		ip anycast add subnet-router dev d0
		ip link add red type vrf table 100
		ip link set red up
		ip anycast add 2001:db8:53::53 vrf red
		ip -j anycast show | jq -c '[.[] | .address + " " + .state]'
		ping -c 1 -W 10 2001:db8:53::53 >/dev/null && echo answered
		cd /proc/sys/net/anycast6
		stat -c %a max_joins max_addresses max_members
		(echo 100 >max_joins) 2>&1 | sed 's/.*: //'
		cat max_joins
		ip anycast flush
		ip anycast show
		ip anycast add 2001:db8:53::53
	END
	chmod 755 "$T_DIR"
	chmod 644 "$T_DIR/inside"
	is "$(setpriv --reuid $NOBODY --regid $NOBODY --clear-groups unshare -Urn bash "$T_DIR/inside" 2>&1)" \
		'["2001:db8:1::a up","2001:db8:53::53 up","2001:db8:1:: up","fe80:: up","2001:db8:53::53 up"]
answered
444
444
444
Permission denied
4096'
}

# The memory is charged to the cgroup of the process that configures, and uncharged later.
MANY=3000
[[ ${ANYCAST6_KERNEL-} != debug ]] || MANY=800
charged() {
	local root=/sys/fs/cgroup group=/sys/fs/cgroup/anycast6-$T_ID empty full

	[[ -e $root/cgroup.controllers ]] || fail "cgroup2 is not mounted"
	grep -qw memory $root/cgroup.controllers || fail "no memory controller"
	echo +memory >$root/cgroup.subtree_control
	mkdir "$group"
	printf 'anycast add 2001:db8:a::%x\n' $(seq $MANY) >"$T_DIR/batch"
	# what a run of ip leaves charged in any case
	bash -c "echo \$\$ >$group/cgroup.procs && exec ip -n host-$T_ID anycast show >/dev/null"
	empty=$(awk '$1 == "slab" || $1 == "percpu" { sum += $2 } END { print sum }' "$group/memory.stat")
	bash -c "echo \$\$ >$group/cgroup.procs && exec ip -n host-$T_ID -batch $T_DIR/batch"
	full=$(awk '$1 == "slab" || $1 == "percpu" { sum += $2 } END { print sum }' "$group/memory.stat")
	nsip host anycast flush
	wait_for "memory to be paid back" 30 eval \
		"(( \$(awk '\$1 == \"slab\" || \$1 == \"percpu\" { sum += \$2 } END { print sum }' $group/memory.stat) < $empty + ($full - $empty) / 4 ))"
	rmdir "$group"
	# each address has two objects and their counters
	if ((full - empty < MANY * 400)); then
		fail "$MANY addresses cost $((full - empty)) bytes"
	fi
}

set_up || exit
t_run "everybody may read" reads
t_run "everybody may listen" listens
t_run "nobody may not write" denied as_nobody
t_run "root without CAP_NET_ADMIN may not write" denied without_right
t_run "CAP_NET_ADMIN alone is enough" permitted
t_run "rights in another user namespace are none" denied_from_inside
t_run "a namespace of one's own, with limits that stay" own_namespace
t_run "memory is charged to who asks for it" charged
t_done
