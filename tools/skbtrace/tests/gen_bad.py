# SPDX-License-Identifier: GPL-2.0
"""Captures and formats in which one thing is wrong, for gen.py.

@basic makes a good capture, which each case here spoils in one place.
"""

import struct
import zlib

HDR = 64                                # struct skbtrace_subbuf
US = 1000                               # nanoseconds


def chunks_of(data):
    """[(offset, type, length)] of a little-endian capture."""
    out, off = [], 16
    while off < len(data):
        ctype, length = struct.unpack_from('<II', data, off)
        out.append((off, ctype, length))
        off += 16 + (length + 7) // 8 * 8
    return out


def patched(data, off, new, rechunk=True):
    """@new at @off, and the checksum of its chunk made right again."""
    b = bytearray(data)
    b[off:off + len(new)] = new
    for start, _, length in chunks_of(data):
        if rechunk and start + 16 <= off < start + 16 + length:
            payload = bytes(b[start + 16:start + 16 + length])
            b[start + 12:start + 16] = struct.pack('<I', zlib.crc32(payload))
    return bytes(b)


def first(data, ctype):
    return next(c for c in chunks_of(data) if c[1] == ctype)


def damaged(how, basic):
    """Captures in which one thing is wrong."""
    data = basic().capture()
    sub = first(data, 3)[0] + 16
    fmt = first(data, 1)[0] + 16
    u16, u32 = (lambda v: struct.pack('<H', v)), (lambda v: struct.pack('<I',
                                                                       v))
    cases = {
        'empty': lambda: b'',
        'random': lambda: bytes(i * 37 & 255 for i in range(500)),
        'short-header': lambda: data[:11],
        'no-chunks': lambda: data[:16],
        'cut-chunk-header': lambda: data[:sub - 8],
        'cut-chunk': lambda: data[:sub + 100],
        'no-end': lambda: basic().capture(end=False),
        'newer-abi': lambda: patched(data, 12, u16(3), False),
        'newer-file': lambda: patched(data, 14, u16(9), False),
        'bad-order': lambda: patched(data, 8, u32(7), False),
        'bad-crc': lambda: patched(data, sub + 70, b'\xff', False),
        'bad-format-crc': lambda: patched(data, fmt + 5, b'?', False),
        'huge-chunk': lambda: patched(data, sub - 12, u32(0xfffffff0), False),
        'subbuf-magic': lambda: patched(data, sub, u32(1)),
        'subbuf-abi': lambda: patched(data, sub + 4, u16(3)),
        'subbuf-used': lambda: patched(data, sub + 16, u32(0x100000)),
        'subbuf-count': lambda: patched(data, sub + 56, b'\x63'),
        'subbuf-cpu': lambda: patched(data, sub + 8, u32(5)),
        'block-len0': lambda: patched(data, sub + HDR, u16(0)),
        'block-len7': lambda: patched(data, sub + HDR, u16(39)),
        'block-long': lambda: patched(data, sub + HDR, u16(0xfff8)),
        'lost-kinds': lambda: hostile_lost(1000, basic),
        'lost-backward': lambda: hostile_lost(-1, basic),
        'format-none': lambda: data[:16] + data[sub - 16:],
    }
    return cases[how]()


def hostile_lost(n, basic):
    t = basic()
    t.lost_block(1, 482113 * US, 483702 * US, {'tcp_rttm': 2})
    data = t.capture()
    off = data.rindex(struct.pack('<HH', 72, 0xfffe))
    if n < 0:
        return patched(data, off + 40, struct.pack('<Q', 0))
    return patched(data, off + 56, struct.pack('<I', n))


def bad_format(how, basic):
    t = basic()
    text = t.text
    head = text.index('event 105')
    cases = {
        'abi': lambda: text.replace('skbtrace 2', 'skbtrace 3'),
        'order': lambda: text.replace('little', 'middle'),
        'endian': lambda: text.replace('little', 'big'),
        'dup-event': lambda: text + 'event 105 another len=40\n',
        'dup-name': lambda: text + 'event 106 tcp_rttm len=40\n',
        'dup-field': lambda: text + 'event 106 x len=48\n'
                                    ' field a u32 32 - - x\n'
                                    ' field a u32 36 - - x\n',
        'outside': lambda: text + 'event 106 x len=40\n'
                                  ' field a u64 36 - - x\n',
        'overlap': lambda: text + 'event 106 x len=40\n'
                                  ' field a u64 32 - - x\n'
                                  ' field b u64 32 - - x\n',
        'in-header': lambda: text + 'event 106 x len=40\n'
                                    ' field a u64 8 - - x\n',
        'len': lambda: text + 'event 106 x len=41\n',
        'type': lambda: text + 'event 106 x len=40\n field a u7 32 - - x\n',
        'no-syms': lambda: text + 'event 106 x len=40\n'
                                  ' field a u8 32 enum:nix - x\n',
        'dup-sym': lambda: text + 'syms dir 2=again\n',
        'orphan': lambda: 'skbtrace 2 little\n field a u8 32 - - x\n',
        'control': lambda: text[:head] + '\x1b[2J' + text[head:],
        'name': lambda: text + 'event 106 a"b len=40\n',
        'nul': lambda: text + '\0',
        'nothing': lambda: '',
    }
    t.text = cases[how]()
    return t.capture()
