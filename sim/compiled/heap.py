"""The smallest first: the agenda, and the queue of each desk.

A four-ary heap over three whole numbers, compared one after the other; all heaps lie in one array of entries,
each in a stretch of its own. Four-ary, because half as many levels mean fewer far-away look-ups.
"""

from __future__ import annotations

from sim.compiled.jit import inlined, step
from sim.compiled.layout import Record, RecordRows
from sim.errors import InternalError

FULL = "more is on the agenda, or in a queue, than its orders can bring there"


@inlined
def goes_before(one: Record, other: Record) -> bool:
    """Whether an entry comes out before another."""
    if one.first != other.first:
        return one.first < other.first
    if one.second != other.second:
        return one.second < other.second
    return one.third < other.third


@inlined
def move(entry: Record, to: Record) -> None:
    """Put an entry in another's place."""
    to.first = entry.first
    to.second = entry.second
    to.third = entry.third


@step
def put(entries: RecordRows, heap: Record, first: int, second: int, third: int) -> None:
    """Lay something in: it rises until what is above it goes before it. Without room it raises InternalError."""
    begins, place = heap.begins, heap.size
    if place == heap.room:
        raise InternalError(FULL)
    new = entries[begins + place]
    while place > 0:
        above = (place - 1) >> 2
        parent = entries[begins + above]
        if parent.first < first or (parent.first == first and (parent.second, parent.third) <= (second, third)):
            break
        move(parent, new)
        new, place = parent, above
    new.first = first
    new.second = second
    new.third = third
    heap.size += 1


@step
def drop_first(entries: RecordRows, heap: Record) -> None:
    """Take the first one off: the last one sinks from the top until all below it go after it."""
    begins, size = heap.begins, heap.size - 1
    heap.size = size
    last, place = entries[begins + size], 0
    while 4 * place + 1 < size:
        least = least_of(entries, begins, 4 * place + 1, size)
        if not goes_before(entries[begins + least], last):
            break
        move(entries[begins + least], entries[begins + place])
        place = least
    move(last, entries[begins + place])


@inlined
def least_of(entries: RecordRows, begins: int, place: int, size: int) -> int:
    """Of up to four neighbours the one that comes out first.

    Of four it is reckoned without branches: which way they would go, no processor can guess.
    """
    if place + 4 <= size:
        left = place + goes_before(entries[begins + place + 1], entries[begins + place])
        right = place + 2 + goes_before(entries[begins + place + 3], entries[begins + place + 2])
        return left + (right - left) * goes_before(entries[begins + right], entries[begins + left])
    least = place
    for other in range(place + 1, size):
        if goes_before(entries[begins + other], entries[begins + least]):
            least = other
    return least
