# SPDX-License-Identifier: GPL-2.0
"""A device that was moved survives what comes later."""

from vm import pci
from vm.ktap import case
from vm.load import Load

from ._common import FIX_EDU, MIB, expect_served, plug_ram, probe
from .t02_nvme import disk_of, make_room, start_all


def works(m, address):
    """The disk at an address takes verified writes."""
    load = start_all(m, [address])
    load.run_for(1)
    load.stop()


def function_level_reset(t, m, address):
    """Through sysfs; configuration space comes back with the new address."""
    methods = m.run(f"cat /sys/bus/pci/devices/{address}/reset_method")
    t.check("flr" in methods, f"function-level reset in '{methods.strip()}'")
    m.run(f"echo flr > /sys/bus/pci/devices/{address}/reset_method")
    m.run(f"echo 1 > /sys/bus/pci/devices/{address}/reset")


def rebind(_t, m, address):
    """Unbinds the driver and binds it again."""
    for verb in ("unbind", "bind"):
        m.run(f"echo {address} > /sys/bus/pci/drivers/nvme/{verb}")


def remove_and_rescan(_t, m, address):
    """Forgets the device and finds it again."""
    m.run(f"echo 1 > /sys/bus/pci/devices/{address}/remove")
    m.run("echo 1 > /sys/bus/pci/rescan")


@case("09-what-comes-later", limit=150)
def later(t):
    """Reset, unbind and bind, remove and rescan, on a disk whose registers
    have moved; its neighbours work meanwhile."""
    with t.boot("wedged", append=FIX_EDU) as m:
        new, moved = make_room(t, m)
        neighbours = start_all(m, new)
        works(m, moved)
        for step in (function_level_reset, rebind, remove_and_rescan):
            before = pci.bars(m, moved)[0]
            step(t, m, moved)
            works(m, moved)
            t.equal(pci.bars(m, moved)[0].start, before.start,
                    f"address after {step.__name__}")
            t.note(f"{step.__name__}: {disk_of(m, moved)} works")
        neighbours.stop()


@case("09-root-bus", limit=90)
def root_bus(t):
    """A controller and a port of the root bus, removed and found again, work as
    before; so does what is plugged into the port then."""
    with t.boot("nested-2") as m:
        for address in ("0000:00:1f.2", "0000:00:04.0"):
            m.run(f"echo 1 > /sys/bus/pci/devices/{address}/remove")
        m.run("echo 1 > /sys/bus/pci/rescan")
        expect_served(t, m, "0000:00:1f.2", 0)
        bound = m.run("readlink /sys/bus/pci/devices/0000:00:1f.2/driver")
        t.check(bound.strip().endswith("/ahci"), f"ahci bound, not '{bound}'")
        address, _ = plug_ram(m, "ram0", "right", 256 * MIB)
        expect_served(t, m, address, 256 * MIB)
        probe(m, address, 1)


@case("09-empty-switch", limit=60)
def empty_switch(t):
    """A bridge with nothing below it forwards nothing: its windows, which are
    open over low memory after a reset, are closed."""
    with t.boot("nested-2") as m:
        m.device_add("x3130-upstream,id=empty,bus=right")
        address = m.wait_device("empty")
        row = m.run(f"lspci -xxx -s {address} | grep ^20:").split()[1:9]
        base, limit = int(row[1] + row[0], 16), int(row[3] + row[2], 16)
        t.check(base > limit, f"memory window closed, not {base:x}-{limit:x}")
        base, limit = int(row[5] + row[4], 16), int(row[7] + row[6], 16)
        t.check(base & ~0xf > limit & ~0xf,
                f"prefetchable window closed, not {base:x}-{limit:x}")
