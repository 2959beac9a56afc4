#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes capture files without any kernel: gen.py SCENARIO OUTPUT [N]

A scenario describes events; sub-buffers, chunks and the format text are made
from one table here, which is deliberately not that of the kernel: the decoder
must learn everything from the format.
"""

import ipaddress
import re
import struct
import sys
import zlib

import gen_bad

MAGIC = 0x53544232
HDR = 64                                # struct skbtrace_subbuf
T0 = 1000 * 10**9                       # monotonic start
REAL0 = 1795237391482913000             # 2026-11-21 05:03:11.482913 UTC
TASK, SOFTIRQ, HARDIRQ = 0, 1, 2
NO_CPU = 0xffffffff

SIZES = {'u8': 1, 'u16': 2, 'u32': 4, 'u64': 8,
         's8': 1, 's16': 2, 's32': 4, 's64': 8, 'addr': 16}
CODES = {'u8': 'B', 'u16': 'H', 'u32': 'I', 'u64': 'Q',
         's8': 'b', 's16': 'h', 's32': 'i', 's64': 'q'}

SYMS = {
    'no_yes': {0: 'no', 1: 'yes'},
    'dir': {0: '-', 1: 'rx', 2: 'tx'},
    'ipproto': {6: 'tcp', 17: 'udp'},
    'tcp_state': {1: 'ESTABLISHED', 2: 'SYN_SENT', 7: 'CLOSE', 10: 'LISTEN'},
    'drop_reason': {2: 'NOT_SPECIFIED', 58: 'QDISC_DROP'},
    'cong': {0: 'cwr', 1: 'loss', 2: 'fastrtx', 5: 'leave'},
    'limit': {0: 'cwnd', 1: 'swnd', 2: 'nagle', 7: 'pacing', 9: 'app'},
    'probe_flags': {1: 'syn', 2: 'ack', 4: 'fin'},
}

TUPLE = [('local', 'addr', '-', 'tuple'), ('peer', 'addr', '-', 'tuple'),
         ('lport', 'u16', 'port', 'tuple'), ('pport', 'u16', 'port', 'tuple')]
PACKET = TUPLE + [('proto', 'u8', 'enum:ipproto', '-'),
                  ('dir', 'u8', 'enum:dir', 'brief'),
                  ('spare', 'u16', '-', '-')]

# name: (number, header keys, fields)
EVENTS = {
    'skb_drop': (4, 'module=packet kind=packet role=event key=pkt state=exact '
                 'stability=Evolving sets=trouble selector=reason '
                 'opts=skip:only', PACKET + [
        ('sk', 'u64', 'sk', 'brief'),
        ('reason', 'u32', 'enum:drop_reason', 'brief'),
        ('segs', 'u32', 'segs', 'brief'),
        ('at', 'u64', 'sym', 'brief'),
        ('seq', 'u32', 'dseq', 'brief'),
        ('len', 'u32', 'bytes', 'brief')]),
    'tcp_congestion': (101, 'module=tcp kind=conn role=event key=sk '
                       'state=exact stability=Stable sets=trouble '
                       'selector=reason opts=skip:only', [
        ('reason', 'u32', 'enum:cong', 'brief'),
        ('cwnd', 'u32', 'packets', 'brief'),
        ('ssthresh', 'u32', 'packets', 'brief,inf'),
        ('inflight', 'u32', 'packets', 'brief'),
        ('snd_una', 'u32', 'sseq', 'brief'),
        ('snd_nxt', 'u32', 'sseq', 'brief'),
        ('rto_us', 'u32', 'us', 'brief,whole')]),
    'tcp_sendlimit': (103, 'module=tcp kind=conn role=event key=sk '
                      'state=inferred stability=Evolving sets=send '
                      'selector=reason opts=skip:only', [
        ('reason', 'u8', 'enum:limit', 'brief'),
        ('was', 'u8', 'enum:limit', 'brief'),
        ('spare', 'u16', '-', '-'),
        ('for_us', 'u32', 'us', 'brief'),
        ('count', 'u32', '-', 'brief'),
        ('unsent', 'u32', 'bytes', 'brief')]),
    'tcp_active_conn': (104, 'module=tcp kind=conn role=conn key=sk '
                        'state=exact stability=Stable sets=conn selector=- '
                        'opts=-', TUPLE + [
        ('end', 'u8', 'enum:no_yes', 'brief'),
        ('state', 'u8', 'enum:tcp_state', 'brief'),
        ('spare', 'u16', '-', '-'),
        ('cgroup', 'u64', 'hex', '-'),
        ('uid', 'u32', '-', 'brief'),
        ('ca', 'str16', '-', 'brief'),
        ('snd_base', 'u32', '-', '-'),
        ('rcv_base', 'u32', '-', '-'),
        ('bytes_sent', 'u64', 'bytes', 'brief'),
        ('bytes_acked', 'u64', 'bytes', '-'),
        ('bytes_retrans', 'u64', 'bytes', '-'),
        ('total_retrans', 'u32', 'segs', 'brief'),
        ('min_rtt_us', 'u32', 'us', 'brief,na'),
        ('srtt_us', 'u32', 'us', 'brief,na'),
        ('busy_us', 'u64', 'us', '-'),
        ('rwnd_limited_us', 'u64', 'us', '-'),
        ('sndbuf_limited_us', 'u64', 'us', '-')]),
    'tcp_rttm': (105, 'module=tcp kind=conn role=event key=sk state=exact '
                 'stability=Stable sets=rtt selector=- opts=skip:only', [
        ('rtt_us', 'u32', 'us', 'brief'),
        ('srtt_us', 'u32', 'us', 'brief'),
        ('mdev_us', 'u32', 'us', 'brief'),
        ('rto_us', 'u32', 'us', 'brief,whole'),
        ('snd_una', 'u32', 'sseq', '-')]),
    'tcp_retransmit': (108, 'module=tcp kind=conn role=event key=sk '
                       'state=exact stability=Stable sets=trouble selector=- '
                       'opts=-', [
        ('seq', 'u32', 'sseq', 'brief'),
        ('segs', 'u32', 'segs', 'brief')]),
    'tcp_listen_overflow': (120, 'module=tcp kind=conn role=event key=sk '
                            'state=unavailable stability=Evolving '
                            'sets=trouble selector=- opts=-', [
        ('local', 'addr', '-', 'tuple'),
        ('lport', 'u16', 'port', 'tuple'),
        ('backlog', 'u16', '-', 'brief')]),
    # every type and unit
    'zoo': (900, 'module=test kind=conn role=event key=sk state=exact '
            'stability=Private sets=- selector=- opts=-', [
        ('a8', 'u8', '-', 'brief,na'),
        ('b8', 's8', '-', 'brief,na'),
        ('a16', 'u16', 'port', 'brief'),
        ('b16', 's16', '-', 'brief'),
        ('a32', 'u32', 'hex', 'brief'),
        ('b32', 's32', 'us', 'brief'),
        ('a64', 'u64', 'hex', 'brief'),
        ('b64', 's64', '-', 'brief'),
        ('wait_ns', 'u64', 'ns', 'brief,inf'),
        ('pacing_rate_Bps', 'u64', 'Bps', 'brief,inf'),
        ('rseq', 'u32', 'rseq', 'brief'),
        ('flags', 'u8', 'flags:probe_flags', 'brief'),
        ('word', 'u8', 'enum:limit', 'brief'),
        ('odd', 'u16', 'furlongs', 'brief'),
        ('gw', 'addr', '-', 'brief'),
        ('name', 'str12', '-', 'brief'),
        ('pid', 'u32', '-', 'brief'),
        ('quiet', 'u32', 'pkt', '-')]),
    'task': (0xfe01, 'module=core kind=meta role=task key=none state=exact '
             'stability=Evolving sets=- selector=- opts=-', [
        ('tgid', 'u32', '-', '-'), ('spare', 'u32', '-', '-'),
        ('comm', 'str16', '-', '-')]),
    'symbol': (0xfe02, 'module=core kind=meta role=symbol key=none '
               'state=exact stability=Evolving sets=- selector=- opts=-', [
        ('id', 'u64', 'hex', '-'), ('name', 'str56', '-', '-')]),
}

TEXTS = {
    'tcp_sendlimit': [
        'help The sender stopped although the connection is open; written '
        'when the reason changes.',
        'why at tcp_probe (exact with the kernel patch)',
        'read swnd with snd_wnd=0: the peer\'s program does not read. app: '
        'ours does not write.',
        "example skbtrace record -e tcp_sendlimit,skip=app 'port 443'"],
    'tcp_rttm': ['help An RTT sample.'],
    'skb_drop': ['help A packet was dropped.'],
    'tcp_listen_overflow': [
        'help A listener refused a connection.',
        'why no tracepoint: the kernel is not patched for skbtrace'],
}

FIELD_TEXTS = {('tcp_sendlimit', 'was'): 'the reason that ended now',
               ('tcp_sendlimit', 'for_us'): 'how long it lasted'}


def add_turns():
    """The event tcp_turn, for scenarios that need it"""
    SYMS['turn'] = {0: '-', 1: 'self', 2: 'peer', 3: 'end'}
    EVENTS['tcp_turn'] = (
        110, 'module=tcp kind=conn role=event key=sk state=exact '
        'stability=Evolving sets=send selector=now opts=skip:only', [
            ('now', 'u8', 'enum:turn', 'brief'),
            ('was', 'u8', 'enum:turn', 'brief'),
            ('gap_us', 'u64', 'us', 'brief,na'),
            ('min_rtt_us', 'u32', 'us', 'inf')])


def size_of(ftype):
    return SIZES.get(ftype) or int(ftype[3:])


def layout(fields):
    """[(name, type, offset)], length: natural alignment as the kernel's."""
    off, out = 32, []
    for name, ftype, *_ in fields:
        align = size_of(ftype) if ftype in CODES else 8 if ftype == 'addr' \
            else 1
        off = (off + align - 1) // align * align
        out.append((name, ftype, off))
        off += size_of(ftype)
    return out, (off + 7) // 8 * 8


