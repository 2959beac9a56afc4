#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which names and addresses of a recording are in the bytes of another file

	leaks.py SKBTRACE RECORDING FILE

prints each address, program, host and device of RECORDING that is in FILE as
it was there. Addresses of no host, such as loopback, are no leak.
"""

import ipaddress
import json
import re
import subprocess
import sys

skbtrace, recording, name = sys.argv[1:]
data = open(name, 'rb').read()


def output(*args):
    return subprocess.run((skbtrace, *args), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False).stdout.decode()


def lines_of_json(*args):
    return map(json.loads, output(*args).splitlines())


def of_nobody(address):
    """It may stay"""
    return (address.is_loopback or address.is_unspecified or
            address.is_multicast or str(address) == '255.255.255.255')


def as_bytes(address):
    """As fields hold it"""
    return (b'' if address.version == 6 else bytes(10) + b'\xff\xff') + \
        address.packed


def has_word(word):
    """In a text, not by chance between numbers"""
    return re.search(rb'(?<=[\t\n -~])(?<![\w.])' + re.escape(word.encode()) +
                     rb'(?!\w)(?=[\0\t\n -~])', data)


addresses, programs, others = set(), set(), set()
for line in lines_of_json('parse', '--json', recording):
    addresses |= {line[f] for f in ('local', 'peer', 'client', 'gw')
                  if line.get(f)}
    programs |= {line['comm']} if line.get('comm') else set()
    others |= {line['host']} if line.get('host') else set()
others |= set(re.findall(r'(?:\bdev|Features for) ([^\s:]+)',
                         output('info', '-i', recording))) - {'lo'}
for text in sorted(addresses):
    a = ipaddress.ip_address(text)
    a = getattr(a, 'ipv4_mapped', None) or a
    if not of_nobody(a) and (as_bytes(a) in data or has_word(str(a))):
        print('address', a)
for text in sorted(programs):
    # short ones are words of the format, too
    if text.encode().ljust(16, b'\0') in data or (
            len(text) > 3 and text != 'skbtrace' and has_word(text)):
        print('program', text)
for text in sorted(others):
    if has_word(text):
        print('name', text)
