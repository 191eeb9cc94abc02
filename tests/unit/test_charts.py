"""Charts say what they show: units on every axis, nothing on top of anything else, the same bytes every time."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Bbox
from PIL import Image

from sim.experiment.curves import ENDINGS
from sim.experiment.experiment import run
from sim.experiment.result import Result
from sim.show.chart_titles import COLOURS, spread
from sim.show.chart_titles import of_the_hours as finding_by_hours
from sim.show.charts import CHARTS, backlog, by_hours_to_ask, draw_all, outcomes_by_route, time_to_money
from sim.show.charts.outcomes_by_route import ROUTES, counts_of
from sim.show.charts.saving import DOTS, TwoPictures, files_of, svg_of
from sim.show.charts.style import our_style
from sim.vocabulary import Route
from sim.vocabulary.endings import WORDS
from tests.unit.busy_market import BUSY
from tests.unit.pages import png_of
from tests.worlds import world

MONTHS: dict[str, Any] = {"experiment.warm_up": "28 d", "experiment.cohort": "28 d", "experiment.run_out": "60 d"}
PEAKS = {"2018-11-11": 2, "2018-11-12": 1.5, "2018-12-12": 2, "2019-01-24": 3}
WORLDS: dict[str, tuple[int, dict[str, Any]]] = {
    "a busy market": (3, MONTHS | {"market.peaks": PEAKS, "title": "A market in which everything occurs"}),
    "a single day": (2, {"experiment.cohort": "1 d"}),
    "nobody regrets": (2, {"buyers.regret.probability": 0}),
    "everybody asks at once and is paid at once": (
        2,
        MONTHS | {"policy.cancellation.free_until": {"within": "24 h"}, "buyers.regret.after": 0}
        | {"policy.refund.posting": {"card": 0}},
    ),
    "one replication with a long title": (1, {"title": "$x^2$ and a very long title: " + "on and on " * 15}),
}  # fmt: skip


@cache
def result(name: str = "a busy market") -> Result:
    replications, changes = WORLDS[name]
    return run(world(BUSY | changes), replications=replications)


@cache
def figures(name: str = "a busy market") -> dict[str, Figure]:
    """Drawn once, for only then do the words of a key know where they stand."""
    drawn = draw_all(result(name))
    for figure in drawn.values():
        figure.draw(TwoPictures(figure))
    return drawn


@cache
def drawn_by_somebody_else() -> dict[str, Figure]:
    """The same result, drawn by a user with a taste of their own."""
    with rc_context({"font.size": 30, "axes.facecolor": "pink", "text.parse_math": True}):
        return draw_all(result())


EVERY_CHART = pytest.mark.parametrize("chart", list(CHARTS))
EVERY_WORLD = pytest.mark.parametrize("name", list(WORLDS))


def panels(figure: Figure) -> Iterator[Axes]:
    """All axes that are seen, those within others too."""
    for ax in figure.axes:
        yield from (part for part in (ax, *ax.child_axes) if part.axison)


def texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text that is seen, and the pixels it covers."""
    found: list[Text] = []
    for host in figure.axes:
        for ax in (host, *host.child_axes):
            found += [ax.title, *_side_titles(ax), *ax.texts]
            legend = ax.get_legend()
            found += legend.get_texts() if legend else []
    for ax in panels(figure):
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
            found += [axis.label, *(label for place, label in ticks if low <= place <= high)]
    seen = [text for text in found if text.get_visible() and text.get_text().strip()]
    # Of an annotation only its words: its leader may well touch something.
    return [(text.get_text(), Text.get_window_extent(text)) for text in seen]


def _side_titles(ax: Axes) -> list[Text]:
    return [
        text for text in ax.get_children() if isinstance(text, Text) and text.get_text() == ax.get_title("left")
    ]


@pytest.mark.slow
@EVERY_WORLD
@EVERY_CHART
def test_no_text_lies_on_another_or_leaves_the_picture(chart: str, name: str) -> None:
    figure = figures(name)[chart]
    placed = texts(figure)
    assert [(a, b) for (a, first), (b, second) in combinations(placed, 2) if _covers(first, second)] == []
    inside = Bbox.from_extents(-1, -1, figure.bbox.width + 1, figure.bbox.height + 1)
    assert [text for text, box in placed if not (inside.contains(*box.min) and inside.contains(*box.max))] == []


