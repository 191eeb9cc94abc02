"""The frontier of a search with two aims: every policy a dot, and a line along those that cannot be bettered."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from sim.arrays import Bools, Floats
from sim.show.across.pictures import minus
from sim.show.report.svg import tag
from sim.worlds.bench import SURELY
from sim.worlds.searching import Search

WIDTH, HIGH, LEFT, BELOW = 640, 380, 12, 34


def frontier_chart(result: Search) -> Markup:
    """The first aim across, the second up; grey is what does not surely keep its bounds."""
    known: Bools = np.asarray(np.isfinite(result.aims).all(axis=1))
    low, high = result.aims[known].min(axis=0), result.aims[known].max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    across = LEFT + (result.aims[:, 0] - low[0]) / width[0] * (WIDTH - 2 * LEFT)
    up = HIGH - BELOW - 8 - (result.aims[:, 1] - low[1]) / width[1] * (HIGH - BELOW - 40)
    places = {id(one): number for number, one in enumerate(result.candidates)}
    order = [places[id(one)] for one in result.frontier]
    dots = [
        tag("circle", cx=across[n], cy=up[n], r=3 if one.keeps == SURELY else 2,
            class_="better" if one.keeps == SURELY else "same")
        for n, one in enumerate(result.candidates)
        if known[n]
    ]  # fmt: skip
    path = " ".join(f"{'L' if n else 'M'}{across[at]:.1f} {up[at]:.1f}" for n, at in enumerate(order))
    dots += [tag("path", d=path, class_="curve")]
    dots += [tag("circle", cx=across[at], cy=up[at], r=5, class_="point") for at in order]
    return tag("svg", *dots, *_ends(low, high), viewBox=f"0 0 {WIDTH} {HIGH}", class_="dots", role="img",
               aria_label=f"{len(order)} policies on the frontier of {len(result.candidates)}")  # fmt: skip


def _ends(low: Floats, high: Floats) -> list[Markup]:
    """Numbers at the ends of both axes."""
    floor = HIGH - BELOW
    return [
        tag("line", x1=LEFT, x2=WIDTH - LEFT, y1=floor, y2=floor, class_="axis"),
        tag("line", x1=LEFT, x2=LEFT, y1=24, y2=floor, class_="axis"),
        tag("text", minus(f"{low[0]:.4g}"), x=LEFT, y=HIGH - 14, class_="label"),
        tag("text", minus(f"{high[0]:.4g}"), x=WIDTH - LEFT, y=HIGH - 14, class_="label end"),
        tag("text", minus(f"{high[1]:.4g}"), x=LEFT + 4, y=16, class_="label"),
        tag("text", minus(f"{low[1]:.4g}"), x=LEFT + 4, y=floor - 4, class_="label"),
    ]
