"""What a log tells of mediation: for whom the platform rules, and how long a case takes it, by ruling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.evidence.desks_read import taken_up_in_turn
from sim.evidence.finding import Assumed, Finding, Told, of_law
from sim.evidence.lesson import Lesson
from sim.evidence.log import Bools, Floats, Ints
from sim.evidence.of_rulings import decided, of_rulings
from sim.evidence.survival import LEAST, Estimated, Sample, fitted
from sim.scenario.distributions import DurationLaw
from sim.scenario.durations import Kind
from sim.scenario.mediation import MediationTerms
from sim.vocabulary import Discipline, Party

PATH = "policy.mediation"
ENOUGH = 30
"""Rulings of one kind that a law of their own is estimated from."""
WORTH_IT = 10.0
"""By how much more likely, twice the logarithm, laws by ruling have to be than one for all."""
OUT_OF_TURN = 0.05
"""The share of cases begun after they ended above which the desk does not take them in turn."""


def told_by_mediations(lesson: Lesson) -> Told:
    """Rulings, and the work that goes into them."""
    terms = lesson.base.policy.mediation
    if terms is None:
        yield Assumed(PATH, "the base knows no mediation")
        return
    yield of_rulings(lesson, "mediation", "ruling", "rulings")
    yield from _handling(lesson, terms)


def _handling(lesson: Lesson, terms: MediationTerms) -> Told:
    """Working time from when a case is taken up until its ruling; by ruling where that explains more."""
    over = decided(lesson, "mediation", "ruling")
    if int(over.sum()) < ENOUGH:
        yield Assumed(f"{PATH}.handling", f"{int(over.sum())} rulings, fewer than {ENOUGH}")
        return
    begun = _begun(lesson, terms)
    if isinstance(begun, Assumed):
        yield begun
        return
    hours, claims = lesson.hours[Party.PLATFORM], lesson.log.claims
    closed = claims.at("mediation_closed")
    worked = hours.worked(np.where(over, closed, lesson.log.cut)) - hours.worked(begun)
    under_way = np.isnan(closed) & (begun < lesson.log.cut)
    some = (over | under_way) & np.isfinite(begun) & (worked >= 0) & _whole_queue_known(lesson)
    high = np.where(over, worked, np.inf)
    everything = fitted(lesson.sample_of_claims(worked, high, some))
    if everything is None:
        yield Assumed(f"{PATH}.handling", f"fewer than {LEAST} cases of which it is known when they were begun")
        return
    yield _of_work(lesson, f"{PATH}.handling", everything)
    yield from _by_ruling(lesson, worked, some & over)


def _begun(lesson: Lesson, terms: MediationTerms) -> Floats | Assumed:
    """When each case was taken up: as the log says, or as a desk that takes them in turn must have done."""
    claims = lesson.log.claims
    if claims.has("mediation_taken_up"):
        return claims.at("mediation_taken_up")
    opened, closed = claims.at("mediation_opened"), claims.at("mediation_closed")
    if any(law.support()[1] > 0 for law in _notices(terms)):
        return Assumed(
            f"{PATH}.handling", "without mediation_taken_up, the work and the notice before it look alike"
        )
    if not isinstance(terms.staff, int):
        return opened
    if terms.discipline is not Discipline.FIFO:
        return Assumed(
            f"{PATH}.handling", "without mediation_taken_up, who waits cannot be told from who is served"
        )
    begun = taken_up_in_turn(opened, closed, terms.staff)
    ended = ~np.isnan(closed) & ~np.isnan(begun)
    if np.mean(begun[ended] > closed[ended]) > OUT_OF_TURN:
        why = f"a desk of {terms.staff} that takes cases in turn cannot have ended them when the log says"
        return Assumed(f"{PATH}.handling", why)
    return begun


def _notices(terms: MediationTerms) -> Iterator[DurationLaw]:
    yield terms.notice
    yield from (law for path, law in terms.laws_by_ruling() if path.endswith(".notice"))


def _whole_queue_known(lesson: Lesson) -> Bools:
    """Cases that came when those of orders before the first week were over: till then others were there, unseen."""
    claims = lesson.log.claims
    opened = claims.at("mediation_opened")
    known = ~np.isnan(opened)
    if claims.has("mediation_taken_up"):
        return np.asarray(known)
    later = float(np.quantile((opened - lesson.log.of_orders("paid"))[known], 0.95))
    return np.asarray(known & (opened >= lesson.first + later))


def _by_ruling(lesson: Lesson, worked: Floats, decided: Bools) -> Told:
    """Laws of each ruling, where the cases are much more likely under them than under one for all."""
    ruling: Ints = lesson.log.claims.word("ruling")
    laws: dict[str, Estimated] = {}
    together, apart = 0.0, 0.0
    for code, name in enumerate(lesson.log.names["ruling"]):
        theirs = decided & (ruling == code)
        law = _law(lesson, worked, theirs) if int(theirs.sum()) >= ENOUGH else None
        if law is not None:
            laws[name] = law
            apart += law.log_likelihood
    some = decided & np.isin(ruling, [lesson.log.names["ruling"].index(name) for name in laws])
    one = _law(lesson, worked, some) if len(laws) > 1 else None
    together = np.inf if one is None else one.log_likelihood
    if 2 * (apart - together) <= WORTH_IT * (len(laws) - 1):
        mediation = lesson.base.policy.mediation
        if one is not None and mediation is not None and mediation.by_ruling is not None:
            yield Finding(f"{PATH}.by_ruling", "none", one.sample.n, method="all rulings take alike long")
        return
    for name, law in laws.items():
        yield _of_work(lesson, f"{PATH}.by_ruling.{name}.handling", law)


def _law(lesson: Lesson, worked: Floats, some: Bools) -> Estimated | None:
    sample: Sample = lesson.sample_of_claims(worked, worked, some)
    return fitted(sample)


def _of_work(lesson: Lesson, path: str, estimated: Estimated) -> Finding:
    seen = lesson.log.claims.has("mediation_taken_up")
    how = "taken up to ruling" if seen else "taken in turn by the base's staff"
    return of_law(
        path,
        estimated,
        Kind.WORK,
        what=f"working time, {how}",
        identified=""
        if seen
        else "with as many staff as the base says: twice the staff and twice the work look alike",
    )
