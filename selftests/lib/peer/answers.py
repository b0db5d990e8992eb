#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# The verbs of wire.py, and those of the tests of answers. Questions of every kind are made by hand. Their answers are
# taken from the wire, put together from fragments, and checked: source, checksum in whatever form it is, and
# contents. The servers here answer as each question tells them. lib/answers.sh uses it.
import errno
import random
import socket
import struct
import sys
import threading
import time

import peer
import wire
from peer import (ECHO_REPLY, ECHO_REQUEST, ETH_P_IPV6, FRAGMENT, ICMPV6, PADDING, TCP, bare, checksum,
                  icmpv6, ipv6, make_socket, packed, pattern, sockaddr, text)
from wire import DESTINATION_OPTIONS, SO_RCVBUFFORCE, UDP, out_socket, transport

SOL_PACKET, PACKET_AUXDATA, CSUM_NOT_READY = 263, 8, 8
SOL_UDP, UDP_ENCAP, UDP_NO_CHECK6_TX, UDP_NO_CHECK6_RX, UDP_SEGMENT = 17, 100, 101, 102, 103
UDPLITE, SEND_COVERAGE = 136, 10
HOP_OPTIONS, ROUTING = 0, 43
# Home agent address discovery (RFC 6275 section 6.5)
DISCOVERY, DISCOVERED = 144, 145
# a protocol for experiments (RFC 3692), which nobody serves
NO_PROTOCOL = 253

peer.OPTIONS |= {"sport", "chain", "step", "say", "size", "lite", "to", "kinds", "seed", "encap", "nosum",
                 "first"}


# ---- what comes ----