def _covers(one: Bbox, other: Bbox) -> bool:
    """By more than a pixel, which is within the rounding of a letter's edge."""
    common = Bbox.intersection(one, other)
    return common is not None and min(common.width, common.height) > 1


@pytest.mark.slow
@EVERY_CHART
def test_every_axis_says_what_it_counts_and_in_what(chart: str) -> None:
    units = ("(%)", "(d)", "(h)", "(h, d)", "(requests)", "(local time)")
    words = ("stage that decided",)
    seen = list(panels(figures()[chart]))
    labels = [ax.get_ylabel() for ax in seen] + [seen[-1].get_xlabel()]
    assert all(label.endswith(units) or label in words for label in labels), labels


@EVERY_CHART
def test_every_chart_has_a_finding_its_scenario_and_how_to_read_it(chart: str) -> None:
    said = [text for text, _ in texts(figures()[chart])]
    whose = "A market in which everyth… with replications 3 instead of 20"
    assert f"{whose} · {result().about['claims']:,} claims in 3 replications" in said
    assert figures()[chart].axes[0].get_title("left")
    assert any("replications" in text and text.endswith((".", "it.")) for text in said)


@pytest.mark.slow
@EVERY_CHART
def test_the_same_result_gives_the_same_bytes_whatever_a_users_style(chart: str) -> None:
    assert svg_of(drawn_by_somebody_else()[chart]) == svg_of(figures()[chart])
    assert png_of(drawn_by_somebody_else()[chart]) == png_of(figures()[chart])


@EVERY_CHART
def test_a_picture_says_nothing_of_when_and_by_what_it_was_drawn(chart: str) -> None:
    svg, png = svg_of(figures()[chart]), png_of(figures()[chart])
    assert b"dc:date" not in svg
    assert b"Matplotlib v" not in svg
    assert b"tEXt" not in png


@EVERY_CHART
def test_one_drawing_gives_what_matplotlib_draws_for_each_format(chart: str) -> None:
    (_, svg), (_, png) = files_of(figures()[chart], chart)
    assert svg == svg_of(figures()[chart])
    assert _are_alike(png, _painted_by_matplotlib(figures()[chart]))


def test_letters_are_painted_where_matplotlib_makes_no_outlines_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    write = RendererSVG.draw_text

    def otherwise(self: Any, *text: Any) -> None:
        self._text2path = TextToPath()
        write(self, *text)

    outlined = png_of(figures()["outcomes_by_route"])
    monkeypatch.setattr(RendererSVG, "draw_text", otherwise)
    painted = png_of(figures()["outcomes_by_route"])
    assert painted != outlined
    assert _are_alike(painted, _painted_by_matplotlib(figures()["outcomes_by_route"]))


def test_an_image_is_in_both_pictures() -> None:
    figure = Figure(figsize=(4, 3))
    figure.subplots().imshow(np.add.outer(np.arange(5), np.arange(8)), interpolation="nearest")
    (_, svg), (_, png) = files_of(figure, "image")
    assert svg.count(b"<image ") == 1
    assert _are_alike(png, _painted_by_matplotlib(figure))


def _painted_by_matplotlib(figure: Figure) -> Any:
    """The dots of a chart as matplotlib paints it for itself."""
    figure.set_dpi(DOTS)
    canvas = FigureCanvasAgg(figure)
    with our_style():
        canvas.draw()
    dots = np.asarray(canvas.buffer_rgba()).copy()
    figure.draw(TwoPictures(figure))
    return dots


def _are_alike(png: bytes, dots: Any) -> bool:
    """Whether two pictures are as grey (of 255), square by square: in the mean, and in 99 of 100 squares."""
    ours, theirs = (
        np.asarray(one.convert("L"), dtype=float) for one in (Image.open(io.BytesIO(png)), Image.fromarray(dots))
    )
    assert ours.shape == theirs.shape
    apart = np.abs(_coarse(ours) - _coarse(theirs))
    return bool(apart.mean() < 1 and np.quantile(apart, 0.99) < 20)


