# SPDX-License-Identifier: GPL-2.0
"""Whatever fails on the way to a new layout, everything is as it was.

FAULTS=all lets really every step fail; else only the first of each kind (of the
33 locks in a move, say), and the last register write."""

import re

from vm import pci
from vm.ktap import case
from vm.load import Load

from ._common import ALL_FAULTS, FIX_EDU, expect_sound
from .t02_nvme import plug_drive

FAULT = "/sys/kernel/debug/pci/movable_fault"

# In the guest: whether a failure has changed anything. A driver that was paused has
# mapped its registers anew: elsewhere, once it is done with it.
VERDICT = """
verdict() {
    while [ -e /tmp/paused ] && grep -qvx live /sys/class/nvme/*/state; do
        sleep 0.05
    done
    echo "$* $(pcistate compare /tmp/before $(cat /tmp/paused 2>/dev/null) 2>/tmp/difference)"
}
"""

STEP_FAILS = VERDICT + f"""
echo $N > {FAULT}/step
echo 1000 > {FAULT}/times
echo 1 > /sys/bus/pci/rescan
name=$(grep failed {FAULT}/passed)
echo 0 > {FAULT}/times
verdict $name
"""

ALLOCATION_FAILS = VERDICT + """
for knob in failslab fail_page_alloc; do
    echo N > /sys/kernel/debug/$knob/ignore-gfp-wait
    echo 0 > /sys/kernel/debug/$knob/verbose
done
echo 0 > /sys/kernel/debug/fail_page_alloc/min-order
# What the drivers of the new devices allocate is not the move's
echo 0 > /sys/bus/pci/drivers_autoprobe
what=$(failnth $N /sys/bus/pci/rescan 1)
echo 1 > /sys/bus/pci/drivers_autoprobe
for d in $NEW; do echo $d > /sys/bus/pci/drivers_probe; done 2> /dev/null
verdict $what
"""

# Forgets the new device, and finds it while nothing works.
REFUSE_AGAIN = VERDICT + f"""
for d in $NEW; do echo 1 > /sys/bus/pci/devices/$d/remove; done
echo 1 > {FAULT}/step
echo 1000 > {FAULT}/times
echo 1 > /sys/bus/pci/rescan
echo 0 > {FAULT}/times
verdict
"""


class LoadBesidePauses(Load):
    """A disk that is paused as soon as it is back has not got far with looking for
    its namespaces; it looks again."""
    EXPECTED = re.compile(r"Identify \w+ failed \((-4|nsid=1, status=0xfffffffc)\)")


class Faults:
    """A machine with a new device without addresses, and disks under load."""

    def __init__(self, t, m, paused=False):
        self.t = t
        self.m = m
        if paused:
            pci.stand(m, "nvme", "paused")
            m.run("echo anywhere > /tmp/paused")
        m.run(f"echo 1 > {FAULT}/step; echo 1000 > {FAULT}/times")
        self.new = plug_drive(m)
        m.run(f"echo 0 > {FAULT}/times")
        self.load = (LoadBesidePauses if paused else Load)(m).start()
        m.run("pcistate keep /tmp/before " + "anywhere" * paused)

    def run(self, script, **variables):
        """Return: the words that a script of the above printed."""
        variables["NEW"] = " ".join(self.new)
        return self.m.run("".join(f"{name}='{value}'\n" for name, value
                                  in variables.items()) + script, timeout=60).split()

    def expect_settled(self):
        """Something has changed, so something was served; each new function is refused or
        bound, and all is sound."""
        expect_sound(self.t, self.m)
        served = {a for a in self.new if pci.is_assigned(pci.bars(self.m, a)[0])}
        bound = {a for a in self.new if self.m.guest.succeeds(
            f"[ -e /sys/bus/pci/devices/{a}/driver ]")}
        self.t.equal(bound, served, "functions bound")
        self.t.check(served, "a reason to change anything:\n" +
                     self.m.run("cat /tmp/difference"))

    def refuse_again(self):
        """Return: whether all is as it was before the new device was served."""
        return self.run(REFUSE_AGAIN) == ["same"]

    def stop(self, undone):
        """Nobody noticed, nor will if something was @undone."""
        if undone:
            expect_saved_state(self.t, self.m)
        self.load.run_for(1)
        self.load.stop()


