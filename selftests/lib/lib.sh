# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What all selftests share: TAP, namespaces and links that go away by themselves, waiting, captures. Sourced by
# each test: . "$(dirname "$0")/lib/lib.sh". A test must end with t_done: without a plan it counts as failed.

T_NAME=$(basename "$0" .sh)
# A part of the names of namespaces: what a test that was killed has left is not in the way of the next one.
T_ID=$$
T_DIR=$(mktemp -d)
T_COUNT=0
T_FAILED=0
T_SKIPPED=0
# Nobody writes to this pipe: to read from it with a time-out is to sleep without starting a process.
exec {T_NEVER}<> <(:)

t_clean() {
	local pid name

	# The lists are files, because a test case is a subshell and may have started things, too.
	while read -r pid; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done < <(tac "$T_DIR/pids" 2>/dev/null)
	while read -r name; do
		# shellcheck disable=SC2046
		kill -9 $(ip netns pids "$name" 2>/dev/null) 2>/dev/null
		ip netns del "$name" 2>/dev/null
	done < <(tac "$T_DIR/netns" 2>/dev/null)
	rm -rf "$T_DIR"
}
trap t_clean EXIT
trap 'exit 143' TERM INT
# t_kmsg TEXT: a line in the kernel's log, so that a report there can be put down to a test case.
t_kmsg() { [[ ! -w /dev/kmsg ]] || echo "selftest: $*" >/dev/kmsg; }
t_kmsg "$T_NAME"
echo "TAP version 13"

# ---- TAP ----

# t_ok NAME, t_not_ok NAME, t_skip NAME REASON: the result of one test case.
t_ok() { echo "ok $((++T_COUNT)) $*"; }
t_not_ok() { T_FAILED=$((T_FAILED + 1)) && echo "not ok $((++T_COUNT)) $*"; }
t_skip() { T_SKIPPED=$((T_SKIPPED + 1)) && echo "ok $((++T_COUNT)) $1 # SKIP ${2-}"; }

# t_run NAME FUNCTION [ARGUMENT...]: run a function as one test case. It runs in a subshell with
# errexit, so every command in it is an assertion; what it prints is shown only if one fails.
# skip REASON inside of it makes the case a skipped one.
t_run() {
	local name=$1 log=$T_DIR/log status=0

	shift
	t_kmsg "$T_NAME: $name"
	# The status is read afterwards, not by if or ||: there bash would ignore errexit in the subshell.
	(
		set -e
		trap - EXIT
		trap 'echo "failed: ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"' ERR
		set -o errtrace
		"$@"
	) >"$log" 2>&1
	status=$?
	case $status in
	0) t_ok "$name" ;;
	4) t_skip "$name" "$(tail -n 1 "$log")" ;;
	*)
		t_not_ok "$name"
		echo "status $status" >>"$log"
		sed 's/^/# /' "$log"
		;;
	esac
}

# try NAME FUNCTION [ARGUMENT...]: as t_run. If the case fails, `repair`, which the test defines, clears the way for the
# next one.
try() {
	local failed=$T_FAILED

	t_run "$@"
	((T_FAILED == failed)) || repair >/dev/null 2>&1
}

# skip REASON: end a test case that t_run runs.
skip() {
	echo "$*"
	exit 4
}

# fail MESSAGE: end a test case as failed.
fail() {
	echo "$*"
	exit 1
}

# t_done: print the plan and exit as kselftest expects it.
t_done() {
	echo "1..$T_COUNT"
	((T_FAILED == 0)) || exit 1
	((T_COUNT == 0 || T_SKIPPED < T_COUNT)) || exit 4
	exit 0
}

# ---- namespaces and links ----

# ns_make NAME...: namespaces with lo up. Duplicate address detection is off, so that addresses
# can be used at once, unless NS_DAD is set. The kernel chooses ports that no test names: it could otherwise give an
# open socket the port that a test binds to next.
ns_make() {
	local name sysctls=("net.ipv4.ip_local_port_range=52000 59999")

	[[ ${NS_DAD-} ]] || sysctls+=(net.ipv6.conf.{all,default}.accept_dad=0)

	for name in "$@"; do
		ip netns add "$name-$T_ID" || return
		echo "$name-$T_ID" >>"$T_DIR/netns"
		ip -n "$name-$T_ID" link set lo up || return
		ns "$name" sysctl -qw "${sysctls[@]}" || return
	done
}

