#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Talks to the anycast6 family as `ip` never would: malformed requests, and every word of the answer. One process
# serves a whole test, as peer.py does: one request a line, one line of answer. lib/netlink.sh speaks with it.
import ctypes
import errno
import ipaddress
import json
import os
import select
import socket
import struct
import sys
import threading
import time

CLONE_NEWNET = 0x40000000
NETLINK_GENERIC, SOL_NETLINK = 16, 270
NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 1, 10, 11
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP_INTR = 1, 4, 0x300, 0x10
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLA_F_NESTED = 0x8000
NLMSG_ERROR, NLMSG_DONE = 2, 3
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
IPV6_JOIN_ANYCAST, SO_RCVBUFFORCE = 27, 33

# Written by hand, not taken from the header: a renumbering must not go unnoticed.
COMMANDS = {"get": 1, "add": 2, "change": 3, "replace": 4, "del": 5, "set": 6, "flush": 7,
            "added": 8, "changed": 9, "deleted": 10, "resolve": 11, "flow-get": 12, "flow-flush": 13,
            "drain": 14, "resume": 15, "renew": 16}
ATTRS = {"address": 1, "vrf": 2, "dev": 3, "scope": 4, "scope-len": 5, "origin": 6, "id": 7,
         "state": 8, "member": 9, "addresses": 10, "stats": 11, "via": 12, "metric": 13, "area": 14,
         "area-len": 15, "misses": 16, "source": 17, "source-address": 18, "replies": 19,
         "lifetime": 20, "draining": 21, "services": 22, "probe": 23, "hold": 24, "announce": 25,
         "announce-metric": 26, "affinity": 27, "unpinned": 28, "source-related": 30}
# the attributes of requests about flows; as a word, each is written flow-NAME
FLOW_ATTRS = {"flow-address": 1, "flow-vrf": 2, "flow-dev": 3, "flow-source": 4, "flow-iif": 5,
              "flow-proto": 6, "flow-sport": 7, "flow-dport": 8}
MEMBER_ATTRS = {"dev": 1, "own": 2, "origin": 3, "state": 4, "reason": 5, "delivery": 6, "stats": 7}
ORIGINS = ["static", "subnet-router", "reserved", "kernel"]
STATES = ["down", "up", "draining"]
SOURCES = ["auto", "anycast", "unicast", "address"]
ANNOUNCES = ["none", "host", "scope"]
AFFINITIES = ["flow", "source"]
PROTOS = {"tcp": 6, "udp": 17}
REASONS = ["", "admin", "link", "address", "join", "neighbour", "route", "lease",
           "service", "probe", "hold"]
DELIVERIES = ["", "join", "route", "kernel"]

libc = ctypes.CDLL(None, use_errno=True)


def enter(netns):
    """Sockets that this thread makes from now on belong to that namespace."""
    fd = os.open("/run/netns/" + netns, os.O_RDONLY)
    try:
        if libc.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(fd)


