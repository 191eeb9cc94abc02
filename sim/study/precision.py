"""How many replications there are: as many as were asked for, or enough to be as sure as was asked.

    run(scenario, precision={"success_rate": 0.005, "refund_time_median_all": "2%"})

A half-width is absolute, in the measure's own unit (0.005 of a share is half a percentage point), or relative to
the value (2%) for what is positive and has no natural bound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import ceil, inf, isfinite, nan
from typing import Any, NamedTuple, Protocol

import pandas as pd

from sim.errors import BadUsage
from sim.scenario.base import did_you_mean
from sim.scenario.wording import shown
from sim.study.estimates import Estimate
from sim.study.measures import CLAIMS, MEASURES, Measure, Ratio, TimeToMoney
from sim.study.observation import Observation, tables_of

FEWEST = 10
"""Replications before a half-width is believed: that of five is off by a third as often as not."""
MOST = 1000
"""Replications after which it is given up, unless something else was said."""
_GROWTH = (1.1, 2.0)
"""Each step adds a tenth at least, and doubles at most: the first half-widths are rough themselves."""
_NUMBER = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(e-?[0-9]+)?")


class Plan(Protocol):
    """Says how many replications there are to be."""

    wanted: int
    """So many, as far as is known by now."""
    stopped: str
    """Why there were no more, in words."""

    def learn(self, seen: Sequence[Observation]) -> None:
        """Take in all of the replications so far, and think again about `wanted`."""


class AsAsked:
    """A number of replications that was given."""

    stopped = "all replications that were asked for are done"

    def __init__(self, replications: int) -> None:
        self.wanted = replications

    def learn(self, seen: Sequence[Observation]) -> None:
        """Nothing that is seen changes the number."""


# ------------------------------------------------------------------------------- what is aimed at


class Aim(NamedTuple):
    """The interval of one measure is to be no wider than this, either way."""

    measure: str
    half_width: float
    is_relative: bool
    """To the value; else in the measure's own unit."""

    def __str__(self) -> str:
        return _shown(self.half_width, self.is_relative)

    def half_width_of(self, estimate: Estimate) -> float:
        """The longer half of the interval, relative to the value where that is asked; NaN where there is none."""
        value, low, high = map(float, estimate)
        half = max(high - value, value - low) if isfinite(high - low) else nan
        return half / value if self.is_relative and half else half


def aims_of(precision: Mapping[str, float | str]) -> tuple[Aim, ...]:
    """What is aimed at: half-widths by measure, such as `{"success_rate": 0.005}`, or "2%" of a time.

    Raises BadUsage for a measure that does not exist and a half-width that makes no sense.
    """
    return tuple(_aim(measure, half_width) for measure, half_width in precision.items())


def as_written(options: Sequence[str]) -> dict[str, str]:
    """From the words of the command line, `success_rate=0.005`. Raises BadUsage."""
    precision: dict[str, str] = {}
    for option in options:
        measure, equals, half_width = option.partition("=")
        if not equals:
            raise BadUsage(f"--precision {option}: expected MEASURE=HALFWIDTH, such as success_rate=0.005")
        if measure in precision:
            raise BadUsage(f"--precision {measure}: asked for twice")
        precision[measure] = half_width
    return precision


def _aim(name: str, written: float | str) -> Aim:
    if name not in MEASURES:
        raise BadUsage(f"precision of {shown(name)}: there is no such measure{did_you_mean(name, MEASURES)}")
    text = str(written).strip()
    is_relative = text.endswith("%")
    number = text.removesuffix("%").rstrip()
    half_width = float(number) / (100 if is_relative else 1) if _NUMBER.fullmatch(number) else nan
    aim = Aim(name, half_width, is_relative)
    if complaint := _nonsense(aim, MEASURES[name]):
        example = _example(MEASURES[name])
        raise BadUsage(f"precision of {name}: found {shown(text)}; {complaint}, expected one such as {example}")
    return aim


