#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# nginx and unbound are killed with -9 under load. Where the node may hand flows on, no question fails that begins
# after that. Where it may not, each is refused at once. Questions that were already in the dead process are
# counted apart. A process that comes back gets its flows again. A router that probes the member learns of the
# death by one answer.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1   2001:db8:f::1
#     2001:db8:c::2             a member, too
# cpus: 2
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/servers.sh"
. "$(dirname "$0")/lib/programs.sh"

WEB=2001:db8:53::80
DNS=2001:db8:53::35
U1=2001:db8:f::1
# How many answers a case waits for, and how many clients ask at the same time.
SOME=40 THREADS=4
[[ ${ANYCAST6_KERNEL-} != debug ]] || SOME=10 THREADS=2

# nginx_runs NS NAME, unbound_runs NS NAME: they answer with that name, which is s and a number.
nginx_runs() { nginx_start "nginx-$2" "$1" "listen [::]:80; return 200 \"I am $2\";"; }
unbound_runs() { unbound_start "unbound-$2" "$1" "www.test. AAAA 2001:db8::${2#s}"; }

# murder PROGRAM [NAME]: kill all processes of the program with this name; the router's is s0.
murder() {
	local pid

	pid=$(<"$T_DIR/$1-${2-s0}.pid")
	# shellcheck disable=SC2046
	peer murder router "$pid" $(cat "/proc/$pid/task/$pid/children")
}

is_now() { [[ $(query router local_state anycast show "$1") == "${*:2}" ]]; }

# configure alone|both: the router is a member with services. With both, s1 is a member, too.
configure() {
	{
		echo "anycast flush"
		echo "anycast flow flush"
		echo "anycast add $WEB service tcp/80"
		echo "anycast add $DNS service udp/53,tcp/53"
		[[ $1 == alone ]] || printf 'anycast add %s via '$U1'\n' $WEB $DNS
	} | nsip router -batch -
	wait_for "nginx" 60 is_now $WEB up
	wait_for "unbound" 60 is_now $DNS up
}

syns_again() {
	# shellcheck disable=SC2016  # awk's
	ns client awk '/^TcpExt:/ && !n { for (i = 2; i <= NF; i++) name[i] = $i; n = 1; next }
		/^TcpExt:/ { for (i = 2; i <= NF; i++) if (name[i] == "TCPSynRetrans") print $i }' /proc/net/netstat
}

# ends LOAD PATTERN: end a load. What became of all questions that were not under way at the time of the death must
# match the pattern.
ends() {
	local word words bad=0

	words=$(peer loaded client "$1")
	echo "$words"
	ns router grep RateLimit /proc/net/snmp6 || true
	for word in $words; do
		# shellcheck disable=SC2053  # a pattern
		[[ $word == dying:* || $word == $2 ]] || bad=1
	done
	((!bad))
	# how many questions died with the process
	DYING=0
	for word in $words; do
		[[ $word != dying:* ]] || DYING=$((DYING + ${word##*=}))
	done
}

# killed PROGRAM KIND ADDRESS PORT: the router's program is killed under load. Others have the new flows until it is
# back.
killed() {
	local before

	configure both
	before=$(syns_again)
	peer load client it "$2" "$3" "$4" threads=$THREADS
	peer answers client it $SOME s0
	murder "$1"
	peer answers client it $SOME s1
	wait_for "down" 20 is_now "$3" down service
	"$1_runs" router s0
	wait_for "up" 60 is_now "$3" up
	peer answers client it $SOME s0
	ends it "@(before:s0|new:s[01])=+([0-9])"
	# no SYN had to be sent twice, except of questions that died; the debug kernel is so slow that clients send
	# some twice anyhow
	[[ ${ANYCAST6_KERNEL-} == debug ]] || (($(syns_again) - before <= ${DYING:-0}))
}

# alone PROGRAM KIND ADDRESS PORT [both]: the same where no other member can serve. With both, the router has one.
alone() {
	configure "${5-alone}"
	peer load client it "$2" "$3" "$4" threads=$THREADS
	peer answers client it $SOME s0
	murder "$1"
	peer answers client it $SOME ECONNREFUSED
	wait_for "down" 20 is_now "$3" down service
	peer answers client it $SOME ECONNREFUSED
	"$1_runs" router s0
	wait_for "up" 60 is_now "$3" up
	peer answers client it $SOME s0
	ends it "@(before:s0|new:s0|new:ECONNREFUSED)=+([0-9])"
}

no_forwarding() {
	ns router sysctl -qw net.ipv6.conf.all.forwarding=0
	alone "$@" both
	ns router sysctl -qw net.ipv6.conf.all.forwarding=1
}

# of_s1 WORD: s1 as the router sees it: its state, and how many probes it missed.
of_s1() { nsip router -s -j anycast show "$1" | jq -r '.[0].members[] | select(.via) | "\(.state) \(.probes.missed)"'; }

is_of_s1() { [[ $(of_s1 "$1") == "$2 "* ]]; }

# probed PROGRAM KIND ADDRESS PORT: s1's program is killed, and the router itself is the next nearest. The router
# learns of the death by one probe.
probed() {
	local missed service=tcp/$4

	[[ $2 == http ]] || service=udp/$4
	nsip s1 anycast change "$3" service $service
	nsip router -batch - <<-END
		anycast flush
		anycast flow flush
		anycast add $3 metric 5000
		anycast add $3 via $U1 probe 200
	END
	wait_for "an answer" 20 is_of_s1 "$3" up
	missed=$(of_s1 "$3")
	peer load client it "$2" "$3" "$4" threads=$THREADS
	peer answers client it $SOME s1
	murder "$1" s1
	wait_for "the router to know" 20 is_of_s1 "$3" down
	# once the router knows, no question fails any more
	peer load client after "$2" "$3" "$4" threads=$THREADS
	peer answers client after $SOME s0
	ends after "new:s0=+([0-9])"
	is "$(of_s1 "$3")" "down ${missed#* }"
	ends it "@(before:s1|new:s0|new:ECONNREFUSED)=+([0-9])"
	"$1_runs" s1 s1
	wait_for "an answer" 60 is_of_s1 "$3" up
	nsip s1 anycast change "$3" service none
}

prepare() {
	# the kernel limits how many errors it sends in all, also those that say that a port is closed: take the limit
	# away
	ns router sysctl -qw net.ipv6.icmp.ratemask=0
	ns s1 sysctl -qw net.ipv6.icmp.ratemask=0
	printf 'anycast add %s\n' $WEB $DNS | nsip s1 -batch -
	nginx_runs router s0
	nginx_runs s1 s1
	unbound_runs router s0
	unbound_runs s1 s1
	configure both
}

shopt -s extglob
peer_start services.py
make_servers 1
t_run "servers" prepare
((T_FAILED == 0)) || exit
t_run "RFC4786-4.4.1: nginx: no new connection fails" killed nginx http $WEB 80
t_run "unbound: no new question fails" killed unbound dns $DNS 53
t_run "nginx, nobody else: refused at once" alone nginx http $WEB 80
t_run "unbound, nobody else: refused at once" alone unbound dns $DNS 53
t_run "nginx, where nothing is forwarded: refused at once" no_forwarding nginx http $WEB 80
t_run "unbound, where nothing is forwarded: refused at once" no_forwarding unbound dns $DNS 53
t_run "nginx on a host that the router probes: one probe, and nothing fails any more" probed nginx http $WEB 80
t_run "unbound on a host that the router probes: the same" probed unbound dns $DNS 53
t_done
