#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The first `ip anycast` command loads the module, and nothing else does. It can be unloaded again.
#
#   this system alone
. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/lib/peer.sh"

loaded() { [[ -d /sys/module/anycast6 ]]; }

unload() {
	! loaded || modprobe -r anycast6
	refute loaded
}

first_command() {
	unload
	# commands that do not ask the kernel do not load it
	ip anycast help 2>/dev/null
	refute loaded
	refute ip anycast add 2>/dev/null
	refute loaded
	is "$(ip anycast "$@")" ""
	loaded
	[[ -d /proc/sys/net/anycast6 ]]
	unload
	refute [ -d /proc/sys/net/anycast6 ]
}

# The first command in any namespace loads it for all of them.
in_namespace() {
	unload
	nsip host anycast add 2001:db8::1
	loaded
	is "$(ip anycast show)" ""
	is "$(addresses host)" "2001:db8::1"
	unload
	refute nsip host link show anycast0
}

alias_of() {
	modinfo -F alias anycast6 | grep -qx 'net-pf-16-proto-16-family-anycast6'
	is "$(modinfo -F license anycast6)" GPL
}

not_there() {
	unload
	echo "install anycast6 /bin/false" >/run/modprobe.d/anycast6-test.conf
	refused 'The kernel module "anycast6" is neither loaded nor found.' ip anycast show
	rm /run/modprobe.d/anycast6-test.conf
}

mkdir -p /run/modprobe.d
rm -f /run/modprobe.d/anycast6-test.conf
ns_make host || exit
t_run "the family's alias is the module's" alias_of
t_run "show loads it" first_command show
t_run "monitor's and save's socket does, too" first_command save
t_run "in a namespace" in_namespace
t_run "a module that is not there is said to be so" not_there
modprobe anycast6
t_done
