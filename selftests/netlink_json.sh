#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `ip -json anycast show` follows its schema (lib/show.schema.json), with all options, for a configuration that
# has one of everything. Text, one-line text and JSON say the same.
#
#   peer (p0) --- (h0) host:  d0 2001:db8:1::1/64  d1 down  d2 no prefix  [ vrf red: r0 ]
# kernels: 6.1 6.12
# (It is about what ip prints, which is the same on the debug kernel.)
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"
. "$(dirname "$0")/lib/netlink.sh"
. "$(dirname "$0")/lib/near.sh"

SCHEMA=$(dirname "$0")/lib/show.schema.json
OFF=2001:db8:53::53
REMOTE=2001:db8:55::55
SERVED=2001:db8:56::56

set_up() {
	ns_make peer host
	link_veth peer p0 host h0
	host_devices "d0 2001:db8:1::1/64" "d1 - addrgenmode none" "d2 - addrgenmode none" \
		"r0 2001:db8:2::1/64 master red" "red vrf 100"
	addr_add host h0 2001:db8:3::1/64
	nsip host -batch - <<-END
		link set d1 down
		anycast add $OFF
		anycast add $OFF dev d1
		anycast set $OFF scope 2001:db8::/32
		anycast add $OFF vrf red
		anycast add 2001:db8:1::a dev d0
		anycast add 2001:db8:2::a dev r0
		anycast add 2001:db8:3::a dev h0
		anycast add fe80::a dev d0
		anycast add subnet-router dev d0
		anycast add reserved 7 dev d0
		anycast add home-agents dev r0
		anycast add subnet-router dev d2
		anycast add reserved 3 dev d2
		anycast change subnet-router dev d2 metric 7 area 2001:db8:c::/48
		anycast set $OFF source unicast
		anycast set 2001:db8:1::a source 2001:db8:1::1
		anycast set 2001:db8:3::a source anycast
		anycast set subnet-router dev d2 source unicast
		anycast set reserved 7 dev d0 source 2001:db8:3::1
		anycast add $REMOTE metric 4294967295
		anycast add $REMOTE via 2001:db8:1::98
		anycast add $REMOTE via 2001:db8:1::99 dev d0 metric 0 area 2001:db8:c::/48
		anycast add $REMOTE via 2001:db9::1 area ::/0
		anycast add fe80::a via fe80::99 dev d0
		anycast change $REMOTE via 2001:db8:1::98 lifetime 10000
		anycast change subnet-router dev d2 lifetime 2147483 service udp/53
		anycast set subnet-router dev d2 hold 2147483 announce host
		anycast change $REMOTE via 2001:db8:1::99 dev d0 probe 60000
		anycast set $REMOTE announce host metric 4294967295
		anycast set $OFF hold 1 announce scope
		anycast add $SERVED service tcp/53,udp/53
		anycast set $SERVED announce none
		anycast set $REMOTE affinity source unpinned udp/53,tcp/65535
		anycast set $OFF vrf red unpinned $(seq -s, -f udp/%g 16)
		anycast drain $REMOTE via 2001:db8:1::98
		anycast drain $REMOTE via 2001:db9::1
		anycast drain subnet-router dev d2
	END
	# beyond the limit on joins the address is held by a route
	ns host sysctl -qw net.anycast6.max_joins=0
	nsip host anycast add 2001:db8:54::54
	# an address that the kernel itself holds
	ns host sysctl -qw net.ipv6.conf.h0.forwarding=1
	nsip peer link set p0 down
	settles host 2001:db8:3::a h0:down:link
	addr_add peer p0 2001:db8:3::2/64
}

cat >"$T_DIR/validate.py" <<-'END'
	import json, jsonschema, sys
	schema = json.load(open(sys.argv[1]))
	jsonschema.Draft7Validator.check_schema(schema)
	validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
	wrong = False
	for path in sys.argv[2:]:
	    text = open(path).read()
	    data = json.loads(text, object_pairs_hook=lambda pairs: dict(pairs) if
	                      len(dict(pairs)) == len(pairs) else sys.exit("a name twice: %s" % pairs))
	    for error in validator.iter_errors(data):
	        wrong = True
	        print("%s: %s: %s" % (path, list(error.absolute_path), error.message), error.context)
	sys.exit(wrong)
END

