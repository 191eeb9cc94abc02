"""After the parcel has left: when may a dispute be opened, is it worth it, who goes to the platform?"""

from __future__ import annotations

from sim.scenario.durations import NEVER


def is_too_late(at: int, last: int) -> bool:
    """Windows and limits include their last instant: opening, escalating and posting are in time until then.

    What never happens is too late for any window, even for one without end.
    """
    return at > last or at >= NEVER


def turns_to_not_received(missed_at: int, now: int, waits: bool) -> bool:
    """A claim that waits for its parcel becomes one of goods not received when it is known that none comes.

    One that may be made in transit waits for nothing once the parcel has left, lost or not.
    """
    return waits and missed_at <= now


def is_worth_it(expected: int, return_cost: int, hassle: int) -> bool:
    """Go on only if the money expected back exceeds the postage the buyer would pay plus the hassle (all cents).

    Source: between a fifth and two fifths of buyers keep what they would send back because of cost or trouble
    (NFO and PwC surveys, told on chiefmarketer.com).
    """
    return expected > return_cost + hassle


def calls_the_platform_at(buyer_may_at: int, escalates: bool, escalates_after: int) -> int:
    """When a buyer whose dispute is still pending calls the platform: some time after they first may, or never.

    Source: eBay lets the buyer ask it to step in after three business days (ebay.co.uk/help, id=4701).
    """
    if not escalates or buyer_may_at >= NEVER or escalates_after >= NEVER:
        return NEVER
    return buyer_may_at + escalates_after


def taken_over_at(calls_at: int, by_itself_at: int) -> int:
    """When the platform takes a pending dispute over: called by the buyer, or by itself, whichever is first.

    Source: AliExpress's old rules, where the buyer may escalate from day 4 and day 16 does it
    (activities.aliexpress.com, buyer_protection_process).
    """
    return min(calls_at, by_itself_at)


def calls_instead_of_giving_up(now: int, buyer_may_at: int, escalates: bool) -> bool:
    """A buyer who has lost patience with the seller calls the platform, if they would and already may."""
    return escalates and now >= buyer_may_at


def chance_to_escalate_lapses_at(decided: int, last: int) -> int:
    """When a buyer who may call the platform no longer can; at once where there is no deadline to wait for."""
    return last if last < NEVER else decided
