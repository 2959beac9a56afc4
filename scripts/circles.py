#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""scripts/circles.py OBJECT... - which object files need each other, in a circle

By symbols: A needs B if A leaves a name open that B defines. Prints each group of
files that cannot be told apart as above and below, with the names that tie them,
and leaves with 1 if there is one.
"""
import os
import subprocess
import sys


def symbols(path):
    """The names that an object defines for others, and those it leaves open."""
    defined, wanted = set(), set()
    out = subprocess.run(["nm", "-g", "--format=posix", path], check=True,
                         capture_output=True, text=True).stdout
    for line in out.splitlines():
        name, kind = line.split()[:2]
        (wanted if kind in "Uvw" else defined).add(name)
    return defined, wanted


def needs(paths):
    """{file: {file that it needs: {names}}}"""
    top = os.path.commonpath([os.path.dirname(p) for p in paths])
    table = {os.path.relpath(p, top)[:-2]: symbols(p) for p in paths}
    owner = {name: f for f, (defined, _) in table.items() for name in defined}
    graph = {}
    for f, (_, wanted) in table.items():
        graph[f] = {}
        for name in wanted & owner.keys():
            graph[f].setdefault(owner[name], set()).add(name)
    return graph


def reach(graph, start):
    """All that is needed by what @start needs, itself only if in a circle."""
    seen, todo = set(), [start]
    while todo:
        for f in graph[todo.pop()]:
            if f not in seen:
                seen.add(f)
                todo.append(f)
    return seen


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__.rstrip())
    graph = needs(sys.argv[1:])
    below = {f: reach(graph, f) for f in graph}
    told = set()
    for f in sorted(graph):
        group = {g for g in below[f] if f in below[g]}
        if not group or f in told:
            continue
        told |= group
        print("circle: " + " ".join(sorted(group)))
        for a in sorted(group):
            for b in sorted(graph[a].keys() & group):
                print(f"    {a} needs {b}: " + " ".join(sorted(graph[a][b])))
    sys.exit(bool(told))


if __name__ == "__main__":
    main()
