"""Advice for one buyer who waits: what becomes of buyers like this one, in markets like this one.

The buyer is put into ordinary replications of the scenario many times over, at instants like any other buyer's,
each time in place of somebody else's claim (so that desks are as busy as ever), with luck conditioned on what
the buyer has seen. What they have in common with others is read off everybody's claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.chance.draws import draw_replication
from sim.chance.facts import Ints
from sim.chance.orders import Openings
from sim.chance.streams import Floats, Luck
from sim.errors import BadUsage
from sim.experiment.engines import fill_of
from sim.experiment.replication import calendars_of
from sim.rules.terms import RequestTerms, Span, terms_of
from sim.scenario.choices import Choice
from sim.scenario.durations import DAY, HOUR, NEVER, Kind
from sim.scenario.model import Scenario
from sim.scenario.wording import per_cent
from sim.vocabulary import Anchor, ClaimKind, Settled, Stage
from sim.waiting.conditioned import Conditions
from sim.waiting.everybody import DaysWaited, SinceHours, by_days_waited, by_hours
from sim.waiting.history import Histories
from sim.waiting.outlook import CountedShare, answered_as, days_to_money, is_paid, odds, quantiles, share
from sim.waiting.replicates import Columns, engine_at_hand, tell

REPLICATIONS, TIMES = 8, 200
"""Markets that a buyer is put into, and how many times into each."""
CANDIDATES = 3
"""Instants to choose from for each time: those at which what was seen is likelier are chosen more often."""
LUCK = 1 << 20
"""Luck of the buyer who is advised is that of replications from here on."""
STAGES = ("none", "cancellation", "dispute")


@dataclass(frozen=True)
class Buyer:
    """What a buyer can say of a case: seconds ago, a stage, and facts where they are known (by number)."""

    paid: int
    asked: int | None
    stage: str
    facts: Mapping[str, int]


@dataclass(frozen=True)
class Way:
    """One thing that the buyer can do, and what comes of it."""

    name: str
    does: str
    paid: CountedShare
    odds: Mapping[str, CountedShare]
    days: Mapping[float, float | None]
    """Days from now until so large a part of those who get money have it."""


@dataclass(frozen=True)
class Advice:
    """All that can be said to one buyer."""

    scenario: Scenario
    buyer: Buyer
    ways: tuple[Way, ...]
    """The first is to go on as buyers do."""
    request: Mapping[str, CountedShare]
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
    _expect_sense(scenario, buyer)
    calendars = calendars_of(scenario)
    told: dict[str, list[Columns]] = {}
    nows: list[Ints] = []
    others: list[tuple[Columns, Columns]] = []
    cases: Conditions | None = None
    fill = fill_of(engine_at_hand())
    for replication in range(replications):
        draws = draw_replication(scenario, replication, calendars, fill)
        cases = cases or _put_into(scenario, buyer, draws.orders.paid, calendars)
        rows = _chosen(cases, replication)
        nows.append(cases.histories.now[rows])
        spared = _without_some(scenario, draws.claims, len(rows))
        facts = cases.facts(rows, Luck(scenario.experiment.seed, LUCK + replication, fill))
        for name, _, choice in _choices(scenario, buyer):
            stories = tell(cases, rows, facts, others=spared, choice=choice, proven=False)
            told.setdefault(name, []).append(stories.told)
            if name == "as they do":
                others.append((stories.others, stories.others_facts))
    whole = {name: _joined(parts) for name, parts in told.items()}
    return _advice(scenario, buyer, whole, np.concatenate(nows), others)


def _choices(scenario: Scenario, buyer: Buyer) -> list[tuple[str, str, Choice | None]]:
    """What the buyer can do now, where the scenario has it."""
    ways: list[tuple[str, str, Choice | None]] = [("as they do", "do as buyers do", None)]
    policy = scenario.policy
    if buyer.stage == "none" and policy.cancellation is not None:
        ways.append(
            ("press", "press the cancel button now; if that fails, dispute", Choice(cancel=True, dispute=True))
        )
        ways.append(("wait", "wait for the parcel, then dispute", Choice(cancel=False, dispute=True)))
    if buyer.stage == "cancellation":
        ways.append(("go on", "wait for the answer; if it is no, go on to a dispute", Choice(dispute=True)))
        ways.append(("let go", "wait for the answer; if it is no, keep the goods", Choice(dispute=False)))
    if buyer.stage == "dispute" and policy.mediation is not None:
        ways.append(("escalate", "take a no to the platform", Choice(escalate=True)))
        ways.append(("leave it", "leave a no at that", Choice(escalate=False)))
    if buyer.stage == "dispute" and any(kind.dispute.counter for kind in scenario.market.sellers.types.values()):
        ways.append(("take offers", "take what the seller offers", Choice(take_offer=True)))
        ways.append(("insist", "turn offers down, and go to the platform", Choice(take_offer=False, escalate=True)))
    return ways


def _put_into(scenario: Scenario, buyer: Buyer, paid: Ints, calendars: Openings) -> Conditions:
    """The buyer as a case at instants like any other's; the likelier what was seen, the more often."""
    begins, _ = scenario.experiment.cohort_window
    ends = max(begins + DAY, scenario.experiment.arrivals_end - scenario.experiment.run_out.seconds // 2)
    usable = paid[(paid >= begins) & (paid < ends)]
    if not len(usable):
        raise BadUsage("this scenario has no orders in its cohort: nobody is like this buyer")
    picks = np.linspace(0, len(usable) - 1, CANDIDATES * TIMES).astype(np.int64)
    candidates = _histories(scenario, buyer, usable[picks])
    conditions = Conditions(scenario, candidates, calendars)
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


def _histories(scenario: Scenario, buyer: Buyer, paid: Ints) -> Histories:
    now, never = paid + buyer.paid, np.full(len(paid), NEVER)
    facts = {name: np.full(len(paid), value) for name, value in buyer.facts.items()}
    instants = {"paid": paid, "dispatched": never}
    asked = now - (buyer.asked or 0)
    if buyer.stage == "none":
        instants |= {"asks": now}
    elif buyer.stage == "cancellation":
        instants |= {"requested": asked, "closed": never}
    else:
        came = {"dispatched": paid + (asked - paid) // 3, "delivered": asked}
        instants |= {**came, "dispute_opened": asked, "dispute_closed": never}
    return Histories(now, instants, facts)


def _without_some(scenario: Scenario, claims: Columns, count: int) -> Columns:
    """The others, without as many as the buyer takes the place of: evenly over that time."""
    begins, _ = scenario.experiment.cohort_window
    inside = np.flatnonzero(claims["asked"] >= begins)
    gone = (
        inside[np.linspace(0, max(len(inside) - 1, 0), min(count, len(inside))).astype(np.int64)]
        if len(inside)
        else inside
    )
    kept = np.ones(len(claims["asked"]), dtype=bool)
    kept[gone] = False
    return {name: column[kept] for name, column in claims.items()}


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _advice(
    scenario: Scenario, buyer: Buyer, told: dict[str, Columns], now: Ints, others: list[tuple[Columns, Columns]]
) -> Advice:
    first = told["as they do"]
    _expect_that_it_stands(buyer, first, now)
    does = {name: words for name, words, _ in _choices(scenario, buyer)}
    ways = tuple(_way(name, does[name], columns, now) for name, columns in told.items())
    everybody = _joined([outcomes for outcomes, _ in others])
    their = {
        name: np.concatenate([facts[name] for _, facts in others])
        for name in ("paid", "asked", "claim", "ships_at")
    }
    begins, _ = scenario.experiment.cohort_window
    ends = scenario.experiment.arrivals_end - scenario.experiment.run_out.seconds // 2
    counted = (
        (their["paid"] >= begins) & (their["paid"] < max(ends, begins + DAY)) & (their["claim"] == ClaimKind.REGRET)
    )
    some = {name: column[counted] for name, column in everybody.items()}
    waited = (their["asked"] - their["paid"])[counted]
    kind = ClaimKind(buyer.facts.get("kind", int(ClaimKind.REGRET)))
    days = np.sort(days_to_money(first, now))
    return Advice(
        scenario, buyer, ways,
        request=_request_odds(first) if buyer.stage == "cancellation" else {},
        deadline=_deadline(scenario, buyer, first, now, kind),
        on_silence=_request_terms(scenario, buyer, kind).on_silence,
        by_days_waited=by_days_waited(some),
        by_hours=by_hours(some, waited),
        free_for=_free_for(scenario, buyer),
        curve=(days, np.arange(1, len(days) + 1) / max(len(days), 1)),
    )  # fmt: skip


def _request_odds(told: Columns) -> dict[str, CountedShare]:
    return {name: share(flags) for name, flags in answered_as(told).items()}


def _way(name: str, does: str, told: Columns, now: Ints) -> Way:
    days = days_to_money(told, now)
    return Way(name, does, share(is_paid(told)), odds(told), quantiles(days, of_all=False))


def _request_terms(scenario: Scenario, buyer: Buyer, kind: ClaimKind) -> RequestTerms:
    stage = Stage.DISPUTE if buyer.stage == "dispute" else Stage.CANCELLATION
    return terms_of(scenario, kind).requests[stage]


def _deadline(scenario: Scenario, buyer: Buyer, told: Columns, now: Ints, kind: ClaimKind) -> int | None:
    """Until the clock of the open request is over: the same for all on the wall, the middle one by a calendar."""
    clock: Span = _request_terms(scenario, buyer, kind).clock
    if buyer.stage == "none" or clock.seconds >= NEVER:
        return None
    if clock.kind == Kind.WALL:
        return max(clock.seconds - (buyer.asked or 0), 0)
    stage = "dispute" if buyer.stage == "dispute" else "cancellation"
    silent = told[f"{stage}_settled_by"] == Settled.SILENCE
    left = (told[f"{stage}_settled_at"] - now)[silent]
    return int(np.median(left)) if len(left) else None


def _free_for(scenario: Scenario, buyer: Buyer) -> int:
    terms = scenario.policy.cancellation
    free = terms.free_until if terms is not None else None
    if buyer.stage != "none" or free is None or free.after != Anchor.PAID or free.within is None or free.until:
        return 0
    return max(free.within.seconds - buyer.paid, 0)


def _expect_sense(scenario: Scenario, buyer: Buyer) -> None:
    if buyer.asked is not None and buyer.asked > buyer.paid:
        raise BadUsage("advise: found a buyer who asked before paying, expected --asked at most --paid")
    if buyer.stage == "cancellation" and scenario.policy.cancellation is None:
        raise BadUsage("advise: this policy knows no cancellation, expected another --stage")
    kind = ClaimKind(buyer.facts.get("kind", int(ClaimKind.REGRET)))
    if buyer.stage == "dispute" and not terms_of(scenario, kind).may_dispute:
        raise BadUsage(f"advise: this policy knows no dispute for {kind.word}, expected another --stage or --claim")
    free = Buyer(buyer.paid - (buyer.asked or 0), None, "none", buyer.facts)
    if buyer.stage == "cancellation" and (left := _free_for(scenario, free)):
        hours = left / HOUR
        raise BadUsage(
            "advise: found a request to cancel that nobody has answered, but this policy grants it at once "
            f"for another {hours:.0f} h from when it was put: it needs nobody's answer"
        )
    clock = _request_terms(scenario, buyer, kind).clock
    if buyer.stage != "none" and clock.kind == Kind.WALL and clock.seconds <= (buyer.asked or 0):
        raise BadUsage(
            f"advise: found a request of {(buyer.asked or 0) / DAY:g} d ago that is open, but its clock is over "
            f"after {clock.seconds / DAY:g} d: what silence means has happened"
        )


def _expect_that_it_stands(buyer: Buyer, told: Columns, now: Ints) -> None:
    """Whose request is open: nearly every story has it open until now, or the policy has settled it before."""
    if buyer.stage == "none":
        return
    stage = "dispute" if buyer.stage == "dispute" else "cancellation"
    opened, settled = told[f"{stage}_opened_at"], told[f"{stage}_settled_at"]
    stands = (opened == now - (buyer.asked or 0)) & (settled > now)
    if not stands.all():
        raise BadUsage(
            f"advise: in {per_cent(1 - stands.mean())} of its stories the {stage} would be over by now, "
            "or never have been possible: these times do not go with this policy"
        )