def format_text(big=False, abi=2, events=EVENTS):
    lines = [f'skbtrace {abi} {"big" if big else "little"}', 'subbuf 131072',
             'kernel 6.12.117 #1 SMP', 'clock monotonic',
             'colour blue and other words of the future']
    for name, words in SYMS.items():
        items = [f'{v}={w}' for v, w in words.items()]
        for i in range(0, len(items), 3):
            lines.append(f'syms {name} ' + ' '.join(items[i:i + 3]))
    for name, (number, keys, fields) in events.items():
        offsets, length = layout(fields)
        lines.append(f'event {number} {name} {keys} len={length} mood=sunny')
        for text in TEXTS.get(name, []):
            lines.append(' ' + text)
        for (fname, ftype, unit, flags), (_, _, off) in zip(fields, offsets):
            text = FIELD_TEXTS.get((name, fname), f'the {fname}')
            lines.append(f' field {fname} {ftype} {off} {unit} {flags} {text}')
    return '\n'.join(lines) + '\n'


def v6(text):
    addr = ipaddress.ip_address(text)
    if addr.version == 4:
        return bytes(10) + b'\xff\xff' + addr.packed
    return addr.packed


class Trace:
    """Blocks per CPU, cut into sub-buffers, written as chunks."""

    def __init__(self, big=False, size=4096, cpus=2):
        self.big = big
        self.e = '>' if big else '<'
        self.size = size
        self.cpus = cpus
        self.subbufs = []               # (cpu, bytes, mono)
        self.seq = {}
        self.cur = {}                   # cpu: [mono, first_seq, count, bytes]
        self.lost_total = {}
        self.lost = 0
        self.events = 0
        self.last = T0
        self.text = format_text(big)
        self.meta = [('hostname', 'vm\n'), ('cpus', f'0-{cpus - 1}\n'),
                     ('uname', 'Linux vm 6.12.117\n'),
                     ('start', f'mono_ns {T0} real_ns {REAL0}\n'),
                     ('clock', f'mono_ns {T0 + 5} real_ns {REAL0 + 25}\n')]

    def pack(self, fmt, *args):
        return struct.pack(self.e + fmt, *args)

    def add_block(self, cpu, t, block, events=1, seqs=1):
        cur = self.cur.get(cpu)
        if cur and HDR + len(cur[3]) + len(block) > self.size:
            self.flush(cpu)
            cur = None
        if not cur:
            cur = self.cur[cpu] = [T0 + t, self.seq.get(cpu, 0), 0, b'',
                                   self.lost_total.get(cpu, 0)]
        cur[2] += events
        cur[3] += block
        self.seq[cpu] = self.seq.get(cpu, 0) + seqs
        self.events += events
        self.last = max(self.last, T0 + t)

    def block(self, name, t, key=0, /, ctx=SOFTIRQ, tgid=0, netns=4026531840,
              short=0, number=None, **values):
        no, _, fields = EVENTS[name]
        offsets, length = layout(fields)
        b = bytearray(length)
        if 'tgid' in (f[0] for f in fields):
            values['tgid'] = tgid
        for fname, ftype, off in offsets:
            if fname not in values:
                continue
            v = values.pop(fname)
            if ftype == 'addr':
                b[off:off + 16] = v6(v) if v else bytes(16)
            elif ftype.startswith('str'):
                n = size_of(ftype)
                v = v if isinstance(v, bytes) else v.encode()
                b[off:off + n] = v[:n].ljust(n, b'\0')
            else:
                n = size_of(ftype)
                b[off:off + n] = self.pack(CODES[ftype], v)
        if values:
            raise KeyError(f'{name}: {list(values)}')
        if short:
            del b[-short:]
        b[:32] = self.pack('HHBBHQQII', len(b), number or no, ctx, 0, 0,
                           T0 + t, key, netns, tgid)
        return bytes(b)

    def event(self, kind, cpu, t, /, *args, **kw):
        self.add_block(cpu, t, self.block(kind, t, *args, **kw))

    def lost_block(self, cpu, t, until, kinds, count=None):
        n = count if count is not None else sum(kinds.values())
        first = self.seq.get(cpu, 0)
        b = self.pack('HHBBHQQII', 64 + 8 * len(kinds), 0xfffe, 0, 0, 0,
                      T0 + t, 0, 0, 0)
        b += self.pack('QQQII', first, first + n - 1, T0 + until, len(kinds),
                       0)
        for name, c in kinds.items():
            no = EVENTS[name][0] if name in EVENTS else int(name)
            b += self.pack('HHI', no, 0, c)
        self.add_block(cpu, t, b, events=0, seqs=n)
        self.lost += n
        self.lost_total[cpu] = self.lost_total.get(cpu, 0) + n

    def flush(self, cpu):
        cur = self.cur.pop(cpu, None)
        if not cur:
            return
        mono, first, count, blocks, lost = cur
        used = HDR + len(blocks)
        head = self.pack('IHHIIIIQQQQII', MAGIC, 2, HDR, cpu, self.size, used,
                         1, first, lost, mono, mono - T0 + REAL0 + 20, count,
                         0)
        assert len(head) == HDR
        self.subbufs.append((cpu, head + blocks, mono))

    def flush_all(self):
        for cpu in sorted(self.cur):
            self.flush(cpu)

    # -- files

    def header(self, abi=2, version=1):
        return b'SKBTRACE' + self.pack('IHH', 0x01020304, abi, version)

    def chunk(self, ctype, payload, cpu=NO_CPU, crc=None):
        if isinstance(payload, str):
            payload = payload.encode()
        if crc is None:
            crc = zlib.crc32(payload)
        return self.pack('IIII', ctype, len(payload), cpu, crc) + payload + \
            bytes(-len(payload) % 8)

    def mark(self, cpu, t):
        return self.chunk(4, self.pack('Q', T0 + t), cpu)

    def end(self):
        return self.chunk(5, self.pack('QQQ', self.events, self.lost,
                                       self.last + 1000))

    def preamble(self):
        out = self.header() + self.chunk(1, self.text)
        out += self.chunk(77, b'a chunk of the future')
        for name, text in self.meta:
            out += self.chunk(2, f'{name}\n{text}')
        return out

    def capture(self, end=True):
        self.flush_all()
        out = [self.preamble()]
        out += [self.chunk(3, data, cpu) for cpu, data, _ in self.subbufs]
        return b''.join(out) + (self.end() if end else b'')

    def raw(self):
        """{cpu: bytes} of whole sub-buffers, padding included."""
        self.flush_all()
        out = {}
        for cpu, data, _ in self.subbufs:
            left = self.size - len(data)
            if left:
                data += self.pack('HHI', 8, 0xffff, left) + bytes(left - 8)
            out[cpu] = out.get(cpu, b'') + data
        return out


