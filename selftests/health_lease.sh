#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Leases. A member that nobody renews in time is down, so that a health checker that died leaves no black hole.
# Packets that arrive all the same get the answer that the kernel gives by itself.
#
#   client (c0) --- (r0) router (r1) --- (s0) s1   2001:db8:f::1, metric 100
#     2001:db8:c::2            (r2) --- (s0) s2   2001:db8:f::2, metric 200
#   near (n0) --- 2001:db8:1::/64 --- (h0) host   ::1, anycast ::a; [ vrf red: h1 2001:db8:7::1 ]
# cpus: 2
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/servers.sh"
. "$(dirname "$0")/lib/near.sh"

U1=2001:db8:f::1
# How many leases end at the same time.
MANY=1000
# How many leases each namespace has that is deleted.
FEW=50
# Seconds of a short lease: long enough to look at the members that are up, and no longer.
BRIEF=2
[[ ${ANYCAST6_KERNEL-} != debug ]] || BRIEF=8 FEW=10 MANY=200

# ---- a router ----

# A member that is not renewed any more loses its flows, old and new. Once it is renewed, new ones come again.
remote() {
	has_members "1 lifetime 1000" 2
	is "$(ask udp 5000)" 5000=s1
	router change $A via $U1 lifetime 1
	wait_for "the end of the lease" 20 is_state $U1 down lease
	all_ask s2
	is "$(ask udp 5000)" 5000=s2
	is "$(verdicts)" "s1=down s2=chosen"
	router change $A via $U1 lifetime 1000
	is "$(member_state $U1)" up
	all_ask s1
	is "$(ask udp 5000)" 5000=s2
}

# As long as somebody renews it, its state does not change, and no event is sent.
renewed() {
	local begin

	has_members "1 lifetime $BRIEF" 2
	netlink listen router
	begin=$EPOCHSECONDS
	while ((EPOCHSECONDS < begin + BRIEF + 3)); do
		router renew $A via $U1
		pause 0.3
	done
	is "$(netlink events router)" ""
	is "$(member_state $U1)" up
	wait_for "the end of the lease" 20 is_state $U1 down lease
	router renew $A via $U1
	is "$(member_state $U1)" up
	all_ask s1
}

# Another reason for being down is shown first, and a renewal does not hide it.
other_reasons() {
	has_members "1 lifetime 1000" 2
	nsip s1 link set s0 down
	wait_for "the link" 20 is_state $U1 down link
	router renew $A via $U1
	is "$(member_state $U1)" "down link"
	router change $A via $U1 lifetime 1
	nsip s1 link set s0 up
	nsip s1 -6 route replace default via 2001:db8:1::f src $U1
	wait_for "the end of the lease" 60 is_state $U1 down lease
}

# ---- a host ----

# Neighbours no longer find the address. Packets that come all the same get the kernel's own answer.
local_member() {
	nsip host anycast add $ON dev h0 lifetime 1000
	reached near $ON 2001:db8:1::1
	nsip host anycast change $ON dev h0 lifetime 1
	settles host $ON h0:down:lease
	refute peer solicit near n0 2001:db8:1::2 $ON wait=1.2
	nsip near neigh replace $ON lladdr "$(mac host h0)" dev n0
	# a service that runs still answers, and a dead one is refused at once
	reached near $ON 2001:db8:1::1
	refused "refused" peer tcp near $ON 99 10
	is "$(peer ask near udp $ON 99 7000)" 7000=ECONNREFUSED
	nsip near neigh del $ON dev n0
	nsip host anycast change $ON dev h0 lifetime 1000
	is "$(state_of host $ON)" h0:up
	peer solicit near n0 2001:db8:1::2 $ON
	reached near $ON 2001:db8:1::1
	nsip host anycast flush
	unreached near $ON
}

shown() {
	nsip host anycast add $ON dev h0 lifetime 100
	nsip host -j anycast show $ON | jq -e '.[0].members[0] | .lifetime == 100 and .expires > 90 and .expires <= 100'
	nsip host anycast show $ON | grep -E 'lifetime 100s expires (9[0-9]|100)(\.[0-9]+)?s'
	nsip host anycast change $ON dev h0 lifetime 1
	settles host $ON h0:down:lease
	nsip host -j anycast show $ON | jq -e '.[0].members[0] | .lifetime == 1 and .expires == 0'
	# a change that does not name the lifetime does not start it anew
	nsip host anycast change $ON dev h0 metric 5
	is "$(state_of host $ON)" h0:down:lease
	# with lifetime 0, and after replace, the member stays for ever
	nsip host anycast change $ON dev h0 lifetime 0
	is "$(state_of host $ON)" h0:up
	nsip host -j anycast show $ON | jq -e '.[0].members[0] | has("lifetime") or has("expires") | not'
	nsip host anycast change $ON dev h0 lifetime 50
	nsip host anycast replace $ON dev h0
	nsip host -j anycast show $ON | jq -e '.[0].members[0] | has("lifetime") | not'
}

