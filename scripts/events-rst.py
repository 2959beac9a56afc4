#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""events-rst.py [--check] [FORMAT]: events in skbtrace.rst and README.md.

Writes what the kernel's "format" file says of each event between the two
markers in Documentation/networking/skbtrace.rst, and which set has which event
between those in README.md, so that the text is the kernel's own and can't differ
from it. FORMAT is a copy of that file; without it the kernel of "make kernel" is
booted and asked.

--check changes nothing and fails if one of them is out of date.
"""
import os
import subprocess
import sys
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RST = f"{ROOT}/Documentation/networking/skbtrace.rst"
BEGIN = ".. events: written by scripts/events-rst.py, begin\n"
END = ".. events: end\n"
README = f"{ROOT}/README.md"
SETS_BEGIN = "<!-- sets: written by scripts/events-rst.py, begin -->\n"
SETS_END = "<!-- sets: end -->\n"
# In this order, those that contain others first
SETS = {"why": ", the default: what `skbtrace why` needs",
        "trouble": ": rare on a healthy host", "conn": "", "send": "", "rtt": ""}
# The words of these are the kernel's, and differ from one to the next
FOREIGN_SYMS = {"drop_reason": "skb_drop_reason", "rst_reason": "sk_rst_reason"}
UNITS = {
    "-": "", "sk": "socket cookie", "pkt": "packet id", "sym": "code address",
    "sseq": "seq, sent", "rseq": "seq, received", "dseq": "seq, as dir",
    "Bps": "bytes/s", "hex": "mask or id",
}
BARE_OPTIONS = ("hist", "stack")
KINDS = {"conn": "connection event", "packet": "packet event",
         "meta": "naming block"}


def die(text):
    sys.exit(f"skbtrace: events-rst: {text}")


def live_format():
    command = "modprobe skbtrace && cat /sys/kernel/debug/skbtrace/format"
    return subprocess.run([f"{ROOT}/scripts/vm.sh", "--", "sh", "-c", command],
                          stdout=subprocess.PIPE, check=True, text=True).stdout


def parse(text):
    """(syms, events) of a format file; what is not known is ignored"""
    syms, events = {}, []
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "syms":
            name, *pairs = rest.split()
            syms.setdefault(name, {}).update(
                (int(value), word) for value, word in
                (p.split("=", 1) for p in pairs))
        elif word == "event":
            number, name, *pairs = rest.split()
            events.append({"number": number, "name": name, "fields": [],
                           **dict(p.split("=", 1) for p in pairs)})
        elif word in ("help", "read", "example", "why", "how"):
            events[-1][word] = rest
        elif word == "without":
            events[-1].setdefault(word, []).append(rest.partition(" "))
        elif word == "field":
            events[-1]["fields"].append(rest.split(None, 5))
    if not text.startswith("skbtrace 2 ") or not events:
        die("this is no format file of version 2")
    return syms, events


def unit_text(unit):
    if unit.startswith(("enum:", "flags:")):
        return "one of " + unit.partition(":")[2] if unit[0] == "e" \
            else "some of " + unit.partition(":")[2]
    return UNITS.get(unit, unit)


def field_rows(event):
    for name, _, _, unit, flags, *help_text in event["fields"]:
        flags = flags.split(",")
        if name.rstrip("0123456789") == "spare":
            continue
        text = ("name" if "tuple" in flags else
                "yes" if "brief" in flags else "-v")
        meaning = help_text[0] if help_text else ""
        if "na" in flags:
            meaning += "; ``-``: not valid"
        if "inf" in flags:
            meaning += "; ``inf``: no limit"
        yield name, unit_text(unit), text, meaning


def table(head, rows):
    rows = [list(r) for r in rows]
    widths = [max(len(r[i]) for r in [head, *rows]) for i in range(len(head))]
    rule = " ".join("=" * w for w in widths)

    def line(row):
        # an empty first cell would continue the row above
        return " ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip()

    return [rule, line(head), rule, *map(line, rows), rule]


def fold(text):
    return [*textwrap.wrap(text, 80, break_long_words=False,
                           break_on_hyphens=False), ""]


def options(opts, selectors):
    """What it takes; skip= and only= look at a field, or at two"""
    words = [f"``{o}``" if o in BARE_OPTIONS else f"``{o}=``" for o in opts]
    text = "options " + " ".join(words)
    fields = " and ".join(f"``{s}``" for s in selectors)
    return text.replace("``only=``", f"``only=`` (of {fields})")


def section(event, syms):
    title = event["name"]
    sets = " ".join("@" + s for s in event["sets"].split(":") if s != "-")
    opts = [o for o in event["opts"].split(":") if o != "-"]
    about = [f"No. {event['number']}", f"module {event['module']}",
             KINDS.get(event["kind"], event["kind"]), event["stability"]]
    if sets:
        about.append(f"in {sets}")
    if opts:
        about.append(options(opts, event["selector"].split(":")))
    if event.get("setopts"):
        about.append(f"with ``{event['setopts']}`` when a set brings it")
    out = [title, "-" * len(title), "", event.get("help", ""), ""]
    out += fold(", ".join(about) + ".")
    if "read" in event:
        out += fold(f"How to read it: {event['read']}")
    if "how" in event:
        out += fold(f"Without its tracepoint it is inferred {event['how']}.")
    for tracepoint, _, less in event.get("without", []):
        out += fold(f"Without the tracepoint {tracepoint}: {less}.")
    if "example" in event:
        out += ["::", "", f"    {event['example']}", ""]
    out += table(("field", "unit", "text", "meaning"), field_rows(event))
    out.append("")
    seen = []
    for field in event["fields"]:
        name = field[3].partition(":")[2]
        if name in syms and name not in seen + ["no_yes", "dir", "ipproto"]:
            seen.append(name)
            if name in FOREIGN_SYMS:
                words = f"the words of ``enum {FOREIGN_SYMS[name]}`` of the kernel"
            else:
                words = " ".join(w for _, w in sorted(syms[name].items()))
            out += fold(f"{name}: {words}.")
    return out


def set_rows(events):
    """The rows of README's table: a set names sets that it contains whole"""
    members = {name: [] for name in SETS}
    none = []
    for event in events:
        if event["kind"] == "meta":
            continue
        sets = [x for x in event["sets"].split(":") if x != "-"]
        for name in sets:
            if name not in members:
                die(f"{event['name']}: SETS here does not know the set {name}")
            members[name].append(event["name"])
        if not sets:
            none.append(event["name"])
    for name, about in SETS.items():
        mine, words, covered = set(members[name]), [], set()
        for other, theirs in members.items():
            if other != name and theirs and set(theirs) < mine:
                words.append(f"`@{other}`")
                covered |= set(theirs)
        words += [e for e in members[name] if e not in covered]
        yield f"| `@{name}`{about} | {' '.join(words)} |"
    yield f"| none | {' '.join(none)} |"


