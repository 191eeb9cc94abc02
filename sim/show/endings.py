"""How a story ends: why it went no further, the outcome, how long it took, what it cost."""

from __future__ import annotations

from sim.records.journal import Entry
from sim.scenario.durations import NEVER
from sim.show.case import ClaimCase
from sim.show.phrases import length
from sim.vocabulary import Failure, Outcome, Route
from sim.vocabulary.endings import ENDING_TEXTS, ROUTE_TEXTS, WITH_MONEY

# ------------------------------------------------------------------------------- why it went no further

WHY = {
    Failure.NO_DISPUTE: "This policy knows no dispute: there was nothing left to ask for.",
    Failure.DID_NOT_GO_ON: "The buyer did not want to wait for the parcel and open a dispute.",
    Failure.DISPUTE_TOO_LATE: "The time for opening a dispute was over.",
    Failure.NOT_POSTED_IN_TIME: "The last day for sending the goods back passed without a parcel.",
    Failure.NOT_TAKEN_FURTHER: "The buyer did not take it to the platform.",
    Failure.CALLED_TOO_LATE: "The buyer would have taken it to the platform, but after the last day for that.",
    Failure.NOBODY_TO_TURN_TO: "There was nobody else to turn to.",
    Failure.RETURN_LOST: "The goods got lost on the way back, and the buyer bears it.",
}
"""One sentence for each reason that the last answer has not told already."""
OF_WITHDRAWING = {
    Failure.DID_NOT_GO_ON: "The buyer did not want to wait for the parcel and withdraw from the purchase.",
    Failure.DISPUTE_TOO_LATE: "The time for withdrawing from the purchase was over.",
}
"""The same where nobody's consent is needed: then there is no dispute, but a right."""
WAITING = {
    Failure.NONE: "Still open.",
    Failure.PARCEL_NEVER_COMES: "Still open: the parcel never comes, and the buyer waits for it.",
    Failure.WINDOW_NEVER_OPENS: "Still open: the day from which a dispute may be opened never comes.",
    Failure.NEVER_POSTED_BACK: "Still open: the buyer never sends the goods back, and no limit ends the wait.",
    Failure.NEVER_DISPUTED: "Still open: the buyer never opens the dispute, and no limit ends the wait.",
    Failure.RETURN_NEVER_ARRIVES: "Still open: the goods never arrive back, and the money waits for them.",
}
"""What an open claim waits for."""
WAITING_TO_WITHDRAW = {
    Failure.WINDOW_NEVER_OPENS: "Still open: the day from which the purchase may be withdrawn from never comes.",
    Failure.NEVER_DISPUTED: "Still open: the buyer never withdraws from the purchase, and no limit ends the wait.",
}


def why_it_failed(case: ClaimCase, entry: Entry) -> str:
    """Why a claim came to nothing of itself; empty where the last answer has said it all."""
    reason = Failure(case.row["failed_because"])
    if reason is Failure.NOT_WORTH_IT:
        kept = case.row["delivered_at"] <= entry.at
        what = "Sending it back was" if kept else "Going on was"
        return f"{what} not worth the cost and the trouble{': the buyer kept it' if kept else ''}."
    if reason is Failure.NOT_CALLED_IN_TIME:
        had_time = case.since_settled(entry) > 0
        return f"The buyer did not call in the platform{' in time' if had_time else ''}."
    return (WHY | OF_WITHDRAWING if case.needs_no_consent else WHY).get(reason, "")


# ------------------------------------------------------------------------------- the bottom line


def closing_of(case: ClaimCase) -> tuple[str, ...]:
    """The outcome and how long it took; the costs; whether it was worth it."""
    record = "It counts against the seller's record." if case.row["on_record"] else ""
    return tuple(sentence for sentence in (_outcome(case), _costs(case), _savings(case), record) if sentence)


def _outcome(case: ClaimCase) -> str:
    if case.outcome is Outcome.OPEN:
        waits = WAITING | WAITING_TO_WITHDRAW if case.needs_no_consent else WAITING
        return waits[Failure(case.row["failed_because"])]
    took = length(case.row["ended_at"] - case.facts.asked)
    route = _way_to_it(case) if case.outcome in WITH_MONEY else ""
    amount = case.money(case.row["refund"])
    if case.outcome is Outcome.PARTLY_REFUNDED:
        amount += f" of {case.money(case.facts.value)}"
    what = f": {amount}" if case.outcome in WITH_MONEY else ": no money"
    since = "the mind had changed" if case.is_regret else "the buyer had noticed"
    return f"{ENDING_TEXTS[case.outcome].heading}{route}{what}, {took} after {since}."


def _way_to_it(case: ClaimCase) -> str:
    """By which way the money came; a right that was used is no dispute."""
    if case.route is Route.DISPUTE and case.row["withdrawn_at"] < NEVER:
        return " after a withdrawal"
    return ROUTE_TEXTS[case.route].by


def _costs(case: ClaimCase) -> str:
    """Who paid what; most claims cost nobody anything but time."""
    parties = {"the buyer": "buyer_cost", "the seller": "seller_cost", "the platform": "platform_cost"}
    paid = [f"{party} {case.money(case.row[column])}" for party, column in parties.items() if case.row[column]]
    return f"It cost {' and '.join(paid)}." if paid else "It cost the buyer nothing but time."


def _savings(case: ClaimCase) -> str:
    """Whether cancelling was worth it for who found it cheaper elsewhere. Source: the article's question."""
    if not case.facts.found_cheaper:
        return ""
    saving, spent = case.money(case.facts.saving), case.money(case.row["buyer_cost"])
    if case.outcome is not Outcome.REFUNDED:
        return f"Buying elsewhere would have saved {saving}; without the money back it saved nothing."
    if case.facts.saving > case.row["buyer_cost"]:
        return f"It was worth it: buying elsewhere saved {saving}."
    return f"It was not worth it: buying elsewhere saved {saving}, getting out of this order cost {spent}."