def _nonsense(aim: Aim, measure: Measure) -> str:
    """Why nobody can mean this; empty where somebody can."""
    if not 0 < aim.half_width < inf:
        return "a half-width is a number above 0"
    if aim.is_relative and measure.unit == "share":
        return "a share needs an absolute half-width"
    if aim.is_relative and isinstance(measure, Ratio) and measure.signed:
        return "what may be negative or 0 needs an absolute half-width"
    if measure.unit == "share" and aim.half_width >= 0.5:
        return "every share lies within half of 1"
    if aim.is_relative and aim.half_width >= 1:
        return "a value plus or minus all of itself says nothing"
    return ""


def _example(measure: Measure) -> str:
    if measure.unit == "share":
        return "0.005"
    return "0.5" if isinstance(measure, Ratio) and measure.signed else "2%"


# ----------------------------------------------------------------------------- until it is reached


class UntilPrecise:
    """As many replications as it takes, within a budget.

    After each batch the number is set to n · (half-width ÷ aim)² for the measure that is furthest off, since
    half-widths shrink with the square root of n (Law, *Simulation Modeling and Analysis*, §9.4.1; Hoad, Robinson
    & Davies 2010). What was seen decides alone, so the number of jobs does not matter.
    """

    def __init__(self, aims: Sequence[Aim], most: int = MOST) -> None:
        if most < FEWEST:
            raise BadUsage(f"found {most} as the most replications, expected at least {FEWEST} with a precision")
        self.wanted = FEWEST
        self.stopped = ""
        self._most = most
        self._evidence = {aim: _Evidence(MEASURES[aim.measure]) for aim in aims}
        self._done = 0

    def learn(self, seen: Sequence[Observation]) -> None:
        """Look at the named measures again, and ask for more replications, or say why not."""
        tables = tables_of(seen[self._done :])
        for evidence in self._evidence.values():
            evidence.add(tables, len(seen))
        self._done = len(seen)
        found = {aim: aim.half_width_of(evidence.estimate()) for aim, evidence in self._evidence.items()}
        missed = {aim: half for aim, half in found.items() if not half <= aim.half_width}
        if not missed:
            self.stopped = f"precision reached after {self._done:,} replications: {_listed(found)}"
        elif self._done >= self._most:
            halves = _listed(missed, asked=True)
            self.stopped = f"precision not reached within {self._done:,} replications: {halves}"
        else:
            self.wanted = min(max(self._needed(aim, half) for aim, half in missed.items()), self._most)

    def _needed(self, aim: Aim, half_width: float) -> int:
        """Where there is no interval yet, only more replications can tell."""
        least, most = (ceil(self._done * factor) for factor in _GROWTH)
        if not isfinite(half_width):
            return most
        return min(max(ceil(self._done * (half_width / aim.half_width) ** 2), least), most)


class _Evidence:
    """What the replications so far say of one measure: each is read only once."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._said: list[Any] = []
        self._n = 0

    def add(self, tables: Mapping[str, pd.DataFrame], replications: int) -> None:
        """Take in the tables of the newest replications; with them there are so many."""
        self._said += _said(self._measure, tables, replications)[len(self._said) :]
        self._n += self._measure.n(tables) if isinstance(self._measure, Ratio) else 0

    def estimate(self) -> Estimate:
        """The value with its interval, over all replications so far."""
        if isinstance(self._measure, TimeToMoney):
            return self._measure.estimated(self._said)
        parts, wholes = zip(*self._said, strict=True)
        return self._measure.estimated(parts, wholes, self._n)


def _said(measure: Measure, tables: Mapping[str, pd.DataFrame], replications: int) -> Sequence[Any]:
    """What each replication says: times to money, or a part and a whole. Nothing where it is not in the tables."""
    if isinstance(measure, TimeToMoney):
        return measure.times(tables[CLAIMS], replications)
    return list(zip(*measure.sums(tables, replications), strict=True))


# --------------------------------------------------------------------------------------- in words


def _listed(found: Mapping[Aim, float], *, asked: bool = False) -> str:
    return ", ".join(
        f"{aim.measure} {_shown(half, aim.is_relative)}" + (f" (asked {aim})" if asked else "")
        for aim, half in found.items()
    )


def _shown(half_width: float, is_relative: bool) -> str:
    if not isfinite(half_width):
        return "has no interval"
    return f"±{half_width * 100:.3g} %" if is_relative else f"±{half_width:.3g}"
