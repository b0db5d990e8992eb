#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# The verbs of answers.py, and those of the tests of which question an answer belongs to: a server that answers what it
# is told to, when it is told to, and a client whose questions to several addresses come from one port. Each answer is
# taken from the client's wire. lib/answers.sh uses it.
import random
import socket
import struct
import time

import answers
import peer
import wire
from answers import Inbox
from peer import bare, ipv6, make_socket, packed, sockaddr
from wire import UDP, out_socket, transport

peer.OPTIONS |= {"told", "reuse", "sport", "seed", "groups", "forge"}


class Clerk:
    """A server on the wildcard address that keeps its questions by their names."""

    def __init__(self, port, options):
        self.sock = make_socket(socket.SOCK_DGRAM, dict(options, wait=5))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int("reuse" in options))
        self.sock.bind(("::", port))
        self.told = "told" in options
        self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, int(self.told))
        for word in filter(None, options.get("groups", "").split(",")):
            group, _, dev = word.partition("%")
            request = packed(group) + struct.pack("=I", socket.if_nametoindex(dev))
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
        self.port = port
        self.kept = {}

    def take(self, name):
        """Read until this question has come."""
        while name not in self.kept:
            data, control, _, source = self.sock.recvmsg(2048, 256)
            self.kept[name_of(data)] = data, control, source

    def say(self, name, how):
        """Answer a question: plain (an answer that has nothing in common with it), repeat (that begins as it
        does), pktinfo (from where it came to, if that is no group), or from=ADDRESS"""
        data, control, source = self.kept.pop(name)
        how, _, chosen = how.partition("=")
        items = []
        if how == "pktinfo":
            items = [item for item in control if item[1] == socket.IPV6_PKTINFO and item[2][0] != 0xff]
            items = [(level, kind, value[:16] + bytes(4)) for level, kind, value in items]
        if how == "from":
            items = [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, packed(chosen) + bytes(4))]
        said = data if how == "repeat" else b"an answer to " + name.encode()
        self.sock.sendmsg([said], items, 0, source)

    def speak(self, target, port):
        self.sock.sendto(b"an answer to nothing", sockaddr(target, port))


def name_of(data):
    """A question is padded, and may begin with anything."""
    return data[-16:].decode().strip()


class Client:
    """A client that makes its questions by hand, all from one port."""

    def __init__(self, dev, address, sport, port):
        self.address, self.sport, self.port, self.dev = address, sport, port, dev
        self.out = out_socket()
        # else the kernel would refuse answers
        self.sink = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.sink.bind(("::", sport))
        self.inbox = Inbox(dev)

    def close(self):
        for thing in self.out, self.sink, self.inbox.sock:
            thing.close()

    def ask(self, target, name, head):
        to = bare(target)
        data = transport("udp", self.address, to, self.sport, self.port, head + b":" + name.encode().ljust(16))
        self.out.sendto(ipv6(self.address, to, UDP, data, 64), sockaddr(target))

    def heard(self, wait=5):
        """The source of the next answer."""
        for packet in self.inbox.packets(time.monotonic() + wait):
            if packet.proto == UDP and packet.final == self.address and \
                    packet.data[:4] == struct.pack("!HH", self.port, self.sport):
                if packet.judge() != "good":
                    raise ValueError("a wrong checksum")
                return packet.source
        raise TimeoutError("no answer to port %d" % self.sport)


clerks = {}


def do_clerk(port, options):
    """clerk NS PORT [told] [reuse] [groups=ADDRESS%DEV,…]: a server that waits to be told what to answer;
    told: it asks the kernel where questions come to. One before it on that port is closed."""
    if int(port) in clerks:
        clerks.pop(int(port)).sock.close()
    clerks[int(port)] = Clerk(int(port), options)
    return ""


