"""The presets: a page each, one world for all, policies that do what their marketplaces say; and two loads.

That every file vouches for its numbers and fits the schema is checked in `test_scenarios`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.experiment.experiment import run
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from tests.regression.presets_in_worlds import HEAD, table
from tests.regression.program import MARKETPLACES, PRESETS, ROOT, SCENARIOS, program

A_PAGE = 70
PAGE, LEVERS = ROOT / "docs" / "presets.md", ROOT / "docs" / "model.md"
WORLD = "no-policy"
SILENCE_APPROVES = ("aliexpress-2020", "shopee", "taobao-2024")
SILENCE_DECLINES = ("ebay-2023", "ebay-2024")
LOADS = ("singles-day", "spring-festival")
STAGES = ("request", "dispute")
UNLIMITED = {"market.sellers.staff": "unlimited", "policy.mediation.staff": "unlimited"}
SMALL = {"market.orders_per_day": 60, "experiment.warm_up": "7 d", "experiment.run_out": "7 d"}
MODEST = {"experiment.warm_up": "7 d", "experiment.run_out": "14 d"}
AT_THE_PEAK = {"experiment.run_out": "60 d"}
"""The loads' cohort lies where it is, around 11 November."""

each_preset = pytest.mark.parametrize("name", PRESETS)
each_file = pytest.mark.parametrize("name", [*MARKETPLACES, *LOADS])


def file_of(name: str) -> Path:
    return SCENARIOS / f"{name}.yaml"


@cache
def claims_of(name: str, changes: tuple[tuple[str, Any], ...] = (), replications: int = 3) -> pd.DataFrame:
    """The claims of a modest run with some changes, by replication and order."""
    scenario = load(file_of(name), (AT_THE_PEAK if name in LOADS else MODEST) | dict(changes))
    return run(scenario, replications=replications).orders.set_index(["replication", "order"])


def is_refunded(claims: pd.DataFrame) -> pd.Series[bool]:
    return claims["outcome"] == "refunded"


def met_silence(claims: pd.DataFrame) -> pd.Series[bool]:
    """A cancellation request that the seller let pass."""
    return claims["request_settled_by"] == "silence"


# ------------------------------------------------------------------------------------------ the files


@each_file
def test_a_preset_fits_on_a_page(name: str) -> None:
    assert len(file_of(name).read_text().splitlines()) <= A_PAGE


@each_preset
def test_a_preset_says_of_which_year_its_rules_are(name: str) -> None:
    assert "\nas_of: 20" in file_of(name).read_text()


@each_preset
def test_presets_differ_in_nothing_but_the_policy(name: str) -> None:
    def world(scenario: Scenario) -> dict[str, Any]:
        """All but the policy, and but the sellers whom it lets list with free returns."""
        shared = scenario.model_dump(include={"start", "experiment", "calendars", "market", "buyers"})
        del shared["market"]["free_return_listings"]
        return shared

    assert world(load(file_of(name))) == world(load(file_of(WORLD)))


@pytest.mark.slow
def test_platforms_judge_alike_wherever_they_are_called() -> None:
    mediations = [load(file_of(name)).policy.mediation for name in MARKETPLACES]
    assert len({repr((m.staff, m.rulings, m.by_claim, m.split_share)) for m in mediations if m}) == 1


@each_file
def test_a_small_run_keeps_every_invariant(name: str) -> None:
    result = run(load(file_of(name), SMALL), replications=2)
    assert len(result.orders) > 100
    assert len(result.about["invariants"]) >= 17


# ------------------------------------------------------------------- what people expect of the marketplaces


def test_without_a_policy_nothing_comes_back_but_what_the_bank_takes_back() -> None:
    claims = claims_of(WORLD)
    assert 0 < is_refunded(claims).mean() < 0.05
    assert set(claims[is_refunded(claims)]["route"]) == {"chargeback"}
    assert set(claims[is_refunded(claims)]["payment_method"]) == {"card"}


@each_preset
def test_any_policy_is_better_than_none(name: str) -> None:
    assert is_refunded(claims_of(name)).mean() > 0.4 > is_refunded(claims_of(WORLD)).mean()


@pytest.mark.parametrize("name", SILENCE_APPROVES)
def test_where_silence_approves_it_costs_the_buyer_time_but_not_money(name: str) -> None:
    claims = claims_of(name)
    silent, accepted = met_silence(claims), claims["route"].eq("cancellation") & ~met_silence(claims)
    assert silent.sum() >= 10
    assert (claims[silent]["refund"] == claims[silent]["value"]).all()
    waits = claims["request_settled_at"] - claims["request_opened_at"]
    clock = load(file_of(name)).policy.cancellation.clock
    assert set(waits[silent].dt.total_seconds()) == {clock.seconds}
    assert waits[silent].mean() > waits[accepted].mean()


