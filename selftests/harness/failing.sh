#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The harness must count one failed case: an assertion in the middle of a function fails.
. "$(dirname "$0")/lib/lib.sh"

fails_in_the_middle() {
	echo "this is shown"
	false
	true
}

t_run "a case that passes" true
t_run "a case that fails" fails_in_the_middle
t_done
