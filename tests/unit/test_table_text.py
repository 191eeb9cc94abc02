"""The table that `run` prints: honest digits, honest intervals, and it fits the terminal."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import cast

import pytest
from rich.console import Console

from sim.evidence.fitting import Fit
from sim.evidence.held_out import Judged
from sim.experiment.experiment import run
from sim.experiment.number import Number, decimals_for
from sim.experiment.result import Result
from sim.show.fitted import answer_of
from sim.show.notes import notes_of
from sim.show.plain import in_two_lines
from sim.show.table import print_table
from sim.show.waiting_pages import _percent
from tests.unit.busy_market import BUSY
from tests.worlds import world

NAN = math.nan
LONG_NAME = "a-scenario-with-a-name-of-forty-letters-1"[:40]


@cache
def busy_result() -> Result:
    """A market in which everything occurs, twice."""
    return run(world(BUSY | {"experiment.run_out": "80 d"}), replications=2)


def with_measures(**values: float) -> Result:
    """The same result with other values of some measures."""
    summary = busy_result().summary.copy()
    for measure, value in values.items():
        summary.loc[measure, ["value", "low", "high"]] = value
    return replace(busy_result(), summary=summary)


def named(name: str) -> Result:
    return replace(busy_result(), scenario=busy_result().scenario.model_copy(update={"name": name}))


def printed(*results: Result, width: int = 100, terminal: bool = False, **environ: str) -> str:
    """What the table looks like in a terminal of this width."""
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, _environ=environ)
    print_table(results, console=console)
    return file.getvalue()


# ------------------------------------------------------------------------------------------- digits


@pytest.mark.parametrize(
    ("half_width", "decimals"),
    [(2.7, 0), (1.2, 1), (0.34, 1), (0.12, 2), (0.0004, 2), (14, 0), (420, 0), (0, 1), (NAN, 1), (math.inf, 1)],
)
def test_as_many_decimals_as_the_interval_supports(half_width: float, decimals: int) -> None:
    assert decimals_for(half_width) == decimals


@pytest.mark.parametrize(
    ("value", "low", "high", "unit", "text"),
    [
        (0.7134, 0.7013, 0.7255, "share", "71.3 % (±1.2)"),
        (0.7134, 0.66, 0.76, "share", "71 % (±5)"),
        (0.45, 0.04, 0.97, "share", "45 % (4–97)"),
        (0.55, 0.08, 0.98, "share", "55 % (8–98)"),
        (1.9, 0.2, 3.9, "d", "2 d (0–4)"),
        (0.1, -0.2, 0.4, "EUR", "0.1 EUR (±0.3)"),
        (0.008, 0.004, 0.015, "share", "0.8 % (0.4–1.5)"),
        (0.0, 0.0, 0.00112, "share", "0.00 % (0.00–0.11)"),
        (9.31, 8.9, 10.6, "d", "9.3 d (8.9–10.6)"),
        (91.2, 61.3, NAN, "d", "91 d (61 or more)"),
        (NAN, NAN, NAN, "d", "not reached"),
        (NAN, NAN, NAN, "share", "–"),
        (0.5, NAN, NAN, "share", "50.0 %"),
        (3697.0, 3650.0, 3744.0, "claims", "3,697 (±47)"),
        (1.645, 1.28, 2.12, "USD", "1.6 USD (1.3–2.1)"),
        (2.0, 2.0, 2.0, "d", "2.0 d (±0.0)"),
    ],
)
def test_a_number_stands_with_its_interval(value: float, low: float, high: float, unit: str, text: str) -> None:
    assert str(Number(value, low, high, unit).shown()) == text


def test_an_interval_that_leans_is_not_shown_as_if_it_did_not() -> None:
    assert Number(0.10, 0.08, 0.16, "share").shown().interval == "8–16"


# ------------------------------------------------------------------------------------------- the table


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = printed(named("short"), named(LONG_NAME), width=width).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= width


@pytest.mark.parametrize("width", [80, 100])
def test_every_number_is_whole_in_a_narrow_terminal(width: int) -> None:
    text = printed(named(LONG_NAME), width=width)
    for heading in ("money", "half have", "14 d", "gave up", "refused", "expired", "settled by"):
        assert heading in text
    assert "…" not in text


def test_a_long_name_goes_on_below_and_loses_nothing() -> None:
    lines = printed(named(LONG_NAME), width=80).splitlines()
    assert LONG_NAME in "".join(line.split(" ", 1)[0] for line in lines[:8])


def test_a_wide_terminal_gets_one_table_and_a_narrow_one_two() -> None:
    assert printed(named("short"), width=140).count("claims\n") < printed(named("short"), width=80).count("──\n")
    assert [printed(named("short"), width=width).count("──\n") for width in (140, 80)] == [2, 3]  # and who pays


def test_each_scenario_has_its_claims_below_its_name() -> None:
    claims = busy_result().about["claims"]
    assert f"{claims:,} claims" in printed(busy_result())


def test_a_median_that_is_not_reached_is_written_out() -> None:
    assert "not reached" in printed(with_measures(refund_time_median_all=NAN))


def test_the_reader_is_told_what_the_intervals_are() -> None:
    assert "95 % interval over 2 replications" in " ".join(printed(busy_result()).split())


def test_nothing_but_text_where_there_is_no_terminal_or_no_colour_is_wanted() -> None:
    assert "\x1b[" not in printed(busy_result())
    assert "\x1b[1m" in printed(busy_result(), terminal=True, TERM="xterm-256color")
    assert "\x1b[3" not in printed(busy_result(), terminal=True, TERM="xterm-256color", NO_COLOR="1")


def test_markup_and_control_characters_in_a_name_are_text() -> None:
    text = printed(named("[red]\x1b[31m"))
    assert "[red]" in text
    assert "\x1b" not in text


# ------------------------------------------------------------------------------------------- the notes


QUIET = {
    "open_share": 0.0,
    "refunded_unasked_share": 0.0,
    "mediation_utilisation": 0.8,
    "seller_utilisation_busiest": 0.8,
}
NOTES = [
    ("open_share", 0.034, "3.4 % of the claims were still open at the cut"),
    ("mediation_utilisation", 0.97, "the mediation desk works 97.0 % of its time"),
    ("seller_utilisation_busiest", 0.99, "the busiest seller works 99.0 % of its time"),
    (
        "refunded_unasked_share",
        0.166,
        "16.6 % of all orders were refunded at the dispatch limit before anybody asked",
    ),
]


def notes(**measures: float) -> list[str]:
    return notes_of(replace(with_measures(**QUIET | measures), notes=[]))


def test_a_result_that_may_be_read_as_it_stands_has_no_notes() -> None:
    assert notes() == []
    assert notes(mediation_utilisation=NAN) == []


@pytest.mark.parametrize(("measure", "value", "words"), NOTES, ids=[measure for measure, _, _ in NOTES])
def test_what_matters_is_noted(measure: str, value: float, words: str) -> None:
    found = notes(**{measure: value})
    assert len(found) == 1
    assert words in found[0]


def test_what_the_study_has_to_say_of_the_experiment_is_noted() -> None:
    assert notes_of(replace(with_measures(**QUIET), notes=["the warm-up looks too short"])) == [
        "the warm-up looks too short"
    ]


def test_one_replication_is_noted() -> None:
    alone = replace(with_measures(**QUIET), about=busy_result().about | {"replications": 1})
    assert "one replication gives no interval" in notes_of(alone)


def test_a_long_path_stands_on_two_lines_and_a_short_one_on_one() -> None:
    path = "market.sellers.types.prompt.cancellation.notice"
    assert in_two_lines(path).plain == "market.sellers.types.\n  prompt.cancellation.notice"
    assert in_two_lines("market.carrier.lost").plain == "market.carrier.lost"


def test_all_that_differs_in_held_out_weeks_is_named() -> None:
    share = Number(0.4, 0.35, 0.45, "share", n=100)
    names = {"accepted": "differs", "refused": "agrees", "answered": "differs"}
    judged = tuple(Judged(name, 0.6, share, 0.01, verdict) for name, verdict in names.items())
    fit = SimpleNamespace(findings=(), readings=(), assumed=(), judged=judged, unseen=())
    told = answer_of(cast("Fit", fit))
    assert told.endswith("differ in 2 of 3 things: accepted: seen 60.0 %, expected 35.0 % to 45.0 %; answered.")


def test_a_chance_reaches_nowhere_beyond_all() -> None:
    """100.0 ±0.1 of 100 was said of 1,600 stories that all ended with money."""
    assert _percent(Number(1.0, 0.998, 1.0)) == "100.0 (99.8–100.0)"
    assert _percent(Number(0.604, 0.585, 0.623)) == "60.4 (±1.9)"
