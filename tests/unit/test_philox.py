"""The generator: its published answers, NumPy's own, and the same luck for one order as for all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.chance.decisions import Decision
from sim.chance.philox import block
from sim.chance.streams import AT_A_TIME, Luck, drawn_by_numpy, key_of
from sim.compiled.filling import BY_MACHINE_CODE, drawn_by_machine_code

FULL = "ffffffffffffffff"
KNOWN_ANSWERS = (
    (["0" * 16] * 4, ["0" * 16] * 2, "16554d9eca36314c db20fe9d672d0fdc d7e772cee186176b 7e68b68aec7ba23b"),
    ([FULL] * 4, [FULL] * 2, "87b092c3013fe90b 438c3c67be8d0224 9cc7d7c69cd777b6 a09caebf594f0ba0"),
    (
        ["243f6a8885a308d3", "13198a2e03707344", "a4093822299f31d0", "082efa98ec4e6c89"],
        ["452821e638d01377", "be5466cf34e90c6c"],
        "a528f45403e61d95 38c72dbd566e9788 a5a1610e72fd18b5 57bd43b5e52b7fe6",
    ),
)
"""Random123, `kat_vectors`, philox4x64 with ten rounds: counter, key, answer."""


def words(digits: list[str]) -> tuple[np.ndarray, ...]:
    return tuple(np.array([int(each, 16)], dtype=np.uint64) for each in digits)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_it_gives_the_published_answers(counter: list[str], key: list[str], answer: str) -> None:
    given = block(words(counter), words(key))  # type: ignore[arg-type]
    assert " ".join(f"{int(word[0]):016x}" for word in given) == answer


@pytest.mark.parametrize("first", [0, 1, 12_345, 2**31])
def test_some_orders_have_the_luck_that_numpy_gives_to_all_in_turn(first: int) -> None:
    key = key_of(2**32 - 1, 99_999, 37)
    everyone = range(first, first + 1000)
    some = np.array([0, 1, 2, 500, 999])
    assert (drawn_by_numpy(key, everyone)[:, some] == drawn_by_numpy(key, first + some)).all()


def test_luck_does_not_depend_on_how_many_are_drawn_at_a_time() -> None:
    key = key_of(1, 0, 0)
    numbers = np.arange(2 * AT_A_TIME + 7)
    in_turn = drawn_by_numpy(key, range(2 * AT_A_TIME + 7))
    assert (drawn_by_numpy(key, numbers) == in_turn).all()
    assert (drawn_by_numpy(key, numbers[::-1]) == in_turn[:, ::-1]).all()


def test_nobodys_luck_is_none() -> None:
    assert drawn_by_numpy(key_of(1, 0, 0), np.empty(0, dtype=np.int64)).shape == (4, 0)
    assert drawn_by_numpy(key_of(1, 0, 0), range(0)).shape == (4, 0)


def test_luck_is_at_least_nothing_and_less_than_one() -> None:
    luck = drawn_by_numpy(key_of(1, 0, 0), range(100_000))
    assert 0 <= luck.min() < 1e-4
    assert 1 - 1e-4 < luck.max() < 1


@pytest.mark.usefixtures("machine_code_at_hand")
@given(
    seed=st.integers(0, 2**32 - 1),
    group=st.integers(0, 2**40),
    numbers=st.lists(st.integers(0, 2**62), max_size=20),
)
def test_machine_code_draws_the_bits_that_numpy_draws(seed: int, group: int, numbers: list[int]) -> None:
    key, asked = key_of(seed, 3, group), np.array(numbers, dtype=np.int64)
    assert np.array_equal(drawn_by_machine_code(key, asked), drawn_by_numpy(key, asked))
    assert np.array_equal(drawn_by_machine_code(key, asked[::2]), drawn_by_numpy(key, asked[::2]))


@pytest.mark.parametrize("bound", [0.0, 2.0**-53, 0.06, 0.25, 1.0])
@pytest.mark.parametrize("decision", [Decision.REGRETS, Decision.FINDS_A_DEFECT])
def test_luck_remembered_roughly_tells_exactly_who_is_below_a_bound(decision: Decision, bound: float) -> None:
    numbers, read = range(5, 70_000), Luck(7, 3)
    remembered = Luck(7, 3, BY_MACHINE_CODE)
    first = remembered.first_of(Decision.ARRIVAL_GAP, numbers)
    assert np.array_equal(first, read.of(Decision.ARRIVAL_GAP, numbers))
    for some in (numbers, range(5, 60_000), range(5, 80_000)):
        assert np.array_equal(remembered.below(decision, bound, some), read.of(decision, some) < bound)


def test_a_bound_is_told_from_the_luck_nearest_to_it() -> None:
    numbers, read, found = range(70_000), Luck(7, 3), Luck(7, 3, BY_MACHINE_CODE)
    found.first_of(Decision.ARRIVAL_GAP, numbers)
    luck = read.of(Decision.REGRETS, numbers)
    for order in range(0, 70_000, 7_000):
        for bound in (luck[order], np.nextafter(luck[order], 1)):
            assert found.below(Decision.REGRETS, float(bound), numbers)[order] == (luck[order] < bound)
