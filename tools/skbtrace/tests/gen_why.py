#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Recordings with one verdict: gen_why.py SCENARIO OUTPUT [EVENT FROM TO]

Uses gen.py for the rest. EVENT: one of that kind is lost, between FROM and TO, in
milliseconds; "any": one of an unknown kind. Each connection begins at 0 and ends
at 2000.
"""

import sys

from gen import BASE, EVENTS, SYMS, TASK, US, add_turns, keyframe, write
import gen_segment

MS = 1000 * US
SYMS['limit'].update({6: 'tsq', 8: 'sndbuf'})
add_turns()
SYMS['drop_reason'].update({70: 'SOCKET_BACKLOG', 71: 'SOCKET_RCVBUFF',
                            72: 'TC_INGRESS',
                            73: 'NETFILTER_DROP', 74: 'TCP_OLD_DATA',
                            75: 'IP_RPFILTER', 76: 'TCP_INVALID_SYN',
                            77: 'TCP_OFO_DROP', 78: 'TCP_CSUM',
                            79: 'TCP_RFC7323_PAWS'})
SYMS['cong'].update({3: 'frto', 6: 'undo'})
SYMS['retransmit_kind'] = {0: 'fast', 1: 'loss'}
EVENTS['tcp_retransmit'][2].extend([
    ('len', 'u32', 'bytes', 'brief'),
    ('kind', 'u8', 'enum:retransmit_kind', 'brief'),
    ('retransmits', 'u8', '-', 'brief')])
EVENTS['tcp_sendlimit'][2].extend([
    ('snd_cwnd', 'u32', 'segs', 'brief'),
    ('inflight', 'u32', 'segs', 'brief'),
    ('sndbuf', 'u32', 'bytes', '-')])
# those of gen_segment.py
A, B = gen_segment.A, gen_segment.B
END = 2000


class Story(gen_segment.Segment):
    """Told by connections, written in the order of time"""

    def __init__(self):
        super().__init__()
        self.meta.append(('events', 'tcp_rttm\ntcp_retransmit\nskb_drop\n'
                          'tcp_turn\ntcp_sendlimit\ntcp_congestion\n'
                          'tcp_segment\n'))
        self.told = []

    def tell(self, ms, what, *args, **kw):
        self.told.append((ms, len(self.told), what, args, kw))

    def ev(self, ms, kind, key, /, **kw):
        self.tell(ms, lambda: self.event(kind, 0, int(ms * MS), key, **kw))

    def limit(self, ms, reason, was, for_ms, **kw):
        self.ev(ms, 'tcp_sendlimit', 7, reason=reason, was=was,
                for_us=for_ms * 1000, **kw)

    def life(self, sk, who, state=1, **end):
        """Of a connection: its beginning and its end"""
        self.tell(0, lambda: keyframe(self, 0, 0, sk, who, state=state,
                                      ctx=TASK))
        self.tell(END, lambda: keyframe(self, 0, END * MS, sk, who, end=1,
                                        **end))

    def done(self, lost=()):
        if lost:
            kind, since, until = lost
            self.tell(int(since), lambda: self.lost_block(
                0, int(since) * MS, int(until) * MS,
                {} if kind == 'any' else {kind: 1}, 1))
        for _, _, what, args, kw in sorted(self.told, key=lambda e: e[:2]):
            what(*args, **kw)
        return self


def clamped():
    """A window that stays as it is, though nothing was lost"""
    t = Story()
    t.life(7, A, bytes_acked=300000, min_rtt_us=40000, srtt_us=40000)
    t.limit(10, 9, 9, 10, snd_cwnd=3, inflight=0)
    for ms in range(20, 1900, 40):
        t.limit(ms, 0, 0, 40, snd_cwnd=3, inflight=3)
        t.ev(ms + 1, 'tcp_rttm', 7, rtt_us=40000, srtt_us=40000)
    t.limit(1950, 9, 0, 50, snd_cwnd=3, inflight=0)
    return t


def memory():
    """It waits for memory with nothing on the way"""
    t = Story()
    t.life(7, A, bytes_acked=300000, min_rtt_us=40000, srtt_us=40000)
    t.limit(10, 8, 9, 10, snd_cwnd=10, inflight=1, sndbuf=400000)
    t.limit(1900, 9, 8, 1890, snd_cwnd=10, inflight=0, sndbuf=400000)
    return t


def ring():
    """Bytes wait in the transmit ring for most of their round trip"""
    t = Story()
    t.life(7, A, bytes_acked=300000, min_rtt_us=10000, srtt_us=50000)
    t.limit(10, 9, 9, 10, snd_cwnd=10, inflight=0)
    for i in range(30):
        late = 40000 if i else 1000
        us = 20000 + 60000 * i
        for place, after in dict(write=0, send=10, queue=30, dequeue=60,
                                 xmit=100, done=100 + late,
                                 acked=10100 + late).items():
            t.tell((us + after) / 1000, t.at, us + after, place,
                   5000 + 1000 * i, 1000, pkt=i + 1)
        t.limit(us // 1000, 0, 0, 60, snd_cwnd=10 + i, inflight=10)
        t.ev(us // 1000 + 1, 'tcp_rttm', 7, rtt_us=10000 + late - 1000,
             srtt_us=50000)
    t.limit(1950, 9, 0, 50, snd_cwnd=40, inflight=0)
    return t


def answers():
    """The other end answers at once, but has to send it again"""
    t = Story()
    t.life(7, A, state=2, bytes_acked=300, min_rtt_us=10000, srtt_us=10000)
    t.life(8, B, bytes_acked=3000, total_retrans=3, min_rtt_us=10000,
           srtt_us=10000)
    t.limit(10, 9, 9, 10, snd_cwnd=10, inflight=0)
    for ms in range(100, 1900, 500):
        t.ev(ms, 'tcp_turn', 7, now=1, was=2, gap_us=1000, min_rtt_us=10000)
        t.ev(ms + 6, 'tcp_turn', 8, now=1, was=2, gap_us=1000,
             min_rtt_us=10000)
        t.ev(ms + 300, 'tcp_retransmit', 8, seq=BASE, segs=1)
        t.ev(ms + 400, 'tcp_turn', 7, now=2, was=1, gap_us=400000,
             min_rtt_us=10000)
    return t


def refused(reason, sender):
    """What comes is refused, for a second; @sender: its end is here, too"""
    t = Story()
    t.life(8, B)
    if sender:
        t.life(7, A, state=2, bytes_acked=1000, total_retrans=2,
               min_rtt_us=10000, srtt_us=10000)
        t.ev(1700, 'tcp_congestion', 7, reason=1)
        t.ev(1701, 'tcp_retransmit', 7, seq=BASE, segs=2)
        t.ev(1750, 'tcp_congestion', 7, reason=5)
    for ms in (500, 900, 1500):
        t.ev(ms, 'skb_drop', 9, **B, proto=6, dir=1, sk=8, reason=reason,
             segs=2, seq=BASE + ms, len=20)
    return t


def timeouts(peer):
    """Two times, undone: data arrives, ACKs do not; @peer: their sender is here"""
    t = Story()
    t.life(7, A, bytes_acked=50000, total_retrans=5, min_rtt_us=20000,
           srtt_us=20000)
    if peer:
        t.life(8, B)
    t.limit(10, 0, 9, 10, snd_cwnd=10, inflight=10)
    t.limit(1900, 9, 0, 1890, snd_cwnd=10, inflight=0)
    for begin, n in ((300, 2), (900, 3)):
        for i in range(n):
            ms = begin + 200 * i
            t.ev(ms, 'tcp_congestion', 7, reason=3, cwnd=1, rto_us=200000)
            t.ev(ms + 1, 'tcp_retransmit', 7, seq=BASE + begin, segs=1,
                 kind=1, len=1000, retransmits=i + 1)
        t.ev(begin + 200 * n, 'tcp_congestion', 7, reason=6)
        t.ev(begin + 200 * n + 1, 'tcp_congestion', 7, reason=5)
    return t


def refused_acks(t):
    """They are dropped as they come in"""
    for ms in (250, 400, 450, 850, 1000):
        t.ev(ms, 'skb_drop', 9, **A, proto=6, dir=1, sk=0, reason=72,
             segs=1, seq=BASE + ms, len=0)
    return t


def acks():
    return refused_acks(timeouts(True))


def acks_alone():
    return refused_acks(timeouts(False))


def acks_elsewhere():
    return timeouts(False)


def lossy(peer=True):
    """Each end sends again, twice and six times. Both know SACK"""
    EVENTS['tcp_active_conn'][2].append(('options', 'u8', '-', '-'))
    t = Story()
    t.life(7, A, bytes_acked=50000, total_retrans=2, min_rtt_us=20000,
           srtt_us=20000, options=7)
    if peer:
        t.life(8, B, bytes_acked=50000, total_retrans=6, min_rtt_us=20000,
               srtt_us=20000)
    t.limit(10, 0, 9, 10, snd_cwnd=10, inflight=10)
    t.limit(1900, 9, 0, 1890, snd_cwnd=10, inflight=0)
    for ms in (300, 1000):
        t.ev(ms + 20, 'tcp_congestion', 7, reason=1)
        t.ev(ms + 21, 'tcp_retransmit', 7, seq=BASE + ms, segs=1, kind=0,
             len=1000)
        t.ev(ms + 500, 'tcp_congestion', 7, reason=5)
    return t


def both_ways():
    """A router drops what both ends send; no socket has these packets"""
    t = lossy()
    for who, times in ((B, 2), (A, 6)):
        for i in range(times):
            t.ev(300 + i, 'skb_drop', 0, **who, proto=6, dir=1, sk=0,
                 reason=58, segs=1, seq=BASE + 300 + i, len=1000, netns=0)
    return t


def rp_filter():
    """The receiver's socket is known, though the route is not"""
    t = lossy()
    for ms in (300, 1000):
        t.ev(ms, 'skb_drop', 9, **B, proto=6, dir=1, sk=8, reason=75, segs=1,
             seq=BASE + ms, len=1000)
    return t


