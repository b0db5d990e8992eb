#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which addresses the entries "subnet-router" and "reserved ID" stand for, for every kind of prefix. Each of them
# is answered on the wire, and none of them can be a unicast address as well. Some prefixes have none.
#
#   client (c0) --- prefix of the case --- (h0) host
#     prefix:…2                            prefix:…1
# kernels: 6.1 6.12
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"

# with PREFIX-START LENGTH COMMAND...: run it with the addresses PREFIX-START 1 and 2 on host and client.
with() {
	# what a case before this one left goes first
	nsip host -batch - <<-END
		anycast flush
		address flush dev h0 scope global
		address add ${1}1/$2 dev h0 nodad
	END
	nsip client -batch - <<-END
		address flush dev c0 scope global
		address add ${1}2/$2 dev c0 nodad
	END
	"${@:3}"
}

# every PREFIX-START LENGTH SUBNET-ROUTER HOME-AGENTS ID-0 ID-127: the addresses that the entries stand
# for, as ip shows them, - for none; and each of them is answered.
every() { with "$1" "$2" every_entry "$@"; }

every_entry() {
	local address

	nsip host -batch - <<-END
		anycast add subnet-router dev h0
		anycast add home-agents dev h0
		anycast add reserved 0 dev h0
		anycast add reserved 127 dev h0
	END
	is "$(stood_for)" "$(printf '%s\n' "subnet-router $3" "126 $4" "0 $5" "127 $6" | grep -v -e '-$' | sort)"
	for address in "${@:3}"; do
		[[ $address == - ]] || reached client "$address" "${1}1"
	done
}

# stood_for: each address that is not link-local, behind the entry that makes it.
stood_for() { query host entries anycast show; }

only_the_identifier() { [[ $(stood_for) == "0 2001:db8:121::" ]]; }

# An address that two entries make goes with the last of them.
shared() { with 2001:db8:121:: 121 shared_entries; }

shared_entries() {
	nsip host anycast add subnet-router dev h0
	nsip host anycast add reserved 0 dev h0
	is "$(stood_for)" "subnet-router 2001:db8:121::"
	nsip host anycast del subnet-router dev h0
	wait_for "the other entry's turn" 10 only_the_identifier
	reached client 2001:db8:121:: 2001:db8:121::1
	nsip host anycast del reserved 0 dev h0
	is "$(stood_for)" ""
}

# The scope of an entry's address is the prefix. It shows which identifier it is.
shown() {
	with 2001:db8:64:: 64 shown_entry
}

shown_entry() {
	nsip host anycast add reserved 5 dev h0
	is "$(nsip host -j anycast show 2001:db8:64:0:fdff:ffff:ffff:ff85 |
		jq -rc '.[] | [.scope, .origin, .id, .members[0].dev]')" \
		'["2001:db8:64::/64","reserved",5,"h0"]'
	nsip host anycast flush
}

linklocal() {
	local unicast

	nsip host anycast flush
	nsip host address flush dev h0 scope global
	unicast=$(lladdr host h0)
	nsip host anycast add home-agents dev h0
	nsip host anycast add subnet-router dev h0
	is "$(addresses host)" "fe80:: fe80::fdff:ffff:ffff:fffe"
	reached client fe80::fdff:ffff:ffff:fffe%c0 "$unicast"
	reached client fe80::%c0 "$unicast"
	nsip host anycast flush
}

no_identifiers() {
	nsip host anycast flush
	refused "" nsip host anycast add reserved 128 dev h0
	refused "" nsip host anycast add reserved -1 dev h0
	is "$(nsip host anycast show)" ""
}

unicast_refused() { with 2001:db8:64:: 64 unicast_refused_here; }

unicast_refused_here() {
	local reserved=2001:db8:64:0:fdff:ffff:ffff:fffe

	# without the entry it can be a unicast address
	addr_add host h0 "$reserved/64"
	nsip host address del "$reserved/64" dev h0

	nsip host anycast add home-agents dev h0
	refused "this is an anycast address of this node" nsip host address add "$reserved/64" dev h0
	refused "this is an anycast address of this node" nsip host address add "$reserved/128" dev lo
	refute grep "$reserved" <(nsip host -6 address show)
	is "$(peer ping client "$reserved")" 2001:db8:64::1
	nsip host anycast del home-agents dev h0
	addr_add host h0 "$reserved/64"
	# and the other way round: the address that is unicast already is left alone
	nsip host anycast add home-agents dev h0
	refute grep "$reserved" <(addresses host)
	is "$(peer ping client "$reserved")" "$reserved"
	nsip host anycast del home-agents dev h0
	is "$(peer ping client "$reserved")" "$reserved"
}

peer_start
ns_make client host
link_veth client c0 host h0
serve_all host
wait_for "the host's link-local address" 10 linklocal_usable host h0
wait_for "the client's link-local address" 10 linklocal_usable client c0

t_run "RFC2526-2-eui64: /64" every 2001:db8:64:: 64 \
	2001:db8:64:: 2001:db8:64:0:fdff:ffff:ffff:fffe \
	2001:db8:64:0:fdff:ffff:ffff:ff80 2001:db8:64:0:fdff:ffff:ffff:ffff
t_run "RFC2526-2-eui64: /64 of unique local addresses" every fd00:db8:64:: 64 \
	fd00:db8:64:: fd00:db8:64:0:fdff:ffff:ffff:fffe \
	fd00:db8:64:0:fdff:ffff:ffff:ff80 fd00:db8:64:0:fdff:ffff:ffff:ffff
t_run "RFC2526-2-eui64: link-local" linklocal
t_run "RFC2526-2-other: /64 that starts with binary 000" every 1001:db8:64:: 64 \
	1001:db8:64:: 1001:db8:64:0:ffff:ffff:ffff:fffe \
	1001:db8:64:0:ffff:ffff:ffff:ff80 1001:db8:64:0:ffff:ffff:ffff:ffff
t_run "RFC2526-2-other: /48" every 2001:db8:48:: 48 \
	2001:db8:48:: 2001:db8:48:ffff:ffff:ffff:ffff:fffe \
	2001:db8:48:ffff:ffff:ffff:ffff:ff80 2001:db8:48:ffff:ffff:ffff:ffff:ffff
t_run "RFC2526-2-other: /112" every 2001:db8:112:: 112 \
	2001:db8:112:: 2001:db8:112::fffe 2001:db8:112::ff80 2001:db8:112::ffff
t_run "RFC2526-2-other: /120" every 2001:db8:120:: 120 \
	2001:db8:120:: 2001:db8:120::fe 2001:db8:120::80 2001:db8:120::ff
t_run "RFC2526-2-other: /121, identifiers fill it" every 2001:db8:121:: 121 \
	2001:db8:121:: 2001:db8:121::7e - 2001:db8:121::7f
t_run "RFC2526-2-other: /121, its first identifier is the subnet-router address" shared
t_run "RFC2526-2-other: /122 has no room for identifiers" every 2001:db8:122:: 122 \
	2001:db8:122:: - - -
t_run "RFC6164-6: /126 has a subnet-router address only" every 2001:db8:126:: 126 \
	2001:db8:126:: - - -
t_run "RFC6164-6: /127 has none" every 2001:db8:127::10 127 - - - -
t_run "RFC6164-6: /128 has none" every 2001:db8:128:: 128 - - - -
t_run "what an entry stands for is shown" shown
t_run "RFC2526-3: identifiers are 0 to 127" no_identifiers
t_run "RFC2526-2-unicast: reserved and configured, it can't be unicast" unicast_refused
t_done
