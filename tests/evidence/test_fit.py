"""A log that a known world wrote comes back as that world, with what a log cannot tell left assumed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.errors import UserError
from sim.evidence.fitting import Fit
from sim.evidence.power import quarters
from sim.evidence.refits import worlds_beside
from sim.experiment.expectations import expectations_of
from sim.scenario.applying import inapplicable, ranges_of, uncorrelated
from sim.scenario.distributions.combined import quantile_of
from sim.scenario.model import Scenario
from sim.scenario.moving import in_world
from sim.scenario.resolved import described, resolved_yaml
from sim.show.fitted import document_of
from tests.evidence.logs import tables_of, world, write
from tests.regression.program import program

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("log"), *tables_of(world()), base=resolved_yaml(world())).parent


@pytest.fixture(scope="module")
def fit(folder: Path) -> Fit:
    return sim.fit(folder / "mapping.yaml")


def found(fit: Fit, path: str) -> Any:
    return next(one.value for one in fit.findings if one.path == path)


def test_what_is_identified_comes_back(fit: Fit) -> None:
    types = fit.scenario.market.sellers.types
    assert fit.scenario.market.orders_per_day == pytest.approx(300, rel=0.03)
    assert types["prompt"].arrange.mean() / 86_400 == pytest.approx(0.6, rel=0.06)
    assert types["prompt"].dispatch.mean() / 86_400 == pytest.approx(1.6, rel=0.06)
    assert types["slow"].dispatch.mean() / 86_400 == pytest.approx(3.5, rel=0.06)
    assert fit.scenario.buyers.regret.probability == pytest.approx(0.2, rel=0.15)
    slips, thoughts = (one["law"] for one in found(fit, "buyers.regret.after")["mixture"])
    assert float(slips["lognormal"]["median"].removesuffix(" min")) == pytest.approx(20, rel=0.12)
    assert thoughts["weibull"]["shape"] == pytest.approx(0.8, abs=0.12)
    answers = types["prompt"].cancellation
    assert answers.accept / (answers.accept + answers.refuse) == pytest.approx(0.76 / 0.82, abs=0.05)
    assert answers.silent == pytest.approx(0.02, abs=0.05)
    card = fit.scenario.policy.refund.posting["card"].to_law()
    assert quantile_of(card, 0.5) / 86_400 == pytest.approx(3.2, rel=0.08)


def test_shares_of_closed_cases_stand_beside_and_are_wrong(fit: Fit) -> None:
    dispatch = next(one for one in fit.findings if one.path == "market.sellers.types.slow.dispatch")
    assert "on the wall" in str(dispatch.naive)
    assert float(str(dispatch.naive).split()[0]) > 1.3 * 3.5


def test_every_number_says_where_it_comes_from(fit: Fit) -> None:
    source = fit.scenario.provenance.root["market.carrier.transit"]
    assert source.kind == "fitted"
    assert source.n is not None
    assert source.n > 10_000
    assert source.period == "2018-09-03..2018-12-31"
    assert source.interval is not None


def test_what_is_in_no_log_stays_assumed(fit: Fit) -> None:
    assumed = {one.path for one in fit.assumed}
    assert {"buyers.hassle", "buyers.plea", "buyers.regret.found_cheaper"} <= assumed
    assert {"buyers.offers", "market.sellers.staff"} <= assumed
    assert fit.scenario.buyers.plea == world().buyers.plea
    told = {one["path"]: one["range"] for one in document_of(fit)["assumed"]}
    assert "0.6" in json.dumps(told["buyers.hassle"])


def test_every_range_of_what_was_fitted_can_be_applied(fit: Fit) -> None:
    ranges = ranges_of(fit.scenario)
    assert ranges["market.sellers.types.prompt"].at == "dispute"
    assert ranges["market.sellers.types.prompt.inspection"].stretch == [0.5, 2]
    assert list(inapplicable(described(fit.scenario), ranges)) == []
    assert list(uncorrelated(ranges)) == []


def test_worlds_are_what_the_log_could_have_told_as_well(fit: Fit) -> None:
    worlds = fit.worlds(2)
    rates = [rate for one in (*worlds, fit.scenario) if isinstance(rate := one.buyers.regret.probability, float)]
    assert len(set(rates)) == 3
    assert all(0.14 < rate < 0.27 for rate in rates)
    assert fit.worlds(1)[0] == worlds[0]
    assert fit.worlds(1, seed=2)[0] != worlds[0]


def test_what_the_log_lets_one_expect_holds_in_a_run_and_in_a_wrong_one_not(fit: Fit) -> None:
    expecting = fit.with_expectations().scenario
    bounds = expecting.expect.root
    assert {"orders", "claims", "refunded_within_7d"} <= set(bounds)
    assert bounds["claims"].at_most is None
    assert bounds["refunded_within_7d"].at_least is None
    quick = {"experiment.replications": 8, "experiment.run_out": "60 d", "experiment.cohort": "56 d"}
    short = replace(fit, scenario=fit.scenario.with_changes(quick)).with_expectations().scenario
    right = expectations_of(short.expect, sim.run(short))
    assert "fail" not in {one.verdict for one in right}
    assert [one.verdict for one in right if one.measure in ("orders", "claims")] == ["pass"] * 3
    fewer = short.with_changes({"buyers.regret.probability": 0.05, "market.orders_per_day": 400})
    judged = {(one.measure, one.sense): one.verdict for one in expectations_of(fewer.expect, sim.run(fewer))}
    assert judged["claims", "at_least"] == "fail"
    assert judged["orders", "at_most"] == "fail"


def test_the_command_judges_by_weeks_it_never_saw(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "fitted"
    done = program(
        "fit",
        str(folder / "mapping.yaml"),
        "--hold-out",
        "8w",
        "--out",
        str(out),
        "--json",
        "--expect",
        "--worlds",
        "4",
    )
    assert done.code in (0, 4), done.err
    told = json.loads(done.out)
    assert all(one["verdict"] != "differs" for one in told["held_out"]), told["held_out"]
    assert (done.code == 0) == (told["verdict"] == "agrees") == (not told["unseen"])
    files = {"scenario.yaml", "sellers.csv", "worlds.json", "fit.json", "report.html"}
    assert {path.name for path in out.iterdir()} == files
    base, worlds = sim.load(out / "scenario.yaml"), worlds_beside(out / "scenario.yaml")
    assert len(worlds) == 4
    assert len({Scenario.model_validate(in_world(described(base), one)).model_dump_json() for one in worlds}) == 4
    (out / "worlds.json").write_text('{"worlds": [{"buyers.regret.probability": 3}]}', encoding="utf-8")
    with pytest.raises(UserError, match=r"world 0: buyers\.regret\.probability"):
        worlds_beside(out / "scenario.yaml")
    assert program("validate", str(out / "scenario.yaml")).code == 0
    assert "expect:" in (out / "scenario.yaml").read_text(encoding="utf-8")


def test_a_quarter_is_of_what_was_learnt_and_of_nothing_else() -> None:
    document = described(world())
    prompt = "market.sellers.types.prompt"
    learnt = {"buyers.regret.probability", f"{prompt}.dispatch", f"{prompt}.cancellation.said"}
    told = dict(quarters(document, learnt))
    assert list(told) == ["minds changed", "time until sending", "yes to requests"]
    assert told["minds changed"] == {"buyers.regret.probability": 0.25}
    assert told["time until sending"] == {f"{prompt}.dispatch": {"exponential": {"mean": "2 bd"}}}
    yes, no = (told["yes to requests"][f"{prompt}.cancellation.{word}"] for word in ("accept", "refuse"))
    assert (yes, no) == pytest.approx((0.57, 0.25))
    for changes in told.values():
        Scenario.model_validate(in_world(document, changes))


def test_a_change_after_the_fit_is_seen(tmp_path: Path) -> None:
    orders, claims = tables_of(world())
    orders_after, claims_after = tables_of(world(**{"buyers.regret.probability": 0.3}))
    turn = "2018-12-10"
    late = orders_after["paid_at"] >= turn
    kept = claims[claims["order"].isin(orders.loc[orders["paid_at"] < turn, "order"])]
    changed = claims_after[claims_after["order"].isin(orders_after.loc[late, "order"])]
    mixed_orders = [orders[orders["paid_at"] < turn], orders_after[late].assign(order=lambda t: t["order"] + 10**6)]
    path = write(
        tmp_path,
        pd.concat(mixed_orders),
        pd.concat([kept, changed.assign(order=lambda t: t["order"] + 10**6)]),
        base=resolved_yaml(world()),
    )
    fit = sim.fit(path, hold_out="8w")
    requests = next(one for one in fit.judged if one.name == "requests a week")
    assert requests.verdict == "differs"
    assert fit.verdict == "differs"


def test_check_only_reads(folder: Path) -> None:
    before = sorted(folder.iterdir())
    done = program("fit", str(folder / "mapping.yaml"), "--check")
    assert done.code == 0
    assert "orders:" in done.out
    assert sorted(folder.iterdir()) == before


def test_weeks_without_orders_are_told_before_anything_is_learnt(folder: Path) -> None:
    """With when the log's orders were paid, so that one sees which of the two is wrong."""
    mapping = (folder / "mapping.yaml").read_text()
    elsewhere = folder / "elsewhere.yaml"
    elsewhere.write_text(re.sub(r"fit: [-0-9]+\.\.[-0-9]+", "fit: 2018-06-04..2018-06-24", mapping))
    for words in (("--check",), ("--out", str(folder / "out"))):
        done = program("fit", str(elsewhere), *words)
        assert done.code == 2
        assert "no order was paid in 2018-06-04..2018-06-24: those of the log were paid 2018-" in done.err
    assert not (folder / "out").exists()


def test_without_a_place_nothing_is_learnt(folder: Path) -> None:
    done = program("fit", str(folder / "mapping.yaml"))
    assert done.code == 2
    assert "--out" in done.err
