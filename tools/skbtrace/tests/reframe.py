#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""reframe.py HOW PCAPNG PCAP - the frames of a file in another form

HOW: udp:PORT and udp6:PORT, as datagrams without the Ethernet header; user0, as
LINKTYPE_USER0; pairs, two blocks in each frame where they follow each other;
without:N, each Nth frame of blocks is missing; cut, the end of each is cut off;
flip, a byte of each is changed; version, that of a future sender.
"""
import random
import struct
import sys

import pcapng

ETHER = 14
HEAD = ETHER + 80
BLOCKS = 1
LINK_ETHER, LINK_USER0 = 1, 147


def udp(frame, port, v6):
    payload = frame[ETHER:]
    head = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
    if v6:
        return (frame[:12] + b"\x86\xdd" +
                struct.pack(">IHBB", 6 << 28, len(head), 17, 64) +
                b"\0" * 15 + b"\1" + b"\0" * 15 + b"\2" + head)
    return (frame[:12] + b"\x08\0" +
            struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(head), 0, 0, 64, 17,
                        0, b"\x0a\0\0\1", b"\x0a\0\0\2") + head)


def pairs(frames):
    """Joins frames of blocks of the same CPU whose numbers follow each other."""
    last = None
    for ns, f in frames:
        seq, = struct.unpack_from(">Q", f, ETHER + 32)
        if last and f[ETHER + 1] == BLOCKS and last[1][ETHER + 1] == BLOCKS and \
                f[ETHER + 16:ETHER + 28] == last[1][ETHER + 16:ETHER + 28] and \
                struct.unpack_from(">Q", last[1], ETHER + 32)[0] + 1 == seq:
            g = bytearray(last[1] + f[HEAD:])
            struct.pack_into(">I", g, ETHER + 8, len(g) - HEAD)
            struct.pack_into(">I", g, ETHER + 28, 2)
            yield last[0], bytes(g)
            last = None
            continue
        if last:
            yield last
        last = ns, f
    if last:
        yield last


def without(frames, nth):
    i = 0
    for ns, f in frames:
        i += f[ETHER + 1] == BLOCKS
        if f[ETHER + 1] != BLOCKS or i % nth:
            yield ns, f


def damaged(frames, how):
    rnd = random.Random(1)
    for ns, f in frames:
        g = bytearray(f)
        if how == "cut":
            del g[rnd.randrange(ETHER + 1, len(g)):]
        elif how == "flip":
            g[rnd.randrange(ETHER, len(g))] ^= 1 << rnd.randrange(8)
        else:
            g[ETHER] = 9
        yield ns, bytes(g)


def dressed(how, frames):
    what, _, arg = how.partition(":")
    if what in ("udp", "udp6"):
        return LINK_ETHER, ((ns, udp(f, int(arg), what == "udp6"))
                            for ns, f in frames)
    if what == "user0":
        return LINK_USER0, ((ns, f[ETHER:]) for ns, f in frames)
    if what == "pairs":
        return LINK_ETHER, pairs(frames)
    if what == "without":
        return LINK_ETHER, without(frames, int(arg))
    return LINK_ETHER, damaged(frames, what)


def main():
    how, source, target = sys.argv[1:]
    link, frames = dressed(how, pcapng.packets(source))
    with open(target, "wb") as out:
        out.write(struct.pack("=IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 1 << 18, link))
        for ns, f in frames:
            out.write(struct.pack("=IIII", ns // 10**9, ns % 10**9, len(f),
                                  len(f)) + f)


if __name__ == "__main__":
    main()
