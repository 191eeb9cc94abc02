"""Levers that differ by why the buyer wants the money back: a row per claim kind, over a common default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Generic, TypeVar

from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

from sim.scenario.base import Described, Named, NoneOr
from sim.scenario.distributions.families import DurationLaw
from sim.vocabulary import ClaimKind

T = TypeVar("T")
L = TypeVar("L", bound=Described)

CLAIMS = (ClaimKind.REGRET, ClaimKind.NOT_RECEIVED, ClaimKind.DEFECT)
ClaimName = Annotated[ClaimKind, Named(only=CLAIMS)]
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
    """`above` over `below`: mappings merge; everything else is replaced, a law as a whole."""
    if not (isinstance(below, dict) and isinstance(above, dict)) or _is_law(above):
        return above
    return below | {key: laid_over(below.get(key), value) for key, value in above.items()}


def _is_law(value: dict[str, Any]) -> bool:
    return bool(value) and value.keys() <= DurationLaw.model_fields.keys()


def rows(levers: ByClaim[T] | None) -> Iterator[tuple[str, T]]:
    """The rows by claim kind, with their names; the default itself is no row."""
    for kind in type(levers).model_fields if levers is not None else ():
        row = getattr(levers, kind)
        if kind != "default" and row is not None:
            yield kind, row


class Row(Described):
    """Levers for the claims of one kind, where those for all stand beside the rows: it says only what differs."""

    @model_serializer(mode="wrap")
    def _only_what_it_says(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialize(self).items() if name in self.model_fields_set}


def with_row(common: L, row: Row | None) -> L:
    """The levers for all with a row over them: what it names by name (laws) is laid over, all else replaced."""
    if row is None:
        return common
    said = {name: getattr(row, name) for name in row.model_fields_set}
    merged = {name: laid_over(getattr(common, name), value) for name, value in said.items()}
    return common.model_copy(update=merged)


def place_of(name: str, by_claim: Mapping[ClaimKind, Row], kind: ClaimKind) -> str:
    """Where a lever for claims of this kind is written: in its row, or among those for all."""
    row = by_claim.get(kind)
    return f"by_claim.{kind.word}.{name}" if row is not None and name in row.model_fields_set else name