def test_on_aliexpress_no_sellers_refusal_is_the_last_word() -> None:
    claims = claims_of("aliexpress-2020")
    refused = claims[claims["outcome"].eq("refused")]
    # What is refused without the platform's ruling is a return that got lost on its way.
    assert refused.loc[refused["route"].ne("mediation"), "return_posted_at"].notna().all()
    pending_only = claims_of("aliexpress-2020", (("policy.dispute.default.steps_in.after_refusal", False),))
    assert is_refunded(claims).mean() > is_refunded(pending_only).mean() + 0.02


@pytest.mark.parametrize("name", SILENCE_DECLINES)
def test_on_ebay_three_days_of_silence_leave_the_order_standing(name: str) -> None:
    stands = claims_of(name)
    approves = claims_of(name, (("policy.cancellation.on_silence", "approve"),))
    silent = met_silence(stands)
    assert silent.sum() >= 10
    assert not (is_refunded(stands) & stands["route"].eq("cancellation"))[silent].any()
    assert stands.loc[silent, "dispatched_at"].notna().mean() > 0.9, "the parcel leaves all the same"
    assert (approves.loc[silent[silent].index, "outcome"] == "refunded").all()
    assert is_refunded(stands[silent]).mean() < 0.8


def test_a_month_to_ask_instead_of_an_hour_has_more_orders_cancelled_on_ebay() -> None:
    hour, month = claims_of("ebay-2023"), claims_of("ebay-2024")
    assert hour.index.equals(month.index)
    cancelled = [(claims["route"].eq("cancellation") & is_refunded(claims)) for claims in (hour, month)]
    assert (cancelled[0] <= cancelled[1]).mean() > 0.99, "desks differ a little; hardly anybody loses"
    assert cancelled[1].mean() > cancelled[0].mean() + 0.05
    assert is_refunded(month).mean() > is_refunded(hour).mean()


def on_the_page(words: str) -> list[float]:
    """Numbers of a sentence of the page, found by words in which `#` stands for a number."""
    pattern = r"([\d.]+)".join(map(re.escape, words.split("#")))
    (found,) = re.findall(pattern, " ".join(PAGE.read_text(encoding="utf-8").split()))
    return [float(number) for number in (found if isinstance(found, tuple) else (found,))]


def test_what_the_page_says_of_cancellations_on_ebay_and_of_ship_on_taobao_holds() -> None:
    before, after = on_the_page("doubles the orders that are cancelled (# to # % of claims)")
    for name, percent in (("ebay-2023", before), ("ebay-2024", after)):
        claims = claims_of(name)
        cancelled = (claims["route"].eq("cancellation") & is_refunded(claims)).mean()
        assert 100 * cancelled == pytest.approx(percent, abs=3)
    assert "as it does for one claim in fourteen" in " ".join(PAGE.read_text(encoding="utf-8").split())
    shipped_over = (claims_of("taobao-2024")["request_settled_by"] == "shipped_over").mean()
    assert shipped_over == pytest.approx(1 / 14, abs=0.02)


def test_european_withdrawal_is_never_refused_and_who_changed_their_mind_pays_the_postage() -> None:
    claims = claims_of("eu-withdrawal")
    assert is_refunded(claims).mean() > 0.85
    assert set(claims["outcome"]) <= {"refunded", "gave_up", "expired"}
    assert is_refunded(claims[claims["dispatched_at"].isna()]).all(), "nothing was sent, nothing is in the way"
    posted = claims[claims["return_posted_at"].notna()]
    faulty = posted["claim"] == "defect"
    assert min(faulty.sum(), (~faulty).sum()) >= 50
    for payer, who in (("seller_cost", faulty), ("buyer_cost", ~faulty)):
        assert (posted.loc[who, payer] > 0).all()
        assert (posted.loc[~who, payer] == 0).all()
    assert (claims["platform_cost"] == 0).all()


def test_whoever_gives_up_a_european_withdrawal_would_have_had_to_pay_too_much_postage() -> None:
    gave_up = claims_of("eu-withdrawal")["outcome"] == "gave_up"
    free = claims_of("eu-withdrawal", (("policy.return.default.payer", "seller"),))
    assert gave_up.sum() >= 50
    assert (free.loc[gave_up[gave_up].index, "outcome"] != "gave_up").mean() > 0.95


