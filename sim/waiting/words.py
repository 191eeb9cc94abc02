"""Advice in plain sentences, and as a document for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.experiment.number import Number
from sim.scenario.durations import DAY, HOUR
from sim.vocabulary import Verdict
from sim.waiting.advice import Advice, Option
from sim.waiting.outlook import MEANS, QUANTILES, together

A_POINT = 0.01
SENT = ("shipped_over", "shipped_instead")


def sentences(advice: Advice) -> Iterator[str]:
    """What there is to say, in the order in which a buyer wants to know it."""
    yield _where(advice)
    if advice.request:
        yield _request(advice.request)
    yield from _money(advice)
    yield from _deadline(advice)
    yield from _what_to_do(advice)


def _where(advice: Advice) -> str:
    buyer = advice.buyer
    paid = f"You paid {lasting(buyer.paid)} ago"
    if buyer.stage == "none":
        return f"{paid}, the parcel has not left yet, and you have not asked for your money back."
    ago = lasting(buyer.asked or 0)
    return f"{paid}, {_PUT[buyer.stage].format(ago=ago)}."


_PUT = {
    "cancellation": "asked to cancel {ago} ago, and nobody has answered",
    "dispute": "opened a dispute {ago} ago, and nobody has answered",
    "offer": "and {ago} ago the seller offered a part of the money, which you have not answered",
    "mediation": "took your case to the platform {ago} ago, and it has not ruled",
    "return": "posted the parcel back {ago} ago, and it has not arrived",
    "chargeback": "turned to your bank {ago} ago, and it has not decided",
}
"""What a buyer has done last, by stage."""


def _request(request: Mapping[str, Number]) -> str:
    approved, refused, run_out = (about(request[name]) for name in ("approved", "refused", "run_out"))
    sent = about(together(request[name] for name in SENT))
    return (
        f"Of 100 such requests, {approved} are approved, {sent} come to nothing because the parcel is sent, "
        f"{refused} are refused, and {run_out} get no answer "
        "until the clock runs out."
    )


def _money(advice: Advice) -> Iterator[str]:
    way = advice.ways[0]
    whom = "such buyers who ask now" if advice.buyer.stage == "none" else "such buyers"
    what = "money, all or a part of it," if advice.buyer.stage == "offer" else "their money"
    how = "If they go on as buyers do, some of whom give up" if advice.ways[1:] else "Whatever way it comes"
    yield f"{how}, {about(way.paid)} of 100 {whom} have {what} back in the end."
    half, most = way.days[0.5], way.days[0.9]
    if half is not None and most is not None:
        yield f"Half of those have it within {days(half)} from now, nine in ten within {days(most)}."
    if advice.buyer.stage == "offer":
        yield f"On average {100 * way.part:.0f} % of the price comes back."


def _deadline(advice: Advice) -> Iterator[str]:
    if advice.free_for:
        yield f"For {lasting(advice.free_for)} from now you can cancel without anybody's consent: do it now."
    if advice.deadline is not None:
        meaning = MEANS[Verdict(advice.on_silence)].replace("the buyer", "you")
        if advice.buyer.stage == "offer":
            meaning = OFFER_MEANS[Verdict(advice.on_silence)]
            yield f"The next deadline is yours, in {lasting(advice.deadline)}: if you do not answer, {meaning}."
        else:
            yield f"The next deadline is in {lasting(advice.deadline)}: if nobody has answered by then, {meaning}."


def _what_to_do(advice: Advice) -> Iterator[str]:
    ways = advice.ways[1:]
    if not ways:
        return
    if advice.buyer.stage == "offer":
        yield from _take_it_or_not(ways)
        return
    best = max(ways, key=lambda way: way.paid.value)
    others = [way for way in ways if way is not best]
    if advice.buyer.stage == "none" and not others:
        yield f"The cancel button is of no use to you: {best.does}. {_brings(best)}"
        return
    if all(abs(best.paid.value - way.paid.value) <= _noise(best, way) for way in others):
        yield "Which of the ways below you take makes no difference that these stories could show."
        quick = min(ways, key=lambda way: way.days[0.5] or float("inf"))
        if quick.days[0.5] is not None:
            half = days(quick.days[0.5])
            yield f"The quickest is to {quick.does}: half of those who get money have it within {half}."
        return
    yield f"Best odds: {best.does}. {_brings(best)}"
    more = max(others, key=lambda way: way.part)
    if more.part > best.part + A_POINT:
        yield (
            f"But it is {100 * best.part:.0f} % of the price on average, and to {more.does} brings "
            f"{100 * more.part:.0f} %."
        )
    others.sort(key=lambda way: -way.paid.value)
    told = "; or ".join(f"{way.does}: {about(way.paid)} of 100" for way in others)
    yield f"The other way{'s' if len(others) > 1 else ''}: {told}."


def _brings(way: Option) -> str:
    return f"That brings {about(way.paid)} of 100 such buyers their money."


def _take_it_or_not(ways: Sequence[Option]) -> Iterator[str]:
    """A part now against what may come later: both are told, and which of them brings more on average."""
    accept, refuse = ways
    yield f"If you {accept.does}, you get {100 * accept.part:.0f} % of the price.{_by(accept)}"
    yield (
        f"If you {refuse.does}, {about(refuse.paid)} of 100 such buyers get something: "
        f"{100 * refuse.part:.0f} % of the price on average.{_by(refuse)}"
    )
    if abs(accept.part - refuse.part) <= _noise(accept, refuse):
        yield "On average both bring about as much; the offer is the surer of the two."
        return
    better = max(ways, key=lambda way: way.part)
    yield f"Best on average: {better.does}.{'' if better is accept else _at_what_price(accept, refuse)}"


def _at_what_price(accept: Option, refuse: Option) -> str:
    """What speaks for an offer that is less than what comes of turning it down."""
    half, later = accept.days[0.5], refuse.days[0.5]
    longer = ", and it takes longer" if half is not None and later is not None and later > half else ""
    nothing = round(100 * (1 - refuse.paid.value))
    return f" But {nothing} of 100 then get nothing{longer}."


def _by(way: Option) -> str:
    half = way.days[0.5]
    return "" if half is None else f" Half of those who are paid have it within {days(half)}."


OFFER_MEANS = MEANS | {
    Verdict.APPROVE: "you have taken the offer",
    Verdict.DECLINE: "you have turned it down",
}
"""What a buyer's silence comes to."""


