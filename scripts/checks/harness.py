# SPDX-License-Identifier: GPL-2.0
# Tests of the harness itself: what must turn a run red is done on purpose, and has to be noticed,
# through the same code that judges the real runs. Each function raises Unnoticed if it is not.
import os
import subprocess
import tempfile

from checks import function_names, ktap, layers, page_names, static
from guests import vm

COLLECTION = "net/anycast6/harness"
# What the programs of selftests/harness must be counted as: passed, failed, skipped. The last one
# is not there at all, so it can only be counted because it was expected.
COUNTS = {
    "passing.sh": (2, 0, 1),
    "failing.sh": (1, 1, 0),
    "skipping.sh": (0, 0, 1),
    "planless.sh": (1, 1, 0),
    "short.sh": (1, 1, 0),
    "dying.sh": (1, 1, 0),
    "hanging.sh": (1, 1, 0),
    "missing.sh": (0, 1, 0),
}
SUITE = """KTAP version 1
1..1
    KTAP version 1
    # Subtest: on_purpose
    1..3
    ok 1 passes
    not ok 2 fails
    ok 3 skipped # SKIP on purpose
not ok 1 on_purpose
"""


REPORTS = """
WARNING: CPU: 0 PID: 1 at net/ipv6/route.c:1 f+0x1/0x2
WARNING: possible recursive locking detected
WARNING: possible circular locking dependency detected
WARNING: suspicious RCU usage
BUG: KASAN: slab-use-after-free in f+0x1/0x2
BUG: unable to handle page fault for address: 0000000000001000
BUG: sleeping function called from invalid context at mm/slab.h:1
BUG: scheduling while atomic: ip/1/0x00000002
watchdog: BUG: soft lockup - CPU#1 stuck for 61s! [ip:1]
UBSAN: array-index-out-of-bounds in f.c:1:2
BUG: KCSAN: data-race in f / g
Oops: 0000 [#1] PREEMPT SMP
general protection fault, probably for non-canonical address
kernel BUG at lib/list_debug.c:1!
refcount_t: underflow; use-after-free.
unregister_netdevice: waiting for eth0 to become free. Usage count = 2
ref_tracker: net notrefcnt@000 has 1/1 users at
INFO: task ip:1 blocked for more than 120 seconds.
rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
ODEBUG: free active (active state 0) object: 000 object type: timer_list
kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
kmemleak: Kernel memory leak detector disabled
ip[1]: segfault at 0 ip 0000 sp 0000 error 4 in ip
Kernel panic - not syncing: Attempted to kill init!
anycast6 cannot be unloaded
"""
NO_REPORTS = """
Kernel command line: console=ttyS0 oops=panic panic_on_warn=1 kmemleak=on
PCI: Using host bridge windows from ACPI; if necessary, use "pci=nocrs" and report a bug
anycast6: module verification failed: signature and/or required key missing - tainting kernel
kasan: KernelAddressSanitizer initialized
kmemleak: Kernel memory leak detector initialized (mem pool available: 15086)
rcu: \tRCU callback double-/use-after-free debug is enabled.
"""

# Modules that keep to the layers and to the names, and one more file for each way not to.
LAYERED = {
    "main.c": '#include "namespace.h"\n#include "request/netlink.h"\n',
    "net.h": '#include "lib/budget.h"\n',
    "steer/steer.c": '#include "steer/choice.h"\n#include "probe/probe_reply.h"\n#include "net.h"\n#include "evened.h"\n',
    "deliver/input.c": '#include <linux/ipv6.h>\n#include "object/group.h"\n',
    "lib/addr.c": '#include "lib/addr.h"\n',
    "tests/addr_test.c": '#include "../lib/addr.c"\n#include "lib/hash.h"\n',
    "compat/include/evened.h": "",
}
NOT_LAYERED = {
    "object/group.c": '#include "steer/choice.h"\n',
    "way/path.h": "/* a comment */\n#include \"object/member.h\"\n",
    "net.c": '#include "namespace.h"\n',
    "request/set.c": '#include "main.h"\n',
    "steer/flow.c": '#include "deliver/peers.h"\n',
    "steer/router.c": '#include <linux/ipv6.h>\n#include <main.c>\n',
    "deliver/output.c": '#include "steer/steer.h"\n',
    "deliver/advert.c": '#include "probe/prober.h"\n',
    "probe/probe.c": '#include "deliver/input.h"\n',
    "kernel/link.c": '#include "link.h"\n',
    "lib/stats.c": '#include "net.h"\n',
    "lib/hash.c": '#include "../lib/hash.h"\n',
    "tests/group_test.c": '#include "object/group.c"\n',
    "group.c": "",
    "routes/route.c": "",
}
NAMED = {
    "lib/addr.c": "static int compare_scopes(int a)\n{\n}\n\nstatic bool deaf = true;\nint both(void)\n{\n}\n",
    "lib/hash.c": "static int compare_hashes(void);\n\nstatic struct anycast6_key *\nmake_key(void)\n{\n}\n",
    "lib/hash.h": "static inline int compare_hashes(void)\n{\n}\n",
    "tests/addr_test.c": "static void scopes(struct kunit *test)\n{\n}\n",
}
NOT_NAMED = {
    "tests/hash_test.c": "static void make_key(struct kunit *test)\n{\n}\n",
    "object/group.c": "static __printf(1, 2) struct anycast6_key *\nmake_key(int a,\n\t int b)\n\t__must_hold(b)\n{\n}\n",
    "object/mark.c": "static __always_inline void __mark(void)\n{\n}\n",
}


