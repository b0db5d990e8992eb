#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The harness must count this as failed: fewer results than the plan says.
echo "TAP version 13"
echo "1..3"
echo "ok 1 a case"
exit 0
