#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""top on a terminal: top_tty.py SKBTRACE RECORDING... TAP."""

import re
import signal
import sys

from terminal import Tap, Tty

S, CAUSES, CROWD = sys.argv[1:4]
tap = Tap()
END = "the recording ends here"
COLOR = re.compile(rb"\x1b\[[0-9;]*3[0-7]")


def start(*args, file=CAUSES, **kw):
    return Tty([S, "top", "-i", file, *args], **kw)


def at_end(*args, **kw):
    """Without the time that it takes"""
    tty = start(*args, **kw)
    tty.wait("/s  lost 0")
    tty.type("g99\r")
    tty.wait(END)
    return tty


def leaves(name, tty, want="0"):
    """It has left by itself, and the terminal is as it was"""
    got = tty.end()
    tap.ok(f"{name}: exit status {want}", got == want, got)
    tap.ok(f"{name}: the terminal is as it was", tty.mode() == tty.cooked)
    tty.close()


def table():
    tty = start()
    tap.ok("a table", tty.wait("PEER", "VERDICT", "HELD BAC", END))
    lines = tty.lines()
    tap.ok("its first line", re.match(
        r"\d\d:\d\d:\d\d  up \d\.\ds  \d+ events/s  lost 0  10 connections$",
        lines[0]), lines[0])
    tap.ok("the scope", re.match(
        r"4 in trouble, of the last \d\.\ds  sorted by share$", lines[1]),
        lines[1])
    tap.ok("the worst first", re.match(
        r"10\.0\.1\.2:443 +CLOSED +lost-here +\d+% +4\dms +\d+ +\S+ loss \d+%$",
        lines[3]), lines[3])
    tap.ok("four of them", lines[6] and not lines[7])
    tap.ok("the healthy ones in one line", lines[-2].startswith("6 healthy: "),
           lines[-2])
    tap.ok("in colour", COLOR.search(tty.raw))
    tty.type("q")
    leaves("q", tty)


def pages():
    tty = start("-d", "0.5")
    tty.wait(END)
    tty.type("j\r")
    tap.ok("enter: the sentence", tty.wait(
        ">10.0.4.2:443  sk=", "its send buffer is too small for this path",
        "next: sysctl", "tcp_sendlimit sndbuf, "))
    tap.ok("enter: what was before", tty.wait("before: healthy", "\n    0.5s"))
    tty.type("q")
    tap.ok("back", tty.wait("PEER", gone=["sentence", "next:"]))
    tty.type("h")
    tap.ok("h: help", tty.wait("q        leave", "g        go to a time"))
    tty.type("\x1b")
    tap.ok("escape: back", tty.wait("PEER"))
    tty.type("kq")
    leaves("keys one after the other", tty)


def order():
    tty = at_end()
    tty.type("s")
    tap.ok("s: the next column", tty.wait("sorted by rtt"))
    first = tty.lines()[3:7]
    tty.type("r")
    tap.ok("r: reversed", tty.wait("sorted by rtt, reversed"))
    tap.ok("another order", first != tty.lines()[3:7])
    tty.type("<")
    tap.ok("<: the one before", tty.wait("sorted by share"))
    tty.type("a")
    tap.ok("a: healthy ones, too", tty.wait("10.0.5.2:443"))
    tty.type("a")
    tap.ok("a: not any more", tty.wait("PEER", gone=["10.0.5.2"]))
    tty.type("q")
    leaves("order", tty)


def filters():
    tty = at_end()
    tty.type("frtt>")
    tap.ok("f: what is typed is seen", tty.wait("filter: rtt>"))
    tty.type("\r")
    tap.ok("a mistake is told", tty.wait('--where "rtt>": no value', "PEER"))
    tty.type("f\x15rtx>5\r")
    tap.ok("a field that is none", tty.wait('has a field "rtx"'))
    tty.type("fpeer=10.0.4.2x\x7f\r")
    tap.ok("a filter", tty.wait("where peer=10.0.4.2", "1 in trouble", END))
    tap.ok("whom it leaves", tty.lines()[3].startswith("10.0.4.2:443"))
    tty.type("f\x15\r")
    tap.ok("no filter", tty.wait("4 in trouble", END, gone=["where"]))
    tty.type("f\x1b")
    tap.ok("escape: none", tty.wait("q quit"))
    tty.type("q")
    leaves("filters", tty)