def lost_with_acks():
    """Data are lost elsewhere, not in vain; ACKs are dropped here as well"""
    t = lossy(False)
    for i in range(9):
        t.ev(300 + i, 'skb_drop', 9, **A, proto=6, dir=1, sk=7, reason=73,
             segs=1, seq=BASE + 300 + i, len=0)
    return t


def twice_answered():
    """Data are lost elsewhere; the SYN-ACK came twice"""
    t = lossy(False)
    t.ev(50, 'skb_drop', 9, **A, proto=6, dir=1, sk=7, reason=76, segs=1,
         seq=BASE, len=0)
    return t


def own_queue(ms):
    """It sends again; its own queue is full for so many ms"""
    t = lossy(False)
    t.limit(1600, 6, 0, 100, snd_cwnd=10, inflight=10)
    t.limit(1600 + ms, 0, 6, ms, snd_cwnd=10, inflight=10)
    return t


def queue_full():
    return own_queue(250)


def queue_short():
    return own_queue(10)


def duplicated(dropped):
    """The network duplicates, and loses; @dropped: as a wrong checksum"""
    t = lossy()
    for i in range(20):
        t.ev(100 + 80 * i, 'skb_drop', 9, **B, proto=6, dir=1, sk=8,
             reason=77 if dropped and i % 2 else 74, segs=1,
             seq=BASE + 300 + i, len=1000)
    for ms in (300, 1000) if dropped else ():
        t.ev(ms, 'skb_drop', 9, **B, proto=6, dir=1, sk=8, reason=78,
             segs=1, seq=BASE + ms, len=1000)
    return t


