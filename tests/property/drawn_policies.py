"""Random policies: every lever may be missing, trivial or extreme; what levers need of each other is observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.property.drawn_laws import (
    WALL,
    Strategy,
    any_time,
    durations,
    mostly,
    never_or,
    none_or,
    parts,
    parts_of_a_whole,
    some,
    wall,
    work,
)

File = dict[str, Any]


def windows(*anchors: str) -> Strategy:
    return st.fixed_dictionaries({"after": some(*anchors), "within": durations})


def last_windows(*anchors: str) -> Strategy:
    """A window, or the earlier or later of one and a fixed day. (A row that names a day alone would not fit.)"""
    return mostly(windows(*anchors), dated(windows(*anchors)))


def dated(counted: Strategy, *which: str) -> Strategy:
    """The earlier or later of what is counted and a fixed day."""
    day = {"until": some("2018-10-03", "2018-10-08"), "whichever": some(*(which or ("earlier", "later")))}
    return st.tuples(counted, st.fixed_dictionaries(day)).map(lambda parts: parts[0] | parts[1])


def put_off(counted: Strategy) -> Strategy:
    """What a fixed day can only put off."""
    return mostly(counted, dated(counted, "later"))


def or_a_day(counted: Strategy) -> Strategy:
    """What is counted, or the earlier or later of it and a fixed day, or that day alone."""
    day = {"after": "paid", "within": "none", "until": "2018-10-05"}
    return mostly(counted, dated(counted) | st.just(day))


def limits(*anchors: str) -> Strategy:
    """A bare duration, or so long after one of these instants, or the earlier or later of that and a day."""
    bare = st.fixed_dictionaries({"within": durations})
    return none_or(mostly(durations, mostly(windows(*anchors), dated(bare | windows(*anchors)))))


def rows(terms: Mapping[str, Strategy]) -> Strategy:
    """Rows over the levers for all, each of which says some of them."""
    row = st.fixed_dictionaries({}, optional=terms)
    return mostly(st.just({}), st.dictionaries(some(*KINDS), row))


def by_claim(terms: Strategy, not_received: Strategy) -> Strategy:
    """A default or a row for regret, with rows for other claims beside them or over them."""
    rows = {"regret": terms, "defect": none_or(terms)}
    return st.fixed_dictionaries({"default": terms, "not_received": not_received}, optional=rows) | (
        st.fixed_dictionaries({"regret": terms}, optional={"not_received": not_received, "defect": terms})
    )


@st.composite
def policies(draw: st.DrawFn, methods: Sequence[str]) -> File:
    mediated = draw(mostly(some(True), some(False)))
    promise = draw(none_or(put_off(windows("paid", "arranged", "dispatched"))))
    before = ["promised"] * (promise != "none" and promise["after"] != "dispatched")
    limit = draw(mostly(some("none"), mostly(durations, put_off(windows("paid", "arranged", *before)))))
    if promise != "none" and (limit == "none" or isinstance(limit, str)):
        promise["after"] = draw(some(promise["after"], *["dispatch_due"] * (limit != "none")))
    anchors = ["delivered", "paid", "arranged", "dispatched", "asked"]
    anchors += ["promised"] * (promise != "none") + ["dispatch_due"] * (limit != "none")
    clocked = {"clock": mostly(durations, some("none"))}
    silence = ("approve", "decline", "close") + ("escalate", "may_escalate") * mediated
    cancelled = clocked | {"on_silence": some(*silence)}
    sent_back = returns(mediated, limits(*anchors, "decided", "opened"))
    disputed, missed = (disputes(silence, mediated, known) for known in (anchors, anchors[1:]))
    called = limits(*anchors[1:], "decided", "opened")
    refund = draw(refunds(methods))
    return {
        "promise": promise,
        "dispatch": {"limit": limit, "on_miss": draw(some("refund", "nothing"))},
        "cancellation": draw(mostly(cancellations(cancelled, anchors), some("none"))),
        "dispute": draw(mostly(by_claim(disputed, none_or(missed)), some("none"))),
        "mediation": draw(mediations(called)) if mediated else "none",
        "return": draw(mostly(by_claim(sent_back, none_or(sent_back)), some("none"))),
        "refund": refund,
        "chargeback": draw(none_or(chargebacks(methods, promise != "none"))),
    }


KINDS = ("regret", "not_received", "defect")


@st.composite
def refunds(draw: st.DrawFn, methods: Sequence[str]) -> File:
    """Where no limit ends it, the bank does post the money."""
    limit = limits("paid", "asked", "decided")
    within = draw(limit)
    some_post = {"posting": st.dictionaries(some(*methods), any_time)}
    by_claim = draw(rows({"within": limit} | some_post))
    unlimited = "none" in (within, *(row.get("within") for row in by_claim.values()))
    posting = any_time if unlimited else never_or(any_time)
    runs = st.fixed_dictionaries(
        {
            "weekdays": some(["mon"], ["thu", "mon"], ["mon", "tue"]),  # every calendar knows Mondays
            "at": some("00:00", "17:30"),
            "cut_off": some("0", "1 d", "3 d"),
        }
    )
    posting = {method: draw(posting) for method in methods}
    runs = draw(mostly(some("none"), runs))
    return {"runs": runs, "within": within, "by_claim": by_claim, "posting": posting}


@st.composite
def chargebacks(draw: st.DrawFn, methods: Sequence[str], promised: bool) -> File:
    clock = draw(none_or(durations))
    return {
        "methods": draw(st.lists(some(*methods), min_size=1, unique=True)),
        "claims": draw(st.lists(some(*KINDS), min_size=1, unique=True)),
        "window": draw(
            st.just({"until": "2018-10-09"})
            | last_windows("decided", "paid", "delivered", *["promised"] * promised)
        ),
        "clock": clock,
        "on_silence": draw(some("approve", "decline")),
        "notice": draw(wall if clock == "none" else never_or(wall)),
        "rulings": draw(parts_of_a_whole("buyer", "seller")),
    }


def cancellations(clocked: Mapping[str, Strategy], anchors: Sequence[str]) -> Strategy:
    before_dispatch = some(*(anchor for anchor in anchors if anchor not in ("delivered", "asked")))
    free = or_a_day(st.fixed_dictionaries({"after": before_dispatch, "within": some("0", *WALL)}))
    lasts = {"after": mostly(st.just("paid"), before_dispatch), "within": never_or(wall)}
    window = or_a_day(st.fixed_dictionaries(lasts))
    trusted = {"trusted_free_until": none_or(free)}
    ships = {"ships_while_open": some("allowed", "held")}
    return st.fixed_dictionaries(
        {"window": window, "free_until": mostly(some("none"), free)} | clocked | ships | trusted
    )


@st.composite
def disputes(draw: st.DrawFn, silence: Sequence[str], mediated: bool, anchors: Sequence[str]) -> File:
    """One row, with every lever told. What the platform answers it need not take over."""
    by_platform = draw(mostly(some(False), some(mediated)))
    in_transit = draw(st.booleans())
    plus = mostly(st.just({}), st.fixed_dictionaries({"plus": never_or(wall)}))
    opens = [anchor for anchor in anchors if not (in_transit and anchor == "delivered")]
    never = {"after_refusal": some(False)}  # said, since a row lies over a default that may say otherwise
    stepping = st.fixed_dictionaries(
        {"buyer_may_after": none_or(durations), "by_itself_after": none_or(durations)} | never
    )
    stepping |= st.fixed_dictionaries({"by_itself_after": durations, "after_refusal": st.booleans()})
    offers = {"clock": mostly(durations, some("none")), "on_silence": some("approve", "decline", "close")}
    return {
        "opens": draw(windows(*opens)),
        "closes": draw(mostly(some("none"), st.tuples(last_windows(*anchors), plus).map(lambda of: of[0] | of[1]))),
        "while_in_transit": in_transit,
        "needs_consent": draw(mostly(some(True), some(False))),
        "answered_by": "platform" if by_platform else "seller",
        "clock": draw(durations if by_platform else mostly(durations, some("none"))),
        "on_silence": draw(some(*silence[:3] if by_platform else silence)),
        "rounds": draw(mostly(some(1, 2, 3), some(0))),
        "offer": draw(st.fixed_dictionaries(offers)),
        "steps_in": draw(none_or(stepping)) if mediated and not by_platform else "none",
    }


@st.composite
def mediations(draw: st.DrawFn, called: Strategy) -> File:
    clock = draw(none_or(durations))
    levers = {
        "on_silence": some("approve", "decline"),
        "escalate_within": called,
        "handling": mostly(some("1 h of work"), work),
        "rulings": parts_of_a_whole("buyer", "seller", "split"),
        "split_share": parts,
    }
    desk = {"staff": mostly(some(1), some("unlimited", 2, 3)), "discipline": some("fifo", "earliest_deadline")}
    times = st.fixed_dictionaries({}, optional={"notice": wall, "handling": work})
    by_ruling = st.fixed_dictionaries({}, optional=dict.fromkeys(("buyer", "seller", "split"), times))
    levers["by_ruling"] = mostly(some("none"), by_ruling)
    for_all = {"clock": st.just(clock), "notice": wall if clock == "none" else never_or(wall)}
    by_claim = {"by_claim": rows(levers | {"clock": durations, "notice": wall})}
    return draw(st.fixed_dictionaries(desk | for_all | levers | by_claim))


def returns(mediated: bool, posted: Strategy) -> Strategy:
    silence = ("approve", "close") + ("escalate", "may_escalate") * mediated
    inspected = st.fixed_dictionaries({"clock": mostly(durations, some("none")), "on_silence": some(*silence)})
    party = some("buyer", "seller", "platform")
    by_price = st.tuples(party, party).map(lambda pays: [{"below": 10, "payer": pays[0]}, {"payer": pays[1]}])
    terms = {"payer": mostly(party, by_price), "post_within": posted}
    terms |= {"lost_return": some("buyer_bears", "platform_bears"), "returnless_below": some(0, 10, 11)}
    steps, inspects = some("received", "posted", "notice"), st.just("inspected")
    of_inspections = [
        {"refund_on": inspects, "trusted_refund_on": none_or(steps | inspects)},
        {"refund_on": steps, "trusted_refund_on": inspects},
    ]
    with_inspection = st.one_of(
        *(st.fixed_dictionaries(terms | on | {"inspection": inspected}) for on in of_inspections)
    )
    on = {"refund_on": steps, "trusted_refund_on": none_or(steps), "inspection": st.just("none")}
    without = st.fixed_dictionaries(terms | on)
    return st.booleans().flatmap(lambda is_inspected: with_inspection if is_inspected else without)
