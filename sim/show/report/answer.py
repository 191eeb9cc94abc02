"""The answer, in two sentences: does the money come back, and how soon. What follows from it is a table."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from markupsafe import Markup

from sim.experiment.aalen_johansen import is_finished
from sim.experiment.by_group import success_and_time
from sim.experiment.by_hours import is_asked_by
from sim.experiment.predicates import is_refunded
from sim.experiment.result import Result
from sim.scenario.wording import counted
from sim.show.chart_titles import FIRST_DAY, NOBODY
from sim.show.report.parts import Numbers, NumbersTable, days, of_several, share
from sim.vocabulary import Outcome
from sim.vocabulary.endings import ENDING_TEXTS, WITHOUT_MONEY

_TOLD = {
    **{text.measure: text.they for text in (*WITHOUT_MONEY, ENDING_TEXTS[Outcome.PARTLY_REFUNDED])},
    "open_share": "were still waiting when the watching stopped",
    "silence_for_buyer_share": "of all requests: settled by silence, for the buyer",
    "silence_against_buyer_share": "of all requests: settled by silence, against the buyer",
    "silence_passed_on_share": "of all requests: settled by silence, passed on to the platform",
    "postage_per_return": "postage paid by the buyer, per return",
}
"""What became of those who did not get all their money, whose silence it was, and what sending it back cost."""
_VAGUE = 0.1
"""Half an interval from which on it is told instead of the number in it."""
_SEEN = 0.0005
"""A share of claims from which it is told."""


def answer_of(result: Result) -> list[Markup]:
    """Two sentences at most: how many had their money back, and how soon. The rest stands in `details_of`."""
    if not result.about["claims"]:
        return [Markup(f"{NOBODY}.")]
    numbers = Numbers(result.summary)
    if result.about["replications"] == 1:
        return [_counted(result)]
    return [_success(result, numbers), _time(result, numbers)]


def _counted(result: Result) -> Markup:
    """Without an interval a share would promise what nobody knows: claims are counted."""
    claims, back = result.about["claims"], int(is_refunded(result.orders).sum())
    doubt = "one replication cannot tell how much of that was luck"
    return Markup("Of {}, <strong>{} got all of it</strong>; {}.").format(_buyers(claims), f"{back:,}", doubt)


def _buyers(claims: int) -> str:
    return f"{counted(claims, 'buyer')} who wanted their money back"


def _success(result: Result, numbers: Numbers) -> Markup:
    said = Markup("Of {}, <strong>{} got all of it</strong>.")
    if not is_finished(result.orders):
        said = Markup("When the watching stopped, it stood so: of {}, <strong>{} had got all of it</strong>.")
    one = numbers.of("success_rate")
    if max(one.high - one.value, one.value - one.low) > _VAGUE:
        between = f"{100 * one.low:.0f} to {100 * one.high:.0f} in 100"
        return said.format(_buyers(result.about["claims"]), between)
    return said.format(_buyers(result.about["claims"]), numbers("success_rate"))


def _time(result: Result, numbers: Numbers) -> Markup:
    fortnight = Markup("within two weeks it was {}").format(numbers("refunded_within_14d"))
    if numbers.of("refund_time_median_all").why:
        if numbers.of("refunded_within_14d").why:
            return Markup("They were not watched long enough to say when half of them had it.")
        return Markup("Half of them had not had all their money for as long as they were watched; {}.").format(
            fortnight
        )
    if not numbers.has("refund_time_median_all"):
        is_cut = result.scenario.experiment.follow_up is not None
        never = "Half of them did not have all their money while they were watched" if is_cut else _NEVER
        return Markup("{}; {}.").format(never, fortnight)
    median = numbers("refund_time_median_all")
    return Markup("Half of all had their money <strong>{} after asking</strong>; {}.").format(median, fortnight)


_NEVER = "Half of them never had all their money"


def details_of(result: Result) -> NumbersTable | None:
    """What follows from the answer, in a table: on what it depends, and what became of the others."""
    if not result.about["claims"]:
        return None
    numbers = Numbers(result.summary)
    seen = {measure: what for measure, what in _TOLD.items() if numbers.of(measure).value > _SEEN}
    rows = [[what, numbers.value(measure), numbers.interval(measure)] for measure, what in seen.items()]
    heads = ["of all claims, unless it says otherwise", "", of_several(result, "95 % interval")]
    return NumbersTable("In numbers", heads, [*_soon_and_late(result), *rows])


def _soon_and_late(result: Result) -> Iterator[list[Markup | str]]:
    """The article's main claim: it matters how quickly the mind is changed."""
    early = is_asked_by(result.orders, FIRST_DAY)
    if early.all() or not early.any() or not is_finished(result.orders):
        return
    for which, whose in ((early, "asked within a day of paying"), (~early, "asked later")):
        found = success_and_time(result.orders[which], result.about["replications"])
        back = share(found["success"], found["low"], found["high"])
        yield [f"of those who {whose}: refunded in full", back.value, back.interval]
        if not isnan(found["median_days"]):
            half = days(found["median_days"], found["median_low"], found["median_high"])
            yield [f"of those who {whose}: half have their money after", half.value, half.interval]
