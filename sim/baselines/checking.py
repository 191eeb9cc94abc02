"""Has anything moved? Fingerprints first; where they differ, the headline measures, judged and then confirmed."""

from __future__ import annotations

import platform
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import pandas as pd

from sim.baselines.baselines import CONFIRMING, JUDGING, Block, Crew, live_through
from sim.baselines.causes import Found, causes_of
from sim.baselines.judgement import (
    CHANGED,
    SCENARIO,
    UNCHANGED,
    Check,
    Example,
    MeasureCheck,
    NewScenario,
    NotLookedAt,
    Orphan,
    Recorded,
    ScenarioCheck,
)
from sim.baselines.judging import Sides, curves_of, differences, is_sure, judged, unmoved
from sim.baselines.pairing import BaselinePair, Single, line_up
from sim.baselines.reading import RUNNABLE, SIGN, recording
from sim.experiment.expectations import expectations_of
from sim.experiment.experiment import Progress, versions
from sim.experiment.first_divergence import NEVER_PART
from sim.experiment.flips import Flips, flips_of, no_flips
from sim.experiment.order_outcomes import Side, outcomes_by_order
from sim.experiment.verdicts import INCONCLUSIVE
from sim.scenario.doubts import doubts_among

UNASKED = "left out: the baseline in {}, whose scenario was not given"
ProgressOf = Callable[[str], Progress]
"""Given the name of a scenario: whom to tell how far it is."""


def check(
    files: Sequence[Path],
    folder: Path,
    *,
    crew: Crew,
    changes: tuple[str, ...] = (),
    is_whole: bool = False,
    step: ProgressOf | None = None,
) -> Check:
    """Hold scenarios against the baselines in a folder. `changes` are made to every scenario file, on top of those
    that its baseline was recorded with. Where these are all the scenarios that there are (`is_whole`), a baseline
    of any other is an orphan; else it is left out.

    Raises BadScenario, BadUsage for two of one name, and BadBaseline where one is faulty, before anything is run.
    """
    started = perf_counter()
    found = line_up(files, folder, changes)
    return Check(
        tuple(checked(pair, crew, step(pair.scenario.name) if step else None) for pair in found.pairs),
        versions(),
        platform.platform(),
        seconds=perf_counter() - started,
        new=tuple(_new(one, folder, crew, step(one.scenario.name) if step else None) for one in found.singles),
        orphans=tuple(Orphan(one.name, str(one), _of_orphan(one)) for one in found.spare if is_whole),
        doubts=tuple(doubts_among(found.scenarios())),
        left_out=tuple(NotLookedAt(str(one), UNASKED.format(one)) for one in found.spare if not is_whole),
    )


def _new(one: Single, folder: Path, crew: Crew, progress: Progress | None) -> NewScenario:
    """What can be said without a baseline: whether it keeps what it expects of itself."""
    scenario, count = one.scenario, one.scenario.experiment.replications if one.scenario.expect.root else 0
    seen = live_through(scenario, JUDGING, count, crew, progress) if count else None
    return NewScenario(
        scenario=scenario.name,
        file=str(one.file),
        title=scenario.title,
        currency=scenario.market.currency,
        advice=f"record one with: {recording(one.file, folder)}",
        replications=count,
        claims=int(seen.about["claims"]) if seen else 0,
        expectations=expectations_of(scenario.expect, seen) if seen else (),
    )


class _Evidence(NamedTuple):
    """What is known of one scenario once it was lived through."""

    found: Found
    sides: Sides
    measures: tuple[MeasureCheck, ...]
    confirming: int
    """Replications of the confirming block that were lived through."""
    is_identical: bool


def checked(pair: BaselinePair, crew: Crew, progress: Progress | None = None) -> ScenarioCheck:
    """Hold one scenario against its baseline."""
    now = live_through(pair.scenario, JUDGING, pair.baseline.replications, crew, progress)
    return _told(pair, _judged(pair, now, crew, progress))


def _judged(pair: BaselinePair, now: Block, crew: Crew, progress: Progress | None) -> _Evidence:
    before = pair.baseline.blocks[JUDGING]
    sides = Sides(before, now, pair.baseline.headlines)
    found = Found((), is_paired=True, is_redrawn=False)
    if before.about["fingerprints"] != now.about["fingerprints"]:
        found = causes_of(pair.baseline, pair.place, pair.scenario)
    if before.happened_as_in(now):
        return _Evidence(found._replace(is_paired=True), sides, unmoved(sides), 0, is_identical=True)
    table = differences(sides, is_paired=found.is_paired)
    if not table["verdict"].map(is_sure).any():
        return _Evidence(found, sides, judged(sides, table, None), 0, is_identical=False)
    again = live_through(pair.scenario, CONFIRMING, pair.baseline.replications, crew, progress)
    confirming = sides._replace(before=pair.baseline.blocks[CONFIRMING], now=again)
    measures = judged(sides, table, differences(confirming, is_paired=found.is_paired))
    return _Evidence(found, sides, measures, again.replications, is_identical=False)


def _verdict(evidence: _Evidence) -> str:
    """Of a scenario: that of its measures, and no better than inconclusive where luck itself is drawn otherwise."""
    words = {one.verdict for one in evidence.measures if one.is_headline}
    if CHANGED in words:
        return CHANGED
    is_open = INCONCLUSIVE in words or (evidence.found.is_redrawn and not evidence.is_identical)
    return INCONCLUSIVE if is_open else UNCHANGED


