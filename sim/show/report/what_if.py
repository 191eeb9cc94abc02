"""The what-if control: a clock to turn, a meaning of silence to choose, and what becomes of the claims then.

All answers are on the page already; the page's script only shows the one that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import isnan
from typing import Any

import pandas as pd
from markupsafe import Markup

from sim.experiment.curves import ENDINGS
from sim.experiment.number import POINTS, Number, decimals_for, signed
from sim.experiment.sweep import Point, Sweep
from sim.scenario.durations import Duration, Kind
from sim.show.judged import measured_in
from sim.show.phrases import HELD
from sim.show.report.parts import NumbersTable, share
from sim.show.report.svg import SvgSheet, figure, sheets_of, tag, way
from sim.show.report.time_picture import HEIGHTS, axes, plot_of
from sim.vocabulary import Verdict
from sim.vocabulary.endings import WORDS

MEANINGS = {
    Verdict.APPROVE: "the order is cancelled and the money goes back",
    Verdict.DECLINE: "the request is refused; a dispute may follow",
    Verdict.ESCALATE: "the platform decides",
    Verdict.MAY_ESCALATE: "the buyer may call in the platform",
    Verdict.CLOSE: "the claim is closed",
}
"""What silence may mean, to a buyer."""
_IF = {
    Verdict.APPROVE: "silence cancels the order",
    Verdict.DECLINE: "silence refuses the request",
    Verdict.ESCALATE: "silence hands it to the platform",
    Verdict.MAY_ESCALATE: "silence lets the buyer call in the platform",
    Verdict.CLOSE: "silence closes the claim",
}
_STEP = 0.25
"""Days between the points of a curve, at least."""
_PARTS = 10_000
"""Of all claims, in which the curves are written: whole numbers are short."""


def control_of(sweep: Sweep) -> dict[str, Any]:
    """What the page needs to draw the control, standing where the policy stands, and to move it.

    `choices` are meanings of silence: word, what it means, whether it is the policy's own. `headline` and `endings`
    (word, name, share) are of the policy as it stands; `data` is every answer, ready for JSON.
    """
    own, finding = sweep.own, "Share of all claims refunded in full, by days since asking"
    draw = partial(_picture, own)
    return {
        "choices": [(verdict.word, MEANINGS[verdict], verdict is own.on_silence) for verdict in sweep.silences],
        "clocks": [_length(clock) for clock in sweep.clocks],
        "own_clock": sweep.clocks.index(own.clock),
        "headline": headline(own),
        "endings": _endings(own),
        "picture": figure("what-if", finding, TABLE, HEIGHTS, draw),
        "table": _table(sweep),
        "data": _data(sweep),
        "replications": sweep.replications,
        "claims": sweep.claims,
    }


TABLE = "The share refunded in full, for each clock and meaning of silence, is in the table below."


def _length(clock: Duration) -> str:
    """`3 days`; a clock that is no number of days is written as in the file."""
    text = str(clock)
    if clock.kind is Kind.WALL and text.endswith(" d") and text.count(" ") == 1:
        return "1 day" if text == "1 d" else text.replace(" d", " days")
    return text


# ------------------------------------------------------------------------------------ the headline


def headline(point: Point) -> str:
    """What happens at a point, and what it changes against the policy as it stands."""
    success, half = (measured_in(point.summary, one) for one in ("success_rate", "refund_time_median_all"))
    asked = f"With {_length(point.clock)} to answer, where {_IF[point.on_silence]}: "
    time = f"half of all claims have their money after {_held(half)}"
    if half.why:
        time = "nobody was watched long enough to say when half of all claims have their money"
    elif isnan(half.value):
        time = "half of all claims never have all their money"
    refunded = f"{_held(success)} of claims are refunded in full"
    if point.is_own:
        return f"{asked}{refunded}, and {time}. This is the policy as it stands."
    return f"{asked}{refunded}{_change(point)}, and {time}."


def _held(number: Number) -> str:
    """`79.3 % (±0.7)`; a line may end before the interval, not within the number."""
    value, interval = number.shown()
    return value.replace(" ", HELD) + (f" ({interval})" if interval else "")


def _change(point: Point) -> str:
    """`, 1.9 points more than now (1.2 to 2.6)`."""
    value, low, high = (
        100 * float(point.differences[end].loc["success_rate"]) for end in ("difference", "low", "high")
    )
    if isnan(low) or isnan(high):
        return ""
    decimals = decimals_for((high - low) / 2)
    ends = f"{signed(low, decimals)} to {signed(high, decimals)} {POINTS}"
    if low <= 0 <= high:
        return f", which is no sure change against now ({ends})"
    amount = signed(abs(value), decimals).removeprefix("+")
    return f", {amount} {POINTS} {'more' if value > 0 else 'fewer'} than now ({ends})"


# ---------------------------------------------------------------------------- the picture, and its data


def _picture(own: Point, sheet: SvgSheet) -> Iterator[Markup]:
    """The curve of the policy as it stands, dashed, and over it the one that moves."""
    plot = plot_of(sheet, right=16)
    yield from axes(plot)
    days, curve, low, high = (_refunded(own)[column].tolist() for column in ("days", "share", "low", "high"))
    yield tag("path", d=plot.band(days, low, high) or "M0 0", class_="band", data_moves="band")
    yield way(plot.path(days, curve), "curve base")
    yield way(plot.path(days, curve), "curve", data_moves="curve")


def _refunded(point: Point) -> pd.DataFrame:
    """The curve of the refunded, thinned: a picture has no room for every half hour."""
    rows = point.curves[point.curves["ending"] == "refunded"]
    return rows[(rows["days"] / _STEP) % 1 == 0]


def _endings(point: Point) -> list[tuple[str, str, str]]:
    shares = {ending: measured_in(point.summary, f"outcome_{ending}").value for ending in ENDINGS}
    return [(ending, WORDS[ending], share(value).value) for ending, value in shares.items()]


def _data(sweep: Sweep) -> dict[str, Any]:
    own = sweep.own
    plots = {sheet.name: plot_of(sheet, right=16) for sheet in sheets_of(HEIGHTS)}
    return {
        "clocks": [_length(clock) for clock in sweep.clocks],
        "days": _refunded(own)["days"].astype(float).tolist(),
        "last": 90,
        "parts": _PARTS,
        "frames": {name: [plot.left, plot.top, plot.right, plot.bottom] for name, plot in plots.items()},
        "points": {
            silence.word: [_answer(point) for point in sweep.points if point.on_silence is silence]
            for silence in sweep.silences
        },
    }


def _answer(point: Point) -> dict[str, Any]:
    refunded = _refunded(point)
    return {
        "headline": headline(point),
        "endings": [shown for _, _, shown in _endings(point)],
        **{column: _in_parts(refunded[column]) for column in ("share", "low", "high")},
    }


def _in_parts(shares: pd.Series[float]) -> list[int]:
    """Whole parts of all claims; nothing at all where there is no interval."""
    return [] if shares.isna().any() else [round(_PARTS * one) for one in shares]


def _table(sweep: Sweep) -> NumbersTable:
    rows = [
        [_length(clock), *(_cell(point) for point in sweep.points if point.clock == clock)]
        for clock in sweep.clocks
    ]
    heads = ["time to answer", *(f"silence: {silence.word.replace('_', ' ')}" for silence in sweep.silences)]
    caption = "Share of claims refunded in full, with 95 % intervals, for each clock and meaning of silence"
    return NumbersTable(caption, heads, rows)


def _cell(point: Point) -> str:
    shown = str(measured_in(point.summary, "success_rate").shown())
    return f"{shown}, as it stands" if point.is_own else shown
