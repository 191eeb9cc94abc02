"""Desks, and the one mechanism, as in `sim.market.desk` and `request`: what happens at a desk is everybody's.

So only this needs the agenda. An entry there is (instant, turn and number, what): the turns are those of
`sim.market.turns`, the number is the order's place among the claims, or the desk's at a desk's choice. A request
has at most one entry while it can end in one way only, and nothing is put on the agenda that would find it settled.
"""

from __future__ import annotations

from sim.compiled.calendars import after, calendar_of
from sim.compiled.heap import drop_first, put
from sim.compiled.jit import inlined, step
from sim.compiled.layout import OUT_OF_PLAY, MarketState, Record
from sim.compiled.order import hear
from sim.compiled.parcel import terms_of
from sim.compiled.rows import order_of
from sim.rules import requests
from sim.rules.clocks import next_opening, work_ends, working_time
from sim.scenario.durations import NEVER
from sim.vocabulary import Party, Stage

HAPPENS, CHOOSES, LEAVES = (turn << 40 for turn in (1, 2, 3))
NUMBER = (1 << 40) - 1
JOINS = len(Stage)
"""Added to the stage where a request joins the queue rather than being answered."""
STAGES = 8
"""More than there are: a request in a queue is called by its order's number times this, and its stage."""


@inlined
def is_bound_to(market: MarketState, at: int, turn: int, number: int, what: int) -> None:
    """Put something on the agenda."""
    put(market.entries, market.agenda[0], at, turn | number, what)


@inlined
def desk_number(market: MarketState, order: Record) -> int:
    """Where its question stands: sellers by number, then mediation, the buyers, the bank."""
    sellers = len(market.desks) - 3
    if order.answerer == Party.SELLER:
        return order.facts.seller
    if order.answerer == Party.PLATFORM:
        return sellers
    return sellers + 1 if order.answerer == Party.BUYER else sellers + 2


@step
def is_opened(market: MarketState, number: int) -> None:
    """A question was put: its clock begins, and it will be noticed, or leave before."""
    order = order_of(market, number)
    stage, now = order.stage, order.now
    request, ask = order.requests[stage], order.asks[stage]
    order.desk = desk_number(market, order)
    desk = market.desks[order.desk]
    clock = terms_of(market.world, order).requests[stage].clock
    gives_up_at = now + ask.patience
    request.opened_at = now
    order.deadline = after(market.world, desk.party, now, clock)
    order.leaves_at = requests.leaves_at(order.interrupted_at, gives_up_at, order.deadline)
    order.why_it_leaves = requests.why_it_left(order.leaves_at, order.interrupted_at, gives_up_at)
    if ask.disposition != requests.SILENT:
        noticed = requests.noticed_at(now, ask.notice, ask.notice_share, order.deadline)
        if noticed <= order.leaves_at and noticed < NEVER:
            is_bound_to(market, noticed, HAPPENS, number, stage + JOINS)
            return
    leaves_unless_answered(market, number, stage)


@step
def leaves_unless_answered(market: MarketState, number: int, stage: int) -> None:
    """Whatever ends it from outside comes in the last turn of its second."""
    leaves_at = order_of(market, number).leaves_at
    if leaves_at < NEVER:
        is_bound_to(market, leaves_at, LEAVES, number, stage)


@step
def joins(market: MarketState, number: int, stage: int, now: int) -> None:
    """A request is noticed: it takes its place in the queue, or is taken up where that is what must come next."""
    order = order_of(market, number)
    place = order.desk
    request, desk = order.requests[stage], market.desks[place]
    request.joined_at = now
    if is_next(market, desk, now):
        if not starts(market, desk, number, stage, now):
            leaves_unless_answered(market, number, stage)
        return
    rank = requests.rank_in_queue(desk.discipline, order.deadline)
    put(market.entries, desk.queue, rank, now, STAGES * number + stage)
    queue_changes_by(desk, 1, now)
    staff_will_choose(market, place, now)
    leaves_unless_answered(market, number, stage)


