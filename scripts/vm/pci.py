# SPDX-License-Identifier: GPL-2.0
"""What the guest says about PCI: resources, configuration space, log lines."""

import re
from collections import namedtuple

from .guest import GuestError

IORESOURCE_IO = 0x100
IORESOURCE_MEM = 0x200
IORESOURCE_PREFETCH = 0x2000
IORESOURCE_MEM_64 = 0x100000
IORESOURCE_UNSET = 0x20000000

Range = namedtuple("Range", "start end flags")
Move = namedtuple("Move", "device bar new old")
Summary = namedtuple("Summary", "bars live paused stopped_us")
Refusal = namedtuple("Refusal", "device bar reason")

MOVED = re.compile(r"(\S+) (\w{4}:\w\w:\w\w\.\w): BAR (\d+) \[(.*?)\]: "
                   r"moved from \[(.*?)\]")
SUMMARY = re.compile(r"moved (\d+) BARs?,.*? (\d+) live drivers?, "
                     r"(\d+) paused drivers?, CPUs stopped (\d+) us")
REFUSED = re.compile(r"(\w{4}:\w\w:\w\w\.\w): refused: (?:BAR (\d+) )?(.*)")
NO_SPACE = "can't assign; no space"
NR_BARS = 6
UNMAPPED = 1 << 63

# Each BAR, and why it stays if it does; only with the option.
LISTING = "/sys/kernel/debug/pci/movable_bars"
LISTED = re.compile(r"^(\S+) ((?:VF )?BAR \d|ROM) \[mem (\S+).*?\]: (.*)$", re.M)

# What a driver's BARs are to bear, whatever it promised itself; only with the option.
STANDING = "/sys/kernel/debug/pci/bar_standing"


def stand(machine, driver, standing):
    """Lets a driver's BARs be "fixed", "paused" or "live"."""
    machine.run(f"echo {driver} {standing} > {STANDING}")


def listed(machine):
    """Return: (device, "BAR 2" or "VF BAR 0", its range) -> what LISTING says of it."""
    return {line[:3]: line[3] for line in LISTED.findall(machine.run(f"cat {LISTING}"))}


def state(machine, device, bar):
    """Return: what LISTING says of a BAR of a device, "BAR 2" for example."""
    found = [text for (whose, name, _), text in listed(machine).items()
             if (whose, name) == (device, bar)]
    if len(found) != 1:
        raise GuestError(f"{LISTING} lists {device} {bar} {len(found)} times")
    return found[0]


def moves(lines):
    """Return: the BARs that moved, as the kernel logged them."""
    found = (MOVED.search(line) for line in lines)
    return [Move(f[2], int(f[3]), _address(f[4]), _address(f[5]))
            for f in found if f]


def _address(text):
    found = re.search(r"0x[0-9a-f]+", text)
    return int(found[0], 16) if found else None


def summaries(lines):
    """Return: one Summary for each move that the kernel logged."""
    found = (SUMMARY.search(line) for line in lines)
    return [Summary(*map(int, f.groups())) for f in found if f]


def refusals(lines):
    """Return: the devices that the kernel refused, and why."""
    found = (REFUSED.search(line) for line in lines)
    return [Refusal(f[1], f[2] and int(f[2]), f[3]) for f in found if f]


def no_space(lines):
    """Return: stock's complaints about what it cannot assign."""
    return [line for line in lines if NO_SPACE in line]


def resources(machine):
    """Return: device -> list of Range, one for each line of its sysfs file
    `resource`: BARs 0 to 5, ROM, SR-IOV (if configured), bridge windows."""
    text = machine.run("cd /sys/bus/pci/devices; grep -sH . */resource || true")
    devices = {}
    for line in text.splitlines():
        device, words = line.split("/resource:")
        devices.setdefault(device, []).append(
            Range(*(int(word, 16) for word in words.split())))
    if not devices:
        raise GuestError("no device has a file resource in sysfs")
    return devices


