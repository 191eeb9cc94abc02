"""Do 95 % intervals hold the truth 95 times in 100? Of whole experiments, in the worlds of `coverage`.

`test_intervals` tries the estimators on numbers drawn for the purpose; here the numbers come out of the market, as
anybody's do. The study's result is recorded in docs/verification.md.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiment.experiment import run
from tests.theory.coverage import REPEATS, REPLICATIONS, SEED, Asked, World, coverage, repeats, table, worlds

WORLDS = ("overloaded", "steady", "queueing", "mediating-1", "mediating-4", "racing")
FAIR = (0.93, 0.97)
"""What 2,000 repeats of a perfect interval give, 4 standard errors (0.5 points each) either way."""


@pytest.fixture(scope="module")
def every() -> dict[str, World]:
    found = worlds()
    assert tuple(found) == WORLDS
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", WORLDS)
def test_our_intervals_hold_the_truth_and_where_claims_meet_naive_ones_do_not(
    every: dict[str, World], name: str
) -> None:
    rows = coverage(every[name], list(repeats(every[name], range(SEED, SEED + REPEATS))))
    found = "\n".join(table(rows))
    assert all(FAIR[0] <= row.held <= FAIR[1] for row in rows), found
    if name == "racing":
        assert all(FAIR[0] <= row.naive <= FAIR[1] for row in rows), found
    else:
        assert min(row.naive for row in rows) < 0.85, found


@pytest.mark.slow
@pytest.mark.parametrize("name", WORLDS)
def test_the_answers_are_exact(every: dict[str, World], name: str) -> None:
    # Eight experiments; a mean of theirs goes five standard errors astray once in 600 times.
    for row in coverage(every[name], list(repeats(every[name], range(8)))):
        found = f"{row.title}: found {row.mean:.5f}, theory {row.truth:.5f}"
        assert abs(row.mean - row.truth) <= 5 * row.spread / row.repeats**0.5, found
        widest = 0.25 if row.title.endswith("_wait_mean") else 0.15  # one crowded replication moves a mean wait
        assert row.spread < widest * row.truth, found


@pytest.mark.slow
def test_a_repeat_is_an_experiment_as_anybody_would_run_it(every: dict[str, World]) -> None:
    world = every["queueing"]
    result = run(world.scenario, seed=7, replications=REPLICATIONS, jobs=1)
    (ends,) = repeats(world, [7])
    for one, found in zip(world.asked, ends, strict=True):
        if one.title in result.summary.index:
            assert result.summary.loc[one.title, ["value", "low", "high"]].tolist() == found[:3].tolist()
    at_four_hours = result.curves.query("ending == 'refunded' and days == 4 / 24")[["share", "low", "high"]]
    assert at_four_hours.to_numpy().ravel().tolist() == ends[3, :3].tolist()


def test_a_repeat_is_counted_by_where_its_interval_lies() -> None:
    asked = Asked("a share", 0.5, lambda tables: None, lambda tables: (0, 0))  # type: ignore[arg-type, return-value]
    world = World("by hand", "", None, (asked,))  # type: ignore[arg-type]
    holds, below, above = [0.5, 0.4, 0.6, 0.45, 0.55], [0.3, 0.2, 0.4, 0.25, 0.35], [0.7, 0.6, 0.8, 0.4, 0.9]
    (row,) = coverage(world, [np.array([one]) for one in (holds, below, above, holds)])
    assert (row.held, row.below, row.above, row.naive) == (0.5, 0.25, 0.25, 0.75)
    assert row.widening == pytest.approx(2)
