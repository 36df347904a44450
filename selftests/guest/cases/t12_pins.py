# SPDX-License-Identifier: GPL-2.0
"""Who holds a BAR keeps it where it is; once it is released, it moves."""

import re

from vm import pci
from vm.ktap import case

from ._common import (MIB, RAM_BAR, expect_refused, expect_sound, give_to_driver,
                      plug_ram, probe, probe_again)
from ._shuttle import (FIXED, MOVER, RamShuttle, Shuttle, boot, edu_function, mover,
                       ram_mover)

BY_PROCESS = "mapped by a process"
BY_DRIVER = "driver does not support it"
VF_BAR = 7
VF_BAR_REGISTERS = "ECAP0010+24.L ECAP0010+28.L"

# No remapping of interrupts here, and nobody to be protected.
IOMMU = "intel_iommu=on vfio_iommu_type1.allow_unsafe_interrupts=1"

FIXED_BAR = re.compile(
    r"(gap ends \w+ at|in the way:) (\S+) \[mem (\S+) .*?\]: (.*)")


def state(m, bar):
    """Return: what debugfs says of one of the mover's BARs."""
    name = f"BAR {bar}" if bar < pci.NR_BARS else f"VF BAR {bar - VF_BAR}"
    return pci.state(m, MOVER, name)


def expect_reasons(t, m, lines):
    """A refusal for fixed BARs, of which the mover's is to blame, and what is
    said of each is as debugfs says."""
    refused = pci.refusals(lines)[0].device
    reason = expect_refused(t, lines, refused)
    t.check("fixed" in reason, f"'{reason}' to speak of fixed BARs")
    known = {(device, where): text
             for (device, _, where), text in pci.listed(m).items()}
    named = [found.groups() for found in map(FIXED_BAR.search, lines) if found]
    for _, device, where, text in named:
        t.equal("fixed: " + text, known[device, where], f"reason of {device}")
    t.check(MOVER in [device for what, device, _, _ in named
                      if what.startswith("in")],
            f"{MOVER} to be blamed:\n" + "\n".join(lines))


def expect_held(t, s, bar, reason):
    """The card that needs the mover's place is refused, and the mover's BAR
    stays, for the given reason.  Return: where it is."""
    before, mark = s.start(bar), s.m.log_mark()
    s.turn(s.right)
    lines = s.m.dmesg_since(mark)
    t.equal(pci.moves(lines), [], "moves")
    t.equal(s.start(bar), before, "the BAR's address")
    t.equal(state(s.m, bar), "fixed: " + reason, f"BAR {bar} in debugfs")
    t.check(pci.refusals(lines), "a refusal in the log:\n" + "\n".join(lines))
    # Where one of several functions is refused, no BAR is to blame.
    if isinstance(s, RamShuttle):
        expect_reasons(t, s.m, lines)
    t.check(s.unserved(s.right), "a card without an address")
    return before


def expect_released(t, s, bar, before):
    """It moves, at the next rescan at the latest, and the card is served."""
    s.rescan(s.right)
    t.check(s.start(bar) != before, f"BAR {bar} to move")
    t.check(state(s.m, bar).startswith("movable"),
            f"BAR {bar} to be movable again, not {state(s.m, bar)}")
    t.equal(s.unserved(s.right), [], "BARs without an address")
    expect_sound(t, s.m)


def hold(m, way, bar=RAM_BAR):
    """Starts a process that holds one of the mover's BARs.  Return: its Job."""
    job = m.guest.start(f"exec barmap hold {way} {MOVER} {bar}")
    job.wait_output("held")
    return job


def end(job):
    """Ends a process.  Return: what it printed."""
    job.kill()
    return job.wait()


@case("12-pins-process", limit=120)
def by_process(t):
    """A process maps the BAR: sysfs, combining writes, /proc, /dev/mem."""
    with boot(t, ram_mover()) as m:
        s = RamShuttle(m)
        probe(m, MOVER, 1)
        for way in ("sysfs", "sysfs-wc", "proc", "mem"):
            s.turn(s.left)
            job = hold(m, way)
            place = expect_held(t, s, RAM_BAR, BY_PROCESS)
            end(job)
            expect_released(t, s, RAM_BAR, place)
            probe_again(m, MOVER, 1)
            t.note(f"{way}: held, refused, released, moved")


@case("12-pins-gone", limit=90)
def by_process_of_one_that_is_gone(t):
    """A process has mapped a card that is gone. Who comes to its place is not reached
    through that mapping."""
    with t.boot("nested-2") as m:
        first, _ = plug_ram(m, "ram0", "slot0", 256 * MIB)
        place = pci.bars(m, first)[RAM_BAR]
        job = m.guest.start(f"exec barmap last {first} {RAM_BAR}")
        job.wait_output("held")
        m.unplug("ram0", quick=True)
        second, _ = plug_ram(m, "ram1", "slot0", 256 * MIB)
        t.equal(pci.bars(m, second)[RAM_BAR].start, place.start, "the same place")
        probe(m, second, 1)
        job.kill()
        said = job.wait(check=False).strip()
        t.check("a fault at a mapped BAR" in said, f"nothing there for it, not: {said}")
        probe_again(m, second, 1)


