"""Does a fit find the world that wrote the log? A study on drawn worlds, their logs dirty and cut.

    python -m tests.evidence.recovery --worlds 40 --out recovery.jsonl
    python -m tests.evidence.recovery --worlds 200 --first 100 --without-desks --out laws.jsonl

Every world has two types of sellers by roster, desks of one, hours 12 to 18, a four-day clock; half a year of
orders. Its log has 1 % spoilt rows, 2 % duplicates, four ways to write an instant, two zones, bank dates without
hours, and a cut. Each line of the file is one world: of every input the truth, the estimate and the interval; and
the verdicts on eight held-out weeks, from the same world and from two in which one input had changed by a quarter;
and what the true world and the fitted one say of success and of a shorter clock. Silence and the spread of noticing
are drawn far beyond what the search takes for usual.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sim
from sim.evidence.finding import Finding
from sim.evidence.fitted_scenario import scenario_of
from sim.evidence.fitting import Fit, learnt, opened, training_data_of
from sim.evidence.held_out import HeldOut, held_against
from sim.evidence.mapping import load_mapping
from sim.evidence.refits import JUDGED_IN, Bootstrap, told
from sim.experiment.light import sums_of_one
from sim.experiment.replication import calendars_of, play
from sim.scenario.distributions.combined import quantile_of
from sim.scenario.model import Scenario
from sim.scenario.resolved import resolved_yaml
from sim.show.exported import all_orders
from tests.evidence.logs import RULED, STATUS
from tests.regression.program import SCENARIOS

KINDS = {"t1": "prompt", "t2": "slow"}
TURN, CUT, FIRST = "2019-03-04", "2019-04-29", "2018-09-03"
MAPPING = f"""
orders:
  file: orders.csv
  columns: {{order: order_ref, paid: paid_at, seller: shop_id, arranged: label_at, dispatched: shipped_at,
    delivered: delivered_at, value: value, method: method}}
claims:
  file: claims.csv
  columns: {{order: order_ref, requested: req_ts, closed: closed_utc, status: state, reason: reason,
    dispute_opened: dispute_at, dispute_closed: dispute_over, dispute_status: dispute_state,
    mediation_opened: mediation_at, mediation_closed: mediation_over, ruling: ruling,
    return_posted: posted_at, return_received: received_at, refund_due: approved_ms, refunded: bank_date}}
formats: {{default: "%Y-%m-%d %H:%M:%S", req_ts: "%d/%m/%Y %H:%M", closed_utc: iso, approved_ms: epoch_ms,
  bank_date: {{format: "%Y%m%d", means: a day}}}}
zone: {{default: Asia/Shanghai, closed_utc: UTC}}
words:
  status: {{ACCEPT: accepted, REJECT: refused, SHIPPED: shipped, WITHDRAWN: withdrawn, TIMEOUT: silence,
    FREE: free, PENDING: open}}
  dispute_status: {{ACCEPT: accepted, REJECT: refused, WITHDRAWN: withdrawn, TIMEOUT: silence, PENDING: open}}
