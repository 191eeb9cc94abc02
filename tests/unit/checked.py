"""Checks of a busy market against baselines of other policies, for tests of what is said and drawn of a check.

They are put together from comparisons, so that every number is a real one; nothing here judges anything twice.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import inf, isnan, nan
from typing import Any

from sim.baselines.history import VERSION, CommitEntry, TrendPoint
from sim.baselines.judgement import (
    CHANGED,
    RULES,
    SCENARIO,
    UNCHANGED,
    Cause,
    Check,
    Example,
    MeasureCheck,
    NewScenario,
    NotLookedAt,
    Orphan,
    Recorded,
    ScenarioCheck,
)
from sim.experiment.comparison import Comparison
from sim.experiment.expectations import FAIL, PASS, ExpectationCheck
from sim.experiment.number import Number
from sim.experiment.verdicts import INCONCLUSIVE
from tests.unit.compared import comparison

WORDS = {"same": UNCHANGED, "silence-approves": CHANGED, "no-limit": INCONCLUSIVE}
"""The scenarios that are checked, and what the check comes to."""
HOSTILE = (
    "</script><img src=x onerror=alert(1)> | `code` [link](javascript:alert(1)) "
    "@everyone #1 \\ \"'&\u202e\x07 $x^2$"
)
"""A title that tries to be markup wherever it goes."""


@cache
def scenario_check(name: str = "silence-approves") -> ScenarioCheck:
    """The busy market, against itself under another policy."""
    one = comparison(name)
    verdict = WORDS.get(name, INCONCLUSIVE)
    return ScenarioCheck(
        scenario=name,
        file=f"scenarios/{name}.yaml",
        title=f"The title of {name}",
        currency="USD",
        verdict=verdict,
        is_identical=name == "same",
        is_paired=True,
        reason=_REASONS[verdict],
        advice=""
        if verdict == UNCHANGED
        else "Look at the stories below; record a new baseline if this was meant.",
        causes=() if verdict == UNCHANGED else _CAUSES,
        replications=3,
        confirming_replications=0 if name == "same" else 3,
        claims=930,
        measures=tuple(map(_judged, one.differences.to_dict("records"))),
        curves=_curves(one),
        flips=one.flips.drop(columns="scenario") if name != "same" else one.flips.iloc[:0],
        flip_pairs=one.flip_pairs.drop(columns="scenario") if name != "same" else one.flip_pairs.iloc[:0],
        examples=() if name == "same" else (_example(0, 58), _example(1, 205)),
        expectations=_EXPECTATIONS if name != "same" else (),
        recorded=Recorded(
            file=f"baselines/{name}.json",
            reason="clocks are counted from payment now" if name == "silence-approves" else "",
            changes=("market.orders_per_day=80",),
            versions={"refund-sim": "0.1.0", "numpy": "2.4.6"},
            platform="Linux x86_64, Python 3.11",
            outcomes="a" * 64,
        ),
        fingerprints={"scenario": "1" * 64, "draws": "2" * 64, "outcomes": "3" * 64},
    )


def check(*names: str, **changes: Any) -> Check:
    """A check of several scenarios; `changes` replace fields of the first."""
    first, *others = [scenario_check(name) for name in names or WORDS]
    scenarios = (replace(first, **changes), *others)
    return Check(scenarios, versions={"refund-sim": "0.1.0"}, platform="Linux x86_64, Python 3.11", seconds=1.25)


def left_over(text: str = "plain") -> Check:
    """A check of a scenario with a baseline, of a new one, and of a baseline without a scenario."""
    new = NewScenario("three", text, text, "USD", f"record one with: {text}", 6, 1, _EXPECTATIONS)
    orphan = Orphan(text, f"kept/{text}", f"remove it: {text}")
    return replace(check("same"), new=(new,), orphans=(orphan,), left_out=(NotLookedAt(f"old/{text}", text),))


def hostile() -> Check:
    """A check in which every text that a stranger may have written tries to be markup."""
    one = scenario_check("silence-approves")
    return check(
        "silence-approves",
        "no-limit",
        title=HOSTILE,
        file=HOSTILE,
        reason=HOSTILE,
        advice=HOSTILE,
        causes=tuple(
            replace(cause, what=HOSTILE, before=HOSTILE, now=HOSTILE, said=HOSTILE) for cause in one.causes
        ),
        examples=tuple(replace(example, command=HOSTILE) for example in one.examples),
        recorded=replace(one.recorded, file=HOSTILE, reason=HOSTILE, platform=HOSTILE),
    )


_REASONS = {
    UNCHANGED: "the fingerprints of draws and outcomes agree",
    CHANGED: "refunded in full moved by more than its margin, and did so again in other replications",
    INCONCLUSIVE: "half of all claims have their money after: the interval reaches over the margin",
}
_CAUSES = (
    Cause(SCENARIO, "policy.cancellation.on_silence", "decline", "approve", "the scenario file: silence approves"),
    Cause(RULES, "outcomes", "", "", "the same scenario and draws have other outcomes"),
)
_EXPECTATIONS = tuple(
    ExpectationCheck(measure, title, unit, sense, bound, Number(*now), 6, verdict, needed)
    for measure, title, unit, sense, bound, now, verdict, needed in (
        ("success_rate", "refunded in full", "share", "at_least", 0.6, (0.652, 0.63, 0.674), PASS, nan),
        ("silence_share", "settled by silence", "share", "at_most", 0.1, (0.114, 0.106, 0.122), FAIL, nan),
        ("refund_time_median_all", "half have it", "d", "at_most", 25.0, (24.9, 20.1, nan), INCONCLUSIVE, 40.0),
    )
)


def _example(replication: int, order: int) -> Example:
    words = f"--order {order} --replication {replication}"
    return Example(
        replication, order, "gave_up", "refunded", "cancellation", f"refund-sim trace scenarios/a.yaml {words}"
    )


def _judged(row: dict[Any, Any]) -> MeasureCheck:
    surely = Number(row["difference"], row["low_simultaneous"], row["high_simultaneous"])
    verdict = _verdict(surely, row["margin"]) if row["is_headline"] else ""
    return MeasureCheck(
        measure=row["measure"],
        title=row["title"],
        unit=row["unit"],
        baseline=_with_interval(row["base"], row["unit"]),
        now=_with_interval(row["other"], row["unit"]),
        difference=Number(row["difference"], row["low"], row["high"]),
        is_headline=row["is_headline"],
        surely=surely if row["is_headline"] else Number(nan),
        margin=row["margin"],
        more_is_better=row["measure"] not in ("silence_share", "refund_time_median_all", "postage_per_claim"),
        verdict=verdict,
        confirming=surely if verdict == CHANGED else None,
        is_confirmed=True if verdict == CHANGED else None,
        replications_needed=12.0 if verdict == INCONCLUSIVE else nan,
    )


def _verdict(surely: Number, margin: float) -> str:
    if isnan(surely.low):
        return UNCHANGED if surely.value == 0 else INCONCLUSIVE
    if max(-surely.low, surely.high) <= margin:
        return UNCHANGED
    return CHANGED if surely.low > margin or surely.high < -margin else INCONCLUSIVE


def _with_interval(value: float, unit: str) -> Number:
    """A tenth to each side: wide enough to be seen."""
    return Number(value, value * 0.95, min(value * 1.05, 1.0 if unit == "share" else inf))


def _curves(one: Comparison) -> Any:
    curves = one.curves.rename(columns={"base": "baseline", "other": "now"}).drop(columns="scenario")
    for name in ("baseline", "now"):
        curves[f"{name}_low"] = (curves[name] - 0.02).clip(lower=0)
        curves[f"{name}_high"] = (curves[name] + 0.02).clip(upper=1)
    return curves


def entries(
    commits: int = 12,
    *,
    scenario: str = "silence-approves",
    accepted: tuple[int, ...] = (7,),
    reason: str = "silence is an approval from this spring on, as the board decided in March",
) -> list[CommitEntry]:
    """A history that drifts a little, changes at commit 5 and has its change accepted at commit 7."""
    measures = {one.measure: one for one in scenario_check("silence-approves").headlines}
    found = []
    for number in range(commits):
        baselines = sum(number >= place for place in accepted)
        shift = 0.03 * (number >= 5) + 0.002 * (number % 3)
        points = {name: _point(one, shift, 0.03 * bool(baselines)) for name, one in measures.items()}
        is_changed = any(point.verdict == CHANGED for point in points.values())
        found.append(
            CommitEntry(
                version=VERSION,
                commit=f"{number + 1:03}{'0123456789abcdef' * 3}"[:40],
                date=f"2026-03-{number % 28 + 1:02}T10:00:00+00:00",
                scenario=scenario,
                verdict=CHANGED if is_changed else UNCHANGED,
                accepted=f"{baselines:064}",
                reason=reason if baselines else "",
                outcomes=f"{number:064}",
                measures=points,
            )
        )
    return found


def _point(one: MeasureCheck, shift: float, accepted: float) -> TrendPoint:
    """Moved by a share of its value; half of the movement is the baseline's own once it is accepted."""
    base, now = (one.baseline.value * (1 + by) for by in (accepted, shift))
    half, margin = abs(one.baseline.value) * 0.012, one.margin or 0.01
    return TrendPoint(
        title=one.title,
        unit=one.unit,
        baseline=(base, base - half, base + half),
        now=(now, now - half, now + half),
        margin=margin,
        verdict=CHANGED
        if abs(now - base) - half > margin
        else INCONCLUSIVE
        if abs(now - base) + half > margin
        else UNCHANGED,
    )
