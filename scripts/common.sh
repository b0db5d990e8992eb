# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What every script here shares: where things lie, and how progress and errors are told.
# Sourced, never run.

# Read by the scripts that source this file.
# shellcheck disable=SC2034
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034
build=$top/build
home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
# Slow to make and the same for every clone: hence outside of the clone.
cache=${ANYCAST6_CACHE:-${XDG_CACHE_HOME:-$home/.cache}/anycast6}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

# Under our own Makefile, other makes would take its variables and flags for theirs.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# Standard output is for results (paths), so all talk goes to standard error.
say() { printf '%s\n' "$*" >&2; }
# A script is called by its path below scripts/: there are names that say nothing without their folder.
die() { printf '%s: %s\n' "${0##*scripts/}" "$*" >&2; exit 1; }

# Only one process at a time makes a given thing; a second one waits and then finds it made.
lock() {
	local name=$1

	mkdir -p "$cache/locks"
	exec 9>"$cache/locks/$name"
	flock -w 3 9 && return
	say "  waiting for another process to finish $name"
	flock 9
}

# lock_build NAME: the same, for what lies in this clone's build/.
lock_build() {
	mkdir -p "$build"
	exec 8>"$build/.lock-$1"
	flock 8
}

# remembered NAME FILE...: what NAME was resolved to, with these FILES, from the package lists as
# they are now. Asking apt takes seconds, and every start of a guest would ask it a dozen times.
remembered() {
	local name=$1

	shift
	memo=$cache/resolved/$name-$(cat "$@" | sha256sum | cut -c1-16)
	[[ $memo -nt $cache/apt/updated && -n $(find "$cache/apt/updated" -mmin -1440) ]] &&
		[[ -e $(<"$memo") ]] && touch -c "$(<"$memo")" && cat "$memo"
}

# remember RESULT: for the name that was just asked for.
remember() {
	mkdir -p "${memo%/*}"
	echo "$1" | tee "$memo"
}

# quietly LOG CMD...: run CMD with its output in LOG, shown only if it fails.
quietly() {
	local log=$1

	shift
	mkdir -p "$(dirname "$log")"
	if ! "$@" >"$log" 2>&1 </dev/null 9>&- 8>&-; then
		tail -n 40 "$log" >&2
		die "failed: $* (all of it: $log)"
	fi
}

# What uname -r says of the kernel with this build directory. Debian's other records differ from it.
kernel_release() {
	sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' "$1/include/generated/utsrelease.h"
}
