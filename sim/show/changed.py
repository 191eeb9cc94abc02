"""What was changed before a run, beside its title: a title alone would name a policy that was not run."""

from __future__ import annotations

from sim.experiment.result import Result
from sim.scenario.wording import printable, shortened
from sim.show.measured import Finished

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


def _last(path: str) -> str:
    """Without the part that goes without saying."""
    return path.removeprefix("policy.").removeprefix("experiment.")
