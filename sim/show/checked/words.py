"""What a check found, in words and figures that every output shares: plain text, escaped by whoever writes it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf, isnan
from typing import NamedTuple

from sim.baselines.history import CommitEntry
from sim.baselines.judgement import (
    CHANGED,
    NEW,
    SUSPECTED,
    UNCHANGED,
    Check,
    MeasureCheck,
    NewScenario,
    Orphan,
    ScenarioCheck,
)
from sim.experiment.expectations import FAIL, PASS
from sim.experiment.number import Shown, alike
from sim.experiment.verdicts import INCONCLUSIVE
from sim.scenario.wording import counted
from sim.show.flip_pairs import FlipPair, flip_pairs
from sim.show.judged import JudgedRow as Compared
from sim.show.judged import more

SYMBOLS = {CHANGED: "✗", FAIL: "✗", INCONCLUSIVE: "?", UNCHANGED: "✓", PASS: "✓", NEW: "+"}
"""Before the words, for the eye; they say nothing that the words do not say."""
SHORT = 7
"""Letters of a commit's id that people read."""
SET_TOO = "a check sets these too, and its own after them"


class CheckRow(NamedTuple):
    """One measure as a table shows it: each number over its interval."""

    name: str
    baseline: Shown
    now: Shown
    difference: Shown
    margin: str
    said: str


def row_of(one: MeasureCheck) -> CheckRow:
    """A measure in words; `margin` and `said` are empty where it is not judged."""
    compared = compared_of(one)
    margin = f"±{compared.scale * one.margin:.3g} {compared.unit_shown}" if one.is_headline else ""
    baseline, now = alike(*(level._replace(unit=one.unit, why=one.why) for level in (one.baseline, one.now)))
    return CheckRow(
        compared.name,
        baseline,
        now,
        compared.shown(),
        margin,
        said(one),
    )


def said(one: MeasureCheck) -> str:
    """The verdict in words: `changed, confirmed`, `inconclusive (12 more replications)`."""
    if one.verdict == CHANGED and one.is_confirmed:
        return f"{CHANGED}, confirmed"
    if one.is_suspected:
        return f"{INCONCLUSIVE}: {SUSPECTED}"
    if one.why and one.verdict == INCONCLUSIVE:
        return f"{INCONCLUSIVE}: {one.why}"
    return f"{one.verdict}{more(one.replications_needed)}"


def compared_of(one: MeasureCheck) -> Compared:
    """The measure as a comparison of two policies has it, whose words are then these words too."""
    return Compared(
        measure=one.measure,
        title=one.title,
        unit=one.unit,
        base=one.baseline.value,
        other=one.now.value,
        difference=one.difference._replace(unit=one.unit),
        surely=one.surely._replace(unit=one.unit),
        margin=one.margin,
        verdict=one.verdict,
        replications_needed=one.replications_needed,
        variance_ratio=float("nan"),
    )


def by_size(measures: Sequence[MeasureCheck]) -> list[MeasureCheck]:
    """The largest difference first, counted in margins; what cannot be compared last."""
    sizes = {one.measure: abs(in_margins(one, one.difference.value)) for one in measures}
    return sorted(measures, key=lambda one: 1.0 if isnan(sizes[one.measure]) else -sizes[one.measure])


def in_margins(one: MeasureCheck, difference: float) -> float:
    """A difference counted in the measure's margin; infinite where there is no margin and it is not nothing."""
    if difference == 0 or isnan(difference):
        return difference
    return difference / one.margin if one.margin else inf if difference > 0 else -inf


# ------------------------------------------------------------------------------------------------- sentences


def outcome(check: Check) -> str:
    """The whole check in a line: `1 scenario changed · 1 inconclusive · 3 unchanged`."""
    tally = {word: count for word, count in check.tally().items() if count}
    order = [word for word in (CHANGED, INCONCLUSIVE, NEW, UNCHANGED) if word in tally]
    parts = [f"{tally[word]} {word}" for word in order] or ["nothing was checked"]
    if order:
        parts[0] = f"{counted(tally[order[0]], 'scenario')} {order[0]}"
    for word, verb in ((FAIL, "failed"), (INCONCLUSIVE, "not settled")):
        if count := sum(one.verdict == word for _, one in check.expectations()):
            parts.append(f"{counted(count, 'expectation')} {verb}")
    if count := len(check.orphans):
        parts.append(f"{counted(count, 'baseline')} without a scenario")
    return " · ".join(parts)