cut: {CUT}
period: {{fit: {FIRST}..{TURN}, hold_out: {TURN}..{CUT}}}
types: {{find: 2}}
base: base.yaml
"""
CHANGES = {
    "buyers.regret.probability": ("buyers.regret.probability", 1.25),
    "orders a day": ("market.orders_per_day", 1.25),
    "accepting": ("accept", 0.75),
    "dispatch": ("dispatch", 1.25),
}
"""Hidden changes after the turn, by what they are called; those of sellers are made to both types."""


def drawn(number: int) -> Scenario:
    """A world: everything that a log can tell is drawn, the rest is the article's."""
    luck = np.random.default_rng([15, number])

    def between(low: float, high: float) -> float:
        return round(float(luck.uniform(low, high)), 3)

    def kind(arrange: float, dispatch: float) -> dict[str, Any]:
        silent, accept = between(0.02, 0.35), between(0.6, 0.9)
        said = {"accept": round((1 - silent) * accept, 6), "ship": 0.0, "silent": silent}
        said["refuse"] = round(1 - said["accept"] - silent, 6)
        median = between(2, 12)
        notice = {"lognormal": {"median": f"{median} h", "p95": f"{round(median * between(2.5, 10), 3)} h"}}
        yes, silence = between(0.3, 0.6), between(0.02, 0.3)
        dispute = {"accept": yes, "refuse": round(1 - yes - silence, 6), "counter": 0.0, "silent": silence}
        return {
            "share": 0.5,
            "arrange": {"exponential": {"mean": f"{arrange} bd"}},
            "dispatch": {"exponential": {"mean": f"{dispatch} bd"}},
            "cancellation": said
            | {"notice": notice, "notice_share_of_clock": "none", "asks_to_change_reason": 0.0}
            | {"handling": {"exponential": {"mean": "25 min of work"}}},
            "dispute": dispute | {"notice": {"lognormal": {"median": f"{between(15, 40)} h", "p95": "5 d"}}},
        }

    types = {"prompt": kind(between(0.4, 0.7), between(1, 1.8)), "slow": kind(between(0.8, 1.4), between(3, 4.5))}
    weights = 1 / np.arange(1, 101) ** between(0.4, 0.7)
    roster = [
        {"seller": str(one), "share": float(f"{share:.6g}"), "type": ("prompt", "slow")[int(luck.random() < 0.4)]}
        for one, share in enumerate(weights / weights.sum())
    ]
    posting = {
        "card": {"lognormal": {"median": f"{between(2, 4)} bd", "p95": f"{between(6, 10)} bd"}},
        "wallet": {"lognormal": {"median": f"{between(0.4, 0.8)} bd", "p95": "2.5 bd"}},
    }
    median = between(14, 22)
    return sim.load(SCENARIOS / "aliexpress.yaml").with_changes(
        {
            "name": f"drawn-{number}",
            "start": "2018-08-06",
            "experiment.warm_up": "28 d",
            "experiment.cohort": "238 d",
            "experiment.run_out": "0 d",
            "experiment.seed": 1000 + number,
            "calendars.seller.hours": {"mon-fri": "12:00-18:00"},
            "market.peaks": "none",
            "market.orders_per_day": between(350, 450),
            "market.sellers.types": {"stalls": "none", "absent": "none", **types},
            "market.sellers.roster": roster,
            "market.sellers.staff": 1,
            "market.carrier.transit": {
                "lognormal": {"median": f"{median} d", "p95": f"{round(median * 1.9, 3)} d"}
            },
            "policy.cancellation.clock": "4 d",
            "policy.cancellation.free_until": "none",
            "policy.refund.posting": posting,
            "buyers.regret.probability": between(0.06, 0.12),
            "buyers.regret.found_cheaper": "none",
            "buyers.regret.reasons": {"no_answer": 0, "out_of_stock": 0, "raised_price": 0},
            "buyers.goes_on": between(0.6, 0.9),
            "buyers.escalation.probability": between(0.3, 0.7),
            "policy.mediation.staff": 4,
        }
    )


# ----------------------------------------------------------------------------------------- logs


