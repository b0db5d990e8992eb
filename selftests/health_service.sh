#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Services. A member is up while somebody listens at its ports, with whatever kind of socket, and only then. A
# client that asks it after that is refused at once.
#
#   near (n0) --- 2001:db8:1::/64 --- (h0) host   ::1, anycast ::a; [ vrf red: h1 2001:db8:7::1 ]
# cpus: 2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/near.sh"

# How many members have a service that dies.
MANY=1000
# How many go in the end.
FEW=50
[[ ${ANYCAST6_KERNEL-} != debug ]] || MANY=200 FEW=10

# run NAME PROTO ADDRESS PORT [OPTION...]: start a server on the host. die [NAME...]: kill these, or all.
run() { peer run host "$@"; }
die() { peer kill host "$@"; }

# fresh FUNCTION: run it with no server running and nothing configured.
fresh() {
	nsip host anycast flush
	peer kill host
	"$@"
}

# now ADDRESS [VRF]: the state of its only member, and the reason if it is down.
now() {
	local said

	said=$(query host states anycast show "$1" ${2:+vrf "$2"})
	said=${said#*:}
	echo "${said/:/ }"
}

# up ADDRESS [VRF], down ADDRESS [VRF]: the member comes to be up, or down for lack of its service, by itself.
up() { wait_for "$* to be up" 20 eval "[[ \$(now $*) == up ]]"; }
down() { wait_for "$* to be down" 20 eval "[[ \$(now $*) == 'down service' ]]"; }

# ---- which sockets serve a member ----

# A command that adds a member looks at its services at once; later changes are noticed by themselves.
follows() {
	nsip host anycast add $ON dev h0 service tcp/80
	is "$(now $ON)" "down service"
	run web tcp :: 80
	up $ON
	die web
	down $ON
	run web tcp :: 80
	up $ON
	nsip host anycast add $OFF service tcp/80
	is "$(now $OFF)" up
	die web
	down $OFF
}

# table: a test for each line of standard input, "+ MEMBER | KIND ADDRESS [OPTION...]": with + this socket makes the
# member be up, with - it does not. N stands for a number of the line's own, @ for the member's address. The option
# elsewhere binds the socket to another port than the service's.
table() {
	local sign member socket kind address options n=255 port wanted=() sockets=() expected

	while IFS='|' read -r member socket; do
		n=$((n + 1))
		read -r sign member <<<"${member//N/$(printf %x $n)}"
		read -r kind address options <<<"${socket//@/${member%% *}}"
		port=$n
		[[ $options != elsewhere ]] || options='' port=$((n + 10000))
		echo "anycast add $member service ${kind%4}/$n"
		[[ $sign == - ]] || wanted+=("${member%% *}")
		sockets+=("s$n $kind $address $port $options")
	done >"$T_DIR/table"
	cat "$T_DIR/table"
	nsip host -batch "$T_DIR/table"
	is "$(addresses host state up)" ""
	for socket in "${sockets[@]}"; do
		read -ra socket <<<"$socket"
		run "${socket[@]}"
	done
	expected=$(printf '%s\n' "${wanted[@]}" | LC_ALL=C sort | xargs)
	wait_for "$expected" 20 eval "[[ \$(addresses host state up) == '$expected' ]]"
	# a command looks at the sockets, too, and sees the same
	sed -i 's/ add / change /; s/ service .*/ metric 1/' "$T_DIR/table"
	nsip host -batch "$T_DIR/table"
	is "$(addresses host state up)" "$expected"
	die
	wait_for "none" 20 eval "[[ ! \$(addresses host state up) ]]"
}

# for_both: the lines of standard input, once for TCP and once for UDP in place of PROTO.
for_both() {
	local lines

	lines=$(cat)
	printf '%s\n' "${lines//PROTO/tcp}" "${lines//PROTO/udp}"
}

on_link() {
	for_both <<-END | table
		+ 2001:db8:1::N dev h0 | PROTO ::
		+ 2001:db8:1::N dev h0 | PROTO :: v6only
		+ 2001:db8:1::N dev h0 | PROTO :: reuseport
		+ 2001:db8:1::N dev h0 | PROTO :: dev=h0
		+ 2001:db8:1::N dev h0 | PROTO @ freebind
		+ 2001:db8:1::N dev h0 | PROTO @ freebind dev=h0
		- 2001:db8:1::N dev h0 | PROTO :: elsewhere
		- 2001:db8:1::N dev h0 | PROTO4 0.0.0.0
		- 2001:db8:1::N dev h0 | PROTO :: dev=h2
		- 2001:db8:1::N dev h0 | PROTO :: dev=red
		- 2001:db8:1::N dev h0 | PROTO 2001:db8:1::1
		- 2001:db8:1::N dev h0 | PROTO $OFF freebind
	END
}

# A connected UDP socket serves nobody but its client, so it does not count.
connected() {
	table <<-END
		- 2001:db8:1::N dev h0 | udp :: to=2001:db8:1::2
		- 2001:db8:1::N dev h0 | udp @ freebind to=2001:db8:1::2
		+ 2001:db8:1::N dev h0 | udp ::
	END
}

# Packets to an off-link address come by any device, so a socket that is bound to one does not count.
off_link() {
	for_both <<-END | table
		+ 2001:db8:a::N | PROTO ::
		+ 2001:db8:a::N | PROTO @ freebind
		- 2001:db8:a::N | PROTO :: dev=h0
		- 2001:db8:a::N | PROTO4 0.0.0.0
	END
}

# A socket that is bound to no device gets no packets of VRFs, unless the l3mdev_accept sysctls allow it.
in_a_vrf() {
	for_both <<-END | table
		+ 2001:db8:7::N dev h1 | PROTO :: dev=red
		+ 2001:db8:7::N dev h1 | PROTO :: dev=h1
		- 2001:db8:7::N dev h1 | PROTO ::
		- 2001:db8:7::N dev h1 | PROTO @ freebind
		- 2001:db8:7::N dev h1 | PROTO :: dev=h0
		+ 2001:db8:a::N vrf red | PROTO :: dev=red
		- 2001:db8:a::N vrf red | PROTO :: dev=h1
		- 2001:db8:a::N vrf red | PROTO ::
	END
	nsip host anycast flush
	ns host sysctl -qw net.ipv4.tcp_l3mdev_accept=1 net.ipv4.udp_l3mdev_accept=1
	for_both <<-END | table
		+ 2001:db8:7::N dev h1 | PROTO ::
		+ 2001:db8:a::N vrf red | PROTO ::
		- 2001:db8:a::N vrf red | PROTO :: dev=h0
	END
	ns host sysctl -qw net.ipv4.tcp_l3mdev_accept=0 net.ipv4.udp_l3mdev_accept=0
}

link_local() {
	for_both <<-END | table
		+ fe80::N dev h0 | PROTO ::
		+ fe80::N dev h0 | PROTO :: dev=h0
		+ fe80::N dev h0 | PROTO @%h0 freebind
		- fe80::N dev h0 | PROTO @%h2 freebind
		- fe80::N dev h0 | PROTO :: dev=h2
	END
}

# A member is up only while all its services are there, each with its protocol.
all_of_them() {
	nsip host anycast add $ON dev h0 service tcp/53,udp/53,tcp/853
	run a tcp :: 53
	run b udp :: 53
	is "$(now $ON)" "down service"
	run c tcp :: 853
	up $ON
	die b
	down $ON
	run b udp :: 53
	up $ON
	die a b c
	down $ON
}

# One socket of an SO_REUSEPORT group is enough.
a_group() {
	local proto

	for proto in tcp udp; do
		nsip host anycast replace $ON dev h0 service $proto/80
		netlink listen host
		run one $proto :: 80 reuseport
		run two $proto :: 80 reuseport
		up $ON
		netlink events host
		die one
		is "$(peer ask near $proto $ON 80 3000)" 3000=two
		is "$(now $ON)" up
		is "$(netlink events host)" ""
		die two
		down $ON
	done
}

# ---- the host ----

# A client that asks after the server's death is refused at once, and its packet shows the module that the member is
# down.
refused_at_once() {
	ns host sysctl -qw net.ipv6.icmp.ratelimit=0
	nsip host anycast add $ON dev h0 service tcp/80,udp/80
	run web tcp :: 80
	run dns udp :: 80
	up $ON
	is "$(peer ask near tcp $ON 80 3100)" 3100=web
	is "$(peer ask near udp $ON 80 3100)" 3100=dns
	die dns web
	is "$(peer ask near tcp $ON 80 3101 wait=5)" 3101=ECONNREFUSED
	is "$(peer ask near udp $ON 80 3101 wait=5)" 3101=ECONNREFUSED
	down $ON
	# neighbours that look for the address get no answer; one that knows the host is still refused at once
	refute peer solicit near n0 2001:db8:1::2 $ON wait=1.2
	nsip near neigh replace $ON lladdr "$(mac host h0)" dev n0
	is "$(peer ask near tcp $ON 80 3102 wait=5)" 3102=ECONNREFUSED
	is "$(peer ask near udp $ON 80 3102 wait=5)" 3102=ECONNREFUSED
	nsip near neigh del $ON dev n0
	run web tcp :: 80
	run dns udp :: 80
	up $ON
	peer solicit near n0 2001:db8:1::2 $ON
	is "$(peer ask near tcp $ON 80 3103)" 3103=web
	die dns web
}

# Where a member has services, only answers from their ports get the anycast address as their source.
remembered() {
	run dns udp :: 53
	run other udp :: 99
	nsip host anycast add $OFF service udp/53
	is "$(now $OFF)" up
	is "$(peer datagram near $OFF 53 00)" "$OFF 646e732000"
	is "$(peer datagram near $OFF 99 00)" "2001:db8:1::1 6f746865722000"
	# without services it holds for all ports
	nsip host anycast change $OFF service none
	is "$(peer datagram near $OFF 99 00)" "$OFF 6f746865722000"
	die dns other
}

# ---- commands ----

services_of() { nsip host -j anycast show "$@" | jq -rc '[.[].members[]? | .services // []] | flatten | join(",")'; }

changed() {
	nsip host anycast add $ON dev h0 service udp/53,tcp/53 metric 5
	is "$(services_of $ON)" udp/53,tcp/53
	[[ $(nsip host anycast show $ON) == *"dev h0 "*"state down reason service"*"service udp/53,tcp/53"* ]]
	nsip host anycast change $ON dev h0 metric 6
	is "$(services_of $ON)" udp/53,tcp/53
	nsip host anycast change $ON dev h0 service tcp/853
	is "$(services_of $ON)" tcp/853
	nsip host -j anycast show $ON | jq -e '.[0].members[0] | .metric == 6 and .services == ["tcp/853"]'
	nsip host anycast change $ON dev h0 service none
	is "$(services_of $ON)" ""
	is "$(now $ON)" up
	nsip host -j anycast show $ON | jq -e '.[0].members[0] | has("services") | not'
	nsip host anycast replace $ON dev h0 service tcp/1
	is "$(now $ON)" "down service"
	nsip host anycast replace $ON dev h0
	is "$(services_of $ON)" ""
	is "$(now $ON)" up
	# of two reasons the lease is shown
	nsip host anycast change $ON dev h0 service tcp/1 lifetime 1
	wait_for "the end of the lease" 20 eval "[[ \$(now $ON) == 'down lease' ]]"
	nsip host anycast change $ON dev h0 lifetime 0
	is "$(now $ON)" "down service"
}

sixteen() {
	local list

	list=$(printf 'tcp/%s,' {1..16})
	nsip host anycast add $ON dev h0 service "${list%,}"
	is "$(services_of $ON)" "${list%,}"
	nsip host anycast get $ON from 2001:db8:1::2
	refute nsip host anycast change $ON dev h0 service "${list}tcp/17"
	is "$(services_of $ON)" "${list%,}"
	# the largest event that there may be fits into its message
	netlink listen host
	nsip host anycast change $ON dev h0 metric 4294967295 area 2001:db8::/32 lifetime 2147483
	happened host "changed $ON h0:down:service"
}

entries() {
	run web tcp :: 80
	nsip host anycast add reserved 5 dev h0 service tcp/80
	nsip host -d -j anycast show | jq -e 'map(select(.addresses)) | .[0].services == ["tcp/80"]'
	is "$(nsip host -j anycast show state up | jq '[.[] | select(.members)] | length')" 2
	addr_add host h0 2001:db8:2::1/64
	wait_for "its address" 20 eval "[[ \$(now 2001:db8:2:0:fdff:ffff:ffff:ff85) == up ]]"
	die web
	down 2001:db8:2:0:fdff:ffff:ffff:ff85
	down 2001:db8:1:0:fdff:ffff:ffff:ff85
	refused "entry makes this member" nsip host anycast change 2001:db8:1:0:fdff:ffff:ffff:ff85 dev h0 service none
	nsip host anycast change reserved 5 dev h0 service none
	is "$(now 2001:db8:1:0:fdff:ffff:ffff:ff85)" up
	nsip host address del 2001:db8:2::1/64 dev h0
}

saved() {
	nsip host -batch - <<-END
		anycast add $ON dev h0 service tcp/80,udp/53 metric 7
		anycast add $OFF service udp/1
		anycast add subnet-router dev h0 service tcp/443
	END
	nsip host anycast save >"$T_DIR/saved"
	grep -c "service tcp/80,udp/53\|service udp/1\|service tcp/443" "$T_DIR/saved"
	nsip host anycast flush
	nsip host anycast restore <"$T_DIR/saved"
	nsip host anycast save | diff "$T_DIR/saved" -
	is "$(services_of $ON)" tcp/80,udp/53
}

monitored() {
	background monitor host ip anycast monitor
	wait_for "monitor to listen" 10 eval \
		"nsip host anycast replace 2001:db8:b::1 && nsip host anycast del 2001:db8:b::1 && [[ -s $T_DIR/monitor.log ]]"
	nsip host anycast add $ON dev h0 service tcp/80
	wait_for "down" 20 grep -q "dev h0 .*state down reason service .*service tcp/80" "$T_DIR/monitor.log"
	run web tcp :: 80
	wait_for "up" 20 grep -q "dev h0 .*state up .*service tcp/80" "$T_DIR/monitor.log"
	die web
	wait_for "down again" 20 eval "(( \$(grep -c 'dev h0 .*state down reason service' $T_DIR/monitor.log) == 2 ))"
	stop monitor
}

# A member keeps its services when its device changes its VRF.
moved() {
	nsip host anycast add $OFF dev h1 service tcp/80
	run web tcp :: 80
	is "$(now $OFF red)" "down service"
	nsip host link set h1 nomaster
	up $OFF
	is "$(services_of $OFF)" tcp/80
	nsip host link set h1 master red
	down $OFF red
	die web
}

# ---- many ----

# There is one event for each member and change.
many() {
	run web tcp :: 80
	printf "anycast add 2001:db8:b::%x service tcp/80\n" $(seq $MANY) | nsip host -batch -
	is "$(query host count anycast show state up)" $MANY
	netlink listen host
	die web
	wait_for "all to be down" 120 eval "(( \$(query host count anycast show state down) == MANY ))"
	is "$(netlink events host | grep -o 'down:service' | wc -l)" $MANY
	run web tcp :: 80
	wait_for "all to be up" 120 eval "(( \$(query host count anycast show state up) == MANY ))"
	is "$(netlink events host | grep -o ':up' | wc -l)" $MANY
	die web
}

# Addresses, a namespace and the module go just when services die.
gone() {
	local i

	run web tcp :: 80
	for i in 0 1 2; do
		ns_make doomed$i
		printf "anycast add 2001:db8:b::%x service tcp/80\n" $(seq $FEW) | nsip doomed$i -batch -
		peer run doomed$i d$i tcp :: 80
	done
	printf "anycast add 2001:db8:b::%x service tcp/80\n" $(seq $FEW) | nsip host -batch -
	die web d0 d1
	nsip doomed0 anycast flush
	ns_del doomed1
	modprobe -r anycast6
	peer kill doomed2 d2
	modprobe anycast6
}

peer_start services.py
netlink_start
make_near
nsip host link add h2 type dummy
nsip host link set h2 up
t_run "RFC4786-4.4.1: a member follows its service" fresh follows
t_run "sockets that count, and that don't: on-link" fresh on_link
t_run "connected" fresh connected
t_run "off-link" fresh off_link
t_run "in a VRF" fresh in_a_vrf
t_run "link-local" fresh link_local
t_run "several services: all of them" fresh all_of_them
t_run "SO_REUSEPORT: while one of the group is left" fresh a_group
t_run "down: refused at once, and not to be found" fresh refused_at_once
t_run "only ports of services are remembered for answers" fresh remembered
t_run "change keeps, replace sets, none removes" fresh changed
t_run "sixteen services" fresh sixteen
t_run "entries" fresh entries
t_run "saved and restored" fresh saved
t_run "monitored" fresh monitored
t_run "a device changes its VRF" fresh moved
t_run "one service of $MANY members dies" fresh many
t_run "addresses, namespaces and the module go" fresh gone
t_done
