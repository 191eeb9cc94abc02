"""What a baseline keeps of its replications is what they were: claims, sums, summaries; and it is small."""

from __future__ import annotations

import lzma
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from sim.baselines.baselines import BLOCKS, CONFIRMING, JUDGING, Block, Crew, live_through
from sim.baselines.claims_table import claims_in, packed, unpacked
from sim.baselines.judging import Sides, differences, is_sure, judged
from sim.experiment.jobs import Workers
from sim.experiment.measures import MEASURES
from sim.experiment.verdicts import HEADLINES
from tests.unit.busy_market import BUSY
from tests.worlds import world

MEDIAN = "refund_time_median_all"
REPLICATIONS = 3
UNHURRIED = BUSY | {"policy.dispatch.limit": "2 d"}
"""So short a limit that many orders are refunded before anybody asks."""


@cache
def blocks() -> dict[str, Block]:
    with Workers(1) as workers:
        return {name: live_through(world(UNHURRIED), name, REPLICATIONS, Crew(workers)) for name in BLOCKS}


def test_blocks_have_no_replication_in_common() -> None:
    assert [blocks()[name].about["first"] for name in BLOCKS] == [0, REPLICATIONS]
    assert not set(blocks()[JUDGING].outcomes) & set(blocks()[CONFIRMING].outcomes)


def test_the_judging_block_comes_back_from_its_table_to_the_second_and_the_cent() -> None:
    block = blocks()[JUDGING]
    orders, unasked = claims_in(unpacked(packed(list(blocks().values()))), 0, REPLICATIONS)
    assert len(unasked) > 0
    pd.testing.assert_frame_equal(orders, block.orders)
    pd.testing.assert_frame_equal(unasked, block.unasked)


def test_the_confirming_block_tells_outcomes_and_waits() -> None:
    block = blocks()[CONFIRMING]
    orders, _ = claims_in(unpacked(packed(list(blocks().values()))), REPLICATIONS, REPLICATIONS)
    told = ["replication", "order", "outcome", "refund_days"]
    pd.testing.assert_frame_equal(orders[told], block.orders[told])


def test_a_claim_takes_some_twenty_bytes() -> None:
    claims = sum(len(block.orders) + len(block.unasked) for block in blocks().values())
    assert len(packed(list(blocks().values()))) / claims < 25


def test_a_table_of_before_there_were_offers_is_read_as_if_none_were_made() -> None:
    text = lzma.decompress(packed(list(blocks().values()))).decode()
    rows = [line.split(",") for line in text.splitlines()]
    place = rows[0].index("offer_opened_at")
    older = "\n".join(",".join(row[:place] + row[place + 1 :]) for row in rows) + "\n"
    orders, _ = claims_in(unpacked(lzma.compress(older.encode())), 0, REPLICATIONS)
    assert orders["offer_opened_at"].isna().all()
    pd.testing.assert_frame_equal(orders, blocks()[JUDGING].orders)


@pytest.mark.parametrize("content", [b"", b"no table", lzma.compress(b"a,b\n1,2\n"), lzma.compress(b"0" * 10**8)])
def test_what_is_no_table_is_refused_and_does_not_fill_the_memory(content: bytes) -> None:
    with pytest.raises((ValueError, EOFError, lzma.LZMAError, KeyError)):
        unpacked(content)


def test_a_median_that_is_surely_no_longer_reached_is_a_change() -> None:
    block = blocks()[JUDGING]
    day_later = block.orders["asked_at"] + pd.Timedelta(days=1)
    everybody = replace(block, orders=block.orders.assign(outcome="refunded", refunded_at=day_later))
    nobody = replace(block, orders=block.orders.assign(outcome="refused"))
    verdicts = [
        differences(Sides(*pair, HEADLINES), is_paired=True, names=[MEDIAN]).loc[MEDIAN, "verdict"]
        for pair in ((everybody, nobody), (nobody, everybody), (nobody, nobody))
    ]
    assert verdicts == ["reached_no_more", "reached_now", "equivalent"]
    assert [is_sure(str(verdict)) for verdict in verdicts] == [True, True, False]


def test_a_median_that_was_not_watched_for_as_long_is_no_change_and_is_not_unchanged_either() -> None:
    block = blocks()[JUDGING]
    after = {days: block.orders["asked_at"] + pd.Timedelta(days=days) for days in (1, 7, 9, 10)}
    nobody_yet = replace(block, orders=block.orders.assign(outcome="open", watched_until=after[7]))
    soon, late = (
        replace(
            block, orders=block.orders.assign(outcome="refunded", refunded_at=after[days], ended_at=after[days])
        )
        for days in (1, 9)
    )
    pairs = ((nobody_yet, nobody_yet), (nobody_yet, soon), (soon, nobody_yet), (late, nobody_yet))
    sides = [Sides(*pair, HEADLINES) for pair in pairs]
    tables = [differences(each, is_paired=True, names=MEASURES) for each in sides]
    verdicts = [table.loc[MEDIAN, "verdict"] for table in tables]
    assert verdicts == ["inconclusive", "reached_now", "reached_no_more", "inconclusive"]
    summary = block.summary.assign(value=block.summary["value"].where(block.summary.index != MEDIAN))
    unknown = Sides(*(replace(one, summary=summary) for one in pairs[0]), HEADLINES)
    found = {one.measure: one for one in judged(unknown, tables[0], None)}[MEDIAN]
    assert (found.verdict, found.why) == ("inconclusive", "not watched long enough")


def test_a_change_that_the_confirming_block_does_not_see_is_not_called_one() -> None:
    block = blocks()[JUDGING]
    sums = block.by_replication
    more = sums.assign(part=sums["part"].where(sums["measure"] != "success_rate", sums["part"] + 100))
    moved = replace(block, by_replication=more)
    sides, still = Sides(block, moved, HEADLINES), Sides(block, block, HEADLINES)
    table, confirming = (differences(one, is_paired=True) for one in (sides, still))
    found = {one.measure: one for one in judged(sides, table, confirming)}["success_rate"]
    assert is_sure(str(table.loc["success_rate", "verdict"]))
    assert (found.verdict, found.is_confirmed) == ("inconclusive", False)
    agreed = {one.measure: one for one in judged(sides, table, table)}["success_rate"]
    assert (agreed.verdict, agreed.is_confirmed) == ("changed", True)
