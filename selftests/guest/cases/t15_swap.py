# SPDX-License-Identifier: GPL-2.0
"""Memory is swapped out to disks whose registers move; and a disk recovers from
errors while its neighbour moves."""

import re

from vm import pci
from vm.ktap import case
from vm.load import Load

from ._common import (FIX_EDU, expect_refused, expect_served, expect_sound, plug_edu,
                      show_moves, skip_if_locks_are_proved, wait_logged, wait_served)
from .t02_nvme import disk_of
from .t09_later import DISK0, DISK1, works

CHUNKS, CHUNK_MIB, SPARE_MIB = 16, 4, 24

# So many pages, at least, go out and come back before a move, and after it.
PAGES = 500

# What the log says when a port begins to recover from an error, and when it has
ERROR, RECOVERED = "Uncorrectable (Fatal) Error message", "device recovery successful"

# So many machines, at most, until a move and a recovery meet
ATTEMPTS = 4

# Programs are never swapped out.
KEEP_PROGRAMS = "rootfstype=ramfs"

# All memory but a little is taken by what cannot be swapped out.
EAT = f"""
mkdir -p /eat /hog
mount -t ramfs ramfs /eat
mount -t tmpfs -o size=1G tmpfs /hog
set -- $(grep MemAvailable: /proc/meminfo)
dd if=/dev/zero of=/eat/it bs=1M count=$(($2 / 1024 - {SPARE_MIB})) 2>/dev/null
"""

# More than is left: each round reads all of it, compares, and writes it anew.
HOG = f"""
cd /hog
write() {{
    dd if=/dev/urandom of=$1 bs=1M count={CHUNK_MIB} 2>/dev/null &&
        md5sum $1 >/hog/$1.sum || exit 1
}}
i=0
while [ $i -lt {CHUNKS} ]; do write $i; i=$((i + 1)); done
round=0
while :; do
    i=0
    while [ $i -lt {CHUNKS} ]; do
        md5sum -c -s $i.sum || {{ echo "chunk $i differs"; exit 1; }}
        write $i
        i=$((i + 1))
    done
    round=$((round + 1))
    echo "round $round"
done
"""


def vmstat(m):
    """Return: name -> count, of what memory management did."""
    lines = m.run("cat /proc/vmstat").splitlines()
    return {name: int(value) for name, value in map(str.split, lines)}


def swap_on(m):
    """Swaps to both disks."""
    for address in (DISK1, DISK0):
        disk = "/dev/" + disk_of(m, address)
        m.run(f"mkswap {disk} && swapon {disk}")


def rounds(hog):
    """Return: how often the hog has compared all of its memory."""
    return hog.output.count("round ")


def wait_round(m, hog, seconds=90):
    """Waits until the hog has compared everything once more."""
    wanted = rounds(hog) + 2
    m.guest.wait_for(lambda: rounds(hog) >= wanted or not hog.running, seconds,
                     "two more rounds of comparing memory")


def swapped(m, since):
    """Return: pages that went out, and that came back, since what vmstat() said."""
    now = vmstat(m)
    return [now[name] - since[name] for name in ("pswpout", "pswpin")]


def wait_swapping(m, hog, since):
    """Waits until enough pages went both ways; a hog that reads what is still in memory
    needs a while."""
    m.guest.wait_for(lambda: min(swapped(m, since)) >= PAGES or not hog.running, 60,
                     f"{PAGES} pages to be swapped out and in")


def move_under_pressure(t, m, hog, name, functions):
    """Plugs a card while memory is swapped.  Return: moves and summaries."""
    wait_swapping(m, hog, vmstat(m))
    before = vmstat(m)
    mark = m.log_mark()
    new = plug_edu(m, name, functions)
    lines = m.dmesg_since(mark)
    moves, summaries = show_moves(t, lines)
    t.equal(pci.refusals(lines), [], "refusals")
    expect_served(t, m, new[0], 0)
    out, back = swapped(m, before)
    t.note(f"meanwhile {out} pages were swapped out and {back} in")
    t.check(out or back, "pages swapped out or in meanwhile")
    wait_swapping(m, hog, vmstat(m))
    t.check(hog.running, f"memory as it was written:\n{hog.output[-300:]}")
    return moves, summaries


