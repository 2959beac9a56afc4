#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""docs-check.py [--update]: do the documents hold what they say?

- skbtrace.rst is parsed without a warning (if python3-docutils is there);
- output that README.md and skbtrace.rst quote below a "$ ... examples/..."
  line in an indented or fenced block is what that command prints today; a
  command is not wider than a terminal, "\\" at the end continues it;
- code below ".. quoted: FILE" stands in FILE;
- files that README.md names in links or backquotes are there;
- in "Finding one's way" each folder of the program is named, and each command
  that answers a question finds something, in each file that it names.

--update writes the output of today into the documents instead.
"""
import glob
import os
import re
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RST = "Documentation/networking/skbtrace.rst"
README = "README.md"
# Markup of the kernel's documentation that plain docutils does not know
KERNEL_DIRECTIVES = ("kernel-doc", "kernel-figure")
KERNEL_ROLES = ("doc", "ref", "c:func")
WIDTH = 80
failed = 0


def complain(text):
    global failed
    failed += 1
    print(f"docs-check: {text}", file=sys.stderr)


def check_rst(name):
    try:
        from docutils import core, nodes
        from docutils.parsers.rst import Directive, directives, roles
    except ImportError:
        print("docs-check: no python3-docutils, markup not checked")
        return

    class Anything(Directive):
        optional_arguments = 1
        has_content = True
        final_argument_whitespace = True
        option_spec = {"functions": directives.unchanged,
                       "internal": directives.flag,
                       "alt": directives.unchanged}

        def run(self):
            # a figure's path is from the document on
            base = ROOT if self.name == "kernel-doc" else \
                os.path.dirname(os.path.join(ROOT, name))
            if not os.path.exists(os.path.join(base, self.arguments[0])):
                raise self.error(f"no such file: {self.arguments[0]}")
            return []

    for directive in KERNEL_DIRECTIVES:
        directives.register_directive(directive, Anything)
    for role in KERNEL_ROLES:
        roles.register_generic_role(role, nodes.literal)
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        text = file.read()
    with open(os.devnull, "w", encoding="utf-8") as null:
        tree = core.publish_doctree(text, name, settings_overrides={
            "report_level": 2, "halt_level": 5, "warning_stream": null})
    find = getattr(tree, "findall", None) or tree.traverse
    for text in dict.fromkeys(m.astext() for m in
                              [*find(nodes.system_message),
                               *tree.parse_messages] if m["level"] > 1):
        complain(text)


def run(command):
    env = dict(os.environ, PATH=f"{ROOT}/tools/skbtrace:{os.environ['PATH']}")
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=ROOT,
                          env=env, stdout=subprocess.PIPE, check=False,
                          text=True)
    if done.returncode:
        complain(f"$ {command}\n  exit status {done.returncode}")
    return [line.rstrip() for line in done.stdout.splitlines()]


def command(name, first, lines):
    """A command that begins with @first, and in how many of @lines it goes on"""
    parts, n = [first], 0
    while parts[-1].endswith("\\") and n < len(lines):
        parts.append(lines[n])
        n += 1
    for part in parts:
        if len(part) > WIDTH:
            complain(f"{name}: wider than {WIDTH} columns: {part.strip()}")
    return " ".join(part.rstrip("\\").strip() for part in parts), n


def quotes(name, update):
    """Each "$ command" with its output, up to an empty line or a lesser indent"""
    path = os.path.join(ROOT, name)
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    out, i = [], 0
    while i < len(lines):
        out.append(lines[i])
        i += 1
        match = re.match(r"^( *)\$ (.*examples/.*)$", out[-1])
        if not match:
            continue
        indent = match[1]
        told, more = command(name, match[2], lines[i:])
        out += lines[i:i + more]
        i += more
        old = []
        while (i < len(lines) and lines[i].startswith(indent) and lines[i]
               and not lines[i].startswith((indent + "$ ", "```"))):
            old.append(lines[i])
            i += 1
        new = [indent + line for line in run(told)]
        if old != new and not update:
            complain(f"{name}: not what is printed today: {told}\n"
                     "  scripts/docs-check.py --update writes it")
        out += new if update else old
    if update:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(out))


def check_quoted(name):
    """A block below ".. quoted: FILE" must stand in FILE"""
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        parts = re.split(r"^ *\.\. quoted: (\S+)\n\n *::\n\n", file.read(),
                         flags=re.M)
    for source, text in zip(parts[1::2], parts[2::2]):
        indent = re.match(" *", text)[0]
        block = re.match(rf"(?:(?:{indent}.*)?\n)*", text)[0].rstrip("\n")
        block = re.sub(f"^{indent}", "", block, flags=re.M)
        path = os.path.join(ROOT, source)
        if not os.path.exists(path):
            complain(f"{name}: there is no {source}")
            continue
        with open(path, encoding="utf-8") as file:
            whole = file.read()
        if source.endswith(".patch"):  # what it adds
            whole = re.sub(r"^\+", "", whole, flags=re.M)
        # alignment may change
        if re.sub("[ \t]+", " ", block) not in re.sub("[ \t]+", " ", whole):
            complain(f"{name}: no more in {source}:\n{block}")


def check_names(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        text = file.read()
    named = re.findall(r"\]\(([^)#:]+)\)", text)
    named += [w.rstrip("/") for w in re.findall(r"`([\w.-]+/[\w./-]*)`", text)]
    for file in sorted(set(named)):
        if not os.path.exists(os.path.join(ROOT, file)):
            complain(f"{name}: there is no {file}")


def each_file(where, line):
    """The command for each file that it names, as each must have an answer"""
    words = shlex.split(line)
    files = [w for w in words if os.path.isfile(os.path.join(where, w))]
    if words[0] != "grep" or not files:
        return [line]
    rest = [w for w in words if w not in files]
    return [shlex.join(rest + [f]) for f in files]


def check_way(name):
    """The commands below "Finding one's way", and the folders it names"""
    program = os.path.join(ROOT, "tools/skbtrace")
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        text = re.search(r"\n\nFinding one's way\n=+\n\n(.*?)\n\n[^=\n]+\n=+\n\n",
                         file.read(), flags=re.S)[1]
    told = [(ROOT, c) for c in
            re.findall(r"^- .*\?\s+``(.*?)``", text, flags=re.M)]
    told += [(program, c) for c in
             re.findall(r"^[^-\n].*  +``(grep .*)``$", text, flags=re.M)]
    for where, line in told:
        for one in each_file(where, line):
            if subprocess.run(["bash", "-c", one], cwd=where, check=False,
                              stdout=subprocess.DEVNULL).returncode:
                complain(f"{name}: finds nothing: {one}")
    named = set(re.findall(r"^``(\w+)/``", text.split("folder of ``tools")[1],
                           flags=re.M))
    there = {d for d in os.listdir(program)
             if d != "tests" and not d.startswith("obj") and
             glob.glob(os.path.join(program, d, "*.c"))}
    for folder in sorted(named ^ there):
        complain(f"{name}: tools/skbtrace/{folder}/ is " +
                 ("not named" if folder in there else "not there"))


def main():
    update = sys.argv[1:] == ["--update"]
    if sys.argv[1:] and not update:
        sys.exit(__doc__)
    for name in (README, RST):
        if os.path.exists(os.path.join(ROOT, name)):
            quotes(name, update)
    if os.path.exists(os.path.join(ROOT, README)):
        check_names(README)
    check_quoted(RST)
    check_way(RST)
    check_rst(RST)
    sys.exit(1 if failed else 0)


main()
