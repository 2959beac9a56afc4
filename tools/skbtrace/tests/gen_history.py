#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""As gen.py, with events that were held back: gen_history.py SCENARIO OUTPUT

Times are in milliseconds. primary() writes what the kernel does when a primary
fires: HISTORY, the held blocks, the primary.
"""

import sys

from gen import A, B, SOFTIRQ, T0, Trace, US, keyframe, write
from gen_held import Held
from gen_more import Delay

MS = 1000 * US
HELD, MISSED = 2, 4
SK = 0x1003


def ns(ms):
    return int(ms * MS)


def flagged(block, flags):
    return block[:5] + bytes([block[5] | flags]) + block[6:]


def history(t, cpu, ms, nr, missed=0, key=SK):
    t.add_block(cpu, ns(ms), t.pack(
        'HHBBHQQIIII', 40, 0xfffd, SOFTIRQ, 0, 0, T0 + ns(ms), key, 0, 0, nr,
        missed), events=0, seqs=0)


def held_block(t, ms, rtt_us, sk=SK):
    return flagged(t.block('tcp_rttm', ns(ms), sk, rtt_us=rtt_us), HELD)


def held(t, cpu, now, ms, rtt_us, sk=SK):
    """From @ms, written at @now."""
    t.add_block(cpu, ns(now), held_block(t, ms, rtt_us, sk))


def cong(t, cpu, ms, flags=0, sk=SK):
    t.add_block(cpu, ns(ms), flagged(
        t.block('tcp_congestion', ns(ms), sk, reason=2, cwnd=10), flags))


def primary(t, cpu, ms, olds, missed=0, sk=SK, late=0):
    """@olds: [(ms, rtt)]; the primary's own time is @late us later."""
    history(t, cpu, ms, len(olds), missed, sk)
    for old, rtt in olds:
        held(t, cpu, ms, old, rtt, sk)
    cong(t, cpu, ms + late / 1000, MISSED if missed else 0, sk)


def trace(**kw):
    t = Trace(**kw)
    t.meta.append(('events', 'tcp_rttm,primary=tcp_congestion,before=32\n'
                   'tcp_congestion\n'))
    keyframe(t, 0, 0, SK, A)
    return t


def basic(**kw):
    """A primary on each CPU, the other CPU's events around it."""
    t = trace(**kw)
    keyframe(t, 1, ns(1), 2, B)
    primary(t, 0, 100, [(10, 10), (20, 20), (99.5, 30)])
    cong(t, 1, 15, sk=2)
    cong(t, 1, 99.9, sk=2)
    cong(t, 1, 100.0005, sk=2)
    primary(t, 1, 150, [(110, 40), (149, 50)], missed=1, sk=2, late=3)
    cong(t, 0, 150.001, sk=SK)              # between HISTORY and primary
    cong(t, 0, 151)
    return t


def big():
    return basic(big=True)


def split():
    """One history in many sub-buffers, names in between, no step back."""
    t = trace(size=256)
    history(t, 1, 100, 40, 1)
    for i in range(1, 41):
        held(t, 1, 100.0001, i, i)
        if not i % 10:
            t.event('task', 1, ns(100.00005), tgid=i, comm='x')
    cong(t, 1, 100, MISSED)
    for i in range(1, 60):
        cong(t, 0, 98 + i / 20, sk=SK)
    return t


def rotated():
    """A file that begins within a history: HISTORY stands in the one before."""
    t = trace()
    t.flush(0)
    cong(t, 0, 300, sk=7)
    t.cur[1] = [T0 + ns(200.0002), 0, 0, b'', 0]
    held(t, 1, 200, 50, 1)
    held(t, 1, 200, 60, 2)
    cong(t, 1, 200, MISSED)
    cong(t, 1, 301)
    return t


def lost():
    """Held ones that found no room, the primary, all."""
    t = trace()
    history(t, 0, 100, 4)
    held(t, 0, 100, 10, 1)
    t.lost_block(0, ns(20), ns(30), {'tcp_rttm': 2})
    held(t, 0, 100, 40, 4)
    cong(t, 0, 100)
    history(t, 0, 200, 1)
    t.lost_block(0, ns(150), ns(200), {'tcp_rttm': 1, 'tcp_congestion': 1})
    cong(t, 1, 250)
    cong(t, 0, 300)                         # is not that primary
    t.lost_block(0, ns(310), ns(320), {'tcp_rttm': 1})
    held(t, 0, 320, 305, 5)                 # its HISTORY found no room
    cong(t, 0, 320.0001)
    cong(t, 1, 319)
    cong(t, 1, 321)
    return t


def none_left():
    """All that had been held is gone."""
    t = trace()
    primary(t, 0, 100, [], missed=1)
    return t


def summary(specs='tcp_sendlimit,primary=tcp_congestion\ntcp_congestion\n'
            'tcp_rttm,primary=tcp_congestion\n', close=True):
    """tcp_sendlimit is known around primaries only: it tells of no life."""
    t = Held(specs)
    history(t, 0, 100, 2, key=1)
    t.add_block(0, ns(100), flagged(t.block(
        'tcp_sendlimit', ns(50), 1, reason=3, was=1, for_us=1000), HELD))
    held(t, 0, 100, 60, 4000, sk=1)
    cong(t, 0, 100, sk=1)
    return t.close(1000, busy_us=500000, rwnd_limited_us=200000,
                   total_retrans=3) if close else t.until(1000)


def open_end():
    """The same without its end, and nothing says which events wait."""
    return summary('tcp_sendlimit\ntcp_congestion\ntcp_rttm\n', False)


