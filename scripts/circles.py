#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""scripts/circles.py [-l] TOP OBJECT... - which files, or folders, need each other

By symbols: A needs B if A leaves a name open that B defines. Prints each group of
files that cannot be told apart as above and below, with the names that tie them;
then the same for folders below TOP. What lies in TOP itself is a folder, too, but
for main.o, which puts together what is there. Leaves with 1 if there is a group.
  -l  only list the folders, the lowest first, and what each needs
"""
import os
import subprocess
import sys

MANY = 8		# files of one folder that need another: no need to name them


def symbols(paths):
    """{path: the names that an object defines for others, and those it leaves open}"""
    table = {p: (set(), set()) for p in paths}
    out = subprocess.run(["nm", "-A", "-g", "--format=posix", *paths], check=True,
                         capture_output=True, text=True).stdout
    for line in out.splitlines():
        path, rest = line.split(": ", 1)
        name, kind = rest.split()[:2]
        table[path][kind in "Uvw"].add(name)
    return table


def needs(top, paths):
    """{file: {file that it needs: {names}}}"""
    table = {os.path.relpath(p, top)[:-2]: s for p, s in symbols(paths).items()}
    owner = {name: f for f, (defined, _) in table.items() for name in defined}
    graph = {}
    for f, (_, wanted) in table.items():
        graph[f] = {}
        for name in wanted & owner.keys():
            if owner[name] != f:
                graph[f].setdefault(owner[name], set()).add(name)
    return graph


def folder(path):
    return path if path == "main" else os.path.dirname(path) or "."


def folders(graph):
    """{folder: {folder that it needs: {(file, file that it needs)}}}"""
    rooms = {folder(f): {} for f in graph}
    for f, below in graph.items():
        for g in below:
            if folder(f) != folder(g):
                rooms[folder(f)].setdefault(folder(g), set()).add((f, g))
    return rooms


def reach(graph, start):
    """All that is needed by what @start needs, itself only if in a circle."""
    seen, todo = set(), [start]
    while todo:
        for f in graph[todo.pop()]:
            if f not in seen:
                seen.add(f)
                todo.append(f)
    return seen


def circles(graph):
    """Groups in which each needs each, at least by way of others."""
    below = {f: reach(graph, f) for f in graph}
    groups = {tuple(sorted(g for g in below[f] if f in below[g])) for f in graph}
    return sorted(g for g in groups if g)


def tell_files(graph, a, b):
    print(f"    {a} needs {b}: " + " ".join(sorted(graph[a][b])))


def tell_folders(graph, rooms, a, b):
    ties = sorted(rooms[a][b])
    if len(ties) > MANY:
        print(f"    {a} needs {b}: {len(ties)} times")
        return
    for f, g in ties:
        tell_files(graph, f, g)


def tell(what, graph, say):
    """True if there are circles, which are printed."""
    found = circles(graph)
    for group in found:
        print(f"circle of {what}: " + " ".join(group))
        for a in group:
            for b in sorted(graph[a].keys() & set(group)):
                say(a, b)
    return bool(found)


def list_rooms(rooms):
    height = {a: len(reach(rooms, a)) for a in rooms}
    for a in sorted(rooms, key=lambda a: (height[a], a)):
        print(f"{a}: " + " ".join(sorted(rooms[a], key=lambda b: (height[b], b))))


def main():
    args = sys.argv[1:]
    only_list = args[:1] == ["-l"]
    if only_list:
        del args[0]
    if len(args) < 2 or args[0].startswith("-"):
        sys.exit(__doc__.rstrip())
    graph = needs(args[0], args[1:])
    rooms = folders(graph)
    if only_list:
        list_rooms(rooms)
        return
    bad = tell("files", graph, lambda a, b: tell_files(graph, a, b))
    bad |= tell("folders", rooms, lambda a, b: tell_folders(graph, rooms, a, b))
    sys.exit(bad)


if __name__ == "__main__":
    main()
