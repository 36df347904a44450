# SPDX-License-Identifier: GPL-2.0
"""Load that verifies itself: fio on disks, ping through a network card.

fio writes random blocks with a checksum in each, reads them back and stops at
the first that differs or fails.  It runs until it is told to stop."""

import json
import re
import signal
import time

from . import PATIENCE

GATEWAY = "10.0.2.2"
# Replies that may take their time: those of a second
ON_THE_WAY = 10

# It takes what processor time nobody else wants, unless it measures: a test is not to
# wait for its own load.
FIO_BESIDE = "--nice=19 "
# verify_backlog makes every block be read back within the next 64 writes.
FIO = ("exec fio --name={disk} --filename=/dev/{disk} --rw=randwrite --bs=4k "
       "--direct=1 --ioengine=io_uring --iodepth=4 --size=32M "
       "--verify=crc32c --verify_fatal=1 --verify_backlog=64 "
       "--time_based --runtime=30d {more}"
       "--output-format=json --output=/tmp/{disk}.json")
FIO_LOG = ("--log_unix_epoch=1 --log_avg_msec=100 --log_max_value=1 "
           "--write_iops_log=/tmp/{disk} --write_lat_log=/tmp/{disk} ")
FIO_INTERRUPTED = 128

# What the kernel says when a device's work was disturbed.
TROUBLE = re.compile(
    r"I/O error|timeout|timed out|resetting|reset controller|Abort|"
    r"controller is down|Reset adapter|Hardware Unit Hang|"
    r"(nvme|virtio).*(error|fail)|NETDEV WATCHDOG|Link is Down", re.I)

ADDRESS = re.compile(r"\b\w{4}:\w\w:\w\w\.\w\b")


class LoadError(Exception):
    """Data was wrong, or a request or a packet was lost."""


def trouble(lines, devices):
    """Return: the lines of dmesg that speak of a disturbed device, @devices
    being those that the load started with (what is plugged later may fail to
    probe, that is another matter)."""
    return [line for line in lines
            if TROUBLE.search(line) and set(ADDRESS.findall(line)) <= devices]


def fio_result(text):
    """Return: what fio says in JSON of its one job, after whatever else it says."""
    return json.loads(text[text.index("{"):])["jobs"][0]


class Report:
    """What the load did: requests and slowest request per disk, replies."""

    def __init__(self):
        self.disks = {}
        self.sent = self.received = 0

    def lines(self):
        """Return: one line for each disk, one for the network."""
        out = [f"{disk}: {d['ios']} requests verified or written, "
               f"slowest {d['slowest_ms']:.1f} ms"
               for disk, d in sorted(self.disks.items())]
        if self.sent:
            out.append(f"ping: {self.received} of {self.sent} answered")
        return out


