"""What each event of an order's life sounds like: one sentence, or a small function, per activity.

To tell of a new activity, give it a line in `SENTENCES`.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.records.journal import BY_ITSELF, Activity, Entry
from sim.records.life import JOINED, OPENED, SETTLED, STARTED, STEP_ACTIVITY
from sim.rules.claims import LEFT_ALONE
from sim.rules.refunds import share_of
from sim.scenario.durations import NEVER
from sim.show.case import ClaimCase, settlement
from sim.show.endings import why_it_failed
from sim.show.phrases import deadline, length
from sim.vocabulary import ClaimKind, Outcome, Party, Reason, Route, Settled, Stage, Verdict
from sim.vocabulary.stages import STAGES, TOO_LATE

Sentence = str | Callable[[ClaimCase, Entry], str]
"""Said as it stands, or made from the case. An empty one is left out of the story."""

UNSENT = "The dispatch limit passed with nothing sent"
REASONS = {
    Reason.NOT_NEEDED: "not needed any more",
    Reason.CHANGE_ORDER: "the order should be another one",
    Reason.CHANGE_ADDRESS: "the address should be another one",
    Reason.CHANGE_COUPON: "the coupon should be another one",
    Reason.CHANGE_DELIVERY: "the delivery should be another one",
    Reason.PAYMENT_FAILED: "the payment failed",
    Reason.OTHER: "some other reason",
    Reason.NO_ANSWER: "the seller does not answer",
    Reason.OUT_OF_STOCK: "the seller is out of stock",
    Reason.RAISED_PRICE: "the seller raised the price",
}
SILENCE = {
    Verdict.APPROVE: "silence approves",
    Verdict.DECLINE: "silence declines",
    Verdict.ESCALATE: "silence hands the case to the platform",
    Verdict.MAY_ESCALATE: "silence lets the buyer call in the platform",
    Verdict.CLOSE: "silence closes the claim",
}


# ------------------------------------------------------------------------------- the order and its parcel


def payment(amount: str, method: str, seller: int, seller_type: str, group: str) -> str:
    """How every order begins, claim or not; `group` is empty where the scenario names no product groups."""
    bought = f" for something of the group '{group}'" if group else ""
    return f"The buyer paid {amount} by {method}{bought} to seller {seller}, of the type '{seller_type}'."


def paid(case: ClaimCase, _: Entry) -> str:
    amount = case.money(case.facts.value)
    return payment(amount, case.payment_method, case.facts.seller, case.seller_type, case.product_group)


def dispatched(case: ClaimCase, entry: Entry) -> str:
    if case.verdict_before(entry) is Verdict.SHIPPED:
        return ""
    if case.facts.asked > entry.at:
        return "The seller dispatched the parcel."
    if not case.is_regret:
        return "The parcel left after all."
    return "The parcel left." if case.row["ended_at"] <= entry.at else f"The parcel left: {TOO_LATE}."


def delivered(case: ClaimCase, entry: Entry) -> str:
    return f"The parcel arrived, {length(entry.at - case.row['dispatched_at'])} after it left."


def asked(case: ClaimCase, entry: Entry) -> str:
    since = length(entry.at - case.facts.paid)
    if case.facts.claim == ClaimKind.NOT_RECEIVED:
        return f"{since} after paying, the promised date had passed, and the buyer noticed that nothing had come."
    if case.facts.claim == ClaimKind.DEFECT:
        return f"{length(entry.at - case.row['delivered_at'])} after it had come, the buyer found it faulty."
    reason = REASONS[Reason(case.facts.reason)]
    cheaper = f": elsewhere it costs {case.money(case.facts.saving)} less" if case.facts.found_cheaper else ""
    stated = f"stated: {reason}" if cheaper else reason
    return f"{since} after paying, the buyer changed their mind{cheaper} ({stated}). {_prospects(case)}"


def _prospects(case: ClaimCase) -> str:
    """Why there is nothing to cancel, where that is so."""
    facts = case.facts
    if case.row["cancellation_opened_at"] < NEVER or case.route is Route.FREE_CANCELLATION:
        return ""
    if case.scenario.policy.cancellation is None:
        return "This policy knows no cancellation."
    if case.row["dispatched_at"] <= facts.asked:
        return f"The parcel had left: {TOO_LATE}."
    if facts.window_ends == LEFT_ALONE:
        return "The buyer did not press the cancel button."
    window_ended = deadline(facts.window_ends, case.scenario.start)
    return f"The time for cancelling this product had been over since {window_ended}."


# ------------------------------------------------------------------------------- requests


def cancellation_opened(case: ClaimCase, _: Entry) -> str:
    terms = case.scenario.policy.cancellation
    held = "; the parcel waits meanwhile" if terms and terms.ships_while_open == "held" else ""
    return f"The buyer asked to cancel; the seller {case.by(Stage.CANCELLATION)} to answer{held}."


def dispute_opened(case: ClaimCase, _: Entry) -> str:
    plea = "Having written to the seller first, the buyer" if case.facts.writes_first else "The buyer"
    amount, answerer = case.money(case.row["claimed"]), case.answerer(Stage.DISPUTE).word
    return (
        f"{plea} opened a dispute over {amount}; the {answerer} must agree and {case.by(Stage.DISPUTE)} to answer."
    )


def mediation_opened(case: ClaimCase, entry: Entry) -> str:
    called = "The platform came by itself" if entry.said == BY_ITSELF else "The buyer called in the platform"
    how = {
        (Settled.SILENCE, Verdict.ESCALATE): "The case went to the platform by itself",
        (Settled.INTERRUPTED, Verdict.ESCALATE): "The pending dispute was taken over by the platform",
    }.get(case.settlement_before(entry) or (Settled.OPEN, Verdict.CLOSE), called)
    return f"{how}, which {case.by(Stage.MEDIATION)} to rule."


def opened(stage: Stage) -> Sentence:
    """Who is asked, and how long they have."""

    def sentence(case: ClaimCase, entry: Entry) -> str:
        parts = {"by": case.by(stage)}
        if STAGES[stage].in_rounds:
            bid, price = case.facts.bids[case.rounds_before(stage, entry)], case.facts.value
            parts |= {"bid": case.money(share_of(price, bid)), "price": case.money(price)}
        return STAGES[stage].opens.format_map(parts)

    return sentence


def noticed(stage: Stage) -> Sentence:
    """Told only where the request then waits."""
    subject = STAGES[stage].subject
    return lambda case, entry: (
        ""
        if case.row[STEP_ACTIVITY[stage][STARTED].column] == entry.at or STAGES[stage].answerer is Party.BUYER
        else f"The {case.answerer(stage).word} noticed the {subject}."
    )


def taken_up(stage: Stage) -> Sentence:
    """Told only where the work takes time."""
    joined, settled = STEP_ACTIVITY[stage][JOINED].column, STEP_ACTIVITY[stage][SETTLED].column

    def sentence(case: ClaimCase, entry: Entry) -> str:
        if case.row[settled] == entry.at or STAGES[stage].answerer is Party.BUYER:
            return ""
        waited = entry.at - case.row[joined]
        after = f", after it had waited {length(waited)}" if waited else ""
        return f"The {case.answerer(stage).word} took it up{after}."

    return sentence


def settled(stage: Stage) -> Sentence:
    """How the request ended: an answer, something outside, impatience, or silence."""

    def sentence(case: ClaimCase, entry: Entry) -> str:
        how, verdict = settlement(entry)
        passed = length(case.since(STEP_ACTIVITY[stage][OPENED], entry))
        answerer = case.answerer(stage)
        if how is Settled.ANSWERED:
            ruled = Stage.MEDIATION if stage is Stage.DISPUTE and answerer is Party.PLATFORM else stage
            return _reason_game(case, stage, verdict) + STAGES[ruled].answers[verdict]
        if how is Settled.SILENCE:
            return f"The {answerer.word} said nothing in {passed}; {SILENCE[verdict]} under this policy."
        if how is Settled.WITHDRAWN:
            return f"After {passed} the buyer had waited long enough and dropped the {STAGES[stage].subject}."
        if case.row["mediation_opened_at"] == entry.at:
            return ""
        sent = case.row["dispatched_at"] <= entry.at
        return (
            f"Shipped over: the parcel left while the {STAGES[stage].subject} was open, and {TOO_LATE}."
            if sent
            else f"{UNSENT}."
        )

    return sentence


def _reason_game(case: ClaimCase, stage: Stage, verdict: Verdict) -> str:
    """A seller who was blamed may ask for another reason when answering."""
    if stage is not Stage.CANCELLATION or verdict is Verdict.SHIPPED or not case.facts.asked_to_change:
        return ""
    agreed = "the buyer agreed" if case.facts.agrees_to_change else "the buyer would not have it"
    return f"For the sake of its rating the seller asked for another reason; {agreed}. "


# ------------------------------------------------------------------------------- goods and money


def return_posted(case: ClaimCase, _: Entry) -> str:
    costs = {party: case.row[f"{party.word}_cost"] for party in (Party.BUYER, Party.SELLER, Party.PLATFORM)}
    payers = [party for party, cost in costs.items() if cost]
    paid = [f"{_who(party)} paid {case.money(costs[party])} postage" for party in payers]
    return f"The buyer sent the goods back{''.join(paid)}."


def _who(party: Party) -> str:
    return " and" if party is Party.BUYER else f"; the {party.word}"


_LOST = "The goods got lost on the way back, and the platform bears it: "


def refund_due(case: ClaimCase, entry: Entry) -> str:
    refund, value = case.money(case.row["refund"]), case.money(case.facts.value)
    amount = refund if case.outcome is Outcome.REFUNDED else f"{refund} of {value}"
    if case.route is Route.FREE_CANCELLATION:
        return f"Cancelling was still free, so nobody had to agree: {amount} fell due."
    if case.row["return_posted_at"] < NEVER and case.facts.return_lost and case.route is not Route.CHARGEBACK:
        return f"{_LOST if case.row['return_posted_at'] < entry.at else ''}{amount} fell due."
    if case.route is Route.NOT_DISPATCHED:
        return f"{UNSENT}: the platform refunded the order by itself, {amount} fell due."
    return f"{amount} fell due."


def refunded(case: ClaimCase, entry: Entry) -> str:
    posting = entry.at - case.row["refund_due_at"]
    later = f", {length(posting)} later" if posting else " at once"
    limit = ", at the policy's limit: the bank would have taken longer" if case.row["limit_used"] else ""
    return f"The money was back ({case.payment_method}){later}{limit}."


WHEN_OPENED: dict[Stage, Sentence] = {stage: opened(stage) for stage in Stage} | {
    Stage.CANCELLATION: cancellation_opened,
    Stage.DISPUTE: dispute_opened,
    Stage.MEDIATION: mediation_opened,
}
SENTENCES: dict[Activity, Sentence] = {
    Activity.PAID: paid,
    Activity.ARRANGED: "The seller arranged the shipment.",
    Activity.DISPATCHED: dispatched,
    Activity.DELIVERED: delivered,
    Activity.ASKED: asked,
    Activity.MISSED: "The promised date had passed and nothing comes: the claim is now for goods not received.",
    Activity.WITHDREW: "The buyer withdrew from the purchase, which needs nobody's consent.",
    **{STEP_ACTIVITY[stage][OPENED]: sentence for stage, sentence in WHEN_OPENED.items()},
    Activity.RETURN_POSTED: return_posted,
    Activity.RETURN_RECEIVED: "The goods were back with the seller.",
    Activity.REFUND_DUE: refund_due,
    Activity.REFUNDED: refunded,
    Activity.FAILED: why_it_failed,
    Activity.ENDED: "",
    **{
        activity: sentence(stage)
        for stage in Stage
        for activity, sentence in zip(STEP_ACTIVITY[stage][JOINED:], (noticed, taken_up, settled), strict=True)
    },
}


def sentence_of(case: ClaimCase, entry: Entry) -> str:
    """What an entry sounds like; empty where another one says it."""
    sentence = SENTENCES[entry.activity]
    return (sentence if isinstance(sentence, str) else sentence(case, entry)).strip()
