"""What a log tells of bargaining: what sellers offer, and for how much of the price buyers settle."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.arrays import Bools, Floats
from sim.evidence.finding import Assumed, Finding, Told, ends, number, of_chance, of_law
from sim.evidence.survival import LEAST, fitted
from sim.evidence.training_data import TrainingData
from sim.scenario.by_claim import rows
from sim.scenario.durations import Kind

PATH = "buyers.offers"
GROUPS = 12
"""Groups of offers, as large as each other, among which the share that is taken may rise."""
LEVELS = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0)


def offered(data: TrainingData) -> Bools:
    """Claims in which the seller offered a part of the money."""
    claims = data.log.claims
    share = claims.numbers.get("offer", np.full(claims.rows, np.nan))
    return np.asarray(((share > 0) & (share <= 1)) | ~np.isnan(claims.at("offer_opened")))


def _rounds(data: TrainingData) -> dict[str, int]:
    """How many offers a seller may make, by kind of claim."""
    dispute = data.base.policy.dispute
    return {} if dispute is None else {kind: terms.rounds for kind, terms in rows(dispute)}


def may_be_offered(data: TrainingData) -> Bools:
    """Claims of a kind for which the policy knows offers, or of an unknown kind: else who would offer refuses."""
    kinds, names = data.log.claims.word("kind"), data.log.names["kind"]
    with_rounds = [names.index(kind) for kind, rounds in _rounds(data).items() if rounds]
    return np.asarray(np.isin(kinds, with_rounds) | (kinds < 0))


def refused_at(data: TrainingData) -> Floats:
    """When a dispute was refused, or its offer was; NaN where neither is known."""
    claims = data.log.claims
    said_no = np.where(data.status("refused", of="dispute_status"), claims.at("dispute_closed"), np.nan)
    not_taken = data.status("refused", "silence", of="offer_status")
    return np.fmax(said_no, np.where(not_taken, claims.at("offer_closed"), np.nan))


def told_by_offers(data: TrainingData) -> Told:
    """How buyers answer an offer: from which share on they settle, how soon, and who never says a word."""
    claims = data.log.claims
    share = claims.numbers.get("offer")
    if share is None or not claims.has("offer_status"):
        yield Assumed(PATH, "the log does not tell of offers and how they ended")
        return
    taken = data.status("accepted", of="offer_status")
    answered = taken | data.status("refused", of="offer_status")
    known = answered & (share > 0) & (share <= 1)
    if int(known.sum()) < LEAST * 4 or not (known & taken).any():
        yield Assumed(
            f"{PATH}.reservation", f"{int(known.sum())} offers answered, fewer than {LEAST * 4}, or none taken"
        )
        return
    value, interval, n = data.share_of_claims(taken, known)
    highest = float(share[known].max())
    yield Finding(
        f"{PATH}.reservation", _settling(share[known], taken[known], data.claim_weight[known]), n,
        interval=ends(interval), about="share taken of the offers made",
        method="below what was taken, above what was refused: monotone likelihood",
        identified=f"up to the highest offer, {highest:.2g} of the price; above it spread evenly",
        beside={"taken": value},
    )  # fmt: skip
    yield from _answering(data, answered)


def _settling(offers: Floats, taken: Bools, weight: Floats) -> dict[str, Any]:
    """The law of what buyers settle for: the share that takes an offer never falls with it (Ayer et al. 1955)."""
    from scipy.optimize import isotonic_regression

    order = np.argsort(offers, kind="stable")
    parts = [part for part in np.array_split(order, GROUPS) if len(part)]
    whole = np.array([weight[part].sum() for part in parts])
    middle = np.array([np.average(offers[part], weights=weight[part]) for part in parts])
    share = np.array([np.average(taken[part], weights=weight[part]) for part in parts])
    rising = isotonic_regression(share, weights=whole).x
    told = {0.0: 0.0}
    for level in np.unique(rising):
        if 0 < level < 1:
            settles = np.average(middle[rising == level], weights=whole[rising == level])
            told[number(float(level))] = number(float(settles))
    if (rising == 0).any():
        told[0.0] = number(float(middle[rising == 0].max()))
    all_take = middle[rising == 1]
    told[1.0] = number(float(all_take.min())) if all_take.size else 1.0
    return {"empirical": {"quantiles": told}}


def _answering(data: TrainingData, answered: Bools) -> Told:
    claims = data.log.claims
    opened, closed = claims.at("offer_opened"), claims.at("offer_closed")
    until = data.log.watched_until(closed) - opened
    sample = data.censored(until, answered & ~np.isnan(closed), ~np.isnan(opened))
    estimated = fitted(sample, never=True)
    if estimated is None:
        yield Assumed(f"{PATH}.notice", "the log does not tell when offers were made and answered")
        return
    within = "answers within the buyer's clock; later than that and silence look alike"
    yield of_chance(f"{PATH}.silent", estimated, "cure model", identified=within, never=True)
    yield of_law(f"{PATH}.notice", estimated, Kind.WALL, what="cured part silent", identified=within)


def what_is_offered(data: TrainingData, path: str, theirs: Bools) -> Told:
    """The law of a type's offers, as quantiles of those it made."""
    share = data.log.claims.numbers.get("offer", np.full(data.log.claims.rows, np.nan))
    known = theirs & (share > 0) & (share <= 1)
    if int(known.sum()) < LEAST:
        return
    rounds = _rounds(data).values()
    quantiles = np.quantile(share[known], LEVELS)
    told = {level: number(float(value)) for level, value in zip(LEVELS, quantiles, strict=True)}
    yield Finding(
        f"{path}.offer",
        {"empirical": {"quantiles": told}},
        int(known.sum()),
        interval=_median_between(share[known]),
        about="median",
        method="quantiles of the offers made",
        identified="the last offer of each dispute; of several rounds the earlier ones are not in the log"
        if max(rounds, default=0) > 1
        else "",
    )


def _median_between(values: Floats) -> tuple[float, float]:
    """The 95 % interval of a median from its order statistics."""
    from scipy import stats

    ordered, n = np.sort(values), len(values)
    low = int(stats.binom.ppf(0.025, n, 0.5))
    return number(float(ordered[max(low - 1, 0)])), number(float(ordered[min(n - low, n - 1)]))
