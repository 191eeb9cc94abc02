"""Charts of a comparison, and of the warm-up: nothing on top of anything else, verdicts told without colour."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim.experiment.comparison import Comparison
from sim.experiment.order_outcomes import ENDINGS
from sim.experiment.verdicts import HEADLINES, NOT_REACHED, VERDICTS
from sim.show.charts import CHARTS, COMPARISON_CHARTS, differences, draw_all, flips, warm_up
from sim.show.charts import difference_curves as curves
from sim.show.charts.comparing import MARKS
from sim.show.charts.difference_curves import finding
from sim.show.charts.flips import WORDS
from sim.show.charts.saving import TwoPictures, svg_of
from sim.show.judged import NAMES
from sim.show.plots import ComparisonPlots, ResultPlots, with_plots, with_plots_of_all
from tests.unit.compared import LONG_NAME, MEDIAN, comparison, crossing, renamed, result, with_rows
from tests.unit.pages import png_of
from tests.unit.test_charts import texts

NAN = np.nan


def unreached() -> Comparison:
    ends = dict.fromkeys(("difference", "low", "high", "low_simultaneous", "high_simultaneous"), NAN)
    return with_rows("no-limit", MEDIAN, verdict=NOT_REACHED, **ends)


def without_intervals() -> Comparison:
    """As with one replication."""
    one, ends = comparison("no-limit"), ("low", "high", "low_simultaneous", "high_simultaneous")
    tables = {name: getattr(one, name).assign(**dict.fromkeys(ends, NAN)) for name in ("differences", "curves")}
    return replace(one, **tables)


def without_claims() -> Comparison:
    """Nobody wanted any money back."""
    none = {"difference": NAN, "base": NAN, "other": NAN}
    one = without_intervals()
    return replace(one, curves=one.curves.assign(**{name: NAN for name in none if name in one.curves}))


COMPARED = {
    "all of them": comparison,
    "one": lambda: comparison("silence-approves"),
    "two": lambda: comparison("no-limit", LONG_NAME),
    "itself": lambda: comparison("same"),
    "no luck shared": lambda: comparison("five-sellers"),
    "curves that cross": crossing,
    "not reached": unreached,
    "without intervals": without_intervals,
    "without claims": without_claims,
    "an unchecked name": lambda: renamed("$x^2$ [red] a name of many letters " * 3),
}


@cache
def figures(name: str = "all of them") -> dict[str, Figure]:
    drawn = draw_all(COMPARED[name]())
    for figure in drawn.values():
        figure.draw(TwoPictures(figure))
    return drawn


EVERY_CHART = pytest.mark.parametrize("chart", list(COMPARISON_CHARTS))
EVERY_COMPARISON = pytest.mark.parametrize("name", list(COMPARED))


@pytest.mark.slow
@EVERY_COMPARISON
@EVERY_CHART
def test_no_text_lies_on_another_or_leaves_the_picture(chart: str, name: str) -> None:
    figure = figures(name)[chart]
    placed = texts(figure)
    assert [(a, b) for (a, first), (b, second) in combinations(placed, 2) if covers(first, second)] == []
    inside = Bbox.from_extents(-1, -1, figure.bbox.width + 1, figure.bbox.height + 1)
    assert [text for text, box in placed if not (inside.contains(*box.min) and inside.contains(*box.max))] == []


def covers(one: Bbox, other: Bbox) -> bool:
    """By more than a pixel, which is within the rounding of a letter's edge."""
    common = Bbox.intersection(one, other)
    return common is not None and min(common.width, common.height) > 1


@EVERY_CHART
def test_the_same_comparison_gives_the_same_bytes_whatever_a_users_style(chart: str) -> None:
    with rc_context({"font.size": 30, "axes.facecolor": "pink", "text.parse_math": True}):
        again = draw_all(comparison("silence-approves"))[chart]
    assert svg_of(again) == svg_of(figures("one")[chart])
    assert png_of(again) == png_of(figures("one")[chart])


@EVERY_CHART
def test_a_chart_is_drawn_on_axes_that_are_given(chart: str) -> None:
    ax = Figure().add_subplot(2, 2, 1)
    assert COMPARISON_CHARTS[chart](comparison("no-limit"), ax=ax) is ax


