#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""As gen.py, for what held a connection back: gen_held.py SCENARIO OUTPUT"""

import sys

from gen import (A, EVENTS, SYMS, T0, Trace, US, add_turns, keyframe,
                 write)

MS = 1000 * US
LIMITS = ['-', 'app', 'cwnd', 'swnd', 'nagle', 'tso', 'frag', 'tsq', 'pacing',
          'pushone', 'sndbuf', 'other', 'end']
CONG = ['cwr', 'loss', 'fastrtx', 'frto', 'frto-loss', 'leave', 'undo']
STATES = ['open', 'disorder', 'cwr', 'recovery', 'loss']
NA = 0xffffffff


class Held(Trace):
    """One connection, sk=1, from 0 on, with the words of the kernel."""

    def __init__(self, events):
        SYMS['limit'] = dict(enumerate(LIMITS))
        SYMS['cong'] = dict(enumerate(CONG))
        SYMS['ca_state'] = dict(enumerate(STATES))
        limit = EVENTS['tcp_sendlimit'][2]
        limit[3] = ('for_us', 'u32', 'us', 'brief,na')
        EVENTS['tcp_ca_state'] = (
            111, EVENTS['tcp_rttm'][1], [
                ('old', 'u8', 'enum:ca_state', 'brief'),
                ('state', 'u8', 'enum:ca_state', 'brief')])
        super().__init__()
        if events:
            self.meta.append(('events', events))
        keyframe(self, 0, 0, 1, A)

    def limit(self, ms, reason, was='-', for_ms=None):
        word = {w: i for i, w in enumerate(LIMITS)}
        self.event('tcp_sendlimit', 0, ms * MS, 1,
                   reason=word.get(reason, reason), was=word[was],
                   for_us=NA if for_ms is None else for_ms * 1000)

    def cong(self, ms, reason):
        self.event('tcp_congestion', 0, ms * MS, 1,
                   reason=CONG.index(reason))

    def state(self, ms, old, new):
        self.event('tcp_ca_state', 0, ms * MS, 1, old=STATES.index(old),
                   state=STATES.index(new))

    def answered(self):
        self.event('tcp_turn', 0, 800 * MS, 1, now=2, was=1, gap_us=700000,
                   min_rtt_us=20000)
        return self.close(1000)

    def close(self, ms, **kw):
        keyframe(self, 0, ms * MS, 1, A, end=1, **kw)
        return self

    def until(self, ms):
        self.last = T0 + ms * MS - 1000  # end() adds a microsecond
        return self


def held_runs():
    """app 10 %, cwnd 40 %, swnd 50 % of a second"""
    t = Held('tcp_sendlimit\n')
    t.limit(100, 'cwnd')
    t.limit(500, 'swnd', 'cwnd', 400)
    t.limit(1000, 'end', 'swnd', 500)
    return t.close(1000)


def held_was():
    """Before the first event: its was and for tell; the rest is app."""
    t = Held('tcp_sendlimit\n')
    t.limit(400, 'swnd', 'nagle', 300)
    return t.close(1000)


def held_skip():
    """With skip=app its end is seen, its beginning is not."""
    t = Held('tcp_sendlimit,skip=app\n')
    t.limit(100, 'cwnd', 'app', 100)
    t.limit(500, 'cwnd', 'app', 250)
    t.limit(1000, 'end', 'app', 100)
    return t.close(1000)


def held_loss():
    """cwnd 10 + 30, loss 30, swnd 30"""
    t = Held('tcp_sendlimit\ntcp_congestion\n')
    t.limit(0, 'cwnd')
    t.cong(100, 'fastrtx')
    t.cong(150, 'frto')
    t.cong(180, 'frto-loss')
    t.limit(200, 'swnd', 'cwnd', 200)
    t.cong(400, 'leave')
    t.cong(410, 'cwr')
    t.cong(450, 'leave')
    t.limit(700, 'cwnd', 'swnd', 500)
    return t.close(1000)


def held_asked():
    add_turns()
    t = Held('tcp_sendlimit\ntcp_congestion\ntcp_turn\n')
    t.limit(0, 'app')
    t.cong(150, 'frto')
    t.cong(400, 'frto')
    return t