def duplicated_elsewhere():
    return duplicated(False)


def duplicated_here():
    return duplicated(True)


def answers_with_acks(ms):
    """Each question is answered so many ms later than the least round trip, and
    acknowledged not before"""
    t = Story()
    t.life(7, A, state=2, bytes_acked=2000, min_rtt_us=10000, srtt_us=10000)
    t.limit(10, 9, 9, 10, snd_cwnd=10, inflight=0)
    for i in range(20):
        now = 50 + 90 * i
        t.ev(now, 'tcp_turn', 7, now=1, was=2, gap_us=1000, min_rtt_us=10000)
        t.ev(now + 10 + ms, 'tcp_rttm', 7,
             rtt_us=10000 + 1000 * min(ms if i else 0, 30), srtt_us=20000)
        t.ev(now + 10 + ms, 'tcp_turn', 7, now=2, was=1,
             gap_us=10000 + 1000 * ms, min_rtt_us=10000)
    return t


def answers_late():
    return answers_with_acks(30)


def answers_later():
    """Its delayed ACKs come first"""
    return answers_with_acks(70)


def full_queue(buffer):
    """Round trips grow to 400 ms, of 20 at least, while a buffer holds it back"""
    t = Story()
    t.life(7, A, bytes_acked=2000000, min_rtt_us=20000, srtt_us=400000)
    t.limit(10, 8, 9, 10, snd_cwnd=300, inflight=200, sndbuf=buffer)
    for i in range(40):
        t.ev(20 + 40 * i, 'tcp_rttm', 7, rtt_us=20000 + 10000 * i,
             srtt_us=200000)
    t.limit(1900, 9, 8, 1890, snd_cwnd=300, inflight=200, sndbuf=buffer)
    return t


