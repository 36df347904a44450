# SPDX-License-Identifier: GPL-2.0
"""Devices that do not do as they are told while BARs move: the others do not
suffer, and nothing is left half done.

FAULTS=all lets a device vanish after each number of accesses, else it is every
third."""

import time
from contextlib import contextmanager

from vm import PATIENCE, pci
from vm.ktap import case
from vm.load import Load

from ._bartest import (DIR, MODULE, STUBBED, TOPOLOGY, Halves, expect_maps, fault,
                       mapped_addresses, tell)
from ._common import (ALL_FAULTS, RAM_BAR, expect_not_served, expect_refused,
                      expect_served, expect_sound, plug_ram, wait_served)

# The halves differ in the upper half of an address.
BAR2_UPPER = 0x1c
PREF_BASE_UPPER, PREF_LIMIT_UPPER = 0x28, 0x2c
# Long enough for what happens in it
PAUSE_MS = int(4000 * PATIENCE)
# Who is refused because of what passes is tried again 1, 6 and 36 seconds later.
SOON_MS = 20000
QUIET_S = 5

# Beyond so many accesses a device that vanishes is taken to vanish afterwards.
MAX_ACCESSES = 60
STRIDE = 1 if ALL_FAULTS else 3
SHOWN = 20

# What a device that is plugged has in these registers.
RESET = "setpci -s {} " + " ".join(
    f"{name}=0" for name in ["COMMAND"] + [f"BASE_ADDRESS_{i}" for i in range(6)])


@contextmanager
def tested_machine(t):
    """The machine with a mapping in each tested BAR and load on its disk."""
    with t.boot(TOPOLOGY, append=STUBBED) as m:
        halves = Halves(m)
        for address in halves.tested:
            tell(m, f"map {address} 2 uc 0 0")
        halves.force()
        load = Load(m).start()
        m.settle()
        yield m, halves, load
        load.stop()


def snapshot(m, ignored):
    """Return: what has to be as before if `large` was refused."""
    state = pci.snapshot(m)
    for part in ("config", "resources"):
        state[part].pop(ignored, None)
    return {**state, "mapped": mapped_addresses(m)}


def differences(before, after):
    """Return: what differs."""
    found = [f"{d} register {i:#x}: {a} -> {b}" for d, i, a, b in
             pci.config_changes(before["config"], after["config"])]
    found += [f"{d}: {r} -> {after['resources'].get(d)}"
              for d, r in before["resources"].items()
              if after["resources"].get(d) != r]
    found += [name for name in ("iomem", "ioports", "mapped")
              if before[name] != after[name]]
    return found[:SHOWN]


def is_served(m, halves):
    """Has `large` an address?"""
    bars = pci.bars(m, halves.large)
    return RAM_BAR in bars and pci.is_assigned(bars[RAM_BAR])


def repair(m, device, before):
    """Writes back what a device that was gone has missed: the undo."""
    config = pci.config_bytes(before["config"][device])
    for where in [*range(0x10, 0x28, 4), 0x28, 0x2c, 0x30, 0x04]:
        data = config[where:where + (2 if where == 0x04 else 4)]
        text = "".join(f"\\{byte:03o}" for byte in data)
        m.run(f"printf '{text}' | dd of=/sys/bus/pci/devices/{device}/config "
              f"bs={len(data)} seek={where // len(data)} conv=notrunc "
              "2>/dev/null")


def expect_served_at_last(t, m, halves, load):
    """With nobody misbehaving any more, all works."""
    before = halves.place()
    halves.find(halves.large)
    t.check(is_served(m, halves), "the large device to be served")
    t.check(halves.place() != before, "the tested BARs to have moved")
    expect_sound(t, m)
    expect_maps(t, m, len(halves.tested))
    load.check()


