# SPDX-License-Identifier: GPL-2.0
"""The commits of build/linux, and what each touches."""

import patchset
from patchset import BASE, Error


class Commit:
    """One commit of the series.

    touched: paths that it changes or adds.  next: the commit after, or None.
    """

    def __init__(self, series, number, commit, parent, posting, ends_posting):
        git = series.git
        self.series, self.number, self.id, self.parent = series, number, commit, parent
        self.posting, self.ends_posting = posting, ends_posting
        self.tree = git.out("rev-parse", commit + "^{tree}")
        self.parent_tree = git.out("rev-parse", parent + "^{tree}")
        self.subject = git.out("log", "-1", "--format=%s", commit)
        self.touched = series.changed(parent, commit)

    def line(self):
        return f"{self.number:2} {self.posting:8} {self.subject[:56]}"

    def key(self):
        """What a check of the commit depends on, but for its message."""
        return [self.tree, self.parent_tree]


class End:
    """The end of a posting, or of the series."""

    def __init__(self, commit):
        self.commit = commit

    def line(self):
        return f"{self.commit.number:2} {self.commit.posting:8} (the end)"

    def key(self):
        return [self.commit.tree]


class Series:
    """All commits, and the postings they are in."""

    def __init__(self):
        self.git = patchset.tree_git()
        self.base = self.git.out("rev-parse", BASE)
        ids = self.git.out("rev-list", "--reverse", self.base + "..HEAD").split()
        if not ids:
            raise Error("there are no commits to check\nName patches in patches/series.")
        homes = [(posting, patch is patches[-1])
                 for posting, patches in patchset.postings().items() for patch in patches]
        # Commits that are not exported yet belong to the last posting.
        homes += [(homes[-1][0], True)] * (len(ids) - len(homes))
        self.commits = [Commit(self, number + 1, commit, parent, *home)
                        for number, (commit, parent, home)
                        in enumerate(zip(ids, [self.base] + ids, homes))]
        self.head = ids[-1]
        self.touched = self.changed(self.base, self.head)

    def changed(self, before, after):
        """The paths that differ and are there after."""
        return [path for path, (mode, _) in self.git.changes(before, after).items() if mode]

    def select(self, text):
        """The commits in a range."""
        if ".." not in text:
            text += "^.." + text
        wanted = set(self.git.out("rev-list", text).split())
        found = [commit for commit in self.commits if commit.id in wanted]
        if not found:
            raise Error(f"no commit of the series is in {text}\nSee: git -C build/linux log")
        return found

    def blob(self, commit, path):
        """The content of a file, or None if it is not there."""
        status, data, _ = self.git.raw("cat-file", "blob", f"{commit}:{path}", check=False)
        return None if status else data

    def existing(self, commit, paths):
        """Those of the paths that a commit has."""
        return [path for path in paths
                if self.git.ok("cat-file", "-e", f"{commit}:{path}")]
