"""Every decision that luck takes, declared once, each with a code that never changes.

Luck is keyed by (seed, replication, code) and indexed by order number (by seller number for facts about sellers).
The scenario's name and policy are not in the key: the same order has the same luck under every policy, and a
decision added here leaves every other draw as it was. Codes are never reused, as long as luck has the same edition.

Codes 4k to 4k + 3 are drawn together (`streams`), so that what is asked about at the same time costs once: whether
anything happens to an order at all, then what makes it late, and so on. A new decision takes the next free code.
"""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Decision(IntEnum):
    """What is left to luck. Two decisions with one code are an error when this module is imported."""

    # whether anything happens to an order at all
    ARRIVAL_GAP = 0
    REGRETS = 1
    MISSES_THE_PARCEL = 2
    FINDS_A_DEFECT = 3
    # how long it is under way
    ARRANGING = 4
    DISPATCHING = 5
    TRANSIT = 6
    LOST = 7
    # what is bought of whom
    SELLER = 8
    PAYMENT_METHOD = 9
    ORDER_VALUE = 10
    CANCELLATION_WINDOW = 11
    # the seller, by its number
    SELLER_TYPE = 12
    # when the buyer asks
    REGRETS_AFTER = 16
    MISSES_THE_PARCEL_AFTER = 17
    FINDS_A_DEFECT_AFTER = 18
    FREE_RETURN_LISTING = 19
    # why
    REASON = 20
    FOUND_CHEAPER = 21
    SAVING = 22
    AGREES_TO_CHANGE_REASON = 23
    # who the buyer is
    TRUSTED = 24
    GOES_ON = 25
    WRITES_FIRST = 26
    HASSLE = 27
    # the return
    RETURN_COST = 28
    RETURN_DELAY = 29
    RETURN_TRANSIT = 30
    RETURN_LOST = 31
    # what else the buyer does, and the bank
    ESCALATES = 32
    ESCALATES_AFTER = 33
    RESERVATION = 34
    POSTING = 35
    # the last resort
    CHARGES_BACK = 36
    CHARGES_BACK_AFTER = 37
    CHARGEBACK_ANSWER = 38
    CHARGEBACK_NOTICE = 39
    # the requests
    CANCELLATION_ANSWER = 40
    CANCELLATION_NOTICE = 41
    CANCELLATION_HANDLING = 42
    CANCELLATION_PATIENCE = 43
    DISPUTE_ANSWER = 44
    DISPUTE_NOTICE = 45
    DISPUTE_HANDLING = 46
    DISPUTE_PATIENCE = 47
    MEDIATION_ANSWER = 48
    MEDIATION_NOTICE = 49
    MEDIATION_HANDLING = 50
    MEDIATION_PATIENCE = 51
    INSPECTION_ANSWER = 52
    INSPECTION_NOTICE = 53
    INSPECTION_HANDLING = 54
    ASKS_TO_CHANGE_REASON = 55
    FIRST_OFFER = 56
    SECOND_OFFER = 57
    THIRD_OFFER = 58
    SPLIT_SHARE = 59
    OFFER_ANSWER = 60
    OFFER_NOTICE = 61
    DISPUTES_AFTER = 62
    PRODUCT_GROUP = 63
    DISPUTE_WINDOW = 64
