#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The harness must count this as failed: it ends well, but before all of its cases ran.
. "$(dirname "$0")/lib/lib.sh"

t_ok "a case"
exit 0
