# SPDX-License-Identifier: GPL-2.0
"""The commands of the classic notes on PCI Express hot-plug in QEMU, and conventional PCI."""

from vm.ktap import case

from ._common import (MIB, expect_served, expect_stock_fails, plug_ram, probe)

PLUGS = [
    ("virtio-net-pci,id=vnet,bus=root.0,netdev=net0", "vnet", "virtio-pci"),
    ("e1000e,id=nic,bus=rp0,netdev=net1", "nic", "e1000e"),
]


def plug_nic(t, m, text, ident, driver):
    """Plugs a network card; its driver binds, its BARs have addresses."""
    m.device_add(text)
    address = m.wait_device(ident)
    bound = m.run(f"basename $(readlink /sys/bus/pci/devices/{address}/driver)")
    t.equal(bound.strip(), driver, f"driver of {ident}")
    expect_served(t, m, address, 0)
    return address


def check_network(m, address):
    """The card at an address gets answers from the gateway."""
    nic = f"$(ls /sys/bus/pci/devices/{address}/net "
    nic += f"/sys/bus/pci/devices/{address}/virtio*/net 2>/dev/null "
    nic += "| grep eth)"
    m.run(f"ip link set {nic} up; ip addr add 10.0.2.15/24 dev {nic}")
    m.wait_until(f"ping -c 1 -W 1 -I {nic} 10.0.2.2", 20, "the network")
    m.run(f"ping -c 10 -i 0.1 -I {nic} 10.0.2.2")
    m.run(f"ip addr flush dev {nic}; ip link set {nic} down")


def classic(t, hotplug):
    """Plug, use and unplug each card, twice."""
    with t.boot("classic", hotplug=hotplug) as m:
        for text, ident, driver in PLUGS:
            check_network(m, plug_nic(t, m, text, ident, driver))
        for _, ident, _ in PLUGS:
            # One at a time: with ACPI, the guest is asked again for every card that it
            # has not ejected yet, and would eject the next one in that slot.
            m.qmp.execute("device_del", id=ident)
            m.qmp.wait_event("DEVICE_DELETED", device=ident)
        for text, ident, driver in PLUGS:
            check_network(m, plug_nic(t, m, text, ident, driver))
        address, _ = plug_ram(m, "ram0", "sw0", 256 * MIB)
        expect_served(t, m, address, 256 * MIB)
        probe(m, address, 1)


@case("10-classic", limit=150)
def native(t):
    """ioh3420, pcie-root-port and a switch without any reservation."""
    expect_stock_fails(t, "classic", lambda m:
                       (plug_ram(m, "ram0", "sw0", 256 * MIB)[0], 2))
    classic(t, "native")


@case("10-classic-acpi", limit=120)
def acpi(t):
    """The same through ACPI hot-plug, QEMU's default."""
    classic(t, "acpi")


@case("10-bridge-beside", limit=60)
def bridge_beside(t):
    """ACPI reports a card beside a bridge that has no window yet; later it can open some."""
    with t.boot("conventional", hotplug="acpi") as m:
        for text, ident in (
                ("pci-bridge,id=bridge2,bus=pci.0,addr=0x8,chassis_nr=3", "bridge2"),
                ("pci-testdev,id=card,bus=pci.0,addr=0x9,membar=1M", "card")):
            m.device_add(text)
            m.wait_device(ident)
        m.device_add("pci-testdev,id=below,bus=bridge2,addr=0x1,membar=64M")
        m.run("echo 1 > /sys/bus/pci/rescan")
        expect_served(t, m, m.wait_device("below"), 64 * MIB)
