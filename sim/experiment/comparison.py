"""Policies side by side: the same orders, with the same luck, under each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.errors import BadUsage
from sim.experiment.costs import compared_costs
from sim.experiment.curve_differences import crossings_of, curve_difference
from sim.experiment.differences import Estimates, Yardstick, differences_of, estimates_of
from sim.experiment.first_divergence import NEVER_PART
from sim.experiment.flips import flips_of, no_flips
from sim.experiment.order_outcomes import Side, no_outcomes, outcomes_by_order
from sim.experiment.pairing import Pairing, pairs_of
from sim.experiment.result import Result, WhenAsked, all_looked_at, claims_of_result
from sim.experiment.verdicts import INCONCLUSIVE, Headline, headlines_with, simultaneous
from sim.scenario.model import Scenario


@dataclass(frozen=True)
class Comparison:
    """What changes when other policies take the place of the base, and how sure one can be of it.

    A difference is always *other − base*. Intervals are 95 % over replications, plain (`low`, `high`) and
    simultaneous (`low_simultaneous`, `high_simultaneous`: all of them hold at once with 95 %); their ends are NaN
    where there is none. Tables that cover several scenarios name the other one in their column `scenario`.
    """

    base: Result
    others: tuple[Result, ...]
    """In the order in which they were given; their scenarios have different names."""

    headlines: dict[str, Headline]
    """The measures that are judged, by name, with which way is better and the margin that matters."""

    differences: pd.DataFrame
    """One row per `scenario` and `measure`: those of `experiment.measures.MEASURES`, in their order.

    - `base`, `other`, `difference`, `low`, `high`: floats in `unit`, as `Result.summary` has them; a difference of
      shares is a share as well (0.02 is two percentage points). NaN: not measured, or a quantile *not reached*.
    - `low_simultaneous`, `high_simultaneous`: Bonferroni over all headlines of all scenarios.
    - `is_headline`: whether it is judged. Of others, the simultaneous interval and the margin are NaN and the
      verdict is empty: they are shown, not judged.
    - `margin`: a difference up to this does not matter; in `unit`.
    - `verdict`: a word of `experiment.verdicts.VERDICTS`, defined there: better, worse, equivalent, inconclusive,
      not_reached, curves_cross.
    - `replications_needed`: how many *more* would settle what is inconclusive, should the difference stay where it
      is; inf where no experiment may have so many, NaN where nothing is to be settled or one cannot tell.
    - `correlation` of the two estimates, and `variance_ratio`: variance of the difference as measured ÷ what it
      would be with independent runs (0.1: pairing is worth ten times the replications). NaN where not paired.
    - `unit` and `title`: as in `Result.summary`, and so are `base_low`, `base_high`, `other_low` and `other_high`.
    """

    flips: pd.DataFrame
    """Every order of the cohort by how it ended under each policy: one row per way to end and place to part.

    - `base_outcome`, `other_outcome`: outcomes of claims (`vocabulary.endings.ENDINGS`), `refunded_unasked` (at the
      dispatch limit, before anybody asked) or `no_claim`. Summed over either, `orders` are the other's counts
      exactly: all orders paid in the cohort window are in the table.
    - `parts_at`: the first step that differs, a word of `first_divergence.PARTINGS`; `never` where none does.
    - `orders` in all replications together, `per_replication` on average. `orders_low`, `orders_high`: the interval
      of their share of all orders, counted in as many orders as these.
    - `time_change`: mean change in days from asking to the money, where both refund in full; else NaN.
    - `money_change`: mean change in what the buyer is left with: refund less postage, in the currency.
    - `time_low`, `time_high`, `money_low`, `money_high`: the intervals of these means; NaN with fewer than
      `experiment.flips.FEWEST` orders, or with all of them in one replication.
    - `examples`: up to three (replication, order), for `trace`.

    Rows stand in the order of outcomes, the more frequent parting first. Scenarios that share no luck with the
    base (`apart`) have no rows: their orders are other orders.
    """

    flip_pairs: pd.DataFrame
    """Those orders whose stories part, wherever that is, by how they ended: the columns of `flips` but `parts_at`.
    These are the numbers that tables show."""

    parted: pd.DataFrame
    """Every order whose stories part: one row per `scenario`, `replication` and `order`, ascending, with
    `base_outcome`, `other_outcome`, `parts_at`, `time_change` and `money_change`, as `flips` has them."""

    curves: pd.DataFrame
    """Time to money, compared. One row per `scenario` and `days` since asking (0 to 90, the grid of
    `Result.curves`): `base` and `other` (shares of all claims refunded in full by then), their `difference` with
    `low` and `high`, and the band `low_simultaneous` to `high_simultaneous`, which holds at all of these times at
    once (Bonferroni)."""

    crossings: pd.DataFrame
    """Where the curves cross for sure: the band lies on one side of zero before, and on the other after. One row
    per crossing: `scenario`, `after` and `before` (days; the crossing lies between), `first_ahead` (`base` or
    `other`: under which more claims had their money until then), `first_lead` and `then_lead` (by how large a share
    of all claims at most, before and after). Empty where no curves cross."""

    apart: dict[str, tuple[str, ...]]
    """By scenario, in words, what keeps it from sharing luck with the base, such as `the number of sellers (60 and
    90)`. It was compared unpaired, as independent runs are (Welch), and has no flips. Empty: all share."""

    @property
    def verdicts(self) -> pd.DataFrame:
        """The rows of `differences` that are judged."""
        return self.differences[self.differences["is_headline"]]

    @property
    def costs(self) -> pd.DataFrame:
        """Who pays what under each, and the paired differences, as `experiment.costs.compared_costs` has it."""
        return compared_costs(self.differences)

    @property
    def is_settled(self) -> bool:
        """Whether no verdict is inconclusive."""
        return not (self.verdicts["verdict"] == INCONCLUSIVE).any()

    __getstate__ = all_looked_at

    def changed(self, changes: Mapping[str, Sequence[Mapping[str, str]]]) -> Comparison:
        """The same, saying by scenario which values were changed before the run, too (`Result.changed`)."""
        results = [one.changed(changes.get(one.scenario.name, ())) for one in (self.base, *self.others)]
        return type(self)(**(vars(self) | {"base": results[0], "others": tuple(results[1:])}))

    def flip_table(self, scenario: str) -> pd.DataFrame:
        """Orders by outcome under the base (rows) and under another scenario (columns), all replications.

        Its diagonal ended the same; sums over rows and columns are the two counts of outcomes.
        """
        rows = self.flips[self.flips["scenario"] == scenario]
        return rows.pivot_table(
            "orders", "base_outcome", "other_outcome", aggfunc="sum", fill_value=0, observed=True
        )

    def flipped(self, scenario: str) -> pd.DataFrame:
        """The rows of `flips` whose orders end otherwise under this scenario, most frequent first."""
        rows = self.flips[self.flips["scenario"] == scenario]
        changed = rows["base_outcome"].astype(str) != rows["other_outcome"].astype(str)
        return rows[changed].sort_values("orders", ascending=False, kind="stable")


def comparison_of(
    base: Result,
    *others: Result,
    margins: Mapping[str, float] | None = None,
    outcomes: Mapping[str, pd.DataFrame] | None = None,
    pairs: Mapping[str, Pairing] | None = None,
) -> Comparison:
    """Compare what has been run already.

    `outcomes` say order by order what became of them (`order_outcomes`), by the other scenario's name, where it is
    known: results that have handed over their claims cannot tell any more. So `pairs` say
    who shares luck with the base, where somebody has looked already. Raises BadUsage as `comparing.compare`.
    """
    expect_comparable(base.scenario, [other.scenario for other in others])
    headlines = headlines_with(margins or {})
    pairs = pairs or pairs_of(base.scenario, [other.scenario for other in others])
    apart = {name: pair.apart for name, pair in pairs.items() if pair.apart}

    @cache
    def made() -> _Tables:
        yardstick = _Yardstick(base, estimates_of(base), headlines, simultaneous(len(headlines) * len(others)))
        return _of_all(yardstick, others, pairs, outcomes or {})

    tables: dict[str, Any] = {name: lambda name=name: getattr(made(), name) for name in _Tables._fields}
    return Comparison(base, others, headlines, **tables, apart=apart)


def _of_all(
    yardstick: _Yardstick,
    others: Sequence[Result],
    pairs: Mapping[str, Pairing],
    known: Mapping[str, pd.DataFrame],
) -> _Tables:
    tables = [
        _compared(yardstick, other, known.get(name)) if pair.is_paired else _apart(yardstick, other)
        for other, (name, pair) in zip(others, pairs.items(), strict=True)
    ]
    return _Tables._make(_one_below_the_other(list(pairs), column) for column in zip(*tables, strict=True))


def _one_below_the_other(names: Sequence[str], tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The tables of all scenarios, which are named in the first column."""
    whole = pd.concat(tables, ignore_index=True)
    whole.insert(
        0, "scenario", pd.Series(np.repeat(np.array(names, dtype=object), [*map(len, tables)]), dtype="str")
    )
    return whole


