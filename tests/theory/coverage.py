"""How often do 95 % intervals hold the truth? Whole experiments, repeated in worlds whose exact answers are known.

    python -m tests.theory.coverage                                2,000 repeats in each world: hours on one core
    python -m tests.theory.coverage --repeats 400 --world overloaded

A repeat is an experiment as anybody would run it: a scenario with a seed of its own, 20 replications lived through
and checked, and the estimates of `Result.summary` and `Result.curves`. Beside each interval stands the naive one,
which pools the claims of all replications and takes them for independent. Claims that meet at a desk are not: one
long job delays all who stand behind it.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, nan
from time import process_time
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.experiment.curves import incidence
from sim.experiment.engines import COMPILED
from sim.experiment.estimates import Estimate, Floats
from sim.experiment.measures import CLAIMS, MEASURES, Ratio, TimeToMoney
from sim.experiment.observation import tables_of, witness
from sim.experiment.replication import calendars_of
from sim.scenario.durations import DAY, HOUR
from sim.scenario.model import Scenario
from tests.theory.formulas import Desk, DeskWithClock, settles
from tests.theory.worlds import HANDLING, PLAIN, RACE, mediation_desk, racing_endings, sellers_desk, work

REPLICATIONS = 20
REPEATS = 2000
SEED = 1
"""Of the first repeat; each of the others has the next one."""
Z = 1.959963984540054
Tables = Mapping[str, pd.DataFrame]


class Asked(NamedTuple):
    """Something to estimate: what a table calls it, its exact value, and both intervals, from one experiment."""

    title: str
    truth: float
    ours: Callable[[Tables], Estimate]
    naive: Callable[[Tables], tuple[float, float]]


@dataclass(frozen=True)
class World:
    """A scenario in which everything that is asked has an exact answer."""

    name: str
    about: str
    scenario: Scenario
    asked: tuple[Asked, ...]


# ----------------------------------------------------------------------- what is asked, and both intervals


def share_of(name: str, truth: float) -> Asked:
    """A share of the summary, by the name of its measure."""
    measure = MEASURES[name]
    assert isinstance(measure, Ratio)

    def naive(tables: Tables) -> tuple[float, float]:
        parts, wholes = measure.sums(tables, REPLICATIONS)
        return _binomial(float(parts.sum()), float(wholes.sum()))

    return Asked(name, truth, lambda tables: measure.estimate(tables, REPLICATIONS)[0], naive)


def mean_of(name: str, truth: float, desk: str) -> Asked:
    """A mean wait of the summary, in hours, by the name of its measure; the naive one pools the desk's waits."""
    measure = MEASURES[name]
    assert isinstance(measure, Ratio)

    def naive(tables: Tables) -> tuple[float, float]:
        requests = tables["requests"]
        waits = requests["wait"][(requests["desk"] == desk) & requests["wait"].notna()]
        half = Z * float(waits.std()) / len(waits) ** 0.5
        return float(waits.mean()) - half, float(waits.mean()) + half

    return Asked(name, truth, lambda tables: measure.estimate(tables, REPLICATIONS)[0], naive)


def utilisation_of(name: str, truth: float) -> Asked:
    """How busy a desk was; what naive would be there is no telling, for no claims are counted."""
    measure = MEASURES[name]
    assert isinstance(measure, Ratio)
    return Asked(name, truth, lambda tables: measure.estimate(tables, REPLICATIONS)[0], lambda tables: (nan, nan))


def time_of(name: str, truth: float) -> Asked:
    """A quantile of the summary, in days, by the name of its measure."""
    measure = MEASURES[name]
    assert isinstance(measure, TimeToMoney)

    def naive(tables: Tables) -> tuple[float, float]:
        times = measure.times(tables[CLAIMS], REPLICATIONS)
        claims = sum(one.claims for one in times)
        return _between_ranks(np.sort(np.concatenate([one.seconds for one in times])) / DAY, claims, measure.q)

    return Asked(name, truth, lambda tables: measure.estimate(tables, REPLICATIONS)[0], naive)


