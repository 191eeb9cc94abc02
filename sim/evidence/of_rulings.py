"""For whom somebody above the seller decides: the platform that mediates, the bank."""

from __future__ import annotations

import numpy as np

from sim.evidence.finding import Assumed, Finding
from sim.evidence.incidence import incidence_at_the_end
from sim.evidence.lesson import Lesson, share_with_interval
from sim.evidence.log import Bools
from sim.evidence.survival import LEAST
from sim.evidence.wording import number, shares


def decided(lesson: Lesson, stage: str, word: str) -> Bools:
    """Cases of which the log tells when they were opened and closed, and how they were ruled."""
    claims = lesson.log.claims
    known = ~np.isnan(claims.at(f"{stage}_opened")) & ~np.isnan(claims.at(f"{stage}_closed"))
    return np.asarray(known & (claims.word(word) >= 0))


def of_rulings(lesson: Lesson, stage: str, word: str, what: str) -> Finding | Assumed:
    """The shares of rulings, of cases still open as of those that are closed; `what` are they called?"""
    claims, names, path = lesson.log.claims, lesson.log.names[word], f"policy.{stage}.rulings"
    opened, closed, ruling = claims.at(f"{stage}_opened"), claims.at(f"{stage}_closed"), claims.word(word)
    some, over = ~np.isnan(opened), decided(lesson, stage, word)
    if int(over.sum()) < LEAST:
        return Assumed(path, f"{int(over.sum())} {what}, fewer than {LEAST}")
    lasted = np.where(over, closed, lesson.log.cut) - opened
    cause = np.where(over, ruling, -1)
    told = incidence_at_the_end(lasted[some], cause[some], len(names), lesson.claim_weight[some])
    for_buyer, interval, n = share_with_interval(ruling == 0, over, lesson.seller_of_claim, lesson.claim_weight)
    whole = max(float(told.sum()), 1e-9)
    return Finding(
        path,
        shares({name: float(one) / whole for name, one in zip(names, told, strict=True)}),
        int(some.sum()),
        number(1 - float(over.sum() / some.sum())),
        (number(interval[0]), number(interval[1])),
        "for the buyer",
        "Aalen–Johansen by ruling",
        naive=number(for_buyer),
        beside={"decided": n},
    )