def folded(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


class Packet:
    """A packet, with its transport header found."""

    def __init__(self, data, partial):
        self.raw = data
        self.partial = partial
        self.source, self.final = text(data[8:24]), text(data[24:40])
        proto, at = data[6], 40
        self.chain, self.fragment = [], None
        while proto in (HOP_OPTIONS, DESTINATION_OPTIONS, ROUTING):
            self.chain.append(proto)
            # the checksum covers the last address of a routing header
            if proto == ROUTING and data[at + 3]:
                self.final = text(data[at + 8:at + 24])
            before, proto, at = proto, data[at], at + 8 + 8 * data[at + 1]
        if proto == FRAGMENT:
            following, _, offset, ident = struct.unpack("!BBHL", data[at:at + 8])
            self.fragment = ident, offset & ~7, offset & 1
            # without the fragment header, the header before it must name what follows
            head = bytearray(data[:at])
            if self.chain:
                place = 40
                for _ in self.chain[:-1]:
                    place += 8 + 8 * head[place + 1]
            else:
                place = 6
            head[place] = following
            self.head = bytes(head)
            self.piece = data[at + 8:]
        self.proto, self.data = proto, data[at:]

    def judge(self):
        """Check the checksum: good, none (a datagram without one), or bad."""
        data, length = self.data, len(self.data)
        if self.proto == UDP:
            if len(data) < 8 or struct.unpack("!H", data[4:6])[0] != len(data):
                return "bad"
            place = 6
        elif self.proto == UDPLITE:
            # the checksum covers only so many bytes
            coverage = struct.unpack("!H", data[4:6])[0]
            data, place = data[:coverage or length], 6
        else:
            place = {TCP: 16, ICMPV6: 2}[self.proto]
        pseudo = packed(self.source) + packed(self.final) + struct.pack("!LL", length, self.proto)
        field = data[place:place + 2]
        if self.partial:
            return "good" if (folded(pseudo) - struct.unpack("!H", field)[0]) % 0xffff == 0 else "bad"
        if not any(field) and self.proto in (UDP, UDPLITE):
            return "none" if self.proto == UDP else "bad"
        return "good" if folded(pseudo + data) == 0xffff else "bad"


class Inbox:
    """Takes IPv6 packets that come in by a device, and puts fragments together."""

    def __init__(self, dev):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IPV6))
        self.sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        self.sock.bind((dev, ETH_P_IPV6))
        self.pieces = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def packets(self, end):
        """Yield the packets that come until this time."""
        while (left := end - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                frame, control, _, origin = self.sock.recvmsg(1 << 17, 256)
            except TimeoutError:
                return
            if origin[2] == socket.PACKET_OUTGOING or len(frame) < 54:
                continue
            status = struct.unpack("=L", control[0][2][:4])[0] if control else 0
            data = frame[14:]
            length = struct.unpack("!H", data[4:6])[0]
            # a packet that is still to be segmented may have no length
            packet = Packet(data[:40 + length] if length else data, bool(status & CSUM_NOT_READY))
            packet = self.whole(packet) if packet.fragment else packet
            if packet:
                yield packet

    def whole(self, packet):
        ident, offset, more = packet.fragment
        pieces = self.pieces.setdefault((packet.source, ident), {})
        pieces[offset] = packet, more
        at, result = 0, b""
        while at in pieces:
            piece, more = pieces[at]
            result += piece.piece
            at += len(piece.piece)
            if not more:
                del self.pieces[(packet.source, ident)]
                return Packet(pieces[0][0].head + result, False)
        return None


# ---- questions ----

def headed(chain, proto, data):
    """Put extension headers before the transport header: hop, dst, bad (an option that nobody knows)."""
    numbers = {"hop": HOP_OPTIONS, "dst": DESTINATION_OPTIONS, "bad": DESTINATION_OPTIONS}
    for name in reversed(chain):
        # the first bits of this option say: discard the packet, and tell the source
        body = b"\x9e\4\0\0\0\0" if name == "bad" else PADDING[2:]
        data, proto = bytes((proto, 0)) + body + data, numbers[name]
    return proto, data


class Question:
    """A question of one of these kinds: udp, lite, echo, closed (udp to a closed port), proto and option
    (answered by errors, too), syn, reset, dhaad."""

    serial = int(time.monotonic() * 7) % 20000

    def __init__(self, source, target, kind, port, options):
        self.source, self.target, self.kind, self.port = source, bare(target), kind, int(port)
        self.scoped = sockaddr(target)
        Question.serial = (Question.serial + 1) % 20000
        self.sport = int(options.get("sport", 20000 + Question.serial))
        self.told = options.get("say", "")
        self.payload = self.told.encode() + b"\n" + pattern(int(options.get("size", 40)))
        chain = [name for name in options.get("chain", "").split(",") if name]
        if kind == "option":
            chain.append("bad")
        self.proto, self.data = self.make("nosum" in options)
        proto, data = headed(chain, self.proto, self.data)
        self.packets = self.cut(chain, proto, data, int(options.get("step", 0)))

    def make(self, nosum):
        pair = self.source, self.target
        if self.kind in ("udp", "closed", "option"):
            data = transport("udp", *pair, self.sport, self.port, self.payload)
            return UDP, data[:6] + b"\0\0" + data[8:] if nosum else data
        if self.kind == "lite":
            head = struct.pack("!HHH", self.sport, self.port, 0)
            summed = checksum(*pair, UDPLITE, head + b"\0\0" + self.payload)
            return UDPLITE, head + (summed if any(summed) else b"\xff\xff") + self.payload
        if self.kind == "echo":
            return ICMPV6, transport("echo", *pair, self.sport, 1, self.payload)
        if self.kind == "dhaad":
            return ICMPV6, icmpv6(*pair, DISCOVERY, struct.pack("!HH", self.sport, 0))[40:]
        if self.kind == "proto":
            return NO_PROTOCOL, self.payload
        return TCP, transport("tcp", *pair, self.sport, self.port)

    def cut(self, chain, proto, data, step):
        whole = ipv6(self.source, self.target, proto, data, 64)
        if not step:
            return [whole]
        # a header that each node on the way reads comes before the fragment header
        front = 8 if chain and chain[0] == "hop" else 0
        head, data = data[:front], data[front:]
        following = head[0] if front else proto
        ident = int(time.monotonic() * 1e6) & 0xffffffff
        packets = []
        for at in range(0, len(data), step):
            more = at + step < len(data)
            piece = struct.pack("!BBHL", following, 0, at | more, ident) + data[at:at + step]
            piece = bytes((FRAGMENT,)) + head[1:] + piece if front else piece
            packets.append(ipv6(self.source, self.target, HOP_OPTIONS if front else FRAGMENT, piece, 64))
        return packets

    def send(self):
        with out_socket() as out:
            for packet in self.packets:
                out.sendto(packet, self.scoped)

    def sink(self):
        """A socket that takes the answer, or else the kernel would refuse it."""
        if self.kind not in ("udp", "lite"):
            return None
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, self.proto)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("::", self.sport))
        return sock

    def is_answer(self, packet):
        data = packet.data
        if packet.final != self.source or len(data) < 8:
            return False
        if self.kind in ("closed", "proto", "option"):
            return packet.proto == ICMPV6 and data[0] < 128 and \
                data[8:56] == self.packets[0][:48]
        if packet.proto != self.proto:
            return False
        if self.kind in ("echo", "dhaad"):
            return data[0] == (ECHO_REPLY if self.kind == "echo" else DISCOVERED) and \
                data[4:6] == struct.pack("!H", self.sport)
        return data[:4] == struct.pack("!HH", self.port, self.sport)

    def check(self, packet):
        """Check what an answer of this kind says. A datagram is checked elsewhere: it may be one of several."""
        data = packet.data
        wanted = {"closed": b"\1\4", "proto": b"\4\1", "option": b"\4\2"}.get(self.kind)
        if wanted:
            # a host quotes as much as fits (RFC 4443 section 2.4 (c))
            quote = self.packets[0][:1280 - 48]
            if data[:2] != wanted or data[8:] != quote:
                raise ValueError("error %d-%d, quoting %d bytes" % (data[0], data[1], len(data) - 8))
        if self.kind == "echo" and data[8:] != self.payload:
            raise ValueError("another echo came back (%d bytes)" % len(data[8:]))
        if self.kind in ("syn", "reset") and data[13] != (0x12 if self.kind == "syn" else 0x14):
            raise ValueError("flags %#x came back" % data[13])

    def ask(self, inbox, end):
        """Ask, and return who answers: SOURCE, or SOURCE/none without a checksum."""
        found, received = set(), b""
        told = dict(pair.partition(":")[::2] for pair in self.told.split(";") if pair)
        wanted = pattern(int(told["size"])) if "size" in told else self.payload
        self.send()
        for packet in inbox.packets(end):
            if not self.is_answer(packet):
                continue
            verdict = packet.judge()
            if verdict == "bad":
                raise ValueError("a wrong checksum, from %s: %s" % (packet.source, packet.raw[:120].hex()))
            self.check(packet)
            found.add(packet.source + ("/none" if verdict == "none" else ""))
            if self.kind in ("udp", "lite"):
                received += packet.data[8:]
                if received.startswith(b"refused ") and len(received) < 32:
                    return received.decode().replace(" ", "-")
                if len(received) < len(wanted):
                    continue
                if received != wanted:
                    raise ValueError("another datagram came back (%d bytes)" % len(received))
            return ",".join(sorted(found))
        raise TimeoutError("no answer to %s %d, %d bytes" % (self.kind, self.sport, len(received)))


