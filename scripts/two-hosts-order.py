#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""two-hosts-order.py JSON - do effects stand behind their causes?

JSON is what "parse --json" makes of the recordings of both hosts of two-hosts.sh.
A datagram is sent at the one, received at the other, sent back, received: each
has a length of its own. No event may stand before the one that caused it by more
than the error that is told.
"""
import json
import sys

CHAIN = (("sender", "udp_send"), ("collector", "udp_receive"),
         ("collector", "udp_send"), ("sender", "udp_receive"))
FIRST, LAST = 100, 1099


def read(path):
    """the error; {length: {(host, event): time}}"""
    error, seen = None, {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            e = json.loads(line)
            if e["event"] == "trace" and "clock_error_ns" in e:
                error = e["clock_error_ns"]
            if (e.get("host"), e["event"]) not in CHAIN or \
                    5001 not in (e["lport"], e["pport"]):
                continue
            if FIRST <= e["len"] <= LAST:
                seen.setdefault(e["len"], {})[e["host"], e["event"]] = e["t_ns"]
    return error, seen


def main():
    error, seen = read(sys.argv[1])
    if error is None:
        sys.exit("no error is told")
    gaps = {step: [] for step in CHAIN[1:]}
    whole = 0
    for times in seen.values():
        whole += len(times) == len(CHAIN)
        for cause, effect in zip(CHAIN, CHAIN[1:]):
            if cause in times and effect in times:
                gaps[effect].append(times[effect] - times[cause])
    if whole < 900:
        sys.exit(f"only {whole} datagrams are seen at both ends, there and back")
    least = min(min(g) for g in gaps.values())
    print(f"{whole} datagrams; the error that is told {error} ns; "
          f"shortest ways {', '.join(str(min(g)) for g in gaps.values())} ns")
    if least < -error:
        sys.exit(f"an effect stands {-least} ns before its cause")


main()
