"""From the outcome table of one replication (whole seconds, cents, codes) to tables that people read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import Picked, TableOfClaims
from sim.chance.facts import Ints
from sim.experiment.aalen_johansen import UNTIL
from sim.experiment.columns import COLUMNS, JOURNAL_COLUMNS
from sim.experiment.on_demand import ColumnValues, OnDemand
from sim.records.life import WORK
from sim.records.table import Records
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.scenario.market import Sellers
from sim.scenario.model import Scenario
from sim.scenario.selling import types_of_kinds
from sim.vocabulary import ClaimKind, Disposition, Failure, Outcome, Party, Reason, Route, Settled, Stage, Word
from sim.vocabulary.stages import STAGES, instant_of

CENTS = 100
SETTLED_BY = ("answered", "shipped_over", "not_dispatched", "withdrawn", "silence", "taken_over")
"""How a request ended, as tables say it. A dispatch, its limit or the platform interrupts; each has its word."""
_ANSWERED, _SHIPPED_OVER, _NOT_DISPATCHED, _WITHDRAWN, _SILENCE, _TAKEN_OVER = range(6)
_MISSING = -1

CellByName = dict[str, Callable[[], ColumnValues]]


def in_cohort(scenario: Scenario, paid_at: Ints) -> npt.NDArray[np.bool_]:
    """Which of these instants of payment (s) lie in the cohort window: its first instant does, its end does not."""
    first, beyond = scenario.experiment.cohort_window
    return (paid_at >= first) & (paid_at < beyond)


def claims_frame(scenario: Scenario, replication: int, records: Records) -> pd.DataFrame:
    """The cohort's claims of one replication: one row each, ascending by order, with the columns of `COLUMNS`."""
    return claims_on_demand(scenario, replication, records).frame()


def claims_on_demand(scenario: Scenario, replication: int, records: Records) -> OnDemand:
    """The same, each column when it is read."""
    return _claims(scenario, replication, *cohort_of(scenario, records))


def claims_of(scenario: Scenario, replication: int, records: Records) -> pd.DataFrame:
    """The same of all claims, whenever their orders were paid."""
    return _claims(scenario, replication, records.claims, records.draws.claims).frame()


def _claims(scenario: Scenario, replication: int, table: TableOfClaims, facts: TableOfClaims) -> OnDemand:
    cells = _told_of(scenario, replication, table, facts) | _named_of(scenario, table, facts) | _lengths(table)
    columns = [*COLUMNS]
    if (cut := scenario.experiment.cut) is not None:
        cells[UNTIL] = lambda: moments(scenario.start, np.full_like(table["order"], cut))
        columns.append(UNTIL)
    return OnDemand({name: cells[name] for name in columns}, len(table["order"]))


def _told_of(scenario: Scenario, replication: int, table: TableOfClaims, facts: TableOfClaims) -> CellByName:
    """Numbers, yes or no, amounts and instants."""

    def moment(column: str) -> ColumnValues:
        return moments(scenario.start, table[column])

    def yes(of: TableOfClaims, column: str) -> ColumnValues:
        return of[column].astype(bool)

    def amount(of: TableOfClaims, column: str) -> ColumnValues:
        return of[column] / CENTS

    return {
        "replication": lambda: np.full_like(table["order"], replication),
        "order": lambda: table["order"],
        "seller": lambda: facts["seller"],
        "value": partial(amount, facts, "value"),
        **{name: partial(yes, facts, name) for name in ("found_cheaper", "trusted")},
        **{name: partial(yes, table, name) for name in ("limit_used", "on_record")},
        **{name: partial(moment, column) for name, column in _INSTANTS.items()},
        **{name: partial(amount, table, name) for name in _MONEY},
    }


def _named_of(scenario: Scenario, table: TableOfClaims, facts: TableOfClaims) -> CellByName:
    """Words."""
    market = scenario.market

    def reason() -> ColumnValues:
        return _worded(np.where(facts["claim"] == ClaimKind.REGRET, facts["reason"], _MISSING), Reason)

    return {
        "seller_type": lambda: _types(facts["seller_type"], market.sellers),
        "payment_method": lambda: _named(facts["payment_method"], list(market.payment_methods)),
        "product_group": lambda: _groups(facts["product_group"], list(market.product_groups)),
        "claim": lambda: _worded(table["claim"], ClaimKind),
        "reason": reason,
        "outcome": lambda: _worded(table["outcome"], Outcome),
        "route": lambda: _worded(table["route"], Route),
        "failed_because": lambda: _failures(table["failed_because"]),
        **{
            f"{text.column}_settled_by": partial(_settled_by, stage, table, facts, scenario)
            for stage, text in STAGES.items()
        },
    }


_INSTANTS = {name: name for name in COLUMNS if name.endswith("_at")} | {
    instant_of(stage, step): f"{stage.word}_{step}_at" for stage in Stage for step in ("opened", "settled")
}
"""What the tables call each instant, and the records."""
_MONEY = ("claimed", "refund", "buyer_cost", "seller_cost", "platform_cost", "saving")


def cohort_of(scenario: Scenario, records: Records) -> tuple[TableOfClaims, TableOfClaims]:
    """The cohort's rows of the outcome table, and what luck had settled about the same orders."""
    chosen = np.flatnonzero(in_cohort(scenario, records.claims["paid_at"]))
    table = Picked(records.claims, chosen)
    # A cut drops claims from the table, never from the facts; both are in ascending order of order numbers.
    places = np.searchsorted(records.draws.claims["order"], table["order"])
    return table, Picked(records.draws.claims, places)


