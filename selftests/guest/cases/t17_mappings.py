# SPDX-License-Identifier: GPL-2.0
"""Kernel mappings of every kind follow their BAR, however often it moves."""

import re

from vm import pci
from vm.ktap import case

from ._bartest import (DIR, HALF, MODULE, STUBBED, TOPOLOGY, Halves, expect_maps,
                       tell)
from ._common import (GIB, MIB, RAM_BAR, expect_served, expect_sound,
                      give_to_driver, show_moves)

MOVES = 8

# Function of `tested`, kind, offset, size (0: all of the BAR), the page table
# entry expected in the middle.
KINDS = [
    (0, "uc", 0, 0, GIB),
    (1, "wc", 0, 0, 2 * MIB),
    (2, "uc", 0, 0x1000, 0x1000),
    (2, "uc", 0x1235, 0x2346, 0x1000),
    (2, "wc", 64 * MIB, 3 * MIB, 2 * MIB),
    (2, "uc", 128 * MIB, 64 * MIB, 2 * MIB),
]
LOOPED = 3


def hold_all_kinds(t, m, halves):
    """Makes the mappings; checks that they are what was asked for."""
    for function, kind, offset, size, _ in KINDS:
        tell(m, f"map {halves.tested[function]} 2 {kind} {offset} {size}")
    held = expect_maps(t, m, len(KINDS))
    wanted = [(halves.tested[function], kind, leaf)
              for function, kind, _, _, leaf in KINDS]
    t.equal(sorted((one.device, one.type, one.leaf) for one in held),
            sorted(wanted), "kinds of mappings")


def expect_memory_types(t, m, halves, held):
    """The reservations of memory types have come along, and left nothing behind."""
    text = m.run("cat /sys/kernel/debug/x86/pat_memtype_list")
    reserved = {(int(r[1], 16), r[2]) for r in re.finditer(
        r"mem (0x\w+)-0x\w+\] (\S+)", text)}
    names = {"wc": "write-combining", "uc": "uncached-minus"}
    missing = [one for one in held
               if (one.phys & ~0xfff, names[one.type]) not in reserved]
    t.equal(missing, [], f"mappings without reservation in\n{text}")
    here = ranges(m, halves.tested)
    stale = [f"{start:#x}" for start, _ in reserved
             if start in range(halves.left, halves.left + 2 * HALF)
             and not any(start in bar for bar in here)]
    t.equal(stale, [], f"reservations where BARs have been in\n{text}")


def loop_result(m):
    """Return: rounds, wrong words and failures, for each CPU."""
    return [tuple(map(int, line.split()[3::2]))
            for line in m.run(f"cat {DIR}/loop").splitlines()]


def expect_loop(t, before, after):
    """Each CPU went on mapping, and read nothing wrong."""
    t.check(all(b[0] > a[0] for a, b in zip(before, after)),
            f"rounds on each CPU: {before}, then {after}")
    t.equal([r[1:] for r in after], [(0, 0)] * len(after),
            "wrong words and failures of the loops")


@case("17-mappings", limit=240)
def mappings(t):
    """Uncached and write-combining, whole and in part, by entries of 4 KiB,
    2 MiB and 1 GiB; and others mapped and unmapped all the time on each CPU."""
    with t.boot(TOPOLOGY, append=STUBBED, cpus=4) as m:
        halves = Halves(m)
        hold_all_kinds(t, m, halves)
        tell(m, f"loop {halves.tested[LOOPED]} 2")
        mark, place, rounds = m.log_mark(), halves.place(), loop_result(m)
        for _ in range(MOVES):
            halves.move()
            now = halves.place()
            t.check(all(a != b for a, b in zip(place, now)),
                    f"all to move: {place} -> {now}; refused: "
                    f"{pci.refusals(m.dmesg_since(mark))}")
            held = expect_maps(t, m, len(KINDS))
            place = now
        expect_loop(t, rounds, loop_result(m))
        tell(m, "loop stop")
        expect_memory_types(t, m, halves, held)
        expect_sound(t, m)
        moves = pci.moves(m.dmesg_since(mark))
        t.note(f"{len(moves)} BARs moved, mapped and unmapped meanwhile: "
               f"{sum(r[0] for r in loop_result(m))} times")


def ranges(m, devices):
    """Return: where the large BAR of each device is."""
    return [range(bar.start, bar.end + 1) for bar in
            (pci.bars(m, device)[RAM_BAR] for device in devices)]


def overlap(a, b):
    """Whether two ranges have an address in common."""
    return a.start < b.stop and b.start < a.stop


@case("17-exchange", limit=60)
def exchange(t):
    """Two BARs of a running driver take each other's places at once."""
    with t.boot("exchange", append=STUBBED) as m:
        m.load_module(MODULE)
        large, small = both = [m.address("large"), m.address("small")]
        for address in both:
            give_to_driver(m, address, "bartest")
            tell(m, f"map {address} 2 uc {3 * MIB} {2 * MIB}")
            tell(m, f"map {address} 2 wc 0x1000 0x3000")
        m.unplug("pad", quick=True)
        before = ranges(m, both)
        mark = m.log_mark()
        m.plug_ram("new2", "slot0", 2 * GIB, ",addr=0x0.2")
        m.plug_ram("new1", "slot0", GIB, ",addr=0x0.1")
        m.plug_ram("new0", "slot0", GIB // 2, ",addr=0x0.0,multifunction=on")
        new = m.wait_device("new0")
        moves, summaries = show_moves(t, m.dmesg_since(mark))
        for function in range(3):
            expect_served(t, m, f"{new[:-1]}{function}", GIB // 2 << function)
        after = ranges(m, both)
        t.check(overlap(after[0], before[1]) and overlap(after[1], before[0]),
                f"an exchange: {before} -> {after}")
        t.equal([(s.bars, s.live) for s in summaries], [(2, 2)], "who moved")
        t.equal({move.device for move in moves}, {large, small}, "who moved")
        expect_maps(t, m, 4)


@case("17-shared-page", limit=60)
def shared_page(t):
    """BARs of less than a page, side by side in one, stay: a mapping of one is
    a mapping of all."""
    with t.boot(TOPOLOGY, append=STUBBED) as m:
        tested = [m.address(f"tested{i}") for i in range(4)]
        # Firmware gives each BAR a page of its own, the kernel does not.
        for address in tested:
            m.run(f"echo 1 > /sys/bus/pci/devices/{address}/remove")
        m.run(f"echo 1 > /sys/class/pci_bus/{tested[0][:7]}/rescan")
        m.load_module(MODULE)
        for address in tested:
            give_to_driver(m, address, "bartest")
        pages = {pci.bars(m, a)[0].start >> 12 for a in tested}
        t.equal(len(pages), 1, "pages that hold the four small BARs")
        for address in tested:
            t.equal(pci.state(m, address, "BAR 0"),
                    "fixed: others may use the same page", f"{address} BAR 0")
