#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A name server and a web server that listen on ::, and clients as Debian has them. dig, curl and others ask
# static, subnet-router and reserved addresses, on-link and off-link.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host: unbound, nginx
#     ::2                                ::1, anycast ::a, 2001:db8:a::a, identifiers
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/programs.sh"

UNICAST=2001:db8:1::1
declare -A ADDRESSES=(
	[static]=2001:db8:1::a
	[off-link]=2001:db8:a::a
	[subnet-router]=2001:db8:1::
	[home-agents]=2001:db8:1:0:fdff:ffff:ffff:fffe
)

name_server() {
	unbound_start unbound host "www.test. AAAA 2001:db8:1::80" "large.test. TXT '$(printf 'x%.0s' {1..250})'"
	wait_for "unbound" 60 asked_udp "$UNICAST"
}

web_server() {
	mkdir -p "$T_DIR/www"
	head -c 500000 /dev/urandom >"$T_DIR/www/file"
	chmod -R a+rX "$T_DIR" "$T_DIR/www"
	nginx_start nginx host "listen [::]:80; root $T_DIR/www;"
	wait_for "nginx" 60 fetched "$UNICAST"
}

asked_udp() { is "$(ns client dig +short +tries=1 +time=15 "@$1" www.test AAAA)" 2001:db8:1::80; }

asked_tcp() { is "$(ns client dig +short +tcp +tries=1 +time=15 "@$1" www.test AAAA)" 2001:db8:1::80; }

fetched() { ns client curl -gsf -m 30 "http://[$1]/file" | cmp - "$T_DIR/www/file"; }

large() { is "$(ns client dig +short +tcp +tries=1 +time=15 "@$1" large.test TXT | tr -d '"\n' | wc -c)" 250; }

pinged() { [[ $(ns client ping -c 2 -i 0.2 -W 15 "$1") == *"64 bytes from $UNICAST"*" 0% packet loss"* ]]; }

# A name server that listens on the anycast address itself.
bound() {
	sed -i "s/interface: ::$/interface: ::\n    interface: 2001:db8:1::b\n    ip-freebind: yes/" "$T_DIR/unbound.conf"
	stop unbound
	nsip host anycast add 2001:db8:1::b dev h0
	background unbound host unbound -d -c "$T_DIR/unbound.conf"
	wait_for "unbound" 60 asked_udp "$UNICAST"
	asked_udp 2001:db8:1::b
	asked_tcp 2001:db8:1::b
}

without() {
	refute ns client curl -gs --connect-timeout 1 "http://[$1]/file"
}

make_link
# The kernel's own subnet-router address is there before it is taken over.
ns host sysctl -qw net.ipv6.conf.all.forwarding=1
nsip client -6 route add 2001:db8:a::/48 via $UNICAST
t_run "the name server runs" name_server
t_run "the web server runs" web_server
t_run "the subnet-router address serves no TCP before it is taken over" without "${ADDRESSES[subnet-router]}"
nsip host anycast add "${ADDRESSES[static]}" dev h0
nsip host anycast add "${ADDRESSES[off-link]}"
nsip host anycast add subnet-router dev h0
nsip host anycast add home-agents dev h0
for kind in static off-link subnet-router home-agents; do
	address=${ADDRESSES[$kind]}
	t_run "$kind: ping" pinged "$address"
	t_run "$kind: dig +tcp" asked_tcp "$address"
	t_run "$kind: dig" asked_udp "$address"
	t_run "$kind: curl" fetched "$address"
done
t_run "a large answer" large "${ADDRESSES[static]}"
t_run "dig, of a server that is bound to the address" bound
nsip host anycast flush
t_run "nobody answers without the configuration" without "${ADDRESSES[static]}"
t_done
