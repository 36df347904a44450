# SPDX-License-Identifier: GPL-2.0
"""arm64, without firmware: Linux assigns all addresses itself, from a device tree."""

import re

from vm import pci
from vm.ktap import case
from vm.load import LoadError, trouble
from vm.machine import ARM64

from ._bartest import MODULE, expect_maps, tell
from ._common import (GIB, MIB, RAM_BAR, expect_refused, expect_served,
                      expect_sound, expect_stock_fails, give_to_driver,
                      plug_edu, plug_ram, probe, probe_again, show_moves)
from .t00_boot import SUITES, check_suite
from .t17_mappings import expect_loop, loop_result

TOPOLOGY = "arm64-nested"
FIXED = "pci-stub.ids=1234:11e8,1b36:0005"
DISKS = ["nvme0n1", "nvme1n1"]

# With 1 MiB of registers each: more than an empty slot has, and as many as there is
# room for beside `tested`, whose small BAR stays
FUNCTIONS = 7

# Kind, offset, size (0: all of the BAR), the page table entry expected in the middle;
# the last by entries with the contiguous bit.
KINDS = [
    ("uc", 0, 0, GIB),
    ("wc", 0, 0, GIB),
    ("uc", 0, 0x1000, 0x1000),
    ("uc", 0x1235, 0x2346, 0x1000),
    ("wc", 64 * MIB, 3 * MIB, 2 * MIB),
    ("uc", 128 * MIB, 64 * MIB, 2 * MIB),
    ("uc", 256 * MIB, MIB // 4, 0x1000),
]

# Memory types are in the page tables alone, and those have four levels or more.
SKIPPED = {"refuses_write_through", "refuses_reserved", "refuses_other_memtype",
           "refuses_uppermost_leaf"}

# Maps the console in the fixmap, and leaves it there.
EARLYCON = "earlycon=pl011,0x9000000"

# Two patterns in turn, so that what was not written shows.
COPY = """cd /tmp
for f in a b; do head -c 1048576 /dev/urandom > {disk}.$f; done
while [ ! -e {disk}.stop ]; do
    for f in a b; do
        dd if={disk}.$f of=/dev/{disk} bs=64k oflag=direct 2>/dev/null || exit 2
        dd if=/dev/{disk} bs=64k count=16 iflag=direct 2>/dev/null |
            cmp - {disk}.$f || exit 3
    done
    echo round
done"""


class Copies:
    """Load that verifies itself, of what busybox has: each disk is written and
    read back through, until stop()."""

    def __init__(self, m):
        self.m = m
        self.mark = m.log_mark()
        self.devices = set(m.run("ls /sys/bus/pci/devices").split())
        self.jobs = {disk: m.guest.start(COPY.format(disk=disk))
                     for disk in DISKS}
        self.more()

    def rounds(self):
        """Return: rounds that each disk has done."""
        return {disk: job.output.count("round\n")
                for disk, job in self.jobs.items()}

    def more(self, rounds=2):
        """Waits until each disk has done so many more rounds, then checks."""
        before = self.rounds()
        for disk, job in self.jobs.items():
            self.m.guest.wait_for(
                lambda disk=disk, job=job: not job.running or
                self.rounds()[disk] >= before[disk] + rounds, 60,
                f"{disk} to be written and read")
        self.check()

    def check(self):
        """Raises LoadError if data was wrong or the log complains."""
        for disk, job in self.jobs.items():
            if not job.running:
                raise LoadError(f"{disk}: status {job.status}\n{job.output}")
        bad = trouble(self.m.dmesg_since(self.mark), self.devices)
        if bad:
            raise LoadError("the kernel complains:\n" + "\n".join(bad))

    def stop(self):
        """Return: rounds that each disk has done, all of them verified."""
        self.check()
        for disk, job in self.jobs.items():
            self.m.run(f": > /tmp/{disk}.stop")
            job.wait(60)
        return self.rounds()


def mappings(m):
    """Return: virtual -> physical address of each kernel mapping of MMIO."""
    return {int(v, 16): int(p, 16) for v, p in re.findall(
        r"^0x(\w+)-0x\w+ .* phys=0x(\w+) ioremap", m.run("cat /proc/vmallocinfo"),
        re.M)}


@case("21-arm64-kunit", limit=120, platform=ARM64)
def kunit(t):
    """The kernel's unit tests pass, and leave out only what is x86's."""
    with t.boot(TOPOLOGY, kunit=True, append=EARLYCON) as m:
        for suite in SUITES:
            check_suite(t, suite,
                        m.run(f"cat /sys/kernel/debug/kunit/{suite}/results"), SKIPPED)


@case("21-arm64-nested", limit=240, platform=ARM64)
def nested(t):
    """256 MiB, then 4 GiB below the inner of two switches, under load."""
    expect_stock_fails(t, TOPOLOGY, lambda m: (
        plug_ram(m, "ram0", "slot0", 256 * MIB)[0], RAM_BAR), append=FIXED)
    with t.boot(TOPOLOGY, append=FIXED) as m:
        disks = {m.address("nvme0"), m.address("nvme1")}
        copies = Copies(m)
        first, lines = plug_ram(m, "ram0", "slot0", 256 * MIB)
        moves, summaries = show_moves(t, lines)
        t.check(disks <= {move.device for move in moves},
                "BARs of both running disks among those that moved")
        t.equal([s.paused for s in summaries], [0], "paused drivers")
        expect_served(t, m, first, 256 * MIB)
        probe(m, first, 1)
        copies.more()
        second, lines = plug_ram(m, "ram1", "slot1", 4 * GIB)
        show_moves(t, lines)
        expect_served(t, m, second, 4 * GIB)
        probe(m, second, 2)
        probe_again(m, first, 1)
        copies.more()
        t.note(f"rounds verified: {copies.stop()}")


def registers(m, ident):
    """Return: BAR 0 of a device, and virtual -> physical address of the kernel
    mappings over it."""
    bar = pci.bars(m, m.address(ident))[0]
    return bar.start, {virt: phys for virt, phys in mappings(m).items()
                       if bar.start <= phys <= bar.end}


@case("21-arm64-registers", limit=240, platform=ARM64)
def registers_move(t):
    """Registers of running disks are in the way: their drivers' pointers stay."""
    expect_stock_fails(t, TOPOLOGY, lambda m: (plug_edu(m, "new", FUNCTIONS)[-1], 0),
                       append=FIXED)
    with t.boot(TOPOLOGY, append=FIXED) as m:
        before = {ident: registers(m, ident) for ident in ("nvme0", "nvme1")}
        copies = Copies(m)
        mark = m.log_mark()
        new = plug_edu(m, "new", FUNCTIONS)
        moves, summaries = show_moves(t, m.dmesg_since(mark))
        t.equal([(s.live, s.paused) for s in summaries], [(2, 0)],
                "live and paused drivers")
        copies.more()
        for ident, (old, held) in before.items():
            t.check(len(held) >= 2, f"mappings of {ident}: {held}")
            now, follow = registers(m, ident)
            t.check(now != old, f"BAR 0 of {ident} to move from {old:#x}")
            t.equal(follow, {virt: phys - old + now for virt, phys in held.items()},
                    f"mappings of {ident}")
        for address in new:
            expect_served(t, m, address, 0)
        t.note(f"{len(moves)} BARs moved, rounds verified: {copies.stop()}")


@case("21-arm64-mappings", limit=180, platform=ARM64)
def every_kind(t):
    """Mappings of each memory type and by each kind of page table entry follow,
    while each CPU maps, compares and unmaps."""
    with t.boot(TOPOLOGY, append=FIXED) as m:
        tested = m.address("tested")
        m.load_module(MODULE)
        give_to_driver(m, tested, "bartest")
        for kind, offset, size, _ in KINDS:
            tell(m, f"map {tested} {RAM_BAR} {kind} {offset} {size}")
        held = expect_maps(t, m, len(KINDS))
        t.equal(sorted((one.type, one.leaf) for one in held),
                sorted((kind, leaf) for kind, _, _, leaf in KINDS),
                "kinds of mappings")
        old = pci.bars(m, tested)[RAM_BAR].start
        tell(m, f"loop {tested} {RAM_BAR}")
        rounds = loop_result(m)
        new, lines = plug_ram(m, "ram0", "slot0", 256 * MIB)
        show_moves(t, lines)
        t.check(pci.bars(m, tested)[RAM_BAR].start != old, "the BAR to move")
        expect_maps(t, m, len(KINDS))
        expect_loop(t, rounds, loop_result(m))
        tell(m, "loop stop")
        expect_served(t, m, new, 256 * MIB)
        expect_sound(t, m)


@case("21-arm64-pins", limit=120, platform=ARM64)
def pins(t):
    """A BAR that a process has mapped stays, though no memory type tells of it."""
    with t.boot(TOPOLOGY, append=FIXED) as m:
        tested, bar = m.address("tested"), f"BAR {RAM_BAR}"
        for way in ("sysfs", "sysfs-wc", "mem"):
            t.equal(pci.state(m, tested, bar), "movable: no driver", "before")
            job = m.guest.start(f"exec barmap hold {way} {tested} {RAM_BAR}")
            job.wait_output("held")
            t.equal(pci.state(m, tested, bar), "fixed: mapped by a process", way)
            if way == "mem":
                break
            job.kill()
            job.wait(check=False)
        old = pci.bars(m, tested)[RAM_BAR].start
        new, lines = plug_ram(m, "ram0", "slot0", 256 * MIB)
        t.note(expect_refused(t, lines, new))
        t.equal(pci.bars(m, tested)[RAM_BAR].start, old, "the BAR that is mapped")
        job.kill()
        job.wait(check=False)
        m.run("echo 1 > /sys/bus/pci/rescan")
        expect_served(t, m, new, 256 * MIB)
        t.check(pci.bars(m, tested)[RAM_BAR].start != old, "the BAR to move")
