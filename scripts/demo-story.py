#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""demo-story.py DIR SKBTRACE: tell what scripts/demo-guest.sh left in DIR.

Fails (1) if the recording does not tell the story: one connection stands out,
its drops and what they led to are there, and the kernel's own counters agree.
"""
import json
import os
import re
import subprocess
import sys

DIR, SKBTRACE = sys.argv[1:3]
SERVER = "10.0.2.2"             # behind the path that loses packets
CLIENTS = "*>*:443"
NEEDED = ("skb_drop", "tcp_congestion", "tcp_retransmit")
WISHED = ("tcp_rttm", "tcp_sendlimit")  # a kernel without the patch may lack
LINES = 10                      # what one can take in at a glance
BOLD, PLAIN = ("\033[1m", "\033[m") if sys.stdout.isatty() else ("", "")


def fail(why):
    sys.exit(f"skbtrace: demo: FAILED: {why}")


def need(condition, why):
    if not condition:
        fail(why)


def parse(*options):
    command = [SKBTRACE, "parse", "-i", f"{DIR}/demo.dat", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False,
                          text=True)
    need(done.returncode == 0,
         f"{' '.join(command)}: exit status {done.returncode}")
    return done.stdout


def parse_json(*options):
    return [json.loads(line) for line in parse("--json", *options).splitlines()]


def heading(text):
    print(f"\n{BOLD}{text}{PLAIN}")


def show(command, output):
    print(f"$ {command}\n{output.rstrip()}")


def read(name):
    with open(f"{DIR}/{name}", encoding="utf-8") as file:
        return file.read()


def worst_of(rows):
    """The row that stands out, and the others."""
    need(len(rows) == 5, f"{len(rows)} connections instead of 5")
    worst, others = rows[0], rows[1:]
    need(SERVER in worst["conn"], f"{worst['conn']} comes first")
    need(worst["drop_segs"], "it has no drop")
    need(worst["retrans_segs"] > 3 * sum(r["retrans_segs"] for r in others),
         "its retransmissions do not stand out")
    need(worst["life_us"] > 1.5 * max(r["life_us"] for r in others),
         "it is not slower than the others")
    return worst, others


def missing():
    """Of what this kernel has not: why."""
    command = [SKBTRACE, "list", "-i", f"{DIR}/demo.dat", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True,
                          text=True)
    events = map(json.loads, done.stdout.splitlines())
    return {e["event"]: e["why"] for e in events
            if e["event"] in NEEDED + WISHED and e["state"] == "unavailable"}


def has_story(episode, rtt):
    """In this order, one drop only: drop, fastrtx, retransmit, leave."""
    words = [e["reason"] if e["event"] == "tcp_congestion" else e["event"]
             for e in episode if e["event"] != "tcp_rttm"]
    return (words[:2] == ["skb_drop", "fastrtx"] and words[-1] == "leave" and
            set(words[2:-1]) == {"tcp_retransmit"} and
            (not rtt or any(e["event"] == "tcp_rttm" for e in episode)))


def episodes(events, rtt):
    """From a drop to the recovery's end."""
    start = None
    for i, e in enumerate(events):
        if e["event"] == "skb_drop":
            start = i
        elif e["event"] == "tcp_congestion" and e["reason"] == "leave":
            if start is not None and has_story(events[start:i + 1], rtt):
                yield events[start:i + 1]
            start = None


def witness_of(conn):
    """What the kernel itself has counted: by ss, and by TCP_INFO."""
    witness = json.loads(read("witness"))
    info = next((i for i in witness["tcp_info"] if i["sk"] == conn["sk"]), None)
    need(info, f"no TCP_INFO of sk={conn['sk']}")
    need(f" sk:{conn['sk']} " in witness["ss"],
         f"the last to end was not sk={conn['sk']}")
    words = dict(w.split(":", 1) for w in witness["ss"].split() if ":" in w)
    return info, words


