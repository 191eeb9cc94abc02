"""What becomes of open cases: each told many times over, luck conditioned on its past, and all of them together.

Where desks have staff, cases meet: then each replicate is a market of its own, with all open cases and with
whoever comes later, drawn afresh. Where nobody can wait for anybody, many replicates share one market.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np

from sim.arrays import Columns, Ints
from sim.chance.draws import draw_replication
from sim.chance.orders import Openings
from sim.chance.past import Past
from sim.chance.streams import Luck
from sim.errors import BadScenario, BadUsage, Fault
from sim.experiment.engine_choice import expected_claims, made_ready, quicker_for
from sim.experiment.engines import Tell, source_of, to_stderr
from sim.experiment.experiment import Progress as Progress
from sim.experiment.replication import calendars_of
from sim.rules.terms import terms_of
from sim.scenario.durations import DAY, NEVER
from sim.scenario.loading import AScenario, as_scenario
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Outcome, Party
from sim.waiting.calendars import next_open
from sim.waiting.cases import Cases, read_cases
from sim.waiting.conditioned import Conditions
from sim.waiting.outlook import ENDINGS, QUANTILES, Outlooks, Tally
from sim.waiting.replicates import (
    Stories,
    disagree,
    disagreements,
    drawn_again,
    engine_at_hand,
    has_queues,
    tell,
    told_under,
)

REPLICATES, MOST_REPLICATES = 200, 100_000
TRIED = (4, 32)
"""More stories told of a case, whose first did not agree with it, to see whether the scenario can have its past."""
TOGETHER = 20_000
"""Replicates that share a market where nobody waits for anybody."""
LUCK = 1 << 21
"""Luck of open cases is that of replications from here on; of those who come later, from twice that."""
ANSWERS = {
    "closed": Party.SELLER, "dispute_closed": Party.SELLER, "inspection_closed": Party.SELLER,
    "mediation_closed": Party.PLATFORM, "chargeback_closed": Party.BANK,
}  # fmt: skip
"""Columns that are answers, and whose."""
INSTANTS = ("arranges_at", "asked", "dispatch_due", "paid", "ships_at", "window_ends")
"""Columns of facts that are instants."""
LEAST_WATCHED = 60 * DAY


@dataclass(frozen=True)
class Forecast:
    """What becomes of some open cases, and under another policy from now on, if there is one."""

    scenario: Scenario
    at: str
    now: int
    """`at`, in seconds since the scenario's start."""
    cases: Cases
    replicates: int
    base: Outlooks
    other: Outlooks | None


def forecast(
    scenario: AScenario,
    *,
    open: str | Path,
    at: str,
    policy: AScenario | None = None,
    mapping: str | Path | None = None,
    replicates: int = REPLICATES,
    seed: int | None = None,
    progress: Progress | None = None,
    tell: Tell = to_stderr,
) -> Forecast:
    """Say what becomes of open cases, one by one and in total; and under another policy from now on.

    `open` is a table of cases as CSV, known until the instant `at` (the marketplace's own clock,
    `"2018-11-02T09:00"`); its columns are those of a log's mapping, or named by `mapping`, as `fit` takes it.
    Each case is told `replicates` times with luck conditioned on its past. With `policy` the policy of another
    scenario comes into force at `at`: the same cases with the same luck; what is asked already keeps its clock.
    `progress` and `tell` are as for `run`.

    Returns a `Forecast`: `base` and `other` (`Outlooks`: odds by ending, chance of money, days to
    money, deadlines, totals by week), `cases`, `replicates`.

    Raises BadScenario with every fault of the table, each with its line and column; BadUsage for an instant or a
    table that is none; BeyondCalendar, and what `load` raises.
    """
    world, then = as_scenario(scenario), None if policy is None else as_scenario(policy)
    if not 1 <= replicates <= MOST_REPLICATES:
        raise BadUsage(f"replicates: found {replicates}, expected from 1 to {MOST_REPLICATES:,}")
    day, second = _instant(at)
    world = _begun_before(world, open, day, second, mapping)
    now = (day - world.start).days * DAY + second
    cases = read_cases(open, world, now, mapping)
    sellers = world.market.sellers.model_copy(update={"count": cases.sellers})
    world = world.model_copy(update={"market": world.market.model_copy(update={"sellers": sellers})})
    other = world.model_copy(update={"policy": then.policy, "name": then.name}) if then else None
    _have_an_engine(world, other, cases, replicates, tell)
    work = _Work(world, cases, now, replicates, world.experiment.seed if seed is None else seed)
    policies: list[Scenario | None] = [None, other] if other else [None]
    tallies = work.told_under(policies, progress)
    outlooks = [work.outlook(tally, then) for tally, then in zip(tallies, policies, strict=True)]
    return Forecast(world, at, now, cases, replicates, outlooks[0], outlooks[1] if other else None)


