# SPDX-License-Identifier: GPL-2.0
"""The checks: each says what is missing to run it, and runs.

run() returns {"complaints": [line...], "note": text}."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from patchset import TOP, TREE

from . import static

sys.path.append(os.path.join(TOP, "selftests", "guest"))

WARNING = re.compile(r"(?:warning|error):|^make.*\*\*\*|undefined reference|No rule", re.I)
MOST = 12


def result(complaints, note="", keep=False):
    """keep: also if there are complaints, which a second run might not find."""
    return {"complaints": complaints, "note": note, "keep": keep}


def run(*command, **more):
    """Run a program of the project; return (status, output and errors as text)."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, text=True, errors="replace", **more)
    return done.returncode, done.stdout


def compiling(*command):
    """The same for one that compiles."""
    return run(*shlex.split(os.environ.get("BUILD_WITH", "")), *command, cwd=TOP)


def worst(text):
    """The lines of a log that tell what is wrong."""
    lines = text.splitlines()
    return ([line for line in lines if WARNING.search(line)] or lines[-5:])[:MOST]


def needs(*programs):
    """A function that tells which of these is missing."""
    def missing():
        lost = [name for name in programs if not shutil.which(name)]
        return f"{', '.join(lost)} not installed: scripts/packages series" if lost else ""
    return missing


class Check:
    """One check.

    inputs: scripts that it depends on besides those that all do.  reads_message: does it
    depend on the commit's message?  lasts: is the result worth keeping?
    """

    def __init__(self, name, function, missing=needs("git"), inputs=(),
                 reads_message=False, lasts=True):
        self.name, self.run, self.missing = name, function, missing
        self.inputs, self.reads_message, self.lasts = inputs, reads_message, lasts


# What checkpatch says and why it is left so: its word for it, where, the reason.
ACCEPTED = (
    ("MISSING_FIXES_TAG", r"", "the history that would tell the commit is not at hand"),
    ("OPEN_ENDED_LINE|PARENTHESIS_ALIGNMENT", r"include/trace/events/",
     "trace headers are written so"),
    ("AVOID_EXTERNS", r"include/linux/ioport\.h", "as all prototypes of that header"),
    ("VOLATILE", r"mm/tests/", "the prototype of iounmap()"),
    ("MACRO_ARG_REUSE", r"movable/(layout\.c|movable\.h|tests/layout_\w+\.h)",
     "sizeof, a loop's variable, or constants of a table: evaluated once or never"),
    ("COMPLEX_MACRO", r"movable/tests/layout_tables\.h", "a list to expand another macro"),
    ("PARENTHESIS_ALIGNMENT", r"movable/tests/cases_\w+\.h",
     "an initializer as an argument, which checkpatch takes for a condition"),
    ("VOLATILE|BIT_MACRO", r"selftests/pci_movable_bars/",
     "user space: memory of a device is read, and there is no BIT_ULL()"),
    ("REPEATED_WORD|SPLIT_STRING|EMBEDDED_FUNCTION_NAME", r"selftests/pci_movable_bars/",
     "lists of devices, some of them alike; and words that are functions elsewhere"),
)
REMARK = re.compile(r"(.*?):(\d+): (?:ERROR|WARNING|CHECK):(\w+): (.*)")


def is_accepted(path, word, message):
    """Is a remark of checkpatch one that is left so?"""
    if word == "COMMIT_LOG_LONG_LINE":
        # Quotations, of logs for example, are indented and not broken.
        return not any(len(line) > 75 and not line.startswith("  ")
                       for line in message.splitlines()[2:])
    return any(re.fullmatch(words, word) and re.search(where, path)
               for words, where, _ in ACCEPTED)


def checkpatch(commit, _store):
    """checkpatch on the mail; who signs is the sender's business."""
    git = commit.series.git
    mail = git.raw("format-patch", "-q", "-1", "--stdout", commit.id)[1]
    message = git.out("log", "-1", "--format=%B", commit.id)
    # MAINTAINERS need not change with each new file.
    done = subprocess.run(["scripts/checkpatch.pl", "--strict", "--no-signoff", "--no-tree",
                           "--terse", "--no-summary", "--showfile", "--show-types",
                           "--ignore", "FILE_PATH_CHANGES", "-"],
                          input=mail, capture_output=True, cwd=TREE, check=False)
    lines = (done.stdout + done.stderr).decode(errors="replace").splitlines()
    if done.returncode and not lines:
        return result([f"checkpatch.pl: exit status {done.returncode}"])
    accepted = [line for line in lines if (match := REMARK.match(line))
                and is_accepted(match[1], match[3], message)]
    return result([line for line in lines if line not in accepted],
                  f"{len(accepted)} remarks accepted" if accepted else "")


def image_of(commit):
    """(status, what scripts/build says; the last line is the image's path)."""
    status, text = compiling(os.path.join(TOP, "scripts", "build"), commit.id)
    return status, text.strip().splitlines()


