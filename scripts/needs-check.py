#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""needs-check.py: does each test name the programs that it needs?

A program of the tables in need.sh that a test calls must stand behind "need" or
"lacks" in the same file; what these name must be in a table; and a package of
the table in scripts/deps.sh. The shell is read well enough to tell what is at
the place of a command, also behind functions and programs that run another.
"""
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SELFTESTS = "tools/testing/selftests/net/skbtrace"
NEED = SELFTESTS + "/need.sh"
DEPS = "scripts/deps.sh"
TESTS = (SELFTESTS + "/*.sh", "tools/skbtrace/tests/*.sh")
# what control_up of lib.sh looks for, and each test has
GIVEN = {"blocks", "sk"}
KEYWORDS = {"!", "if", "elif", "then", "else", "while", "until", "do", "{", "(",
            "time", "exec", "command", "builtin"}
# who runs a command: how many words stand before it, besides options and numbers
WRAPPERS = {"background": 0, "env": 0, "in_a": 0, "in_b": 0, "in_c": 0,
            "inside": 0, "not": 0, "nsenter": 0, "ok": 1, "setpriv": 0,
            "taskset": 0, "timeout": 0, "unshare": 0, "wait_for": 0, "xargs": 0}
WITH_VALUE = {"timeout": {"-s", "-k"}}


class Shell:
    """Commands of a shell text, each a list of (word, line)"""

    def __init__(self, text, line=1):
        self.text = text
        self.at = 0
        self.line = line
        self.commands = []
        self.functions = set()
        self.here = []          # documents that begin at the next line
        self.parse("")

    def peek(self, what):
        return self.text.startswith(what, self.at)

    def skip(self, n=1):
        taken = self.text[self.at:self.at + n]
        self.line += taken.count("\n")
        self.at += n
        return taken

    def until(self, what):
        end = self.text.find(what, self.at)
        return self.skip((len(self.text) if end < 0 else end) - self.at)

    def documents(self):
        for word, dash in self.here:
            while self.at < len(self.text):
                line = self.until("\n")
                self.skip()
                if (line.lstrip("\t") if dash else line) == word:
                    break
        self.here = []

    def arithmetic(self):
        self.skip(2)
        depth = 2
        while depth and self.at < len(self.text):
            if self.peek("$("):
                self.nested()
            else:
                depth += {"(": 1, ")": -1}.get(self.skip(), 0)

    def nested(self):
        """Behind "$(", "<(", "${" or "$((": what is run in there"""
        if self.peek("$(("):
            self.skip()
            self.arithmetic()
        elif self.peek("${"):
            self.skip(2)
            while self.at < len(self.text) and not self.peek("}"):
                if not self.quoted():
                    self.skip()
            self.skip()
        else:
            self.skip(2)
            self.parse(")")

    def quoted(self):
        """What is opaque, or holds commands: returns its text, or None"""
        begin = self.at
        if self.peek("\\"):
            self.skip()
            return self.skip().replace("\n", "") or " "
        if self.peek("$'"):
            self.skip(2)
            while self.at < len(self.text) and not self.peek("'"):
                self.skip(2 if self.peek("\\") else 1)
            self.skip()
            return self.text[begin + 2:self.at - 1]
        if self.peek("'"):
            self.skip()
            self.until("'")
            self.skip()
            return self.text[begin + 1:self.at - 1]
        if self.peek('"'):
            self.skip()
            while self.at < len(self.text) and not self.peek('"'):
                if self.peek("\\"):
                    self.skip(2)
                elif self.peek("$(") or self.peek("${"):
                    self.nested()
                else:
                    self.skip()
            self.skip()
            return self.text[begin + 1:self.at - 1]
        if any(self.peek(c) for c in ("$(", "${", "<(", ">(")):
            self.nested()
            return self.text[begin:self.at]
        return None

    def word(self):
        word = ""
        while self.at < len(self.text):
            if self.peek("=(") or self.peek("+=("):     # an array
                self.until("(")
                self.skip()
                self.parse(")", keep=False)
                word += "=()"
                continue
            part = self.quoted()
            if part is not None:
                word += part
            elif self.text[self.at] in " \t\n;|&()<>":
                break
            else:
                word += self.skip()
        return word

    def redirection(self):
        operator = re.compile(r"<<<|<<-?|[<>]&|>>|>\||<>|[<>]").match(
            self.text, self.at).group()
        self.skip(len(operator))
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.skip()
        word = self.word()
        if operator in ("<<", "<<-"):
            self.here.append((word, operator == "<<-"))

    def parse(self, end, keep=True):
        command, cases, pattern = [], 0, False
        while self.at < len(self.text):
            if end and self.peek(end) and not pattern:
                self.skip()
                break
            c = self.text[self.at]
            if c in " \t":
                self.skip()
            elif c == "#":
                self.until("\n")
            elif self.peek("\\\n"):
                self.skip(2)
            elif not command and self.peek("(("):
                self.arithmetic()
            elif c in "\n;|&()":
                if self.peek("&>"):
                    self.skip()
                    continue
                if self.peek("()") and command:
                    self.functions.add(command.pop()[0])
                if keep and command and not pattern:
                    self.commands.append(command)
                command = []
                if self.peek(";;"):
                    pattern = cases > 0
                    self.skip()
                elif c == ")":
                    pattern = False
                self.skip()
                if c == "\n":
                    self.documents()
            elif c in "<>" and self.text[self.at + 1:self.at + 2] != "(":
                self.redirection()
            else:
                line = self.line
                word = self.word()
                if pattern and word == "esac":
                    pattern, cases = False, cases - 1
                elif not command and word == "esac":
                    cases -= 1
                elif not command and word == "[[":
                    self.condition()
                elif word == "in" and "case" in [w for w, _ in command[:-1]]:
                    cases, pattern, command = cases + 1, True, []
                else:
                    command.append((word, line))
        if keep and command and not pattern:
            self.commands.append(command)

    def condition(self):
        """Up to "]]", with what is run in there"""
        while self.at < len(self.text) and not self.peek("]]"):
            if self.quoted() is None:
                self.skip()


def called(command):
    """The programs of a simple command: (name, line, the words behind it)"""
    words = list(command)
    while words:
        word, line = words.pop(0)
        if word in KEYWORDS or re.match(r"\w+\+?=", word):
            continue
        if word.endswith(".py"):
            word = "python3"
        if word.startswith("$"):
            continue
        if word in ("for", "select", "case", "function"):
            return
        yield word, line, [w for w, _ in words]
        if word == "ip" and [w for w, _ in words[:2]] == ["netns", "exec"]:
            del words[:3]
        elif word in ("sh", "bash"):
            for i, (option, _) in enumerate(words[:-1]):
                if option == "-c":
                    for inner in Shell(words[i + 1][0], words[i + 1][1]).commands:
                        yield from called(inner)
            return
        elif word in WRAPPERS:
            before = WRAPPERS[word]
            while words and (before or re.match(r"[-$\d]", words[0][0])):
                if before:
                    before -= 1
                elif words[0][0] in WITH_VALUE.get(word, ()):
                    del words[0]
                del words[:1]
        else:
            return


def table(name, text):
    body = re.search(rf"^{name}='\n(.*?)^'", text, re.M | re.S).group(1)
    return [line.split() for line in body.splitlines()]


def main():
    os.chdir(ROOT)
    need = open(NEED).read()
    packages = {row[0]: row[1:] for row in table("PACKAGES", need)}
    programs = {p for row in packages.values() for p in row}
    programs |= {row[0] for row in table("MADE", need)}
    wrong = []

    groups = re.search(r"PACKAGES=\((.*?)^\)", open(DEPS).read(), re.M | re.S)
    installed = set(re.findall(r"[\w.+-]+", groups.group(1)))
    for package in packages:
        if package not in installed:
            wrong.append(f"{NEED}: no group of {DEPS} has {package}")

    seen = 0
    for path in sorted(p for g in TESTS for p in glob.glob(g)):
        named, calls = {}, {}
        shell = Shell(open(path).read())
        for command in shell.commands:
            for word, line, words in called(command):
                if word in ("need", "lacks"):
                    named.update((w, line) for w in words
                                 if re.fullmatch(r"[\w.-]+", w))
                if word == "need_skbtrace":
                    named["skbtrace"] = line
                calls.setdefault(word, line)
        for word, line in named.items():
            if word not in programs:
                wrong.append(f"{path}:{line}: {word} is not in {NEED}")
        for word in sorted(programs & set(calls) - set(named) - shell.functions):
            if path.startswith(SELFTESTS) and word in GIVEN:
                continue
            wrong.append(f"{path}:{calls[word]}: {word} is called, without"
                         f" \"need {word}\"")
        seen += len(programs & set(calls))
    if not seen:
        wrong.append("no test calls anything?")
    print("\n".join(wrong), end="\n" if wrong else "")
    sys.exit(bool(wrong))


main()
