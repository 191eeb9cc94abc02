"""What has been seen of some cases, each until its own now: instants in seconds, words by number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Bools, Ints, TableOfClaims
from sim.records.table import Records
from sim.scenario.durations import NEVER
from sim.vocabulary import ClaimKind

INSTANTS = (
    *("paid", "arranged", "dispatched", "delivered", "requested", "viewed", "taken_up", "closed"),
    *("dispute_opened", "dispute_closed", "mediation_opened", "mediation_closed"),
    *("return_posted", "return_received", "refund_due", "refunded"),
    *("withdrawn", "offer_opened", "offer_closed", "inspection_closed"),
    *("failed", "chargeback_opened", "chargeback_closed"),
)
"""Columns of a table of cases, in the words of a log's mapping; the last two lines only such a table knows."""
WORDS = ("kind", "status", "reason", "method", "group", "type")
NUMBERS = ("seller", "value")
UNKNOWN = -1
ACCEPTED, REFUSED, SHIPPED, WITHDRAWN, SILENCE, FREE, OPEN = range(7)
"""A request's status, by its place in the mapping's words."""
UNTOLD = ("paid", "requested", "viewed", "taken_up", "closed")
TOLD_AS = {
    name: f"{stage}_settled_at" if (stage := name.removesuffix("_closed")) != name else f"{name}_at"
    for name in INSTANTS
    if name not in UNTOLD
}
"""The outcome table's column for each instant that a case may show."""


@dataclass(frozen=True)
class Histories:
    """Some cases, column by column."""

    now: Ints
    """The instant until which each is known."""
    instants: dict[str, Ints]
    """By column that is kept: when it happened, NEVER where it has not by now."""
    facts: dict[str, Ints]
    """Words by number, sellers by number, cents; UNKNOWN where nothing is said."""

    def __len__(self) -> int:
        return len(self.now)

    def at(self, column: str) -> Ints:
        """When it happened; NEVER where it has not, or where nobody keeps it."""
        return self.instants.get(column, np.broadcast_to(np.int64(NEVER), self.now.shape))

    def has(self, column: str) -> Bools:
        """Where it has happened."""
        return self.at(column) < NEVER

    def fact(self, name: str) -> Ints:
        """A word, a seller or an amount; UNKNOWN where nothing is said."""
        return self.facts.get(name, np.broadcast_to(np.int64(UNKNOWN), self.now.shape))

    def of(self, rows: Ints) -> Histories:
        """Some of them, any of them more than once."""
        return Histories(
            self.now[rows],
            {name: column[rows] for name, column in self.instants.items()},
            {name: column[rows] for name, column in self.facts.items()},
        )

    @property
    def wants(self) -> Ints:
        """When the buyer wants the money back: has asked, or decides to ask (`asks`); NEVER where luck decides."""
        return np.minimum(self.asked, self.at("asks"))

    @property
    def asked(self) -> Ints:
        """When the buyer asked, or opened a dispute; NEVER where neither has happened."""
        return np.minimum(self.at("requested"), self.disputed)

    @property
    def disputed(self) -> Ints:
        """When a dispute was opened, or the right of withdrawal was used; NEVER where neither has happened."""
        return np.minimum(self.at("dispute_opened"), self.at("withdrawn"))

    @property
    def kind(self) -> Ints:
        """The kind of claim; a change of mind where nothing else is said, none where nobody has asked."""
        said = np.where(self.fact("kind") > 0, self.fact("kind"), int(ClaimKind.REGRET))
        return np.where(self.wants < NEVER, said, int(ClaimKind.NONE))

    @property
    def cancels(self) -> Bools:
        """Whose request to cancel was put: before the parcel had left, and where it needed an answer."""
        regrets = (self.kind == ClaimKind.REGRET) & self.has("requested") & ~self.cancelled_free
        early = self.at("requested") < np.minimum(self.at("dispatched"), self.disputed)
        left_alone = self.has("dispatched") & ~self.has("closed") & ("closed" in self.instants)
        return np.asarray(regrets & early & ~left_alone)

    @property
    def cancelled_free(self) -> Bools:
        """Whose order was cancelled the moment they asked."""
        at_once = self.has("requested") & (self.at("refund_due") == self.at("requested")) & ~self.has("closed")
        return np.asarray(at_once | (self.has("requested") & (self.fact("status") == FREE)))

    @property
    def cancelled(self) -> Bools:
        """Whose request to cancel was granted."""
        agreed = self.has("refund_due") & (self.disputed >= NEVER) & ~self.has("dispatched")
        agreed &= ~self.has("mediation_opened") & ~self.has("failed")
        return np.asarray(self.cancelled_free | (self.cancels & (agreed | (self.fact("status") == ACCEPTED))))

    @property
    def keeps_quiet(self) -> Bools:
        """Whose parcel came after their mind had changed, and who have opened no dispute."""
        regrets = (self.kind == ClaimKind.REGRET) & self.has("requested") & self.has("delivered")
        return np.asarray(regrets & (self.disputed >= NEVER) & ~self.has("refund_due") & ~self.has("failed"))