@step
def is_next(market: MarketState, desk: Record, now: int) -> bool:
    """Whether staff are bound to choose whoever joins now: free, nobody waits, open, nothing else this second."""
    agenda = market.agenda[0]
    if (
        not can_take(market, desk, now)
        or desk.queue.size
        or (agenda.size and market.entries[agenda.begins].first == now)
    ):
        return False
    return next_opening(now, calendar_of(market.world.almanac, desk.party)) == now


@inlined
def can_take(market: MarketState, desk: Record, now: int) -> bool:
    """Whether anybody is free; before the desk is staffed as the scenario says, somebody always is."""
    return desk.free > 0 or now < market.world.staffed_from


@step
def staff_will_choose(market: MarketState, place: int, now: int) -> None:
    """In their turn, at the next opening; one choice takes whoever can be taken."""
    desk = market.desks[place]
    if can_take(market, desk, now) and desk.queue.size and not desk.choice_is_due:
        desk.choice_is_due = True
        opens_at = next_opening(now, calendar_of(market.world.almanac, desk.party))
        is_bound_to(market, opens_at, CHOOSES, place, 0)


@step
def choose(market: MarketState, place: int, now: int) -> None:
    """Free staff take from the queue, in rank order, whoever has not left."""
    desk = market.desks[place]
    desk.choice_is_due = False
    while can_take(market, desk, now) and desk.queue.size:
        taken = market.entries[desk.queue.begins].third
        drop_first(market.entries, desk.queue)
        number, stage = taken // STAGES, taken % STAGES
        if is_pending(market, number, stage):
            queue_changes_by(desk, -1, now)
            starts(market, desk, number, stage, now)


@step
def is_pending(market: MarketState, number: int, stage: int) -> bool:
    """Whether this request has not been settled yet."""
    return market.row_of[number] != OUT_OF_PLAY and order_of(market, number).requests[stage].settled_at >= NEVER


@step
def starts(market: MarketState, desk: Record, number: int, stage: int, now: int) -> bool:
    """A member of staff takes it up. Whether the answer will land, rather than come too late."""
    order = order_of(market, number)
    desk.free -= 1
    order.requests[stage].started_at = now
    done = work_ends(now, order.asks[stage].handling, calendar_of(market.world.almanac, desk.party))
    lands = done <= order.leaves_at
    if lands:
        is_bound_to(market, done, HAPPENS, number, stage)
    return lands


@step
def is_to_leave(market: MarketState, number: int, stage: int, now: int) -> bool:
    """Unless it was answered meanwhile, or it is another round that is pending."""
    return is_pending(market, number, stage) and order_of(market, number).leaves_at == now


@step
def settles(market: MarketState, number: int, stage: int, turn: int, now: int) -> bool:
    """A request ends; the desk is rid of it, and the story goes on. Whether there is another question."""
    order = order_of(market, number)
    request = order.requests[stage]
    place = order.desk
    how = requests.ANSWERED if turn == HAPPENS else order.why_it_leaves
    request.settled_at = now
    request.settled_by = how
    request.work = 0
    leaves(market, place, request, now)
    terms = terms_of(market.world, order).requests[stage]  # as when it was put
    order.now = now
    said = order.asks[stage].disposition
    asks = hear(market.world, order, requests.verdict(how, said, terms.on_silence, terms.on_interruption))
    if asks:
        is_opened(market, number)
    return asks


@step
def leaves(market: MarketState, place: int, request: Record, now: int) -> None:
    """Its place in the queue is void, its staff free at once."""
    desk = market.desks[place]
    if request.started_at < NEVER:
        calendar = calendar_of(market.world.almanac, desk.party)
        request.work = working_time(request.started_at, now, calendar)
        desk.free += 1
        staff_will_choose(market, place, now)
    elif request.joined_at < NEVER:
        queue_changes_by(desk, -1, now)


@step
def queue_changes_by(desk: Record, change: int, now: int) -> None:
    """The area under the queue's length, until now."""
    desk.queue_seconds += desk.waiting * (now - desk.since)
    desk.waiting += change
    desk.since = now