A = dict(local='10.0.2.1', lport=37846, peer='10.0.2.2', pport=443)
B = dict(local='10.0.1.1', lport=35276, peer='10.0.1.2', pport=443)
V6 = dict(local='2001:db8::1', lport=5000, peer='2001:db8:0:1::2', pport=443)
BASE = 834104033
US = 1000


def keyframe(t, cpu, when, sk, who, end=0, **kw):
    kw.setdefault('state', 7 if end else 1)
    kw.setdefault('ca', 'cubic')
    kw.setdefault('min_rtt_us', 0xffffffff)
    kw.setdefault('srtt_us', 0xffffffff)
    t.event('tcp_active_conn', cpu, when, sk, end=end, snd_base=BASE,
            rcv_base=77, **who, **kw)


def basic(big=False, cpus=2):
    """One connection's story on two CPUs, as in the documentation."""
    t = Trace(big, cpus=cpus)
    ms = 1000 * US
    keyframe(t, 0, 100 * ms, 0x1003, A, state=2, ctx=TASK, tgid=86)
    t.event('task', 0, 152 * ms, tgid=86, comm='python3')
    t.event('tcp_sendlimit', 0, 152204 * US, 0x1003, ctx=TASK, tgid=86,
            reason=0, was=9, for_us=41, count=1, unsent=985520)
    t.event('symbol', 1, 201 * ms, id=7, name='__dev_queue_xmit+0x7bf')
    t.event('skb_drop', 1, 201549 * US, 0xabcdef0123456789, **A, proto=6,
            dir=2, sk=0x1003, reason=58, segs=2, at=7, seq=BASE + 34753,
            len=2896)
    t.event('tcp_rttm', 0, 254762 * US, 0x1003, rtt_us=52151, srtt_us=46684,
            mdev_us=3120, rto_us=248000, snd_una=BASE + 34753)
    t.event('tcp_congestion', 0, 255420 * US, 0x1003, reason=2, cwnd=34,
            ssthresh=0xffffffff, inflight=35, snd_una=BASE + 34753,
            snd_nxt=BASE + 85433, rto_us=248000)
    t.event('tcp_retransmit', 0, 256 * ms, 0x1003, seq=BASE + 34753, segs=2)
    keyframe(t, 0, 1670 * ms, 0x1003, A, end=1, bytes_sent=1002896,
             bytes_retrans=2896, bytes_acked=1000001, total_retrans=2,
             min_rtt_us=40712, srtt_us=42711, busy_us=1430000)
    return t


