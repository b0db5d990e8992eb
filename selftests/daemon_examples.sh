#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two worked examples with BIRD and OSPFv3. In each, two nodes hold an address, and either of them may die: a
# rendezvous point of PIM (Anycast-RP, RFC 4610), and the relay of 6to4 (RFC 3068). lib/sites.sh draws the
# topology: h1 and h2 are the two; r1 is the designated router of PIM, or has the 6to4 site behind it.
# cpus: 2
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/sites.sh"

RP=2001:db8:ff::1
RELAY=2002:c058:6301::

bird_start() {
	local node

	for node in $SITES_NODES; do
		site_config "$node" bird-ospf >"$T_DIR/$node.conf"
		background "bird-$node" "$node" bird -f -c "$T_DIR/$node.conf" -s "$T_DIR/$node.ctl"
	done
}

# leads NODE ADDRESS DEV: packets from the node to the address leave by this device. For wait_for.
leads() { [[ $(nsip "$1" -6 -o route get "$2" 2>/dev/null) == *" dev $3 "* ]]; }

# dies N, lives N: hN dies without telling anybody, and comes back.
dies() {
	kill -9 "$(<"$T_DIR/bird-h$1.pid")"
	nsip "h$1" link set uplink down
}
lives() {
	nsip "h$1" link set uplink up
	background "bird-h$1" "h$1" bird -f -c "$T_DIR/h$1.conf" -s "$T_DIR/h$1.ctl"
}

# either ADDRESS FUNCTION: FUNCTION N holds while hN is the one that is reached from r1.
either() {
	wait_for "h1" 60 leads r1 "$1" host
	$2 1
	dies 1
	wait_for "h2" 60 leads r1 "$1" site
	wait_for "the way back from h2" 60 leads h2 2001:db8:c::2 uplink
	$2 2
	lives 1
	wait_for "h1" 60 leads r1 "$1" host
	wait_for "the way back from h1" 60 leads h1 2001:db8:c::2 uplink
	dies 2
	$2 1
	lives 2
}

# A designated router sends the first packets of a source to the RP in PIM's own protocol, number 103.
registers() {
	wait_for "the RP to listen" 20 eval "ns h$1 ss -Hlw6n | grep -q ':103'"
	wait_for "a register at h$1" 20 registered "$1"
}

registered() {
	local before

	before=$(wc -c <"$T_DIR/rp-h$1.log")
	echo register | ns r1 socat -u - "IP6-SENDTO:[$RP]:103" && pause 0.1
	(($(wc -c <"$T_DIR/rp-h$1.log") > before))
}

rendezvous() {
	local i

	for i in 1 2; do
		nsip "h$i" anycast add $RP
		background "rp-h$i" "h$i" socat -u IP6-RECV:103 -
	done
	either $RP registers
}

# relays N: hN answers at the address that a 6to4 site has as its gateway.
relays() { is "$(peer ping client $RELAY)" "2001:db8:$1::1"; }

relay() {
	nsip h1 anycast add $RELAY
	nsip h2 anycast add $RELAY
	either $RELAY relays
}

peer_start watch.py
make_sites
must "BIRD begins" bird_start
t_run "Anycast-RP: either rendezvous point may die" rendezvous
t_run "6to4: either relay may die" relay
t_done