# A health checker can renew everything with one command.
all_of_a_node() {
	nsip host -batch - <<-END
		anycast add $ON dev h0 lifetime $BRIEF
		anycast add $OFF lifetime $BRIEF
		anycast add $OFF vrf red lifetime $BRIEF
		anycast add 2001:db8:7::a dev h1 lifetime $BRIEF
		anycast add 2001:db8:a::b
		anycast add home-agents dev h0 lifetime $BRIEF
	END
	wait_for "all to be over" 20 eval "[[ \$(up) == 2001:db8:a::b ]]"
	nsip host anycast renew all vrf red
	[[ $(up) == "2001:db8:7::a 2001:db8:a::a 2001:db8:a::b" ]]
	wait_for "all to be over" 20 eval "[[ \$(up) == 2001:db8:a::b ]]"
	nsip host anycast change home-agents dev h0 lifetime 1000
	[[ $(up) == "2001:db8:1:0:fdff:ffff:ffff:fffe 2001:db8:a::b fe80::fdff:ffff:ffff:fffe" ]]
	nsip host anycast renew all
	is "$(up | wc -w)" 7
	nsip host anycast flush
	nsip host anycast renew all
}

up() { nsip host -j anycast show state up | jq -r '[.[].address // empty] | sort | join(" ")'; }

# A member keeps its lease, and the time that is left of it, when its device changes the VRF.
follows() {
	nsip host anycast add $OFF dev h1 lifetime 1000
	nsip host link set h1 nomaster
	wait_for "it to follow" 20 eval "[[ \$(query host 'field vrf' anycast show $OFF) == null ]]"
	nsip host -j anycast show $OFF | jq -e '.[0].members[0] | .lifetime == 1000 and .expires < 1000'
	nsip host anycast change $OFF dev h1 lifetime 1
	settles host $OFF h1:down:lease
	nsip host link set h1 master red
	wait_for "it to follow" 20 eval "[[ \$(query host 'field vrf' anycast show $OFF) == red ]]"
	is "$(state_of host $OFF)" h1:down:lease
}

saved() {
	nsip host -batch - <<-END
		anycast add $ON dev h0 lifetime 300 metric 7
		anycast add $OFF via 2001:db8:1::2 lifetime 400
		anycast add subnet-router dev h0 lifetime 500
	END
	nsip host anycast save >"$T_DIR/saved"
	grep -o "lifetime [345]00" "$T_DIR/saved" | sort | xargs
	is "$(grep -o "lifetime [345]00" "$T_DIR/saved" | sort | xargs)" "lifetime 300 lifetime 400 lifetime 500"
	nsip host anycast flush
	nsip host anycast restore <"$T_DIR/saved"
	nsip host anycast save | diff "$T_DIR/saved" -
}

# Each lease that ends makes one event.
many() {
	printf "anycast add 2001:db8:b::%x lifetime 1000\n" $(seq $MANY) | nsip host -batch -
	netlink listen host
	printf "anycast change 2001:db8:b::%x lifetime 3\n" $(seq $MANY) | nsip host -batch -
	wait_for "all to be down" 120 eval "(( \$(query host count anycast show state down) == MANY ))"
	is "$(netlink events host | grep -o 'down' | wc -l)" $MANY
	nsip host anycast renew all
	# by the events: on a busy machine the first leases are over again before the last ones are counted
	is "$(netlink events host | grep -o ':up' | wc -l)" $MANY
}

refusals() {
	nsip host anycast add $ON dev h0
	refused "nothing there has a lifetime" nsip host anycast renew $ON
	refused "nothing there has a lifetime" nsip host anycast renew $ON dev h0
	nsip host anycast add subnet-router dev h0
	refused "nothing there has a lifetime" nsip host anycast renew subnet-router dev h0
	refused "has no such member" nsip host anycast renew $ON via 2001:db8:1::2
	refused "an entry" nsip host anycast change 2001:db8:1:: dev h0 lifetime 5 || true
	refute nsip host anycast change $ON dev h0 lifetime 2147484
	refute nsip host anycast change $ON dev h0 lifetime -1
	refute nsip host anycast change $ON dev h0 lifetime x
	is "$(state_of host $ON)" h0:up
	refused "CAP_NET_ADMIN" ns host setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		ip anycast renew all
}

# The address, the namespace and the module are deleted while leases run out.
gone() {
	local i

	for ((i = 0; i < 5; i++)); do
		ns_make "doomed$i"
		nsip "doomed$i" link add d0 type dummy
		nsip "doomed$i" link set d0 up
		printf "anycast add 2001:db8:b::%x dev d0 lifetime 1\n" $(seq $FEW) | nsip "doomed$i" -batch -
		printf "anycast add 2001:db8:c::%x lifetime 1\n" $(seq $FEW) | nsip "doomed$i" -batch -
	done
	nsip doomed0 anycast flush
	nsip doomed1 link del d0
	wait_for "a lease to be over" 20 eval "nsip doomed2 anycast show | grep -q 'reason lease'"
	ns_del doomed3
	printf "anycast add 2001:db8:b::%x lifetime 1\n" $(seq $((2 * FEW))) | nsip host -batch -
	wait_for "a lease to be over" 20 eval "nsip host anycast show | grep -q 'reason lease'"
	printf "anycast renew all\n%.0s" {1..20} | nsip host -batch -
	modprobe -r anycast6
	modprobe anycast6
}

peer_start
netlink_start
make_servers 2
t_run "a remote member: it is left when its lease is over" remote
t_run "as long as it is renewed nothing happens" renewed
t_run "other failures are told first" other_reasons
make_near
serve_all host 7
t_run "RFC4786-4.4.1: a local member: it is not found, and what arrives is answered" fresh local_member
t_run "lifetime and expires are shown, changed, ended" fresh shown
t_run "one renewal for all of a node, or of a VRF" fresh all_of_a_node
t_run "a device changes its VRF" fresh follows
t_run "saved and restored" fresh saved
t_run "$MANY leases are over at once" fresh many
t_run "what is refused" fresh refusals
t_run "addresses, namespaces and the module go" fresh gone
t_done
