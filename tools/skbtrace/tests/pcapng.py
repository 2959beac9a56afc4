# SPDX-License-Identifier: GPL-2.0
"""Reads the packets of a pcapng file in the byte order of this machine"""
import struct

ENHANCED_PACKET = 6


def packets(path):
    """The time, in units of its interface, and the bytes of each"""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("=II", data, at)
        if kind == ENHANCED_PACKET:
            high, low, length = struct.unpack_from("=III", data, at + 12)
            yield high << 32 | low, data[at + 28:at + 28 + length]
        at += size
