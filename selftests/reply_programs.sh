#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Servers as Debian has them, bound to ::, answer from the anycast address that was asked, though nobody tells
# them of it. Clients insist on that: dig connects its socket, and the client's packet filter lets in no datagrams
# but answers. Some servers cannot be helped by rewriting; their cases show what helps instead.
#
#   client (c0) --- 2001:db8:c::/64 --- (r0) router (r1) --- 2001:db8:1::/64 --- (h0) host
#     ::2                               ::f           ::f                        ::1, the servers
#     dig, dnsperf, chronyd, …                        2001:db8:a::/48 -->        anycast 2001:db8:a::a
# kernels: 6.1 6.12
# (Not on the debug kernel: other tests ask the same of it without these programs.)
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/programs.sh"

UNICAST=2001:db8:1::1
A=2001:db8:a::a
# In the host's prefix: on a host the kernel refuses to join any other address.
ONLINK=2001:db8:1::a
QUESTIONS=2000
[[ ${ANYCAST6_KERNEL-} != debug ]] || QUESTIONS=500

# ---- name servers ----

zone() {
	cat >"$T_DIR/test.zone" <<-END
		\$TTL 60
		@ SOA ns.test. admin.test. 1 3600 600 86400 60
		@ NS ns.test.
		ns AAAA $UNICAST
		www AAAA 2001:db8:1::80
	END
	for ((i = 0; i < QUESTIONS; i++)); do
		echo www.test AAAA
	done >"$T_DIR/questions"
}

# asked ADDRESS [OPTION...]: dig accepts the answer.
asked() { is "$(ns client dig +short +tries=1 +time=15 "@$1" "${@:2}" www.test AAAA)" 2001:db8:1::80; }

# Many questions at a time from several ports. dnsperf counts those that get no answer.
asked_much() {
	ns client dnsperf -s $A -m udp -d "$T_DIR/questions" -c 4 -q 16 -t 30 >"$T_DIR/dnsperf.log"
	cat "$T_DIR/dnsperf.log"
	grep -q "Queries completed: *$QUESTIONS (100.00%)" "$T_DIR/dnsperf.log"
	grep -q "Queries lost: *0 " "$T_DIR/dnsperf.log"
	grep -q "NOERROR $QUESTIONS " "$T_DIR/dnsperf.log"
}