class _Yardstick(NamedTuple):
    """What all others are held against."""

    base: Result
    estimates: Estimates
    headlines: Mapping[str, Headline]
    confidence: float
    """Of each simultaneous interval."""


class _Tables(NamedTuple):
    """What there is to say about one of the others: the tables of a `Comparison`."""

    differences: pd.DataFrame
    flips: pd.DataFrame
    flip_pairs: pd.DataFrame
    parted: pd.DataFrame
    curves: pd.DataFrame
    crossings: pd.DataFrame


for _table in _Tables._fields:
    setattr(Comparison, _table, WhenAsked(_table))


def _compared(yardstick: _Yardstick, other: Result, known: pd.DataFrame | None) -> _Tables:
    """Order by order; with the outcomes, where they are known already."""
    base = yardstick.base
    outcomes = (
        outcomes_by_order(*(Side(claims_of_result(one), one.unasked) for one in (base, other)))
        if known is None
        else known
    )
    if not _watched_alike(base, other):  # an order would seem to end otherwise only since it was watched for longer
        return _tables(yardstick, other, (*no_flips(), no_outcomes()), is_paired=True)
    flips = flips_of(outcomes, base.by_replication)
    parted = outcomes[outcomes["parts_at"] != NEVER_PART]
    return _tables(yardstick, other, (*flips, parted), is_paired=True)


