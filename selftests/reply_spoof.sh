#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Forged packets to an anycast address gain nothing. What this host sends of its own accord (NTP, IKE, tunnels)
# leaves from where it left before, answers to other clients go on, and memory is bounded.
#
#   client (c0) --- 2001:db8:1::/64 --- (h0) host, anycast 2001:db8:1::a
#     ::2, a server that the host asks,      ::1
#     and whoever forges its packets
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/answers.sh"

# speak NAME PORT: a socket of the host sends a datagram to this port of the client. Prints its source.
speak() { peer speak host "$1" c0 "client-$T_ID" $CLIENT "$2"; }

# forge PORT TO [COUNT]: packets to the anycast address that look as if the client had sent them.
forge() {
	local i

	for ((i = 0; i < ${3-1}; i++)); do
		peer inject client $CLIENT $A udp "$1" "$2" size=48
	done
}

# The control: to a real question, a socket of the same kind answers from the anycast address.
control() {
	peer speaker host ntp 123
	forge 9123 123
	is "$(speak ntp 9123)" $A
	is "$(count_replies own)" 0
}

# own_flow NAME PORT [COUNT]: the host opened this flow, so forged packets of it change no source.
own_flow() {
	local before

	is "$(speak "$1" "$2")" $UNICAST
	before=$(count_replies own)
	forge "$2" "$2" "${3-1}"
	is "$(speak "$1" "$2")" $UNICAST
	is $(($(count_replies own) - before)) "${3-1}"
	forge "$2" "$2"
	is "$(speak "$1" "$2")" $UNICAST
}

ntp() { own_flow ntp 123; }

ike() {
	peer speaker host ike 500
	own_flow ike 500
}

# Many forged packets do not change it either.
often() { own_flow ntp 123 30; }

# The same after the server's own answers, which come to the host's unicast address.
answered() {
	peer speaker host dns 5353
	is "$(speak dns 53)" $UNICAST
	peer inject client $CLIENT $UNICAST udp 53 5353 size=48
	forge 53 5353
	is "$(speak dns 53)" $UNICAST
	peer inject client $CLIENT $UNICAST udp 53 5353 size=48
	is "$(speak dns 53)" $UNICAST
}

udplite() {
	local before

	peer speaker host lite 124 lite
	is "$(speak lite 124)" $UNICAST
	before=$(count_replies own)
	# the socket reads nothing, so there is no answer
	refute peer exchange client c0 $CLIENT $A lite 124 sport=124 wait=0.2
	is $(($(count_replies own) - before)) 1
	is "$(speak lite 124)" $UNICAST
}

# The table of initiators (who opened a flow) has no room for so many flows. It keeps those that last the longest.
lasting() {
	local before many=20000

	[[ ${ANYCAST6_KERNEL-} != debug ]] || many=5000
	is "$(speak ntp 1123)" $UNICAST
	# a flow counts as lasting if it goes on after two seconds
	pause 2.5
	is "$(speak ntp 1123)" $UNICAST
	peer storm client 2001:db8:f:: $UNICAST 123 $many
	before=$(count_replies own)
	forge 1123 123
	is "$(speak ntp 1123)" $UNICAST
	is $(($(count_replies own) - before)) 1
}

# Ports tell flows apart, too, not addresses alone.
other_flows() {
	is "$(speak ntp 2123)" $UNICAST
	forge 2123 123
	forge 2124 123
	is "$(speak ntp 2123)" $UNICAST
	is "$(speak ntp 2124)" $A
}

# ---- sockets that are not remembered ----

# ESP in UDP (IKE): the peer would follow the source of the host's packets, so one forged packet could move it.
espinudp() {
	peer speaker host esp 4500 encap=2
	forge 4500 4500
	is "$(speak esp 4500)" $UNICAST
	forge 4501 4500
	is "$(speak esp 4501)" $UNICAST
}

connected() {
	peer speaker host conn 4600 to=$CLIENT,4601
	peer speaker host beside 4600
	forge 4601 4600
	is "$(speak conn 4601)" $UNICAST
}

bound() {
	peer speaker host bound 4700 src=$UNICAST
	peer speaker host beside 4700
	forge 4700 4700
	is "$(speak bound 4700)" $UNICAST
}

nobody() {
	# forged before the socket is there: it counts for nothing later
	forge 4800 4800
	peer speaker host late 4800
	is "$(speak late 4800)" $UNICAST
}

# A WireGuard tunnel that is reached at the anycast address: the kernel chooses its source itself.
wireguard() {
	local name number port key keys=([1]="$(wg genkey)" [2]="$(wg genkey)")

	while read -r name number port; do
		key=$(wg pubkey <<<"${keys[3 - number]}")
		nsip "$name" link add wg0 type wireguard
		nsip "$name" address add "2001:db8:66::$number/64" dev wg0 nodad
		echo "${keys[number]}" >"$T_DIR/key"
		ns "$name" wg set wg0 listen-port "$port" private-key "$T_DIR/key" peer "$key" allowed-ips ::/0
		nsip "$name" link set wg0 up
	done <<-END
		host 1 51820
		client 2 51821
	END
	# the client's peer is the host
	ns client wg set wg0 peer "$(wg pubkey <<<"${keys[1]}")" endpoint "[$A]:51820"
	peer watch client client c0
	is "$(peer ping client 2001:db8:66::1)" 2001:db8:66::1
	forge 51821 51820 3
	is "$(peer ping host 2001:db8:66::2)" 2001:db8:66::2
	peer seen client client "^$UNICAST>.*/udp-51820-51821" least=2
	is "$(peer seen client client "^$A>.*/udp-51820-51821")" ""
}

