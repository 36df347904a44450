# SPDX-License-Identifier: GPL-2.0
"""Pictures of the PCI address map: bridge windows and the BARs inside them.

Sizes range from a page to gigabytes, so heights grow with the logarithm of the
size, and unused space between two root-level windows is drawn as a gap."""

import html
from collections import namedtuple

from . import pci

IORESOURCE_PREFETCH = 0x2000
ROM = 6

# @depth: nesting, 0 directly below the host bridge; @key: same thing before
# and after a move; @state: "window", "bar", "moved" or "new"
Box = namedtuple("Box", "start end depth label key state")


def collect(machine):
    """Return: the memory windows and BARs of the machine, outermost first."""
    kernel, real = pci.resources(machine), pci.hardware(machine)
    boxes = []
    for address, ranges in kernel.items():
        if address not in real:
            continue
        name = real[address]["qdev_id"] or address
        for number, r in enumerate(ranges):
            if not r.flags & pci.IORESOURCE_MEM or not pci.is_assigned(r) \
                    or number == ROM:
                continue
            is_bar = number < pci.NR_BARS
            label = f"{name} BAR {number}" if is_bar else f"{name} window"
            prefetch = bool(r.flags & IORESOURCE_PREFETCH)
            boxes.append((r.start, -r.end, not is_bar, label,
                          (address, number), prefetch))
    return _nest(boxes)


def _nest(found):
    """Gives each range its depth; BARs come after the windows around them."""
    out, open_ends = [], []
    for start, neg_end, is_window, label, key, prefetch in sorted(
            found, key=lambda f: (f[0], f[1], not f[2], f[4])):
        while open_ends and open_ends[-1] < start:
            open_ends.pop()
        box = Box(start, -neg_end, len(open_ends), label, key,
                  "window" if is_window else "bar")
        out.append((box, prefetch))
        if is_window:
            open_ends.append(-neg_end)
    return out


def relevant(before, after):
    """Return: both maps without what did not change, except prefetchable
    memory, which is what the picture is about; what moved or came is marked."""
    old = {box.key: box for box, _ in before}
    new = {box.key: box for box, _ in after}
    changed = {key for key in old.keys() | new.keys()
               if key not in old or key not in new
               or old[key][:2] != new[key][:2]}

    def pick(boxes, is_after):
        for box, prefetch in boxes:
            if not prefetch and box.key not in changed:
                continue
            if box.state == "bar" and box.key in changed:
                came = is_after and box.key not in old
                box = box._replace(state="new" if came else "moved")
            yield box

    return list(pick(before, False)), list(pick(after, True))


def size_text(size):
    """Return: a size as people say it."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            return f"{size:g} {unit}"
        size /= 1024
    return ""


def text_lines(boxes, color):
    """Return: the map for the terminal, one line a range."""
    marks = {"moved": ("33", ">"), "new": ("32", "+"), "bar": ("0", " "),
             "window": ("2", " ")}
    lines, last_end = [], None
    for box in boxes:
        if box.depth == 0 and last_end is not None and box.start > last_end + 1:
            lines.append("   ~ " + size_text(box.start - last_end - 1)
                         + " not in this picture or free")
        if box.depth == 0:
            last_end = box.end
        code, mark = marks[box.state]
        text = (f"{mark} {box.start:>10x}-{box.end:<10x} "
                f"{'| ' * box.depth}{box.label}, "
                f"{size_text(box.end - box.start + 1)}")
        lines.append(f"\033[{code}m{text}\033[0m" if color else text)
    return lines


# SVG

WIDTH, LEFT, COLUMN, TOP = 1180, 150, 380, 80
GAP, INDENT = 26, 12
COLORS = {"window": "#eef2f7", "bar": "#b8c7dd", "moved": "#f2b35e",
          "new": "#7fc58a"}


def _height(size):
    return 20 + 2 * max(0, size.bit_length() - 20)


def _place(boxes):
    """Return: {box: (y, height)} and the total height.  A window is as high
    as what it holds, a BAR as the logarithm of its size says."""
    places, y, last_end = {}, TOP, None
    stack = []

    def close(until):
        nonlocal y
        while stack and (until is None or stack[-1][0].end < until):
            box, top = stack.pop()
            y = max(y + 4, top + 24)
            places[box] = (top, y - top)
            y += 4

    for box in boxes:
        close(box.start)
        if not stack and last_end is not None and box.start > last_end + 1:
            y += GAP
        last_end = max(last_end or 0, box.end)
        if box.state == "window":
            stack.append((box, y))
            y += 20
        else:
            height = _height(box.end - box.start + 1)
            places[box] = (y, height)
            y += height + 2
    close(None)
    return places, y


def _rect(box, place, x):
    y, height = place
    left = x + box.depth * INDENT
    width = COLUMN - 2 * box.depth * INDENT
    text = html.escape(f"{box.label}, {size_text(box.end - box.start + 1)}")
    return (f'<rect x="{left}" y="{y}" width="{width}" height="{height}" '
            f'fill="{COLORS[box.state]}" stroke="#56657a"/>'
            f'<text x="{left + 6}" y="{y + 14}">{text}</text>'
            f'<text x="{x - 8}" y="{y + 14}" text-anchor="end" '
            f'class="a">{box.start:x}</text>')


def _arrow(old, new, x_old, x_new):
    y1 = old[1][0] + old[1][1] / 2
    y2 = new[1][0] + new[1][1] / 2
    x1 = x_old + COLUMN - old[0].depth * INDENT
    x2 = x_new + new[0].depth * INDENT
    return (f'<path d="M{x1},{y1} C{x1 + 90},{y1} {x2 - 90},{y2} {x2 - 6},{y2}"'
            ' fill="none" stroke="#c4761b" stroke-width="2" '
            'marker-end="url(#tip)"/>')


def svg(before, after, title):
    """Return: the two maps side by side as SVG, arrows between what moved."""
    x_old, x_new = LEFT - 30, LEFT + COLUMN + 220
    old, height_old = _place(before)
    new, height_new = _place(after)
    parts = [_rect(box, place, x_old) for box, place in sorted(
        old.items(), key=lambda i: i[0].depth)]
    parts += [_rect(box, place, x_new) for box, place in sorted(
        new.items(), key=lambda i: i[0].depth)]
    by_key = {box.key: (box, place) for box, place in new.items()}
    parts += [_arrow((box, place), by_key[box.key], x_old, x_new)
              for box, place in old.items()
              if box.state == "moved" and box.key in by_key]
    height = max(height_old, height_new) + 40
    legend = "".join(
        f'<rect x="{x_old + i * 130}" y="{height - 24}" width="14" height="14" '
        f'fill="{COLORS[s]}" stroke="#56657a"/>'
        f'<text x="{x_old + 20 + i * 130}" y="{height - 12}">{name}</text>'
        for i, (s, name) in enumerate((("window", "bridge window"),
                                       ("bar", "BAR"), ("moved", "moved BAR"),
                                       ("new", "new BAR"))))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{height}" font-family="sans-serif" font-size="12">'
        '<style>.a{font-family:monospace;font-size:11px;fill:#56657a}</style>'
        '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="6" '
        'refY="3" orient="auto"><path d="M0,0 L7,3 L0,6 z" fill="#c4761b"/>'
        '</marker></defs><rect width="100%" height="100%" fill="white"/>'
        f'<text x="{x_old}" y="28" font-size="18">{html.escape(title)}</text>'
        f'<text x="{x_old}" y="60" font-size="14">before</text>'
        f'<text x="{x_new}" y="60" font-size="14">after</text>'
        + "".join(parts) + legend + "</svg>\n")
