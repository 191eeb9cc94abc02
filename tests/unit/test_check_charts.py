"""Charts of a check: nothing lies on anything else, units on every axis, and the caption says how to read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations
from math import nan
from typing import Any

import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim.baselines.history import CommitEntry, History
from sim.baselines.judgement import CHANGED, VERDICTS, Check, ScenarioCheck
from sim.experiment.number import Number
from sim.scenario.wording import cut_within
from sim.show.charts.check_curves import check_curves
from sim.show.charts.check_headlines import check_headlines, reach_of
from sim.show.charts.check_measures import NAME_LENGTH, check_measures
from sim.show.charts.checking import MARKS
from sim.show.charts.saving import TwoPictures, svg_of
from sim.show.charts.trend import MOST, trend
from sim.show.checked.files import charts_of
from sim.show.judged import NAMES
from tests.unit.checked import HOSTILE, entries, hostile, scenario_check
from tests.unit.pages import png_of
from tests.unit.test_charts import texts
from tests.unit.test_comparison_charts import covers

LONGEST = "a-name-of-as-many-letters-as-there-may-be"[:40]
MEDIAN = "refund_time_median_all"


def with_measures(one: ScenarioCheck, *names: str, **changes: Any) -> ScenarioCheck:
    """Some measures, or all of them, otherwise."""
    measures = (replace(each, **changes) if each.measure in names or not names else each for each in one.measures)
    return replace(one, measures=tuple(measures))


def huge() -> ScenarioCheck:
    """Differences of a thousand margins."""
    far = Number(0.4, 0.3, 0.5)
    return with_measures(scenario_check(), "success_rate", difference=far, surely=far, margin=0.0005)


def not_reached() -> ScenarioCheck:
    nothing = Number(nan)
    return with_measures(scenario_check(), MEDIAN, now=nothing, difference=nothing, surely=nothing)


def without_intervals() -> ScenarioCheck:
    """As with one replication."""
    one, readings = scenario_check(), ("baseline", "now", "difference", "surely")
    measures = tuple(
        replace(each, **{name: Number(getattr(each, name).value) for name in readings}) for each in one.measures
    )
    return replace(one, measures=measures)


def without_margin() -> ScenarioCheck:
    """No margin at all, and a difference: it is beyond any scale."""
    off = Number(0.1, 0.05, 0.15)
    return with_measures(
        scenario_check(), "postage_per_return", margin=0.0, difference=off, surely=off, verdict=CHANGED
    )


def long_names() -> ScenarioCheck:
    return replace(scenario_check(), scenario=LONGEST, title=HOSTILE * 3)


def suspected() -> ScenarioCheck:
    return with_measures(scenario_check("no-limit"), "success_rate", "recovered_share", is_confirmed=False)


CHECKS: dict[str, Callable[[], ScenarioCheck]] = {
    "suspected": suspected,
    "changed": scenario_check,
    "inconclusive": lambda: scenario_check("no-limit"),
    "identical": lambda: scenario_check("same"),
    "a title that would be markup": lambda: hostile().scenarios[0],
    "a thousand margins": huge,
    "not reached": not_reached,
    "without intervals": without_intervals,
    "without a margin": without_margin,
    "long names": long_names,
}
HISTORIES: dict[str, Callable[[], list[CommitEntry]]] = {
    "one commit": lambda: entries(1),
    "two commits": lambda: entries(2, accepted=(1,)),
    "a dozen": entries,
    "more than are drawn": lambda: entries(200, accepted=(30, 150, 151, 152, 160)),
    "a change accepted with every commit": lambda: entries(70, accepted=tuple(range(1, 70))),
    "long names": lambda: entries(30, scenario=LONGEST, reason=HOSTILE * 2),
    "nobody knows the commits": lambda: [each.model_copy(update={"commit": "", "date": ""}) for each in entries()],
    "not reached": lambda: [without_time(each) for each in entries()],
}
CHARTS = {"headlines": check_headlines, "measures": check_measures, "curves": check_curves}


def without_time(entry: CommitEntry) -> CommitEntry:
    point = entry.measures[MEDIAN].model_copy(update={"now": (nan, nan, nan), "baseline": (nan, nan, nan)})
    return entry.model_copy(update={"measures": {**entry.measures, MEDIAN: point}})


@cache
def figure(chart: str, name: str) -> Figure:
    drawn = trend(HISTORIES[name]()) if chart == "trend" else CHARTS[chart](CHECKS[name]())
    drawn.draw(TwoPictures(drawn))
    return drawn


ALL = [(chart, name) for chart in CHARTS for name in CHECKS] + [("trend", name) for name in HISTORIES]
EVERY_FIGURE = pytest.mark.parametrize(("chart", "name"), ALL)
USUAL = [("headlines", "changed"), ("measures", "changed"), ("curves", "changed"), ("trend", "a dozen")]
EVERY_CHART = pytest.mark.parametrize(("chart", "name"), USUAL)


def placed(drawn: Figure) -> list[tuple[str, Bbox]]:
    """Every text that is seen, within axes and on the sheet."""
    loose: list[Text] = list(drawn.texts)
    for legend in drawn.legends:
        loose += legend.get_texts()
    found = [(text.get_text(), text.get_window_extent()) for text in loose if text.get_text().strip()]
    return [*found, *texts(drawn)]


@pytest.mark.slow
@EVERY_FIGURE
def test_no_text_lies_on_another_or_leaves_the_picture(chart: str, name: str) -> None:
    drawn = figure(chart, name)
    found = placed(drawn)
    assert [(a, b) for (a, first), (b, second) in combinations(found, 2) if covers(first, second)] == []
    inside = Bbox.from_extents(-1, -1, drawn.bbox.width + 1, drawn.bbox.height + 1)
    assert [text for text, box in found if not (inside.contains(*box.min) and inside.contains(*box.max))] == []


@EVERY_FIGURE
def test_a_chart_is_as_wide_as_a_comment_on_a_pull_request(chart: str, name: str) -> None:
    width, height = figure(chart, name).get_size_inches()
    assert width * 100 == 800
    assert height * 100 < 2600


@EVERY_CHART
def test_letters_can_be_read_at_that_width(chart: str, name: str) -> None:
    drawn = figure(chart, name)
    pixels = {text.get_text(): text.get_fontsize() / 72 * 100 for text in drawn.findobj(Text) if text.get_text()}
    assert {text: size for text, size in pixels.items() if size < 9} == {}


@EVERY_CHART
def test_the_caption_explains_the_intervals(chart: str, name: str) -> None:
    said = " ".join(text for text, _ in placed(figure(chart, name)))
    assert "95 % intervals over replications" in said


@EVERY_CHART
def test_every_axis_says_what_it_counts_in(chart: str, name: str) -> None:
    units = (
        *("(margins)", "(%)", "(points)", "(d)", "(h)", "(USD)", "(claims)", "(orders)", "(% of all claims)"),
        *("%", "d", "USD"),
    )
    for ax in figure(chart, name).axes:
        labels = [label for label in (ax.get_xlabel(), ax.get_ylabel()) if label]
        assert labels
        assert all(label.endswith(units) for label in labels), labels


@pytest.mark.slow
@EVERY_CHART
def test_the_same_check_gives_the_same_bytes_whatever_a_users_style(chart: str, name: str) -> None:
    with rc_context({"font.size": 30, "axes.facecolor": "pink", "text.parse_math": True}):
        again = trend(HISTORIES[name]()) if chart == "trend" else CHARTS[chart](CHECKS[name]())
    assert svg_of(again) == svg_of(figure(chart, name))
    assert png_of(again) == png_of(figure(chart, name))


def test_a_verdict_is_told_by_its_shape_and_in_grey_too() -> None:
    shapes = {(MARKS[word].marker, MARKS[word].is_filled) for word in VERDICTS}
    assert len(shapes) == len(VERDICTS)
    grey = [float(np.dot(to_rgb(MARKS[word].colour), (0.299, 0.587, 0.114))) for word in (CHANGED, "unchanged")]
    assert abs(grey[0] - grey[1]) > 0.2


# --------------------------------------------------------------------------------------------- headlines, measures


def names_of(drawn: Figure) -> list[str]:
    """What stands at the left edge, from top to bottom."""
    return [text.get_text() for text in drawn.texts]


def test_the_largest_difference_stands_on_top_counted_in_margins() -> None:
    shown = names_of(figure("headlines", "a thousand margins"))
    assert (
        shown.index("refunded in full") < shown.index("money recovered") < shown.index(NAMES["postage_per_return"])
    )


def test_what_is_many_margins_away_is_said_to_stand_on_a_logarithmic_axis() -> None:
    for name, scale in (("a thousand margins", "symlog"), ("identical", "linear")):
        drawn = figure("headlines", name)
        assert drawn.axes[0].get_xscale() == scale
        assert any("logarithmic" in text for text in names_of(drawn)) == (scale == "symlog")


def test_every_interval_and_the_margin_lie_within_the_panel() -> None:
    ax = figure("headlines", "changed").axes[0]
    low, high = ax.get_xlim()
    ends = np.concatenate([path.vertices[:, 0] for lines in ax.collections for path in lines.get_paths()])
    assert low <= -1 < 1 <= high
    assert low <= ends.min() <= ends.max() <= high
    assert reach_of(list(scenario_check().headlines)) <= high


def test_what_is_suspected_and_not_confirmed_is_said_beside_its_difference() -> None:
    assert names_of(figure("headlines", "suspected")).count("suspected, not confirmed") == 2


def test_a_suspected_change_is_no_plain_inconclusive_in_the_trend() -> None:
    entry = entries(1)[0]
    points = {
        name: point.model_copy(update={"verdict": "inconclusive", "suspected": name == "success_rate"})
        for name, point in entry.measures.items()
    }
    drawn = trend([entry.model_copy(update={"measures": points})])
    key = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert key[:2] == ["inconclusive", "suspected, not confirmed"]
    marks = [ax.lines[-1].get_marker() for ax in drawn.axes]
    assert marks.count("D") == 1


def test_without_a_margin_any_difference_is_beyond_the_scale() -> None:
    said = [text.get_text() for text in figure("headlines", "without a margin").axes[0].texts]
    assert said == ["beyond any scale"]


def test_every_measure_that_was_measured_is_on_the_page_once() -> None:
    one = scenario_check()
    shown = names_of(figure("measures", "changed"))
    for each in one.measures:
        is_known = not (np.isnan(each.baseline.value) and np.isnan(each.now.value))
        name = cut_within(NAMES.get(each.measure, each.title), NAME_LENGTH)
        assert (shown.count(name) == 1) == is_known or each.is_headline, name


def test_what_was_not_measured_is_named_below() -> None:
    assert (
        "Not measured, before or now: postage of returns that the buyer paid"
        in names_of(figure("measures", "changed"))[-1]
    )


def test_a_time_that_is_not_reached_is_said_to_be() -> None:
    said = [text.get_text() for ax in figure("measures", "not reached").axes for text in ax.texts]
    assert said == ["not reached"]


def test_the_curves_name_where_they_end() -> None:
    last = scenario_check().curves.iloc[-1]
    said = {text.get_text() for text in figure("curves", "changed").axes[0].texts}
    assert said == {f"now {100 * last['now']:.1f} %", f"baseline {100 * last['baseline']:.1f} %"}


def test_where_nothing_differs_only_the_headlines_are_drawn() -> None:
    one, other = scenario_check("same"), scenario_check()
    charts = charts_of(Check((one, other), {}, "", 1.0), History(tuple(entries(3))))
    assert list(charts["same"]) == ["headlines"]
    assert list(charts["silence-approves"]) == ["headlines", "measures", "time_to_money", "trend"]


# ------------------------------------------------------------------------------------------------------------ trend


def test_an_accepted_change_is_marked_and_its_reason_stands_below() -> None:
    drawn = figure("trend", "a dozen")
    lines = [line for line in drawn.axes[0].lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in lines] == [6.5]
    assert [text.get_text() for text in drawn.axes[0].texts] == ["1"]
    assert "1  0080123: silence is an approval from this spring on" in names_of(drawn)[-1]


def test_the_baseline_in_force_is_drawn_with_its_margin_commit_by_commit() -> None:
    history = entries()
    ax = figure("trend", "a dozen").axes[0]
    steps = next(line for line in ax.lines if len(line.get_xdata()) == 2 * len(history))
    found = np.asarray(steps.get_ydata())[::2]
    assert found == pytest.approx([100 * each.measures["success_rate"].baseline[0] for each in history])


def test_the_trend_says_since_when() -> None:
    changed = entries(7)
    assert names_of(trend(changed))[0] == "silence-approves: changed since 0060123"
    assert names_of(figure("trend", "a dozen"))[0] != names_of(trend(changed))[0]


def test_of_a_long_history_the_latest_commits_are_drawn() -> None:
    drawn = figure("trend", "more than are drawn")
    assert f"the latest {MOST} commits, 1410123" in " ".join(names_of(drawn))
    assert "of 200" in " ".join(names_of(drawn))


def test_reasons_that_do_not_fit_are_counted() -> None:
    said = names_of(figure("trend", "a change accepted with every commit"))[-1]
    assert "the latest 8 of 59" in said
