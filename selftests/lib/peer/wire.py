#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# The verbs of peer.py, and those of the tests of steering: servers that say who they are, flows that last, errors and
# fragments made by hand, and a watch on the packets that come in. lib/steering.sh uses it.
import errno
import re
import resource
import select
import socket
import struct
import sys
import threading
import time

import peer
import sctp
from peer import (ECHO_REPLY, ECHO_REQUEST, ETH_P_IPV6, FRAGMENT, ICMPV6, TCP, checksum, icmpv6, ipv6, mac_of,
                  make_socket, packed, packet_info, pattern, raw_socket, sockaddr, text)

SO_RCVBUFFORCE = 33
SOL_PACKET, PACKET_VNET_HDR = 263, 15
ETH_P_IP = 0x0800
UDP = 17
ESP = 50
SCTP = 132
UDPLITE = 136
DESTINATION_OPTIONS = 60
REDIRECT = 137
PROTOCOLS = {"tcp": TCP, "udp": UDP, "echo": ICMPV6, "sctp": SCTP, "udplite": UDPLITE, "esp": ESP}
# Protocols whose headers begin with ports.
PORTED = {number: name for name, number in PROTOCOLS.items() if name not in ("echo", "esp")}

peer.OPTIONS |= {"sport", "count", "reset", "hops", "step", "id", "mute", "cut", "options", "later",
                 "connected", "message", "gap", "least", "size", "chunk", "flags", "seq", "ack", "wrong", "rcvbuf", "linear", "twin"}


# ---- servers that say who they are ----

def named_tcp(listener, name):
    def serve(sock):
        with sock:
            try:
                sock.sendall(name + b"\n")
                while data := sock.recv(65536):
                    sock.sendall(data)
            except OSError:
                pass

    while True:
        try:
            sock = listener.accept()[0]
        except OSError:
            return
        sock.settimeout(120)
        threading.Thread(target=serve, args=(sock,), daemon=True).start()


def named_udp(sock, name):
    # only a packet would wake a thread that waits for one
    sock.settimeout(0.2)
    while sock not in ended:
        try:
            data, control, _, source = sock.recvmsg(65536, 256)
        except TimeoutError:
            continue
        try:
            # from the address that was asked
            sock.sendmsg([name + b"\n" + data], control, 0, source)
        except OSError as error:
            print("to %s: %s" % (source, error), file=sys.stderr, flush=True)


def do_named(name, port, options):
    """named NS NAME PORT [dev=DEV]: an echo server, TCP and UDP, whose answers begin with its name and
    come from the address that was asked."""
    options["wait"] = 1e6
    options["freebind"] = ""
    for kind, serve in (socket.SOCK_STREAM, named_tcp), (socket.SOCK_DGRAM, named_udp):
        sock = make_socket(kind, options)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(sockaddr("::", int(port)))
        if kind == socket.SOCK_STREAM:
            sock.listen(4096)
        else:
            sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        thread = threading.Thread(target=serve, args=(sock, name.encode()), daemon=True)
        thread.start()
        servers.setdefault(name, []).append((sock, thread))
    return ""


def do_unnamed(name, _):
    """unnamed NS NAME: end this server, which holds its namespace. NS is another one."""
    for sock, thread in servers.pop(name, ()):
        ended.add(sock)
        if sock.type == socket.SOCK_STREAM:
            sock.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        if thread.is_alive():
            raise TimeoutError("a server does not end")
        sock.close()
    return ""


servers, ended = {}, set()


# ---- flows that last ----

