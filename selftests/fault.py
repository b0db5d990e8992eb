#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Makes each allocation of one request fail in turn: the request must succeed or be refused, and leave
# what was before, or what it makes when nothing fails; never anything between. See fault.sh.
import ctypes
import errno
import os
import sys
import time

import netlink

FAIL_NTH = "/proc/thread-self/fail-nth"
NS = "/var/run/netns/"
MAX = 2000


def read(path):
    with open(path, encoding="ascii") as f:
        return f.read()


def everything(nl):
    """All that a request may change in the namespace."""
    messages, _ = nl.dump()
    shown = sorted(repr(netlink.object_of(m)) for m in messages)
    routes = sorted(" ".join((line.split()[0], line.split()[5], line.split()[9]))
                    for line in read("/proc/thread-self/net/ipv6_route").splitlines())
    devices = sorted(line.split(":")[0].strip()
                     for line in read("/proc/thread-self/net/dev").splitlines()[2:])
    joins = sorted(line.split()[1:] for line in read("/proc/thread-self/net/anycast6").splitlines())
    # numbers and use counts of routes aside
    return {"shown": shown, "routes": routes, "devices": devices, "joins": joins}


def settled(nl, wanted, seconds=10):
    """Until it is one of these; what the kernel refused for now is tried again in a second."""
    end = time.monotonic() + seconds
    while True:
        now = everything(nl)
        if now in wanted or time.monotonic() > end:
            return now
        time.sleep(0.05)


def difference(now, wanted):
    return "; ".join("%s: %s, not %s" % (key, [x for x in now[key] if x not in wanted[key]],
                                         [x for x in wanted[key] if x not in now[key]])
                     for key in now if now[key] != wanted[key])


class Fault:
    """with Fault(n) as fault: the n-th allocation fails. fault.hit: there were that many."""

    def __init__(self, nth):
        self.fd = os.open(FAIL_NTH, os.O_RDWR)
        self.nth = nth
        self.hit = False

    def __enter__(self):
        os.write(self.fd, b"%d" % self.nth)
        return self

    def __exit__(self, *_):
        left = os.pread(self.fd, 20, 0)
        self.hit = int(left) == 0
        os.write(self.fd, b"0")
        os.close(self.fd)


def request(nl, words, nth=0):
    """The request with its nth allocation failing: (it was done, there were so many allocations)."""
    payload, header = netlink.payload_of(words[1:])
    hit = False
    try:
        if nth:
            with Fault(nth) as fault:
                body = nl.send(nl.family, netlink.COMMANDS[words[0]], payload, **header)
            hit = fault.hit
        else:
            body = nl.send(nl.family, netlink.COMMANDS[words[0]], payload, **header)
        for _ in nl.answers(body):
            pass
    except netlink.Refused as refusal:
        # A device whose name finds no memory is an invalid one to the kernel, which says no more;
        # a socket without an inode means too many files.
        if refusal.code not in (errno.ENOMEM, errno.ENOBUFS, errno.ENFILE, errno.EBUSY) and \
                str(refusal) != "EINVAL -":
            raise
        return False, hit
    except OSError as error:
        if error.errno not in (errno.ENOMEM, errno.ENOBUFS):
            raise
        return False, True
    return True, hit


def walk(nl, words, undo):
    before = everything(nl)
    if not request(nl, words)[0]:
        raise ValueError("it fails even so")
    after = settled(nl, ())  if False else everything(nl)
    request(nl, undo)
    if settled(nl, (before,)) != before:
        raise ValueError("the undoing does not undo: " + difference(everything(nl), before))
    done = refused = 0
    for nth in range(1, MAX):
        was_done, hit = request(nl, words, nth)
        wanted = after if was_done else before
        now = settled(nl, (wanted,))
        if now != wanted:
            raise ValueError("failing allocation %d, %s: %s" % (
                nth, "done" if was_done else "refused", difference(now, wanted)))
        done, refused = done + was_done, refused + (not was_done)
        if was_done:
            request(nl, undo)
            if settled(nl, (before,)) != before:
                raise ValueError("failing allocation %d, undone: %s" % (
                    nth, difference(everything(nl), before)))
        if not hit:
            break
    return "%d allocations, %d refused" % (nth - 1, refused)


def walk_dump(nl):
    wanted, _ = nl.dump()
    refused = 0
    for nth in range(1, MAX):
        try:
            with Fault(nth) as fault:
                body = nl.send(nl.family, netlink.COMMANDS["get"], b"", netlink.NLM_F_DUMP)
                found = [data for _, cmd, data in nl.answers(body) if cmd]
            if found != wanted:
                raise ValueError("failing allocation %d: %d of %d objects"
                                 % (nth, len(found), len(wanted)))
        except netlink.Refused:
            refused += 1
        except OSError as error:
            if error.errno not in (errno.ENOMEM, errno.ENOBUFS):
                raise
            refused += 1
            nl.__init__()
        if not fault.hit:
            break
    return "%d allocations, %d refused" % (nth - 1, refused)


def walk_netns():
    """In a child each: what it made goes with it."""
    refused = 0
    for nth in range(1, MAX):
        child = os.fork()
        if not child:
            with Fault(nth) as fault:
                failed = netlink.libc.unshare(netlink.CLONE_NEWNET)
                code = ctypes.get_errno()
            if failed and code != errno.ENOMEM:
                os._exit(100)
            if not failed:
                # either all of it is there, or none is
                if not os.path.isdir("/proc/thread-self/net") or \
                        not os.path.exists("/proc/sys/net/anycast6/max_joins"):
                    os._exit(101)
                netlink.Netlink().dump()
            os._exit(bool(failed) + 2 * fault.hit)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status not in (0, 1, 2, 3):
            raise ValueError("failing allocation %d: %d" % (nth, status))
        refused += status & 1
        if not status & 2:
            break
    return "%d allocations, %d refused" % (nth - 1, refused)


def main():
    what, netns, *words = sys.argv[1:]
    netlink.enter(netns)
    if what == "netns":
        print(walk_netns())
        return
    nl = netlink.Netlink()
    if what == "dump":
        print(walk_dump(nl))
        return
    cut = words.index("--")
    print(walk(nl, words[:cut], words[cut + 1:]))


main()