# Python is started only once for all outputs: that takes long on an emulated machine.
validates() {
	local option name=0

	for option in "" -s -d -p "-s -d" "-s -d -p" -c "-N -s"; do
		name=$((name + 1))
		# shellcheck disable=SC2086
		nsip host -j $option anycast show >"$T_DIR/show$name"
	done
	nsip host -j anycast show state down >"$T_DIR/show$((name + 1))"
	nsip host -j anycast show $OFF >"$T_DIR/show$((name + 2))"
	nsip peer -j anycast show >"$T_DIR/show$((name + 3))"
	python3 "$T_DIR/validate.py" "$SCHEMA" "$T_DIR"/show?*
	# the output has something of every kind
	jq -e '[.[].origin] | unique | length == 4' <"$T_DIR/show2"
	jq -e 'map(select(.addresses == 0)) | length == 2' <"$T_DIR/show3"
	jq -e '[.[].members[]? | select(.via) | .area] | unique == [null, "2001:db8:c::/48", "::/0"]' <"$T_DIR/show1"
	jq -e '[.[] | select(.misses) | .address] == ["fe80::a", "'$REMOTE'"]' <"$T_DIR/show2"
	jq -e '[.[].source | values] | unique == ["2001:db8:1::1", "2001:db8:3::1", "anycast", "auto", "unicast"]' <"$T_DIR/show1"
	jq -e 'map(select(.replies | not).origin) | unique == ["kernel", "reserved", "subnet-router"]' <"$T_DIR/show2"
	jq -e '[.[].members[]?.delivery | values] | unique == ["join", "kernel", "route"]' <"$T_DIR/show3"
	jq -e '[.[].members[]?.reason | values] | unique == ["admin", "link", "route", "service"]' <"$T_DIR/show1"
	jq -e '[.[].members[]?.services | values] == [["tcp/53", "udp/53"]]' <"$T_DIR/show1"
	jq -e '[.[] | select(.addresses == 0).services | values] == [["udp/53"]]' <"$T_DIR/show3"
	jq -e '[.[].members[]?.probe | values] == [60000]' <"$T_DIR/show1"
	jq -e '[.[].hold | values] == [1, 2147483]' <"$T_DIR/show1"
	jq -e '[.[].announce | values] | sort == ["host", "host", "none", "scope"]' <"$T_DIR/show1"
	jq -e '[.[].affinity | values] == ["source"]' <"$T_DIR/show1"
	jq -e '[.[].unpinned | values] | map(length) == [16, 2]' <"$T_DIR/show1"
	jq -e '[.[].announce_metric | values] == [4294967295]' <"$T_DIR/show1"
	jq -e '[.[].members[]? | select(.probe).probes | length] == [5]' <"$T_DIR/show2"
	jq -e '[.[] | select(.origin != "kernel").members[]? | (.since | numbers), .changes.up] | length > 20' <"$T_DIR/show2"
	jq -e '[.[].members[]? | select(.draining).state] | sort == ["down", "draining"]' <"$T_DIR/show1"
	jq -e '[.[].members[]? | select(.expires).lifetime] == [10000]' <"$T_DIR/show1"
	jq -e '[.[] | select(.addresses) | select(.draining).lifetime] == [2147483]' <"$T_DIR/show1"
}

# The schema finds an error: the same output with one word changed does not follow it.
schema_can_fail() {
	nsip host -j -s anycast show >"$T_DIR/right"
	python3 "$T_DIR/validate.py" "$SCHEMA" "$T_DIR/right"
	sed '0,/"packets":0/s//"packets":"0"/' "$T_DIR/right" >"$T_DIR/wrong"
	refute python3 "$T_DIR/validate.py" "$SCHEMA" "$T_DIR/wrong"
}

empty() {
	is "$(nsip peer -j anycast show)" "[]"
	is "$(nsip peer anycast show)" ""
	is "$(nsip host -j anycast show 2001:db8::1234)" "[]"
}

# What the text output should be, made from the JSON output by jq.
FROM_JSON='
def word($name): if has($name) then " \($name) \(.[$name])" else "" end;
def seconds($name): if has($name) then " \($name) \(.[$name])s" else "" end;
# times go on, so it counts only that they are shown
def time($key; $name): if has($key) then " \($name) T" else "" end;
def announce: if has("announce_metric") and (has("announce") | not) then " announce" else word("announce") end +
	if has("announce_metric") then " metric \(.announce_metric)" else "" end;
def drains: if .draining and .state != "draining" then " draining" else "" end;
def services: if has("services") then " service " + (.services | join(",")) else "" end;
def unpinned: if has("unpinned") then " unpinned " + (.unpinned | join(",")) else "" end;
def answers: if $details and has("answers") then " answers " + (if .answers then "yes" else "no" end) else "" end;
def related: if .related then " related" else "" end;
def entry: if .origin == "subnet-router" then .origin
	elif .id == 126 then "home-agents" else "reserved \(.id)" end;
