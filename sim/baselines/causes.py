"""What differs between a baseline and now: the scenario file, the draws, the rules, or only the setting.

The baseline keeps its own scenario and its holidays, so today's code can live through it once more. What differs
then cannot be the doing of the file or of a calendar: first its draws, decision by decision, and where these agree
its outcomes.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sim.baselines.baselines import JUDGING, Baseline
from sim.baselines.days_kept import as_it_was, other_days
from sim.baselines.judgement import DRAWS, RULES, SCENARIO, SETTING, Cause
from sim.baselines.reading import RUNNABLE
from sim.errors import BadScenario
from sim.experiment import fingerprints
from sim.experiment.draw_fingerprints import DrawFingerprints, fingerprint_draws, redrawn
from sim.experiment.experiment import versions, with_numbers
from sim.experiment.observation import witness
from sim.experiment.replication import calendars_of
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.resolved import described, on_one_line
from sim.scenario.wording import shortened

MOST = 12
"""Causes of one kind that are named one by one; the others are counted."""
_LONGEST = 60


class Found(NamedTuple):
    """What differs, and what follows for a comparison."""

    causes: tuple[Cause, ...]
    is_paired: bool
    """Whether an order of the baseline is the same order now, with the same luck."""
    is_redrawn: bool
    """Whether luck is drawn otherwise by today's code."""


def causes_of(baseline: Baseline, place: Path, scenario: Scenario) -> Found:
    """What differs between a baseline (kept at `place`) and the scenario as today's code lives through it."""
    before = _before(place, baseline)
    if isinstance(before, Cause):
        found, before = [before], scenario
    else:
        found = [*_of_the_file(before, scenario), *other_days(before, baseline.days_off)]
        before = as_it_was(before, baseline.days_off)
    luck = fingerprint_draws(before)
    decisions = list(_of_luck(baseline.luck, luck))
    rules = [] if decisions else _of_the_rules(baseline, before)
    orders = fingerprint_draws(scenario).orders if found else luck.orders
    causes = (*_cut(found, "keys"), *_cut(decisions, "decisions"), *rules, *_of_the_setting(baseline))
    is_paired = not decisions and orders == baseline.luck.orders
    return Found(causes, is_paired=is_paired, is_redrawn=bool(decisions))


def _before(place: Path, baseline: Baseline) -> Scenario | Cause:
    """The scenario as it was, or why today's code cannot read it."""
    try:
        return with_numbers(load(place / RUNNABLE), replications=baseline.replications)
    except BadScenario as fault:
        told = shortened(str(fault.faults[0]), 2 * _LONGEST)
        said = f"the format of scenario files: that of the baseline is no longer valid ({told})"
        return Cause(SCENARIO, RUNNABLE, "", "", said)


# -------------------------------------------------------------------------------------------- the file


def _of_the_file(before: Scenario, now: Scenario) -> Iterator[Cause]:
    if fingerprints.of_scenario(before) == fingerprints.of_scenario(now):
        return
    for path, was, becomes in _differences(described(before), described(now)):
        if path.split(".")[0] in fingerprints.WORDS_ONLY or path == "experiment.replications":
            continue
        yield Cause(SCENARIO, path, was, becomes, f"the scenario file: {path} {_changed(was, becomes)}")


def _differences(before: Any, now: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Path and both values of all that two scenarios say otherwise; the topmost path where one says nothing."""
    if not (isinstance(before, Mapping) and isinstance(now, Mapping)):
        if before != now:
            yield path, _short(before), _short(now)
        return
    for key in dict.fromkeys((*before, *now)):
        inner = f"{path}.{key}" if path else str(key)
        yield from _differences(before.get(key, _ABSENT), now.get(key, _ABSENT), inner)


_ABSENT = object()


def _short(value: Any) -> str:
    return "" if value is _ABSENT else shortened(on_one_line(value), _LONGEST)


def _changed(was: str, becomes: str) -> str:
    """`was 9 d, is 3 d`."""
    if was and becomes:
        return f"was {was}, is {becomes}"
    return f"is new: {becomes}" if becomes else f"is gone, was {was}"


# --------------------------------------------------------------------------------- the draws, the rules


def _of_luck(before: DrawFingerprints, now: DrawFingerprints) -> Iterator[Cause]:
    """Which draws are others. With another edition of luck all are, and there is nothing to compare one by one."""
    if before.edition != now.edition:
        was, becomes = f"edition {before.edition}", f"edition {now.edition}"
        said = f"the draws: luck was of {was}, is of {becomes}, so every order of the baseline is another one now"
        yield Cause(DRAWS, f"{was} in the baseline, {becomes} now", was, becomes, said)
        return
    for name in redrawn(before, now):
        yield Cause(DRAWS, name, "", "", f"the draws: {name} is drawn otherwise than the baseline drew it")


def _of_the_rules(baseline: Baseline, before: Scenario) -> list[Cause]:
    """Whether the baseline's own scenario, with its own luck, has another outcome today."""
    seen = witness(before, 0, calendars_of(before))
    if seen.outcomes_hash == baseline.blocks[JUDGING].outcomes[0]:
        return []
    said = "the rules: the baseline's own scenario, with the same draws, has other outcomes today"
    return [Cause(RULES, "outcomes", "", "", said)]


# ------------------------------------------------------------------------------------------ the setting


def _of_the_setting(baseline: Baseline) -> Iterator[Cause]:
    """Versions and the platform: told last, since numbers do not depend on them unless one of them has a fault."""
    pairs = {"platform": (baseline.platform, platform.platform())}
    pairs |= {name: (baseline.versions.get(name, "not there"), now) for name, now in versions().items()}
    for name, (was, now) in pairs.items():
        if was != now:
            yield Cause(SETTING, name, was, now, f"the setting: {name} was {was}, is {now}")


def _cut(causes: list[Cause], what: str) -> list[Cause]:
    """Not a page of them."""
    if len(causes) <= MOST:
        return causes
    more = f"{len(causes) - MOST} more {what}"
    return [*causes[:MOST], Cause(causes[0].kind, more, "", "", more)]
