"""Weeks that a fit never saw, judged by it: what the scenario says would be seen, against what was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sim.arrays import Floats
from sim.evidence.lived import Lived, engine_for, lived_through
from sim.evidence.log import RefundLog
from sim.evidence.mapping import Weeks
from sim.evidence.refits import WorldChanges, in_world
from sim.experiment.jobs import workers_of
from sim.experiment.number import Number
from sim.scenario.durations import DAY, HOUR
from sim.scenario.model import Scenario
from sim.scenario.resolved import described
from sim.scenario.wording import per_cent

LUCK = 2**31
"""The seed of those replications: not that of the scenario."""
LEAST = 25
"""Cases below which nothing is said."""
SERIOUS, OF_ALL = 0.25, 0.1
"""A quarter of the value, or a tenth of all cases, is worth telling from none: where it would not be seen nine
times in ten, nothing is said to agree."""
TRIFLING = 0.1
"""So much of what is serious matters to nobody, however surely a large log tells it: a fortieth of the value, or a
point of all cases. A fit finds its inputs no nearer (`docs/verification.md`)."""
LEVEL = 0.04
"""The chance of a false alarm over all that is judged."""
NINE_IN_TEN = 1.2816


REQUESTS = {
    "accepted": "requests accepted",
    "refused": "requests refused",
    "shipped": "requests shipped over",
    "withdrawn": "requests withdrawn",
    "silence": "requests left unanswered",
}
"""How requests end, as a log's mapping says it and as it is said here."""


@dataclass(frozen=True)
class Judged:
    """One thing that can be seen in the log and in the simulated world."""

    name: str
    observed: float
    expected: Number
    """What the scenario would show: its mean, and between which ends 96 times in 100, over all that is judged
    together. It rests on so many cases of the log."""
    margin: float
    """How much farther out what was seen has to lie for the difference to matter."""
    verdict: str
    """`agrees`, `differs` or `too few to tell`."""

    def sentence(self) -> str:
        """What is to be said of it."""
        seen, expected, low, high = (
            _shown(value, self.expected.unit) for value in (self.observed, *self.expected.three)
        )
        if self.verdict == "differs":
            return f"{self.name}: seen {seen}, expected {low} to {high}"
        return f"{self.name}: {self.verdict}, seen {seen}, expected {expected}"

    def document(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "name": self.name,
            "observed": self.observed,
            "simulated": self.expected.value,
            "low": self.expected.low,
            "high": self.expected.high,
            "margin": self.margin,
            "n": self.expected.n,
            "unit": self.expected.unit,
            "verdict": self.verdict,
        }


def _shown(value: float, unit: str) -> str:
    return f"{per_cent(value, 1)}" if unit == "share" else f"{value:.4g} {unit}"


def seen_in(log: RefundLog, start: date, span: Weeks) -> dict[str, SeenValue]:
    """What the log says of these weeks."""
    first, beyond = _ends(log, start, span)
    return dict(_observed(log.between(first, beyond, log.cut), first, beyond, _limits(log)))


def _ends(log: RefundLog, start: date, span: Weeks) -> tuple[float, float]:
    first, beyond = (float((day - start).days * DAY) for day in (span.first, span.beyond))
    return first, min(beyond, log.cut)


def _limits(log: RefundLog) -> list[float]:
    """Days after payment, in halves, by which a quarter, a half and three quarters of what was sent were sent."""
    waited = log.gathered(lambda orders: orders.at("dispatched") - orders.at("paid"))
    waited = waited[waited >= 0]
    if len(waited) < LEAST:
        return []
    quarters = np.quantile(waited, (0.25, 0.5, 0.75), overwrite_input=True) / DAY
    return sorted({max(round(2 * float(days)) / 2, 0.5) for days in quarters})


