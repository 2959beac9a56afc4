#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""packets_read.py sent FILE PORT | datagrams FILE PORT | states FILE | hex

Reads what has been captured by rules of its own. sent: are the bytes of the
connections to PORT and PORT + 2 those that packets.py has sent there, all of them?
To PORT + 1 it sends a file that it changes. datagrams: the same of the large ones to
PORT + 4. states: how many packets have been referred to, had changed, had been freed.
hex: what "tcpdump -w -" writes to stdin, each packet from IP on, one a line, sorted.
"""
import random
import struct
import sys

SIZE = 300000
COMMENT, FLAGS, PACKETID, STATE = 1, 2, 5, 0x8001


def options(raw):
    while len(raw) >= 4:
        code, n = struct.unpack_from("HH", raw)
        if not code:
            if len(raw) != 4:
                sys.exit(f"{len(raw)} bytes follow the end of options")
            return
        yield code, raw[4:4 + n]
        raw = raw[4 + (n + 3) // 4 * 4:]
    sys.exit("options without an end")


def packets(name):
    """(bytes, length on the wire, {option: value}) of each"""
    with open(name, "rb") as f:
        raw = f.read()
    at = 0
    while at < len(raw):
        kind, total = struct.unpack_from("II", raw, at)
        if total < 12 or total % 4 or at + total > len(raw) or \
           struct.unpack_from("I", raw, at + total - 4)[0] != total:
            sys.exit(f"block of {total} bytes at {at} of {len(raw)}")
        if kind == 6:
            n, of = struct.unpack_from("II", raw, at + 20)
            end = at + 28 + (n + 3) // 4 * 4
            yield (raw[at + 28:at + 28 + n], of,
                   dict(options(raw[end:at + total - 4])))
        at += total


def transport(data):
    """(protocol, what follows the IP header)"""
    if data[0] >> 4 == 6:
        return data[6], data[40:]
    return data[9], data[(data[0] & 15) * 4:struct.unpack_from(">H", data, 2)[0]
                         or len(data)]


def sent(name, port):
    streams = {port: {}, port + 2: {}}
    begin = {}
    for data, of, _ in packets(name):
        proto, segment = transport(data)
        if proto != 6 or len(data) != of:
            continue
        _, to, seq = struct.unpack_from(">HHI", segment)
        if to not in streams:
            continue
        if segment[13] & 2:
            begin[to] = seq + 1
        streams[to][seq] = max(streams[to].get(seq, b""),
                               segment[(segment[12] >> 4) * 4:], key=len)
    random.seed(port)
    wants = {port + i: random.randbytes(SIZE) for i in range(3)}
    for to, pieces in streams.items():
        want = wants[to]
        got = bytearray(SIZE)
        there = bytearray(SIZE)
        for seq, data in pieces.items():
            at = (seq - begin[to]) % 2**32
            if at < SIZE:
                got[at:at + len(data)] = data[:SIZE - at]
                there[at:at + len(data)] = b"x" * len(data[:SIZE - at])
        if there != b"x" * SIZE:
            sys.exit(f"port {to}: {there.count(0)} bytes are missing")
        if got != want:
            wrong = next(i for i in range(SIZE) if got[i] != want[i])
            sys.exit(f"port {to}: byte {wrong} is not what was sent")


def datagrams(name, port):
    random.seed(port + 4)
    left = [random.randbytes(n) for n in (4000, 9000, 30000)]
    for data, _, _ in packets(name):
        proto, datagram = transport(data)
        if proto == 17 and datagram[8:] in left:
            left.remove(datagram[8:])
    if left:
        sys.exit(f"{len(left)} datagrams are not there as they were sent")


def states(name):
    n = dict.fromkeys(("packets", "referred", "changed", "freed", "comments"), 0)
    for _, _, opts in packets(name):
        n["packets"] += 1
        if STATE in opts:
            state = struct.unpack_from("I", opts[STATE])[0]
            n["referred"] += 1
            n["changed"] += state & 1
            n["freed"] += state >> 1 & 1
        n["comments"] += opts.get(COMMENT) == b"changed"
    print(" ".join(f"{k}={v}" for k, v in n.items()))


def hexes():
    raw = sys.stdin.buffer.read()
    if not raw:
        return
    link = {1: 14, 101: 0}[struct.unpack_from("I", raw, 20)[0]]
    at = 24
    lines = []
    while at < len(raw):
        n = struct.unpack_from("8xI", raw, at)[0]
        lines.append(raw[at + 16 + link:at + 16 + n].hex() + "\n")
        at += 16 + n
    sys.stdout.writelines(sorted(lines))


what, *words = sys.argv[1:]
if what == "hex":
    hexes()
else:
    {"sent": sent, "datagrams": datagrams, "states": states}[what](
        words[0], *map(int, words[1:]))