def exchange(dev, question, options):
    sink = question.sink()
    end = time.monotonic() + float(options.get("wait", 15))
    try:
        # any network may lose a packet
        while True:
            with Inbox(dev) as inbox:
                try:
                    return question.ask(inbox, min(time.monotonic() + 3, end))
                except TimeoutError:
                    if time.monotonic() >= end:
                        raise
    finally:
        if sink:
            sink.close()


def do_exchange(dev, source, target, kind, port, options):
    """exchange NS DEV SOURCE TARGET KIND PORT [sport=PORT] [say=OPTION:VALUE;…] [size=BYTES]
    [chain=hop,dst] [step=BYTES] [nosum] [wait=SECONDS]: who answers a question, see Question and teller;
    step is the size of its fragments. A wrong answer is a failure."""
    return exchange(dev, Question(source, target, kind, port, options), options)


def do_profile(dev, source, target, options):
    """profile NS DEV SOURCE TARGET [kinds=…] [wait=SECONDS]: who answers to each kind; port 7 is served,
    port 9 is not; - for nobody"""
    result = []
    for kind in options.get("kinds", "udp,lite,echo,closed,proto,option,syn,reset").split(","):
        port = 9 if kind in ("closed", "reset") else 7
        try:
            found = exchange(dev, Question(source, target, kind, port, options), options)
        except TimeoutError:
            found = "-"
        result.append("%s=%s" % (kind, found))
    return " ".join(result)


# ---- servers ----

def home_address(address):
    """A home address option, which names another source (RFC 6275 section 6.3)."""
    return bytes((0, 2, 1, 2, 0, 0, 0xc9, 16)) + packed(address)


def routing_header(address):
    """A routing header of type 2, by way of an address."""
    return bytes((0, 2, 2, 1, 0, 0, 0, 0)) + packed(address)


HEADERS = {
    "hop": (socket.IPV6_HOPOPTS, lambda value: PADDING),
    "dst": (socket.IPV6_DSTOPTS, lambda value: PADDING),
    "hao": (socket.IPV6_DSTOPTS, home_address),
    "rt": (socket.IPV6_RTHDR, routing_header),
}


