#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# The other side of connections: servers, clients and packets made by hand, in any namespace. One process serves a
# whole test, because Python takes long to start on an emulated machine: it reads one request a line and answers each
# with one line, "ok RESULT" or "failed REASON". lib/peer.sh speaks with it.
import ctypes
import errno
import hashlib
import ipaddress
import os
import select
import socket
import struct
import sys
import threading
import time

# Constants for which Python 3.11 has no names.
CLONE_NEWNET = 0x40000000
IPV6_RECVERR = 25
IPV6_UNICAST_IF = 76
IPV6_FREEBIND = 78
ETH_P_IPV6 = 0x86DD
FRAGMENT = 44
TCP = 6
ICMPV6 = 58
ECHO_REQUEST, ECHO_REPLY = 128, 129
ROUTER_ADVERTISEMENT, SOLICITATION, ADVERTISEMENT = 134, 135, 136
# A server with a name sends the name first on a TCP connection, in so many bytes.
NAME_SIZE = 16
# A destination option header of 8 bytes: next header and length are the kernel's, then PadN.
PADDING = bytes((0, 0, 1, 4, 0, 0, 0, 0))

libc = ctypes.CDLL(None, use_errno=True)


def enter(netns):
    """Sockets that this thread makes from now on belong to that namespace."""
    fd = os.open("/run/netns/" + netns, os.O_RDONLY)
    try:
        if libc.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(fd)


def packed(address):
    return ipaddress.IPv6Address(address).packed


def text(data):
    return str(ipaddress.IPv6Address(bytes(data)))


def bare(address):
    return address.split("%")[0]


def pattern(size):
    """Data in which a piece that is lost, doubled or swapped can be seen."""
    blocks = (hashlib.sha1(b"%d" % i).digest() for i in range(size // 20 + 1))
    return b"".join(blocks)[:size]


def packet_info(dev):
    """Of IPV6_PKTINFO: the device by which packets are to leave, and no source."""
    return struct.pack("16si", bytes(16), socket.if_nametoindex(dev))


def make_socket(kind, options, proto=0):
    sock = socket.socket(socket.AF_INET6, kind, proto)
    if "freebind" in options:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
    if "dev" in options:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, options["dev"].encode())
    if "unicast_if" in options:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_UNICAST_IF,
                        struct.pack("!I", socket.if_nametoindex(options["unicast_if"])))
    if "sticky" in options:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, packet_info(options["sticky"]))
    if "mark" in options:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, int(options["mark"]))
    if "tclass" in options:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, int(options["tclass"]))
    if "uid" in options:
        # the kernel asks the socket whose it is
        os.chown(sock.fileno(), int(options["uid"]), -1)
    if "dstopts" in options:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, PADDING)
    if "hopopts" in options:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, PADDING)
    if "src" in options:
        sock.bind(sockaddr(options["src"]))
    sock.settimeout(float(options.get("wait", 15)))
    return sock


def sockaddr(address, port=0):
    """An address as socket calls take it; a scope is a name or a number after %."""
    return socket.getaddrinfo(address, port, socket.AF_INET6, socket.SOCK_DGRAM, 0,
                              socket.AI_NUMERICHOST)[0][4]


# ---- servers ----

def echo_tcp(listener, name):
    def serve(sock):
        try:
            with sock:
                if name:
                    sock.sendall(name.ljust(NAME_SIZE).encode())
                while data := sock.recv(65536):
                    sock.sendall(data)
        except OSError as error:
            print("tcp: %s" % error, file=sys.stderr, flush=True)

    while True:
        sock = listener.accept()[0]
        sock.settimeout(30)
        threading.Thread(target=serve, args=(sock,), daemon=True).start()


def echo_udp(sock, pktinfo, name):
    prefix = name.encode() + b" " if name else b""
    while True:
        data, control, _, source = sock.recvmsg(65536, 256)
        data = prefix + data
        try:
            # Control data as it came: the source of the answer is the destination of the question.
            sock.sendmsg([data], control if pktinfo else [], 0, source)
        except OSError as error:
            print("to %s: %s" % (source, error), file=sys.stderr, flush=True)


def do_serve(kind, address, port, options):
    """serve NS tcp|udp ADDRESS PORT [freebind] [pktinfo] [dev=DEV] [id=NAME]: an echo server. Each
    answer and each connection begins with its name, if it has one."""
    name = options.get("id", "")
    options["wait"] = 1e6
    sock = make_socket(socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM, options)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(sockaddr(address, int(port)))
    if kind == "tcp":
        sock.listen()
        threading.Thread(target=echo_tcp, args=(sock, name), daemon=True).start()
        return ""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    if "pktinfo" in options:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    threading.Thread(target=echo_udp, args=(sock, "pktinfo" in options, name), daemon=True).start()
    return ""


