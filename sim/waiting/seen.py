"""What was seen, written over the facts that luck would have settled."""

from __future__ import annotations

import numpy as np

from sim.arrays import Bools, Columns, Ints
from sim.chance.instants import arrays_of
from sim.chance.orders import Openings
from sim.rules.claims import LEFT_ALONE
from sim.rules.terms import kind_of
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import parties_of_kinds, runs_party
from sim.vocabulary import ClaimKind, Disposition, Party
from sim.waiting.calendars import elapsed, next_open
from sim.waiting.history import ACCEPTED, REFUSED, SHIPPED, SILENCE, WITHDRAWN, Histories
from sim.waiting.read_off import cancellation_closed, cancellation_status


def seen_facts(scenario: Scenario, seen: Histories, drawn: Columns, calendars: Openings) -> Columns:
    """The columns of `ClaimFacts` that the past decides until a dispute is opened, and those of the refund."""
    facts = dict(drawn)
    _value_and_parcel(scenario, seen, facts, calendars)
    _cancellation(scenario, seen, facts, calendars)
    _money(scenario, seen, facts, calendars)
    return facts


def over(facts: Columns, name: str, here: Bools, value: Ints | int) -> None:
    """Write a value over a fact of some."""
    if here.any():
        facts[name] = np.where(here, value, facts[name])


def _value_and_parcel(scenario: Scenario, seen: Histories, facts: Columns, calendars: Openings) -> None:
    transit = scenario.market.carrier.transit
    came = seen.has("delivered") & seen.has("dispatched")
    begun, ended = (np.where(came, seen.at(name), 0) for name in ("dispatched", "delivered"))
    over(facts, "transit", came, elapsed(begun, ended, kind_of(transit), calendars[Party.CARRIER]))
    over(facts, "lost", came, 0)


OF_ONE_PARTY = {"mediation": Party.PLATFORM, "chargeback": Party.BANK}
"""Who answers requests that are not the seller's to answer."""


def answer(
    scenario: Scenario,
    stage: str,
    opened: Ints,
    at: Ints,
    here: Bools,
    says: Ints | int,
    facts: Columns,
    calendars: Openings,
) -> None:
    """An answer that landed at an instant: noticed in time for it, a second before where that is closing time."""
    parties = np.array(parties_of_kinds(scenario))[facts["seller_type"]]
    if stage in OF_ONE_PARTY:
        parties = np.full_like(parties, OF_ONE_PARTY[stage])
    is_open = np.zeros(len(at), dtype=bool)
    for party in np.unique(parties).tolist():
        opens, closes, *_ = arrays_of(calendars[party])
        some = here & (parties == party)
        spell = np.minimum(np.searchsorted(closes, at[some], side="right"), len(opens) - 1)
        is_open[some] = opens[spell] <= at[some]
    work = np.where(is_open, 0, 1)
    over(facts, f"{stage}.disposition", here, says)
    over(facts, f"{stage}.notice", here, at - opened - work)
    over(facts, f"{stage}.notice_share", here, 0)
    over(facts, f"{stage}.handling", here, work)


def _cancellation(scenario: Scenario, seen: Histories, facts: Columns, calendars: Openings) -> None:
    opened = seen.at("requested")
    pressed = seen.cancels | seen.cancelled_free
    over(facts, "window_ends", pressed, np.maximum(facts["window_ends"], opened))
    over(facts, "window_ends", seen.has("requested") & (seen.kind == ClaimKind.REGRET) & ~pressed, LEFT_ALONE)
    closed, status = cancellation_closed(seen), cancellation_status(scenario, seen, calendars)
    done = seen.cancels & (closed < NEVER)
    if scenario.policy.cancellation is not None and scenario.policy.cancellation.ships_while_open == "held":
        status = np.where(status == SHIPPED, REFUSED, status)  # what is held leaves because of an answer
    accepted, refused = done & (status == ACCEPTED), done & (status == REFUSED)
    says = np.where(accepted, int(Disposition.ACCEPT), int(Disposition.REFUSE))
    answer(scenario, "cancellation", opened, closed, accepted | refused, says, facts, calendars)
    other = done & np.isin(status, (SHIPPED, WITHDRAWN, SILENCE))
    over(facts, "cancellation.disposition", other, int(Disposition.SILENT))
    over(facts, "cancellation.patience", done & (status == WITHDRAWN), closed - opened)
    waits = seen.cancels & ~done
    queued = waits & seen.has("viewed") & ~seen.has("taken_up") & ("taken_up" in seen.instants)
    looked = np.where(seen.has("taken_up"), seen.at("taken_up"), np.where(queued, seen.now + 1, seen.at("viewed")))
    over(facts, "cancellation.notice", waits & (looked < NEVER), looked - opened)
    over(facts, "cancellation.notice_share", waits & (looked < NEVER), 0)


def _money(scenario: Scenario, seen: Histories, facts: Columns, calendars: Openings) -> None:
    """What arrived at its limit, on a day on which the bank posts nothing, would have come later by itself."""
    paid = seen.has("refunded") & seen.has("refund_due")
    begun, ended = payment_begins(scenario, seen, calendars), np.where(paid, seen.at("refunded"), 0)
    methods = list(scenario.market.payment_methods)
    for kind in ClaimKind:
        for place, method in enumerate(methods):
            law = scenario.policy.refund.of(kind).posting[method]
            here = paid & (seen.kind == kind) & (facts["payment_method"] == place)
            shortest = elapsed(np.minimum(begun, ended), ended - 1, kind_of(law), calendars[Party.BANK]) + 1
            over(facts, "posting", here, shortest)


def payment_begins(scenario: Scenario, seen: Histories, calendars: Openings) -> Ints:
    """When the bank hears of what is due: at once, or with the first payment run it is in time for; 0 elsewhere."""
    due = np.where(seen.has("refund_due"), seen.at("refund_due"), 0)
    runs = scenario.policy.refund.runs
    if runs is None:
        return due
    begins = next_open(due + runs.cut_off.seconds, calendars[runs_party(scenario)])
    return np.where(seen.has("refund_due"), begins, 0)
