"""The plainest queue, M/M/1, in ours, in SimPy by hand and in Ciw (https://ciw.readthedocs.io, MIT).

    python -m benchmarks.queue              50,000 customers: a quarter of a minute; Ciw if it is installed

One seller with staff of one, whose requests come from buyers who ask as they pay, at a load of 0.8. Ours and SimPy
by hand are given the same luck, made before; Ciw draws its own as it runs, so beside it our draws are counted too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from importlib.util import find_spec
from time import process_time
from typing import Any

import simpy

from sim.chance.draws import draw_replication
from sim.chance.facts import Draws
from sim.experiment.replication import calendars_of
from sim.market.engine import run_simpy
from sim.scenario.model import Scenario

CUSTOMERS, LOAD, HANDLING, DAY = 50_000, 0.8, 1_200, 86_400
ROUNDS = 3


def the_queue(customers: int) -> Scenario:
    """So many requests, one after the other."""
    per_day = LOAD * DAY / HANDLING
    answers = {"accept": 1, "handling": {"exponential": {"mean": f"{HANDLING} s of work"}}}
    seller = {"share": 1, "arrange": "0", "dispatch": "never", "cancellation": answers, "dispute": answers}
    cohort = f"{round(customers / per_day)} d"
    return Scenario.model_validate(
        {
            "name": "queue",
            "start": "2018-10-01",
            "experiment": {"warm_up": "0", "cohort": cohort, "run_out": "0", "replications": 1},
            "market": {
                "orders_per_day": per_day,
                "order_value": 50,
                "payment_methods": {"card": 1},
                "sellers": {"count": 1, "staff": 1, "types": {"plain": seller}},
                "carrier": {"transit": "1 d"},
            },
            "buyers": {"regret": {"probability": 1, "after": "0"}},
            "policy": {
                "cancellation": {"window": {"within": "1 d"}, "clock": "none", "on_silence": "decline"},
                "dispute": "none",
                "refund": {"posting": {"card": "0"}},
            },
        }
    )


def main() -> None:
    """Print customers per second of each."""
    for line in lines():
        sys.stdout.write(line + "\n")


def lines(customers: int = CUSTOMERS) -> Iterator[str]:
    """Each in turn, the best of some rounds."""
    scenario = the_queue(customers)
    calendars = calendars_of(scenario)
    draws = draw_replication(scenario, 0, calendars)
    count = len(draws.claims["order"])
    hand, engine = in_turn(lambda: by_hand(draws), lambda: run_simpy(scenario, draws, calendars))
    yield ""
    yield f"M/M/1, {count:,} customers: how many a second"
    yield f"  SimPy by hand {count / hand:,.0f}, our SimPy engine {count / engine:,.0f}, ratio {hand / engine:.2f}"
    if find_spec("ciw") is None:
        yield "  Ciw is not installed (pip install ciw): left out"
        return
    ciw, whole = in_turn(
        lambda: in_ciw(customers), lambda: run_simpy(scenario, draw_replication(scenario, 0, calendars), calendars)
    )
    yield f"  Ciw {count / ciw:,.0f}, ours in SimPy with its draws {count / whole:,.0f}, ratio {ciw / whole:.2f}"


def in_turn(*works: Callable[[], Any]) -> list[float]:
    """Processor seconds of the quickest round of each."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for place, work in enumerate(works):
            began = process_time()
            work()
            best[place] = min(best[place], process_time() - began)
    return best


def by_hand(draws: Draws) -> float:
    """As in SimPy's tutorial: a process per customer. How long they stayed on average (s)."""
    env, stays = simpy.Environment(), []
    desk = simpy.Resource(env, 1)

    def customer(handling: int) -> Generator[Any, Any, None]:
        came = env.now
        with desk.request() as turn:
            yield turn
            yield env.timeout(handling)
        stays.append(env.now - came)

    def arrive() -> Generator[Any, Any, None]:
        asked, handling = (draws.claims[name].tolist() for name in ("asked", "cancellation.handling"))
        for at, work in zip(asked, handling, strict=True):
            yield env.timeout(at - env.now)
            env.process(customer(work))

    env.process(arrive())
    env.run()
    return sum(stays) / len(stays)


def in_ciw(customers: int) -> float:
    """As in Ciw's tutorial. How long they stayed on average (s)."""
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(LOAD / HANDLING)],
        service_distributions=[ciw.dists.Exponential(1 / HANDLING)],
        number_of_servers=[1],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Finish")
    records = simulation.get_all_records()
    return float(sum(record.exit_date - record.arrival_date for record in records)) / len(records)


if __name__ == "__main__":
    main()
