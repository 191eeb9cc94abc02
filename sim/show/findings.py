"""What a change of policy buys and what it costs, in a few plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from typing import TYPE_CHECKING

from sim.show.change import Change, changes_of
from sim.show.phrases import HELD
from sim.study.fates import ENDINGS, NO_CLAIM, REFUNDED, UNASKED
from sim.study.verdicts import CURVES_CROSS, EQUIVALENT, INCONCLUSIVE, NOT_REACHED

if TYPE_CHECKING:
    from sim.study.comparison import Comparison

_CALLED = {
    REFUNDED: "refunded in full",
    "partly_refunded": "refunded in part",
    "refused": "refused",
    "gave_up": "given up",
    "expired": "expired",
    "open": "still open",
}
"""What has become of claims, as sentences call it."""
_WITHOUT = [ending for ending in _CALLED if ending != REFUNDED]
"""Their buyers do not have all their money."""
_BESIDES = {
    "recovered_share": ("the share of the money that comes back", True),
    "postage_per_claim": ("buyers' postage per claim", False),
    "seller_postage_per_claim": ("sellers' postage per claim", False),
    "platform_postage_per_claim": ("the platform's postage per claim", False),
    "silence_share": ("the share of requests settled by silence", False),
    "mediation_share": ("the share of claims that go to mediation", False),
}
"""What else may rise or fall, as sentences call it, and whether it is good when it rises."""


def findings(comparison: Comparison, scenario: str) -> list[str]:
    """What one of the other scenarios changes against the base: money back, how soon, and at what cost.

    A change is told as one where its 95 % interval, which stands in brackets, leaves out 0; whether it matters is
    what the verdict says, from simultaneous intervals. `scenario` is the name of one of those compared.
    """
    changes = changes_of(comparison, scenario)
    return [
        *_unshared(comparison.apart.get(scenario, ())),
        *_another_world(comparison, scenario),
        _success(changes["success_rate"], comparison, scenario),
        *(unasked := list(_unasked(changes["refunded_unasked_share"], comparison, scenario))),
        _time(changes["refund_time_median_all"], changes["refunded_within_14d"], comparison, scenario),
        *_besides(changes, is_free=not unasked),
    ]


def _unshared(why: tuple[str, ...]) -> Iterator[str]:
    if why:
        yield (
            f"Its orders are not the base's, for they differ in {_list(why, 'and')}: the two are compared as "
            "independent runs, without saying which orders end otherwise."
        )


def _another_world(comparison: Comparison, scenario: str) -> Iterator[str]:
    """Where the policy is not all that differs, no difference is the policy's alone."""
    (other,) = (one.scenario for one in comparison.others if one.scenario.name == scenario)
    base = comparison.base.scenario
    parts = [part for part in ("buyers", "market") if getattr(base, part) != getattr(other, part)]
    if parts and base.policy != other.policy:
        what = " and ".join(f"the {part}" for part in parts)
        verb = "differs" if parts == ["market"] else "differ"
        yield f"Besides the policy {what} {verb}: no change is the policy's alone."


# ------------------------------------------------------------------------------- the money comes back


def _success(change: Change, comparison: Comparison, scenario: str) -> str:
    flips = _flips(comparison, scenario, rises=change.rises)
    if change.is_sure:
        how = "rises" if change.rises else "falls"
        levels = " from {} to {},".format(*change.levels) if change.is_seen_in_levels else ""
        return f"Success {how}{levels} by {change.amount} ({change.range}){flips}.{_whether_it_matters(change)}"
    if change.is_nothing:
        return f"Success stays at {change.levels[0]}{flips or ': every claim ends as it did'}."
    if change.verdict == EQUIVALENT:
        return (
            f"Success stays as it is, within {change.largest_that_does_not_matter} ({change.signed_range}){flips}."
        )
    return f"Whether success changes is open ({change.signed_range}){flips}.{_sentence(change.what_would_tell)}"


def _whether_it_matters(change: Change) -> str:
    """What the verdict adds to a change that is sure."""
    if change.verdict == EQUIVALENT:
        return f" That is too little to matter (less than {change.largest_that_does_not_matter})."
    if change.verdict == INCONCLUSIVE:
        telling = f"; {change.what_would_tell}" if change.what_would_tell else ""
        return f" Whether that is more than the margin of {change.largest_that_does_not_matter} is open{telling}."
    return ""


def _flips(comparison: Comparison, scenario: str, *, rises: bool) -> str:
    """`: 80 of 2,817 claims that were refused or given up are now refunded in full, 21 go the other way`."""
    if scenario in comparison.apart:
        return ""
    table = comparison.flip_table(scenario).reindex(index=ENDINGS, columns=ENDINGS, fill_value=0)
    gained = {ending: int(table.to_numpy()[ENDINGS.index(ending), 0]) for ending in _WITHOUT}
    lost = {ending: int(table.to_numpy()[0, ENDINGS.index(ending)]) for ending in _WITHOUT}
    many, few = sum(gained.values()), sum(lost.values())
    if not many + few:
        return ""
    if rises or not few:
        were, now = [ending for ending in _WITHOUT if gained[ending]] or list(_WITHOUT), [REFUNDED]
    else:
        were, now = [REFUNDED], [ending for ending in _WITHOUT if lost[ending]]
        many, few = few, many
    of = int(table.loc[were].to_numpy().sum())
    back = f"{few:,} go{'es' if few == 1 else ''} the other way" if few else "none go the other way"
    return f": {many:,} of {of:,} claims that were {_named(were)} are now {_named(now)}, {back}"


