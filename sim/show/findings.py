"""What a change of policy buys and what it costs, in two or three plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from math import isinf, isnan
from typing import TYPE_CHECKING

from sim.show.figures import decimals_for
from sim.show.phrases import HELD
from sim.study.flips import ENDINGS, NO_CLAIM, REFUNDED, UNASKED
from sim.study.verdicts import CURVES_CROSS, EQUIVALENT, INCONCLUSIVE, NOT_REACHED

if TYPE_CHECKING:
    from sim.study.comparison import Comparison

_WITHOUT = {
    "partly_refunded": "partly refunded",
    "refused": "refused",
    "gave_up": "given up",
    "expired": "expired",
    "open": "still open",
}
"""Claims whose buyers do not have all their money, as sentences call them."""
_COSTS = {
    "postage_per_claim": ("buyers pay", "postage per claim"),
    "seller_postage_per_claim": ("sellers pay", "postage per claim"),
    "platform_postage_per_claim": ("the platform pays", "postage per claim"),
    "silence_share": ("silence settles", "of the requests"),
    "mediation_share": ("mediation hears", "of the claims"),
}
"""What a change may cost: what stands before `0.2 USD more`, and what stands behind."""


def findings(comparison: Comparison, scenario: str) -> list[str]:
    """What one of the other scenarios changes against the base: money back, how soon, and at what cost.

    A change is told as one where its 95 % interval, which stands in brackets, leaves out 0; whether it matters is
    what the verdict says, from simultaneous intervals. `scenario` is the name of one of those compared.
    """
    rows = comparison.differences[comparison.differences["scenario"] == scenario]
    changes = {row[0]: Change(*row) for row in rows[_COLUMNS].itertuples(index=False, name=None)}
    return [
        *_unshared(comparison.apart.get(scenario, ())),
        _success(changes["success_rate"], comparison, scenario),
        *_unasked(comparison, scenario),
        _time(changes["refund_time_median_all"], comparison, scenario),
        _costs([change for name, change in changes.items() if name in _COSTS]),
    ]


@dataclass(frozen=True)
class Change:
    """A row of `Comparison.differences`, as sentences need it."""

    measure: str
    base: float
    other: float
    difference: float
    low: float
    high: float
    margin: float
    verdict: str
    replications_needed: float
    unit: str

    @property
    def is_sure(self) -> bool:
        """Whether it is not nothing; an open end (NaN) leaves nothing out."""
        return self.low > 0 or self.high < 0

    @property
    def rises(self) -> bool:
        return self.difference > 0

    @property
    def amount(self) -> str:
        """`0.4 points`, whichever way it goes."""
        return f"{self._shown(abs(self.difference))}{HELD}{self._unit}"

    @property
    def range(self) -> str:
        """`0.2 to 0.7`: the interval of the amount."""
        return self._range(self.low, self.high) if self.rises else self._range(-self.high, -self.low)

    @property
    def signed_range(self) -> str:
        """`−0.3 to 0.9 points`."""
        return f"{self._range(self.low, self.high)}{HELD}{self._unit}"

    @property
    def largest_that_does_not_matter(self) -> str:
        """`0.5 points`: the margin."""
        return f"{self.margin * self._scale:.2g}{HELD}{self._unit}"

    @property
    def _scale(self) -> int:
        return 100 if self.unit == "share" else 1

    @property
    def _unit(self) -> str:
        return "points" if self.unit == "share" else self.unit

    def _range(self, low: float, high: float) -> str:
        if isnan(low) and isnan(high):
            return "no interval"
        if isnan(high):
            return f"{self._shown(low)} or more"
        return f"up to {self._shown(high)}" if isnan(low) else f"{self._shown(low)} to {self._shown(high)}"

    def _shown(self, number: float) -> str:
        decimals = decimals_for(self._scale * (self.high - self.low) / 2)
        rounded = round(number * self._scale, decimals) + 0.0  # no minus before a zero
        return f"{rounded:,.{decimals}f}".replace("-", "−")


_COLUMNS = [field.name for field in fields(Change)]


# ------------------------------------------------------------------------------------ the sentences


def _unshared(why: tuple[str, ...]) -> Iterator[str]:
    if why:
        yield (
            f"Its orders are not the base's, for they differ in {_list(why, 'and')}: the two are compared as "
            "independent runs, without saying which orders end otherwise."
        )


def _success(change: Change, comparison: Comparison, scenario: str) -> str:
    flips = _flips(comparison, scenario)
    if change.is_sure:
        how = "rises" if change.rises else "falls"
        return f"Success {how} by {change.amount} ({change.range}){flips}.{_whether_it_matters(change)}"
    if change.verdict == EQUIVALENT:
        return (
            f"Success stays as it is, within {change.largest_that_does_not_matter} ({change.signed_range}){flips}."
        )
    return f"Whether success changes is open ({change.signed_range}){flips}.{_more(change)}"


def _whether_it_matters(change: Change) -> str:
    """What the verdict adds to a change that is sure."""
    if change.verdict == EQUIVALENT:
        return f" That is too little to matter (less than {change.largest_that_does_not_matter})."
    if change.verdict == INCONCLUSIVE:
        return f" Whether it is more than {change.largest_that_does_not_matter} is open.{_more(change)}"
    return ""


def _more(change: Change) -> str:
    if isnan(change.replications_needed):
        return ""
    if isinf(change.replications_needed):
        return " No experiment has enough replications to tell."
    return f" Some {_rough(change.replications_needed)} more replications would tell."


def _flips(comparison: Comparison, scenario: str) -> str:
    """`: 80 of 2,817 claims that were refused or given up are refunded in full, 21 the other way`."""
    if scenario in comparison.apart:
        return ""
    table = comparison.flip_table(scenario).reindex(index=ENDINGS, columns=ENDINGS, fill_value=0)
    gained, lost = table.loc[list(_WITHOUT), REFUNDED], table.loc[[REFUNDED], list(_WITHOUT)].to_numpy().sum()
    if not gained.sum() + lost:
        return ""
    without = [ending for ending in _WITHOUT if gained[ending]] or list(_WITHOUT)
    were, of = _list([_WITHOUT[ending] for ending in without], "or"), table.loc[without].to_numpy().sum()
    return f": {int(gained.sum()):,} of {of:,} claims that were {were} are refunded in full, {lost:,} the other way"


def _unasked(comparison: Comparison, scenario: str) -> Iterator[str]:
    """Orders that the platform refunds before anybody asks are no claims: success does not count them."""
    rows = comparison.flips[comparison.flips["scenario"] == scenario]
    newly = rows[(rows["other_outcome"] == UNASKED) & (rows["base_outcome"] != UNASKED)]
    orders, claims = newly["orders"].sum(), newly["orders"][newly["base_outcome"] != NO_CLAIM].sum()
    if orders:
        share = 100 * orders / comparison.base.about["orders"]
        yield (
            f"{share:.2g}{HELD}% of all orders are now refunded at the dispatch limit before anybody asks; "
            f"{claims:,} of these were claims, and are counted as such no more."
        )


def _time(change: Change, comparison: Comparison, scenario: str) -> str:
    if change.verdict == NOT_REACHED:
        return _not_reached(change)
    if change.verdict == CURVES_CROSS:
        return _crossing(comparison, scenario)
    half = "half of all claims have their money"
    if change.is_sure:
        how = "later" if change.rises else "sooner"
        return f"{half.capitalize()} {change.amount} {how} ({change.range}).{_whether_it_matters(change)}"
    if change.verdict == EQUIVALENT:
        return f"{half.capitalize()} as soon as before ({change.signed_range})."
    return f"Whether {half} sooner or later is open ({change.signed_range}).{_more(change)}"


def _not_reached(change: Change) -> str:
    if isnan(change.base) and isnan(change.other):
        return "Half of all claims never have their money, under the base as under this one."
    sides = ("the base", "this one") if isnan(change.base) else ("this one", "the base")
    days = f"{change.other if isnan(change.base) else change.base:.1f}{HELD}d"
    return (
        f"Under {sides[0]}, half of all claims never have their money; under {sides[1]} they have it after {days}."
    )


def _crossing(comparison: Comparison, scenario: str) -> str:
    first = comparison.crossings[comparison.crossings["scenario"] == scenario].iloc[0]
    ahead, then = ("the base", "this one") if first["first_ahead"] == "base" else ("this one", "the base")
    leads = [f"{100 * first[lead]:.2g}{HELD}points at most" for lead in ("first_lead", "then_lead")]
    return (
        f"Neither is the quicker throughout: up to {first['after']:g}{HELD}d after asking, more claims have their "
        f"money under {ahead} ({leads[0]}), and from {first['before']:g}{HELD}d on under {then} ({leads[1]})."
    )


def _costs(changes: list[Change]) -> str:
    told = []
    for change in (change for change in changes if change.is_sure):
        before, behind = _COSTS[change.measure]
        told.append(f"{before} {change.amount} {'more' if change.rises else 'less'} {behind} ({change.range})")
    if not told:
        return "Postage, silence and mediation stay as they were, as far as can be seen."
    sentence = "; ".join(told)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _rough(number: float) -> str:
    """To one digit: it is an estimate of an estimate."""
    digits = 10 ** (len(str(int(number))) - 1)
    return f"{round(number / digits) * digits:,}"


def _list(words: Sequence[str], last: str) -> str:
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
