# SPDX-License-Identifier: GPL-2.0
"""Test cases and their results in KTAP, the kernel's test format.

A case is a function with @case; it gets a Test, boots what machines it needs
and raises to fail.  The plan is printed before the first case, the verdict
after the last, and a case that gives no result has failed."""

import atexit
import fnmatch
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

from . import PATIENCE
from .guest import GuestError
from .load import LoadError
from .machine import X86, Machine, MachineError, build_dir, kernel_image
from .qmp import QMPError

OPTION = "pci=realloc,pcie_movable_bars"
NO_OPTION = "pci=realloc"
EXPECTED = (MachineError, GuestError, LoadError, QMPError)

Case = namedtuple("Case", "name run limit platform slow")
CASES = []
VERDICT = "verdict: "
_children = set()


class Failed(Exception):
    """A check of a test case did not hold."""


class Skipped(Exception):
    """The case cannot run here, for the given reason."""


class TimeLimit(Exception):
    """The case took longer than it may."""


def case(name, limit=60, platform=X86, slow=False):
    """Registers a test case with its time limit in seconds, for kernels of one
    platform.  One that is @slow runs only if it is asked for."""
    def register(function):
        CASES.append(Case(name, function, limit, platform, slow))
        return function
    return register


class Test:
    """What a case works with."""

    def __init__(self, name):
        self.name = name
        self.logs = os.path.join(build_dir(), "logs", name)
        self.boots = 0

    def boot(self, topology, option=True, append="", which="KERNEL",
             kunit=False, **more):
        """Return: a Machine to be entered, with our kernel unless @which is
        STOCK_KERNEL, with the boot option (or what else @option says) or without; it
        runs its own unit tests if @kunit."""
        self.boots += 1
        logs = os.path.join(self.logs, f"{self.boots}-{topology}"
                            + ("" if option else "-without"))
        parameters = OPTION if option is True else option or NO_OPTION
        append = (f"{parameters} kunit.enable={int(kunit)} "
                  f"{append}").strip()
        # What stock loses is not for these tests to find.
        return Machine(topology, kernel_image(which), append, logs,
                       leaks=bool(option), **more)

    @staticmethod
    def note(text):
        """Prints a line that explains, for whoever reads along."""
        for line in str(text).splitlines():
            print(f"  # {line}", flush=True)

    @staticmethod
    def check(holds, what):
        """Fails the case, saying @what was expected, unless @holds."""
        if not holds:
            raise Failed(f"expected: {what}")

    @staticmethod
    def equal(got, wanted, what):
        """Fails the case unless the two are equal."""
        if got != wanted:
            raise Failed(f"{what}: {got!r}, expected {wanted!r}")


def select(patterns):
    """Return: the cases whose names match one of the patterns (all but the slow
    ones if there are none), in their order.  Raises ValueError for a wrong name."""
    if not patterns:
        return [c for c in CASES if not c.slow]
    for p in patterns:
        if not any(fnmatch.fnmatch(c.name, p) for c in CASES):
            raise ValueError(f"no test is called {p}: see --list")
    return [c for c in CASES
            if any(fnmatch.fnmatch(c.name, p) for p in patterns)]


def _alarm(_signal, _frame):
    raise TimeLimit()


def _limit(one):
    return one.limit * PATIENCE


def _run_case(one):
    """Return: ("ok" | "not ok" | "skip", explanation)."""
    limit = _limit(one)
    signal.signal(signal.SIGALRM, _alarm)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        one.run(Test(one.name))
        return "ok", ""
    except Skipped as e:
        return "skip", str(e)
    except TimeLimit:
        return "not ok", f"not done after {limit:.0f} s\n" + _where()
    except Failed as e:
        return "not ok", f"{e}\n{_where()}"
    except EXPECTED as e:
        return "not ok", f"{type(e).__name__}: {e}\n{_where()}"
    except Exception:  # a mistake in the case is a failure, not an end
        return "not ok", traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _where():
    """Return: the line of the case's file that was being carried out."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    own = [f for f in frames if os.sep + "cases" + os.sep in f.filename]
    return f"at {os.path.basename(own[-1].filename)}:{own[-1].lineno}: " \
           f"{own[-1].line}" if own else ""


def run_one(one):
    """Runs one case in this process: its notes, then its verdict."""
    result, why = _run_case(one)
    if result == "not ok":
        Test.note(why)
        Test.note("logs: " + os.path.join(build_dir(), "logs", one.name))
    print(f"{VERDICT}{result}\t{why if result == 'skip' else ''}", flush=True)


def _run_apart(one, command, live):
    """Runs one case in a process of its own, so that whatever happens to it
    is a result; prints what it says at once if @live.
    Return: (result, reason, seconds, lines that are still to be printed)."""
    start = time.monotonic()
    child = subprocess.Popen(command + [one.name], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True,
                             start_new_session=True)
    _children.add(child)
    late = threading.Timer(_limit(one) + 20 * PATIENCE, _end, [child])
    late.daemon = True
    late.start()
    lines, verdict = [], None
    for line in child.stdout:
        if line.startswith(VERDICT):
            verdict = line.strip()[len(VERDICT):]
        elif live:
            print(line, end="", flush=True)
        else:
            lines.append(line.rstrip())
    child.wait()
    late.cancel()
    _kill(child)
    _children.discard(child)
    result, _, why = (verdict or "not ok").partition("\t")
    if not verdict:
        lines.append(f"  # the case ended without a result (status {child.returncode})")
    return result, why, time.monotonic() - start, lines


def _kill(child):
    """A case and its machines are one process group."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _end(*children):
    """Lets cases remove their files, if they do so soon."""
    for child in children:
        child.terminate()
    end = time.monotonic() + 10
    for child in children:
        try:
            child.wait(max(0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            _kill(child)


def _end_children():
    _end(*_children)


def run(cases, command, jobs):
    """Runs cases, @jobs at a time, each as @command plus its name; prints
    KTAP.  Return: true if all passed or were skipped with a reason."""
    totals = {"ok": 0, "not ok": 0, "skip": 0}
    print(f"KTAP version 1\n1..{len(cases)}", flush=True)
    atexit.register(_end_children)
    with ThreadPoolExecutor(jobs) as pool:
        live = len(cases) == 1
        runs = [pool.submit(_run_apart, one, command, live) for one in cases]
        try:
            for number, (one, future) in enumerate(zip(cases, runs), 1):
                _report(number, one, totals, *future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            _end_children()
            raise
    print(f"# Totals: pass:{totals['ok']} fail:{totals['not ok']} xfail:0 "
          f"xpass:0 skip:{totals['skip']} error:0", flush=True)
    return not totals["not ok"] and sum(totals.values()) == len(cases)


def _report(number, one, totals, result, why, took, lines):
    result = result if result in totals else "not ok"
    totals[result] += 1
    for line in lines:
        print(line)
    tail = f" # SKIP {why}" if result == "skip" else f" # {took:.1f} s"
    print(f"{'ok' if result == 'skip' else result} {number} {one.name}{tail}",
          flush=True)
