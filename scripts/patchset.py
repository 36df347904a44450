# SPDX-License-Identifier: GPL-2.0
"""The series as the repository keeps it, read, written and turned into commits.

Imported by the scripts that read or write the series; not run by itself.

A patch is a mail whose diff changes files that the kernel has already.  Files
that the kernel does not have are plain files of the repository; the "Adds:"
lines of a patch name those that enter the kernel tree with it.

The repository has such a file as it is after the last patch.  If it grows over
several, those after the one that adds it hold the diffs, and what enters the
tree first is what is left when these are taken back, the last one first.

"# posting NAME" in patches/series begins a posting: patches that are mailed
together, with patches/cover-NAME.
"""

import email
import email.header
import email.utils
import hashlib
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TREE = os.path.join(TOP, "build", "linux")
PATCHES = os.path.join(TOP, "patches")
BRANCH = "movable-bars"
# What build/linux was composed to: HEAD beyond it is not yet in the repository.
COMPOSED = "refs/movable/composed"
BASE = "refs/movable/base"
POSTING = re.compile(r"# posting ([a-z0-9-]+)$")

# Where a file of the repository goes in the kernel tree; kernel/ takes the rest.
SELFTEST = "tools/testing/selftests/pci_movable_bars/"
PLACES = (("selftests/pci_movable_bars/", SELFTEST),
          ("Documentation/", "Documentation/"),
          ("kernel/", ""))


class Error(Exception):
    """A failure to be told to the user: what is wrong, then what to do."""


def run_main(main):
    """Run main(), turning an Error into a message and exit status 1."""
    try:
        sys.exit(main())
    except Error as error:
        name = os.path.basename(sys.argv[0])
        first, *rest = str(error).rstrip().split("\n")
        print(f"{name}: error: {first}", file=sys.stderr)
        for line in rest:
            print(f"    {line}", file=sys.stderr)
        sys.exit(1)


def say(text):
    print(text, file=sys.stderr, flush=True)


def kernel_path(repo_path):
    """The path in the kernel tree of a file of the repository, or None."""
    for ours, theirs in PLACES:
        if repo_path.startswith(ours):
            return theirs + repo_path[len(ours):]
    return None


def repo_path(path):
    """The path in the repository of a file that the kernel does not have."""
    for ours, theirs in PLACES:
        if path.startswith(theirs):
            return ours + path[len(theirs):]
    raise AssertionError(path)


class Git:
    """git in one repository, out of reach of the user's configuration."""

    def __init__(self, git_dir, work_tree=None, index=None):
        self.env = dict(os.environ, GIT_DIR=git_dir, LC_ALL="C",
                        GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_SYSTEM=os.devnull)
        # Outside any work tree, so that no .gitattributes colours the diffs.
        self.cwd = work_tree or git_dir
        if work_tree:
            self.env["GIT_WORK_TREE"] = work_tree
        if index:
            self.env["GIT_INDEX_FILE"] = index

    def raw(self, *args, stdin=None, env=None, check=True):
        """Run git; return (status, standard output, standard error) as bytes."""
        done = subprocess.run(("git",) + args, input=stdin, capture_output=True,
                              cwd=self.cwd, env=dict(self.env, **(env or {})))
        if check and done.returncode:
            raise Error(f"git {args[0]} failed\n" + done.stderr.decode(errors="replace"))
        return done.returncode, done.stdout, done.stderr

    def out(self, *args, **kwargs):
        """Standard output as text, without the final newline."""
        return self.raw(*args, **kwargs)[1].decode("utf-8", "surrogateescape").rstrip("\n")

    def ok(self, *args):
        return self.raw(*args, check=False)[0] == 0

    def with_index(self, index):
        return Git(self.env["GIT_DIR"], index=index)

    def files(self, treeish):
        """{path: (mode, blob)} of a tree."""
        found = {}
        for entry in self.raw("ls-tree", "-r", "-z", treeish)[1].split(b"\0"):
            if entry:
                meta, path = entry.split(b"\t", 1)
                mode, _, blob = meta.decode().split()
                found[path.decode("utf-8", "surrogateescape")] = (mode, blob)
        return found

    def changes(self, old, new):
        """{path: (mode, blob)} of what differs in new; (None, None): not there."""
        fields = self.raw("diff-tree", "-r", "-z", "--no-renames", old, new)[1].split(b"\0")
        found = {}
        for meta, path in zip(fields[0::2], fields[1::2]):
            _, mode, _, blob, kind = meta.decode().lstrip(":").split()
            path = path.decode("utf-8", "surrogateescape")
            found[path] = (None, None) if kind == "D" else (mode, blob)
        return found


