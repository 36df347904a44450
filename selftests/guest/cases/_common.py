# SPDX-License-Identifier: GPL-2.0
"""What several cases need: plugging, and what must hold afterwards."""

import os
import shlex

from vm import pci
from vm.ktap import Skipped
from vm.machine import RAM_BAR

MIB = 1 << 20
GIB = 1 << 30
TRACING = "/sys/kernel/tracing"

# FAULTS=all in the environment: leave out no point at which something may fail.
ALL_FAULTS = os.environ.get("FAULTS") == "all"

# A driver without a standing: what it has bound does not move.
FIX_TESTDEV = "pci-stub.ids=1b36:0005"
FIX_EDU = "pci-stub.ids=1234:11e8"


def start_tracing(m):
    """Turns on the tracepoints of the series."""
    m.run(f"echo 1 > {TRACING}/events/pci_movable/enable")


def plug_ram(m, ident, bus, size):
    """Plugs a device with memory behind its BAR 2.  Return: its address and
    what the kernel logged meanwhile."""
    mark = m.log_mark()
    m.plug_ram(ident, bus, size)
    address = m.wait_device(ident)
    return address, m.dmesg_since(mark)


def insert_edu(m, name, functions):
    """Puts a card of functions with 1 MiB of registers each into slot0; the guest looks
    once function 0, the last one, is there."""
    for f in reversed(range(functions)):
        m.device_add(f"edu,id={name}{f},bus=slot0,addr=0x0.{f}"
                     + (",multifunction=on" if f == 0 else ""))


def plug_edu(m, name, functions):
    """The same, and waits for the guest.  Return: addresses of the functions."""
    insert_edu(m, name, functions)
    first = m.wait_device(f"{name}0")
    return [first[:-1] + str(f) for f in range(functions)]


def probe(m, address, seed):
    """Writes through the BAR and reads back."""
    m.run(f"barprobe write {address} {RAM_BAR} {seed}")
    m.run(f"barprobe check {address} {RAM_BAR} {seed}")


def probe_again(m, address, seed):
    """What probe() wrote is still there, wherever the BAR is now."""
    m.run(f"barprobe check {address} {RAM_BAR} {seed}")


def expect_served(t, m, address, size):
    """All memory BARs that a device has are assigned, the hardware has what
    the kernel says, and nothing overlaps.  @size: of BAR 2, or 0."""
    wanted = pci.memory_bars(pci.hardware(m)[address])
    bars = pci.bars(m, address)
    missing = [bar for bar in wanted
               if bar not in bars or not pci.is_assigned(bars[bar])]
    t.equal(missing, [], f"unassigned BARs of {address}")
    for bar, (_, length) in wanted.items():
        t.equal(bars[bar].end - bars[bar].start + 1, length,
                f"size of {address} BAR {bar}")
    if size:
        t.equal(wanted[RAM_BAR][1], size, f"size of {address} BAR {RAM_BAR}")
    expect_sound(t, m)


def expect_sound(t, m):
    """No BAR overlaps another or lies outside of the windows above it, and
    the hardware agrees with the kernel."""
    t.equal(pci.overlaps(m), [], "misplaced BARs")
    t.equal(pci.disagreements(m), [], "differences from the hardware")


def expect_not_served(t, m, address, bar=RAM_BAR):
    """The large BAR of a device has no address."""
    bars = pci.bars(m, address)
    t.check(bar not in bars or not pci.is_assigned(bars[bar]),
            f"no address for {address} BAR {bar}")


def expect_refused(t, lines, address):
    """The kernel refused a device and said why.  Return: the reason."""
    found = [r for r in pci.refusals(lines) if r.device == address]
    t.check(found, f"a refusal of {address} in the log:\n" + "\n".join(lines))
    t.check(len(found[0].reason) > 20, f"a reason, not '{found[0].reason}'")
    return found[0].reason


def wait_logged(m, mark, text, seconds=20):
    """Waits until the log since @mark has a line with a text."""
    m.wait_until(f"dmesg | tail -n +{mark + 1} | grep -qF {shlex.quote(text)}", seconds,
                 f"the log to say '{text}'")


def wait_served(m, address):
    """Waits until a device that was refused is served without anybody's doing, 36 seconds
    after it was refused at the latest."""
    wait_logged(m, 0, f"{address}: served after all", 45)


def show_moves(t, lines):
    """Notes what moved.  Return: the moves and summaries."""
    moves, summaries = pci.moves(lines), pci.summaries(lines)
    for move in moves:
        t.note(f"{move.device} BAR {move.bar}: {move.old:#x} -> {move.new:#x}")
    for s in summaries:
        t.note(f"{s.bars} BARs moved, {s.live} live drivers, {s.paused} paused,"
               f" CPUs stopped {s.stopped_us} us")
    t.equal(sum(s.bars for s in summaries), len(moves),
            "BARs in the summaries")
    return moves, summaries


def expect_stock_fails(t, topology, plug, append="", **more):
    """The same kernel without the option does what stock does: @plug(m), which
    returns the address and number of a BAR, ends with that BAR unassigned."""
    with t.boot(topology, option=False, append=append, **more) as m:
        mark = m.log_mark()
        address, bar = plug(m)
        wait_logged(m, mark, pci.NO_SPACE)
        lines = m.dmesg_since(mark)
        expect_not_served(t, m, address, bar)
        t.equal(pci.moves(lines), [], "moves without the option")
        t.note("without the option: "
               + pci.no_space(lines)[0].split("] ", 1)[1])


def give_to_driver(m, address, driver):
    """Takes a device from its driver and gives it to another one, or to none
    ("")."""
    m.run(f"""cd /sys/bus/pci/devices/{address}
        [ ! -e driver ] || echo {address} > driver/unbind
        echo {driver} > driver_override
        [ -z "{driver}" ] || {{
            echo {address} > /sys/bus/pci/drivers_probe
            [ $(basename $(readlink driver)) = "{driver}" ]; }}""")


def locks_are_proved(m):
    """Return: whether the kernel reports orders of locks (make check-debug, make
    check-rt)."""
    return m.guest.succeeds("[ -e /proc/lockdep ]")


def skip_if_locks_are_proved(m):
    """Skips a case about recovery from an error after a hot-add.  Linux, with the
    series or without, takes pci_slot_mutex and pciehp's reset_lock in one order for
    the one and in the other for the other."""
    if locks_are_proved(m):
        raise Skipped("stock reports its own order of pci_slot_mutex and reset_lock")
