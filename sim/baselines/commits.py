"""Which commit is being checked (from the command line, from the CI that runs it, or from git; never required), and
the order of commits in a history: that in which they were made, whenever they were checked.

A commit that is checked late (a job run anew, a range checked after the fact) takes its place among those of its
time. One whose date nobody knows stays behind those that were checked before it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TypeVar

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


REBASED = "rebased"
SHORTEST = 7
"""Letters that name a commit to forget, at least."""
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Dated(Protocol):
    """Anything with a date in ISO 8601, which may be empty."""

    @property
    def date(self) -> str:
        """When it was made."""


D = TypeVar("D", bound=Dated)
Forgets = Callable[[str], bool]
"""Whether the entries of a commit of this name are to go."""


def in_order(entries: Iterable[D]) -> list[D]:
    """By date; those without one after all that stand before them."""
    latest = datetime.min.replace(tzinfo=UTC)
    placed: list[tuple[datetime, D]] = []
    for entry in entries:
        made = _instant(entry.date)
        placed.append((made or latest, entry))
        latest = max(latest, made or latest)
    return [entry for _, entry in sorted(placed, key=lambda pair: pair[0])]


def _instant(date: str) -> datetime | None:
    try:
        made = datetime.fromisoformat(date)
    except ValueError:
        return None
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def forgetting(names: Sequence[str]) -> Forgets:
    """Who is to go: commits of these names (or that begin so); with `rebased`, those that HEAD does not build on.

    Raises BadUsage for a name that is too short, and where git cannot say what HEAD builds on.
    """
    for name in names:
        if len(name) < SHORTEST:
            raise BadUsage(f"--forget {name}: expected the name of a commit, or at least {SHORTEST} letters of it")
    kept = _built_on() if REBASED in names else None

    def forgets(commit: str) -> bool:
        is_named = any(commit.startswith(name) for name in names if name != REBASED)
        own = commit.removesuffix(EDITED)
        return is_named or (kept is not None and bool(_ID.fullmatch(own)) and own not in kept)

    return forgets


def _built_on() -> set[str]:
    """Every commit that HEAD builds on, itself included."""
    try:
        if git("rev-parse", "--is-shallow-repository") == "false":
            return set(git("rev-list", "HEAD").split())
        told = "this is a shallow clone, or no repository; fetch all of it (fetch-depth: 0)"
    except (OSError, subprocess.SubprocessError) as fault:
        told = str(fault)
    raise BadUsage(f"--forget {REBASED}: git cannot say what HEAD builds on: {told}")
