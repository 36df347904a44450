# SPDX-License-Identifier: GPL-2.0
"""QEMU Machine Protocol: commands and events over a connected socket."""

import contextlib
import json
import threading
import time

from . import PATIENCE


class QMPError(Exception):
    """QEMU refused a command; the text is QEMU's own."""


class QMP:
    """One control connection.  A thread reads; callers wait on @wake, which
    the machine also notifies when the guest dies."""

    def __init__(self, sock, log, wake, check):
        """@wake: a Condition; @check: raises if waiting makes no sense."""
        self.sock = sock
        self.log = log
        self.wake = wake
        self.check = check
        self.replies = {}
        self.events = []
        self.closed = False
        self.next_id = 0
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        with self.sock.makefile("r", encoding="utf-8") as lines:
            try:
                for line in lines:
                    self._take(line)
            except (OSError, ValueError):
                pass
        with self.wake:
            self.closed = True
            self.wake.notify_all()

    def _take(self, line):
        self.log.write(f"< {line}")
        self.log.flush()
        message = json.loads(line)
        with self.wake:
            if "event" in message:
                self.events.append(message)
            elif "id" in message:
                self.replies[message["id"]] = message
            self.wake.notify_all()

    def _wait(self, ready, timeout, what):
        end = time.monotonic() + timeout * PATIENCE
        with self.wake:
            while not ready():
                self.check()
                if self.closed:
                    self._await_reason()
                    raise QMPError(f"QEMU ended while waiting for {what}")
                left = end - time.monotonic()
                if left <= 0:
                    raise QMPError(f"no {what} from QEMU within {timeout} s")
                self.wake.wait(min(left, 0.5))

    def _await_reason(self):
        """The process's end, which says more, is seen a moment later."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            self.check()
            self.wake.wait(0.2)

    def execute(self, command, timeout=20, **arguments):
        """Runs a command.  Return: its result.  Raises QMPError."""
        self.next_id += 1
        ident = self.next_id
        text = json.dumps({"execute": command, "arguments": arguments,
                           "id": ident}) + "\n"
        self.log.write(f"> {text}")
        self.log.flush()
        # If nobody is there any more, waiting for the answer tells why.
        with contextlib.suppress(OSError):
            self.sock.sendall(text.encode())
        self._wait(lambda: ident in self.replies, timeout,
                   f"answer to {command}")
        reply = self.replies.pop(ident)
        if "error" in reply:
            raise QMPError(f"{command}: {reply['error']['desc']}")
        return reply["return"]

    def wait_event(self, name, timeout=30, **data):
        """Waits for an event whose data has the given values, one that nobody has
        waited for before."""
        def matching():
            return [event for event in self.events if event["event"] == name and
                    data.items() <= event.get("data", {}).items()]

        self._wait(matching, timeout, f"event {name} {data}")
        with self.wake:
            self.events.remove(matching()[0])
