# SPDX-License-Identifier: GPL-2.0
"""A device that was moved survives what comes later."""

import re

from vm import pci
from vm.ktap import case
from vm.load import trouble
from vm.machine import boot_files, kernel_image

from ._bartest import STUBBED, TOPOLOGY, Halves, expect_maps, tell
from ._common import (FIX_EDU, MIB, expect_served, expect_sound, plug_edu,
                      plug_ram, probe, show_moves, skip_if_locks_are_proved, wait_logged)
from .t02_nvme import disk_of, make_room, start_all

# What a kernel says of addresses that it finds and cannot keep
CLAIM = re.compile(r"can't claim|no compatible bridge window|address conflict")

# The running disks of the machine "wedged".
DISK0, DISK1 = "0000:04:00.0", "0000:05:00.0"


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


def bus_reset(_t, m, address):
    """Resets the bus that the device alone is on."""
    device = f"/sys/bus/pci/devices/{address}"
    m.run(f"echo bus > {device}/reset_method && grep -qx bus {device}/reset_method && "
          f"echo 1 > {device}/reset")


def reset_switch(_t, m, _address):
    """Resets all that is below the root port, switch included."""
    m.run("echo 1 > "
          f"/sys/bus/pci/devices/{m.address('outer')}/reset_subordinate")


def sleep_lightly(_t, m, _address):
    """Suspend to idle."""
    m.sleep("s2idle")


def sleep_deeply(_t, m, _address):
    """Suspend to RAM: QEMU resets every device."""
    m.sleep("deep")


def error_below(t, m, port):
    """A fatal error at a port: Linux resets what is below, and restores it
    from what it had saved long before."""
    mark = m.log_mark()
    m.hmp(f"pcie_aer_inject_error {port} DLP")
    wait_logged(m, mark, "AER: device recovery", 30)
    m.settle()
    lines = m.dmesg_since(mark)
    t.check(any("AER: device recovery successful" in line for line in lines),
            "recovery to succeed:\n" + "\n".join(lines))


def error_at_disk(t, m, address):
    """At the port above the disk that moved."""
    above = m.run(f"readlink /sys/bus/pci/devices/{address}").split("/")[-2]
    error_below(t, m, pci.hardware(m)[above]["qdev_id"])


def error_at_root(t, m, _address):
    """At the root port."""
    error_below(t, m, "outer")


def carry_out(t, m, step, moved):
    """One step, after which kernel and hardware have the layout of before, and
    the disk that has moved works."""
    before = pci.resources(m)
    step(t, m, moved)
    after = pci.resources(m)
    t.equal([d for d in before if after.get(d) != before[d]], [],
            f"devices whose ranges differ after {step.__name__}")
    expect_sound(t, m)
    works(m, moved)
    expect_sound(t, m)
    t.note(f"{step.__name__}: {disk_of(m, moved)} works, same addresses")


def move_disk(t, m):
    """Plugs a card for which DISK1 has to move."""
    mark = m.log_mark()
    new = plug_edu(m, "new", 3)
    moves, _ = show_moves(t, m.dmesg_since(mark))
    t.equal([(move.device, move.bar) for move in moves], [(DISK1, 0)],
            "who moved")
    expect_served(t, m, new[0], 0)


@case("09-resets-and-sleep", limit=150)
def resets_and_sleep(t):
    """Resets and sleep take the registers from devices and bridges; what Linux
    writes back is the layout after the move."""
    with t.boot("wedged", append=FIX_EDU) as m:
        move_disk(t, m)
        for step in (bus_reset, reset_switch):
            carry_out(t, m, step, DISK1)
        neighbour = start_all(m, [DISK0])
        for step in (sleep_lightly, sleep_deeply):
            carry_out(t, m, step, DISK1)
        t.note("\n".join(neighbour.stop().lines()))


@case("09-reset-cpu-off", limit=90)
def reset_with_cpu_off(t):
    """A disk was reset while a CPU was off: whatever CPU reads from it hears that it is
    done, when that CPU is off again.  (Paused drivers are reset when BARs move.)"""
    with t.boot("nested-2", cpus=4) as m:
        mark = m.log_mark()
        m.run("cd /sys/devices/system/cpu/cpu1 && echo 0 > online && "
              "echo 1 > /sys/class/nvme/nvme0/reset_controller")
        m.wait_until("[ $(cat /sys/class/nvme/nvme0/state) = live ]", 20, "the disk")
        m.run("cd /sys/devices/system/cpu/cpu1 && echo 1 > online && echo 0 > online")
        for cpu in (0, 2, 3):
            m.run(f"timeout 20 taskset -c {cpu} dd if=/dev/nvme0n1 of=/dev/null bs=4k "
                  "count=8 iflag=direct")
        t.equal(trouble(m.dmesg_since(mark), set(pci.resources(m))), [], "complaints")


@case("09-kexec", limit=120)
def kexec(t):
    """The next kernel finds the devices where they moved to, and so does what
    takes their registers from then on."""
    with t.boot("wedged", append=FIX_EDU,
                extra=boot_files(kernel_image("KERNEL"))) as m:
        new, moved = make_room(t, m)
        works(m, moved)
        before = pci.resources(m)
        m.kexec()
        t.equal(pci.resources(m), before, "what the next kernel found")
        t.equal([line for line in m.dmesg() if CLAIM.search(line)], [], "quarrels")
        expect_sound(t, m)
        for address in new + [moved]:
            works(m, address)
        for step in (function_level_reset, bus_reset):
            carry_out(t, m, step, moved)


@case("09-error", limit=90)
def error(t):
    """So does recovery from a fatal error at the port above the disk."""
    with t.boot("wedged", append=FIX_EDU) as m:
        skip_if_locks_are_proved(m)
        move_disk(t, m)
        carry_out(t, m, error_at_disk, DISK1)


@case("09-error-above", limit=90)
def error_above(t):
    """A fatal error at the root port: the switch, whose windows have changed,
    is restored as it was saved when its driver was bound.  That switches off
    slots which were empty then (any kernel does it), so what was plugged there
    meanwhile is not looked at."""
    with t.boot("wedged", append=FIX_EDU) as m:
        skip_if_locks_are_proved(m)
        make_room(t, m)
        carry_out(t, m, error_at_root, DISK1)
        works(m, DISK0)


@case("09-error-above-new", limit=120)
def error_above_new(t):
    """The same for a disk in a slot that had no window when its driver was bound: the
    port forwards again.  (Its slot has no power to switch off.)"""
    with t.boot("nested-2", extra=[
            "-global", "xio3130-downstream.power_controller_present=off"]) as m:
        skip_if_locks_are_proved(m)
        port = m.address("slot0")
        remove_and_rescan(t, m, port)
        m.settle()
        t.equal([w for w in pci.windows_of(m, port) if w.end], [], "windows of the empty slot")
        m.device_add(f"nvme,id=new,bus=slot0,serial=new,drive={m.add_disk('new')}")
        disk = m.wait_device("new")
        works(m, disk)
        carry_out(t, m, error_at_root, disk)


@case("09-stored-by-driver", limit=90)
def stored_by_driver(t):
    """A driver may have stored the state of the port above its device long before, as
    amdgpu does; what it restores has the windows of now."""
    with t.boot(TOPOLOGY, append=STUBBED) as m:
        halves = Halves(m)
        tell(m, f"map {halves.tested[0]} 2 uc 0 0")
        before = halves.place()
        halves.move()
        t.check(halves.place() != before, "a move")
        tell(m, f"restore {halves.tested[0]}")
        expect_sound(t, m)
        expect_maps(t, m, 1)


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