def _have_an_engine(scenario: Scenario, other: Scenario | None, cases: Cases, replicates: int, say: Tell) -> None:
    """Have machine code made where it pays: where cases meet at desks, all others' claims are told with them."""
    policies = [scenario, other] if other else [scenario]
    together = expected_claims(scenario) if any(has_queues(one) for one in policies) else 0.0
    made_ready(quicker_for(len(policies) * replicates * (len(cases.names) + together)), scenario.name, say)


class _Work:
    """Everything that is worked out once for all replicates."""

    def __init__(self, scenario: Scenario, cases: Cases, now: int, replicates: int, seed: int) -> None:
        self.scenario, self.cases, self.now, self.seed = scenario, cases, now, seed
        self.replicates, self.calendars = replicates, calendars_of(scenario)
        self.conditions = Conditions(scenario, cases.histories, self.calendars)
        self.past, self.luck_source = Past(now), source_of(engine_at_hand())
        self._expect_possible()

    def told_under(self, policies: list[Scenario | None], progress: Progress | None) -> list[Tally]:
        """Every replicate under each policy, with the same luck."""
        pasts = [Past(self.now, then) if then else self.past for then in policies]
        queues = [has_queues(then or self.scenario) for then in policies]
        together = 1 if any(queues) else max(1, min(self.replicates, TOGETHER // max(len(self.cases.names), 1)))
        tallies = [Tally(len(self.cases.names), self.replicates, self.now) for _ in policies]
        done = 0
        for batch, size in enumerate(_sizes(self.replicates, together)):
            rows = np.tile(np.arange(len(self.cases.names)), size)
            later = self._who_comes_later(batch) if any(queues) else None
            for tally, stories in zip(tallies, self._told(rows, batch, pasts, later), strict=True):
                tally.add(stories, size)
            done += size
            if progress:
                progress(done, self.replicates)
        return tallies

    def _told(self, rows: Ints, batch: int, pasts: list[Past], later: Columns | None) -> Iterator[Stories]:
        """One batch under each policy. Luck that does not agree with the past is drawn again, the same for all."""
        luck, numbers = Luck(self.seed, LUCK + batch, self.luck_source), np.arange(len(rows))

        def told(proven: bool) -> Stories:
            facts = self.conditions.facts(rows, luck, numbers=numbers)
            return tell(self.conditions, rows, facts, past=self.past, others=later, proven=proven)

        first = told(False)
        wrong = disagree(self.conditions, rows, first)
        if wrong.any():
            numbers, hopeless = drawn_again(self.conditions, rows, np.flatnonzero(wrong), luck, self.past)
            if len(hopeless):
                raise BadScenario([self._no_chance(case) for case in np.unique(rows[hopeless]).tolist()])
            first = told(True)
        for past in pasts:
            stories, cannot = (
                told_under(self.conditions, rows, luck, numbers, past, later) if past.then else (first, ())
            )
            if len(cannot):
                found = "found a past that cannot go on under the other policy, by which it would have ended before"
                raise BadScenario([self.cases.fault(case, "paid", found) for case in set(rows[cannot].tolist())])
            yield stories

    def outlook(self, tally: Tally, then: Scenario | None) -> Outlooks:
        """What one policy's stories come to."""
        deadlines, on_silence = self._deadlines()
        return Outlooks(
            policy=(then or self.scenario).name,
            odds={ending: tally.chance(Outcome[ending.upper()]) for ending in ENDINGS},
            money=tally.chance(Outcome.REFUNDED) + tally.chance(Outcome.PARTLY_REFUNDED),
            expected=tally.expected(),
            days=tally.days(QUANTILES),
            deadlines=deadlines,
            on_silence=on_silence,
            totals=tally.totals(),
        )

    def _deadlines(self) -> tuple[Ints, Ints]:
        """Of requests that are open: they keep the clock, and the meaning of silence, that they were put under."""
        count = len(self.cases.names)
        deadlines, meaning = np.full(count, NEVER), np.zeros(count, dtype=np.int64)
        meanings = {int(kind): terms_of(self.scenario, kind) for kind in ClaimKind}
        for stage, (rows, pending) in self.conditions.pending.items():
            deadlines[rows] = pending.deadline
            of_kind = self.cases.histories.kind[rows]
            meaning[rows] = [meanings[int(kind)].requests[stage].on_silence for kind in of_kind]
        return deadlines, np.where(deadlines < NEVER, meaning, 0)

    def _who_comes_later(self, batch: int) -> Columns:
        """The claims of orders that are paid after now, drawn afresh."""
        first, (ahead, calendars) = self.now // DAY, self._ahead
        drawn = draw_replication(ahead, 2 * LUCK + batch, calendars, self.luck_source).claims
        later = {
            name: np.where(column < NEVER, column + first * DAY, NEVER) if name in INSTANTS else column
            for name, column in drawn.items()
        }
        fresh = later["paid"] > self.now
        return {name: column[fresh] for name, column in later.items()} | {
            "order": np.arange(np.count_nonzero(fresh))
        }

    @cached_property
    def _ahead(self) -> tuple[Scenario, Openings]:
        """The marketplace from today on, and its calendars."""
        window = self.scenario.experiment
        lengths = {"warm_up": 0, "cohort": max(window.run_out.seconds, LEAST_WATCHED), "run_out": 0}
        spans = {name: replace(window.cohort, seconds=seconds) for name, seconds in lengths.items()}
        window = window.model_copy(update={**spans, "seed": self.seed})
        start = self.scenario.start + timedelta(days=self.now // DAY)
        ahead = self.scenario.model_copy(update={"start": start, "experiment": window})
        return ahead, calendars_of(ahead)

    def _expect_possible(self) -> None:
        """Refuse cases whose past this scenario cannot have, each where it stands."""
        rows, luck = np.arange(len(self.cases.names)), Luck(self.seed, LUCK - 1)
        faults = [self._no_chance(case) for case in self.conditions.impossible.tolist()]
        if not faults:
            told = tell(self.conditions, rows, self.conditions.facts(rows, luck), past=self.past, proven=False)
            columns = disagreements(self.conditions, rows, told)
            wrong = np.flatnonzero(np.any(list(columns.values()), axis=0))
            _, hopeless = drawn_again(self.conditions, rows, wrong, luck, self.past, TRIED)
            for case in hopeless.tolist():
                first = next(column for column, flags in columns.items() if flags[case])
                faults.append(self._impossible(case, first))
        if faults:
            raise BadScenario(faults)

    def _no_chance(self, case: int) -> Fault:
        return self.cases.fault(
            case, "requested" if self.cases.histories.has("requested")[case] else "paid",
            "found a past that this scenario gives no chance: by now it would have come otherwise",
        )  # fmt: skip

    def _impossible(self, case: int, column: str) -> Fault:
        when = self.cases.histories.at(column)[case]
        found = "found an instant" if when < NEVER else "found none"
        party = ANSWERS.get(column)
        if when < NEVER and party is not None and next_open(np.array([when]), self.calendars[party])[0] != when:
            return self.cases.fault(
                case, column, f"found an answer while the {party.word} is closed, expected one in opening hours"
            )
        return self.cases.fault(
            case, column if column in self.cases.table.places else "requested",
            f"{found} for '{column}', which cannot be under this policy, its calendars and what else is said of it",
        )  # fmt: skip


def _sizes(count: int, together: int) -> Iterator[int]:
    while count > 0:
        yield min(count, together)
        count -= together


def _instant(at: str) -> tuple[date, int]:
    try:
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError):
        raise BadUsage(f"at: found {at!r}, expected an instant such as 2018-11-02T09:00") from None
    if moment.tzinfo is not None:
        raise BadUsage(f"at: found {at!r}, expected the marketplace's own clock, without a zone")
    return moment.date(), moment.hour * 3600 + moment.minute * 60 + moment.second


def _begun_before(
    scenario: Scenario, table: str | Path, day: date, second: int, mapping: str | Path | None
) -> Scenario:
    """The scenario, begun before the first case was paid, so that its calendars know all of their past."""
    early = scenario.model_copy(update={"start": min(scenario.start, day - timedelta(days=3650))})
    far = (day - early.start).days * DAY + second
    cases = read_cases(table, early, far, mapping)
    first = int(cases.histories.at("paid").min()) // DAY
    if first < 0:
        row = int(cases.histories.at("paid").argmin())
        raise BadScenario(
            [cases.fault(row, "paid", "found a payment more than ten years ago, expected a later one")]
        )
    start = early.start + timedelta(days=first)
    window = scenario.experiment
    warm_up = replace(window.cohort, seconds=max((day - start).days, 0) * DAY)
    return scenario.model_copy(
        update={"start": start, "experiment": window.model_copy(update={"warm_up": warm_up})}
    )