# ---- clients ----

def do_udp(address, port, size, options):
    """udp NS ADDRESS PORT SIZE [dev=DEV] [src=ADDRESS] [wait=SECONDS]: who answers."""
    data = pattern(int(size))
    with make_socket(socket.SOCK_DGRAM, options) as sock:
        sock.sendto(data, sockaddr(address, int(port)))
        answer, source = sock.recvfrom(65536)
    if answer != data:
        raise ValueError("another datagram came back (%d bytes)" % len(answer))
    return bare(source[0])


def do_datagram(address, port, data, options):
    """datagram NS ADDRESS PORT HEX [wait=SECONDS]: who answers, and what, in hexadecimal."""
    with make_socket(socket.SOCK_DGRAM, options) as sock:
        sock.sendto(bytes.fromhex(data), sockaddr(address, int(port)))
        answer, source = sock.recvfrom(65536)
    return "%s %s" % (bare(source[0]), answer.hex())


def do_tcp(address, port, size, options):
    """tcp NS ADDRESS PORT SIZE [dev=DEV] [dstopts] [hopopts] [src=…] [wait=…]: what came back."""
    data = pattern(int(size))
    received = bytearray()
    with make_socket(socket.SOCK_STREAM, options) as sock:
        sock.connect(sockaddr(address, int(port)))
        sender = threading.Thread(target=sock.sendall, args=(data,), daemon=True)
        sender.start()
        while len(received) < len(data):
            piece = sock.recv(1 << 18)
            if not piece:
                break
            received += piece
        sender.join()
    if received != data:
        raise ValueError("other data came back (%d bytes)" % len(received))
    return "%d" % len(received)


def do_ping(address, options):
    """ping NS ADDRESS [size=BYTES] [dev=DEV] [src=ADDRESS] [wait=SECONDS]: who answers."""
    # each ping is a flow of its own to a router that tells flows apart
    ident = struct.pack("!HH", time.monotonic_ns() >> 10 & 0xffff, os.getpid() & 0xffff)
    data = ident + pattern(int(options.get("size", 56)))
    with make_socket(socket.SOCK_RAW, options, socket.IPPROTO_ICMPV6) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        end = time.monotonic() + sock.gettimeout()
        # once a second, as ping does: any network may lose a packet
        while time.monotonic() < end:
            sock.sendto(bytes((ECHO_REQUEST, 0, 0, 0)) + data, sockaddr(address))
            again = min(end, time.monotonic() + 1)
            while time.monotonic() < again:
                sock.settimeout(max(again - time.monotonic(), 0.001))
                try:
                    answer, source = sock.recvfrom(65536)
                except TimeoutError:
                    break
                if answer[0] == ECHO_REPLY and answer[4:] == data:
                    return bare(source[0])
    raise TimeoutError("no answer came")


