"""The order of commits in a history: that in which they were made, whenever they were checked.

A commit that is checked late (a job run anew, a range checked after the fact) takes its place among those of its
time. One whose date nobody knows stays behind those that were checked before it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from sim.baselines.commits import EDITED, git
from sim.errors import BadUsage

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