class Flow:
    """A connection, or a socket that asks from one port."""

    def __init__(self, kind, address, port, options):
        self.target = sockaddr(address, int(port))
        source = sockaddr(options.pop("src", "::"), int(options.get("sport", 0)))
        self.stream = kind == "tcp"
        self.sock = make_socket(socket.SOCK_STREAM if self.stream else socket.SOCK_DGRAM, options)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, int(options.get("rcvbuf", 1 << 20)))
        self.sock.bind(source)
        self.name = ""
        self.number = 0
        self.control = []
        if "message" in options:
            self.control = [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, packet_info(options["message"]))]
        if self.stream:
            self.sock.connect(self.target)
            while not self.name.endswith("\n"):
                piece = self.sock.recv(1).decode()
                if not piece:
                    raise OSError("closed")
                self.name += piece
        elif "connected" in options:
            self.sock.connect(self.target)
            self.target = None

    def send(self, data):
        """A datagram."""
        self.sock.sendmsg([data], self.control, 0, *[self.target] if self.target else [])

    def tell(self, size):
        data = pattern(size)
        if not self.stream:
            self.number += 1
            data = b"%d\n" % self.number + data
            self.send(data)
        else:
            self.sock.sendall(data)

    def hear(self, size, seconds):
        """The bytes that TCP brings back."""
        self.sock.settimeout(seconds)
        received = bytearray()
        while len(received) < size:
            piece = self.sock.recv(1 << 18)
            if not piece:
                raise OSError("closed")
            received += piece
        if received != pattern(size):
            raise ValueError("other data came back")
        # what follows is not to meet an acknowledgement that was delayed
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return self.name.strip()

    def say(self, size, seconds):
        data = pattern(size)
        end = time.monotonic() + seconds
        if self.stream:
            self.sock.settimeout(seconds)
            errors = []

            def send():
                try:
                    self.sock.sendall(data)
                except OSError as error:
                    errors.append(error)

            sender = threading.Thread(target=send, daemon=True)
            sender.start()
            try:
                name = self.hear(size, seconds)
            except OSError as error:
                # only one of both is told why a connection ends
                sender.join(1)
                raise errors[0] if errors else error
            sender.join()
            return name

        self.number += 1
        data = b"%d\n" % self.number + data
        # a network may lose a packet, or say that it is too big
        while (left := end - time.monotonic()) > 0:
            self.send(data)
            self.sock.settimeout(min(left, 1))
            try:
                while True:
                    answer = self.sock.recv(65536)
                    name, _, rest = answer.partition(b"\n")
                    if rest == data:
                        return name.decode()
            except TimeoutError:
                continue
        raise TimeoutError("no answer")


flows = {}


def do_open(name, kind, address, port, options):
    """open NS NAME tcp|udp ADDRESS PORT [src=…] [sport=…] [rcvbuf=BYTES] [unicast_if=DEV] [sticky=DEV] [message=DEV]
    [mark=NUMBER] [connected]: a flow; whom it reached (one packet of UDP). The devices are those of
    IPV6_UNICAST_IF, and of IPV6_PKTINFO of the socket, or of each message."""
    seconds = float(options.get("wait", 15))
    flow = Flow(kind, address, port, options)
    if name in flows:
        flows[name].sock.close()
    flows[name] = flow
    return flow.name.strip() or flow.say(0, seconds)


def do_say(name, options):
    """say NS NAME [size=BYTES] [wait=SECONDS]: who answers on a flow"""
    return flows[name].say(int(options.get("size", 10)), float(options.get("wait", 30)))


def do_tell(name, options):
    """tell NS NAME [size=BYTES]: send on a flow and wait for nothing"""
    flows[name].tell(int(options.get("size", 10)))
    return ""


def do_finish(name, options):
    """finish NS NAME: there is nothing more to be sent on a connection (FIN), but answers are awaited"""
    flows[name].sock.shutdown(socket.SHUT_WR)
    return ""


def do_hear(name, options):
    """hear NS NAME [size=BYTES] [wait=SECONDS]: who answers what was told on a connection"""
    return flows[name].hear(int(options.get("size", 10)), float(options.get("wait", 30)))


class Chat(threading.Thread):
    """Small messages on a flow, the next one soon after the last is answered: who watches a link reads on meanwhile.
    Where answers take long the pause is longer, too: several of these are not to keep a processor busy."""

    def __init__(self, flow):
        super().__init__(daemon=True)
        self.flow, self.over, self.answered, self.error = flow, False, 0, ""

    def run(self):
        try:
            while not self.over:
                begin = time.monotonic()
                self.flow.say(10, 30)
                self.answered += 1
                time.sleep(min(max(0.02, 3 * (time.monotonic() - begin)), 0.2))
        except (OSError, ValueError) as error:
            self.error = str(error)


