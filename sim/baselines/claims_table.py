"""The table of claims that a baseline keeps: CSV, compressed with xz, some 20 bytes for each claim.

    replication,order,outcome,route,refund,buyer_cost,seller_cost,platform_cost,asked_at,dispatched_at, …
    0,41,refunded,dispute,1290,0,0,0,7305,93644, …

One row per claim of the judging block and then of the confirming one. To be small, it tells differences: `order` is
counted from the row above (from 0 where a replication begins), an instant in seconds from the last one known to its
left, the first of them from the payment. Money is in cents; a cell is empty where a thing did not happen. Orders
that were refunded before anybody asked stand among the claims, with the outcome `refunded_unasked`. The confirming
block has nobody to look at single orders, so of its claims only the outcome and the wait for the money are told.
"""

from __future__ import annotations

import io
import lzma
from collections.abc import Sequence
from typing import Any

import pandas as pd

from sim.baselines.baselines import EPOCH, INSTANTS, MONEY, WORDS, Block, completed, kept_of
from sim.experiment.aalen_johansen import UNTIL
from sim.experiment.order_outcomes import UNASKED
from sim.vocabulary import Stage
from sim.vocabulary.stages import STAGES, instant_of

LARGEST = 500_000
"""Bytes: a repository keeps it for ever."""
_BEFORE = {Stage.DISPUTE: ("withdrawn_at",), Stage.INSPECTION: ("return_posted_at", "return_received_at")}
IN_LIFE = (
    *("asked_at", "arranged_at", "dispatched_at", "delivered_at", "missed_at"),
    *(
        name
        for stage in STAGES
        for name in (*_BEFORE.get(stage, ()), instant_of(stage, "opened"), instant_of(stage, "settled"))
    ),
    *("refund_due_at", "refunded_at", "ended_at"),
)
"""Instants in the order in which most claims come to them: the shortest differences, and the smallest file."""
COLUMNS = (
    *("replication", "order", *WORDS, *MONEY),
    *sorted(INSTANTS, key=lambda name: IN_LIFE.index(name) if name in IN_LIFE else len(IN_LIFE)),
)
BRIEF = ("asked_at", "refunded_at")
"""Instants that the confirming block's claims are told with."""
_CENTS = 100
_PRESET = 9 | lzma.PRESET_EXTREME


def packed(blocks: Sequence[Block]) -> bytes:
    """The claims of several blocks as a compressed table."""
    tables = [_told(block, brief=number > 0).assign(block=number) for number, block in enumerate(blocks)]
    rows = pd.concat(tables, ignore_index=True).sort_values(["block", "replication", "order"], ignore_index=True)
    rows["order"] = rows.groupby("replication", sort=False)["order"].diff().fillna(rows["order"]).astype("int64")
    text = rows[_columns_of(rows)].to_csv(index=False, lineterminator="\n")
    return lzma.compress(text.encode(), preset=_PRESET)


def _columns_of(rows: pd.DataFrame) -> list[str]:
    """Of a table: one more where a follow-up stopped the watching."""
    return [*COLUMNS, UNTIL] if UNTIL in rows else list(COLUMNS)


def _told(block: Block, *, brief: bool) -> pd.DataFrame:
    """Claims and orders refunded unasked, with their own replications, cents and seconds."""
    refunded = block.unasked.assign(outcome=UNASKED, route="")
    rows = (
        pd.concat([block.orders[kept_of(block.orders)], refunded], ignore_index=True)
        if len(refunded)
        else block.orders
    )
    told: dict[str, Any] = {name: rows[name].fillna("") for name in WORDS}
    told["replication"] = rows["replication"].astype("int64") + block.about["first"]
    told["order"] = rows["order"].astype("int64")
    told |= {name: (rows[name].fillna(0) * _CENTS * (not brief)).round().astype("int64") for name in MONEY}
    since = pd.Series(EPOCH, index=rows.index).astype("datetime64[s]")
    brief_ones = (*BRIEF, "ended_at", UNTIL) if UNTIL in rows else BRIEF
    for name in _columns_of(rows)[len(told) :]:
        if brief and name not in brief_ones:
            told[name] = pd.Series(pd.NA, index=rows.index, dtype="Int64")
            continue
        told[name] = (rows[name] - since).dt.total_seconds().astype("Int64")
        since = rows[name].fillna(since)
    return pd.DataFrame(told)


def unpacked(content: bytes) -> pd.DataFrame:
    """The rows again, with the replications' own numbers. Raises ValueError, LZMAError, EOFError for anything else.

    An instant that the table does not know (it was written before there was such a thing) did not happen.
    """
    integers = dict.fromkeys((*MONEY, *INSTANTS, UNTIL), "Int64")
    types = integers | {"replication": "int64", "order": "int64"} | dict.fromkeys(WORDS, "object")
    rows = pd.read_csv(io.BytesIO(_decompressed(content)), dtype=types, keep_default_na=False, na_values=[""])
    absent = [name for name in COLUMNS if name not in rows and name not in INSTANTS]
    if absent:
        raise ValueError(f"no column {absent[0]}")
    rows["order"] = rows.groupby("replication", sort=False)["order"].cumsum()
    since = pd.Series(0, index=rows.index, dtype="Int64")
    for name in [column for column in rows if column in (*INSTANTS, UNTIL)]:
        instant = since + rows[name]
        since = instant.fillna(since)
        rows[name] = (EPOCH + pd.to_timedelta(instant, unit="s")).astype("datetime64[s]")
    for name in MONEY:
        rows[name] = rows[name].astype("float64") / _CENTS
    nothing = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
    return rows.assign(**{name: nothing for name in INSTANTS if name not in rows})


def _decompressed(content: bytes) -> bytes:
    """Not what is meant to fill the memory: a table of ours does not shrink to a fiftieth."""
    decompressor = lzma.LZMADecompressor()
    text = decompressor.decompress(content, max_length=LARGEST * 100)
    if not decompressor.eof:
        raise EOFError("the end is missing, or it is far larger than a table of claims")
    return text


def claims_in(rows: pd.DataFrame, first: int, replications: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of the rows of a table, those of one block: its claims and its orders refunded unasked, counted from 0."""
    mine = rows[rows["replication"].between(first, first + replications - 1)]
    mine = mine.assign(replication=mine["replication"] - first)
    is_unasked = mine["outcome"] == UNASKED
    claims = mine.loc[~is_unasked, kept_of(mine)].reset_index(drop=True)
    unasked = mine.loc[is_unasked, ["replication", "order", "refund"]].reset_index(drop=True)
    return completed(claims), unasked
