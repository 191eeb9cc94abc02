"""What buyers decide where a file says so, instead of luck: for one case or for all."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from sim.scenario.base import Described

OrderNumber = Annotated[int, Field(ge=0, le=1_000_000_000)]
DECISIONS = ("cancel", "dispute", "take_offer", "escalate", "charge_back")


class Choice(Described):
    """Decisions of one buyer, or of all; what is not said is left to luck, and so is everybody else."""

    order: OrderNumber | None = None
    """The number of the order; all orders where it is not said."""
    replication: OrderNumber | None = None
    """In this replication only."""
    cancel: bool | None = None
    """Whether the buyer presses the cancel button while it is there."""
    dispute: bool | None = None
    """Whether the buyer goes on to a dispute, whatever it costs, or never opens one."""
    take_offer: bool | None = None
    """Whether the buyer takes whatever part of the money the seller offers, or none."""
    escalate: bool | None = None
    """Whether the buyer calls the platform."""
    charge_back: bool | None = None
    """Whether the buyer turns to the bank in the end."""

    @model_validator(mode="after")
    def _something_is_decided(self) -> Choice:
        if all(getattr(self, name) is None for name in DECISIONS):
            raise ValueError(f"found no decision, expected one or more of {', '.join(DECISIONS)}")
        return self

    @model_serializer(mode="wrap")
    def _only_what_is_said(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialize(self).items() if value is not None}
