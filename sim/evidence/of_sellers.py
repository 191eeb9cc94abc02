"""What a log tells of sellers: of which type each is, how soon they send, what they answer and when."""

from __future__ import annotations

import numpy as np

from sim.arrays import Bools, Floats
from sim.evidence.finding import Assumed, Finding, Told, ends, number, of_law, shares
from sim.evidence.fitted_scenario import TYPE
from sim.evidence.of_offers import may_be_offered, offered, what_is_offered
from sim.evidence.of_orders import sending, shipped_instead
from sim.evidence.of_staff import CANCELLATION, DISPUTE, handling, requests_at, told_by_desks
from sim.evidence.survival import LEAST, Estimated, fitted
from sim.evidence.training_data import TrainingData
from sim.rules.requests import blames_the_seller, with_odds
from sim.scenario.distributions.combined import quantile_of
from sim.scenario.durations import Kind
from sim.scenario.market import MOST_ON_A_ROSTER, Answers
from sim.scenario.wording import counted, printable
from sim.vocabulary import Party, Reason

ROSTER = "market.sellers.roster"
SHARE = "share of the orders that its sellers have"
IN_ROSTER = "the roster says which seller is of which type"
BY_LUCK = "which of the busy sellers are of this type: in the scenario luck says so, anew in each replication"


def told_by_sellers(data: TrainingData) -> Told:
    """Who they are; and every type: its share, how soon it sends, how it answers."""
    roster = roster_of(data)
    yield roster
    weights = data.tally(lambda orders: data.kind_of_seller[orders.word("seller")], len(data.kinds))
    told = shares({name: float(weight / weights.sum()) for name, weight in zip(data.kinds, weights, strict=True)})
    sellers = int(np.count_nonzero(data.kind_of_seller >= 0))
    said = IN_ROSTER if isinstance(roster, Finding) else BY_LUCK
    for number_of, name in enumerate(data.kinds):
        path = f"{TYPE}.{name}"
        yield Finding(
            f"{path}.share", told[name], sellers, interval=_between(data, number_of), about="share", method=SHARE,
            identified=said,
        )  # fmt: skip
        theirs = data.of_type(number_of)
        yield from sending(theirs, number_of, path)
        yield from _cancellations(theirs, number_of, path)
        yield from told_by_disputes(theirs, number_of, path)
        yield from handling(theirs, number_of, path)
    yield from told_by_desks(data)


def _between(data: TrainingData, kind: int) -> tuple[float, float]:
    """Of the share of orders that sellers of a type have."""
    return ends(data.share_of_orders(lambda piece: data.kind_of_seller[piece.orders.word("seller")] == kind)[1])


def roster_of(data: TrainingData) -> Finding | Assumed:
    """Every seller with its share of the orders and its type: where few are busy, it matters who they are."""
    counts = data.orders_of_sellers
    there = np.flatnonzero(counts)
    if len(there) > MOST_ON_A_ROSTER:
        return Assumed(
            ROSTER, f"{len(there):,} sellers, a roster holds {MOST_ON_A_ROSTER:,}: by luck of their types"
        )
    names: dict[str, None] = {}
    busiest_first = there[np.argsort(-counts[there], kind="stable")]
    rows = [
        {
            "seller": _called(data.log.names["seller"][seller], names),
            "share": float(f"{counts[seller] / counts.sum():.6g}"),
            "type": data.kinds[data.kind_of_seller[seller]],
        }
        for seller in busiest_first.tolist()
    ]
    return Finding(ROSTER, rows, data.log.orders.rows, method="shares of orders", about="sellers")


def _called(written: str, taken: dict[str, None]) -> str:
    """The seller's name on one line, and of nobody else."""
    plain = " ".join(printable(written).split())[:60] or "seller"
    name = plain if plain not in taken else f"{plain} ({len(taken) + 1})"
    taken[name] = None
    return name


def answering_times(
    data: TrainingData, asked: Floats, closed: Floats, answered: Bools, answers: Answers
) -> tuple[Floats, Floats]:
    """When the answerer had looked at each request: between which delays since it was asked.

    Answers land in opening hours, so one that lands as staff come in was to a request noticed since they left; a
    request that ended unanswered was not noticed by the last instant at which an answer would still have come.
    """
    hours = data.hours[Party.SELLER]
    work, most = float(answers.handling.mean()), quantile_of(answers.handling.to_law(), 0.95)
    low, high = hours.looked_between(closed, work, max(most, 60.0))
    unanswered = hours.last_look(closed, work) if work or len(hours.opens) > 1 else closed
    lower = np.where(answered, low, unanswered) - asked
    return np.maximum(lower, 0.0), np.where(answered, np.maximum(high - asked, 0.0), np.inf)


def _cancellations(data: TrainingData, kind: int, path: str) -> Told:
    asked, until, answered = requests_at(data, CANCELLATION)
    theirs = (data.kind_of_claim == kind) & ~np.isnan(asked) & ~data.status("free")
    if int(theirs.sum()) < LEAST:
        yield Assumed(f"{path}.cancellation", f"{counted(int(theirs.sum()), 'request')}, fewer than {LEAST}")
        return
    answers = data.template(data.kinds[kind]).cancellation
    low, high = answering_times(data, asked, until, answered, answers)
    estimated = fitted(data.sample_of_claims(low, high, theirs), never=True)
    if estimated is None:
        yield Assumed(f"{path}.cancellation", f"fewer than {LEAST} answers")
        return
    said = _said(data, theirs, shipped_instead(data), 1 - estimated.ends)
    yield from _answers(data, f"{path}.cancellation", theirs, estimated, said)


