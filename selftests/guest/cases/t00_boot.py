# SPDX-License-Identifier: GPL-2.0
"""The kernel boots, and its own unit tests pass."""

from vm import pci
from vm.ktap import Failed, case
from vm.load import Load, expect_failure

SUITES = ["pci_movable_layout", "ioremap_move"]


# Unit tests that are not for x86, which has other page table leaves
SKIPPED = {"moves_contiguous_leaves", "refuses_uppermost_leaf",
           "refuses_misaligned_contiguous"}


@case("00-boot")
def boot(t):
    """Both kernels boot; with the option ours lists its BARs."""
    with t.boot("nested-2", option=False, which="STOCK_KERNEL") as m:
        t.note("stock: " + m.run("uname -r").strip())
    with t.boot("nested-2") as m:
        t.note("ours:  " + m.run("uname -r").strip())
        states = {text.split(":")[0] for text in pci.listed(m).values()}
        t.equal(states, {"movable", "fixed"}, "what debugfs says of BARs")
        m.settle()


@case("00-load-notices")
def load_notices(t):
    """The load that the other cases trust in does fail when a disk's data is
    destroyed behind its back."""
    with t.boot("flat", option=False) as m:
        load = Load(m, ["nvme0n1"]).start()
        wipe = m.guest.start("while :; do dd if=/dev/urandom of=/dev/nvme0n1 "
                             "bs=1M count=32 2>/dev/null; done")
        reason = expect_failure(load)
        t.check("verify" in reason, f"fio to find wrong data, not: {reason}")
        t.note(reason.splitlines()[0])
        wipe.kill()


@case("00-kunit")
def kunit(t):
    """The kernel's unit tests ran at boot and passed."""
    with t.boot("flat", kunit=True) as m:
        names = m.run("ls /sys/kernel/debug/kunit", check=False).split()
        for suite in SUITES:
            if suite not in names:
                raise Failed(f"no results of suite {suite} under "
                             f"/sys/kernel/debug/kunit: {' '.join(names)}")
            check_suite(t, suite,
                        m.run(f"cat /sys/kernel/debug/kunit/{suite}/results"))


def check_suite(t, suite, text, skipped=SKIPPED):
    """The results hold passes, the suite's own among them, and no test was left out
    but those @skipped."""
    lines = [line.strip() for line in text.splitlines()]
    failures = [line for line in lines if line.startswith("not ok")]
    left_out = {line.split()[2] for line in lines
                if line.startswith("ok ") and "# SKIP" in line}
    passes = [line.split()[2] for line in lines
              if line.startswith("ok ") and "# SKIP" not in line]
    t.equal(failures, [], f"failures in {suite}")
    t.equal(left_out - skipped, set(), f"tests left out of {suite}")
    t.check(suite in passes, f"an 'ok' for suite {suite} as a whole:\n{text}")
    t.check(len(passes) > 1, f"cases in {suite}")
    t.note(f"{suite}: {len(passes) - 1} results ok"
           + (f", {len(left_out)} of other machines left out" if left_out else ""))
