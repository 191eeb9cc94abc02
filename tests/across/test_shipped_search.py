"""The search that is shipped, `studies/search.yaml`, by brute force: every policy of a grid, in every world."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import stats

import sim
from sim.experiment.light import scenario_of, sums_of_one
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.moving import moved
from sim.worlds.designs import design_of
from sim.worlds.factors import stated_factors
from sim.worlds.plan import consistent
from sim.worlds.playing import APART, VariedWorld, bare, worlds_of
from tests.across.test_search import SHIPPED

GRID: dict[str, list[Any]] = {
    "policy.cancellation.clock": ["1 d", "5 d", "9 d"],
    "market.sellers.staff": [1, 2],
    "policy.cancellation.free_until.within": ["0 h", "6 h", "12 h", "48 h"],
}
DESK = "seller_utilisation_busiest"
SHOP = SHIPPED.parent / "my-shop.yaml"
WORLDS, NEEDED = 32, 29


def is_kept(scenario: Scenario, numbers: range) -> bool:
    """Whether success is surely 85 % or more, and the busiest desk surely below, by these replications."""
    lived = [sums_of_one(scenario, number, ["success_rate", DESK], engine="compiled") for number in numbers]
    ends = {}
    for name, way in (("success_rate", -1), (DESK, 1)):
        part, whole = np.array([one[name] for one in lived]).T
        value = part.sum() / whole.sum()
        error = np.std((part - value * whole) / whole.mean(), ddof=1) / len(part) ** 0.5
        ends[name] = value + way * stats.t.ppf(0.975, len(part) - 1) * error
    return ends["success_rate"] >= 0.85 and ends[DESK] <= 0.85


def cost_of_claim(scenario: Scenario) -> float:
    """What the platform pays, and 120 USD a day for everybody at work, over forty replications."""
    sellers, days = scenario.market.sellers, scenario.experiment.cohort.seconds / 86_400
    desks = 120 * int(str(sellers.staff)) * sellers.count * days
    measures = ["platform_account_per_claim", "claims"]
    lived = [sums_of_one(scenario, number, measures, engine="compiled") for number in range(40)]
    costs = []
    for one in lived:
        (account, claims), (everybody, _) = (one[name] for name in measures)
        costs.append(-account / claims + desks / everybody)
    return float(np.mean(costs))


def worlds_of_the_shop(policies: list[Scenario]) -> list[VariedWorld]:
    """All that the shop's file does not know for sure, but for what policies differ in."""
    factors, _ = consistent(stated_factors(policies[0], policies)[0], policies)
    return list(worlds_of(design_of("latin_hypercube", factors, points=WORLDS, seed=1), factors, policies[:1]))


def is_robust(policy: Scenario, worlds: list[VariedWorld]) -> bool:
    """Whether the bounds are surely kept in nine worlds of ten."""
    kept = 0
    for world in worlds:
        there = scenario_of(moved(bare(policy, 1), world.moves[0]))
        kept += is_kept(there, range(world.luck * APART, world.luck * APART + 20))
    return kept >= NEEDED


@pytest.mark.long
def test_the_shipped_search_finds_what_brute_force_finds(tmp_path: Any) -> None:
    base = load(SHOP)
    policies = {one: base.with_changes(dict(zip(GRID, one, strict=True))) for one in product(*GRID.values())}
    worlds = worlds_of_the_shop([base, *policies.values()])
    costs = {one: cost_of_claim(policy) for one, policy in policies.items()}
    best = next(
        one
        for one in sorted(costs, key=costs.__getitem__)
        if is_kept(policies[one], range(40)) and is_robust(policies[one], worlds)
    )
    text = SHIPPED.read_text(encoding="utf-8").replace("my-shop.yaml", str(SHOP))
    for path, values in GRID.items():
        text = re.sub(rf"{re.escape(path)}: \[[^]]*\]", f"{path}: [{', '.join(map(str, values))}]", text, count=1)
    (tmp_path / "search.yaml").write_text(text)
    found = sim.search(tmp_path / "search.yaml", jobs=1).best
    assert found is not None
    assert costs[tuple(found.values())] <= 1.01 * costs[best], "a hundredth does not matter"
    shipped = sim.search(SHIPPED, jobs=1).best
    assert shipped is not None
    assert cost_of_claim(base.with_changes(shipped)) <= 1.02 * costs[best], (
        "anything between is no worse than a grid"
    )
