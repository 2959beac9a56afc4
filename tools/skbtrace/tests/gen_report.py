#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""As gen.py, for report and plot: gen_report.py SCENARIO OUTPUT [N]"""

import sys

from gen import (A, B, BASE, EVENTS, SYMS, TASK, Trace, US, add_turns,
                 keyframe, write)

MS = 1000 * US
INF = 0xffffffff

add_turns()
EVENTS['tcp_sendlimit'][2].extend([
    ('snd_cwnd', 'u32', 'segs', 'brief'),
    ('inflight', 'u32', 'segs', 'brief'),
    ('snd_wnd', 'u32', 'bytes', 'brief'),
    ('snd_ssthresh', 'u32', 'segs', 'brief,inf'),
    ('snd_una', 'u32', 'sseq', '-'),
    ('snd_nxt', 'u32', 'sseq', '-')])
EVENTS['tcp_retransmit'][2].extend([
    ('len', 'u32', 'bytes', 'brief'), ('kind', 'u8', 'enum:rtx', 'brief')])
SYMS['rtx'] = {1: 'fast', 2: 'loss'}
RECORDED = '\n'.join(('tcp_rttm', 'tcp_sendlimit', 'tcp_congestion',
                      'tcp_retransmit', 'skb_drop', 'tcp_turn',
                      'tcp_active_conn', ''))


def limit(t, when, sk, reason, was, cwnd, una, nxt, for_us=0):
    t.event('tcp_sendlimit', 0, when, sk, reason=reason, was=was,
            for_us=for_us, count=1, unsent=5000, snd_cwnd=cwnd,
            inflight=cwnd - 1, snd_wnd=60000, snd_ssthresh=INF,
            snd_una=BASE + una, snd_nxt=BASE + nxt)


def story():
    """A loss, its repair, an answer; and one end of a connection beside it."""
    t = Trace()
    t.meta.append(('events', RECORDED))
    keyframe(t, 0, 0, 1, A, ctx=TASK, tgid=86, cgroup=0x1a, uid=1000)
    t.event('task', 0, 1, tgid=86, comm='curl')
    t.event('symbol', 1, 2, id=7, name='__dev_queue_xmit+0x7bf')
    keyframe(t, 0, 1 * MS, 2, B)
    limit(t, 100 * MS, 1, 0, 9, 10, 1, 14481)
    t.event('skb_drop', 1, 110 * MS, 9, **A, proto=6, dir=2, sk=1, reason=58,
            segs=1, at=7, seq=BASE + 1449, len=1448)
    # the same, where the socket is not known any more
    t.event('skb_drop', 1, 111 * MS, 9, **A, proto=6, dir=2, reason=58,
            segs=2, at=7, seq=BASE + 4345, len=2896)
    t.event('tcp_rttm', 0, 140 * MS, 1, rtt_us=40100, srtt_us=40100,
            rto_us=240000, snd_una=BASE + 1)
    t.event('tcp_congestion', 0, 150 * MS, 1, reason=2, cwnd=10, ssthresh=7,
            inflight=9, snd_una=BASE + 1449, snd_nxt=BASE + 14481,
            rto_us=240000)
    t.event('tcp_retransmit', 0, 151 * MS, 1, seq=BASE + 1449, segs=1,
            len=1448, kind=1)
    t.event('tcp_congestion', 0, 200 * MS, 1, reason=5, cwnd=7, ssthresh=7,
            inflight=0, snd_una=BASE + 14481, snd_nxt=BASE + 14481,
            rto_us=240000)
    limit(t, 200 * MS, 1, 9, 0, 7, 14481, 14481, 100000)
    t.event('tcp_turn', 0, 300 * MS, 1, now=2, was=1, gap_us=100000,
            min_rtt_us=40000)
    t.event('tcp_turn', 0, 350 * MS, 1, now=1, was=2, gap_us=50000,
            min_rtt_us=40000)
    keyframe(t, 0, 400 * MS, 1, A, end=1, cgroup=0x1a, uid=1000,
             bytes_sent=15928, bytes_retrans=1448, bytes_acked=14481, snd_una=BASE + 14481, total_retrans=1,
             min_rtt_us=40000, srtt_us=41000, busy_us=100000)
    return t


EVENTS['tcp_active_conn'][2].append(('snd_una', 'u32', 'sseq', '-'))