# The same where the address says that all answers leave from it, and a client's firewall lets in nothing else.
wireguard_at_address() {
	local name i

	ns client nft -f - <<-END
		table ip6 fw {
			chain in {
				type filter hook input priority 0
				iifname "c0" meta l4proto udp ct state new drop
			}
		}
	END
	nsip host anycast set $A source anycast
	# both forget what they knew of each other; addresses go with the link
	for name in host client; do
		nsip $name link set wg0 down
		nsip $name link set wg0 up
	done
	nsip host address add 2001:db8:66::1/64 dev wg0 nodad
	nsip client address add 2001:db8:66::2/64 dev wg0 nodad
	ns client wg set wg0 peer "$(ns host wg show wg0 public-key)" endpoint "[$A]:51820"
	peer watch client client c0
	is "$(peer ping client 2001:db8:66::1)" 2001:db8:66::1
	is "$(peer ping host 2001:db8:66::2)" 2001:db8:66::2
	# forged packets to another address do not move it
	for ((i = 0; i < 5; i++)); do
		peer inject client $CLIENT $UNICAST udp 51821 51820 size=48
	done
	is "$(peer ping host 2001:db8:66::2)" 2001:db8:66::2
	is "$(peer ping client 2001:db8:66::1)" 2001:db8:66::1
	peer seen client client "^$A>.*/udp-51820-51821" least=4
	is "$(peer seen client client "^$UNICAST>.*/udp-51820-51821")" ""
	nsip host anycast set $A source auto
	ns client nft delete table ip6 fw
}

# ---- floods ----

# A flood of packets that are delivered, but that nobody reads.
flood() {
	local rounds=10 each=10000 i

	[[ ${ANYCAST6_KERNEL-} != debug ]] || rounds=3 each=1500
	peer speaker host flooded 12
	for ((i = 0; i < rounds; i++)); do
		peer storm client 2001:db8:e:: $A 12 $each first=$((i * each))
		is "$(asked $A udp)" $A
		is "$(asked $A udp sport=42000)" $A
		is "$(asked $UNICAST udp sport=42001)" $UNICAST
		is "$(speak ntp 123)" $UNICAST
	done
}

# A new peer takes the place of an old one when there is no room.
bounded() {
	local sent=5000 most=1000

	nsip host anycast del $A
	ns host sysctl -qw net.anycast6.max_flows=$most
	nsip host anycast add $A dev h0
	peer storm client 2001:db8:d:: $A 12 $sent
	is "$(asked $A udp)" $A
	echo "forgotten: $(count_replies forgotten)"
	(($(count_replies forgotten) >= sent - most && $(count_replies forgotten) <= sent))
	# the last ones are still remembered
	is "$(asked $A udp sport=42010)" $A
}

# With max_flows 0 nothing is rewritten, which is counted.
no_room() {
	local before

	ns host sysctl -qw net.anycast6.max_flows=0
	before=$(count_replies forgotten)
	is "$(asked $A udp)" $UNICAST
	is "$(asked $UNICAST udp)" $UNICAST
	is $(($(count_replies forgotten) - before)) 1
	ns host sysctl -qw net.anycast6.max_flows=262144
	is "$(asked $A udp)" $A
}

# ---- time ----

# A question is remembered for 30 seconds if it is not answered.
expiry() {
	local begin seconds before

	peer speaker host slow 13
	before=$(count_replies own)
	forge 43000 13
	forge 43001 13
	begin=${EPOCHREALTIME/./}
	pause 26
	is "$(speak slow 43001)" $A
	pause 6
	seconds=$(((${EPOCHREALTIME/./} - begin) / 1000000))
	echo "after $seconds s"
	is "$(speak slow 43000)" $UNICAST
	# one that was answered is remembered for longer
	is "$(speak slow 43001)" $A
	# the host's late packet did not make it the host's own flow
	forge 43000 13
	is "$(speak slow 43000)" $A
	is "$(count_replies own)" "$before"
}

peer_start answers.py
make_asked || exit
nsip host anycast add $A dev h0
# From here on both sides know their neighbour, and no packet waits for that.
wait_for "an answer" 20 asked $A udp
# In the first second what leaves may answer a packet that came before the address, so no initiator is noted.
pause 1.2
t_run "control: what answers a packet to the address leaves from there" control
t_run "a flow of this host's own, NTP" ntp
t_run "a flow of this host's own, IKE" ike
t_run "many forged packets" often
t_run "forged between the answers of the true server" answered
t_run "UDP-Lite" udplite
t_run "of a flow that lasts, when there is no room for all" lasting
t_run "other ports are other flows" other_flows
t_run "a socket with UDP_ENCAP (ESP)" espinudp
# The debug kernel has no WireGuard.
if modprobe -q wireguard; then
	t_run "WireGuard" wireguard
	t_run "WireGuard, and the address is the source of all answers" wireguard_at_address
fi
t_run "a connected socket" connected
t_run "a bound socket" bound
t_run "a packet that came before the socket was there" nobody
t_run "a flood from everywhere does not stop answers" flood
t_run "what is remembered is bounded, and what is not is counted" bounded
t_run "without any room nothing is rewritten" no_room
# Half a minute of waiting would show nothing more on the debug kernel.
[[ ${ANYCAST6_KERNEL-} == debug ]] || t_run "it is remembered for seconds" expiry
t_done