def do_chat(name, options):
    """chat NS NAME: exchange messages on this flow from now on, until chatted"""
    chats[name] = Chat(flows[name])
    chats[name].start()
    return ""


def do_chatting(name, options):
    """chatting NS NAME [count=N]: wait for N more answers, or for the end"""
    chat = chats[name]
    wanted = chat.answered + int(options.get("count", 10))
    peer.wait_until(lambda: chat.answered >= wanted or chat.error)
    return ""


def do_chatted(name, options):
    """chatted NS NAME: end it; whether each message was answered"""
    chat = chats.pop(name)
    chat.over = True
    chat.join(50)
    if chat.error or chat.is_alive():
        raise OSError("after %d answers: %s" % (chat.answered, chat.error or "none"))
    return "all"


chats = {}


def do_close(name, options):
    """close NS NAME [reset]: end a flow"""
    sock = flows.pop(name).sock
    if "reset" in options:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    return ""


def shares(names):
    return " ".join("%s=%d" % (name, names.count(name)) for name in sorted(set(names)))


def do_crowd(name, address, port, count, options):
    """crowd NS NAME ADDRESS PORT COUNT [src=…] [sport=…]: so many connections, each has the next source port if
    one is told; whom they reached: name=number, a word each"""
    crowd = crowds[name] = []
    for number in range(int(count)):
        told = dict(options)
        if "sport" in told:
            told["sport"] = int(told["sport"]) + number
        crowd.append(Flow("tcp", address, port, told))
    return shares([flow.name.strip() for flow in crowd])


def do_crowd_says(name, options):
    """crowd_says NS NAME [size=BYTES] [wait=SECONDS]: all of these connections exchange a message at once; who
    answers, and lost=N if N of them have ended: name=number, a word each"""
    heard, size, seconds = [], int(options.get("size", 10)), float(options.get("wait", 20))
    end = time.monotonic() + seconds
    for flow in crowds[name]:
        try:
            flow.tell(size)
        except OSError:
            pass
    for flow in crowds[name]:
        try:
            heard.append(flow.hear(size, max(end - time.monotonic(), 0.1)))
        except (OSError, ValueError):
            heard.append("lost")
    return shares(heard)


def do_crowd_ends(name, options):
    """crowd_ends NS NAME: end them, with RST"""
    for flow in crowds.pop(name):
        flow.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        flow.sock.close()
    return ""


crowds = {}


def do_ask(address, port, sports, options):
    """ask NS ADDRESS PORT FIRST-LAST [src=ADDRESS] [wait=SECONDS]: one datagram from each of these ports;
    who answered, a word each, - for nobody"""
    first, last = map(int, sports.split("-"))
    source = options.pop("src", "::")
    socks = []
    for number in range(first, last + 1):
        sock = make_socket(socket.SOCK_DGRAM, options)
        sock.bind(sockaddr(source, number))
        socks.append(sock)
        sock.sendto(b"?", sockaddr(address, int(port)))
    return " ".join(collect(socks, float(options.get("wait", 5))))


def do_each(prefix, count, port, options):
    """each NS PREFIX COUNT PORT [sport=PORT] [wait=SECONDS]: one datagram to each of PREFIX0,
    PREFIX1… (hexadecimal); who answered, a word each, - for nobody"""
    end = time.monotonic() + float(options.get("wait", 5))
    socks, names = [], []
    for number in range(int(count)):
        sock = make_socket(socket.SOCK_DGRAM, options)
        if "sport" in options:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("::", int(options["sport"]) + number))
        socks.append(sock)
        sock.sendto(b"?", sockaddr("%s%x" % (prefix, number), int(port)))
        # no more than what waits for a busy server without loss
        if len(socks) == 100:
            names += collect(socks, end - time.monotonic())
            socks = []
    return " ".join(names + collect(socks, end - time.monotonic()))


def collect(socks, seconds):
    names = []
    end = time.monotonic() + seconds
    for sock in socks:
        with sock:
            try:
                sock.settimeout(max(end - time.monotonic(), 0))
                names.append(sock.recv(65536).partition(b"\n")[0].decode())
            except OSError:
                names.append("-")
    return names


