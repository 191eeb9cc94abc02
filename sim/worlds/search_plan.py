"""What a search file says: `refund-sim search SEARCH.yaml`. Strict, with every fault at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import BadUsage
from sim.experiment.measures import MEASURES
from sim.scenario.applying import as_range
from sim.scenario.base import Described, did_you_mean
from sim.scenario.documents import document
from sim.scenario.moving import value_between
from sim.scenario.ranges import Bound, is_range, measured
from sim.worlds.plan import Label

MOST_CANDIDATES = 1000
"""Policies that are tried one against the other; a larger set wants an optimiser."""
_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Z]{3})\s+(?:a|per)\s+(hour|day)")


class Aim(Described):
    """What is to be as small, or as large, as can be: a sum of measures and of what levers cost."""

    least: dict[Label, float | str] | None = None
    """By measure: its weight. By the path of a lever: what one of it costs, such as `120 USD a day`."""
    most: dict[Label, float] | None = None
    """By measure: its weight."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Aim:
        if (self.least is None) == (self.most is None) or not self.terms:
            raise ValueError("expected exactly one of least and most, with a measure or more")
        for name, weight in self.terms.items():
            if isinstance(weight, str) and not _RATE.fullmatch(weight):
                raise ValueError(f"{name}: found {weight!r}, expected a number, or a rate such as '120 USD a day'")
            if not isinstance(weight, str) and name not in MEASURES:
                raise ValueError(f"found the measure {name!r}{did_you_mean(name, MEASURES)}, expected a known one")
        return self

    @property
    def terms(self) -> Mapping[str, float | str]:
        """By name: the weight, or the rate."""
        return self.least or self.most or {}


class Kept(Described):
    """A bound of a measure."""

    at_least: float | None = None
    """The value is this or more."""
    at_most: float | None = None
    """The value is this or less."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Kept:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("expected exactly one of at_least and at_most")
        return self


class SearchedWorlds(Described):
    """In which worlds the best have to do as well."""

    assumed: Literal["ranges"] = "ranges"
    """Assumptions move within their ranges."""
    points: Annotated[int, Field(ge=2, le=100_000)] = 32
    """How many worlds."""


class SearchFile(Described):
    """A search: levers, an aim, and what has to be kept."""

    search: Annotated[str, Field(min_length=1, max_length=300)]
    """What it asks."""
    base: Label
    """The scenario that levers are turned in: a file beside this one, or a preset."""
    levers: Annotated[dict[Label, Annotated[list[Bound], Field(min_length=1, max_length=200)]], Field(min_length=1)]
    """By path: the values, words or counts to choose from; two counts or durations are the ends of a range."""
    steps: Annotated[int, Field(ge=2, le=100)] = 5
    """How many values of a range are tried, where it is not one of counts."""
    aim: Aim
    """What is to be best."""
    keep: dict[Label, Kept] = Field(default_factory=dict)
    """By measure: its bound."""
    indifference: Annotated[float, Field(gt=0)]
    """Up to this a difference in the aim does not matter."""
    error: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    """How often the choice may be wrong."""
    worlds: SearchedWorlds | None = None
    """Where the best are tried too."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    """Where all luck starts."""

    @model_validator(mode="after")
    def _makes_sense(self) -> SearchFile:
        for name in self.keep:
            if name not in MEASURES:
                raise ValueError(f"found the measure {name!r}{did_you_mean(name, MEASURES)}, expected a known one")
        for name, weight in self.aim.terms.items():
            if isinstance(weight, str) and name not in self.levers:
                raise ValueError(f"found a cost of {name!r}, which is no lever here")
        if (many := len(self.candidates())) > MOST_CANDIDATES:
            raise ValueError(
                f"found {many:,} policies, expected at most {MOST_CANDIDATES:,}: fewer values or steps"
            )
        return self

    def candidates(self) -> list[dict[str, Bound]]:
        """Every combination of the levers' values."""
        values = [values_of(given, self.steps) for given in self.levers.values()]
        if any(len(one) > MOST_CANDIDATES for one in values):
            return [{}] * (MOST_CANDIDATES + 1)
        return [dict(zip(self.levers, one, strict=True)) for one in product(*values)]


def values_of(given: list[Bound], steps: int) -> list[Bound]:
    """The values of a lever: those given, or, of two counts or lengths that ascend, those between them."""
    if len(given) != 2 or not is_range(given) or any(measured(one) is None for one in given):
        return given
    low, high = given
    if isinstance(low, int) and isinstance(high, int):
        return list(range(low, high + 1))
    one = as_range(given)
    return [value_between(one, number / (steps - 1)) for number in range(steps)]


def rate_of(written: str) -> float:
    """Money a day."""
    found = _RATE.fullmatch(written)
    if found is None:
        raise BadUsage(f"found {written!r}, expected a rate such as '120 USD a day'")
    return float(found[1]) * (24 if found[3] == "hour" else 1)


def read_search(path: str | Path) -> SearchFile:
    """A search file. Raises BadScenario with every fault, each where it is written, and BadUsage for no file."""
    return document(Path(path), SearchFile, "a search such as search.yaml")[0]