def bars(machine, device):
    """Return: BAR number -> Range of those BARs that the device has."""
    ranges = resources(machine)[device][:NR_BARS]
    return {i: r for i, r in enumerate(ranges) if r.flags}


def _windows(ranges):
    return [r for r in ranges[NR_BARS + 1:] if r.flags]


def windows_of(machine, bridge):
    """Return: Ranges of those windows that a bridge has."""
    return _windows(resources(machine)[bridge])


def is_assigned(bar):
    """The BAR has an address (the kernel shows none as start 0)."""
    return bar.start != 0 and not bar.flags & IORESOURCE_UNSET


def snapshot(machine):
    """Return: everything that a refused hot-add must leave alone."""
    return {
        "iomem": machine.run("cat /proc/iomem"),
        "ioports": machine.run("cat /proc/ioports"),
        "resources": resources(machine),
        "config": config_space(machine),
    }


def config_space(machine, how_much="-xxxx"):
    """Return: device -> its configuration space in lspci's hex lines; @how_much: -x for
    the standard header alone."""
    devices, current = {}, None
    for line in machine.run(f"lspci -D -n {how_much}").splitlines():
        if re.match(r"\w{4}:\w\w:\w\w\.\w ", line):
            current = devices.setdefault(line.split()[0], [])
        elif line:
            current.append(line)
    return devices


def config_bytes(lines):
    """Return: the bytes of lspci's hex lines."""
    return bytes.fromhex("".join(line.split(":", 1)[1] for line in lines))


def config_changes(before, after):
    """Return: [(device, offset, old, new)] of the bytes that differ in
    devices that were there before."""
    changes = []
    for device, lines in before.items():
        if device not in after:
            changes.append((device, 0, None, None))
            continue
        pairs = zip(config_bytes(lines), config_bytes(after[device]))
        changes += [(device, i, a, b)
                    for i, (a, b) in enumerate(pairs) if a != b]
    return changes


def capability(config, ident):
    """Return: offset of a capability in configuration space, or None."""
    offset = config[0x34]
    while offset:
        if config[offset] == ident:
            return offset
        offset = config[offset + 1]
    return None


def hardware(machine):
    """Return: address -> what QEMU says of a device: the true contents of the
    registers that the guest's kernel believes to have written."""
    found = {}

    def walk(devices):
        for d in devices:
            found[f"0000:{d['bus']:02x}:{d['slot']:02x}."
                  f"{d['function']:x}"] = d
            walk(d.get("pci_bridge", {}).get("devices", []))

    for bus in machine.qmp.execute("query-pci"):
        walk(bus["devices"])
    return found


def _bars_of_kind(device, kind):
    return {r["bar"]: (r["address"] if 0 < r["address"] < UNMAPPED else None,
                       r["size"])
            for r in device["regions"]
            if r["type"] == kind and r["bar"] < NR_BARS}


def memory_bars(device):
    """Return: BAR number -> (address, size) of memory BARs that a device has;
    the address is None while the device does not decode."""
    return _bars_of_kind(device, "memory")


def disagreements(machine):
    """Return: where the kernel's idea of BARs and bridge windows is not what
    the hardware has, whether it decodes or not."""
    kernel, wrong = resources(machine), []
    registers = config_space(machine, "-x")
    for address, device in hardware(machine).items():
        ranges = kernel.get(address)
        if ranges is None:
            continue
        # What stock finds no room for at boot goes on decoding ports.
        ports = {bar: io for bar, io in _bars_of_kind(device, "io").items()
                 if is_assigned(ranges[bar])}
        for bar, (start, _) in {**memory_bars(device), **ports}.items():
            if start is not None and ranges[bar].start != start:
                wrong.append(f"{address} BAR {bar}: hardware {start:#x}, "
                             f"kernel {ranges[bar].start:#x}")
            if not is_assigned(ranges[bar]):
                continue
            value = _bar_register(config_bytes(registers[address]), bar,
                                  ranges[bar].flags)
            if value != ranges[bar].start:
                wrong.append(f"{address} BAR {bar}: register {value:#x}, "
                             f"kernel {ranges[bar].start:#x}")
        if "pci_bridge" in device:
            wrong += _window_disagreements(address, ranges,
                                           device["pci_bridge"]["bus"])
    return wrong


