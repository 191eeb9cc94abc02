"""How well forecasts come true: open cases at ages of their own, what is said of each, what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

import sim
from sim.arrays import Bools, Columns, Floats, Ints
from sim.chance.draws import draw_replication
from sim.chance.past import Past
from sim.chance.streams import Luck
from sim.experiment.engines import COMPILED, live
from sim.experiment.replication import calendars_of
from sim.records.table import Records
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Outcome
from sim.waiting.conditioned import Conditions
from sim.waiting.history import Histories
from sim.waiting.outlook import answered_as, has_money_back
from sim.waiting.replicates import Stories, disagree, drawn_again, tell
from tests.waiting.truth import seen_by, told_fully

BANK = {
    "methods": ["card", "wallet"],
    "claims": ["regret", "not_received", "defect"],
    "clock": "40 d",
    "on_silence": "decline",
    "window": {"after": "paid", "within": "200 d"},
    "rulings": {"buyer": 0.5, "seller": 0.5},
    "notice": {"lognormal": {"median": "10 d", "p95": "60 d"}},
}
SELLERS: dict[str, dict[str, object]] = {
    "prompt": {
        "share": 0.4,
        "dispute": {"accept": 0.6, "counter": 0.25, "refuse": 0.13, "silent": 0.02},
        "inspection": {"accept": 0.93, "refuse": 0.05, "notice": {"lognormal": {"median": "12 h", "p95": "3 d"}}},
    },
    "slow": {
        "share": 0.25,
        "dispute": {"accept": 0.25, "counter": 0.35, "refuse": 0.25, "notice": {"exponential": {"mean": "3 d"}}},
        "inspection": {"accept": 0.5, "refuse": 0.4, "silent": 0.1, "notice": {"exponential": {"mean": "4 d"}}},
    },
    "stalls": {
        "share": 0.25,
        "dispute": {"accept": 0.02, "counter": 0.5, "refuse": 0.4, "silent": 0.08},
        "inspection": {"accept": 0.1, "refuse": 0.8, "silent": 0.1, "notice": {"exponential": {"mean": "6 d"}}},
    },
    "absent": {"share": 0.1},
}
BY_RULING = {
    "buyer": {"notice": {"exponential": {"mean": "3 d"}}},
    "seller": {"notice": {"exponential": {"mean": "12 d"}}},
}
WORLD: dict[str, object] = {
    "experiment.warm_up": "0 d",
    "experiment.cohort": "140 d",
    "experiment.run_out": "300 d",
    "market.sellers.staff": "unlimited",
    "market.sellers.count": 5_000,
    "market.sellers.concentration": 0,  # hardly two cases have a seller in common: each says something of its own
    "market.carrier": {
        "lost": 0.08,
        "return_lost": 0.15,
        "transit": {"lognormal": {"median": "15 d", "p95": "35 d"}},
    },
    "buyers.regret.probability": 0.4,
    "buyers.defect.probability": 0.4,
    "buyers.goes_on": 0.4,
    "buyers.hassle": 0,
    "buyers.escalation": {"probability": 0.9, "after": {"lognormal": {"median": "2 d", "p95": "8 d"}}},
    "buyers.offers.notice": {"exponential": {"mean": "2 d"}},
    "buyers.chargeback.probability": 0.5,
    "policy.promise": {"after": "paid", "within": "45 d"},
    "policy.dispute.default.rounds": 2,
    "policy.dispute.default.steps_in": "none",
    "policy.mediation.staff": "unlimited",
    "policy.mediation.escalate_within": "15 d",
    "policy.mediation.by_ruling": BY_RULING,
    "policy.mediation.rulings": {"buyer": 0.5, "seller": 0.4, "split": 0.1},
    "policy.mediation.by_claim": {
        "not_received": {"rulings": {"buyer": 0.95, "seller": 0.05}},
        "defect": {"rulings": {"buyer": 0.15, "split": 0.05, "seller": 0.8}},
    },
    "policy.chargeback": BANK,
    **{f"market.sellers.types.{name}.{what}": said for name, row in SELLERS.items() for what, said in row.items()},
}
"""Where what comes of a case is open at every stage, and differs from case to case: else odds show nothing."""


@dataclass(frozen=True)
class Stage:
    """A part of a case's way: the outcome table's columns in which it begins and ends, and how old cases are."""

    begins: str
    ends: str
    oldest: int
    """No case is looked at when it is older than that."""
    soon: int
    """Whether it ends within so long is one of the targets."""
    money_within: int = 14 * DAY


STAGES = {
    "cancellation": Stage("cancellation_opened_at", "cancellation_settled_at", 2 * DAY, 6 * HOUR, 10 * DAY),
    "dispute": Stage("dispute_opened_at", "dispute_settled_at", 4 * DAY, DAY, 14 * DAY),
    "offer": Stage("dispute_settled_at", "offer_settled_at", 5 * DAY, DAY, 10 * DAY),
    "mediation": Stage("mediation_opened_at", "mediation_settled_at", 12 * DAY, 3 * DAY, 20 * DAY),
    "return": Stage("return_posted_at", "return_received_at", 60 * DAY, 7 * DAY, 30 * DAY),
    "inspection": Stage("inspection_opened_at", "inspection_settled_at", 8 * DAY, 2 * DAY, 12 * DAY),
    "chargeback": Stage("chargeback_opened_at", "chargeback_settled_at", 40 * DAY, 7 * DAY, 30 * DAY),
    "posting": Stage("refund_due_at", "refunded_at", 12 * DAY, 3 * DAY, 7 * DAY),
}
AT_A_TIME = 150_000
"""Stories told together."""
SURE = 3.5
"""Standard errors."""


def world(**changes: object) -> Scenario:
    """The world of the study."""
    return sim.load("aliexpress-2020").with_changes(WORLD | changes)


@dataclass(frozen=True)
class Watched:
    """Open cases of one stage, each at an age of its own that luck has chosen, and what became of them."""

    scenario: Scenario
    stage: str
    histories: Histories
    newly: Histories
    """The same when the stage began: all that a naive forecast knows."""
    truth: Columns
    age: Floats
    """In days."""


def watch(scenario: Scenario, stage: str, replications: range, most: int) -> Watched:
    """Cases of several replications together."""
    parts = list(_watched(scenario, stage, replications, most))
    return Watched(
        scenario,
        stage,
        _joined([part.histories for part in parts]),
        _joined([part.newly for part in parts]),
        {name: np.concatenate([part.truth[name] for part in parts]) for name in parts[0].truth},
        np.concatenate([part.age for part in parts]),
    )


def _watched(scenario: Scenario, stage: str, replications: range, most: int) -> Iterator[Watched]:
    calendars, found, way = calendars_of(scenario), 0, STAGES[stage]
    for replication in replications:
        if found >= most:
            return
        records = live(COMPILED, scenario, draw_replication(scenario, replication, calendars), calendars)
        age = np.random.default_rng([17, replication]).integers(0, way.oldest, len(records.claims["order"]))
        begun, ended = records.claims[way.begins], records.claims[way.ends]
        passes = (begun < NEVER) & (begun + age < ended)
        if way.ends != "return_received_at":  # nobody knows yet that it is lost
            passes &= ended < NEVER
        now = np.where(passes, begun + age, 0)
        seen, rows = seen_by(now, records)
        passes[np.setdiff1d(np.arange(len(now)), rows[told_fully(seen, records, rows)])] = False
        some = passes.nonzero()[0][: most - found]
        histories, newly = known_by(now, records, some), known_by(begun, records, some)
        truth = {name: column[some] for name, column in records.claims.items()}
        found += len(some)
        yield Watched(scenario, stage, histories, newly, truth, age[some] / DAY)


def known_by(now: Ints, records: Records, some: Ints) -> Histories:
    """What is known of some orders by instants of their own; not of what type the seller is."""
    histories, rows = seen_by(np.where(now < NEVER, now, 0), records)
    place = np.full(len(now), -1)
    place[rows] = np.arange(len(rows))
    assert (place[some] >= 0).all()
    known = histories.of(place[some])
    for fact in ("type", "seller"):
        del known.facts[fact]
    return known


def _joined(parts: list[Histories]) -> Histories:
    return Histories(
        np.concatenate([part.now for part in parts]),
        {name: np.concatenate([part.instants[name] for part in parts]) for name in parts[0].instants},
        {name: np.concatenate([part.facts[name] for part in parts]) for name in parts[0].facts},
    )


def told(conditions: Conditions, cases: Ints, luck: Luck, *, proven: bool = True) -> Stories:
    """Stories whose luck agrees with the past; or need not, of a naive forecast."""
    past = Past(int(conditions.histories.now.max()))
    stories = tell(conditions, cases, conditions.facts(cases, luck), past=past, proven=False)
    wrong = np.flatnonzero(disagree(conditions, cases, stories)) if proven else np.empty(0, dtype=np.int64)
    if len(wrong):
        numbers, hopeless = drawn_again(conditions, cases, wrong, luck, past)
        assert not len(hopeless)
        stories = tell(conditions, cases, conditions.facts(cases, luck, numbers=numbers), past=past)
    return stories


def targets(told: Columns, now: Ints, stage: str) -> dict[str, Bools]:
    """What is forecast of a case of this stage at its now."""
    way = STAGES[stage]
    found = {
        "money": has_money_back(told),
        "all of it": told["outcome"] == Outcome.REFUNDED,
        "money soon": told["refunded_at"] <= now + way.money_within,
        "ends soon": told[way.ends] <= now + way.soon,
    }
    if stage == "cancellation":
        ends = answered_as(told)
        found |= {"approved": ends["approved"], "runs out": ends["run_out"]}
    if stage == "posting":  # the money is certain
        del found["money"], found["all of it"]
    return found


@dataclass(frozen=True)
class Found:
    """By target: what was forecast and what came true, case by case; ranks of the true end among the stories'."""

    said: dict[str, Floats]
    true: dict[str, Floats]
    age: Floats
    rank: Floats
    """Ties broken by luck: uniform if all is well."""
    replicates: int


