# SPDX-License-Identifier: GPL-2.0
# A guest under QEMU: makes its files, boots it, follows what it writes, and judges how it ended.
# The kernel's log, the command's output and its status come over three ports, so that nothing
# that a test prints can be taken for a kernel report, or hide one.
import ctypes
import fcntl
import mmap
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
LOGS = os.path.join(TOP, "build", "logs")
KERNELS = ("6.1", "6.12", "debug")

# Repeated string instructions, which a kernel takes for copies if the processor has them fast: the emulator
# makes a step for each byte of some, which costs an eighth of all time, and -icount counts each step.
STRINGS = "erms=off,fsrm=off,fsrs=off,fsrc=off,fzrm=off"

# How the kernel says that something is wrong. One of these fails a run whatever the tests say.
REPORT = re.compile("|".join((
    r"\bWARNING: ", r"\bBUG:? ", r"\bOops\b", r"Kernel panic", r"Call Trace:",
    r"general protection fault", r"unable to handle", r"invalid opcode", r"\bsegfault at\b",
    r"\bKASAN: ", r"\bUBSAN: ", r"\bKCSAN:", r"\bKFENCE:", r"\bODEBUG:",
    r"[Pp]ossible (recursive|circular|irq)", r"suspicious RCU usage", r"bad unlock balance",
    r"inconsistent lock state", r"\bINFO: (task|rcu|trying)", r"\brcu: INFO", r"stalls? on CPU",
    r"blocked for more than", r"refcount_t:", r"unregister_netdevice: waiting",
    r"scheduling while atomic", r"sleeping function called", r"list_(add|del) corruption",
    r"\bref_tracker:", r"netns .*leak", r"\b[Ll]eaked\b", r"kmemleak: \d+ new suspected",
    r"kmemleak: .*(disabled|error)", r"Objects remaining", r"still has objects",
    r"cannot be unloaded", r"Bad page", r"nf_conntrack: table full", r"soft lockup",
)))
# What Debian's kernels say on every boot under emulation, and what is no defect.
HARMLESS = re.compile("|".join((
    r"[Cc]ommand line: ", r"Spectre V2",
)))
# What the debug kernel says where it was not told to look for leaks; elsewhere it has given up.
NO_KMEMLEAK = re.compile(r"kmemleak: Kernel memory leak detector disabled")
ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")


class Result:
    """How a run of a guest ended: status is the command's, None if the guest did not tell one."""

    def __init__(self):
        self.status = None
        self.timed_out = False
        self.reports = []
        self.finished = False
        self.seconds = 0.0
        self.boot_seconds = None

    def problem(self):
        """A sentence if the run as such went wrong, whatever the command's status; else None."""
        if self.reports:
            return "kernel report: " + self.reports[0]
        if self.timed_out:
            return "timed out after %d s" % self.seconds
        if self.status is None:
            return "the guest ended without telling the command's status"
        if not self.finished:
            return "the guest died after the command"
        return None


def reports_in(log, kmemleak=True):
    """The lines of a kernel log that report a defect."""
    return [line for line in ANSI.sub("", log).splitlines()
            if REPORT.search(line) and not HARMLESS.search(line)
            and (kmemleak or not NO_KMEMLEAK.search(line))]


def tsc_khz():
    """How fast this machine's time stamp counter runs; an emulated one is the same."""
    with mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) as page:
        # rdtsc; shl $32, %rdx; or %rdx, %rax; ret
        page.write(b"\x0f\x31\x48\xc1\xe2\x20\x48\x09\xd0\xc3")
        code = ctypes.c_char.from_buffer(page)
        rdtsc = ctypes.CFUNCTYPE(ctypes.c_uint64)(ctypes.addressof(code))

        def sample():
            """Both clocks at nearly the same time: the pair that was read with the least delay."""
            pairs = []
            for _ in range(20):
                before = time.monotonic_ns()
                ticks = rdtsc()
                pairs.append((time.monotonic_ns() - before, before, ticks))
            return min(pairs)[1:]

        begin = sample()
        time.sleep(0.1)
        end = sample()
        del code
    return (end[1] - begin[1]) * 1000000 // (end[0] - begin[0])


