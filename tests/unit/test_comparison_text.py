"""What `compare` prints: in words, in honest digits, and as wide as the terminal."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace

import pandas as pd
import pytest
from rich.console import Console

import sim
from sim.experiment.comparison import Comparison
from sim.experiment.first_divergence import NEVER_PART, PARTINGS
from sim.experiment.number import Number, rough, signed
from sim.experiment.order_outcomes import ENDINGS, NO_CLAIM
from sim.experiment.verdicts import HEADLINES, INCONCLUSIVE, NOT_REACHED, VERDICTS
from sim.show.comparison import STYLES, print_comparison
from sim.show.findings import findings
from sim.show.flip_pairs import (
    PLACES,
    WORDS,
    FlipPair,
    change_shown,
    changes_shown,
    first_flip,
    flip_pairs,
    pairs_of,
)
from sim.show.judged import NAMES, JudgedRow, headlines_of, margin_shown
from tests.unit.compared import LONG_NAME, MEDIAN, WHAT_IFS, comparison, crossing, renamed, with_rows
from tests.worlds import world

NAN, INF = math.nan, math.inf


def printed(
    one: Comparison, width: int = 100, *, notes: bool = True, terminal: bool = False, **environ: str
) -> str:
    """What it looks like in a terminal of this width."""
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, _environ=environ, highlight=False)
    print_comparison(one, notes=notes, console=console)
    return file.getvalue()


def on_one_line(text: str) -> str:
    return " ".join(text.split())


# ------------------------------------------------------------------------------------------- the whole


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut_off(width: int) -> None:
    text = printed(comparison(), width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    assert "…" not in text


def test_paths_of_what_differs_break_at_their_dots() -> None:
    longer = {"policy.cancellation.window.within": "30 d"}
    one = sim.compare(world(), world({"name": "longer", **longer}), jobs=1)
    lines = [line.split("  ")[0].rstrip() for line in printed(one, 44).splitlines()]
    assert "policy.cancellation." in lines, lines


@pytest.mark.parametrize("width", [80, 100])
def test_every_heading_is_whole(width: int) -> None:
    text = printed(comparison("silence-approves"), width)
    for heading in (
        "base",
        "other",
        "difference",
        "95 %",
        "verdict",
        "pairing",
        "orders",
        "they part at",
        "examples",
    ):
        assert heading in text


def test_all_are_seen_at_a_glance_before_each_is_told() -> None:
    text = printed(comparison())
    glance, *sections = text.split(" · The title of ")
    assert len(sections) == len(WHAT_IFS)
    assert "(points)" in glance
    assert "(d)" in glance
    assert "(USD)" in glance


def test_a_single_what_if_needs_no_overview() -> None:
    assert "(points)" not in printed(comparison("silence-approves"))


def test_each_scenario_is_told_in_words_first() -> None:
    text = on_one_line(printed(comparison("silence-approves")))
    for sentence in findings(comparison("silence-approves"), "silence-approves"):
        assert on_one_line(sentence) in text


def test_the_base_says_whose_claims_these_are() -> None:
    about = comparison().base.about
    first, changed, second, *_ = printed(comparison()).splitlines()
    assert first == "Against base: The title of base"
    assert changed == "with experiment.replications: 3 instead of 20"
    assert second == f"{about['claims']:,} claims among {about['orders']:,} orders in 3 replications"


def test_a_scenario_against_itself_changes_nothing() -> None:
    text = printed(comparison("same"))
    assert text.count(" none ") == len(HEADLINES) + 3  # what buyers, sellers and the platform are left with
    assert text.count("equivalent") == len(HEADLINES)
    assert "Every order ends as it did, and as soon." in text


def test_who_shares_no_luck_is_said_to_and_has_no_flips() -> None:
    text = printed(comparison("five-sellers"))
    assert "the number of sellers (4 and 5)" in on_one_line(text)
    assert "independent" in text
    assert "they part at" not in text
    assert "×" not in text.split("Differences are")[0]


def test_curves_that_cross_are_said_to_cross() -> None:
    text = printed(crossing())
    assert "curves cross" in text
    assert "5 d" in on_one_line(text)
    assert "9 d" in on_one_line(text)


def test_the_reader_is_told_how_to_read_it_unless_quiet() -> None:
    loud, quiet = (on_one_line(printed(comparison("no-limit"), notes=notes)) for notes in (True, False))
    assert "all 8 hold together with 95 %" in loud
    assert "margin: 0.5 points; half have it after 0.05 d or 1 %; buyer's postage per return 1 %" in loud
    assert re.search(r"no-limit: \d\d\.\d % of the claims ended when orders no longer came", loud)
    assert "hold together" not in quiet
    assert "lengthen run_out" not in quiet


def test_a_note_that_concerns_several_is_printed_once() -> None:
    text = on_one_line(printed(comparison("same")))
    assert text.count("of the claims ended when orders no longer came") == 1
    assert "base, same: " in text


def test_nothing_but_text_where_there_is_no_terminal_or_no_colour_is_wanted() -> None:
    one = comparison("silence-approves")
    assert "\x1b[" not in printed(one)
    coloured = re.compile(r"\x1b\[(\d;)?3\dm")
    assert coloured.search(printed(one, terminal=True, TERM="xterm-256color"))
    assert not coloured.search(printed(one, terminal=True, TERM="xterm-256color", NO_COLOR="1"))


def test_markup_and_control_characters_in_names_and_titles_are_text() -> None:
    text = printed(renamed("[red]\x1b[31m", "[bold]\x1b[2J\u202etitle"))
    assert "[red]" in text
    assert "[bold]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_long_name_loses_nothing() -> None:
    text = printed(comparison("same", LONG_NAME))
    overview = text.split(" · The title of ")[0]
    assert LONG_NAME in "".join(line[:14].strip() for line in overview.splitlines())


# ------------------------------------------------------------------------------------------- differences


def judged(difference: float = 0.0, low: float = 0.0, high: float = 0.0, unit: str = "share") -> JudgedRow:
    nothing = {"margin": 0.0, "verdict": "better", "replications_needed": NAN, "variance_ratio": NAN}
    ends = dict.fromkeys(("difference", "surely"), Number(difference, low, high, unit))
    return JudgedRow(measure="success_rate", title="", unit=unit, base=0.5, other=0.5, **ends, **nothing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("difference", "low", "high", "unit", "text"),
    [
        (0.0032, 0.0017, 0.0047, "share", "+0.32 points (±0.15)"),
        (-0.069, -0.073, -0.065, "share", "−6.9 points (±0.4)"),
        (-0.28, -0.385, -0.175, "d", "−0.28 d (±0.10)"),
        (0.001, -0.04, 0.042, "share", "0 points (±4)"),
        (0.98, 0.9, 1.0, "share", "+98 points (+90 to +100)"),
        (6.1, -1.2, NAN, "d", "+6 d (≥ −1)"),
        (6.1, NAN, 9.4, "d", "+6 d (≤ +9)"),
        (6.1, NAN, NAN, "d", "+6.1 d"),
        (0.0, 0.0, 0.0, "USD", "none"),
        (NAN, NAN, NAN, "d", "–"),
    ],
)
def test_a_difference_stands_with_its_sign_and_its_interval(
    difference: float, low: float, high: float, unit: str, text: str
) -> None:
    assert str(judged(difference, low, high, unit).shown()) == text


@pytest.mark.parametrize(
    ("verdict", "needed", "text"),
    [
        ("better", NAN, "better"),
        (INCONCLUSIVE, 5706.0, "inconclusive (6,000 more)"),
        (INCONCLUSIVE, 3.0, "inconclusive (3 more)"),
        (INCONCLUSIVE, INF, "inconclusive"),
        (INCONCLUSIVE, NAN, "inconclusive"),
        (NOT_REACHED, NAN, "no such cases"),
        ("curves_cross", NAN, "curves cross"),
    ],
)
def test_a_verdict_says_what_would_settle_it(verdict: str, needed: float, text: str) -> None:
    assert judged()._replace(verdict=verdict, replications_needed=needed).said() == text


@pytest.mark.parametrize(
    ("ratio", "text"), [(0.03, "×33"), (0.4, "×2.5"), (1.2, "×0.8"), (1e-6, "> ×1,000"), (0.0, "–"), (NAN, "–")]
)
def test_what_pairing_was_worth(ratio: float, text: str) -> None:
    assert judged()._replace(variance_ratio=ratio).worth_of_pairing() == text


def test_a_median_that_is_not_reached_is_written_out() -> None:
    gone = {"base": NAN, "difference": NAN, "low": NAN, "high": NAN, "low_simultaneous": NAN}
    one = with_rows("no-limit", MEDIAN, verdict=NOT_REACHED, **gone, high_simultaneous=NAN, replications_needed=NAN)
    line = next(line for line in printed(one).splitlines() if line.startswith("half have it after"))
    assert "–" in line
    assert "not reached" in line


def test_signs_are_signs_and_nothing_has_none() -> None:
    assert [signed(number, 1) for number in (0.31, -0.31, 0.04, -0.04, 1234.5)] == [
        "+0.3",
        "−0.3",
        "0.0",
        "0.0",
        "+1,234.5",
    ]
    assert [rough(number) for number in (1, 14, 95, 588, 5706, 0.4)] == ["1", "10", "100", "600", "6,000", "0"]


def test_every_headline_has_a_short_name_and_every_verdict_a_style() -> None:
    assert set(NAMES) == set(HEADLINES)
    assert set(STYLES) == set(VERDICTS)


def test_margins_are_said_in_the_units_of_the_table() -> None:
    assert margin_shown(HEADLINES["success_rate"], "share") == "0.5 points"
    assert margin_shown(HEADLINES[MEDIAN], "d") == "0.05 d or 1 %"
    assert margin_shown(HEADLINES["postage_per_return"], "USD") == "1 %"
    assert margin_shown(HEADLINES["seller_account_per_claim"], "USD") == "0.2 % of the price"
    assert margin_shown(HEADLINES["success_rate"]._replace(margin=0.0), "share") == "0 points"


# ------------------------------------------------------------------------------------------- flips


NOWHERE = Number(NAN, NAN, NAN)


def pairs(name: str) -> list[FlipPair]:
    return pairs_of(comparison(name), name)


@pytest.mark.parametrize("name", ["silence-approves", LONG_NAME, "no-limit"])
def test_no_order_that_flips_is_left_out(name: str) -> None:
    table = comparison(name).flip_table(name)
    ends_otherwise = sum(
        int(table.loc[base, other]) for base in table.index for other in table.columns if base != other
    )
    assert sum(pair.orders for pair in pairs(name) if pair.is_flip) == ends_otherwise
    assert all(sum(pair.parts_at.values()) == pair.orders for pair in pairs(name))


def test_flips_come_by_their_number_and_who_has_the_money_either_way_comes_last() -> None:
    flips = [pair.orders for pair in pairs("silence-approves") if pair.is_flip]
    assert flips == sorted(flips, reverse=True)
    assert [pair.is_flip for pair in pairs("silence-approves")] == [True] * len(flips) + [False]


def test_a_pair_says_where_its_orders_part_and_what_it_comes_to() -> None:
    outcomes = {"base_outcome": "refunded", "other_outcome": "refunded"}
    places = {"parts_at": ["dispute", "cancellation", NEVER_PART], "orders": [10, 30, 900]}
    numbers = {"orders": 40, "orders_low": 31.4, "orders_high": 52.2, "examples": [[(0, 2), (0, 3), (1, 4)]]}
    changes = {"time_change": -1.04, "time_low": -1.62, "time_high": -0.46, "money_change": 3.0}
    pair_row = pd.DataFrame(outcomes | numbers | changes | {"money_low": 2.0, "money_high": 5.0})
    (pair,) = flip_pairs(pd.DataFrame(outcomes | places), pair_row)
    assert pair.counted == ("40", "31–52")
    assert pair.examples == ((0, 2), (0, 3), (1, 4))
    assert pair.places == "cancellation 30, others 10"
    assert changes_shown(pair) == (("−1.0", "±0.6"), ("+3", "+2 to +5"))


@pytest.mark.parametrize(
    ("mean", "shown"),
    [
        ((NAN, NAN, NAN), ("–", "")),
        ((0.0, 0.0, 0.0), ("none", "")),
        ((12.345, NAN, NAN), ("+12.3", "too few")),
        ((12.345, 12.0, 12.7), ("+12.3", "±0.4")),
        ((-0.004, -0.02, 0.012), ("0.00", "±0.02")),
        ((1234.5, 1000.0, 2000.0), ("+1,234", "+1,000 to +2,000")),
    ],
)
def test_a_mean_change_has_as_many_digits_as_its_interval(
    mean: tuple[float, float, float], shown: tuple[str, str]
) -> None:
    assert change_shown(Number(*mean)) == shown


def test_the_interval_of_a_count_is_told_to_two_digits() -> None:
    ends = {(22651, 19145.3, 26157.2): "±3,500", (22651, 19145.3, 28157.2): "19,100–28,200", (1, 0.1, 8.1): "0–8"}
    for (orders, low, high), interval in ends.items():
        pair = FlipPair("no_claim", "refunded_unasked", Number(orders, low, high), {}, NOWHERE, NOWHERE, ())
        assert pair.counted == (f"{orders:,}", interval)


def test_below_each_number_of_the_flip_table_stands_its_interval() -> None:
    text = printed(comparison("silence-approves"))
    table = text[text.index("outcome: base → other") :].splitlines()
    (first, *_) = pairs("silence-approves")
    assert f"{first.orders}" in table[2]
    assert first.counted.interval in table[3]
    assert changes_shown(first)[1].interval in table[3]
    assert "or that it is of too few orders (fewer than 50" in " ".join(text.split())


@pytest.mark.parametrize(
    ("places", "text"),
    [
        ({"dispute": 4}, "dispute"),
        ({"dispatch_limit": 95, "dispute": 5}, "mostly dispatch limit"),
        ({"money": 5, "dispute": 4, "end": 1}, "who pays 5, others 5"),
    ],
)
def test_where_they_part_is_said_shortly(places: dict[str, int], text: str) -> None:
    pair = FlipPair("refunded", "refused", Number(sum(places.values())), places, NOWHERE, NOWHERE, ((0, 1),))
    assert pair.places == text


def test_rare_flips_are_counted_together() -> None:
    flips = [pair for pair in pairs(LONG_NAME) if pair.is_flip]
    rest = flips[7:]
    assert f"in {len(rest)} other ways" in printed(comparison(LONG_NAME))
    assert f" {sum(pair.orders for pair in rest)}" in printed(comparison(LONG_NAME)).split("other ways")[1][:30]


def test_the_order_to_follow_was_a_claim_under_both() -> None:
    found = first_flip(pairs("no-limit"))
    flips = comparison("no-limit").flips
    rows = [row for row in flips.to_dict("records") if found in row["examples"]]
    assert [NO_CLAIM in (row["base_outcome"], row["other_outcome"]) for row in rows] == [False]
    assert first_flip(pairs("same")) is None


def test_every_ending_has_a_word_and_no_place_is_named_that_does_not_exist() -> None:
    assert set(WORDS) == set(ENDINGS)
    assert set(PLACES) <= set(PARTINGS)


def test_headlines_are_those_of_the_scenario_asked_for() -> None:
    measures = headlines_of(comparison(), "no-limit")
    alone = headlines_of(comparison("no-limit"), "no-limit")
    assert {name: one.difference.three for name, one in measures.items()} == {
        name: one.difference.three for name, one in alone.items()
    }


def test_one_replication_is_no_reason_to_fail() -> None:
    one = comparison("no-limit")
    alone = one.differences.assign(**dict.fromkeys(("low", "high", "low_simultaneous", "high_simultaneous"), NAN))
    assert "inconclusive" in printed(replace(one, differences=alone.assign(replications_needed=NAN)))
