"""What was seen, written over the facts that luck would have settled."""

from __future__ import annotations

import numpy as np

from sim.arrays import Bools
from sim.arrays import Columns as Columns
from sim.chance.choices import WORTH_ANYTHING
from sim.chance.facts import Ints
from sim.chance.instants import arrays_of
from sim.chance.orders import Openings
from sim.rules.cancelling import LEFT_ALONE
from sim.rules.terms import kind_of, since_of
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.opening import parties_of_kinds
from sim.vocabulary import Anchor, ClaimKind, Disposition, Party
from sim.waiting.calendars import elapsed
from sim.waiting.history import ACCEPTED, FREE, REFUSED, SHIPPED, SILENCE, WITHDRAWN, Histories


def seen_facts(scenario: Scenario, seen: Histories, drawn: Columns, calendars: Openings) -> Columns:
    """The columns of `ClaimFacts` that the past decides, over those that were drawn."""
    facts = dict(drawn)
    _value_and_parcel(scenario, seen, facts, calendars)
    _cancellation(scenario, seen, facts, calendars)
    _dispute(scenario, seen, facts, calendars)
    _return(scenario, seen, facts, calendars)
    _money(scenario, seen, facts, calendars)
    return facts


def _over(facts: Columns, name: str, here: Bools, value: Ints | int) -> None:
    if here.any():
        facts[name] = np.where(here, value, facts[name])


def _value_and_parcel(scenario: Scenario, seen: Histories, facts: Columns, calendars: Openings) -> None:
    transit = scenario.market.carrier.transit
    came = seen.has("delivered") & seen.has("dispatched")
    begun, ended = (np.where(came, seen.at(name), 0) for name in ("dispatched", "delivered"))
    _over(facts, "transit", came, elapsed(begun, ended, kind_of(transit), calendars[Party.CARRIER]))
    _over(facts, "lost", came, 0)


