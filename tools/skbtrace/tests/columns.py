#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Packs and unpacks chunks; written from the documentation, not the program.

unpack(payload, order) gives the bytes of the chunks inside, pack(chunks, order)
the other way; order is "<" or ">".

usage: columns.py pack IN OUT      a plain capture, of any byte order, packed
"""
import struct
import subprocess
import sys
import zlib

SUBBUF, MARK, END, PACKED = 3, 4, 5, 6
OP, CHUNK, TEXT, TIME, KIND, KEY, HEAD, WORD = range(8)
FIXED = WORD + 16
BYTES, A_MARK, A_SUBBUF, NEW_KIND, BLOCK, FIRST_KIND = range(6)
NO_CPU = 0xffffffff


def zstd(data, *args):
    return subprocess.run(("zstd", "-q", "-c") + args, input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def zigzag(v, bits):
    v &= (1 << bits) - 1
    return (v << 1 ^ -(v >> bits - 1)) & (1 << bits) - 1


def number(v):
    out = bytearray()
    while v > 127:
        out.append(v & 127 | 128)
        v >>= 7
    out.append(v)
    return out


class Model:
    """What both ways know of the chunks before."""

    def __init__(self, order):
        self.order = order
        self.raw = bytearray()
        self.kinds = []         # [word, length, first column, last place]
        self.columns = FIXED
        self.keys = []
        self.new_key = self.time = self.head = 0
        self.refs = {}

    def word(self, at):
        return struct.unpack_from(self.order + "I", self.raw, at)[0]

    def add_kind(self, first, size):
        self.kinds.append([first, size, self.columns, 0])
        self.columns += 3 + size // 4 - 5
        return self.kinds[-1]

    def ref(self, kind, key, at):
        slot = ((key ^ kind[0] << 32) * 0x9e3779b97f4a7c15 & (1 << 64) - 1) >> 52
        first, k, place = self.refs.get(slot, (0, 0, 0))
        ref = place if (first, k) == (kind[0], key) else kind[3]
        self.refs[slot] = kind[0], key, at
        kind[3] = at
        return ref

    def use_key(self, i, key):
        if i is not None:
            del self.keys[i]
        self.keys.insert(0, key)
        del self.keys[64:]


def words_of(size):
    return [1] + list(range(6, size // 4))


class Unpack(Model):
    def __init__(self, data, order):
        super().__init__(order)
        self.pos = [0]
        self.cols = [data]
        sizes = [self.number(0) for _ in range(self.number(0))]
        at = self.pos[0]
        self.pos = [0] * len(sizes)
        self.cols = []
        for n in sizes:
            self.cols.append(data[at:at + n])
            at += n

    def take(self, col, n):
        at = self.pos[col]
        self.pos[col] += n
        assert self.pos[col] <= len(self.cols[col])
        return self.cols[col][at:at + n]

    def number(self, col):
        v = shift = 0
        while True:
            b = self.take(col, 1)[0]
            v |= (b & 127) << shift
            shift += 7
            if b < 128:
                return v

    def step(self, col):
        v = self.number(col)
        return v >> 1 ^ -(v & 1)

    def block(self, op):
        if op == BLOCK:
            at = self.pos[TEXT]
            n, = struct.unpack_from(self.order + "H", self.cols[TEXT], at)
            self.raw += self.take(TEXT, n)
            return
        if op == NEW_KIND:
            b = self.take(KIND, 4)
            kind = self.add_kind(*struct.unpack(self.order + "I", b),
                                 *struct.unpack_from(self.order + "H", b))
        else:
            kind = self.kinds[op - FIRST_KIND]
        first, size, col, _ = kind
        self.time += self.step(col)
        i = self.take(col + 1, 1)[0]
        if not i:
            self.new_key = self.new_key + self.step(KEY) & (1 << 64) - 1
        key = self.keys[i - 1] if i else self.new_key
        self.use_key(i - 1 if i else None, key)
        at = len(self.raw)
        ref = self.ref(kind, key, at)
        self.raw += self.raw[ref:ref + size] if ref else bytes(size)
        words = words_of(size)
        changed = self.take(col + 2, (len(words) + 7) // 8)
        for i, w in enumerate(words):
            if changed[i // 8] >> i % 8 & 1:
                v = self.word(at + 4 * w) + self.step(col + 3 + i)
                struct.pack_into(self.order + "I", self.raw, at + 4 * w,
                                 v & 0xffffffff)
        struct.pack_into(self.order + "I", self.raw, at, first)
        struct.pack_into(self.order + "QQ", self.raw, at + 8, self.time, key)

    def chunk(self):
        op = self.take(OP, 1)[0]
        if op == BYTES:
            kind, n, cpu = (self.number(CHUNK) for _ in range(3))
            self.raw += struct.pack(self.order + "4I", kind, n, cpu, 0)
            self.raw += self.take(TEXT, n) + bytes(-n & 7)
        elif op == A_MARK:
            self.raw += struct.pack(self.order + "4I", MARK, 8,
                                    self.number(CHUNK), 0)
            self.time += self.step(TIME)
            self.raw += struct.pack(self.order + "Q", self.time)
        else:
            start = len(self.raw)
            at = start + 16
            self.raw += bytes(16)
            self.raw += self.raw[self.head:self.head + 64] if self.head else \
                bytes(64)
            changed = self.number(HEAD)
            for i in range(16):
                if changed >> i & 1:
                    v = self.word(at + 4 * i) + self.step(WORD + i)
                    struct.pack_into(self.order + "I", self.raw, at + 4 * i,
                                     v & 0xffffffff)
            self.head = at
            self.time, = struct.unpack_from(self.order + "Q", self.raw, at + 40)
            struct.pack_into(self.order + "4I", self.raw, start, SUBBUF,
                             self.word(at + 16), self.word(at + 8), 0)
            while len(self.raw) < at + self.word(at + 16):
                self.block(self.take(OP, 1)[0])


def unpack(payload, order="="):
    size, ncols = struct.unpack_from(order + "II", payload)
    columns = zstd(payload[8:], "-d")
    assert len(columns) == ncols
    u = Unpack(columns, order)
    while len(u.raw) < size:
        u.chunk()
    assert len(u.raw) == size and u.pos == [len(c) for c in u.cols]
    return bytes(u.raw)


class Pack(Model):
    def __init__(self, raw, order):
        super().__init__(order)
        self.raw = raw
        self.cols = {}

    def put(self, col, data):
        self.cols.setdefault(col, bytearray()).extend(data)

    def steps(self, col, now, was, bits=32):
        self.put(col, number(zigzag(now - was, bits)))

    def block(self, at, size):
        first = self.word(at)
        time, key = struct.unpack_from(self.order + "QQ", self.raw, at + 8)
        found = [i for i, k in enumerate(self.kinds) if k[0] == first]
        if found:
            kind = self.kinds[found[0]]
            self.put(OP, [FIRST_KIND + found[0]])
        else:
            kind = self.add_kind(first, size)
            self.put(OP, [NEW_KIND])
            self.put(KIND, self.raw[at:at + 4])
        col = kind[2]
        self.steps(col, time, self.time, 64)
        self.time = time
        i = self.keys.index(key) if key in self.keys else None
        if i is None:
            self.put(col + 1, [0])
            self.steps(KEY, key, self.new_key, 64)
            self.new_key = key
        else:
            self.put(col + 1, [i + 1])
        self.use_key(i, key)
        ref = self.ref(kind, key, at)
        words = words_of(size)
        changed = bytearray((len(words) + 7) // 8)
        for i, w in enumerate(words):
            was = self.word(ref + 4 * w) if ref else 0
            if self.word(at + 4 * w) != was:
                changed[i // 8] |= 1 << i % 8
                self.steps(col + 3 + i, self.word(at + 4 * w), was)
        self.put(col + 2, changed)

    def subbuf(self, at, n):
        self.put(OP, [A_SUBBUF])
        was = [self.word(self.head + 4 * i) if self.head else 0
               for i in range(16)]
        changed = 0
        for i in range(16):
            if self.word(at + 4 * i) != was[i]:
                changed |= 1 << i
                self.steps(WORD + i, self.word(at + 4 * i), was[i])
        self.put(HEAD, number(changed))
        self.head = at
        self.time, = struct.unpack_from(self.order + "Q", self.raw, at + 40)
        end = at + n
        at += 64
        while at < end:
            size, = struct.unpack_from(self.order + "H", self.raw, at)
            self.block(at, size)
            at += size

    def chunk(self, kind, n, cpu, at):
        if kind == SUBBUF:
            self.subbuf(at, n)
        else:
            self.put(OP, [BYTES])
            self.put(CHUNK, number(kind) + number(n) + number(cpu))
            self.put(TEXT, self.raw[at:at + n])


def pack(chunks, order="="):
    raw = b"".join(struct.pack(order + "4I", kind, len(b), cpu, 0) + b +
                   bytes(-len(b) & 7) for kind, cpu, b in chunks)
    p = Pack(raw, order)
    at = 0
    for kind, cpu, b in chunks:
        p.chunk(kind, len(b), cpu, at + 16)
        at += 16 + (len(b) + 7 & ~7)
    cols = [bytes(p.cols.get(i, b"")) for i in range(p.columns)]
    columns = number(len(cols)) + b"".join(number(len(c)) for c in cols) + \
        b"".join(cols)
    return struct.pack(order + "II", len(raw), len(columns)) + zstd(columns)


def plain_chunks(data, order):
    pos = 16
    while pos < len(data):
        kind, size, cpu, _ = struct.unpack_from(order + "IIII", data, pos)
        yield kind, cpu, data[pos + 16:pos + 16 + size]
        pos += 16 + (size + 7 & ~7)


def chunk(order, kind, body, cpu=NO_CPU):
    return struct.pack(order + "4I", kind, len(body), cpu, zlib.crc32(body)) + \
        body + bytes(-len(body) & 7)


def main():
    with open(sys.argv[2], "rb") as f:
        data = f.read()
    order = "<" if data[8] == 4 else ">"
    inside = list(plain_chunks(data, order))
    with open(sys.argv[3], "wb") as f:
        f.write(data[:14] + struct.pack(order + "H", 2))
        f.write(chunk(order, PACKED,
                      pack([c for c in inside if c[0] != END], order)))
        for kind, cpu, body in inside:
            if kind == END:
                f.write(chunk(order, END, body, cpu))
    return 0


if __name__ == "__main__":
    sys.exit(main())