def lost():
    t = basic()
    t.lost_block(1, 482113 * US, 483702 * US,
                 {'tcp_rttm': 310, 'skb_drop': 1, '4711': 1})
    return t


def conns():
    """For the summary: several connections, one of each kind."""
    t = basic(cpus=8)
    ms = 1000 * US
    t.meta.append(('events', 'tcp_congestion\nskb_drop,skip=NO_SOCKET\n'
                   'tcp_active_conn\ntcp_rttm\n'))
    # held by the peer's window, and by the send buffer
    keyframe(t, 2, 100 * ms, 0x1, B, state=2)
    keyframe(t, 2, 901 * ms, 0x1, B, end=1, bytes_sent=1000000,
             bytes_acked=1000001, min_rtt_us=40400, srtt_us=110300,
             busy_us=700000, rwnd_limited_us=400000,
             sndbuf_limited_us=100000)
    # older than the trace: the kernel's counters are not 0 when it begins
    keyframe(t, 3, 200 * ms, 0x2, V6, busy_us=9000000, total_retrans=50)
    t.event('tcp_rttm', 3, 300 * ms, 0x2, rtt_us=1234, srtt_us=1300)
    keyframe(t, 3, 1200 * ms, 0x2, V6, end=1, bytes_sent=500,
             bytes_acked=500, total_retrans=51, min_rtt_us=1000,
             srtt_us=1300, busy_us=9333333)
    # still open at the end, and split by tcp_sendlimit
    keyframe(t, 4, 300 * ms, 0x3, dict(B, lport=1))
    t.event('tcp_rttm', 4, 400 * ms, 0x3, rtt_us=2222, srtt_us=1300)
    keyframe(t, 5, 500 * ms, 0x4, dict(B, lport=2))
    t.event('tcp_sendlimit', 5, 600 * ms, 0x4, was=2, for_us=30000)
    t.event('tcp_sendlimit', 5, 610 * ms, 0x4, was=0, for_us=10000)
    t.event('tcp_sendlimit', 5, 620 * ms, 0x4, was=9, for_us=990000)
    keyframe(t, 5, 1500 * ms, 0x4, dict(B, lport=2), end=1, bytes_sent=7,
             busy_us=800000, min_rtt_us=5)
    t.event('tcp_listen_overflow', 6, 1600 * ms, 0x50, local='0.0.0.0',
            lport=443, backlog=128)
    return t


