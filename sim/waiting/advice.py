"""Advice for one buyer who waits: what becomes of buyers like this one, in markets like this one.

The buyer is put into ordinary replications of the scenario many times over, at instants like any other buyer's,
each time in place of somebody else's claim (so that desks are as busy as ever), with luck conditioned on what
the buyer has seen. What they have in common with others is read off everybody's claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sim.arrays import Bools, Columns, Floats, Ints, TableOfClaims
from sim.chance.draws import draw_replication
from sim.chance.orders import Openings
from sim.chance.streams import Luck
from sim.errors import BadUsage
from sim.experiment.engines import source_of
from sim.experiment.number import Number
from sim.experiment.replication import calendars_of
from sim.rules.terms import Span, terms_of
from sim.scenario.durations import DAY, NEVER, Kind
from sim.scenario.model import Scenario
from sim.scenario.wording import per_cent
from sim.vocabulary import ClaimKind, Party, Route, Settled
from sim.waiting.buyer import (
    Buyer,
    expect_sense,
    free_for,
    histories_of,
    may_have_paid,
    possible_actions,
    request_terms,
)
from sim.waiting.conditioned import Conditions, Facts
from sim.waiting.outlook import (
    DaysWaited,
    SinceHours,
    answered_as,
    by_days_waited,
    by_hours,
    days_to_money,
    has_money_back,
    odds,
    quantiles,
    share,
)
from sim.waiting.replicates import engine_at_hand, tell

REPLICATIONS, TIMES = 8, 200
"""Markets that a buyer is put into, and how many times into each."""
MOST = 0.5
"""Where fewer stories stand where the buyer says to be, this buyer cannot be."""
CANDIDATES = 3
"""Instants to choose from for each time: those at which what was seen is likelier are chosen more often."""
LUCK = 1 << 20
"""Luck of the buyer who is advised is that of replications from here on."""


@dataclass(frozen=True)
class Option:
    """One thing that the buyer can do, and what comes of it."""

    name: str
    does: str
    paid: Number
    part: float
    """What part of the price comes back, on average over all such buyers."""
    odds: Mapping[str, Number]
    days: Mapping[float, float | None]
    """Days from now until so large a part of those who get money have it."""


@dataclass(frozen=True)
class Advice:
    """All that can be said to one buyer."""

    scenario: Scenario
    buyer: Buyer
    ways: tuple[Option, ...]
    """The first is to go on as buyers do."""
    request: Mapping[str, Number]
    """How the request ends, by `outlook.ANSWERS`; empty where none is open."""
    deadline: int | None
    """Seconds from now until the clock that runs is over; None where none runs."""
    on_silence: int
    by_days_waited: DaysWaited
    by_hours: SinceHours
    """From and to (hours since payment): how those end who ask then, and their median days to money."""
    free_for: int
    """Seconds from now on for which a cancellation needs nobody's consent; 0 where it does."""
    curve: tuple[Floats, Floats] = field(default=(np.empty(0), np.empty(0)))
    """Days from now, and the share of buyers who have their money by then."""


def advise_buyer(scenario: Scenario, buyer: Buyer, replications: int = REPLICATIONS) -> Advice:
    """Put a buyer into so many markets, and see. Raises BadUsage for what cannot be."""
    expect_sense(scenario, buyer)
    calendars = calendars_of(scenario)
    told: dict[str, list[Columns]] = {}
    nows: list[Ints] = []
    others: list[tuple[Columns, Columns]] = []
    cases: Conditions | None = None
    source = source_of(engine_at_hand())
    for replication in range(replications):
        draws = draw_replication(scenario, replication, calendars, source)
        cases = cases or _put_into(scenario, buyer, draws.orders.paid.astype(np.int64), calendars)
        rows = _chosen(cases, replication)
        nows.append(cases.histories.now[rows])
        spared = _without_some(scenario, draws.claims, len(rows))
        facts = cases.facts(rows, Luck(scenario.experiment.seed, LUCK + replication, source))
        for action in possible_actions(scenario, buyer):
            mine = replace(facts, claims=action.over(facts.claims, buyer))
            stories = tell(cases, rows, mine, others=spared, choice=action.choice, proven=False)
            told.setdefault(action.name, []).append(stories.told | {"value": _values(facts, len(rows))})
            if action.name == "as they do":
                others.append((stories.others, stories.others_facts))
    whole = {name: _joined(parts) for name, parts in told.items()}
    return _advice(scenario, buyer, whole, np.concatenate(nows), others)


def _values(facts: Facts, count: int) -> Ints:
    """What each replicate paid, in cents; 0 for those who keep what they ordered."""
    values = np.zeros(count, dtype=np.int64)
    values[facts.rows] = facts.claims["value"]
    return values


