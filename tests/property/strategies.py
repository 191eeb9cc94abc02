"""Random marketplaces: whatever a scenario file may say, small, quick, and rich in ties.

`scenario_files()` draws a mapping that could be written as YAML; `scenario_of` reads it. Every part may be
missing, trivial or extreme. Durations come mostly from a few round values, arrivals often all within a few
seconds, so that many things happen in the same second, to one order and between orders. What levers need of
each other (mediation for silence that escalates, an end to every request) is observed while drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from sim.scenario.consistency import complaints
from sim.scenario.model import Scenario
from tests.property.drawn_laws import (
    Strategy,
    amounts,
    any_time,
    mostly,
    never_or,
    none_or,
    parts,
    parts_of_a_whole,
    patience,
    shares,
    some,
    wall,
    work,
)
from tests.property.drawn_policies import policies

File = dict[str, Any]

START = "2018-10-01"  # a Monday; China's holidays begin
CALENDARS: tuple[File, ...] = (
    {},
    {"hours": {"mon-fri": "09:00-18:00"}},
    {"hours": {"mon-sat": ["09:00-12:00", "13:30-18:00"], "sun": "00:00-24:00"}},
    {"hours": {"mon-fri": "00:00-24:00"}},
    {"hours": {"mon": "09:00-18:00"}, "closed": [{"from": "2018-10-15", "to": "2018-10-28", "why": "away"}]},
    {"hours": {"mon-fri": "09:00-18:00"}, "holidays": ["CN"], "closed": ["2018-10-03"]},
)
MENU = ("not_needed", "change_order", "other", "no_answer", "raised_price")


# ------------------------------------------------------------------------------------- parties


@st.composite
def answers(draw: st.DrawFn, clocked: bool, ends: bool, *words: str) -> File:
    """How a seller answers. A request that nothing else `ends` is answered."""
    said: File = draw(parts_of_a_whole("accept", "refuse", *words, *(["silent"] if ends else [])))
    if clocked and draw(st.booleans()):
        said["notice_share_of_clock"] = draw(parts)
    else:
        said["notice"] = draw(never_or(wall) if ends else wall)
    return said | {"handling": draw(mostly(some("1 h of work", "9 h of work", "0"), work))}


@st.composite
def seller_types(draw: st.DrawFn, policy: File, waits: File) -> File:
    """One to three kinds of seller, whose answers fit the policy's clocks."""
    cancellation = clocks_of([policy["cancellation"]])
    dispute = clocks_of(rows(policy["dispute"]))
    inspection = clocks_of([row.get("inspection", "none") for row in rows(policy["return"])])

    counters = ["counter"] * all(row["rounds"] for row in rows(policy["dispute"]))

    def asked(clocked: bool, patient: Any, *words: str) -> Strategy:
        return answers(clocked, clocked or "never" not in str(patient), *words)

    def kind(share: float) -> File:
        reasons = {"asks_to_change_reason": draw(shares), "unchanged_odds": draw(shares)}
        return {
            "share": share,
            "arrange": draw(never_or(any_time)),
            "dispatch": draw(never_or(any_time)),
            "cancellation": draw(asked(cancellation, waits["cancellation"], "ship")) | reasons,
            "dispute": draw(asked(dispute, waits["dispute"], *counters)) | {"offer": draw(parts)},
            "inspection": draw(asked(inspection, "never")),
            "closed": draw(mostly(some([]), some(["2018-10-02"], [{"from": "2018-10-01", "to": "2018-10-05"}]))),
        }

    names = ("prompt", "stalls", "absent")[: draw(st.integers(1, 3))]
    return {name: kind(share) for name, share in draw(parts_of_a_whole(*names)).items()}


@st.composite
def rosters(draw: st.DrawFn, types: Sequence[str]) -> list[File]:
    """Sellers one by one; some with a staff or days off of their own."""
    sold = draw(parts_of_a_whole(*("a", "b", "c")[: draw(st.integers(1, 3))]))
    own = {
        "staff": some(1, 2, "unlimited"),
        "closed": some("2018-10-02", [{"from": "2018-10-01", "to": "2018-10-04"}]),
    }
    return [
        {"seller": name, "share": share, "type": draw(some(*types))} | draw(st.fixed_dictionaries({}, optional=own))
        for name, share in sold.items()
    ]


def rows(levers: Any) -> list[File]:
    """The rows by claim kind, where there are any."""
    return [] if levers == "none" else [row for row in levers.values() if row != "none"]


def clocks_of(terms: Sequence[Any]) -> bool:
    """Whether each of these requests, if it exists, has a clock."""
    return all(one == "none" or one["clock"] != "none" for one in terms)


def choices() -> Strategy:
    """One or more decisions of one buyer, or of all."""
    names = ("cancel", "dispute", "take_offer", "escalate", "charge_back")
    decided = st.dictionaries(some(*names), st.booleans(), min_size=1)
    return st.tuples(decided, some({}, {"order": 0}, {"order": 3, "replication": 0})).map(lambda of: of[0] | of[1])


