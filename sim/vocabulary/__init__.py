"""The field's words, each with the number the engines see.

A word is written in scenario files and tables in lower case (`may_escalate`); inside an engine it is a small
integer, so that two engines can be compared with `==`. The numbers are frozen: results on disk use them.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cached_property


class Word(IntEnum):
    """An integer with a name that people read."""

    @cached_property
    def word(self) -> str:
        return self.name.lower()


class ClaimKind(Word):
    """Why the buyer wants the money back. `none` is an order nobody claimed for."""

    NONE = 0
    REGRET = 1
    NOT_RECEIVED = 2
    DEFECT = 3


class Stage(Word):
    """The questions that one party puts to another: a claim's four, offers in a dispute, the last resort."""

    CANCELLATION = 0
    DISPUTE = 1
    MEDIATION = 2
    INSPECTION = 3
    OFFER = 4
    CHARGEBACK = 5


class Disposition(Word):
    """What the answerer will say if it gets to the request."""

    SILENT = 0
    ACCEPT = 1
    REFUSE = 2
    SHIP = 3
    SPLIT = 4
    COUNTER = 5


class Settled(Word):
    """How a request ended. `open` is one that has not."""

    OPEN = 0
    ANSWERED = 1
    INTERRUPTED = 2
    WITHDRAWN = 3
    SILENCE = 4


class Verdict(Word):
    """What a settled request comes to. The first five are what silence may mean."""

    APPROVE = 1
    DECLINE = 2
    ESCALATE = 3
    MAY_ESCALATE = 4
    CLOSE = 5
    SHIPPED = 6
    WITHDRAWN = 7
    SPLIT = 8
    COUNTER = 9


class Outcome(Word):
    """How an order ended: every order in exactly one of these."""

    OPEN = 0
    NO_CLAIM = 1
    REFUNDED = 2
    PARTLY_REFUNDED = 3
    REFUSED = 4
    GAVE_UP = 5
    EXPIRED = 6


class Failure(Word):
    """Why a claim came to no money of itself; each goes with one outcome. The bank, or the dispatch limit, may
    bring the money all the same. The last ones are what an open claim waits for in vain."""

    NONE = 0
    NO_DISPUTE = 1
    DID_NOT_GO_ON = 2
    NOT_WORTH_IT = 3
    LOST_PATIENCE = 4
    DISPUTE_TOO_LATE = 5
    NOT_CALLED_IN_TIME = 6
    NOT_POSTED_IN_TIME = 7
    CLOSED_BY_SILENCE = 8
    NOT_TAKEN_FURTHER = 9
    CALLED_TOO_LATE = 10
    NOBODY_TO_TURN_TO = 11
    RULED_AGAINST = 12
    PLATFORM_SILENT = 13
    RETURN_LOST = 14
    PARCEL_NEVER_COMES = 20
    WINDOW_NEVER_OPENS = 21
    NEVER_POSTED_BACK = 22
    RETURN_NEVER_ARRIVES = 23
    NEVER_DISPUTED = 24


class Route(Word):
    """The last stage that decided. A return belongs to the stage that ordered it."""

    NONE = 0
    FREE_CANCELLATION = 1
    CANCELLATION = 2
    NOT_DISPATCHED = 3
    DISPUTE = 4
    MEDIATION = 5
    CHARGEBACK = 6


class Discipline(Word):
    """Who is served next at a desk."""

    FIFO = 0
    EARLIEST_DEADLINE = 1


class Anchor(Word):
    """The named instants of an order from which windows and limits are counted."""

    PAID = 0
    DISPATCH_DUE = 1
    ARRANGED = 2
    DISPATCHED = 3
    PROMISED = 4
    DELIVERED = 5
    ASKED = 6
    DECIDED = 7
    OPENED = 8


class RefundOn(Word):
    """Which step of a return makes the refund fall due."""

    NOTICE = 0
    POSTED = 1
    RECEIVED = 2
    INSPECTED = 3


class Party(Word):
    """Who acts or pays. The carrier and the bank only take time."""

    BUYER = 0
    SELLER = 1
    PLATFORM = 2
    CARRIER = 3
    BANK = 4


class Reason(Word):
    """What the buyer says. The first seven are the article's menu; the last three blame the seller."""

    NOT_NEEDED = 0
    CHANGE_ORDER = 1
    CHANGE_ADDRESS = 2
    CHANGE_COUPON = 3
    CHANGE_DELIVERY = 4
    PAYMENT_FAILED = 5
    OTHER = 6
    NO_ANSWER = 7
    OUT_OF_STOCK = 8
    RAISED_PRICE = 9


class Weekday(Word):
    """Days of the week, Monday first, as `datetime.date.weekday` counts them."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6
