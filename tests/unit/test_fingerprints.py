"""Fingerprints are taken of whole numbers in as many bytes as the largest needs, wherever they were computed."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest

from sim.experiment.fingerprints import of_columns
from sim.scenario.durations import NEVER


@pytest.mark.parametrize(
    ("width", "numbers"),
    [
        (1, []),
        (1, [0, 127, -128]),
        (1, [-1, -1]),
        (2, [128]),
        (2, [-129, 3]),
        (2, [0, 2**15 - 1]),
        (4, [2**15]),
        (4, [-(2**31), 5]),
        (8, [2**31, 0]),
        (8, [NEVER, 7]),
    ],
)
def test_a_column_counts_with_its_name_its_length_and_the_bytes_that_its_largest_number_needs(
    width: int, numbers: list[int]
) -> None:
    told = b"".join(number.to_bytes(width, "little", signed=True) for number in numbers)
    expected = sha256(f"paid:{len(numbers)}×{width};".encode() + told).hexdigest()
    assert of_columns([("paid", np.array(numbers, dtype=np.int64))]) == expected


@pytest.mark.parametrize(("says_nothing", "numbers"), [(True, [0, NEVER]), (True, []), (False, [-1]), (False, [1])])
def test_a_column_that_says_nothing_of_any_claim_leaves_the_print_alone(
    says_nothing: bool, numbers: list[int]
) -> None:
    column = np.array(numbers, dtype=np.int64)
    assert (of_columns([("lever", column)], all_of_them=False) == of_columns([])) == says_nothing
