"""The small refund model of `by_hand` in cimba (https://github.com/ambonvik/cimba, Apache-2.0), written in Python.

    pip install cimba, then python -m benchmarks.with_cimba        20,000 and 200,000 orders: half a minute

Models are compiled, by Numba as ours are; processes, queues and random numbers are C. Compiling is not counted. One
process per claim, resources for desks, a timer for whatever ends a request from outside. Its luck is its own, so
its claims are about as many as ours and about as many are refunded. It keeps no table and checks nothing.
"""

import sys
from collections.abc import Iterator

import cimba as cb
from cimba import random

from benchmarks.by_hand import SIZES, the_market
from benchmarks.queue import in_turn
from sim.experiment import engines, making
from sim.experiment.observation import witness
from sim.experiment.replication import calendars_of, play
from sim.vocabulary import Outcome

DAY = 86_400.0
SELLERS = 150
OVER = 7
"""The signal of a timer: too late."""
CLOCKS, HANDLING = (3 * DAY, 5 * DAY), 1_200.0
CANCELLATION, DISPUTE = 0, 1


class Seller(cb.Model):
    """A desk."""

    staff: cb.Resource


class Claim(cb.Model):
    """One order whose buyer wants the money back."""

    market: cb.Ref["Market"]
    seller: cb.Ref[Seller]

    @cb.process
    def live(self):
        """Ask to cancel; wait for the parcel and dispute; call the platform."""
        paid, asks_after = cb.now(), random.exponential(2 * DAY)
        ships = paid + DAY * random.uniform(1, 6)
        cb.hold(asks_after)
        if asks_after < 9 * DAY and cb.now() < ships and self.ask(CANCELLATION, ships - cb.now()):
            self.market.refunded += 1
            return
        arrives = ships + DAY * random.uniform(10, 30)
        if arrives > cb.now():
            cb.hold(arrives - cb.now())
        if self.ask(DISPUTE, 1e12):
            self.market.refunded += 1
        elif random.bernoulli(0.7):
            cb.hold(DAY)
            self.market.platform.acquire()
            cb.hold(2 * HANDLING)
            self.market.platform.release()
            if random.bernoulli(0.6):
                self.market.refunded += 1

    @cb.function
    def ask(self, stage: int, most: float) -> bool:
        """A request to the seller: whether it is accepted before it is too late."""
        length = min(CLOCKS[stage], most)
        says = random.uniform(0, 1)
        if says >= 0.8:
            cb.hold(length)
            return False
        me = cb.this_process()
        me.timer_set(length, OVER)
        answered = False
        if cb.hold(random.exponential(DAY)) == 0 and self.seller.staff.acquire() == 0:
            answered = cb.hold(HANDLING) == 0
            self.seller.staff.release()
        me.timers_clear()
        return answered and says < 0.5


class Market(cb.Model):
    """28 days of orders, 12 % of which are regretted."""

    orders: cb.Param[float] = 20_000.0
    sellers: list[Seller]
    platform: cb.Resource
    refunded: int = 0
    claims: cb.Output[int]
    paid_back: cb.Output[int]

    @cb.process
    def arrive(self):
        """Orders are paid; some of their buyers will ask for the money."""
        gap = 28 * DAY / self.orders
        paid = random.exponential(gap)
        while paid < 28 * DAY:
            cb.hold(paid - cb.now())
            if random.bernoulli(0.12):
                self.claims += 1
                cb.spawn(Claim, market=self, seller=self.sellers[random.dice(0, SELLERS - 1)])
            paid += random.exponential(gap)

    @cb.on_end
    def count(self):
        """What is told."""
        self.paid_back = self.refunded


def main() -> None:
    """Print claims per second of both."""
    for line in lines():
        sys.stdout.write(line + "\n")


def lines() -> Iterator[str]:
    """Both, for each size of market."""
    yield ""
    yield f"A whole replication beside cimba {cb.__version__}: the bars are 4 and 6"
    yield from map(beside, SIZES)


def beside(orders: int) -> str:
    """Both in turn, luck and what is written down of it counted, compiling not."""
    making.have_ready(engines.to_stderr)
    scenario, model = the_market(orders), the_model(orders)
    calendars, experiment = calendars_of(scenario), cb.Experiment(model, seed=7)
    lived, told = play(scenario, 0, calendars, engine=engines.COMPILED), experiment.run(workers=1)[model]
    theirs, ours = in_turn(
        lambda: experiment.run(workers=1), lambda: witness(scenario, 0, calendars, engine=engines.COMPILED)
    )
    claims, refunds = int(told.claims.values[0, 0]), (lived.claims["outcome"] == Outcome.REFUNDED).mean()
    cimba, us = claims / theirs, len(lived) / ours
    return (
        f"{orders:>9,} orders: cimba {cimba:,.0f} claims/s ({told.paid_back.values[0, 0] / claims:.1%} refunded), "
        f"ours {us:,.0f} ({refunds:.1%}), ratio {us / cimba:.2f}"
    )


def the_model(orders: int) -> Market:
    """With as many staff as in ours."""
    model = Market()
    model.orders = float(orders)
    model.sellers = [Seller() for _ in range(SELLERS)]
    for seller in model.sellers:
        seller.staff = cb.Resource(capacity=max(1, orders // 100_000))
    model.platform = cb.Resource(capacity=max(2, orders // 10_000))
    return model


if __name__ == "__main__":
    main()
