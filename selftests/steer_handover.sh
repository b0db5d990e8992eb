#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two routers share an address by VRRP (keepalived), and the one that has it tells the other of its flows. When it dies
# the other one takes over all running connections, though new ones would go to another member by then.
#
#                                          +-- (m1) master (m0) --+
#   client (c0) --- 2001:db8:c::/64, br0 --+     ::a              +-- br1, 2001:db8:1::/64 --+-- (m0) one  ::1
#    ::2                                   +-- (b1) backup (b0) --+                          +-- (m0) two  ::2
#                                                ::b
#
# fe80::f is who has the address of the clients' gateway, and of the members' one. "ip anycast flow monitor" of each
# router writes to "ip anycast flow restore" of the other.
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/steering.sh"

CROWD=200
[[ ${ANYCAST6_KERNEL-} != debug ]] || CROWD=60
ONE=2001:db8:1::1
TWO=2001:db8:1::2
GATEWAY=fe80::f

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

# tell FROM TO: one router tells the other of its flows, through a pipe in the place of a connection between them.
tell() {
	mkfifo "$T_DIR/$1.$2"
	background "restore-$2" "$2" bash -c "exec ip anycast flow restore <'$T_DIR/$1.$2'"
	background "monitor-$1" "$1" bash -c "exec ip anycast flow monitor >'$T_DIR/$1.$2'"
}

# established NAME COUNT: so many connections of the crowd are established there, for wait_for.
established() { (($(flows "$1" | grep -c "^$CLIENT tcp 4[0-4].* $ONE established$") == $2)); }

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

# begin PORT: connections from this port on, all of which one has; new ones are two's.
begin() {
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

# The control: nobody has told the next router.
untold() {
	begin 40000
	is "$(count_flows $NEXT)" 0
	taken_over
	is "$(peer crowd_says client crowd size=3000 wait=40)" "lost=$CROWD"
	served 46000 two
	peer crowd_ends client crowd
	live $NOW
	nsip master anycast flow flush
	nsip backup anycast flow flush
}

told() {
	tell master backup
	tell backup master
	begin 41000
	wait_for "the other router to know of all" 20 established $NEXT $CROWD
	# one that another member has is told of as well
	served 46001 two
	wait_for "the connection of the other member" 10 eval "flows $NEXT | grep -q '^$CLIENT tcp 46001 .*$TWO'"
	all_go_on 30000
	taken_over
	all_go_on 30000
	served 46002 two
	# and back: the first router is there again, and learns how they have gone on
	live $NOW
	wait_for "the routers to settle" 30 settled
	settled
	all_go_on
	wait_for "the other router to know of all" 40 established $NEXT $CROWD
	taken_over
	all_go_on 30000
	served 46003 two
	peer crowd_ends client crowd
	live $NOW
}

# A router that comes late is told of all.
late() {
	wait_for "the routers to settle" 30 settled
	settled
	stop "monitor-$NOW"
	wait_for "the end of the reader" 10 eval "! kill -0 $(<"$T_DIR/restore-$NEXT.pid")"
	begin 42000
	nsip $NEXT anycast flow flush
	rm -f "$T_DIR/$NOW.$NEXT"
	tell $NOW $NEXT
	wait_for "the other router to know of all" 20 established $NEXT $CROWD
	taken_over
	all_go_on
	peer crowd_ends client crowd
	live $NOW
}

# A flood of SYNs is told to nobody, and is in the way of no connection.
flooded() {
	nsip master anycast flow flush
	nsip backup anycast flow flush
	peer flood client 2001:db8:bad:: $A 7 3000
	begin 43000
	wait_for "the other router to know of all" 30 established $NEXT $CROWD
	refute eval "flows $NEXT | grep -q 2001:db8:bad:"
	peer crowd_ends client crowd
}

unprivileged() {
	refused "ermi" ns master setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		ip anycast flow monitor
}

peer_start wire.py
make_all || exit
start_vrrp master 200
wait_for "the master" 30 has_gateway master || { cat "$T_DIR/vrrp-master.log" && exit 1; }
start_vrrp backup 100
wait_for "the client's gateway" 30 eval "peer ping client $A wait=1" || exit
t_run "without rights nobody is told of flows" unprivileged
t_run "control: a router takes over that was told of nothing" untold
t_run "a router takes over $CROWD connections and loses none, twice" told
t_run "a router that comes late is told of all" late
t_run "a flood of SYNs is told to nobody, and hides no connection" flooded
t_done
