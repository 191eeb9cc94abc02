"""`refund-sim compare`, and `trace --versus`: what they answer, what they write, what they refuse."""

from __future__ import annotations

import shlex
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from sim.experiment.replication import calendars_of, replicate
from sim.experiment.verdicts import HEADLINES, VERDICTS
from sim.records.life import OPENED, STEP_ACTIVITY
from sim.scenario.durations import NEVER
from sim.scenario.loading import load
from sim.show.comparison_files import folder_of
from sim.vocabulary import Stage
from tests.regression.program import SHORT, Ask, document, files_of, told
from tests.scenario_files import BASE_FILE, written

FINE, BAD_INPUT = 0, 2
WHAT_IFS = {
    "approves": "policy: {cancellation: {on_silence: approve}}",
    "quick": "policy: {cancellation: {clock: 3 d}}",
    "crowded": "market: {sellers: {count: 20}}",
}
CHARTS = {
    f"charts/{name}.{kind}" for name in ("differences", "difference_curves", "flips") for kind in ("svg", "png")
}
TABLES = {"differences.csv", "costs.csv", "flips.csv", "flip_pairs.csv", "curve_differences.csv"}
KEPT = {
    f"{table}.{kind}" for table in ("parted", "orders/base", "orders/approves") for kind in ("csv.gz", "parquet")
}


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take longer than all the rest."""
    monkeypatch.setattr("sim.show.charts.draw_all", lambda _: {})


def what_if(folder: Path, name: str) -> Path:
    """The file of a what-if, in a folder that also holds the base."""
    lines = ("extends: base.yaml", f"name: {name}", f"title: What {name} changes", WHAT_IFS[name])
    return written(folder, "\n".join(lines) + "\n", f"{name}.yaml")


# --------------------------------------------------------------------------------------------------------- answers


@pytest.mark.usefixtures("no_pictures")
def test_a_comparison_is_told_on_stdout_and_where_the_rest_is_on_stderr(ask: Ask, tmp_path: Path) -> None:
    answer = ask("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT)
    assert answer.code == FINE
    assert answer.out.startswith("Against base: A small marketplace\n")
    assert "approves · What approves changes" in answer.out
    assert max(len(line.rstrip()) for line in answer.out.splitlines()) <= 100
    assert answer.err.startswith("results and charts: results/base-versus-approves/\n")
    assert "\x1b" not in answer.out


@pytest.mark.usefixtures("no_pictures")
def test_the_order_it_says_to_follow_can_be_followed(ask: Ask, tmp_path: Path) -> None:
    advice = ask("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT).err.splitlines()[1]
    words = shlex.split(advice.partition("refund-sim ")[2])
    answer = ask(*words)
    assert (answer.code, answer.err) == (FINE, "")
    assert "here they part" in answer.out


@pytest.mark.usefixtures("no_pictures")
def test_json_is_the_document_of_the_folder_and_nothing_else(ask: Ask, tmp_path: Path) -> None:
    answer = ask("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT, "--json")
    assert (answer.code, answer.err) == (FINE, "")
    assert document(answer.out) == told(tmp_path / "results" / "base-versus-approves" / "comparison.json")


@pytest.mark.usefixtures("no_pictures")
def test_quiet_is_only_the_answer(ask: Ask, tmp_path: Path) -> None:
    answer = ask("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT, "-q")
    assert (answer.code, answer.err) == (FINE, "")
    assert "hold together" not in answer.out


@pytest.mark.usefixtures("no_pictures")
def test_a_scenario_against_itself_differs_in_nothing(ask: Ask) -> None:
    (scenario,) = document(ask("compare", BASE_FILE, BASE_FILE, *SHORT, "--json").out)["scenarios"]
    measures = scenario["measures"]
    assert {measure["difference"] for measure in measures.values()} <= {0.0, None}
    assert {measures[name]["verdict"] for name in HEADLINES} <= {"equivalent", "not_reached"}
    assert all(flip["base_outcome"] == flip["other_outcome"] for flip in scenario["flips"])
    assert {flip["parts_at"] for flip in scenario["flips"]} == {"never"}


@pytest.mark.slow
@pytest.mark.usefixtures("no_pictures")
def test_a_folder_among_the_others_is_all_of_it_but_the_base(ask: Ask, tmp_path: Path) -> None:
    market = tmp_path / "market"
    market.mkdir()
    for name in ("approves", "quick"):
        what_if(market, name)
    compared = document(ask("compare", market / "base.yaml", market, *SHORT, "--json").out)["scenarios"]
    assert [scenario["scenario"] for scenario in compared] == ["approves", "quick"]


@pytest.mark.usefixtures("no_pictures")
def test_scenarios_without_common_luck_are_compared_and_that_is_said(ask: Ask, tmp_path: Path) -> None:
    answer = ask("compare", BASE_FILE, what_if(tmp_path, "crowded"), *SHORT)
    assert answer.code == FINE
    assert "the number of sellers (15 and 20)" in " ".join(answer.out.split())
    (scenario,) = told(tmp_path / "results" / "base-versus-crowded" / "comparison.json")["scenarios"]
    assert (scenario["is_paired"], scenario["flips"]) == (False, [])
    assert scenario["apart"] == ["the number of sellers (15 and 20)"]


@pytest.mark.usefixtures("no_pictures")
def test_a_margin_given_is_the_margin_judged_by(ask: Ask, tmp_path: Path) -> None:
    words = ("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT, "--json", "--margin", "success_rate=0.9")
    answer = document(ask(*words).out)
    assert answer["headlines"]["success_rate"]["margin"] == 0.9
    assert answer["scenarios"][0]["measures"]["success_rate"]["margin"] == 0.9


@pytest.mark.slow
@pytest.mark.usefixtures("no_pictures")
def test_a_precision_says_how_it_ended_and_its_examples_can_be_followed(ask: Ask, tmp_path: Path) -> None:
    sure = ("--precision", "success_rate=0.2", "--max-replications", 20)
    answer = ask("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT, *sure)
    assert answer.code == FINE
    # Whether machine code has to be made depends on who ran before.
    _, advice, stopped = (line for line in answer.err.splitlines() if not line.startswith("compiling the faster"))
    assert stopped.startswith("base: precision reached after 10 replications: difference in success_rate ±0.")
    written = told(tmp_path / "results" / "base-versus-approves" / "comparison.json")
    assert written["stopped"] == stopped.removeprefix("base: ")
    assert ask(*shlex.split(advice.partition("refund-sim ")[2])).code == FINE


# --------------------------------------------------------------------------------------------------------- files


@pytest.mark.slow
def test_the_folder_holds_what_its_contents_page_says(ask: Ask, tmp_path: Path) -> None:
    assert ask("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT, "--out", "here").code == FINE
    folder = tmp_path / "here" / "base-versus-approves"
    scenarios = {"scenarios/base.yaml", "scenarios/approves.yaml"}
    always = {"comparison.json", "run.json", "report.html"} | TABLES | CHARTS
    assert set(files_of(folder)) == always | scenarios | KEPT
    assert load(folder / "scenarios" / "approves.yaml").name == "approves"
    assert set(told(folder / "run.json")) == {"schema_version", "base", "others", "files"}


@pytest.mark.slow
@pytest.mark.usefixtures("no_pictures")
def test_tables_say_what_the_document_says(ask: Ask, tmp_path: Path) -> None:
    ask("compare", BASE_FILE, what_if(tmp_path, "approves"), what_if(tmp_path, "quick"), *SHORT)
    folder = tmp_path / "results" / "base-versus-approves-and-quick"
    (approves, quick) = told(folder / "comparison.json")["scenarios"]
    differences = pd.read_csv(folder / "differences.csv").set_index(["scenario", "measure"])
    for scenario in (approves, quick):
        for name, measure in scenario["measures"].items():
            written_down = differences.loc[(scenario["scenario"], name), "difference"]
            assert measure["difference"] == pytest.approx(written_down, nan_ok=True) or pd.isna(written_down)
            assert measure["verdict"] in (*VERDICTS, None)
            assert "doubt" not in measure or measure["unit"] in ("h", "d", "USD")
    waited = "refund_time_mean_refunded"
    assert approves["measures"][waited]["doubt"].startswith("few replications")
    assert "doubt" not in quick["measures"][waited], "nobody waits any longer: there is nothing to doubt"
    flips = pd.read_csv(folder / "flips.csv")
    assert flips[flips["scenario"] == "quick"]["orders"].sum() == sum(flip["orders"] for flip in quick["flips"])
    assert flips["examples"].dropna().str.fullmatch(r"\d+/\d+( \d+/\d+)*").all()


@pytest.mark.slow
@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ("summary", set()),
        ("claims", KEPT),
        (
            "journal",
            KEPT | {f"journals/{name}.{kind}" for name in ("base", "approves") for kind in ("csv.gz", "parquet")},
        ),
    ],
)
def test_a_comparison_keeps_what_it_was_told_to_keep(ask: Ask, tmp_path: Path, keep: str, kept: set[str]) -> None:
    assert ask("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT, "--keep", keep).code == FINE
    files = set(files_of(tmp_path / "results" / "base-versus-approves"))
    assert {name for name in files if name.endswith((".gz", ".parquet"))} == kept


@pytest.mark.slow
@pytest.mark.usefixtures("no_pictures")
def test_claims_that_are_kept_are_those_of_a_run_and_say_of_each_order_how_it_parts(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.show.charts.draw_all", lambda _: {})
    other = what_if(tmp_path, "approves")
    ask("compare", BASE_FILE, other, *SHORT)
    ask("run", BASE_FILE, other, *SHORT)
    folder = tmp_path / "results" / "base-versus-approves"
    claims = {}
    for name in ("base", "approves"):
        file = folder / "orders" / f"{name}.csv.gz"
        assert file.read_bytes() == (tmp_path / "results" / name / "orders.csv.gz").read_bytes()
        claims[name] = pd.read_csv(file).set_index(["replication", "order"])
    parted = pd.read_csv(folder / "parted.csv.gz").set_index(["replication", "order"])
    flips = pd.read_csv(folder / "flips.csv")
    assert len(parted) == flips[flips["parts_at"] != "never"]["orders"].sum()
    assert (parted["base_outcome"] == claims["base"]["outcome"].reindex(parted.index, fill_value="no_claim")).all()


@pytest.mark.slow
@pytest.mark.usefixtures("no_pictures")
def test_the_hint_says_what_tells_the_story_and_no_more(ask: Ask, tmp_path: Path) -> None:
    words = ("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT, "--replications", 2, "--seed", 3)
    hint = ask(*words).err.splitlines()[1]
    assert "--replications" not in hint
    assert "experiment.replications" not in hint
    assert "--seed 3 --set 'experiment.run_out=10 d'" in hint
    assert ask(*shlex.split(hint.partition("refund-sim ")[2])).code == FINE


@pytest.mark.slow
def test_the_same_comparison_gives_the_same_bytes_in_all_but_the_run(ask: Ask, tmp_path: Path) -> None:
    words = ("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT)
    for out, jobs in (("one", 1), ("two", 2)):
        assert ask(*words, "--out", out, "--jobs", jobs).code == FINE
    one, two = (files_of(tmp_path / out / "base-versus-approves") for out in ("one", "two"))
    assert {name for name in one if one[name] != two[name]} <= {"run.json"}
    assert set(one) == set(two)


@pytest.mark.slow
@pytest.mark.usefixtures("no_pictures")
def test_a_folder_that_is_there_is_refused_before_anything_is_run(ask: Ask, tmp_path: Path) -> None:
    words = ("compare", BASE_FILE, what_if(tmp_path, "approves"), *SHORT)
    assert ask(*words).code == FINE
    again = ask(*words)
    assert (again.code, again.out) == (BAD_INPUT, "")
    assert again.err == "results/base-versus-approves: already there; use --force to replace, or another --out\n"
    assert ask(*words, "--force").code == FINE


def test_a_folder_is_named_after_all_unless_they_are_too_many() -> None:
    assert folder_of("base", ["one"]) == "base-versus-one"
    assert folder_of("base", ["one", "two"]) == "base-versus-one-and-two"
    assert folder_of("base", ["m" * 40, "n" * 40]) == "base-comparison"


# --------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["{base}"], "compare needs something beside the base"),
        (["{base}", "{quick}", "{quick}"], "two of the scenarios to compare are named 'quick'"),
        (["{base}", "{base}/nowhere.yaml"], "nowhere.yaml"),
        (["{base}", "{quick}", "--margin", "sucess_rate=1"], "'sucess_rate' is not judged and has no margin"),
        (["{base}", "{quick}", "--margin", "success_rate"], "--margin success_rate: expected MEASURE=VALUE"),
        (["{base}", "{quick}", "--margin", "success_rate=-1"], "found a margin of -1.0"),
        (["{base}", "{quick}", "--margin", "success_rate=nan"], "found a margin of nan"),
        (["{base}", "{quick}", "--jobs", "0"], "expected a number from 1"),
        (["{base}", "{quick}", "--precision", "success_rate"], "expected MEASURE=HALFWIDTH"),
        (["{base}", "{quick}", "--precision", "sucess_rate=0.01"], "did you mean 'success_rate'"),
        (["{base}", "{quick}", "--precision", "success_rate=0.01", "--replications", "9"], "expected one of them"),
        (["{base}", "{quick}", "--precision", "success_rate=0.01", "--max-replications", "9"], "at least 10"),
        (["{base}", "{quick}", "--max-replications", "50"], "there is none"),
    ],
)
def test_a_users_mistake_is_named_before_anything_is_run(
    ask: Ask, tmp_path: Path, words: list[str], complaint: str
) -> None:
    names = {"base": BASE_FILE, "quick": what_if(tmp_path, "quick")}
    answer = ask("compare", *(word.format(**names) for word in words))
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert complaint in answer.err
    assert not (tmp_path / "results").exists()


# --------------------------------------------------------------------------------------------------------- versus


def a_request() -> int:
    """The number of an order whose cancellation was asked of the seller: its clock is what `quick` changes."""
    scenario = load(BASE_FILE, SHORT[1:])
    claims = replicate(scenario, 0, calendars_of(scenario)).claims
    opened = claims[STEP_ACTIVITY[Stage.CANCELLATION][OPENED].column]
    return int(claims["order"][opened < NEVER][0])


def test_two_stories_of_one_order_stand_side_by_side(ask: Ask, tmp_path: Path) -> None:
    answer = ask("trace", BASE_FILE, "--order", a_request(), "--versus", what_if(tmp_path, "quick"), *SHORT)
    assert (answer.code, answer.err) == (FINE, "")
    assert answer.out.splitlines()[0].endswith("A small marketplace · versus · What quick changes")
    assert answer.out.count("here they part") == 1
    assert max(map(len, answer.out.splitlines())) <= 100


def test_in_a_narrow_terminal_the_second_story_stands_below(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    answer = ask("trace", BASE_FILE, "--order", a_request(), "--versus", what_if(tmp_path, "quick"), *SHORT)
    assert max(map(len, answer.out.splitlines())) <= 70
    assert answer.out.splitlines().index("A small marketplace") < answer.out.splitlines().index(
        "What quick changes"
    )


def test_both_stories_are_there_for_machines(ask: Ask, tmp_path: Path) -> None:
    words = ("trace", BASE_FILE, "--order", a_request(), "--versus", what_if(tmp_path, "quick"), *SHORT, "--json")
    answer = document(ask(*words).out)
    assert set(answer) == {"base", "other", "events_together"}


def test_faults_of_both_scenarios_are_told_at_once(ask: Ask, tmp_path: Path) -> None:
    bad = [written(tmp_path, f"extends: base.yaml\nname: {name}\nmarket: {{ordres: 1}}\n", name) for name in "ab"]
    answer = ask("trace", bad[0], "--order", 1, "--versus", bad[1])
    assert answer.code == BAD_INPUT
    assert answer.err.count("ordres") == 2


def test_the_program_answers_for_help_with_versus(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "--help"]) == FINE
    assert "--versus OTHER" in capsys.readouterr().out