def attr(kind, data):
    return struct.pack("=HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)


def attributes(data):
    """Yield (type without flags, payload) of each attribute in a stream."""
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        yield kind & 0x3fff, data[at + 4:at + length]
        at += length + 3 & ~3


def u32(data):
    return struct.unpack("=I", data)[0]


def ifname(index):
    try:
        return socket.if_indextoname(index)
    except OSError:
        return "#%d" % index


class Refused(Exception):
    """What the kernel said: errno, the name of the attribute at fault, its sentence."""

    def __init__(self, code, blamed, message):
        super().__init__(("%s %s %s" % (errno.errorcode.get(code, code), blamed, message)).strip())
        self.code = code


class Netlink:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
        self.sock.bind((0, 0))
        self.sock.settimeout(60)
        self.seq = 0
        self.family, self.group = self._find("anycast6")

    def _find(self, name):
        request = attr(2, name.encode() + b"\0")
        for _, body in self.request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, request, NLM_F_ACK):
            found = dict(attributes(body))
            group = dict(attributes(next(attributes(found[7]))[1]))
            if group[1] != b"events\0":
                raise ValueError("the group is not called events")
            return struct.unpack("=H", found[1])[0], u32(group[2])
        raise ValueError("no family " + name)

    def send(self, kind, cmd, payload, flags, version=1, reserved=0):
        self.seq += 1
        body = struct.pack("=BBH", cmd, version, reserved) + payload
        self.sock.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | flags,
                                   self.seq, 0) + body)
        return body

    def answers(self, body=b"", size=1 << 16):
        """Yield (flags, cmd, attributes) of each answer, until the last one. Raises Refused."""
        while True:
            data = self.sock.recv(size)
            at = 0
            while at < len(data):
                length, kind, flags, seq, _ = struct.unpack_from("=IHHII", data, at)
                message = data[at + 16:at + length]
                at += length + 3 & ~3
                if seq != self.seq:
                    continue
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    code = struct.unpack_from("=i", message)[0] if message else 0
                    if code:
                        raise self._refusal(-code, flags, message, body, kind == NLMSG_ERROR)
                    yield flags, 0, b""
                    return
                yield flags, message[0], message[4:]

    @staticmethod
    def _refusal(code, flags, message, body, is_ack):
        said = dict(attributes(message[20 if is_ack else 4:])) if flags & NLM_F_ACK_TLVS else {}
        of_flow = COMMANDS["resolve"] <= body[0] <= COMMANDS["flow-flush"]
        names = FLOW_ATTRS if of_flow else ATTRS
        blamed = "-"
        if 2 in said:
            # the offset counts from the start of the request; an attribute that is nested there is named by its
            # number
            offset, at = u32(said[2]) - 20, 0
            kind = struct.unpack_from("=H", body, 4 + offset + 2)[0] & 0x3fff
            while (length := struct.unpack_from("=H", body, 4 + at)[0] + 3 & ~3) and at + length <= offset:
                at += length
            outer = struct.unpack_from("=H", body, 4 + at + 2)[0] & 0x3fff
            blamed = next((k for k, v in names.items() if v == outer), str(outer))
            blamed += "" if at == offset else ".%d" % kind
        elif 5 in said:
            blamed = "no-" + next(k for k, v in names.items() if v == u32(said[5]))
        return Refused(code, blamed, said.get(1, b"\0")[:-1].decode())

    def request(self, kind, cmd, payload, flags, **more):
        body = self.send(kind, cmd, payload, flags, **more)
        return [(cmd, data) for _, cmd, data in self.answers(body) if cmd]

    def dump(self, payload=b"", size=1 << 16, between=None):
        """Return all messages, and whether the kernel flagged them as inconsistent."""
        body = self.send(self.family, COMMANDS["get"], payload, NLM_F_DUMP)
        messages, interrupted = [], False
        for flags, cmd, data in self.answers(body, size):
            interrupted |= bool(flags & NLM_F_DUMP_INTR)
            if cmd:
                messages.append(data)
            if between:
                between()
                between = None
        return messages, interrupted


# ---- objects as Python data ----

def prefix(address, length):
    return "%s/%d" % (ipaddress.IPv6Address(address), length)


def services_of(data):
    """Services in the form that ip prints: udp/53,tcp/53"""
    words = []
    for _, service in attributes(data):
        raw = dict(attributes(service))
        proto = next((name for name, value in PROTOS.items() if value == raw[1][0]), str(raw[1][0]))
        words.append("%s/%d" % (proto, struct.unpack("=H", raw[2])[0]))
    return ",".join(words)


def member_of(data):
    raw = dict(attributes(data))
    # The module's own device may be gone when its event is read, and its number differs each time.
    result = {"dev": "own" if 2 in raw else ifname(u32(raw[1])) if 1 in raw else "-",
              "state": STATES[u32(raw[4])]}
    if 8 in raw:
        result["via"] = str(ipaddress.IPv6Address(raw[8]))
    if 9 in raw:
        result["metric"] = u32(raw[9])
    if 11 in raw:
        result["area"] = prefix(raw[11], raw[12][0])
    if 15 in raw:
        result["lifetime"] = u32(raw[15])
    if 17 in raw:
        result["draining"] = True
    if 18 in raw:
        result["services"] = services_of(raw[18])
    if 19 in raw:
        result["probe"] = u32(raw[19])
    for name, kind, words in (("origin", 3, ORIGINS), ("reason", 5, REASONS),
                              ("delivery", 6, DELIVERIES)):
        if kind in raw:
            result[name] = words[u32(raw[kind])]
    return result


