# SPDX-License-Identifier: GPL-2.0
"""Everything at once: hot-plug from outside, and in the guest all that an
administrator or a power manager may do meanwhile, under verified load.

SOAK_SECONDS= and SOAK_CYCLES= (hot-adds, each with its removal) say for how
long; whatever comes last ends it.  SOAK_SEED= repeats a sequence of plugging.
After ROUND cycles all is accounted for, and it goes on with a machine newly
booted."""

import os
import random
import time
from collections import Counter

from vm import PATIENCE, pci
from vm.guest import GuestError
from vm.ktap import case
from vm.load import Load

from ._bartest import MODULE
from ._common import (GIB, MIB, expect_served, expect_sound, plug_ram,
                      probe)

SECONDS = int(os.environ.get("SOAK_SECONDS") or 60)
CYCLES = int(os.environ.get("SOAK_CYCLES") or 0)
SEED = os.environ.get("SOAK_SEED") or str(random.randrange(1 << 32))

# One cycle takes half a second where nobody else wants the processors.
LIMIT = 180 + 2 * SECONDS + 20 * CYCLES
ROUND = 500

# Twelve more slots than the machine has otherwise, half of them in each switch
MORE_SLOTS = [f"more{n}" for n in range(12)]
MORE_PORTS = [word for n, slot in enumerate(MORE_SLOTS) for word in (
    "-device", f"xio3130-downstream,id={slot},bus=up{n % 2},addr={8 + n // 2:#x},"
    f"chassis={30 + n},slot={30 + n}")]
SLOTS = ["slot0", "slot1", "left", "right"] + MORE_SLOTS
SIZES = [MIB, 16 * MIB, 256 * MIB, GIB, 4 * GIB, 8 * GIB, 16 * GIB]
NIC = "0000:08:00.0"

# In the slot that is left: a controller without a disk, with Virtual Functions.
SRIOV_DEVICE = ["-device", "nvme-subsys,id=sriov", "-device",
                "nvme,id=sriov0,serial=sriov,subsys=sriov,bus=slot2,"
                "sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2"]

# Sets $picked to the folder of a device that was hot-added.
PICK = """
pick() {
    set -- $(grep -l 0x1110 /sys/bus/pci/devices/*/device)
    [ $# != 0 ] && shift $((RANDOM % $#)) && picked=${1%/device}
}
"""

# What each worker does again and again, with success if it was done, and the pause
# in between, in seconds: long enough for the slots to get their turn at the locks.
WORKERS = {
    "rescan": ("echo 1 > /sys/bus/pci/rescan", 1.2),
    "remove": ("pick && echo 1 > $picked/remove && sleep 0.2 && "
               "echo 1 > /sys/bus/pci/rescan", 2),
    "bind": (f"cd /sys/bus/pci/drivers/e1000e && echo {NIC} > unbind && sleep 0.1 && "
             f"echo {NIC} > bind", 1.6),
    "reset": (f"echo 1 > /sys/bus/pci/devices/{NIC}/reset", 2.8),
    "power": ("""
        for control in /sys/bus/pci/devices/*/power/control; do
            [ $((RANDOM % 2)) = 0 ] && echo auto > $control || echo on > $control
        done; true""", 2),
    "cpu": ("cd /sys/devices/system/cpu/cpu1 && echo 0 > online && sleep 0.3 && "
            "echo 1 > online", 2),
    # lspci fails if what it looks at goes away meanwhile.
    "list": (f"lspci -vv; cat {pci.LISTING}", 2),
    # The test driver is there only now and then.
    "standing": ("""
        cd /sys/kernel/debug/pci
        echo bartest paused > bar_standing
        echo nvme paused > bar_standing && sleep 1 && echo nvme live > bar_standing""",
                 4),
    "vfs": ("cd /sys/bus/pci/devices/$SRIOV && echo 2 > sriov_numvfs && sleep 0.4 && "
            "[ $(cat sriov_numvfs) = 2 ] && echo 0 > sriov_numvfs", 1.6),
    # Binds to a device, and leaves it by being unloaded.
    "module": ("""
        [ -e /sys/module/pci_bartest ] || insmod /tmp/pci_bartest.ko
        pick && echo bartest > $picked/driver_override &&
            echo ${picked##*/} > /sys/bus/pci/drivers_probe &&
            [ $(basename $(readlink $picked/driver)) = bartest ]
        bound=$?; sleep 0.4; rmmod pci_bartest && [ $bound = 0 ]""", 1.6),
    "map": ("pick && d=${picked##*/} && barprobe write $d 2 1 && barprobe check $d 2 1",
            1.2),
}


class WatchedLoad(Load):
    """Looks at each line of the log once, as the console prints it: the kernel's own
    buffer does not hold what hours bring.

    moved, refused: BARs and devices so far."""

    def __init__(self, m):
        super().__init__(m, network=False)
        self.read = len(m.console)
        self.moved = self.refused = 0

    def log_lines(self):
        lines = self.machine.console[self.read:]
        self.read += len(lines)
        self.moved += len(pci.moves(lines))
        self.refused += len(pci.refusals(lines))
        return lines


