"""What was changed before a run, which stands beside its title; and what the policies compared differ in."""

from __future__ import annotations

from typing import NamedTuple

from sim.experiment.comparison import Comparison
from sim.experiment.result import Result
from sim.scenario.resolved import Lever, levers_that_differ
from sim.scenario.wording import printable, shortened
from sim.show.judged import Finished

LONGEST = 60
"""Letters of a value that a line shows."""
NAMED = 2
"""Changes that stand beside a title; the others are counted."""


def changed_of(result: Result | Finished) -> list[tuple[str, str, str]]:
    """Each change of what the file says: path, from, to."""
    told = result.about.get("changed", [])
    return [
        (printable(one["path"]), shortened(one["from"], LONGEST), shortened(one["to"], LONGEST)) for one in told
    ]


def changed_lines(result: Result | Finished) -> list[str]:
    """`policy.cancellation.clock: 3 d instead of 9 d`."""
    return [f"{path}: {after} instead of {before}" for path, before, after in changed_of(result)]


def changed_briefly(result: Result) -> str:
    """`with cancellation.clock 3 d instead of 9 d`, for the second line of a title; empty where nothing was."""
    changes = changed_of(result)
    if not changes:
        return ""
    told = [f"{_last(path)} {after} instead of {before}" for path, before, after in changes[:NAMED]]
    rest = len(changes) - len(told)
    return f"with {', '.join(told)}{f' and {rest} more changed' if rest else ''}"


def title_of(result: Result) -> str:
    """What pages and tables call a scenario."""
    return printable(result.scenario.title or result.scenario.name)


def _last(path: str) -> str:
    """Without the part that goes without saying."""
    return path.removeprefix("policy.").removeprefix("experiment.")


# ------------------------------------------- what the policies compared differ in: every comparison begins with it


LONGEST_BESIDE = 70
"""Letters of a value."""
SAME = "differ in nothing but words: every lever has the same value."


class SideBySide(NamedTuple):
    """Levers that differ, and whose values stand in which column."""

    names: list[str]
    levers: list[Lever]


def side_by_side(comparison: Comparison) -> SideBySide:
    """The base first, then the others in their order; values on one line, none too long, escaped."""
    scenarios = [one.scenario for one in (comparison.base, *comparison.others)]
    levers = [
        Lever(printable(lever.path), tuple(shortened(value, LONGEST_BESIDE) for value in lever.values))
        for lever in levers_that_differ(*scenarios)
    ]
    return SideBySide([printable(one.name) for one in scenarios], levers)