def object_of(data):
    result = {}
    raw = {}
    for kind, value in attributes(data):
        if kind == ATTRS["member"]:
            result.setdefault("members", []).append(member_of(value))
        elif kind in raw:
            raise ValueError("attribute %d twice" % kind)
        else:
            raw[kind] = value
    if 1 in raw:
        result["address"] = str(ipaddress.IPv6Address(raw[1]))
    for name, kind in ("vrf", 2), ("dev", 3):
        if kind in raw:
            result[name] = ifname(u32(raw[kind]))
    if 4 in raw:
        result["scope"] = prefix(raw[4], raw[5][0])
    if 17 in raw:
        result["source"] = SOURCES[u32(raw[17])]
    if 18 in raw:
        result["source"] = str(ipaddress.IPv6Address(raw[18]))
    if 6 in raw:
        result["origin"] = ORIGINS[u32(raw[6])]
    if 7 in raw:
        result["id"] = raw[7][0]
    if 8 in raw:
        result["state"] = STATES[u32(raw[8])]
    if 10 in raw:
        result["addresses"] = u32(raw[10])
    for name in "lifetime", "probe", "hold", "announce-metric":
        if ATTRS[name] in raw:
            result[name] = u32(raw[ATTRS[name]])
    if 21 in raw:
        result["draining"] = True
    if 22 in raw:
        result["services"] = services_of(raw[22])
    if 25 in raw:
        result["announce"] = ANNOUNCES[u32(raw[25])]
    if 27 in raw:
        result["affinity"] = AFFINITIES[u32(raw[27])]
    if 28 in raw:
        result["unpinned"] = services_of(raw[28])
    return result


def brief(cmd, thing):
    """An event in a few words: added 2001:db8::1 anycast0:up"""
    words = [next(name for name, value in COMMANDS.items() if value == cmd)]
    words.append(thing.get("address") or thing["origin"] +
                 (str(thing["id"]) if "id" in thing else "") + "@" + thing["dev"])
    for member in thing.get("members", []):
        words.append(":".join([member["dev"], member["state"]] +
                              ([member["reason"]] if "reason" in member else [])))
    return " ".join(words)


def state(nl):
    """All that a refused request could have changed."""
    messages, _ = nl.dump()
    with open("/proc/thread-self/net/anycast6", encoding="ascii") as f:
        return sorted(json.dumps(object_of(m), sort_keys=True) for m in messages), sorted(f)


# ---- requests as words ----

def flow_value(name, value):
    if name in ("flow-address", "flow-source"):
        return ipaddress.IPv6Address(value).packed
    if name in ("flow-vrf", "flow-dev", "flow-iif"):
        return struct.pack("=I", int(value[1:]) if value[0] == "#" else socket.if_nametoindex(value))
    return struct.pack("=B" if name == "flow-proto" else "=H", int(value))


def services_value(words):
    """Protocols by name or number: udp/53,1/7; nothing is an empty list; /53 has no protocol, and udp/ no port."""
    payload = b""
    for word in filter(None, words.split(",")):
        proto, port = word.split("/")
        payload += attr(1 | NLA_F_NESTED,
                        (attr(1, bytes((PROTOS.get(proto) or int(proto),))) if proto else b"") +
                        (attr(2, struct.pack("=H", int(port))) if port else b""))
    return payload


