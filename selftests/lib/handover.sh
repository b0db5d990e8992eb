# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the steer_handover tests share: two routers with one address by VRRP (keepalived), each of which tells the other
# of its flows, and a crowd of connections. Sourced after lib.sh, peer.sh and steering.sh. These tests start
# peer/wire.py.
#
#                                          +-- (m1) master (m0) --+
#   client (c0) --- 2001:db8:c::/64, br0 --+     ::a              +-- br1, 2001:db8:1::/64 --+-- (m0) one  ::1
#    ::2                                   +-- (b1) backup (b0) --+                          +-- (m0) two  ::2
#                                                ::b
#
# fe80::f is who has the address of the clients' gateway, and of the members' one. "ip anycast flow monitor" of each
# router writes to "ip anycast flow restore" of the other.
CROWD=200
[[ ${ANYCAST6_KERNEL-} != debug ]] || CROWD=60
ONE=2001:db8:1::1
TWO=2001:db8:1::2
GATEWAY=fe80::f
# What floods come from.
# shellcheck disable=SC2034  # for those who source this
NOBODY=2001:db8:bad:

# vrrp NAME PRIORITY: keepalived's configuration.
vrrp() {
	local dev

	echo "global_defs {
		router_id $1
		vrrp_garp_master_refresh 1
		vrrp_min_garp true
	}"
	echo "vrrp_sync_group both {
		group {
			clients
			members
		}
	}"
	for dev in clients:1 members:0; do
		echo "vrrp_instance ${dev%:*} {
			interface ${1:0:1}${dev#*:}
			virtual_router_id $((10 + ${dev#*:}))
			state BACKUP
			nopreempt
			priority $2
			advert_int 0.5
			virtual_ipaddress {
				$GATEWAY/64
			}
		}"
	done
}

# make_router NAME HOST: a router of that name, whose devices begin with its first letter, at ::HOST on both links.
make_router() {
	local x=${1:0:1} host=$2

	ns_make "$1"
	ns "$1" sysctl -qw net.ipv6.conf.all.forwarding=1
	link_veth "$1" "${x}1" clients "to-$1"
	link_veth "$1" "${x}0" members "to-$1"
	nsip clients link set "to-$1" master br0
	nsip members link set "to-$1" master br1
	addr_add "$1" "${x}1" 2001:db8:c::$host/64
	addr_add "$1" "${x}0" 2001:db8:1::$host/64
	nsip "$1" -batch - <<-END
		anycast add $A via $ONE metric 10
		anycast add $A via $TWO metric 20
	END
}

make_all() {
	local name i=0

	ns_make clients members client one two
	nsip clients link add br0 type bridge
	nsip members link add br1 type bridge
	nsip clients link set br0 up
	nsip members link set br1 up
	make_router master a && make_router backup b || return
	link_veth client c0 clients to-client
	nsip clients link set to-client master br0
	addr_add client c0 $CLIENT/64
	nsip client -6 route add default via $GATEWAY dev c0
	for name in one two; do
		i=$((i + 1))
		link_veth $name m0 members to-$name
		nsip members link set to-$name master br1
		addr_add $name m0 2001:db8:1::$i/64
		nsip $name -6 route add default via $GATEWAY dev m0
		nsip $name anycast add $A
		peer named $name $name 7
	done
}

# start_vrrp NAME PRIORITY
start_vrrp() {
	vrrp "$@" >"$T_DIR/$1.conf"
	background "vrrp-$1" "$1" keepalived -n -l -D -P -f "$T_DIR/$1.conf" -p "$T_DIR/$1.vrrp" -r "$T_DIR/$1.child"
}

# has_gateway NAME: this router has the gateway's address.
has_gateway() { nsip "$1" -6 address show to $GATEWAY | grep -q .; }

# tell FROM TO [OPTION...]: one router tells the other of its flows, through a pipe in the place of a connection between
# them. The options are for the ip that monitors.
tell() {
	mkfifo "$T_DIR/$1.$2"
	background "restore-$2" "$2" bash -c "exec ip anycast flow restore <'$T_DIR/$1.$2'"
	background "monitor-$1" "$1" bash -c "exec ip ${*:3} anycast flow monitor >'$T_DIR/$1.$2'"
}

# untell FROM TO: it tells it no more.
untell() {
	stop "monitor-$1"
	wait_for "the end of the reader" 10 eval "! kill -0 $(<"$T_DIR/restore-$2.pid")"
	rm -f "$T_DIR/$1.$2"
}

# established NAME COUNT: so many connections of the crowd are established there, for wait_for.
established() {
	local n

	n=$(flows "$1" | awk -v client=$CLIENT -v first="$FIRST" -v end=$((FIRST + CROWD)) -v one=$ONE '
		$1 == client && $2 == "tcp" && $3 >= first && $3 < end && $4 == one && $5 == "established"' | wc -l)
	echo "$1 has $n established connections"
	((n == $2))
}

# die NAME: a router is cut off from both links at once, with all that it was about to say.
die() {
	nsip clients link set "to-$1" down
	nsip members link set "to-$1" down
}

# live NAME: it is back.
live() {
	nsip clients link set "to-$1" up
	nsip members link set "to-$1" up
}

# served SPORT WHO: by whom new connections are.
served() {
	is "$(peer open client new tcp $A 7 src=$CLIENT sport="$1")" "$2"
	is "$(peer say client new)" "$2"
	peer close client new reset
}

# prefer MEMBER METRIC: both routers give it this one; one has 10.
prefer() {
	local name

	for name in master backup; do
		nsip $name anycast change $A via "$1" metric "$2"
	done
}

# settled: one router has the gateway's address, and the other has not. NOW and NEXT are their names.
settled() {
	if has_gateway master; then
		NOW=master NEXT=backup
	else
		NOW=backup NEXT=master
	fi
	has_gateway $NOW && ! has_gateway $NEXT
}

# begin PORT: connections from this port on, all of which one has; new ones are two's. FIRST is that port.
begin() {
	FIRST=$1
	prefer $TWO 20
	wait_for "the routers to settle" 30 settled
	settled
	echo "$NOW has the gateway's address"
	is "$(peer crowd client crowd $A 7 $CROWD src=$CLIENT sport="$1")" "one=$CROWD"
	is "$(peer crowd_says client crowd size=3000)" "one=$CROWD"
	prefer $TWO 1
}

# taken_over: all but the connections are lost with the router that has the address now, and the next one takes over.
taken_over() {
	die $NOW
	wait_for "$NEXT to take over" 30 has_gateway $NEXT
}

# all_go_on [SIZE]: no connection is lost.
all_go_on() { is "$(peer crowd_says client crowd size="${1-3000}" wait=40)" "one=$CROWD"; }

# knows NAME PORT MEMBER [STATE]: this router has the client's connection from this port at this member, for wait_for.
knows() { flows "$1" | grep -q "^$CLIENT tcp $2 $3 ${4-established}$"; }

# begin_told PORT: as begin, and the other router knows of all.
begin_told() {
	begin "$1"
	wait_for "the other router to know of all" 45 established $NEXT $CROWD
}

# forget_all: neither router has anything left of earlier cases.
forget_all() {
	nsip master anycast flow flush
	nsip backup anycast flow flush
}

# end_all: no connection is left, and both routers are there.
end_all() {
	peer crowd_ends client crowd
	live $NOW
}

# limit NUMBER: the room for flows on both routers.
limit() {
	local name

	for name in master backup; do
		ns $name sysctl -qw net.anycast6.max_flows="$1"
	done
}

repair() {
	local name

	limit "$MAX_FLOWS"
	for name in master backup; do
		live $name
		nsip $name anycast flow flush
		kill -CONT "$(<"$T_DIR/monitor-$name.pid")"
		stop "monitor-$name" KILL
		nsip $name -batch - <<-END
			anycast replace $A via $ONE metric 10
			anycast replace $A via $TWO metric 20
		END
	done
	rm -f "$T_DIR/master.backup" "$T_DIR/backup.master"
	peer crowd_ends client crowd
	peer poured client flood
	tell master backup
	tell backup master
}

# start_all: all that is drawn above, and the master has the gateway's address.
start_all() {
	make_all || return
	start_vrrp master 200
	wait_for "the master" 30 has_gateway master || { cat "$T_DIR/vrrp-master.log" && return 1; }
	start_vrrp backup 100
	wait_for "the client's gateway" 30 eval "peer ping client $A wait=1" || return
	MAX_FLOWS=$(ns master cat /proc/sys/net/anycast6/max_flows)
}
