# SPDX-License-Identifier: GPL-2.0
"""Plugs devices when the guest asks for it, over a virtio-serial port.

The guest's end, and the protocol, is selftests/pci_movable_bars/host.h."""

import threading
from collections import deque

from . import pci
from .machine import RAM_BAR, MachineError, parse_size
from .qmp import QMPError

# What the guest may do before it asks again, in seconds.
LONG = 120


class Refused(Exception):
    """A request that cannot be carried out; the text says why."""


class Host:
    """Carries out what the kselftest asks for."""

    def __init__(self, machine, look=None):
        """@look: is called with each request before it is carried out."""
        self.machine = machine
        self.look = look
        self.sock = machine.host_port
        self.log = machine.open_log("host.log")
        self.requests = deque()
        self.devices = {}
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        with self.sock.makefile("r", encoding="utf-8", errors="replace") as lines:
            try:
                for line in lines:
                    with self.machine.wake:
                        self.requests.append(line.strip())
                        self.machine.wake.notify_all()
            except (OSError, ValueError):
                pass

    def _say(self, line):
        self.log.write(f"> {line}\n")
        self.log.flush()
        self.sock.sendall(f"{line}\n".encode())

    def serve(self, job, timeout=LONG):
        """Serves until a job in the guest has ended.  Return: its output."""
        while job.running:
            job.guest.wait_for(lambda: self.requests or not job.running, timeout,
                               f"the guest to ask or end: {job.script}\n{job.output}")
            while self.requests:
                self._answer(self.requests.popleft())
        return job.output

    def _answer(self, request):
        self.log.write(f"< {request}\n")
        if self.look:
            self.look(request)
        verb, *words = request.split() or [""]
        try:
            act = getattr(self, f"do_{verb}", None)
            if not act:
                raise Refused(f"there is no request {verb}")
            for line in act(*words) or ():
                self._say(line)
        except (Refused, MachineError, QMPError, KeyError, TypeError, ValueError) as e:
            # One that has failed does not hear the answer.
            self.machine.check()
            self._say(f"error {type(e).__name__}: " + str(e).replace("\n", " "))
        else:
            self._say("ok")

    # Requests: do_ and their name

    def do_hello(self):
        """Return: what the guest is told of its machine."""
        return [f"machine {self.machine.topology}",
                f"disks {self.machine.disks}", f"hotplug {self.machine.hotplug}"]

    def do_plug(self, ident, slot, *functions):
        """Plugs a device of one or more functions; function 0, at which the guest
        looks for them, comes last."""
        if ident in self.devices:
            raise Refused(f"{ident} is plugged already")
        slot, _, place = slot.partition(":")
        self.devices[ident] = functions
        for number, function in reversed(list(enumerate(functions))):
            more = ""
            if place or len(functions) > 1:
                more = f",addr={int(place or 0):#x}.{number}"
            if len(functions) > 1 and not number:
                more += ",multifunction=on"
            self._plug_function(f"{ident}.{number}", slot, function, more)

    def _plug_function(self, name, slot, function, more):
        kind, _, value = function.partition("=")
        m, place = self.machine, f"id={name},bus={slot}{more}"
        if kind == "ram":
            m.plug_ram(name, slot, parse_size(value), more)
        elif kind == "test":
            m.device_add(f"pci-testdev,{place},membar={value}")
        elif kind == "regs":
            m.device_add(f"edu,{place}")
        elif kind == "nvme":
            # Virtual Functions are to be had for a disk without media only.
            m.device_add(f"nvme,{place},serial={name}," + (
                f"subsys=family,sriov_max_vfs={value},sriov_vi_flexible={value},"
                f"sriov_vq_flexible={2 * int(value)}" if value
                else f"drive={m.add_disk(name)}"))
        elif kind == "net":
            m.device_add(f"e1000e,{place}")
        elif kind == "bridge":
            m.device_add(f"pcie-pci-bridge,{place}")
        else:
            raise Refused(f"no device is called {kind}")

    def do_where(self, ident):
        """Return: the memory BARs of a device."""
        real = pci.hardware(self.machine)
        lines = []
        for name, kind in self._names(ident):
            address = self.machine.address(name)
            bars = pci.memory_bars(real[address])
            for bar, (_, size) in sorted(bars.items()):
                ram = "ram" if kind.startswith("ram=") and bar == RAM_BAR else "-"
                lines.append(f"{address} {bar} {size} {ram}")
            if not bars:
                lines.append(f"{address} 0 0 -")
        return lines

    def _names(self, ident):
        """Return: (QEMU's name, kind) of each function."""
        if ident not in self.devices:
            return [(ident, "")]
        return [(f"{ident}.{number}", kind)
                for number, kind in enumerate(self.devices[ident])]

    def _functions(self, ident):
        if ident not in self.devices:
            raise Refused(f"nothing plugged is called {ident}")
        return self.devices[ident]

    def do_plugged(self):
        """Return: what is plugged, the last one first: it may be below others."""
        return list(self.devices)[::-1]

    def do_press(self, ident):
        """Presses the attention button of the device's slot."""
        self._functions(ident)
        self.machine.press_button(f"{ident}.0")

    def do_gone(self, ident):
        """Waits until the guest has let go."""
        for number, _ in enumerate(self._functions(ident)):
            self.machine.qmp.wait_event("DEVICE_DELETED", device=f"{ident}.{number}")
        del self.devices[ident]