def tree_git():
    return Git(os.path.join(TREE, ".git"), work_tree=TREE)


def snapshot(git):
    """The tree object of the work tree as it is now, uncommitted edits included.

    Ignored files (objects of a build in the tree) stay out.
    """
    with tempfile.TemporaryDirectory() as scratch:
        index = os.path.join(scratch, "index")
        real = os.path.join(git.env["GIT_DIR"], "index")
        if os.path.exists(real):
            with open(real, "rb") as source, open(index, "wb") as copy:
                copy.write(source.read())
        env = {"GIT_INDEX_FILE": index}
        git.raw("add", "-A", env=env)
        return git.out("write-tree", env=env)


class Patch:
    """One patch: who, when, subject, body, Adds: paths (of the repository), diff."""

    def __init__(self, author, date, subject, body, adds=(), diff=b"", name=None):
        self.author, self.date, self.subject, self.body = author, date, subject, body
        self.adds, self.diff, self.name = list(adds), diff, name

    def changes(self):
        """The kernel paths that the diff touches."""
        return [path.decode() for path in
                re.findall(rb"^diff --git a/(\S+) b/\1$", self.diff, re.M)]

    def message(self):
        return self.subject + "\n" + (f"\n{self.body}\n" if self.body else "")

    def signature(self):
        """The environment that makes a commit's id a matter of the patch alone."""
        name, address = email.utils.parseaddr(self.author)
        env = {}
        for role in ("AUTHOR", "COMMITTER"):
            env[f"GIT_{role}_NAME"] = name
            env[f"GIT_{role}_EMAIL"] = address
            env[f"GIT_{role}_DATE"] = self.date
        return env


def decoded(value):
    """A mail header without folding and without RFC 2047 encoding."""
    value = re.sub(r"\r?\n[ \t]+", " ", value)
    return str(email.header.make_header(email.header.decode_header(value)))


def split_message(text, name):
    """(body, Adds: paths) of the part of a patch above its "---"."""
    lines = text.strip("\n").split("\n") if text.strip() else []
    adds = [line[len("Adds:"):].strip() for line in lines if line.startswith("Adds:")]
    body = "\n".join(line for line in lines if not line.startswith("Adds:"))
    for path in adds:
        if kernel_path(path) is None or ".." in path.split("/"):
            raise Error(f"patches/{name}: 'Adds: {path}' is not a path under kernel/, "
                        "selftests/pci_movable_bars/ or Documentation/")
    return body.strip("\n"), adds


