#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# The verbs of peer.py, and answers made by hand to the probes of a router. lib/probes.sh uses it.
import struct
import time

import peer
from peer import ECHO_REPLY, ECHO_REQUEST, ETH_P_IPV6, ICMPV6, checksum, ipv6, mac_of, packed, packets, raw_socket, text

MAGIC = b"anycast\6"
UNREACHABLE = 1
# Size and places in the payload of a probe: id, number, member, marks, zero, cookie.
SIZE, MARKS, COOKIE = 48, 32, 40

peer.OPTIONS |= {"count", "marks", "hops"}


def message(source, target, kind, code, body, hops=64):
    summed = checksum(source, target, ICMPV6, bytes((kind, code, 0, 0)) + body)
    return ipv6(source, target, ICMPV6, bytes((kind, code)) + summed + body, hops)


def probe_of(packet):
    """The payload of a probe, None if the packet is another one."""
    if len(packet) < 48 + SIZE or packet[6] != ICMPV6 or packet[40] != ECHO_REQUEST:
        return None
    payload = packet[48:48 + SIZE]
    return payload if payload.startswith(MAGIC) else None


def reply(packet, source, change=0):
    body = bytearray(packet[44:])
    body[4 + COOKIE] ^= change
    return message(source, text(packet[8:24]), ECHO_REPLY, 0, bytes(body))


def error(packet, source, code, change=0):
    quoted = bytearray(packet)
    quoted[48 + COOKIE] ^= change
    return message(source, text(packet[8:24]), UNREACHABLE, code, bytes(4) + bytes(quoted))


def member_of(packet):
    return text(packet[64:80])


# The forged answers to a probe, by name.
ANSWERS = {
    "member": lambda p: reply(p, member_of(p)),
    "anycast": lambda p: reply(p, text(p[24:40])),
    "stranger": lambda p: reply(p, "2001:db8:66::66"),
    "cookie": lambda p: reply(p, member_of(p), 1),
    "down": lambda p: error(p, "2001:db8:66::66", 3),
    "noroute": lambda p: error(p, "2001:db8:66::66", 0),
    "down-cookie": lambda p: error(p, member_of(p), 3, 1),
    "drain": lambda p: error(p, member_of(p), 1),
    "drain-stranger": lambda p: error(p, "2001:db8:66::66", 1),
    "port": lambda p: error(p, member_of(p), 4),
}


def do_forge(dev, how, options):
    """forge NS DEV HOW [count=N] [wait=SECONDS]: answer so many probes that come by DEV, by hand; HOW
    is one of ANSWERS, or old: the first probe's answer again and again."""
    left = int(options.get("count", 1))
    first = None
    with raw_socket(dev) as sock:
        for _, frame, packet in packets(sock, float(options.get("wait", 15))):
            if not probe_of(packet):
                continue
            first = first or packet
            if how == "old":
                answer = reply(first, member_of(first))
            else:
                answer = ANSWERS[how](packet)
            sock.send(frame[6:12] + mac_of(sock) + struct.pack("!H", ETH_P_IPV6) + answer)
            left -= 1
            if not left:
                return ""
    raise TimeoutError("%d probes did not come" % left)


def do_probes(dev, seconds, options):
    """probes NS DEV SECONDS: how many probes come by DEV in this time, and their sources."""
    sources = []
    with raw_socket(dev) as sock:
        for _, _, packet in packets(sock, float(seconds)):
            if probe_of(packet):
                sources.append(text(packet[8:24]))
    return "%d %s" % (len(sources), ",".join(sorted(set(sources))) or "-")


def do_question(dev, mac, source, target, member, options):
    """question NS DEV MAC SOURCE TARGET MEMBER [marks=N] [hops=N] [wait=SECONDS]: a probe of somebody's, by
    hand; who answers, and what: type/code of ICMPv6, and for those who say marks, which came back."""
    payload = MAGIC + struct.pack("!LL", 7, 1) + packed(member)
    body = payload + struct.pack("!L", int(options.get("marks", 0))) + bytes(12)
    with raw_socket(dev) as sock:
        packet = message(source, target, ECHO_REQUEST, 0, struct.pack("!HH", 7, time.monotonic_ns() & 0xffff) + body,
                         int(options.get("hops", 64)))
        sock.send(bytes.fromhex(mac.replace(":", "")) + mac_of(sock) + struct.pack("!H", ETH_P_IPV6) + packet)
        for _, _, got in packets(sock, float(options.get("wait", 15))):
            # not what is said to the router's own probes
            if got[6] != ICMPV6 or text(got[24:40]) != text(packed(source)) or payload not in got or got[40] == ECHO_REQUEST:
                continue
            if checksum(text(got[8:24]), source, ICMPV6, got[40:42] + b"\0\0" + got[44:]) != got[42:44]:
                raise ValueError("a wrong checksum")
            if got[40] == UNREACHABLE and bytes(got[48:]) != packet[:7] + got[55:56] + packet[8:]:
                raise ValueError("it quotes something else")
            marks = " %d" % struct.unpack("!L", got[48 + MARKS:52 + MARKS]) if "marks" in options else ""
            return "%s %d/%d" % (text(got[8:24]), got[40], got[41]) + marks
    raise TimeoutError("no answer")


if __name__ == "__main__":
    peer.main(dict(vars(peer), **globals()))
