"""Better, worse, or all the same: differences judged against a margin that somebody has stated beforehand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from math import inf, isfinite, isnan, nan
from typing import NamedTuple

from sim.errors import BadUsage
from sim.experiment.estimates import CONFIDENCE
from sim.scenario.base import did_you_mean

BETTER, WORSE, EQUIVALENT, INCONCLUSIVE = "better", "worse", "equivalent", "inconclusive"
NOT_REACHED, CURVES_CROSS = "not_reached", "curves_cross"
VERDICTS = (BETTER, WORSE, EQUIVALENT, INCONCLUSIVE, NOT_REACHED, CURVES_CROSS)
"""What may be said of a headline measure. A margin cuts all differences there could be into three regions: better
by more than the margin, worse by more than the margin, and what does not matter. The verdict is the region in
which the *whole* simultaneous interval lies; so all verdicts of a comparison are right together with 95 %.

- `better`, `worse`: the whole interval is beyond the margin, on the good or the bad side.
- `equivalent`: the whole interval is within the margin, ends included, even where it leaves out 0: the difference
  is sure to be there then, and sure not to matter.
- `inconclusive`: the interval reaches over a margin's edge, even where it leaves out 0: a change is sure then, and
  whether it matters is not. More replications settle it, unless the truth lies right on the edge.
- `not_reached`: a quantile that one of the two never reaches, or a mean of cases that one of them does not have,
  such as postage per return where nothing goes back. There is no difference to judge. (What was only not watched
  long enough is `inconclusive`.)
- `curves_cross`: of a time to money, where it would not be equivalent, but one policy is the quicker at first and
  the other later on: no single number names a winner.

(Rejected: calling any interval that leaves out 0 better. With more replications, a difference of half the margin
would turn from better into equivalent.)
"""

MOST_REPLICATIONS = 100_000
"""An experiment has no more."""


class Headline(NamedTuple):
    """How a measure is judged: which way is good, and up to what a difference does not matter."""

    more_is_better: bool
    margin: float
    """In the measure's unit."""
    relative: float = 0.0
    """At least this share of the base's value."""
    of: str = ""
    """The measure whose value under the base that is a share of; empty: its own."""

    def margin_over(self, base: float) -> float:
        """The margin against a base of this value; NaN (*not reached*) has the plain one."""
        return self.margin if isnan(base) else max(self.margin, self.relative * abs(base))


_HALF_A_POINT, _TWENTIETH_OF_A_DAY, _ONE_PERCENT, _A_500TH = 0.005, 0.05, 0.01, 0.002
_PRICE = "price_per_claim"
HEADLINES: dict[str, Headline] = {
    "success_rate": Headline(True, _HALF_A_POINT),
    "recovered_share": Headline(True, _HALF_A_POINT),
    "refunded_within_14d": Headline(True, _HALF_A_POINT),
    "refund_time_median_all": Headline(False, _TWENTIETH_OF_A_DAY, _ONE_PERCENT),
    "silence_against_buyer_share": Headline(False, _HALF_A_POINT),
    "postage_per_return": Headline(False, 0.0, _ONE_PERCENT),
    "seller_account_per_claim": Headline(True, 0.0, _A_500TH, _PRICE),
    "platform_account_per_claim": Headline(True, 0.0, _A_500TH, _PRICE),
}
"""What a policy is judged by, declared once: does the money come back, how much of it, how soon, is silence held
against the buyer, what does a return cost the buyer, and what is left to sellers and to the platform. Each with the
margin below which a difference does not matter.

A direction belongs to what happened. Silence that refunds is no loss to those who asked, and postage per claim
falls where buyers are merely refused: `silence_share`, `postage_per_claim` have none, and are shown, not judged."""
SUCCESSORS = {"silence_share": "silence_against_buyer_share", "postage_per_claim": "postage_per_return"}
"""What was judged once, and by what that is judged now: for who still gives it a margin."""


MORE_IS_BETTER = {"refunded_within": True, "money_days": True, "refund_time": False, "seller_wait": False,
                  "mediation_wait": False}  # fmt: skip
"""Measures beyond those judged whose direction is as plain, by how their names begin."""


def is_better_more(measure: str) -> bool | None:
    """Whether more of it is better; None for what has no direction."""
    if measure in HEADLINES:
        return HEADLINES[measure].more_is_better
    return next((good for begins, good in MORE_IS_BETTER.items() if measure.startswith(begins)), None)


def headlines_with(margins: Mapping[str, float]) -> dict[str, Headline]:
    """The headlines, some with other margins. Raises BadUsage for a name or a number that makes no sense."""
    for measure, margin in margins.items():
        if measure not in HEADLINES:
            near = did_you_mean(measure, list(HEADLINES))
            if measure in SUCCESSORS:
                near = f" any more; in its place is '{SUCCESSORS[measure]}'"
            raise BadUsage(f"'{measure}' is not judged and has no margin{near}; judged are {', '.join(HEADLINES)}")
        if not (isfinite(margin) and margin >= 0):
            raise BadUsage(f"found a margin of {margin} for {measure}, expected a number of at least 0")
    given = {
        measure: HEADLINES[measure]._replace(margin=margin, relative=0.0) for measure, margin in margins.items()
    }
    return HEADLINES | given


def verdict_on(low: float, high: float, margin: float, more_is_better: bool) -> str:
    """Where an interval lies (NaN: that end is open): better, worse, equivalent or inconclusive."""
    least, most = (-inf if isnan(low) else low), (inf if isnan(high) else high)
    if -margin <= least and most <= margin:
        return EQUIVALENT
    if least > margin:
        return BETTER if more_is_better else WORSE
    if most < -margin:
        return WORSE if more_is_better else BETTER
    return INCONCLUSIVE


def replications_needed(value: float, margin: float, done: int, half_width: Callable[[float], float]) -> float:
    """How many more replications would settle an inconclusive difference, should it stay where it is.

    Enough for the interval to shrink away from the nearer edge of the margin; `half_width` is half of it with so
    many times the replications that are done. inf: more than any experiment has. NaN: there is no interval.
    """
    if isnan(value) or isnan(half_width(1.0)):
        return nan
    room, more = abs(abs(value) - margin), range(1, MOST_REPLICATIONS - done + 1)
    found = bisect_left(more, True, key=lambda number: half_width(1 + number / done) <= room)
    return float(more[found]) if found < len(more) else inf


def simultaneous(intervals: int) -> float:
    """The confidence of each interval, for so many to hold together with 95 % (Bonferroni)."""
    return 1 - (1 - CONFIDENCE) / intervals
