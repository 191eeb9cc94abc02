"""Policies side by side: the same orders, with the same luck, under each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from sim.errors import BadUsage
from sim.scenario.model import Scenario
from sim.study.aims import aims_of
from sim.study.curve_differences import crossings_of, curve_difference
from sim.study.differences import Bench, Estimates, differences_of, estimates_of
from sim.study.engines import AUTO, Tell, chosen, to_stderr
from sim.study.experiment import Progress, Underway, expect_one_of, with_numbers
from sim.study.flips import flips_of, no_flips
from sim.study.jobs import Workers, workers_of
from sim.study.pairing import pair_of
from sim.study.precision import MOST, AsAsked, Plan, UntilCompared
from sim.study.result import Result
from sim.study.verdicts import INCONCLUSIVE, Headline, headlines_with, simultaneous


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
    """One row per `scenario` and `measure`: those of `study.measures.MEASURES`, in their order.

    - `base`, `other`, `difference`, `low`, `high`: floats in `unit`, as `Result.summary` has them; a difference of
      shares is a share as well (0.02 is two percentage points). NaN: not measured, or a quantile *not reached*.
    - `low_simultaneous`, `high_simultaneous`: Bonferroni over all headlines of all scenarios.
    - `is_headline`: whether it is judged. Of others, the simultaneous interval and the margin are NaN and the
      verdict is empty: they are shown, not judged.
    - `margin`: a difference up to this does not matter; in `unit`.
    - `verdict`: a word of `study.verdicts.VERDICTS`, defined there: better, worse, equivalent, inconclusive,
      not_reached, curves_cross.
    - `replications_needed`: how many *more* would settle what is inconclusive, should the difference stay where it
      is; inf where no experiment may have so many, NaN where nothing is to be settled or one cannot tell.
    - `correlation` of the two estimates, and `variance_ratio`: variance of the difference as measured ÷ what it
      would be with independent runs (0.1: pairing is worth ten times the replications). NaN where not paired.
    - `unit` and `title`: as in `Result.summary`.
    """

    flips: pd.DataFrame
    """Every order of the cohort by how it ended under each policy: one row per way to end and place to part.

    - `base_outcome`, `other_outcome`: outcomes of claims (refunded, partly_refunded, refused, gave_up, expired,
      open), `refunded_unasked` (at the dispatch limit, before anybody asked) or `no_claim`. Summed over either,
      `orders` are the other's counts exactly: all orders paid in the cohort window are in the table.
    - `parts_at`: the first step that differs, a word of `study.flips.PARTINGS`; `never` where none does.
    - `orders` in all replications together, `per_replication` on average.
    - `time_change`: mean change in days from asking to the money, where both refund in full; else NaN.
    - `money_change`: mean change in what the buyer is left with: refund less postage, in the currency.
    - `examples`: up to three (replication, order), for `trace`.

    Rows stand in the order of outcomes, the more frequent parting first. Scenarios that share no luck with the
    base (`apart`) have no rows: their orders are other orders.
    """

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
    def is_settled(self) -> bool:
        """Whether no verdict is inconclusive."""
        return not (self.verdicts["verdict"] == INCONCLUSIVE).any()

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


def compare(
    base: Scenario,
    *others: Scenario,
    replications: int | None = None,
    seed: int | None = None,
    precision: Mapping[str, float | str] | None = None,
    max_replications: int = MOST,
    progress: Progress | None = None,
    jobs: int | Workers | None = None,
    engine: str = AUTO,
    margins: Mapping[str, float] | None = None,
    tell: Tell = to_stderr,
) -> Comparison:
    """Simulate a base and what-ifs with the same luck, and say what changes and how sure one can be of it.

    All run with as many replications as the base has, unless `replications` says otherwise; `seed` takes the
    place of each scenario's own. With `precision`, all go on together until the *difference* from the base is known
    so well for each named measure of each scenario (`study.aims`; a share of the base's value where it is
    relative), and no further than `max_replications`; `about["stopped"]` of every result says which it was.

    `margins` gives headline measures other margins than their own, in the measure's unit: `{"success_rate": 0.01}`.
    `progress` is told after each replication how many are done, of all; `jobs`, `engine` and `tell` are as for
    `run`. Raises BadUsage for no other scenario, for two of one name and for a margin or a precision that makes no
    sense, before anything is run; and what `run` raises.
    """
    _expect_comparable(base, others)
    headlines_with(margins or {})
    expect_one_of(replications, precision)
    most = base.experiment.replications if replications is None else replications
    most = max_replications if precision else most
    scenarios = [with_numbers(one, replications=most, seed=seed) for one in (base, *others)]
    plan = _plan(scenarios, precision or {})
    with workers_of(jobs) as workers:
        choices = [chosen(engine, one, plan.wanted) for one in scenarios]
        underway = [
            Underway(one, workers, choice, tell=tell) for one, choice in zip(scenarios, choices, strict=True)
        ]
        _carry_out(underway, plan, progress)
    return comparison_of(*(one.result(plan.stopped) for one in underway), margins=margins)


def _plan(scenarios: Sequence[Scenario], precision: Mapping[str, float | str]) -> Plan:
    """As many replications as the scenarios say, or as many at most."""
    base, *others = scenarios
    most = base.experiment.replications
    if not precision:
        return AsAsked(most)
    return UntilCompared(aims_of(precision), {other.name: pair_of(base, other) for other in others}, most)


def _carry_out(underway: Sequence[Underway], plan: Plan, progress: Progress | None) -> None:
    """All to the same number of replications, until the plan has enough."""
    while len(underway[0].seen) < plan.wanted:
        for one in underway:
            one.carry_on(plan.wanted, _of_all(underway, progress))
        plan.learn(*(one.seen for one in underway))


def _of_all(underway: Sequence[Underway], progress: Progress | None) -> Progress | None:
    """Counts the replications of all scenarios together."""
    if progress is None:
        return None

    def step(_: int, until: int) -> None:
        progress(sum(len(one.seen) for one in underway), until * len(underway))

    return step


def comparison_of(base: Result, *others: Result, margins: Mapping[str, float] | None = None) -> Comparison:
    """Compare what has been run already. Raises BadUsage as `compare` does."""
    _expect_comparable(base.scenario, [other.scenario for other in others])
    headlines = headlines_with(margins or {})
    pairs = {other.scenario.name: pair_of(base.scenario, other.scenario) for other in others}
    yardstick = _Yardstick(base, estimates_of(base), headlines, simultaneous(len(headlines) * len(others)))
    tables = {
        other.scenario.name: _compared(yardstick, other, pairs[other.scenario.name].is_paired) for other in others
    }
    differences, flips, curves, crossings = (
        pd.concat(
            [one.assign(scenario=name)[["scenario", *one]] for name, one in zip(tables, column, strict=True)]
        ).reset_index(drop=True)
        for column in zip(*tables.values(), strict=True)
    )
    apart = {name: pair.apart for name, pair in pairs.items() if pair.apart}
    return Comparison(base, others, headlines, differences, flips, curves, crossings, apart)


class _Yardstick(NamedTuple):
    """What all others are held against."""

    base: Result
    estimates: Estimates
    headlines: Mapping[str, Headline]
    confidence: float
    """Of each simultaneous interval."""


class _Tables(NamedTuple):
    """What there is to say about one of the others."""

    differences: pd.DataFrame
    flips: pd.DataFrame
    curves: pd.DataFrame
    crossings: pd.DataFrame


def _compared(yardstick: _Yardstick, other: Result, is_paired: bool) -> _Tables:
    base = yardstick.base
    curves = curve_difference(base, other, is_paired=is_paired)
    crossings = crossings_of(curves)
    bench = Bench(yardstick.headlines, yardstick.confidence, is_paired, curves_cross=len(crossings) > 0)
    differences = differences_of(base, other, (yardstick.estimates, estimates_of(other)), bench)
    # Where no luck is shared, order 17 is another order: there is nothing to flip, but the columns are the same.
    flips = flips_of(base, other) if is_paired else no_flips()
    return _Tables(differences, flips, curves, crossings)


def _expect_comparable(base: Scenario, others: Sequence[Scenario]) -> None:
    if not others:
        raise BadUsage("found nothing to compare the base with, expected one scenario or more")
    names = [other.name for other in others]
    for name in names:
        if names.count(name) > 1:
            raise BadUsage(
                f"two of the scenarios to compare are named '{name}', expected a name of its own for each"
            )
    for other in others:
        mine, its = base.market.currency, other.market.currency
        if mine != its:
            raise BadUsage(f"{other.name} counts in {its} and the base in {mine}: nothing is converted")
