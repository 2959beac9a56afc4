#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs a program on a terminal of its own: its screen, keys, job control."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

import pyte

PATIENCE = 30


class Tty:
    """argv runs on a terminal, as the job of a shell: it can be stopped."""

    def __init__(self, argv, height=24, width=80, **env):
        self.raw = b""
        self.screen = pyte.Screen(width, height)
        self.stream = pyte.ByteStream(self.screen)
        told, tell = os.pipe()
        shell, self.fd = pty.fork()
        if not shell:
            os.close(told)
            self.be_shell(argv, height, width, env, tell)
        os.close(tell)
        self.told = os.fdopen(told)
        self.shell = shell
        self.pid = int(self.told.readline())
        self.cooked = self.mode()

    @staticmethod
    def be_shell(argv, height, width, env, tell):
        """Run the job in the foreground; tell of its stops and its end"""
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", height, width, 0, 0))
        go, ready = os.pipe()
        pid = os.fork()
        if not pid:
            os.setpgid(0, 0)
            os.read(go, 1)
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            base = {k: v for k, v in os.environ.items()
                    if k not in ("NO_COLOR", "LINES", "COLUMNS")}
            base.update({"TERM": "linux"} | env)
            os.execve(argv[0], argv, base)
        os.close(go)
        os.setpgid(pid, pid)
        os.tcsetpgrp(0, pid)
        os.write(tell, b"%d\n" % pid)
        # The other side looks at the mode first
        time.sleep(0.2)
        os.write(ready, b"x")
        while True:
            status = os.waitpid(pid, os.WUNTRACED)[1]
            if os.WIFSTOPPED(status):
                os.write(tell, b"stopped\n")
                continue
            code = os.waitstatus_to_exitcode(status)
            os.write(tell, b"%d\n" % code)
            os._exit(0)

    def mode(self):
        """What a shell would find: not the bits that only the driver sets"""
        mode = termios.tcgetattr(self.fd)
        mode[3] &= ~termios.PENDIN
        return mode

    def pump(self, seconds):
        """What comes in this time; false: the end"""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines())

    def wait(self, *wanted, gone=()):
        """Until all of it is on the screen, and nothing of what is to go"""
        end = time.time() + PATIENCE
        while time.time() < end:
            text = self.text()
            if (all(w in text for w in wanted) and
                    not any(g in text for g in gone)):
                return True
            if not self.pump(0.1):
                break
        print(f"# no {wanted}, or still {gone}:", *self.lines(), sep="\n# ")
        return False

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def resize(self, height, width):
        self.screen.resize(height, width)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("4H", height, width, 0, 0))

    def news(self):
        """What the shell says next: "stopped", or the exit status"""
        end = time.time() + PATIENCE
        while time.time() < end:
            if select.select([self.told], [], [], 0)[0]:
                return self.told.readline().strip()
            self.pump(0.1)
        return "nothing"

    def end(self):
        """The exit status, with all that was written before"""
        news = self.news()
        while self.pump(0.5) and select.select([self.fd], [], [], 0)[0]:
            pass
        return news

    def signal(self, sig):
        os.kill(self.pid, sig)

    def close(self):
        for pid in self.pid, self.shell:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.waitpid(self.shell, 0)
        os.close(self.fd)


class Tap:
    n = 0
    failed = 0

    def ok(self, name, good, why=""):
        self.n += 1
        self.failed += not good
        print("ok" if good else "not ok", self.n, "-", name)
        if not good and why:
            print("#", why)
        sys.stdout.flush()

    def end(self):
        print(f"1..{self.n}")
        return bool(self.failed)
