#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""As gen.py, with names and addresses to be removed: gen_anon.py SCENARIO OUTPUT"""

import random
import struct
import sys

import gen
from gen import A, T0, Trace, US, keyframe, write

MS = 1000 * US
# The sample of the paper's authors, with the key of their program
SAMPLE = '''128.11.68.132 129.118.74.4 130.132.252.244 141.223.7.43
141.233.145.108 152.163.225.39 156.29.3.236 165.247.96.84 166.107.77.190'''
KINDS = '''0.0.0.0 127.0.0.1 127.3.2.1 255.255.255.255 240.1.2.3 224.0.0.251 239.1.2.3 232.9.8.7
10.1.2.3 172.16.5.4 172.31.255.1 192.168.7.8 169.254.10.20 100.64.1.1 8.8.8.8 172.217.1.1
:: ::1 fe80::1:2ff:fe33:4455 fd12:3456::1 ff02::fb ff02::1:ff33:4455 ff15::1234 2001:db8::1
64:ff9b::808:808 3ffe::1'''


def conns(t, addresses):
    for i, a in enumerate(addresses):
        keyframe(t, 0, i * MS, i + 1, dict(local=a, lport=i + 1, peer='0.0.0.0',
                                           pport=0))


def sample():
    t = Trace()
    conns(t, SAMPLE.split())
    return t.capture()


def kinds():
    t = Trace()
    conns(t, KINDS.split())
    return t.capture()


def prefixes():
    """Random addresses, many of which have much in common."""
    rnd = random.Random(1)
    t = Trace()
    nets = [rnd.getrandbits(32) for _ in range(12)]
    some = [n ^ rnd.getrandbits(rnd.choice((4, 8, 12, 16, 24)))
            for n in nets for _ in range(12)]
    six = [0x2001 << 112 | rnd.getrandbits(109) for _ in range(5)]
    six = [n ^ rnd.getrandbits(rnd.choice((8, 32, 64, 80)))
           for n in six for _ in range(10)]
    conns(t, ['.'.join(str(b) for b in struct.pack('>I', a)) for a in some] +
          [':'.join(f'{a >> s & 0xffff:x}' for s in range(112, -1, -16))
           for a in six])
    return t.capture()


TEXTS = [
    ('hostname', 'db7.corp.example\n'),
    ('boot_id', '01234567-89ab-cdef-0123-456789abcdef\n'),
    ('uname', 'Linux 6.12.117 #1 SMP built on db7 x86_64\n'),
    ('cmdline', "skbtrace record -e @trouble,tcp_rttm,when=rtt>50ms -o "
     "/home/alice/secret.dat --netns=customer1 --dev enx001122334455 "
     "'host 10.0.2.1 and net 10.0 or port 443 and src net 10.0.2.0/24' -- curl "
     "-H password=hunter2 https://10.0.2.2:443/secret\n"),
    ('filters', 'connections host 10.0.2.1 and port 443 and not host '
     'db8.corp.example\npackets ip[16:4] = 0x0a000201 or net 10.0.2.0 mask '
     '255.255.255.0 or net 192.168\nnetns 4026532281\ncgroup '
     '/system.slice/secret.service\nmark 0x10/0xf0\npid 812\n'),
    ('sysctls', 'net.ipv4.tcp_rmem = 4096 131072 6291456\n'
     'net.ipv4.tcp_allowed_congestion_control = reno cubic\n'),
    ('qdiscs', 'qdisc noqueue 0: dev lo root refcnt 2\nqdisc fq_codel 8001: dev '
     'enx001122334455 root refcnt 2 limit 10240p\n'
     'qdisc noqueue 0: dev wg+customer1! root refcnt 2\n'),
    ('offloads', 'Features for enx001122334455:\ntx-checksumming: on\n'
     'Features for wg+customer1!:\ntx-checksumming: off\n'),
    ('module', 'skbtrace version 2 of db7 at 10.0.2.2, [2001:db8::1]:443 and '
     '10.0.2.1:37846-10.0.2.2:443; see /home/alice/secret.txt.\n'),
    ('snapshot', 'tcp_rttm at 1.254762, 12 more\n'),
    ('cut', 'conn sk=abcdef01,10.0.2.1:37846>*\nfilter port 443\n'),
    ('strange', 'nobody knows: secret 10.0.2.1\n'),
]


def texts():
    """Secrets in all texts, in strings, between fields and behind them."""
    t = Trace()
    t.meta = [m for m in t.meta if m[0] in ('start', 'clock', 'cpus')] + TEXTS
    t.text = t.text.replace(' help An RTT sample.',
                            ' help A probe of /home/alice/secret.c at 10.0.2.1')
    keyframe(t, 0, 0, 0x1003, A)
    t.event('task', 0, 1 * MS, tgid=86, comm=b'secretd\0secret')
    t.event('symbol', 0, 2 * MS, id=7, name='tcp_ack+0x7bf')
    t.event('zoo', 0, 3 * MS, 0x1003, tgid=86, name='secret', gw='10.0.2.1')
    # an event that nobody knows, fields that nobody knows
    secret = b'secret' * 4
    for block in (t.block('zoo', 4 * MS, 0x1003, number=901),
                  t.block('tcp_rttm', 5 * MS, 0x1003, rtt_us=5)):
        b = bytearray(block + secret)
        b[0:2] = t.pack('H', len(b))
        if b[2:4] == t.pack('H', 901):
            b[32:56] = secret
        t.add_block(0, 5 * MS, bytes(b))
    t.lost_block(1, 6 * MS, 7 * MS, {'tcp_rttm': 2})
    data = t.capture()
    cut = data.rindex(t.chunk(5, b'')[:4])
    return data[:cut] + t.chunk(78, b'secret 10.0.2.1') + data[cut:]


if __name__ == '__main__':
    assert gen.T0 == T0
    write(sys.argv[2], globals()[sys.argv[1]]())
