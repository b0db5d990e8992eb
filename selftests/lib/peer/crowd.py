#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# The verbs of wire.py, and those of a soak: many connections at a time that exchange small messages, the servers that
# answer them, and a person at the terminal of BIRD who never stops. steer_soak_bird.sh runs three of it: what keeps
# one busy does not slow the others down.
import collections
import random
import resource
import select
import socket
import struct
import threading
import time

import peer
import wire
from peer import make_socket, pattern, sockaddr, symbol

SIZE = 64
# How long the last answers may take: TCP sends a segment again after two minutes at most.
LAST = 130


# ---- servers ----

class Hall(threading.Thread):
    """Echo servers whose connections begin with a name. One thread has them all."""

    def __init__(self):
        super().__init__(daemon=True)
        self.poll = select.epoll()
        self.names, self.listeners, self.socks = {}, {}, {}

    def add(self, name, listener):
        self.names[listener.fileno()] = name
        self.listeners[listener.fileno()] = listener
        self.poll.register(listener, select.EPOLLIN)

    def accept(self, number):
        sock = self.listeners[number].accept()[0]
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        sock.send(self.names[number].encode() + b"\n")
        self.socks[sock.fileno()] = sock
        self.poll.register(sock, select.EPOLLIN)

    def answer(self, number):
        sock = self.socks[number]
        try:
            data = sock.recv(65536)
            # messages are far smaller than what a socket takes
            if data and sock.send(data) == len(data):
                return
        except OSError:
            pass
        del self.socks[number]
        sock.close()

    def run(self):
        while True:
            for number, _ in self.poll.poll():
                if number in self.listeners:
                    self.accept(number)
                else:
                    self.answer(number)


def do_hall(name, port, options):
    """hall NS NAME PORT: an echo server, each connection of which begins with its name"""
    global hall
    options["freebind"] = ""
    listener = make_socket(socket.SOCK_STREAM, options)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(sockaddr("::", int(port)))
    listener.listen(4096)
    if not hall:
        hall = Hall()
        hall.start()
    hall.add(name, listener)
    return ""


hall = None


# ---- clients ----

class Guest:
    """A connection, and the message on it that is not answered yet."""

    def __init__(self, number, target, options):
        self.number, self.messages, self.waiting, self.since = number, 0, b"", 0
        self.sock = make_socket(socket.SOCK_STREAM, options)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.connect(target)
        self.name = ""
        while not self.name.endswith("\n"):
            piece = self.sock.recv(1).decode()
            if not piece:
                raise OSError("closed")
            self.name += piece
        self.name = self.name.strip()
        self.sock.setblocking(False)

    def send(self):
        self.messages += 1
        data = (b"%d %d " % (self.number, self.messages) + FILLING)[:SIZE]
        self.waiting, self.since = data, time.monotonic()
        if self.sock.send(data) != len(data):
            raise ValueError("no room for a message")

    def receive(self):
        """Returns for how long the message has waited, if all of it has come back."""
        data = self.sock.recv(65536)
        if not data:
            raise OSError("closed")
        if not self.waiting.startswith(data):
            raise ValueError("other data came back")
        self.waiting = self.waiting[len(data):]
        return None if self.waiting else time.monotonic() - self.since


FILLING = pattern(SIZE)


class Crowd(threading.Thread):
    """Connections, each of which sends a message at intervals, if the one before is answered."""

    def __init__(self, guests, every):
        super().__init__(daemon=True)
        self.guests, self.every = guests, every
        self.over, self.answered, self.late, self.slowest, self.lost = False, 0, 0, 0, []
        self.poll = select.epoll()
        self.by_number = {guest.sock.fileno(): guest for guest in guests}
        for guest in guests:
            self.poll.register(guest.sock, select.EPOLLIN)

    def lose(self, guest, error):
        what = (symbol(error) if isinstance(error, OSError) and error.errno else str(error))
        self.lost.append("%d at %s after %d messages: %s" % (guest.number, guest.name, guest.messages, what))
        # what it waits for does not come any more
        guest.waiting = b""
        self.poll.unregister(guest.sock)
        del self.by_number[guest.sock.fileno()]

    def receive(self, seconds):
        for number, _ in self.poll.poll(max(seconds, 0)):
            guest = self.by_number[number]
            try:
                waited = guest.receive()
                if waited is not None:
                    self.answered += 1
                    self.slowest = max(self.slowest, waited)
            except (OSError, ValueError) as error:
                self.lose(guest, error)

    def send(self, guest):
        if guest.sock.fileno() not in self.by_number:
            return
        if guest.waiting:
            self.late += 1
            return
        try:
            guest.send()
        except (OSError, ValueError) as error:
            self.lose(guest, error)

    def run(self):
        begin = time.monotonic()
        due = collections.deque((begin + self.every * i / len(self.guests), guest)
                                for i, guest in enumerate(self.guests))
        while not self.over:
            while due[0][0] <= time.monotonic():
                when, guest = due.popleft()
                self.send(guest)
                # a machine that was too slow does not make up for it
                due.append((max(when + self.every, time.monotonic()), guest))
            self.receive(due[0][0] - time.monotonic())
        end = time.monotonic() + LAST
        while self.owed() and time.monotonic() < end:
            self.receive(0.05)

    def owed(self):
        return sum(bool(guest.waiting) for guest in self.guests)