.[] | if .address then
	.address + word("vrf") + word("dev") + word("scope") + word("source") + related + word("hold") + announce +
	word("affinity") + unpinned +
	(if .origin == "static" then "" else word("origin") end) + word("id") + word("state") +
	word("packets") + word("bytes"),
	(.misses // empty | "    misses" + word("no_member") + word("loop") + word("forwarding") + word("unpinned") + word("waiting") + word("reset")),
	(.evictions // empty | "    evictions" + word("ended") + word("new") + word("unproven") + word("idle") + word("share")),
	(.replies // empty | "    replies" + word("rewritten") + word("unsafe") + word("own") + word("forgotten") + word("ambiguous")),
	(.members[] | ("   " + word("via") + word("dev") + word("metric") + word("distance") + word("area") +
	 word("state") + word("reason") + drains + time("since"; "for") + seconds("lifetime") +
	 time("expires"; "expires") + services + word("probe") + answers + word("delivery") +
	 (if has("packets") or .state == "draining" then word("active_flows") else "" end) + word("packets") + word("bytes")),
	 (.changes // empty | "        changes" + word("up") + word("draining") + word("down")),
	 (.probes // empty | "        probes" + word("sent") + word("answered") + word("missed") +
	  word("unreachable") + word("refused")))
else
	entry + word("vrf") + word("dev") + word("metric") + word("area") + word("source") + related +
	word("hold") + announce + (if $details then word("addresses") else "" end) + word("state") + drains +
	seconds("lifetime") + services + word("probe")
end'

timeless() { sed -E 's/ (for|expires) [0-9]+\.[0-9]s/ \1 T/g'; }

text_agrees() {
	local option details=false

	for option in "" -s -d "-s -d"; do
		[[ $option != *-d* ]] || details=true
		# shellcheck disable=SC2086
		nsip host -j $option anycast show |
			jq -r --argjson details $details "$FROM_JSON" >"$T_DIR/expected"
		# shellcheck disable=SC2086
		nsip host $option anycast show | timeless >"$T_DIR/text"
		diff "$T_DIR/expected" "$T_DIR/text"
		# shellcheck disable=SC2086
		nsip host -o $option anycast show | timeless | tr '\\' '\n' | diff "$T_DIR/text" -
		is "$(wc -l <"$T_DIR/text")" "$(wc -l <"$T_DIR/expected")"
	done
}

oneline() {
	nsip host anycast set $OFF vrf red unpinned none
	is "$(nsip host -o anycast show $OFF vrf red)" "$OFF vrf red scope ::/0 source auto state up\\    dev anycast1 distance 0 state up"
}

colour() {
	nsip host -c=always anycast show | grep -q $'\e\\['
	refute eval "nsip host -c=never anycast show | grep -q $'\e\\['"
	is "$(nsip host -c=always anycast show | sed 's/\x1b\[[0-9;]*m//g' | timeless)" \
		"$(nsip host anycast show | timeless)"
}

# Counters are numbers, and grow.
statistics() {
	local before

	addr_add peer p0 2001:db8:3::3/64
	nsip peer link set p0 up
	settles host 2001:db8:3::a h0:up
	peer_start
	before=$(nsip host -j -s anycast show 2001:db8:3::a | jq '.[0].packets')
	peer ping peer 2001:db8:3::a
	is "$(nsip host -j -s anycast show 2001:db8:3::a | jq -c '.[0] | [.packets, .bytes, .members[0].packets, .members[0].bytes]')" \
		"[$((before + 1)),104,$((before + 1)),104]"
}

filters() {
	is "$(addresses host dev h0)" "2001:db8:3::a"
	is "$(addresses host vrf red origin static)" "2001:db8:2::a $OFF"
	is "$(addresses host origin subnet-router)" "2001:db8:1:: fe80::"
	is "$(nsip host -j anycast show origin kernel | jq -r '[.[] | .members[0].dev] | unique | join(" ")')" h0
	is "$(addresses host state down)" "2001:db8:3::a $OFF $REMOTE $SERVED"
	is "$(nsip host -j anycast show state down | jq -c '[.[] | select(.address == "'$OFF'") | .members[].dev]')" '["d1"]'
	is "$(addresses host reserved 7)" "2001:db8:1:0:fdff:ffff:ffff:ff87 fe80::fdff:ffff:ffff:ff87"
	is "$(addresses host home-agents dev d0)" ""
}

set_up || exit
t_run "the schema accepts it, with all options" validates
t_run "the schema can refuse" schema_can_fail
t_run "nothing is an empty array" empty
t_run "text, and text in one line, agree with JSON" text_agrees
t_run "one line an address" oneline
t_run "colour is only colour" colour
t_run "filters" filters
t_run "statistics count" statistics
t_done
