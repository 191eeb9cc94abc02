"""SimPy as an analyst writes it, beside the readable engine: the same small refund model, the same luck.

    python -m benchmarks.by_hand            20,000 and 200,000 orders, three rounds in turn: some two minutes
    python -m benchmarks.by_hand --quick    20,000 orders

One process per claim, `simpy.Resource` for desks, `a | b` for whatever comes first. Both are given the same draws,
made before, and end with the same number of refunds (but for claims that two things happen to in one second).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator, Iterator, Sequence
from time import process_time
from typing import Any

import simpy

from sim.chance.draws import draw_replication
from sim.chance.facts import Draws
from sim.experiment.replication import calendars_of
from sim.market.engine import run_simpy
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Disposition, Outcome

ROUNDS = {20_000: 9, 200_000: 3}
"""For each size."""
SIZES = tuple(ROUNDS)
DAY = 86_400
CLOCKS = {"cancellation": 3 * DAY, "dispute": 5 * DAY}
_ANSWERS = {"accept": 0.5, "refuse": 0.3, "silent": 0.2, "notice": {"exponential": {"mean": "1 d"}}}
_SELLER = {"share": 1, "arrange": "0", "dispatch": {"uniform": {"low": "1 d", "high": "6 d"}}}


def the_market(orders: int) -> Scenario:
    """12 % of orders are regretted; two requests to sellers with clocks, one mediation desk, nobody ever closed."""
    answers = _ANSWERS | {"handling": "20 min of work"}
    dispute = {"opens": {"after": "delivered"}, "closes": {"after": "delivered", "within": "15 d"}}
    return Scenario.model_validate(
        {
            "name": "small",
            "start": "2018-10-01",
            "experiment": {"warm_up": "0", "cohort": "28 d", "run_out": "0", "replications": 1},
            "market": {
                "orders_per_day": orders / 28,
                "order_value": 50,
                "payment_methods": {"card": 1},
                "sellers": {
                    "count": 150,
                    "staff": max(1, orders // 100_000),
                    "types": {"plain": _SELLER | {"cancellation": answers, "dispute": answers}},
                },
                "carrier": {"transit": {"uniform": {"low": "10 d", "high": "30 d"}}},
            },
            "buyers": {
                "regret": {"probability": 0.12, "after": {"exponential": {"mean": "2 d"}}},
                "escalation": {"probability": 0.7, "after": "1 d"},
            },
            "policy": {
                "cancellation": {"window": {"within": "9 d"}, "clock": "3 d", "on_silence": "decline"},
                "dispute": {"default": dispute | {"clock": "5 d", "on_silence": "decline"}},
                "mediation": {
                    "staff": max(2, orders // 10_000),
                    "handling": "40 min of work",
                    "rulings": {"buyer": 0.6, "seller": 0.4},
                },
                "refund": {"posting": {"card": "2 d"}},
            },
        }
    )


def main() -> None:
    """Print claims per second of both, in turn."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.by_hand", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20,000 orders only")
    sizes = SIZES[:1] if parser.parse_args().quick else SIZES
    for line in lines(sizes):
        sys.stdout.write(line + "\n")


def lines(sizes: Sequence[int] = SIZES) -> Iterator[str]:
    """Both, for each size of market."""
    yield ""
    yield "The readable engine beside SimPy by hand: the bar is 1.1"
    yield from map(beside, sizes)


def beside(orders: int) -> str:
    """Both on the same draws, the best of some rounds."""
    scenario = the_market(orders)
    calendars = calendars_of(scenario)
    draws = draw_replication(scenario, 0, calendars)
    claims, best = len(draws.claims["order"]), {"by hand": float("inf"), "engine": float("inf")}
    for _ in range(ROUNDS[orders]):
        began = process_time()
        by_hand = live_by_hand(scenario, draws)
        between = process_time()
        records = run_simpy(scenario, draws, calendars)
        best["by hand"] = min(best["by hand"], between - began)
        best["engine"] = min(best["engine"], process_time() - between)
    refunded = int((records.claims["outcome"] == Outcome.REFUNDED).sum())
    hand, engine = claims / best["by hand"], claims / best["engine"]
    return (
        f"{orders:>9,} orders, {claims:,} claims: SimPy by hand {hand:,.0f} claims/s ({by_hand:,} refunded), "
        f"the engine {engine:,.0f} ({refunded:,}), ratio {engine / hand:.2f}"
    )


# ---------------------------------------------------------------------------------- as one writes it by hand


class ByHand:
    """The market as a script: desks, and a process per claim."""

    def __init__(self, scenario: Scenario) -> None:
        sellers, mediation = scenario.market.sellers, scenario.policy.mediation
        assert mediation
        self.env = simpy.Environment()
        self.sellers = [simpy.Resource(self.env, int(sellers.staff)) for _ in range(sellers.count)]
        self.platform = simpy.Resource(self.env, int(mediation.staff))
        self.refunded: list[tuple[int, float]] = []
        self.settled: list[tuple[int, str, float]] = []

    def claim(self, luck: dict[str, int]) -> Generator[Any, Any, None]:
        """Ask to cancel; wait for the parcel and dispute; call the platform."""
        env = self.env
        yield env.timeout(luck["asked"])
        if env.now < luck["window_ends"] and env.now < luck["ships_at"]:
            answer = yield from self.ask(luck, "cancellation", luck["ships_at"])
            self.settled.append((luck["order"], "cancellation", env.now))
            if answer == Disposition.ACCEPT:
                yield from self.refund(luck)
                return
            if not luck["goes_on"]:
                return
        arrives = luck["ships_at"] + luck["transit"]
        if arrives > env.now:
            yield env.timeout(arrives - env.now)
        answer = yield from self.ask(luck, "dispute", NEVER)
        self.settled.append((luck["order"], "dispute", env.now))
        if answer == Disposition.ACCEPT:
            yield from self.refund(luck)
        elif luck["escalates"]:
            yield env.timeout(luck["escalates_after"])
            with self.platform.request() as turn:
                yield turn
                yield env.timeout(luck["mediation.handling"])
            self.settled.append((luck["order"], "mediation", env.now))
            if luck["mediation.disposition"] == Disposition.ACCEPT:
                yield from self.refund(luck)

    def ask(self, luck: dict[str, int], stage: str, ends: int) -> Generator[Any, Any, int]:
        """A request to the seller: answered, or whatever comes first."""
        env = self.env
        over = env.timeout(min(CLOCKS[stage], ends - env.now))
        if luck[f"{stage}.disposition"] == Disposition.SILENT:
            yield over
            return Disposition.REFUSE
        noticed = env.timeout(luck[f"{stage}.notice"])
        yield noticed | over
        if over.processed:
            return Disposition.REFUSE
        with self.sellers[luck["seller"]].request() as turn:
            yield turn | over
            if not over.processed:
                yield env.timeout(luck[f"{stage}.handling"]) | over
        return Disposition.REFUSE if over.processed else luck[f"{stage}.disposition"]

    def refund(self, luck: dict[str, int]) -> Generator[Any, Any, None]:
        """The money arrives."""
        yield self.env.timeout(luck["posting"])
        self.refunded.append((luck["order"], self.env.now))


def live_by_hand(scenario: Scenario, draws: Draws) -> int:
    """All claims to their end; how many were refunded."""
    market = ByHand(scenario)
    columns = [column.tolist() for column in draws.claims.values()]
    for row in zip(*columns, strict=True):
        market.env.process(market.claim(dict(zip(draws.claims, row, strict=True))))
    market.env.run()
    return len(market.refunded)


if __name__ == "__main__":
    main()
