# SPDX-License-Identifier: GPL-2.0
"""The machine qemu-configs/shuttle.args: cards that make one device change
sides, back and forth."""

from vm import pci

from ._common import MIB

MOVER = "0000:04:00.0"
FIXED = "0000:06:00.0"
WALLS = ("0000:01:", "0000:0b:", "0000:0c:", FIXED)
BUSES = {"slot0": "0000:05", "slot1": "0000:07", "slot2": "0000:08"}

# The case's own limit will do, whatever else the host is busy with.
NO_LIMIT = 3600

# Turns to the one side and the other, and tries again when the mover did not
# move, until there was enough of both.
LOOP = f"""
cd /sys/bus/pci/devices
start() {{{{ sed -n '{{line}}s/ .*//p' {MOVER}/resource; }}}}
next() {{{{
    while [ $(start) = $before ]; do held=$((held + 1)); "$1"; done
    moved=$((moved + 1)) before=$(start)
}}}}
left() {{{{ {{rescan_left}} }}}}
right() {{{{ {{rescan_right}} }}}}
moved=0 held=0 before=$(start)
until [ $moved -ge {{moves}} ] && [ $held -ge {{holds}} ]; do
    {{remove_right}} left; next left
    {{remove_left}} right; next right
done
echo $moved $held
"""


def boot(t, devices, append=""):
    """Boots the machine with QEMU's options for the device that moves."""
    return t.boot("shuttle", append=append, extra=devices)


def mover(device):
    """Return: QEMU's options for a device that moves."""
    return ["-device", f"{device},bus=dpD"]


def ram_mover():
    """A device with memory behind its prefetchable BAR 2."""
    return ["-object", "memory-backend-ram,id=moves,size=1M,share=on",
            *mover("ivshmem-plain,memdev=moves")]


def ram_function(m, ident, slot, size, more):
    """One function with memory behind its prefetchable BAR 2."""
    m.plug_ram(ident, slot, size, more)


def edu_function(m, ident, slot, _size, more):
    """One function with 1 MiB of registers, which are not prefetchable."""
    m.device_add(f"edu,id={ident},bus={slot}{more}")


class Shuttle:
    """The cards, all of them plugged.  Those of one side are known to the
    guest; the others were removed through sysfs, to be found by a rescan."""

    # slot -> sizes of the functions: five need all of the right side, four
    # twice cannot both have it
    left = {"slot0": [MIB] * 5}
    right = {"slot1": [MIB] * 4, "slot2": [MIB] * 4}

    def __init__(self, m, plug):
        """Fixes what has to be, plugs all cards; the mover ends up on the
        right.  @plug: plugs a function."""
        self.m = m
        self.plug = plug
        self._fix()
        self.plug_side(self.left)
        self.remove(self.left)
        self.plug_side(self.right)

    def _fix(self):
        walls = [d for d in pci.resources(self.m) if d.startswith(WALLS)]
        self.m.run(f"""for d in {' '.join(walls)}; do
            echo pci-stub > /sys/bus/pci/devices/$d/driver_override
            echo $d > /sys/bus/pci/drivers_probe; done""")

    def plug_side(self, side):
        """Hot-adds the cards of a side."""
        for slot, sizes in side.items():
            for f in reversed(range(len(sizes))):
                more = ",multifunction=on" if f == 0 else ""
                self.plug(self.m, f"{slot}f{f}", slot, sizes[f],
                          f",addr=0x0.{f}{more}")
            # The last one to be there
            self.m.wait_hot_add(f"{BUSES[slot]}:00.{len(sizes) - 1}")

    def unplug_side(self, side):
        """Hot-removes the cards of a side."""
        for slot in side:
            self.m.unplug(f"{slot}f0", quick=True)

    def remove(self, side):
        """Removes the cards of a side through sysfs."""
        self.m.run(remove_script(side))

    def turn(self, side):
        """Makes the guest forget the other side's cards and find these."""
        self.m.run(remove_script(self.other(side)) + rescan_script(side))

    def rescan(self, side):
        """Tries the cards of a side again."""
        self.m.run(rescan_script(side))

    def other(self, side):
        """Return: the other side."""
        return self.left if side is self.right else self.right

    def start(self, resource):
        """Return: where a BAR of the mover is, or (7) what its VFs have."""
        return pci.resources(self.m)[MOVER][resource].start

    def shuttle(self, bar, moves, holds=0):
        """Turns from side to side until the mover's BAR, which is on the
        right, has moved and was held that often.  Return: how often."""
        out = self.m.run(LOOP.format(
            line=bar + 1, moves=moves, holds=holds,
            rescan_left=rescan_script(self.left),
            rescan_right=rescan_script(self.right),
            remove_left=remove_script(self.left),
            remove_right=remove_script(self.right)), NO_LIMIT)
        moved, held = map(int, out.split())
        return moved, held

    def unserved(self, side):
        """Return: the memory BARs of a side's cards without an address."""
        return [(d, i) for d, ranges in pci.resources(self.m).items()
                if d.startswith(tuple(BUSES[slot] for slot in side))
                for i, r in enumerate(ranges[:pci.NR_BARS])
                if r.flags & pci.IORESOURCE_MEM and not pci.is_assigned(r)]


class RamShuttle(Shuttle):
    """With prefetchable BARs.  There the left side is aligned to its size, so
    that a card with a single BAR needs all of it."""

    right = {"slot1": [4 * MIB]}

    def __init__(self, m):
        super().__init__(m, ram_function)


def device(slot):
    """Return: a slot's card in sysfs, without the function."""
    return f"/sys/bus/pci/devices/{BUSES[slot]}:00"


def remove_script(side):
    """Removes the cards of a side, as far as they are known."""
    return "".join(f"for r in {device(slot)}.*/remove; do "
                   "[ ! -e $r ] || echo 1 > $r; done\n" for slot in side)


def rescan_script(side):
    """Finds the cards of a side."""
    return "".join(f"echo 1 > /sys/class/pci_bus/{BUSES[slot]}/rescan\n"
                   for slot in side)