def _answer(
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
    if stage == "mediation":
        parties = np.full_like(parties, Party.PLATFORM)
    is_open = np.zeros(len(at), dtype=bool)
    for party in np.unique(parties).tolist():
        opens, closes, *_ = arrays_of(calendars[party])
        some = here & (parties == party)
        spell = np.minimum(np.searchsorted(closes, at[some], side="right"), len(opens) - 1)
        is_open[some] = opens[spell] <= at[some]
    work = np.where(is_open, 0, 1)
    _over(facts, f"{stage}.disposition", here, says)
    _over(facts, f"{stage}.notice", here, at - opened - work)
    _over(facts, f"{stage}.notice_share", here, 0)
    _over(facts, f"{stage}.handling", here, work)


def _cancellation(scenario: Scenario, seen: Histories, facts: Columns, calendars: Openings) -> None:
    opened, closed, status = seen.at("requested"), seen.at("closed"), seen.fact("status")
    pressed = seen.cancels | seen.cancelled_free
    _over(facts, "window_ends", pressed, np.maximum(facts["window_ends"], opened))
    _over(facts, "window_ends", seen.has("requested") & (seen.kind == ClaimKind.REGRET) & ~pressed, LEFT_ALONE)
    due = np.where(seen.has("dispute_opened"), NEVER, seen.at("refund_due"))
    closed = np.where(seen.has("closed"), closed, np.minimum(due, np.maximum(seen.at("dispatched"), opened)))
    done = seen.cancels & (closed < NEVER)
    status = np.where(done & (status < 0), np.where(seen.has("dispatched"), SHIPPED, ACCEPTED), status)
    accepted, refused = done & (status == ACCEPTED), done & (status == REFUSED)
    says = np.where(accepted, int(Disposition.ACCEPT), int(Disposition.REFUSE))
    _answer(scenario, "cancellation", opened, closed, accepted | refused, says, facts, calendars)
    other = done & np.isin(status, (SHIPPED, WITHDRAWN, SILENCE))
    _over(facts, "cancellation.disposition", other, int(Disposition.SILENT))
    _over(facts, "cancellation.patience", done & (status == WITHDRAWN), closed - opened)
    waits = seen.cancels & ~done
    queued = waits & seen.has("viewed") & ~seen.has("taken_up") & ("taken_up" in seen.instants)
    looked = np.where(seen.has("taken_up"), seen.at("taken_up"), np.where(queued, seen.now + 1, seen.at("viewed")))
    _over(facts, "cancellation.notice", waits & (looked < NEVER), looked - opened)
    _over(facts, "cancellation.notice_share", waits & (looked < NEVER), 0)
    terms = scenario.policy.cancellation
    if terms is not None and terms.trusted_free_until is not None:
        _over(facts, "trusted", seen.cancels & (status != FREE), 0)
        _over(facts, "trusted", seen.cancelled_free, 1)


def _dispute(scenario: Scenario, seen: Histories, facts: Columns, calendars: Openings) -> None:
    opened, closed, here = seen.at("dispute_opened"), seen.at("dispute_closed"), seen.has("dispute_opened")
    _over(facts, "goes_on", here, 1)
    _over(facts, "hassle", here, WORTH_ANYTHING)
    delay = np.maximum(opened - _could_dispute(scenario, seen), 0)
    for name in ("dispute_after", "dispute_after_if_not_received"):
        _over(facts, name, here, delay)
    status, done = seen.fact("dispute_status"), here & (closed < NEVER)
    said = {ACCEPTED: Disposition.ACCEPT, REFUSED: Disposition.REFUSE}
    for word, disposition in said.items():
        _answer(scenario, "dispute", opened, closed, done & (status == word), int(disposition), facts, calendars)
    _over(facts, "dispute.disposition", done & np.isin(status, (WITHDRAWN, SILENCE)), int(Disposition.SILENT))
    _over(facts, "dispute.patience", done & (status == WITHDRAWN), closed - opened)
    called, put = seen.has("mediation_opened") & done, seen.at("mediation_opened")
    _over(facts, "escalates", called, 1)
    _over(facts, "escalates_after", called, put - np.minimum(closed, put))
    ruled, ruling = seen.has("mediation_closed"), seen.fact("ruling")
    for place, disposition in enumerate((Disposition.ACCEPT, Disposition.REFUSE, Disposition.SPLIT)):
        some = ruled & (ruling == place)
        _answer(scenario, "mediation", put, seen.at("mediation_closed"), some, int(disposition), facts, calendars)


def _could_dispute(scenario: Scenario, seen: Histories) -> Ints:
    """From when on the dispute could have been opened that was."""
    first = np.minimum(seen.asked, seen.at("dispute_opened"))
    for kind in ClaimKind:
        terms = getattr(scenario.policy.dispute, kind.word, None)
        if terms is None:
            continue
        here, regrets = seen.kind == kind, kind == ClaimKind.REGRET
        opens = since_of(terms.opens, scenario.start)
        anchors = {Anchor.DELIVERED: "delivered", Anchor.DISPATCHED: "dispatched", Anchor.PAID: "paid"}
        since = seen.at(anchors.get(Anchor(opens.anchor), "paid"))
        wait = seen.at("dispatched") if terms.while_in_transit else seen.at("delivered")
        after = np.where(since < NEVER, since + (opens.span.seconds if opens.span.seconds < NEVER else 0), 0)
        settled = np.where(seen.has("closed"), seen.at("closed"), 0)
        waits = np.where(regrets & (wait < NEVER), np.maximum(wait, settled), 0)
        first = np.where(here, np.maximum(first, np.maximum(after, waits)), first)
    return first


def _return(scenario: Scenario, seen: Histories, facts: Columns, calendars: Openings) -> None:
    posted, received = seen.has("return_posted"), seen.has("return_received")
    won = np.where(seen.has("mediation_closed"), seen.at("mediation_closed"), seen.at("dispute_closed"))
    begun = np.maximum(np.where(won < NEVER, won, 0), np.where(seen.has("delivered"), seen.at("delivered"), 0))
    carrier, kinds = (
        calendars[Party.CARRIER],
        (scenario.buyers.return_delay, scenario.market.carrier.return_transit),
    )
    at = np.where(posted, seen.at("return_posted"), begun)
    _over(facts, "return_delay", posted, elapsed(np.minimum(begun, at), at, kind_of(kinds[0]), carrier))
    there = np.where(received, seen.at("return_received"), at)
    _over(facts, "return_transit", received, elapsed(at, there, kind_of(kinds[1]), carrier))
    _over(facts, "return_lost", received, 0)


def _money(scenario: Scenario, seen: Histories, facts: Columns, calendars: Openings) -> None:
    """What arrived at its limit, on a day on which the bank posts nothing, would have come later by itself."""
    paid = seen.has("refunded") & seen.has("refund_due")
    begun, ended = (np.where(paid, seen.at(name), 0) for name in ("refund_due", "refunded"))
    methods = list(scenario.market.payment_methods)
    for kind in ClaimKind:
        for place, method in enumerate(methods):
            law = scenario.policy.refund.of(kind).posting[method]
            here = paid & (seen.kind == kind) & (facts["payment_method"] == place)
            shortest = elapsed(begun, ended - 1, kind_of(law), calendars[Party.BANK]) + 1
            _over(facts, "posting", here, shortest)