def _told(pair: BaselinePair, evidence: _Evidence) -> ScenarioCheck:
    scenario, sides, found = pair.scenario, evidence.sides, evidence.found
    verdict = _verdict(evidence)
    has_flips = found.is_paired and not evidence.is_identical
    flips = _flips(sides) if has_flips else no_flips()
    return ScenarioCheck(
        scenario=scenario.name,
        file=str(pair.file),
        title=scenario.title,
        currency=scenario.market.currency,
        verdict=verdict,
        is_identical=evidence.is_identical,
        is_paired=found.is_paired,
        reason=reason_of(verdict, evidence.measures, found, evidence.is_identical),
        advice=advice_of(verdict, found, pair.file, pair.place.parent),
        causes=found.causes,
        replications=sides.now.replications,
        confirming_replications=evidence.confirming,
        claims=int(sides.now.about["claims"]),
        measures=evidence.measures,
        curves=curves_of(sides, is_paired=found.is_paired),
        flips=flips.by_parting,
        flip_pairs=flips.by_outcome,
        examples=examples_of(pair, found, flips.by_parting),
        expectations=expectations_of(scenario.expect, sides.now),
        recorded=_recorded(pair),
        fingerprints=dict(sides.now.about["fingerprints"]),
    )


def _flips(sides: Sides) -> Flips:
    """Order by order, the baseline's against now."""
    outcomes = outcomes_by_order(*(Side(one.orders, one.unasked) for one in (sides.before, sides.now)))
    return flips_of(outcomes, sides.before.by_replication)


def _recorded(pair: BaselinePair) -> Recorded:
    baseline = pair.baseline
    return Recorded(
        file=str(pair.place / SIGN),
        reason=baseline.reason,
        changes=baseline.changes,
        versions=baseline.versions,
        platform=baseline.platform,
        outcomes=str(baseline.blocks[JUDGING].about["fingerprints"]["outcomes"]),
    )


NAMED = 3
"""Causes or measures that one sentence names."""


def reason_of(verdict: str, measures: Sequence[MeasureCheck], found: Found, is_identical: bool) -> str:
    """Why this verdict."""
    headlines = [one for one in measures if one.is_headline]
    moved = [one.measure for one in headlines if one.verdict == CHANGED]
    unsure = [one.measure for one in headlines if one.verdict == INCONCLUSIVE]
    if is_identical:
        return "every claim went the same way, to the second and the cent"
    suspected = [one.measure for one in headlines if one.is_suspected]
    if verdict == CHANGED:
        beside = f"; {_listed(suspected)} in the judging one only" if suspected else ""
        return f"{_listed(moved)} moved by more than the margin, in both blocks of replications{beside}"
    if verdict == UNCHANGED:
        return "some claims went otherwise, and no headline measure moved by more than its margin"
    if found.is_redrawn:
        names = [cause.what for cause in found.causes if cause.kind == "draws"]
        return f"luck is drawn otherwise ({_listed(names)}): the baseline's orders are other orders now"
    if suspected:
        told = "moved in the judging block of replications, and not surely in the confirming one"
        return f"suspected, not confirmed: {_listed(suspected)} {told}"
    return f"{_listed(unsure)} may have moved by more than the margin, or may not"


def advice_of(verdict: str, found: Found, file: Path, folder: Path) -> str:
    """What to do; nothing where there is nothing to do."""
    anew = f'{recording(file, folder)} --reason "…"'
    if found.is_redrawn:
        return f"if that is meant, a new baseline is needed: {anew}"
    if verdict == CHANGED:
        return f"if that is meant, accept it with its reason: {anew}"
    return f"more replications would tell; or accept it with its reason: {anew}" if verdict == INCONCLUSIVE else ""


def _of_orphan(place: Path) -> str:
    """What to do about a baseline without a scenario."""
    return f"if that is meant, remove it: {shlex.join(['git', 'rm', '-r', str(place)])}"


def _listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b, c and 4 more`."""
    shown = list(names[:NAMED])
    if len(names) > NAMED:
        return f"{', '.join(shown)} and {len(names) - NAMED} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


EXAMPLES = 3


def examples_of(pair: BaselinePair, found: Found, flips: pd.DataFrame) -> tuple[Example, ...]:
    """Up to three orders whose stories part: of the most frequent ways to end otherwise, then to get there."""
    parted = flips[flips["parts_at"].astype(str) != NEVER_PART]
    ends_otherwise = parted["base_outcome"].astype(str) != parted["other_outcome"].astype(str)
    rows = parted.assign(flipped=ends_otherwise).sort_values(["flipped", "orders"], ascending=False, kind="stable")
    told = [(order, row) for row in rows.to_dict("records") for order in row["examples"][:1]]
    told += [(order, row) for row in rows.to_dict("records") for order in row["examples"][1:]]
    return tuple(_example(pair, found, order, row) for order, row in told[:EXAMPLES])


def _example(pair: BaselinePair, found: Found, where: tuple[int, int], row: Mapping[Any, Any]) -> Example:
    replication, order = where
    return Example(
        replication=replication,
        order=order,
        baseline_outcome=str(row["base_outcome"]),
        now_outcome=str(row["other_outcome"]),
        parts_at=str(row["parts_at"]),
        command=_command(pair, found, replication, order),
    )


def _command(pair: BaselinePair, found: Found, replication: int, order: int) -> str:
    """Side by side with its story under the baseline's policy, where the scenario file is what changed."""
    words = ["refund-sim", "trace", str(pair.file), "--order", str(order)]
    words += ["--replication", str(replication)] if replication else []
    words += [word for change in pair.changes for word in ("--set", change)]
    is_of_the_file = any(cause.kind == SCENARIO for cause in found.causes)
    return shlex.join([*words, *(["--versus", str(pair.place / RUNNABLE)] if is_of_the_file else [])])
