"""The history of checks: a line per commit and scenario, whatever is run twice, killed or torn."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import pytest

from sim.baselines.commits import Commit, commit_of, forgetting
from sim.baselines.history import TORN, History, read, remember
from sim.baselines.judgement import CHANGED, UNCHANGED, Check
from sim.errors import BadUsage, UserError
from sim.experiment.number import Number
from sim.show.checked.words import accepted_in, short, since
from tests.unit.checked import check, entries, scenario_check

FIRST, SECOND = Commit("a" * 40, "2026-03-01T10:00:00+00:00"), Commit("b" * 40, "")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "history.jsonl"


def other_outcomes() -> Check:
    return check("silence-approves", fingerprints={"scenario": "1", "draws": "2", "outcomes": "9" * 64})


def test_a_check_adds_a_line_for_each_scenario(file: Path) -> None:
    history = remember(check(), file, FIRST)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["commit"], line["scenario"]) for line in lines] == [
        (FIRST.name, one.scenario) for one in check().scenarios
    ]
    assert [entry.scenario for entry in history.entries] == [one.scenario for one in check().scenarios]


def test_what_is_read_is_what_was_found(file: Path) -> None:
    remember(check(), file, FIRST)
    (entry,) = read(file).of("silence-approves")
    one = scenario_check("silence-approves")
    assert (entry.verdict, entry.date, entry.reason) == (CHANGED, FIRST.date, one.recorded.reason)
    assert (entry.accepted, entry.outcomes) == (one.recorded.outcomes, one.fingerprints["outcomes"])
    assert list(entry.measures) == [each.measure for each in one.headlines]
    for each in one.headlines:
        point = entry.measures[each.measure]
        assert point.reading == pytest.approx(each.now, nan_ok=True)
        assert point.then == pytest.approx(each.baseline, nan_ok=True)
        assert (point.unit, point.verdict) == (each.unit, each.verdict)
        assert point.margin == pytest.approx(each.margin)


def test_a_change_that_is_only_suspected_stays_so_in_the_history(file: Path) -> None:
    one = scenario_check("silence-approves")
    asked = [replace(each, verdict="inconclusive", is_confirmed=False) for each in one.headlines[:1]]
    found = replace(check(), scenarios=(replace(one, measures=(*asked, *one.headlines[1:])),))
    remember(found, file, FIRST)
    (entry,) = read(file).entries
    assert [name for name, point in entry.measures.items() if point.suspected] == [asked[0].measure]
    assert file.read_text().count('"suspected": true') == file.read_text().count("suspected") == 1


def test_the_same_commit_checked_again_leaves_the_file_as_it_was(file: Path) -> None:
    for commit in (FIRST, SECOND):
        remember(check(), file, commit)
    before = file.read_bytes()
    for commit in (FIRST, SECOND, FIRST):
        remember(check(), file, commit)
    assert file.read_bytes() == before


def test_other_results_of_the_same_commit_take_the_place_of_its_line(file: Path) -> None:
    for commit in (FIRST, SECOND):
        remember(check(), file, commit)
    history = remember(other_outcomes(), file, FIRST)
    assert len(history.entries) == 6
    assert [entry.commit[0] for entry in read(file).of("silence-approves")] == ["a", "b"]
    assert read(file).of("silence-approves")[0].outcomes == "9" * 64


def test_without_a_commit_equal_outcomes_are_one_line(file: Path) -> None:
    nobody = Commit("", "")
    for found in (check("silence-approves"), check("silence-approves"), other_outcomes()):
        remember(found, file, nobody)
    assert [entry.outcomes[0] for entry in read(file).entries] == ["3", "9"]


def test_a_torn_last_line_is_said_and_kept_and_the_others_are_not_lost(file: Path) -> None:
    remember(check(), file, FIRST)
    whole, torn = file.read_bytes(), b'{"version": 1, "commit": "ccc\xff'
    file.write_bytes(whole + torn)
    assert len(read(file).entries) == 3
    history = remember(check(), file, SECOND)
    assert history.torn == '{"version": 1, "commit": "ccc\\xff'
    assert file.with_name(file.name + TORN).read_text() == history.torn + "\n"
    assert file.read_bytes().startswith(whole)
    assert len(read(file).entries) == 6
    assert read(file).torn == ""


def test_a_last_line_without_its_end_is_whole_if_it_can_be_read(file: Path) -> None:
    remember(check(), file, FIRST)
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    assert len(read(file).entries) == 3
    assert read(file).torn == ""


def test_a_line_of_another_layout_is_none_of_ours(file: Path) -> None:
    remember(check(), file, FIRST)
    file.write_text(file.read_text().replace('"version": 1', '"version": 9', 1))
    with pytest.raises(UserError, match=r"history\.jsonl:1: not a line of a history: version: Input should be 1$"):
        remember(check(), file, SECOND)


@pytest.mark.parametrize(
    "line",
    [
        "<<<<<<< HEAD",
        "[]",
        "null",
        '{"version": 1}',
        "[" * 100_000,
        '{"margin": NaN}',
        '{"margin": Infinity}',
        "\udc80",
    ],
    ids=["a conflict", "a list", "nothing", "half", "a tower", "NaN", "infinity", "no UTF-8"],
)
def test_a_faulty_line_is_named_and_the_file_left_alone(line: str, file: Path) -> None:
    remember(check(), file, FIRST)
    first, rest = file.read_bytes().split(b"\n", 1)
    content = b"\n".join([first, line.encode(errors="surrogateescape"), rest])
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"history\.jsonl:2: not a line of a history"):
        remember(check(), file, SECOND)
    assert file.read_bytes() == content


def test_a_line_of_another_layout_is_refused(file: Path) -> None:
    remember(check("same"), file, FIRST)
    file.write_text(file.read_text().replace('"version": 1', '"version": 1, "more": 2'))
    with pytest.raises(UserError, match="more"):
        read(file)


def test_no_file_is_no_history(file: Path) -> None:
    assert read(file) == History(())


def test_a_file_too_large_to_be_ours_is_not_read(file: Path) -> None:
    file.parent.mkdir()
    with file.open("wb") as handle:
        handle.truncate(2**30)
    with pytest.raises(UserError, match="found more than 67,108,864 bytes"):
        read(file)


def test_a_folder_in_its_place_is_a_fault_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read the history"):
        remember(check("same"), tmp_path, FIRST)


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    link = tmp_path / "link.jsonl"
    link.symlink_to(file)
    remember(check("same"), link, FIRST)
    assert link.is_symlink()
    assert len(read(file).entries) == 1


def test_nothing_is_left_beside_the_file(file: Path) -> None:
    remember(check("same"), file, FIRST)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_what_is_not_known_is_null_and_read_as_such(file: Path) -> None:
    one = scenario_check("silence-approves")
    unknown = tuple(replace(each, now=Number(nan, nan, nan)) for each in one.measures)
    remember(check("silence-approves", measures=unknown), file, FIRST)
    assert "NaN" not in file.read_text()
    assert all(isnan(end) for point in read(file).entries[0].measures.values() for end in point.now)


# ------------------------------------------------------------------------------------------------ which commit


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-qm", "one", "--date", "2026-03-01T10:00:00Z")
    return tmp_path


def test_what_is_given_stands_above_what_ci_says_and_that_above_git(repository: Path) -> None:
    assert commit_of("mine", {"GITHUB_SHA": "f" * 40}).name == "mine"
    assert commit_of(None, {"GITHUB_SHA": "f" * 40}) == Commit("f" * 40, "")
    gitlab = {"CI_COMMIT_SHA": "e" * 40, "CI_COMMIT_TIMESTAMP": "2026-03-02T10:00:00Z"}
    assert commit_of(None, gitlab) == Commit("e" * 40, "2026-03-02T10:00:00Z")
    found = commit_of(None, {})
    assert len(found.name) == 40
    assert found.date
    assert commit_of(found.name, {}) == found


def test_a_working_tree_that_was_edited_is_not_its_commit(repository: Path) -> None:
    clean = commit_of(None, {}).name
    (repository / "new").write_text("not in git")
    assert commit_of(None, {}).name == clean
    (repository / "a").write_text("2")
    assert commit_of(None, {}).name == f"{clean}+"
    assert short(f"{clean}+") == f"{clean[:7]}+"


def test_outside_of_git_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit_of(None, {}) == Commit("", "")
    monkeypatch.setenv("PATH", "")
    assert commit_of(None, {}) == Commit("", "")


@pytest.mark.parametrize("name", ["", " a", "a\nb", "x" * 101, "\u202e"])
def test_a_name_that_cannot_stand_on_a_line_is_refused(name: str) -> None:
    with pytest.raises(BadUsage, match="expected the name of a commit"):
        commit_of(name, {})


def test_a_name_that_looks_like_an_option_is_not_given_to_git(repository: Path) -> None:
    assert commit_of("--output=leak", {}) == Commit("--output=leak", "")
    assert not (repository / "leak").exists()


# ------------------------------------------------------------------------------------------------ since when


def test_a_new_baseline_is_an_accepted_change_with_its_reason() -> None:
    (accepted,) = accepted_in(entries())
    assert (accepted.place, accepted.commit) == (7, entries()[7].commit)
    assert accepted.reason.startswith("silence is an approval")


def test_a_change_lasts_since_its_first_commit_against_the_same_baseline() -> None:
    history = entries(7)
    assert since(history) == f"changed since {short(history[5].commit)}"
    unchanged = history[0].model_copy(update={"verdict": UNCHANGED})
    assert since([*history, unchanged]) == "as its baseline"
    anew = history[6].model_copy(update={"accepted": "another", "commit": "c" * 40})
    assert since([*history, anew]) == "changed since ccccccc"


# ------------------------------------------------------------------------------------------ in which order


def made(letter: str, date: str) -> Commit:
    return Commit(letter * 40, date)


def test_an_old_commit_checked_late_takes_its_place_and_does_not_bend_since_when(file: Path) -> None:
    unchanged = check("silence-approves", verdict=UNCHANGED)
    for commit, found in (
        (made("a", "2026-03-01T10:00:00+00:00"), unchanged),
        (made("c", "2026-03-03T10:00:00+00:00"), check("silence-approves")),
        (made("d", "2026-03-04T10:00:00+00:00"), check("silence-approves")),
    ):
        remember(found, file, commit)
    late = remember(unchanged, file, made("b", "2026-03-02T12:00:00+02:00"))
    assert [entry.commit[0] for entry in late.of("silence-approves")] == ["a", "b", "c", "d"]
    assert since(late.of("silence-approves")) == "changed since ccccccc"
    # Of the commit that was checked, its own time counts.
    assert [entry.commit[0] for entry in late.until_now("silence-approves")] == ["a", "b"]
    assert since(late.until_now("silence-approves")) == "as its baseline"
    assert since(read(file).until_now("silence-approves")) == "changed since ccccccc"


def test_a_commit_of_unknown_date_stays_behind_those_that_were_checked_before_it(file: Path) -> None:
    for commit in (
        made("b", "2026-03-02T10:00:00Z"),
        made("x", ""),
        made("a", "2026-03-01T10:00:00Z"),
        made("y", "soon"),
    ):
        history = remember(check("silence-approves"), file, commit)
    assert [entry.commit[0] for entry in history.of("silence-approves")] == ["a", "b", "x", "y"]


def test_a_commit_can_be_dropped_from_the_history(file: Path) -> None:
    for letter in "abc":
        remember(check(), file, made(letter, ""))
    history = remember(check(), file, made("d", ""), forgetting(["aaaaaaa", "b" * 40]))
    assert [entry.commit[0] for entry in history.of("same")] == ["c", "d"]
    assert read(file).entries == history.entries
    with pytest.raises(BadUsage, match="at least 7 letters"):
        forgetting(["abc"])


def test_commits_that_were_rebased_away_can_be_dropped(repository: Path, tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    kept = commit_of(None, {})
    (repository / "a").write_text("2")
    git(repository, "commit", "-qam", "two")
    gone = commit_of(None, {})
    git(repository, "reset", "-q", "--hard", kept.name)
    for commit in (kept, gone, Commit(f"{gone.name}+", ""), Commit("nightly", "")):
        remember(check("same"), file, commit)
    history = remember(check("same"), file, kept, forgetting(["rebased"]))
    assert {entry.commit for entry in history.of("same")} == {kept.name, "nightly"}


def test_where_git_does_not_know_what_head_builds_on_nothing_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(BadUsage, match="git cannot say what HEAD builds on"):
        forgetting(["rebased"])
