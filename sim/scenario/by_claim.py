"""Levers that differ by why the buyer wants the money back: a row per claim kind, over a common default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Generic, TypeVar

from pydantic import model_validator

from sim.scenario.base import Described, Named, NoneOr
from sim.vocabulary import ClaimKind

T = TypeVar("T")

ClaimName = Annotated[ClaimKind, Named(only=(ClaimKind.REGRET, ClaimKind.NOT_RECEIVED, ClaimKind.DEFECT))]
"""Why a buyer wants the money back."""


class ByClaim(Described, Generic[T]):
    """Levers that may differ by why the buyer wants the money back.

    A row named after a claim kind is laid over `default` key by key before it is checked, so it says only
    what differs; `none` as a row switches the lever off for that kind.
    """

    default: NoneOr[T] = None
    regret: NoneOr[T] = None
    not_received: NoneOr[T] = None
    defect: NoneOr[T] = None

    @model_validator(mode="before")
    @classmethod
    def _rows_over_the_default(cls, rows: Any) -> Any:
        if not isinstance(rows, dict) or "default" not in rows:
            return rows
        default = rows["default"]
        kinds = [name for name in cls.model_fields if name != "default"]
        return rows | {kind: laid_over(default, rows[kind]) if kind in rows else default for kind in kinds}


def laid_over(below: Any, above: Any) -> Any:
    """`above` over `below`: mappings merge, everything else is replaced."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: laid_over(below.get(key), value) for key, value in above.items()}


def rows(levers: ByClaim[T] | None) -> Iterator[tuple[str, T]]:
    """The rows by claim kind, with their names; the default itself is no row."""
    for kind in type(levers).model_fields if levers is not None else ():
        row = getattr(levers, kind)
        if kind != "default" and row is not None:
            yield kind, row
