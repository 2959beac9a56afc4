#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Check recordings; independent of the program's own reader.

usage: readcap.py FILE...

One line per file, KEY=VALUE: its contents. Exit status 1, and a line that begins
with "bad:", for each error: checksums, order of chunks, gaps in the sequence
numbers, marks that go back or claim too much, wrong counts in END. unnamed=
counts the connection events whose connection had no name before in this file.
"""
import struct
import sys
import zlib

from columns import PACKED, plain_chunks, unpack

FORMAT, META, SUBBUF, MARK, END = 1, 2, 3, 4, 5
PAD, LOST = 0xffff, 0xfffe
bad = 0


def oops(name, text):
    global bad
    bad += 1
    print("bad: %s: %s" % (name, text))


def chunks(name, data):
    magic, order, abi, version = struct.unpack_from("=8sIHH", data)
    if magic != b"SKBTRACE" or order != 0x01020304 or \
            abi != 2 or version not in (1, 2):
        oops(name, "header")
    pos = 16
    while pos < len(data):
        if len(data) - pos < 16:
            oops(name, "cut at %d" % pos)
            return
        kind, size, cpu, crc = struct.unpack_from("=IIII", data, pos)
        pos += 16
        body = data[pos:pos + size]
        if len(body) < size:
            oops(name, "cut at %d" % pos)
            return
        if zlib.crc32(body) != crc:
            oops(name, "crc at %d" % pos)
        if kind == PACKED and version == 2:
            yield from plain_chunks(bytes(16) + unpack(body), "=")
        else:
            yield kind, cpu, body
        pos += (size + 7) & ~7


class Capture:
    """A file, as far as it has been read."""

    def __init__(self, name):
        self.name = name
        self.events = self.lost = self.unnamed = self.subbufs = self.marks = 0
        self.seq = {}
        self.mark = {}
        self.epochs = set()
        self.role = {}
        self.conn = set()
        self.metas = []
        self.named = {}
        self.wanting = []
        self.end = None
        self.formats = 0
        self.kinds = {}

    def format(self, text):
        self.formats += 1
        for line in text.decode().splitlines():
            w = line.split()
            if not w or w[0] != "event":
                continue
            keys = dict(k.split("=", 1) for k in w[3:])
            self.role[int(w[1])] = keys["role"]
            self.kinds[int(w[1])] = w[2]
            if keys["key"] == "sk":
                self.conn.add(int(w[1]))

    def block(self, cpu, b):
        _, event, _, _, _, time, key, _, _ = struct.unpack_from(
            "=HHBBHQQII", b)
        if event == LOST:
            first, last = struct.unpack_from("=QQ", b, 32)
            if first != self.seq[cpu]:
                oops(self.name, "lost seq %d, expected %d" %
                     (first, self.seq[cpu]))
            self.seq[cpu] = last + 1
            self.lost += last - first + 1
            return
        self.seq[cpu] += 1
        self.events += 1
        if self.mark.get(cpu, 0) > time:
            oops(self.name, "event at %d after mark %d" %
                 (time, self.mark[cpu]))
        if event not in self.role:
            oops(self.name, "event %d not in the format" % event)
        if self.role.get(event) == "conn":
            self.named[key] = min(time, self.named.get(key, time))
        elif event in self.conn and key:
            self.wanting.append((time, key))

    def subbuf(self, cpu, b):
        (magic, _, hdr, who, size, used, epoch, first, _, _, _, nr,
         _) = struct.unpack_from("=IHHIIIIQQQQII", b)
        if magic != 0x53544232 or who != cpu or used != len(b) or used > size:
            oops(self.name, "sub-buffer header of cpu %d" % cpu)
        if not self.formats:
            oops(self.name, "data before format")
        if cpu in self.seq and self.seq[cpu] != first:
            oops(self.name, "cpu %d: seq %d, expected %d" %
                 (cpu, first, self.seq[cpu]))
        self.seq[cpu] = first
        self.subbufs += 1
        self.epochs.add(epoch)
        before, pos = self.events, hdr
        while pos < used:
            size = struct.unpack_from("=H", b, pos)[0]
            if size < 8 or size % 8 or pos + size > used:
                oops(self.name, "block of %d bytes" % size)
                break
            self.block(cpu, b[pos:pos + size])
            pos += size
        if self.events - before != nr:
            oops(self.name, "nr_events %d, found %d" %
                 (nr, self.events - before))

    def chunk(self, kind, cpu, b):
        if self.end:
            oops(self.name, "chunk after END")
        if kind == FORMAT:
            self.format(b)
        elif kind == META:
            self.metas.append(b.split(b"\n")[0].decode())
        elif kind == SUBBUF:
            self.subbuf(cpu, b)
        elif kind == MARK:
            ns = struct.unpack("=Q", b)[0]
            if ns < self.mark.get(cpu, 0):
                oops(self.name, "mark of cpu %d goes back" % cpu)
            self.mark[cpu] = ns
            self.marks += 1
        elif kind == END:
            self.end = struct.unpack("=QQQ", b)
            if self.end[0] != self.events:
                oops(self.name, "END says %d events, found %d" %
                     (self.end[0], self.events))

    def line(self):
        for time, key in self.wanting:
            if self.named.get(key, time + 1) > time:
                self.unnamed += 1
        print("file=%s events=%d lost=%d subbufs=%d marks=%d epochs=%s "
              "conns=%d unnamed=%d end=%s formats=%d metas=%s" %
              (self.name, self.events, self.lost, self.subbufs, self.marks,
               ":".join(map(str, sorted(self.epochs))) or "-",
               len(self.named), self.unnamed,
               "%d:%d" % self.end[:2] if self.end else "none",
               self.formats,
               ":".join(self.metas)))


def main():
    for name in sys.argv[1:]:
        with open(name, "rb") as f:
            data = f.read()
        c = Capture(name)
        for kind, cpu, body in chunks(name, data):
            c.chunk(kind, cpu, body)
        c.line()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