def moments(start: date, seconds: Ints) -> npt.NDArray[np.datetime64]:
    """Instants (s since the first midnight) as local times; NaT for what did not happen."""
    happened = seconds < NEVER
    times = np.datetime64(start, "s") + np.where(happened, seconds, 0).astype("timedelta64[s]")
    return np.where(happened, times, np.datetime64("NaT", "s"))


def _lengths(table: TableOfClaims) -> CellByName:
    """Times that took: hours and days, NaN where there is no end. Buyers' and the bank's work takes none."""

    def refund_days() -> ColumnValues:
        asked, refunded = table["asked_at"], table["refunded_at"]
        return np.where(refunded < NEVER, (refunded - asked) / DAY, np.nan)

    def mediations_work() -> Ints:
        by_platform = np.where(table["answered_by"] == Party.PLATFORM, table[WORK[Stage.DISPUTE]], 0)
        return np.asarray(table[WORK[Stage.MEDIATION]] + by_platform)

    def sellers_work() -> Ints:
        return np.asarray(sum(table[column] for column in WORK) - mediations_work())

    return {
        "hours_to_ask": lambda: (table["asked_at"] - table["paid_at"]) / HOUR,
        "refund_days": refund_days,
        "seller_work": lambda: sellers_work() / HOUR,
        "mediation_work": lambda: mediations_work() / HOUR,
    }


def _settled_by(
    stage: Stage, table: TableOfClaims, facts: TableOfClaims, scenario: Scenario
) -> pd.Categorical[Any]:
    """How the requests of one stage ended. A seller who ships instead of answering ships over the request."""
    how = table[f"{stage.word}_settled_by"]
    shipped = table["dispatched_at"] < NEVER
    at_limit = (table["route"] == Route.NOT_DISPATCHED) & (
        table["refund_due_at"] == table[f"{stage.word}_settled_at"]
    )
    taken_over = (how == Settled.INTERRUPTED) & ~at_limit & STAGES[stage].taken_over
    instead = np.zeros_like(shipped)
    terms = scenario.policy.cancellation
    if stage is Stage.CANCELLATION and terms is not None and terms.ships_while_open == "allowed":
        instead = facts["cancellation.disposition"] == Disposition.SHIP
    codes = np.select(
        [
            taken_over,
            (how == Settled.INTERRUPTED) & shipped | (how == Settled.ANSWERED) & instead,
            how == Settled.INTERRUPTED,
            how == Settled.ANSWERED,
            how == Settled.WITHDRAWN,
            how == Settled.SILENCE,
        ],
        [_TAKEN_OVER, _SHIPPED_OVER, _NOT_DISPATCHED, _ANSWERED, _WITHDRAWN, _SILENCE],
        default=_MISSING,
    )
    return _named(codes, SETTLED_BY)


def _worded(codes: Ints, words: type[Word]) -> pd.Categorical[Any]:
    return _named(codes, [word.word for word in words])


def _groups(places: Ints, groups: Sequence[str]) -> pd.Categorical[Any]:
    """What was bought; no word where the scenario names no groups."""
    return _named(places if groups else np.full_like(places, _MISSING), groups)


def _failures(codes: Ints) -> pd.Categorical[Any]:
    """Why claims came to nothing; no word for those that did not."""
    reasons = [reason for reason in Failure if reason is not Failure.NONE]
    places = np.full(max(reasons) + 1, _MISSING)
    places[reasons] = range(len(reasons))
    return _named(places[codes], [reason.word for reason in reasons])


def _named(codes: Ints, names: Sequence[str]) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(codes, dtype=_kind(tuple(names)), validate=False)


@lru_cache(maxsize=256)
def _kind(names: tuple[str, ...]) -> pd.CategoricalDtype:
    """Making one takes as long as a column of some hundred words."""
    return pd.CategoricalDtype(list(names))


def _types(kinds: Ints, sellers: Sellers) -> pd.Categorical[Any]:
    """The seller's type of each order, by name."""
    return _named(np.array(types_of_kinds(sellers))[kinds], list(sellers.types))


def journal_frame(scenario: Scenario, replication: int, records: Records) -> pd.DataFrame:
    """Every event of the cohort's claims in one replication, by instant and order; columns `JOURNAL_COLUMNS`."""
    table, facts = cohort_of(scenario, records)
    seller = dict(zip(table["order"].tolist(), facts["seller"].tolist(), strict=True))
    entries = [entry for entry in records.journal.rows() if entry.order in seller]
    actors = [(entry.activity.party, seller[entry.order]) for entry in entries]
    cells = {
        "case_id": pd.Series([f"{replication}-{entry.order}" for entry in entries], dtype=str),
        "activity": pd.Series([entry.activity.title for entry in entries], dtype=str),
        "timestamp": moments(scenario.start, np.array([entry.at for entry in entries], dtype=np.int64)),
        "resource": pd.Series([_resource(party, number) for party, number in actors], dtype=str),
        "detail": pd.Series([entry.detail for entry in entries], dtype=str),
    }
    return pd.DataFrame(cells)[list(JOURNAL_COLUMNS)]


def _resource(party: Party, seller: int) -> str:
    return f"{party.word} {seller}" if party is Party.SELLER else party.word
