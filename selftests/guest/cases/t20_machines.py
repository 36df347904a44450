# SPDX-License-Identifier: GPL-2.0
"""The same hot-add on machines and with kernel parameters that change what the
move goes through: processors, paging, interrupts, access to config space."""

from vm.ktap import case
from vm.load import Load

from ._common import MIB, expect_served, plug_ram, probe, show_moves

IOMMU = ("-device", "intel-iommu,intremap=on,caching-mode=on")

# name: (kernel parameters, what the kernel must show for it, the machine's)
MACHINES = {
    "one-processor": ("", "nproc | grep -x 1", {"cpus": 1}),
    "eight-processors": ("", "nproc | grep -x 8", {"cpus": 8}),
    "5-level-paging": ("", "grep -w la57 /proc/cpuinfo", {"cpu": "max,la57=on"}),
    "iommu": ("intel_iommu=on", "ls /sys/kernel/iommu_groups/0", {"extra": IOMMU}),
    "nocrs": ("pci=nocrs", "dmesg | grep 'Ignoring host bridge windows'", {}),
    # Without MSI or extended config space Linux leaves hot-plug to firmware.
    "nomsi": ("pci=nomsi", "! grep -i pci-msi /proc/interrupts", {"hotplug": "acpi"}),
    "nommconf": ("pci=nommconf", "! grep 'PCI ECAM' /proc/iomem && "
                 "dmesg | grep 'MMCONFIG is disabled'", {"hotplug": "acpi"}),
    "nopat": ("nopat", "dmesg | grep -i 'PAT.*disabled'", {}),
    "option-alone": ("", "! grep realloc /proc/cmdline",
                     {"option": "pci=pcie_movable_bars"}),
    "threaded-interrupts": ("threadirqs", r"ps | grep '\[irq/.*nvme'", {}),
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


for each in MACHINES:
    case("20-" + each, limit=90)(lambda t, name=each: hot_add(t, *MACHINES[name]))