@case("12-pins-vfio", limit=120)
def by_vfio(t):
    """vfio-pci keeps its device where it is: bound, open, mapped."""
    with boot(t, ram_mover() + ["-device", "intel-iommu"], IOMMU) as m:
        s = RamShuttle(m)
        probe(m, MOVER, 1)
        for way in (None, "vfio-open", "vfio"):
            s.turn(s.left)
            give_to_driver(m, MOVER, "vfio-pci")
            job = way and hold(m, way)
            place = expect_held(t, s, RAM_BAR, BY_DRIVER)
            if job:
                end(job)
            give_to_driver(m, MOVER, "")
            expect_released(t, s, RAM_BAR, place)
            probe_again(m, MOVER, 1)
            t.note(f"{way or 'bound'}: held, refused, released, moved")


@case("12-pins-cmb", limit=90)
def by_cmb(t):
    """A drive's memory buffer, known to the controller by its bus address and
    offered for peer-to-peer DMA as pages, until the driver is unbound. Then it stays for
    a process that has mapped the registers: all BARs of a device stop together."""
    with boot(t, mover("nvme,serial=moves,cmb_size_mb=2")) as m:
        s = RamShuttle(m)
        give_to_driver(m, MOVER, "")
        s.turn(s.left)
        give_to_driver(m, MOVER, "nvme")
        size = int(m.run(f"cat /sys/bus/pci/devices/{MOVER}/p2pmem/size"))
        t.check(size, "memory for peer-to-peer DMA")
        place = expect_held(t, s, 2, "pinned, its address is known elsewhere")
        t.note(f"{size >> 10} KiB of peer-to-peer memory: held and refused")
        give_to_driver(m, MOVER, "")
        expect_released(t, s, 2, place)
        s.turn(s.left)
        job = hold(m, "sysfs", 0)
        place = expect_held(t, s, 2, BY_PROCESS)
        t.note("another BAR of it mapped by a process: held and refused")
        end(job)
        expect_released(t, s, 2, place)


@case("12-pins-vfs", limit=90)
def by_vfs(t):
    """BARs of Virtual Functions, as long as there are any."""
    drive = mover("nvme,serial=moves,subsys=subsys,sriov_max_vfs=4,"
                  "sriov_vq_flexible=8,sriov_vi_flexible=4")
    with boot(t, ["-device", "nvme-subsys,id=subsys"] + drive) as m:
        s = Shuttle(m, edu_function)
        s.turn(s.left)
        path = f"/sys/bus/pci/devices/{MOVER}"
        m.run(f"echo 0 > {path}/sriov_drivers_autoprobe")
        m.run(f"echo 4 > {path}/sriov_numvfs")
        place = expect_held(t, s, VF_BAR, "Virtual Functions are enabled")
        t.note("4 Virtual Functions: held and refused")
        m.run(f"echo 0 > {path}/sriov_numvfs")
        expect_released(t, s, VF_BAR, place)
        register = m.run(f"setpci -s {MOVER} {VF_BAR_REGISTERS}").split()
        t.equal(int(register[1] + register[0], 16) & ~0xf, s.start(VF_BAR),
                "the register in the SR-IOV capability")
        m.run(f"echo 1 > {path}/sriov_drivers_autoprobe; echo 4 > {path}/sriov_numvfs")
        # Their state, by what the driver finds in their registers (CSTS.CFS)
        m.wait_until("[ $(dmesg | grep -c 'Device not ready.*CSTS=0x2$') = 4 ]", 20,
                     "each of the Virtual Functions to say that it is offline")


def check_looked(t, job, text):
    """A process has looked all the time, and nothing was ever wrong."""
    t.check(job.running, f"{text} to go on: {job.output}")
    out = end(job)
    times = re.search(r"looked (\d+) times, \d+ words each, 0 wrong", out)
    t.check(times, f"counts, not: {out}")
    t.check(int(times[1]) > 100, f"more than {times[1]} looks")
    t.note(f"{text}: {out.splitlines()[-1]}")


@case("12-pin-race", limit=120)
def race(t):
    """A process maps and unmaps the BAR while cards make it move: either the
    process wins or the move, and never is a word wrong."""
    with boot(t, ram_mover()) as m:
        s = RamShuttle(m)
        job = m.guest.start(f"exec barmap race {MOVER} {RAM_BAR}")
        job.wait_output("looking")
        mark = m.log_mark()
        moved, held = s.shuttle(RAM_BAR, 8, 8)
        t.note(f"moved {moved} times, held {held} times")
        logged = [move for move in pci.moves(m.dmesg_since(mark))
                  if move.device == MOVER and move.bar == RAM_BAR]
        t.equal(len(logged), moved, "moves in the log")
        check_looked(t, job, "mapped, looked, unmapped")
        expect_sound(t, m)


@case("12-fixed-in-use", limit=120)
def fixed_in_use(t):
    """A process reads and writes a fixed BAR all the time, while cards come and
    go and the windows around it change."""
    with boot(t, ram_mover()) as m:
        s = RamShuttle(m)
        job = m.guest.start(f"exec barmap watch {FIXED} {RAM_BAR}")
        job.wait_output("looking")
        mark = m.log_mark()
        before = pci.bars(m, FIXED)
        for side in (s.left, s.right):
            s.remove(s.other(side))
            s.unplug_side(side)
            s.plug_side(side)
        moved, _ = s.shuttle(RAM_BAR, 20)
        t.equal(pci.bars(m, FIXED), before, "the fixed BARs")
        switches = pci.summaries(m.dmesg_since(mark))
        t.equal(len(switches), moved + 2, "switches in the log")
        t.note(f"{len(switches)} switches of the windows around it")
        check_looked(t, job, "the fixed BAR")
        expect_sound(t, m)
