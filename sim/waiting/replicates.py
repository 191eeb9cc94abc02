"""Many stories of each case, on the engines as they are: a replicate is an order with luck of its own.

Luck that does not agree with a case's past is drawn again, until its story begins with the case's history. What was
seen shapes luck decision by decision (`conditioned`). Some of it says something of several decisions together: who
has turned to the bank while the parcel had not left knows that it will leave in time. That only the story tells.
Drawn again until it agrees, and never chosen otherwise, such luck is just as likely as given all that was seen
(rejection: J. von Neumann, "Various Techniques Used in Connection with Random Digits", 1951).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Bools, Columns, Ints, TableOfClaims
from sim.chance.choices import with_choices
from sim.chance.facts import Bought, Draws, OrderFacts
from sim.chance.past import NO_PAST, Past
from sim.chance.streams import Luck
from sim.compiled import machine_code
from sim.errors import BrokenInvariant
from sim.experiment.engines import COMPILED, SIMPY, live
from sim.records.life import BLANK, COLUMNS
from sim.records.table import Records
from sim.rules.terms import refunds_at_dispatch_limit
from sim.scenario.buyers import Choice
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import parties_of_kinds, staff_of
from sim.vocabulary import Outcome, Route
from sim.waiting.conditioned import Conditions, Facts
from sim.waiting.history import contradictions


@dataclass(frozen=True)
class Stories:
    """What became of some replicates, and of everybody else in their market."""

    records: Records
    """Of those who asked, as the engine left them."""
    told: Columns
    """The outcome table's columns, a row for each replicate; `no_claim` for those who keep what they ordered."""
    facts: Facts
    others: Columns
    """The same of the claims that were no replicates."""
    others_facts: Columns


def engine_at_hand() -> str:
    """The quicker engine, if its machine code is there; both tell the same stories."""
    return COMPILED if machine_code.is_at_hand() else SIMPY


def tell(
    conditions: Conditions,
    rows: Ints,
    facts: Facts,
    *,
    past: Past = NO_PAST,
    others: Columns | None = None,
    choice: Choice | None = None,
    engine: str | None = None,
    proven: bool = True,
) -> Stories:
    """One story for each of these cases, of its facts, among the claims of others, if there are any.

    Raises BrokenInvariant where a story does not begin with its case's history (unless it need not be `proven`),
    and BeyondCalendar where one outlives its calendars.
    """
    mine = with_choices(_draws(facts.claims, len(rows)), [choice] if choice else [], 0).claims
    market, claims = _at_desks_of_their_hours(conditions.scenario, _together(mine, others, len(rows)))
    draws = _draws(claims, len(rows) + _count(others))
    records = live(engine or engine_at_hand(), market, draws, conditions.calendars, past=past)
    count = len(facts.rows)
    of_mine = Records(
        draws,
        {name: column[:count] for name, column in records.claims.items()},
        records.queue_seconds,
        records.journal,
    )
    if proven:
        expect_the_past(conditions, rows, facts, of_mine)
    told = _over_all(of_mine.claims, facts, len(rows))
    theirs = {name: column[count:] for name, column in records.claims.items()}
    return Stories(
        of_mine,
        told,
        replace(facts, claims=dict(mine)),
        theirs,
        {name: draws.claims[name][count:] for name in draws.claims},
    )


def expect_the_past(conditions: Conditions, rows: Ints, facts: Facts, records: Records) -> None:
    """Every story begins with its case's history. Raises BrokenInvariant."""
    for column, wrong in wrong_beginnings(conditions, rows, facts, records).items():
        if wrong.any():
            case = int(rows[facts.rows[np.flatnonzero(wrong)[0]]])
            raise BrokenInvariant(f"not so: every story begins with its case's history: case {case}, {column}")


def wrong_beginnings(conditions: Conditions, rows: Ints, facts: Facts, records: Records) -> dict[str, Bools]:
    """By column: the claims whose story does not begin as their case did."""
    may_cancel = conditions.scenario.policy.cancellation is not None
    return contradictions(conditions.histories, records, rows[facts.rows], may_cancel)