def swap(t, standing):
    """Two cards, one after the other, for which a swap disk has to move: first
    aside, then to the other side of the second one."""
    with t.boot("wedged", append=f"{FIX_EDU} {KEEP_PROGRAMS}",
                memory="512M") as m:
        if standing:
            pci.stand(m, "nvme", standing)
        swap_on(m)
        m.run(EAT)
        hog = m.guest.start(HOG)
        hog.wait_output("round 1\n", 140)
        first, said = move_under_pressure(t, m, hog, "a", 3)
        t.equal({move.device for move in first}, {DISK1}, "who moved")
        m.unplug("a0", quick=True)
        second, more = move_under_pressure(t, m, hog, "b", 4)
        t.equal({move.device for move in second}, {DISK1}, "who moved")
        field = "paused" if standing else "live"
        t.equal([getattr(s, field) for s in said + more], [1, 1],
                f"{field} drivers")
        wait_round(m, hog)
        t.check(hog.running, f"memory as it was written:\n{hog.output[-300:]}")
        t.equal(vmstat(m)["oom_kill"], 0, "processes killed for want of memory")
        t.note(f"{rounds(hog)} rounds of {CHUNKS * CHUNK_MIB} MiB compared")
        expect_sound(t, m)


@case("15-swap-live", limit=150)
def swap_live(t):
    """With the drivers running on."""
    swap(t, None)


@case("15-swap-paused", limit=150)
def swap_paused(t):
    """With the drivers paused: nobody can be swapped out or in meanwhile."""
    swap(t, "paused")


class LoadBesideErrors(Load):
    """On one disk. Lets the driver of the other one tell of its errors: they are made."""

    def __init__(self, m, disk, other):
        super().__init__(m, [disk])
        controller = re.sub(r"n\d+$", "", other)
        self.EXPECTED = re.compile(
            rf"nvme {controller}: (frozen state error detected, reset controller|"
            "restart after slot reset)$")


def moved_meanwhile(lines):
    """Return: whether BARs moved while a port recovered."""
    recovering = False
    for line in lines:
        if ERROR in line or RECOVERED in line:
            recovering = ERROR in line
        if recovering and pci.summaries([line]):
            return True
    return False


def move_beside_error(t, m, standing, name, functions):
    """Lets the port above one disk recover from a fatal error, and the other disk move
    once that has begun.  No card can be found while a link is reset (pci_slot_mutex):
    so this one is there already, and was refused.  Return: what the kernel logged since
    the error."""
    pci.stand(m, "nvme", "fixed")
    mark = m.log_mark()
    refused = plug_edu(m, name, functions)[-1]
    expect_refused(t, m.dmesg_since(mark), refused)
    port = pci.hardware(m)["0000:03:00.0"]["qdev_id"]
    mark = m.log_mark()
    m.hmp(f"pcie_aer_inject_error {port} DLP")
    wait_logged(m, mark, ERROR)
    pci.stand(m, "nvme", standing)
    m.run("echo 1 > /sys/bus/pci/rescan")
    wait_logged(m, mark, RECOVERED)
    wait_served(m, refused)
    lines = m.dmesg_since(mark)
    moves, summaries = show_moves(t, lines)
    t.equal({move.device for move in moves}, {DISK1}, "who moved")
    t.equal([getattr(s, standing) for s in summaries], [1], f"{standing} drivers")
    expect_served(t, m, refused, 0)
    return lines


def error_beside(t, standing):
    """Two cards, one after the other.  For the first one nothing has to change that is
    recovering, for the second one the window of the port.  Return: whether the first
    move came in the middle of a recovery."""
    with t.boot("wedged", append=FIX_EDU) as m:
        skip_if_locks_are_proved(m)
        load = LoadBesideErrors(m, disk_of(m, DISK1), disk_of(m, DISK0)).start()
        overlap = moved_meanwhile(move_beside_error(t, m, standing, "a", 3))
        m.unplug("a0", quick=True)
        move_beside_error(t, m, standing, "b", 4)
        t.note("\n".join(load.stop().lines()))
        works(m, DISK0)
    return overlap


def expect_overlap(t, standing):
    """The link is reset for a second.  For up to half of it, the move waits for the
    locks of what is being reset; on a machine with other work, for longer."""
    t.check(any(error_beside(t, standing) for _ in range(ATTEMPTS)),
            f"one move of {ATTEMPTS} in the middle of a recovery")


@case("15-error-beside-live", limit=240)
def error_beside_live(t):
    """One disk recovers from fatal errors while the other moves, its driver running."""
    expect_overlap(t, "live")


@case("15-error-beside-paused", limit=240)
def error_beside_paused(t):
    """The same, the driver paused."""
    expect_overlap(t, "paused")
