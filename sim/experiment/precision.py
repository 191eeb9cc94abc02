"""How many replications there are: as many as were asked for, or enough to be as sure as was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, inf, isfinite
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from sim.errors import BadUsage
from sim.experiment.aalen_johansen import is_cut
from sim.experiment.differences import compared, deviating
from sim.experiment.estimates import CONFIDENCE, Estimate
from sim.experiment.influence import Deviating
from sim.experiment.measures import CLAIMS, MEASURES, Measure, Ratio, TimeToMoney
from sim.experiment.observation import Observation, tables_of
from sim.experiment.on_demand import Rows, frame_of
from sim.experiment.pairing import Pairing
from sim.experiment.precision_targets import PrecisionTarget
from sim.scenario.wording import counted
from sim.special import chdtri

FEWEST = 10
"""Replications before a half-width is believed: that of five is off by a third as often as not."""
MOST = 1000
"""Replications after which it is given up, unless something else was said."""
MISSED = "precision not reached"
"""So begins why a run stopped that gave its precision up."""
_GROWTH = (1.1, 2.0)
"""Each step adds a tenth at least, and doubles at most: the first half-widths are rough themselves."""
_AHEAD, _A_TWENTIETH = 5, 1 / 20
"""So many replications more, or so many of those done, have to leave a precision reached that was just reached."""
_WITH_EASE = 0.5
"""An interval that is no wider than this, as a part of what was asked, is believed at once."""
_BY_CHANCE = 0.001
"""How likely a spread may be seen as large as to be thought out of reach, though it is not."""
_TIRED = 20
"""Replications after which what still has no value at all is not waited for any longer."""


class ReplicationPlan(Protocol):
    """Says how many replications there are to be, of one scenario or of several with the same luck."""

    wanted: int
    """So many, as far as is known by now."""
    stopped: str
    """Why there were no more, in words."""
    learns: bool
    """Whether it has to look at what happened before it knows."""

    def learn(self, *seen: Sequence[Observation]) -> None:
        """Take in all of the replications so far, by scenario, and think again about `wanted`."""


class AsAsked:
    """A number of replications that was given."""

    stopped = "all replications that were asked for are done"
    learns = False

    def __init__(self, replications: int) -> None:
        self.wanted = replications

    def learn(self, *seen: Sequence[Observation]) -> None:
        """Nothing that is seen changes the number."""


# ----------------------------------------------------------------------------- until it is reached


class Look(NamedTuple):
    """How far one is from an aim."""

    aim: PrecisionTarget
    half_width: float
    """As the aim counts it; NaN where there is no interval yet."""
    whose: str = ""
    """Which scenario is meant, where there are several."""
    is_there: bool = True
    """Whether anything was seen to measure, or a quantile reached in any resample."""

    @property
    def is_reached(self) -> bool:
        return self.half_width <= self.aim.half_width

    @property
    def times_too_wide(self) -> float:
        """How many times as wide as it should be; infinitely where there is no interval."""
        return self.half_width / self.aim.half_width if isfinite(self.half_width) else inf

    def __str__(self) -> str:
        whose = f" ({self.whose})" if self.whose else ""
        return f"{self.aim.measure} {self.aim.shown(self.half_width)}{whose}"


def is_missed(about: Mapping[str, Any]) -> bool:
    """Whether a run, of which `about` tells, gave up the precision that was asked of it."""
    return str(about["stopped"]).startswith(MISSED)


class _Search:
    """As many replications as it takes, within a budget.

    After each batch the number is set to n · (half-width ÷ aim)² for the measure that is furthest off, since
    half-widths shrink with the square root of n (Law, *Simulation Modeling and Analysis*, §9.4.1). It is not
    believed before it still holds a few replications later, for who stops when replications happen to agree is too
    sure (the look ahead of Hoad, Robinson & Davies 2010). What surely takes more than the budget is given up as
    soon as that is seen. What was seen decides alone, so the number of jobs does not matter.
    """

    learns = True
    _OF = ""
    """What the half-widths are half-widths of, where it is not the measures themselves."""

    def __init__(self, most: int) -> None:
        if most < FEWEST:
            raise BadUsage(f"found {most} as the most replications, expected at least {FEWEST} with a precision")
        self.wanted = FEWEST
        self.stopped = ""
        self._most = most
        self._held_until = 0
        """Reached now, and to be believed if so with so many replications; 0: not reached."""

    def _judge(self, looks: Sequence[Look], done: int) -> None:
        """Ask for more replications, or say why not."""
        missed = [look for look in looks if not look.is_reached]
        if not missed:
            self._look_ahead(looks, done)
            return
        self._held_until = 0
        asked = self._OF + ", ".join(f"{look} (asked {look.aim.shown(look.aim.half_width)})" for look in missed)
        furthest = max(look.times_too_wide for look in missed)
        known = max((look.times_too_wide for look in missed if isfinite(look.times_too_wide)), default=0.0)
        if done >= self._most:
            self.stopped = f"{MISSED} within {counted(done, 'replication')}: {asked}"
        elif done >= _TIRED and not all(look.is_there for look in missed):
            self.stopped = (
                f"{MISSED} and given up after {counted(done, 'replication')}: {asked}, and nothing to measure yet"
            )
        elif _at_best(done, known) > self._most:
            self.stopped = (
                f"{MISSED} and out of reach: after {counted(done, 'replication')} {asked}, which would take some "
                f"{_roughly(done * known**2)} of them where {self._most:,} are the most"
            )
        else:
            least, most = (ceil(done * factor) for factor in _GROWTH)
            needed = ceil(done * furthest**2) if isfinite(furthest) else most
            self.wanted = min(max(needed, least), most, self._most)

    def _look_ahead(self, looks: Sequence[Look], done: int) -> None:
        """Stop where all were reached a few replications ago and still are, or with ease, or can be no better."""
        if done >= (self._held_until or self._most) or all(look.times_too_wide <= _WITH_EASE for look in looks):
            halves = ", ".join(map(str, looks))
            self.stopped = f"precision reached after {counted(done, 'replication')}: {self._OF}{halves}"
        else:
            self._held_until = self.wanted = min(done + max(_AHEAD, ceil(done * _A_TWENTIETH)), self._most)


def _at_best(done: int, times_too_wide: float) -> float:
    """How many replications it takes, if the spread was seen as large as it is seen once in a thousand times."""
    freedom = done - 1
    return done * times_too_wide**2 * freedom / float(chdtri(freedom, _BY_CHANCE))


def _roughly(number: float) -> str:
    """To two digits, for more are not known: `230,000`."""
    return f"{float(f'{number:.2g}'):,.0f}"


class UntilPrecise(_Search):
    """Until each of some measures is known as well as was asked."""

    def __init__(self, aims: Sequence[PrecisionTarget], most: int = MOST) -> None:
        super().__init__(most)
        self._evidence = {aim: SoFar(MEASURES[aim.measure]) for aim in aims}
        self._done = 0

    def learn(self, *seen: Sequence[Observation]) -> None:
        """Look at the named measures again, and ask for more replications, or say why not."""
        (mine,) = seen
        tables = tables_of(mine[self._done :])
        self._done = len(mine)
        for evidence in self._evidence.values():
            evidence.add(tables, self._done)
        self._judge([self._look(aim, one) for aim, one in self._evidence.items()], self._done)

    @staticmethod
    def _look(aim: PrecisionTarget, evidence: SoFar) -> Look:
        half_width = aim.half_width_of(evidence.estimate())
        return Look(aim, half_width, is_there=isfinite(half_width) or evidence.is_there)


class UntilCompared(_Search):
    """Until each of some differences from the base is known as well as was asked, for all other scenarios."""

    _OF = "difference in "

    def __init__(self, aims: Sequence[PrecisionTarget], pairs: Mapping[str, Pairing], most: int = MOST) -> None:
        """`pairs` says of each other scenario, by name, how it is held against the base."""
        super().__init__(most)
        self._pairs = pairs
        self._evidence = [{aim: SoFar(MEASURES[aim.measure]) for aim in aims} for _ in range(1 + len(pairs))]
        self._done = 0

    def learn(self, *seen: Sequence[Observation]) -> None:
        """Look at the differences again: at each measure, the one that is least well known decides."""
        done, self._done = self._done, len(seen[0])
        for one, evidence in zip(seen, self._evidence, strict=True):
            tables = tables_of(one[done:])
            for measure in evidence.values():
                measure.add(tables, self._done)
        base, *others = self._evidence
        named = dict(zip(self._pairs, others, strict=True))
        looks = [[self._look(aim, base[aim], name, one[aim]) for name, one in named.items()] for aim in base]
        self._judge([max(one, key=lambda look: look.times_too_wide) for one in looks], self._done)

    def _look(self, aim: PrecisionTarget, base: SoFar, name: str, other: SoFar) -> Look:
        estimates = base.deviating(), other.deviating()
        pair = self._pairs[name]
        n = inf if pair.is_the_same else float(min(base.n, other.n))
        one = compared(aim.measure, estimates, n, is_paired=pair.is_paired)
        half_width = aim.half_width_of((one.difference.value, *one.interval(CONFIDENCE)), whole=one.base)
        return Look(aim, half_width, name, isfinite(half_width) or (base.is_there and other.is_there))


class SoFar:
    """What the replications so far say of one measure: each is read only once."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._said: list[Any] = []
        self._cut: list[pd.DataFrame] = []
        """The claims, where not all were watched to their end: what is known of them is seen in all together."""
        self.n = 0
        """How many claims, requests or orders it rests on; 0 for a time to money."""

    def add(self, tables: Mapping[str, Rows], replications: int) -> None:
        """Take in the tables of the newest replications; with them there are so many."""
        self._said += _said(self._measure, tables, replications)[len(self._said) :]
        self.n += self._measure.n(tables) if isinstance(self._measure, Ratio) else 0
        if is_cut(tables[CLAIMS]):
            self._cut.append(frame_of(tables[CLAIMS]))

    def estimate(self) -> Estimate:
        """The value with its interval, over all replications so far."""
        if isinstance(self._measure, TimeToMoney):
            return self._measure.estimated(self._known())
        parts, wholes = zip(*self._known(), strict=True)
        return self._measure.estimated(parts, wholes, self.n)

    @property
    def is_there(self) -> bool:
        """Whether anything was seen to measure; of a quantile, whether any resample reaches it."""
        found = self.deviating()
        is_open = isinstance(self._measure, TimeToMoney) and bool(np.isfinite(found.deviations).any())
        return is_open or bool(np.isfinite(found.value))

    def _known(self) -> Sequence[Any]:
        """What each replication says, as far as it is known."""
        if not self._cut:
            return self._said
        claims = pd.concat(self._cut, ignore_index=True)
        if isinstance(self._measure, TimeToMoney):
            return self._measure.times(claims, len(self._said))
        parts, wholes = np.array(self._said, dtype=np.float64).T
        return list(zip(*self._measure.watched((parts, wholes), claims), strict=True))

    def deviating(self) -> Deviating:
        """The value with its deviations, to be held against that of another scenario."""
        return deviating(self._measure, self._known())


def _said(measure: Measure, tables: Mapping[str, Rows], replications: int) -> Sequence[Any]:
    """What each replication says: times to money, or a part and a whole. Nothing where it is not in the tables."""
    if isinstance(measure, TimeToMoney):
        return measure.times(tables[CLAIMS], replications)
    return list(zip(*measure.sums(tables, replications), strict=True))
