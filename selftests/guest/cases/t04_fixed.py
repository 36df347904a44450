# SPDX-License-Identifier: GPL-2.0
"""A fixed BAR stays where it is, and the layout goes around it."""

from vm import pci
from vm.ktap import case
from vm.load import Load

from ._common import (FIX_TESTDEV, MIB, expect_refused, expect_served,
                      expect_stock_fails, plug_ram, probe, show_moves)

FIXED = "0000:06:00.0"
DISK = "0000:05:00.0"


def plug_between(m):
    """Empties two slots beside the fixed BAR, then plugs 512 MiB."""
    m.unplug("ram0", quick=True)
    m.unplug("ram3", quick=True)
    m.settle()
    return plug_ram(m, "ram1", "slot0", 512 * MIB)[0], 2


@case("04-fixed-in-the-middle", limit=120)
def fixed_in_the_middle(t):
    """A driver without a standing: a running disk goes around its BAR."""
    expect_stock_fails(t, "fixed", plug_between, append=FIX_TESTDEV)
    with t.boot("fixed", append=FIX_TESTDEV) as m:
        before = pci.bars(m, FIXED)
        load = Load(m).start()
        mark = m.log_mark()
        address, _ = plug_between(m)
        moves, _ = show_moves(t, m.dmesg_since(mark))
        t.equal(pci.bars(m, FIXED), before, "BARs of the fixed device")
        t.check(DISK in {move.device for move in moves}, "the disk to move")
        expect_served(t, m, address, 512 * MIB)
        probe(m, address, 1)
        load.stop()
        state = pci.state(m, FIXED, "BAR 2")
        t.check(state.startswith("fixed: "), f"a reason for {FIXED} BAR 2, not '{state}'")
        t.note(f"{FIXED} BAR 2: {state}")


@case("04-mapped-by-a-program", limit=90)
def mapped(t):
    """BARs that a program has mapped stay; once it lets go, they move."""
    disks = ["0000:04:00.0", "0000:07:00.0"]
    with t.boot("nested-2") as m:
        holders = [m.guest.start(f"exec barmap hold sysfs {d} 4") for d in disks]
        for job in holders:
            job.wait_output("held")
        before = [pci.bars(m, d) for d in disks]
        address, lines = plug_ram(m, "ram0", "slot0", 256 * MIB)
        reason = expect_refused(t, lines, address)
        t.note(reason)
        t.check("fixed" in reason, "the refusal to speak of fixed BARs")
        t.equal([pci.bars(m, d) for d in disks], before, "the disks' BARs")
        for job in holders:
            job.kill()
            job.wait(check=False)
        m.run("echo 1 > /sys/bus/pci/rescan")
        expect_served(t, m, address, 256 * MIB)
        probe(m, address, 1)
