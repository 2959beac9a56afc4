#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Flipped bits in the format of a capture.

usage: flip.py twice IN OUT     a second copy of the FORMAT, if there is one only
       flip.py bit IN OUT BYTE BIT      of the first chunk, its header included
       flip.py len IN           bytes of the first chunk, without the padding

A file that holds one recording, little-endian.
"""
import struct
import sys

HEAD = 16


def size(data):
    return 16 + struct.unpack_from('<I', data, HEAD + 4)[0]


def twice(data):
    end = HEAD + (size(data) + 7) // 8 * 8
    if struct.unpack_from('<I', data, end)[0] == 1:
        return data
    return data[:end] + data[HEAD:end] + data[end:]


def main():
    how, name = sys.argv[1:3]
    with open(name, 'rb') as f:
        data = f.read()
    if how == 'len':
        print(size(data))
        return
    if how == 'twice':
        data = twice(data)
    else:
        data = bytearray(data)
        data[HEAD + int(sys.argv[4])] ^= 1 << int(sys.argv[5])
    with open(sys.argv[3], 'wb') as f:
        f.write(data)


main()
