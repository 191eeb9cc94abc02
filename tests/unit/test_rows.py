"""Tables of many rows: Parquet and CSV say the same, whatever is in them and however it comes."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.show import rows
from sim.show.rows import ParquetRows, csv_of, csv_rows, parquet_of

WORDS = ["fine", "=1+1", "+1", "-1", "@sum", "a,b", 'say "hi"', "two\nlines", "", "née", None]
cents = st.integers(-(10**9), 10**9).map(lambda amount: amount / 100)
hours = st.integers(1, 10**8).map(lambda seconds: seconds / 3600)
amounts = st.one_of(cents, hours, st.just(0.0), st.just(float("nan")))
moments = st.one_of(st.none(), st.datetimes(pd.Timestamp("2000-01-01"), pd.Timestamp("2100-01-01")))
row = st.tuples(st.integers(-(2**62), 2**62), amounts, st.booleans(), st.sampled_from(WORDS), moments)


def table_of(some: list[tuple[Any, ...]]) -> pd.DataFrame:
    """A column of each kind that claims and journals have."""
    number, amount, yes, word, moment = zip(*some, strict=True)
    return pd.DataFrame(
        {
            "number": np.array(number, dtype=np.int64),
            "amount": np.array(amount, dtype=float),
            "yes": np.array(yes, dtype=bool),
            "word": pd.Categorical(word, categories=[known for known in WORDS if known is not None]),
            "text": pd.array(word, dtype="str"),
            "moment": pd.Series(list(moment), dtype="datetime64[s]"),
        }
    )


@pytest.mark.slow
@settings(max_examples=100)
@given(some=st.lists(row, min_size=1, max_size=20))
def test_csv_reads_as_what_pandas_writes(some: list[tuple[Any, ...]]) -> None:
    table = table_of(some)
    ours, theirs = (pd.read_csv(io.BytesIO(written)) for written in (csv_rows(table), csv_of(table)))
    pd.testing.assert_frame_equal(ours, theirs, check_exact=False, rtol=1e-11)


def test_csv_of_plain_words_is_what_pandas_writes_to_the_byte() -> None:
    plain = [(7, 24.5, True, "fine", pd.Timestamp("2018-10-29T07:41:32")), (8, 100.0, False, "née", None)]
    plain += [(9, seconds / 3600, True, "=1+1", None) for seconds in range(4, 100_000, 997)]
    assert csv_rows(table_of(plain)) == csv_of(table_of(plain))
    assert csv_rows(table_of(plain), header=False) == csv_of(table_of(plain), header=False)


def test_a_table_without_rows_still_has_its_columns() -> None:
    none = table_of([(1, 1.0, True, "fine", None)])[:0]
    assert csv_rows(none) == b"number,amount,yes,word,text,moment\n"
    assert list(pd.read_parquet(io.BytesIO(parquet_of(none)))) == list(none)


@settings(max_examples=50)
@given(some=st.lists(row, min_size=1, max_size=20))
def test_parquet_keeps_every_value_as_it_is(some: list[tuple[Any, ...]]) -> None:
    table = table_of(some)
    back = pd.read_parquet(io.BytesIO(parquet_of(table)))
    for name, column in table.items():
        kept, known = back[name].tolist(), column.tolist()
        assert [one if pd.notna(one) else None for one in kept] == [one if pd.notna(one) else None for one in known]


@pytest.mark.parametrize("at_a_time", [1, 2, 7, 40])
def test_rows_that_come_a_few_at_a_time_give_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(rows, "ROWS", 16)
    table = table_of([(number, number / 100, True, WORDS[number % 3], None) for number in range(40)])
    written = io.BytesIO()
    file = ParquetRows(written)
    for begin in range(0, len(table), at_a_time):
        file.take(table[begin : begin + at_a_time])
    file.close()
    assert written.getvalue() == parquet_of(table)
    assert pyarrow.parquet.ParquetFile(io.BytesIO(written.getvalue())).num_row_groups == 3
