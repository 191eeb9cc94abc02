"""`sim.advise`: what a buyer says, checked where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from sim.errors import BadUsage
from sim.scenario.durations import Kind, as_duration
from sim.scenario.loading import AScenario, as_scenario
from sim.vocabulary import ClaimKind
from sim.waiting.advice import REPLICATIONS, Advice, advise_buyer
from sim.waiting.buyer import STAGES, Buyer

CLAIMS = [kind.word for kind in ClaimKind if kind is not ClaimKind.NONE]


def advise(
    scenario: AScenario,
    *,
    paid: str,
    asked: str | None = None,
    stage: str | None = None,
    method: str | None = None,
    value: float | str | None = None,
    seller_type: str | None = None,
    claim: str | None = None,
    offer: float | str | None = None,
    replications: int = REPLICATIONS,
) -> Advice:
    """Say to one buyer who waits what the odds are, when the money comes, and what to do by when.

    `paid` says how long ago the order was paid (`"8 d"`, `"36 h"`), `asked` how long ago what is open was put, and
    `stage` what that is: `none` (nobody has asked yet), `cancellation`, `offer` (a part of the money, on the table;
    `offer` says how much, in the scenario's currency), `return` (posted), `dispute`, `mediation` or `chargeback`.
    `method`, `value` (in the scenario's currency), `seller_type` and `claim` are given where they are known; what
    is not is drawn as the scenario says, given what the seller has done so far.

    The buyer is put into `replications` of the scenario, 200 times into each. Returns an `Advice`: `ways` (what one
    can do and what comes of it), `request` (how the open request ends), `deadline`, `by_days_waited`, `by_hours`;
    `sim.waiting.words.sentences` says it in words.

    Raises BadUsage for what makes no sense or cannot be under this policy, and what `load` raises.

    >>> import sim
    >>> told = sim.advise("aliexpress", paid="8 d", asked="5 d", stage="cancellation", replications=1)
    >>> told.deadline // 86_400
    4
    """
    scenario = as_scenario(scenario)
    stage = stage or ("none" if asked is None else "cancellation")
    if stage not in STAGES:
        raise BadUsage(f"stage: found {stage!r}, expected one of {', '.join(STAGES)}")
    if (stage == "none") != (asked is None):
        expected = "no asked, since nothing is open" if stage == "none" else "how long ago that was: asked"
        raise BadUsage(f"asked: found {asked!r} with the stage {stage}, expected {expected}")
    market, facts = scenario.market, {}
    if method is not None:
        facts["method"] = _place("method", method, list(market.payment_methods))
    if seller_type is not None:
        facts["type"] = _place("seller_type", seller_type, list(market.sellers.types))
    if value is not None:
        facts["value"] = _cents("value", value)
    if offer is not None:
        facts["offered"] = _part(stage, _cents("offer", offer), facts.get("value", 0))
    if claim is not None:
        _place("claim", claim, CLAIMS)
        facts["kind"] = ClaimKind[claim.upper()].value
    buyer = Buyer(_ago("paid", paid), None if asked is None else _ago("asked", asked), stage, facts)
    return advise_buyer(scenario, buyer, replications)


def _ago(what: str, written: str) -> int:
    expected = "expected a duration such as 8d or 36h, of ten years at most"
    try:
        duration = as_duration(written)
    except ValueError:
        raise BadUsage(f"{what}: found {written!r}, {expected}") from None
    if duration.kind != Kind.WALL or duration.seconds > 3650 * 86_400:
        raise BadUsage(f"{what}: found {written!r}, {expected}")
    return duration.seconds


def _place(what: str, name: str, names: Sequence[str]) -> int:
    if name not in names:
        raise BadUsage(f"{what}: found {name!r}, expected one of {', '.join(names)}")
    return names.index(name)


def _part(stage: str, offer: int, value: int) -> int:
    """An offer as a part of the price, in parts per million."""
    if stage != "offer":
        raise BadUsage(f"offer: found an offer at the stage {stage}, expected the stage offer")
    if not 0 < offer <= value:
        raise BadUsage(f"offer: found {offer / 100:g}, expected at most what was paid, and that as value")
    return offer * 1_000_000 // value


def _cents(what: str, value: float | str) -> int:
    try:
        cents = round(100 * float(value))
    except (ValueError, OverflowError):
        cents = -1
    if not 0 < cents <= 10**14:
        raise BadUsage(f"{what}: found {value!r}, expected an amount such as 30")
    return cents
