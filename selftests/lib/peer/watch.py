#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# The verbs of peer.py and services.py, and a measurement: how long it takes until another site answers. A client
# asks all the time, each time from another port, while the kernel of the host tells which of its routes go.
# lib/sites.sh uses it.
import ipaddress
import select
import socket
import struct
import threading
import time

import peer
import services
from peer import enter, make_socket, sockaddr

peer.OPTIONS |= {"host"}
DELROUTE, RTMGRP_IPV6_ROUTE, RTA_DST = 25, 0x400, 1
ROUTE_PROTO = 166


class Watch:
    """Who answers, and when the host's kernel said that the route to the address was gone."""

    def __init__(self, target, host, options):
        self.target, self.ended = target, False
        self.pause = float(options.get("every", 10)) / 1000
        self.event, self.gone = float("inf"), None
        # when each question was sent; who sent each answer, and when it came
        self.asked, self.answers = [], {}
        # the first thread stays in the namespace that it is started in
        self.threads = [threading.Thread(target=self.ask, daemon=True),
                        threading.Thread(target=self.listen, args=(host,), daemon=True)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        socks = []
        while not self.ended:
            sock = make_socket(socket.SOCK_DGRAM, {})
            sock.settimeout(0)
            socks = socks[-200:] + [sock]
            self.asked.append(time.monotonic())
            try:
                sock.sendto(b"%d" % (len(self.asked) - 1), self.target)
            except OSError:
                pass
            self.receive(socks, time.monotonic() + self.pause)

    def receive(self, socks, until):
        while (left := until - time.monotonic()) > 0:
            for sock in select.select(socks, [], [], left)[0]:
                try:
                    name, number = sock.recv(2048).decode().split()
                    self.answers[int(number)] = (name, time.monotonic())
                except OSError:
                    continue

    def listen(self, netns):
        enter(netns)
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        sock.bind((0, RTMGRP_IPV6_ROUTE))
        address = ipaddress.IPv6Address(self.target[0]).packed
        while not self.ended:
            if not select.select([sock], [], [], 0.2)[0]:
                continue
            message = sock.recv(65536)
            kind, proto, rest = struct.unpack_from("=H", message, 4)[0], message[21], message[28:]
            while len(rest) >= 4:
                size, attr = struct.unpack_from("=HH", rest)
                if kind == DELROUTE and proto == ROUTE_PROTO and attr == RTA_DST and rest[4:size] == address:
                    self.gone = self.gone or time.monotonic()
                rest = rest[size + 3 & ~3:]

    def first(self, name):
        """When the server's first answer to a question after the event came."""
        came = [at for number, (who, at) in sorted(self.answers.items())
                if who == name and self.asked[number] > self.event]
        return min(came, default=None)

    def figures(self, name):
        """Milliseconds from the event to the route's end and to the first answer, and how many questions were lost
        by then."""
        at = self.first(name)
        lost = sum(1 for number, sent in enumerate(self.asked)
                   if self.event <= sent < at and number not in self.answers)
        gone = "-" if self.gone is None else "%.0f" % (1000 * (self.gone - self.event))
        return "%s %.0f %d" % (gone, 1000 * (at - self.event), lost)


watches = {}


def do_watch(verb, name, *words):
    """watch client start NAME ADDRESS PORT host=NAMESPACE: begin to ask; watch client event NAME: it happens
    now; watch client moved NAME SERVER: once that one answers: milliseconds from the event to the end of the
    host's route (- if it did not end), to the first answer, and how many questions were lost meanwhile;
    watch client served NAME SERVER: once that one answers."""
    *words, options = words
    if verb == "start":
        watches[name] = Watch(sockaddr(words[0], int(words[1])), options["host"], options)
        return ""
    watch = watches[name]
    if verb == "event":
        watch.event = time.monotonic()
        return ""
    if verb == "served":
        peer.wait_until(lambda: words[0] in [who for who, _ in list(watch.answers.values())[-3:]])
        return ""
    peer.wait_until(lambda: watch.first(words[0]) is not None)
    # earlier questions are answered before these, or not at all
    later = len(watch.asked) + 20
    peer.wait_until(lambda: max(list(watch.answers)) >= later)
    watch.ended = True
    for thread in watch.threads:
        thread.join()
    return watches.pop(name).figures(words[0])


if __name__ == "__main__":
    peer.main({**vars(peer), **vars(services), **globals()})
