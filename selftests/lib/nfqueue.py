#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Listens to a queue of nftables (nfnetlink_queue) in the namespace that it is started in, and gives its packets back:
# at once, again to the hook that they came from, or when it is told to.
# Usage: nfqueue.py QUEUE accept|repeat|hold [mark=MARK] [maxlen=PACKETS] [gso]
# With repeat, the rule must not match the mark, or the packet would come again. SIGUSR1 gives back what was held, and
# from then on all packets at once.
import signal
import socket
import struct
import sys

NETLINK_NETFILTER = 12
NLMSG_ERROR = 2
NLM_F_REQUEST, NLM_F_ACK = 1, 4
SUBSYSTEM = 3 << 8
PACKET, VERDICT, CONFIG = SUBSYSTEM, SUBSYSTEM | 1, SUBSYSTEM | 2
# attributes of a packet, of a verdict, and of a configuration
PACKET_HDR = 1
VERDICT_HDR, MARK = 2, 3
CMD, PARAMS, MAXLEN, MASK, FLAGS = 1, 2, 3, 4, 5
BIND, COPY_META, F_GSO = 1, 1, 4
NF_ACCEPT, NF_REPEAT = 1, 4
SO_RCVBUFFORCE = 33


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


class Queue:
    def __init__(self, number, how, options):
        self.number, self.how = number, how
        self.mark = int(options.get("mark", 0))
        self.held = []
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        self.sock.bind((0, 0))
        self.configure(attribute(CMD, struct.pack("!BxH", BIND, 0)))
        self.configure(attribute(PARAMS, struct.pack("!LB", 0, COPY_META)))
        if "maxlen" in options:
            self.configure(attribute(MAXLEN, struct.pack("!L", int(options["maxlen"]))))
        if "gso" in options:
            self.configure(attribute(FLAGS, struct.pack("!L", F_GSO)) +
                           attribute(MASK, struct.pack("!L", F_GSO)))

    def send(self, kind, flags, data):
        data = struct.pack("!BBH", 0, 0, self.number) + data
        self.sock.send(struct.pack("=LHHLL", 16 + len(data), kind, NLM_F_REQUEST | flags, 1, 0) + data)

    def configure(self, data):
        self.send(CONFIG, NLM_F_ACK, data)
        answer = self.sock.recv(65536)
        # packets may come as soon as it is bound
        while struct.unpack_from("=H", answer, 4)[0] != NLMSG_ERROR:
            self.handle(answer)
            answer = self.sock.recv(65536)
        error = struct.unpack_from("=l", answer, 16)[0]
        if error:
            raise OSError(-error, "queue %d" % self.number)

    def judge(self, ident):
        data = struct.pack("!L", NF_REPEAT if self.how == "repeat" else NF_ACCEPT) + ident
        data = attribute(VERDICT_HDR, data)
        if self.mark:
            data += attribute(MARK, struct.pack("!L", self.mark))
        self.send(VERDICT, 0, data)

    def handle(self, message):
        at = 20
        while at < len(message):
            size, kind = struct.unpack_from("=HH", message, at)
            if kind == PACKET_HDR:
                ident = message[at + 4:at + 8]
                if self.how == "hold":
                    self.held.append(ident)
                else:
                    self.judge(ident)
            at += (size + 3) & ~3

    def release(self, *_):
        self.how = "accept"
        for ident in self.held:
            self.judge(ident)
        self.held.clear()


def main():
    options = dict(word.partition("=")[::2] for word in sys.argv[3:])
    queue = Queue(int(sys.argv[1]), sys.argv[2], options)
    signal.signal(signal.SIGUSR1, queue.release)
    print("listening", flush=True)
    while True:
        message = queue.sock.recv(65536)
        if struct.unpack_from("=H", message, 4)[0] == PACKET:
            queue.handle(message)


main()