class Unnoticed(Exception):
    """The harness took something bad for good."""


def expect(true, what):
    if not true:
        raise Unnoticed(what)


def boot(name, kernel, command, timeout=120, splat=False, on_output=None, kmemleak=False):
    guest = vm.Guest(kernel, name, cpus=1, kmemleak=kmemleak)
    files = []
    if splat:
        built = subprocess.run([os.path.join(vm.TOP, "scripts/guests/extra-module"), "selftests/harness/splat", kernel],
                               stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        files = [built + "=/usr/lib/modules/@release@/extra/anycast6_splat.ko"]
    guest.prepare(command, files=files)
    return guest.run(timeout, on_output)


def programs():
    """Failing, hanging and dying test programs, and a guest that dies under them."""
    reader = ktap.Kselftest(COUNTS)
    result = boot("harness-programs", "6.12",
                  "kselftest-harness/run_kselftest.sh -c %s; sleep 1; echo b >/proc/sysrq-trigger; sleep 60"
                  % COLLECTION, on_output=reader.feed)
    counted = {program.name: (program.passed, len(program.failures), len(program.skipped))
               for program in reader.finish("not there")}
    for name, expected in COUNTS.items():
        expect(counted.get(name) == expected,
               "%s was counted as %s, not as %s" % (name, counted.get(name), expected))
    expect(result.status is None and result.problem(), "a guest that died was taken for a good one")


def kunit():
    """KUnit's results: a failed case, an incomplete suite, no suite."""
    suite, = ktap.kunit(SUITE)
    expect((suite.passed, suite.failures, len(suite.skipped)) == (1, ["fails"], 1),
           "a failed KUnit case was not counted")
    expect(ktap.kunit("".join(SUITE.splitlines(True)[:-2]))[0].failures, "an incomplete suite passed")
    expect(not ktap.kunit(""), "suites came from nothing")


def patterns():
    """How a kernel says that something is wrong, and how not."""
    for line in REPORTS.strip().splitlines():
        expect(vm.reports_in("[    1.000000] " + line + "\r\n"), "no report was seen in: " + line)
    expect(not vm.reports_in("kmemleak: Kernel memory leak detector disabled", kmemleak=False),
           "a guest that does not look for leaks was taken for one that gave up")
    expect(not vm.reports_in(NO_REPORTS), "a report was seen in: %s" % vm.reports_in(NO_REPORTS))


def warning():
    """A WARN() in the kernel while the command itself succeeds."""
    result = boot("harness-warning", "6.12", "modprobe anycast6_splat how=warn; sleep 30", splat=True)
    expect(any("WARNING" in line for line in result.reports), "a kernel warning went unnoticed")


def timeout():
    """A guest that does not end."""
    result = boot("harness-timeout", "6.12", "sleep 1000", timeout=8)
    expect(result.timed_out and result.problem(), "a guest that hangs went unnoticed")


def leak():
    """Memory that a module loses, which kmemleak finds after the command."""
    result = boot("harness-leak", "debug", "modprobe anycast6_splat how=leak", splat=True, kmemleak=True)
    expect(result.status == 0, "the leaking module was not loaded")
    expect(any("kmemleak" in line for line in result.reports), "a memory leak went unnoticed")


def rcu():
    """A use of RCU that only the debug kernel sees."""
    result = boot("harness-rcu", "debug", "modprobe anycast6_splat how=rcu; sleep 30", splat=True)
    expect(any("suspicious RCU" in line for line in result.reports), "bad use of RCU went unnoticed")


def told(check, sources):
    """What a check of the module's sources says of some in a project of their own."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["git", "init", "-q", directory], check=True)
        for name, text in sources.items():
            path = os.path.join(directory, "kmod", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        return static.module(check, directory).splitlines()


def sources_seen(check, good, bad):
    """A check is silent about the good ones, and says something of each of the bad ones."""
    expect(not told(check, good), "good sources were refused: %s" % told(check, good))
    for name, text in bad.items():
        lines = told(check, {**good, name: text})
        expect(len(lines) == 1 and "kmod/" + name in lines[0], "of %s was said: %s" % (name, lines))
    expect(told(check, {}), "no sources at all were taken for good ones")


def upward():
    """Includes that lead upward or across, and files in no layer."""
    sources_seen(layers.check, LAYERED, NOT_LAYERED)


def ambiguous():
    """Static functions whose names are not their own, or of one word."""
    sources_seen(function_names.check, NAMED, NOT_NAMED)


def lost():
    """Pages that name what is not there."""
    sources = {"kmod/way/path.c": "static int find_way(int a)\n{\n}\n", "selftests/nd.sh": ""}
    good = "`find_way()` (`way/path.c`), `nd.sh`, `path.c`, `cmpxchg()`"
    expect(not page_names.check({"page": good}, sources), "a page that is right was refused")
    for text in "`find_path()`", "`find_way()` (`steer/steer.c`)", "`steer/path.c`", "`ways.sh`":
        expect(page_names.check({"page": text}, sources), "nothing was said of %s" % text)


CHECKS = {"programs": programs, "patterns": patterns, "kunit": kunit, "warning": warning, "timeout": timeout,
          "includes upward": upward, "ambiguous names": ambiguous, "lost names": lost}
DEBUG_CHECKS = {"leak": leak, "rcu": rcu}
