# SPDX-License-Identifier: GPL-2.0
"""Interrupts of devices whose MSI-X table moves with one of their BARs."""

import re

from vm import pci
from vm.ktap import case
from vm.load import Load

from ._common import expect_sound
from ._shuttle import MOVER, Shuttle, boot, edu_function, mover

DISK = MOVER
NIC = MOVER[:-1] + "1"
ROUNDS = 4
MOVES = 4
MASKED = 1

DEVICES = ["-drive", "if=none,id=disk0,format=raw,cache=unsafe,file=disk0.img",
           "-netdev", "user,id=net0",
           *mover("nvme,addr=0x0.0,multifunction=on,serial=disk0,drive=disk0"),
           *mover("e1000e,addr=0x0.1,netdev=net0")]

# Writes to the affinity of all interrupts in turn, as fast as it can; prints
# how often that went well.
CHANGE = """
trap 'echo $n; exit' TERM
n=0
while :; do
    for mask in 1 2; do for irq in {irqs}; do
        echo $mask > /proc/irq/$irq/smp_affinity && n=$((n + 1))
    done; done
done
"""


def interrupts(m, device):
    """Return: the numbers of a device's interrupts."""
    return sorted(map(int, m.run(
        f"ls /sys/bus/pci/devices/{device}/msi_irqs").split()))


def kernel_messages(m, device):
    """Return: table entry -> (address, data) that the kernel has sent there."""
    found = {}
    for irq in interrupts(m, device):
        text = m.run(f"cat /sys/kernel/debug/irq/irqs/{irq}")
        index, high, low, data = (
            int(re.search(rf"\b{name}: +0x(\w+)", text)[1], 16)
            for name in ("hwirq", "address_hi", "address_lo", "msg_data"))
        found[index & 0x7ff] = (high << 32 | low, data)
    return found


def hardware_messages(m, device, entries):
    """Return: the same as QEMU has it, read at the address that QEMU says the
    BAR has; MASKED is added to the address of a masked entry."""
    where = int(m.run(f"setpci -s {device} CAP_MSIX+4.L"), 16)
    bar, offset = where & 7, where & ~7
    start = pci.memory_bars(pci.hardware(m)[device])[bar][0] + offset
    found = {}
    for index in entries:
        text = m.hmp(f"xp /4wx {start + 16 * index:#x}")
        low, high, data, control = (
            int(word, 16) for word in text.split(":")[1].split())
        found[index] = (high << 32 | low | control & MASKED, data)
    return found


def expect_same_table(t, m, device):
    """What the kernel believes to be in the table is there.  An interrupt may
    carry out a change of affinity while one looks: then look again."""
    for _ in range(10):
        before = kernel_messages(m, device)
        real = hardware_messages(m, device, before)
        if kernel_messages(m, device) == before:
            break
    t.check(before, f"interrupts of {device}")
    t.equal(real, before, f"MSI-X table of {device}")
    return len(real)


def counts(m, irqs):
    """Return: interrupt -> how often it came to each CPU."""
    rows = (line.split() for line in
            m.run("cat /proc/interrupts").splitlines())
    return {int(row[0][:-1]): (int(row[1]), int(row[2])) for row in rows
            if row[0][:-1].isdigit() and int(row[0][:-1]) in irqs}


def expect_on_cpu(t, m, irqs, cpu):
    """Interrupts of the network card come to the CPU that they are sent to,
    and to no other.  Return: how many came."""
    m.run("".join(f"echo {1 << cpu} > /proc/irq/{irq}/smp_affinity\n"
                  for irq in irqs))
    # A change takes effect with the next interrupt.
    m.run("ping -c 3 -i 0.02 10.0.2.2")
    before = counts(m, irqs)
    m.run("ping -c 10 -i 0.02 10.0.2.2")
    came = {irq: tuple(b - a for a, b in zip(before[irq], now))
            for irq, now in counts(m, irqs).items()}
    t.check(sum(n[cpu] for n in came.values()) >= 10,
            f"interrupts on CPU {cpu}: {came}")
    t.equal(sum(n[1 - cpu] for n in came.values()), 0,
            f"interrupts on the other CPU than {cpu}, of {came}")
    return sum(n[cpu] for n in came.values())


def move_while_changing(t, s, irqs):
    """The devices move back and forth while the affinity of their interrupts
    changes.  Return: moves, changes."""
    job = s.m.guest.start(CHANGE.format(irqs=" ".join(map(str, irqs))))
    moved, held = s.shuttle(0, MOVES)
    t.equal(held, 0, "refused moves")
    job.kill()
    return moved, int(job.wait().splitlines()[-1])


@case("13-msix-affinity", limit=120)
def affinity(t):
    """A network card and a drive move, tables and all, under load and while the
    affinity of their interrupts changes; the tables then hold what the kernel
    has written, and interrupts come where they shall."""
    with boot(t, DEVICES) as m:
        s = Shuttle(m, edu_function)
        load = Load(m).start()
        nic = interrupts(m, NIC)
        # The others belong to queues of the drive: their CPU is not for us to
        # choose.
        free = nic + [irq for irq in interrupts(m, DISK) if m.guest.succeeds(
            f"echo 3 > /proc/irq/{irq}/smp_affinity")]
        mark, queues = m.log_mark(), counts(m, interrupts(m, DISK))
        moves = changes = entries = came = 0
        for number in range(ROUNDS):
            moved, changed = move_while_changing(t, s, free)
            moves, changes = moves + moved, changes + changed
            entries += sum(expect_same_table(t, m, d) for d in (DISK, NIC))
            came += expect_on_cpu(t, m, nic, number % 2)
            load.check()
        logged = {(move.device, move.bar) for move in
                  pci.moves(m.dmesg_since(mark))}
        t.check({(DISK, 0), (NIC, 3)} <= logged, f"both tables in {logged}")
        t.check(changes, "changes of affinity")
        now = counts(m, queues)
        t.check(all(sum(now[irq]) > sum(queues[irq]) for irq in queues
                    if irq not in free), f"interrupts of queues: {now}")
        expect_sound(t, m)
        t.note(f"{moves} moves, {changes} changes of affinity; {entries} table"
               f" entries as the kernel has them; {came} interrupts on the"
               " right CPU, none on the other")
        t.note("\n".join(load.stop().lines()))
