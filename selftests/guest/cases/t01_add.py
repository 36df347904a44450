# SPDX-License-Identifier: GPL-2.0
"""Large devices are hot-added below nested switches, with everything running."""

from vm.ktap import case
from vm.load import Load

from ._common import (GIB, MIB, TRACING, expect_served, expect_stock_fails,
                      plug_ram, probe, probe_again, show_moves, start_tracing)

DISKS = {"0000:04:00.0", "0000:07:00.0"}


def plug_256m(m):
    """What stock fails at."""
    return plug_ram(m, "ram0", "slot0", 256 * MIB)[0], 2


def add_one(t, m, number, size, earlier):
    """Plugs one more device, tests its BAR and those of the earlier ones.
    Return: the moves."""
    address, lines = plug_ram(m, f"ram{number}", f"slot{number}", size)
    t.note(f"{size // MIB} MiB at {address}")
    moves, _ = show_moves(t, lines)
    expect_served(t, m, address, size)
    for other, seed in earlier.items():
        probe_again(m, other, seed)
    probe(m, address, number)
    earlier[address] = number
    return moves


def check_trace(t, m, moves):
    """The trace tells of as many moved BARs as the log."""
    lines = m.run(f"grep pci_bar_moved: {TRACING}/trace").splitlines()
    t.equal(len(lines), len(moves), "traced moves")


def add_under_load(t, topology, sizes, disks, **more):
    """Devices of the given sizes, one after the other, disks and network
    running throughout."""
    with t.boot(topology, **more) as m:
        start_tracing(m)
        load = Load(m).start()
        earlier, all_moves = {}, []
        for number, size in enumerate(sizes):
            moves = add_one(t, m, number, size, earlier)
            all_moves += moves
            load.check()
            if number == 0:
                t.check(disks & {move.device for move in moves},
                        "a BAR of a running disk among those that moved")
        check_trace(t, m, all_moves)
        load.run_for(1)
        t.note("\n".join(load.stop().lines()))


@case("01-nested-2", limit=120)
def nested_2(t):
    """256 MiB, then 4 GiB, then 16 GiB below the inner of two switches."""
    expect_stock_fails(t, "nested-2", plug_256m)
    add_under_load(t, "nested-2", [256 * MIB, 4 * GIB, 16 * GIB], DISKS)


@case("01-nested-2-acpi", limit=90)
def nested_2_acpi(t):
    """The same through ACPI hot-plug."""
    expect_stock_fails(t, "nested-2", plug_256m, hotplug="acpi")
    add_under_load(t, "nested-2", [256 * MIB, 4 * GIB], DISKS, hotplug="acpi")


@case("01-nested-3", limit=90)
def nested_3(t):
    """Below the innermost of three switches."""
    expect_stock_fails(t, "nested-3", plug_256m)
    add_under_load(t, "nested-3", [256 * MIB, 4 * GIB], DISKS)
