#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""sendframes.py PCAPNG FROM TO - send all frames from one end of a veth

Prints what arrives at the other end: "CPU:SEQ" of each block, "text" of each
frame that holds none. A frame of another ethertype is sent last and ends it.
"""
import errno
import socket
import struct
import sys

import pcapng

ETHERTYPE, LAST = 0x88b5, 0x88b6
ETHER, BLOCKS = 14, 1


def opened(device):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.bind((device, 3))
    return s


def told(f):
    cpu, = struct.unpack_from(">I", f, ETHER + 24)
    seq, = struct.unpack_from(">Q", f, ETHER + 32)
    return f"{cpu}:{seq}" if f[ETHER + 1] == BLOCKS else "text"


def received(s):
    """All that is there; True: the last one was among them."""
    while True:
        try:
            f = s.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        kind, = struct.unpack_from(">H", f, 12)
        if kind == LAST:
            return True
        if kind == ETHERTYPE:
            print(told(f))


def main():
    path, source, target = sys.argv[1:]
    tx, rx = opened(source), opened(target)
    for _, f in pcapng.packets(path):
        try:
            tx.send(f)
        except OSError as e:
            # dropped by tc
            if e.errno != errno.ENOBUFS:
                raise
        received(rx)
    tx.send(b"\xff" * 6 + b"\2" * 6 + struct.pack(">H", LAST) + bytes(46))
    while not received(rx):
        pass


main()