def _named(endings: Sequence[str]) -> str:
    return _list([_CALLED[ending] for ending in endings], "or")


def _unasked(change: Change, comparison: Comparison, scenario: str) -> Iterator[str]:
    """Orders that the platform refunds before anybody asks are no claims: success does not count them."""
    rows = comparison.flips[comparison.flips["scenario"] == scenario]
    newly = rows[(rows["other_outcome"] == UNASKED) & (rows["base_outcome"] != UNASKED)]
    orders, claims = newly["orders"].sum(), newly["orders"][newly["base_outcome"] != NO_CLAIM].sum()
    if orders:
        moved = _moves("The share of all orders refunded at the dispatch limit before anybody asks", change)
        yield f"{moved}; {claims:,} that were claims are now among these, and no longer count as such."


# ------------------------------------------------------------------------------- how soon


def _time(median: Change, soon: Change, comparison: Comparison, scenario: str) -> str:
    if median.verdict == CURVES_CROSS:
        return _crossing(comparison, scenario)
    rises_or_falls = _sentence(_moves(f"the share refunded within 14{HELD}d", soon)) if soon.is_sure else ""
    return _half(median) + rises_or_falls


def _half(median: Change) -> str:
    if median.verdict == NOT_REACHED:
        return _not_reached(median)
    half = "half of all claims have their money"
    if median.is_sure:
        how = "later" if median.rises else "sooner"
        levels = " after {1} instead of {0},".format(*median.levels) if median.is_seen_in_levels else ""
        what = f"{half.capitalize()}{levels} {median.amount} {how} ({median.range})."
        return what + _whether_it_matters(median)
    if median.is_nothing or (median.verdict == EQUIVALENT and median.rounds_to_nothing):
        return f"{half.capitalize()} as soon as before, after {median.levels[0]}."
    if median.verdict == EQUIVALENT:
        return f"{half.capitalize()} as soon as before ({median.signed_range})."
    more = _sentence(median.what_would_tell)
    return f"Whether {half} sooner or later is open ({median.signed_range}).{more}"


def _not_reached(change: Change) -> str:
    if isnan(change.base) and isnan(change.other):
        return "Half of all claims never have their money, under the base as under this one."
    sides = ("the base", "this one") if isnan(change.base) else ("this one", "the base")
    days = change.levels[1] if isnan(change.base) else change.levels[0]
    return f"Under {sides[1]}, half of all claims have their money after {days}; under {sides[0]}, they never do."


def _crossing(comparison: Comparison, scenario: str) -> str:
    first = comparison.crossings[comparison.crossings["scenario"] == scenario].iloc[0]
    ahead, then = ("the base", "this one") if first["first_ahead"] == "base" else ("this one", "the base")
    leads = [f"{100 * first[lead]:.2g}{HELD}points at most" for lead in ("first_lead", "then_lead")]
    return (
        f"Neither is the quicker throughout: up to {first['after']:g}{HELD}d after asking, more claims have their "
        f"money under {ahead} ({leads[0]}), and from {first['before']:g}{HELD}d on under {then} ({leads[1]})."
    )


# ------------------------------------------------------------------------------- what else


def _besides(changes: dict[str, Change], *, is_free: bool) -> Iterator[str]:
    """What else is surely better, and what is surely worse, each in a sentence; `is_free` unless told otherwise."""
    gains: list[str] = []
    costs: list[str] = []
    for measure, (name, is_good) in _BESIDES.items():
        if (change := changes[measure]).is_sure:
            (gains if change.rises == is_good else costs).append(_moves(name, change))
    falls = changes["success_rate"].difference < 0
    is_later = changes["refund_time_median_all"].low > 0
    if gains:
        yield f"What it {'buys' if falls else 'also buys'}: {'; '.join(gains)}."
    if costs:
        yield f"What it costs: {'; '.join(costs)}."
    elif not gains and all(changes[measure].is_nothing for measure in _BESIDES):
        yield "Money recovered, postage, silence and mediation stay as they were."
    elif not gains:
        yield "Of money recovered, postage, silence and mediation, none is seen to change for sure."
    elif is_free and not falls and not is_later:
        yield "What it costs: nothing that can be seen in money recovered, postage, silence or mediation."


def _moves(name: str, change: Change) -> str:
    """`sellers' postage per claim rises by 2.93 USD (2.88 to 2.98)`."""
    return f"{name} {'rises' if change.rises else 'falls'} by {change.amount} ({change.range})"


def _sentence(words: str) -> str:
    return f" {words[0].upper()}{words[1:]}." if words else ""


def _list(words: Sequence[str], last: str) -> str:
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