def parse(name):
    """Read patches/name."""
    with open(os.path.join(PATCHES, name), "rb") as source:
        data = source.read()
    head, separator, rest = data.partition(b"\n\n")
    headers = {key.lower(): value for key, value in
               email.message_from_string(head.decode()).items()}
    for key in ("from", "date", "subject"):
        if key not in headers or not separator:
            raise Error(f"patches/{name} is no mail: it has no {key.capitalize()}: line\n"
                        "See the start of any git format-patch output for the form.")
    match = re.search(rb"^---$", rest, re.M)
    text = rest[:match.start()] if match else rest
    tail = rest[match.end():] if match else b""
    start = re.search(rb"^diff --git ", tail, re.M)
    diff = tail[start.start():] if start else b""
    if diff.rstrip(b"\n").rsplit(b"\n", 2)[-2:-1] == [b"-- "]:
        diff = diff.rstrip(b"\n").rsplit(b"\n", 2)[0] + b"\n"
    body, adds = split_message(text.decode(), name)
    subject = re.sub(r"^\[PATCH[^]]*\]\s*", "", decoded(headers["subject"]))
    if email.utils.parsedate_tz(headers["date"]) is None:
        raise Error(f"patches/{name}: '{headers['date']}' is no date of a mail")
    return Patch(decoded(headers["from"]), headers["date"], subject, body, adds, diff, name)


def postings():
    """{posting: [file names]} of patches/series, in order."""
    found = {}
    posting = None
    with open(os.path.join(PATCHES, "series"), encoding="utf-8") as source:
        for line in source:
            begins = POSTING.match(line)
            name = line.split("#")[0].strip()
            if begins:
                posting = begins[1]
                if posting in found:
                    raise Error(f"patches/series has two postings {posting}")
                found[posting] = []
            elif name and posting is None:
                raise Error(f"patches/series: {name} is in no posting\n"
                            "Write a line '# posting NAME' above it.")
            elif name:
                found[posting].append(name)
    return found


def series():
    """The file names in patches/series, in order."""
    names = sum(postings().values(), [])
    for name in names:
        if not os.path.isfile(os.path.join(PATCHES, name)):
            raise Error(f"patches/series names {name}, which is not there\n"
                        "Take the line out or put the patch back.")
    unnamed = {name for name in os.listdir(PATCHES) if name.endswith(".patch")} - set(names)
    if unnamed:
        raise Error(f"not in patches/series: {', '.join(sorted(unnamed))}\n"
                    "Add it at its place in the order, or remove the file.")
    return names


def load():
    """All patches of the series, in order."""
    return [parse(name) for name in series()]


def fingerprint(base):
    """One hash over all that composing reads."""
    digest = hashlib.sha256(base.encode())
    for patch in load():
        with open(os.path.join(PATCHES, patch.name), "rb") as source:
            digest.update(source.read())
        for path in patch.adds:
            mode, data = read_new(path, patch.name)
            digest.update(f"\0{path}\0{mode}\0".encode() + data)
    return digest.hexdigest()


def read_new(path, name):
    """(mode, content) of a file named by an Adds: line of patches/name."""
    full = os.path.join(TOP, path)
    if os.path.islink(full) or not os.path.isfile(full):
        raise Error(f"patches/{name} adds {path}, which is not a file of the repository\n"
                    "Put it there, or take the Adds: line out.")
    with open(full, "rb") as source:
        return ("100755" if os.access(full, os.X_OK) else "100644"), source.read()


def growers(patches):
    """{kernel path: [patches that change it]} of files that earlier ones add."""
    added = set()
    found = {}
    for patch in patches:
        for path in patch.changes():
            if path in added:
                found.setdefault(path, []).append(patch)
        own = {kernel_path(path) for path in patch.adds}
        for path in own.intersection(patch.changes()):
            raise Error(f"patches/{patch.name} adds {path}, and changes it as well\n"
                        f"Edit {repo_path(path)} instead.")
        added |= own
    return found


def take_back(git, patch, path):
    """Take a patch's diff of one file back from git's own index file."""
    status, _, errors = git.raw("apply", "--cached", "--reverse", "--whitespace=nowarn",
                                "--include=" + path, "-", stdin=patch.diff, check=False)
    if status:
        raise Error(f"patches/{patch.name} cannot be taken back from {repo_path(path)},\n"
                    "which is to be as that patch leaves it:\n"
                    + errors.decode(errors="replace").replace("error: ", "")
                    + "Edit and commit in build/linux instead.  Nothing was changed.")


