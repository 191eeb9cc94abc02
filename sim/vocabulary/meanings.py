"""What each word of a scenario file means where it is one of a few, as the schema and the reference say it."""

from __future__ import annotations

from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    # what silence means
    "approve": "Silence is a yes: the money falls due, or the next step is taken.",
    "decline": "Silence is a no; the buyer may take the claim further.",
    "escalate": "The case goes to the platform by itself.",
    "may_escalate": "Nothing happens by itself; the buyer may call the platform.",
    "close": "The claim is closed for good, without money.",
    # parties
    "buyer": "The buyer.",
    "seller": "The seller.",
    "platform": "The platform.",
    # why the money is wanted back
    "regret": "The buyer changed their mind.",
    "not_received": "Nothing has come, and the promised date has passed.",
    "defect": "What came is faulty, or another thing.",
    # instants of an order
    "paid": "When the order was paid.",
    "dispatch_due": "The last instant of the dispatch limit.",
    "arranged": "When the seller arranged the shipment.",
    "dispatched": "When the parcel left.",
    "promised": "The delivery date that the platform shows.",
    "delivered": "When the parcel arrived.",
    "asked": "When the buyer first asked for the money.",
    "decided": "When it was decided on the claim.",
    "opened": "When the dispute was opened.",
    "earlier": "Of the length of time and the date, the one that ends first.",
    "later": "Of the length of time and the date, the one that ends last.",
    # dispatch and return
    "allowed": "The seller may ship while it is asked, which ends the request: shipped over.",
    "held": "The parcel waits for the answer.",
    "refund": "The platform refunds the order by itself.",
    "nothing": "Nothing happens.",
    "notice": "At once, when the buyer's right is established.",
    "posted": "When the buyer has posted the goods.",
    "received": "When the seller has the goods.",
    "inspected": "When the seller has looked at the goods.",
    "buyer_bears": "The buyer is refused.",
    "platform_bears": "The buyer is refunded when the return would have arrived.",
    # desks
    "fifo": "Who came first is served first.",
    "earliest_deadline": "Whose clock runs out first is served first.",
    # weekdays
    "mon": "Monday.",
    "tue": "Tuesday.",
    "wed": "Wednesday.",
    "thu": "Thursday.",
    "fri": "Friday.",
    "sat": "Saturday.",
    "sun": "Sunday.",
    # where a value comes from, and how it may vary
    "sourced": "Somebody has published it; say who.",
    "derived": "Worked out from something published; say how.",
    "assumed": "Nobody has published it: say what it is based on, and give a range.",
    "fitted": "Learnt from a log.",
    "linear": "Every step between the ends is as likely.",
    "log": "Every factor between the ends is as likely.",
    # units of a law whose parameters are plain numbers
    "d": "Days.",
    "h": "Hours.",
    "min": "Minutes.",
    "s": "Seconds.",
    "bd": "Business days of whoever acts.",
    "h of work": "Hours that pass only in opening hours.",
    "min of work": "Minutes that pass only in opening hours.",
    "s of work": "Seconds that pass only in opening hours.",
}
