"""What may be too short is said beside the number: in the terminal, on the page, in files, from one source."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from sim.experiment.result import Result
from sim.show.comparison_files import document_of
from sim.show.files import report_page, summary_of
from sim.show.findings import remarks
from tests.unit.compared import comparison
from tests.unit.test_comparison_text import on_one_line
from tests.unit.test_comparison_text import printed as printed_comparison
from tests.unit.test_table_text import busy_result, printed

NAME = "silence-approves"


def test_differences_that_may_lean_are_named_below_the_table_on_the_page_and_in_the_file() -> None:
    one = comparison(NAME)
    replications = one.base.about["replications"]
    assert replications < 20
    (said,) = (remark for remark in remarks(one, NAME) if "too short" in remark)
    said = said.replace("\u2060", "").replace("\u00a0", " ")
    assert said.startswith(f"Over {replications} replications, intervals of differences in times and money (half")
    assert "refunded in full" not in said, "a share does not lean as waits do"
    for text in (printed_comparison(one), unescape(report_page(one).decode())):
        assert on_one_line(said) in on_one_line(text.replace("\u00a0", " "))
    measures = document_of(one)["scenarios"][0]["measures"]
    assert "doubt" in measures["refund_time_median_all"]
    assert "doubt" not in measures["success_rate"]


def test_over_twenty_replications_nothing_is_said_of_what_leans() -> None:
    one = comparison(NAME)
    many = [replace(each, about=each.about | {"replications": 20}) for each in (one.base, *one.others)]
    assert not [
        said for said in remarks(replace(one, base=many[0], others=tuple(many[1:])), NAME) if "too short" in said
    ]


def close_to_all(share: float, replications: int, staff: object = 1) -> Result:
    result = busy_result()
    summary = result.summary.copy()
    summary.loc[summary["unit"] == "share", ["value", "low", "high"]] = 0.5
    summary.loc["outcome_expired", ["value", "low", "high"]] = share, share / 2, min(2 * share, 1)
    sellers = result.scenario.market.sellers.model_copy(update={"staff": staff})
    policy = result.scenario.policy.model_copy(update={"mediation": None})
    market = result.scenario.market.model_copy(update={"sellers": sellers})
    scenario = result.scenario.model_copy(update={"market": market, "policy": policy})
    return replace(result, summary=summary, scenario=scenario, about=result.about | {"replications": replications})


@pytest.mark.parametrize(
    ("share", "replications", "staff", "is_doubted"),
    [
        (0.03, 20, 1, True),
        (0.97, 20, 1, True),
        (0.3, 20, 1, False),
        (0.03, 50, 1, False),
        (0.03, 1, 1, False),
        (0.03, 20, "unlimited", False),
    ],
)
def test_a_share_near_none_or_all_of_claims_that_share_desks_is_doubted(
    share: float, replications: int, staff: object, is_doubted: bool
) -> None:
    result = close_to_all(share, replications, staff)
    doubted = {name for name, one in summary_of(result)["measures"].items() if "doubt" in one}
    assert doubted == ({"outcome_expired"} if is_doubted else set())
    assert ("Intervals close to 0 or 100 % (expired)" in on_one_line(printed(result))) is is_doubted
    assert ("Intervals close to 0 or 100 % (expired)" in report_page(result).decode()) is is_doubted


def test_what_has_no_value_has_no_doubt() -> None:
    assert "doubt" not in summary_of(close_to_all(np.nan, 20))["measures"]["outcome_expired"]
