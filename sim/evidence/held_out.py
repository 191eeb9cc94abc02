"""Weeks that a fit never saw, judged by it: what the scenario says would be seen, against what was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from sim.arrays import Bools, Floats
from sim.evidence.fitted_scenario import WorldChanges
from sim.evidence.log import RefundLog
from sim.evidence.mapping import Weeks
from sim.evidence.simulation import SimulatedWorld, engine_for, simulated_worlds
from sim.experiment.jobs import workers_of
from sim.experiment.number import Number
from sim.scenario.durations import DAY, HOUR
from sim.scenario.model import Scenario
from sim.scenario.moving import in_world
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


@dataclass(frozen=True)
class HeldOut:
    """Weeks that a fit never saw, and the log that tells of them."""

    log: RefundLog
    start: date
    """Whose first midnight instants are counted from."""
    span: Weeks
    jobs: int | None = 1

    def seen(self) -> dict[str, SeenValue]:
        """What the log says of these weeks."""
        first, beyond = self._ends
        log = self.log.between(first, beyond, self.log.cut)
        return dict(_observed(log, (beyond - first) / DAY / 7, self._limits).numbers())

    def expected(self, scenario: Scenario, worlds: Sequence[WorldChanges]) -> Mapping[str, list[float]]:
        """What it would say of them, in each of the worlds."""
        first, beyond = self._ends
        warm_up = scenario.experiment.warm_up.seconds // DAY
        weeks = scenario.with_changes(
            {
                "start": (self.span.first - timedelta(days=warm_up)).isoformat(),
                "experiment.cohort": f"{int((beyond - first) // DAY)} d",
                "experiment.follow_up": f"{max(int((self.log.cut - beyond) // DAY), 0)} d",
                "experiment.seed": LUCK,
            }
        )
        document, limits = described(weeks), self._limits
        told: dict[str, list[float]] = {}
        with workers_of(self.jobs) as workers:
            documents, engine = [in_world(document, one) for one in worlds], engine_for(weeks, len(worlds))
            for one in simulated_worlds(documents, engine, workers, [limit * DAY for limit in limits]):
                for name, (value, _, _) in _simulated(one, weeks, (beyond - first) / DAY / 7, limits).numbers():
                    told.setdefault(name, []).append(value)
        return told

    @property
    def _ends(self) -> tuple[float, float]:
        first, beyond = (float((day - self.start).days * DAY) for day in (self.span.first, self.span.beyond))
        return first, min(beyond, self.log.cut)

    @cached_property
    def _limits(self) -> list[float]:
        """Days after payment, in halves, by which a quarter, a half, three quarters of what was sent were sent."""
        waited = self.log.gathered(lambda orders: orders.at("dispatched") - orders.at("paid"))
        waited = waited[waited >= 0]
        if len(waited) < LEAST:
            return []
        quarters = np.quantile(waited, (0.25, 0.5, 0.75), overwrite_input=True) / DAY
        return sorted({max(round(2 * float(days)) / 2, 0.5) for days in quarters})


SeenValue = tuple[float, int, str]
"""A value, the cases it rests on, and its unit."""


class _Weeks(NamedTuple):
    """What is seen of some weeks, in a log or in a simulated world; instants are seconds, NaN where never."""

    weeks: float
    orders: int
    sent_within: Mapping[float, SeenValue]
    """By days since payment."""
    begun: Floats
    """When each request was made."""
    closed: Floats
    of_sellers: Bools
    """Requests that somebody has to agree to."""
    ends: Mapping[str, Bools]
    """By a word of `REQUESTS`."""
    money: Floats | None
    """When it was there; None where the log does not tell."""
    cut: float

    def numbers(self) -> Iterator[tuple[str, SeenValue]]:
        """What is judged."""
        begun, requests = self.begun, ~np.isnan(self.begun)
        count = int(requests.sum())
        yield "orders a week", (self.orders / self.weeks, self.orders, "orders")
        yield "requests a week", (count / self.weeks, count, "requests")
        for days, share in self.sent_within.items():
            yield f"sent within {days:g} d of payment", share
        for word, called in REQUESTS.items():
            yield called, _share(self.ends[word], self.of_sellers)
        answered, waited = self.ends["accepted"] | self.ends["refused"], self.closed - begun
        for hours in (6, 24, 48, 96):
            watched = self.of_sellers & (begun + hours * HOUR < self.cut)
            yield f"answered by {hours} h", _share(answered & (waited <= hours * HOUR), watched)
        for limit in (7, 14, 30) if self.money is not None else ():
            watched, came = requests & (begun + limit * DAY < self.cut), np.asarray(self.money) - begun
            yield f"money within {limit} d of the request", _share(came <= limit * DAY, watched)


def _observed(log: RefundLog, weeks: float, limits: Sequence[float]) -> _Weeks:
    claims, status, asked = log.claims, log.claims.word("status"), log.claims.at("requested")
    ends = {word: status == number for number, word in enumerate(log.names["status"])}
    sent = {limit: _sent_within(log, limit * DAY) for limit in limits}
    money = claims.at("refunded") if claims.has("refunded") else None
    of_sellers = ~np.isnan(asked) & ~ends["free"]
    return _Weeks(weeks, log.orders.rows, sent, asked, claims.at("closed"), of_sellers, ends, money, log.cut)


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


def _simulated(lived: SimulatedWorld, scenario: Scenario, weeks: float, limits: Sequence[float]) -> _Weeks:
    """The same of one replication."""
    claims = lived.claims
    asked, how = _seconds(claims["request_opened_at"]), claims["request_settled_by"].astype(object).to_numpy()
    begun = np.where(claims["route"] == "free_cancellation", _seconds(claims["asked_at"]), asked)
    # Who hears yes has the money due at that instant; when it arrives may lie after the cut.
    yes = (how == "answered") & (claims["refund_due_at"] == claims["request_settled_at"]).to_numpy()
    ends = {"accepted": yes, "refused": (how == "answered") & ~yes, "shipped": how == "shipped_over"}
    ends |= {"withdrawn": how == "withdrawn", "silence": how == "silence"}
    sent = {limit: (share, 0, "share") for limit, share in zip(limits, lived.sent_within, strict=True)}
    closed, money = (_seconds(claims[name]) for name in ("request_settled_at", "refunded_at"))
    cut = float(_seconds(pd.Timestamp(scenario.start))) + (scenario.experiment.cut or 0)
    return _Weeks(weeks, lived.orders, sent, begun, closed, ~np.isnan(asked), ends, money, cut)


def _seconds(moments: Any) -> Floats:
    return np.asarray((moments - pd.Timestamp("1970-01-01")) / pd.Timedelta(seconds=1), dtype=np.float64)


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
