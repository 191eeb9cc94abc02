"""The one mechanism: a request on a clock. Whatever comes first ends it."""

from __future__ import annotations

from sim.scenario.durations import NEVER
from sim.vocabulary import Discipline, Disposition, Settled, Verdict

SILENT, ACCEPT, REFUSE, SHIP, SPLIT, COUNTER = (int(d) for d in Disposition)
ANSWERED, INTERRUPTED, WITHDRAWN, SILENCE = (int(s) for s in list(Settled)[1:])
APPROVE, DECLINE = int(Verdict.APPROVE), int(Verdict.DECLINE)
SHIPPED, WITHDRAW = int(Verdict.SHIPPED), int(Verdict.WITHDRAWN)
SAID = (DECLINE, APPROVE, DECLINE, SHIPPED, int(Verdict.SPLIT), int(Verdict.COUNTER))
"""What an answer comes to, by disposition; silence gives none."""
EARLIEST_DEADLINE = int(Discipline.EARLIEST_DEADLINE)
MILLION = 1_000_000


def noticed_at(opened: int, delay: int, share: int, deadline: int) -> int:
    """When the answerer looks at the request: after a delay, or after a share (parts per million) of its clock.

    In integer parts, so that nothing overflows and nothing depends on rounding.
    """
    if share == 0:
        return opened + delay if delay < NEVER else NEVER
    clock = deadline - opened
    return opened + clock // MILLION * share + clock % MILLION * share // MILLION


def leaves_at(interrupted_at: int, gives_up_at: int, deadline: int) -> int:
    """When an unanswered request ends: interruption, patience or clock, whichever is first."""
    return min(interrupted_at, gives_up_at, deadline)


def why_it_left(at: int, interrupted_at: int, gives_up_at: int) -> int:
    """At one instant an interruption goes before impatience, and impatience before silence."""
    if at == interrupted_at:
        return INTERRUPTED
    if at == gives_up_at:
        return WITHDRAWN
    return SILENCE


def rank_in_queue(discipline: int, deadline: int) -> int:
    """Who is taken first: smaller goes before; equal ranks by joining, then order number. No clock ranks last."""
    return deadline if discipline == EARLIEST_DEADLINE else 0


def verdict(settled: int, disposition: int, on_silence: int, on_interruption: int = SHIPPED) -> int:
    """What a settled request comes to."""
    if settled == SILENCE:
        return on_silence
    if settled == WITHDRAWN:
        return WITHDRAW
    return on_interruption if settled == INTERRUPTED else SAID[disposition]
