"""What has become of a claim, and by which route: the words of tables, sentences, charts and stories, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.vocabulary import Failure, Outcome, Route


class EndingText(NamedTuple):
    """How one outcome is said."""

    word: str
    """In tables of claims and in files: `partly_refunded`."""
    plain: str
    """In charts, tables and their keys."""
    heading: str
    """How a story's last line begins."""
    short: str = ""
    """Where there is little room; else as in charts."""
    they: str = ""
    """What those did who had it so: a share of buyers *were refused*."""
    column: str = ""
    """Over a column of shares."""

    @property
    def measure(self) -> str:
        """The share of claims that ended so, as summaries call it."""
        return f"outcome_{self.word}"


def _text(outcome: Outcome, plain: str, heading: str, **more: str) -> EndingText:
    return EndingText(outcome.word, plain, heading, **more)


ENDING_TEXTS: Mapping[Outcome, EndingText] = {
    Outcome.REFUNDED: _text(Outcome.REFUNDED, "refunded", "Refunded in full"),
    Outcome.PARTLY_REFUNDED: _text(
        Outcome.PARTLY_REFUNDED,
        "refunded in part",
        "Partly refunded",
        short="in part",
        they="got back a part",
        column="refunded\nin part",
    ),
    Outcome.REFUSED: _text(Outcome.REFUSED, "refused", "Refused", they="were refused", column="refused"),
    Outcome.GAVE_UP: _text(Outcome.GAVE_UP, "given up", "Given up", they="gave up", column="gave up"),
    Outcome.EXPIRED: _text(Outcome.EXPIRED, "expired", "Expired", they="came too late", column="expired"),
    Outcome.OPEN: _text(Outcome.OPEN, "still open", "Still open"),
}
"""What may have become of a claim by some time, in the order in which charts stack them; `open` has not ended."""
ENDINGS = tuple(text.word for text in ENDING_TEXTS.values())
WORDS = {text.word: text.plain for text in ENDING_TEXTS.values()}
SHORT_WORDS = {text.word: text.short or text.plain for text in ENDING_TEXTS.values()}
REASONS: Mapping[Outcome, str] = {
    Outcome.GAVE_UP: "NO_DISPUTE DID_NOT_GO_ON NOT_WORTH_IT LOST_PATIENCE",
    Outcome.REFUSED: "CLOSED_BY_SILENCE NOT_TAKEN_FURTHER CALLED_TOO_LATE NOBODY_TO_TURN_TO RULED_AGAINST "
    "PLATFORM_SILENT RETURN_LOST",
    Outcome.EXPIRED: "DISPUTE_TOO_LATE NOT_CALLED_IN_TIME NOT_POSTED_IN_TIME",
}
"""The reasons for each outcome without money; what is left waits, and is open."""
WITHOUT_MONEY = tuple(ENDING_TEXTS[outcome] for outcome in REASONS)
_BY_REASON = {
    int(Failure[reason]): int(outcome) for outcome, reasons in REASONS.items() for reason in reasons.split()
}
OUTCOMES: tuple[int, ...] = tuple(_BY_REASON.get(number, int(Outcome.OPEN)) for number in range(max(Failure) + 1))
"""By number of the reason."""
WITH_MONEY = (Outcome.REFUNDED, Outcome.PARTLY_REFUNDED)


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
