#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# save | flush | restore | save gives the same file, for everything that can be configured. Restoring twice is no
# error, and a line that fails is reported by its number.
#
#   host:  d0 2001:db8:1::1/64   odd names (a'b  c"d  e\f  dev  -x)   [ vrf red: r0 2001:db8:2::1/64 ]
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/near.sh"

OFF=2001:db8:53::53
REMOTE=2001:db8:55::55
# How many addresses a large file has, how often the configuration changes, and how often it is saved meanwhile.
LARGE=2000 CHANGES=100 SAVES=20
[[ ${ANYCAST6_KERNEL-} != debug ]] || LARGE=500 CHANGES=30 SAVES=6
ODD=("a'b" 'c"d' 'e\f' dev vrf -x help add 'ä' '[1]' '$x')

set_up() {
	local name

	make_host "d0 2001:db8:1::1/64" "r0 2001:db8:2::1/64 master red" "red vrf 100" || return
	nsip host -batch - <<-END
		anycast add $OFF
		anycast add $OFF dev d0
		anycast set $OFF scope 2001:db8:53::/48
		anycast add $OFF vrf red
		anycast set $OFF vrf red scope 2001:db8::/32
		anycast add 2001:db8:1::a dev d0
		anycast set 2001:db8:1::a scope 2001:db8:1::a/128
		anycast add 2001:db8:2::a dev r0
		anycast add fe80::a dev d0
		anycast set fe80::a dev d0 scope fe80::/10
		anycast add fe80::a dev r0
		anycast add subnet-router dev d0
		anycast add reserved 0 dev d0
		anycast add reserved 127 dev r0
		anycast add home-agents dev r0
		anycast add subnet-router dev r0 metric 4294967295 area 2001:db8:c::/48
		anycast add $REMOTE via 2001:db8:1::99 probe 60000
		anycast add $REMOTE via 2001:db8:1::98 dev d0 metric 0
		anycast set $REMOTE scope 2001:db8::/32
		anycast add $REMOTE via 2001:db8:900::1 metric 7 area 2001:db8:c::/48
		anycast add $REMOTE metric 10 area ::/0
		anycast add $REMOTE vrf red via 2001:db8:2::99
		anycast add fe80::a via fe80::99 dev d0 metric 3
		anycast set $OFF source unicast
		anycast set $OFF vrf red source 2001:db8:2::1
		anycast set home-agents dev r0 source anycast
		anycast set subnet-router dev r0 source 2001:db8:2::1
		anycast change $REMOTE lifetime 2147483 service udp/53,tcp/53
		anycast change home-agents dev r0 lifetime 7000 service tcp/443 probe 50000
		anycast set home-agents dev r0 hold 5 announce scope metric 7
		anycast set $REMOTE hold 2147483
		anycast set $OFF announce scope metric 4294967295
		anycast set $OFF vrf red announce none hold 1
		anycast set 2001:db8:1::a announce host
		anycast set $REMOTE affinity source unpinned $(seq -s, -f udp/%g 65520 65535)
		anycast set $OFF vrf red unpinned tcp/53,udp/53
		anycast drain $REMOTE via 2001:db8:1::98 dev d0
		anycast drain $REMOTE
		anycast drain subnet-router dev d0
	END
	nsip host anycast set fe80::a dev d0 source "$(lladdr host d0)" || return
	for name in "${ODD[@]}"; do
		nsip host link add name "$name" type dummy || return
		nsip host anycast add 2001:db8:77::1 dev "$name" || return
		nsip host anycast add subnet-router dev "$name" || return
	done
}

# state: all that is configured, and how it is held. The names of the module's own devices differ each time, so they
# are replaced.
state() {
	nsip host -j -d anycast show | sed 's/"anycast[0-9]*"/"own"/g' | jq -Sc '.[] | .members |= (. // [] | map(del(.expires)) | sort)' | sort
	ns host awk '{ print $2, $3, $4 }' /proc/net/anycast6 | sed 's/^anycast[0-9]*/own/' | sort
}

