"""What a check finds, in plain frozen values: whatever draws it, writes it or prints it reads this page only.

    Check → ScenarioCheck, one for each scenario → Judged, one for each measure

Numbers are floats in the unit of their measure, as `Result.summary` has them: a share is 0 to 1, and a difference
of shares is a share as well (0.02 is two percentage points). NaN says that there is none: not measured, a quantile
*not reached*, or an interval that is open at that end. A difference is always *now − baseline*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from sim.experiment.expectations import FAIL, ExpectationCheck
from sim.experiment.number import Number
from sim.experiment.verdicts import INCONCLUSIVE

NEW = "new"
"""The verdict of a scenario that has no baseline: there is nothing to hold it against."""


@dataclass(frozen=True)
class NewScenario:
    """A scenario without a baseline. What it expects of itself is judged all the same."""

    scenario: str
    file: str
    """As given on the command line."""
    title: str
    currency: str
    advice: str
    """One plain sentence: how to record it."""
    replications: int
    """That were lived through; 0 where it expects nothing."""
    claims: int
    expectations: tuple[ExpectationCheck, ...]


@dataclass(frozen=True)
class Orphan:
    """A baseline whose scenario is nowhere in the folder that was asked for."""

    name: str
    """Of its folder."""
    place: str
    """That folder, as given on the command line."""
    advice: str
    """One plain sentence: what to do about it."""


class NotLookedAt(NamedTuple):
    """Something that lies beside what was checked, and was not looked at."""

    place: str
    """Its path."""
    said: str
    """In a plain sentence."""


UNCHANGED, CHANGED = "unchanged", "changed"
VERDICTS = (UNCHANGED, CHANGED, INCONCLUSIVE)
"""What may be said of a headline measure, and of a scenario.

- `changed`: in the judging block of replications the whole simultaneous interval of the difference lies beyond the
  margin, and in the confirming block it does so again, on the same side.
- `unchanged`: the whole interval lies within the margin; or nothing differs at all.
- `inconclusive`: neither; or the two blocks contradict each other; or the draws changed, so that the baseline can
  no longer be paired with and a new one is asked for.
"""
SUSPECTED = "suspected, not confirmed"
"""Of a measure that moved in the replications that judge, and not surely in those that confirm: said in words
everywhere; as a verdict it is inconclusive."""
SCENARIO, CALENDARS, DRAWS, RULES, SETTING = "scenario", "calendars", "draws", "rules", "setting"
CAUSES = (SCENARIO, CALENDARS, DRAWS, RULES, SETTING)
"""Where a difference comes from: the scenario file says something else; the package knows other holidays; luck is
drawn otherwise; the same scenario and draws have other outcomes, so a rule or the engine changed; or no defect at
all: versions or a platform differ, which is told beside."""
FINE, DRIFT, UNSURE = 0, 1, 4
"""Exit codes."""


def exit_code_of(verdicts: set[str]) -> int:
    """What a check exits with that has found these, of scenarios and of what they expect."""
    if verdicts & {CHANGED, FAIL}:
        return DRIFT
    return UNSURE if INCONCLUSIVE in verdicts else FINE


@dataclass(frozen=True)
class MeasureCheck:
    """One measure, in the baseline and now."""

    measure: str
    """Its name in `experiment.measures.MEASURES`."""
    title: str
    """What a table calls it."""
    unit: str
    """`share`, `d`, `h`, `claims`, `orders`, or the scenario's currency."""
    baseline: Number
    """In the judging block, with its 95 % interval."""
    now: Number
    """The same replications, lived through by today's code."""
    difference: Number
    """With its plain 95 % interval; 0 to 0 where nothing differs at all."""
    is_headline: bool
    """Whether it is judged. Of the others, what follows is NaN, empty or None: they are shown, not judged."""
    surely: Number
    """The difference with its simultaneous interval, over which the verdict reads (3 % family-wise)."""
    margin: float
    """Up to this a difference does not matter."""
    more_is_better: bool
    verdict: str
    """A word of `VERDICTS`; empty where not judged."""
    confirming: Number | None
    """The difference in the confirming block, with its simultaneous interval; None where that was not looked at."""
    is_confirmed: bool | None
    """Whether the confirming block agrees that it changed, to the same side; None where it was not asked."""
    replications_needed: float
    """How many more would settle what is inconclusive; inf: more than an experiment has; NaN: nothing to settle."""
    why: str = ""
    """Why a value is missing, where it is neither nothing to count nor a time that is never reached."""

    @property
    def is_suspected(self) -> bool:
        """Whether it moved in the judging block, and not surely in the confirming one."""
        return self.is_confirmed is False


@dataclass(frozen=True)
class Cause:
    """One thing that differs between the baseline and now."""

    kind: str
    """A word of `CAUSES`."""
    what: str
    """Which: a path such as `policy.cancellation.clock`, a decision such as `TRANSIT`, a package such as numpy."""
    before: str
    """As the baseline has it, in a few words; may be empty."""
    now: str
    said: str
    """A plain sentence that names it, such as `the scenario file: policy.cancellation.clock was 9 d, is 3 d`."""


