"""A study, not a test of every day: forecasts of requests that are open come true as often as they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.chance.draws import draw_replication
from sim.chance.past import Past
from sim.chance.streams import Luck
from sim.experiment.engines import COMPILED, live
from sim.experiment.replication import calendars_of
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.waiting.conditioned import Conditions
from sim.waiting.outlook import answered_as, is_paid
from sim.waiting.replicates import tell
from tests.waiting.truth import seen_by

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("machine_code_at_hand")]
REPLICATIONS, REPLICATES = 12, 200
DATES = tuple(day * DAY + hour * HOUR for day, hour in ((60, 13), (80, 0), (100, 18), (120, 9), (140, 15)))
KEPT = ("paid", "dispatched", "requested", "closed")
UNLIMITED = {"market.sellers.staff": "unlimited", "policy.mediation.staff": "unlimited"}


def forecasts_and_truths(*, naive: bool = False) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:  # type: ignore[type-arg]
    """Of every request to cancel that is open at some dates: the odds, and what became of it.

    A naive forecast knows no more than that it was put.
    """
    scenario = sim.load("aliexpress").with_changes(UNLIMITED)
    calendars = calendars_of(scenario)
    said: dict[str, list[np.ndarray]] = {}  # type: ignore[type-arg]
    true: dict[str, list[np.ndarray]] = {}  # type: ignore[type-arg]
    for replication in range(REPLICATIONS):
        records = live(COMPILED, scenario, draw_replication(scenario, replication, calendars), calendars)
        for now in DATES:
            histories, rows = seen_by(now, records, told=KEPT)
            opened, settled = (records.claims[f"cancellation_{what}_at"][rows] for what in ("opened", "settled"))
            some = np.flatnonzero((opened <= now) & (settled > now) & (opened < NEVER))
            histories = histories.of(some)
            del histories.facts["type"], histories.facts["seller"]
            if naive:
                histories = replace(histories, now=histories.at("requested"))
            conditions = Conditions(scenario, histories, calendars)
            cases = np.tile(np.arange(len(histories)), REPLICATES)
            facts = conditions.facts(cases, Luck(1, 900 + replication))
            told = tell(conditions, cases, facts, past=Past(now), proven=not naive).told
            truth = {name: column[rows[some]] for name, column in records.claims.items()}
            for name, flags in targets(told).items():
                said.setdefault(name, []).append(flags.reshape(REPLICATES, -1).mean(axis=0))
            for name, flags in targets(truth).items():
                true.setdefault(name, []).append(flags.astype(float))
    return ({name: np.concatenate(parts) for name, parts in each.items()} for each in (said, true))  # type: ignore[return-value]


def targets(told: dict[str, np.ndarray]) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    """What is forecast."""
    ends = answered_as(told)
    return {"approved": ends["approved"], "runs out": ends["run_out"], "money": is_paid(told)}


def test_what_is_forecast_comes_true_as_often_as_it_says() -> None:
    said, true = forecasts_and_truths()
    for name, odds in said.items():
        slope = np.cov(odds, true[name])[0, 1] / np.var(odds, ddof=1)
        noise = np.sqrt(np.mean((true[name] - odds) ** 2) / (len(odds) * np.var(odds)))
        assert abs(slope - 1) < 0.1 + 2 * noise, name
        bias = odds.mean() - true[name].mean()
        assert abs(bias) < 3.5 * np.sqrt(np.mean(odds * (1 - odds)) / len(odds)), name


def test_a_forecast_that_ignores_how_long_nobody_has_answered_fails_the_same_test() -> None:
    said, true = forecasts_and_truths(naive=True)
    odds, ends = said["runs out"], true["runs out"]
    assert ends.mean() - odds.mean() > 3.5 * np.sqrt(np.mean(odds * (1 - odds)) / len(odds))
