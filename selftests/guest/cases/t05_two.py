# SPDX-License-Identifier: GPL-2.0
"""Two devices found at once where one fits: that one is served."""

from vm.ktap import case
from vm.load import Load

from ._common import (GIB, MIB, expect_not_served, expect_refused,
                      expect_served, expect_stock_fails, probe)

NEVER = 64 * GIB


def plug_pair(m, slot, sizes):
    """Plugs two functions of one card, found in one scan: the guest looks when
    function 0 comes, the last one.  Return: their addresses."""
    for function in (1, 0):
        m.plug_ram(f"{slot}f{function}", slot, sizes[function],
                   f",addr=0x0.{function}"
                   + (",multifunction=on" if function == 0 else ""))
    first = m.wait_device(f"{slot}f0")
    return [first, first[:-1] + "1"]


def stock_plug(m):
    """Return: the BAR that would fit and that stock gives nothing."""
    return plug_pair(m, "slot0", [NEVER, 256 * MIB])[1], 2


def one_of_two(t, m, slot, sizes, winner):
    """Function @winner of a card is served, the other one refused."""
    mark = m.uptime_mark()
    pair = plug_pair(m, slot, sizes)
    lines = m.dmesg_since(mark)
    expect_served(t, m, pair[winner], sizes[winner])
    probe(m, pair[winner], 1)
    expect_not_served(t, m, pair[1 - winner])
    t.note(expect_refused(t, lines, pair[1 - winner]))
    return pair


@case("05-one-of-two", limit=120)
def one_of_two_fits(t):
    """Whichever comes first, and on a tie the earlier one."""
    expect_stock_fails(t, "nested-2", stock_plug)
    with t.boot("nested-2") as m:
        load = Load(m).start()
        one_of_two(t, m, "slot0", [NEVER, 256 * MIB], 1)
        one_of_two(t, m, "slot1", [256 * MIB, NEVER], 0)
        one_of_two(t, m, "slot2", [16 * GIB, 16 * GIB], 0)
        load.stop()


@case("05-rescan-finds-two", limit=60)
def rescan_finds_two(t):
    """The same in two slots, found by a rescan through sysfs."""
    with t.boot("nested-2") as m:
        for slot, size in (("slot0", NEVER), ("slot1", 256 * MIB)):
            m.plug_ram(slot + "r", slot, size)
            m.wait_device(slot + "r")
        never, fits = m.address("slot0r"), m.address("slot1r")
        for address in (never, fits):
            m.run(f"echo 1 > /sys/bus/pci/devices/{address}/remove")
        mark = m.uptime_mark()
        m.run("echo 1 > /sys/bus/pci/rescan")
        expect_served(t, m, fits, 256 * MIB)
        expect_not_served(t, m, never)
        expect_refused(t, m.dmesg_since(mark), never)
        probe(m, fits, 1)
