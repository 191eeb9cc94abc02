"""The columns of a result's tables: name, unit, meaning. Docs, notebooks and `orders.csv.gz` follow this page."""

from __future__ import annotations

from typing import NamedTuple

from sim.vocabulary import Stage
from sim.vocabulary.endings import ENDINGS
from sim.vocabulary.stages import STAGES


class ColumnText(NamedTuple):
    """What one column holds. A cell is empty (NaT, NaN, no word) where the thing did not happen."""

    unit: str
    """`local time`, `h`, `d`, `currency` (units of the scenario's currency), `word`, `number` or `yes/no`."""
    meaning: str


_TIME, _MONEY, _WORD, _NUMBER, _YES = "local time", "currency", "word", "number", "yes/no"
_SETTLED_BY = "answered, shipped_over, not_dispatched, withdrawn, silence or taken_over; empty while it runs"


def _of(stage: Stage, *which: str) -> dict[str, ColumnText]:
    """Columns of one stage, as `STAGES` has them."""
    text = STAGES[stage]
    means = {
        "opened_at": ColumnText(_TIME, text.opened_means),
        "settled_at": ColumnText(_TIME, text.settled_means),
        "settled_by": ColumnText(_WORD, _SETTLED_BY),
    }
    return {f"{text.column}_{one}": means[one] for one in which}


COLUMNS: dict[str, ColumnText] = {
    "replication": ColumnText(_NUMBER, "which independent execution, from 0"),
    "order": ColumnText(_NUMBER, "number of the order in its replication, by time of payment"),
    "paid_at": ColumnText(_TIME, "the buyer paid; the price sits with the platform"),
    "value": ColumnText(_MONEY, "the price paid"),
    "seller": ColumnText(_NUMBER, "number of the seller, 0 for the one with most orders"),
    "seller_type": ColumnText(_WORD, "the seller's type, as the scenario names it"),
    "payment_method": ColumnText(_WORD, "how it was paid, as the scenario names it"),
    "claim": ColumnText(_WORD, "why the buyer wants the money back: regret, not_received or defect"),
    "reason": ColumnText(
        _WORD,
        "what a buyer who changed their mind states: the article's menu of seven, or one that blames the seller",
    ),
    "asked_at": ColumnText(_TIME, "the mind changed, or the fault was noticed; the claim's clock starts"),
    "outcome": ColumnText(_WORD, "how the claim ended: " + ", ".join(("refunded (in full)", *ENDINGS[1:]))),
    "route": ColumnText(_WORD, "the last stage that decided; a return belongs to the stage that ordered it"),
    "dispatched_at": ColumnText(_TIME, "the parcel left the seller"),
    "delivered_at": ColumnText(_TIME, "the parcel reached the buyer"),
    **_of(Stage.CANCELLATION, "opened_at", "settled_at", "settled_by"),
    **_of(Stage.DISPUTE, "opened_at", "settled_at", "settled_by"),
    **_of(Stage.MEDIATION, "opened_at", "settled_at"),
    "return_posted_at": ColumnText(_TIME, "the buyer posted the goods back"),
    "return_received_at": ColumnText(_TIME, "the seller had them back"),
    "refund_due_at": ColumnText(_TIME, "the refund fell due"),
    "refunded_at": ColumnText(_TIME, "the money reached the buyer"),
    "refund": ColumnText(_MONEY, "what came back, in full or in part"),
    "buyer_cost": ColumnText(_MONEY, "postage paid by the buyer"),
    "seller_cost": ColumnText(_MONEY, "postage paid by the seller"),
    "platform_cost": ColumnText(_MONEY, "postage paid by the platform"),
    "saving": ColumnText(_MONEY, "what buying it elsewhere would save; 0 for those who did not find it cheaper"),
    "arranged_at": ColumnText(_TIME, "the seller arranged shipment"),
    **_of(Stage.MEDIATION, "settled_by"),
    **_of(Stage.INSPECTION, "opened_at", "settled_at", "settled_by"),
    "missed_at": ColumnText(
        _TIME, "waiting for the parcel ended: it never comes, and the claim is now not_received"
    ),
    "withdrawn_at": ColumnText(_TIME, "a right of withdrawal was used: nobody had to agree"),
    **{
        name: text
        for stage in tuple(Stage)[Stage.INSPECTION + 1 :]
        for name, text in _of(stage, "opened_at", "settled_at", "settled_by").items()
    },
    "trusted": ColumnText(_YES, "the platform trusts this buyer"),
    "ended_at": ColumnText(_TIME, "the claim ended: the money arrived, or the buyer was left without"),
    "found_cheaper": ColumnText(_YES, "the same thing was found for less elsewhere"),
    "claimed": ColumnText(_MONEY, "the amount stated in a dispute or mediation"),
    "limit_used": ColumnText(_YES, "the money came at the policy's limit, before the bank would have sent it"),
    "on_record": ColumnText(_YES, "the cancellation counts against the seller's rating"),
    "hours_to_ask": ColumnText("h", "from payment until asking"),
    "refund_days": ColumnText("d", "from asking until the money arrived"),
    "seller_work": ColumnText("h", "working time at the seller's desk, all of the claim's requests together"),
    "mediation_work": ColumnText(
        "h", "working time at the mediation desk, disputes that the platform answers included"
    ),
    "product_group": ColumnText(
        _WORD, "what was bought, as the scenario names its groups; empty where it names none"
    ),
    "failed_at": ColumnText(
        _TIME, "the claim came to nothing of itself; the bank or the dispatch limit may bring the money after that"
    ),
    "failed_because": ColumnText(
        _WORD, "why it did (not_posted_in_time, ruled_against …), or what an open claim waits for in vain"
    ),
}
"""Every column of `Result.orders`, in order."""

CUT_COLUMNS: dict[str, ColumnText] = {
    "watched_until": ColumnText(_TIME, "when the watching stopped: what came later has not happened"),
}
"""Those that follow where `experiment.follow_up` stops the watching."""

NARROW = (
    *("replication", "order", "claim", "reason", "seller_type", "payment_method", "product_group"),
    *("outcome", "route", "asked_at", "refunded_at", "ended_at"),
)
"""Those that `Result.orders` keeps where the claims were handed over as they came, with `IN_A_BYTE` beside them:
what times, curves, groups and the ways of claims are made from."""
CAME_TO, ASKED_WITHIN = "came_to", "asked_within"
IN_A_BYTE = (CAME_TO, ASKED_WITHIN)
"""Instead of instants and hours: which of `claim_paths.STAGES` a claim came to, a bit for each, and the highest bit
where the parcel had not left when the mind changed; and the place of the hours until then in `by_hours.EDGES`."""

JOURNAL_COLUMNS: dict[str, ColumnText] = {
    "case_id": ColumnText(_WORD, "the order: replication-order"),
    "activity": ColumnText(_WORD, "what happened"),
    "timestamp": ColumnText(_TIME, "when"),
    "resource": ColumnText(_WORD, "who did it: buyer, seller and its number, platform, carrier, bank"),
    "detail": ColumnText(_WORD, "what else there is to say: the reason, how a request was settled, the outcome"),
}
"""Every column of `Result.journal`, in order."""
