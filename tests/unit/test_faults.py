"""Faults in plain words, each once, each where a person has to mend it."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import BadScenario, Fault
from sim.scenario.loading import load
from tests.scenario_files import BASE, faults_of, spoilt, written

ASSUMED = "buyers.regret.probability"
OR_UNLIMITED = "found 0, expected at least 1 or 'unlimited'"
UNLIMITED = "found 'unlimitd', expected a whole number or 'unlimited' — did you mean 'unlimited'?"
NO_PATH = (
    f"found '{ASSUMED.replace('regret', 'rogret')}', expected the path of a value; "
    "nothing is called 'rogret' — did you mean 'regret'?"
)


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("name: base", "name: A b", "2:7: name", "found 'A b', expected a short name of lower-case letters"),
        ("as_of: 2018\nstart", "as_of: '18'\nstart", "4:8: as_of", "found '18', expected a whole number"),
        ("start: 2018-10-01", "start: 1 May", "5:8: start", "found '1 May', expected a date such as 2018-"),
        ("start: 2018-10-01\n", "", "2:1: start", "missing; this key has to be given"),
        ("replications: 2", "replications: 0", "6:72: experiment.replications", "found 0, expected at least 1"),
        ("_day: 30", "_day: true", "12:19: market.orders_per_day", "found true, expected a number"),
        ("_day: 30", "_day: '30'", "12:19: market.orders_per_day", "found '30', expected a number"),
        ("_day: 30", "_day: .inf", "12:19: market.orders_per_day", "found .inf, which is not a finite number"),
        ("{card: 0.6", "{Card: 0.6", "15:21: market.payment_methods.Card", "found the key 'Card', expected a"),
        (
            "_day: 30",
            "_day: 30\n  weekdays: {mon: 0, tue: 0, wed: 0, thu: 0, fri: 0, sat: 0, sun: 0}",
            "13:13: market.weekdays",
            "found zero for every weekday",
        ),
        ("_day: 30", f"_day: 30\n  hours: {24 * [0]}", "13:10: market.hours", "found 24 zeros"),
        ("staff: 1\n", "staff: 0\n", "19:12: market.sellers.staff", OR_UNLIMITED),
        ("staff: 1\n", "staff: unlimitd\n", "19:12: market.sellers.staff", UNLIMITED),
        ("carrier: {tr", "carier: {tr", "33:3: market.carier", "unknown key — did you mean 'carrier'?"),
        (
            "{mean: 20 d",
            "{men: 20 d",
            "33:31: market.carrier.transit.gamma.men",
            "unknown key — did you mean 'mean'?",
        ),
        ("{not_needed: 3, other: 1}", "other", "38:14: buyers.regret.reasons", "found 'other', expected a mapping"),
        ("{not_needed: 3, other: 1}", "{}", "38:14: buyers.regret.reasons", "found an empty mapping, expected at"),
        ("ability: 0.2", "ability: *p", "36:18: buyers.regret.probability", "aliases (*p) are not read"),
        ("limit: none", "limit: 9", "41:21: policy.dispatch.limit", "found 9, expected a duration such as '36 h'"),
        ("limit: none", "limt: none", "41:14: policy.dispatch.limt", "unknown key — did you mean 'limit'?"),
        ("limit: none", "zzz: none", "41:14: policy.dispatch.zzz", "unknown key, expected limit or on_miss"),
        ("{limit: none}", "[none]", "41:13: policy.dispatch", "found a list of 1, expected a mapping"),
        (
            "silence: dec",
            "silence: dce",
            "46:17: policy.cancellation.on_silence",
            "found 'dceline', expected one of",
        ),
        ("clock: 9 d", "clock:", "45:11: policy.cancellation.clock", "found nothing, expected a value"),
        ("why: Nat", "wy: Nat", "10:48: calendars.seller.closed.wy", "unknown key — did you mean 'why'?"),
        (
            "[0.01, 0.3]",
            "[0.3, 0.01]",
            "62:30: provenance.buyers.regret.probability",
            "found the range [0.3, 0.01], expected [low",
        ),
        (
            ", range: [0.01, 0.3]",
            "",
            "62:30: provenance.buyers.regret.probability",
            "found an assumption without a range",
        ),
        ("  buyers.re", "  buyers.ro", "62:3: provenance.buyers.rogret.probability", NO_PATH),
    ],
)
def test_one_mistake_is_one_fault_in_plain_words(
    tmp_path: Path, old: str, new: str, place: str, message: str
) -> None:
    (fault,) = faults_of(written(tmp_path, spoilt(old, new)))
    assert fault.startswith(f"child.yaml:{place}: {message}")
    assert "Input should" not in fault


def test_what_a_row_inherits_is_reported_where_the_default_says_it(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path, spoilt("opens: {after: delivered}", "opens: {after: delivred}")))
    assert fault.startswith("child.yaml:49:22: policy.dispute.default.opens.after: found 'delivred'")


def test_what_a_row_and_its_default_lack_is_missing_once(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path, spoilt("      opens: {after: delivered}\n", "")))
    assert fault == "child.yaml:49:7: policy.dispute.default.opens: missing; this key has to be given"


def test_what_a_row_says_itself_is_reported_there(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path, spoilt("regret: {clock: 4 d}", "regret: {clock: 4}")))
    assert fault.startswith("child.yaml:53:21: policy.dispute.regret.clock: found 4")


def test_parts_that_do_not_fit_together_are_reported_where_they_are_written(tmp_path: Path) -> None:
    child = "extends: base.yaml\npolicy: {mediation: none, dispute: {default: {on_silence: escalate}}}"
    (fault,) = faults_of(written(tmp_path, child))
    assert fault.startswith("child.yaml:2:59: policy.dispute.default.on_silence: found 'escalate'")


def test_a_refused_value_is_not_reported_a_second_time_by_the_model(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path, spoilt("sd: 8 d", "sd: 08")))
    assert fault.startswith("child.yaml:33:47: market.carrier.transit.gamma.sd: found 08, a leading zero")


@pytest.mark.parametrize("text", [r'"\e[2J"', r'"a\u202eb"', "\x1b[2J", "é\u2028"])
def test_no_fault_carries_control_characters_to_the_terminal(tmp_path: Path, text: str) -> None:
    for spoil in (spoilt("name: base", f"name: {text}"), spoilt("promise:", f"{text}:"), f"extends: {text}\n"):
        assert all(fault.isprintable() for fault in faults_of(written(tmp_path, spoil)))


TEN = """\
name: Base
start: 2018-13-01
experiment: {warm_up: 28, cohort: 28 d, run_out: 60 d}
market: {orders_per_day: 1.0e+400, order_value: -1, payment_methods: {card: 0.9},
  sellers: {count: no, types: {all: {share: 1, arrange: 1 d, dispatch: 1 d,
    cancellation: {silent: 1}, dispute: {silent: 1}}}}, carrier: {transitt: 3 d}}