def summary_lost():
    t = conns()
    t.lost_block(1, 1700000 * US, 1700001 * US, {'skb_drop': 5})
    return t


def order():
    """Two CPUs whose events interleave, in sub-buffers of one CPU each."""
    t = Trace()
    keyframe(t, 0, 0, 0x1003, A)
    for i in range(1, 200):
        t.event('tcp_rttm', i % 2 if i % 7 else 0, i * 1000 * US, 0x1003,
                rtt_us=i)
    return t


def backward():
    t = Trace()
    keyframe(t, 0, 0, 0x1003, A)
    t.event('tcp_rttm', 0, 3000 * US, 0x1003, rtt_us=1)
    t.event('tcp_rttm', 0, 2000 * US, 0x1003, rtt_us=2)
    t.event('tcp_rttm', 0, 4000 * US, 0x1003, rtt_us=3)
    return t


def zoo():
    """Every type, unit and flag; values that are not valid; strange names."""
    t = Trace()
    keyframe(t, 0, 0, 0x1003, V6, ca='')
    t.event('task', 0, 1, tgid=99, comm=b'a "b\\\x1b[31m')
    t.event('zoo', 0, 1000 * US, 0x1003, ctx=HARDIRQ, tgid=99, a8=255, b8=-1,
            a16=65535, b16=-32768, a32=0xdeadbeef, b32=-1500,
            a64=0xffffffffffffffff, b64=-2**63, wait_ns=2**64 - 1,
            pacing_rate_Bps=11776250, rseq=100, flags=5, word=3, odd=7,
            gw='::', name=b'caf\xc3\xa9 \xff\n"', pid=5, quiet=0)
    t.event('zoo', 0, 2000 * US, 0x77, ctx=9, tgid=1234, netns=0, a8=1, b8=-2,
            a16=80, b16=1, a32=0, b32=1500, a64=1, b64=2**63 - 1,
            wait_ns=1234567, pacing_rate_Bps=2**64 - 1, rseq=100, flags=0,
            word=9, gw='fe80::1:0:0:1', name=b'exactly12byt', quiet=16)
    t.event('zoo', 0, 2500 * US, 0x77, flags=0xf8, gw='192.0.2.1')
    # an older kernel's shorter block, a newer one's longer, unknown event
    t.event('tcp_rttm', 0, 3000 * US, 0x1003, short=8, rtt_us=1, srtt_us=2,
            mdev_us=3, rto_us=4)
    t.event('zoo', 0, 4000 * US, 0x1003, number=901)
    t.event('skb_drop', 0, 5000 * US, 0x1, local='', peer='', reason=99,
            segs=1, at=8, seq=5, len=60)
    t.event('skb_drop', 0, 5001 * US, 0x1, **V6, dir=1, sk=0x1003, reason=2,
            segs=1, seq=177, len=60)
    return t


