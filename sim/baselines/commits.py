"""Which commit is being checked: from the command line, from the CI that runs it, or from git; never required."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from sim.errors import BadUsage

CI_COMMITS = {"GITHUB_SHA": "", "CI_COMMIT_SHA": "CI_COMMIT_TIMESTAMP"}
"""Variables in which GitHub's and GitLab's CI name the commit, and the one, if any, with its date.

Sources: "Variables reference" of GitHub Actions; "Predefined CI/CD variables reference" of GitLab.
"""
LONGEST = 100
"""Letters of a commit's name."""
EDITED = "+"
"""Behind the id of a commit whose files had been edited since."""
PATIENCE = 10
"""Seconds that git may take."""


class Commit(NamedTuple):
    """Whose results these are. Both are empty where nobody knows."""

    name: str
    """The id, or whatever `--commit` says; with `EDITED` where the working tree is no longer that commit."""
    date: str
    """When it was made, in ISO 8601."""


def commit_of(given: str | None, environment: Mapping[str, str]) -> Commit:
    """The commit that is named, else the one that CI names, else git's; both parts may be empty.

    Raises BadUsage for a name that cannot stand on one line.
    """
    if given is not None:
        return Commit(_expect_plain(given), _date_of(given))
    for variable, date in CI_COMMITS.items():
        if name := environment.get(variable):
            return Commit(_expect_plain(name), environment.get(date) or _date_of(name))
    name = _git("rev-parse", "HEAD")
    if not name:
        return Commit("", "")
    edited = EDITED if _git("status", "--porcelain", "--untracked-files=no") else ""
    return Commit(f"{name}{edited}", _date_of(name))


def _expect_plain(name: str) -> str:
    if not (0 < len(name) <= LONGEST and name.isprintable() and name.strip() == name):
        raise BadUsage(f"--commit: found {name!r:.120}, expected the name of a commit, of up to {LONGEST} letters")
    return name


def _date_of(name: str) -> str:
    """Git is asked about ids only: a name might be one of its options."""
    return _git("show", "--no-patch", "--format=%cI", name) if re.fullmatch(r"[0-9a-f]{7,64}", name) else ""


def git(*words: str) -> str:
    """What git answers. Raises OSError where it is not there, SubprocessError where it cannot or takes too long."""
    told = subprocess.run(["git", *words], capture_output=True, text=True, timeout=PATIENCE, check=True)
    return told.stdout.strip()


def _git(*words: str) -> str:
    """What git answers; nothing where it does not."""
    try:
        return git(*words)
    except (OSError, subprocess.SubprocessError):
        return ""
