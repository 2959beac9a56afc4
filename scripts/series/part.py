#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Kconfig and Makefile of net/skbtrace as they are when only some modules are there.

usage: part.py KCONFIG FILE [OPTION...]

FILE is KCONFIG or the Makefile; printed is what of it stays with these options,
without their prefix SKBTRACE_. What belongs to none stays.
"""
import re
import sys


def paragraphs(text):
    """Lines, with those that continue them."""
    return re.findall(r"(?:[^\n]*\\\n)*[^\n]*\n", text)


def makefile(text, absent):
    out = []
    for p in paragraphs(text):
        for o in absent:
            if re.search(r"CONFIG_SKBTRACE_%s\b" % o, p) or \
                    re.match(r"skbtrace_%s-y\b" % o.lower(), p):
                break
        else:
            out.append(p)
    return re.sub(r"\n\n\n+", "\n\n", "".join(out)).rstrip("\n") + "\n"


def kconfig(text, absent):
    blocks = re.split(r"(?m)^(?=config |endif\b)", text)
    out = "".join(b for b in blocks
                  if b.split(None, 2)[1:2] not in
                  [["SKBTRACE_" + o] for o in absent])
    return out.rstrip("\n") + "\n"


def main():
    conf, name = sys.argv[1:3]
    with open(conf) as f:
        text = f.read()
    absent = set(re.findall(r"(?m)^config SKBTRACE_(\w+)", text))
    absent -= set(sys.argv[3:])
    if name != conf:
        with open(name) as f:
            sys.stdout.write(makefile(f.read(), absent))
    else:
        sys.stdout.write(kconfig(text, absent))


main()