def replace(path, begin, end, lines, check):
    """Put @lines between two markers. Return: False if @check and they differ"""
    with open(path, encoding="utf-8") as file:
        old = file.read()
    if old.count(begin) != 1 or old.count(end) != 1:
        die(f"{path}: markers missing")
    head, tail = old.split(begin)[0], old.split(end)[1]
    new = head + begin + "\n" + "\n".join(lines) + "\n" + end + tail
    if new == old:
        return True
    if not check:
        with open(path, "w", encoding="utf-8") as file:
            file.write(new)
    return not check


def main():
    args = [a for a in sys.argv[1:] if a != "--check"]
    check = "--check" in sys.argv
    if args and args[0] in ("-h", "--help"):
        sys.exit(__doc__)
    if args:
        with open(args[0], encoding="utf-8") as file:
            text = file.read()
    else:
        text = live_format()
    syms, events = parse(text)
    events.sort(key=lambda e: int(e["number"]))
    lines = []
    for event in events:
        lines += section(event, syms)
    rows = ["| set | events |", "|---|---|", *set_rows(events), ""]
    if not all([replace(RST, BEGIN, END, lines, check),
                replace(README, SETS_BEGIN, SETS_END, rows, check)]):
        die("the text on events is out of date: scripts/events-rst.py")


main()