def _put_into(scenario: Scenario, buyer: Buyer, paid: Ints, calendars: Openings) -> Conditions:
    """The buyer as a case at instants like any other's; the likelier what was seen, the more often."""
    begins, _ = scenario.experiment.cohort_window
    over = scenario.experiment.arrivals_end
    ends = min(max(begins + DAY, over - scenario.experiment.run_out.seconds // 2), over - buyer.paid + 1)
    answerer = Party.PLATFORM if terms_of(scenario, buyer.kind).platform_answers else Party.SELLER
    usable = may_have_paid(buyer, paid[(paid >= begins) & (paid < ends)], calendars[answerer])
    if not len(usable):
        raise BadUsage("this scenario has no orders in its cohort: nobody is like this buyer")
    picks = np.linspace(0, len(usable) - 1, CANDIDATES * TIMES).astype(np.int64)
    candidates = histories_of(scenario, buyer, usable[picks], calendars[answerer])
    conditions = Conditions(scenario, candidates, calendars, exact=False)
    if conditions.types.sum() <= 0:
        raise BadUsage(
            "this scenario gives what this buyer has seen no chance: it would have come otherwise by now"
        )
    return conditions


def _chosen(cases: Conditions, replication: int) -> Ints:
    """The instants of one replication: the likelier what was seen, the more often."""
    weights = cases.types.sum(axis=1)
    start = (replication + 0.5) * 0.6180339887 % 1.0  # spreads the picks evenly over replications
    sums = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(sums, (np.arange(TIMES) + start) / TIMES), len(weights) - 1)


def _without_some(scenario: Scenario, claims: TableOfClaims, count: int) -> Columns:
    """The others, without as many as the buyer takes the place of: evenly over that time."""
    begins, _ = scenario.experiment.cohort_window
    inside = np.flatnonzero(claims["asked"] >= begins)
    gone = inside[np.linspace(0, max(len(inside) - 1, 0), min(count, len(inside))).astype(np.int64)]
    kept = np.ones(len(claims["asked"]), dtype=bool)
    kept[gone] = False
    return {name: column[kept] for name, column in claims.items()}


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _advice(
    scenario: Scenario, buyer: Buyer, told: dict[str, Columns], now: Ints, others: list[tuple[Columns, Columns]]
) -> Advice:
    first = told["as they do"]
    stands = np.flatnonzero(_expect_that_it_stands(buyer, first, now))
    told = {name: {column: values[stands] for column, values in each.items()} for name, each in told.items()}
    first, now = told["as they do"], now[stands]
    does = {action.name: action.does for action in possible_actions(scenario, buyer)}
    if "press" in told and not may_press(told["press"]):
        del told["press"]
    ways = tuple(_option(name, does[name], columns, now) for name, columns in told.items())
    everybody = _joined([outcomes for outcomes, _ in others])
    their = {name: np.concatenate([facts[name] for _, facts in others]) for name in ("paid", "asked", "claim")}
    begins, _ = scenario.experiment.cohort_window
    ends = scenario.experiment.arrivals_end - scenario.experiment.run_out.seconds // 2
    counted = (
        (their["paid"] >= begins) & (their["paid"] < max(ends, begins + DAY)) & (their["claim"] == ClaimKind.REGRET)
    )
    some = {name: column[counted] for name, column in everybody.items()}
    waited = (their["asked"] - their["paid"])[counted]
    days = np.sort(days_to_money(first, now))
    asked = answered_as(first) if buyer.stage == "cancellation" else {}
    return Advice(
        scenario, buyer, ways,
        request={name: share(flags) for name, flags in asked.items()},
        deadline=_deadline(scenario, buyer, first, now),
        on_silence=request_terms(scenario, buyer).on_silence,
        by_days_waited=by_days_waited(some),
        by_hours=by_hours(some, waited),
        free_for=free_for(scenario, buyer),
        curve=(days, np.arange(1, len(days) + 1) / max(len(days), 1)),
    )  # fmt: skip


def may_press(told: Columns) -> bool:
    """Whether the button works for anybody who presses it: its time may be over, or it is not for such a claim."""
    free = told["route"] == Route.FREE_CANCELLATION
    return bool((free | (told["cancellation_opened_at"] < NEVER)).any())


def _option(name: str, does: str, told: Columns, now: Ints) -> Option:
    days = days_to_money(told, now)
    part = told["refund"].sum() / max(told["value"].sum(), 1)
    return Option(name, does, share(has_money_back(told)), float(part), odds(told), quantiles(days, of_all=False))


def _deadline(scenario: Scenario, buyer: Buyer, told: Columns, now: Ints) -> int | None:
    """Until the clock of the open request is over: the same for all on the wall, the middle one by a calendar."""
    clock: Span = request_terms(scenario, buyer).clock
    if buyer.stage in ("none", "return") or clock.seconds >= NEVER:
        return None
    if clock.kind == Kind.WALL:
        return max(clock.seconds - (buyer.asked or 0), 0)
    silent = told[f"{buyer.stage}_settled_by"] == Settled.SILENCE
    left = (told[f"{buyer.stage}_settled_at"] - now)[silent]
    return int(np.median(left)) if len(left) else None


def _expect_that_it_stands(buyer: Buyer, told: Columns, now: Ints) -> Bools:
    """Whose request is open: most stories have it open until now, or the policy has settled it before.

    What was answered on a day on which that seller was away cannot be: such stories are left out.
    """
    if buyer.stage == "none":
        return np.ones(len(now), dtype=bool)
    asked = now - (buyer.asked or 0)
    columns = ("return_posted_at", "return_received_at") if buyer.stage == "return" else (
        f"{buyer.stage}_opened_at", f"{buyer.stage}_settled_at")  # fmt: skip
    opened, settled = (told[name] for name in columns)
    again = (buyer.stage == "offer") & (opened > now) & (opened < NEVER)
    stands = ((opened == asked) & (settled > now)) | again
    if stands.mean() < MOST:
        raise BadUsage(
            f"advise: in {per_cent(1 - stands.mean())} of its stories the {buyer.stage} would be over by now, "
            "or never have been possible: these times do not go with this policy"
        )
    return np.asarray(stands)
