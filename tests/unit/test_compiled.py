"""The compiled engine's own parts: how an order lies in memory, what comes out of a heap first, its editions."""

from __future__ import annotations

import re
from heapq import heappop, heappush
from pathlib import Path
from shutil import copyfile, copytree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from sim.chance.facts import ASKS, PLAIN
from sim.compiled import places
from sim.compiled.books import in_turn
from sim.compiled.heap import drop_first, put
from sim.compiled.layout import ENTRY, FACTS_OF_AN_ORDER, HEAP, OF_REQUESTS, ORDER, OUTCOMES_OF_AN_ORDER
from sim.errors import InternalError
from sim.records.life import COLUMNS
from sim.vocabulary import Stage

ROOM = 40
few = st.integers(0, 3)
TRIPLES = st.tuples(few | st.integers(0, 1 << 61), few, few)


def test_an_orders_first_words_are_its_facts_and_the_next_ones_its_outcomes() -> None:
    order = np.arange(ORDER.itemsize // 8).view(ORDER)[0]
    facts = [order["facts"][name] for name in PLAIN]
    facts += [asked for stage in range(len(ASKS)) for asked in order["asks"][stage]]
    told = [order["life"][name] for name in order["life"].dtype.names]
    told += [order["requests"][stage][step] for stage, step in OF_REQUESTS.values()]
    assert facts == list(range(len(FACTS_OF_AN_ORDER)))
    assert told == list(range(len(facts), len(facts) + len(OUTCOMES_OF_AN_ORDER)))


def test_every_column_of_the_outcome_table_is_told() -> None:
    assert sorted(OUTCOMES_OF_AN_ORDER) == sorted(COLUMNS)
    assert [ask for ask, _ in zip(ASKS, Stage, strict=True)] == [stage.word for stage in Stage]


@pytest.mark.parametrize("latest", [3, 10**6, 1 << 61], ids=["at once", "in weeks", "never"])
@pytest.mark.parametrize("claims", [0, 1, 1000])
def test_buyers_come_as_they_ask_and_by_number_where_they_ask_at_once(claims: int, latest: int) -> None:
    asked = np.random.default_rng(1).integers(0, latest + 1, claims)
    turns, instants = in_turn(asked)
    assert turns.tolist() == sorted(range(claims), key=lambda claim: (asked[claim], claim))
    assert instants.tolist() == sorted(asked.tolist())


@njit(_nrt=False)
def _through_a_heap(entries, heap, triples, comes_out):  # type: ignore[no-untyped-def]
    """Lay the triples in; where one of `comes_out` is set, the first is taken off. What came off, in order."""
    taken = 0
    for number in range(len(triples)):
        put(entries, heap[0], triples[number, 0], triples[number, 1], triples[number, 2])
        if comes_out[number]:
            first = entries[heap[0].begins]
            triples[taken, 0], triples[taken, 1], triples[taken, 2] = first.first, first.second, first.third
            drop_first(entries, heap[0])
            taken += 1
    return taken


@pytest.mark.slow
@settings(max_examples=200)
@given(laid_in=st.lists(st.tuples(TRIPLES, st.booleans()), max_size=ROOM))
def test_a_heap_gives_the_smallest_first(laid_in: list[tuple[tuple[int, int, int], bool]]) -> None:
    heap, expected, queue = np.array([(2, 0, ROOM)], dtype=HEAP), [], []
    for triple, comes_out in laid_in:
        heappush(queue, triple)
        expected += [heappop(queue)] if comes_out else []
    triples = np.array([triple for triple, _ in laid_in], dtype=np.int64).reshape(-1, 3)
    comes_out = np.array([comes_out for _, comes_out in laid_in], dtype=np.bool_)
    taken = _through_a_heap(np.empty(ROOM + 2, dtype=ENTRY), heap, triples, comes_out)
    assert list(map(tuple, triples[:taken].tolist())) == expected
    assert heap["size"][0] == len(queue)


def test_a_full_heap_says_so() -> None:
    heap, entries = np.array([(0, 0, 1)], dtype=HEAP), np.empty(2, dtype=ENTRY)
    with pytest.raises(InternalError, match="more is on the agenda"):
        _through_a_heap(entries, heap, np.zeros((2, 3), dtype=np.int64), np.zeros(2, dtype=np.bool_))


edition = places.edition.__wrapped__
"""As another process would find it, which has not asked before."""


@pytest.mark.parametrize("page", ["rules/refunds.py", "compiled/order.py", "scenario/durations.py"])
def test_a_changed_page_is_compiled_anew(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    changed, before, read = places.HOUSE / page, edition(), Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda each: read(each) + b"#" * (each == changed))
    assert edition() != before


def test_another_numba_compiles_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = edition()
    monkeypatch.setattr(places, "_version", lambda maker: "0.1")
    assert edition() != before


def test_a_copy_with_newer_files_is_the_same_edition(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = edition()
    monkeypatch.setattr(places, "HOUSE", Path(copytree(places.HOUSE, tmp_path / "copy", copy_function=copyfile)))
    assert edition() == before


def test_every_page_that_is_compiled_counts() -> None:
    counted = {page for pattern in places.SOURCES for page in places.HOUSE.glob(pattern)}
    compiled = [page for page in (places.HOUSE / "compiled").glob("*.py") if "import step" in page.read_text()]
    for page in [*compiled, *(places.HOUSE / "rules").glob("*.py")]:
        for module in re.findall(r"^from sim\.(\S+) import", page.read_text(), re.MULTILINE):
            source = places.HOUSE / (module.replace(".", "/") + ".py")
            is_laid_out_in_python = page.name in ("terms.py",)  # read once per scenario, and never compiled
            assert source in counted or is_laid_out_in_python or not source.exists(), f"{page} takes from {source}"