def tell(sock, told, data, control, source):
    """Answer as the question says: size:BYTES, gso:BYTES of a segment, nosum, hop, dst, hao:ADDRESS,
    rt:ADDRESS, cover:BYTES of UDP-Lite that are summed, pktinfo."""
    if "size" in told:
        data = pattern(int(told["size"]))
    control = [item for item in control if item[1] == socket.IPV6_PKTINFO] if "pktinfo" in told else []
    if "gso" in told:
        control.append((SOL_UDP, UDP_SEGMENT, struct.pack("=H", int(told["gso"]))))
    used = [(option, make(told[name])) for name, (option, make) in HEADERS.items() if name in told]
    try:
        if sock.proto == UDP:
            sock.setsockopt(SOL_UDP, UDP_NO_CHECK6_TX, int("nosum" in told))
        else:
            sock.setsockopt(UDPLITE, SEND_COVERAGE, int(told.get("cover", 0)))
        for option, value in used:
            sock.setsockopt(socket.IPPROTO_IPV6, option, value)
        sock.sendmsg([data], control, 0, source)
    finally:
        if sock.proto == UDP:
            sock.setsockopt(SOL_UDP, UDP_NO_CHECK6_TX, 0)
        for option, _ in used:
            sock.setsockopt(socket.IPPROTO_IPV6, option, None, 0)


def teller(sock):
    while True:
        data, control, _, source = sock.recvmsg(65536, 512)
        words = data.partition(b"\n")[0].decode(errors="replace")
        told = dict(pair.partition(":")[::2] for pair in words.split(";"))
        try:
            tell(sock, told, data, control, source)
        except OSError as error:
            print("to %s, %s: %s" % (source, words, error), file=sys.stderr, flush=True)
            try:
                sock.sendto(b"refused %s" % errno.errorcode[error.errno].encode(), source)
            except OSError:
                pass