def expected_in(
    scenario: Scenario,
    worlds: Sequence[WorldChanges],
    log: RefundLog,
    start: date,
    span: Weeks,
    *,
    jobs: int | None = 1,
) -> Mapping[str, list[float]]:
    """What the log would say of these weeks, in each of the worlds."""
    first, beyond = _ends(log, start, span)
    warm_up = scenario.experiment.warm_up.seconds // DAY
    weeks = scenario.with_changes(
        {
            "start": (span.first - timedelta(days=warm_up)).isoformat(),
            "experiment.cohort": f"{int((beyond - first) // DAY)} d",
            "experiment.follow_up": f"{max(int((log.cut - beyond) // DAY), 0)} d",
            "experiment.seed": LUCK,
        }
    )
    document = described(weeks)
    with workers_of(jobs) as workers:
        limits, engine = _limits(log), engine_for(weeks, len(worlds))
        documents = [in_world(document, one) for one in worlds]
        lived = lived_through(documents, engine, workers, [limit * DAY for limit in limits])
        return _simulated(lived, weeks, (beyond - first) / DAY, limits)


SeenValue = tuple[float, int, str]
"""A value, the cases it rests on, and its unit."""


def _observed(
    log: RefundLog, first: float, beyond: float, limits: Sequence[float]
) -> Iterator[tuple[str, SeenValue]]:
    claims, orders, cut = log.claims, log.orders, log.cut
    asked, closed = claims.at("requested"), claims.at("closed")
    weeks = (beyond - first) / DAY / 7
    requests = ~np.isnan(asked)
    yield "orders a week", (orders.rows / weeks, orders.rows, "orders")
    yield "requests a week", (int(requests.sum()) / weeks, int(requests.sum()), "requests")
    for limit in limits:
        yield f"sent within {limit:g} d of payment", _sent_within(log, limit * DAY)
    status, names = claims.word("status"), log.names["status"]
    asked_of = requests & (status != names.index("free"))
    for word, called in REQUESTS.items():
        yield called, _share(status == names.index(word), asked_of)
    answered = np.isin(status, [names.index("accepted"), names.index("refused")])
    for hours in (6, 24, 48, 96):
        watched = asked_of & (asked + hours * HOUR < cut)
        yield f"answered by {hours} h", _share(answered & (closed - asked <= hours * HOUR), watched)
    if claims.has("refunded"):
        money = claims.at("refunded")
        for days in (7, 14, 30):
            watched = requests & (asked + days * DAY < cut)
            yield f"money within {days} d of the request", _share(money - asked <= days * DAY, watched)


def _sent_within(log: RefundLog, limit: float) -> SeenValue:
    hits = n = 0
    for orders in log.orders.pieces():
        paid = orders.at("paid")
        watched = paid + limit < log.cut
        hits += int((watched & (orders.at("dispatched") - paid <= limit)).sum())
        n += int(watched.sum())
    return (hits / n if n else float("nan")), n, "share"


def _share(hits: Any, among: Any) -> SeenValue:
    n = int(among.sum())
    return (float(np.mean(hits[among])) if n else float("nan"), n, "share")


def _simulated(
    worlds: Iterable[Lived], scenario: Scenario, days: float, limits: Sequence[float]
) -> Mapping[str, list[float]]:
    """The same numbers of each replication."""
    weeks, cut = days / 7, np.datetime64(scenario.start, "s") + np.timedelta64(scenario.experiment.cut or 0, "s")
    told: dict[str, list[float]] = {}
    for claims, orders, sent_within in worlds:
        asked, closed = _times(claims, "request_opened_at"), _times(claims, "request_settled_at")
        free = (claims["route"] == "free_cancellation").to_numpy()
        begun = np.where(free, _times(claims, "asked_at"), asked)
        requests, of_sellers = ~np.isnan(begun), ~np.isnan(asked)
        how = claims["request_settled_by"].astype(object).to_numpy()
        # Who hears yes has the money due at that instant; when it arrives may lie after the cut.
        yes = (how == "answered") & (claims["refund_due_at"] == claims["request_settled_at"]).to_numpy()
        answered = how == "answered"
        told.setdefault("orders a week", []).append(orders / weeks)
        for limit, share in zip(limits, sent_within, strict=True):
            told.setdefault(f"sent within {limit:g} d of payment", []).append(share)
        told.setdefault("requests a week", []).append(requests.sum() / weeks)
        by_word = {
            "accepted": yes,
            "refused": answered & ~yes,
            "shipped": how == "shipped_over",
            "withdrawn": how == "withdrawn",
            "silence": how == "silence",
        }
        for word, hits in by_word.items():
            told.setdefault(REQUESTS[word], []).append(_mean(hits, of_sellers))
        end = float((cut - np.datetime64("1970-01-01", "s")) / np.timedelta64(1, "s"))
        for hours in (6, 24, 48, 96):
            watched = of_sellers & (asked + hours * HOUR < end)
            told.setdefault(f"answered by {hours} h", []).append(
                _mean(answered & (closed - asked <= hours * HOUR), watched)
            )
        money = _times(claims, "refunded_at")
        for limit in (7, 14, 30):
            watched = requests & (begun + limit * DAY < end)
            told.setdefault(f"money within {limit} d of the request", []).append(
                _mean(money - begun <= limit * DAY, watched)
            )
    return told


