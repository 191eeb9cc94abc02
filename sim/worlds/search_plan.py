"""What a search file says: `refund-sim search SEARCH.yaml`. Strict, with every fault at its place."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.scenario.applying import as_range
from sim.scenario.base import Described, FaultBelow, did_you_mean
from sim.scenario.expectations import SHARES
from sim.scenario.loading import document
from sim.scenario.moving import is_whole, value_between
from sim.scenario.provenance import Bound, Range, is_range, measured
from sim.worlds.amounts import DeskRate, behind, known_names, rate_of
from sim.worlds.plan import Label

MOST_CANDIDATES = 1000
"""Policies that are tried one against the other; of a larger set an optimiser chooses which."""


class Aim(Described):
    """What is to be as small, or as large, as can be: a sum of measures and of what levers are and cost."""

    least: dict[Label, float | str] | None = None
    """By measure, or by the path of a lever: its weight. Of a lever also what one of it costs: `120 USD a day`."""
    most: dict[Label, float] | None = None
    """By measure, or by the path of a lever: its weight."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Aim:
        if (self.least is None) == (self.most is None) or not self.given:
            raise ValueError(
                "expected exactly one of least and most, with a measure or more; two aims are a list of two"
            )
        return self

    @property
    def terms(self) -> Mapping[str, float | DeskRate]:
        """By name: the weight, or the rate."""
        return {name: (rate_of(one) or 0.0) if isinstance(one, str) else one for name, one in self.given.items()}

    @property
    def given(self) -> Mapping[str, float | str]:
        """By name, as it is written."""
        return self.least or self.most or {}

    @property
    def sign(self) -> int:
        """1 where it is to be least, −1 where most."""
        return 1 if self.least is not None else -1

    def __str__(self) -> str:
        """`least platform_cost_per_claim + 120 USD a day × market.sellers.staff`."""
        parts = [name if weight == 1 else f"{weight if isinstance(weight, DeskRate) else f'{weight:g}'} × {name}"
                 for name, weight in self.terms.items()]  # fmt: skip
        return f"{'least' if self.sign > 0 else 'most'} {' + '.join(parts)}"


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
    """In which worlds the bounds have to be kept as well."""

    assumed: Literal["ranges"] = "ranges"
    """Assumptions move within their ranges."""
    fitted: Literal["bootstrap"] | None = None
    """`bootstrap`: what was fitted to a log is as in the worlds beside the base, which take turns."""
    points: Annotated[int, Field(ge=2, le=100_000)] = 32
    """How many worlds."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.9
    """In so many of them the bounds have to be kept."""


class SearchFile(Described):
    """A search: levers, an aim, and what has to be kept."""

    search: Annotated[str, Field(min_length=1, max_length=300)]
    """What it asks."""
    base: Label
    """The scenario that levers are turned in: a file beside this one, or a preset."""
    levers: Annotated[dict[Label, Annotated[list[Bound], Field(min_length=1, max_length=200)]], Field(min_length=1)]
    """By path: the values, words or counts to choose from; two counts or durations are the ends of a range."""
    steps: Annotated[int, Field(ge=2, le=100)] | None = None
    """How many values of a range are tried, where it is not one of counts; all of it where nothing is said."""
    tries: Annotated[int, Field(ge=10, le=10_000)] = 60
    """How many policies an optimiser tries, where there are more than can all be tried."""
    aim: Annotated[list[Aim], BeforeValidator(lambda raw: raw if isinstance(raw, list) else [raw]),
                   Field(min_length=1, max_length=2)]  # fmt: skip
    """What is to be best; of two aims, what cannot be better in one without being worse in the other."""
    keep: dict[Label, Kept] = Field(default_factory=dict)
    """By measure: its bound."""
    indifference: Annotated[float, Field(gt=0)] | None = None
    """Up to this a difference in the aim does not matter; without it 1 % of what the first look found."""
    error: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    """How often the choice may be wrong."""
    worlds: SearchedWorlds | None = None
    """Where the bounds have to be kept too."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    """Where all luck starts."""

    @model_validator(mode="after")
    def _makes_sense(self) -> SearchFile:
        for name, kept in self.keep.items():
            if name not in known_names():
                near = did_you_mean(name, known_names())
                raise FaultBelow(
                    ("keep", name), f"found the measure {name!r}{near}, expected a known one", of_key=True
                )
            for sense, bound in kept.model_dump(exclude_none=True).items():
                if name in SHARES and not 0 <= bound <= 1:
                    raise FaultBelow(("keep", name, sense), f"found {bound:g}, expected a share between 0 and 1")
        for number, aim in enumerate(self.aim):
            for name, written in aim.given.items():
                if isinstance(written, str) and rate_of(written) is None:
                    rate = f"found {written!r}, expected a number, or a rate such as '120 USD a day'"
                    raise FaultBelow(self.place_of(number, name), rate)
            for name, weight in aim.terms.items():
                if why := self._misfit(name, weight):
                    raise FaultBelow(self.place_of(number, name), why, of_key=True)
        return self

    def place_of(self, aim: int, name: str) -> tuple[str | int, ...]:
        """Where a term of an aim is written."""
        word = "least" if self.aim[aim].least is not None else "most"
        return ("aim", word, name) if len(self.aim) == 1 else ("aim", aim, word, name)

    def _misfit(self, name: str, weight: float | DeskRate) -> str:
        """Why a term cannot be in an aim; empty where it can."""
        if name in known_names() and not isinstance(weight, DeskRate):
            return ""
        if name not in self.levers:
            near = did_you_mean(name, [*self.levers, *known_names()])
            return f"found {name!r}{near}, expected a lever of this search or a known measure"
        for value in self.levers[name]:
            if (size := measured(value)) is None or (isinstance(weight, DeskRate) and isinstance(value, str)):
                return f"found an aim with {name}, whose value {value} is no {'number' if size else 'size'}"
        return ""

    @property
    def domains(self) -> dict[str, list[Bound] | Range]:
        """By lever: the values to choose from, or the range of which any may be."""
        return {path: values_of(path, given, self.steps) for path, given in self.levers.items()}

    @property
    def corners(self) -> list[dict[str, Bound]]:
        """All levers at their first values, and all at their last."""
        ends: list[dict[str, Bound]] = [{}, {}]
        for path, domain in self.domains.items():
            for place, one in zip((0, -1), ends, strict=True):
                one[path] = domain[place] if isinstance(domain, list) else value_between(domain, float(-place))
        return ends

    @property
    def is_finite(self) -> bool:
        """Whether all policies can be tried."""
        values = [one for one in self.domains.values() if not isinstance(one, Range)]
        return len(values) == len(self.levers) and prod(map(len, values)) <= MOST_CANDIDATES

    def candidates(self) -> list[dict[str, Bound]]:
        """Every combination of the levers' values; none where there are too many."""
        values = [one for one in self.domains.values() if not isinstance(one, Range)]
        if not self.is_finite:
            return []
        return [dict(zip(self.levers, one, strict=True)) for one in product(*values)]

    @property
    def measures(self) -> tuple[str, ...]:
        """What is needed of each replication."""
        names = [name for aim in self.aim for name in aim.terms if name in known_names()]
        return tuple(sorted({behind(name) for name in [*names, *self.keep]} | {"claims"}))

    @property
    def policies(self) -> int:
        """How many will be tried."""
        return len(self.candidates()) or self.tries


def values_of(path: str, given: list[Bound], steps: int | None) -> list[Bound] | Range:
    """What a lever may be: those given, or, of two counts, lengths or amounts that ascend, all between them.

    Of counts every one; of others so many `steps`, or the range itself where nothing is said of steps.
    """
    if len(given) != 2 or not is_range(given) or any(measured(one) is None for one in given):
        return given
    one = as_range(given)
    if is_whole(path, one):
        return list(range(int(given[0]), int(given[1]) + 1))
    if steps is None:
        return one
    return [value_between(one, number / (steps - 1)) for number in range(steps)]


def read_search(path: str | Path) -> SearchFile:
    """A search file. Raises BadScenario with every fault, each where it is written, and BadUsage for no file."""
    return document(Path(path), SearchFile, "a search such as search.yaml")[0]