class Stream(threading.Thread):
    """Datagrams at intervals, and what comes back."""

    def __init__(self, address, port, options):
        super().__init__(daemon=True)
        self.target = sockaddr(address, int(port))
        self.gap = float(options.get("gap", 5)) / 1000
        self.sock = make_socket(socket.SOCK_DGRAM, options)
        self.over = False
        self.sent = self.received = 0

    def run(self):
        while not self.over:
            try:
                self.sock.sendto(b"%d" % self.sent, self.target)
                self.sent += 1
            except OSError:
                pass
            due = time.monotonic() + self.gap
            while (left := due - time.monotonic()) > 0:
                if not select.select([self.sock], [], [], left)[0]:
                    break
                try:
                    self.sock.recv(65536)
                    self.received += 1
                except OSError:
                    pass


def do_stream(name, address, port, options):
    """stream NS NAME ADDRESS PORT [gap=MSEC]: send datagrams until streamed"""
    streams[name] = Stream(address, port, options)
    streams[name].start()
    return ""


def do_flowing(name, options):
    """flowing NS NAME [count=N]: wait for N more answers, 20 if not told"""
    stream = streams[name]
    wanted = stream.received + int(options.get("count", 20))
    end = time.monotonic() + float(options.get("wait", 20))
    while stream.received < wanted:
        if time.monotonic() > end:
            raise TimeoutError("%d sent, %d received" % (stream.sent, stream.received))
        time.sleep(0.01)
    return ""


def do_streamed(name, options):
    """streamed NS NAME: end it, and say how many datagrams were sent and received."""
    stream = streams.pop(name)
    stream.over = True
    stream.join()
    stream.sock.close()
    return "%d %d" % (stream.sent, stream.received)


streams = {}


# ---- hand-made packets ----

def out_socket():
    return socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)


def transport(kind, source, target, sport, dport, data=b"", flags=2, chunk="init"):
    """A datagram, an echo request, a TCP segment without options (SYN, if not told), one chunk of
    SCTP, or ESP whose SPI and number the ports are."""
    if kind == "esp":
        return struct.pack("!LL", sport, dport) + data
    if kind in ("udp", "udplite"):
        # in UDP-Lite this field is what the checksum covers: all
        head = struct.pack("!HHH", sport, dport, 8 + len(data))
        summed = checksum(source, target, PROTOCOLS[kind], head + b"\0\0" + data)
        return head + (summed if any(summed) else b"\xff\xff") + data
    if kind == "sctp":
        return sctp.packet(sport, dport, chunk, data)
    if kind == "echo":
        body = struct.pack("!HH", sport, dport) + data
        return icmpv6(source, target, ECHO_REQUEST, body)[40:]
    head = struct.pack("!HHLLBBH", sport, dport, 1, 0, 5 << 4, flags, 65535)
    return head + checksum(source, target, TCP, head + b"\0\0\0\0" + data) + b"\0\0" + data


def do_inject(source, target, kind, sport, dport, options):
    """inject NS SOURCE TARGET tcp|udp|echo|sctp|udplite|esp SPORT DPORT [hops=N] [size=BYTES] [count=N]
    [chunk=init|data|shutdown|abort]: hand-made packets from any source; each has the next source port"""
    with out_socket() as out:
        for number in range(int(options.get("count", 1))):
            data = transport(kind, source, target, int(sport) + number, int(dport),
                             pattern(int(options.get("size", 0))), chunk=options.get("chunk", "init"))
            out.sendto(ipv6(source, target, PROTOCOLS[kind], data, int(options.get("hops", 64))),
                       (target, 0))
    return ""


def segment(source, target, sport, dport, options):
    """A TCP segment as the options say: flags (hexadecimal), seq, ack, size of its data."""
    data = pattern(int(options.get("size", 0)))
    head = struct.pack("!HHLLBBH", sport, dport, int(options.get("seq", 0)), int(options.get("ack", 0)), 5 << 4,
                       int(options.get("flags", "10"), 16), 65535)
    return head + checksum(source, target, TCP, head + b"\0\0\0\0" + data) + b"\0\0" + data