def stuck(t, m, halves, load, device, where):
    """A register that ignores what is written: all stays as it was."""
    before = snapshot(m, halves.large)
    tell(m, f"watch {device}")
    tell(m, f"stuck {where}")
    mark = m.log_mark()
    halves.find(halves.large)
    _, lost = fault(m)
    tell(m, "unwatch")
    t.check(lost, f"writes to {device} {where:#x} that were ignored")
    if m.log_mark() > mark:
        t.note(f"{device} register {where:#x} stuck, {lost} writes ignored: "
               + m.dmesg_since(mark)[-1].split("] ", 1)[1])
    t.check(not is_served(m, halves), "the large device to be refused")
    t.equal(differences(before, snapshot(m, halves.large)), [], "changes")
    expect_sound(t, m)
    expect_maps(t, m, len(halves.tested))
    load.check()


def port_of(m, device):
    """Return: the bridge above a device."""
    return m.run(f"basename $(dirname $(readlink -f "
                 f"/sys/bus/pci/devices/{device}))").strip()


@case("18-stuck-register", limit=120)
def stuck_register(t):
    """A BAR, then a bridge window that does not take what is written."""
    with tested_machine(t) as (m, halves, load):
        port = port_of(m, halves.tested[0])
        for device, where in ((halves.tested[0], BAR2_UPPER),
                              (halves.tested[3], BAR2_UPPER),
                              (port, PREF_BASE_UPPER),
                              (port, PREF_LIMIT_UPPER)):
            stuck(t, m, halves, load, device, where)
        expect_served_at_last(t, m, halves, load)


def vanish(t, m, halves, devices, after):
    """The first of @devices, which takes along the others, answers @after more
    times.  Return: true if the move was decided by then."""
    device = devices[0]
    before = snapshot(m, halves.large)
    tell(m, f"watch {device}")
    tell(m, f"gone {after}")
    halves.find(halves.large)
    _, lost = fault(m)
    tell(m, "unwatch")
    if is_served(m, halves):
        return True
    t.check(lost, f"a reason to refuse with {device} there all the time")
    for one in devices:
        repair(m, one, before)
    t.equal(differences(before, snapshot(m, halves.large)), [],
            f"changes with {device} gone after {after} accesses")
    expect_maps(t, m, len(halves.tested))
    return False


def walk(t, choose):
    """Vanishes after 0 accesses, and then later and later, until the move
    succeeds."""
    with tested_machine(t) as (m, halves, load):
        devices = choose(m, halves)
        for after in range(0, MAX_ACCESSES, STRIDE):
            if vanish(t, m, halves, devices, after):
                break
            load.check()
        else:
            t.check(False, f"a move within {MAX_ACCESSES} accesses")
        t.check(after, f"a move that fails with {devices[0]} gone at once")
        t.note(f"{devices[0]} gone after 0 to {after - STRIDE} accesses, "
               f"every {STRIDE}")
        expect_sound(t, m)
        expect_maps(t, m, len(halves.tested))


@case("18-device-gone", limit=150)
def device_gone(t):
    """A device whose BAR moves is gone from some access on, each in turn."""
    walk(t, lambda m, halves: halves.tested[:1])


@case("18-bridge-gone", limit=150)
def bridge_gone(t):
    """The same with the bridge above, and all below it."""
    walk(t, lambda m, halves: [port_of(m, halves.tested[0])]
         + halves.tested)


@case("18-no-class", limit=60)
def no_class(t):
    """A device that does not say what it is gets no addresses, as ever, and the log
    says so; once it does, it gets them."""
    with t.boot("nested-2") as m:
        m.load_module(MODULE)
        address, _ = plug_ram(m, "a", "slot0", 256 << 20)
        expect_served(t, m, address, 256 << 20)
        path = f"/sys/bus/pci/devices/{address}"
        tell(m, f"watch {address}")
        for command, served in (("classless", False), ("back", True)):
            tell(m, command)
            mark = m.log_mark()
            m.run(f"{RESET.format(address)}; echo 1 > {path}/remove; "
                  "echo 1 > /sys/bus/pci/rescan")
            lines = m.dmesg_since(mark)
            said = [line for line in lines if "its BARs are not assigned" in line]
            if served:
                t.equal(said, [], "lines about a class")
                expect_served(t, m, address, 256 << 20)
                continue
            t.equal(m.run(f"cat {path}/class").strip(), "0x000000", "its class")
            t.equal(len(said), 1, "lines about its class")
            t.note(said[0].split("] ", 1)[1])
            expect_not_served(t, m, address)
            expect_sound(t, m)