def queue_filled():
    return full_queue(400000)


def buffer_small():
    return full_queue(20000)


def go_back_n(dropped, lost=9):
    """No SACK: after a loss all is sent again; @dropped: where that was is known,
    @lost: how many were, in three times"""
    t = Story()
    t.life(7, A, bytes_acked=300000, total_retrans=47, min_rtt_us=20000,
           srtt_us=20000)
    t.life(8, B)
    t.limit(10, 0, 9, 10, snd_cwnd=10, inflight=10)
    t.limit(1900, 9, 0, 1890, snd_cwnd=10, inflight=0)
    for n, ms in enumerate((300, 800, 1300)):
        for i in range(lost // 3 if dropped else 0):
            t.ev(ms, 'skb_drop', 9, **A, proto=6, dir=2, sk=0, reason=72,
                 segs=1, seq=BASE + ms + i, len=1000)
        t.ev(ms + 20, 'tcp_congestion', 7, reason=1)
        for i in range(47 // 3 + (n < 47 % 3)):
            t.ev(ms + 40 + i, 'tcp_retransmit', 7, seq=BASE + ms + i, segs=1,
                 kind=0, len=1000)
        for i in range((47 - lost) // 3 + (n < (47 - lost) % 3)):
            t.ev(ms + 60 + i, 'skb_drop', 9, **B, proto=6, dir=1, sk=8,
                 reason=74, segs=1, seq=BASE + ms + i, len=1000)
        t.ev(ms + 400, 'tcp_congestion', 7, reason=5)
    return t


def go_back_here():
    return go_back_n(True)


def go_back_elsewhere():
    return go_back_n(False)


def overtaken():
    """The same, and all but one were there already"""
    return go_back_n(False, 1)


def late(sender=True, receiver=True):
    """Overtaken, so sent again; of 30 that come late 10 have too old a timestamp"""
    fields = EVENTS['tcp_active_conn'][2]
    fields += [(f, 'u32', 'segs', '-') for f in ('dsack_dups', 'reord_seen')]
    t = Story()
    if sender:
        t.life(7, A, bytes_acked=300000, total_retrans=30, min_rtt_us=20000,
               srtt_us=20000, dsack_dups=20, reord_seen=8)
        t.limit(10, 0, 9, 10, snd_cwnd=10, inflight=10)
        t.limit(1900, 9, 0, 1890, snd_cwnd=10, inflight=0)
    if receiver:
        t.life(8, B)
    for ms in (300, 800, 1300):
        if sender:
            t.ev(ms, 'tcp_congestion', 7, reason=1)
            t.ev(ms + 1, 'tcp_retransmit', 7, seq=BASE + ms, segs=10, kind=0,
                 len=10000)
            t.ev(ms + 400, 'tcp_congestion', 7, reason=5)
        for reason, segs in ((74, 7), (79, 3)) if receiver else ():
            t.ev(ms + 20, 'skb_drop', 9, **B, proto=6, dir=1, sk=8,
                 reason=reason, segs=segs, seq=BASE + ms, len=1000)
    return t


def late_receiver():
    return late(False)


def late_sender():
    return late(True, False)


def clock_back():
    """All that comes has too old a timestamp, and none of it is a copy"""
    return refused(79, False)


def input_dropped():
    """A rule drops what comes in; the socket is known by then"""
    return refused(73, False)


def backlog():
    return refused(70, True)


def backlog_alone():
    return refused(70, False)


def rcvbuf():
    return refused(71, True)


if __name__ == '__main__':
    write(sys.argv[2], globals()[sys.argv[1]]().done(sys.argv[3:]).capture())
