"""What a reader should know before believing the numbers of a result."""

from __future__ import annotations

import math

from sim.show.figures import measured
from sim.study.result import Result

MANY = 0.01
"""A share of claims that is too large to pass over."""
FULL = 0.95
"""Utilisation from which a desk's waiting says more of the run's length than of the policy."""
FORTNIGHT, SIX_WEEKS = 14, 42
_CLAIMS_LOST_FROM_SIGHT = {
    "open_share": "of the claims were still open at the cut (follow_up)",
    "ended_late_share": "of the claims ended when orders no longer came, with emptier desks; lengthen run_out",
}
_DESKS = {"mediation_utilisation": "the mediation desk", "seller_utilisation_busiest": "the busiest seller"}
_QUEUES = {"mediation": "the mediation desk", "sellers": "the sellers' desks"}


def notes_of(result: Result) -> list[str]:
    """One sentence for each thing that matters; none for a result that may be read as it stands."""
    return [
        *_too_few_replications(result),
        *_unseen(result),
        *_overloaded(result),
        *_growing(result),
        *_unasked(result),
    ]


def _too_few_replications(result: Result) -> list[str]:
    return ["one replication gives no interval"] if result.about["replications"] == 1 else []


def _unseen(result: Result) -> list[str]:
    return [
        f"{_percentage(result, measure)} {what}"
        for measure, what in _CLAIMS_LOST_FROM_SIGHT.items()
        if _value(result, measure) > MANY
    ]


def _overloaded(result: Result) -> list[str]:
    return [
        f"{desk} works {_percentage(result, measure)} of its time: queues grow as long as the run lasts"
        for measure, desk in _DESKS.items()
        if _value(result, measure) > FULL
    ]


def _growing(result: Result) -> list[str]:
    """Whether more surely wait in the last fortnight of orders than in the one six weeks before."""
    found = []
    for desk, name in _QUEUES.items():
        days = result.backlog[result.backlog["desk"] == desk]
        before, after = days.iloc[-SIX_WEEKS - FORTNIGHT : -SIX_WEEKS], days.iloc[-FORTNIGHT:]
        if len(before) == FORTNIGHT and after["low"].mean() > before["high"].mean():
            then, now = (f"{waiting['waiting'].mean():.0f}" for waiting in (before, after))
            found.append(f"ever more requests wait at {name}: {now} at the end, {then} six weeks before")
    return found


def _unasked(result: Result) -> list[str]:
    if not _value(result, "refunded_unasked_share") > MANY:
        return []
    share = _percentage(result, "refunded_unasked_share")
    return [f"{share} of all orders were refunded at the dispatch limit before anybody asked; these are no claims"]


def _value(result: Result, measure: str) -> float:
    """NaN, where nothing was measured, is larger than nothing."""
    return measured(result, measure).value


def _percentage(result: Result, measure: str) -> str:
    """Without its interval."""
    return measured(result, measure)._replace(low=math.nan, high=math.nan).shown().value