def requests(m):
    """Return: what the disk has done."""
    fields = m.run("cat /sys/block/nvme0n1/stat").split()
    return int(fields[0]) + int(fields[4])


def start_paused(t, m, halves):
    """Starts a move that the tested driver delays.  Return: the job, once the
    driver is at it."""
    job = m.guest.start(
        f"echo 1 > /sys/class/pci_bus/{halves.large[:7]}/rescan")
    m.wait_until(f"grep -q 'preparing 1' {DIR}/devices", 10,
                 "a driver to be paused")
    t.check(job.running, "the rescan to wait for the driver")
    return job


def find_beside_reset(t, m, halves, pause_ms):
    """A device that has to move is being reset, and locked for so long: what is
    hot-added meanwhile is refused.  Return: the reset's job."""
    first = halves.tested[0]
    tell(m, f"pause {first} {pause_ms}")
    job = m.guest.start(f"echo 1 > /sys/bus/pci/devices/{first}/reset")
    m.wait_until(f"grep -q 'preparing 1' {DIR}/devices", 10, "a reset")
    mark = m.log_mark()
    halves.find(halves.large)
    t.check(job.running, "the reset to go on")
    reason = expect_refused(t, m.dmesg_since(mark), halves.large)
    t.note(f"refused: {reason}")
    return job


@case("18-locked-long", limit=90)
def locked_long(t):
    """For some seconds: it is served without anybody's doing soon after."""
    with tested_machine(t) as (m, halves, _):
        job = find_beside_reset(t, m, halves, min(PAUSE_MS, SOON_MS))
        # It fails in the end: these devices have no way to be reset.
        job.wait(30, check=False)
        wait_served(m, halves.large)
        t.check(is_served(m, halves), "addresses")
        expect_sound(t, m)
        expect_maps(t, m, len(halves.tested))


@case("18-locked-longer", limit=120)
def locked_longer(t):
    """For longer than it is tried again by the clock: the next rescan serves it."""
    with tested_machine(t) as (m, halves, load):
        job = find_beside_reset(t, m, halves, 3 * SOON_MS)
        job.wait(90, check=False)
        time.sleep(QUIET_S)
        t.check(not is_served(m, halves), "no address before anybody asks for it")
        expect_served_at_last(t, m, halves, load)


@case("18-paused-long", limit=120)
def paused_long(t):
    """A driver takes four seconds to pause, and the disk works on; then its
    device vanishes meanwhile, which it finds afterwards."""
    with tested_machine(t) as (m, halves, load):
        first = halves.tested[0]
        pci.stand(m, "bartest", "paused")
        tell(m, f"pause {first} {PAUSE_MS}")
        before = snapshot(m, halves.large)
        tell(m, f"watch {first}")
        mark = m.log_mark()
        job = start_paused(t, m, halves)
        tell(m, "gone 0")
        done = requests(m)
        time.sleep(PAUSE_MS / 8000)
        t.check(requests(m) > done, "the disk to work while others pause")
        t.check(job.running, "the pause to last until then")
        job.wait(60)
        tell(m, "unwatch")
        t.check(f"{first} preparing 0 paused 1 dead 1" in
                m.run(f"cat {DIR}/devices"), "the driver to find it dead")
        t.check(not is_served(m, halves), "the large device to be refused")
        expect_refused(t, m.dmesg_since(mark), halves.large)
        t.equal(differences(before, snapshot(m, halves.large)), [], "changes")
        expect_maps(t, m, len(halves.tested))
        load.check()
        expect_served_at_last(t, m, halves, load)