@dataclass(frozen=True)
class Example:
    """An order whose story differs: worth a look."""

    replication: int
    order: int
    baseline_outcome: str
    now_outcome: str
    parts_at: str
    """The first step that differs, a word of `first_divergence.PARTINGS`."""
    command: str
    """What to type to read its story as it is now."""


@dataclass(frozen=True)
class Recorded:
    """Where a baseline comes from."""

    file: str
    """Its path, as given on the command line."""
    reason: str
    """Why it was recorded: what somebody typed when they accepted that numbers moved; empty for a first one."""
    changes: tuple[str, ...]
    """What was changed in the scenario file as it was recorded, as `path=value`; a check changes it so too."""
    versions: Mapping[str, str]
    """By package."""
    platform: str
    outcomes: str
    """Fingerprint of the outcomes: names this baseline, so a trend can mark where a new one was accepted."""


@dataclass(frozen=True)
class ScenarioCheck:
    """One scenario against its baseline."""

    scenario: str
    """Its name: letters, digits, `-` and `_` only."""
    file: str
    """The scenario file, as given on the command line."""
    title: str
    currency: str
    verdict: str
    """A word of `VERDICTS`; that of its measures and causes, expectations apart."""
    is_identical: bool
    """Whether every claim went the same way, to the second and the cent: then every difference is 0."""
    is_paired: bool
    """Whether replications share their luck with the baseline's, so that differences are taken pair by pair."""
    reason: str
    """One plain sentence: why this verdict."""
    advice: str
    """One plain sentence: what to do now; empty where nothing is to be done."""
    causes: tuple[Cause, ...]
    """What differs, the most telling first; empty where nothing does."""
    replications: int
    """In the judging block."""
    confirming_replications: int
    """In the confirming block, where it was lived through; else 0."""
    claims: int
    """In the judging block, now."""
    measures: tuple[MeasureCheck, ...]
    """Every measure, in the order of `experiment.measures.MEASURES`."""
    curves: pd.DataFrame
    """Time to money in the judging block: one row per `days` since asking (0 to 90). Shares of all claims refunded
    in full by then: `baseline`, `baseline_low`, `baseline_high`, `now`, `now_low`, `now_high` (95 % intervals), and
    their `difference` with `low` and `high`."""
    flips: pd.DataFrame
    """Orders of the judging block by how they ended: the columns of `Comparison.flips`, where `base_outcome` is the
    baseline's and `other_outcome` is now. No rows where identical, or where not paired."""
    flip_pairs: pd.DataFrame
    """Those whose stories part, wherever that is: the columns of `Comparison.flip_pairs`."""
    examples: tuple[Example, ...]
    """Up to three orders that end otherwise."""
    expectations: tuple[ExpectationCheck, ...]
    recorded: Recorded
    fingerprints: Mapping[str, str]
    """Of today's `scenario`, `draws` and `outcomes`."""

    @property
    def headlines(self) -> tuple[MeasureCheck, ...]:
        """The measures that are judged."""
        return tuple(one for one in self.measures if one.is_headline)

    @property
    def exit_code(self) -> int:
        """What this scenario alone would exit with."""
        return exit_code_of({self.verdict, *(one.verdict for one in self.expectations)})


@dataclass(frozen=True)
class Check:
    """Everything that one `refund-sim check` found."""

    scenarios: tuple[ScenarioCheck, ...]
    """In the order in which they were given."""
    versions: Mapping[str, str]
    """Today's, by package."""
    platform: str
    seconds: float
    """Wall time that it took. Everything else is the same from run to run."""
    new: tuple[NewScenario, ...] = ()
    """Scenarios that have no baseline yet."""
    orphans: tuple[Orphan, ...] = ()
    """Baselines that have no scenario any more."""
    left_out: tuple[NotLookedAt, ...] = ()
    """Sub-folders with scenario files, and baselines, that nobody asked for."""
    doubts: tuple[str, ...] = ()
    """What scenarios say that can hardly be meant; nothing fails of it."""
    allows_new: bool = False
    """Whether new scenarios leave the exit code at 0."""
    allows_orphans: bool = False

    @property
    def exit_code(self) -> int:
        """1: something changed, failed an expectation, or a baseline lost its scenario; else 4: something is
        inconclusive or new; else 0."""
        found = {one.verdict for one in self.scenarios} | {each.verdict for _, each in self.expectations()}
        if self.orphans and not self.allows_orphans:
            found.add(CHANGED)
        if self.new and not self.allows_new:
            found.add(INCONCLUSIVE)
        return exit_code_of(found)

    def expectations(self) -> Iterator[tuple[str, ExpectationCheck]]:
        """Those of every scenario, with its name."""
        every: tuple[ScenarioCheck | NewScenario, ...] = (*self.scenarios, *self.new)
        yield from ((one.scenario, each) for one in every for each in one.expectations)

    def tally(self) -> Mapping[str, int]:
        """How many scenarios have each verdict, in the order of `VERDICTS`, and how many are new, if any."""
        counts = {word: sum(one.verdict == word for one in self.scenarios) for word in VERDICTS}
        return counts | ({NEW: len(self.new)} if self.new else {})