def tables_of(scenario: Scenario) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What happened, in clean columns."""
    calendars = calendars_of(scenario)
    records = play(scenario, 0, calendars, engine="compiled")
    table = all_orders(scenario, 0, records, calendars)
    said = pd.Series(RULED[records.draws.claims["mediation.disposition"]], index=records.claims["order"])
    table = table.assign(said=table["order"].map(said))[table["paid_at"] >= FIRST]
    orders = table.rename(
        columns={"arranged_at": "label_at", "dispatched_at": "shipped_at", "payment_method": "method"}
    ).assign(order_ref=table["order"], shop_id=table["seller"])
    claims = table[table["request_opened_at"].notna() | table["dispute_opened_at"].notna()]
    how = claims["request_settled_by"].astype(object)
    accepted = (claims["route"] == "cancellation") & (claims["outcome"] == "refunded")
    disputed = claims["dispute_settled_by"].astype(object)
    contested = claims["return_posted_at"] < claims["mediation_opened_at"]  # at the inspection of what came back
    for_buyer = (claims["route"] == "dispute") & (claims["outcome"] != "refused") | contested
    return orders, pd.DataFrame(
        {
            "order_ref": claims["order"],
            "req_ts": claims["request_opened_at"],
            "closed_utc": claims["request_settled_at"],
            "state": how.map(STATUS).mask(how == "answered", accepted.map({True: "ACCEPT", False: "REJECT"})),
            "reason": claims["reason"],
            "dispute_at": claims["dispute_opened_at"],
            "dispute_over": claims["dispute_settled_at"],
            "dispute_state": disputed.map(STATUS).mask(
                disputed == "answered", for_buyer.map({True: "ACCEPT", False: "REJECT"})
            ),
            "mediation_at": claims["mediation_opened_at"],
            "mediation_over": claims["mediation_settled_at"],
            "ruling": claims["said"].where(claims["mediation_settled_at"].notna()),
            "posted_at": claims["return_posted_at"],
            "received_at": claims["return_received_at"],
            "approved_ms": claims["refund_due_at"],
            "bank_date": claims["refunded_at"],
        }
    )


TOLD_AT = {"state": "closed_utc", "dispute_state": "dispute_over", "ruling": "mediation_over"}


def known_at_the_cut(table: pd.DataFrame) -> pd.DataFrame:
    """What happened later is not in it."""
    known = table.copy()
    for name in known.select_dtypes("datetime"):
        known[name] = known[name].where(known[name] < CUT)
    for word, instant in TOLD_AT.items():
        if word in known:
            known[word] = known[word].where(known[instant].notna(), "" if word == "ruling" else "PENDING")
            if word == "dispute_state":
                known[word] = known[word].where(known["dispute_at"].notna(), "")
            if word == "state":
                known[word] = known[word].where(known["req_ts"].notna(), "")
    return known


def written(claims: pd.DataFrame, luck: np.random.Generator) -> pd.DataFrame:
    """As four programmers would have written it down, spoilt and doubled."""
    zone = "Asia/Shanghai"
    utc = claims["closed_utc"].dt.tz_localize(zone).dt.tz_convert("UTC")
    approved = claims["approved_ms"].dt.tz_localize(zone)
    known = claims["approved_ms"].notna()
    epoch = (approved[known] - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(milliseconds=1)
    told = claims.assign(
        req_ts=claims["req_ts"].dt.strftime("%d/%m/%Y %H:%M"),
        closed_utc=utc.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        approved_ms=epoch.astype("int64").astype(str).reindex(claims.index).astype(object),
        bank_date=claims["bank_date"].dt.strftime("%Y%m%d"),
    )
    spoilt = luck.random(len(told)) < 0.01
    told["req_ts"] = told["req_ts"].mask(spoilt, "30/02/2018 99:99")
    earlier = told[luck.random(len(told)) < 0.02].assign(
        closed_utc="", state="PENDING", approved_ms="", bank_date=""
    )
    return pd.concat([earlier, told], ignore_index=True)


Tables = tuple[pd.DataFrame, pd.DataFrame]


def log_in(folder: Path, number: int, tables: Tables, later: Tables | None = None) -> Path:
    """The log of a world in a folder, and the mapping's path; `later` is of what it becomes at the turn."""
    orders, claims = tables
    if later is not None:
        after_orders, after_claims = later
        orders = pd.concat([orders[orders["paid_at"] < TURN], after_orders[after_orders["paid_at"] >= TURN]])
        last = int(orders.loc[orders["paid_at"] < TURN, "order"].max())
        parts = [claims[claims["order_ref"] <= last], after_claims[after_claims["order_ref"] > last]]
        claims = pd.concat(parts, ignore_index=True)
    columns = ["order_ref", "paid_at", "shop_id", "label_at", "shipped_at", "delivered_at", "value", "method"]
    orders = known_at_the_cut(orders[orders["paid_at"] < CUT][columns])
    claims = known_at_the_cut(claims)
    claims = claims[claims["req_ts"].notna() | claims["dispute_at"].notna()]
    orders.to_csv(folder / "orders.csv", index=False, date_format="%Y-%m-%d %H:%M:%S")
    luck = np.random.default_rng([16, number])
    written(claims, luck).to_csv(folder / "claims.csv", index=False, date_format="%Y-%m-%d %H:%M:%S")
    base = drawn(number).with_changes({"market.sellers.roster": "none", "market.sellers.count": 10})
    (folder / "base.yaml").write_text(resolved_yaml(base), encoding="utf-8")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return folder / "mapping.yaml"