def _said(data: TrainingData, theirs: Bools, at_once: Bools, silent: float) -> dict[str, float]:
    """What those who answer say: yes against no of all answers, sending at once where no label was printed yet."""
    plain = theirs & ~_blames(data)
    yes, no = data.status("accepted") & plain, data.status("refused") & plain
    weight = data.claim_weight
    accept, refuse = float(weight[yes].sum()), float(weight[no].sum())
    arranged, closed = data.log.of_orders("arranged"), data.log.claims.at("closed")
    unlabelled = np.isnan(arranged) | (arranged >= closed - 60)
    there = float(weight[(data.status("accepted", "refused") | at_once) & theirs & unlabelled].sum())
    ship = float(weight[at_once & theirs].sum()) / there if there else 0.0
    answers = max(accept + refuse, 1e-9)
    return {
        "accept": (1 - silent) * (1 - ship) * accept / answers,
        "refuse": (1 - silent) * (1 - ship) * refuse / answers,
        "ship": (1 - silent) * ship,
        "silent": silent,
    }


def _blames(data: TrainingData) -> Bools:
    """Reasons that blame the seller: there the reason game is played, and a yes means something else."""
    blame = [reason.value for reason in Reason if blames_the_seller(reason)]
    return np.isin(data.log.claims.word("reason"), blame)


def _answers(data: TrainingData, path: str, theirs: Bools, estimated: Estimated, said: dict[str, float]) -> Told:
    """The shares of what is said, each with its interval, and when it is looked at."""
    sample = estimated.sample
    status = data.status("accepted")
    answered = theirs & data.status("accepted", "refused")
    of_answers, interval, n = data.share_of_claims(status, answered)
    closed_share = data.share_of_claims(status, theirs & ~np.isnan(data.log.claims.at("closed")))[0]
    yield Finding(
        f"{path}.said",
        shares(said),
        sample.n,
        number(sample.censored),
        ends(interval),
        "accept among yes and no",
        "competing ends, one law of noticing for all",
        _within_the_clock(data),
        number(closed_share),
        beside={
            "accept_among_answers": number(of_answers),
            "answers": n,
            "silent": [number(1 - end) for end in estimated.ends_between()[::-1]],
        },
    )
    what = "cured part silent, interval-censored by opening hours"
    yield of_law(f"{path}.notice", estimated, Kind.WALL, what=what, identified=_within_the_clock(data))


def _within_the_clock(data: TrainingData) -> str:
    terms = data.base.policy.cancellation
    clock = "the clock" if terms is None or terms.clock is None else str(terms.clock)
    return (
        f"answers within {clock}; later than that and silence look alike; with one clock, noticing after a time "
        "and after a share of the clock look alike"
    )


def told_by_disputes(data: TrainingData, kind: int, path: str) -> Told:
    """How sellers of a type answer disputes, and when they look at them."""
    claims = data.log.claims
    if not (claims.has("dispute_opened") and claims.has("dispute_status")):
        yield Assumed(f"{path}.dispute", "the log does not tell of disputes and how they ended")
        return
    asked, until, answered = requests_at(data, DISPUTE)
    theirs, countered = (data.kind_of_claim == kind) & ~np.isnan(asked), offered(data) & ~np.isnan(asked)
    answers = data.template(data.kinds[kind]).dispute
    low, high = answering_times(data, asked, until, answered, answers)
    estimated = fitted(data.sample_of_claims(low, high, theirs), never=True) if int(theirs.sum()) >= LEAST else None
    if estimated is None:
        yield Assumed(f"{path}.dispute", f"{int(theirs.sum())} disputes, too few answers")
        return
    yield _said_in_disputes(data, f"{path}.dispute.said", theirs & answered, countered, estimated)
    yield from what_is_offered(data, f"{path}.dispute", theirs & countered)
    what = "cured part silent, interval-censored by opening hours"
    yield of_law(f"{path}.dispute.notice", estimated, Kind.WALL, what=what)


def _said_in_disputes(
    data: TrainingData, path: str, answered: Bools, countered: Bools, estimated: Estimated
) -> Finding:
    yes, weight = data.status("accepted", of="dispute_status") & ~countered, data.claim_weight
    share, interval, n = data.share_of_claims(yes, answered)
    where = answered & may_be_offered(data)
    counter = float(weight[where & countered].sum() / max(weight[where].sum(), 1e-9))
    accept, heard = without_plea(data, min(share / max(1 - counter, 1e-9), 1.0)), estimated.ends
    plain = heard * (1 - counter)
    said = {"accept": plain * accept, "refuse": plain * (1 - accept), "counter": heard * counter}
    return Finding(
        path, shares(said | {"silent": 1 - heard}), estimated.sample.n, number(estimated.sample.censored),
        ends(interval), "accept among answers" if countered.any() else "accept among yes and no",
        "competing ends, one law of noticing for all", "by how much a plea helps",
        beside={"accept_among_answers": number(share), "answers": n},
    )  # fmt: skip


def without_plea(data: TrainingData, seen: float) -> float:
    """What a seller would say to those who do not write first, given what all heard together."""
    from scipy import optimize

    plea = data.base.buyers.plea
    if plea is None or not 0 < seen < 1:
        return seen

    def misses(accept: float) -> float:
        return (1 - plea.probability) * accept + plea.probability * with_odds(accept, plea.odds) - seen

    return float(optimize.brentq(misses, 0.0, 1.0))