def test_on_temu_the_platform_pays_the_postage_and_hardly_anybody_fails() -> None:
    claims = claims_of("temu")
    assert (claims["buyer_cost"] == 0).all()
    assert (claims["platform_cost"] > 0).any()
    assert is_refunded(claims).mean() > 0.95


def test_on_shopee_most_who_fail_posted_too_late() -> None:
    outcomes = claims_of("shopee")["outcome"].value_counts(normalize=True)
    failed = 1 - outcomes["refunded"]
    assert outcomes["expired"] > failed / 2
    three_weeks = claims_of("shopee", (("policy.return.default.post_within", "21 d"),))
    assert three_weeks["outcome"].eq("expired").mean() < outcomes["expired"] / 4


# ------------------------------------------------------------------------------------------- the two loads


def both_loads() -> tuple[pd.DataFrame, pd.DataFrame]:
    rush, shut = (claims_of(name) for name in LOADS)
    return rush, shut


def test_spring_festival_has_the_very_orders_of_singles_day() -> None:
    rush, shut = both_loads()
    assert rush.index.equals(shut.index)
    for column in ("paid_at", "asked_at", "value", "seller"):
        assert rush[column].equals(shut[column])


def test_no_parcel_leaves_and_no_seller_answers_while_everything_is_shut() -> None:
    rush, shut = both_loads()
    first, after = pd.Timestamp("2018-11-04"), pd.Timestamp("2018-11-12")

    def in_those_days(instants: pd.Series[Any]) -> int:
        return int(instants.between(first, after, inclusive="left").sum())

    assert in_those_days(rush["dispatched_at"]) > 100
    assert in_those_days(shut["dispatched_at"]) == 0
    for claims, some in ((rush, True), (shut, False)):
        answered = claims[claims["request_settled_by"] == "answered"]
        assert (in_those_days(answered["request_settled_at"]) > 0) == some


def test_who_has_to_wait_for_a_shut_shop_cancels_more_and_waits_longer_for_the_answer() -> None:
    rush, shut = both_loads()
    in_time = [claims["request_opened_at"].notna() for claims in (rush, shut)]
    assert in_time[1].sum() > in_time[0].sum(), "what has not left can still be cancelled"
    both = rush["request_settled_by"].eq("answered") & shut["request_settled_by"].eq("answered")
    waits = [claims["request_settled_at"] - claims["request_opened_at"] for claims in (rush, shut)]
    assert waits[1][both].mean() > waits[0][both].mean() + pd.Timedelta(hours=6)


def test_finite_desks_at_the_peak_lengthen_times_and_send_more_requests_to_silence() -> None:
    usual, free = claims_of("singles-day"), claims_of("singles-day", tuple(UNLIMITED.items()))
    assert usual.index.equals(free.index)
    silent = [
        sum(claims[f"{stage}_settled_by"].eq("silence").sum() for stage in STAGES) for claims in (usual, free)
    ]
    assert silent[0] >= silent[1] + 10
    both = is_refunded(usual) & is_refunded(free)
    later = (usual["refund_days"] - free["refund_days"])[both]
    assert later.mean() > 0.1


# -------------------------------------------------------------------------------------------- the page of it


def test_each_has_a_paragraph_on_the_page_and_a_column_in_the_table_of_levers() -> None:
    told = re.findall(r"^- \*\*([\w, -]+)\*\*:", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert ", ".join(told).split(", ") == list(MARKETPLACES)
    assert f"| lever | {' | '.join(PRESETS)} |" in LEVERS.read_text(encoding="utf-8")


@pytest.mark.long
def test_the_table_on_the_page_is_what_the_program_prints_now(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    answer = program("run", "-q", *map(file_of, MARKETPLACES), "--out", tmp_path, env={"COLUMNS": "100"})
    first, _ = answer.out.split("\n\n", maxsplit=1)
    assert shown == "".join(f"{line.rstrip()}\n" for line in first.splitlines())


def test_every_preset_has_a_row_that_says_in_how_many_worlds_it_stands_where_it_stands() -> None:
    assert {row.partition(" |")[0] for row in rows_of_worlds()} == set(PRESETS)


@pytest.mark.long
def test_the_shares_of_worlds_on_the_page_are_what_is_found_now() -> None:
    assert "".join(f"| {row}\n" for row in rows_of_worlds()) == table().removeprefix(HEAD)


def rows_of_worlds() -> list[str]:
    _, _, after = PAGE.read_text(encoding="utf-8").partition(HEAD)
    return [line.removeprefix("| ") for line in after.partition("\n\n")[0].splitlines()]