def do_forge(dev, mac, source, target, kind, sport, dport, options):
    """forge NS DEV MAC SOURCE TARGET tcp|udp SPORT DPORT [flags=HEX] [seq=N] [ack=N] [size=BYTES] [wrong]: a
    packet by a device to a link-layer address, so that who holds the target can send it, too; wrong is its
    checksum"""
    ports = int(sport), int(dport)
    if kind == "tcp":
        data = segment(source, target, *ports, options)
    else:
        data = transport(kind, source, target, *ports, pattern(int(options.get("size", 0))))
    if "wrong" in options:
        at = 16 if kind == "tcp" else 6
        data = data[:at] + bytes((data[at] ^ 0x55, data[at + 1])) + data[at + 2:]
    with raw_socket(dev) as sock:
        sock.send(bytes.fromhex(mac.replace(":", "")) + mac_of(sock) + struct.pack("!H", ETH_P_IPV6) +
                  ipv6(source, target, PROTOCOLS[kind], data, 64))
    return ""


def do_put(dev, source, target, sport, dport, options):
    """put NS DEV SOURCE TARGET SPORT DPORT [size=BYTES] [count=N] [cut=BYTES] [twin] [linear=BYTES]: a datagram into
    a device without link-layer headers; only so many bytes of it; after the whole one that is said to be of
    another protocol, so that the memory behind it is likely to say what is missing; the kernel is to keep so many
    bytes in one piece, and the rest in pages"""
    data = transport("udp", source, target, int(sport), int(dport), pattern(int(options.get("size", 0))))
    data = ipv6(source, target, UDP, data, 64)
    piece = data[:int(options.get("cut", len(data)))]
    head = b""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        if "linear" in options:
            # struct virtio_net_hdr
            sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
            head = struct.pack("=BBHHHH", 0, 0, int(options["linear"]), 0, 0, 0)
        for _ in range(int(options.get("count", 1))):
            if "twin" in options:
                sock.sendto(head + data, (dev, ETH_P_IP))
            sock.sendto(head + piece, (dev, ETH_P_IPV6))
    return ""


def do_flood(prefix, target, port, count, options):
    """flood NS PREFIX TARGET PORT COUNT: SYNs, each from another source PREFIXn (hexadecimal)"""
    with out_socket() as out:
        for number in range(int(count)):
            source = "%s%x" % (prefix, number)
            data = transport("tcp", source, target, 1024 + number % 60000, int(port))
            out.sendto(ipv6(source, target, TCP, data, 64), (target, 0))
    return ""


class Pour(threading.Thread):
    """Packets of many sources that do not exist, at intervals."""

    # the packets of each source: protocol, flags, sequence number
    KINDS = {
        "syns": [("tcp", "02", 1)],
        "acks": [("tcp", "10", 1), ("tcp", "10", 1)],
        "datagrams": [("udp", "", 0), ("udp", "", 0)],
        "handshakes": [("tcp", "02", 1), ("tcp", "10", 2)],
    }

    def __init__(self, prefix, target, port, kind, options):
        super().__init__(daemon=True)
        self.prefix, self.target, self.port, self.packets = prefix, target, int(port), self.KINDS[kind]
        self.gap = float(options.get("gap", 1)) / 1000
        # made here, as it is the caller that is in the namespace
        self.out = out_socket()
        self.over = False
        self.sources = 0

    def run(self):
        while not self.over:
            source = "%s%x" % (self.prefix, self.sources)
            sport = 1024 + self.sources % 60000
            for proto, flags, seq in self.packets:
                if proto == "tcp":
                    data = segment(source, self.target, sport, self.port, {"flags": flags, "seq": seq})
                else:
                    data = transport(proto, source, self.target, sport, self.port)
                self.out.sendto(ipv6(source, self.target, PROTOCOLS[proto], data, 64), (self.target, 0))
            self.sources += 1
            # A slow machine does not make up for what is late: that would be another flood, of a moment.
            time.sleep(self.gap)