def _bar_register(config, bar, flags):
    """Return: the address in the registers of a BAR."""
    where = 0x10 + 4 * bar
    size = 8 if flags & IORESOURCE_MEM_64 else 4
    type_bits = 3 if flags & IORESOURCE_IO else 0xf
    return int.from_bytes(config[where:where + size], "little") & ~type_bits


def _window_disagreements(address, ranges, bridge):
    believed = {(r.start, r.end) for r in _windows(ranges)}
    # QEMU prints the base of some closed windows as a negative number.
    real = {(bridge[kind]["base"] % (1 << 64), bridge[kind]["limit"])
            for kind in ("io_range", "memory_range", "prefetchable_range")}
    real = {(base, limit) for base, limit in real if base < limit}
    return [f"{address} window {base:#x}-{limit:#x} in the "
            f"{'kernel' if (base, limit) in believed else 'hardware'} only"
            for base, limit in sorted(believed ^ real)]


def overlaps(machine):
    """Return: pairs of assigned BARs, and of BARs and windows on one bus, that share an
    address, none of them rightly; and BARs and windows outside of the windows of
    the bridge above them."""
    devices = resources(machine)
    parents = _parents(machine)
    wrong = []
    bars_of_all, windows = (
        [(r, f"{d} {kind} {i}", parents.get(d)) for d, rs in devices.items()
         for i, r in enumerate(rs[part]) if r.flags and is_assigned(r)]
        for kind, part in (("BAR", slice(NR_BARS)), ("window", slice(NR_BARS + 1, None))))

    def look_for_pairs(ranges):
        ranges = sorted(ranges)
        for space in (IORESOURCE_IO, IORESOURCE_MEM):
            same = [r for r in ranges if r[0].flags & space]
            wrong.extend(f"{name} and {other} overlap"
                         for (a, name, _), (b, other, _) in zip(same, same[1:])
                         if b.start <= a.end)

    look_for_pairs(bars_of_all)
    everything = bars_of_all + windows
    for bridge in {up for _, _, up in windows}:
        look_for_pairs(r for r in everything if r[2] == bridge)
    for r, name, up in everything:
        if up and not any(w.start <= r.start and r.end <= w.end and
                          w.flags & r.flags & (IORESOURCE_IO | IORESOURCE_MEM)
                          for w in _windows(devices[up])):
            wrong.append(f"{name} lies in no window of {up}")
    return wrong


def _parents(machine):
    parents = {}
    for line in machine.run("cd /sys/bus/pci/devices; ls -ld *").splitlines():
        above, device = line.split("/")[-2:]
        if re.fullmatch(r"\w{4}:\w\w:\w\w\.\w", above):
            parents[device] = above
    return parents


def log_lines(lines):
    """Return: the PCI lines of dmesg without their time, for comparing one
    kernel with another."""
    wanted = re.compile(r"\bpci\b|pcieport|PCI|pciehp|acpiphp|bridge window|"
                        r"BAR \d|resource")
    bare = [re.sub(r"^\[ *\d+\.\d+\] ", "", line) for line in lines]
    # Controllers probe at the same time: who becomes nvme0 is a race.
    bare = [re.sub(r"\bnvme\d+:", "nvmeN:", line) for line in bare]
    # How long a fixup takes, if that is more than 10 ms, is the host's.
    slow = re.compile(r" took \d+ usecs$")
    return [line for line in bare if wanted.search(line) and not slow.search(line)]
