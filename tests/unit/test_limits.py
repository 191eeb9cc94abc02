"""Limits in a file: a bare duration or so long after a named instant, and what cannot be counted from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.rules.terms import UNNAMED, Since, Span, terms_of
from sim.scenario.durations import DAY, Kind
from sim.scenario.loading import load, load_with_places
from sim.scenario.resolved import resolved_yaml
from sim.scenario.sourcing import Unsourced
from sim.vocabulary import Anchor, ClaimKind
from tests.scenario_files import BASE_FILE, faults_of, spoilt, written
from tests.worlds import world

LIMITS = ("policy.dispatch.limit", "policy.mediation.escalate_within", "policy.return.default.post_within")
LIMITS += ("policy.refund.within",)


@pytest.mark.parametrize("path", LIMITS)
@pytest.mark.parametrize("bare", ["9", "soon", "never", "[1 d]"])
def test_a_bad_bare_limit_is_a_fault_of_the_limit(path: str, bare: str) -> None:
    (fault,) = faults_of(BASE_FILE, [f"{path}={bare}"])
    assert fault.startswith(f"--set: {path}: found ")
    assert "expected a" in fault


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        (
            "policy.dispatch.limit={after: asked, within: 3 d}",
            ".after: found 'asked', expected one of paid, arranged,",
        ),
        (
            "policy.refund.within={after: delivered, within: 3 d}",
            ".after: found 'delivered', expected one of paid,",
        ),
        (
            "policy.promise={after: promised, within: 3 d}",
            ".after: found 'promised', expected one of paid, dispatch_",
        ),
        ("policy.mediation.escalate_within={after: decided}", ".within: missing; this key has to be given"),
        ("policy.return.default.post_within={after: opend, within: 1 d}", ".after: found 'opend', expected one of"),
        ("policy.cancellation.window={after: asked, within: 1 d}", ".after: found 'asked', expected one of paid,"),
        ("policy.dispute.default.opens={after: opened}", ".after: found 'opened', expected one of paid,"),
        ("policy.refund.within={after: paid, until: 3 d}", ".within: missing; this key has to be given"),
        # chains that are never defined
        (
            "policy.mediation.escalate_within={after: dispatch_due, within: 3 d}",
            ".after: found 'dispatch_due', but",
        ),
        (
            "policy.cancellation.free_until={after: dispatch_due}",
            ".after: found 'dispatch_due', but policy.dispatch",
        ),
        ("policy.promise={after: dispatch_due, within: 3 d}", ".after: found 'dispatch_due', but policy.dispatch."),
        ("policy.mediation.by_claim.defect={escalate_within: {after: dispatch_due, within: 1 d}}", ".after: found"),
    ],
)
def test_an_instant_that_is_not_known_then_is_a_fault_that_says_what_is(limit: str, message: str) -> None:
    faults = faults_of(BASE_FILE, [limit])
    assert any(message in fault for fault in faults)
    assert all(fault.startswith(f"--set: {limit.split('=')[0]}") for fault in faults)


@pytest.mark.parametrize("promised", ["dispatched", "dispatch_due"])
def test_a_limit_is_not_counted_from_a_promise_that_waits_for_it(promised: str) -> None:
    changes = [f"policy.promise={{after: {promised}, within: 3 d}}"]
    (fault,) = faults_of(BASE_FILE, [*changes, "policy.dispatch.limit={after: promised, within: 3 d}"])
    assert (
        f"policy.dispatch.limit.after: found 'promised', but policy.promise is counted from '{promised}'" in fault
    )


def test_without_a_promise_nothing_is_counted_from_it() -> None:
    windows = ["policy.return.default.post_within={after: promised, within: 3 d}"]
    windows += ["policy.cancellation.window={after: promised, within: 3 d}", "policy.promise=none"]
    faults = faults_of(BASE_FILE, windows)
    assert len(faults) == 2
    assert all("found 'promised', but policy.promise is none" in fault for fault in faults)


def test_nothing_received_has_no_delivery_to_count_from() -> None:
    changes = ["buyers.not_received={probability: 0.5}", "policy.dispute.not_received={opens: {after: promised}}"]
    changes += ["policy.dispute.not_received.closes=none"]
    last_call = "policy.mediation.escalate_within={after: delivered, within: 3 d}"
    (fault,) = faults_of(BASE_FILE, [*changes, last_call])
    assert "policy.mediation.escalate_within.after: found 'delivered', but nothing was" in fault
    own_row = "policy.mediation.by_claim.not_received={escalate_within: 3 d}"
    assert load(BASE_FILE, [*changes, last_call, own_row])


def test_a_mapping_replaces_a_bare_limit_and_a_bare_limit_a_mapping(tmp_path: Path) -> None:
    named = written(tmp_path, "extends: base.yaml\npolicy: {refund: {within: {after: decided, within: 14 d}}}")
    assert terms_of(load(named), ClaimKind.REGRET).refund_within == Since(Anchor.DECIDED, Span(Kind.WALL, 14 * DAY))
    bare = load(named, ["policy.refund.within=3 d"])
    assert terms_of(bare, ClaimKind.REGRET).refund_within == Since(UNNAMED, Span(Kind.WALL, 3 * DAY))
    longer = load(named, ["policy.refund.within.within=15 d"]).policy.refund.within
    assert longer is not None
    assert (longer.after, longer.within.seconds) == (Anchor.DECIDED, 15 * DAY)


def test_a_limit_is_written_out_as_short_as_it_was() -> None:
    bare = resolved_yaml(load(BASE_FILE, ["policy.dispatch.limit=3 bd"]))
    named = resolved_yaml(load(BASE_FILE, ["policy.dispatch.limit={after: paid, within: 3 bd}"]))
    assert "limit: 3 bd" in bare
    assert "limit: {after: paid, within: 3 bd}" in named


def test_a_named_limit_needs_provenance_for_its_length(tmp_path: Path) -> None:
    text = spoilt("limit: none", "limit: {after: paid, within: 3 d}").replace("  policy: {", "  policy.refund: {")
    found: list[Unsourced] = load_with_places(written(tmp_path, text)).unsourced()
    assert "policy.dispatch.limit.within" in {".".join(map(str, one.path)) for one in found}


# ---------------------------------------------------------------------------------------- rows by claim kind


def test_a_row_says_only_what_differs_and_is_written_out_so(tmp_path: Path) -> None:
    row = "mediation: {by_claim: {defect: {clock: 3 d, rulings: {buyer: 0.9, seller: 0.1}}}}"
    scenario = load(written(tmp_path, f"extends: base.yaml\npolicy: {{{row}}}"))
    assert scenario.policy.mediation is not None
    defect = scenario.policy.mediation.of(ClaimKind.DEFECT)
    assert (defect.clock and defect.clock.seconds, defect.rulings.buyer, defect.staff) == (3 * DAY, 0.9, 2)
    assert scenario.policy.mediation.of(ClaimKind.REGRET).rulings.buyer == 0.6
    written_out = resolved_yaml(scenario)
    again = load(written(tmp_path, written_out, "again.yaml"))
    assert again == scenario
    assert "staff" not in written_out.split("by_claim:")[1].split("return:")[0]


def test_rows_merge_with_those_of_the_base(tmp_path: Path) -> None:
    base = "extends: base.yaml\npolicy: {mediation: {by_claim: {defect: {clock: 3 d, notice: 1 d}}}}"
    mediation = load(written(tmp_path, base), ["policy.mediation.by_claim.defect.clock=5 d"]).policy.mediation
    assert mediation is not None
    assert {name: str(getattr(mediation.of(ClaimKind.DEFECT), name)) for name in ("clock", "notice")} == {
        "clock": "5 d",
        "notice": "1 d",
    }


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("policy.mediation.by_claim={regrets: {}}", "by_claim.regrets: found 'regrets', expected one of regret"),
        ("policy.mediation.by_claim={regret: {staff: 3}}", "by_claim.regret.staff: unknown key"),
        (
            "policy.mediation.by_claim={regret: {notice: never}}",
            "by_claim.regret.notice: found a law that may be never",
        ),
        ("policy.refund.by_claim={regret: {posting: {cash: 1 d}}}", "by_claim.regret.posting.cash: 'cash' is not"),
    ],
)
def test_a_fault_in_a_row_is_reported_there(row: str, message: str) -> None:
    (fault,) = faults_of(BASE_FILE, [row])
    assert message in fault


def test_a_bank_that_may_never_post_needs_a_limit_for_every_kind() -> None:
    never = "policy.refund.posting.wallet=never"
    assert load(BASE_FILE, [never])
    (fault,) = faults_of(BASE_FILE, [never, "policy.refund.by_claim={defect: {within: none}}"])
    assert "policy.refund.posting.wallet: found a law that may be never" in fault
    assert load(BASE_FILE, [never, "policy.refund.by_claim={defect: {within: none, posting: {wallet: 1 d}}}"])


def test_a_platform_that_comes_after_a_refusal_says_when() -> None:
    (fault,) = faults_of(BASE_FILE, ["policy.dispute.regret.steps_in={after_refusal: true}"])
    assert "found after_refusal true, but by_itself_after is none" in fault


def test_free_until_and_the_limit_know_the_same_promise() -> None:
    scenario = world(
        {
            "policy.promise": {"within": "3 d"},
            "policy.cancellation.free_until": {"after": "promised", "within": "1 d"},
        }
    )
    assert terms_of(scenario, ClaimKind.REGRET).free_until == Since(Anchor.PROMISED, Span(Kind.WALL, DAY))


def test_a_law_in_a_row_takes_the_place_of_the_defaults_whatever_its_family(tmp_path: Path) -> None:
    default = "opens: {after: delivered}, clock: 3 d, on_silence: decline, closes: {after: delivered, within: 9 d"
    laws = "plus: {lognormal: {median: 1 d, p95: 3 d}}", "plus: {weibull: {shape: 0.7, scale: 3 d}}"
    rows = f"default: {{{default}, {laws[0]}}}}}, defect: {{closes: {{{laws[1]}}}}}"
    dispute = load(written(tmp_path, f"extends: base.yaml\npolicy: {{dispute: {{{rows}}}}}")).policy.dispute
    assert dispute is not None
    assert dispute.defect is not None
    assert dispute.defect.closes is not None
    law = dispute.defect.closes.plus
    assert law is not None
    assert law.weibull is not None
    assert law.lognormal is None
