"""Which orders flip: by how they ended under the base (rows) and how under the other scenario (columns)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from sim.experiment.comparison import Comparison
from sim.experiment.order_outcomes import ENDINGS, NO_CLAIM, REFUNDED, UNASKED
from sim.scenario.wording import counted, shortened
from sim.show.charts.comparing import NAME_LENGTH, Layout, comparison_chart, heading
from sim.show.charts.style import FAINT, INK, SHADE, SMALL, caption
from sim.vocabulary.endings import SHORT_WORDS

WORDS = SHORT_WORDS | {UNASKED: "unasked", NO_CLAIM: "no claim"}
"""As short as columns are narrow."""
WITH_MONEY = (REFUNDED, UNASKED)
GAIN, LOSS, NEITHER = "#0b7a75", "#d55e00", "#8a7fb0"
FAINTEST, STRONGEST = 0.12, 0.85
"""How strongly a cell is coloured that holds one order, and one that holds most."""
DARK_FROM = 0.62
"""From here on letters are white."""
MANY = 20_000
"""Written in thousands from here on."""
CROWDED = 7
"""Columns beside each other that are too narrow for a sloping word."""
FEWEST = 4
"""Rows that the panels have room for, at the least."""


def _layout(comparison: Comparison) -> Layout:
    columns = 1 if len(comparison.others) == 1 else 2
    cell, before = (0.4, 0.14) if columns == 1 else (0.27, 0.19)
    most = max(len(_endings(comparison, other.scenario.name)) for other in comparison.others)
    return Layout(-(-len(comparison.others) // columns), columns, cell * max(most, FEWEST), gap=1.0, before=before)


@comparison_chart(_layout)
def flips(comparison: Comparison, ax: Axes) -> None:
    """A matrix per scenario: orders by both outcomes; those on the diagonal end as they did."""
    panels = _layout(comparison).panels(ax)
    for panel, other in zip(panels, comparison.others, strict=False):
        name = other.scenario.name
        panel.set_title(shortened(name, 40), loc="left", fontsize=10, fontweight="bold")
        if name in comparison.apart:
            _without_a_matrix(panel)
        else:
            _matrix(panel, comparison.flip_table(name), _endings(comparison, name))
    for panel in panels[len(comparison.others) :]:
        panel.set_axis_off()
    colours = {"all the money only now": GAIN, "no longer all the money": LOSS, "neither": NEITHER}
    key = [Patch(color=colour, label=label) for label, colour in colours.items()]
    heading(ax, finding(comparison), comparison, [*key, Patch(color=SHADE, label="as before")])
    read = "Rows: outcome under the base. Columns: under the other scenario. Orders of all replications together."
    if (comparison.flips["other_outcome"] == UNASKED).any():
        read += "\nUnasked: refunded at the dispatch limit, before anybody asked for it."
    caption(ax, read, below=50)


def finding(comparison: Comparison) -> str:
    """Which scenario gives most orders their money that had none, and how many lose it there."""
    gains = {other.scenario.name: _turned(comparison, other.scenario.name) for other in comparison.others}
    name = max(gains, key=lambda name: gains[name][0] - gains[name][1])
    gained, lost = gains[name]
    if not gained and not lost:
        return "No claim turns to or from a full refund"
    come, lose = ("comes" if gained == 1 else "come"), ("loses" if lost == 1 else "lose")
    many = counted(gained, "claim")
    return f"Under {shortened(name, NAME_LENGTH)} {many} {come} to a full refund, {lost:,} {lose} it"


def _turned(comparison: Comparison, scenario: str) -> tuple[int, int]:
    """Claims that get all their money only under the other scenario, and those that get it only under the base."""
    flips = comparison.flips[comparison.flips["scenario"] == scenario]
    claims = flips[(flips["base_outcome"] != NO_CLAIM) & (flips["other_outcome"] != NO_CLAIM)]
    before, after = (claims[column].isin(WITH_MONEY) for column in ("base_outcome", "other_outcome"))
    return int(claims.loc[after & ~before, "orders"].sum()), int(claims.loc[before & ~after, "orders"].sum())


def _endings(comparison: Comparison, scenario: str) -> list[str]:
    """All that occur, in their order; orders without a claim only where some flip to or from it."""
    flips = comparison.flips[comparison.flips["scenario"] == scenario]
    pairs = zip(flips["base_outcome"], flips["other_outcome"], strict=True)
    seen = {ending for pair in pairs if pair != (NO_CLAIM, NO_CLAIM) for ending in pair}
    return [ending for ending in ENDINGS if ending in seen]


def _matrix(ax: Axes, table: pd.DataFrame, endings: list[str]) -> None:
    counts = table.reindex(index=endings, columns=endings, fill_value=0).to_numpy(dtype=np.int64)
    # Orders that nobody claimed for are so many that nothing else would have a colour beside them.
    claims = np.array([base != NO_CLAIM for base in endings])[:, None]
    most = int(np.max(counts * claims * ~np.eye(len(endings), dtype=bool), initial=1))
    for row, base in enumerate(endings):
        for column, other in enumerate(endings):
            _cell(ax, (column, row), int(counts[row, column]), most, _colour(base, other))
    words = [WORDS[ending] for ending in endings]
    ax.set(xlim=(-0.5, len(endings) - 0.5), ylim=(len(endings) - 0.5, -0.5))
    ax.set_yticks(range(len(endings)), words, fontsize=SMALL)
    slope = 30 if len(endings) < CROWDED else 90
    ax.set_xticks(range(len(endings)), words, fontsize=SMALL, rotation=slope, ha="right", va="center")
    for label in ax.get_xticklabels():
        label.set_rotation_mode("anchor")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _colour(base: str, other: str) -> str:
    if base == other:
        return SHADE
    had, has = base in WITH_MONEY, other in WITH_MONEY
    if had == has or NO_CLAIM in (base, other):
        return NEITHER
    return GAIN if has else LOSS


def _cell(ax: Axes, place: tuple[int, int], orders: int, most: int, colour: str) -> None:
    """Strongly coloured where many flip: by the square root, for a few are worth seeing as well."""
    strength = 1.0 if colour == SHADE else FAINTEST + (STRONGEST - FAINTEST) * min(orders / max(most, 1), 1) ** 0.5
    corner = (place[0] - 0.47, place[1] - 0.47)
    if orders or colour == SHADE:
        ax.add_patch(Rectangle(corner, 0.94, 0.94, facecolor=colour, alpha=strength, linewidth=0))
    is_dark = colour != SHADE and strength > DARK_FROM
    ink = FAINT if colour == SHADE else "white" if is_dark else INK
    if orders:
        many = f"{orders:,}" if orders < MANY else f"{orders / 1000:.0f}k"
        ax.text(*place, many, ha="center", va="center", fontsize=SMALL, color=ink)


def _without_a_matrix(ax: Axes) -> None:
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    why = "shares no luck with the base:\nits orders are other orders"
    ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", va="center", color=FAINT)
