#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""dissector.py LIST PARSE TSHARK TEXT INFO - does tshark read what parse reads?

LIST is "list --json", PARSE "parse --json", TSHARK "tshark -T json" of the same
events as frames: each value of each event must be a field of its frame. TEXT is
"parse", INFO the column of tshark: the lines must be the same. Prints what
differs, and how many values were equal.
"""
import datetime
import json
import re
import sys

META = ("trace", "trace_end", "lost", "shed")
COMMON = {"event", "time", "t_ns", "cpu", "seq", "ctx", "pid", "comm", "netns",
          "sk", "local", "lport", "peer", "pport", "inferred", "held",
          "older_missed", "pkt", "stack", "trace", "host"}


def fields_of(node, found):
    """All that has a name, however deep, from lists of pairs."""
    for key, value in node:
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            fields_of(value, found)
        elif key.startswith("skbtrace.") and isinstance(value, str):
            found.setdefault(key[len("skbtrace."):], []).append(value)


def blocks_of(node):
    """The events of a frame: a subtree each."""
    for _, value in node:
        if not (isinstance(value, list) and value and isinstance(value[0], tuple)):
            continue
        if any(k == "skbtrace.event" for k, _ in value):
            found = {}
            fields_of(value, found)
            yield found
        else:
            yield from blocks_of(value)


def read_frames(path):
    # strings of the kernel are bytes
    with open(path, encoding="utf-8", errors="replace") as f:
        packets = json.load(f, object_pairs_hook=lambda pairs: pairs or [("", "")])
    by_seq = {}
    for packet in packets:
        for b in blocks_of(packet):
            by_seq[int(b["cpu"][0]), int(b["seq"][0])] = b
    return by_seq


def utc(text):
    """'Nov 21, 2026 05:03:11.737675042 UTC' as JSON has it."""
    text, ns = text.removesuffix(" UTC").split(".")
    t = datetime.datetime.strptime(text, "%b %d, %Y %H:%M:%S")
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + ns + "Z"


def number(text):
    return int(text, 16) if text.startswith("0x") else int(text)


def one(b, name):
    return b[name][0] if name in b else None


def hexed(text):
    return None if text is None or not number(text) else f"{number(text):x}"


def common(b, key):
    """What the frame has for a key that all events have."""
    v = one(b, key)
    if key == "event":
        return v
    if key == "time":
        return utc(v)
    if key in ("inferred", "held", "older_missed"):
        return v == "1"
    if key == "ctx":
        words = ["task", "softirq", "hardirq"]
        return words[int(v)] if int(v) < len(words) else f"#{v}"
    if key in ("sk", "pkt"):
        return hexed(v)
    if key in ("local", "peer"):
        return v or one(b, key + "6")
    if key == "comm":
        return v
    if key == "lport" or key == "pport":
        return None if v is None else number(v)
    return None if v is None else number(v)


def special(field, b, name):
    """What the frame has for a field of one event."""
    v = one(b, name)
    if field["type"] == "addr":
        return v or one(b, name + "6")
    if field["type"] == "str":
        return v or ""
    if field["unit"] == "sym":
        return one(b, name + "_name")
    if v is None:
        return None
    if field["unit"] in ("sk", "pkt"):
        return hexed(v)
    if field["unit"] == "hex":
        n = number(v)
        if field["type"][0] == "s" and field["size"] < 8:
            n &= (1 << 8 * field["size"]) - 1
        return f"{n:x}"
    if field["unit"] == "enum":
        words = {n: w for w, n in field["symbols"].items()}
        return words.get(number(v), f"#{number(v)}")
    if field["unit"] == "flags":
        words = [w for w, n in sorted(field["symbols"].items(),
                                      key=lambda x: x[1])
                 if n and number(v) & n == n]
        rest = number(v)
        for w in words:
            rest &= ~field["symbols"][w]
        # its bits are fields, too
        for w in words:
            if one(b, f"{name}.{w}") != "1":
                return f"no {name}.{w}"
        return words + ([f"#0x{rest:x}"] if rest else [])
    return number(v)


def field_name(event, key):
    for prefix in ("", "field_", "tcp_"):
        name = key[len(prefix):]
        if key.startswith(prefix) and name in event:
            return name
    return None


def compare(listed, events, frames):
    equal = bad = 0
    for e in events:
        if e["event"] in META:
            continue
        b = frames.get((e["cpu"], e["seq"]))
        if b is None:
            print("no frame has", e)
            bad += 1
            continue
        for key, value in e.items():
            if key in ("t_ns", "trace", "host", "stack"):
                continue
            name = None if key in COMMON else field_name(listed[e["event"]], key)
            got = special(listed[e["event"]][name], b, f"{e['event']}.{name}") \
                if name else common(b, key)
            if got == value:
                equal += 1
                continue
            bad += 1
            if bad < 20:
                print(f"{e['event']} {e['cpu']}:{e['seq']} {key}: parse {value!r},"
                      f" tshark {got!r}")
    return equal, bad


def lines_of(path, skip):
    """Lines without time and CPU; text has neither names nor what is unknown."""
    for line in open(path, encoding="utf-8"):
        if line.startswith("#"):
            continue
        words = line.split()[skip:]
        if words and words[0] not in ("task", "symbol", "SHED", "format,", "info,",
                                      "event"):
            yield re.sub(r" +until= *\S+", "", " ".join(words))


def compare_lines(text, info):
    a, b = list(lines_of(text, 2)), list(lines_of(info, 0))
    bad = abs(len(a) - len(b))
    if bad:
        print(f"{len(a)} lines of text, {len(b)} of the column")
    for x, y in zip(a, b):
        # tshark cuts the column after some 4000 bytes
        if x != y and not (len(y) > 2000 and x.startswith(y[:2000])):
            bad += 1
            if bad < 10:
                print(f"parse  {x}\ntshark {y}")
    return len(a), bad


def main():
    paths = sys.argv[1:]
    listed = {}
    for line in open(paths[0]):
        e = json.loads(line)
        listed[e["event"]] = {f["name"]: f for f in e["fields"]}
    events = [json.loads(line) for line in open(paths[1])]
    equal, bad = compare(listed, events, read_frames(paths[2]))
    lines, wrong = compare_lines(paths[3], paths[4])
    print(f"{equal} values and {lines - wrong} lines are equal")
    sys.exit(bool(bad or wrong or not equal or not lines))


main()