def probed(*cong, copy=None):
    """Asked at 100, again by a probe at 320, then @cong, answered at 350; at @copy
    something comes again, and is dropped"""
    add_turns()
    SYMS['retransmit_kind'] = {0: 'fast', 1: 'loss', 2: 'tlp'}
    EVENTS['tcp_retransmit'][2].extend([
        ('kind', 'u8', 'enum:retransmit_kind', 'brief'),
        ('rto_us', 'u32', 'us', 'brief')])
    t = Held('tcp_sendlimit\ntcp_congestion\ntcp_turn\ntcp_retransmit\n'
             'skb_drop\n')
    t.limit(0, 'app')
    t.event('tcp_turn', 0, 100 * MS, 1, now=1, was=2, gap_us=0)
    if copy:
        t.event('skb_drop', 0, copy * MS, 9, **A, proto=6, dir=1, sk=1,
                reason=58, segs=1, seq=1, len=100)
    t.event('tcp_retransmit', 0, 320 * MS, 1, seq=1, segs=1, kind=2,
            rto_us=220000)
    for ms, reason in cong:
        t.cong(ms, reason)
    t.event('tcp_turn', 0, 350 * MS, 1, now=2, was=1, gap_us=250000,
            min_rtt_us=20000)
    return t


def held_probe():
    """It was needed, as the next ACK shows: that reduces the window"""
    t = probed()
    t.cong(500, 'cwr')
    t.cong(500, 'leave')
    return t.close(1000)


def held_probe_now():
    """The same before there is an answer"""
    return probed((340, 'cwr'), (340, 'leave')).close(1000)


def held_probe_copy():
    """The peer's question comes again: no timer runs from then on"""
    return probed((340, 'cwr'), (340, 'leave'), copy=310).close(1000)


def held_probe_vain():
    """The answer was lost: no ACK shows that the question was"""
    return probed().close(1000)


def held_probe_loss():
    """The probe was lost, too"""
    t = probed((345, 'fastrtx'))
    t.cong(355, 'leave')
    return t.close(1000)


def dialogue(questions):
    """Each @questions ms of 100 bytes, answered after a round trip of 20"""
    add_turns()
    EVENTS['tcp_turn'][2].extend([('bytes', 'u32', 'bytes', 'brief'),
                                  ('for_us', 'u64', 'us', 'brief,na')])
    t = Held('tcp_sendlimit\ntcp_turn\n')
    t.limit(0, 'app')
    for ms in questions:
        turn(t, ms, 1, 2, 0, bytes=500)
        turn(t, ms + 20, 2, 1, 20, bytes=100)
    return t


def turn(t, ms, now, was, gap_ms, took_ms=0, **kw):
    t.event('tcp_turn', 0, ms * MS, 1, now=now, was=was, gap_us=gap_ms * 1000,
            for_us=took_ms * 1000, min_rtt_us=20000, **kw)


def held_no_answer():
    """What is asked at 300 has no answer at 1000"""
    t = dialogue((100, 200))
    turn(t, 300, 1, 2, 0, bytes=500)
    return t.until(1000)


def no_answer_end(length, questions=(100, 200)):
    t = dialogue(questions)
    turn(t, 300, 1, 2, 0, bytes=500)
    t.limit(1000, 'end', 'app', 700)
    turn(t, 1000, 3, 1, 700, bytes=length)
    return t.close(1000)


def held_no_answer_end():
    """The same, and the connection ends"""
    return no_answer_end(100)


def held_no_question():
    """It is much shorter than the questions were"""
    return no_answer_end(20)


def held_no_answer_before():
    """One answer is not enough to expect another one"""
    return no_answer_end(100, (100,))


def in_parts(length, gap_ms=0):
    """An answer at 120, the rest until 720; asked again after @gap_ms"""
    t = dialogue((100,))
    ms = 720 + gap_ms
    turn(t, ms, 1, 2, gap_ms, 600, bytes=length)
    turn(t, ms + 20, 2, 1, 20, bytes=100)
    return t.close(1000)


def held_parts():
    return in_parts(2500)


def held_parts_long():
    """It does not fit into an initial window: the path may be what takes long"""
    return in_parts(15000)


def held_parts_late():
    """Nobody has waited for the rest"""
    return in_parts(2500, 200)


def held_loss_answer():
    """Asked at 100, lost from 150 to 780, answered at 800"""
    t = held_asked()
    t.cong(780, 'leave')
    return t.answered()


def held_loss_asking():
    """The same; the recovery does not end"""
    return held_asked().answered()


def held_loss_open_end():
    """No leave: until the end."""
    t = Held('tcp_sendlimit\ntcp_congestion\n')
    t.limit(0, 'cwnd')
    t.cong(250, 'loss')
    return t.close(1000)


