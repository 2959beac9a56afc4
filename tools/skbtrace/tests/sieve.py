#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""sieve.py PCAPNG COMMANDS - which events does the program of "skbtrace tc" find?

Runs the bytecode in COMMANDS, with libpcap's interpreter, on the frames of
PCAPNG. Prints "EVENT CPU:SEQ" of each block that it finds, by number of event;
"text" for each frame that holds no blocks.
"""
import ctypes
import ctypes.util
import re
import struct
import sys

import pcapng

ETHER = 14
BLOCKS = 1


class Insn(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte),
                ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint32)]


def program_of(text):
    words = re.search(r"bytecode '([^']*)'", text).group(1).split(",")
    insns = [Insn(*map(int, w.split())) for w in words[1:]]
    if len(insns) != int(words[0]):
        sys.exit(f"{words[0]} instructions told, {len(insns)} there")
    return (Insn * len(insns))(*insns)


def main():
    pcap = ctypes.CDLL(ctypes.util.find_library("pcap"))
    pcap.bpf_filter.restype = ctypes.c_uint
    prog = program_of(open(sys.argv[2]).read())
    if not pcap.bpf_validate(prog, len(prog)):
        sys.exit("libpcap does not take the program")
    for _, f in pcapng.packets(sys.argv[1]):
        if not pcap.bpf_filter(prog, f, len(f), len(f)):
            continue
        kind = f[ETHER + 1]
        event, = struct.unpack_from(">H", f, ETHER + 6)
        cpu, = struct.unpack_from(">I", f, ETHER + 24)
        seq, = struct.unpack_from(">Q", f, ETHER + 32)
        print(f"{event} {cpu}:{seq}" if kind == BLOCKS else "text")


main()