def _coarse(dots: Any, by: int = 15) -> Any:
    """Mean grey of squares, so that a letter a dot beside where hints put it is nothing."""
    high, wide = (length // by for length in dots.shape)
    return dots[: high * by, : wide * by].reshape(high, by, wide, by).mean(axis=(1, 3))


@EVERY_CHART
def test_a_chart_is_drawn_on_axes_that_are_given(chart: str) -> None:
    ax = Figure().add_subplot(2, 2, 1)
    assert CHARTS[chart](result(), ax=ax) is ax


def test_a_dollar_in_a_title_is_no_formula() -> None:
    name = "one replication with a long title"
    assert any(text.startswith("$x^2$ and a very") for text, _ in texts(figures(name)["backlog"]))


# ------------------------------------------------------------------------------------------- what they show


def test_every_ending_has_a_colour_and_a_name() -> None:
    assert set(COLOURS) == set(WORDS) == set(ENDINGS)


def test_neighbours_in_the_stack_are_told_apart_in_grey() -> None:
    lightness = [float(np.dot(to_rgb(COLOURS[ending]), (0.299, 0.587, 0.114))) for ending in ENDINGS]
    assert min(abs(a - b) for a, b in pairwise(lightness)) > 0.2


def test_every_route_has_a_name_in_the_chart() -> None:
    assert set(ROUTES) == set(Route)


def test_bars_of_the_routes_hold_every_claim_once() -> None:
    assert counts_of(result().orders).to_numpy().sum() == result().about["claims"]


def test_the_stack_ends_at_all_claims() -> None:
    ax = time_to_money(result())
    tops = [path.vertices[:, 1].max() for area in ax.collections for path in area.get_paths()]
    assert max(tops) == pytest.approx(1)


def test_titles_state_the_finding() -> None:
    titles = {name: figure.axes[0].get_title("left") for name, figure in figures().items()}
    median = result().summary.loc["refund_time_median_all", "value"]
    assert titles["time_to_money"].startswith("Fewer than half" if math.isnan(median) else "Half of all claims")
    assert titles["outcomes_by_route"].split(" % of claims are decided by ")[0].isdigit()
    assert titles["by_hours_to_ask"] == "Success by how quickly the mind was changed", "few claims state no shares"
    assert titles["backlog"].startswith("Up to ")


def test_a_title_states_shares_that_are_known_to_within_some_points() -> None:
    bins = pd.DataFrame(
        {"group": "all", "hours_to": [24.0, 96.0], "n": [5000, 5000], "success": [0.9, 0.6], "low": [0.88, 0.57]}
    )
    told = "Asked within a day, 90 in 100 get all their money back; later, 60"
    assert finding_by_hours(bins.assign(high=[0.92, 0.63])) == told
    assert "in 100" not in finding_by_hours(bins.assign(high=[0.99, 0.9]))
    assert "in 100" not in finding_by_hours(bins.assign(low=math.nan, high=math.nan))


def test_titles_without_a_finding_say_why() -> None:
    empty = result("nobody regrets")
    assert time_to_money(empty).get_title("left") == "Nobody asked for their money back"
    assert outcomes_by_route(empty).get_title("left") == "Nobody asked for their money back"
    assert by_hours_to_ask(empty).get_title("left") == "Success by how quickly the mind was changed"
    assert backlog(empty).get_title("left") == "No request ever waits for a free desk"


def test_a_median_that_is_not_reached_is_marked_as_such() -> None:
    bins = result().by_hours.assign(median_days=np.nan, median_low=np.nan, median_high=np.nan)
    lower = by_hours_to_ask(replace(result(), by_hours=bins)).child_axes[1]
    marked = [line for line in lower.lines if line.get_marker() == "^"]
    assert sum(len(line.get_xdata()) for line in marked) == (bins["n"] > 0).sum()
    assert "not\nreached" in [label.get_text() for label in lower.get_yticklabels()]


def test_names_beside_the_stack_move_apart_as_little_as_they_must() -> None:
    assert spread([0.1, 0.5, 0.9], 0.1) == pytest.approx([0.1, 0.5, 0.9])
    assert spread([0.5, 0.5, 0.9], 0.1) == pytest.approx([0.45, 0.55, 0.9])
    assert spread([0.5, 0.5, 0.6], 0.1) == pytest.approx([0.4333, 0.5333, 0.6333], abs=1e-4)
    assert spread([], 0.1) == []