class Load:
    """fio on each of @disks (default: every disk there is), ping if there is
    a network card and @network."""

    # Complaints that a subclass knows to be harmless: a regular expression
    EXPECTED = None

    def __init__(self, machine, disks=None, log=False, network=True):
        self.machine = machine
        self.disks = disks
        self.log = log
        self.network = network
        self.fio = {}
        self.ping = None
        self.mark = 0
        self.devices = set()

    def start(self):
        """Starts, and returns when every disk has work under way."""
        m = self.machine
        self.mark = m.log_mark()
        self.devices = set(m.run("ls /sys/bus/pci/devices").split())
        if self.disks is None:
            self.disks = m.run("ls /sys/block | grep -E '^(nvme|vd|sd)' "
                               "|| true").split()
            if len(self.disks) < max(m.disks, 1):
                raise LoadError(f"disks: {self.disks}, of {m.disks} that the machine has")
        done = {disk: self._stat(disk) for disk in self.disks}
        for disk in self.disks:
            more = FIO_LOG.format(disk=disk) if self.log else FIO_BESIDE
            self.fio[disk] = m.guest.start(FIO.format(disk=disk, more=more))
        if self.network and m.networks:
            self._start_ping()
        for disk in self.disks:
            reads, writes = done[disk]
            m.wait_until(f"set -- $(cat /sys/block/{disk}/stat); "
                         f"[ $1 -gt {reads + 200} ] && "
                         f"[ $5 -gt {writes + 200} ]", 30,
                         f"reads and writes on {disk}")
        self.check()
        return self

    def _stat(self, disk):
        """Return: reads and writes that a disk has completed so far."""
        fields = self.machine.run(f"cat /sys/block/{disk}/stat").split()
        return int(fields[0]), int(fields[4])

    def _start_ping(self):
        m = self.machine
        m.wait_until(f"ping -c 1 -W 1 {GATEWAY}", 20, "the network")
        self.ping = m.guest.start(f"exec ping -i 0.1 {GATEWAY}")
        self.ping.wait_output("icmp_seq=1 ")

    def check(self):
        """Raises LoadError if a disk's load has ended or the log complains."""
        for disk, job in self.fio.items():
            if not job.running:
                raise LoadError(f"fio on {disk} ended with {job.status}:\n"
                                + self._tail(disk, job))
        if self.ping and not self.ping.running:
            raise LoadError(f"ping ended:\n{self.ping.output}")
        self._check_log()

    def _tail(self, disk, job):
        return job.output + self.machine.run(f"head -c 500 /tmp/{disk}.json",
                                             check=False)

    def log_lines(self):
        """Return: what the kernel has logged since the start."""
        return self.machine.dmesg_since(self.mark)

    def _check_log(self):
        bad = [line for line in trouble(self.log_lines(), self.devices)
               if not (self.EXPECTED and self.EXPECTED.search(line))]
        if bad:
            raise LoadError("the kernel complains:\n" + "\n".join(bad))

    def run_for(self, seconds):
        """Lets it work for a while, then checks."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.machine.check()
            time.sleep(0.1)
        self.check()

    def stop(self):
        """Ends the load.  Return: a Report.  Raises LoadError if one block
        was wrong, one request failed or one packet went unanswered."""
        self.check()
        report = Report()
        for job in self.fio.values():
            job.kill(signal.SIGINT)
        for disk, job in self.fio.items():
            report.disks[disk] = self._end_fio(disk, job)
        if self.ping:
            report.sent, report.received = self._end_ping()
        self._check_log()
        return report

    def _end_fio(self, disk, job):
        job.wait(40, check=False)
        text = self.machine.run(f"cat /tmp/{disk}.json")
        if job.status != FIO_INTERRUPTED:
            raise LoadError(f"fio on {disk} ended with {job.status}, not by "
                            f"the signal:\n{job.output}{text[:500]}")
        result = fio_result(text)
        if result["error"]:
            raise LoadError(f"fio on {disk}: error {result['error']}")
        both = [result["read"], result["write"]]
        if not all(side["total_ios"] for side in both):
            raise LoadError(f"fio on {disk} did not read and write")
        return {"ios": sum(side["total_ios"] for side in both),
                "slowest_ms": max(s["lat_ns"]["max"] for s in both) / 1e6}

    def _replies(self):
        return {int(s) for s in re.findall(r"icmp_seq=(\d+) ttl", self.ping.output)}

    def _end_ping(self):
        self.ping.wait_output(f"icmp_seq={max(self._replies(), default=0) + 1} ")
        self.ping.kill(signal.SIGINT)
        self.ping.wait(10, check=False)
        text = self.ping.output
        found = re.search(r"(\d+) packets transmitted, (\d+) received", text)
        if not found:
            raise LoadError(f"ping gave no statistics:\n{text[-500:]}")
        seen = self._replies()
        # The signal comes while replies are on their way.
        last = max(seen, default=0)
        lost = sorted(set(range(1, last + 1)) - seen)
        if lost or int(found[1]) > last + ON_THE_WAY * PATIENCE:
            raise LoadError(f"packets without reply: {lost or 'the last ones'}")
        return last, len(seen)


def expect_failure(load):
    """Waits for a load to fail.  Return: why it did."""
    try:
        end = time.monotonic() + 10 * PATIENCE
        while time.monotonic() < end:
            load.run_for(0.5)
    except LoadError as e:
        return str(e)
    raise LoadError("the load goes on although its data was destroyed")
