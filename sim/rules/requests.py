"""The one mechanism, a request on a clock: whatever comes first ends it, and what the answerer will say."""

from __future__ import annotations

from sim.scenario.durations import NEVER
from sim.vocabulary import Discipline, Disposition, Reason, Settled, Verdict

SILENT, ACCEPT, REFUSE, SHIP, SPLIT, COUNTER = (int(d) for d in Disposition)
ANSWERED, INTERRUPTED, WITHDRAWN, SILENCE = (int(s) for s in list(Settled)[1:])
APPROVE, DECLINE = int(Verdict.APPROVE), int(Verdict.DECLINE)
SHIPPED, WITHDRAW = int(Verdict.SHIPPED), int(Verdict.WITHDRAWN)
SAID = (DECLINE, APPROVE, DECLINE, SHIPPED, int(Verdict.SPLIT), int(Verdict.COUNTER))
"""What an answer comes to, by disposition; silence gives none."""
EARLIEST_DEADLINE = int(Discipline.EARLIEST_DEADLINE)
MILLION = 1_000_000
BLAMES_SELLER = int(Reason.NO_ANSWER)
"""This reason and those after it blame the seller; the ones before are the article's menu."""
NOT_NEEDED = int(Reason.NOT_NEEDED)


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


def reason_stated(motive: int, found_cheaper: bool) -> int:
    """Who found it cheaper finds no such reason on the menu and falls back on "I don't need this item anymore".

    Source: the article ("If none of the reasons fit your situation, you can select …").
    """
    return NOT_NEEDED if found_cheaper else motive


def blames_the_seller(reason: int) -> bool:
    """No answer, out of stock, raised price: these count against the seller's rating. Source: the article."""
    return reason >= BLAMES_SELLER


def with_odds(chance: float, odds: float) -> float:
    """The chance whose odds are `odds` times those of `chance`: p·k / (1 − p + p·k); none at odds of 0."""
    if odds == 0:
        return 0.0
    return chance * odds / (1 - chance + chance * odds)


SAID_IN_TURN = (SILENT, SHIP, COUNTER, ACCEPT, REFUSE)
"""What an answerer may say, from the lowest luck to the highest. In this order a rising chance of acceptance
changes refusals into acceptances and nothing else."""
RULED_IN_TURN = (ACCEPT, SPLIT, REFUSE)
"""What the platform may rule: for the buyer, a split, for the seller."""


def answer_bounds(
    *, silent: float, accept: float, refuse: float, odds: float, ship: float = 0.0, counter: float = 0.0
) -> tuple[float, ...]:
    """Below which luck an answerer says each of `SAID_IN_TURN`; what is left is the last.

    Those who answer yes or no accept with chance accept / (accept + refuse), its odds multiplied by `odds`
    (a plea raises them, an unchanged reason lowers them); silence, shipping and offers are left as they are.
    """
    answers = accept + refuse
    yes = answers * with_odds(accept / answers, odds) if answers > 0 else 0.0
    return silent, silent + ship, silent + ship + counter, silent + ship + counter + yes


def ruling_bounds(buyer: float, split: float) -> tuple[float, ...]:
    """Below which luck the platform rules each of `RULED_IN_TURN`; what is left is the last."""
    return buyer, buyer + split


def answer_to_an_offer(answers: int, offered: int, reservation: int) -> int:
    """Who answers an offer takes one that reaches what they settle for at the least (both parts per million).

    Nothing is no offer (megabonus.com tells of sellers who set theirs to $0).

    Source: alternating offers against a reservation value (A. Rubinstein, "Perfect Equilibrium in a Bargaining
    Model", Econometrica 50 (1982)), here with a seller who does not reckon with it.
    """
    if answers == SILENT:
        return SILENT
    return ACCEPT if offered > 0 and offered >= reservation else REFUSE


def after_the_reason_game(said: int, asks: bool, agrees: bool, said_if_unchanged: int) -> int:
    """A seller who would answer may ask for another reason: agreed is accepted, else its chance of a yes is lower.

    One who stays silent, or ships instead, never comes to ask. Source: the article ("do not be afraid to do so …
    if the seller is reasonable, reliable and promises to return the money quickly").
    """
    if not asks or said in (SILENT, SHIP):
        return said
    return ACCEPT if agrees else said_if_unchanged


def on_sellers_record(reason: int, would_change: bool, answered: bool, cancelled: bool) -> bool:
    """Whether a cancellation counts against the seller: a blaming reason that nobody changed.

    Only a seller who comes to answer can have it changed. Source: the article ("He does not want your
    cancellation to affect his Aliexpress rating").
    """
    return cancelled and reason >= BLAMES_SELLER and not (would_change and answered)
