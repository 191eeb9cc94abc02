"""The largest value that a law may give: what lies beyond is no amount and no duration that anybody means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario.distributions.combined import Mixture
from sim.scenario.distributions.families import MOST_MONEY, DurationLaw, LawForm
from sim.scenario.distributions.laws import Law, StepLaw
from sim.scenario.durations import DAY, LONGEST, NEVER
from sim.scenario.wording import shortened

RARE = 1e-6
"""A chance that nobody counts with: what a law gives so rarely beyond its bound, is drawn as the bound."""
UNLIKE = {
    True: f"which is above {LONGEST // (365 * DAY)} years in {{share}} of all cases: truncate it, or write 'never'",
    False: f"which is above {MOST_MONEY:.0e} in {{share}} of all cases: truncate it",
}


def too_far(part: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The paths of laws, anywhere in a part of a scenario, that may go too far; with what is wrong."""
    if isinstance(part, LawForm):
        if not part.model_fields_set:
            return  # what is right in a law that is wrong is none (`partial_validation`)
        is_long = isinstance(part, DurationLaw)
        if (share := beyond(part.to_law(), LONGEST if is_long else MOST_MONEY)) > RARE:
            yield path, f"found {shortened(str(part))}, {UNLIKE[is_long].format(share=f'{share:.2g}')}"
    else:
        for name, inner in _inside(part):
            yield from too_far(inner, f"{path}.{name}" if path else name)


def _inside(part: Any) -> Iterator[tuple[str, Any]]:
    """What a part of a scenario is made of, by the names that a file has for them."""
    if isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            yield field.alias or name, getattr(part, name, None)
    elif isinstance(part, Mapping):
        yield from ((getattr(key, "word", str(key)), inner) for key, inner in part.items())
    elif isinstance(part, list | tuple):
        yield from ((str(number), inner) for number, inner in enumerate(part))


def beyond(law: Law, bound: float) -> float:
    """The chance of a value above the bound that is not `never`."""
    if isinstance(law, Mixture):
        return sum(weight * beyond(part, bound) for weight, part in law.parts)
    if isinstance(law, StepLaw) and law.values[-1] >= NEVER:
        return law.below(NEVER - 1) - law.below(bound)
    return 1 - law.below(bound) if law.support()[1] > bound else 0.0
