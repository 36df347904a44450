# SPDX-License-Identifier: GPL-2.0
"""An NVMe drive for which only moving a running one's registers makes room."""

from vm import pci
from vm.ktap import case
from vm.load import Load

from ._common import (FIX_EDU, expect_served, expect_stock_fails, show_moves)

RUNNING = {"0000:04:00.0", "0000:05:00.0"}
# On these buses
WALLS = ("0000:01:", "0000:07:")
FUNCTIONS = 3


def plug_drive(m):
    """Plugs a drive with three controllers of 1 MiB of registers each; the
    guest looks once function 0, the last one, is there.  Return: addresses."""
    for function in reversed(range(FUNCTIONS)):
        disk = m.add_disk(f"new{function}")
        m.device_add(f"nvme,id=new{function},bus=slot0,addr=0x0.{function},"
                     f"serial=new{function},drive={disk},max_ioqpairs=65535"
                     + (",multifunction=on" if function == 0 else ""))
    first = m.wait_device("new0")
    return [first[:-1] + str(f) for f in range(FUNCTIONS)]


def disk_of(m, address):
    """Return: name of the block device of an NVMe controller."""
    return m.run(f"ls /sys/bus/pci/devices/{address}/nvme/nvme*/ | "
                 "grep -E '^nvme[0-9]+n1$'").strip()


def start_all(m, addresses):
    """Waits for the disks of new controllers, starts load on them."""
    for address in addresses:
        m.wait_until(f"ls /sys/bus/pci/devices/{address}/nvme/nvme*/ | "
                     "grep -qE '^nvme[0-9]+n1$'", 20, f"a disk at {address}")
    return Load(m, [disk_of(m, a) for a in addresses]).start()


def make_room(t, m, paused=False):
    """Plugs the drive; checks that a running one's BAR 0 moved for it, and that
    nobody else's driver was disturbed.  Return: the addresses of the new controllers
    and of the moved one."""
    before = pci.resources(m)
    mark = m.log_mark()
    new = plug_drive(m)
    moves, summaries = show_moves(t, m.dmesg_since(mark))
    moved = {move.device for move in moves if move.bar == 0} & RUNNING
    t.equal(len(moved), 1, "running disks whose BAR 0 moved")
    t.equal([(s.live, s.paused) for s in summaries], [(0, 1) if paused else (1, 0)],
            "live and paused drivers")
    after = pci.resources(m)
    walls = [device for device in before if device.startswith(WALLS)]
    t.check(walls, "devices that are fixed")
    for wall in walls:
        t.equal(after[wall], before[wall], f"BARs of {wall}, which is fixed")
    for address in new:
        expect_served(t, m, address, 0)
    return new, min(moved)


def stock_plug(m):
    """Return: the BAR that stock has no room for."""
    return plug_drive(m)[FUNCTIONS - 1], 0


@case("02-nvme-in-the-way", limit=150)
def nvme_in_the_way(t):
    """Its load goes on, and the new drive's three controllers work."""
    expect_stock_fails(t, "wedged", stock_plug, append=FIX_EDU)
    with t.boot("wedged", append=FIX_EDU) as m:
        load = Load(m).start()
        new, _ = make_room(t, m)
        more = start_all(m, new)
        more.run_for(2)
        t.note("\n".join(more.stop().lines() + load.stop().lines()))


@case("02-nvme-paused", limit=150)
def nvme_paused(t):
    """The same with the driver paused around the move, not running on."""
    with t.boot("wedged", append=FIX_EDU) as m:
        pci.stand(m, "nvme", "paused")
        load = Load(m).start()
        new, _ = make_room(t, m, paused=True)
        more = start_all(m, new)
        more.run_for(2)
        t.note("\n".join(more.stop().lines() + load.stop().lines()))
