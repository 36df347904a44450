# SPDX-License-Identifier: GPL-2.0
"""The kselftest, on each of the machines that it has cases for; scripts/report runs
it without the option as well."""

from functools import partial

from vm import kselftest
from vm.ktap import Failed, case
from vm.machine import ARM64

from ._common import locks_are_proved

# Cases for any machine: of any kernel, with the option, without it
ALWAYS = ["any.rescan", "any.remove", "any.memory"]
OPTION = ["any.listing", "any.held", "any.standing"]
NO_OPTION = ["any.off"]
# On a kernel that proves its locks: Linux, with the series or without, removes a bridge
# with a hot-plug controller under pci_rescan_remove_lock, and waits there for the
# controller's work, which takes the same lock.
STOCK_LOCKS = {"nested-2.bridge": "stock reports its own order of locks in shpchp"}


def show(number, result):
    """Prints a result as a subtest."""
    for line in result.lines:
        print("    # " + line)
    skip = result.verdict == "skip"
    print(f"    {'ok' if skip else result.verdict} {number} {result.name}"
          + (f" # SKIP {result.why}" if skip else ""), flush=True)


def run_machine(machine, t):
    """All cases of one machine, each on the machine as it has booted."""
    names, results, left_out = [""], [], set()
    while len(results) < len(names):
        with kselftest.boot(t, machine, True) as m:
            if not results:
                names = kselftest.cases(m)
                print(f"    1..{len(names)}")
            name = names[len(results)]
            if name in STOCK_LOCKS and locks_are_proved(m):
                left_out.add(name)
                results.append(kselftest.Result(name, "skip",
                                                ["skipped: " + STOCK_LOCKS[name]]))
            else:
                results.append(kselftest.run_one(m, True, name))
        show(len(results), results[-1])
    bad = [r.name for r in results if r.verdict != "ok" and r.name not in left_out]
    if bad:
        raise Failed("these to pass: " + " ".join(bad))


@case("30-any", 60)
def any_machine(t):
    """What fits any machine, on one with devices made for tests."""
    results = []
    for option, names in ((True, ALWAYS + OPTION), (False, ALWAYS + NO_OPTION)):
        with t.boot("exchange", option=option) as m:
            results += kselftest.run(m, option, " ".join(names))
    print(f"    1..{len(results)}")
    for number, result in enumerate(results, 1):
        show(number, result)
    t.equal([r.name for r in results if r.verdict != "ok"], [], "failures")


for one in kselftest.MACHINES:
    case(f"30-{one}", 600)(partial(run_machine, one))
for one in kselftest.ARM64_MACHINES:
    case(f"30-arm64-{one}", 600, ARM64)(partial(run_machine, one))