@st.composite
def buyers(draw: st.DrawFn, policy: File, waits: File) -> File:
    reasons = st.dictionaries(some(*MENU), some(1, 0, 2.5), min_size=1).filter(lambda all: any(all.values()))
    cheaper = st.fixed_dictionaries({"probability": shares, "saving": parts})
    regret = {"probability": mostly(some(1), some(0.5, 0)), "after": never_or(wall), "reasons": reasons}
    escalation = st.fixed_dictionaries({"probability": mostly(some(1), some(0.5, 0)), "after": never_or(wall)})
    notices = st.fixed_dictionaries({"probability": mostly(some(1, 0.5), shares), "after": never_or(wall)})
    is_promised, ends = policy["promise"] != "none", clocks_of([row["offer"] for row in rows(policy["dispute"])])
    return {
        "trusted": draw(shares),
        "not_received": draw(none_or(notices)) if is_promised else "none",
        "defect": draw(none_or(notices)),
        "offers": {
            "reservation": draw(parts),
            "silent": draw(shares) if ends else 0,
            "notice": draw(never_or(wall) if ends else wall),
        },
        "chargeback": {"probability": draw(mostly(some(1), shares)), "after": draw(never_or(wall))},
        "regret": draw(st.fixed_dictionaries(regret | {"found_cheaper": none_or(cheaper)})),
        "agrees_to_change_reason": draw(shares),
        "goes_on": draw(mostly(some(1), some(0.5, 0))),
        "choices": draw(mostly(some([]), st.lists(choices(), max_size=3))),
        "dispute_after": draw(
            mostly(some({}), st.dictionaries(some("regret", "not_received", "defect"), never_or(wall)))
        ),
        "plea": draw(none_or(st.fixed_dictionaries({"probability": shares, "odds": some(1, 3, 0.5)}))),
        "hassle": draw(mostly(some(0, 0.2), parts)),
        "return_cost": draw(mostly(some(0, 2.5), amounts)),
        "return_delay": draw(never_or(any_time)),
        "escalation": draw(escalation),
        "patience": waits,
    }


@st.composite
def by_name(draw: st.DrawFn, buyers: File, names: Sequence[str]) -> File:
    """Some of the chances of a claim differ by payment method, or by product group."""
    for wish in ("regret", "not_received", "defect"):
        if buyers[wish] != "none" and draw(st.integers(0, 5)) == 5:
            buyers[wish]["probability"] = {name: draw(some(1, 0.5, 0)) for name in names}
    return buyers


# ------------------------------------------------------------------------------------ scenario

SPREAD, AT_MIDNIGHT, AT_NINE = "4 d", "5 s", "9 h 5 s"
"""Orders over some days; all within five seconds, before or just as the working day begins."""


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[File, File]:
    """The experiment and how orders come: a few dozen, or none at all."""
    cohort, count = draw(some(SPREAD, AT_MIDNIGHT, AT_NINE)), draw(mostly(some(20, 40), some(0.5, 6)))
    night = [0.0] * 9 + [1.0] + [0.0] * 14
    pace = {SPREAD: count / 4, AT_MIDNIGHT: count / 5 * 86_400, AT_NINE: count / 5 * 3_600}[cohort]
    experiment = {"warm_up": "0", "cohort": cohort, "run_out": "0", "seed": draw(st.integers(0, 2**32 - 1))}
    market: File = {"orders_per_day": pace, "dispatch_stretch": draw(some({}, {START: 2.5}))}
    if cohort == AT_NINE:
        market["hours"] = night
    if cohort == SPREAD:
        market |= draw(
            some({}, {"weekdays": {"tue": 0, "wed": 3}, "peaks": {START: 1.7, f"{START}..2018-10-02": 0.5}})
        )
    return experiment | {"follow_up": draw(none_or(some("1 d")))}, market


@st.composite
def scenario_files(draw: st.DrawFn) -> File:
    """A scenario file, as a mapping, that may be run as it stands."""
    experiment, market = draw(arrivals())
    methods = ("card", "wallet")[: draw(st.integers(1, 2))]
    policy = draw(policies(methods))
    waits = {request: draw(patience) for request in ("cancellation", "dispute", "mediation")}
    sellers = {
        "count": draw(st.integers(1, 3)),
        "concentration": draw(some(0, 1)),
        "staff": draw(mostly(some(1), some("unlimited", 2, 3))),
        "discipline": draw(some("fifo", "earliest_deadline")),
        "types": draw(seller_types(policy, waits)),
    }
    if draw(st.integers(0, 2)) == 2:
        sellers["roster"] = draw(rosters(tuple(sellers["types"])))
    groups = draw(mostly(some({}), parts_of_a_whole("fashion", "books")))
    market |= {
        "product_groups": groups,
        "order_value": draw(mostly(some(10), amounts)),
        "payment_methods": draw(parts_of_a_whole(*methods)),
        "sellers": sellers,
        "free_return_listings": draw(mostly(some(0), shares)),
        "carrier": {
            "transit": draw(never_or(any_time)),
            "return_transit": draw(never_or(any_time)),
            "lost": draw(mostly(some(0), shares)),
            "return_lost": draw(mostly(some(0), shares)),
        },
    }
    return {
        "name": "drawn",
        "start": START,
        "experiment": experiment,
        "calendars": draw(
            st.fixed_dictionaries(dict.fromkeys(("seller", "platform", "carrier", "bank"), some(*CALENDARS)))
        ),
        "market": market,
        "buyers": draw(by_name(draw(buyers(policy, waits)), tuple(groups) or methods)),
        "policy": policy,
    }


def scenario_of(file: File) -> Scenario:
    """Read a drawn file. Fails where it may not run, which would be a slip of these strategies."""
    scenario = Scenario.model_validate(file)
    assert complaints(scenario) == []
    return scenario
