"""Answers that are known beforehand, out of the code of `stress` and `study`: replications are told, not lived.

`python -m tests.across.test_worlds_known_beforehand` prints the figures of docs/verification.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.worlds import stress, studying
from sim.worlds.designs import design_of
from sim.worlds.estimating import Response
from sim.worlds.playing import Effort, Means, Sign, VariedWorld, _is_clear
from sim.worlds.studying import Plan, carried_out
from tests.across.test_many_worlds import FIRST, TINY, TOTAL, ishigami, uniform
from tests.across.test_search import right_choices

RANGED = ("buyers.goes_on", "buyers.agrees_to_change_reason")
SHARE = 1 - (0.8 + 0.2 * np.log(0.2)) / 2
"""Of worlds in which (x − 1/2)(y − 1/2) is above −0.05, for x and y anything between 0 and 1."""
Told = Callable[[np.ndarray], np.ndarray]
"""What the second policy brings more than the first, by world; a row per world, a column per range."""


def told(rise: Told, noise: float, seed: int) -> Any:
    """In place of `play_worlds`: replications of worlds whose answer is told."""

    def play(
        worlds: Iterator[VariedWorld], count: int, policies: Sequence[Scenario], measures: Sequence[str],
        effort: Effort, _: Means,
    ) -> Iterator[list[dict[str, np.ndarray]]]:  # fmt: skip
        for world in worlds:
            at = np.array([[0.9, 0.9] if not world.moves[0] else [float(one.to) for one in world.moves[0]]])
            luck = np.random.default_rng([seed, world.luck]).normal(0, noise, effort.replications)
            for_one, ones = np.full(effort.replications, 10.0), np.ones(effort.replications)
            yield [
                {name: np.column_stack([values, ones]) for name in measures}
                for values in (for_one, for_one + rise(at)[0] + luck)[-len(policies) :]
            ]

    return play


def product(at: np.ndarray) -> np.ndarray:
    return (at[:, 0] - 0.5) * (at[:, 1] - 0.5) + 0.05


def ranged() -> tuple[Scenario, Scenario]:
    """Two policies of which nothing is known for sure but two shares."""
    stated = {path: {"kind": "assumed", "from": "x", "range": [0, 1]} for path in RANGED}
    base = load("aliexpress").with_changes(TINY)
    base = base.model_copy(update={"provenance": type(base.provenance)()}).with_changes({"provenance": stated})
    return base, base.with_changes({"name": "other", "policy.cancellation.clock": "3 d"})


def shares_held(repeats: int, noise: float, monkeypatch: pytest.MonkeyPatch) -> float:
    """How often the interval of the share of worlds holds the share that is known."""
    base, other = ranged()
    held = 0
    for seed in range(repeats):
        play = told(product, noise, seed)
        monkeypatch.setattr(studying, "play_worlds", play)
        monkeypatch.setattr(stress, "play_worlds", play)
        (found,) = stress.stressed(base, [other], seed=seed, measures=["success_rate"], by=Means(1)).survivals
        held += found.share.low <= SHARE <= found.share.high
    return held / repeats


def indices_held(repeats: int, noise: float, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """How often the intervals of first-order and total indices hold the known ones, by factor (Ishigami)."""
    factors = tuple(uniform(name) for name in "abc")
    world = load("aliexpress").with_changes(TINY)
    held = np.zeros((2, 3))
    for seed in range(repeats):
        design = design_of("sobol", factors, points=256, seed=seed)
        plan = Plan("", {"it": world}, factors, (), design, (Response("success_rate", "it"),), Effort(2, seed=seed))
        monkeypatch.setattr(studying, "play_worlds", told(lambda at: ishigami(at), noise, seed))
        found = carried_out(plan, Means(1)).indices
        for row, (name, known) in enumerate((("first", FIRST), ("total", TOTAL))):
            low, high = (found[f"{name}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
            held[row] += (low <= np.array(known)) & (np.array(known) <= high)
    return held / repeats


@pytest.mark.long
@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_the_share_of_worlds_is_within_its_interval_in_95_of_100_repeats(
    noise: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A noise of 0.03 is a tenth of the variance of what two replications of a world say."""
    assert shares_held(200, noise, monkeypatch) >= 0.92


def test_in_a_few_repeats_shares_and_indices_are_nearly_always_within_their_intervals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of right intervals fewer than these hold once in five hundred times; the seeds are always the same."""
    assert shares_held(12, 0.03, monkeypatch) >= 9 / 12
    assert indices_held(4, 2**0.5, monkeypatch).mean() >= 20 / 24


@pytest.mark.long
def test_intervals_of_indices_hold_the_known_ones_in_95_of_100_repeats_though_there_is_noise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of two replications has a noise of variance 2: what is estimated of it is taken out."""
    assert indices_held(200, 2**0.5, monkeypatch).min() >= 0.92


def test_a_sign_is_clear_where_its_interval_leaves_zero_out_and_not_before() -> None:
    rows = [
        [{"m": (value, 1.0)} for value in values] for values in ([1.0, 1.1, 0.9], [0.0, 0.1, -0.1], [0.9, 1.2, 1.0])
    ]
    assert _is_clear(Sign("m", 0, 1), rows)
    assert not _is_clear(Sign("m", 0, 2), rows)
    assert not _is_clear(Sign("m", 0, 1), [some[:1] for some in rows]), "one replication has no interval"
    assert not _is_clear(Sign("m", 0, 0), rows), "nothing differs"


def main() -> None:
    """The figures of the page."""
    with pytest.MonkeyPatch.context() as patch:
        sys.stdout.write(f"share of worlds, no noise: {shares_held(200, 0.0, patch):.3f}\n")
        sys.stdout.write(f"share of worlds, noise: {shares_held(200, 0.03, patch):.3f}\n")
        sys.stdout.write(f"indices of Ishigami's function: {indices_held(200, 2**0.5, patch).round(3).tolist()}\n")
    sys.stdout.write(f"the best of five: {right_choices(500):.3f}\n")


if __name__ == "__main__":
    main()
