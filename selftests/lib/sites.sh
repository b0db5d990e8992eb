# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests with routing daemons share: two sites, and a client that the nearer one serves. Sourced after lib.sh
# and peer.sh. Such tests start peer/watch.py.
#
#   client (c0) --- (clients) r1 (host) --- (uplink) h1    2001:db8:1::/64: r1 ::f, h1 ::1
#                           (site)
#                              |  2001:db8:12::/64: r1 ::1, r2 ::2
#                           (site)
#                             r2 (host) --- (uplink) h2    2001:db8:2::/64: r2 ::f, h2 ::1
#
# The client is 2001:db8:c::2, two hops from h1. Both hosts have 2001:db8:53::53; daemons run on r1, r2, h1, h2.

A=2001:db8:53::53
SITES_NODES="r1 r2 h1 h2"

make_sites() {
	local i

	ns_make client $SITES_NODES
	link_veth client c0 r1 clients
	link_veth r1 site r2 site
	for i in 1 2; do
		link_veth "r$i" host "h$i" uplink
		ns "r$i" sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.host.keep_addr_on_down=1
		ns "h$i" sysctl -qw net.ipv6.conf.uplink.keep_addr_on_down=1
		addr_add "r$i" host "2001:db8:$i::f/64"
		addr_add "r$i" site "2001:db8:12::$i/64"
		addr_add "h$i" uplink "2001:db8:$i::1/64"
	done
	serve_all h2 7 id=h2 >/dev/null
	revived
	addr_add r1 clients 2001:db8:c::f/64
	addr_add client c0 2001:db8:c::2/64
	nsip client -6 route add default via 2001:db8:c::f
}

# site_config NODE NAME: print the configuration of this node. The files in daemons/ are those of site 1; for site 2
# their numbers are replaced. NAME is bird-ospf, bird-bgp, frr-ospf or frr-bgp.
site_config() {
	local file

	case $1 in
	r*) file=$2-router.conf ;;
	h*) file=$2-host.conf ;;
	esac
	file=${0%/*}/daemons/$file
	case $1 in
	*1) cat "$file" ;;
	*2) sed -E 's/2001:db8:12::2/-/g; s/2001:db8:1::/2001:db8:2::/g; s/2001:db8:12::1/2001:db8:12::2/g
		s/:12::-/:12::1/g; s/ -( |$)/ 2001:db8:12::1\1/g; s/\b10\.0\.([01])\.1\b/10.0.\1.2/
		s/65101/65102/g; s/65002/-/g; s/65001/65002/g; s/ as -/ as 65001/; s/remote-as -/remote-as 65001/' "$file" ;;
	esac
}

# routed NODE DEV: packets from the node to A leave by this device. For wait_for.
routed() { [[ $(nsip "$1" -6 -o route get "$A" 2>/dev/null) == *" dev $2 "* ]]; }

# converged: wait until each router sends A to the host of its own site, and site 2 has a way to the client.
converged() {
	wait_for "r1 to have the route of h1" 60 routed r1 host || { nsip h1 -s anycast show; return 1; }
	wait_for "r2 to have the route of h2" 60 routed r2 host
	wait_for "the client to be served" 60 eval "[[ \$(peer ask client udp $A 7 1000 wait=1) == *=h1 ]]"
	# what site 2 needs when it has to serve the client
	wait_for "r2 to reach the client" 60 eval "nsip r2 -6 route get 2001:db8:c::2 | grep -q 'dev site'"
	wait_for "h2 to reach the client" 60 eval "nsip h2 -6 route get 2001:db8:c::2 | grep -q 'dev uplink'"
}

# moves TITLE EVENT HEAL: while the client asks, EVENT happens at site 1, and site 2 serves the client. After HEAL
# the nearer site does so again.
moves() {
	local gone all lost

	converged
	peer watch client start w "$A" 7 host="h1-$T_ID" >/dev/null
	peer watch client served w h1 >/dev/null
	peer watch client event w >/dev/null
	$2
	read -r gone all lost <<<"$(peer watch client moved w h2)"
	echo "moved: $gone $all $lost"
	[[ $all =~ ^[0-9]+$ ]]
	# by TCP, too
	is "$(peer ask client tcp "$A" 7 1000)" 1000=h2
	if [[ $gone == - ]]; then
		echo "# $1: another site answers after $all ms, $lost questions lost"
	else
		echo "# $1: another site answers after $all ms, $((all - gone)) of them the daemons', $lost questions lost"
	fi >>"$T_DIR/figures"
	LOST=$lost
	$3
	converged
}

# ---- what happens at site 1 ----

# The servers of h1 are processes of their own, so that they can be killed.
killed() { peer kill h1 h1 h1-tcp; }
revived() {
	peer run h1 h1 udp :: 7
	peer run h1 h1-tcp tcp :: 7
}

drained() { nsip h1 anycast drain "$A"; }
resumed() { nsip h1 anycast resume "$A"; }

lease_over() { nsip h1 anycast change "$A" dev uplink lifetime 1; }
renewed() { nsip h1 anycast change "$A" dev uplink lifetime 0; }

link_down() { nsip h1 link set uplink down; }
link_up() { nsip h1 link set uplink up; }

# The link passes no packet any more, but no device goes down, so only BFD notices it.
silent() {
	ns h1 nft -f - <<<"table ip6 silent { chain in { type filter hook prerouting priority -500; iifname uplink drop; }; }"
	ns r1 nft -f - <<<"table ip6 silent { chain in { type filter hook prerouting priority -500; iifname host drop; }; }"
}
heard() {
	ns h1 nft delete table ip6 silent
	ns r1 nft delete table ip6 silent
}

# moves_without_loss TITLE EVENT HEAL: the same, and no question is lost: site 1 serves until the routes have changed.
moves_without_loss() {
	moves "$@"
	is "$LOST" 0
}

# must NAME FUNCTION [ARGUMENT...]: a test case without which the others make no sense: if it fails, the test ends.
must() {
	local failed=$T_FAILED

	t_run "$@"
	((T_FAILED == failed)) && return
	tail -n 5 "$T_DIR"/*.log | sed 's/^/# /'
	t_done
}

# try NAME FUNCTION TITLE EVENT HEAL: a test case. If it fails, HEAL cleans up for the next one.
try() {
	local failed=$T_FAILED

	t_run "$@"
	((T_FAILED == failed)) || $5 >/dev/null 2>&1
}

# site_cases TITLE: all cases, with daemons that already run.
site_cases() {
	must "$1: the nearer site serves the client" converged
	try "$1: drained: the other site, and nothing is lost" moves_without_loss "$1, drained" drained resumed
	try "$1: RFC4786-4.4.1: its service is killed" moves "$1, service killed" killed revived
	try "$1: its lease is over" moves "$1, lease over" lease_over renewed
	try "$1: its link is down" moves "$1, link down" link_down link_up
	try "$1: its link is silent" moves "$1, link silent" silent heard
}

# site_figures: print what was measured, as comments. No case depends on it.
site_figures() { [[ ! -e $T_DIR/figures ]] || cat "$T_DIR/figures"; }
