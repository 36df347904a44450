# SPDX-License-Identifier: GPL-2.0
"""Devices and bridges that sleep when the hot-add comes are woken, moved, and
fall asleep again."""

import os
import re

from vm import pci
from vm.ktap import case
from vm.load import Load
from vm.machine import topology_path

from ._common import (FIX_EDU, MIB, expect_served, expect_sound, insert_edu, plug_edu,
                      plug_ram, probe, show_moves)
from .t09_later import DISK1, works

# Two disks and a network card, and the ports above the latter two.
MOVES, STAYS, NIC = "0000:07:00.0", "0000:04:00.0", "0000:08:00.0"
PORTS = ["0000:06:00.0", "0000:06:01.0"]
D0, D3HOT = 0, 3
PMCSR = "CAP_PM+4.w"
SYSFS = "/sys/bus/pci/devices"

CHANGED = re.compile(r"pcieport (\S+): bridge window .*: changed from")


def wait_asleep(m, devices):
    """Waits until the kernel has let devices fall asleep."""
    for device in devices:
        m.wait_until(f"grep -q suspended {SYSFS}/{device}/power/runtime_status",
                     30, f"{device} to fall asleep")


def power_state(m, device):
    """Return: what a device's own register says."""
    return int(m.run(f"setpci -s {device} {PMCSR}"), 16) & 3


def put_to_sleep(m, devices, ports):
    """Takes drivers away, lets the kernel suspend what it likes to, and puts
    the devices in D3hot, where the kernel would leave them in D0."""
    for device in devices:
        m.run(f"echo {device} > {SYSFS}/{device}/driver/unbind")
    m.run(f"for d in {SYSFS}/*; do echo auto > $d/power/control; done")
    wait_asleep(m, devices + ports)
    for device in devices:
        m.run(f"setpci -s {device} {PMCSR}={D3HOT}:3")
    wait_asleep(m, devices + ports)


@case("14-asleep", limit=120)
def asleep(t):
    """Without driver, in D3hot, below ports that are suspended.  Who need not
    move sleeps on."""
    devices = [MOVES, STAYS, NIC]
    with t.boot("nested-2", append="pcie_port_pm=force") as m:
        put_to_sleep(m, devices, PORTS)
        t.equal([power_state(m, d) for d in (MOVES, STAYS)], [D3HOT, D3HOT],
                "power states of the disks before")
        # To look at them has woken up the ports.
        wait_asleep(m, devices + PORTS)
        address, lines = plug_ram(m, "ram0", "slot0", 256 * MIB)
        moves, _ = show_moves(t, lines)
        t.equal([move.device for move in moves], [MOVES], "who moved")
        changed = {found[1] for found in map(CHANGED.search, lines) if found}
        t.check(changed >= set(PORTS), f"changed windows of {PORTS}")
        t.equal([power_state(m, d) for d in (MOVES, STAYS)], [D0, D3HOT],
                "power states of the disks after")
        wait_asleep(m, devices + PORTS)
        t.note(f"asleep again: {' '.join(devices + PORTS)}")
        expect_served(t, m, address, 256 * MIB)
        probe(m, address, 1)
        for device in (MOVES, STAYS):
            m.run(f"echo {device} > /sys/bus/pci/drivers/nvme/bind")
        t.note("\n".join(Load(m, network=False).start().stop().lines()))
        expect_sound(t, m)


def with_ahci(t):
    """Return: path of the machine "wedged" with a SATA disk, whose driver
    suspends its controller, in place of nvme1."""
    nvme = "-device nvme,id=nvme1,bus=dp1,drive=disk1"
    with open(topology_path("wedged"), encoding="utf-8") as f:
        lines = f.read().splitlines()
    t.check(any(line.startswith(nvme) for line in lines), "nvme1")
    lines = [line for line in lines if not line.startswith(nvme)]
    lines += ["-device ich9-ahci,id=ahci1,bus=dp1",
              "-device ide-hd,bus=ahci1.0,drive=disk1"]
    os.makedirs(t.logs, exist_ok=True)
    path = os.path.join(t.logs, "wedged-ahci.args")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    return path


PATTERN = ("dd if=/dev/urandom of=/tmp/pattern bs=1M count=8; "
           "dd if=/tmp/pattern of=/dev/sda bs=1M oflag=direct")
COMPARE = "dd if=/dev/sda bs=1M count=8 iflag=direct | cmp - /tmp/pattern"


def let_sleep(device):
    """Return: script that lets the controller and all below it suspend."""
    return (f"cd {SYSFS}/{device}; for d in $(find . -name power -type d); do "
            "echo 300 > $d/autosuspend_delay_ms; echo auto > $d/control; "
            "done 2>/dev/null; true")


@case("14-driver-asleep", limit=120)
def driver_asleep(t):
    """A controller that its driver has suspended, for want of work: ahci, which
    is told for the test's sake that it may move."""
    with t.boot(with_ahci(t), append=FIX_EDU) as m:
        pci.stand(m, "ahci", "live")
        device = m.address("ahci1")
        m.run(PATTERN)
        m.run(let_sleep(device))
        wait_asleep(m, [device])
        mark = m.log_mark()
        new = plug_edu(m, "new", 3)
        moves, summaries = show_moves(t, m.dmesg_since(mark))
        t.equal([(move.device, move.bar) for move in moves], [(device, 5)],
                "who moved")
        t.equal(sum(s.live for s in summaries), 1, "live drivers")
        wait_asleep(m, [device])
        m.run(COMPARE)
        wait_asleep(m, [device])
        t.note(f"{device} asleep, moved, asleep, read, asleep")
        t.equal(pci.bars(m, device)[5].start, moves[0].new, "its address")
        expect_served(t, m, new[0], 0)


@case("14-plugged-asleep", limit=120)
def plugged_asleep(t):
    """A card that is found while the system falls asleep or wakes: it is served, and the
    disk in its way moves, once that is through."""
    with t.boot("wedged", append=FIX_EDU) as m:
        mark = m.log_mark()
        insert_edu(m, "new", 3)
        m.sleep("deep")
        card = m.wait_device("new0")
        m.wait_until(f"dmesg | grep -q '{card}: BAR 0 .*: assigned'", 45, "addresses")
        moves, _ = show_moves(t, m.dmesg_since(mark))
        t.equal([(move.device, move.bar) for move in moves], [(DISK1, 0)], "who moved")
        expect_served(t, m, card, 0)
        works(m, DISK1)