# --------------------------------------------------------------------------------------- inputs


def number_at(scenario: Scenario, path: str, about: str) -> float:
    """What an interval is about, of a scenario."""
    at: Any = scenario
    if scenario.policy.mediation is not None and scenario.policy.mediation.by_ruling is None:
        path = re.sub(r"\.by_ruling\.\w+", "", path)  # no ruling takes its own time: all take that of all
    for step in path.removesuffix(".said").split("."):
        at = at[step] if isinstance(at, dict) else getattr(at, step)
    if about == "mean":
        return float(at.mean())
    if about == "median":
        return quantile_of(at.to_law() if hasattr(at, "to_law") else at, 0.5)
    if about == "accept among yes and no":
        return float(at.accept / (at.accept + at.refuse))
    if about == "for the buyer":
        return float(at.buyer)
    return float(at.at_most() if hasattr(at, "at_most") else at)


UNITS = {"d": 86_400, "bd": 86_400, "h": 3_600, "min": 60, "s": 1}


def in_seconds(end: Any) -> float:
    """One end of an interval."""
    found = re.match(r"([0-9.]+) (\w+)", end) if isinstance(end, str) else None
    return float(found[1]) * UNITS[found[2]] if found else float(end)


NOT_DRAWN = (
    *("market.hours", "market.weekdays", "market.peaks", "market.payment_methods", "buyers.regret.reasons"),
    *("market.sellers.count", "market.sellers.concentration"),
)
"""Findings that are no input of the worlds that are drawn, or the same in all."""


def inputs_of(fitted: Fit, truth: Scenario) -> Iterator[dict[str, Any]]:
    """Of every input with an interval: the truth, what was found, and whether the interval holds the truth."""
    for one in fitted.findings:
        if one.interval is None or one.path in NOT_DRAWN or one.path.endswith(".share"):
            continue
        path = one.path
        for found, true in KINDS.items():
            path = path.replace(f"types.{found}.", f"types.{true}.")
        true_value = number_at(truth, path, one.about)
        value = number_at(fitted.scenario, one.path, one.about)
        low, high = (in_seconds(end) for end in one.interval)
        if ".dispute.said" in path:
            continue  # its interval is of what those heard who wrote first, and those who did not, together
        yield {"path": path, "about": one.about, "true": true_value, "found": value, "low": low, "high": high}
    by_then = [
        number_at(one, "buyers.regret.probability", "share")
        * float(one.buyers.regret.after.cdf(np.array([172_800.0]))[0])
        for one in (truth, fitted.scenario)
    ]
    path = "buyers.regret (minds changed within 2 d)"
    yield {"path": path, "about": "share", "true": by_then[0], "found": by_then[1], "low": None, "high": None}
    yield from inside_the_clock(fitted.scenario, truth)
    for found, true in KINDS.items():
        answers = fitted.scenario.market.sellers.types[found].cancellation
        silent = truth.market.sellers.types[true].cancellation.silent
        path = f"market.sellers.types.{true}.cancellation.silent"
        said = next(one for one in fitted.findings if one.path.endswith(f"{found}.cancellation.said"))
        low, high = said.beside["silent"]
        yield {"path": path, "about": "share", "true": silent, "found": answers.silent, "low": low, "high": high}


CLOCKS = {"cancellation": 4 * 86_400.0, "dispute": 5 * 86_400.0}


