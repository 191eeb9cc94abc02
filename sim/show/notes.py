"""What a reader should know before believing the numbers of a result."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.experiment.aalen_johansen import horizon, is_finished
from sim.experiment.expectations import expectations_of
from sim.experiment.result import Result
from sim.scenario.durations import DAY
from sim.scenario.wording import printable
from sim.show.judged import Finished, expectation_told, measured

MANY = 0.01
"""A share of claims that is too large to pass over."""
FULL = 0.95
"""Utilisation from which a desk's waiting says more of the run's length than of the policy."""
_DESKS = {"mediation_utilisation": "the mediation desk", "seller_utilisation_busiest": "the busiest seller"}


def notes_of(result: Result) -> list[str]:
    """One sentence for each thing that matters; none for a result that may be read as it stands."""
    return [
        *_too_few_replications(result),
        *_open(result),
        *result.notes,
        *_overloaded(result),
        *_unasked(result),
        *_expected(result),
    ]


def _too_few_replications(result: Result) -> list[str]:
    return ["one replication gives no interval"] if result.about["replications"] == 1 else []


def _open(result: Result) -> list[str]:
    if not _value(result, "open_share") > MANY:
        return []
    still_open = f"{_percentage(result, 'open_share')} of the claims were still open at the cut (follow_up)"
    if is_finished(result.orders):
        return [still_open]
    days = horizon(result.orders) / DAY
    return [
        f"{still_open}: what became of claims is told as it stood then, and times up to {days:.3g} d after asking, "
        f"for which a tenth of the claims {'was' if days else 'were'} watched; "
        "beyond, a number is not watched long enough. Who would have asked later is not among the claims"
    ]


def _overloaded(result: Result) -> list[str]:
    return [
        f"{desk} works {_percentage(result, measure)} of its time: queues grow as long as the run lasts"
        for measure, desk in _DESKS.items()
        if _value(result, measure) > FULL
    ]


def _unasked(result: Result) -> list[str]:
    if not _value(result, "refunded_unasked_share") > MANY:
        return []
    share = _percentage(result, "refunded_unasked_share")
    return [f"{share} of all orders were refunded at the dispatch limit before anybody asked; these are no claims"]


def _expected(result: Result) -> list[str]:
    """Whether what the scenario says must hold does."""
    return [expectation_told(one) for one in expectations_of(result.scenario.expect, result)]


def _value(result: Result, measure: str) -> float:
    """NaN, where nothing was measured, is larger than nothing."""
    return measured(result, measure).value


def _percentage(result: Result, measure: str) -> str:
    """Without its interval."""
    return measured(result, measure)._replace(low=math.nan, high=math.nan).shown().value


def whose_notes(*results: Result) -> dict[str, list[str]]:
    """What should be known of the results, each said once, and of which ones."""
    notes: dict[str, list[str]] = {}
    for result in results:
        for note in notes_of(result):
            notes.setdefault(note, []).append(printable(result.scenario.name))
    return notes


def told_of(result: Result | Finished) -> Sequence[str]:
    """The notes below the table."""
    return result.told if isinstance(result, Finished) else notes_of(result)