def v6_only():
    t = Trace()
    keyframe(t, 0, 0, 0x9, V6)
    t.event('tcp_rttm', 1, 1000 * US, 0x9, rtt_us=1)
    return t


def other_host():
    """The same cookies, half a minute later, booted at another time."""
    t = Trace()
    t.meta[0] = ('hostname', 'other\n')
    t.meta[3] = ('start', f'mono_ns {T0} real_ns {REAL0 + 30 * 10**9}\n')
    t.meta[4] = ('clock', f'mono_ns {T0} real_ns {REAL0 + 30 * 10**9}\n')
    keyframe(t, 0, 0, 0x1003, dict(A, local='10.9.9.9'))
    t.event('tcp_rttm', 0, 1000 * US, 0x1003, rtt_us=1)
    return t


def pipe_marks():
    """As live writes: sub-buffers and marks alternate; CPU 1 is idle first."""
    t = Trace()
    out = t.preamble()

    def take():
        t.flush_all()
        data = b''.join(t.chunk(3, d, c) for c, d, _ in t.subbufs)
        t.subbufs = []
        return data
    for i in range(20):
        base = i * 100 * 1000 * US
        if not i:
            keyframe(t, 0, base, 0x1003, A)
        t.event('tcp_rttm', 0, base + 50, 0x1003, rtt_us=i)
        if i > 5:
            t.event('tcp_rttm', 1, base + 40, 0x1003, rtt_us=i)
        out += take()
        out += t.mark(0, base + 60) + t.mark(1, base + 60)
    return out + t.end()


