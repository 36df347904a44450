# SPDX-License-Identifier: GPL-2.0
"""Results of checks, kept in the cache by all that they depend on."""

import fcntl
import glob
import hashlib
import json
import os
import subprocess

from patchset import TOP, say

# Other scripts do not change what a check says, unless it says so itself.
INPUTS = ("scripts/series/*.py", "scripts/compile", "scripts/build", "scripts/lib.sh",
          "scripts/check-builds", "qemu-configs/*.config", "patches/BASE")


def cache():
    """The directory of all caches, as in scripts/lib.sh."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.abspath(os.path.join(os.environ.get("CACHE") or home,
                                        "pci-movable-bars"))


def scripts_hash(patterns):
    """One hash over the scripts that checks are made of."""
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(TOP, pattern))):
            with open(path, "rb") as source:
                digest.update(source.read())
    return digest.hexdigest()


def versions():
    """What those programs say of themselves by which a result may change."""
    def of(program):
        try:
            return subprocess.run([program, "--version"], capture_output=True,
                                  check=False).stdout.decode(errors="replace")
        except OSError:
            return "none"

    return [of(program) for program in (
        "gcc", "aarch64-linux-gnu-gcc", "sparse", "spatch", "sphinx-build")]


class Store:
    """Results by name of the check and what it depends on.  Who has it is the only one:
    the checks share objects."""

    def __init__(self):
        self.folder = os.path.join(cache(), "check-series")
        self.scripts = [scripts_hash(INPUTS), versions()]
        os.makedirs(self.folder, exist_ok=True)
        self.lock = open(os.path.join(self.folder, "lock"), "ab")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another check-series ...")
            fcntl.flock(self.lock, fcntl.LOCK_EX)

    def value(self, name, key, make, is_final=lambda value: True):
        """(value, was it known?): what make() returns, unless it is known.  It is kept
        if is_final()."""
        text = json.dumps([self.scripts, name, key])
        path = os.path.join(self.folder, hashlib.sha256(text.encode()).hexdigest())
        if os.path.exists(path):
            with open(path, encoding="utf-8") as source:
                return json.load(source), True
        value = make()
        if not is_final(value):
            return value, False
        new = f"{path}.{os.getpid()}"
        with open(new, "w", encoding="utf-8") as target:
            json.dump(value, target)
        os.rename(new, path)
        return value, False

    def get(self, check, subject, function):
        """The same for a check of a commit or of an end.  Complaints are kept if the
        check says so: they may come from a full disk, or from somebody who ended a
        compiler."""
        key = subject.key()
        key += [subject.id] if check.reads_message else []
        key += [scripts_hash(check.inputs)] if check.inputs else []
        return self.value(check.name, key, lambda: function(subject, self),
                          lambda result: check.lasts and
                          (result.get("keep") or not result["complaints"]))