def payload_of(words):
    """NAME=VALUE attributes and header fields: a device by name or as #INDEX, TYPE:HEX raw."""
    payload, header = b"", {"flags": NLM_F_ACK}
    for word in words:
        name, _, value = word.partition("=")
        if name in ("flags", "version", "reserved"):
            header[name] = int(value, 0) | (NLM_F_ACK if name == "flags" else 0)
        elif name == "tail":
            payload += bytes(int(value))
        elif name == "nested":
            payload += attr(ATTRS["address"] | NLA_F_NESTED, ipaddress.IPv6Address(value).packed)
        elif not value and ":" in name:
            kind, _, data = name.partition(":")
            payload += attr(ATTRS.get(kind) or int(kind), bytes.fromhex(data))
        elif name in FLOW_ATTRS:
            payload += attr(FLOW_ATTRS[name], flow_value(name, value))
        elif name in ("address", "scope", "via", "area", "source-address"):
            payload += attr(ATTRS[name], ipaddress.IPv6Address(value).packed)
        elif name in ("dev", "vrf"):
            index = int(value[1:]) if value[0] == "#" else socket.if_nametoindex(value)
            payload += attr(ATTRS[name], struct.pack("=I", index))
        elif name in ("id", "scope-len", "area-len"):
            payload += attr(ATTRS[name], bytes((int(value),)))
        elif name in ("services", "unpinned"):
            payload += attr(ATTRS[name] | NLA_F_NESTED, services_value(value))
        else:
            words_of = {"origin": ORIGINS, "source": SOURCES, "announce": ANNOUNCES,
                        "affinity": AFFINITIES}.get(name, STATES)
            number = words_of.index(value) if value in words_of else int(value)
            payload += attr(ATTRS[name], struct.pack("=I", number))
    return payload, header


class Session:
    """What is kept of a namespace: sockets for requests, for events, and for a program's joins."""

    def __init__(self):
        self.nl = Netlink()
        self.listener = None
        self.joins = {}
        self.readers = []


sessions = {}


def do_do(session, cmd, *words):
    """do NS CMD ATTRIBUTE...: 0, or ERRNO ATTRIBUTE-AT-FAULT MESSAGE"""
    payload, header = payload_of(words)
    try:
        session.nl.request(session.nl.family, COMMANDS.get(cmd) or int(cmd), payload, **header)
    except Refused as refusal:
        return str(refusal)
    return "0"


def do_refuse(session, *words):
    """refuse NS CMD ATTRIBUTE...: the same. Fails if the request changed something or made an event."""
    do_listen(session)
    before = state(session.nl)
    answer = do_do(session, *words)
    if state(session.nl) != before:
        raise ValueError("%s, but it changed something: %s" % (answer, state(session.nl)))
    events = do_events(session)
    if events:
        raise ValueError("%s, but there were events: %s" % (answer, events))
    return answer


def do_state(session):
    """state NS: a word that changes with what ip anycast shows and what the kernel has joined."""
    return json.dumps(state(session.nl)).replace(" ", "")


def do_joined(session, dev, address):
    """joined NS DEV ADDRESS: how many users the kernel counts of an anycast address."""
    wanted = ipaddress.IPv6Address(address).packed.hex()
    with open("/proc/thread-self/net/anycast6", encoding="ascii") as f:
        for _, name, found, users in map(str.split, f):
            if name == dev and found == wanted:
                return users
    return "0"


def do_listen(session):
    """listen NS: collect events from now on."""
    session.listener = session.listener or Netlink()
    session.listener.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, session.listener.group)
    do_events(session)


def read_events(session):
    sock = session.listener.sock
    while select.select([sock], [], [], 0)[0]:
        message = sock.recv(1 << 16)
        if struct.unpack_from("=H", message, 4)[0] != session.listener.family:
            raise ValueError("not an event")
        yield message[16], object_of(message[20:])


def do_events(session):
    """events NS: what was heard since the last time, in order. The kernel sends an event before the
    answer to the request that made it, so all events of earlier requests are there."""
    return "; ".join(brief(cmd, thing) for cmd, thing in read_events(session))


def do_await(session, *words):
    """await NS WORD...: wait for an event that matches, and return all events up to it."""
    wanted, heard = " ".join(words), []
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for cmd, thing in read_events(session):
            heard.append(brief(cmd, thing))
            if heard[-1] == wanted:
                return "; ".join(heard)
        select.select([session.listener.sock], [], [], 0.2)
    raise TimeoutError("no such event, only: " + "; ".join(heard))


def do_dump(session, *words):
    """dump NS [FILTER]...: the objects as JSON, or the refusal."""
    try:
        messages, _ = session.nl.dump(payload_of(words)[0])
    except Refused as refusal:
        return str(refusal)
    return json.dumps([object_of(m) for m in messages])


