#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""replay.py IFACE FILE.pcap [HOST:PORT]: sends the frames of a pcap file (of
mkframes, nanoseconds, Ethernet) on an interface, or the datagrams in them to an
address, without a pause; then waits for nothing.
"""
import socket
import struct
import sys


def frames(name):
    with open(name, "rb") as f:
        f.read(24)
        while True:
            head = f.read(16)
            if len(head) < 16:
                return
            yield f.read(struct.unpack("=IIII", head)[2])


def main():
    iface, name = sys.argv[1:3]
    if len(sys.argv) > 3:
        host, port = sys.argv[3].rsplit(":", 1)
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for p in frames(name):
            s.sendto(p[42:], (host, int(port)))
        return
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((iface, 0))
    for p in frames(name):
        s.send(p)


main()
