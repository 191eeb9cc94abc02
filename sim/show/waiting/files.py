"""The folder of advice: `advice.json`, and the page `advice.html` with its chart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sim.disk.placing import put
from sim.show.room import expect_room, room
from sim.show.rows import json_of
from sim.show.waiting.page import curve, page
from sim.show.waiting.terminal import tables_of
from sim.waiting.advice import Advice
from sim.waiting.words import document, sentences

SIGN = "advice.json"
"""A folder that holds this file is one of advice, which `--force` may replace."""
POINTS = 120


def expect_room_for_advice(out: Path, *, force: bool) -> None:
    """Raises BadUsage where something is in the way."""
    expect_room(out.parent, [out.name], force=force, sign=SIGN)


def write_advice(advice: Advice, out: Path, *, force: bool = False) -> Path:
    """Write the folder: complete, or not at all. Raises BadUsage where something is in the way."""
    with room(out.parent, [out.name], force=force, sign=SIGN) as sites:
        return put(sites[out.name], _files(advice), sign=SIGN)


def _files(advice: Advice) -> Iterator[tuple[str, bytes]]:
    yield SIGN, json_of(document(advice))
    yield "advice.html", page_of_advice(advice)


def page_of_advice(advice: Advice) -> bytes:
    """The whole page."""
    days, reached = advice.curve
    last = float(np.max(days[np.isfinite(days)], initial=1.0))
    xs = np.linspace(0, last, POINTS)
    ys = 100 * np.searchsorted(days, xs, side="right") / max(len(days), 1)
    title = advice.scenario.title or advice.scenario.name
    what = "money, all or a part of it," if advice.buyer.stage == "offer" else "their money"
    whom = "who go on as buyers do " if advice.ways[1:] else ""
    finding = f"{ys[-1]:.0f} of 100 such buyers {whom}have {what} in the end"
    picture = curve(
        "money", finding, xs.tolist(), ys.tolist(), across="days from now", up="buyers of 100 with their money",
        most=100,
    )  # fmt: skip
    note = (
        f"Told from {len(reached):,} stories of this buyer in markets as '{advice.scenario.name}' describes them: "
        "intervals are over these stories; how right the scenario is they cannot say."
    )
    return page(f"What now? {title}", sentences(advice), [picture], tables_of(advice), [note])