crowds = {}


def do_gather(name, address, port, count, options):
    """gather NS NAME ADDRESS PORT COUNT [src=ADDRESS] [every=MSEC]: so many connections, each of which sends a message
    every second, if not told, until it is silent; how many each server has, as SERVER=COUNT"""
    guests = [Guest(number, sockaddr(address, int(port)), options) for number in range(int(count))]
    crowds[name] = Crowd(guests, float(options.get("every", 1000)) / 1000)
    crowds[name].start()
    counts = collections.Counter(guest.name for guest in guests)
    return " ".join("%s=%d" % pair for pair in sorted(counts.items()))


def do_talked(name, options):
    """talked NS NAME [count=N]: once each connection has had N more answers on the average"""
    crowd = crowds[name]
    wanted = crowd.answered + int(options.get("count", 1)) * len(crowd.guests)
    peer.wait_until(lambda: crowd.answered >= wanted or crowd.lost)
    return ""


def do_silence(name, options):
    """silence NS NAME: send nothing more. Fails as long as answers may still come."""
    crowds[name].over = True
    crowds[name].join(1)
    if crowds[name].is_alive():
        raise TimeoutError("without an answer: %d" % crowds[name].owed())
    return ""


def do_silent(name, options):
    """silent NS NAME: after silence. Fails unless each message on each connection has an answer. How many were
    answered, how often the next message had to wait for that, and the slowest answer, ms"""
    crowd = crowds[name]
    if crowd.lost or crowd.is_alive() or crowd.owed():
        raise ValueError("lost: %d, without an answer: %d, after %d answers; %s"
                         % (len(crowd.lost), crowd.owed(), crowd.answered, "; ".join(crowd.lost[:5])))
    return "%d %d %d" % (crowd.answered, crowd.late, crowd.slowest * 1000)


def do_part(name, options):
    """part NS NAME [reset]: close all connections"""
    for guest in crowds.pop(name).guests:
        if "reset" in options:
            guest.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        guest.sock.close()
    return ""


# ---- BIRD ----

class Churn(threading.Thread):
    """Restarts a protocol of BIRD, at intervals that vary: TCP sends again after 200 ms, 400 ms, and so on, and would
    meet the same moment of each interval."""

    def __init__(self, path, protocol, every):
        super().__init__(daemon=True)
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(path)
        self.stream = self.sock.makefile("rw")
        self.protocol, self.every = protocol, every
        self.over, self.steps, self.seconds, self.error = False, 0, 0, ""
        self.answer()

    def answer(self):
        """The last line of an answer has a space behind its number."""
        while line := self.stream.readline():
            if line[:4].isdigit() and line[4:5] == " ":
                if line[0] in "89":
                    raise ValueError(line.strip())
                return
        raise OSError("BIRD has ended")

    def command(self, text):
        self.stream.write(text + "\n")
        self.stream.flush()
        self.answer()

    def run(self):
        begin = due = time.monotonic()
        try:
            while not self.over:
                self.command("restart " + self.protocol)
                self.steps += 1
                due = max(due + self.every * random.uniform(0.5, 1.5), time.monotonic() - self.every)
                time.sleep(max(due - time.monotonic(), 0))
        except (OSError, ValueError) as error:
            self.error = str(error)
        self.seconds = time.monotonic() - begin


churns = {}


def do_churn(name, path, protocol, options):
    """churn NS NAME PATH PROTOCOL [every=MSEC]: at the terminal of the BIRD that listens there, restart this protocol,
    ten times a second on the average, if not told, until churned"""
    churns[name] = Churn(path, protocol, float(options.get("every", 100)) / 1000)
    churns[name].start()
    return ""


def do_churned(name, options):
    """churned NS NAME: end it; how often it was restarted, and the milliseconds that took"""
    churn = churns.pop(name)
    churn.over = True
    churn.join(30)
    if churn.error or churn.is_alive():
        raise ValueError(churn.error or "no end")
    return "%d %d" % (churn.steps, churn.seconds * 1000)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 16, 1 << 16))
    peer.main({**vars(peer), **vars(wire), **globals()})