def first_blobs(git, patches):
    """{kernel path: blob} of files that grow, as they enter the tree."""
    found = {}
    home = {path: patch.name for patch in patches for path in patch.adds}
    for path, later in growers(patches).items():
        data = read_new(repo_path(path), home[repo_path(path)])[1]
        blob = git.out("hash-object", "-w", "--stdin", stdin=data)
        git.raw("read-tree", "--empty")
        git.raw("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        for patch in reversed(later):
            take_back(git, patch, path)
        found[path] = git.out("rev-parse", ":" + path)
    return found


def commit_patch(git, patch, parent, base_files, added, firsts):
    """Make one commit of one patch on parent, through git's own index file.

    added: the kernel paths that earlier patches added; extended here.
    firsts: what first_blobs() found.
    """
    for path in patch.adds:
        target = kernel_path(path)
        if target in base_files:
            raise Error(f"patches/{patch.name} adds {path}, but the kernel has {target}\n"
                        "A file that the kernel has is changed by the diff of a patch.")
        if target in added:
            raise Error(f"patches/{patch.name} adds {path}, as an earlier patch does")
        added.add(target)
        mode, data = read_new(path, patch.name)
        blob = firsts.get(target) or git.out("hash-object", "-w", "--stdin", stdin=data)
        git.raw("update-index", "--add", "--cacheinfo", f"{mode},{blob},{target}")
    if patch.diff:
        status, _, errors = git.raw("apply", "--cached", "--whitespace=nowarn", "-",
                                    stdin=patch.diff, check=False)
        if status:
            raise Error(f"patches/{patch.name} does not apply:\n"
                        + errors.decode(errors="replace").replace("error: ", "")
                        + "Bring its diff up to date with what is under it; nothing was changed.")
    tree = git.out("write-tree")
    for path in git.changes(parent, tree):
        if path not in base_files and path not in added:
            raise Error(f"the diff of patches/{patch.name} makes a new file, {path}\n"
                        f"Put it at {repo_path(path)} and name that in an Adds: line.")
    if tree == git.out("rev-parse", parent + "^{tree}"):
        raise Error(f"patches/{patch.name} changes nothing")
    return git.out("-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-p", parent, tree,
                   stdin=patch.message().encode(), env=patch.signature())


def compose(git, base):
    """Turn the series into commits on base; return the last one's id.

    Works on a scratch index only: neither the work tree nor a branch changes.
    """
    patches = load()
    base_files = git.files(base)
    added = set()
    with tempfile.TemporaryDirectory() as scratch:
        scratch_git = git.with_index(os.path.join(scratch, "index"))
        firsts = first_blobs(scratch_git, patches)
        scratch_git.raw("read-tree", base)
        commit = base
        for patch in patches:
            commit = commit_patch(scratch_git, patch, commit, base_files, added, firsts)
    check_grown(git, commit, firsts)
    return commit


def check_grown(git, commit, paths):
    """Are files that grew what the repository has?"""
    for path in paths:
        with open(os.path.join(TOP, repo_path(path)), "rb") as source:
            if git.raw("cat-file", "blob", f"{commit}:{path}")[1] != source.read():
                raise Error(f"the patches do not lead to {repo_path(path)} as it is\n"
                            "Edit and commit in build/linux instead.  Nothing was changed.")


def warn_unnamed():
    """Name the files of kernel/ and of the kselftest that enter with no patch."""
    named = {path for patch in load() for path in patch.adds}
    unnamed = []
    for top in ("kernel", "selftests/pci_movable_bars"):
        for folder, _, names in os.walk(os.path.join(TOP, top)):
            paths = [os.path.relpath(os.path.join(folder, name), TOP) for name in names]
            unnamed += [path for path in paths if path not in named]
    if unnamed:
        say("warning: no patch has an Adds: line for these; they are not in the tree:")
        for path in sorted(unnamed):
            say("    " + path)
