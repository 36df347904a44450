# SPDX-License-Identifier: GPL-2.0
"""Removal makes room: for a larger device, and for one that was refused."""

from vm.ktap import case
from vm.load import Load

from ._common import (GIB, MIB, expect_refused, expect_served,
                      expect_stock_fails, plug_ram, probe)


def replace(m):
    """Plugs 1 MiB, which fits, then 256 MiB in its place."""
    plug_ram(m, "small", "slot0", MIB)
    m.unplug("small", quick=True)
    return plug_ram(m, "large", "slot0", 256 * MIB)[0], 2


@case("06-larger-in-its-place", limit=150)
def larger(t):
    """256 MiB leaves, 4 GiB comes to the same slot."""
    expect_stock_fails(t, "nested-2", replace)
    with t.boot("nested-2") as m:
        load = Load(m).start()
        address, _ = plug_ram(m, "small", "slot0", 256 * MIB)
        expect_served(t, m, address, 256 * MIB)
        m.unplug("small")
        address, _ = plug_ram(m, "large", "slot0", 4 * GIB)
        expect_served(t, m, address, 4 * GIB)
        probe(m, address, 1)
        load.stop()


@case("06-served-after-removal", limit=90)
def served_later(t):
    """Two of 16 GiB do not fit; when the first leaves, the second is served
    without anybody asking."""
    with t.boot("nested-2") as m:
        load = Load(m).start()
        address, _ = plug_ram(m, "first", "slot0", 16 * GIB)
        expect_served(t, m, address, 16 * GIB)
        second, lines = plug_ram(m, "second", "slot1", 16 * GIB)
        t.note(expect_refused(t, lines, second))
        m.unplug("first", quick=True)
        m.settle()
        expect_served(t, m, second, 16 * GIB)
        probe(m, second, 1)
        load.stop()
