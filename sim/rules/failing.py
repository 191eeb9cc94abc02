"""Why a claim comes to no money of itself, and the outcome that goes with each reason."""

from __future__ import annotations

from sim.scenario.durations import NEVER
from sim.vocabulary import Failure, Outcome, Settled

OPEN, NO_CLAIM, REFUNDED, PARTLY_REFUNDED, REFUSED, GAVE_UP, EXPIRED = (int(outcome) for outcome in Outcome)
REASONS = {
    GAVE_UP: ("NO_DISPUTE", "DID_NOT_GO_ON", "NOT_WORTH_IT", "LOST_PATIENCE"),
    EXPIRED: ("DISPUTE_TOO_LATE", "NOT_CALLED_IN_TIME", "NOT_POSTED_IN_TIME"),
    REFUSED: (
        *("CLOSED_BY_SILENCE", "NOT_TAKEN_FURTHER", "CALLED_TOO_LATE", "NOBODY_TO_TURN_TO"),
        *("RULED_AGAINST", "PLATFORM_SILENT", "RETURN_LOST"),
    ),
}
"""The reasons for each outcome without money; what is left waits, and is open."""
_BY_REASON = {int(Failure[reason]): outcome for outcome, reasons in REASONS.items() for reason in reasons}
OUTCOMES = tuple(_BY_REASON.get(number, OPEN) for number in range(max(Failure) + 1))
"""By number of the reason."""
SILENCE = int(Settled.SILENCE)
NOT_TAKEN_FURTHER, CALLED_TOO_LATE = int(Failure.NOT_TAKEN_FURTHER), int(Failure.CALLED_TOO_LATE)
NOBODY_TO_TURN_TO = int(Failure.NOBODY_TO_TURN_TO)
RULED_AGAINST, PLATFORM_SILENT = int(Failure.RULED_AGAINST), int(Failure.PLATFORM_SILENT)


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