@pytest.mark.slow
@EVERY_CHART
def test_every_chart_says_what_was_compared_and_how_to_read_it(chart: str) -> None:
    said = [text for text, _ in texts(figures()[chart])]
    assert "5 scenarios against base · 3 replications of each" in said
    assert figures()[chart].axes[0].get_title("left")
    assert any(text.endswith(".") for text in said)


@EVERY_CHART
def test_a_picture_is_900_pixels_wide_however_many_scenarios(chart: str) -> None:
    assert {figures(name)[chart].get_size_inches()[0] for name in ("one", "two", "all of them")} == {9.0}


# ------------------------------------------------------------------------------------------- differences


def panels_of(ax: Axes) -> list[Axes]:
    return [panel for panel in ax.child_axes if panel.axison]


def words_of(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if isinstance(text, Text)]


def test_there_is_a_panel_per_headline_and_a_line_per_scenario() -> None:
    drawn = panels_of(differences(comparison()))
    assert len(drawn) == len(HEADLINES)
    assert {len(panel.get_yticks()) for panel in drawn} == {5}


def test_every_axis_counts_in_its_unit() -> None:
    labels = [panel.get_xlabel() for panel in panels_of(differences(comparison()))]
    units = ["(points)"] * 3 + ["(d)", "(points)", "(USD)", "(USD)", "(USD)"]
    told = [panel.get_title(loc="left") for panel in panels_of(differences(comparison()))]
    by_name = dict(zip(told, labels, strict=True))
    assert all(unit in by_name[NAMES[name]] for name, unit in zip(HEADLINES, units, strict=True))
    assert sum("better →" in label for label in labels) == 5
    assert sum("← better" in label for label in labels) == 3


def test_the_best_stands_on_top() -> None:
    success = panels_of(differences(comparison()))[0]
    rows = comparison().differences
    success_rates = rows[rows["measure"] == "success_rate"].set_index("scenario")["difference"]
    top = success.get_yticklabels()[0].get_text()
    assert top == success_rates.idxmax()


def test_a_verdict_is_told_by_its_word_and_by_its_shape() -> None:
    assert set(MARKS) == set(VERDICTS)
    assert len({mark.marker for mark in MARKS.values()}) == len(MARKS)
    rows = comparison().differences
    verdicts = rows[rows["measure"] == "success_rate"]["verdict"].str.replace("_", " ")
    assert sorted(words_of(panels_of(differences(comparison()))[0])) == sorted(verdicts)


def test_better_and_worse_are_told_apart_in_grey() -> None:
    lightness = [
        float(np.dot(to_rgb(MARKS[verdict].colour), (0.299, 0.587, 0.114))) for verdict in ("better", "worse")
    ]
    assert abs(lightness[0] - lightness[1]) > 0.2


def test_what_is_not_reached_has_no_mark_but_its_word() -> None:
    panel = panels_of(differences(unreached()))[list(HEADLINES).index(MEDIAN)]
    assert words_of(panel) == ["not reached"]
    assert [line for line in panel.lines if line.get_marker() not in ("None", "", None)] == []


def test_an_end_that_is_not_known_leaves_the_panel() -> None:
    one = with_rows("no-limit", MEDIAN, high=NAN, high_simultaneous=NAN)
    panel = panels_of(differences(one))[list(HEADLINES).index(MEDIAN)]
    ends = [path.vertices[:, 0].max() for lines in panel.collections for path in lines.get_paths()]
    assert max(ends) > panel.get_xlim()[1]


# ------------------------------------------------------------------------------------------- curves and flips


def test_all_curves_have_one_scale() -> None:
    drawn = panels_of(curves(comparison()))
    assert len(drawn) == 5
    assert len({panel.get_ylim() for panel in drawn}) == 1


def test_a_crossing_is_marked_and_named() -> None:
    ax = curves(crossing())
    assert ax.get_title("left") == "Soonest is not most: under silence-approves the curves cross"
    assert "cross, 5 to 9 d" in words_of(panels_of(ax)[0])
    assert "cross" not in " ".join(words_of(panels_of(curves(comparison("silence-approves")))[0]))


@pytest.mark.slow
def test_the_last_difference_is_written_beside_its_curve() -> None:
    last = 100 * comparison("no-limit").curves["difference"].iloc[-1]
    (written,) = words_of(panels_of(curves(comparison("no-limit")))[0])
    assert float(written.replace("−", "-")) == pytest.approx(last, abs=0.6)