def _noise(one: Option, other: Option) -> float:
    return one.paid.high - one.paid.value + other.paid.high - other.paid.value


def about(share: Number) -> str:
    """A chance as so many in 100, with its interval."""
    low, high = round(100 * share.low), round(100 * share.high)
    value = f"{100 * share.value:.0f}"
    return value if low == high else f"{value} ({low} to {high})"


def days(number: float) -> str:
    """A number of days in words."""
    if number < 2:
        return f"{number * 24:.0f} hours"
    return f"{number:.0f} days" if number >= 10 else f"{number:.1f} days"


def lasting(seconds: int) -> str:
    """A length of time in words: hours below two days."""
    if seconds < 2 * DAY and seconds % DAY:
        number, unit = seconds / HOUR, "hour"
    else:
        number, unit = seconds / DAY, "day"
    return f"{number:.3g} {unit}" + ("" if number == 1 else "s")


def document(advice: Advice) -> dict[str, Any]:
    """Everything, for programs."""
    buyer = advice.buyer
    return {
        "scenario": advice.scenario.name,
        "paid_days_ago": buyer.paid / DAY,
        "asked_days_ago": None if buyer.asked is None else buyer.asked / DAY,
        "stage": buyer.stage,
        "sentences": list(sentences(advice)),
        "request": {name: share.document("n") for name, share in advice.request.items()},
        "money_in_the_end": advice.ways[0].paid.document("n"),
        "endings": {name: share.document("n") for name, share in advice.ways[0].odds.items()},
        "days_to_money": {f"{level:g}": advice.ways[0].days[level] for level in QUANTILES},
        "deadline_in_days": None if advice.deadline is None else advice.deadline / DAY,
        "on_silence": Verdict(advice.on_silence).word,
        "free_for_hours": advice.free_for / HOUR,
        "choices": [
            {
                "choice": way.name, "does": way.does, "money_in_the_end": way.paid.document("n"),
                "part_of_the_price": way.part,
                "endings": {name: share.document("n") for name, share in way.odds.items()},
                "days_to_money": {f"{level:g}": way.days[level] for level in QUANTILES},
            }
            for way in advice.ways[1:]
        ],
        "by_days_waited": [
            {"days": day} | {name: share.document("n") for name, share in shares.items()}
            for day, shares in advice.by_days_waited
        ],
        "by_hours": [
            {"from": low, "to": high, "median_days_to_money": median}
            | {name: share.document("n") for name, share in shares.items()}
            for low, high, shares, median in advice.by_hours
        ],
    }  # fmt: skip