def inside_the_clock(found: Scenario, truth: Scenario) -> Iterator[dict[str, Any]]:
    """What can be seen of noticing and silence: who looks within the clock, and when half of those have."""
    for (of_found, of_true), (stage, clock) in product(KINDS.items(), CLOCKS.items()):
        told = []
        for scenario, kind in ((truth, of_true), (found, of_found)):
            answers = getattr(scenario.market.sellers.types[kind], stage)
            law = answers.notice.to_law() if hasattr(answers.notice, "to_law") else answers.notice
            by_then = float(law.cdf(np.array([clock]))[0])
            told.append((float(law.ppf(np.array([by_then / 2]))[0]), 1 - (1 - answers.silent) * by_then))
        for about, true, value in zip(("median", "share"), *told, strict=True):
            what = "notice" if about == "median" else "silent"
            path = f"market.sellers.types.{of_true}.{stage}.{what} (inside the clock)"
            yield {"path": path, "about": about, "true": true, "found": value, "low": None, "high": None}


def changed(scenario: Scenario, what: str) -> Scenario:
    """The same world with one input a quarter larger or smaller."""
    name, factor = CHANGES[what]
    if "." in name:
        return scenario.with_changes({name: number_at(scenario, name, "share") * factor})
    changes: dict[str, Any] = {}
    for kind, answers in scenario.market.sellers.types.items():
        path = f"market.sellers.types.{kind}"
        if name == "accept":
            yes = answers.cancellation.accept
            less = {"accept": yes * factor, "refuse": answers.cancellation.refuse + yes * (1 - factor)}
            changes |= {f"{path}.cancellation.{word}": round(value, 9) for word, value in less.items()}
        else:
            mean = answers.dispatch.mean() / 86_400
            changes[f"{path}.dispatch"] = {"exponential": {"mean": f"{mean * factor:.6f} bd"}}
    return scenario.with_changes(changes)


def world(number: int, folder: Path) -> dict[str, Any]:
    """One world of the study."""
    truth = drawn(number)
    tables = tables_of(truth)
    mapped = load_mapping(log_in(folder, number, tables))
    fitted = learnt(opened(mapped), jobs=1)
    return {
        "world": number,
        "inputs": list(inputs_of(fitted, truth)),
        "right": {one.name: one.verdict for one in fitted.judged} | {"all": fitted.verdict},
        "changed": dict(verdicts_of_changes(fitted, truth, tables, folder, number)),
        "chain": {name: chain_of(one) for name, one in (("true", truth), ("found", fitted.scenario))},
    }


def world_without_desks(number: int, folder: Path) -> dict[str, Any]:
    """The same of what is learnt without living through anything: a sixth of the time, for many more worlds."""
    truth = drawn(number)
    mapped = load_mapping(log_in(folder, number, tables_of(truth)))
    given = opened(mapped)
    data, calendars = training_data_of(given), given.calendars
    findings = tuple(one for one in told(data, calendars) if isinstance(one, Finding))
    scenario = scenario_of(data, findings, truth.name, {})
    inputs = inputs_of(Fit(scenario, findings, (), (), (), (), data, Bootstrap(data, calendars, findings)), truth)
    by_desks = re.compile(r"\.notice|\.silent")
    return {"world": number, "inputs": [one for one in inputs if not by_desks.search(one["path"])]}


def verdicts_of_changes(
    fitted: Fit, truth: Scenario, tables: Tables, folder: Path, number: int
) -> Iterator[tuple[str, dict[str, str]]]:
    """Two hidden changes after the turn, and what is said of the weeks that follow it."""
    bands = None
    for turn in range(2):
        what = list(CHANGES)[(number + 2 * turn) % len(CHANGES)]
        mapped = load_mapping(log_in(folder, number, tables, tables_of(changed(truth, what))))
        given, span = opened(mapped), mapped.mapping.period.hold_out
        assert span is not None
        held_out = HeldOut(given.log, given.start, span)
        bands = bands or held_out.expected(fitted.scenario, fitted.refits(JUDGED_IN))
        seen = held_against(held_out.seen(), bands)
        yield what, {one.name: one.verdict for one in seen}


