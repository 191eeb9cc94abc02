"""Many claims are kept in few bytes: every number is read as it was drawn or told, whatever it was kept in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.arrays import Columns
from sim.chance import claims
from sim.chance.draws import draw_replication
from sim.chance.facts import Draws
from sim.chance.narrow import NarrowColumns
from sim.compiled.filling import BY_MACHINE_CODE
from sim.experiment import fingerprints
from sim.experiment.engines import COMPILED, live
from sim.experiment.replication import calendars_of
from sim.records import evidence
from sim.records.checks import INVARIANTS, check, name_of
from sim.records.table import Records
from sim.scenario.durations import NEVER
from sim.scenario.loading import load
from sim.scenario.model import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios"
SMALL = {"market.orders_per_day": 60}
numbers = st.integers(0, 3) | st.sampled_from([254, 255, 65_534, 65_535, 2**32 - 2, 2**32 - 1, NEVER]) | st.just(-1)


@given(st.lists(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_column_is_read_as_it_was_however_wide_its_later_numbers_are(blocks: list[list[tuple[int, int]]]) -> None:
    tables: list[Columns] = [dict(zip("ab", np.array(block).T, strict=True)) for block in blocks]
    for table in tables:
        table["alike"] = np.broadcast_to(table["a"][:1].copy(), len(table["a"]))
    whole = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    kept = NarrowColumns.of(iter(tables), len(whole["a"]))
    assert set(kept) == set(whole)
    assert all(np.array_equal(kept[name], column) for name, column in whole.items())
    assert all(np.array_equal(kept.at(np.array([0]))[name], column[:1]) for name, column in whole.items())
    assert all(np.array_equal(kept.part(slice(1, 3))[name], column[1:3]) for name, column in whole.items())
    assert {len(kept.kept(name)) for name in whole} == {len(whole["a"])}


def test_a_yes_or_no_takes_a_byte_and_an_instant_four() -> None:
    table = {
        "lost": np.array([0, 1, 1]),
        "asked": np.array([90_000, 10**9, NEVER]),
        "saving": np.array([0, 300, 7]),
    }
    assert NarrowColumns.of([table], 3).nbytes == 3 * (1 + 4 + 2)


def lived(scenario: Scenario) -> tuple[Draws, Records]:
    calendars = calendars_of(scenario)
    draws = draw_replication(scenario, 0, calendars, BY_MACHINE_CODE)
    return draws, live(COMPILED, scenario, draws, calendars)


def expect_the_same(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    wide_draws, wide = lived(scenario)
    monkeypatch.setattr(claims, "MANY", 100)
    draws, records = lived(scenario)
    assert isinstance(draws.claims, NarrowColumns)
    assert not isinstance(wide_draws.claims, NarrowColumns)
    assert {
        name for name, column in wide_draws.claims.items() if not np.array_equal(column, draws.claims[name])
    } == set()
    assert {
        name for name, column in wide.claims.items() if not np.array_equal(column, records.claims[name])
    } == set()
    assert fingerprints.of_draws(draws) == fingerprints.of_draws(wide_draws)
    assert fingerprints.of_outcomes(records.claims) == fingerprints.of_outcomes(wide.claims)
    assert np.array_equal(records.queue_seconds, wide.queue_seconds)
    assert draws.rows() == wide_draws.rows()
    monkeypatch.setattr(evidence, "AT_A_TIME", 100)
    assert check(scenario, records, calendars_of(scenario)) == tuple(map(name_of, INVARIANTS[:-1]))


@pytest.mark.parametrize("name", ["aliexpress", "ebay-2024", "shopee"])
def test_many_claims_are_told_as_few_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expect_the_same(load(FOLDER / f"{name}.yaml", SMALL), monkeypatch)


def test_amounts_too_large_for_few_bytes_are_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    dear = SMALL | {"market.order_value": {"uniform": {"low": 10, "high": 90_000_000}}}
    expect_the_same(load(FOLDER / "aliexpress.yaml", dear), monkeypatch)