def build(commit, _store):
    """The kernel of the test machines; any warning is a complaint."""
    status, lines = image_of(commit)
    if status:
        return result(worst("\n".join(lines)))
    folder = lines[-1].rpartition("/arch/")[0]
    with open(os.path.join(folder, "build.log"), encoding="utf-8", errors="replace") as source:
        text = source.read()
    warnings = [line for line in text.splitlines() if "warning:" in line.lower()]
    steps = len(re.findall(r"^  [A-Z]+ ", text, re.M))
    # What was compiled is not compiled again, and silent then
    return result(warnings[:MOST], f"{steps} steps", keep=True)


def suites(commit):
    """The names of the KUnit suites that the series has brought so far."""
    found = []
    for path in commit.series.touched:
        if path.endswith("_kunit.c"):
            text = (commit.series.blob(commit.id, path) or b"").decode()
            found += re.findall(r'^\t\.name = "(\w+)"', text, re.M)
    return found


def knows_option(commit):
    return b"pcie_movable_bars" in commit.series.blob(commit.id, "drivers/pci/pci.c")


def boot(commit, _store):
    """Boots to where the suites' results are, and they have passed."""
    from cases.t00_boot import check_suite
    from vm import ktap

    status, lines = image_of(commit)
    if status:
        return result(["does not build"])
    os.environ["KERNEL"] = lines[-1]
    wanted = suites(commit)
    test = ktap.Test(f"series/{commit.number:02}")
    try:
        with test.boot("flat", option=knows_option(commit), kunit=True) as m:
            release = m.run("uname -r").strip()
            names = m.run("ls /sys/kernel/debug/kunit", check=False).split()
            for suite in wanted:
                test.check(suite in names, f"results of {suite} in debugfs")
                check_suite(test, suite,
                            m.run(f"cat /sys/kernel/debug/kunit/{suite}/results"))
            m.settle()
    except (ktap.Failed,) + ktap.EXPECTED as error:
        return result(str(error).splitlines()[:MOST])
    return result([], f"{release}, KUnit: {' '.join(wanted) or 'no suite yet'}")


def folders(commit):
    """What to compile for other machines: folders where that is quick."""
    return sorted({re.sub(r"^drivers/pci/.*", "drivers/pci/", path)
                   for path in commit.touched
                   if path.endswith(".c") or path.startswith("drivers/pci/")})


def objects(name):
    """A check that compiles what a commit touches in a configuration."""
    def check(commit, _store):
        paths = folders(commit)
        if not paths:
            return result([], "nothing to compile")
        status, text = compiling(os.path.join(TOP, "scripts", "compile"), "-o",
                                 "KCFLAGS=-Werror", name, commit.id, *paths)
        return result(worst(text) if status else [])
    return check


def builds(end, _store):
    """All configurations."""
    status, text = compiling(os.path.join(TOP, "scripts", "check-builds"), "--at",
                             end.commit.id)
    good = re.findall(r"^ok (\S+)", text, re.M)
    return result(worst(text) if status else [], " ".join(good))


def documents(end, _store):
    """The folders with documents that the series touches, as HTML."""
    if end.commit.series.git.out("status", "--porcelain", "-uno"):
        return result(["build/linux has edits that are in no commit: commit them"])
    paths = [path for path in end.commit.series.touched if path.startswith("Documentation/")]
    folders = sorted({path.split("/")[1] for path in paths if path.endswith(".rst")})
    with tempfile.TemporaryDirectory() as target:
        status, text = run("make", "-C", TREE, "htmldocs", "O=" + target,
                           "SPHINXDIRS=" + " ".join(folders))
    said = [line for line in text.splitlines() if any(path in line for path in paths)]
    if status and not said:
        said = worst(text)
    return result(said[:MOST], " ".join(folders))


def newer(end, _store):
    """git am on a newer kernel, if there is any."""
    status, text = run(os.path.join(TOP, "scripts", "check-newer"), cwd=TOP)
    last = (text.strip().splitlines() or ["no output"])[-1]
    return result(text.strip().splitlines()[-MOST:] if status else [], last)


OF_COMMITS = [
    Check("checkpatch", checkpatch, needs("perl"), reads_message=True),
    Check("build", build, needs("make", "gcc")),
    Check("boot", boot, needs("busybox"),
          inputs=("scripts/emulator", "scripts/initramfs", "selftests/guest/*.c",
                  "selftests/guest/init", "qemu-configs/flat.args", "scripts/vm/*.py",
                  "selftests/guest/cases/t00_boot.py")),
    Check("i386", objects("i386")),
    Check("arm64", objects("arm64"), needs("aarch64-linux-gnu-gcc")),
    Check("W=1", static.counted("W=1"), needs("sparse")),
    Check("sparse", static.counted("sparse"), needs("sparse")),
    Check("stack", static.counted("stack"), needs("sparse", "objdump", "perl")),
    Check("kernel-doc", static.counted("kernel-doc")),
]
OF_POSTINGS = [Check("builds", builds, needs("aarch64-linux-gnu-gcc"))]
OF_SERIES = [
    Check("coccicheck", static.coccicheck, needs("spatch")),
    Check("documents", documents, needs("sphinx-build")),
    # What is newer today need not be tomorrow.
    Check("newer", newer, lasts=False),
]
ALL = OF_COMMITS + OF_POSTINGS + OF_SERIES
