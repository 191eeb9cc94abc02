"""What a user of the package sees from outside: names, types, help, errors in our words."""

from __future__ import annotations

import doctest
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import BadScenario, BadUsage
from tests.regression.program import SCENARIOS

PUBLIC = ("run", "compare", "fit", "load", "report", "trace", "warm", "bar")


def test_completion_shows_what_is_public_and_nothing_else() -> None:
    assert dir(sim) == sorted(sim.__all__)
    assert {"Scenario", "Result", "Comparison", "Story", "Fit", "BadScenario", "UserError"} <= set(dir(sim))
    for name in sim.__all__:
        assert getattr(sim, name) is not None


def test_importing_the_package_is_light() -> None:
    code = "import sys, sim; print([n for n in ('numpy', 'pandas', 'pydantic', 'scipy') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_a_type_checker_sees_what_functions_return(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "mine.py").write_text(
        "import sim\n"
        "scenario: sim.Scenario = sim.load('aliexpress')\n"
        "result: sim.Result = sim.run(scenario)\n"
        "reveal_type(sim.run('aliexpress'))\n"
        "reveal_type(sim.compare(scenario, what_if={}))\n"
        "reveal_type(sim.trace(scenario, 3))\n"
        "wrong: int = sim.run(scenario)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), "mine.py"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert 'Revealed type is "sim.show.plots.PlottedResult"' in done.stdout
    assert 'Revealed type is "sim.show.plots.PlottedComparison"' in done.stdout
    assert 'Revealed type is "sim.show.story.Story"' in done.stdout
    assert done.stdout.count("error:") == 1, done.stdout
    assert "mine.py:7" in done.stdout


@pytest.mark.parametrize("name", PUBLIC)
def test_help_says_what_a_function_is_for(name: str) -> None:
    text = getattr(sim, name).__doc__ or ""
    assert len(text) > 60
    assert "Raises" in text or name in ("bar", "warm")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["run", "compare"])
def test_the_example_in_the_help_runs(name: str) -> None:
    finder = doctest.DocTestFinder(recurse=False)
    (example,) = finder.find(getattr(sim, name), name, globs={})
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


def test_a_scenario_fits_on_a_line_of_the_console() -> None:
    shown = repr(sim.load("aliexpress"))
    assert "\n" not in shown
    assert len(shown) < 200
    assert "aliexpress" in shown


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_scenario_can_be_sent_to_another_process(file: Path) -> None:
    scenario = sim.load(file)
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_what_came_of_it_can_be_kept_by_joblib_or_pickle() -> None:
    base = sim.load(SCENARIOS / "aliexpress.yaml").with_changes({"experiment.cohort": "3 d"})
    other = base.with_changes({"name": "quick", "policy.cancellation.clock": "2 d"})
    comparison = sim.compare(base, other, replications=2, jobs=1)
    again = pickle.loads(pickle.dumps(comparison))
    for table in ("summary", "orders", "curves", "by_replication"):
        assert getattr(again.base, table).equals(getattr(comparison.base, table)), table
    assert again.base.about == comparison.base.about
    assert again.differences.equals(comparison.differences)


def test_files_and_presets_stand_for_scenarios() -> None:
    path = SCENARIOS / "three-day-clock.yaml"
    one, other = sim.trace(path, 5), sim.trace("three-day-clock", 5)
    assert str(one) == str(other)


WRONG: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("run", ("aliexpress",), {"replications": 0}, "replications: found 0, expected a whole number from 1"),
    ("run", ("aliexpress",), {"replications": 2.5}, "replications: found 2.5"),
    ("run", ("aliexpress",), {"seed": -1}, "seed: found -1, expected a whole number from 0"),
    ("run", ("aliexpress",), {"seed": True}, "seed: found True"),
    ("run", (3,), {}, "found a int, expected a scenario, a file"),
    ("compare", ("aliexpress", "three-day-clock"), {"replications": 0}, "replications: found 0"),
    ("compare", ("aliexpress",), {}, "expected one scenario or more"),
    ("compare", ("aliexpress",), {"what_if": {"Große": {}}}, "ASCII"),
    ("trace", ("aliexpress", 1.5), {}, "found the order 1.5, expected a whole number"),
    ("trace", ("aliexpress", 1, 99), {}, "there is no replication 99"),
    ("report", ("aliexpress",), {}, "expected what sim.run or sim.compare returns"),
]


@pytest.mark.parametrize(("function", "words", "options", "said"), WRONG, ids=[f"{w[0]}: {w[3]}" for w in WRONG])
def test_what_makes_no_sense_is_said_in_our_words(
    function: str, words: tuple[Any, ...], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadUsage, match="(?s).*" + said.replace("(", r"\(")):
        getattr(sim, function)(*words, **options)


def test_a_file_that_is_not_there_is_said_with_what_was_meant() -> None:
    with pytest.raises(BadScenario, match="did you mean 'aliexpress'"):
        sim.run("alixpress")


def test_there_is_one_version() -> None:
    from importlib.metadata import version

    assert version("refund-sim") == sim.__version__