buyers: {regret: {probability: 2, after: 1 d}}
policy: {refund: {within: 3 days, posting: {card: 1 bd}}, refund: none}
"""


def test_ten_faults_are_ten_places_in_half_a_second_for_the_whole_process(tmp_path: Path) -> None:
    path = written(tmp_path, TEN)
    code = f"from sim.scenario.loading import load; load({str(path)!r})"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    places = {tuple(fault.split(":")[1:3]) for fault in faults_of(path)}
    assert len(faults_of(path)) == len(places) == 11
    assert seconds < 1, "processor time: a quarter to half a second"


WORDS = st.sampled_from(
    ["none", "never", "3 d", "0", "-1", "1e3", "[]", "{}", "x: 1", "card", "- a", "&a", "*a", "true", "'", "\n", ""]
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_scenario_file_with_random_damage_loads_or_has_faults(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    pieces = BASE.split(" ")
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, len(pieces) - 1))
        pieces[where] = data.draw(WORDS | st.sampled_from(pieces) | st.text(max_size=5))
    path = tmp_path_factory.mktemp("damaged") / "child.yaml"
    path.write_bytes(" ".join(pieces).encode(errors="surrogatepass"))
    assert all(str(fault).isprintable() for fault in _found(path))


def _found(path: Path) -> tuple[Fault, ...]:
    try:
        load(path)
    except BadScenario as error:
        return error.faults
    return ()