class Tail:
    """What was newly written to a file that QEMU writes."""

    def __init__(self, path):
        self.path = path
        self.offset = 0

    def read(self):
        try:
            with open(self.path, "rb") as f:
                f.seek(self.offset)
                new = f.read()
        except FileNotFoundError:
            return b""
        self.offset += len(new)
        return new


class Guest:
    """icount: with one processor whose clock counts instructions, one a nanosecond: what a guest
    measures is then the same on any machine, however busy. more: further arguments of QEMU."""

    def __init__(self, kernel, name=None, cpus=2, kmemleak=True, icount=False, more=()):
        self.kernel = kernel
        self.cpus = cpus
        self.kmemleak = kmemleak and kernel == "debug"
        self.icount = icount
        self.more = more
        self.emulator = subprocess.run([os.path.join(TOP, "scripts/guests/emulator")], check=True, text=True,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout.strip()
        self.directory, self.lock = self._claim(name or "guest-" + kernel)
        self.console = os.path.join(self.directory, "console")
        self.output = os.path.join(self.directory, "output")
        self.status = os.path.join(self.directory, "status")

    @staticmethod
    def _claim(name):
        """A log directory of one's own: with a number, if another guest of the name is running."""
        number = 1
        while True:
            path = os.path.join(LOGS, name if number == 1 else "%s.%d" % (name, number))
            os.makedirs(path, exist_ok=True)
            lock = open(os.path.join(path, ".lock"), "w", encoding="utf-8")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                number += 1
                continue
            for entry in os.scandir(path):
                if entry.name == ".lock":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)
            return path, lock

    def prepare(self, command, environment=None, files=(), shell=False):
        """Make the guest's files. files: HOST-PATH=PATH-IN-THE-GUEST, for more of them."""
        extra = os.path.join(self.directory, "anycast6")
        os.makedirs(extra)
        env = {"ANYCAST6_KERNEL": self.kernel}
        env.update(environment or {})
        if shell:
            env["ANYCAST6_SHELL"] = "1"
        with open(os.path.join(extra, "environment"), "w", encoding="utf-8") as f:
            for key, value in env.items():
                f.write("export %s=%s\n" % (key, shlex.quote(value)))
        with open(os.path.join(extra, "command"), "w", encoding="utf-8") as f:
            f.write(command + "\n")
        subprocess.run([os.path.join(TOP, "scripts/guests/files"), self.kernel, self.directory]
                       + list(files), check=True, stdin=subprocess.DEVNULL)
        shutil.rmtree(extra)

    def _append(self, shell):
        """The kernel's command line."""
        append = ["console=ttyS0", "loglevel=7", "panic=-1", "oops=panic", "mitigations=off",
                  "random.trust_cpu=on", "apparmor=0", "audit=0"]
        # The emulator translates code for each address at which it finds it: with programs at random ones,
        # all of the loader and the C library anew for each program that starts, three quarters of its time.
        append += ["norandmaps"]
        # On a busy host an emulated processor may stand still for seconds. A kernel that measures
        # its clocks then gets them wrong by factors, and takes it for a stall when it goes on.
        append += ["no_timer_check", "tsc=reliable", "tsc_early_khz=%d" % (1000000 if self.icount else tsc_khz()),
                   "watchdog_thresh=30", "rcupdate.rcu_cpu_stall_timeout=60"]
        # With AppArmor off, SELinux would come in its place, and hook into what is forwarded.
        append += ["security=none"] if self.icount else []
        append += ["kmemleak=on"] if self.kmemleak else []
        # A shell's user may want to look at what is left after a report.
        append += [] if shell else ["panic_on_warn=1"]
        return append

    def _arguments(self, shell):
        debug = self.kernel == "debug"
        d = self.directory
        if self.icount:
            cpus = ["-accel", "tcg,thread=single", "-icount", "shift=0,align=off,sleep=off", "-smp", "1",
                    "-cpu", "max," + STRINGS]
        else:
            # A kernel without ACPI sees the first processor of each socket only. Page tables of five levels
            # cost a tenth of all time, and nobody's memory here needs them.
            cpus = ["-accel", "tcg,thread=multi", "-smp", "%d,sockets=%d" % (self.cpus, self.cpus),
                    "-cpu", "max,la57=off," + STRINGS]
        arguments = [
            # Whoever ends us must not leave a guest behind.
            "setpriv", "--pdeathsig", "KILL",
            self.emulator, *cpus, "-M", "q35", "-m", "1536" if debug else "1024",
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-kernel", d + "/bzImage", "-initrd", d + "/initramfs", "-append", " ".join(self._append(shell)),
            "-chardev", "file,id=console,path=" + self.console, "-serial", "chardev:console",
            "-device", "virtio-serial-pci",
        ]
        # The guest knows the ports by their numbers.
        for number, port in (1, "status"), (2, "output"):
            arguments += ["-chardev", "file,id=%s,path=%s" % (port, getattr(self, port)),
                          "-device", "virtserialport,chardev=%s,nr=%d" % (port, number)]
        if shell:
            arguments += ["-chardev", "stdio,id=shell,signal=off",
                          "-device", "virtconsole,chardev=shell"]
        arguments += self.more
        for image in "root", "run":
            arguments += ["-drive", "file=%s/%s.squashfs,format=raw,if=none,readonly=on,id=%s"
                          % (d, image, image), "-device", "virtio-blk-pci,drive=" + image]
        return arguments

    def run(self, timeout, on_output=None, shell=False):
        """Boot, and follow the guest to its end. on_output gets the command's output as it comes."""
        result = self._run(timeout, on_output, shell)
        self.clean()
        return result

    def _run(self, timeout, on_output, shell):
        result = Result()
        begin = time.monotonic()
        tails = [Tail(path) for path in (self.console, self.output, self.status)]
        console = told = ""
        stop_at = None
        qemu = subprocess.Popen(self._arguments(shell),
                                stdin=None if shell else subprocess.DEVNULL)
        try:
            running = True
            while running:
                # Whether it runs is asked before the last look at what it wrote.
                running = qemu.poll() is None
                now = time.monotonic()
                new = [tail.read() for tail in tails]
                if new[1] and on_output:
                    on_output(new[1])
                console += new[0].decode(errors="replace")
                told += new[2].decode(errors="replace")
                if result.boot_seconds is None and "booted" in told:
                    result.boot_seconds = now - begin
                if not shell and stop_at is None and new[0] and reports_in(console, self.kmemleak):
                    # The first report is the one that counts: let it be written, then stop.
                    stop_at = now + 2
                if now - begin > timeout and stop_at is None:
                    result.timed_out = True
                    stop_at = now
                if stop_at is not None and now >= stop_at and running:
                    qemu.kill()
                    qemu.wait()
                if running:
                    time.sleep(0.05)
        finally:
            if qemu.poll() is None:
                qemu.kill()
                qemu.wait()
        result.seconds = time.monotonic() - begin
        match = re.search(r"^status (\d+)$", told, re.M)
        result.status = int(match.group(1)) if match else None
        result.finished = bool(re.search(r"^end$", told, re.M))
        result.reports = reports_in(console, self.kmemleak)
        return result

    def clean(self):
        """Logs stay, images go."""
        for name in "run.squashfs", "root.squashfs", "initramfs", "bzImage":
            path = os.path.join(self.directory, name)
            if os.path.lexists(path):
                os.unlink(path)


def log_excerpt(path, report=None, lines=60):
    """The part of a log that a person wants to see: from its first report on, or else its end."""
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            text = ANSI.sub("", f.read()).splitlines()
    except FileNotFoundError:
        return ""
    start = len(text) - lines
    if report in text:
        start = text.index(report) - 5
    start = max(start, 0)
    return "\n".join(text[start:start + lines])


def say(text):
    print(text, file=sys.stderr, flush=True)
