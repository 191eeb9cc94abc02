"""Pictures of many worlds: bars with intervals, differences as they lie, curves, heat maps, frontiers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from sim.arrays import Bools, Floats
from sim.experiment.number import Number
from sim.show.report.svg import tag
from sim.worlds.bench import SURELY
from sim.worlds.searching import Search

WIDTH, HIGH = 320, 150
DOTS_WIDTH = 640
COLUMNS = 64


def minus(number: str) -> str:
    """A number with a minus sign instead of a hyphen."""
    return number.replace("-", "−")


def bar(share: Number) -> Markup:
    """A share with its interval on a line from 0 to 1."""
    value, low, high = (min(max(number, 0.0), 1.0) * 100 for number in share.three)
    return _on_a_line((0, value), tag("line", x1=low, x2=high, y1=6, y2=6, class_="whisker"))


def swing(values: Floats, base: float, reach: Sequence[float]) -> Markup:
    """From the least to the greatest that one assumption comes to, on a line that all of them share (`reach`)."""
    low, high = float(np.nanmin(reach)), float(np.nanmax(reach))
    ends = ((each - low) / (high - low or 1.0) * 100 for each in (np.nanmin(values), np.nanmax(values), base))
    least, greatest, here = np.nan_to_num(list(ends))
    return _on_a_line((least, greatest), tag("line", x1=here, x2=here, y1=0, y2=12, class_="whisker"))


def _on_a_line(ends: tuple[float, float], mark: Markup) -> Markup:
    line = tag("line", x1=0, x2=100, y1=6, y2=6, class_="axis")
    band = tag("line", x1=ends[0], x2=ends[1], y1=6, y2=6, class_="band")
    return tag("svg", line, band, mark, viewBox="0 0 100 12", class_="bar", aria_hidden="true")


def differences(values: Floats, scale: float, unit: str) -> Markup:
    """Every world a dot, stacked where they lie together; 0 is a line."""
    seen = values[np.isfinite(values)] * scale
    if not len(seen):
        return Markup("")
    low, high = min(0.0, float(seen.min())), max(0.0, float(seen.max()))
    width = high - low or 1.0
    bins = np.minimum(((seen - low) / width * COLUMNS).astype(int), COLUMNS - 1)
    counts = np.bincount(bins, minlength=COLUMNS)
    step, tall = DOTS_WIDTH / COLUMNS, HIGH - 30
    size = min(step, tall / max(counts.max(), 1))
    middle = low + (np.arange(COLUMNS) + 0.5) * width / COLUMNS
    dots = [
        tag("rect", x=column * step, y=HIGH - 24 - count * size, width=step - 1, height=count * size,
            class_=_side(middle[column], width / COLUMNS / 2))
        for column, count in enumerate(counts)
        if count
    ]  # fmt: skip
    zero = (0.0 - low) / width * DOTS_WIDTH
    ends = [
        tag("text", minus(f"{low:.3g} {unit}"), x=0, y=HIGH - 6, class_="label"),
        tag("text", minus(f"{high:.3g} {unit}"), x=DOTS_WIDTH, y=HIGH - 6, class_="label end"),
        tag("line", x1=zero, x2=zero, y1=0, y2=HIGH - 20, class_="zero"),
    ]
    return tag("svg", *dots, *ends, viewBox=f"0 0 {DOTS_WIDTH} {HIGH}", class_="dots", role="img",
               aria_label=f"differences between worlds, from {low:.3g} to {high:.3g} {unit}")  # fmt: skip


def _side(value: float, near: float) -> str:
    """On which side of 0; beside it, a bin may hold worlds in which nothing differs."""
    if abs(value) <= near:
        return "same"
    return "better" if value > 0 else "worse"


def curve(points: pd.DataFrame, scale: float, unit: str, limits: tuple[float, float]) -> Markup:
    """A partial curve: means with their intervals, from one end of a range to the other; none leaves the limits of
    what a value may be."""
    known = points[points["value"].notna()]
    if known.empty:
        return Markup("")
    value, error = (known[name].to_numpy(dtype=float) * scale for name in ("value", "error"))
    error = np.nan_to_num(error) * 1.96
    ends = np.clip([value - error, value + error], limits[0] * scale, limits[1] * scale)
    low, high = float(ends[0].min()), float(ends[1].max())
    width = high - low or 1.0
    xs = [20 + (WIDTH - 40) * (number + 0.5) / len(known) for number in range(len(known))]
    ys, bottoms, tops = (10 + (HIGH - 50) * (high - each) / width for each in (value, *ends))
    parts = [
        tag("line", x1=x, x2=x, y1=top, y2=bottom, class_="whisker")
        for x, top, bottom in zip(xs, tops, bottoms, strict=True)
    ]
    parts += [tag("circle", cx=x, cy=y, r=3, class_="point") for x, y in zip(xs, ys, strict=True)]
    parts.append(_path(xs, ys))
    first, last = str(known["at"].iloc[0]), str(known["at"].iloc[-1])
    parts += [
        tag("text", first, x=4, y=HIGH - 8, class_="label"),
        tag("text", last, x=WIDTH - 4, y=HIGH - 8, class_="label end"),
        tag("text", minus(f"{high:.3g} {unit}"), x=4, y=12, class_="label"),
        tag("text", minus(f"{low:.3g} {unit}"), x=4, y=HIGH - 30, class_="label"),
    ]
    return tag("svg", *parts, viewBox=f"0 0 {WIDTH} {HIGH}", class_="curve-box", role="img",
               aria_label=f"from {value[0]:.3g} at {first} to {value[-1]:.3g} {unit} at {last}")  # fmt: skip


def heat_map(across: Sequence[str], down: Sequence[str], cells: Floats, *, signed: bool) -> Markup:
    """Means over two factors as colour and as numbers: opacity says how much, the colour on which side of 0.

    `cells` are down × across; NaN where no world lies.
    """
    cell, height = 60, 32
    seen = cells[np.isfinite(cells)]
    if not len(seen):
        return Markup("")
    base = 0.0 if signed else float(seen.min())
    most = float(np.abs(seen - base).max()) or 1.0
    parts = []
    for row, name in enumerate(down):
        parts.append(tag("text", name, x=86, y=row * height + 21, class_="label end"))
        for column, value in enumerate(cells[row]):
            if math.isnan(value):
                continue
            x, y, side = 90 + column * cell, row * height, "better" if value >= base else "worse"
            deep = f"{0.1 + 0.6 * abs(value - base) / most:.2f}"
            parts.append(tag("rect", x=x, y=y, width=cell - 2, height=height - 2, class_=side, fill_opacity=deep))
            parts.append(tag("text", minus(f"{value:.3g}"), x=x + cell / 2 - 1, y=y + 20, class_="label middle"))
    bottom = len(down) * height + 14
    for column, name in enumerate(across):
        parts.append(tag("text", name, x=90 + column * cell + cell / 2, y=bottom, class_="label middle"))
    size = f"0 0 {90 + len(across) * cell} {bottom + 8}"
    return tag("svg", *parts, viewBox=size, class_="heat", role="img", aria_label="a table of means as colours")


def _path(xs: Iterable[float], ys: Iterable[float]) -> Markup:
    places = (f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))
    return tag("path", d=f"M{' L'.join(places)}", class_="curve")


# -------------------------------------------------------------------------- the frontier of a search with two aims


FRONTIER_WIDTH, FRONTIER_HIGH, LEFT, BELOW = 640, 380, 12, 34


def frontier_chart(result: Search) -> Markup:
    """The first aim across, the second up; grey is what does not surely keep its bounds."""
    known: Bools = np.asarray(np.isfinite(result.aims).all(axis=1))
    low, high = result.aims[known].min(axis=0), result.aims[known].max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    across = LEFT + (result.aims[:, 0] - low[0]) / width[0] * (FRONTIER_WIDTH - 2 * LEFT)
    up = FRONTIER_HIGH - BELOW - 8 - (result.aims[:, 1] - low[1]) / width[1] * (FRONTIER_HIGH - BELOW - 40)
    places = {id(one): number for number, one in enumerate(result.candidates)}
    order = [places[id(one)] for one in result.frontier]
    dots = [
        tag("circle", cx=across[n], cy=up[n], r=3 if one.keeps == SURELY else 2,
            class_="better" if one.keeps == SURELY else "same")
        for n, one in enumerate(result.candidates)
        if known[n]
    ]  # fmt: skip
    dots.append(_path(across[order], up[order]))
    dots += [tag("circle", cx=across[at], cy=up[at], r=5, class_="point") for at in order]
    size = f"0 0 {FRONTIER_WIDTH} {FRONTIER_HIGH}"
    return tag("svg", *dots, *_ends(low, high), viewBox=size, class_="dots", role="img",
               aria_label=f"{len(order)} policies on the frontier of {len(result.candidates)}")  # fmt: skip


def _ends(low: Floats, high: Floats) -> list[Markup]:
    """Numbers at the ends of both axes."""
    floor = FRONTIER_HIGH - BELOW
    return [
        tag("line", x1=LEFT, x2=FRONTIER_WIDTH - LEFT, y1=floor, y2=floor, class_="axis"),
        tag("line", x1=LEFT, x2=LEFT, y1=24, y2=floor, class_="axis"),
        tag("text", minus(f"{low[0]:.4g}"), x=LEFT, y=FRONTIER_HIGH - 14, class_="label"),
        tag("text", minus(f"{high[0]:.4g}"), x=FRONTIER_WIDTH - LEFT, y=FRONTIER_HIGH - 14, class_="label end"),
        tag("text", minus(f"{high[1]:.4g}"), x=LEFT + 4, y=16, class_="label"),
        tag("text", minus(f"{low[1]:.4g}"), x=LEFT + 4, y=floor - 4, class_="label"),
    ]
