# SPDX-License-Identifier: GPL-2.0
"""Shell commands in the guest, any number at a time.

The other end, and the protocol, is selftests/guest/agent.c."""

import contextlib
import signal
import threading
import time

from . import PATIENCE


class GuestError(Exception):
    """A command failed, or the guest did not answer in time."""


class Job:
    """One script running in the guest."""

    def __init__(self, guest, ident, script):
        self.guest = guest
        self.ident = ident
        self.script = script
        self.data = b""
        self.status = None

    @property
    def output(self):
        """What it has printed so far."""
        return self.data.decode("utf-8", "replace")

    @property
    def running(self):
        """No end was reported yet."""
        return self.status is None

    def wait(self, timeout=30, check=True):
        """Waits for the end.  Return: the output.  Raises GuestError if it
        takes too long or, with @check, if the status is not 0."""
        self.guest.wait_for(lambda: not self.running, timeout,
                            f"the guest to finish: {self.script}")
        if check and self.status:
            raise GuestError(f"status {self.status} from: {self.script}\n"
                             f"{self.output}")
        return self.output

    def wait_output(self, text, timeout=30):
        """Waits until @text was printed."""
        self.guest.wait_for(lambda: text in self.output or not self.running,
                            timeout, f"'{text}' from: {self.script}")
        if text not in self.output:
            raise GuestError(f"ended without '{text}': {self.script}\n"
                             f"{self.output}")

    def kill(self, number=signal.SIGTERM):
        """Sends a signal to all its processes."""
        if self.running:
            self.guest.send(f"kill {self.ident} {int(number)}\n".encode())


class Guest:
    """The host's side of the agent's port."""

    def __init__(self, sock, log, wake, check):
        self.sock = sock
        self.log = log
        self.wake = wake
        self.check = check
        self.jobs = {}
        self.ready = False
        self.next_id = 0
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        with self.sock.makefile("rb") as stream:
            try:
                while self._take(stream):
                    pass
            except (OSError, ValueError):
                pass

    def _take(self, stream):
        words = stream.readline().split()
        if not words:
            return False
        with self.wake:
            if words[0] == b"ready":
                # Another kernel's agent knows of no job.
                self.jobs.clear()
                self.ready = True
            elif words[0] == b"out":
                self._take_output(int(words[1]), stream.read(int(words[2])))
            elif words[0] == b"end":
                job = self.jobs.pop(int(words[1]))
                job.status = int(words[2])
                self._note(f"= {job.ident} status {job.status}\n")
            self.wake.notify_all()
        return True

    def _take_output(self, ident, data):
        self.jobs[ident].data += data
        for line in data.decode("utf-8", "replace").splitlines():
            self._note(f"< {ident} {line}\n")

    def _note(self, text):
        self.log.write(text)
        self.log.flush()

    def send(self, data):
        """Sends raw bytes to the agent."""
        # If nobody is there any more, waiting for the answer tells why.
        with self.lock, contextlib.suppress(OSError):
            self.sock.sendall(data)

    def wait_for(self, ready, timeout, what):
        """Waits until @ready() holds.  Raises GuestError after @timeout."""
        end = time.monotonic() + timeout * PATIENCE
        with self.wake:
            while not ready():
                self.check()
                left = end - time.monotonic()
                if left <= 0:
                    raise GuestError(f"waited {timeout} s for {what}")
                self.wake.wait(min(left, 0.5))

    def start(self, script, title=None):
        """Starts a script and returns at once; @title stands for it in logs and
        messages.  Return: the Job."""
        script = script.strip()
        data = script.encode()
        script = title or script
        with self.wake:
            self.next_id += 1
            job = Job(self, self.next_id, script)
            self.jobs[job.ident] = job
            self._note(f"> {job.ident} {script}\n")
        self.send(f"run {job.ident} {len(data)}\n".encode() + data)
        return job

    def run(self, script, timeout=30, check=True):
        """Runs a script to its end.  Return: what it printed."""
        return self.start(script).wait(timeout, check)

    def succeeds(self, script, timeout=30):
        """Return: true if the script's exit status is 0."""
        job = self.start(script)
        job.wait(timeout, check=False)
        return job.status == 0