def latency():
    """Packets of two flows whose memory is the same, in histories."""
    t = Delay()
    t.meta.append(('events', 'skb_delay,primary=tcp_congestion\n'
                   'tcp_congestion\n'))

    def way(now, us, pkt, *steps):
        add = t.add_block
        t.add_block = lambda cpu, _, b: add(cpu, ns(now), flagged(b, HELD))
        t.way(us, pkt, *steps)
        t.add_block = add
    history(t, 0, 10, 9)
    way(10, 2000, 5, 'ip_send', 10, 'start_xmit', 5, 'consume')  # whole
    way(10, 3000, 6, 'ip_send', 10, 'net_dev_queue')    # its rest is gone
    cong(t, 0, 10)
    history(t, 0, 20, 9)                                # beyond before=
    way(20, 12000, 6, 'qdisc_dequeue', 5, 'consume')    # another packet
    way(20, 13000, 7, 'ip_send', 10, 'net_dev_queue')   # open
    way(20, 13100, 8, 'ip_send', 1, 'net_dev_queue', 2, 'consume')  # whole
    cong(t, 0, 20)
    history(t, 0, 30, 9)
    # may lack what is missing before the histories above
    way(30, 1000, 5, 'ip_send', 20, 'start_xmit', 5, 'consume')
    way(30, 12990, 7, 'ip_send', 1, 'consume')          # older than 7 above
    way(30, 14000, 7, 'net_dev_queue', 1, 'consume')    # no beginning
    cong(t, 0, 30)
    return t


# ---- as live writes

def pipe():
    """CPU 1 says that it is complete before its history is written out."""
    t = trace(size=256)
    out = t.preamble()
    t.cur, t.events, t.seq = {}, 0, {}
    keyframe(t, 1, 0, SK, A)
    t.flush(1)
    olds = [(i, i) for i in range(1, 21)]
    history(t, 1, 100, len(olds))
    for old, rtt in olds[:10]:
        held(t, 1, 100, old, rtt)
    t.flush(1)
    first = t.subbufs
    t.subbufs = []
    for old, rtt in olds[10:]:
        held(t, 1, 100, old, rtt)
    cong(t, 1, 100)
    t.flush(1)
    rest = t.subbufs
    t.subbufs = []
    for i in range(10):
        cong(t, 0, 95 + i)
    t.flush(0)
    out += b''.join(t.chunk(3, d, c) for c, d, _ in first + t.subbufs)
    out += t.mark(0, ns(110)) + t.mark(1, ns(105))
    out += b''.join(t.chunk(3, d, c) for c, d, _ in rest)
    out += t.mark(0, ns(120)) + t.mark(1, ns(120))
    return out + t.end()


def pipe_no_primary():
    """It is lost, and nothing else happens on that CPU."""
    t = trace()
    out = t.preamble()
    t.cur, t.events, t.seq = {}, 0, {}
    keyframe(t, 1, 0, SK, A)
    history(t, 1, 100, 1)
    held(t, 1, 100, 50, 1)
    for i in range(10):
        cong(t, 0, 95 + i)
    t.flush_all()
    out += b''.join(t.chunk(3, d, c) for c, d, _ in t.subbufs)
    return out + t.mark(0, ns(300)) + t.mark(1, ns(300)) + t.end()


# ---- what the kernel would not write

def bad_short():
    t = trace(size=512)
    t.add_block(0, ns(1), t.pack('HHBBHQQII', 32, 0xfffd, 1, 0, 0, T0 + ns(1),
                                 SK, 0, 0), events=0, seqs=0)
    t.flush(0)
    cong(t, 0, 2)
    return t


def bad_more():
    """More held blocks than it says, twice over: said once each."""
    t = trace()
    for ms in (100, 200):
        history(t, 0, ms, 1)
        for i in range(5):
            held(t, 0, ms, i, i)
        cong(t, 0, ms)
    return t


def bad_nr():
    t = trace()
    history(t, 0, 100, 0xffffffff, 0xffffffff)
    held(t, 0, 100, 10, 1)
    cong(t, 0, 100)
    return t


def bad_time():
    """Of the end of time, of its beginning; of a primary long before."""
    t = trace()
    for when in (2**64 - 1, 0):
        t.add_block(0, 0, t.pack('HHBBHQQIIII', 40, 0xfffd, 1, 0xff, 0, when,
                                 SK, 0, 0, 3, 1), events=0, seqs=0)
        held(t, 0, 1, 1, 1)
        cong(t, 0, 50)
    history(t, 1, 100, 1)
    held(t, 1, 100, 1, 1)
    cong(t, 1, 40)
    return t


def bad_flags():
    """All that have lines, on all kinds of blocks."""
    t = trace()
    for name in ('tcp_active_conn', 'task', 'symbol', 'tcp_congestion'):
        t.add_block(0, ns(1), flagged(t.block(name, ns(1), SK), 0x9e))
    t.add_block(1, ns(1), flagged(t.block('tcp_rttm', ns(1), SK, number=901),
                                  0x9e))
    b = t.pack('HHBBHQQII', 64, 0xfffe, 0, 0xff, 0, T0, 0, 0, 0)
    b += t.pack('QQQII', t.seq[0], t.seq[0], T0, 0, 0)
    t.add_block(0, ns(2), b, events=0)
    t.lost += 1
    return t


if __name__ == '__main__':
    made = globals()[sys.argv[1]]()
    write(sys.argv[2], made if isinstance(made, bytes) else made.capture())
