"""What a claim may do and what becomes of it: cancel before the parcel leaves, dispute after, fail for a reason."""

from __future__ import annotations

from sim.scenario.durations import NEVER
from sim.vocabulary import Disposition, Failure, Settled
from sim.vocabulary.endings import OUTCOMES

SHIP, REFUSE = int(Disposition.SHIP), int(Disposition.REFUSE)
LEFT_ALONE = -NEVER
"""As the end of a cancellation window: a buyer who does not press the button (no window ends as early as that)."""
SILENCE = int(Settled.SILENCE)
NOT_TAKEN_FURTHER, CALLED_TOO_LATE = int(Failure.NOT_TAKEN_FURTHER), int(Failure.CALLED_TOO_LATE)
NOBODY_TO_TURN_TO = int(Failure.NOBODY_TO_TURN_TO)
RULED_AGAINST, PLATFORM_SILENT = int(Failure.RULED_AGAINST), int(Failure.PLATFORM_SILENT)


def may_cancel(asked: int, window_ends: int, ships_at: int) -> bool:
    """The button is there until the order's own window ends (last instant included) and strictly before dispatch.

    Source: the article ("only available for a limited time period while the order is being processed").
    """
    return asked <= window_ends and asked < ships_at


def is_free(asked: int, free_until: int) -> bool:
    """While free, no consent is needed; the last instant is still free."""
    return asked <= free_until


def is_never_sent(ships_at: int, dispatch_due: int) -> bool:
    """The dispatch limit passes first: the platform refunds the order. A dispatch at the limit is in time."""
    return ships_at > dispatch_due


def interrupted_at(ships_at: int, limit_passes_at: int, held: bool) -> int:
    """What ends a pending cancellation from outside: the dispatch, or the dispatch limit.

    Where shipping is held for the answer, neither happens while the request is open.
    """
    return NEVER if held else min(ships_at, limit_passes_at)


def answer_while_held(disposition: int) -> int:
    """Where shipping is held, a seller who would have shipped has refused."""
    return REFUSE if disposition == SHIP else disposition


def ships_after_hold(planned: int, released: int) -> int:
    """Where shipping is held, the parcel leaves at the later of its due instant and the answer."""
    return max(planned, released)


def due_after_hold(dispatch_due: int, held_since: int, released: int) -> int:
    """The dispatch limit pauses while shipping is held."""
    return dispatch_due + (released - held_since) if dispatch_due < NEVER else NEVER


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


def outcome_of(reason: int) -> int:
    """How a claim ends for which there is this reason."""
    return OUTCOMES[reason]


def what_the_platform_left(settled_by: int) -> int:
    """The platform, which has the last word, has not given the money: it said so, or said nothing."""
    return PLATFORM_SILENT if settled_by == SILENCE else RULED_AGAINST


def why_nobody_calls(may_mediate: bool, escalates: bool, escalates_after: int) -> int:
    """Why a refusal is the last word, where the platform has not spoken and will not."""
    if not may_mediate:
        return NOBODY_TO_TURN_TO
    return CALLED_TOO_LATE if escalates and escalates_after < NEVER else NOT_TAKEN_FURTHER
