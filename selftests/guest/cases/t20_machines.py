# SPDX-License-Identifier: GPL-2.0
"""The same hot-add on machines and with kernel parameters that change what the
move goes through: processors, paging, interrupts, access to config space."""

from vm import pci
from vm.ktap import case
from vm.load import Load
from vm.machine import RAM_BAR

from ._common import GIB, MIB, expect_served, plug_edu, plug_ram, probe, show_moves

IOMMU = ("-device", "intel-iommu,intremap=on,caching-mode=on")

# With shadow doorbells QEMU 11.1 holds the pin of an idle disk (Documentation/safety.rst).
WITHOUT_SHADOWS = ("-global", "nvme.dbcs=off")

# name: (kernel parameters, what the kernel must show for it, the machine's)
MACHINES = {
    "one-processor": ("", "nproc | grep -x 1", {"cpus": 1}),
    "eight-processors": ("", "nproc | grep -x 8", {"cpus": 8}),
    "5-level-paging": ("", "grep -w la57 /proc/cpuinfo", {"cpu": "max,la57=on"}),
    "iommu": ("intel_iommu=on", "ls /sys/kernel/iommu_groups/0", {"extra": IOMMU}),
    "nocrs": ("pci=nocrs", "dmesg | grep 'Ignoring host bridge windows'", {}),
    # Without MSI or extended config space Linux leaves hot-plug to firmware.
    "nomsi": ("pci=nomsi", "! grep -i pci-msi /proc/interrupts",
              {"hotplug": "acpi", "extra": WITHOUT_SHADOWS}),
    "nommconf": ("pci=nommconf", "! grep 'PCI ECAM' /proc/iomem && "
                 "dmesg | grep 'MMCONFIG is disabled'", {"hotplug": "acpi"}),
    "nopat": ("nopat", "dmesg | grep -i 'PAT.*disabled'", {}),
    "option-alone": ("", "! grep realloc /proc/cmdline",
                     {"option": "pci=pcie_movable_bars"}),
    "threaded-interrupts": ("threadirqs", "grep '^irq/.*nvme' /proc/[0-9]*/comm", {}),
}


def hot_add(t, append, proof, machine):
    """One device that fits once others have moved, under load; then it goes."""
    with t.boot("nested-2", append=append, **machine) as m:
        m.run(proof)
        load = Load(m).start()
        address, lines = plug_ram(m, "ram0", "slot0", 256 * MIB)
        expect_served(t, m, address, 256 * MIB)
        moves, _ = show_moves(t, lines)
        t.check(moves, "BARs that moved")
        probe(m, address, 1)
        m.unplug("ram0", quick=m.hotplug == "native")
        load.run_for(1)
        load.stop()


def aperture_of(m, address):
    """Return: (start, end) of the host bridge's aperture that an address is in."""
    lines = m.run("grep 'PCI Bus 0000:00$' /proc/iomem").splitlines()
    found = [tuple(int(word, 16) for word in line.split()[0].split("-")) for line in lines]
    return next(one for one in found if one[0] <= address <= one[1])


def reserve(begin, end):
    """Return: the parameter by which firmware keeps addresses from the kernel."""
    return f"memmap={end - begin:#x}${begin:#x}"


@case("20-reserved-by-firmware", limit=90)
def reserved(t):
    """Where a device went, firmware says afterwards that nothing is: from before the
    aperture's start, so that it is no child of it in the resource tree. The device
    goes elsewhere, and what firmware itself has put there works."""
    size = 256 * MIB
    with t.boot("nested-2") as m:
        address, _ = plug_ram(m, "ram0", "slot0", size)
        place = pci.bars(m, address)[RAM_BAR].start
        start, _ = aperture_of(m, place)
        t.note(f"without: at {place:#x}, in the aperture from {start:#x} on")
    begin, end = start - MIB, place + MIB
    with t.boot("nested-2", append=reserve(begin, end)) as m:
        load = Load(m).start()
        t.check(aperture_of(m, place)[0] == start, "the same aperture")
        address, lines = plug_ram(m, "ram0", "slot0", size)
        show_moves(t, lines)
        expect_served(t, m, address, size)
        now = pci.bars(m, address)[RAM_BAR].start
        t.check(now >= end, f"an address from {end:#x} on, not {now:#x}")
        probe(m, address, 1)
        load.stop()


@case("20-below-minimum", limit=60)
def below_minimum(t):
    """With pci=nocrs Linux puts nothing below the largest gap in the memory map. What
    firmware has put into a smaller one stays, and others do not suffer for it."""
    with t.boot("nested-2", append="pci=nocrs") as m:
        windows = [w for port in ("left", "right", "outer")
                   for w in pci.windows_of(m, m.address(port))]
    small = [w for w in windows if w.flags & pci.IORESOURCE_PREFETCH][:2]
    begin, end = min(w.start for w in small), max(w.end for w in small) + 1
    above = min(w.start for w in windows if w.start >= end)
    gaps = (reserve(GIB, 0xb0000000), reserve(0xc0000000, begin), reserve(end, above))
    with t.boot("nested-2", append=f"pci=nocrs {' '.join(gaps)}") as m:
        m.run(f"dmesg | grep 'gap {above:#x}-.* available for PCI devices'")
        t.equal([w for port in ("left", "right") for w in pci.windows_of(m, m.address(port))
                 if w in small], small, "the windows below")
        expect_served(t, m, plug_edu(m, "card", 1)[0], 0)


for each in MACHINES:
    case("20-" + each, limit=90)(lambda t, name=each: hot_add(t, *MACHINES[name]))