def do_interrupt(session, *words):
    """interrupt NS CMD ATTRIBUTE...: send a request in the middle of a dump. Returns whether the dump
    says that it is inconsistent."""
    other = Netlink()
    payload, header = payload_of(words[1:])

    def between():
        other.request(other.family, COMMANDS[words[0]], payload, **header)

    messages, interrupted = session.nl.dump(size=1 << 16, between=between if words else None)
    return "%s %d" % ("interrupted" if interrupted else "consistent", len(messages))


def do_readers(session, count):
    """readers NS COUNT: begin so many dumps of flows, and read next to nothing of them: 0, or the refusal of one, after
    which no more are begun."""
    for _ in range(int(count)):
        reader = Netlink()
        body = reader.send(reader.family, COMMANDS["flow-get"], b"", NLM_F_DUMP)
        kind = struct.unpack_from("=H", reader.sock.recv(16, socket.MSG_PEEK), 4)[0]
        if kind == reader.family:
            session.readers.append((reader, body))
            continue
        try:
            list(reader.answers(body))
        except Refused as refusal:
            return str(refusal)
        raise ValueError("there are no flows to read")
    return "0"


def do_finish(session):
    """finish NS: the first of these dumps is read to its end: how many flows it tells of."""
    reader, body = session.readers.pop(0)
    return str(sum(cmd != 0 for _, cmd, _ in reader.answers(body)))


def do_abandon(session, count):
    """abandon NS COUNT: the first of these dumps are not read any more, as their sockets are closed."""
    for _ in range(int(count)):
        session.readers.pop(0)[0].sock.close()


def do_churn(session, first, count, seconds):
    """churn NS PREFIX COUNT SECONDS: while addresses PREFIX… come and go, are dumps either whole or
    flagged? Prints how many were which."""
    writer, stop, errors = Netlink(), threading.Event(), []
    kept = {object_of(m).get("address") for m in session.nl.dump()[0]}
    base = int(ipaddress.IPv6Address(first))

    def write():
        number = 0
        while not stop.is_set():
            address = ipaddress.IPv6Address(base + number % int(count)).packed
            for cmd in ("add", "del"):
                try:
                    writer.request(writer.family, COMMANDS[cmd], attr(1, address), NLM_F_ACK)
                except Refused as refusal:
                    errors.append(str(refusal))
            number += 1

    thread = threading.Thread(target=write)
    thread.start()
    tally = {"consistent": 0, "interrupted": 0}
    end = time.monotonic() + float(seconds)
    try:
        while time.monotonic() < end or not tally["interrupted"] and time.monotonic() < end + 20:
            messages, interrupted = session.nl.dump()
            tally["interrupted" if interrupted else "consistent"] += 1
            if interrupted:
                continue
            found = [object_of(m)["address"] for m in messages]
            strange = [a for a in found if a not in kept and
                       not 0 <= int(ipaddress.IPv6Address(a)) - base < int(count)]
            if len(set(found)) != len(found) or kept - set(found) or strange or \
                    len(found) > len(kept) + 1:
                raise ValueError("neither whole nor flagged: %d addresses, %d kept, %s strange"
                                 % (len(found), len(kept), strange))
    finally:
        stop.set()
        thread.join()
    if errors:
        raise ValueError(errors[0])
    return "%(consistent)d consistent, %(interrupted)d interrupted" % tally


def do_join(session, address, dev):
    """join NS ADDRESS DEV: an anycast join of a program, until leave."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IPV6, IPV6_JOIN_ANYCAST, ipaddress.IPv6Address(address).packed +
                    struct.pack("=i", socket.if_nametoindex(dev)))
    session.joins[address, dev] = sock


def do_leave(session, address, dev):
    """leave NS ADDRESS DEV: end this join."""
    session.joins.pop((address, dev)).close()


def do_forget(session):
    """forget NS: close all sockets there, so that the namespace can end."""
    for name in [name for name, value in sessions.items() if value is session]:
        del sessions[name]


def answer(line):
    verb, netns, *words = line.split()
    try:
        enter(netns)
        if netns not in sessions:
            sessions[netns] = Session()
        return "ok %s" % (globals()["do_" + verb](sessions[netns], *words) or "")
    except (OSError, ValueError, KeyError, Refused) as error:
        return "failed %s: %s" % (type(error).__name__, str(error).replace("\n", " "))


def main():
    for line in sys.stdin:
        print(answer(line), flush=True)


if __name__ == "__main__":
    main()
