#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's own generic client (tools/net/ynl) speaks with the module by the specification alone, so the module
# does what the specification says.
#
#   host:  d0 2001:db8:1::1/64
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/near.sh"

# The top directory: it has ynl/ and docs/ beside the directory that kselftest is installed in.
TOP=$(cd -P "$(dirname "$0")/../../.." && pwd)
A=20010db800010000000000000000000a

set_up() {
	# ynl does not load the module
	modprobe anycast6
	make_host "d0 2001:db8:1::1/64"
	D0=$(nsip host -j link show d0 | jq '.[0].ifindex')
}

# ynl OPTION...: run the client. It first checks the specification against the schema of all specifications.
ynl() { ns host python3 "$TOP/ynl/cli.py" --spec "$TOP/docs/netlink/specs/anycast6.yaml" --output-json "$@"; }

adds() {
	is "$(ynl --do add --json "{\"address\": \"$A\", \"dev\": $D0}")" null
	is "$(members host)" "2001:db8:1::a d0 up join"
	# an address that cannot be an anycast address is refused, with the module's sentence
	refute ynl --do add --json '{"address": "ff020000000000000000000000000001"}' >"$T_DIR/said" 2>&1
	grep -q "a multicast address can't be an anycast address" "$T_DIR/said"
}

sets_and_dumps() {
	ynl --do set --json "{\"address\": \"$A\", \"scope\": \"20010db8000000000000000000000000\", \"scope-len\": 32}"
	ynl --do add --json "{\"origin\": \"reserved\", \"id\": 5, \"dev\": $D0}"
	ynl --dump get >"$T_DIR/dump"
	jq -e --argjson dev "$D0" 'map(select(.address == "2001:db8:1::a"))[0] |
		.scope == "2001:db8::" and .["scope-len"] == 32 and .origin == "static" and .state == "up" and
		.stats.packets == 0 and (.member | length) == 1 and
		(.member[0] | .dev == $dev and .state == "up" and .delivery == "join")' <"$T_DIR/dump"
	jq -e --argjson dev "$D0" 'map(select(.addresses))[0] |
		.origin == "reserved" and .id == 5 and .dev == $dev and .addresses == 2' <"$T_DIR/dump"
	# the same objects as ip shows
	is "$(jq -r '.[].address // "entry"' <"$T_DIR/dump")" \
		"$(nsip host -j -d anycast show | jq -r '.[].address // "entry"')"
	is "$(ynl --dump get --json '{"origin": "static"}' | jq -r '.[].address')" 2001:db8:1::a
}

# The client's own program listens for a fixed time. This one listens until the first event.
cat >"$T_DIR/listen.py" <<-'END'
	import json, select, sys
	sys.path.insert(0, sys.argv[1])
	from lib import YnlFamily
	family = YnlFamily(sys.argv[2])
	family.ntf_subscribe("events")
	print("listening", file=sys.stderr, flush=True)
	while not family.async_msg_queue:
	    if not select.select([family.sock], [], [], 60)[0]:
	        sys.exit("heard nothing")
	    family.check_ntf()
	print(json.dumps(family.async_msg_queue), flush=True)
END

events() {
	background listener host bash -c 'exec python3 "$@" 2>"$0"' "$T_DIR/listener.said" \
		"$T_DIR/listen.py" "$TOP/ynl" "$TOP/docs/netlink/specs/anycast6.yaml"
	wait_for "ynl to listen" 60 grep -q listening "$T_DIR/listener.said"
	nsip host anycast set 2001:db8:1::a scope 2001:db8::/40
	wait_for "ynl to end" 60 eval "! kill -0 $(<"$T_DIR/listener.pid")"
	jq -s -e '.[0][0] | .name == "changed" and .msg.address == "2001:db8:1::a" and .msg["scope-len"] == 40' \
		<"$T_DIR/listener.log"
}

deletes() {
	ynl --do del --json "{\"address\": \"$A\"}"
	ynl --do flush --json '{"origin": "reserved"}'
	is "$(nsip host -j anycast show)" "[]"
}

set_up || exit
t_run "add" adds
t_run "set, dump" sets_and_dumps
t_run "events" events
t_run "del, flush" deletes
t_done