def _watched_alike(base: Result, other: Result) -> bool:
    return base.scenario.experiment.follow_up == other.scenario.experiment.follow_up


def _apart(yardstick: _Yardstick, other: Result) -> _Tables:
    """As independent runs: order 17 is another order there, so nothing flips, but the columns are the same."""
    return _tables(yardstick, other, (*no_flips(), no_outcomes()), is_paired=False)


def _tables(
    yardstick: _Yardstick,
    other: Result,
    orders: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    *,
    is_paired: bool,
) -> _Tables:
    """All measures and curves, beside what is known of `orders`: flips, flip pairs, and those that part."""
    curves = curve_difference(yardstick.base, other, is_paired=is_paired)
    crossings = crossings_of(curves)
    bench = Yardstick(
        yardstick.headlines,
        yardstick.confidence,
        is_paired,
        curves_cross=len(crossings) > 0,
        watched_alike=_watched_alike(yardstick.base, other),
    )
    differences = differences_of(yardstick.base, other, (yardstick.estimates, estimates_of(other)), bench)
    return _Tables(differences, *orders, curves, crossings)


def expect_comparable(base: Scenario, others: Sequence[Scenario]) -> None:
    """Raises BadUsage for no other scenario, for two of one name but the base itself, and for other currencies."""
    if not others:
        raise BadUsage("found nothing to compare the base with, expected one scenario or more")
    names = [other.name for other in others]
    for name in names:
        if names.count(name) > 1:
            raise BadUsage(
                f"two of the scenarios to compare are named '{name}', expected a name of its own for each"
            )
    for other in others:
        if other.name == base.name and other != base:
            raise BadUsage(
                f"another scenario has the base's name, '{base.name}', expected one of its own: give it a `name:`"
            )
        mine, its = base.market.currency, other.market.currency
        if mine != its:
            raise BadUsage(
                f"{other.name} counts in {its} and the base in {mine}: nothing is converted; write its amounts "
                f"(market.order_value, buyers.return_cost and others) in {mine}, with market.currency: {mine}"
            )
