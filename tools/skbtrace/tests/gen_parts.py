#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""As gen.py, in several files: gen_parts.py SCENARIO DIRECTORY"""

import os
import sys

from gen import A, B, REAL0, T0, Trace, US, keyframe, write

MS = 1000 * US
BOOT = '11111111-2222-3333-4444-555555555555\n'


def story(cpus=2, **kw):
    """A second on two CPUs, in small sub-buffers, as ever as written whole."""
    t = Trace(size=512, cpus=cpus, **kw)
    t.meta.append(('boot_id', BOOT))
    t.meta.append(('events', 'tcp_rttm\ntcp_active_conn\nskb_drop\n'))
    keyframe(t, 0, 0, 0x1003, A)
    keyframe(t, 1, 1, 0x1, B)
    t.event('task', 0, 2 * MS, tgid=86, comm='python3')
    for i in range(1, 60):
        t.event('tcp_rttm', i % 2, i * 10 * MS, 0x1 if i % 3 else 0x1003,
                rtt_us=i, tgid=86 if i % 5 else 0)
    t.lost_block(1, 605 * MS, 606 * MS, {'tcp_rttm': 3})
    t.event('tcp_rttm', 1, 610 * MS, 0x1, rtt_us=77)
    keyframe(t, 0, 700 * MS, 0x1003, A, end=1)
    t.flush_all()
    return t


def write_part(name, t, subbufs, end=True):
    """A file of its own with these sub-buffers."""
    part = Trace(size=512)
    part.meta = list(t.meta)
    part.meta[4] = ('clock', f'mono_ns {subbufs[0][2]} '
                    f'real_ns {subbufs[0][2] - T0 + REAL0 + 20}\n')
    part.subbufs = subbufs
    part.events = sum(part_events(t, s) for s in subbufs)
    part.last = t.last if subbufs[-1] == t.subbufs[-1] else subbufs[-1][2]
    write(name, part.capture(end))


def part_events(t, subbuf):
    return int.from_bytes(subbuf[1][64:68], 'big' if t.big else 'little')


def rotated(d):
    """whole.dat, and the same in three parts."""
    t = story()
    t.subbufs.sort(key=lambda s: s[2])
    n = len(t.subbufs) // 3
    for i in range(3):
        to = (i + 1) * n if i < 2 else None
        write_part(f'{d}/part.{i + 1:04}', t, t.subbufs[i * n:to])
    write(f'{d}/whole.dat', t.capture())


def snapshots(d):
    """Two windows of a flight recorder, which have half of it in common."""
    t = story()
    t.subbufs.sort(key=lambda s: s[2])
    n = len(t.subbufs) // 3
    write_part(f'{d}/snap.0001', t, t.subbufs[:2 * n])
    write_part(f'{d}/snap.0002', t, t.subbufs[n:])


def hosts(d):
    """Two other hosts; the same cookies, one of foreign byte order."""
    for name, big in (('one', False), ('other', True)):
        t = story(big=big)
        t.meta[0] = ('hostname', name + '\n')
        t.meta[3] = ('start', f'mono_ns {T0 + big} real_ns {REAL0}\n')
        t.meta[5] = ('boot_id', ('2' if big else '3') + BOOT[1:])
        write(f'{d}/{name}.dat', t.capture())


def many(d):
    """More recordings than are read from one file, each of its own."""
    t = Trace()
    keyframe(t, 0, 0, 1, A)
    one = []
    for i in range(1025):
        t.meta[3] = ('start', f'mono_ns {T0 + i} real_ns {REAL0}\n')
        one.append(t.capture())
    for i, part in enumerate((one[:1000], one[1000:])):
        write(f'{d}/many{i}.dat', b''.join(part))


# At which second, the error in us, is the drift known
CLOCKS = {
    # the first line is of one slow round only
    '': ((0, 900, 0), (1, 20, 1), (20, 15, 1), (40, 15, 1), (59, 15, 1)),
    # fast rounds before the drift is known, slow ones after it
    '-early': ((0, 900, 0), (1, 10, 0), (20, 80, 1), (40, 80, 1), (59, 80, 1)),
    # it is never known
    '-never': ((1, 900, 0), (2, 20, 0), (3, 20, 0)),
}


def clocks(d):
    """Two hosts of one collector, in turn each millisecond of a minute; the
    clock of one drifts by 50 ppm, its wall clock is 30 ms ahead. The same
    without what the collector found out of the clocks.
    """
    for name, first, ppm, wall in (('one', 0, 1, 0), ('other', 1, 50, 30 * MS)):
        t = Trace(cpus=1)
        t.meta[0] = ('hostname', name + '\n')
        t.meta[3] = ('start', f'mono_ns {T0} real_ns {REAL0}\n')
        t.meta.append(('boot_id', f'host-{name}\n'))
        for i in range(first, 60000, 2):
            at = i * MS + i * MS * ppm // 10**6
            t.event('tcp_rttm', 0, at, 1, rtt_us=i)
        t.flush_all()
        write(f'{d}/{name}-alone.dat', t.capture())
        t.meta.append(('collector', f'boot_id {BOOT[:-1]} hostname c\n'))
        meta = t.meta
        for how, lines in CLOCKS.items():
            t.meta = list(meta)
            for s, error, known in lines:
                own = s * 10**9 + s * 1000 * ppm
                t.meta.append(('offset', f'mono_ns {T0 + own} '
                               f'offset_ns {5 * 10**9 - own + s * 10**9} '
                               f'error_ns {error * US} '
                               f'drift_ppb {-ppm * 1000 * known}\n'))
            write(f'{d}/{name}{how}.dat', t.capture())


if __name__ == '__main__':
    os.makedirs(sys.argv[2], exist_ok=True)
    globals()[sys.argv[1]](sys.argv[2])
