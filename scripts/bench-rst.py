#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""bench-rst.py RESULT | --update | --check: the table of costs in skbtrace.rst

RESULT is what bench.sh --json has written, of all rows or of some: the others
keep what the document says. Written below ".. bench: begin": each row of
bench/rows that has been measured, then, of each row over its aim, what is left
and why, from bench/misses.

--update: the same with no new result.

--check: the document is what these files say; each row over its aim has its
words in bench/misses, and no other row has any.
"""
import json
import os
import re
import sys
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RST = os.path.join(ROOT, "Documentation/networking/skbtrace.rst")
ROWS = os.path.join(ROOT, "scripts/bench/rows")
MISSES = os.path.join(ROOT, "scripts/bench/misses")
BEGIN, END = ".. bench: begin", ".. bench: end"
WIDTH = 80
failed = 0


def complain(text):
    global failed
    failed += 1
    print(f"bench-rst: {text}", file=sys.stderr)


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file
                if line.strip() and not line.startswith("#")]


def read_rows():
    """Name: (unit, aim, what), in the order of the file"""
    rows = {}
    for line in lines_of(ROWS):
        name, unit, _, aim, _, what = line.split(None, 5)
        rows[name] = (unit, aim, what)
    return rows


def read_misses():
    """Name: words; a line that begins with a blank goes on"""
    misses, name = {}, None
    for line in lines_of(MISSES):
        if not line[0].isspace():
            name, line = line.split(None, 1)
            misses[name] = ""
        misses[name] = (misses[name] + " " + line.strip()).strip()
    return misses


def parts(text):
    match = re.search(rf"{re.escape(BEGIN)}\n(.*?){re.escape(END)}\n", text,
                      flags=re.S)
    if not match:
        sys.exit(f"bench-rst: no \"{BEGIN}\" in the documentation")
    return text[:match.start(1)], match[1], text[match.end(1):]


def read_costs(block):
    """Name: the cost, as text, of the first table"""
    return {m[1]: m[2] for m in
            re.finditer(r"^([a-z][\w-]+) +([\d.]+)\s", block, flags=re.M)}


def read_result(path):
    with open(path, encoding="utf-8") as file:
        return {row["row"]: format(row["cost"], ".4f" if row["unit"] == "ratio"
                                   else ".0f")
                for row in json.load(file)["rows"]}


def is_missed(cost, aim):
    return aim != "-" and float(cost) > float(aim)


def table(titles, rows):
    """A simple table, its last column as wide as the page allows"""
    widths = [max(len(t), *(len(r[i]) for r in rows))
              for i, t in enumerate(titles[:-1])]
    last = WIDTH + 7 - sum(widths) - 2 * len(widths)
    rule = "  ".join("=" * w for w in widths + [last])
    out = [rule, "  ".join([*(t.ljust(w) for t, w in zip(titles, widths)),
                            titles[-1]]), rule]
    for row in rows:
        first, *more = textwrap.wrap(row[-1], last)
        out.append("  ".join([*(c.ljust(w) for c, w in zip(row, widths)),
                              first]))
        out += [" " * (sum(widths) + 2 * len(widths)) + m for m in more]
    return "\n".join([*out, rule])


def escaped(text):
    return re.sub(r"([*`|\\])", r"\\\1", text)


def written(rows, costs, misses):
    """What stands between BEGIN and END"""
    measured = [name for name in rows if name in costs]
    all_rows = [[name, costs[name],
                 "" if rows[name][1] == "-" else
                 rows[name][1] + (", missed" if is_missed(costs[name],
                                                          rows[name][1])
                                  else ""),
                 escaped(rows[name][2])] for name in measured]
    over = [[name, costs[name], rows[name][1],
             misses.get(name, "not said").replace("\\", "\\\\")]
            for name in measured if is_missed(costs[name], rows[name][1])]
    if not all_rows:
        return "\n"
    text = "\n" + table(["row", "cost", "aim", "what"], all_rows) + "\n"
    if over:
        text += ("\nWhat is left of those over their aim, by function "
                 "(``scripts/bench.sh --where``):\n\n" +
                 table(["row", "cost", "aim", "instructions of these"], over) +
                 "\n")
    return text + "\n"


def check_misses(rows, costs, misses):
    for name in rows:
        if name not in costs:
            continue
        missed = is_missed(costs[name], rows[name][1])
        if missed and name not in misses:
            complain(f"{name} costs {costs[name]}, its aim is {rows[name][1]}: "
                     "bench/misses does not say why")
        if not missed and name in misses:
            complain(f"{name} is not over its aim: bench/misses has no need of it")
    for name in misses:
        if name not in rows:
            complain(f"bench/misses: there is no row {name}")


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    with open(RST, encoding="utf-8") as file:
        before, block, after = parts(file.read())
    rows, misses, costs = read_rows(), read_misses(), read_costs(block)
    if sys.argv[1] != "--check":
        if sys.argv[1] != "--update":
            costs.update(read_result(sys.argv[1]))
        block = written(rows, costs, misses)
        with open(RST, "w", encoding="utf-8") as file:
            file.write(before + block + after)
    elif block != written(rows, costs, misses):
        complain("the table in skbtrace.rst is not what bench/rows and "
                 "bench/misses say: bench-rst.py --update")
    check_misses(rows, costs, misses)
    sys.exit(1 if failed else 0)


main()
