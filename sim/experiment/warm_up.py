"""Was the warm-up long enough, and the run-out? Do the desks keep up at all?

Orders meet only at desks. So a warm-up has to make the desks as busy, when the cohort comes, as they are ever
after; and a run-out has to keep them so until the cohort has gone. Three sentences may come of it, each only where
it matters and where the replications leave no doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

import numpy as np

from sim.chance.facts import Ints
from sim.experiment.estimates import Estimate, Floats, signed_mean
from sim.experiment.observation import Observation
from sim.experiment.requests import MEDIATION, SELLERS
from sim.experiment.waits import Waits
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.scenario.selling import staff_of

DESKS = {SELLERS: "the sellers' desks", MEDIATION: "the mediation desk"}
WEEK = 7
THREE_QUARTERS = 3 / 4
"""Who comes first should wait at least so much of what is usual later."""
A_THIRD = 1 / 3
"""Growth over the second half of a run, as a part of the level then, that is no mere fluctuation: a queue that
grows in a straight line has two thirds, one that just fails to keep up (like the root of time) over a third."""
AN_HOUR = 1.0
"""Of working time: where less is at stake, nothing depends on it."""
MANY = 0.01
"""A share of claims that is too large to pass over."""


def notes_of(scenario: Scenario, seen: Sequence[Observation]) -> list[str]:
    """What a reader should know about how the experiment was laid out; nothing where all is well."""
    notes = [_growing(desk, seen) or _too_early(desk, seen) for desk in DESKS]
    return [note for note in [*notes, _ran_out(scenario, seen)] if note]


# ------------------------------------------------------------------------------- warm-up too short


def _too_early(desk: str, seen: Sequence[Observation]) -> str:
    first, usual, gap = waits_compared(desk, seen)
    if not (gap.high < 0 and usual >= AN_HOUR):
        return ""
    return (
        f"the warm-up looks too short: who came to {DESKS[desk]} first waited {first:.1f} h of working time there, "
        f"in a usual week later {usual:.1f} h; lengthen warm_up"
    )


def waits_compared(desk: str, seen: Sequence[Observation]) -> tuple[float, float, Estimate]:
    """How long the first of the cohort waited at a desk, how long is usual later (h of working time), and the gap.

    Desks start empty, so with a warm-up too short the first to come wait too little. They are those who join in
    the week from when the cohort arrives; `usual` is the median of later weeks, since a peak or what has piled up
    over a holiday is not the rule, and closed days are no working time. The gap is first − ¾ usual, with its
    interval over replications; NaN where it cannot be told. Source: a test for transient means, the beginning
    against the rest (Goldsman, Schruben & Swain 1994), on the one side that an empty start is on. Rules that cut
    where the variance is least (MSER-5, White 1997) would cut off every holiday as well.
    """
    begins = first_days(seen)[desk]

    def gap(waits: Waits) -> float:
        first, usual = first_and_usual(waits, begins)
        return first - THREE_QUARTERS * usual

    every = [one.waits[desk] for one in seen]
    return *first_and_usual(_together(every), begins), _jackknifed(gap, every)


def first_days(seen: Sequence[Observation]) -> dict[str, int]:
    """On which day of the run the first of the cohort come to each desk; 0 where nobody ever does."""
    arrivals = {desk: [one.met[desk][0] // DAY for one in seen if one.met[desk] != (0, 0)] for desk in DESKS}
    return {desk: int(np.mean(days)) if days else 0 for desk, days in arrivals.items()}


def first_and_usual(waits: Waits, begins: int) -> tuple[float, float]:
    """Mean waits (h of working time) in the week from that day, and in the median week later."""
    week = slice(begins, begins + WEEK)
    return _mean(waits.joined[week], waits.hours[week]), _median(_by_week(waits, begins + WEEK)[1])


def moving_average(waits: Waits) -> Floats:
    """Mean waits (h) around each day: of a whole week, so that closed days fall out, and of less at the beginning.

    Source: Welch (1983), *The Statistical Analysis of Simulation Results*: up to three days on either side, as many
    as there are before; NaN on the last three days, and where nobody joined. Unlike the mean so far, it forgets an
    empty start as soon as the desk does.
    """
    days = np.arange(len(waits.joined))
    aside = np.minimum(days, WEEK // 2)
    joined, hours = (np.concatenate([[0.0], np.cumsum(one)]) for one in waits)
    until = np.minimum(days + aside + 1, len(days))
    there, taken = (sums[until] - sums[days - aside] for sums in (joined, hours))
    is_told = (there > 0) & (days + WEEK // 2 < len(days))
    return np.asarray(np.divide(taken, there, out=np.full(len(days), np.nan), where=is_told))


# ------------------------------------------------------------------------------- no steady state


def _growing(desk: str, seen: Sequence[Observation]) -> str:
    a_week, level, weeks, trend = growth(desk, seen)
    if not (trend.low > 0 and a_week * weeks >= max(AN_HOUR, A_THIRD * level)):
        return ""
    return (
        f"ever more requests wait at {DESKS[desk]}: {a_week:.2g} h of working time longer every week; "
        "with no steady state, times say as much of the run's length as of the policy"
    )


def growth(desk: str, seen: Sequence[Observation]) -> tuple[float, float, int, Estimate]:
    """By how much waits grow from week to week in the second half of the run, their level then, and its weeks.

    In hours of working time: the backlog itself grows over every holiday, and shrinks again. It is the median of
    the slopes between any two weeks (Theil 1950, Sen 1968), which a bad week does not move. Whether replications
    agree that there is growth is told by the last: the mean least-squares slope with its interval. NaN where too
    few came to tell.
    """
    every = [one.waits[desk] for one in seen]
    half = len(every[0].joined) // 2
    week, wait = _by_week(_together(every), half)
    earlier, later = np.triu_indices(len(week), 1)
    a_week = _median((wait[later] - wait[earlier]) / (week[later] - week[earlier]))
    slopes = np.array([_least_squares(*_by_week(one, half)) for one in every])
    return a_week, _median(wait), half // WEEK, signed_mean(slopes, np.ones(len(slopes)))


def _least_squares(week: Floats, wait: Floats) -> float:
    if len(week) < 2:
        return np.nan
    beside = week - week.mean()
    return float((beside * wait).sum() / (beside**2).sum())


# ------------------------------------------------------------------------------- waits by week


def _by_week(waits: Waits, first_day: int) -> tuple[Floats, Floats]:
    """Whole weeks up to the last day: numbers, and mean waits of those who joined then. No week without any."""
    weeks = max(len(waits.joined) - first_day, 0) // WEEK
    first_day = len(waits.joined) - weeks * WEEK
    joined, hours = (days[first_day:].reshape(weeks, WEEK).sum(axis=1) for days in waits)
    return np.flatnonzero(joined).astype(np.float64), hours[joined > 0] / joined[joined > 0]


def _together(every: Sequence[Waits]) -> Waits:
    """All replications added up: what happens to all of them in the same week stands out, luck does not."""
    return Waits(np.sum([one.joined for one in every], axis=0), np.sum([one.hours for one in every], axis=0))


def _jackknifed(statistic: Callable[[Waits], float], every: Sequence[Waits]) -> Estimate:
    """A number that is read off all replications together, with its interval.

    Source: the jackknife (Tukey 1958): what each replication contributes is seen by leaving it out.
    """
    total, count = _together(every), len(every)
    without = np.array([statistic(Waits(total.joined - one.joined, total.hours - one.hours)) for one in every])
    return signed_mean(count * statistic(total) - (count - 1) * without, np.ones(count))


def _mean(joined: Ints | Floats, hours: Floats) -> float:
    return float(hours.sum() / joined.sum()) if joined.any() else np.nan


def _median(numbers: Floats) -> float:
    return median(numbers.tolist()) if len(numbers) else np.nan  # of a few, sooner than by NumPy


# ------------------------------------------------------------------------------- run-out too short


def _ran_out(scenario: Scenario, seen: Sequence[Observation]) -> str:
    """Without limited staff nobody minds whether orders still come; before a cut they always do."""
    claims, late = (sum(one.totals[name] for one in seen) for name in ("claims", "ended_late"))
    share = late / max(claims, 1)
    cut, mediation = scenario.experiment.cut, scenario.policy.mediation
    staff = [*staff_of(scenario.market.sellers), mediation.staff if mediation else "unlimited"]
    looked_beyond = cut is None or cut > scenario.experiment.arrivals_end
    if not (share > MANY and looked_beyond and any(isinstance(members, int) for members in staff)):
        return ""
    return (
        f"{100 * share:.1f} % of the claims ended when orders no longer came, with emptier desks; lengthen run_out"
    )