def do_pour(name, prefix, target, port, kind, options):
    """pour NS NAME PREFIX TARGET PORT syns|acks|datagrams|handshakes [gap=MSEC]: packets from PREFIX0, PREFIX1…
    (hexadecimal), a pause of one millisecond after each source if not told, until poured: a SYN, two equal ACKs, two
    datagrams, a SYN and the ACK that goes on with it"""
    pours[name] = Pour(prefix, target, port, kind, options)
    pours[name].start()
    return ""


def do_pouring(name, options):
    """pouring NS NAME [count=N]: wait for N more sources"""
    pour = pours[name]
    wanted = pour.sources + int(options.get("count", 100))
    peer.wait_until(lambda: pour.sources >= wanted or not pour.is_alive())
    return ""


def do_poured(name, options):
    """poured NS NAME: end it; how many sources there were"""
    pour = pours.pop(name)
    pour.over = True
    pour.join(10)
    pour.out.close()
    return str(pour.sources)


pours = {}


def do_error(source, target, what, quoted, options):
    """error NS SOURCE TARGET TYPE-CODE-MTU QUOTE [cut=BYTES] [options] [later]: an ICMPv6 error. QUOTE
    is SOURCE,TARGET,KIND,SPORT,DPORT (as for inject) of what its target has sent, an echo reply for echo;
    cut short, behind destination options, or as a later fragment."""
    kind, code, mtu = map(int, what.split("-"))
    from_, to, proto, sport, dport = quoted.split(",")
    number = PROTOCOLS[proto]
    if proto == "echo":
        inner = icmpv6(from_, to, ECHO_REPLY, struct.pack("!HH", int(sport), 1))[40:]
    else:
        inner = transport(proto, from_, to, int(sport), int(dport), pattern(100), 0x10)
    if "later" in options:
        inner, number = struct.pack("!BBHL", number, 0, 1440, 7) + inner, FRAGMENT
    if "options" in options:
        inner, number = bytes((number, 0, 1, 4, 0, 0, 0, 0)) + inner, DESTINATION_OPTIONS
    quote = ipv6(from_, to, number, inner, 60)[:int(options.get("cut", 1200))]
    head = bytes((kind, code)), struct.pack("!L", mtu)
    summed = checksum(source, target, ICMPV6, head[0] + b"\0\0" + head[1] + quote)
    with out_socket() as out:
        out.sendto(ipv6(source, target, ICMPV6, head[0] + summed + head[1] + quote, 64), (target, 0))
    return ""


def cut_up(source, target, sport, dport, options):
    """The fragments of a datagram."""
    size, step = int(options.get("size", 3000)), int(options.get("step", 1024))
    ident = int(options.get("id", 0)) or sport << 8 | int(time.monotonic() * 100) & 0xff
    data = transport("udp", source, target, sport, dport, pattern(size))
    result = []
    for at in range(0, len(data), step):
        more = at + step < len(data)
        head = struct.pack("!BBHL", UDP, 0, at | more, ident)
        result.append(ipv6(source, target, FRAGMENT, head + data[at:at + step], 64))
    # one that says something else of a part of the second, and of the first
    head = struct.pack("!BBHL", UDP, 0, (step - 64) | 1, ident)
    result.append(ipv6(source, target, FRAGMENT, head + bytes(step), 64))
    return result


def do_pieces(source, target, sports, dport, order, options):
    """pieces NS SOURCE TARGET SPORT[,SPORT…] DPORT ORDER [size=…] [step=…] [id=…] [mute] [wait=…]: a
    datagram from each of these ports in fragments, in this order (0,1,2; x is one that overlaps),
    turn by turn. Who answered, a word each, - for nobody; with mute nobody listens."""
    sports = [int(sport) for sport in sports.split(",")]
    socks = []
    if "mute" not in options:
        for sport in sports:
            socks.append(make_socket(socket.SOCK_DGRAM, {}))
            socks[-1].bind(sockaddr(source, sport))
    pieces = [cut_up(source, target, sport, int(dport), options) for sport in sports]
    with out_socket() as out:
        for number in order.split(","):
            for datagram in pieces:
                out.sendto(datagram[-1 if number == "x" else int(number)], (target, 0))
    return " ".join(collect(socks, float(options.get("wait", 10))))


