"""Logs with more orders than memory holds: read, joined and learnt from a piece at a time, to the same numbers."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.arrays import Bools
from sim.evidence.families import EXPONENTIAL, LOGNORMAL, Family
from sim.evidence.finding import Assumed, Finding
from sim.evidence.fitting import opened, training_data_of
from sim.evidence.log import LongTable, RefundLog, narrow, wide
from sim.evidence.log_tables import Table
from sim.evidence.mapping import load_mapping
from sim.evidence.of_orders import told_by_orders
from sim.evidence.reading import read_log
from sim.evidence.samples import DurationCells, LongSample, Sample
from sim.evidence.survival import fitted
from sim.evidence.training_data import TrainingData
from tests.evidence.logs import a_few, write

SECONDS = st.integers(-(2**33), 2**33).map(float)
NUMBERS = SECONDS | st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(NUMBERS, max_size=20))
def test_numbers_come_back_as_they_were(told: list[float]) -> None:
    column = np.array(told, dtype=np.float64)
    np.testing.assert_array_equal(wide(narrow(column)), column)


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-200, 200), max_size=20))
def test_words_come_back_as_they_were(told: list[int]) -> None:
    column = np.array(told, dtype=np.int64)
    assert narrow(column).astype(np.int64).tolist() == told


def test_whole_seconds_take_four_bytes_and_words_of_few_one() -> None:
    assert narrow(np.array([np.nan, 3e7])).dtype == np.int32
    assert narrow(np.array([-1, 100])).dtype == np.int8


def test_both_ends_of_coarse_instants_come_back() -> None:
    low, exact = np.array([0.0, np.nan, 86_400.0]), np.array([5.0, 6.0, np.nan])
    table = LongTable()
    table.append(Table({"day": low, "at": exact}, {"day": low + 86_399, "at": exact}, {}, {}, 3))
    (piece,) = table.pieces()
    np.testing.assert_array_equal(piece.high["day"], low + 86_399)
    assert piece.high["at"] is piece.low["at"]
    assert table.apart("day") == 86_399
    assert table.apart("at") == 0


def read(path: Path) -> RefundLog:
    return opened(load_mapping(path)).log


@pytest.fixture
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr("sim.evidence.log_files.AT_A_TIME", 7)
    monkeypatch.setattr("sim.evidence.log.IN_MEMORY", 1)
    return monkeypatch


def test_a_later_version_counts_however_far_down_it_stands(
    tmp_path: Path, in_small_pieces: pytest.MonkeyPatch
) -> None:
    orders, claims = a_few()
    orders = pd.concat([orders, orders.head(2).assign(value=7.0), orders.tail(1).assign(order="")])
    log = read(write(tmp_path, orders, pd.concat([claims, claims.head(1).assign(status="REJECT")])))
    assert log.readings[0].unused == {"an earlier version of the same order": 2, "no order number": 1}
    assert log.gathered(lambda orders: orders.numbers["value"]).tolist() == [20.0] * 38 + [7.0] * 2
    first = int(np.flatnonzero(log.of_orders("paid") == log.of_orders("paid").min())[0])
    assert log.names["status"][log.claims.word("status")[first]] == "refused"


def data(path: Path) -> TrainingData:
    mapped = load_mapping(path)
    return training_data_of(opened(mapped))


def told(data: TrainingData) -> list[Finding | Assumed]:
    """Without what is kept of a law, which does not compare."""
    found = told_by_orders(data)
    return [replace(one, beside={}) if isinstance(one, Finding) else one for one in found]


@pytest.mark.slow
def test_a_log_in_pieces_tells_the_same_to_the_last_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders, claims = a_few(400)
    orders["value"] = np.round(np.random.default_rng(2).lognormal(3, 1, len(orders)), 2)
    path = write(tmp_path, orders, claims[::3])
    whole = data(path)
    monkeypatch.setattr("sim.evidence.log_files.AT_A_TIME", 37)
    monkeypatch.setattr("sim.evidence.log.IN_MEMORY", 1)
    pieces = data(path)
    assert (len(list(whole.pieces())), len(list(pieces.pieces()))) == (1, 11)
    weight = np.random.default_rng(1).exponential(size=5)
    for one, other in ((whole, pieces), (replace(whole, weight=weight), replace(pieces, weight=weight))):
        assert told(one) == told(other)
        np.testing.assert_array_equal(one.claim_weight, other.claim_weight)
        np.testing.assert_array_equal(one.log.of_orders("delivered"), other.log.of_orders("delivered"))


LUCK = np.random.default_rng(4)
LASTED, UNTIL = LUCK.lognormal(10, 1, 9_000), LUCK.exponential(40_000, 9_000)
SELLER, WEIGHT = LUCK.integers(0, 40, 9_000), LUCK.exponential(size=9_000)
WITHIN = np.arange(9_000) % 50 == 0
LOW, HIGH = np.minimum(LASTED, UNTIL), np.where(LASTED < UNTIL, LASTED, np.inf)
HIGH = np.where(WITHIN, LOW + 900, HIGH)


def in_pieces(sellers: int) -> Iterator[tuple[Bools, Sample]]:
    for rows in np.array_split(np.arange(9_000), 13):
        yield np.ones(len(rows), dtype=bool), Sample.of(LOW[rows], HIGH[rows], SELLER[rows] % sellers, WEIGHT[rows])


@pytest.mark.parametrize(("sellers", "families"), [(40, (EXPONENTIAL, LOGNORMAL)), (1, (EXPONENTIAL,))])
def test_many_durations_are_estimated_the_same_in_pieces_and_at_once(
    sellers: int, families: tuple[Family, ...]
) -> None:
    long = LongSample(
        "these",
        DurationCells.of(in_pieces(sellers)),
        lambda: in_pieces(sellers),
        lambda: (sample.weight for _, sample in in_pieces(sellers)),
        40,
    )
    once = fitted(Sample.of(LOW, HIGH, SELLER % sellers, WEIGHT), families, never=True)
    many = fitted(long, families, never=True)
    assert once is not None
    assert many is not None
    assert (once.family.name, once.theta.tolist()) == (many.family.name, many.theta.tolist())
    assert (once.sample.n, once.sample.censored) == (many.sample.n, many.sample.censored)
    assert many.spread == pytest.approx(once.spread, rel=1e-9)
    assert once.sellers == many.sellers


@pytest.mark.slow
def test_what_is_held_of_a_log_does_not_grow_with_orders_that_nobody_claimed_for(
    tmp_path: Path, in_small_pieces: pytest.MonkeyPatch
) -> None:
    in_small_pieces.setattr("sim.evidence.log_files.AT_A_TIME", 1_000)
    held = []
    for count in (2_000, 2_000, 20_000):
        orders, claims = a_few(count)
        orders["paid_at"] = orders["paid_at"].iloc[0] + pd.to_timedelta(np.arange(count) % 86_400, "s")
        path = write(tmp_path, orders, claims.head(50))
        tracemalloc.start()
        kept = read_log(load_mapping(path), pd.Timestamp("2018-07-30"))
        held.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert kept.orders.rows == count
    grown = held[2] - held[1]  # the first time keeps things for good
    assert grown / 18_000 < 8  # bytes an order, where one column alone would take as many