def _draws(claims: TableOfClaims, count: int) -> Draws:
    nothing = np.empty(0, dtype=np.int64)
    orders = OrderFacts(np.zeros(count, dtype=np.int64), lambda some: Bought(*([some] * 5)), lambda some: some)
    return Draws(orders, claims, nothing)


def _count(others: Columns | None) -> int:
    return 0 if others is None else int(others["order"].max(initial=-1)) + 1


def _together(mine: TableOfClaims, others: Columns | None, count: int) -> TableOfClaims:
    if others is None or not len(others["order"]):
        return mine
    both = {name: np.concatenate([mine[name], others[name]]) for name in mine}
    both["order"] = np.concatenate([mine["order"], others["order"] + count])
    return both


def _at_desks_of_their_hours(scenario: Scenario, claims: TableOfClaims) -> tuple[Scenario, TableOfClaims]:
    """Where types of sellers have days off of their own: a seller has a desk for each such calendar.

    What type a case's seller is of is known, or likely, of each case by itself; luck may have given others of that
    seller, or other replicates, another type, and a desk keeps one calendar.
    """
    sellers, parties = scenario.market.sellers, parties_of_kinds(scenario)
    if sellers.roster is not None or len(set(parties)) == 1:
        return scenario, claims
    _, calendar = np.unique(parties, return_inverse=True)
    desks = sellers.model_copy(update={"count": sellers.count * len(set(parties))})
    market = scenario.market.model_copy(update={"sellers": desks})
    of_its_own = claims["seller"] + sellers.count * calendar[claims["seller_type"]]
    return scenario.model_copy(update={"market": market}), {**claims, "seller": of_its_own}


def _over_all(told: TableOfClaims, facts: Facts, count: int) -> Columns:
    """A row for every replicate, also for those who never ask."""
    whole = {name: np.full(count, BLANK[name], dtype=np.int64) for name in COLUMNS}
    whole["outcome"][:] = int(Outcome.NO_CLAIM)
    for name in COLUMNS:
        whole[name][facts.rows] = told[name]
    unasked = np.flatnonzero(facts.unasked)
    whole["outcome"][unasked], whole["route"][unasked] = int(Outcome.REFUNDED), int(Route.NOT_DISPATCHED)
    whole["refunded_at"][unasked] = whole["ended_at"][unasked] = facts.unasked_due[unasked]
    whole["ended_at"][whole["outcome"] == Outcome.OPEN] = NEVER
    return whole


def has_queues(scenario: Scenario) -> bool:
    """Whether any desk has staff that can be short: then cases meet, and each replicate is a market of its own."""
    mediation = scenario.policy.mediation
    short = any(isinstance(staff, int) for staff in staff_of(scenario.market.sellers))
    return short or (mediation is not None and isinstance(mediation.staff, int))


ROUNDS = (4, 32, 256, 1_024)
"""Stories tried of a replicate, round by round, before its past is said to have as good as no chance."""
AT_A_TIME = 65_536
"""Stories told together at most."""


def disagreements(conditions: Conditions, rows: Ints, stories: Stories) -> dict[str, Bools]:
    """By column: the replicates whose story does not begin with their case's history."""
    facts, wrong = stories.facts, {}
    for column, flags in wrong_beginnings(conditions, rows, facts, stories.records).items():
        wrong[column] = np.zeros(len(rows), dtype=bool)
        wrong[column][facts.rows] = flags
    if "refund_due" in wrong:  # the platform would have refunded the order by itself
        wrong["refund_due"] |= refunded_already(conditions, rows, facts)
    return wrong


def disagree(conditions: Conditions, rows: Ints, stories: Stories) -> Bools:
    """The replicates whose story does not begin with their case's history."""
    return np.asarray(np.any(list(disagreements(conditions, rows, stories).values()), axis=0))


