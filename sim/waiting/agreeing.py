"""Luck that does not agree with a case's past is drawn again, until its story begins with the case's history.

What was seen shapes luck decision by decision (`conditioned`). Some of it says something of several decisions
together: who has turned to the bank while the parcel had not left knows that it will leave in time. That only the
story tells. Drawn again until it agrees, and never chosen otherwise, such luck is just as likely as it is given all
that was seen (rejection: J. von Neumann, "Various Techniques Used in Connection with Random Digits", 1951).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.arrays import Bools, Columns, Ints
from sim.chance.past import Past
from sim.chance.streams import Luck
from sim.rules.terms import refunds_at_dispatch_limit
from sim.scenario.durations import NEVER
from sim.waiting.conditioned import Conditions, Facts
from sim.waiting.replicates import Stories, tell, wrong_beginnings

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
