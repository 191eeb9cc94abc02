"""What differs between worlds: each factor moves one assumption within its range, or several stated as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sim.scenario.applying import as_range, ends_of, inapplicable
from sim.scenario.model import Scenario
from sim.scenario.moving import Document, Moved, is_whole, place_of, value_between
from sim.scenario.provenance import Bound, Range
from sim.scenario.resolved import described, levers_that_differ


@dataclass(frozen=True)
class Factor:
    """One thing that is not known: from 0 to 1 its value goes through its range."""

    name: str
    paths: tuple[str, ...]
    range: Range
    correlated: Mapping[str, float] = field(default_factory=dict)
    """By name of another factor: their correlation, on the scale of normal quantiles."""

    @property
    def is_words(self) -> bool:
        """Whether it is a choice between words."""
        return self.range.is_words

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it is a choice of."""
        return tuple(map(str, self.range.bounds)) if self.is_words else ()

    def value_at(self, u: float) -> Bound:
        """Its value at a point of the unit interval, as a file would write it."""
        return value_between(self.range, u, is_whole=is_whole(self.paths[0], self.range))

    def moves_at(self, u: float) -> list[Moved]:
        """What that moves."""
        return [Moved(path, self.range, self.value_at(u)) for path in self.paths]


def briefly(value: Bound) -> str:
    """A value in three digits, of a duration its first two parts: `1.12 bd`, `3 d 7 h`."""
    if isinstance(value, float):
        return f"{value:.3g}"
    words = str(value).split()
    if len(words) == 2 and "." in words[0] and words[0].replace(".", "").isdigit():
        return f"{float(words[0]):.3g} {words[1]}"
    return " ".join(words[:4]) if len(words) > 4 and words[0].isdigit() and "of" not in words else " ".join(words)


@dataclass(frozen=True)
class LeftOut:
    """A stated range that is not varied, and why."""

    name: str
    why: str


def paths_that_differ(policies: Sequence[Scenario]) -> list[str]:
    """What is for policies to say, and for no world."""
    return [lever.path for lever in levers_that_differ(*policies)]


def stated_factors(
    base: Scenario, policies: Sequence[Scenario], theirs: Sequence[str] = ()
) -> tuple[list[Factor], list[LeftOut]]:
    """A factor for every range that the provenance of the base states, and those that cannot be varied.

    A range of what the policies differ in, or of what else is `theirs`, is theirs to say and is left out. What a
    wider statement about sellers was split into, because a part of it was changed, moves as one.
    """
    ranges = {
        path: (source.from_, as_range(source.range))
        for path, source in base.provenance.root.items()
        if source.range is not None
    }
    differ = [*paths_that_differ(policies), *theirs]
    documents = list(map(described, policies))
    factors, left_out = [], []
    for paths, one in _grouped(ranges):
        factor = Factor(_name_of(paths), paths, one, one.correlated or {})
        if why := unfit(factor, documents, differ):
            left_out.append(LeftOut(factor.name, why))
        else:
            factors.append(factor)
    return factors, left_out


def _grouped(ranges: Mapping[str, tuple[str, Range]]) -> list[tuple[tuple[str, ...], Range]]:
    """Ranges by the statement they come from: what was split stretches together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for path, (told, one) in ranges.items():
        alone = path if one.move != "stretch" or one.at else ""
        groups.setdefault((f"{told}{one!r}", alone), []).append(path)
    return [(tuple(paths), ranges[paths[0]][1]) for paths in groups.values()]


def _name_of(paths: Sequence[str]) -> str:
    """The path, or what several have in common."""
    common = paths[0].split(".")
    for path in paths[1:]:
        steps = path.split(".")
        same = next((n for n, (a, b) in enumerate(zip(common, steps, strict=False)) if a != b), len(steps))
        common = common[:same]
    return ".".join(common) or paths[0]


def unfit(factor: Factor, policies: Sequence[Document], differ: Sequence[str]) -> str:
    """Why a factor cannot be varied for these policies, as they are written out; empty where it can."""
    for path in factor.paths:
        place = ".".join(place_of(path, factor.range))
        if any(overlap(place, lever) for lever in differ):
            return "the policies differ in it"
    for policy in policies:
        whys = [inapplicable(policy, {path: factor.range}) for path in factor.paths]
        if all(whys):
            return whys[0][0].why
    return ""


def overlap(path: str, other: str) -> bool:
    """Whether one of them is the other, or a part of it."""
    return f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.")


def fitting(factor: Factor, policy: Document) -> Factor:
    """The factor with those of its paths that can be moved in this policy, as it is written out."""
    if len(factor.paths) == 1:
        return factor
    paths = tuple(path for path in factor.paths if not inapplicable(policy, {path: factor.range}))
    return Factor(factor.name, paths, factor.range, factor.correlated)


def at_its_ends(factor: Factor) -> list[list[Moved]]:
    """What it moves at each end of its range, or for each of its words."""
    return [list(moves) for moves in zip(*(ends_of(path, factor.range) for path in factor.paths), strict=True)]