def chain_of(scenario: Scenario) -> dict[str, float]:
    """Success, and refunds per 1,000 orders, as the policy is and with two days in which silence approves."""
    shorter = {"policy.cancellation.clock": "2 d", "policy.cancellation.on_silence": "approve"}
    lasts = {"experiment.cohort": "91 d", "experiment.run_out": "60 d", "experiment.seed": 7}
    told: dict[str, float] = {}
    for name, changes in (("as it is", {}), ("shorter", shorter)):
        one = scenario.with_changes(lasts | changes)
        sums = [sums_of_one(one, each, ("success_rate",), engine="compiled")["success_rate"] for each in range(6)]
        refunded, claims = np.sum(sums, axis=0)
        thousands = 6 * 91 * one.market.orders_per_day / 1000
        told |= {f"success, {name}": refunded / claims, f"refunds per 1,000 orders, {name}": refunded / thousands}
    return told


# ---------------------------------------------------------------------------------------- study


def told_together(worlds: list[dict[str, Any]]) -> Iterator[str]:
    """The study in lines: by input the mean error relative to the truth, and how many intervals hold it."""
    rows = pd.DataFrame([{"world": one["world"], **each} for one in worlds for each in one["inputs"]])
    yield f"{len(worlds)} worlds"
    for path, some in rows.groupby("path"):
        error = some["found"].mean() / some["true"].mean() - 1
        spread = (some["found"] / some["true"] - 1).std()
        held = ((some["low"] <= some["true"]) & (some["true"] <= some["high"]))[some["low"].notna()]
        unsure = np.sqrt(held.mean() * (1 - held.mean()) / max(len(held), 1))
        inside = f"{held.mean():.1%} of {len(held)} (standard error {unsure:.1%})" if len(held) else "none"
        yield f"{path:70} off by {error:+.1%} sd {spread:.1%}  intervals hold it: {inside}"
    of_all = rows[rows["low"].notna()]
    yield f"all intervals: {((of_all['low'] <= of_all['true']) & (of_all['true'] <= of_all['high'])).mean():.1%}"
    if not all("chain" in one for one in worlds):
        return
    verdicts = [one["right"]["all"] for one in worlds]
    yield "the world is right: " + ", ".join(f"{word} {verdicts.count(word)}" for word in sorted(set(verdicts)))
    for what in CHANGES:
        seen = ["differs" in one["changed"][what].values() for one in worlds if what in one["changed"]]
        yield f"a quarter more or less of {what}: seen to differ in {sum(seen)} of {len(seen)}"
    yield from told_of_the_chain(worlds)


def told_of_the_chain(worlds: list[dict[str, Any]]) -> Iterator[str]:
    """Success, and what a shorter clock brings, in worlds as they are and as they were found."""
    true, found = (pd.DataFrame([one["chain"][side] for one in worlds]) for side in ("true", "found"))
    for name in true:
        yield (
            f"{name}: true {true[name].mean():.4g}, found {found[name].mean():.4g}, "
            f"sd {(found[name] - true[name]).std():.2g}"
        )
    for what in ("success", "refunds per 1,000 orders"):
        gains = [side[f"{what}, shorter"] - side[f"{what}, as it is"] for side in (true, found)]
        off = gains[1].mean() / gains[0].mean() - 1
        yield f"{what}, gained: true {gains[0].mean():.4g}, found {gains[1].mean():.4g} ({off:+.1%})"


def main() -> None:
    """Add worlds to a file, and tell what all of them come to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--without-desks", action="store_true", help="only what is learnt without simulating")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    study = world_without_desks if arguments.without_desks else world
    for number in range(arguments.first, arguments.first + arguments.worlds):
        with tempfile.TemporaryDirectory() as folder, arguments.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(study(number, Path(folder))) + "\n")
    lines = arguments.out.read_text(encoding="utf-8").splitlines()
    sys.stdout.write("\n".join(told_together([json.loads(line) for line in lines])) + "\n")


if __name__ == "__main__":
    main()