def compare(conn, events):
    """Each retransmission that the kernel counted must have been seen."""
    info, words = witness_of(conn)
    seen = [e for e in events if e["event"] == "tcp_retransmit"]
    segs = sum(e["segs"] for e in seen)
    # a SYN has a sequence number, but no byte
    size = sum(e["len"] for e in seen if e["kind"] != "syn")
    total = words.get("retrans", "0/0").split("/")[1]
    show(f"ss -tine src {info['local']}",
         f"  sk:{conn['sk']}  retrans:{words.get('retrans')}"
         f"  bytes_retrans:{words.get('bytes_retrans')}"
         f"  minrtt:{words.get('minrtt')}  cwnd:{words.get('cwnd')}")
    for name, theirs, ours in (
            ("segments retransmitted, ss", int(total), segs),
            ("segments retransmitted, TCP_INFO", info["retrans"], segs),
            ("segments retransmitted, summary", conn["retrans_segs"], segs),
            ("bytes retransmitted, ss", int(words["bytes_retrans"]), size)):
        need(theirs == ours, f"{name}: {theirs}, skbtrace recorded {ours}")
    print(f"The kernel counts {total} segments ({words['bytes_retrans']} bytes)"
          f" sent again, so does the recording: they agree.")


def in_words(worst, others, events):
    drops = [e for e in events if e["event"] == "skb_drop" and e["dir"] == "tx"]
    cuts = [e for e in events if e["event"] == "tcp_congestion"
            and e["reason"] in ("fastrtx", "loss", "frto")]
    held = {part["by"]: part["us"] for part in worst["held"]}
    share = round(100 * (held.get("loss", 0) + held.get("cwnd", 0))
                  / sum(held.values()))
    print(f"{worst['life_us'] / 1e6:.1f} s instead of"
          f" {max(r['life_us'] for r in others) / 1e6:.1f} s, since"
          f" {sum(e['segs'] for e in drops)} segments were dropped at"
          f" {SERVER} (reason {drops[0]['reason']}: a tc filter)."
          f"\nEach time TCP cut its congestion window: {len(cuts)} times,"
          f" from {cuts[0]['snd_cwnd']} to"
          f" {min(e['snd_ssthresh'] for e in cuts)} segments,"
          f" which held it back {share}% of its life.")


def without_names(text):
    """One connection: its name need not stand on each line."""
    return "\n".join(re.sub(r"^(.{38})\S+ +", r"\1", line)
                     for line in text.splitlines() if line[0] != "#")


def main():
    heading("Five uploads are recorded in the VM")
    said = read("said")
    show("skbtrace record -o demo.dat"
         " -- ip netns exec clients demo-traffic.py upload", said)
    need("none lost" in " ".join(said.split()), "events were lost")
    absent = missing()
    for name, why in absent.items():
        need(name in WISHED, f"{name} is unavailable: {why}")
        print(f"Left out: {name} ({why}).")
    rtt = "tcp_rttm" not in absent
    episode = [*NEEDED, *(["tcp_rttm"] if rtt else [])]

    rows = parse_json("--summary", "--conn", CLIENTS)
    worst, others = worst_of([r for r in rows if r["event"] == "summary"])
    heading("Which of them is slow?")
    show(f"skbtrace parse demo.dat --summary --conn '{CLIENTS}'",
         parse("--summary", "--conn", CLIENTS))

    events = [e for e in parse_json("--conn", f"sk={worst['sk']}")
              if e["event"] in episode]
    found = sorted(episodes(events, rtt), key=lambda e: abs(len(e) - LINES))
    need(found, "no drop is followed by recovery, retransmission and the end"
         " of the recovery")
    since = f"{found[0][0]['t_ns'] // 1000 / 1e6:.6f}"
    until = f"{(found[0][-1]['t_ns'] + 1000) // 1000 / 1e6:.6f}"
    options = ["--conn", f"sk={worst['sk']}", "-e", ",".join(episode),
               "--since", since, "--until", until]
    text = without_names(parse(*options))
    for name in episode:
        need(f" {name} " in text, f"the excerpt lacks {name}")
    heading("Why? One of its losses, from the drop to the end of the recovery"
            " (names cut off)")
    show(f"skbtrace parse demo.dat {' '.join(options)}", text)

    heading("In words")
    in_words(worst, others, events)
    heading("Is that true? What the kernel itself counted, of the same"
            " connection in the same VM")
    compare(worst, events)


try:
    main()
except BrokenPipeError:
    os._exit(0)
