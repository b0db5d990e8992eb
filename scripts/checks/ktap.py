# SPDX-License-Identifier: GPL-2.0
# Reads what tests print: kselftest's TAP with the tests' own TAP nested in it, and KUnit's KTAP.
# Every nested case counts. What is missing (a plan, a result, an end) counts as failed.
import re
import time

RESULT = re.compile(r"(not )?ok\b *(\d+)? *-? *(.*)")
PLAN = re.compile(r"1\.\.(\d+)\b(?:\s*# SKIP\s*(.*))?")
SKIPPED = re.compile(r"\s# SKIP\b", re.I)


class Program:
    """One test program: the figures of its cases, and what went wrong, for a person to read."""

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.skipped = []
        self.failures = []
        self.lines = []
        self.plan = None
        self.results = 0
        self.begin = time.monotonic()
        self.seconds = 0.0

    def line(self, line):
        """One line of the program's own TAP."""
        self.lines.append(line)
        plan = PLAN.match(line)
        result = RESULT.match(line)
        if plan and self.plan is None:
            self.plan = int(plan.group(1))
            if plan.group(2) is not None:
                self.skipped.append("%s: %s" % (self.name, plan.group(2)))
        elif result:
            self._result(result)

    def _result(self, match):
        self.results += 1
        name = match.group(3)
        if match.group(1):
            self.failures.append(name)
        elif match.group(2) and int(match.group(2)) != self.results:
            self.failures.append("%s: result %s comes as number %d" % (name, match.group(2), self.results))
        elif SKIPPED.search(name):
            self.skipped.append(name)
        else:
            self.passed += 1

    def end(self, failed, note):
        """How the program itself ended, as the runner saw it."""
        self.seconds = time.monotonic() - self.begin
        if note.upper().startswith("TIMEOUT"):
            self.failures.append("timed out: " + note)
        elif self.plan is None:
            self.failures.append("ended without a plan" + (" (%s)" % note if note else ""))
        elif self.plan != self.results:
            self.failures.append("%d results of %d" % (self.results, self.plan))
        elif self.plan == 0 and not self.skipped:
            self.failures.append("had no case")
        elif failed and not self.failures:
            self.failures.append("all cases passed, but not the program: " + note)

    def account(self):
        """The lines of the cases that failed; of a program that failed otherwise, its last ones."""
        lines, failed = [], False
        for line in self.lines:
            result = RESULT.match(line)
            failed = bool(result.group(1)) if result else failed
            if failed:
                lines.append(line)
        return lines or self.lines[-100:]

    def never_ended(self, why):
        self.seconds = time.monotonic() - self.begin
        self.failures.append(why)


class Kselftest:
    """The output of run_kselftest.sh, as it comes; on_end gets each program when it has ended."""

    def __init__(self, expected, on_end=lambda program: None):
        self.expected = list(expected)
        self.programs = []
        self.on_end = on_end
        self.running = None
        self.rest = b""

    def feed(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self._line(line.decode(errors="replace").rstrip("\r"))

    def _line(self, line):
        header = re.match(r"# selftests: \S+: (\S+)$", line)
        if header and self.running is None:
            self.running = Program(header.group(1))
            return
        if self.running is None:
            return
        end = re.match(r"(not )?ok \d+ selftests: \S+: (\S+)(?: # (.*))?$", line)
        if end and end.group(2) == self.running.name:
            self.running.end(bool(end.group(1)), end.group(3) or "")
            self._ended()
        elif line.startswith("# "):
            self.running.line(line[2:])
        else:
            self.running.lines.append(line)

    def _ended(self):
        self.programs.append(self.running)
        self.on_end(self.running)
        self.running = None

    def finish(self, why):
        """The guest has ended: what did not come, failed."""
        if self.running:
            self.running.never_ended("did not end: " + why)
            self._ended()
        for name in self.expected:
            if name not in [program.name for program in self.programs]:
                program = Program(name)
                program.never_ended("did not run: " + why)
                self.programs.append(program)
                self.on_end(program)
        return self.programs


def kunit(text):
    """The suites in the concatenated results files of KUnit's debugfs, as Programs."""
    suites = []
    suite = None
    for line in text.splitlines():
        name = re.match(r" {4}# Subtest: (.*)", line)
        end = re.match(r"(not )?ok \d+ (\S+)", line)
        if name:
            suite = Program(name.group(1))
            suites.append(suite)
        elif suite and end and end.group(2) == suite.name:
            suite.end(bool(end.group(1)), "suite")
            suite = None
        elif suite and re.match(r" {4}\S", line):
            suite.line(line[4:])
        elif suite:
            suite.lines.append(line)
    if suite:
        suite.never_ended("its results are incomplete")
    return suites
