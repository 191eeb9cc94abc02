"""Before the parcel leaves: may it still be cancelled, is it free, when does it ship, was it never sent?"""

from __future__ import annotations

from sim.scenario.durations import NEVER
from sim.vocabulary import Disposition

SHIP, REFUSE = int(Disposition.SHIP), int(Disposition.REFUSE)


LEFT_ALONE = -NEVER
"""As the end of a cancellation window: a buyer who does not press the button (no window ends as early as that)."""


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