def do_play(listener, dev, address, sport, port, *steps):
    """play NS CLIENT DEV ADDRESS SPORT PORT STEP...: what a client in namespace CLIENT asks the clerk of PORT, and
    where answers come from. A STEP is
      ?NAME/TARGET   a question by this name; the clerk reads it
      x/TARGET/N     N forged questions, which the clerk never answers
      !NAME/HOW      the clerk answers: see Clerk.say
      !              it says something by itself
      +SECONDS       time passes
    Returns the sources of the answers."""
    clerk, options = clerks[int(port)], steps[-1]
    peer.enter(listener)
    client = Client(dev, address, int(sport), int(port))
    found = []
    try:
        for step in steps[:-1]:
            kind, words = step[0], step[1:].split("/")
            if kind == "?":
                # the name is what an answer may repeat
                client.ask(words[1], words[0], words[0].encode().ljust(8, b".")[:8])
                clerk.take(words[0])
            elif kind == "x":
                for number in range(int(words[2])):
                    client.ask(words[1], "forged%d" % number, b"ZZZZZZZZ")
            elif kind == "!":
                if words[0]:
                    clerk.say(words[0], words[1] if len(words) > 1 else "plain")
                else:
                    clerk.speak(address, int(sport))
                found.append(client.heard())
            else:
                time.sleep(float(step[1:]))
    finally:
        client.close()
    return " ".join(found)


def do_speak_to(port, target, dport, options):
    """speak_to NS PORT TARGET DPORT: the clerk of PORT says something by itself"""
    clerks[int(port)].speak(target, int(dport))
    return ""


def do_wrong(source, sport, target, port, count, options):
    """wrong NS SOURCE SPORT TARGET PORT COUNT: datagrams with wrong checksums, each from the next source port"""
    data = transport("udp", source, target, 1, int(port), b"wrong")
    # all have the checksum of a datagram from another port
    packet, address = ipv6(source, target, UDP, data, 64), sockaddr(target)
    with out_socket() as out:
        for number in range(int(count)):
            number = (int(sport) + number) % 0xfff0 + 2
            out.sendto(packet[:40] + struct.pack("!H", number) + packet[42:], address)
    return ""


class Model:
    """What a server may do in any order, and where its answers must come from."""

    def __init__(self, client, clerk, rng, mode, unicast, targets, forge):
        self.client, self.clerk, self.rng, self.mode = client, clerk, rng, mode
        self.unicast, self.targets, self.forge = unicast, targets, forge
        self.open, self.number = [], 0

    def right(self, target):
        address = bare(target)
        return self.unicast if address.startswith("ff") else address

    def ask(self, target):
        # what is not told apart by its program or by its data must not be taken for a flood
        asked = [one for one in self.open if self.right(one[1]) == self.right(target)]
        if len(asked) >= (1 if self.mode == "repeat" else 3) or len(self.open) >= 6:
            return
        self.number += 1
        name = "q%d" % self.number
        self.client.ask(target, name, struct.pack("!H", self.number) + b"\1\0\0\1\0\0")
        self.clerk.take(name)
        self.open.append((name, target))

    def answer(self):
        which = 0 if self.mode == "plain" else self.rng.randrange(len(self.open))
        name, target = self.open.pop(which)
        self.clerk.say(name, self.mode)
        found, wanted = self.client.heard(), self.right(target)
        if found != wanted:
            raise ValueError("%s to %s was answered from %s" % (name, target, found))

    def step(self):
        if self.forge and self.rng.random() < 0.3:
            self.client.ask(self.forge, "forged", b"\xee\xee" + b"\1\0\0\1\0\0")
        if self.open and self.rng.random() < 0.5:
            self.answer()
        else:
            self.ask(self.rng.choice(self.targets))


def do_gamble(listener, dev, address, port, mode, unicast, count, *targets):
    """gamble NS CLIENT DEV ADDRESS PORT plain|repeat|pktinfo UNICAST COUNT TARGET... [seed=N] [forge=TARGET]: a client
    asks these addresses in any order from one port; the clerk of PORT answers, in their order (plain) or in any. A
    forger sends to forge from the same port. The first TARGET is an anycast address. A wrong source is a failure."""
    options, clerk = targets[-1], clerks[int(port)]
    seed = int(options.get("seed", 0)) or time.monotonic_ns()
    rng = random.Random(seed)
    # questions of before have the same names
    clerk.kept.clear()
    peer.enter(listener)
    client = Client(dev, address, int(options.get("sport", 50000 + seed % 9000)), int(port))
    model = Model(client, clerk, rng, mode, unicast, targets[:-1], options.get("forge"))
    try:
        # what a program does is known by its first answer from an anycast address
        model.ask(targets[0])
        model.answer()
        for _ in range(int(count)):
            model.step()
    except (ValueError, TimeoutError) as error:
        raise ValueError("seed %d, after %d: %s" % (seed, model.number, error)) from error
    finally:
        client.close()
    return ""


if __name__ == "__main__":
    peer.main({**vars(peer), **vars(wire), **vars(answers), **globals()})
