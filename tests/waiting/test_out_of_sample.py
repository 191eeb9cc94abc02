"""A study: forecasts with a world fitted to a log are about as good as with the world that wrote it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.arrays import Bools, Columns, Floats, Ints
from sim.chance.draws import draw_replication
from sim.chance.past import Past
from sim.chance.streams import Luck
from sim.experiment.engines import COMPILED, live
from sim.experiment.replication import calendars_of
from sim.scenario.durations import DAY, HOUR
from sim.scenario.model import Scenario
from sim.waiting.conditioned import Conditions
from sim.waiting.history import Histories
from sim.waiting.outlook import answered_as, has_money_back
from sim.waiting.replicates import disagree, drawn_again, tell
from tests.evidence.logs import tables_of, world, write
from tests.waiting.calibrating import told
from tests.waiting.truth import seen_by

pytestmark = pytest.mark.usefixtures("machine_code_at_hand")
DATES = tuple(day * DAY + hour * HOUR for day, hour in ((60, 13), (80, 0), (100, 18), (120, 9), (140, 15)))
OF_CANCELLING = ("paid", "dispatched", "requested", "closed")
REPLICATES, REPLICATIONS = 100, range(1, 4)
UNKNOWN_TO_A_TABLE = ("type", "seller", "method", "group")
"""Columns by number, which a fitted world may number otherwise."""


def brier_scores(found: Scenario, true: Scenario) -> dict[str, tuple[float, float, float]]:
    """By target, over requests of other years: of the fitted world, of the true one, of the base rate."""
    odds: dict[str, list[Floats]] = {}
    left_out = 0
    for replication in REPLICATIONS:
        calendars = calendars_of(true)
        records = live(COMPILED, true, draw_replication(true, replication, calendars), calendars)
        for now in DATES:
            histories, rows = seen_by(now, records, told=OF_CANCELLING)
            opened, settled = (records.claims[f"cancellation_{what}_at"][rows] for what in ("opened", "settled"))
            some = np.flatnonzero((opened <= now) & (settled > now))
            histories = histories.of(some)
            for known in UNKNOWN_TO_A_TABLE:
                histories.facts.pop(known, None)
            histories.instants.pop(
                "arranged", None
            )  # the log has no such time: what is fitted sends without arranging
            chances = possible(found, histories, now)
            left_out += len(some) - len(chances)
            some, histories = some[chances], histories.of(chances)
            truth = {name: column[rows[some]] for name, column in records.claims.items()}
            for who, theirs in (
                ("found", foreseen(found, histories, now, replication)),
                ("true", foreseen(true, histories, now, replication)),
                ("came", {name: flags.astype(float) for name, flags in targets(truth).items()}),
            ):
                for name, values in theirs.items():
                    odds.setdefault(f"{who} {name}", []).append(values)
    assert left_out < 0.01 * (left_out + sum(map(len, odds["came approved"]))), (
        "the fitted world gives no chance to"
    )
    joined = {name: np.concatenate(parts) for name, parts in odds.items()}
    scores = {}
    for name in targets(truth):
        came = joined[f"came {name}"]
        found_odds, true_odds = joined[f"found {name}"], joined[f"true {name}"]
        scores[name] = (
            float(np.mean((found_odds - came) ** 2)),
            float(np.mean((true_odds - came) ** 2)),
            float(came.var()),
        )
    return scores


def targets(told: Columns) -> dict[str, Bools]:
    """What is forecast of a request to cancel."""
    ends = answered_as(told)
    return {"approved": ends["approved"], "runs out": ends["run_out"], "money": has_money_back(told)}


def possible(scenario: Scenario, histories: Histories, now: int) -> Ints:
    """The cases whose past this world can have."""
    conditions, cases, luck = (
        Conditions(scenario, histories, calendars_of(scenario)),
        np.arange(len(histories)),
        Luck(1, 899),
    )
    stories = tell(conditions, cases, conditions.facts(cases, luck), past=Past(now), proven=False)
    wrong = np.flatnonzero(disagree(conditions, cases, stories))
    return np.setdiff1d(cases, drawn_again(conditions, cases, wrong, luck, Past(now))[1])


def as_of(true: Scenario, found: Scenario) -> Scenario:
    """The fitted world on the calendar of the true one, so that an instant is the same in both, with its button and
    its staff: both are known, and those of the log's base are others."""
    policy = found.policy.model_copy(update={"cancellation": true.policy.cancellation})
    sellers = found.market.sellers.model_copy(update={"staff": true.market.sellers.staff})
    market = found.market.model_copy(update={"sellers": sellers})
    there = {"start": true.start, "experiment": true.experiment, "policy": policy, "market": market}
    return found.model_copy(update=there)


def foreseen(scenario: Scenario, histories: Histories, now: int, replication: int) -> dict[str, Floats]:
    conditions = Conditions(scenario, histories, calendars_of(scenario))
    cases = np.tile(np.arange(len(histories)), REPLICATES)
    stories: Columns = told(conditions, cases, Luck(1, 900 + replication)).told
    return {name: flags.reshape(REPLICATES, -1).mean(axis=0) for name, flags in targets(stories).items()}


@pytest.mark.long
def test_a_fitted_world_forecasts_about_as_well_as_the_one_that_wrote_its_log(tmp_path: Path) -> None:
    true = world()
    found = as_of(true, sim.fit(write(tmp_path, *tables_of(true))).scenario)
    scores = brier_scores(found, true)
    for name, (fitted, with_truth, base) in scores.items():
        assert fitted < 1.02 * with_truth, name
        assert with_truth < base, name