def point_of(ending: str, after: int, truth: float) -> Asked:
    """The curve of an ending so many seconds after asking, which must be a time of the curves' grid."""

    def ours(tables: Tables) -> Estimate:
        curves = incidence(tables[CLAIMS], REPLICATIONS)
        point = curves[(curves["ending"] == ending) & (curves["days"] == after / DAY)]
        return Estimate(*(np.asarray(point[end].item()) for end in ("share", "low", "high")))

    def naive(tables: Tables) -> tuple[float, float]:
        claims = tables[CLAIMS]
        lasted = (claims["ended_at"] - claims["asked_at"]).dt.total_seconds()
        return _binomial(float(((claims["outcome"] == ending) & (lasted <= after)).sum()), len(claims))

    when = f"{after // DAY} d" if after >= DAY else f"{after // HOUR} h"
    return Asked(f"{ending} by {when}", truth, ours, naive)


def _binomial(part: float, whole: float) -> tuple[float, float]:
    """The textbook's interval for a share of independent claims."""
    value = part / whole
    half = Z * (value * (1 - value) / whole) ** 0.5
    return value - half, value + half


def _between_ranks(times: Floats, claims: int, q: float) -> tuple[float, float]:
    """The textbook's interval for a quantile of independent claims: between two of them, by rank."""
    half = Z * (claims * q * (1 - q)) ** 0.5
    low, high = (round(claims * q + side * half) - 1 for side in (-1, 1))
    return float(times[max(low, 0)]), float(times[high]) if high < len(times) else np.inf


# ------------------------------------------------------------------------------------------- the worlds


def _desk(load: float, requests: int, warm_up: float, **more: object) -> Scenario:
    """One busy seller; the warm-up, in mean handling times, is long enough to forget that the desk began empty."""
    changes = {"experiment.warm_up": f"{warm_up * HANDLING} s"} | more
    return sellers_desk(load, requests=requests, replications=REPLICATIONS, **changes)


def on_a_clock(name: str, about: str, load: float, clock: float, warm_up: float) -> World:
    """Whom the seller does not answer in time loses: M/M/1 + D, and success is an answer within the clock."""
    desk = DeskWithClock(load, 1, clock)
    scenario = _desk(load, 200, warm_up, **{"policy.cancellation.clock": f"{clock * HANDLING} s"})
    return World(name, about, scenario, (share_of("success_rate", 1 - desk.misses),))


def queueing() -> World:
    """Everybody waits for the answer, which is yes four times in five. An M/M/1 desk answers after an exponential
    time (Gross et al. 2008), whose rate is that of its work less that of the arrivals."""
    load, yes = 0.6, 0.8
    desk = Desk(load, 1)
    mean = HANDLING / (1 - load)
    answers = {"accept": yes, "refuse": 1 - yes, "handling": work(HANDLING)}
    soon, late = (1 - desk.takes_beyond(hours * HOUR / HANDLING) for hours in (4, 12))
    return World(
        "queueing",
        "one seller is busy for six hours in ten, and refuses one request in five",
        _desk(load, 200, 150, **{f"{PLAIN}.cancellation": answers}),
        (
            time_of("refund_time_median_all", mean * -log(1 - 0.5 / yes) / DAY),
            time_of("refund_time_p90_refunded", mean * log(10) / DAY),
            mean_of("seller_wait_mean", desk.mean_wait * HANDLING / HOUR, "sellers"),
            point_of("refunded", 4 * HOUR, yes * soon),
            point_of("refunded", 12 * HOUR, yes * late),
            point_of("gave_up", 4 * HOUR, (1 - yes) * soon),
        ),
    )


def mediating(staff: int) -> World:
    """Every dispute comes to mediation: M/M/c (Erlang C)."""
    load = 0.8
    desk = Desk(load * staff, 1, staff)
    return World(
        f"mediating-{staff}",
        f"a mediation desk of {staff}, busy for eight hours in ten",
        mediation_desk(load, staff, requests=200, replications=REPLICATIONS),
        (
            mean_of("mediation_wait_mean", desk.mean_wait * HANDLING / HOUR, "mediation"),
            utilisation_of("mediation_utilisation", load),
        ),
    )