def counts_in(panel: Axes) -> int:
    return sum(int(text.replace(",", "")) for text in words_of(panel))


def test_a_matrix_holds_every_order_that_was_a_claim() -> None:
    (panel,) = panels_of(flips(comparison("silence-approves")))
    table = comparison("silence-approves").flip_table("silence-approves")
    assert counts_in(panel) == table.drop(index="no_claim", columns="no_claim").to_numpy().sum()


def test_orders_without_a_claim_are_seen_where_they_flip() -> None:
    (panel,) = panels_of(flips(comparison("no-limit")))
    assert counts_in(panel) == comparison("no-limit").base.about["orders"]
    assert "no claim" in [label.get_text() for label in panel.get_yticklabels()]


def test_who_shares_no_luck_has_no_matrix() -> None:
    (panel,) = panels_of(flips(comparison("five-sellers")))
    assert words_of(panel) == ["shares no luck with the base:\nits orders are other orders"]


def test_titles_state_the_finding() -> None:
    titles = {name: figures("one")[name].axes[0].get_title("left") for name in COMPARISON_CHARTS}
    gained = re.fullmatch(r"Under silence-approves (\d+) claims come to a full refund, 0 lose it", titles["flips"])
    table = comparison("silence-approves").flip_table("silence-approves")
    assert gained
    assert int(gained[1]) == table["refunded"].drop("refunded").sum() > 0
    assert titles["difference_curves"].startswith("Widest gap: +")
    assert figures("itself")["flips"].axes[0].get_title("left") == "No claim turns to or from a full refund"
    assert figures("itself")["differences"].axes[0].get_title("left").startswith("Nobody surely refunds more")


def test_every_ending_has_a_short_word() -> None:
    assert set(WORDS) == set(ENDINGS)


# ------------------------------------------------------------------------------------------- warm-up


def test_the_warm_up_chart_shows_what_the_note_is_judged_by() -> None:
    days = {"day": range(60), "date": pd.date_range("2018-10-01", periods=60), "joined": 10.0}
    waits = [2.0] * 14 + [5.0] * 39 + [90.0] * 7
    rows = [pd.DataFrame(days | {"desk": desk, "wait": waits}) for desk in ("sellers", "mediation")]
    first_days = {"first_days_at_desks": {"sellers": 7, "mediation": 21}}
    drawn = warm_up(replace(result(), waits=pd.concat(rows), about=result().about | first_days))
    assert (
        drawn.get_title("left") == "The first wait 2.0 h at the sellers (usually 5.0 h), 5.0 h at mediation (5.0 h)"
    )
    levels = [lines.get_segments()[0][0][1] for lines in drawn.child_axes[0].collections[-2:]]
    assert levels == [2, 5], "a holiday pulls nothing up"


def test_nobody_waits_where_no_wait_is_listed() -> None:
    nobody = result().waits.assign(wait=0.0)
    assert warm_up(replace(result(), waits=nobody)).get_title("left") == "Nobody waits for a free desk"


# ------------------------------------------------------------------------------------------- from Python


def test_every_chart_can_be_had_from_python() -> None:
    run, compare = with_plots(lambda: result()), with_plots_of_all(lambda: comparison("same", "no-limit"))
    compared = compare()
    for plots, of in (
        (run().plot, ResultPlots),
        (compared.base.plot, ResultPlots),
        (compared.plot, ComparisonPlots),
    ):
        names = [name for name in vars(of) if not name.startswith("_")]
        assert len(names) == len(CHARTS if of is ResultPlots else COMPARISON_CHARTS)
        ax = Figure().add_subplot()
        assert all(getattr(plots, name)(ax=ax) is ax for name in names[:1])
        assert all(isinstance(getattr(plots, name)(), Axes) for name in names)


def test_charts_beside_tables_change_none_of_them() -> None:
    plotted = with_plots_of_all(lambda: comparison("no-limit"))()
    assert plotted.differences is comparison("no-limit").differences
    assert plotted.others[0].orders is comparison("no-limit").others[0].orders
    assert plotted.is_settled is comparison("no-limit").is_settled


def test_where_nobody_claims_anything_the_curves_say_so() -> None:
    """It ended in an internal error, after everything had been simulated."""
    assert finding(without_claims()) == "No claims to compare"
    assert draw_all(without_claims())