def do_heads(source, target, count, options):
    """heads NS SOURCE TARGET COUNT: first fragments, of as many datagrams, and nothing else"""
    with out_socket() as out:
        for number in range(int(count)):
            options["id"] = 0x10000 + number
            out.sendto(cut_up(source, target, 9, 9, options)[0], (target, 0))
    return ""


# ---- what is on the wire ----

def contents(proto, data):
    """What comes after an IPv6 header, in a word."""
    if proto == FRAGMENT and len(data) >= 8:
        _, _, offset, ident = struct.unpack("!BBHL", data[:8])
        return "frag-%x-%d-%d%s" % (ident, offset & ~7, len(data) - 8, "+" if offset & 1 else "")
    if proto in PORTED and len(data) >= 8:
        word = "%s-%d-%d" % ((PORTED[proto],) + struct.unpack("!HH", data[:4]))
        if proto == SCTP and len(data) > 12:
            word += "-" + sctp.name(data[12])
        return word + ("-%02x" % data[13] if proto == TCP and len(data) > 13 else "")
    if proto == ESP and len(data) >= 8:
        return "esp-%x" % struct.unpack("!L", data[:4])
    if proto != ICMPV6 or len(data) < 8:
        return "proto-%d" % proto
    if data[0] in (ECHO_REQUEST, ECHO_REPLY):
        word = "echo" if data[0] == ECHO_REQUEST else "reply"
        return "%s-%d-%d" % ((word,) + struct.unpack("!HH", data[4:8]))
    if data[0] < 128:
        quoted = describe(data[8:]) if len(data) >= 48 else ""
        return "error-%d-%d-%d[%s]" % (data[0], data[1], struct.unpack("!L", data[4:8])[0], quoted)
    if data[0] == REDIRECT:
        return "redirect-%s" % text(data[24:40])
    return "icmp-%d" % data[0]


def describe(packet):
    """A packet in a word: SOURCE>TARGET/HOPS/LENGTH/contents, or short-LENGTH"""
    if len(packet) < 40:
        return "short-%d" % len(packet)
    length = 40 + struct.unpack("!H", packet[4:6])[0]
    return "%s>%s/%d/%d/%s" % (text(packet[8:24]), text(packet[24:40]), packet[7], length,
                               contents(packet[6], packet[40:length]))


class Watch:
    """What comes in by a device."""

    def __init__(self, dev):
        self.sock = raw_socket(dev)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        self.seen = []

    def drain(self, seconds):
        while select.select([self.sock], [], [], seconds)[0]:
            seconds = 0
            try:
                frame, origin = self.sock.recvfrom(65536)
            except OSError as error:
                # told once, when the device goes down
                if error.errno != errno.ENETDOWN:
                    raise
                continue
            if origin[2] != socket.PACKET_OUTGOING:
                self.seen.append(describe(frame[14:]))


watches = {}


def do_watch(name, dev, _):
    """watch NS NAME DEV: remember what comes in by a device, from now on"""
    if name in watches:
        watches[name].sock.close()
    watches[name] = Watch(dev)
    return ""


def do_seen(name, wanted, options):
    """seen NS NAME REGEX [least=N] [wait=SECONDS]: the packets seen that match, a word each (describe);
    with least: wait until there are so many."""
    watch = watches[name]
    least = int(options.get("least", 0))
    end = time.monotonic() + float(options.get("wait", 10))
    watch.drain(0)
    while True:
        found = [word for word in watch.seen if re.search(wanted, word)]
        left = end - time.monotonic()
        if len(found) >= least:
            return " ".join(found)
        if left <= 0:
            raise TimeoutError("only %d: %s; of %d: %s" % (len(found), " ".join(found), len(watch.seen),
                                                          " ".join(watch.seen[-20:])))
        watch.drain(left)


if __name__ == "__main__":
    # each asks from many sockets
    resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 16, 1 << 16))
    peer.main({**vars(peer), **globals()})
