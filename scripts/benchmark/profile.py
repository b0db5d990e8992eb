# SPDX-License-Identifier: GPL-2.0
# Where a row's instructions go: while the guest forwards packets, QEMU logs for a moment every
# instruction that is executed, and the kernel's symbols say whose it is.
import bisect
import collections
import os
import re
import socket
import time

from guests import vm

# Some thousands of instructions a packet, some 90 bytes a line: hundreds of packets.
ENOUGH = 150 << 20
TRACE = re.compile(rb"\[[0-9a-f]+/([0-9a-f]+)/")
# What the router does once for each packet, whatever way it took.
MARK = "__dev_queue_xmit"


class Monitor:
    """QEMU's, for people: a line in, text out."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.read()

    def read(self):
        text = b""
        while not text.endswith(b"(qemu) "):
            new = self.socket.recv(65536)
            if not new:
                break
            text += new

    def tell(self, line):
        self.socket.sendall(line.encode() + b"\n")
        self.read()


class Profile:
    """Runs one row in a guest; the result of run() is (symbol, instructions per packet)."""

    def __init__(self, kernel, command, files=()):
        self.guest = vm.Guest(kernel, "bench-profile-" + kernel, icount=True)
        # A path in the log directory may be too long for a socket.
        self.path = "/tmp/anycast6-bench-%d" % os.getpid()
        self.trace = os.path.join(self.guest.directory, "trace")
        self.guest.more = ["-monitor", "unix:%s,server=on,wait=off" % self.path, "-D", self.trace]
        self.guest.prepare(command, files=files)
        self.output = bytearray()
        self.taken = False

    def follow(self, data):
        self.output += data
        if self.taken or b"\nprofile" not in self.output:
            return
        self.taken = True
        monitor = Monitor(self.path)
        monitor.tell("one-insn-per-tb on")
        monitor.tell("log exec")
        while os.path.getsize(self.trace) < ENOUGH:
            time.sleep(0.05)
        monitor.tell("log none")
        monitor.tell("one-insn-per-tb off")

    def run(self):
        try:
            result = self.guest.run(600, self.follow)
            if result.problem() or result.status or not self.taken:
                raise RuntimeError(result.problem() or self.output[-2000:].decode(errors="replace"))
            return self.count()
        finally:
            for path in self.path, self.trace:
                if os.path.exists(path):
                    os.unlink(path)

    def count(self):
        symbols = []
        for line in self.output.decode(errors="replace").splitlines():
            words = line.split()
            if len(words) in (3, 4) and len(words[0]) == 16 and words[1] in "tTwW":
                symbols.append((int(words[0], 16), " ".join(words[2:])))
        symbols.sort(key=lambda symbol: symbol[0])
        starts = [address for address, _ in symbols]
        where = collections.Counter()
        with open(self.trace, "rb") as f:
            for line in f:
                match = TRACE.search(line)
                if match:
                    where[match.group(1)] += 1
        counts = collections.Counter()
        marks = 0
        for address, times in where.items():
            number = bisect.bisect(starts, int(address, 16)) - 1
            name = symbols[number][1] if number >= 0 else "user"
            counts[name] += times
            if name == MARK and starts[number] == int(address, 16):
                marks = times
        if not marks:
            raise RuntimeError("no packet was seen")
        return [(name, times / marks) for name, times in counts.most_common()]