def racing() -> World:
    """Nobody meets anybody: yes, no, an offer and patience race, and every claim ends after an exponential time."""
    rates = tuple(RACE.values())
    yes, together = RACE["refunded"] / sum(rates), sum(rates)
    return World(
        "racing",
        "desks without limit: claims are independent, and the naive interval is right",
        racing_endings(claims=100, replications=REPLICATIONS),
        (
            share_of("success_rate", yes),
            time_of("refund_time_median_all", -log(1 - 0.5 / yes) / together),
            time_of("refund_time_p90_refunded", log(10) / together),
            *(point_of("refunded", days * DAY, settles(RACE["refunded"], rates, days)) for days in (7, 14, 30)),
            point_of("partly_refunded", 7 * DAY, settles(RACE["partly_refunded"], rates, 7)),
        ),
    )


def worlds() -> dict[str, World]:
    """All of them, by name."""
    every = (
        on_a_clock(
            "overloaded", "one seller is asked twice as much as can be done: half is answered in time", 2, 5, 20
        ),
        on_a_clock(
            "steady", "one seller is busy for six hours in ten: 2 % are not answered in time", 0.6, 7.6, 100
        ),
        queueing(),
        mediating(1),
        mediating(4),
        racing(),
    )
    return {world.name: world for world in every}


# -------------------------------------------------------------------------------------------- the study


def repeats(world: World, seeds: Sequence[int]) -> Iterator[Floats]:
    """One experiment after another. Of each: value, low, high, and the naive low and high, by what was asked."""
    calendars = calendars_of(world.scenario)
    for seed in seeds:
        experiment = world.scenario.experiment.model_copy(update={"seed": seed})
        scenario = world.scenario.model_copy(update={"experiment": experiment})
        tables = tables_of(
            [witness(scenario, number, calendars, engine=COMPILED) for number in range(REPLICATIONS)]
        )
        yield np.array([[*map(float, one.ours(tables)), *one.naive(tables)] for one in world.asked])


class Coverage(NamedTuple):
    """How one quantity fared: shares of the repeats."""

    title: str
    truth: float
    mean: float
    """Of the estimates."""
    spread: float
    """Of the estimates: their standard deviation."""
    held: float
    """The interval held the truth. Else all of it was below, or all of it above."""
    below: float
    above: float
    naive: float
    """The naive interval held the truth."""
    widening: float
    """The median width of ours over that of the naive one."""
    repeats: int


def coverage(world: World, found: Sequence[Floats]) -> list[Coverage]:
    """What the repeats of a world add up to."""
    return [_of(one, np.array(ends)) for one, ends in zip(world.asked, np.swapaxes(found, 0, 1), strict=True)]


def _of(asked: Asked, ends: Floats) -> Coverage:
    value, low, high, naive_low, naive_high = ends.T
    below, above = (high < asked.truth).mean(), (low > asked.truth).mean()
    return Coverage(
        title=asked.title,
        truth=asked.truth,
        mean=float(value.mean()),
        spread=float(value.std(ddof=1)),
        held=float(1 - below - above),
        below=float(below),
        above=float(above),
        naive=float(((naive_low <= asked.truth) & (asked.truth <= naive_high)).mean()),
        widening=float(np.median((high - low) / (naive_high - naive_low))),
        repeats=len(ends),
    )


def table(rows: Sequence[Coverage]) -> list[str]:
    """A line for each quantity."""
    head = f"{'':<26} {'exact':>9} {'mean':>9}  {'held':>6} {'below':>6} {'above':>6}  {'naive':>6} {'width':>6}"
    lines = [
        f"{row.title:<26} {row.truth:>9.5f} {row.mean:>9.5f}  {row.held:>6.1%} {row.below:>6.1%} {row.above:>6.1%}"
        f"  {row.naive:>6.1%} {row.widening:>5.2f}×"
        for row in rows
    ]
    return [head, *lines]


def main() -> None:
    """Print the table of each world as soon as it is done, and every 100 repeats."""
    every = worlds()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--world", choices=every, action="append")
    options = parser.parse_args()
    _say(
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, NumPy {np.__version__}"
    )
    for name in options.world or every:
        _study(every[name], range(options.seed, options.seed + options.repeats))


def _study(world: World, seeds: Sequence[int]) -> None:
    found: list[Floats] = []
    began = process_time()
    for ends in repeats(world, seeds):
        found.append(ends)
        if len(found) % 100 == 0 or len(found) == len(seeds):
            _say(f"\n{world.name}: {world.about}")
            _say(f"{len(found):,} repeats from seed {seeds[0]}, {process_time() - began:,.0f} s of one core")
            _say("\n".join(table(coverage(world, found))))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
