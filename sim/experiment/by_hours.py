"""Success by how quickly the mind was changed: the article's main claim ("a lot will depend on HOW QUICKLY")."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.by_group import success_and_time
from sim.experiment.columns import ASKED_WITHIN
from sim.experiment.on_demand import OnDemand, Rows, numbers_in, on_demand
from sim.experiment.predicates import changed_their_mind, is_not_shipped

_HOURS = (0, 1, 3, 6, 12, 24)
_DAYS = (2, 3, 4, 5, 6, 7, 9, 14)
EDGES = (*_HOURS, *(24 * days for days in _DAYS), np.inf)
"""Hours since payment between which minds are counted together: [0, 1), [1, 3) … up to 14 days and beyond."""
BINS = (
    *(f"{low}-{high} h" for low, high in pairwise(_HOURS)),
    *(f"{low}-{high} d" for low, high in pairwise((1, *_DAYS))),
    "> 14 d",
)


def success_by_hours(claims: Rows, replications: int) -> pd.DataFrame:
    """Success and time to money by hours since payment, for all who changed their mind and those not yet shipped.

    One row per group and bin, as `Result.by_hours` has them; bins without claims are there with n = 0. A fault or a
    missed parcel is no change of mind: how soon it is noticed lies with the parcel, not with the buyer.
    """
    minds = on_demand(claims).only(changed_their_mind(claims))
    groups = {"all": minds, "not_shipped": minds.only(is_not_shipped(minds))}
    rows = [
        {
            "group": group,
            "hours_from": EDGES[k],
            "hours_to": EDGES[k + 1],
            "bin": BINS[k],
            **success_and_time(part, replications),
        }
        for group, members in groups.items()
        for k, part in enumerate(_binned(members))
    ]
    return pd.DataFrame(rows)


def _binned(claims: OnDemand) -> list[OnDemand]:
    place = asked_within(claims)
    return [claims.only(place == k) for k in range(len(BINS))]


def asked_within(claims: Rows) -> NDArray[np.uint8]:
    """Which of the bins each claim falls into: k from `EDGES[k]` to below the next."""
    if ASKED_WITHIN in claims:
        return numbers_in(claims, ASKED_WITHIN)
    return (np.searchsorted(EDGES, numbers_in(claims, "hours_to_ask"), side="right") - 1).astype(np.uint8)


def is_asked_by(claims: pd.DataFrame, hours: int) -> pd.Series[bool]:
    """Whether the mind changed so soon, given one of `EDGES`."""
    return pd.Series(asked_within(claims) < EDGES.index(hours), claims.index)
