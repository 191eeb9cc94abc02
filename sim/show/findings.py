"""What a change of policy buys and what it costs, in a few plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan

from sim.experiment.comparison import Comparison
from sim.experiment.order_outcomes import ENDINGS, NO_CLAIM, REFUNDED, UNASKED
from sim.experiment.verdicts import BETTER, CURVES_CROSS, EQUIVALENT, INCONCLUSIVE, WORSE
from sim.scenario.wording import counted
from sim.show.change import NO_INTERVAL, Change, changes_of
from sim.show.judged import JudgedRow, headlines_of
from sim.show.notes import leaning_remark
from sim.show.phrases import HELD
from sim.vocabulary.endings import WORDS

_CALLED = WORDS | {REFUNDED: "refunded in full"}
"""What has become of claims, as sentences call it."""
_WITHOUT = [ending for ending in _CALLED if ending != REFUNDED]
"""Their buyers do not have all their money."""


def findings(comparison: Comparison, scenario: str) -> list[str]:
    """What one of the other scenarios changes against the base, in two sentences: success; what it buys and costs.

    Both say what the verdicts say, and from the same intervals: those that hold all together, against the margins.
    `scenario` is the name of one of those compared.
    """
    changes, judged = changes_of(comparison, scenario), headlines_of(comparison, scenario)
    return [_success(changes["success_rate"], comparison, scenario), _buys_and_costs(judged, comparison)]


def remarks(comparison: Comparison, scenario: str) -> list[str]:
    """What else one has to know before believing that: each in a sentence, none where there is nothing."""
    changes = changes_of(comparison, scenario)
    return [
        *_unshared(comparison.apart.get(scenario, ())),
        *_another_world(comparison, scenario),
        *_unasked(changes["refunded_unasked_share"], comparison, scenario),
        *_no_single_time(changes["refund_time_median_all"], comparison, scenario),
        *leaning_remark(comparison, scenario),
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
    if change.difference.is_sure:
        how = "rises" if change.rises else "falls"
        levels = " from {} to {},".format(*change.levels) if change.is_seen_in_levels else ""
        return f"Success {how}{levels} by {change.amount} ({change.range}){_whether_it_matters(change)}{flips}."
    if change.difference.is_nothing:
        return f"Success stays at {change.levels[0]}{flips or ': every claim ends as it did'}."
    if change.row.verdict == EQUIVALENT:
        within = f"within {change.largest_that_does_not_matter} ({change.signed_range})"
        return f"Success stays as it is, {within}{flips}."
    interval = "" if change.signed_range == NO_INTERVAL else f" ({change.signed_range})"
    return f"Whether success changes is open{interval}{flips}{_more(change)}."


def _whether_it_matters(change: Change) -> str:
    """What the verdict adds to a change that is sure."""
    if change.row.verdict == EQUIVALENT:
        return f", which is too little to matter (less than {change.largest_that_does_not_matter})"
    if change.row.verdict == INCONCLUSIVE:
        return f"; whether by more than the margin of {change.largest_that_does_not_matter} is open{_more(change)}"
    return ""


def _more(change: Change) -> str:
    return f"; {change.what_would_tell}" if change.what_would_tell else ""


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
    was, are = ("was" if of == 1 else "were"), ("is" if many == 1 else "are")
    back = f"{few:,} go{'es' if few == 1 else ''} the other way" if few else "none go the other way"
    return f": {many:,} of {counted(of, 'claim')} that {was} {_named(were)} {are} now {_named(now)}, {back}"


def _named(endings: Sequence[str]) -> str:
    return _list([_CALLED[ending] for ending in endings], "or")


def _unasked(change: Change, comparison: Comparison, scenario: str) -> Iterator[str]:
    """Orders that the platform refunds before anybody asks are no claims: success does not count them."""
    rows = comparison.flips[comparison.flips["scenario"] == scenario]
    newly = rows[(rows["other_outcome"] == UNASKED) & (rows["base_outcome"] != UNASKED)]
    orders, claims = newly["orders"].sum(), newly["orders"][newly["base_outcome"] != NO_CLAIM].sum()
    if orders:
        were, count = ("was a claim is", "counts") if claims == 1 else ("were claims are", "count")
        moved = _moves("The share of all orders refunded at the dispatch limit before anybody asks", change)
        yield f"{moved}; {claims:,} that {were} now among these, and no longer {count} as such."


# ------------------------------------------------------------------------------- what else


def _buys_and_costs(judged: Mapping[str, JudgedRow], comparison: Comparison) -> str:
    """What is better, and what is worse, by the verdicts; and what is open, so that nothing is passed over."""
    rest = [one for measure, one in judged.items() if measure != "success_rate"]
    gains, costs, unsure = ([one for one in rest if one.verdict == word] for word in (BETTER, WORSE, INCONCLUSIVE))
    if not any(one.surely.has_interval for one in judged.values()):
        is_one = comparison.base.about["replications"] == 1
        which = "One replication" if is_one else "Claims in fewer than two replications"
        return f"{which} cannot tell what else changes."
    falls = judged["success_rate"].difference.value < 0
    told = [f"it {'buys' if falls else 'also buys'}: {_amounts(gains)}"] if gains else []
    told += [f"it costs: {_amounts(costs)}"] if costs else []
    if not told:
        told = ["nothing else that is judged is sure to change by more than its margin"]
    if unsure:
        told.append(f"open: {', '.join(one.name for one in unsure)}")
    return f"{told[0][0].upper()}{'; '.join(told)[1:]}."


def _amounts(some: Sequence[JudgedRow]) -> str:
    return ", ".join(f"{one.name} ({one.shown().value.replace(' ', HELD)})" for one in some)


# ------------------------------------------------------------------------------- how soon


def _no_single_time(median: Change, comparison: Comparison, scenario: str) -> Iterator[str]:
    """Where no single number says who is the quicker."""
    if median.row.verdict == CURVES_CROSS:
        yield _crossing(comparison, scenario)
    if isnan(median.row.base) or isnan(median.row.other):
        yield _not_reached(median, comparison, scenario)


def _not_reached(change: Change, comparison: Comparison, scenario: str) -> str:
    (other,) = (one for one in comparison.others if one.scenario.name == scenario)
    is_cut = any(one.scenario.experiment.follow_up is not None for one in (comparison.base, other))
    never = "not as long as they were watched" if is_cut else "never"
    if isnan(change.row.base) and isnan(change.row.other):
        return f"Half of all claims have their money: {never}, under the base as under this one."
    sides = ("the base", "this one") if isnan(change.row.base) else ("this one", "the base")
    days = change.levels[1] if isnan(change.row.base) else change.levels[0]
    return f"Half of all claims have their money under {sides[1]} after {days}, and under {sides[0]} {never}."


def _crossing(comparison: Comparison, scenario: str) -> str:
    first = comparison.crossings[comparison.crossings["scenario"] == scenario].iloc[0]
    ahead, then = ("the base", "this one") if first["first_ahead"] == "base" else ("this one", "the base")
    leads = [f"{100 * first[lead]:.2g}{HELD}points at most" for lead in ("first_lead", "then_lead")]
    return (
        f"Neither is the quicker throughout: up to {first['after']:g}{HELD}d after asking, more claims have their "
        f"money under {ahead} ({leads[0]}), and from {first['before']:g}{HELD}d on under {then} ({leads[1]})."
    )


def _moves(name: str, change: Change) -> str:
    """`sellers' postage per claim rises by 2.93 USD (2.88 to 2.98)`."""
    return f"{name} {'rises' if change.rises else 'falls'} by {change.amount} ({change.range})"


def _list(words: Sequence[str], last: str) -> str:
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