def refunded_already(conditions: Conditions, rows: Ints, facts: Facts) -> Bools:
    """Replicates that the platform refunds unasked before their case's now, though no refund was seen."""
    histories = conditions.histories
    seen, now = histories.at("refund_due")[rows], histories.now[rows]
    return np.asarray(facts.unasked & (facts.unasked_due <= now) & (seen >= NEVER))


def drawn_again(
    conditions: Conditions, rows: Ints, wrong: Ints, luck: Luck, past: Past, rounds: tuple[int, ...] = ROUNDS
) -> tuple[Ints, Ints]:
    """By which numbers each replicate finds its luck, so that those who were `wrong` agree; and who does not yet.

    The first luck that agrees is taken.
    """
    numbers, unused = np.arange(len(rows)), len(rows)
    for times in rounds:
        still = []
        for some in _in_parts(wrong, max(AT_A_TIME // times, 1)):
            candidates = unused + np.arange(len(some) * times)
            unused += len(candidates)
            agrees = ~_wrong(conditions, np.repeat(rows[some], times), luck, past, candidates).reshape(-1, times)
            found = agrees.any(axis=1)
            first = candidates.reshape(-1, times)[np.arange(len(some)), agrees.argmax(axis=1)]
            numbers[some[found]] = first[found]
            still.append(some[~found])
        wrong = np.concatenate(still) if still else wrong
    return numbers, wrong


def told_under(
    conditions: Conditions, rows: Ints, luck: Luck, numbers: Ints, past: Past, others: Columns | None = None
) -> tuple[Stories, Ints]:
    """The same luck under the policy that comes into force now, and which replicates cannot go on under it.

    What lies behind happened under the old policy. A replicate that the new one's limits would have led elsewhere
    before now keeps the limits that it was begun under.
    """
    facts = conditions.facts(rows, luck, past.then, numbers=numbers)
    stories = tell(conditions, rows, facts, past=past, others=others, proven=False)
    if (wrong := disagree(conditions, rows, stories)).any():
        as_begun = _overdue_now(conditions, rows, conditions.facts(rows, luck, numbers=numbers))
        facts = _in_place(facts, as_begun, wrong)
        stories = tell(conditions, rows, facts, past=past, others=others, proven=False)
        wrong = disagree(conditions, rows, stories)
    return stories, np.flatnonzero(wrong)


def _overdue_now(conditions: Conditions, rows: Ints, facts: Facts) -> Facts:
    """A dispatch limit of which nothing came under the old policy comes to something from now on at the soonest."""
    if refunds_at_dispatch_limit(conditions.scenario):
        return facts
    due = facts.claims["dispatch_due"]
    late = facts.claims["ships_at"] > due
    now = conditions.histories.now[rows[facts.rows]]
    return replace(facts, claims=facts.claims | {"dispatch_due": np.where(late, np.maximum(due, now + 1), due)})


def _in_place(facts: Facts, others: Facts, some: Bools) -> Facts:
    """Facts of which some replicates' are others."""
    kept, taken = ~some[facts.rows], some[others.rows]
    rows = np.concatenate([facts.rows[kept], others.rows[taken]])
    order = np.argsort(rows)
    claims = {
        name: np.concatenate([column[kept], others.claims[name][taken]])[order]
        for name, column in facts.claims.items()
    }
    unasked = np.where(some, others.unasked, facts.unasked)
    return Facts(claims, rows[order], unasked, np.where(some, others.unasked_due, facts.unasked_due))


def _in_parts(some: Ints, size: int) -> list[Ints]:
    return [some[begins : begins + size] for begins in range(0, len(some), size)]


def _wrong(conditions: Conditions, rows: Ints, luck: Luck, past: Past, numbers: Ints) -> Bools:
    facts = conditions.facts(rows, luck, numbers=numbers)
    return disagree(conditions, rows, tell(conditions, rows, facts, past=past, proven=False))
