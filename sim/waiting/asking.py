"""From what a buyer says to a case: durations, names and amounts, each checked where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from sim.errors import BadUsage
from sim.scenario.durations import Kind, as_duration
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind
from sim.waiting.advice import REPLICATIONS, Advice, advise_buyer
from sim.waiting.buyer import STAGES, Buyer

CLAIMS = [kind.word for kind in ClaimKind if kind is not ClaimKind.NONE]


def advise(
    scenario: Scenario,
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
    """What becomes of buyers like this one. Raises BadUsage for what makes no sense, or cannot be here."""
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
