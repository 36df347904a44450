# SPDX-License-Identifier: GPL-2.0
"""A display without driver that firmware set up and Linux draws on."""

import os

from vm import pci
from vm.ktap import case

from ._common import (FIX_EDU, expect_refused, expect_sound, plug_edu,
                      show_moves)

FIRMWARE = os.environ.get("OVMF", "/usr/share/ovmf/OVMF.fd")
DISK, SCREEN = "0000:04:00.0", "0000:05:00.0"
PIXELS = 0
FUNCTIONS = 5
TTY = "/dev/tty1"
CLEAR_NO_CURSOR = r"\033[2J\033[H\033[?25l"


def boot(t, append):
    """Return: the machine with firmware that leaves a picture."""
    t.check(os.path.exists(FIRMWARE),
            f"{FIRMWARE}: apt-get install ovmf, or set OVMF=")
    return t.boot("display", append=f"{FIX_EDU} {append}",
                  extra=["-bios", FIRMWARE])


def draw(m, text):
    """Writes on the screen.  Return: the picture, as the display has it."""
    m.run(f"printf '{CLEAR_NO_CURSOR}{text}\\n' > {TTY}")
    path = os.path.join(m.folder, "screen.ppm")
    m.qmp.execute("screendump", filename=path)
    with open(path, "rb") as f:
        return f.read()


def plug_five(t, m):
    """Return: moves and log lines of a hot-add that wants the screen's place."""
    mark = m.log_mark()
    plug_edu(m, "new", FUNCTIONS)
    lines = m.dmesg_since(mark)
    moves, _ = show_moves(t, lines)
    expect_sound(t, m)
    return moves, lines


@case("16-display", limit=150)
def display(t):
    """Its BAR stays, a running disk moves instead, and what does not fit then
    is refused; the same text gives the same picture before and after."""
    with boot(t, "") as m:
        before = pci.bars(m, SCREEN)
        state = pci.state(m, SCREEN, f"BAR {PIXELS}")
        t.check(state.startswith("fixed: no driver, but"),
                f"a reason for {SCREEN} to stay, not '{state}'")
        t.note(f"{SCREEN} BAR {PIXELS}: {state}")
        one, two = draw(m, "the first text"), draw(m, "and another one")
        t.check(one != two, "another text to change the picture")
        moves, lines = plug_five(t, m)
        t.equal(pci.bars(m, SCREEN), before, "BARs of the screen")
        t.equal({move.device for move in moves}, {DISK}, "who moved")
        refused = {r.device for r in pci.refusals(lines)}
        t.equal(len(refused), 1, "functions refused")
        t.note(expect_refused(t, lines, min(refused)))
        t.check(draw(m, "the first text") == one and
                draw(m, "and another one") == two,
                "the same pictures after the hot-add")
        t.note(f"{len(one)} bytes of picture are the same as before")


@case("16-display-unused", limit=150)
def unused(t):
    """If nobody draws on it, the same hot-add moves it, and gets all."""
    with boot(t, "video=efifb:off") as m:
        before = pci.bars(m, SCREEN)
        moves, lines = plug_five(t, m)
        t.equal(pci.refusals(lines), [], "refusals")
        t.check(SCREEN in {move.device for move in moves}, "the screen to move")
        t.check(pci.bars(m, SCREEN) != before, "another address")
