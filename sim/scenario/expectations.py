"""What a scenario says must hold of its numbers: a floor, a ceiling, or both, for any measure."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, RootModel, model_validator

from sim.scenario.base import Described, did_you_mean
from sim.scenario.costs import COST_MEASURES
from sim.vocabulary import ClaimKind, Outcome, Route

WITHIN = (1, 3, 7, 14, 30, 60)
"""Days at which the share of refunded claims is reported."""
SHARES = (
    *("success_rate", "recovered_share", *(f"refunded_within_{days}d" for days in WITHIN)),
    *(f"outcome_{outcome.word}" for outcome in Outcome if outcome is not Outcome.NO_CLAIM),
    *(f"route_{route.word}" for route in Route),
    *(f"claim_{kind.word}" for kind in ClaimKind if kind is not ClaimKind.NONE),
    *(
        "open_share",
        "silence_share",
        *(f"silence_{meant}_share" for meant in ("for_buyer", "against_buyer", "passed_on")),
    ),
    *("mediation_share", "limit_used_share", "on_record_share"),
    *("postage_by_buyer_share", "worth_it_share", "refunded_unasked_share", "ended_late_share"),
    *("mediation_utilisation", "seller_utilisation_busiest"),
)
"""Measures that lie between 0 and 1."""
AMOUNTS = (
    *("claims", "orders", "refund_time_median_all", "refund_time_mean_refunded", "refund_time_p90_refunded"),
    *("money_days_30d", "money_days_60d", "seller_wait_mean", "mediation_wait_mean"),
    *("postage_per_return", "worth_it_mean", *COST_MEASURES),
)
"""The other measures: times, money and counts."""
MEASURE_NAMES = (*SHARES, *AMOUNTS)
"""What may be expected of: the names of `experiment.measures.MEASURES`, which is too heavy for a mere check."""


def _is_a_measure(name: str) -> str:
    if name not in MEASURE_NAMES:
        raise ValueError(f"there is no measure '{name}'{did_you_mean(name, MEASURE_NAMES)}")
    return name


MeasureName = Annotated[str, AfterValidator(_is_a_measure), Field(json_schema_extra={"enum": list(MEASURE_NAMES)})]
ExpectedBound = Annotated[float, Field(allow_inf_nan=False)]


class Bounds(Described):
    """Between what a measure must lie, in the unit in which `run` reports it: 0.8 of a share, 14 of days."""

    at_least: ExpectedBound | None = None
    """No less than this."""
    at_most: ExpectedBound | None = None
    """No more than this."""

    @model_validator(mode="after")
    def _say_something(self) -> Bounds:
        if self.at_least is None and self.at_most is None:
            raise ValueError("found no bound, expected at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"found at_least {self.at_least:g} above at_most {self.at_most:g}")
        return self


class Expectations(RootModel[dict[MeasureName, Bounds]]):
    """By measure: what must hold, judged by the whole interval over replications."""

    root: dict[MeasureName, Bounds] = Field(default_factory=dict)