def finding(one: ScenarioCheck) -> str:
    """A scenario in a line, the largest change first: `refunded in full +3.7 points`."""
    moved = by_size([each for each in one.headlines if each.verdict == CHANGED])
    if moved:
        largest = compared_of(moved[0])
        rest = f", and {len(moved) - 1} more" if len(moved) > 1 else ""
        return f"{largest.name[:1].upper()}{largest.name[1:]} changed by {largest.shown().value}{rest}"
    if one.is_identical:
        return "Nothing moved: every claim ends as it did"
    unsettled = [each for each in one.headlines if each.verdict == INCONCLUSIVE]
    if unsettled:
        verb = "is" if len(unsettled) == 1 else "are"
        return f"{counted(len(unsettled), 'measure')} {verb} not settled{_suspects(unsettled)}"
    if one.verdict == UNCHANGED:
        return "No measure moved by more than its margin"
    return f"{one.verdict[:1].upper()}{one.verdict[1:]}: the measures alone do not say why"


def _suspects(unsettled: Sequence[MeasureCheck]) -> str:
    """`: one suspected, not confirmed`; nothing where none is."""
    count = sum(one.is_suspected for one in unsettled)
    if not count:
        return ""
    return f": {SUSPECTED}" if len(unsettled) == 1 else f", {count} of them {SUSPECTED}"


def size_of(one: ScenarioCheck | NewScenario) -> str:
    """`930 claims in 20 replications, 20 more to confirm`."""
    claims, over = counted(one.claims, "claim"), counted(one.replications, "replication")
    more_of_them = one.confirming_replications if isinstance(one, ScenarioCheck) else 0
    return f"{claims} in {over}{f', {more_of_them:,} more to confirm' if more_of_them else ''}"


def changes_told(check: Check) -> list[str]:
    """`a, b: recorded with market.orders_per_day=1; …`, a line for all that are changed alike."""
    alike_changed: dict[tuple[str, ...], list[str]] = {}
    for one in check.scenarios:
        alike_changed.setdefault(one.recorded.changes, []).append(one.scenario)
    return [
        f"{', '.join(names)}: recorded with {', '.join(changes)}; {SET_TOO}"
        for changes, names in alike_changed.items()
        if changes
    ]


def new_told(one: NewScenario) -> str:
    """Why there is no verdict: `there is no baseline of it yet (930 claims in 20 replications)`."""
    return "there is no baseline of it yet" + (f" ({size_of(one)})" if one.replications else "")


def orphan_told(one: Orphan) -> str:
    """`the scenario of the baseline in baselines/x is no longer there`."""
    return f"the scenario of the baseline in {one.place} is no longer there"


def flips_of(one: ScenarioCheck) -> list[FlipPair]:
    """Whose story ends otherwise."""
    return [pair for pair in flip_pairs(one.flips, one.flip_pairs) if pair.is_flip]


def left_over(check: Check) -> list[str]:
    """A line for each thing beside the verdicts: what was changed in scenarios, baselines without one, what was
    left out, doubts."""
    orphans = [f"{orphan_told(one)}; {one.advice}" for one in check.orphans]
    return [*changes_told(check), *orphans, *(one.said for one in check.left_out), *check.doubts]


def ends(orders: int) -> str:
    """The verb for so many orders: one `ends`, two `end`."""
    return "ends" if orders == 1 else "end"


# ------------------------------------------------------------------------------------------------- commits


class Accepted(NamedTuple):
    """A new baseline: from this commit on, other numbers are right."""

    place: int
    commit: str
    reason: str


def accepted_in(entries: Sequence[CommitEntry]) -> list[Accepted]:
    """Where the baseline in force is another one than at the commit before."""
    return [
        Accepted(place, entry.commit, entry.reason)
        for place, (before, entry) in enumerate(pairwise(entries), 1)
        if before.accepted != entry.accepted
    ]


def since(entries: Sequence[CommitEntry]) -> str:
    """`changed since 3f2a1bc`, from the entries of one scenario, oldest first; or that it is as its baseline."""
    last = entries[-1]
    if last.verdict == UNCHANGED:
        return "as its baseline"
    first = last
    for entry in reversed(entries):
        if (entry.verdict, entry.accepted) != (last.verdict, last.accepted):
            break
        first = entry
    return f"{last.verdict} since {short(first.commit)}"


def short(commit: str) -> str:
    """A commit's id as people read it; a mark that its files had been edited stays."""
    mark = "+" if commit.endswith("+") else ""
    return f"{commit.removesuffix('+')[:SHORT]}{mark}" if commit else "no id"
