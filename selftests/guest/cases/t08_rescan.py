# SPDX-License-Identifier: GPL-2.0
"""A rescan that finds nothing new does nothing; windows change around disks."""

from vm import pci
from vm.ktap import case
from vm.load import Load

from ._common import (MIB, expect_served, expect_stock_fails, plug_ram, probe,
                      probe_again, show_moves)

RESCANS = 8
OUTER = "0000:00:03.0"


def rescan_under_load(t, m, load):
    """Rescans back to back.  Nothing moves, nobody is paused."""
    before = m.run("cat /proc/iomem /proc/ioports")
    mark = m.log_mark()
    for _ in range(RESCANS):
        m.run("echo 1 > /sys/bus/pci/rescan")
    load.run_for(1)
    lines = m.dmesg_since(mark)
    t.equal(pci.moves(lines), [], "moves")
    t.equal(pci.summaries(lines), [], "summaries of moves")
    t.equal(pci.refusals(lines), [], "refusals")
    t.equal(m.run("cat /proc/iomem /proc/ioports"), before, "ranges")


@case("08-rescans", limit=60)
def rescans(t):
    """On a machine as it has booted, then on one where BARs have moved."""
    with t.boot("nested-2") as m:
        load = Load(m).start()
        rescan_under_load(t, m, load)
        address, lines = plug_ram(m, "ram0", "slot0", 256 * MIB)
        t.check(pci.moves(lines), "BARs that moved")
        probe(m, address, 1)
        rescan_under_load(t, m, load)
        probe_again(m, address, 1)
        t.note("\n".join(load.stop().lines()))


def windows(m, bridge):
    """Return: the ranges of a bridge's windows."""
    return [r for r in pci.resources(m)[bridge][7:] if r.flags]


@case("08-virtio-blk-beside", limit=90)
def virtio_beside(t):
    """The windows above a running virtio disk are rewritten, its load goes
    on; and once more when rescans follow."""
    expect_stock_fails(t, "virtio-beside", lambda m:
                       (plug_ram(m, "ram0", "slot0", 256 * MIB)[0], 2))
    with t.boot("virtio-beside") as m:
        load = Load(m).start()
        t.check("vda" in load.disks, "load on a virtio disk")
        before = windows(m, OUTER)
        address, lines = plug_ram(m, "ram0", "slot0", 256 * MIB)
        show_moves(t, lines)
        expect_served(t, m, address, 256 * MIB)
        t.check(windows(m, OUTER) != before,
                "the windows above the disk to be rewritten")
        load.run_for(2)
        rescan_under_load(t, m, load)
        t.note("\n".join(load.stop().lines()))
