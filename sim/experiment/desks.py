"""How busy the desks were while the cohort's requests came in, and how long those waited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.chance.facts import Ints
from sim.experiment.estimates import Floats
from sim.experiment.on_demand import Below, Blocks, Cells, ColumnValues, KeptRows, OnDemand, kept_rows
from sim.experiment.open_time import open_until
from sim.experiment.requests import DESKS, MEDIATION, SELLERS, Requests
from sim.rules.terms import terms_of
from sim.scenario.durations import HOUR, NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import staff_of
from sim.vocabulary import ClaimKind, Party, Settled, Stage, Verdict

FOR_BUYER, AGAINST_BUYER, PASSED_ON = "for_buyer", "against_buyer", "passed_on"
MEANT = {
    FOR_BUYER: "settled by silence, for the buyer",
    AGAINST_BUYER: "settled by silence, against the buyer",
    PASSED_ON: "settled by silence, passed on to the platform",
}
"""What silence meant: money, in full or in part; a refusal; a case for the platform, or the chance of one."""
_FOR_BUYER, _AGAINST_BUYER, _PASSED_ON = range(len(MEANT))
_MEANING: Mapping[int, int] = {
    Verdict.APPROVE: _FOR_BUYER,
    Verdict.DECLINE: _AGAINST_BUYER,
    Verdict.CLOSE: _AGAINST_BUYER,
}
"""Any other is passed on."""
_DESKS, _MEANT = pd.CategoricalDtype([*DESKS]), pd.CategoricalDtype([*MEANT])
MIDDLE = (0.05, 0.95)
"""A desk is judged while the middle nine tenths of the cohort's requests joined it."""


def requests_frame(scenario: Scenario, replication: int, requests: Requests) -> pd.DataFrame:
    """One row per request of the cohort's claims: `replication`, `desk`, `by_silence`, `silence` (of `MEANT`, empty
    where somebody answered), `wait` (h).

    The wait lasts from joining the queue until being taken up or leaving; NaN for a request that nobody noticed
    and for one that still waits at a cut.
    """
    return requests_on_demand(scenario, replication, requests).frame()


def requests_on_demand(scenario: Scenario, replication: int, requests: Requests) -> OnDemand:
    """The same, each column when it is read."""
    made = _request_numbers(scenario, replication, requests)
    return OnDemand(_request_cells(lambda name: made[name]()), len(made["replication"]()))


def requests_kept(scenario: Scenario, replication: int, requests: Requests) -> KeptRows:
    """The same, to be kept."""
    made = _request_numbers(scenario, replication, requests)
    return kept_rows(RequestReading(), [made[name]() for name in _REQUEST_PLACES])


@dataclass(frozen=True)
class RequestReading:
    """How the table of requests is made of whole numbers."""

    def cells(self, blocks: Blocks) -> Cells:
        """From those of `requests_kept`."""
        return _request_cells(Below(_REQUEST_PLACES, blocks).__getitem__)


_REQUEST_PLACES = {name: place for place, name in enumerate(("replication", "desk", "how", "silence", "wait"))}
_NO_SILENCE = len(MEANT)


def _request_numbers(scenario: Scenario, replication: int, requests: Requests) -> dict[str, Callable[[], Ints]]:
    """Desk and meaning of silence by number, how it was settled, and seconds of waiting, or NEVER."""
    mine = requests.only(requests.is_of_cohort)

    def wait() -> Ints:
        has_waited = mine.has_joined & (mine.left_queue < NEVER)
        return np.where(has_waited, mine.left_queue - mine.joined, NEVER)

    return {
        "replication": lambda: np.full_like(mine.opened, replication),
        "desk": lambda: mine.desk,
        "how": lambda: mine.settled_by,
        "silence": lambda: _silence(scenario, mine),
        "wait": wait,
    }


