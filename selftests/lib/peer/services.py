#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# The verbs of peer.py, and those of the tests of services: server processes that can be killed, and clients that ask
# one short question after the other, and count how each question ended.
import os
import signal
import socket
import struct
import threading
import time

import peer
from peer import IPV6_FREEBIND, NAME_SIZE, sockaddr, symbol

PR_SET_PDEATHSIG = 1
peer.OPTIONS |= {"v6only", "reuseport", "to", "threads"}


# ---- servers ----

def open_server(kind, address, port, options):
    """kind: tcp, udp, or with a 4 of IPv4"""
    stream = kind.startswith("tcp")
    family = socket.AF_INET if kind.endswith("4") else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
    if stream:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if "reuseport" in options:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if "dev" in options:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, options["dev"].encode())
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, "v6only" in options)
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, "freebind" in options)
    sock.bind(sockaddr(address, int(port)) if family == socket.AF_INET6 else (address, int(port)))
    if "to" in options:
        sock.connect(sockaddr(options["to"], 9))
    if stream:
        sock.listen(1024)
    return sock


def serve(sock, name):
    """Send its name on each connection, and its name and the question to each datagram, until it is
    killed."""
    while sock.type == socket.SOCK_DGRAM:
        data, source = sock.recvfrom(2048)
        try:
            sock.sendto(name + b" " + data, source)
        except OSError:
            # its link may be down when it answers
            pass
    while True:
        conn = sock.accept()[0]
        try:
            conn.sendall(name.ljust(NAME_SIZE))
        except OSError:
            pass
        conn.close()


processes = {}


def do_run(name, kind, address, port, options):
    """run NS NAME tcp|udp|tcp4|udp4 ADDRESS PORT [freebind] [v6only] [reuseport] [dev=DEV] [to=ADDRESS]:
    a process that listens, by this name; with to= it is a socket that is connected there."""
    sock = open_server(kind, address, port, options)
    pid = os.fork()
    if not pid:
        peer.libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        try:
            serve(sock, name.encode())
        finally:
            os._exit(1)
    sock.close()
    processes[name] = pid
    return ""


def do_kill(*names):
    """kill NS [NAME...]: they die, and are dead when this returns; all of them, if none is named."""
    for name in names[:-1] or list(processes):
        os.kill(processes[name], signal.SIGKILL)
        os.waitpid(processes.pop(name), 0)
    return ""


# ---- load ----

def ask_http(target, number):
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
        sock.settimeout(LATE)
        sock.connect(target)
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        said = b""
        while piece := sock.recv(4096):
            said += piece
    if not said.startswith(b"HTTP/1.1 200") or b"\r\n\r\nI am " not in said:
        raise ValueError("half an answer")
    return said.split()[-1].decode()


def ask_dns(target, number):
    # www.test AAAA
    question = struct.pack("!6H", number & 0xffff, 0x100, 1, 0, 0, 0) + b"\3www\4test\0\0\x1c\0\1"
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.settimeout(LATE)
        sock.connect(target)
        sock.send(question)
        said = sock.recv(2048)
    if said[:2] != question[:2] or struct.unpack("!H", said[6:8])[0] != 1:
        raise ValueError("another answer")
    return "s%d" % said[-1]


# Seconds; whoever waits that long was neither served nor refused.
LATE = 15


class Load:
    """Clients that ask all the time. Of each question: (its begin, its end, who answered or the error)."""

    def __init__(self, ask, target, threads):
        self.results, self.ended = [], False
        self.threads = [threading.Thread(target=self.run, args=(ask, target), daemon=True)
                        for _ in range(threads)]
        # a thread is in its maker's namespace
        for thread in self.threads:
            thread.start()

    def run(self, ask, target):
        number = 0
        while not self.ended:
            begin = time.monotonic()
            number += 1
            try:
                result = ask(target, number)
            except TimeoutError:
                result = "TIMEOUT"
            except OSError as error:
                result = symbol(error)
            except ValueError as error:
                result = str(error).replace(" ", "-")
            self.results.append((begin, time.monotonic(), result))

    def end(self):
        self.ended = True
        for thread in self.threads:
            thread.join()


loads = {}
# when processes were killed, and when they were gone
death = [0.0, 0.0]


def do_load(name, kind, address, port, options):
    """load NS NAME http|dns ADDRESS PORT [threads=N]: begin to ask all the time."""
    loads[name] = Load({"http": ask_http, "dns": ask_dns}[kind], sockaddr(address, int(port)),
                       int(options.get("threads", 4)))
    return ""


def do_answers(name, count, who, options):
    """answers NS NAME COUNT WHO: wait until WHO has answered so many of the next questions."""
    load = loads[name]
    first = len(load.results)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        got = sum(result == who for _, _, result in load.results[first:])
        if got >= int(count):
            return ""
        time.sleep(0.01)
    raise TimeoutError("only %d answers, of %s" % (got, load.results[first:][-5:]))


def gone(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def do_murder(*pids):
    """murder NS PID...: kill -9. Questions that begin after all are gone are new ones."""
    death[0] = time.monotonic()
    pids = [int(pid) for pid in pids[:-1]]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    while not all(map(gone, pids)):
        time.sleep(0.0005)
    death[1] = time.monotonic()
    return ""


def do_loaded(name, options):
    """loaded NS NAME: ends it. What became of the questions of each time, as TIME:WHAT=COUNT: those that
    were over before the death, those that may have met it, and new ones."""
    load = loads.pop(name)
    load.end()
    counts = {}
    for begin, end, result in load.results:
        when = "before" if end < death[0] else "new" if begin >= death[1] else "dying"
        counts[when, result] = counts.get((when, result), 0) + 1
    return " ".join("%s:%s=%d" % (*key, value) for key, value in sorted(counts.items()))


if __name__ == "__main__":
    peer.main({**vars(peer), **globals()})
