#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""mkpackets.py LINK PCAP <JSON - the packets that a recording's events are about

LINK: ether, vlan, sll, raw. From "parse --json": each packet that was dropped, 5
us before; each that was sent again, 30 ms before and 20 us after; datagrams when
they were received; what left a queue, 1 us later.
"""
import datetime
import ipaddress
import json
import struct
import sys

LINKS = {"ether": 1, "vlan": 1, "sll": 113, "raw": 101}


def ns_of(text):
    base, frac = text.rstrip("Z").split(".")
    t = datetime.datetime.fromisoformat(base + "+00:00")
    return int(t.timestamp()) * 10**9 + int(frac)


def ip(src, dst, proto, data):
    a, b = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    if a.version == 4:
        return 0x800, struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), 1, 0, 64,
                                  proto, 0) + a.packed + b.packed + data
    # with an extension header: destination options, all padding
    data = bytes([proto, 0, 1, 4, 0, 0, 0, 0]) + data
    return 0x86dd, struct.pack(">IHBB", 6 << 28, len(data), 60, 64) + \
        a.packed + b.packed + data


def frame(link, kind, packet):
    if link == "ether":
        return b"\2" * 6 + b"\4" * 6 + struct.pack(">H", kind) + packet
    if link == "vlan":
        return b"\2" * 6 + b"\4" * 6 + struct.pack(">HHH", 0x8100, 7, kind) + packet
    if link == "sll":
        return struct.pack(">HHH8sH", 4, 1, 6, b"\2" * 8, kind) + packet
    return packet


def segment(e, swap=False):
    ends = (e["local"], e["lport"]), (e["peer"], e["pport"])
    (src, sport), (dst, dport) = reversed(ends) if swap else ends
    if e.get("proto", "tcp") == "udp":
        return src, dst, 17, struct.pack(">HHHH", sport, dport, 8 + e["len"], 0) + \
            b"d" * e["len"]
    return src, dst, 6, struct.pack(">HHIIBBHHH", sport, dport, e["tcp_seq"], 0,
                                    0x80, 0x10, 1000, 0, 0) + b"\1" * 12 + \
        b"d" * e["len"]


def packets(e):
    if e.get("local") is None or not e.get("len"):
        return
    t = ns_of(e["time"])
    if e["event"] == "skb_drop" and e["proto"] in ("tcp", "udp"):
        yield t - 5000, segment(e, e["dir"] == "rx")
    elif e["event"] == "tcp_retransmit":
        yield t - 30 * 10**6, segment(e)
        yield t + 20 * 10**3, segment(e)
    elif e["event"] == "udp_receive":
        yield t, segment(e, True)
    elif e["event"] == "skb_delay" and e["where"] == "qdisc_dequeue":
        yield t + 1000, segment(e)


def main():
    link, target = sys.argv[1:]
    found = [p for line in sys.stdin for p in packets(json.loads(line))]
    with open(target, "wb") as out:
        out.write(struct.pack("=IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 100,
                              LINKS[link]))
        for ns, (src, dst, proto, data) in sorted(found):
            f = frame(link, *ip(src, dst, proto, data))
            out.write(struct.pack("=IIII", ns // 10**9, ns % 10**9,
                                  min(len(f), 100), len(f)) + f[:100])


main()
