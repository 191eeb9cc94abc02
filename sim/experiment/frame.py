"""From the outcome table of one replication (whole seconds, cents, codes) to tables that people read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import TableOfClaims
from sim.chance.facts import Ints
from sim.experiment.aalen_johansen import UNTIL
from sim.experiment.cohort import Cohort, cohort_of
from sim.experiment.columns import COLUMNS, JOURNAL_COLUMNS
from sim.experiment.on_demand import Below, Blocks, Cells, ColumnValues, KeptRows, OnDemand, kept_rows
from sim.records import life
from sim.records.life import AMOUNTS, WORK
from sim.records.table import Records
from sim.scenario.durations import DAY, HOUR, NEVER
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


class ClaimWording(NamedTuple):
    """What a scenario says that the table of its claims depends on."""

    start: date
    cut: int | None
    seller_types: tuple[str, ...]
    type_of_kind: tuple[int, ...]
    payment_methods: tuple[str, ...]
    product_groups: tuple[str, ...]
    ships_while_open: bool
    """Whether a parcel may leave while cancelling it is asked for."""

    def cells(self, blocks: Blocks) -> Cells:
        """From the whole numbers of `claims_kept`."""
        table = Below(_TOLD, blocks)
        return _cells(self, lambda: table[_NUMBER], table, Below(_LUCK, blocks))


def wording_of(scenario: Scenario) -> ClaimWording:
    """Of its claims."""
    market, terms = scenario.market, scenario.policy.cancellation
    return ClaimWording(
        scenario.start,
        scenario.experiment.cut,
        tuple(market.sellers.types),
        tuple(types_of_kinds(market.sellers)),
        tuple(market.payment_methods),
        tuple(market.product_groups),
        terms is not None and terms.ships_while_open == "allowed",
    )


_NUMBER = "replication"
_TOLD = {name: place for place, name in enumerate((_NUMBER, *life.COLUMNS))}
_OF_LUCK = (
    *("seller", "seller_type", "value", "payment_method", "product_group", "claim", "reason"),
    *("found_cheaper", "trusted", "cancellation.disposition"),
)
_LUCK = {name: place for place, name in enumerate(_OF_LUCK, start=len(_TOLD))}


def claims_frame(scenario: Scenario, replication: int, records: Records) -> pd.DataFrame:
    """The cohort's claims of one replication: one row each, ascending by order, with the columns of `COLUMNS`."""
    return claims_on_demand(scenario, replication, cohort_of(scenario, records)).frame()


def claims_on_demand(scenario: Scenario, replication: int, cohort: Cohort) -> OnDemand:
    """The same, each column when it is read."""
    return _claims(scenario, replication, *cohort)


def claims_kept(scenario: Scenario, replication: int, cohort: Cohort) -> KeptRows:
    """The same, to be kept: the records need not be."""
    table, facts = cohort
    number = np.full_like(table["order"], replication)
    columns = [table[name] for name in life.COLUMNS] + [facts[name] for name in _OF_LUCK]
    return kept_rows(wording_of(scenario), [number, *columns])


def claims_of(scenario: Scenario, replication: int, records: Records) -> pd.DataFrame:
    """The same of all claims, whenever their orders were paid."""
    return _claims(scenario, replication, records.claims, records.draws.claims).frame()


def _claims(scenario: Scenario, replication: int, table: TableOfClaims, facts: TableOfClaims) -> OnDemand:
    number = partial(np.full_like, table["order"], replication)
    return OnDemand(_cells(wording_of(scenario), number, table, facts), len(table["order"]))


def _cells(wording: ClaimWording, number: Callable[[], Ints], table: TableOfClaims, facts: TableOfClaims) -> Cells:
    """Of the columns of `COLUMNS`, from what happened and what luck had settled about the same orders."""
    cells = _numbers_of(wording, table, facts) | _named_of(wording, table, facts) | _lengths(table)
    cells |= {"replication": number}
    columns = [*COLUMNS]
    if (cut := wording.cut) is not None:
        cells[UNTIL] = lambda: moments(wording.start, np.full_like(table["order"], cut))
        columns.append(UNTIL)
    return {name: cells[name] for name in columns}


def _numbers_of(wording: ClaimWording, table: TableOfClaims, facts: TableOfClaims) -> CellByName:
    """Numbers, yes or no, amounts and instants."""

    def moment(column: str) -> ColumnValues:
        return moments(wording.start, table[column])

    def yes(of: TableOfClaims, column: str) -> ColumnValues:
        return of[column].astype(bool)

    def amount(of: TableOfClaims, column: str) -> ColumnValues:
        return of[column] / CENTS

    return {
        "order": lambda: table["order"],
        "seller": lambda: facts["seller"],
        "value": partial(amount, facts, "value"),
        **{name: partial(yes, facts, name) for name in ("found_cheaper", "trusted")},
        **{name: partial(yes, table, name) for name in ("limit_used", "on_record")},
        **{name: partial(moment, column) for name, column in _INSTANTS.items()},
        **{name: partial(amount, table, name) for name in AMOUNTS},
    }


def _named_of(wording: ClaimWording, table: TableOfClaims, facts: TableOfClaims) -> CellByName:
    """Words."""

    def reason() -> ColumnValues:
        return _worded(np.where(facts["claim"] == ClaimKind.REGRET, facts["reason"], _MISSING), Reason)

    return {
        "seller_type": lambda: _named(np.array(wording.type_of_kind)[facts["seller_type"]], wording.seller_types),
        "payment_method": lambda: _named(facts["payment_method"], wording.payment_methods),
        "product_group": lambda: _groups(facts["product_group"], wording.product_groups),
        "claim": lambda: _worded(table["claim"], ClaimKind),
        "reason": reason,
        "outcome": lambda: _worded(table["outcome"], Outcome),
        "route": lambda: _worded(table["route"], Route),
        "failed_because": lambda: _failures(table["failed_because"]),
        **{
            f"{text.column}_settled_by": partial(_settled_by, stage, table, facts, wording)
            for stage, text in STAGES.items()
        },
    }


_INSTANTS = {name: name for name in COLUMNS if name.endswith("_at")} | {
    instant_of(stage, step): f"{stage.word}_{step}_at" for stage in Stage for step in ("opened", "settled")
}
"""What the tables call each instant, and the records."""


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
    stage: Stage, table: TableOfClaims, facts: TableOfClaims, wording: ClaimWording
) -> pd.Categorical[Any]:
    """How the requests of one stage ended. A seller who ships instead of answering ships over the request."""
    how = table[f"{stage.word}_settled_by"]
    shipped = table["dispatched_at"] < NEVER
    at_limit = (table["route"] == Route.NOT_DISPATCHED) & (
        table["refund_due_at"] == table[f"{stage.word}_settled_at"]
    )
    taken_over = (how == Settled.INTERRUPTED) & ~at_limit & STAGES[stage].taken_over
    instead = np.zeros_like(shipped)
    if stage is Stage.CANCELLATION and wording.ships_while_open:
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
