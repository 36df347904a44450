# SPDX-License-Identifier: GPL-2.0
"""One machine: a topology of qemu-configs/ booted with a kernel.

A topology is a file with QEMU arguments, one option a line, '#' for comments.
The machine adds what all of them share: memory, processors, the console, the
control socket and the port for the guest's agent."""

import base64
import collections
import contextlib
import itertools
import os
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from . import PATIENCE
from .guest import Guest
from .pci import LISTING, hardware
from .qmp import QMP, QMPError

REPO = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
DISK_SIZE = 64 << 20
WRITTEN = 2 << 20

# Of each board: the root bus, and what tells it whether ACPI is to hot-plug below
# bridges.  A topology names another one than the platform's by "-machine".
BOARDS = {
    "q35": ("pcie.0", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support"),
    "pc": ("pci.0", "PIIX4_PM.acpi-pci-hotplug-with-bridge-support"),
    "virt": ("pcie.0", None),
}

# What the agent in the guest talks through.
PORT = "virtserialport,id=pmb-port,bus=pmb-serial.0,name=pmb.agent," \
    "chardev=pmb-agent"

# What the kselftest asks for hot-plugs through, see vm/host.py.
HOST_PORT = "virtserialport,bus=pmb-serial.0,name=pci_movable_bars,chardev=pmb-host"

# Of ivshmem-plain: what plug_ram() plugs has its memory there.
RAM_BAR = 2

# Seconds without a line from a booting guest until it counts as hung.
SILENCE = {"kvm": 15}
SILENCE_EMULATED = 40

# What differs from one architecture to the other.  @qemu: what QEMU calls it;
# @variable: may name another QEMU; @guest: of scripts/initramfs; @states: what there is
# to see of a hung processor.
Platform = collections.namedtuple(
    "Platform", "arch qemu variable guest machine cpu console states")

# A loaded host delays timer interrupts beyond what Linux accepts.  And its watch
# over the TSC hangs if the clock is switched at that moment: one CPU waits with
# interrupts off for another, which has stopped for the switch, up to a limit
# that is measured by jiffies, and those stand still meanwhile.
CLOCKS = "no_timer_check tsc=reliable"

X86 = Platform("x86_64", "x86_64", "QEMU", None, "q35", "max,la57=off",
               f"console=ttyS0 {CLOCKS}", ("registers", "lapic"))
# With a GICv3, whose ITS takes the MSIs, QEMU 7.2 and 11.1 lose one of a busy disk now and
# then while bridges are scanned, whatever the kernel ("completion polled" half a minute
# later). Ports that sleep are woken by a PME, which QEMU does not send when a device comes.
# The other way to sign pointers takes a processor most of its time, if emulated.
ARM64 = Platform("arm64", "aarch64", "QEMU_ARM64", "arm64", "virt,gic-version=2",
                 "max,pauth-impdef=on", "console=ttyAMA0 pcie_port_pm=off",
                 ("registers",))
# Where a kernel for it says so, and what
ARM64_MAGIC = (56, b"ARM\x64")

FATAL = re.compile(
    r"Kernel panic|BUG:|Oops|WARNING: |general protection fault|"
    r"unable to handle|soft lockup|hard LOCKUP|blocked for more than|"
    r"rcu: INFO: .* stall|UBSAN:|KASAN:|circular locking|"
    r"inconsistent lock state|sleeping function called|Bad page state|"
    r"refcount_t: |list_(add|del) corruption|ODEBUG: |non-static key|"
    r"Internal error: |nobody cared|DMAR: .*fault|IO_PAGE_FAULT|"
    r"Booting from Hard Disk|No bootable device")

# What any kernel loses: the copy of a display's option, if that is "off".
STOCK_LEAKS = re.compile(r"fb_get_options\+.*\n.* efifb_probe\+")

# Bytes of a file that a script in the guest can hold, in base64.
PART = 64 << 10


class MachineError(Exception):
    """The machine could not be started, or its guest died."""


def build_dir():
    """Where outputs go."""
    return os.environ.get("BUILD") or os.path.join(REPO, "build")


def accelerator():
    """How QEMU runs the guest's code: "tcg" or "kvm"."""
    return os.environ.get("ACCEL") or "tcg"


def emulator(platform):
    """Return: the QEMU that runs a platform's machines."""
    program = os.environ.get(platform.variable)
    if program:
        return program
    result = subprocess.run([os.path.join(REPO, "scripts", "emulator"), platform.qemu],
                            stdout=subprocess.PIPE, text=True)
    if result.returncode:
        raise MachineError(f"there is no QEMU for {platform.arch}")
    program = result.stdout.strip()
    # For what this process starts, too
    os.environ[platform.variable] = program
    return program


def platform_of(kernel):
    """Return: the Platform that a kernel image is for."""
    offset, magic = ARM64_MAGIC
    with open(kernel, "rb") as f:
        f.seek(offset)
        return ARM64 if f.read(len(magic)) == magic else X86


def kernel_image(which):
    """The image named by KERNEL= or STOCK_KERNEL= in the environment."""
    path = os.environ.get(which)
    target = "kernel" if which == "KERNEL" else "stock-kernel"
    if not path:
        raise MachineError(f"{which}= is not set: name the bzImage, or run "
                           f"through make, which builds it (make {target})")
    if not os.path.exists(path):
        raise MachineError(f"{which}={path} does not exist: run make {target}")
    return path


def initramfs(platform=X86):
    """Packs the guest's programs if needed.  Return: path of the archive, the same for
    this process and all that it starts."""
    variable = "INITRAMFS_" + platform.arch
    if variable not in os.environ:
        other = [platform.guest] if platform.guest else []
        result = subprocess.run(
            [os.path.join(REPO, "scripts", "initramfs"), build_dir(), *other],
            capture_output=True, text=True)
        if result.returncode:
            raise MachineError(result.stderr.strip())
        os.environ[variable] = result.stdout.strip()
    return os.environ[variable]


def topology_path(name):
    """The file of a topology; a path is taken as it is."""
    path = name if os.sep in name else \
        os.path.join(REPO, "qemu-configs", name + ".args")
    if not os.path.exists(path):
        known = sorted(f[:-5] for f in os.listdir(
            os.path.join(REPO, "qemu-configs")) if f.endswith(".args"))
        raise MachineError(f"no topology {name}: known are {', '.join(known)}")
    return path


def topology_arguments(name):
    """The QEMU arguments in a topology's file."""
    arguments = []
    with open(topology_path(name), encoding="utf-8") as f:
        for line in f:
            arguments += shlex.split(line, comments=True)
    return arguments


def board_of(arguments, platform):
    """Return: the board that QEMU arguments ask for, or else the platform's."""
    machines = [platform.machine] + [
        more for one, more in zip(arguments, arguments[1:]) if one == "-machine"]
    board = machines[-1].split(",")[0]
    if board not in BOARDS:
        raise MachineError(f"no board {board}: known are {', '.join(BOARDS)}")
    return board


def parse_size(text):
    """'256M' -> bytes, as QEMU reads it; None if it is no size."""
    match = re.fullmatch(r"(\d+)([KMGT]?)", text)
    if not match:
        return None
    return int(match[1]) << " KMGT".index(match[2] or " ") * 10


def parse_properties(text):
    """'driver,key=value,...' -> arguments of device_add or object-add."""
    driver, *pairs = text.split(",")
    properties = {"driver": driver}
    for pair in pairs:
        key, _, value = pair.partition("=")
        size = parse_size(value) if key != "addr" and key != "serial" else None
        if value in ("on", "off"):
            properties[key] = value == "on"
        elif size is not None:
            properties[key] = size
        else:
            properties[key] = value
    return properties


def boot_files(kernel):
    """The arguments for a machine that is to do Machine.kexec(): the files that
    it boots, as disks of the controller that it has anyway."""
    arguments = []
    for i, path in enumerate((kernel, initramfs())):
        arguments += ["-drive", f"if=none,id=boot{i},format=raw,snapshot=on,"
                      f"file={os.path.abspath(path)}",
                      "-device", f"ide-hd,drive=boot{i},bus=ide.{i}"]
    return arguments


def make_disk(folder, name, size=DISK_SIZE):
    """Makes a disk image; no two places at its beginning are alike, so that who reads
    there gets what belongs there.  Return: its path."""
    path = os.path.join(folder, name)
    with open(path, "xb") as f:
        f.write(os.urandom(WRITTEN))
        f.truncate(size)
    return path


def make_disks(arguments, folder):
    """Makes the disk images that a command line names without a folder.
    Return: how many."""
    names = re.findall(r"\bfile=([\w.-]+\.img)", " ".join(arguments))
    for name in names:
        make_disk(folder, name)
    return len(names)


class Machine:
    """A running guest.  Use as a context manager: leaving it ends QEMU."""

    def __init__(self, topology, kernel, append="", logs=None, hotplug="native",
                 memory="1G", cpus=2, cpu=None, extra=(), strict=True, leaks=True):
        """@append: more kernel parameters; @hotplug: "native" (pciehp) or
        "acpi"; @cpu: the model to emulate; @strict: a kernel WARNING ends the
        run; @leaks: look for lost memory at the end, if the kernel can."""
        self.topology = topology
        self.kernel = kernel
        self.platform = platform_of(kernel)
        self.append = append
        self.hotplug = hotplug
        self.memory = memory
        self.cpus = cpus
        self.cpu = cpu or self.platform.cpu
        self.extra = list(extra)
        self.strict = strict
        self.leaks = leaks
        self.accel = accelerator() if self.platform is X86 else "tcg"
        self.logs = logs or os.path.join(build_dir(), "logs", "machine")
        self.wake = threading.Condition()
        self.failure = None
        self.console = []
        self.last_output = None
        self.process = None
        self.folder = None
        self.guest = None
        self.qmp = None
        self.host_port = None
        self.files = []
        self.objects = 0

    # Starting and ending

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self._explain()
            self.stop()
            raise

    def __exit__(self, kind, *_):
        try:
            if kind is not None:
                self._explain()
            elif self.leaks:
                self.check_leaks()
        finally:
            self.stop()

    def command(self, channels, append):
        """Return: QEMU's command line, @channels being the options for console,
        control and the agent's chardev pmb-agent."""
        devices = topology_arguments(self.topology)
        root, acpi_below_bridges = BOARDS[board_of(devices, self.platform)]
        by_acpi = "on" if self.hotplug == "acpi" else "off"
        more = ["-global", f"{acpi_below_bridges}={by_acpi}"] \
            if acpi_below_bridges else []
        return [
            emulator(self.platform), "-nodefaults", "-no-user-config",
            "-display", "none", "-no-reboot",
            "-machine", self.platform.machine, "-accel", self.accel,
            "-cpu", "host" if self.accel == "kvm" else self.cpu,
            "-smp", str(self.cpus), "-m", self.memory, *more, *channels,
            "-device", f"virtio-serial-pci,id=pmb-serial,bus={root},addr=0x1e",
            "-device", PORT,
            "-kernel", os.path.abspath(self.kernel),
            "-initrd", os.path.abspath(initramfs(self.platform)),
            "-append",
            f"{self.platform.console} panic=-1 log_buf_len=4M {append}",
            *devices, *self.extra]

    def _arguments(self, qmp_fd, agent_fd, host_fd):
        return self.command([
            "-chardev", f"socket,id=pmb-qmp,fd={qmp_fd}",
            "-mon", "chardev=pmb-qmp,mode=control",
            "-chardev", f"socket,id=pmb-agent,fd={agent_fd}",
            "-chardev", f"socket,id=pmb-host,fd={host_fd}",
            "-serial", "stdio"], self.append) + ["-device", HOST_PORT]

    def make_disk(self, name, size=DISK_SIZE):
        """Makes a disk image in the machine's folder."""
        return make_disk(self.folder, name, size)

    def open_log(self, name):
        """Opens a file beside the machine's other logs, until it stops."""
        log = open(os.path.join(self.logs, name), "w", encoding="utf-8")
        self.files.append(log)
        return log

    def start(self):
        """Boots, and waits until the guest takes commands."""
        os.makedirs(self.logs, exist_ok=True)
        self.folder = tempfile.mkdtemp(prefix="pmb-")
        qmp, qmp_far = socket.socketpair()
        agent, agent_far = socket.socketpair()
        self.host_port, host_far = socket.socketpair()
        far = qmp_far, agent_far, host_far
        arguments = self._arguments(*(s.fileno() for s in far))
        self.disks = make_disks(arguments, self.folder)
        self.networks = arguments.count("-netdev")
        with self.open_log("command") as f:
            f.write(shlex.join(arguments) + "\n")
        self._spawn(arguments, far)
        self.qmp = QMP(qmp, self.open_log("qmp.log"), self.wake, self.check)
        self.guest = Guest(agent, self.open_log("guest.log"), self.wake,
                           self.check)
        self.qmp.execute("qmp_capabilities")
        self._wait_boot()
        return self

    def _spawn(self, arguments, far):
        errors = self.open_log("qemu.err")
        try:
            self.process = subprocess.Popen(
                arguments, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=errors,
                pass_fds=[s.fileno() for s in far])
        except FileNotFoundError:
            raise MachineError(
                f"{arguments[0]} does not exist: install QEMU") from None
        for s in far:
            s.close()
        self.last_output = time.monotonic()
        threading.Thread(target=self._watch, daemon=True,
                         args=(self.open_log("console.log"),)).start()

    def _wait_boot(self, job=None, timeout=90):
        """Waits for an agent to answer; @job, which boots, ends only if it failed."""
        end = time.monotonic() + timeout * PATIENCE
        silence = SILENCE.get(self.accel, SILENCE_EMULATED) * PATIENCE
        with self.wake:
            while not self.guest.ready:
                self.check()
                if job and not job.running:
                    raise MachineError(job.output)
                now = time.monotonic()
                if now - self.last_output > silence or now > end:
                    self.failure = self._hang()
                self.wake.wait(0.5)

    def _hang(self):
        tail = "".join(self.console[-3:]) or "(nothing was printed)\n"
        advice = "KVM hangs on some nested hosts: try ACCEL=tcg" \
            if self.accel == "kvm" else f"see {self.logs}/console.log"
        return f"the guest does not come up; {advice}\n{tail}"

    def stop(self):
        """Ends QEMU and removes the disks.  The logs stay."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()
            self.process.stdout.close()
        for end in (self.guest, self.qmp):
            if end:
                end.thread.join(2)
                end.sock.close()
        if self.host_port:
            self.host_port.close()
        for log in self.files:
            log.close()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    # Watching

    def _explain(self):
        """After a failure, the logs should say why."""
        if self.qmp and self.process.poll() is None:
            if self.failure:
                self._let_speak()
            self._write_state()

    def _let_speak(self):
        """What the kernel says after its first line of complaint explains it."""
        end = time.monotonic() + 5 * PATIENCE
        with self.wake:
            while time.monotonic() < min(end, self.last_output + PATIENCE):
                self.wake.wait(0.2)

    def _write_state(self):
        """What a hung guest cannot tell itself: where its processors are, and which
        interrupts they wait for."""
        failure, self.failure = self.failure, None
        state = self.open_log("state.log")
        with contextlib.suppress(QMPError, MachineError):
            for moment, cpu, what in itertools.product(
                    range(2), range(self.cpus), self.platform.states):
                state.write(f"moment {moment}, CPU {cpu}: {what}\n" + self.hmp(
                    f"info {what}", timeout=3, **{"cpu-index": cpu}))
        self.failure = failure

    def _watch(self, log):
        # Unbuffered lines: a panic must be seen while it happens.
        try:
            for raw in self.process.stdout:
                line = raw.decode("utf-8", "replace").replace("\r", "")
                log.write(line)
                log.flush()
                self._judge(line)
        except ValueError:
            pass
        status = self.process.wait()
        with self.wake:
            self.failure = self.failure or (
                f"QEMU ended with status {status}: " + self._errors())
            self.wake.notify_all()

    def _judge(self, line):
        with self.wake:
            self.console.append(line)
            self.last_output = time.monotonic()
            if FATAL.search(line) and not self.failure and \
                    (self.strict or "WARNING: " not in line):
                self.failure = "the guest's kernel says: " + line.strip()
            self.wake.notify_all()

    def _errors(self):
        try:
            with open(os.path.join(self.logs, "qemu.err"),
                      encoding="utf-8") as f:
                return f.read().strip() or "without a message"
        except OSError:
            return "without a message"

    def check(self):
        """Raises MachineError once the guest's kernel has failed."""
        if self.failure:
            raise MachineError(f"{self.failure} (log: {self.logs})")

    def check_leaks(self):
        """Raises MachineError if the guest's kernel lost memory; asks only a
        kernel that can tell (qemu-configs/debug.config).  What is not found
        for the first time has to be as old as kmemleak wants it to be."""
        text = self.run("cd /sys/kernel/debug; [ -e kmemleak ] || exit 0; "
                        # It fails once kmemleak has given itself up
                        "echo scan > kmemleak && sleep 6 && echo scan > kmemleak && "
                        "cat kmemleak", timeout=300)
        leaks = [block for block in re.split(r"^(?=unreferenced)", text, flags=re.M)
                 if block.strip() and not STOCK_LEAKS.search(block)]
        if leaks:
            raise MachineError("the guest's kernel lost memory:\n"
                               + "".join(leaks))

    def hmp(self, line, **more):
        """Runs a line of QEMU's monitor for humans.  Return: the answer."""
        return self.qmp.execute("human-monitor-command",
                                **{"command-line": line}, **more)

    # Devices

    def add_memory(self, size):
        """Makes memory to put behind an ivshmem BAR.  Return: its id.  Pages
        are taken from the host only when the guest touches them."""
        self.objects += 1
        ident = f"mem{self.objects}"
        self.qmp.execute("object-add", **{
            "qom-type": "memory-backend-ram", "id": ident, "size": size,
            "share": True, "reserve": False})
        return ident

    def add_disk(self, ident, size=DISK_SIZE):
        """Makes a disk for a device to be plugged.  Return: what to call it in drive=."""
        self.objects += 1
        node = f"{ident}-{self.objects}"
        path = self.make_disk(node + ".img", size)
        self.qmp.execute("blockdev-add", **{
            "driver": "raw", "node-name": node,
            "file": {"driver": "file", "filename": path,
                     "cache": {"direct": False, "no-flush": True},
                     "aio": "threads"}})
        return node

    def device_add(self, text):
        """Tells QEMU to plug "driver,id=...,bus=...,key=value"."""
        self.qmp.execute("device_add", **parse_properties(text))

    def plug_ram(self, ident, bus, size, more=""):
        """Plugs a device with memory of @size behind its 64-bit prefetchable
        BAR 2."""
        memory = self.add_memory(size)
        self.device_add(f"ivshmem-plain,id={ident},bus={bus},memdev={memory}"
                        + more)

    def unplug(self, *idents, timeout=30, quick=False):
        """Asks the guest to give devices up and waits until they are gone.  The
        request is a press on the slot's attention button, which leaves five
        seconds to press again; @quick switches the slots off instead, all at the
        same time (native hot-plug only)."""
        slots = [self.address(ident)[:-2] for ident in idents] if quick else []
        for ident in idents:
            self.press_button(ident)
        if slots:
            # One that was asked first may be off by itself already: the event tells.
            self.run("".join(
                f"n=$(cd /sys/bus/pci/slots; grep -lx {slot} */address)\n"
                "echo 0 > /sys/bus/pci/slots/${n%/*}/power &\n"
                for slot in slots) + "wait", timeout)
        for ident in idents:
            self.qmp.wait_event("DEVICE_DELETED", timeout, device=ident)

    def press_button(self, ident, timeout=30):
        """Presses a slot's attention button, again while QEMU says it is busy."""
        end = time.monotonic() + timeout * PATIENCE
        while True:
            try:
                return self.qmp.execute("device_del", id=ident)
            except QMPError as e:
                if "busy" not in str(e) or time.monotonic() > end:
                    raise
            time.sleep(0.3)

    def address(self, ident):
        """Return: where the guest sees a device, e.g. "0000:08:00.0".  Raises
        MachineError if no bridge in the guest leads to it."""
        for address, device in hardware(self).items():
            if device["qdev_id"] == ident:
                return address
        raise MachineError(f"the guest sees no device {ident}")

    def wait_device(self, ident, timeout=20):
        """Waits until the guest has found a device, moved what it has to move,
        and printed what it had to say.  Return: its address."""
        address = self.address(ident)
        self.wait_hot_add(address, timeout)
        return address

    def wait_hot_add(self, address, timeout=20):
        """The same for a device that is known by its address."""
        self.wait_until(f"[ -e /sys/bus/pci/devices/{address}/config ]",
                        timeout, f"the guest to find a device at {address}")
        # Whoever reads this waits for the lock that the hot-add holds.
        self.run(f"[ ! -e {LISTING} ] || cat {LISTING} >/dev/null", timeout=60)
        self.settle(1.0)

    # Sleep

    def sleep(self, state):
        """Lets the guest sleep and wakes it up: in "s2idle", the machine runs
        on; in "deep", all devices lose their registers."""
        self.qmp.events.clear()
        marks = len(self.console)
        job = self.guest.start(f"echo {state} > /sys/power/mem_sleep; "
                               "until echo mem > /sys/power/state; do :; done")
        if state == "deep":
            self.qmp.wait_event("SUSPEND")
            self.qmp.execute("system_wakeup")
        self._wait_awake(marks)
        # Linux forgets about a port's other end in its sleep.
        self.qmp.execute("device_del", id="pmb-port")
        self.qmp.wait_event("DEVICE_DELETED", device="pmb-port")
        self.device_add(PORT)
        job.wait()

    def _wait_awake(self, marks, timeout=60):
        """The power button ends s2idle; pressed too early, it makes the guest
        try once more to fall asleep."""
        end = time.monotonic() + timeout * PATIENCE
        while True:
            self.settle(2)
            said = [line for line in self.console[marks:]
                    if "PM: suspend e" in line]
            if said and "PM: suspend exit" in said[-1]:
                return
            if time.monotonic() > end:
                raise MachineError("the guest does not wake up")
            if said:
                self.qmp.execute("system_powerdown")
            time.sleep(0.5)

    # Another kernel

    def kexec(self):
        """Boots the guest's kernel anew, without firmware and with the devices as
        they are; the machine was started with boot_files()."""
        self.run("dd if=/dev/sda of=/tmp/kernel bs=1M && "
                 "dd if=/dev/sdb of=/tmp/initramfs bs=1M", timeout=60)
        self.guest.ready = False
        job = self.guest.start(
            'exec kexec /tmp/kernel /tmp/initramfs "$(cat /proc/cmdline)"')
        self._wait_boot(job)

    # Looking at the guest

    def run(self, script, timeout=30, check=True):
        """Runs a shell script in the guest.  Return: its output."""
        return self.guest.run(script, timeout, check)

    def load_module(self, name):
        """Brings a module of the kernel into the guest's /tmp and loads it; @name is
        its path in the source tree, without ".ko"."""
        path = os.path.join(re.sub(r"arch/\w+/boot/\w+$", "", self.kernel),
                            name + ".ko")
        if not os.path.exists(path):
            raise MachineError(f"{path} does not exist: the kernel has to be where "
                               "make kernel puts it, with its modules")
        target = f"/tmp/{os.path.basename(name)}.ko"
        self.run(f": > {target}")
        with open(path, "rb") as f:
            while part := f.read(PART):
                text = base64.encodebytes(part).decode()
                self.guest.start(f"base64 -d >> {target} <<E\n{text}E",
                                 f"(a part of {target})").wait()
        self.run(f"insmod {target}")

    def wait_until(self, script, timeout=20, what=None):
        """Repeats a script in the guest until it succeeds."""
        end = time.monotonic() + timeout * PATIENCE
        while not self.guest.succeeds(script):
            if time.monotonic() > end:
                raise MachineError(f"waited {timeout * PATIENCE:g} s for "
                                   f"{what or script}")
            time.sleep(0.1)

    def dmesg(self):
        """Return: the kernel's log, a list of lines with their time."""
        return self.run("dmesg").splitlines()

    def log_mark(self):
        """Return: a mark to give to dmesg_since()."""
        return len(self.dmesg())

    def dmesg_since(self, mark):
        """Return: the lines logged since @mark."""
        return self.dmesg()[mark:]

    def settle(self, quiet=1.5, timeout=30):
        """Waits until the kernel has printed nothing for @quiet seconds."""
        end = time.monotonic() + timeout * PATIENCE
        with self.wake:
            while time.monotonic() - self.last_output < quiet:
                self.check()
                if time.monotonic() > end:
                    raise MachineError("the kernel's log does not settle")
                self.wake.wait(0.1)
