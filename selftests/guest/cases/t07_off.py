# SPDX-License-Identifier: GPL-2.0
"""Off means off: without the option ours behaves as the stock kernel does."""

import re
from collections import Counter

from vm import pci
from vm.ktap import case

from ._common import MIB, plug_ram

PORTS = {"nested-2": "right", "flat": "slot1"}


def normal(lines):
    """A kernel's own size and built-in command line are not what is compared."""
    return [line for line in lines
            if not re.search(r"Kernel (code|data|rodata|bss|command line)", line)]


def observe(m, topology):
    """Boots have a look, plug, unplug, plug again.  Return: name -> lines."""
    m.settle()
    seen = {"boot dmesg": normal(pci.log_lines(m.dmesg()))}
    seen.update(ranges(m, "boot"))
    mark = m.log_mark()
    plug_ram(m, "ram0", "slot0", 256 * MIB)
    seen.update(ranges(m, "hot-add"))
    m.device_add(f"e1000e,id=nic1,bus={PORTS[topology]}")
    m.wait_device("nic1")
    m.unplug("ram0")
    plug_ram(m, "ram1", "slot0", MIB)
    m.run("echo 1 > /sys/bus/pci/rescan")
    m.settle()
    seen["hot-add dmesg"] = pci.log_lines(m.dmesg_since(mark))
    seen.update(ranges(m, "later"))
    return seen


def ranges(m, when):
    """Return: what /proc says of memory and ports."""
    return {f"{when} {name}": normal(m.run(f"cat /proc/{name}").splitlines())
            for name in ("iomem", "ioports")}


def compare(t, topology, **more):
    """Runs both kernels, compares all that was seen."""
    seen = []
    for which in ("STOCK_KERNEL", "KERNEL"):
        with t.boot(topology, option=False, which=which, **more) as m:
            seen.append(observe(m, topology))
    total = 0
    for name, stock in seen[0].items():
        ours, stock = Counter(seen[1][name]), Counter(stock)
        t.check(stock, f"lines of {name}")
        lines = ["stock only: " + line for line in (stock - ours).elements()]
        lines += ["ours only:  " + line for line in (ours - stock).elements()]
        t.check(not lines, f"the same {name}\n" + "\n".join(lines))
        total += sum(stock.values())
    t.note(f"{total} lines are the same")


@case("07-off-nested-2", limit=150)
def off_nested(t):
    """Where stock fails, it fails the same way."""
    compare(t, "nested-2")


@case("07-off-flat-acpi", limit=150)
def off_flat(t):
    """Where stock succeeds, it succeeds the same way; ACPI hot-plug."""
    compare(t, "flat", hotplug="acpi")