def do_teller(port, options):
    """teller NS PORT [lite] [dev=DEV] [src=ADDRESS] [freebind] [to=ADDRESS,PORT] [encap=N]: a server on
    ::, or on a source, or connected, or with an encapsulation; see tell"""
    options["wait"] = 1e6
    source = options.pop("src", "::")
    sock = make_socket(socket.SOCK_DGRAM, options, UDPLITE if "lite" in options else UDP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
    sock.bind(sockaddr(source, int(port)))
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    if sock.proto == UDP:
        sock.setsockopt(SOL_UDP, UDP_NO_CHECK6_RX, 1)
    if "to" in options:
        sock.connect(sockaddr(*options["to"].split(",")))
    if "encap" in options:
        sock.setsockopt(SOL_UDP, UDP_ENCAP, int(options["encap"]))
    threading.Thread(target=teller, args=(sock,), daemon=True).start()
    return ""


def agent(sock, pktinfo):
    while True:
        data, control, _, source = sock.recvmsg(65536, 512)
        if data[0] == DISCOVERY:
            # the answer lists one home agent: this one, by any address
            answer = bytes((DISCOVERED, 0, 0, 0)) + data[4:6] + bytes(2) + packed("2001:db8:1::1")
            sock.sendmsg([answer], control if pktinfo else [], 0, source)


def do_agent(options):
    """agent NS [pktinfo]: a home agent's program, as simple as can be (RFC 6275 section 10.5)"""
    options["wait"] = 1e6
    sock = make_socket(socket.SOCK_RAW, options, ICMPV6)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    threading.Thread(target=agent, args=(sock, "pktinfo" in options), daemon=True).start()
    return ""


def do_utter(how, source, target, sport, dport, options):
    """utter NS raw|bound|connected|any SOURCE TARGET SPORT DPORT [lite]: one datagram of a socket that
    says what its source is, or leaves that open"""
    if how == "raw":
        with out_socket() as out:
            data = transport("udp", source, target, int(sport), int(dport), pattern(100))
            out.sendto(ipv6(source, target, UDP, data, 64), sockaddr(target))
        return ""
    with make_socket(socket.SOCK_DGRAM, options, UDPLITE if "lite" in options else UDP) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(sockaddr(source if how == "bound" else "::", int(sport)))
        if how == "connected":
            sock.connect(sockaddr(target, int(dport)))
            sock.send(pattern(100))
        else:
            sock.sendto(pattern(100), sockaddr(target, int(dport)))
    return ""


speakers = {}


def do_speaker(name, port, options):
    """speaker NS NAME PORT [lite] [encap=N] [to=ADDRESS,PORT]: a socket that hears nobody; see speak"""
    source = options.pop("src", "::")
    sock = make_socket(socket.SOCK_DGRAM, options, UDPLITE if "lite" in options else UDP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # those of do_storm() have no checksum
    if sock.proto == UDP:
        sock.setsockopt(SOL_UDP, UDP_NO_CHECK6_RX, 1)
    sock.bind(sockaddr(source, int(port)))
    if "encap" in options:
        sock.setsockopt(SOL_UDP, UDP_ENCAP, int(options["encap"]))
    if "to" in options:
        sock.connect(sockaddr(*options["to"].split(",")))
    speakers[name] = sock
    return ""


def do_speak(name, dev, listener, target, dport, options):
    """speak NS NAME DEV LISTENER TARGET PORT: what a speaker says of its own accord, and which source it
    has when it comes in by a device of namespace LISTENER"""
    sock = speakers[name]
    sport = sock.getsockname()[1]
    peer.enter(listener)
    with Inbox(dev) as inbox:
        for _ in range(5):
            sock.sendto(pattern(100), sockaddr(target, int(dport)))
            for packet in inbox.packets(time.monotonic() + 3):
                if packet.final == target and packet.proto == sock.proto and \
                        packet.data[:4] == struct.pack("!HH", sport, int(dport)):
                    if packet.judge() != "good":
                        raise ValueError("a wrong checksum")
                    return packet.source
    raise TimeoutError("nothing came")


def do_storm(prefix, target, dport, count, options):
    """storm NS PREFIX TARGET PORT COUNT [sport=PORT] [first=N]: datagrams without a checksum, each
    from another source PREFIXn (hexadecimal)"""
    head = struct.pack("!LHBB", 6 << 28, 16, UDP, 64) + packed(prefix + "0")[:12]
    tail = packed(target) + struct.pack("!HHHH", int(options.get("sport", 9)), int(dport), 16, 0) + bytes(8)
    address = sockaddr(target)
    with out_socket() as out:
        for number in range(int(options.get("first", 0)), int(options.get("first", 0)) + int(count)):
            out.sendto(head + struct.pack("!L", number) + tail, address)
    return ""


# ---- any questions ----

def any_chain(rng):
    return [name for name in ("hop", "dst", "dst") if rng.random() < 0.3]


def any_question(rng, through):
    """Make up a question: its options, and the answer that it asks for."""
    kind = rng.choice(("udp", "udp", "udp", "lite", "echo", "closed"))
    options = {"size": rng.choice((0, 1, 7, 100, 101, 1000, rng.randrange(1200)))}
    chain = any_chain(rng)
    if chain:
        options["chain"] = ",".join(chain)
    # an error quotes the whole packet, so it must not come in fragments
    if kind != "closed" and rng.random() < 0.3:
        options["size"] = rng.randrange(4000)
        options["step"] = 8 * rng.randrange(12, 150)
    if kind == "udp" and rng.random() < 0.1:
        options["nosum"] = ""
    told = []
    if kind in ("udp", "lite"):
        if rng.random() < 0.6:
            told.append("size:%d" % rng.choice((1, 2, 3, 1000, rng.randrange(1, 1400),
                                               rng.randrange(1, 60000))))
        told += [name for name in ("hop", "dst", "nosum") if rng.random() < 0.15]
        if rng.random() < 0.08:
            told.append("hao:" + through)
        if rng.random() < 0.08:
            told.append("rt:" + through)
        if kind == "udp" and rng.random() < 0.3:
            told.append("gso:%d" % rng.randrange(1000, 1200))
        if kind == "lite" and rng.random() < 0.4:
            told.append("cover:%d" % rng.choice((8, 9, 20)))
    options["say"] = ";".join(told)
    return kind, options


def do_random(dev, source, target, unicast, through, count, options):
    """random NS DEV SOURCE TARGET UNICAST THROUGH COUNT [seed=N]: any questions, each answered from where
    it must be. Returns how many answers were rewritten, could not be, and were refused by the kernel."""
    seed = int(options.get("seed", 0)) or time.monotonic_ns()
    rng = random.Random(seed)
    rewritten = unsafe = refused = 0
    for number in range(int(count)):
        kind, asked = any_question(rng, through)
        told = asked["say"]
        # the kernel's own answers come from a unicast address
        wanted = unicast if kind in ("echo", "closed") else target
        if "hao" in told or "rt" in told:
            wanted = unicast
        try:
            port = 9 if kind == "closed" else 7
            found = exchange(dev, Question(source, target, kind, port, asked), {})
        except (ValueError, TimeoutError) as error:
            raise ValueError("seed %d, number %d, %s %s: %s" % (seed, number, kind, asked, error)) from error
        if found.startswith("refused"):
            refused += 1
            continue
        if found.partition("/")[0] != wanted or ("/none" in found) > ("nosum" in told):
            raise ValueError("seed %d, number %d, %s %s: from %s" % (seed, number, kind, asked, found))
        rewritten += wanted == target
        unsafe += "hao" in told and "rt" not in told
    return "%d %d %d" % (rewritten, unsafe, refused)


if __name__ == "__main__":
    peer.main({**vars(peer), **vars(wire), **globals()})