def times():
    tty = start("-d", "0.5")
    tty.wait("up 0.5s")
    tty.type("p")
    tap.ok("p: pause", tty.wait("PAUSED"))
    before = tty.lines()[0]
    tty.pump(1)
    tap.ok("time stands still", tty.lines()[0] == before, tty.lines()[0])
    tty.type("n")
    tap.ok("n: a step", tty.wait("PAUSED", gone=[before]))
    tty.type("g1.5\r")
    tap.ok("g: to a time", tty.wait("up 1.5s"))
    tty.type("g0.1\r")
    tap.ok("g: back", tty.wait("up 0.5s"))
    tty.type("g99\r")
    tap.ok("g: beyond the end", tty.wait("10 connections", END))
    tty.type("gx\r")
    tap.ok("g: no time", tty.wait("x: not a time"))
    tty.type("q")
    leaves("times", tty)


def small():
    tty = at_end(height=10, width=40)
    tap.ok("40x10: a table", tty.wait("PEER", "VERDICT", "SHARE", END))
    lines = tty.lines()
    tap.ok("40x10: a line", re.match(
        "10.0.1.2:443          lost-here      [0-9]{2}%$", lines[3]), lines[3])
    tap.ok("40x10: its first line", re.match(
        r"\d\d:\d\d:\d\d  \d+ ev/s  lost 0  10 conns$", lines[0]), lines[0])
    tty.type("\r")
    tap.ok("40x10: why", tty.wait("sk=", "q back"))
    tty.type("\x1b[B" * 6)
    tap.ok("40x10: further down", tty.wait("certain"))
    tty.type("q")
    tap.ok("40x10: back", tty.wait("PEER", "VERDICT", gone=("q back",)))
    tty.resize(24, 80)
    tap.ok("larger: all columns", tty.wait("PEER", "HELD BAC"))
    tty.resize(30, 120)
    tap.ok("wide: both ends", tty.wait("CONNECTION (local>peer)",
                                       "10.0.1.1:"))
    # each is seen before the next one comes
    for height, width in (3, 12), (1, 1):
        tty.resize(height, width)
        for _ in range(10):
            tty.pump(0.3)
    tty.resize(24, 80)
    tap.ok("tiny, and large again", tty.wait("PEER", "HELD BAC"))
    tty.type("q")
    leaves("sizes", tty)


def many():
    tty = at_end("-a", file=CROWD)
    tty.type("\x1b[F")
    first = tty.lines()[3]
    tty.pump(1)
    tty.type("\x1b[H")
    tap.ok("home and end", tty.wait("PEER") and first)
    tty.type("\x1b[6~\x1b[5~jjjkq")
    leaves("pages", tty)


def signals():
    for sig, want in ((signal.SIGINT, "0"), (signal.SIGTERM, "0"),
                      (signal.SIGHUP, "0"), (signal.SIGQUIT, "-3")):
        tty = start()
        tty.wait("up 1.0s")
        tty.signal(sig)
        leaves(sig.name, tty, want)
    tty = at_end()
    tty.type("\x03")
    leaves("Ctrl-C", tty)


def stopped():
    tty = at_end()
    tty.type("\x1a")
    tap.ok("Ctrl-Z: stopped", tty.news() == "stopped")
    tap.ok("Ctrl-Z: the terminal is as it was", tty.mode() == tty.cooked)
    tty.pump(0.5)
    tty.screen.reset()
    tty.signal(signal.SIGCONT)
    tap.ok("and on again", tty.wait("PEER", "HELD BAC", "10.0.4.2"))
    tty.type("q")
    leaves("stopped", tty)


def terminals():
    tty = at_end(NO_COLOR="1")
    tap.ok("NO_COLOR", not COLOR.search(tty.raw))
    tty.type("q")
    leaves("NO_COLOR", tty)
    tty = at_end(TERM="vt100")
    tap.ok("vt100", tty.wait("PEER", END) and not COLOR.search(tty.raw))
    tty.type("q")
    leaves("vt100", tty)
    for term, why in (("dumb", "cannot move its cursor"),
                      ("nonsense", "unknown type of terminal")):
        tty = start("-q", TERM=term, height=60, width=120)
        tap.ok(f"TERM={term}: lines", tty.wait(why, "10 connections",
                                               "\n10.0.1.1:"))
        tap.ok(f"TERM={term}: nothing else", b"\x1b" not in tty.raw)
        leaves(term, tty)


for part in (table, pages, order, filters, times, small, many, signals,
             stopped, terminals):
    part()
sys.exit(tap.end())
