"""The README: its commands are the ones that CI runs, its examples print what it shows, its names exist."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

import sim
from tests.regression.program import ROOT, SCENARIOS, Ask, commands
from tests.regression.readme_blocks import PICTURE, README, Block, blocks_of, printed

TEXT = README.read_text(encoding="utf-8")
FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def fenced(language: str) -> list[str]:
    """The README's code blocks in a language."""
    return [code for tongue, code in FENCED.findall(TEXT) if tongue == language]


def set_up_command(name: str) -> str:
    """The README's set-up command of this name, taken out as `.ci/run` does it."""
    script = (ROOT / ".ci" / "run").read_text()
    (function,) = re.findall(r"^readme_command\(\) \{.*?^\}", script, re.MULTILINE | re.DOTALL)
    typed = ["bash", "-c", f"{function}\nreadme_command {name}"]
    return subprocess.run(typed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


# ------------------------------------------------------------------------------------------- set-up commands


def test_there_are_two_set_up_commands_of_one_line_each() -> None:
    assert re.findall(r"<!-- command: (\w+) -->", TEXT) == ["run", "test"]
    assert [code.count("\n") for code in fenced("sh")] == [1, 1]
    assert [set_up_command(name) for name in ("run", "test")] == [code.strip() for code in fenced("sh")]


def test_the_first_runs_the_article_and_the_second_every_test_but_recorded_studies() -> None:
    first, second = (shlex.split(set_up_command(name)) for name in ("run", "test"))
    assert first[-4:] == [".venv/bin/refund-sim", "run", "scenarios/aliexpress.yaml", "--force"]
    assert second[-8:] == [".venv/bin/python", "-m", "pytest", "-q", "-n", "auto", "-m", "not long"]
    assert "requirements.lock" in first
    assert "requirements-dev.lock" in second


# ----------------------------------------------------------------------------------------------- examples


def test_the_readme_shows_a_table_and_a_story() -> None:
    kinds = [block.kind for block in blocks_of(TEXT)]
    assert kinds == ["table", "example"]
    assert len(re.findall(r"<!-- (?:example|table): ", TEXT)) == len(kinds), "a block that is not laid out as one"
    assert all(block.text for block in blocks_of(TEXT)), "python tests/regression/readme_blocks.py --write"


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks_of(TEXT), ids=lambda block: block.names)
def test_a_block_is_what_its_command_prints_now(block: Block, tmp_path: Path) -> None:
    assert block.text == printed(block, tmp_path), "python tests/regression/readme_blocks.py --write"


def test_the_python_example_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = fenced("python")
    assert code.count("replications=20") == 1
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    exec(compile(code.replace("replications=20", "replications=2"), "README.md", "exec"), names)
    assert names["result"].about["replications"] == 2
    assert capsys.readouterr().out.startswith("Order 17 · AliExpress, as the article tells it\n")


def test_the_what_if_is_a_scenario_that_the_loader_takes(tmp_path: Path) -> None:
    (what_if,) = fenced("yaml")
    for name, text in (("aliexpress.yaml", (SCENARIOS / "aliexpress.yaml").read_text()), ("mine.yaml", what_if)):
        (tmp_path / name).write_text(text)
    beside = sim.load(SCENARIOS / "aliexpress.yaml", {"policy.cancellation.clock": "2 d"})
    assert sim.load(tmp_path / "mine.yaml").policy == beside.policy


def test_the_fault_that_is_shown_is_what_validate_says(ask: Ask, tmp_path: Path) -> None:
    (shown,) = re.findall(r"^my-shop\.yaml:\d+:\d+: (.*)$", TEXT, re.MULTILINE)
    (tmp_path / "aliexpress.yaml").write_text((SCENARIOS / "aliexpress.yaml").read_text())
    (tmp_path / "my-shop.yaml").write_text(
        "extends: aliexpress.yaml\npolicy: {cancellation: {on_silence: aprove}}\n"
    )
    assert ask("validate", "my-shop.yaml").err == f"my-shop.yaml:2:37: {shown}\n"


# -------------------------------------------------------------------------------------------------- names


def test_the_table_of_commands_names_all_that_there_are() -> None:
    named = re.findall(r"^\| `refund-sim (\w+)", TEXT, re.MULTILINE)
    assert sorted(named) == sorted(commands())


def test_every_line_that_starts_the_program_knows_its_command_and_options() -> None:
    lines = [code for code in INLINE.findall(TEXT) if code.startswith("refund-sim ")]
    assert len(lines) > len(commands())
    for line in lines:
        command = commands()[line.split()[1]]
        unknown = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line)) - set(command._option_string_actions)
        assert not unknown, line


def test_every_option_that_is_named_is_one_of_some_command() -> None:
    known = {option for command in commands().values() for option in command._option_string_actions}
    named = {option for code in INLINE.findall(TEXT) for option in re.findall(r"^--[a-z-]+", code)}
    assert named
    assert named <= known


def test_every_file_and_link_that_is_named_exists() -> None:
    links = [target.split("#")[0] for target in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in target]
    files = [code for code in INLINE.findall(TEXT) if re.fullmatch(r"(?:scenarios|docs|sim|tests)/[\w./-]+", code)]
    assert links
    assert files
    assert [name for name in {*links, *files} if not (ROOT / name).exists()] == []


def test_the_picture_is_a_picture() -> None:
    assert PICTURE.read_bytes().startswith(b"\x89PNG\r\n")
    assert str(PICTURE.relative_to(ROOT)) in TEXT


def test_the_result_folder_is_described_as_it_is(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.show.charts.draw_all", lambda _: {})
    small = ("--set", "experiment.run_out=0", "--set", "experiment.warm_up=0", "--orders-per-day", 30)
    ask("run", SCENARIOS / "aliexpress.yaml", *small, "--replications", 1, "--keep", "journal")
    for path in Path("results/aliexpress").iterdir():
        assert f"`{path.name}`" in TEXT