# The file keeps the order in which addresses, and the members of each, were made.
round_trip() {
	local before

	nsip host anycast save >"$T_DIR/first"
	before=$(state)
	is "$(wc -l <"$T_DIR/first")" $((41 + 2 * ${#ODD[@]}))
	nsip host anycast flush
	is "$(nsip host -j anycast show)" "[]"
	nsip host anycast restore <"$T_DIR/first"
	is "$(state)" "$before"
	nsip host anycast save | diff "$T_DIR/first" -
}

twice() {
	local before

	nsip host anycast save >"$T_DIR/first"
	before=$(state)
	nsip host anycast restore <"$T_DIR/first"
	nsip host anycast restore <"$T_DIR/first"
	is "$(state)" "$before"
}

# ip -batch reads the file, too
batch() {
	nsip host anycast save >"$T_DIR/first"
	nsip host anycast flush
	nsip host -batch "$T_DIR/first"
	nsip host anycast save | diff "$T_DIR/first" -
}

# A configured member beside one that an entry makes: only the first is in the file.
beside_an_entry() {
	local before

	nsip host anycast flush
	nsip host anycast add subnet-router dev d0
	nsip host anycast set subnet-router dev d0 source unicast
	nsip host anycast add 2001:db8:1:: dev "a'b"
	before=$(state)
	nsip host anycast save >"$T_DIR/first"
	nsip host anycast flush
	nsip host anycast restore <"$T_DIR/first"
	is "$(state)" "$before"
	nsip host anycast restore <"$T_DIR/first"
	is "$(state)" "$before"
	is "$(grep -c source "$T_DIR/first")" 1
}

made_by_kernel() {
	nsip host anycast flush
	ns host sysctl -qw net.ipv6.conf.d0.forwarding=1
	nsip host anycast show origin kernel | grep -q 2001:db8:1::
	is "$(nsip host anycast save)" ""
	ns host sysctl -qw net.ipv6.conf.d0.forwarding=0
}

large() {
	local i

	nsip host anycast flush
	for ((i = 0; i < LARGE; i++)); do
		echo "anycast replace 2001:db8:99::1:$((i + 1)) dev d0"
	done >"$T_DIR/large"
	nsip host anycast restore <"$T_DIR/large"
	diff <(sort "$T_DIR/large") <(nsip host anycast save | sort) | head
	nsip host anycast flush
}

# The address is there already, with another scope, which does not contain all members of the file.
wider() {
	nsip host anycast save >"$T_DIR/first"
	nsip host anycast del $REMOTE via 2001:db8:900::1
	nsip host anycast set $REMOTE scope 2001:db8::/40
	nsip host anycast restore <"$T_DIR/first"
	is "$(nsip host anycast save | sort)" "$(sort "$T_DIR/first")"
}

fails_at() {
	local said status=0

	nsip host anycast flush
	said=$(nsip host anycast restore 2>&1 <<-END
		# a comment is a line, too
		anycast add $OFF

		anycast add 2001:db8:53::54 dev nowhere
		anycast add 2001:db8:53::55
	END
	) || status=$?
	is $status 1
	is "$said" 'Cannot find device "nowhere"
Command failed -:4'
	is "$(addresses host)" "$OFF"
}

forced() {
	local said status=0

	nsip host anycast flush
	said=$(nsip host -force anycast restore 2>&1 <<-END
		anycast add $OFF
		anycast add ff02::1
		anycast add $OFF
		anycast add 2001:db8:53::55
	END
	) || status=$?
	is $status 1
	is "$said" "Error: anycast6: a multicast address can't be an anycast address.
Command failed -:2
Error: anycast6: the address has this member already.
Command failed -:3"
	is "$(addresses host)" "$OFF 2001:db8:53::55"
}

only_anycast() {
	local status=0

	nsip host anycast restore <<<"link del d0" 2>"$T_DIR/said" || status=$?
	is $status 1
	grep -q 'only "anycast" commands can be restored' "$T_DIR/said"
	nsip host link show d0
}

# If a batch file cannot name a device, nothing is saved, so that no wrong file is made.
impossible_name() {
	local said status=0

	nsip host link add name 'g#h' type dummy
	nsip host anycast add $OFF dev 'g#h'
	said=$(nsip host anycast save 2>&1) || status=$?
	nsip host link del 'g#h'
	refute [ $status = 0 ]
	is "$said" "Error: a batch file cannot name the device g#h"
}

# A file that is saved during changes holds a configuration that was there at one time.
while_changing() {
	local i

	nsip host anycast flush
	for ((i = 0; i < CHANGES; i++)); do
		echo "anycast add 2001:db8:60::1"
		echo "anycast add 2001:db8:60::2 dev d0"
		echo "anycast del 2001:db8:60::2"
		echo "anycast del 2001:db8:60::1"
	done >"$T_DIR/changes"
	background writer host ip -batch "$T_DIR/changes"
	for ((i = 0; i < SAVES; i++)); do
		nsip host anycast save >"$T_DIR/saved" 2>"$T_DIR/said" || {
			grep -q "keeps changing" "$T_DIR/said" && is "$(wc -c <"$T_DIR/saved")" 0
			continue
		}
		if grep -q 2001:db8:60::2 "$T_DIR/saved"; then
			grep -q 2001:db8:60::1 "$T_DIR/saved"
		fi
	done
	wait_for "the writer" 40 eval "! kill -0 $(<"$T_DIR/writer.pid")"
	is "$(cat "$T_DIR/writer.log")" ""
	is "$(addresses host)" ""
}

full_disk() {
	nsip host anycast add 2001:db8:60::1
	refute eval "nsip host anycast save >/dev/full"
}

set_up || exit
t_run "save, flush, restore, save" round_trip
t_run "restoring twice" twice
t_run "restoring where the scope is less" wider
t_run "a saved file is a batch file" batch
t_run "a configured member beside one that an entry makes" beside_an_entry
t_run "what the kernel made is not saved" made_by_kernel
t_run "$LARGE addresses" large
t_run "the line that fails is reported" fails_at
t_run "-force goes on" forced
t_run "only anycast commands are restored" only_anycast
t_run "a device that a batch file cannot name" impossible_name
t_run "saving while it changes" while_changing
t_run "a disk that is full" full_disk
t_done
