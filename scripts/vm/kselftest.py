# SPDX-License-Identifier: GPL-2.0
"""Runs the kselftest (selftests/pci_movable_bars/) on test machines."""

import re
from dataclasses import dataclass, field

from . import PATIENCE, addrmap
from .host import Host

PROGRAM = "pci_movable_bars"

# Of machine -> what it is booted with.  Where ACPI plugs, that is what differs.
MACHINES = {
    "nested-1": {}, "nested-1-acpi": {"topology": "nested-1", "hotplug": "acpi"},
    "nested-2": {}, "nested-3": {}, "nested-4": {}, "flat": {},
    "wedged": {"append": "pci-stub.ids=1234:11e8"}, "shpc": {}, "cxl": {},
    # With a processor of AMD's SeaBIOS puts windows right below 1 TiB, which QEMU reserves.
    "roots": {"cpu": "max,la57=off,vendor=GenuineIntel"},
    "classic": {}, "conventional": {"hotplug": "acpi"},
}

# Of arm64's board, without firmware
ARM64_MACHINES = ["nested-1", "nested-2", "nested-3", "nested-4", "flat"]
# No firmware keeps bus numbers for a bridge that comes, or sets devices on the root bus
# apart: one of them, which is fixed, leaves no room around the BAR that is held.
LEFT_OUT = {("arm64", "nested-2.bridge"), ("arm64", "nested-2.held")}

RESULT = re.compile(r"(ok|not ok) \d+ (\S+)(?:\s+# (SKIP|XFAIL|XPASS))?")
# Of a device that was plugged or looked at, as steps.c says it
SERVED = re.compile(r"(\S+) \((.*)\) at \S+: (\d+) of (\d+) functions served, "
                    r"(\d+) BARs of others moved")
WHAT = re.compile(r"(\S+\.\S+): (.*)")
WHY = re.compile(r"(?:skipped|failed): (.*)")


@dataclass
class Result:
    """What the kselftest said of one case."""

    name: str = ""
    verdict: str = "not ok"
    lines: list = field(default_factory=list)

    @property
    def what(self):
        """What is tested."""
        found = [m for m in map(WHAT.match, self.lines) if m and m[1] == self.name]
        return found[0][2] if found else ""

    @property
    def why(self):
        """Why it failed or was skipped."""
        found = [m[1] for m in map(WHY.match, self.lines) if m]
        return found[0] if found else "it gave no result"

    @property
    def known(self):
        """What fails, as it is known to fail without movable BARs; or None."""
        found = [line for line in self.lines if line.startswith("expected: ")]
        return found[0][len("expected: "):] if found else None

    @property
    def steps(self):
        """[(device, functions served, functions, BARs moved)] as it went on."""
        found = filter(None, map(SERVED.match, self.lines))
        return [(m[2], int(m[3]), int(m[4]), int(m[5])) for m in found]


class Pictures:
    """The address maps of a machine before anything is plugged and at the end."""

    def __init__(self, machine):
        self.machine = machine
        self.before = self.after = None

    def look(self, request):
        """Takes a picture if this request of the guest is a time to do so."""
        if request.startswith("plug ") and self.before is None:
            self.before = addrmap.collect(self.machine)
        elif request == "plugged" and self.before is not None:
            self.after = addrmap.collect(self.machine)

    def svg(self, title):
        """Return: the two side by side; None if nothing was plugged."""
        if not self.after:
            return None
        return addrmap.svg(*addrmap.relevant(self.before, self.after), title)


def boot(t, machine, option, **more):
    """Return: a machine of MACHINES to be entered."""
    options = {"topology": machine, **MACHINES[machine], "option": option, **more}
    return t.boot(options.pop("topology"), **options)


def cases(m):
    """Return: the names of the cases made for a booted machine."""
    listed = m.run(f"{PROGRAM} -l -m {m.topology}").splitlines()
    return [name for name, where in (line.split("\t")[:2] for line in listed)
            if where != "any" and (m.platform.arch, name) not in LEFT_OUT]


def run(m, option, names="", look=None):
    """Runs cases on a machine that was booted with the option or without, all that fit
    it if none are named; @look is called with what the guest asks for.  Return: a Result
    for each; one more if the program did not get to its end."""
    job = m.guest.start(f"PATIENCE={PATIENCE} exec {PROGRAM} {names}")
    output = Host(m, look).serve(job)
    results, lines = [], []
    for line in output.splitlines():
        found = RESULT.match(line)
        if found:
            # One that fails as it is known to has passed; one that does not, has not.
            verdict = {"SKIP": "skip", "XFAIL": "ok", "XPASS": "not ok"}.get(
                found[3], found[1])
            results.append(Result(found[2], verdict, lines))
            lines = []
        # Its header and plan are not those of whoever passes its lines on.
        elif line.startswith("#"):
            lines.append(line[2:])
    plan = re.search(r"^1\.\.(\d+)$", output, re.M)
    good = all(r.verdict != "not ok" for r in results)
    if not plan or int(plan[1]) != len(results) or (good and job.status):
        results.append(Result(names or PROGRAM, "not ok", lines + [
            f"failed: {len(results)} results, plan {plan and plan[1]}, "
            f"status {job.status}"]))
    kernel = "with" if option else "without"
    if f"kernel {kernel} movable BARs" not in output:
        results.append(Result(names or PROGRAM, "not ok", lines + [
            f"failed: this is not a kernel {kernel} movable BARs"]))
    return results


def run_one(m, option, name, look=None):
    """The same for one case.  Return: its Result, or what else went wrong."""
    results = run(m, option, name, look)
    return next((r for r in results if r.verdict != "ok"), results[0])
