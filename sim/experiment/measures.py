"""The numbers of a scenario: what each measures, of which rows, and how its interval is made.

Every measure is a ratio over replications, part over whole (a share, a mean), or a quantile of the time to money.
`refunded` means in full; a claim refunded in part has an ending of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from sim.experiment import costs, predicates
from sim.experiment.aalen_johansen import UNWATCHED, by_then, days_left_of, is_cut, is_finished
from sim.experiment.desks import MEANT
from sim.experiment.estimates import Estimate
from sim.experiment.measure_kinds import CLAIMS as CLAIMS
from sim.experiment.measure_kinds import REPLICATIONS as REPLICATIONS
from sim.experiment.measure_kinds import REQUESTS as REQUESTS
from sim.experiment.measure_kinds import Measure as Measure
from sim.experiment.measure_kinds import Ratio as Ratio
from sim.experiment.measure_kinds import Sums as Sums
from sim.experiment.measure_kinds import TimeToMoney as TimeToMoney
from sim.experiment.measure_kinds import estimated_together
from sim.experiment.on_demand import on_demand
from sim.experiment.predicates import Rows, every, has_waited_at, is_known, is_refunded_within, reads, says
from sim.experiment.requests import MEDIATION, SELLERS
from sim.scenario.durations import DAY
from sim.scenario.expectations import WITHIN
from sim.vocabulary import ClaimKind, Outcome, Route


def _decided_by(route: Route) -> str:
    return "decided at no stage" if route is Route.NONE else f"decided by {route.word.replace('_', ' ')}"


_COUNTS: tuple[Measure, ...] = (
    Ratio(
        "claims",
        "claims, by replication",
        reads("claims"),
        every,
        REPLICATIONS,
        "claims",
        counting=reads("claims"),
        is_fact=True,
    ),
    Ratio(
        "orders",
        "orders, by replication",
        reads("orders"),
        every,
        REPLICATIONS,
        "orders",
        counting=reads("orders"),
        is_fact=True,
    ),
)
_MONEY_BACK: tuple[Measure, ...] = (
    Ratio("success_rate", "refunded in full", predicates.is_refunded),
    Ratio("recovered_share", "money recovered", reads("refund"), reads("value")),
    TimeToMoney("refund_time_median_all", "half of all claims have their money after", 0.5),
    Ratio(
        "refund_time_mean_refunded",
        "those refunded waited, on average",
        predicates.days_until_refunded,
        predicates.is_refunded,
        unit="d",
    ),
    TimeToMoney("refund_time_p90_refunded", "nine in ten of those refunded waited", 0.9, predicates.is_refunded),
    *(
        Ratio(
            f"refunded_within_{days}d",
            f"refunded within {days} d",
            is_refunded_within(days),
            days=days,
            gain=by_then(days * DAY),
        )
        for days in WITHIN
    ),
    *(
        Ratio(
            f"money_days_{days}d",
            f"days with the money, of the first {days} since asking",
            predicates.days_with_the_money(days),
            unit="d",
            bound=days,
            days=days,
            gain=days_left_of(days, DAY),
        )
        for days in (30, 60)
    ),
)
_ENDINGS: tuple[Measure, ...] = (
    *(
        Ratio(
            f"outcome_{outcome.word}",
            outcome.word.replace("_", " "),
            says("outcome", outcome.word),
            is_fact=outcome is Outcome.OPEN,
        )
        for outcome in Outcome
        if outcome is not Outcome.NO_CLAIM
    ),
    *(Ratio(f"route_{route.word}", _decided_by(route), says("route", route.word)) for route in Route),
    *(
        Ratio(f"claim_{kind.word}", f"claims: {kind.word.replace('_', ' ')}", says("claim", kind.word))
        for kind in ClaimKind
        if kind is not ClaimKind.NONE
    ),
    Ratio("open_share", "still open", says("outcome", "open"), is_fact=True),
    Ratio("silence_share", "requests settled by silence", reads("by_silence"), every, REQUESTS),
    *(
        Ratio(f"silence_{what}_share", title, says("silence", what), every, REQUESTS)
        for what, title in MEANT.items()
    ),
    Ratio("mediation_share", "claims that came to mediation", is_known("mediation_opened_at")),
    Ratio(
        "limit_used_share",
        "refunds that came at the enforced limit",
        reads("limit_used"),
        predicates.has_money_back,
    ),
    Ratio("on_record_share", "claims that count against the seller", reads("on_record")),
)
_POSTED = is_known("return_posted_at")
_WORTH: tuple[Measure, ...] = (
    *(
        Ratio(name, f"postage paid by the {party}, per claim", reads(f"{party}_cost"), unit="currency")
        for name, party in (
            ("postage_per_claim", "buyer"),
            ("seller_postage_per_claim", "seller"),
            ("platform_postage_per_claim", "platform"),
        )
    ),
    Ratio(
        "postage_by_buyer_share",
        "postage of returns that the buyer paid",
        reads("buyer_cost"),
        predicates.postage,
        counting=_POSTED,
    ),
    Ratio(
        "postage_per_return", "postage paid by the buyer, per return", reads("buyer_cost"), _POSTED, unit="currency"
    ),
    Ratio("worth_it_share", "found it cheaper: it was worth it", predicates.was_worth_it, reads("found_cheaper")),
    Ratio(
        "worth_it_mean",
        "found it cheaper: gained, on average",
        predicates.gain,
        reads("found_cheaper"),
        unit="currency",
        signed=True,
    ),
)
_BESIDE: tuple[Measure, ...] = (
    Ratio(
        "refunded_unasked_share",
        "orders refunded unasked at the dispatch limit",
        reads("refunded_unasked"),
        reads("orders"),
        REPLICATIONS,
        counting=reads("orders"),
    ),
    Ratio(
        "ended_late_share",
        "claims that ended when no orders came any more",
        reads("ended_late"),
        reads("claims"),
        REPLICATIONS,
        counting=reads("claims"),
        is_fact=True,
    ),
)
_DESKS: tuple[Measure, ...] = (
    Ratio("seller_wait_mean", "wait at a seller's desk", reads("wait"), has_waited_at(SELLERS), REQUESTS, "h"),
    Ratio("mediation_wait_mean", "wait for mediation", reads("wait"), has_waited_at(MEDIATION), REQUESTS, "h"),
    Ratio(
        "mediation_utilisation",
        "mediation at work",
        reads("mediation_busy"),
        reads("mediation_staffed"),
        REPLICATIONS,
        is_fact=True,
    ),
    Ratio(
        "seller_utilisation_busiest",
        "busiest seller at work",
        reads("busiest_seller"),
        is_known("busiest_seller"),
        REPLICATIONS,
        is_fact=True,
    ),
)


_COSTS: tuple[Measure, ...] = tuple(Ratio(*line) for line in costs.lines(REPLICATIONS))

MEASURES: dict[str, Measure] = {
    measure.name: measure for measure in (*_COUNTS, *_MONEY_BACK, *_ENDINGS, *_WORTH, *_BESIDE, *_DESKS, *_COSTS)
}
"""Every measure by name, in the order in which summaries list them."""


RATIOS = tuple(measure for measure in MEASURES.values() if isinstance(measure, Ratio))


def sums_of(
    tables: Mapping[str, Rows], replications: int, names: Collection[str] = tuple(MEASURES)
) -> dict[str, Sums]:
    """What each replication adds to each ratio, or to those of these names."""
    read = {name: on_demand(rows) for name, rows in tables.items()}
    asked = (ratio for ratio in RATIOS if ratio.name in names)
    return {ratio.name: Sums(*ratio.sums(read, replications), ratio.n(read)) for ratio in asked}


def watched(sums: Mapping[str, Sums], claims: Rows) -> Mapping[str, Sums]:
    """The same sums, or those of what is known of claims that were not all watched to their end."""
    if not is_cut(claims):
        return sums
    asked = (ratio for ratio in RATIOS if ratio.name in sums)
    return {ratio.name: Sums(*ratio.watched(sums[ratio.name][:2], claims), sums[ratio.name].n) for ratio in asked}


def by_replication(tables: Mapping[str, Rows], replications: int) -> pd.DataFrame:
    """What each replication adds to each ratio, as `Result.by_replication` has it."""
    return sums_listed(watched(sums_of(tables, replications), tables[CLAIMS]))


def sums_listed(sums: Mapping[str, Sums]) -> pd.DataFrame:
    """The same, from the sums."""
    replications = len(next(iter(sums.values())).parts)
    return pd.DataFrame(
        {
            "measure": np.repeat([ratio.name for ratio in RATIOS], replications),
            "replication": np.tile(np.arange(replications), len(RATIOS)),
            "part": np.concatenate([sums[ratio.name].parts for ratio in RATIOS]),
            "whole": np.concatenate([sums[ratio.name].wholes for ratio in RATIOS]),
        }
    )


def summarise(tables: Mapping[str, Rows], replications: int, currency: str) -> pd.DataFrame:
    """One row per measure, as `Result.summary` has it."""
    sums = watched(sums_of(tables, replications), tables[CLAIMS])
    return summary_of(sums, tables[CLAIMS], replications, currency)


def summary_of(
    sums: Mapping[str, Sums],
    claims: Rows,
    replications: int,
    currency: str,
    names: Collection[str] = tuple(MEASURES),
) -> pd.DataFrame:
    """The same, from the sums, and from the claims for the times to money; or of these measures only."""
    claims = on_demand(claims)
    is_over, asked = is_finished(claims), [measure for name, measure in MEASURES.items() if name in names]
    estimates = estimated_together([measure for measure in asked if isinstance(measure, Ratio)], sums)
    found = [
        (estimates[measure.name], sums[measure.name].n)
        if isinstance(measure, Ratio)
        else measure.estimate({CLAIMS: claims}, replications)
        for measure in asked
    ]
    table = pd.DataFrame(
        {
            **{name: [float(getattr(estimate, name)) for estimate, _ in found] for name in Estimate._fields},
            "unit": [currency if measure.unit == "currency" else measure.unit for measure in asked],
            "n": [n for _, n in found],
            "title": [measure.title if is_over else _so_far(measure) for measure in asked],
        },
        index=pd.Index([measure.name for measure in asked], name="measure"),
    )
    return table if is_over else table.assign(why=np.where(_could_be_known(table), UNWATCHED, ""))


def _so_far(measure: Measure) -> str:
    """What a table calls it while claims are open."""
    return f"{measure.title}, so far" if isinstance(measure, Ratio) and measure.is_so_far else measure.title


def _could_be_known(summary: pd.DataFrame) -> list[bool]:
    """Which measures have no number only because claims were not watched for longer."""
    values = summary["value"].to_dict().items()
    return [MEASURES[str(name)].waits and bool(np.isnan(value)) for name, value in values]