class Workers:
    """The shell loops in the guest."""

    def __init__(self, m):
        self.m = m
        sriov = m.address("sriov0")
        self.jobs = {name: m.guest.start(f"""exec bash -c "$(cat <<'END'
            SRIOV={sriov} n=0 done=0
            {PICK}
            while [ ! -e /tmp/stop ]; do
                ({body}) >/dev/null 2>&1 && done=$((done + 1))
                n=$((n + 1)); sleep {pause}
            done
            echo rounds $done of $n
END
)" """)
            for name, (body, pause) in WORKERS.items()}

    def check(self):
        """Raises if a loop ended."""
        ended = [name for name, job in self.jobs.items() if not job.running]
        if ended:
            raise GuestError(f"workers ended: {ended}")

    def stop(self):
        """Return: how many rounds of how many each of them has done."""
        self.check()
        self.m.run("touch /tmp/stop")
        rounds = {}
        for name, job in self.jobs.items():
            job.wait(60)
            words = job.output.split()
            rounds[name] = int(words[1]), int(words[3])
        return rounds


class Plugger:
    """Plugs devices of random size into random slots and takes them out."""

    def __init__(self, m, seed):
        self.m = m
        self.rng = random.Random(seed)
        self.plugged = {}
        self.sizes = []
        self.cycles = 0
        self.number = 0

    def step(self):
        """Fills some of the slots and empties others, all at once."""
        slots = self.rng.sample(SLOTS, self.rng.randint(len(SLOTS) // 2, len(SLOTS)))
        leaving = [slot for slot in slots if slot in self.plugged]
        coming = [slot for slot in slots if slot not in self.plugged]
        for slot in coming:
            self.number += 1
            self.plugged[slot] = f"soak{self.number}"
            self.m.plug_ram(self.plugged[slot], slot, self.next_size())
        self.take_out([self.plugged.pop(slot) for slot in leaving])
        if coming:
            found = " ".join(f"/sys/bus/pci/devices/{self.m.address(self.plugged[slot])}"
                             "/config" for slot in coming)
            self.m.wait_until(f"ls {found}", 60, f"{found} to be there")

    def next_size(self):
        """Return: each of SIZES once, before any comes again."""
        if not self.sizes:
            self.sizes = self.rng.sample(SIZES, len(SIZES))
        return self.sizes.pop()

    def take_out(self, idents):
        """Removes devices."""
        self.m.unplug(*idents, quick=True)
        self.cycles += len(idents)

    def clear(self):
        """Takes everything out."""
        self.take_out(self.plugged.values())
        self.plugged = {}


def assigned(m, devices):
    """Return: (device, BAR) -> size of what has an address."""
    return {(device, i): r.end - r.start + 1
            for device, ranges in pci.resources(m).items() if device in devices
            for i, r in enumerate(ranges[:pci.NR_BARS]) if r.flags and pci.is_assigned(r)}


def plug_for(load, workers, plugger, end, cycles):
    """Plugs and unplugs until @end, and until @cycles and more were done."""
    while (time.monotonic() < end or plugger.cycles < cycles
           or not (load.moved and load.refused)):
        plugger.step()
        load.check()
        workers.check()


def bridges(m):
    """Return: bus numbers and control register of each bridge.  A bridge that
    once lost them has lost all that was below it."""
    spaces = {device: pci.config_bytes(lines)
              for device, lines in pci.config_space(m).items()}
    return {device: (space[0x18:0x1b].hex(), space[0x3e:0x40].hex())
            for device, space in spaces.items() if space[0x0e] & 0x7f == 1}


def soak_round(t, seed, end, cycles):
    """At the end every BAR is accounted for, and the next hot-add is served.
    Return: what was done, counted."""
    # With two, one of which goes off and on, paths meet that four hardly ever take.
    cpus = (4, 2)[t.boots % 2]
    with t.boot("nested-2", cpus=cpus, memory="2G", extra=SRIOV_DEVICE + MORE_PORTS) as m:
        m.run(f"echo 0 > /sys/bus/pci/devices/{m.address('sriov0')}/"
              "sriov_drivers_autoprobe")
        m.load_module(MODULE)
        devices = set(pci.resources(m))
        before = assigned(m, devices)
        numbers = bridges(m)
        load = WatchedLoad(m).start()
        load.devices.discard(NIC)
        workers, plugger = Workers(m), Plugger(m, seed)
        plug_for(load, workers, plugger, end, cycles)
        rounds = workers.stop()
        plugger.clear()
        m.settle()
        report = load.stop()

        t.equal(set(pci.resources(m)), devices, "devices")
        t.equal(assigned(m, devices), before, "BARs with an address, and their sizes")
        t.equal(bridges(m), numbers, "bus numbers and control of the bridges")
        expect_sound(t, m)
        address, _ = plug_ram(m, "last", "slot0", 256 * MIB)
        expect_served(t, m, address, 256 * MIB)
        probe(m, address, 1)

    t.note("workers: " + ", ".join(f"{name} {done} of {tried}" for name, (done, tried)
                                   in rounds.items()))
    t.check(load.moved and load.refused and plugger.cycles,
            "cycles, moves and refusals")
    t.check(all(done for done, _ in rounds.values()), "each worker to have done something")
    return Counter(cycles=plugger.cycles, moves=load.moved, refusals=load.refused,
                   verified=sum(d["ios"] for d in report.disks.values()))


@case("19-soak", limit=LIMIT)
def soak(t):
    """Everything at once."""
    total = Counter()
    begun = time.monotonic()
    end = begun + SECONDS * PATIENCE
    while not total["cycles"] or time.monotonic() < end or total["cycles"] < CYCLES:
        missing = CYCLES - total["cycles"]
        # Each round has a sequence of its own
        seed = f"{SEED}.{t.boots}"
        total += soak_round(t, seed, 0 if missing > ROUND else end, min(missing, ROUND))
        t.note(f"SOAK_SEED={SEED}, round {t.boots}: cycles {total['cycles']}, "
               f"moves {total['moves']}, refusals {total['refusals']}, "
               f"I/O verified {total['verified']} without an error, "
               f"{time.monotonic() - begun:.0f} s")
