"""Fingerprints of luck: they say which draw has changed, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim.chance.claims
from sim.baselines.reading import RUNNABLE, read
from sim.chance.decisions import Decision
from sim.experiment.draw_fingerprints import DrawFingerprints, _settled_by, fingerprint_draws, redrawn
from sim.experiment.experiment import with_numbers
from sim.scenario.loading import load
from tests.worlds import mirrored, the_article, world

KEPT = Path(__file__).parents[2] / "scenarios" / "baselines"


@pytest.fixture(scope="module")
def prints() -> DrawFingerprints:
    return fingerprint_draws(the_article())


def test_the_same_luck_has_the_same_prints(prints: DrawFingerprints) -> None:
    assert fingerprint_draws(the_article()) == prints
    assert redrawn(prints, prints) == []


def test_a_policy_leaves_every_uniform_as_it_was(prints: DrawFingerprints) -> None:
    other = fingerprint_draws(the_article("three-day-clock"))
    assert other.decisions == prints.decisions
    assert other.orders == prints.orders


def test_every_decision_settles_a_fact_that_is_known(prints: DrawFingerprints) -> None:
    named = {name for fact in prints.facts for name in _settled_by(fact)}
    assert {decision.name for decision in Decision} <= named


@pytest.mark.parametrize("decision", [Decision.ARRIVAL_GAP, Decision.TRANSIT, Decision.DISPUTE_NOTICE])
def test_luck_handed_out_the_other_way_round_is_named(
    prints: DrawFingerprints, decision: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(monkeypatch, decision)
    assert redrawn(prints, fingerprint_draws(the_article())) == [decision.name]


def test_luck_that_is_fetched_and_decides_nothing_need_not_be_fetched(prints: DrawFingerprints) -> None:
    more = prints._replace(decisions=prints.decisions | {"SPARE": "0" * 16})
    assert redrawn(more, prints) == []
    assert redrawn(prints, more) == []
    settled = more._replace(facts=prints.facts | {"claims.spare": "1" * 16})
    assert redrawn(prints, settled) == ["SPARE"]


@pytest.mark.parametrize("place", sorted(KEPT.iterdir()), ids=lambda place: place.name)
def test_the_projects_own_baselines_are_of_the_luck_of_today(place: Path) -> None:
    """Else a change of a scenario file would be told as luck that is drawn otherwise."""
    baseline = read(place)
    as_it_was = with_numbers(load(place / RUNNABLE), replications=baseline.replications)
    assert redrawn(baseline.luck, fingerprint_draws(as_it_was)) == []


def test_luck_turned_into_another_fact_is_named(prints: DrawFingerprints, monkeypatch: pytest.MonkeyPatch) -> None:
    share_of = sim.chance.claims.share_of
    monkeypatch.setattr("sim.chance.claims.share_of", lambda amount, share: share_of(amount, share) + 1)
    assert redrawn(prints, fingerprint_draws(the_article())) == ["HASSLE", "SAVING"]


def test_other_orders_have_another_print() -> None:
    few, many = (fingerprint_draws(world({"market.orders_per_day": rate})) for rate in (50, 51))
    assert few.orders != many.orders
    assert few.decisions.keys() == many.decisions.keys()
