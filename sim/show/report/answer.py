"""The answer, in a paragraph of plain words: does the money come back, how soon, on what does it depend."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

import pandas as pd
from markupsafe import Markup

from sim.scenario.wording import printable
from sim.show.report.parts import Numbers, days, listed, share, with_interval
from sim.study.by_group import success_and_time
from sim.study.result import Result

FIRST_DAY = 24
"""Hours; up to there the article finds it easy."""
_LEFT = {
    "outcome_gave_up": "gave up",
    "outcome_refused": "were refused",
    "outcome_expired": "came too late",
    "outcome_partly_refunded": "got back a part",
    "open_share": "were still waiting when the watching stopped",
}
"""What became of those who did not get all their money."""
_SEEN = 0.0005
"""A share of claims from which it is told."""


def answer_of(result: Result) -> list[Markup]:
    """Sentences, each with its numbers and their intervals; a scenario without claims has one."""
    if not result.about["claims"]:
        return [Markup("Nobody asked for their money back.")]
    numbers = Numbers(result.summary)
    return [
        _success(result, numbers),
        _time(numbers),
        *_soon_and_late(result),
        *_left(numbers),
        *_silence(numbers),
        *_postage(numbers),
    ]


def _success(result: Result, numbers: Numbers) -> Markup:
    said = Markup("Of {} buyers who wanted their money back, <strong>{} got all of it</strong>.")
    return said.format(f"{result.about['claims']:,}", numbers("success_rate"))


def _time(numbers: Numbers) -> Markup:
    fortnight = Markup("within two weeks it was {}").format(numbers("refunded_within_14d"))
    if not numbers.has("refund_time_median_all"):
        return Markup("Half of them never had all their money; {}.").format(fortnight)
    median = numbers("refund_time_median_all")
    return Markup("Half of all had their money <strong>{} after asking</strong>; {}.").format(median, fortnight)


def _soon_and_late(result: Result) -> Iterator[Markup]:
    """The article's main claim: it matters how quickly the mind is changed."""
    early = result.orders["hours_to_ask"] < FIRST_DAY
    if early.all() or not early.any():
        return
    soon, late = (_asked(result.orders[which], result) for which in (early, ~early))
    yield Markup("Of those who asked within a day of paying, {}; of those who asked later, {}.").format(soon, late)


def _asked(claims: pd.DataFrame, result: Result) -> Markup:
    """The share of these claims that were refunded in full, and when half of all of them were, if ever."""
    found = success_and_time(claims, result.about["replications"])
    succeeded = with_interval(share(found["success"], found["low"], found["high"]))
    if isnan(found["median_days"]):
        return Markup("{} got all of it back").format(succeeded)
    half = with_interval(days(found["median_days"], found["median_low"], found["median_high"]))
    return Markup("{} got all of it back, half of all of them within {}").format(succeeded, half)


def _left(numbers: Numbers) -> Iterator[Markup]:
    some = [measure for measure in _LEFT if numbers.of(measure).value > _SEEN]
    if some:
        told = [Markup("{} {}").format(numbers(measure), _LEFT[measure]) for measure in some]
        yield Markup("Of all, {}.").format(listed(told))


def _silence(numbers: Numbers) -> Iterator[Markup]:
    if numbers.of("silence_share").value > _SEEN:
        yield Markup("{} of all requests were settled by silence: nobody answered in time.").format(
            numbers("silence_share")
        )


def _postage(numbers: Numbers) -> Iterator[Markup]:
    if numbers.of("postage_per_claim").value > 0:
        yield Markup("Sending goods back cost buyers {} for each claim, on average.").format(
            numbers("postage_per_claim")
        )


def title_of(result: Result) -> str:
    """What a page calls a scenario."""
    return printable(result.scenario.title or result.scenario.name)