def _request_cells(number: Callable[[str], Ints]) -> Cells:
    def silence() -> ColumnValues:
        meant = number("silence")
        return pd.Categorical.from_codes(np.where(meant == _NO_SILENCE, -1, meant), dtype=_MEANT)

    def wait() -> ColumnValues:
        seconds = number("wait")
        return np.where(seconds < NEVER, seconds / HOUR, np.nan)

    return {
        "replication": lambda: number("replication"),
        "desk": lambda: pd.Categorical.from_codes(number("desk"), dtype=_DESKS),
        "by_silence": lambda: number("how") == Settled.SILENCE.value,
        "silence": silence,
        "wait": wait,
    }


def _silence(scenario: Scenario, requests: Requests) -> Ints:
    """What the policy has silence mean, by number in `MEANT`; one more for requests that did not end by it."""
    meant = np.full((len(ClaimKind), len(Stage)), _NO_SILENCE)
    for kind in (kind for kind in ClaimKind if kind is not ClaimKind.NONE):
        meant[kind.value] = [
            _MEANING.get(terms.on_silence, _PASSED_ON) for terms in terms_of(scenario, kind).requests
        ]
    is_silent = requests.settled_by == Settled.SILENCE.value
    return np.where(is_silent, meant[requests.claim, requests.stage], _NO_SILENCE)


class Load(NamedTuple):
    """Working time of one replication's desks, in hours, over the stretch in which the cohort met them."""

    mediation_busy: float
    mediation_staffed: float
    """Staff × open time; 0 where staff is unlimited, or nobody came."""
    busiest_seller: float
    """The highest share of its time that any seller's desk was at work; NaN where it has no meaning."""


def load_of(scenario: Scenario, requests: Requests, met: Mapping[str, tuple[int, int]] | None = None) -> Load:
    """How much of their time the desks worked while the cohort met them (`stretches`, where that is known already).

    Claims reach mediation weeks after payment, so the cohort's own window would show that desk still filling.
    """
    met = met or stretches(requests)
    terms, staff = scenario.policy.mediation, staff_of(scenario.market.sellers)
    members = terms.staff if terms and isinstance(terms.staff, int) else 0
    worked, is_open = _worked(requests.at_mediation, Party.PLATFORM, met[MEDIATION])
    busy = float(worked.sum()) / HOUR if members else 0.0
    members_of = np.array([one if isinstance(one, int) else np.inf for one in staff], dtype=np.float64)
    busiest = _busiest(requests.at_sellers, met[SELLERS], members_of) if np.isfinite(members_of).any() else np.nan
    return Load(busy, members * is_open / HOUR, busiest)


def _busiest(sellers: Requests, met: tuple[int, int], members: Floats) -> float:
    busiest = float("nan")
    for party, some in sellers.by_calendar():
        worked, is_open = _worked(some, party, met)
        if is_open:
            by_seller = np.bincount(some.seller, worked, minlength=len(members))
            busiest = float(np.fmax(busiest, (by_seller / (members * is_open)).max()))
    return busiest


def _worked(requests: Requests, party: Party, met: tuple[int, int]) -> tuple[Floats, float]:
    """Open seconds that staff spent on each request in this stretch of time, and how many there were in all."""
    first, last = open_until(np.array(met), np.array(party), requests.calendars)
    # One that left while it waited began, for this purpose, when it left: no work at all.
    began, done = (
        np.minimum(np.maximum(one, first), last) for one in (requests.open_until_left, requests.open_until_settled)
    )
    return (done - began).astype(np.float64), float(last - first)


def stretches(requests: Requests) -> dict[str, tuple[int, int]]:
    """When the cohort met the sellers' desks, and when mediation (s since the start)."""
    return {
        SELLERS: stretch_of(requests.at_sellers),
        MEDIATION: stretch_of(requests.at_mediation),
    }


def stretch_of(requests: Requests) -> tuple[int, int]:
    """From when until when the middle nine tenths of the cohort's requests joined; no time at all without any."""
    joined = np.sort(requests.joined[requests.is_of_cohort & requests.has_joined])
    if not len(joined):
        return 0, 0
    first, last = (int(joined[max(ceil(len(joined) * q - 1), 0)]) for q in MIDDLE)
    return first, last
