"""Every decision that luck takes, declared once, each with a code that never changes.

A decision's stream is keyed by (seed, replication, code) and indexed by order number (by seller number for facts
about sellers). The scenario's name and policy are not in the key: the same order has the same luck under every
policy, and a decision added here leaves every other draw as it was. Codes are never reused.
"""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Decision(IntEnum):
    """What is left to luck. Two decisions with one code are an error when this module is imported."""

    # the order
    ARRIVAL_GAP = 1
    ORDER_VALUE = 2
    SELLER = 3
    PAYMENT_METHOD = 4
    CANCELLATION_WINDOW = 5
    ARRANGING = 6
    DISPATCHING = 7
    TRANSIT = 8
    LOST = 9
    FREE_RETURN_LISTING = 10
    PRODUCT_GROUP = 11
    DISPUTE_WINDOW = 12
    # the seller
    SELLER_TYPE = 20
    # the buyer
    REGRETS = 40
    REGRETS_AFTER = 41
    REASON = 42
    FOUND_CHEAPER = 43
    SAVING = 44
    GOES_ON = 45
    WRITES_FIRST = 46
    HASSLE = 47
    RETURN_COST = 48
    RETURN_DELAY = 49
    RETURN_TRANSIT = 50
    ESCALATES = 51
    ESCALATES_AFTER = 52
    AGREES_TO_CHANGE_REASON = 53
    TRUSTED = 54
    MISSES_THE_PARCEL = 55
    MISSES_THE_PARCEL_AFTER = 56
    FINDS_A_DEFECT = 57
    FINDS_A_DEFECT_AFTER = 58
    RESERVATION = 59
    CHARGES_BACK = 70
    CHARGES_BACK_AFTER = 71
    RETURN_LOST = 72
    DISPUTES_AFTER = 73
    # the bank
    POSTING = 60
    # the requests
    CANCELLATION_ANSWER = 100
    CANCELLATION_NOTICE = 101
    CANCELLATION_HANDLING = 102
    CANCELLATION_PATIENCE = 103
    ASKS_TO_CHANGE_REASON = 104
    DISPUTE_ANSWER = 110
    DISPUTE_NOTICE = 111
    DISPUTE_HANDLING = 112
    DISPUTE_PATIENCE = 113
    FIRST_OFFER = 114
    SECOND_OFFER = 115
    THIRD_OFFER = 116
    MEDIATION_ANSWER = 120
    MEDIATION_NOTICE = 121
    MEDIATION_HANDLING = 122
    MEDIATION_PATIENCE = 123
    SPLIT_SHARE = 124
    INSPECTION_ANSWER = 130
    INSPECTION_NOTICE = 131
    INSPECTION_HANDLING = 132
    OFFER_ANSWER = 140
    OFFER_NOTICE = 141
    CHARGEBACK_ANSWER = 150
    CHARGEBACK_NOTICE = 151
