"""What has become of a claim, and by which route: the words of tables, sentences, charts and stories, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.vocabulary import Outcome, Route


class EndingText(NamedTuple):
    """How one outcome is said."""

    word: str
    """In tables of claims and in files: `partly_refunded`."""
    plain: str
    """In charts, tables and their keys."""
    short: str
    """Where there is little room."""
    heading: str
    """How a story's last line begins."""


def _text(outcome: Outcome, plain: str, heading: str, short: str = "") -> EndingText:
    return EndingText(outcome.word, plain, short or plain, heading)


ENDING_TEXTS: Mapping[Outcome, EndingText] = {
    Outcome.REFUNDED: _text(Outcome.REFUNDED, "refunded", "Refunded in full"),
    Outcome.PARTLY_REFUNDED: _text(Outcome.PARTLY_REFUNDED, "refunded in part", "Partly refunded", "in part"),
    Outcome.REFUSED: _text(Outcome.REFUSED, "refused", "Refused"),
    Outcome.GAVE_UP: _text(Outcome.GAVE_UP, "given up", "Given up"),
    Outcome.EXPIRED: _text(Outcome.EXPIRED, "expired", "Expired"),
    Outcome.OPEN: _text(Outcome.OPEN, "still open", "Still open"),
}
"""What may have become of a claim by some time, in the order in which charts stack them; `open` has not ended."""
ENDINGS = tuple(text.word for text in ENDING_TEXTS.values())
WORDS = {text.word: text.plain for text in ENDING_TEXTS.values()}
SHORT_WORDS = {text.word: text.short for text in ENDING_TEXTS.values()}
GAVE_UP = Outcome.GAVE_UP.word


class RouteText(NamedTuple):
    """How one route is said."""

    plain: str
    """In charts, in the order of an order's life."""
    by: str
    """In a story's last line, after the outcome."""


ROUTE_TEXTS: Mapping[Route, RouteText] = {
    Route.FREE_CANCELLATION: RouteText("free cancellation", " by free cancellation"),
    Route.CANCELLATION: RouteText("cancellation", " by cancellation"),
    Route.NOT_DISPATCHED: RouteText("dispatch limit", " at the dispatch limit"),
    Route.DISPUTE: RouteText("dispute", " after a dispute"),
    Route.MEDIATION: RouteText("mediation", " after mediation"),
    Route.CHARGEBACK: RouteText("chargeback", " by chargeback"),
    Route.NONE: RouteText("the buyer alone", ""),
}
"""Every route, in the order of an order's life; last, the buyer alone."""
