"""What is always true, checked after every replication (rulebook §8).

An invariant is a sentence: a function that looks at the evidence and yields where the sentence is not so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from sim.errors import BrokenInvariant
from sim.records import accounts, desks, endings, replay, steps
from sim.records.evidence import Breach, Evidence
from sim.records.journal import NoJournal
from sim.records.story import story
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.vocabulary import Party

Invariant = Callable[[Evidence], Iterator[Breach]]

OF_ALL_ORDERS: tuple[Invariant, ...] = (
    endings.orders_in_are_outcomes_out,
    endings.nobody_is_refunded_unasked_and_claims_as_well,
)
OF_A_CLAIM: tuple[Invariant, ...] = (
    endings.every_code_is_a_word,
    endings.every_claim_has_at_most_one_ending,
    endings.every_claim_without_money_has_its_reason,
    endings.no_refund_is_above_the_price,
    endings.the_money_comes_back_once,
    endings.the_money_arrives_within_its_limit,
    endings.a_cancelled_parcel_stays,
    accounts.the_accounts_of_all_parties_sum_to_zero,
    accounts.what_was_paid_explains_every_account,
    steps.a_request_goes_through_its_steps,
    steps.instants_of_an_order_never_decrease,
    steps.a_dispute_is_opened_when_the_claim_may_be_made,
    steps.the_refund_falls_due_on_the_step_of_the_return_that_the_policy_names,
    steps.goods_go_back_only_where_the_policy_wants_them,
    steps.one_request_is_open_at_a_time,
    steps.an_answer_takes_the_work_that_was_drawn,
    steps.nothing_is_answered_after_its_clock,
    steps.interruption_goes_before_impatience_and_impatience_before_silence,
    steps.only_dispatch_its_limit_or_the_platform_interrupts,
)
"""What is true of each claim by itself: of many claims they are asked some at a time."""
OF_DESKS: tuple[Invariant, ...] = (
    desks.busy_staff_never_exceed_the_staff,
    desks.nobody_waits_while_staff_are_free,
    desks.requests_are_taken_up_in_opening_hours,
    desks.littles_law_holds_on_every_desk,
)
INVARIANTS = (*OF_ALL_ORDERS, *OF_A_CLAIM, *OF_DESKS, replay.the_journal_replays_to_the_outcome_table)
"""In this order: a later one may rely on the earlier ones, such as on each claim having its row."""


def check(scenario: Scenario, records: Records, calendars: dict[Party, Calendar]) -> tuple[str, ...]:
    """Check one replication, played to its end and not cut; the names of the invariants that were checked.

    Without a journal there is nothing to replay. Raises BrokenInvariant, with the order's story, for the first
    one that does not hold.
    """
    run = Evidence(scenario, records, calendars)
    checked = INVARIANTS[:-1] if isinstance(records.journal, NoJournal) else INVARIANTS
    _expect(OF_ALL_ORDERS, run)
    for part in run.parts():
        _expect(OF_A_CLAIM, part)
    _expect(checked[len(OF_ALL_ORDERS) + len(OF_A_CLAIM) :], run)
    return tuple(map(name_of, checked))


def _expect(invariants: tuple[Invariant, ...], run: Evidence) -> None:
    for invariant in invariants:
        for breach in invariant(run):
            raise BrokenInvariant(_report(run, name_of(invariant), breach))


@cache
def name_of(invariant: Invariant) -> str:
    """The sentence."""
    return invariant.__name__.replace("_", " ")


def _report(run: Evidence, sentence: str, breach: Breach) -> str:
    if breach.order is None:
        return f"not so: {sentence}: {breach.what}"
    return f"not so: {sentence}: {breach.what}\n{story(run.scenario, run.records, breach.order)}"