def cycle(t, blocks, n):
    """n events, of these blocks in turn, 1 us apart on each of two CPUs."""
    at = {0: 2000, 1: 2001}
    for i in range(n):
        cpu = i >> 12 & 1
        at[cpu] += 1000
        b = blocks[i * 7 % len(blocks)]
        b[8:16] = struct.pack('<Q', T0 + at[cpu])
        cur = t.cur.get(cpu)
        if not cur or HDR + len(cur[3]) + len(b) > t.size:
            t.flush(cpu)
            cur = t.cur[cpu] = [T0 + at[cpu], t.seq.get(cpu, 0), 0,
                                bytearray(), 0]
        cur[2] += 1
        cur[3] += b
        t.seq[cpu] = t.seq.get(cpu, 0) + 1
        t.events += 1


def speed(n=1000000):
    """Many events of the usual mix, 1000 connections."""
    t = Trace(size=131072)
    for c in range(1000):
        keyframe(t, c & 1, c, c + 1, dict(A, lport=c + 1))
    kinds = []
    for c in range(1000):
        for name, kw in (('tcp_rttm', dict(rtt_us=52151, srtt_us=46684,
                                           mdev_us=3120, rto_us=248000)),
                         ('tcp_sendlimit', dict(reason=0, was=9, for_us=41)),
                         ('tcp_congestion', dict(reason=2, cwnd=34))):
            kinds.append(bytearray(t.block(name, 0, c + 1, **kw)))
    cycle(t, kinds, n)
    return t


def write(name, data):
    with open(name, 'wb') as f:
        f.write(data)


def main():
    what, out = sys.argv[1:3]
    scenario, _, arg = what.partition(':')
    if scenario == 'damaged':
        return write(out, gen_bad.damaged(arg, basic))
    if scenario == 'bad_format':
        return write(out, gen_bad.bad_format(arg, basic))
    if scenario == 'pipe_marks':
        return write(out, pipe_marks())
    if scenario == 'big':
        return write(out, basic(big=True).capture())
    if scenario in ('raw', 'rawbig'):
        t = basic(scenario == 'rawbig')
        for cpu, data in t.raw().items():
            write(f'{out}.cpu{cpu}', data)
        return write(out + '.format', t.text.encode())
    if scenario == 'speed':
        return write(out, speed(int(sys.argv[3])).capture())
    if not re.fullmatch('[a-z0-9_]+', scenario):
        sys.exit('gen.py: which scenario?')
    write(out, globals()[scenario]().capture())


if __name__ == '__main__':
    main()