def _times(claims: pd.DataFrame, column: str) -> Floats:
    moments = claims[column]
    return np.asarray((moments - pd.Timestamp("1970-01-01")) / pd.Timedelta(seconds=1), dtype=np.float64)


def _mean(hits: Any, among: Any) -> float:
    return float(np.mean(hits[among])) if among.any() else float("nan")


def held_against(observed: Mapping[str, SeenValue], simulated: Mapping[str, list[float]]) -> Iterator[Judged]:
    """One new draw against replications: a prediction interval (Geisser 1993), Bonferroni over all judged.

    Whatever differs a little is told apart by a large log, so what was seen has to lie outside by more than matters
    (a test of the least effect of interest: Murphy and Myors, *Journal of Applied Psychology* 84 (1999)).
    """
    together = [name for name in observed if name in simulated and np.isfinite(simulated[name]).all()]
    level = _level(len(together))
    for name in together:
        value, n, unit = observed[name]
        told = np.array(simulated[name])
        low, high = (_share_between if unit == "share" else _count_between)(told, n, level)
        middle = float(told.mean())
        if unit == "share" and n:  # none of n is no less than half a case
            low, high = (0.0 if low <= 0.5 / n else low), (1.0 if high >= 1 - 0.5 / n else high)
        expected = Number(middle, low, high, unit, n=n)
        serious = min(SERIOUS * middle, OF_ALL if unit == "share" else np.inf)
        verdict = _verdict(value, expected, serious, reach_of(len(together), len(told)))
        yield Judged(name, value, expected, TRIFLING * serious, verdict)


def _level(judged: int) -> float:
    return 1 - LEVEL / 2 / max(judged, 1)


def reach_of(judged: int, worlds: int) -> float:
    """How many standard deviations an interval of one of so many things reaches, by so many worlds."""
    return float(stats.t.ppf(_level(judged), worlds - 1))


def _count_between(told: Floats, n: int, level: float) -> tuple[float, float]:
    """Counts vary at the least as Poisson's do."""
    middle = float(told.mean())
    spread = max(float(told.std(ddof=1)) * np.sqrt(1 + 1 / len(told)), middle / np.sqrt(max(n, 1)))
    reach = float(stats.t.ppf(level, len(told) - 1)) * float(spread)
    return max(middle - reach, 0.0), middle + reach


def _share_between(told: Floats, n: int, level: float) -> tuple[float, float]:
    """On the arcsine of the root, where a binomial share's spread is known; no narrower than that of so many."""
    angles = np.arcsin(np.sqrt(told))
    binomial = 1 / (2 * np.sqrt(max(n, 1)))
    spread = max(float(angles.std(ddof=1)) * float(np.sqrt(1 + 1 / len(told))), float(binomial))
    reach = float(stats.t.ppf(level, len(told) - 1)) * spread
    low, high = np.clip([angles.mean() - reach, angles.mean() + reach], 0.0, np.pi / 2)
    return float(np.sin(low) ** 2), float(np.sin(high) ** 2)


def _verdict(value: float, expected: Number, serious: float, reaches: float) -> str:
    """By the interval, which reaches so many standard deviations, and by what difference would be serious."""
    _, low, high = expected.three
    trifle = TRIFLING * serious
    if expected.n < LEAST or not np.isfinite(value):
        return "too few to tell"
    if not low - trifle <= value <= high + trifle:
        return "differs"
    is_seen = (high - low) / 2 * (1 + NINE_IN_TEN / reaches) + trifle <= serious
    return "agrees" if is_seen else "too few to tell"
