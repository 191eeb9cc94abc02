"""Philox4x64-10, a random number generator without a state: what it gives depends on a key and a counter alone.

Ten rounds of two multiplications turn a counter into four words of 64 bits, so the luck of any order can be had
without that of those before it. Salmon, Moraes, Dror & Shaw, *Parallel random numbers: as easy as 1, 2, 3*
(SC11, 2011), who publish known answers (Random123, `kat_vectors`) and passed it through TestU01's BigCrush.

The functions below are written over unsigned words: NumPy calls them on arrays, and Numba compiles them as they
stand, so both give the same bits. NumPy's own `Philox` is the same generator, in C and in turn.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Unsigned: TypeAlias = Any
"""One unsigned word of 64 bits, or an array of them. Sums and products are taken modulo 2⁶⁴."""

ROUNDS = 10
FIRST_FACTOR, SECOND_FACTOR = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
FIRST_STEP, SECOND_STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
"""What a key goes on by from round to round: the golden ratio, and √3 − 1."""
HALF, LOW_HALF = np.uint64(32), np.uint64(2**32 - 1)


def product(a: Unsigned, b: Unsigned) -> tuple[Unsigned, Unsigned]:
    """The lower and the upper 64 of the 128 bits of a·b, from products of their halves."""
    a_low, a_high, b_low, b_high = a & LOW_HALF, a >> HALF, b & LOW_HALF, b >> HALF
    middle = a_high * b_low + (a_low * b_low >> HALF)
    other = a_low * b_high + (middle & LOW_HALF)
    return a * b, a_high * b_high + (middle >> HALF) + (other >> HALF)


def next_round(counter: tuple[Unsigned, ...], key: tuple[Unsigned, Unsigned]) -> tuple[Unsigned, ...]:
    """A counter after one more round with this key."""
    c0, c1, c2, c3 = counter
    (low, high), (other_low, other_high) = product(FIRST_FACTOR, c0), product(SECOND_FACTOR, c2)
    return other_high ^ c1 ^ key[0], other_low, high ^ c3 ^ key[1], low


def next_key(key: tuple[Unsigned, Unsigned]) -> tuple[Unsigned, Unsigned]:
    """The key of the round after."""
    return key[0] + FIRST_STEP, key[1] + SECOND_STEP


def block(counter: tuple[Unsigned, ...], key: tuple[Unsigned, Unsigned]) -> tuple[Unsigned, ...]:
    """The four words that belong to a counter of four words and a key of two."""
    for _ in range(ROUNDS):
        counter, key = next_round(counter, key), next_key(key)
    return counter