def do_reach(address, port, options):
    """reach NS ADDRESS PORT [wait=SECONDS]: who answers to ping, to UDP and to TCP; "-" for none."""
    answers = ["-"] * 3

    def attempt(number, function, *arguments):
        try:
            answers[number] = function(address, *arguments, dict(options))
        except ValueError as error:
            answers[number] = repr(error)
        except OSError:
            pass

    # All at once, to wait only once if nobody answers. A thread is in the namespace of its maker.
    threads = [threading.Thread(target=attempt, args=arguments) for arguments in (
        (0, do_ping), (1, do_udp, port, 100), (2, do_tcp, port, 1000))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return " ".join(answers)


# ---- which server has it ----

def symbol(error):
    return errno.errorcode.get(error.errno, "-") if error.errno else "-"


def ports_of(text):
    """1,5-7: 1, 5, 6 and 7."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def bound(kind, sport, options):
    sock = make_socket(kind, {key: value for key, value in options.items() if key != "src"})
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(sockaddr(options.get("src", "::"), sport))
    return sock


def ask_tcp(target, sport, options):
    with bound(socket.SOCK_STREAM, sport, options) as sock:
        # a RST at the end, so that the port can be used again
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            sock.connect(target)
            return sock.recv(NAME_SIZE, socket.MSG_WAITALL).decode().strip() or "-"
        except OSError as error:
            return symbol(error)


def ask_udp(target, sports, options):
    """Ask from each port, with a socket of its own, all at the same time."""
    waiting, found = {}, {}
    for sport in sports:
        sock = bound(socket.SOCK_DGRAM, sport, options)
        # the socket is not connected, because answers may come from another address
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        sock.sendto(b"%d" % sport, target)
        waiting[sock] = sport
        # not more at once than queues have room for
        if len(waiting) >= 64:
            collect(waiting, found, 0.05)
    end = time.monotonic() + float(options.get("wait", 15))
    while waiting and (left := end - time.monotonic()) > 0:
        collect(waiting, found, left)
    for sock, sport in waiting.items():
        found[sport] = "-"
        sock.close()
    return found


def collect(waiting, found, seconds):
    for sock in select.select(list(waiting), [], [], seconds)[0]:
        sport = waiting.pop(sock)
        with sock:
            try:
                name, data = sock.recv(2048).decode().split()
                found[sport] = name if data == str(sport) else "wrong"
            except OSError as error:
                found[sport] = symbol(error)


def do_ask(proto, address, port, sports, options):
    """ask NS udp|tcp ADDRESS PORT SPORT[-SPORT][,…] [src=ADDRESS] [wait=SECONDS] [dev=DEV]: who has
    each flow, as SPORT=NAME; - for no answer, or the error."""
    target = sockaddr(address, int(port))
    if proto == "udp":
        found = ask_udp(target, list(ports_of(sports)), options)
    else:
        found = {sport: ask_tcp(target, sport, options) for sport in ports_of(sports)}
    return " ".join("%d=%s" % pair for pair in sorted(found.items()))


class Stream:
    """Requests with numbers, one after the other at a steady pace; one flow, or each its own."""

    def __init__(self, target, options):
        self.target, self.options = target, options
        self.pause = float(options.get("every", 20)) / 1000
        self.sent, self.answers, self.ended = 0, {}, False
        self.sock = make_socket(socket.SOCK_DGRAM, options)
        self.sock.settimeout(0)
        self.socks = [self.sock]
        # the thread stays in the namespace that it is started in
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        following = time.monotonic()
        while not self.ended:
            if "fresh" in self.options:
                self.sock = make_socket(socket.SOCK_DGRAM, self.options)
                self.sock.settimeout(0)
                self.socks = self.socks[-100:] + [self.sock]
            try:
                self.sock.sendto(b"%d" % (self.sent + 1), self.target)
            except OSError as error:
                self.answers[self.sent + 1] = symbol(error)
            self.sent += 1
            following = max(following + self.pause, time.monotonic())
            self.receive(following)
        # requests without an answer when the last one has its answer are lost
        end = time.monotonic() + float(self.options.get("wait", 5))
        while self.sent not in self.answers and time.monotonic() < end:
            self.receive(time.monotonic() + 0.05)

    def receive(self, until):
        while (left := until - time.monotonic()) > 0:
            for sock in select.select(self.socks, [], [], left)[0]:
                try:
                    name, number = sock.recv(2048).decode().split()
                    self.answers[int(number)] = name
                except OSError:
                    continue

    def __str__(self):
        """Who answered which requests, - for nobody: 1-57=s1 58-58=- 59-110=s2"""
        runs = []
        for number in range(1, self.sent + 1):
            name = self.answers.get(number, "-")
            if runs and runs[-1][2] == name:
                runs[-1][1] = number
            else:
                runs.append([number, number, name])
        return " ".join("%d-%d=%s" % tuple(run) for run in runs)


def do_stream(verb, name, *words):
    """stream NS start NAME ADDRESS PORT [every=MSEC] [fresh]: send requests until it is stopped;
    stream NS sent NAME: how many so far; stream NS answered NAME NUMBER: once an answer came to one
    of that number or higher; stream NS stop NAME: who answered, see Stream."""
    *words, options = words
    if verb == "start":
        running[name] = Stream(sockaddr(words[0], int(words[1])), options)
        return ""
    stream = running[name]
    if verb == "sent":
        return "%d" % stream.sent
    if verb == "answered":
        wait_until(lambda: max(list(stream.answers), default=0) >= int(words[0]))
        return ""
    stream.ended = True
    stream.thread.join()
    return str(running.pop(name))


def wait_until(condition, seconds=50):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.01)


class Transfer:
    """A TCP connection to an echo server that has a name. Until it is told to go, it is slow, or
    sends nothing (later)."""

    def __init__(self, target, size, options):
        self.data = hashlib.shake_128(b"anycast").digest(size)
        self.received, self.name, self.error = bytearray(), "", ""
        self.may_go = "slow" not in options and "later" not in options
        self.may_send = "later" not in options
        self.sock = make_socket(socket.SOCK_STREAM, options)
        self.sock.settimeout(50)
        self.sock.connect(target)
        self.name = self.sock.recv(NAME_SIZE, socket.MSG_WAITALL).decode().strip()
        self.threads = [threading.Thread(target=target, daemon=True)
                        for target in (self.send, self.receive)]
        for thread in self.threads:
            thread.start()

    def send(self):
        wait_until(lambda: self.may_send or self.may_go, 600)
        try:
            self.sock.sendall(self.data)
        except BrokenPipeError:
            # the other thread gets the error itself
            return
        except OSError as error:
            self.error = symbol(error)

    def receive(self):
        try:
            while len(self.received) < len(self.data):
                if not self.may_go:
                    time.sleep(0.05)
                piece = self.sock.recv(1 << 18 if self.may_go else 1 << 14)
                if not piece:
                    break
                self.received += piece
        except OSError as error:
            self.error = symbol(error)


def do_transfer(verb, name, *words):
    """transfer NS start NAME ADDRESS PORT SIZE [slow] [later]: send and get back; who answers. transfer
    NS at NAME BYTES: once so much came back. transfer NS go NAME: not slow, nor later, any more. transfer
    NS end NAME: how it ended: the size, or the error."""
    *words, options = words
    if verb == "start":
        running[name] = Transfer(sockaddr(words[0], int(words[1])), int(words[2]), options)
        return running[name].name
    transfer = running[name]
    if verb == "at":
        wait_until(lambda: len(transfer.received) >= int(words[0]))
        return ""
    transfer.may_go = True
    if verb == "go":
        return ""
    for thread in transfer.threads:
        thread.join(50)
        if thread.is_alive():
            raise TimeoutError("%d bytes so far" % len(transfer.received))
    transfer.sock.close()
    del running[name]
    if transfer.error:
        return transfer.error
    if transfer.received != transfer.data:
        raise ValueError("other data came back (%d bytes)" % len(transfer.received))
    return "%d" % len(transfer.received)


running = {}


# ---- hand-made packets ----

def checksum(source, target, proto, data):
    data = packed(source) + packed(target) + struct.pack("!LL", len(data), proto) + data
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", ~total & 0xffff)


def ipv6(source, target, proto, data, hops=255):
    return struct.pack("!LHBB", 6 << 28, len(data), proto, hops) + packed(source) + packed(target) + data


def icmpv6(source, target, kind, body):
    summed = checksum(source, target, ICMPV6, bytes((kind, 0, 0, 0)) + body)
    return ipv6(source, target, ICMPV6, bytes((kind, 0)) + summed + body)


def raw_socket(dev):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IPV6))
    sock.bind((dev, ETH_P_IPV6))
    return sock


def mac_of(sock):
    return sock.getsockname()[4]


def multicast_mac(address):
    return b"\x33\x33" + packed(address)[12:]


def solicited_node(target):
    return text(packed("ff02::1:ff00:0")[:13] + packed(target)[13:])


def packets(sock, seconds):
    """Yield IPv6 packets that come in during so many seconds, with the time since the call."""
    begin = time.monotonic()
    while (left := begin + seconds - time.monotonic()) > 0:
        if not select.select([sock], [], [], left)[0]:
            return
        frame, origin = sock.recvfrom(65536)
        if origin[2] != socket.PACKET_OUTGOING:
            yield time.monotonic() - begin, frame[:14], frame[14:]


def solicitation(sock, source, target, options):
    """A neighbour solicitation: to the solicited-node group, or to mac=MAC at the target."""
    if "mac" in options:
        to, mac = target, bytes.fromhex(options["mac"].replace(":", ""))
    else:
        to = solicited_node(target)
        mac = multicast_mac(to)
    link = b"" if source == "::" or "nollao" in options else b"\1\1" + mac_of(sock)
    return mac + mac_of(sock) + struct.pack("!H", ETH_P_IPV6) + \
        icmpv6(source, to, SOLICITATION, bytes(4) + packed(target) + link)


def advertisement(frame, packet):
    """The facts of a neighbour advertisement, None if the packet is another one."""
    if len(packet) < 64 or packet[6] != ICMPV6 or packet[40] != ADVERTISEMENT:
        return None
    source, to = text(packet[8:24]), text(packet[24:40])
    if checksum(source, to, ICMPV6, packet[40:42] + b"\0\0" + packet[44:]) != packet[42:44]:
        raise ValueError("an advertisement with a wrong checksum")
    flags = packet[44]
    link = packet[66:72].hex(":") if packet[64:66] == b"\2\1" else "none"
    return {"target": text(packet[48:64]), "src": source, "dst": to, "router": flags >> 7,
            "solicited": flags >> 6 & 1, "override": flags >> 5 & 1, "tlla": link,
            "hops": packet[7], "ether": frame[6:12].hex(":")}


def do_solicit(dev, source, targets, options):
    """solicit NS DEV SOURCE TARGET[,TARGET]... [mac=MAC] [wait=SECONDS]: the advertisements that
    answer, a word each: ms=…/target=…/src=…; milliseconds are counted from the first question."""
    targets = [text(packed(target)) for target in targets.split(",")]
    with raw_socket(dev) as sock:
        for target in targets:
            sock.send(solicitation(sock, source, target, options))
        answers = []
        for seconds, frame, packet in packets(sock, float(options.get("wait", 15))):
            facts = advertisement(frame, packet)
            if facts and facts["target"] in targets:
                targets.remove(facts["target"])
                answers.append("/".join(["ms=%d" % (seconds * 1000)] +
                                        ["%s=%s" % fact for fact in facts.items()]))
            if not targets:
                return " ".join(answers)
    raise TimeoutError("no answer for " + " ".join(targets))


def do_advertise(dev, prefix, options):
    """advertise NS DEV PREFIX/LENGTH [lifetime=SECONDS] [onlink]: a router advertisement; with
    onlink the prefix is not for autoconfiguration."""
    net = ipaddress.IPv6Network(prefix)
    life = int(options.get("lifetime", 3600))
    with raw_socket(dev) as sock:
        source = options["src"]
        body = struct.pack("!BBHLL", 64, 0, 0, 0, 0)
        body += struct.pack("!BBBBLLL", 3, 4, net.prefixlen, 0x80 if "onlink" in options else 0xc0,
                            life, life, 0) + net.network_address.packed
        packet = icmpv6(source, "ff02::1", ROUTER_ADVERTISEMENT, body)
        sock.send(multicast_mac("ff02::1") + mac_of(sock) + struct.pack("!H", ETH_P_IPV6) + packet)
    return ""


def do_fragments(dev, source, target, port, options):
    """fragments NS DEV SOURCE ADDRESS PORT [pieces=N]: whether a TCP SYN in fragments is answered."""
    sport = 20000 + time.monotonic_ns() % 20000
    head = struct.pack("!HHLLBBH", sport, int(port), 1, 0, 15 << 4, 2, 65535)
    # 40 bytes of options without effect, so that there is something to cut
    tail = b"\0\0" + b"\1" * 40
    syn = head + checksum(source, target, TCP, head + b"\0\0" + tail) + tail
    step = {"1": 64, "2": 32, "3": 24}[options.get("pieces", "2")]
    with raw_socket(dev) as sock, \
            socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as out:
        for at in range(0, len(syn), step):
            more = at + step < len(syn)
            head = struct.pack("!BBHL", TCP, 0, at | more, sport)
            out.sendto(ipv6(source, target, FRAGMENT, head + syn[at:at + step], 64), (target, 0))
        for _, _, packet in packets(sock, float(options.get("wait", 15))):
            if packet[6] == TCP and packet[42:44] == struct.pack("!H", sport):
                if packet[53] & 0x3f != 0x12:
                    raise ValueError("flags %#x came back" % packet[53])
                return text(packet[8:24])
    raise TimeoutError("no answer")


def do_join(address, dev, options):
    """join NS ADDRESS DEV: a program's own anycast join (IPV6_JOIN_ANYCAST)."""
    sock = make_socket(socket.SOCK_DGRAM, options)
    sock.setsockopt(socket.IPPROTO_IPV6, 27, packed(address) +
                    struct.pack("i", socket.if_nametoindex(dev)))
    kept.append(sock)
    return ""


kept = []
OPTIONS = {"freebind", "pktinfo", "dev", "unicast_if", "sticky", "mark", "tclass", "src", "wait", "dstopts", "hopopts", "size", "mac",
           "lifetime", "onlink", "pieces", "nollao", "id", "every", "fresh", "slow", "later", "uid"}


def answer(line, verbs):
    verb, netns, *words = line.split()
    options = {}
    while words and words[-1].split("=")[0] in OPTIONS:
        name, _, value = words.pop().partition("=")
        options[name] = value
    try:
        enter(netns)
        return "ok " + verbs["do_" + verb](*words, options)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return "failed %s" % (str(error) or type(error).__name__)


def main(verbs):
    for line in sys.stdin:
        print(answer(line, verbs), flush=True)


if __name__ == "__main__":
    main(globals())
