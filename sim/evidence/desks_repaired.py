"""Desks blur what is seen: an answer comes after noticing, a queue and the work. Repaired by simulated moments.

What was estimated as noticing contains the wait at the desk, which the simulated desk adds once more; and a late
answer looks like silence. So the fitted world is lived through, seen as the log was seen, and how much later its
answers come than noticing, opening hours and work alone would have them is put into what the log's counts make
likely: a lognormal law of noticing, and silence. Counts are those between the tenths of the logged answers
(McFadden, *Econometrica* 57 (1989)); a model that is nearly right is corrected by simulating (Gourieroux, Monfort
and Renault, *Journal of Applied Econometrics* 8 (1993)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from sim.arrays import Bools, Floats
from sim.evidence.families import LOGNORMAL
from sim.evidence.finding import Finding, duration, law_of, shares
from sim.evidence.fitted_scenario import TYPE, changes_between
from sim.evidence.moments import AnswerTable, LastLooks, LawSearch
from sim.evidence.of_staff import CANCELLATION, STAGES, DeskStage, requests_at
from sim.evidence.samples import Sample
from sim.evidence.simulation import engine_for, simulated_worlds
from sim.evidence.survival import kaplan_meier
from sim.evidence.training_data import TrainingData
from sim.experiment.jobs import Workers, workers_of
from sim.scenario.durations import DAY, Kind
from sim.scenario.model import Scenario
from sim.scenario.moving import in_world
from sim.scenario.resolved import described
from sim.scenario.wording import per_cent
from sim.vocabulary import Party

STEPS = 4
"""How often the world is lived through, each time with what the time before had found."""
REPLICATIONS, OF_MANY = 12, 4
"""At each step, of a small log and of a large one."""
MANY = 20_000
"""Claims that are enough to simulate so many times over: their own luck is small."""
FEWEST_DAYS = 91
"""Days of a large log that are simulated at least: disputes come weeks after payment."""
TENTHS = np.arange(1, 11) / 10
"""Of those that are answered at last: between these it is counted."""
SAMPLED = 4_000
"""Requests that say well enough how opening hours lie."""
GOLDEN = 0.618033988749895
"""Its multiples lie evenly between whole numbers: of every stretch of requests some take long to work on."""
LEAST = 30
"""Answers below which there is nothing to repair by."""
Build = Callable[[list[Finding]], Scenario]


def repaired(data: TrainingData, findings: list[Finding], build: Build, *, jobs: int | None = 1) -> list[Finding]:
    """The findings, noticing and silence repaired where the desk has finite staff."""
    learnt = {one.path for one in findings}
    wanted = {
        path: (number, stage, told)
        for number, kind in enumerate(data.kinds)
        for stage in STAGES
        if f"{(path := _path(kind, stage))}.notice" in learnt
        and (told := _table(*_waited(data, number, stage))) is not None
    }
    if not wanted or data.base.market.sellers.staff == "unlimited":
        return findings
    effort = _effort(data)
    search = {path: _searched(data, effort, *one) for path, one in wanted.items()}
    with workers_of(jobs) as workers:
        lived = _world_to_move(data, findings, search, build, wanted, effort, workers)
        for _ in range(STEPS):
            for path, by_then in lived().items():
                search[path].learn(by_then, effort.of_log)
    return _with(findings, {path: one.at for path, one in search.items()}, search)


def _searched(
    data: TrainingData, effort: SimulatedDays, kind: int, stage: DeskStage, logged: AnswerTable
) -> LawSearch:
    """Where a search begins: as if nobody waited for a desk."""
    handling = getattr(data.template(data.kinds[kind]), stage.name).handling.to_law()
    hours = data.of_type(kind).hours[Party.SELLER]

    def looks(asked: Floats) -> LastLooks:
        asked = asked[:: max(len(asked) // SAMPLED, 1)]
        work = handling.ppf((np.arange(len(asked)) * GOLDEN + 0.5) % 1)
        return LastLooks.of(np.array([hours.last_look(asked + edge, work) - asked for edge in logged.edges]).T)

    asked = data.log.claims.at(stage.asked)[_asked_of(data, kind, stage)]
    lived = asked[asked < data.first + effort.days * DAY]
    lived = lived if len(lived) >= LEAST else asked
    return LawSearch(logged, looks(asked), looks(lived), unlike=_unlike(data, kind, stage, logged))


def _unlike(data: TrainingData, kind: int, stage: DeskStage, logged: AnswerTable) -> float:
    """By how much more than luck sellers differ in what they answer of what they could have."""
    lasted, answered, _ = _waited(data, kind, stage)
    seller = data.seller_of_claim[_asked_of(data, kind, stage)]
    part = np.searchsorted(logged.edges, lasted)
    there = np.where(answered, 1.0, 0.5)
    shares, luck = (np.append(each, 0.0) for each in (logged.ends, logged.ends * (1 - logged.ends)))
    expected, spread = ((np.cumsum(each) - each)[part] + each[part] * there for each in (shares, luck))
    return float((np.bincount(seller, answered - expected) ** 2).sum() / spread.sum())


def _world_to_move(
    data: TrainingData,
    findings: list[Finding],
    search: Mapping[str, LawSearch],
    build: Build,
    wanted: WantedCounts,
    effort: SimulatedDays,
    workers: Workers,
) -> Callable[[], dict[str, Floats]]:
    """What is answered by when, cut as the log was, in a world with the laws at which the search is."""
    begun = _with(findings, {path: one.at for path, one in search.items()})
    world = build(begun).with_changes({"experiment.cohort": f"{effort.days} d", "experiment.follow_up": "0 d"})
    document = {key: value for key, value in described(world).items() if key not in ("provenance", "expect")}
    engine = engine_for(world, effort.replications * STEPS)
    cut = np.datetime64(world.start, "s") + np.timedelta64(
        world.experiment.warm_up.seconds + effort.days * DAY, "s"
    )

    def lived() -> dict[str, Floats]:
        there = {path: one.at for path, one in search.items()}
        moved = in_world(document, changes_between(begun, _with(findings, there)))
        seen = simulated_worlds([moved] * effort.replications, engine, workers)
        return dict(_counted(pd.concat([one.claims for one in seen]), cut, data, wanted))

    return lived


WantedCounts = Mapping[str, tuple[int, DeskStage, AnswerTable]]


def _path(kind: str, stage: DeskStage) -> str:
    return f"{TYPE}.{kind}.{stage.name}"


def _table(lasted: Floats, answered: Bools, weight: Floats) -> AnswerTable | None:
    if int(answered.sum()) < LEAST:
        return None
    return AnswerTable.of(TENTHS, lasted, answered, *_reached(lasted, answered, weight))


def _reached(lasted: Floats, answered: Bools, weight: Floats | None = None) -> tuple[Floats, Floats]:
    none = np.zeros(len(lasted), dtype=np.int64)
    return kaplan_meier(Sample.of(lasted, np.where(answered, lasted, np.inf), none, weight))


def _asked_of(data: TrainingData, kind: int, stage: DeskStage) -> Bools:
    asked = data.log.claims.at(stage.asked)
    return np.asarray((data.kind_of_claim == kind) & ~np.isnan(asked) & ~data.status("free", of=stage.status))


def _waited(data: TrainingData, kind: int, stage: DeskStage) -> tuple[Floats, Bools, Floats]:
    """Of each request to sellers of a type: how long it was open, whether it was answered, and what it weighs."""
    some, (asked, until, answered) = _asked_of(data, kind, stage), requests_at(data, stage)
    return (until - asked)[some], answered[some], data.claim_weight[some]


class SimulatedDays(NamedTuple):
    """How much is simulated at each step of the search."""

    days: int
    replications: int
    of_log: float
    """How many times as much as the log holds."""


def _effort(data: TrainingData) -> SimulatedDays:
    """A small log's days several times over, of a large one as many days as hold enough claims."""
    days, claims = int((data.beyond - data.first) // DAY), data.log.claims.rows
    if claims < MANY:
        return SimulatedDays(days, REPLICATIONS, REPLICATIONS)
    some = min(max(days * MANY // claims, FEWEST_DAYS), days)
    return SimulatedDays(some, OF_MANY, OF_MANY * some / days)


def _counted(
    claims: pd.DataFrame, cut: np.datetime64, data: TrainingData, wanted: WantedCounts
) -> Iterator[tuple[str, Floats]]:
    """What was counted in the log, counted in a simulated world."""
    for path, (kind, stage, logged) in wanted.items():
        asked = claims[f"{stage.simulated}_opened_at"]
        until = claims[f"{stage.simulated}_settled_at"].fillna(pd.Timestamp(cut)).to_numpy()
        lasted = (until - asked.to_numpy()) / np.timedelta64(1, "s")
        answered = claims[f"{stage.simulated}_settled_by"] == "answered"
        if stage is CANCELLATION:
            answered |= _at_once(claims)
        some = ((claims["seller_type"] == data.kinds[kind]) & asked.notna()).to_numpy(bool)
        if not (some & answered.to_numpy(bool)).any():
            yield path, np.zeros(len(logged.edges))
        else:
            yield path, logged.by_then(*_reached(lasted[some], answered.to_numpy(bool)[some]))


def _at_once(claims: pd.DataFrame) -> Any:
    """Sent instead of answered: label and scan are of one time, and the request ended then."""
    same = claims["arranged_at"] == claims["dispatched_at"]
    return (claims["request_settled_by"] == "shipped_over") & same


def _with(
    findings: list[Finding], at: Mapping[str, Floats], found: Mapping[str, LawSearch] | None = None
) -> list[Finding]:
    """The findings with these medians, sigmas and silences."""
    moved = []
    for one in findings:
        path, _, name = one.path.rpartition(".")
        if path in at and name == "notice":
            one = _noticed_anew(one, at[path][:2], None if found is None else found[path])
        elif path in at and name == "said":
            one = _said_anew(one, float(at[path][2]), None if found is None else found[path])
        moved.append(one)
    return moved


def repaired_anew(
    data: TrainingData, findings: list[Finding], like: Iterable[Finding], luck: np.random.Generator
) -> list[Finding]:
    """Findings of a log weighed anew: noticing and silence go as far as the counts do, without simulating."""
    at = {}
    for one in like:
        if "found" in one.beside:
            path, found = one.path.removesuffix(".notice"), one.beside["found"]
            kind, _, name = path.removeprefix(f"{TYPE}.").rpartition(".")
            stage = next(stage for stage in STAGES if stage.name == name)
            waited = _waited(data, data.kinds.index(kind), stage)
            at[path] = found.at_ends(found.logged.ends_of(*_reached(*waited)), luck)
    return _with(findings, at)


def _noticed_anew(finding: Finding, law: Floats, found: LawSearch | None) -> Finding:
    """A lognormal law."""
    interval: tuple[Any, Any] | None = finding.interval
    beside = finding.beside | {"law": (LOGNORMAL, law)}
    if found is not None:
        beside |= {"found": found}
        low, high = (duration(float(np.exp(end)), Kind.WALL) for end in found.between(0))
        interval = low, high
    return replace(
        finding,
        value=law_of(LOGNORMAL, law, Kind.WALL),
        method="lognormal, interval-censored by opening hours, then simulated moments",
        about="median",
        interval=interval,
        beside=beside,
    )


def _said_anew(finding: Finding, at: float, found: LawSearch | None) -> Finding:
    said = dict(finding.value)
    silent = float(special.expit(at))
    answers = 1 - said["silent"]
    share = (1 - silent) / answers if answers > 0 else 1.0
    moved = {name: value * share if name != "silent" else silent for name, value in said.items()}
    beside, identified = dict(finding.beside), finding.identified
    if found is not None:
        low, high = special.expit(found.between(2))
        beside["silent"] = [float(low), float(high)]
        identified = f"silent {per_cent(low, 1)} to {per_cent(high, 1)}" + (f"; {identified}" if identified else "")
    return replace(
        finding,
        value=shares(moved),
        method=f"{finding.method.removesuffix(', then simulated moments')}, then simulated moments",
        identified=identified,
        beside=beside,
    )