def lost():
    t = story()
    t.lost_block(1, 410 * MS, 420 * MS, {'tcp_rttm': 310})
    return t


def both_ends():
    """The receiver's end drops what the sender's end has sent."""
    t = story()
    peer = dict(local=A['peer'], lport=A['pport'], peer=A['local'],
                pport=A['lport'])
    keyframe(t, 0, 105 * MS, 3, peer)
    t.event('skb_drop', 1, 180 * MS, 9, **peer, proto=6, dir=1, sk=3,
            reason=2, segs=1, at=7, seq=BASE + 5793, len=1448)
    return t


def busy(n=20000):
    """More points than are kept, of which the extremes are known."""
    t = Trace(size=131072)
    t.meta.append(('events', RECORDED))
    keyframe(t, 0, 0, 1, A)
    for i in range(n):
        at = (i + 1) * 100 * US
        rtt = 40000 + i % 100
        if i == n // 3:
            rtt = 7
        if i == n // 2:
            rtt = 900000
        t.event('tcp_rttm', 0, at, 1, rtt_us=rtt, srtt_us=40000,
                snd_una=BASE + 1 + i * 1448)
        limit(t, at + US, 1, 1 if i % 4 else 0, 0 if i % 4 else 1, 10,
              1 + i * 1448, 1 + i * 1448 + 14480)
        if not i % 8:
            t.event('tcp_retransmit', 0, at + 2 * US, 1, segs=1, len=1448,
                    seq=BASE + 1 + i * 1448, kind=1 + i // 8 % 2)
    keyframe(t, 0, (n + 2) * 100 * US, 1, A, end=1)
    return t


EVIL = '</script><script>document.title="evil"</script><!--'


def hostile():
    """Names that want to be more than text."""
    SYMS['limit'][11] = '<img/src=x>'
    SYMS['cong'][9] = '</script><b>'
    SYMS['rtx'][1] = ']]></title>'
    t = story()
    t.meta[0] = ('hostname', EVIL + '\n')
    t.meta[2] = ('uname', f'Linux vm {EVIL}\n')
    t.event('task', 0, 5, tgid=86, comm='</script><b>x')
    t.event('symbol', 1, 5, id=7, name='"]}</script><img src=x onerror=x>')
    keyframe(t, 0, 20 * MS, 1, dict(A), ca='</script>"&<i>')
    limit(t, 120 * MS, 1, 11, 0, 10, 1449, 14481)
    t.event('tcp_congestion', 0, 152 * MS, 1, reason=9)
    return t


def extremes():
    """Numbers that no connection has."""
    t = Trace()
    t.meta.append(('events', RECORDED))
    keyframe(t, 0, 0, 1, A, cgroup=2**64 - 1, uid=INF - 1)
    limit(t, 1 * MS, 1, 0, 9, INF - 1, 0x7fffffff, 0x7ffffffe, INF)
    limit(t, 1 * MS, 1, 1, 0, 1, -BASE + 1, 5)
    t.event('tcp_rttm', 0, 2 * MS, 1, rtt_us=INF, srtt_us=INF, rto_us=0,
            snd_una=0)
    t.event('tcp_turn', 0, 3 * MS, 1, now=2, was=1, gap_us=2**64 - 2)
    t.event('tcp_retransmit', 0, 2 * MS, 1, segs=INF, len=INF, seq=INF)
    keyframe(t, 1, 3 * MS, 2, dict(B, lport=0, pport=0))
    t.event('tcp_rttm', 1, 3 * MS, 2, rtt_us=1)
    return t


def late():
    """After a century, where a tenth of a us is less than a double can tell."""
    t = Trace()
    for i in range(3):
        keyframe(t, 0, 2**62 + i * US, 1, A)
    return t


def held():
    """What was held back comes with its own, older times."""
    t = story()

    for i in range(4):
        b = bytearray(t.block('tcp_rttm', (390 - 50 * i) * MS, 1, rtt_us=i + 1,
                              srtt_us=1, snd_una=BASE + 14481))
        b[5] |= 2               # SKBTRACE_BLOCK_HELD
        t.add_block(1, 395 * MS, bytes(b))
    return t


if __name__ == '__main__':
    n = [int(x) for x in sys.argv[3:4]]
    write(sys.argv[2], globals()[sys.argv[1]](*n).capture())
