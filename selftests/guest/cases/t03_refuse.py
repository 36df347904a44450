# SPDX-License-Identifier: GPL-2.0
"""A device that can never fit is refused, and nothing else changes."""

import re

from vm import pci
from vm.ktap import case
from vm.load import Load
from vm.machine import RAM_BAR

from ._common import (GIB, MIB, TRACING, expect_not_served, expect_refused, expect_served,
                      expect_stock_fails, plug_ram, probe, probe_again, start_tracing,
                      wait_served)

TOO_LARGE = 64 * GIB
SLOT = "0000:06:02.0"
EXPRESS_CAPABILITY = 0x10

# Registers of the slot's port that say that a card is present, relative to its
# PCI Express capability: Device Status, Link Control, Link Status, Slot
# Control, Slot Status.
SLOT_STATE = {0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x18, 0x19, 0x1a, 0x1b}


def plug_huge(m):
    """Return: address and BAR of a device larger than the host's aperture."""
    m.device_add(f"pci-testdev,id=huge,bus=slot0,membar={TOO_LARGE}")
    return m.wait_device("huge"), 2


def changes(before, after, new):
    """Return: what a refused hot-add has changed and must not have."""
    config = pci.config_bytes(before["config"][SLOT])
    express = pci.capability(config, EXPRESS_CAPABILITY)
    slot_state = {express + offset for offset in SLOT_STATE}
    found = [f"{device} register {offset:#x}: {old} -> {now}"
             for device, offset, old, now in
             pci.config_changes(before["config"], after["config"])
             if not (device == SLOT and offset in slot_state)]
    for kind in ("iomem", "ioports"):
        if before[kind] != after[kind]:
            found.append(f"/proc/{kind} differs:\n" + difference(
                before[kind], after[kind]))
    for device, ranges in before["resources"].items():
        if after["resources"].get(device) != ranges:
            found.append(f"{device}: {ranges} -> "
                         f"{after['resources'].get(device)}")
    extra = set(after["resources"]) - set(before["resources"]) - {new}
    return found + [f"{device} is new" for device in extra]


def difference(before, after):
    """Return: lines that only one of two texts has."""
    a, b = before.splitlines(), after.splitlines()
    return "\n".join(["- " + line for line in a if line not in b]
                     + ["+ " + line for line in b if line not in a])


def expect_silence(t, m, address):
    """Given up while it answers to addresses, and found again, it does not go on."""
    device = f"/sys/bus/pci/devices/{address}"
    m.run(f"printf '\\002' | dd of={device}/config bs=1 seek=4 conv=notrunc && "
          f"echo 1 > {device}/remove && echo 1 > /sys/bus/pci/rescan")
    command = pci.config_bytes(pci.config_space(m)[address])[4]
    t.equal(command & 3, 0, "memory and I/O space of the Command register")


def expect_no_access(t, m, address, bar):
    """Without an address there is nothing for a process to map, or to read from."""
    said = m.run(f"timeout 5 barmap hold sysfs-off {address} {bar}; "
                 f"dd if=/sys/bus/pci/devices/{address}/resource1 bs=1 count=1; true")
    t.check("cannot map" in said, f"mapping a refused BAR to fail: {said}")
    t.check("Input/output error" in said, f"reading from refused ports to fail: {said}")


@case("03-removed-in-its-place")
def removed_in_its_place(t):
    """Two devices fill the aperture, and a third is refused. One of the two is
    removed through sysfs and stays plugged: the third gets its addresses, at which
    it must not answer any more."""
    with t.boot("nested-2") as m:
        first, _ = plug_ram(m, "first", "slot0", 16 * GIB)
        old = pci.bars(m, first)[RAM_BAR].start
        second, _ = plug_ram(m, "second", "slot1", 8 * GIB)
        expect_served(t, m, second, 8 * GIB)
        third, lines = plug_ram(m, "third", "slot2", 16 * GIB)
        expect_refused(t, lines, third)
        m.run(f"echo 1 > /sys/bus/pci/devices/{first}/remove")
        wait_served(m, third)
        t.equal(pci.bars(m, third)[RAM_BAR].start, old, "the address of the first")
        expect_served(t, m, third, 16 * GIB)
        decoding = {bar: start for bar, (start, _)
                    in pci.memory_bars(pci.hardware(m)[first]).items() if start}
        t.equal(decoding, {}, "BARs at which the first answers")
        probe(m, third, 1)
        mark = m.log_mark()
        m.run("echo 1 > /sys/bus/pci/rescan")
        expect_refused(t, m.dmesg_since(mark), first)
        probe_again(m, third, 1)


@case("03-never-fits", limit=90)
def never_fits(t):
    """64 GiB where the host bridge forwards 32."""
    expect_stock_fails(t, "nested-2", plug_huge)
    with t.boot("nested-2") as m:
        load = Load(m).start()
        m.settle()
        start_tracing(m)
        before = pci.snapshot(m)
        mark = m.log_mark()
        address, bar = plug_huge(m)
        lines = m.dmesg_since(mark)
        reason = expect_refused(t, lines, address)
        t.note(f"{address}: {reason}")
        t.check(f"{TOO_LARGE:#x}" in reason, "the size that is missing")
        traced = m.run(f"grep pci_dev_refused: {TRACING}/trace")
        t.check(re.search(rf"{address} resource {bar} size {TOO_LARGE:#x}, .*: larger "
                          "than any aperture$", traced, re.M), f"the trace, not {traced}")
        t.equal(changes(before, pci.snapshot(m), address), [], "changes")
        for _ in range(2):
            m.run("echo 1 > /sys/bus/pci/rescan")
        t.equal(changes(before, pci.snapshot(m), address), [],
                "changes after rescans")
        t.equal(pci.moves(lines), [], "moves")
        expect_not_served(t, m, address, bar)
        t.check(not m.guest.succeeds(
            f"echo 1 > /sys/bus/pci/devices/{address}/enable"),
            "enabling a refused device to fail")
        expect_no_access(t, m, address, bar)
        expect_silence(t, m, address)
        load.stop()


def use_up_ports():
    """Return: QEMU's options for root ports that leave too little of the I/O space for one
    more window of 4 KiB."""
    options = []
    for i in range(13):
        options += ["-device", f"pcie-root-port,id=io{i},bus=pcie.0,addr={0x10 + i // 8:#x}"
                               f".{i % 8},multifunction=on,chassis={90 + i},hotplug=off",
                    "-device", f"pci-testdev,bus=io{i}"]
    return options


@case("03-no-ports", limit=90)
def no_ports(t):
    """A device with memory and ports where there are no more ports: it is served
    without, and its driver decides whether that will do."""
    for option in (False, True):
        with t.boot("flat", option=option, extra=use_up_ports()) as m:
            mark = m.log_mark()
            m.device_add("pci-testdev,id=new,bus=slot0,membar=1M")
            address = m.wait_device("new")
            lines = m.dmesg_since(mark)
            t.equal(pci.refusals(lines), [], "refusals")
            expect_served(t, m, address, MIB)
            m.run(f"echo 1 > /sys/bus/pci/devices/{address}/enable")
            said = [line for line in lines if "BAR 1 [io" in line and "no space" in line]
            t.check(said, "a line about the ports that it did not get:\n" + "\n".join(lines))
            t.note(said[0].split("] ", 1)[1])