# rewritten: how many answers got another source so far.
rewritten() {
	[[ $(nsip host -s anycast show $A) =~ rewritten\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

# rewritten_since BEFORE LEAST MOST: since there were BEFORE of them, at least LEAST and at most MOST were rewritten.
rewritten_since() {
	local more=$(($(rewritten) - $1))

	echo "rewritten: $more, should be $2 to $3"
	((more >= $2 && more <= $3))
}

listens() { ns host ss -Hlun | grep -qF "$1 "; }

unbound_starts() {
	unbound_start unbound host "www.test. AAAA 2001:db8:1::80"
	wait_for "unbound" 60 asked $UNICAST
	listens "*:53" || listens "[::]:53"
}

knot_starts() {
	cat >"$T_DIR/knot.conf" <<-END
		server:
		    listen: ::@53
		    rundir: $T_DIR
		    user: root:root
		    udp-workers: 1
		    tcp-workers: 1
		    background-workers: 1
		database:
		    storage: $T_DIR
		log:
		  - target: stderr
		    any: info
		zone:
		  - domain: test
		    storage: $T_DIR
		    file: test.zone
	END
	background knot host knotd -c "$T_DIR/knot.conf"
	wait_for "knot" 60 asked $UNICAST
	listens "*:53" || listens "[::]:53"
}

bind_starts() {
	cat >"$T_DIR/named.conf" <<-END
		options {
		    directory "$T_DIR";
		    listen-on { none; };
		    listen-on-v6 { any; };
		    pid-file "$T_DIR/named.pid";
		    session-keyfile "$T_DIR/named.key";
		    recursion no;
		};
		controls { };
		zone "test" { type primary; file "test.zone"; };
	END
	background named host named -g -n 1 -u root -c "$T_DIR/named.conf"
	wait_for "named" 60 asked $UNICAST
}

# BIND 9.18 opens a socket for each address that an interface has, whatever its configuration says. An anycast address
# is none of these, so no socket gets its questions.
bind_has_no_wildcard() {
	listens "[$UNICAST]:53"
	refute listens "[::]:53"
	refute listens "*:53"
	[[ $(ns client dig +tries=1 "@$A" www.test AAAA) == *"connection refused"* ]]
}

# What helps is to translate the questions' destination to a unicast address; connection tracking translates the
# answers back.
bind_translated() {
	ns host nft -f - <<-END
		table ip6 named {
		    chain in {
		        type nat hook prerouting priority dstnat
		        ip6 daddr $A udp dport 53 dnat to $UNICAST
		        ip6 daddr $A tcp dport 53 dnat to $UNICAST
		    }
		}
	END
	asked $A
	asked $A +tcp
	asked_much
	ns host nft delete table ip6 named
}

# ---- the control ----

# The same server and the same dig without the module, at an anycast address that a program joined.
without_the_module() {
	local answer

	modprobe -r anycast6
	[[ ! -e /sys/module/anycast6 ]]
	peer join host $ONLINK h0
	# The answer arrives, but dig does not accept its source. This asks for www.test AAAA, identifier 0x1234.
	answer=$(peer datagram client $ONLINK 53 12340100000100000000000003777777047465737400001c0001)
	echo "the answer: $answer"
	[[ $answer == "$UNICAST 1234"* ]]
	answer=$(ns client dig +tries=1 +time=2 "@$ONLINK" www.test AAAA || true)
	echo "$answer"
	[[ $answer == *"timed out"* ]]
}

with_the_module() {
	nsip host anycast add $ONLINK dev h0
	asked $ONLINK
}

# ---- other servers ----

# The client's filter accepts answers to what it sent, and no other datagrams.
client_filter() {
	ns client nft -f - <<-END
		table ip6 filter {
		    chain in {
		        type filter hook input priority 0
		        ct state established accept
		        meta l4proto udp drop
		    }
		}
	END
}

time_server() {
	cat >"$T_DIR/chrony.conf" <<-END
		allow ::/0
		local stratum 5
		cmdport 0
		bindcmdaddress /
		pidfile $T_DIR/chrony.pidfile
	END
	background chrony host chronyd -d -x -F 0 -u root -f "$T_DIR/chrony.conf"
	wait_for "chronyd" 60 listens "[::]:123"
}

# chronyd measures once, prints what it found, and sets no clock.
time_asked() {
	local said

	said=$(ns client chronyd -Q -t 60 -F 0 -u root -f /dev/null "server $A iburst maxsamples 1" \
		"cmdport 0" "bindcmdaddress /" "pidfile $T_DIR/chrony-client.pidfile" 2>&1)
	echo "$said"
	[[ $said == *"System clock wrong by"* ]]
}

keys() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
		-keyout "$T_DIR/key" -out "$T_DIR/certificate" 2>&1
	mkdir "$T_DIR/www" "$T_DIR/got"
	head -c 200000 /dev/urandom >"$T_DIR/www/file"
	chmod -R a+rX "$T_DIR"
}

# HTTP/3. All its connections share a socket, and it sends with UDP_SEGMENT.
quic() {
	background quic host gtlsserver -q -d "$T_DIR/www" :: 4433 "$T_DIR/key" "$T_DIR/certificate"
	wait_for "gtlsserver" 60 listens "[::]:4433"
	ns client timeout 60 gtlsclient -q --exit-on-all-streams-close --download="$T_DIR/got" \
		$A 4433 https://localhost/file
	cmp "$T_DIR/got/file" "$T_DIR/www/file"
	stop quic
}

# This server has one socket for all clients, and leaves the source to the kernel.
dtls() {
	local before

	before=$(rewritten)
	background dtls host gnutls-serv --udp --echo -p 5684 --x509keyfile "$T_DIR/key" \
		--x509certfile "$T_DIR/certificate"
	wait_for "gnutls-serv" 60 listens "[::]:5684"
	mkfifo "$T_DIR/dtls.in"
	ns client gnutls-cli --udp --insecure -p 5684 $A <"$T_DIR/dtls.in" >"$T_DIR/dtls.out" 2>&1 &
	echo $! >>"$T_DIR/pids"
	exec {in}>"$T_DIR/dtls.in"
	echo hello >&"$in"
	wait_for "the echo" 60 grep -qx hello "$T_DIR/dtls.out"
	exec {in}>&-
	rewritten_since "$before" 5 50
	stop dtls
}

web() {
	nginx_start nginx host "listen [::]:80; root $T_DIR/www;"
	wait_for "nginx" 60 fetched $UNICAST
	fetched $A
	stop nginx
}

fetched() { ns client curl -gsf -m 30 "http://[$1]/file" | cmp - "$T_DIR/www/file"; }

# ---- servers that connect back ----

tcp_listens() { ns host ss -Hltn | grep -qF ":$1 "; }

# measure OPTION...: iperf3, with all that it prints; no datagram may be lost.
measure() {
	local said

	said=$(ns client timeout 60 iperf3 -c $A -n 20000 "$@" 2>&1)
	echo "$said"
	[[ $said == *"iperf Done"* ]]
	[[ $1 != -u || $said == *"(0%)  receiver"* ]]
}

iperf_tcp() {
	background iperf host iperf3 -s
	wait_for "iperf3" 60 tcp_listens 5201
	measure -b 1M
}

# connects_back PORT CLIENT...: the server's datagrams come from the unicast address, and CLIENT waits in vain.
# connect() gives a socket that is bound to :: a unicast source for good. From then on it does not get what is sent to
# the anycast address any more.
connects_back() {
	local port=$1

	capture_start answers client c0 udp and src port "$port"
	background asking client "${@:2}"
	wait_for "a datagram from the server" 60 eval "capture_show answers | grep -q 'IP6 $UNICAST.$port > '"
	refute grep -E "connected to|Session-ID: [0-9A-F]" "$T_DIR/asking.log"
	stop asking
	capture_stop answers
}

iperf_connects_back() {
	connects_back 5201 iperf3 -u -c $A -b 1M -n 20000
	stop iperf
}

# openssl ends with its standard input.
openssl_connects_back() {
	background openssl host bash -c "exec openssl s_server -dtls -listen -accept '[::]:4434' \
		-key '$T_DIR/key' -cert '$T_DIR/certificate' <&$T_NEVER"
	wait_for "openssl" 60 listens ":4434"
	connects_back 4434 bash -c "exec openssl s_client -dtls -connect '[$A]:4434' <&$T_NEVER"
	stop openssl
}

# What helps is to bind the server to the anycast address, which then is the source.
iperf_bound() {
	ns host sysctl -qw net.ipv6.ip_nonlocal_bind=1
	background iperf host iperf3 -s -B $A
	wait_for "iperf3" 60 tcp_listens 5201
	measure -u -b 1M
	measure -u -b 1M -R
	stop iperf
	ns host sysctl -qw net.ipv6.ip_nonlocal_bind=0
}

# ---- traceroute ----

# hops ADDRESS [OPTION...]: who answers traceroute6, in one line.
hops() {
	ns client traceroute6 -n -q 1 -N 1 -w 15 "${@:2}" "$1" >"$T_DIR/hops"
	cat "$T_DIR/hops" >&2
	# shellcheck disable=SC2016  # awk's
	awk 'NR > 1 { printf "%s%s", sep, $2; sep = " " }' "$T_DIR/hops"
}

traced() { is "$(hops "$@")" "$HOPS"; }

traced_steered() {
	nsip router anycast add $A via $UNICAST
	traced $A
	nsip router anycast del $A
}

# traceroute6 -I connects its raw socket, which so accepts an echo reply only from the address that it asked.
traced_by_echo() {
	nsip host anycast set $A source anycast
	HOPS="2001:db8:c::f $A"
	traced $A -I
	nsip host anycast set $A source auto
}

traced_router() {
	nsip router anycast add subnet-router dev r0
	HOPS=2001:db8:c::f
	traced 2001:db8:c::
}

# ---- all of it ----

peer_start
make_routed
# Neighbour discovery answers for anycast addresses without a delay here. deliver_nd.sh tests the delay.
ns host sysctl -qw net.ipv6.neigh.h0.proxy_delay=0 net.ipv6.icmp.ratelimit=0
zone
t_run "unbound starts, on the wildcard address" unbound_starts
t_run "control: without the module dig throws unbound's answer away" without_the_module
t_run "with it dig takes the answer" with_the_module
nsip host anycast add $A
t_run "the client has a packet filter" client_filter
before=$(rewritten)
t_run "unbound: dig" asked $A
t_run "unbound: dig +tcp" asked $A +tcp
t_run "unbound: of $QUESTIONS questions of dnsperf none is lost" asked_much
t_run "unbound: each answer was rewritten" rewritten_since "$before" $((QUESTIONS + 1)) $((QUESTIONS + 1))
t_run "unbound: dig still gets its answers from the unicast address" asked $UNICAST
t_run "unbound ends" stop unbound
t_run "knot starts, on the wildcard address" knot_starts
before=$(rewritten)
t_run "knot: dig" asked $A
t_run "knot: dig +tcp" asked $A +tcp
t_run "knot: of $QUESTIONS questions of dnsperf none is lost" asked_much
t_run "knot chooses the source itself, and is left alone" rewritten_since "$before" 0 0
t_run "knot ends" stop knot
t_run "BIND starts" bind_starts
t_run "BIND has no wildcard socket, and does not know anycast addresses" bind_has_no_wildcard
t_run "BIND: dig and dnsperf, by address translation" bind_translated
t_run "BIND ends" stop named
t_run "chrony starts" time_server
t_run "chrony: one measurement" time_asked
t_run "chrony ends" stop chrony
t_run "keys for QUIC and DTLS" keys
t_run "QUIC: a download from ngtcp2" quic
t_run "DTLS: an echo from GnuTLS, whose answers are rewritten" dtls
t_run "nginx: a download" web
t_run "iperf3 over TCP" iperf_tcp
t_run "a server that connects back is beyond rewriting: iperf3 over UDP" iperf_connects_back
t_run "a server that connects back is beyond rewriting: DTLS from OpenSSL" openssl_connects_back
t_run "iperf3 over UDP, both ways, bound to the address" iperf_bound
HOPS="2001:db8:c::f $UNICAST"
t_run "RFC4443-2.2b: traceroute6 to the address shows unicast ones" traced $A
t_run "traceroute6 through a router that steers" traced_steered
t_run "traceroute6 -I, where echo is answered from the address" traced_by_echo
t_run "RFC4443-2.2b: traceroute6 to a router's subnet-router address" traced_router
t_done