def fail_each(t, script, numbers, paused=False):
    """Lets each of @numbers fail, on a new machine when BARs moved nevertheless, until
    the list is empty: who has seen enough clears it.  Yields what failed, and "same" or
    "differs"."""
    while numbers:
        with t.boot("wedged", append=FIX_EDU) as m:
            faults = Faults(t, m, paused)
            going_on, undone = True, False
            while numbers and going_on:
                *words, state = faults.run(script, N=numbers.pop(0))
                t.check(state in ("same", "differs"), f"a verdict, not {words + [state]}")
                if state == "differs":
                    faults.expect_settled()
                    going_on = faults.refuse_again()
                else:
                    undone = True
                yield " ".join(words), state
            faults.stop(undone)


def expect_saved_state(t, m):
    """After a reset the disks have the registers that they had before."""
    for driver in sorted(m.run("echo /sys/bus/pci/drivers/nvme/0*").split()):
        device = driver.rsplit("/", 1)[1]
        before = pci.config_space(m)[device]
        m.run(f"echo 1 > {driver}/reset")
        changes = pci.config_changes({device: before}, pci.config_space(m))
        t.equal([c for c in changes if 0x10 <= c[1] < 0x40], [],
                f"registers of {device} changed by a reset")


def steps_of_a_move(t, paused):
    """Return: the names of the steps of a move that succeeds, in their order."""
    with t.boot("wedged", append=FIX_EDU) as m:
        Faults(t, m, paused)
        mark = m.log_mark()
        m.run("echo 1 > /sys/bus/pci/rescan")
        t.equal([(s.live, s.paused) for s in pci.summaries(m.dmesg_since(mark))],
                [(0, 1) if paused else (1, 0)], "live and paused drivers")
        return m.run(f"cat {FAULT}/passed").split()


# Those that every move has
STEPS = {"resize", "survey", "plan", "changes", "lock", "wake", "use", "driver", "writes",
         "order", "mappers", "mappings", "mapping", "resources", "flush",
         "write", "BAR", "window", "enable"}


def walk(t, paused, first):
    """Each step of a move from the @first of a name on, one after the other, under
    load."""
    steps = steps_of_a_move(t, paused)
    t.note(" ".join(f"{name} {steps.count(name)}" for name in sorted(set(steps))))
    t.equal(STEPS - set(steps), set(), "steps that a move does not have")

    start = steps.index(first)
    numbers = [n for n, name in enumerate(steps, 1)
               if n > start and (
                   ALL_FAULTS or name not in steps[start:n - 1]
                   or (name == "write" and name not in steps[n:]))]
    undone = overcome = 0
    for (name, state), number in zip(fail_each(t, STEP_FAILS, list(numbers), paused),
                                     numbers):
        t.equal(name, steps[number - 1] + " failed", f"step {number}")
        undone += state == "same"
        overcome += state == "differs"
    t.equal(undone + overcome, len(numbers), "steps that failed")
    t.note(f"{undone} failures that left everything as it was, {overcome} despite "
           "which something was served")
    t.check(undone > 2, "failures that were undone")


@case("11-every-step-fails", limit=360)
def every_step_fails(t):
    """Drivers run on."""
    walk(t, False, "resize")


@case("11-paused-step-fails", limit=360, slow=True)
def paused_step_fails(t):
    """Drivers are paused, and resumed whatever failed after that."""
    walk(t, True, "mappers")


@case("11-no-memory", limit=600, slow=True)
def no_memory(t):
    """Each allocation on the way to a live move."""
    nr = {"failed": 0, "passed": 0}
    numbers = list(range(1, 1000))
    for what, state in fail_each(t, ALLOCATION_FAILS, numbers):
        nr[what.split()[0]] += 1
        if what.startswith("passed"):
            t.equal(state, "differs", "state once no allocation fails")
            numbers.clear()
    t.note(f"{nr['failed']} allocations failed, one after the other")
    t.check(nr["failed"] > 20 and nr["passed"] == 1, "an end, after many failures")
