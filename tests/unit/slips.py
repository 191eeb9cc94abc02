"""Slips in the records of a busy market: for each invariant, what breaks it."""

from __future__ import annotations

from sim.records import accounts, desks, endings, replay, steps
from sim.records.checks import Invariant
from sim.records.journal import Activity
from sim.records.life import SETTLEMENTS
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.vocabulary import Failure, Outcome, Route
from tests.unit.spoils import (
    ANSWERED,
    GAVE_UP,
    INTERRUPTED,
    PARTLY,
    REFUNDED,
    REFUSED,
    SILENCE,
    WITHDRAWN,
    Spoil,
    a_second_row_for_the_first,
    both,
    cancelled,
    cell,
    fact,
    has,
    journal,
    lacks,
    no_row_for_the_last,
    one_second_more_under_the_queue,
    outcome,
    refunded_twice,
    refunded_unasked,
    settled,
    taken_up,
    unfinished,
)

_kept = both(has("delivered_at"), lacks("return_posted_at"))
"""The buyer has the goods."""
OF_ENDINGS: dict[Invariant, dict[str, Spoil]] = {
    endings.orders_in_are_outcomes_out: {
        "a claim has two rows": a_second_row_for_the_first,
        "a claim has no row": no_row_for_the_last,
    },
    endings.nobody_is_refunded_unasked_and_claims_as_well: {
        "a claim was refunded unasked": refunded_unasked(3),
        "an order that nobody paid was refunded": refunded_unasked(99_999),
        "an order was refunded twice": refunded_twice,
    },
    endings.every_code_is_a_word: {
        "an outcome without a name": cell("outcome", outcome(REFUNDED), 99),
        "a claim by an order without one": cell("outcome", outcome(REFUNDED), int(Outcome.NO_CLAIM)),
        "a claim of no kind": cell("claim", outcome(REFUNDED), 0),
        "a route without a name": cell("route", outcome(REFUNDED), 17),
        **{f"{column} without a name": cell(column, outcome(REFUNDED), 9) for column in SETTLEMENTS},
    },
    endings.every_claim_has_at_most_one_ending: {
        "ended and still open": cell("outcome", outcome(REFUSED), int(Outcome.OPEN)),
        "neither ended nor open": cell("ended_at", outcome(REFUSED), NEVER),
        "ended after the money came": cell("ended_at", outcome(REFUNDED), "ended_at", plus=1),
        "refunded by nobody": cell("route", outcome(REFUNDED), int(Route.NONE)),
    },
    endings.every_claim_without_money_has_its_reason: {
        "nobody knows when": cell("failed_at", outcome(REFUSED), NEVER),
        "nobody knows why": cell("failed_because", outcome(REFUSED), Failure.NONE),
        "for the reason of those who gave up": cell("failed_because", outcome(REFUSED), Failure.NOT_WORTH_IT),
        "a reason for those who have their money": cell("failed_because", outcome(PARTLY), Failure.RULED_AGAINST),
    },
    endings.no_refund_is_above_the_price: {
        "more money than was paid": cell("refund", outcome(PARTLY), 100_01),
        "less than nothing": cell("refund", outcome(PARTLY), -1),
        "a little less than all": cell("refund", outcome(REFUNDED), 99_99),
        "all of it, called a part": cell("refund", outcome(PARTLY), 100_00),
        "money for the refused": cell("refund", outcome(REFUSED), 1),
        "more asked for than was paid": cell("claimed", outcome(REFUSED), 100_01),
    },
    endings.the_money_comes_back_once: {
        "never due": cell("refund_due_at", outcome(REFUNDED), NEVER),
        "never there": cell("refunded_at", outcome(PARTLY), NEVER),
        "due for the refused": cell("refund_due_at", outcome(REFUSED), "ended_at"),
        "there for those who gave up": cell("refunded_at", outcome(GAVE_UP), "ended_at"),
    },
    endings.the_money_arrives_within_its_limit: {
        "a second late": cell("refunded_at", outcome(REFUNDED), "refund_due_at", plus=3 * DAY + 1),
    },
    endings.a_cancelled_parcel_stays: {
        "a cancelled parcel leaves": cell("dispatched_at", both(outcome(REFUNDED), cancelled), "paid_at"),
    },
}
OF_ACCOUNTS: dict[Invariant, dict[str, Spoil]] = {
    accounts.the_accounts_of_all_parties_sum_to_zero: {
        "a cent of postage too much": cell("buyer_cost", has("return_posted_at"), "buyer_cost", plus=1),
        "postage paid twice": cell("seller_cost", has("return_posted_at"), 1),
        "goods posted that never came": cell("delivered_at", has("return_received_at"), NEVER),
        "goods back that were not posted": cell("return_received_at", _kept, "delivered_at"),
    },
    accounts.what_was_paid_explains_every_account: {
        "postage that nobody drew": cell("platform_cost", has("return_posted_at"), 1),
    },
}
OF_STEPS: dict[Invariant, dict[str, Spoil]] = {
    steps.instants_of_an_order_never_decrease: {
        f"{later} a second before {earlier}": cell(later, has(earlier, later), earlier, plus=-1)
        for earlier, later in (
            ("paid_at", "asked_at"),
            ("arranged_at", "dispatched_at"),
            ("dispatched_at", "delivered_at"),
            ("cancellation_joined_at", "cancellation_started_at"),
            ("cancellation_settled_at", "dispute_opened_at"),
            ("dispute_settled_at", "mediation_opened_at"),
            ("return_posted_at", "return_received_at"),
            ("mediation_settled_at", "refund_due_at"),
            ("refund_due_at", "refunded_at"),
            ("dispute_settled_at", "ended_at"),
        )
    },
    steps.a_dispute_is_opened_when_the_claim_may_be_made: {
        "a dispute before the parcel is there": cell(
            "dispute_opened_at", has("delivered_at", "dispute_opened_at"), "delivered_at", plus=-1
        ),
    },
    steps.goods_go_back_only_where_the_policy_wants_them: {
        "a lost parcel comes": fact("lost", has("delivered_at"), 1),
        "a lost return comes back": fact("return_lost", has("return_received_at"), 1),
    },
    steps.the_refund_falls_due_on_the_step_of_the_return_that_the_policy_names: {
        "money before the parcel was inspected": cell(
            "refund_due_at", has("inspection_settled_at", "refund_due_at"), "inspection_opened_at", plus=-1
        ),
    },
    steps.a_request_goes_through_its_steps: {
        "opened and never settled": cell("dispute_settled_at", has("dispute_opened_at"), NEVER),
        "settled, one does not know how": cell("dispute_settled_by", has("dispute_opened_at"), 0),
        "noticed and never opened": cell("mediation_joined_at", lacks("mediation_opened_at"), DAY),
        "taken up unnoticed": cell("dispute_joined_at", has("dispute_started_at"), NEVER),
        "answered by nobody": cell("dispute_started_at", settled("dispute", ANSWERED), NEVER),
    },
    steps.one_request_is_open_at_a_time: {
        "a dispute beside a cancellation": cell(
            "dispute_opened_at",
            has("cancellation_opened_at", "dispute_opened_at"),
            "cancellation_settled_at",
            plus=-1,
        ),
    },
    steps.an_answer_takes_the_work_that_was_drawn: {
        "answered in less": cell("dispute_work", settled("dispute", ANSWERED), "dispute_work", plus=-1),
        "done and not answered": cell("cancellation_work", unfinished, 2 * HOUR),
        "work by nobody": cell("dispute_work", lacks("dispute_started_at"), 1),
    },
    steps.nothing_is_answered_after_its_clock: {
        "an answer after the clock": cell(
            "dispute_settled_at", settled("dispute", ANSWERED), "dispute_opened_at", plus=5 * DAY + 1
        ),
        "silence before the clock": cell(
            "cancellation_settled_at", settled("cancellation", SILENCE), "cancellation_settled_at", plus=-1
        ),
        "withdrawn too early": cell(
            "mediation_settled_at", settled("mediation", WITHDRAWN), "mediation_settled_at", plus=-1
        ),
        "withdrawn too late": cell(
            "cancellation_settled_at", settled("cancellation", WITHDRAWN), "cancellation_settled_at", plus=1
        ),
    },
    steps.interruption_goes_before_impatience_and_impatience_before_silence: {
        "impatience called silence": cell("mediation_settled_by", settled("mediation", WITHDRAWN), int(SILENCE)),
        "shipped over, called impatience": cell(
            "cancellation_settled_by", settled("cancellation", INTERRUPTED), int(WITHDRAWN)
        ),
    },
    steps.only_dispatch_its_limit_or_the_platform_interrupts: {
        "shipped over, and shipped later": cell(
            "dispatched_at",
            both(settled("cancellation", INTERRUPTED), has("dispatched_at")),
            "dispatched_at",
            plus=1,
        ),
        "a dispute is interrupted": cell("dispute_settled_by", settled("dispute", ANSWERED), int(INTERRUPTED)),
    },
}
OF_DESKS_AND_JOURNALS: dict[Invariant, dict[str, Spoil]] = {
    desks.busy_staff_never_exceed_the_staff: {
        "taken up out of turn": cell("dispute_started_at", taken_up(at_once=False), "dispute_joined_at"),
    },
    desks.nobody_waits_while_staff_are_free: {
        "left lying for a second": cell("dispute_started_at", taken_up(at_once=True), "dispute_started_at", plus=1),
    },
    desks.requests_are_taken_up_in_opening_hours: {
        "taken up at midnight": cell("dispute_started_at", has("dispute_started_at"), 30 * DAY),
    },
    desks.littles_law_holds_on_every_desk: {"a second of waiting too many": one_second_more_under_the_queue},
    replay.the_journal_replays_to_the_outcome_table: {
        "something untold": journal(without=Activity.ASKED),
        "something told twice": journal(again=Activity.PAID),
        "something that never happened": journal(again=Activity.INSPECTION_STARTED),
        "an order that does not exist": journal(again=Activity.PAID, order=99_999),
    },
}
SLIPS = OF_ENDINGS | OF_ACCOUNTS | OF_STEPS | OF_DESKS_AND_JOURNALS
