# SPDX-License-Identifier: GPL-2.0
"""The kselftest, on each of the machines that it has cases for; scripts/report runs
it without the option as well."""

from functools import partial

from vm import kselftest
from vm.ktap import Failed, case


def report(number, result):
    """Prints a result as a subtest."""
    for line in result.lines:
        print("    " + line)
    skip = result.verdict == "skip"
    print(f"    {'ok' if skip else result.verdict} {number} {result.name}"
          + (f" # SKIP {result.why}" if skip else ""), flush=True)


def run_all(t, runs):
    """Runs [(machine, name of a case)], each on a machine as it has booted."""
    print(f"    1..{len(runs)}")
    bad = []
    for number, (machine, name) in enumerate(runs, 1):
        with kselftest.boot(t, machine, True) as m:
            result = kselftest.run(m, name)[0]
        report(number, result)
        if result.verdict != "ok":
            bad.append(result.name)
    if bad:
        raise Failed("these to pass: " + " ".join(bad))


def run_machine(machine, t):
    """All cases of one machine."""
    run_all(t, [(machine, name) for name in kselftest.cases(t, machine)])


for one in kselftest.MACHINES:
    case(f"30-{one}", 600)(partial(run_machine, one))
