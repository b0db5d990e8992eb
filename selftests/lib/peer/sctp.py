# SPDX-License-Identifier: GPL-2.0
# SCTP packets of one chunk each (RFC 9260), made by hand, for wire.py: guests have no SCTP, and the router under test
# needs none.
import struct

# Type, flags, and what comes before data: an INIT has tag, window, streams both ways and a first number,
# DATA number, stream, place in it and protocol, a SHUTDOWN the number that it has seen.
CHUNKS = {
    "data": (0, 3, struct.pack("!LHHL", 1, 0, 0, 0)),
    "init": (1, 0, struct.pack("!LLHHL", 7, 1 << 16, 1, 1, 1)),
    "abort": (6, 0, b""),
    "shutdown": (7, 0, struct.pack("!L", 1)),
}
NAMES = {kind: name for name, (kind, _, _) in CHUNKS.items()}


def crc32c(data):
    """The CRC with Castagnoli's polynomial, bit by bit."""
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def packet(sport, dport, chunk, data=b""):
    kind, flags, head = CHUNKS[chunk]
    if chunk == "data":
        head += data or b"data"
    body = struct.pack("!BBH", kind, flags, 4 + len(head)) + head + bytes(-len(head) % 4)
    # the first chunk goes before the other side has given a tag
    ports = struct.pack("!HHL", sport, dport, 0 if chunk == "init" else 7)
    return ports + struct.pack("<L", crc32c(ports + bytes(4) + body)) + body


def name(kind):
    return NAMES.get(kind, "%d" % kind)