def forecast(watched: Watched, replicates: int, *, naive: bool = False) -> Found:
    """The odds of every target, case by case, with the truth."""
    histories, ends = watched.newly if naive else watched.histories, STAGES[watched.stage].ends
    conditions = Conditions(watched.scenario, histories, calendars_of(watched.scenario))
    count, rng = len(histories), np.random.default_rng(17)
    said: dict[str, list[Floats]] = {}
    ranks = []
    for batch, cases in enumerate(np.array_split(np.arange(count), max(count * replicates // AT_A_TIME, 1))):
        rows = np.tile(cases, replicates)
        stories = told(conditions, rows, Luck(1, 900 + batch), proven=not naive).told
        for name, flags in targets(stories, watched.histories.now[rows], watched.stage).items():
            said.setdefault(name, []).append(flags.reshape(replicates, -1).mean(axis=0))
        ranks.append(_ranks(stories[ends].reshape(replicates, -1), watched.truth[ends][cases], rng))
    true = targets(watched.truth, watched.histories.now, watched.stage)
    return Found(
        {name: np.concatenate(parts) for name, parts in said.items()},
        {name: flags.astype(float) for name, flags in true.items()},
        watched.age,
        np.concatenate(ranks),
        replicates,
    )


def _ranks(ends: Ints, true: Ints, rng: np.random.Generator) -> Floats:
    below, ties = (ends < true).sum(axis=0), (ends == true).sum(axis=0)
    return np.asarray((below + rng.random(len(true)) * (ties + 1)) / (len(ends) + 1))


def spread_of(said: Floats, replicates: int) -> float:
    """The variance of the odds from case to case, without what so few replicates add to it."""
    return float(np.var(said, ddof=1) - np.mean(said * (1 - said)) / (replicates - 1))


def slope_and_noise(said: Floats, true: Floats, replicates: int) -> tuple[float, float]:
    """The slope of the truth on the odds, were they told by ever so many replicates, and its standard error."""
    spread = spread_of(said, replicates)
    slope = np.cov(said, true)[0, 1] / spread
    return float(slope), float(
        np.sqrt(np.mean((true - said) ** 2 * (said - said.mean()) ** 2) / len(said)) / spread
    )


def biased_by(said: Floats, true: Floats) -> float:
    """How far the mean of the odds lies from the truth's, in standard errors."""
    return float((said.mean() - true.mean()) / np.sqrt(np.mean(said * (1 - said)) / len(said) + 1e-12))


def unevenness(rank: Floats) -> float:
    """How likely ranks so uneven are if they are uniform."""
    return float(stats.kstest(rank, "uniform").pvalue)


def tomorrow_less_today(watched: Watched, futures: int, replicates: int) -> dict[str, Floats]:
    """By target and case: the mean of the forecasts of so many tomorrows, less today's.

    Tomorrow is when as much time has passed as the stage's cases end in `soon`; by then a case may be anywhere.
    """
    scenario, now, stage = watched.scenario, watched.histories.now, watched.stage
    today = forecast(watched, futures * replicates).said
    conditions = Conditions(scenario, watched.histories, calendars_of(scenario))
    rows = np.tile(np.arange(len(now)), futures)
    stories = told(conditions, rows, Luck(2, 1))
    by_then = (now + STAGES[stage].soon)[rows]
    claims = np.arange(len(stories.facts.rows))
    later = known_by(by_then[stories.facts.rows], stories.records, claims)
    seen = watched.histories.of(rows[stories.facts.rows])
    viewed = seen.at("viewed")  # a story tells of a request that waits in a queue only that it goes on waiting
    later.instants["viewed"] = np.where(seen.has("viewed"), viewed, later.instants["viewed"])
    then = Conditions(scenario, later, calendars_of(scenario))
    odds: dict[str, list[Floats]] = {}
    for batch, some in enumerate(np.array_split(claims, max(len(claims) * replicates // AT_A_TIME, 1))):
        again = np.tile(some, replicates)
        anew = told(then, again, Luck(2, 100 + batch)).told
        for name, flags in targets(anew, now[rows[stories.facts.rows[again]]], stage).items():
            odds.setdefault(name, []).append(flags.reshape(replicates, -1).mean(axis=0))
    found = {}
    for name, parts in odds.items():
        mine = np.zeros(len(rows))
        mine[stories.facts.rows] = np.concatenate(parts)
        found[name] = mine.reshape(futures, -1).mean(axis=0) - today[name]
    return found