# ns_del NAME...: delete them before the test ends.
ns_del() {
	local name

	for name in "$@"; do
		ip netns del "$name-$T_ID" || return
	done
}

# The builtin setns moves the shell itself into a namespace. `ip netns exec` would make a mount namespace each time,
# and start one more program, which takes long on an emulated machine. kselftest installs setns.so beside the tests.
enable -f "$(cd "${0%/*}" && pwd)/setns.so" setns 2>/dev/null

# ns NAME COMMAND...: run a command in a namespace. sysctl -qw is t_sysctl here, which starts no program.
ns() {
	if [[ "$2 ${3-}" == "sysctl -qw" ]]; then
		(setns "$1-$T_ID" && t_sysctl "${@:4}")
	else
		(setns "$1-$T_ID" && exec "${@:2}")
	fi
}

# nsip NAME ARGUMENT...: run ip in a namespace.
nsip() { (setns "$1-$T_ID" && exec ip "${@:2}"); }

# t_sysctl NAME=VALUE...: set sysctls, as sysctl -qw does.
t_sysctl() {
	local pair name

	for pair in "$@"; do
		name=${pair%%=*}
		echo "${pair#*=}" >"/proc/sys/${name//.//}" || return
	done
}

# link_veth NS1 IF1 NS2 IF2: a cable between two namespaces, up.
link_veth() {
	ip link add "$2" netns "$1-$T_ID" type veth peer name "$4" netns "$3-$T_ID" &&
		nsip "$1" link set "$2" up && nsip "$3" link set "$4" up
}

# addr_add NS DEV ADDRESS...: addresses that are usable at once.
addr_add() {
	local address

	for address in "${@:3}"; do
		nsip "$1" address add "$address" dev "$2" nodad || return
	done
}

# ---- processes, waiting ----

# pause SECONDS: sleep without a process.
pause() { read -r -t "$1" -u "$T_NEVER" || true; }

# wait_for WHAT SECONDS COMMAND...: try until the command succeeds.
wait_for() {
	local what=$1 seconds=$2 end

	shift 2
	end=$((${EPOCHREALTIME/./} + seconds * 1000000))
	until "$@" >/dev/null 2>&1; do
		if ((${EPOCHREALTIME/./} > end)); then
			echo "waited $seconds s in vain for: $what ($*)"
			return 1
		fi
		pause 0.02
	done
}

# background NAME NS COMMAND...: start a process that ends with the test, output in $T_DIR/NAME.log.
# Its process id is in $T_DIR/NAME.pid.
background() {
	(setns "$2-$T_ID" && exec "${@:3}") >"$T_DIR/$1.log" 2>&1 </dev/null &
	echo $! | tee -a "$T_DIR/pids" >"$T_DIR/$1.pid"
}

# stop NAME [SIGNAL]: end it, and wait until it is gone. A signal that comes just before a program begins to wait may
# not wake it, so the signal is sent again until the process is gone.
stop() {
	local pid

	pid=$(<"$T_DIR/$1.pid")
	# The builtin wait knows only processes that this very shell has started.
	wait_for "the end of $1" 10 eval "! kill -${2:-TERM} $pid"
}

# ---- captures ----

# capture_start NAME NS DEV [FILTER...]: capture to $T_DIR/NAME.pcap; returns once it listens.
capture_start() {
	background "$1" "$2" tcpdump -i "$3" -n -U -Z root --immediate-mode -w "$T_DIR/$1.pcap" "${@:4}"
	wait_for "tcpdump on $3" 10 grep -q 'listening on' "$T_DIR/$1.log"
}

# capture_show NAME [ARGUMENT...]: what was captured so far, as text; arguments are tcpdump's.
capture_show() { tcpdump -n -r "$T_DIR/$1.pcap" "${@:2}" 2>/dev/null; }

# capture_stop NAME: end it after a moment, because the kernel may still have packets to hand over.
capture_stop() {
	pause 0.1
	stop "$1" INT
}
