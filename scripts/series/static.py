# SPDX-License-Identifier: GPL-2.0
"""Tools that give warnings, of which the series must not bring more.

A warning counts if it is about a file that the commit touches.  What a tool says of a
tree is asked once for the files that its commit and the next one touch, so that it
serves as "after" and as "before"."""

import collections
import glob
import os
import re
import shlex
import shutil
import subprocess
import tempfile

import patchset
from patchset import TOP

from .results import cache

COMPILE = os.path.join(TOP, "scripts", "compile")
# Up to 0.6.4 sparse does not know this word of C23; to it the two mean the same.
SPARSE = "CF=-D__typeof_unqual__=__typeof__"
# As the kernel warns of on machines with 32 bits; checkstack.pl begins at 100.
STACK_BYTES = 1024
MESSAGE = re.compile(r"^(?:\.\./src/|/\S*?/src/)?([\w./-]+\.[ch]):(\d+)(?::\d+)?: "
                     r"(?:warning|error|fatal error): (.*)$")
# Of the file, or of what is meant: the same message names another line after most patches.
LINE_NUMBERS = re.compile(r"(?<=:)\d[\d:-]*|(?<= on line )\d+")
GCC = re.compile(r"\[-W[\w=+-]+\]$")
# For files that the tests' configuration has not got.
OTHERS = {"arch/arm64/": "arm64", "drivers/pci/ide.c": "modules"}


def version():
    """Which base this is."""
    with open(os.path.join(TOP, "patches", "BASE"), encoding="utf-8") as source:
        return re.search(r"^VERSION=(.*)$", source.read(), re.M)[1]


def configurations(paths):
    found = {"movable"}
    for path in paths:
        found |= {name for prefix, name in OTHERS.items() if path.startswith(prefix)}
    return sorted(found)


def frames(configuration, paths):
    """{path: [function]}: those with large stack frames."""
    folder = os.path.join(cache(), "build", version() + "-check")
    prefix = "aarch64-linux-gnu-" if configuration == "arm64" else ""
    found = collections.defaultdict(list)
    for path in paths:
        compiled = os.path.join(folder, configuration + "-static", "obj", path[:-2] + ".o")
        if not path.endswith(".c") or not os.path.exists(compiled):
            continue
        code = subprocess.run([prefix + "objdump", "-d", compiled], capture_output=True,
                              check=True).stdout
        machine = "arm64" if prefix else "x86_64"
        lines = subprocess.run(["perl", os.path.join(folder, "src", "scripts", "checkstack.pl"),
                                machine, str(STACK_BYTES)], input=code, check=True,
                               capture_output=True).stdout.decode().splitlines()
        found[path] += [line.split()[1] for line in lines if line]
    return found


def is_module_info(series, commit, path, line, message):
    """Sparse does not know __builtin_strlen() as constant, with which MODULE_LICENSE() and
    its like assert something."""
    if message != "bad constant expression":
        return False
    lines = (series.blob(commit, path) or b"").split(b"\n")
    return lines[line - 1].startswith(b"MODULE_")


def ask(series, tree_commit, paths):
    """{tool: {path: [message]}} for the objects of a tree."""
    said = {tool: collections.defaultdict(list) for tool in ("W=1", "sparse", "stack")}
    for configuration in configurations(paths):
        mine = [path for path in paths if path.endswith(".c")]
        command = [*shlex.split(os.environ.get("BUILD_WITH", "")), COMPILE, "-c", "-o", "W=1",
                   "-o", "C=2", "-o", SPARSE, configuration, tree_commit, *mine]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", check=False)
        if done.returncode:
            raise patchset.Error(f"{tree_commit} does not compile with W=1 C=2:\n"
                                 + "\n".join(done.stdout.splitlines()[-12:]))
        for line in sorted(set(done.stdout.splitlines())):
            match = MESSAGE.match(line)
            if not match:
                continue
            path, number, message = os.path.normpath(match[1]), int(match[2]), match[3]
            if not is_module_info(series, tree_commit, path, number, message):
                tool = "W=1" if GCC.search(message) else "sparse"
                said[tool][path].append(message)
        for path, names in frames(configuration, mine).items():
            said["stack"][path] += names
    return said


def asked(series, store, commit, paths):
    """What ask() says, from the cache if it is known."""
    paths = sorted(series.existing(commit, paths))
    tree = series.git.out("rev-parse", commit + "^{tree}")
    return store.value("static", [tree, paths], lambda: ask(series, commit, paths))[0]


def doc_of(series, store, commit, paths):
    """{path: [message]} of kernel-doc, which looks at nothing but the file."""
    said = {}
    for path in series.existing(commit, paths):
        if not path.endswith((".c", ".h")):
            continue
        blob = series.git.out("rev-parse", f"{commit}:{path}")
        said[path] = store.value("kernel-doc", [blob],
                                 lambda path=path: kernel_doc(series, commit, path))[0]
    return said


