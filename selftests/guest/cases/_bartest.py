# SPDX-License-Identifier: GPL-2.0
"""The test driver (kernel/drivers/pci/movable/tests/bartest.c) from outside, and
a machine on which its BARs have to move as often as one likes."""

import re
from collections import namedtuple

from vm import pci
from vm.ktap import Failed

from ._common import GIB, RAM_BAR, give_to_driver

TOPOLOGY = "halves"
STUBBED = "pci-stub.ids=1af4:1110,1b36:0005"
HALF = 4 * GIB
DIR = "/sys/kernel/debug/pci_bartest"
MODULE = "drivers/pci/movable/tests/pci_bartest"

# @phys: of its first byte by the resource; @leaf: size of a page table entry;
# @type: memory type by the page table; @misplaced: entries that point
# elsewhere; @wrong: words that are not what was written.
Map = namedtuple("Map", "device bar kind offset size phys leaf type misplaced "
                 "wrong")
MAP = re.compile(r"(\S+) (\d) (\w+) (\w+) (\w+) phys (\w+) leaf (\d+) "
                 r"type (\S+) misplaced (\d+) wrong (\d+)")


def tell(m, command):
    """Gives the driver a command."""
    m.run(f"echo {command} > {DIR}/control")


def maps(m):
    """Return: the mappings that the driver holds, looked through just now."""
    found = []
    for line in m.run(f"cat {DIR}/maps").splitlines():
        words = MAP.fullmatch(line)
        if not words:
            raise Failed(f"not a mapping: {line}")
        found.append(Map(words[1], int(words[2]), words[3],
                         *(int(w, 0) for w in words.group(4, 5, 6, 7)),
                         words[8], int(words[9]), int(words[10])))
    return found


def expect_maps(t, m, wanted):
    """All @wanted mappings are there, follow their BARs and hold what was
    written; the kernel's own list has them at the same address.  Return: the
    mappings."""
    held = maps(m)
    t.equal(len(held), wanted, "mappings held")
    bad = [one for one in held if one.misplaced or one.wrong]
    t.equal(bad, [], "mappings that are wrong")
    listed = mapped_addresses(m)
    bad = [one for one in held if one.phys & ~0xfff not in listed]
    t.equal(bad, [], "mappings that /proc/vmallocinfo has elsewhere")
    return held


def mapped_addresses(m):
    """Return: sorted physical addresses of all kernel mappings."""
    return sorted(int(p, 16) for p in re.findall(
        r"phys=(\w+)", m.run("cat /proc/vmallocinfo")))


def fault(m):
    """Return: accesses to the watched device since it misbehaves, and how many
    of them (with those below, if it is a bridge) were lost."""
    words = m.run(f"cat {DIR}/fault").split()
    return int(words[2]), int(words[4])


class Halves:
    """The machine halves.args: moves `tested` from one half to the other."""

    def __init__(self, m):
        self.m = m
        self.tested = [m.address(f"tested{i}") for i in range(4)]
        self.large = m.address("large")
        self.plugs = [m.address("plug0")]
        self.left = pci.bars(m, self.large)[RAM_BAR].start
        m.plug_ram("fill", "slot2", 2 * GIB)
        m.wait_device("fill")
        m.load_module(MODULE)
        for address in self.tested:
            give_to_driver(m, address, "bartest")
        self.clear()

    def clear(self):
        """Empties both halves but for `tested`."""
        for address in [self.large] + self.plugs:
            self.m.run(f"cd /sys/bus/pci/devices; [ ! -e {address} ] || "
                       f"echo 1 > {address}/remove")

    def find(self, address):
        """Lets the guest look at the bus of a device."""
        self.m.run(f"echo 1 > /sys/class/pci_bus/{address[:7]}/rescan")

    def half(self, address):
        """Return: 0 or 1, where the BAR of a device is."""
        return (pci.bars(self.m, address)[RAM_BAR].start - self.left) // HALF

    def place(self):
        """Return: the address of BAR 2 of each tested function."""
        bars = pci.resources(self.m)
        return [bars[a][RAM_BAR].start for a in self.tested]

    def force(self):
        """Arranges for `large` to fit only if `tested` leaves its half: what
        does not move gets a place in the other one.  What takes the room
        beside `tested` goes again."""
        self.clear()
        home = self.half(self.tested[0])
        self.find(self.plugs[0])
        if self.half(self.plugs[0]) != home:
            return
        if len(self.plugs) == 1:
            self.m.plug_ram("plug1", "slot6", 2 * GIB)
            self.plugs.append(self.m.wait_device("plug1"))
        else:
            self.find(self.plugs[1])
        if self.half(self.plugs[1]) == home:
            raise Failed("the half that is full took one more")
        self.m.run(f"echo 1 > /sys/bus/pci/devices/{self.plugs[0]}/remove")

    def move(self):
        """Makes `tested` move, at once or, if somebody was mapping it all the time,
        when that is tried again."""
        self.force()
        self.find(self.large)
        resource = f"/sys/bus/pci/devices/{self.large}/resource"
        self.m.wait_until(f"sed -n {RAM_BAR + 1}p {resource} | grep -qv '^0x0* '", 45,
                          f"room for {self.large}")