def contradictions(histories: Histories, records: Records, rows: Ints, may_ask: bool) -> dict[str, Bools]:
    """By column: where a story does not begin with its case's history.

    `rows` is the case of each claim of the records. What was seen happened then; what was not seen has not happened
    by the case's now. `may_ask`: whether a request to cancel, once settled, is known by its column.
    """
    seen, told, wrong = histories.of(rows), records.claims, {}
    pairs = dict(TOLD_AS)
    if may_ask:
        pairs["closed"] = "cancellation_settled_at"
    for column, name in pairs.items():
        if column in seen.instants:
            wrong[column] = _differs(seen.at(column), told[name], seen.now)
    if "arranged" in wrong:  # of a parcel that never leaves the engines do not say when it was arranged
        wrong["arranged"] &= ~(seen.has("arranged") & (told["arranged_at"] >= NEVER))
    for column in ("offer_opened", "offer_closed"):  # a later offer takes the place of the one before
        if column in wrong:
            wrong[column] &= ~(seen.has("offer_opened") & (told["offer_opened_at"] > seen.now))
    wrong |= _looked_otherwise(seen, told)
    put = np.where(seen.cancels, seen.at("requested"), NEVER)
    wrong["requested"] = _differs(put, told["cancellation_opened_at"], seen.now) & seen.cancels
    wrong["kind"] = (seen.kind == ClaimKind.REGRET) & (told["missed_at"] <= seen.now)  # not received
    wrong["requested"] |= (seen.wants >= NEVER) & (told["asked_at"] <= seen.now)
    return wrong


def _looked_otherwise(seen: Histories, told: TableOfClaims) -> dict[str, Bools]:
    """Where an open request was looked at, or taken up, at another instant than its story tells."""
    wrong = {}
    queued = seen.has("viewed") & ~seen.has("taken_up") & ("taken_up" in seen.instants)
    if "viewed" in seen.instants:
        wrong["viewed"] = _differs(seen.at("viewed"), told["cancellation_joined_at"], seen.now) & ~queued
    if "taken_up" in seen.instants:
        wrong["taken_up"] = _differs(seen.at("taken_up"), told["cancellation_started_at"], seen.now)
        wrong["viewed"] = wrong.get("viewed", wrong["taken_up"]) & ~seen.has("taken_up")
    for column in ("viewed", "taken_up"):  # of a request that is over, only its end is told again
        if column in wrong:
            wrong[column] &= seen.cancels & ~seen.has("closed")
    return wrong


def _differs(seen: Ints, told: Ints, now: Ints) -> Bools:
    differs: Bools = np.where(seen < NEVER, told != seen, told <= now)
    return differs