def held_small(limits=True):
    """Window of 20, 100 ms of repair, 5 to 25 in 400 ms: 300 are due to it.

    Then a timeout of 50 ms, which is undone."""
    EVENTS['tcp_congestion'][2].append(('prior_cwnd', 'u32', 'segs', '-'))
    for event in ('tcp_congestion', 'tcp_sendlimit'):
        EVENTS[event][2].append(('snd_cwnd', 'u32', 'segs', '-'))
    word = {w: i for i, w in enumerate(CONG)}
    t = Held('tcp_sendlimit\ntcp_congestion\n' if limits else
             'tcp_congestion\n')

    def limit(ms, reason, cwnd):
        if limits:
            t.event('tcp_sendlimit', 0, ms * MS, 1, for_us=NA,
                    reason=LIMITS.index(reason), snd_cwnd=cwnd)

    limit(0, 'cwnd', 20)
    t.event('tcp_congestion', 0, 100 * MS, 1, reason=word['fastrtx'],
            prior_cwnd=20, snd_cwnd=20)
    t.event('tcp_congestion', 0, 200 * MS, 1, reason=word['leave'],
            prior_cwnd=20, snd_cwnd=5)
    limit(600, 'app', 25)
    limit(800, 'cwnd', 25)
    t.event('tcp_congestion', 0, 850 * MS, 1, reason=word['frto'],
            prior_cwnd=25, snd_cwnd=1, rto_us=50000)
    t.event('tcp_congestion', 0, 900 * MS, 1, reason=word['undo'],
            prior_cwnd=25, snd_cwnd=25)
    t.event('tcp_congestion', 0, 900 * MS, 1, reason=word['leave'],
            prior_cwnd=25, snd_cwnd=25)
    return t.close(1000, busy_us=900000)


def held_small_kernel():
    """No tcp_sendlimit: it grows up to the timeout, so 450 are small."""
    return held_small(False)


def held_ca(opts=',sample=3,skip=disorder'):
    """The same from tcp_ca_state, as a set records it."""
    t = Held(f'tcp_sendlimit\ntcp_ca_state{opts}\n')
    t.limit(0, 'cwnd')
    t.state(100, 'open', 'disorder')
    t.state(200, 'disorder', 'recovery')
    t.state(300, 'recovery', 'loss')
    t.state(500, 'loss', 'open')
    t.state(600, 'open', 'cwr')
    return t.close(1000)


def held_ca_only():
    """only=recovery:loss: nobody knows when it ended."""
    t = Held('tcp_sendlimit\ntcp_ca_state,only=recovery:loss\n')
    t.limit(0, 'cwnd')
    t.state(200, 'disorder', 'recovery')
    return t.close(1000)


def held_ca_skip():
    return held_ca(',skip=disorder:open')


def held_both():
    """tcp_congestion was recorded: tcp_ca_state is not asked."""
    t = Held('tcp_sendlimit\ntcp_congestion\ntcp_ca_state\n')
    t.limit(0, 'cwnd')
    t.state(200, 'open', 'recovery')
    t.cong(600, 'fastrtx')
    t.cong(700, 'leave')
    t.state(900, 'recovery', 'open')
    return t.close(1000)


def held_kernel():
    """No tcp_sendlimit: the kernel's counters, loss out of cwnd."""
    t = Held('tcp_congestion\n')
    t.cong(100, 'fastrtx')
    t.cong(300, 'leave')
    return t.close(1000, busy_us=900000, rwnd_limited_us=300000)


def held_kernel_all():
    """More loss than the kernel says busy."""
    t = Held('tcp_congestion\n')
    t.cong(100, 'loss')
    return t.close(1000, busy_us=400000, rwnd_limited_us=300000)


def held_open():
    """Still open when the trace ends: swnd 97 %"""
    t = Held('tcp_sendlimit\n')
    t.limit(30, 'swnd', 'app', 30)
    return t.until(1000)


def held_open_unknown():
    t = Held('tcp_congestion\n')
    return t.until(1000)


def held_words():
    """Words that nobody knows yet, and values without a word."""
    LIMITS[4] = 'moonlight'
    t = Held('tcp_sendlimit\n')
    t.limit(0, 'moonlight')
    t.limit(400, 77, 'moonlight', 400)
    t.limit(700, 78, '-')
    t.limit(800, '-', '-')
    return t.close(1000)


def held_many():
    """More reasons than a row tells apart."""
    t = Held('tcp_sendlimit\n')
    for i in range(100):
        t.limit(i * 10, 20 + i)
    return t.close(1000)


def held_late():
    """The last run is told a moment after the last keyframe."""
    t = Held('tcp_sendlimit,skip=app\n')
    t.limit(0, 'cwnd')
    t.close(1000)
    t.limit(1001, 'end', 'app', 251)
    return t


def held_lost(kind='tcp_sendlimit'):
    t = held_runs()
    t.lost_block(1, 1200 * MS, 1201 * MS, {kind: 1})
    return t


def held_lost_loss():
    return held_lost('tcp_congestion')


def held_lost_other():
    return held_lost('tcp_rttm')


def held_lost_open():
    t = held_open()
    t.lost_block(1, 900 * MS, 901 * MS, {'tcp_sendlimit': 1})
    return t.until(1000)


if __name__ == '__main__':
    write(sys.argv[2], globals()[sys.argv[1]]().capture())
