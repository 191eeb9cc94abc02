"""The sellers' plans for some orders as machine code, one after the other, by the rules that both engines call.

Only what compiles imports this page (`compiling`); who draws finds its machine code at hand (`filling`).
"""

from __future__ import annotations

from typing import Any

from sim.chance.facts import Ints
from sim.chance.orders import DispatchClocks
from sim.compiled.calendars import calendar_of
from sim.compiled.drawing import whole_of
from sim.compiled.jit import kept, step
from sim.compiled.reference import column_at
from sim.rules import clocks
from sim.scenario.durations import DAY, NEVER
from sim.vocabulary import Anchor

_PAID, _ARRANGED, _DISPATCHED, _PROMISED = (
    int(anchor) for anchor in (Anchor.PAID, Anchor.ARRANGED, Anchor.DISPATCHED, Anchor.PROMISED)
)


@kept
def plan_dispatch(
    paid: Ints, kinds: Ints, lengths: Ints, terms: DispatchClocks, calendars: int, plan: Ints
) -> None:
    """What `orders.draw_dispatching` plans: when each is arranged, dispatched, due and promised. Given the address
    of an almanac of all calendars."""
    almanac = column_at(calendars, paid)
    for place in range(len(paid)):
        kind, stretch = kinds[place], terms.stretch[paid[place] // DAY]
        party = terms.parties[kind]
        calendar = calendar_of(almanac, party)
        arranging = stretched_by(lengths[0, place], stretch)
        dispatching = stretched_by(lengths[1, place], stretch)
        arranged = clocks.instant_after(paid[place], terms.counted_in[0, kind], arranging, calendar)
        dispatched = clocks.instant_after(arranged, terms.counted_in[1, kind], dispatching, calendar)
        known = (paid[place], arranged, dispatched)
        if terms.limit[0] == _PROMISED:
            promised = ends(terms.promise, known, NEVER, almanac, terms.platform)
            due = ends(terms.limit, known, promised, almanac, party)
        else:
            due = ends(terms.limit, known, NEVER, almanac, party)
            promised = ends(terms.promise, known, due, almanac, terms.platform)
        plan[0, place], plan[1, place], plan[2, place], plan[3, place] = arranged, dispatched, due, promised


@step
def stretched_by(length: int, stretch: float) -> int:
    """As `orders.stretched_by`."""
    return length if stretch == 1.0 or length >= NEVER else int(whole_of(length * stretch))


@step
def ends(since: Ints, known: Any, other: int, almanac: Any, party: int) -> int:
    """So long after a named instant, or after the `other` limit; as `orders` has it."""
    begins = other
    if since[0] == _PAID:
        begins = known[0]
    elif since[0] == _ARRANGED:
        begins = known[1]
    elif since[0] == _DISPATCHED:
        begins = known[2]
    end = clocks.instant_after(begins, since[1], since[2], calendar_of(almanac, party))
    return clocks.last_of(end, since[3], since[4])