def kernel_doc(series, commit, path):
    """What kernel-doc says of one file."""
    with tempfile.TemporaryDirectory() as scratch:
        name = os.path.join(scratch, os.path.basename(path))
        with open(name, "wb") as target:
            target.write(series.blob(commit, path))
        done = subprocess.run(["scripts/kernel-doc", "-none", "-Wall", name],
                              cwd=patchset.TREE, capture_output=True, check=False)
    lines = done.stderr.decode(errors="replace").splitlines()
    messages = [LINE_NUMBERS.sub("", line.replace(scratch + "/", "")) for line in lines
                if re.search(r"warning|error", line, re.I) and "warnings as" not in line]
    if done.returncode and not messages:
        messages = lines[-3:] or [f"exit status {done.returncode}"]
    return messages


def messages(tool, series, store, commit, paths, more=()):
    """The messages of a tool about the paths, in the tree of a commit; @more is asked
    about in the same go."""
    if tool == "kernel-doc":
        said = doc_of(series, store, commit, paths)
    else:
        said = asked(series, store, commit, set(paths) | set(more))[tool]
    return [f"{os.path.basename(path)}: {message}" for path in sorted(paths)
            for message in said.get(path, ())]


def next_touched(commit):
    after = commit.series.commits[commit.number:commit.number + 1]
    return after[0].touched if after else []


def counted(tool):
    """A check that a commit does not bring messages of a tool."""
    def check(commit, store):
        series = commit.series
        first = commit.number == 1
        previous = [] if first else series.commits[commit.number - 2].touched
        before = messages(tool, series, store, commit.parent, commit.touched, previous)
        after = messages(tool, series, store, commit.id, commit.touched,
                         next_touched(commit))
        fresh = collections.Counter(after) - collections.Counter(before)
        return {"complaints": [f"new: {message}" for message in fresh],
                "note": f"{len(before)} before, {len(after)} after"}
    return check


def totals(series, store, wanted):
    """Yields (tool, (before, after)) over all files that the series touches."""
    for tool in ("W=1", "sparse", "stack", "kernel-doc"):
        if tool in wanted:
            yield title(tool), tuple(
                len(messages(tool, series, store, commit, series.touched))
                for commit in (series.base, series.head))
    if "coccicheck" in wanted:
        yield title("coccicheck"), tuple(
            len(cocci_of(series, store, commit)) for commit in (series.base, series.head))


def title(tool):
    return {"stack": f"checkstack (over {STACK_BYTES} bytes)"}.get(tool, tool)


def runs_here(text):
    """Rules with parts in OCaml need its compiler."""
    return shutil.which("ocamlopt") or not re.search(r"^@.*:ocaml\b", text, re.M)


def rules():
    """(path, options) of each semantic patch that can report."""
    for path in sorted(glob.glob(os.path.join(patchset.TREE, "scripts/coccinelle/**/*.cocci"),
                                 recursive=True)):
        with open(path, encoding="utf-8") as source:
            text = source.read()
        if re.search(r"^virtual .*\breport\b", text, re.M) and runs_here(text):
            options = re.search(r"^// Options: (.*)$", text, re.M)
            yield path, options[1].split() if options else []


def cocci_of(series, store, commit):
    """What all semantic patches report of the touched files, in the tree of a commit."""
    blobs = {path: series.git.out("rev-parse", f"{commit}:{path}")
             for path in sorted(series.existing(commit, series.touched))
             if path.endswith(".c")}
    said = []
    with tempfile.TemporaryDirectory() as scratch:
        for path in blobs:
            os.makedirs(os.path.join(scratch, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(scratch, path), "wb") as target:
                target.write(series.blob(commit, path))
        for rule, options in rules():
            key = [os.path.relpath(rule, patchset.TREE), blobs]
            said += store.value("coccicheck rule", key, lambda rule=rule, options=options:
                                cocci(scratch, blobs, rule, options))[0]
    return said


def cocci(scratch, paths, rule, options):
    """Run a semantic patch as scripts/coccicheck does, on each file by itself."""
    groups = os.path.join(scratch, "groups")
    with open(groups, "w", encoding="utf-8") as target:
        target.write("\n\n".join(os.path.join(scratch, path) for path in paths) + "\n")
    done = subprocess.run(
        ["spatch", "-D", "report", "--very-quiet", "--no-show-diff", "--cocci-file", rule,
         *options, "-I", os.path.join(patchset.TREE, "include"), "--timeout", "120",
         "--file-groups", groups], capture_output=True, text=True, errors="replace",
        check=False)
    if done.returncode:
        raise patchset.Error(f"spatch failed with {rule}:\n{done.stderr[-800:]}")
    return [line.replace(scratch + "/", "") for line in done.stdout.splitlines()
            if line.startswith(scratch)]


def coccicheck(end, store):
    """The whole series: what is reported after and was not before."""
    series = end.commit.series
    def texts(commit):
        return [LINE_NUMBERS.sub("", line) for line in cocci_of(series, store, commit)]
    before, after = texts(series.base), texts(series.head)
    fresh = collections.Counter(after) - collections.Counter(before)
    return {"complaints": [f"new: {line}" for line in fresh],
            "note": f"{len(list(rules()))} semantic patches, "
                    f"{len(before)} before, {len(after)} after"}
