"""A study, not a test of every day: forecasts of requests that are open come true as often as they say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from scipy import stats

import sim
from sim.arrays import Columns
from sim.chance.draws import draw_replication
from sim.chance.facts import Ints
from sim.chance.past import Past
from sim.chance.streams import Floats, Luck
from sim.experiment.engines import COMPILED, live
from sim.experiment.replication import calendars_of
from sim.scenario.durations import DAY, HOUR
from sim.vocabulary import Outcome
from sim.waiting.agreeing import disagree, drawn_again
from sim.waiting.conditioned import Conditions
from sim.waiting.history import INSTANTS
from sim.waiting.outlook import answered_as, has_money_back
from sim.waiting.replicates import tell
from tests.waiting.truth import seen_by, told_fully

pytestmark = pytest.mark.usefixtures("machine_code_at_hand")
DATES = tuple(day * DAY + hour * HOUR for day, hour in ((60, 13), (80, 0), (100, 18), (120, 9), (140, 15)))
OF_CANCELLING = ("paid", "dispatched", "requested", "closed")
UNLIMITED: dict[str, object] = {"market.sellers.staff": "unlimited", "policy.mediation.staff": "unlimited"}
APART: dict[str, object] = {"market.sellers.count": 5_000, "market.sellers.concentration": 0}
"""Hardly two cases have a seller in common, so that each says something of its own."""
BANK = {
    "methods": ["card"],
    "claims": ["regret", "not_received", "defect"],
    "clock": "20 d",
    "on_silence": "decline",
    "window": {"after": "paid", "within": "120 d"},
    "rulings": {"buyer": 0.4, "seller": 0.6},
    "notice": {"lognormal": {"median": "4 d", "p95": "15 d"}},
}
WITH_A_BANK: dict[str, object] = {"policy.chargeback": BANK, "buyers.chargeback.probability": 0.6}
SURE = 3.5
"""Standard errors."""


@dataclass(frozen=True)
class Study:
    """Which requests, where, and how often each is told."""

    stage: str
    world: str
    replications: int
    replicates: int
    dates: tuple[int, ...] = DATES
    changes: dict[str, object] = field(default_factory=dict)
    naive: bool = False
    """A forecast that knows no more than that the request was put."""


@dataclass
class Found:
    """By target: what was forecast and what came true, case by case; how long each has waited; ranks."""

    said: dict[str, Floats]
    true: dict[str, Floats]
    age: Floats
    rank: Floats
    """Where in the stories the true end of the request lies, ties broken by luck: uniform if all is well."""


def find(study: Study) -> Found:
    """Every request that is open at some dates: the odds, and what became of it."""
    scenario = sim.load(study.world).with_changes(UNLIMITED | APART | study.changes)
    calendars, rng = calendars_of(scenario), np.random.default_rng(17)
    parts: list[Found] = []
    for replication in range(study.replications):
        records = live(COMPILED, scenario, draw_replication(scenario, replication, calendars), calendars)
        for now in study.dates:
            kept = OF_CANCELLING if study.stage == "cancellation" else INSTANTS
            histories, rows = seen_by(now, records, told=kept)
            opened, settled = (records.claims[f"{study.stage}_{what}_at"][rows] for what in ("opened", "settled"))
            is_open = (opened <= now) & (settled > now) & told_fully(histories, records, rows)
            some = np.flatnonzero(is_open)
            if not len(some):
                continue
            histories, age = histories.of(some), (now - opened[some]) / DAY
            for known in ("type", "seller"):
                del histories.facts[known]
            if study.naive:
                histories = replace(histories, now=histories.at("requested"))
            conditions = Conditions(scenario, histories, calendars)
            cases = np.tile(np.arange(len(histories)), study.replicates)
            told = told_of(conditions, cases, Luck(1, 900 + replication), now, proven=not study.naive)
            truth = {name: column[rows[some]] for name, column in records.claims.items()}
            ends = told[f"{study.stage}_settled_at"].reshape(study.replicates, -1)
            rank = _ranks(ends, truth[f"{study.stage}_settled_at"], rng)
            said = {name: flags.reshape(ends.shape).mean(axis=0) for name, flags in targets(told, study).items()}
            true = {name: flags.astype(float) for name, flags in targets(truth, study).items()}
            parts.append(Found(said, true, age, rank))
    names = parts[0].said
    return Found(
        {name: np.concatenate([part.said[name] for part in parts]) for name in names},
        {name: np.concatenate([part.true[name] for part in parts]) for name in names},
        np.concatenate([part.age for part in parts]),
        np.concatenate([part.rank for part in parts]),
    )


def told_of(conditions: Conditions, cases: Ints, luck: Luck, now: int, *, proven: bool) -> Columns:
    """Stories whose luck agrees with the past; or need not, of a naive forecast."""
    stories = tell(conditions, cases, conditions.facts(cases, luck), past=Past(now), proven=False)
    wrong = np.flatnonzero(disagree(conditions, cases, stories)) if proven else np.empty(0, dtype=np.int64)
    if len(wrong):
        numbers, _ = drawn_again(conditions, cases, wrong, luck, Past(now))
        stories = tell(conditions, cases, conditions.facts(cases, luck, numbers=numbers), past=Past(now))
    return stories.told


def targets(told: Columns, study: Study) -> dict[str, np.ndarray]:
    """What is forecast."""
    if study.stage == "cancellation":
        ends = answered_as(told)
        return {"approved": ends["approved"], "runs out": ends["run_out"], "money": has_money_back(told)}
    return {"money": has_money_back(told), "all of it": told["outcome"] == Outcome.REFUNDED}


def _ranks(ends: np.ndarray, true: np.ndarray, rng: np.random.Generator) -> Floats:
    below, ties = (ends < true).sum(axis=0), (ends == true).sum(axis=0)
    return (below + rng.random(len(true)) * (ties + 1)) / (len(ends) + 1)


def spread_of(said: Floats, replicates: int) -> float:
    """The variance of the odds from case to case, without what so few replicates add to it."""
    return float(np.var(said, ddof=1) - np.mean(said * (1 - said)) / (replicates - 1))


def slope_and_noise(said: Floats, true: Floats, replicates: int) -> tuple[float, float]:
    """The slope of the truth on the odds, were they told by ever so many replicates, and its standard error."""
    spread = spread_of(said, replicates)
    slope = np.cov(said, true)[0, 1] / spread
    return float(slope), float(np.sqrt(np.mean((true - said) ** 2) * np.var(said) / len(said)) / spread)


def expect_calibrated(found: Found, margin: float, replicates: int) -> None:
    """In the middle right, as steep as it should be, for all and for the younger and the older half."""
    older = found.age > np.median(found.age)
    for name, said in found.said.items():
        for some in (np.ones(len(said), dtype=bool), older, ~older):
            odds, true = said[some], found.true[name][some]
            bias = odds.mean() - true.mean()
            assert abs(bias) < SURE * np.sqrt(np.mean(odds * (1 - odds)) / len(odds)) + 1e-9, name
        if spread_of(said, replicates) > 0.02**2:
            slope, noise = slope_and_noise(said, found.true[name], replicates)
            assert abs(slope - 1) < margin + 2 * noise, name
    assert stats.kstest(found.rank, "uniform").pvalue > 0.01


@pytest.mark.slow
def test_what_is_forecast_of_a_few_requests_comes_true() -> None:
    expect_calibrated(find(Study("cancellation", "aliexpress", 2, 60, DATES[:3])), 0.1, 60)


STUDIES = (
    Study("cancellation", "aliexpress", 12, 1_000),
    Study("dispute", "aliexpress-2020", 12, 100),
    Study("offer", "aliexpress-2020", 120, 60),
    Study("mediation", "aliexpress-2020", 72, 60),
    Study("inspection", "aliexpress-2020", 40, 60),
    Study("chargeback", "aliexpress-2020", 40, 60, changes=WITH_A_BANK),
)


@pytest.mark.long
@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.stage)
def test_what_is_forecast_comes_true_as_often_as_it_says(study: Study) -> None:
    expect_calibrated(find(study), 0.1, study.replicates)


@pytest.mark.slow
def test_a_forecast_that_ignores_how_long_nobody_has_answered_fails_the_same_test() -> None:
    found = find(Study("cancellation", "aliexpress", 3, 40, naive=True))
    odds, ends = found.said["runs out"], found.true["runs out"]
    assert ends.mean() - odds.mean() > SURE * np.sqrt(np.mean(odds * (1 - odds)) / len(odds))
    assert stats.kstest(found.rank, "uniform").pvalue < 0.01


@pytest.mark.slow
def test_the_mean_of_tomorrows_forecasts_is_todays() -> None:
    scenario = sim.load("aliexpress").with_changes(UNLIMITED)
    calendars, now, futures = calendars_of(scenario), DATES[0], 20
    records = live(COMPILED, scenario, draw_replication(scenario, 0, calendars), calendars)
    histories, rows = seen_by(now, records, told=OF_CANCELLING)
    opened, settled = (records.claims[f"cancellation_{what}_at"][rows] for what in ("opened", "settled"))
    histories = histories.of(np.flatnonzero((opened <= now) & (settled > now)))
    conditions = Conditions(scenario, histories, calendars)
    cases = np.tile(np.arange(len(histories)), 40 * futures)
    today = answered_as(tell(conditions, cases, conditions.facts(cases, Luck(2, 1)), past=Past(now)).told)[
        "approved"
    ]
    some = np.tile(np.arange(len(histories)), futures)
    stories = tell(conditions, some, conditions.facts(some, Luck(2, 2)), past=Past(now))
    tomorrow = answered_as(stories.told)["approved"].astype(float)
    later, claims = seen_by(now + DAY, stories.records, told=OF_CANCELLING)
    waits = np.flatnonzero(stories.records.claims["cancellation_settled_at"][claims] > now + DAY)
    then = Conditions(scenario, later.of(waits), calendars)
    again = np.tile(np.arange(len(waits)), 40)
    told = tell(then, again, then.facts(again, Luck(2, 3)), past=Past(now + DAY)).told
    tomorrow[stories.facts.rows[claims[waits]]] = answered_as(told)["approved"].reshape(40, -1).mean(axis=0)
    by_case = today.reshape(40 * futures, -1).mean(axis=0) - tomorrow.reshape(futures, -1).mean(axis=0)
    spread = np.sqrt(tomorrow.reshape(futures, -1).var(axis=0).mean() / tomorrow.size + 0.25 / today.size)
    assert len(waits) > 100
    assert abs(by_case.mean()) < SURE * spread
