#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""why-cases.py [-v]: has each verdict of "skbtrace why" a scenario?

Verdicts are those of "skbtrace why --rules", scenarios the selftests why*.sh and
starve.sh: "next CLIENT SERVER [ALONE]" says which verdict both ends of a connection
must get, and who connects by the recording of its host alone, "some COUNT VERDICT"
how many of several have it, "named RECORDING VERDICT" which one who connected has.
Families take turns there, so that what is written for one family alone is found,
too. -v lists them all.
"""
import collections
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TESTS = [os.path.join(ROOT, "tools/testing/selftests/net/skbtrace", name)
         for name in ("why*.sh", "starve.sh")]
PROGRAM = os.path.join(ROOT, "tools/skbtrace/skbtrace")
NONE = ("-", "*", "none")
# sk's sockets of one family, and addresses that are no variable's
ONE_FAMILY = re.compile(r"\b(tcp[46m]|udp[46m]) |\$[ABC][46m]\b")


def verdicts():
    """Names in the first column, below the heading"""
    text = subprocess.run([PROGRAM, "why", "--rules"], check=True, text=True,
                          capture_output=True).stdout
    return [line.split()[0] for line in text.splitlines()[1:]
            if line and not line[0].isspace()]


def scenarios():
    """Verdict -> where a connection must get it; and what is of one family"""
    found, bad = collections.defaultdict(list), []
    for path in sorted(sum(map(glob.glob, TESTS), [])):
        name = os.path.basename(path)
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                words = line.replace("'", "").split()
                place = f"{name}:{number}"
                if name != "why_lib.sh" and ONE_FAMILY.search(line):
                    bad.append(f"{place}: of one family: {line.strip()}")
                if words[:1] == ["next"] and len(words) in (3, 4):
                    for word in words[1:]:
                        found[word.lstrip("=")].append(place)
                elif words[:1] == ["some"] and len(words) == 5:
                    found[words[2]].append(place)
                elif words[:1] == ["named"] and len(words) == 3:
                    found[words[2]].append(place)
    return found, bad


def main():
    known = verdicts()
    found, bad = scenarios()
    bad += [f"{v}: no scenario" for v in known if v not in found]
    bad += [f"{found[v][0]}: no verdict is called {v}" for v in found
            if v not in known and v not in NONE]
    if sys.argv[1:] == ["-v"]:
        for v in known:
            print(f"{v:17s} {' '.join(found[v])}")
    for text in bad:
        print(f"why-cases: {text}", file=sys.stderr)
    sys.exit(bool(bad))


main()
