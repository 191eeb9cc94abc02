"""Presets can be named, extended and started from; what-ifs need no file; all of it from an installed wheel too."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

import sim
from sim.scenario.presets import preset_names
from sim.scenario.resolved import described
from sim.scenario.schema import starting_file
from sim.what_ifs import what_ifs_of
from tests.regression.program import ROOT, program

QUICK = ("--replications", "2", "--orders-per-day", "20", "--set", "experiment.warm_up=7 d")


@pytest.mark.parametrize("name", preset_names())
def test_a_start_is_the_preset_until_something_is_changed(name: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(starting_file("mine", name), encoding="utf-8")
    mine, preset = described(sim.load(file)), described(sim.load(name))
    for words in ("name", "title", "question", "provenance", "expect"):
        mine.pop(words, None), preset.pop(words, None)
    assert mine == preset


@pytest.mark.slow
def test_init_writes_a_file_that_nobody_complains_of(tmp_path: Path) -> None:
    done = program("init", "my-shop", "--from", "ebay-2024", cwd=tmp_path)
    assert (done.code, done.out) == (0, "my-shop.yaml\n")
    checked = program("validate", "my-shop.yaml", cwd=tmp_path)
    assert (checked.code, checked.out, checked.err) == (0, "my-shop.yaml: valid\n", "")
    before = (tmp_path / "my-shop.yaml").read_bytes()
    again = program("init", "my-shop", cwd=tmp_path)
    assert again.code == 2
    assert "already there" in again.err
    assert (tmp_path / "my-shop.yaml").read_bytes() == before


def test_a_lever_is_changed_by_taking_marks_away(tmp_path: Path) -> None:
    text = starting_file("mine", "aliexpress")
    for line in ("policy:", "  cancellation:"):
        text = text.replace(f"\n# {line}", f"\n{line}", 1)
    clock = next(line for line in text.splitlines() if line.startswith("#     clock: "))
    text = text.replace(clock, clock[2:].replace("9 d", "3 d"), 1)
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    assert str(sim.load(file).policy.cancellation.clock) == "3 d"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Mein-Laden"], "ASCII"),
        (["mine", "--from", "ebay-2014"], "did you mean 'ebay-2024'?"),
    ],
)
def test_what_cannot_be_started_is_said(words: list[str], said: str, tmp_path: Path) -> None:
    done = program("init", *words, cwd=tmp_path)
    assert done.code == 2
    assert said in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_extends_a_preset(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: preset:ebay-2024\nname: mine\ntitle: Mine\n")
    assert sim.load(file).policy == sim.load("ebay-2024").policy
    file.write_text("extends: preset:ebay-2014\nname: mine\n")
    done = program("validate", file)
    assert done.code == 2
    assert f"{file}:1:10: extends: there is no preset 'ebay-2014' — did you mean 'ebay-2024'?" in done.err


def test_a_file_of_ones_own_goes_before_a_preset(tmp_path: Path) -> None:
    (tmp_path / "aliexpress").write_text("extends: preset:ebay-2024\nname: mine\ntitle: Mine\n")
    done = program("show", "aliexpress", cwd=tmp_path)
    assert yaml.safe_load(done.out)["name"] == "mine"


def test_what_ifs_split_at_commas_between_changes_only() -> None:
    (one,) = what_ifs_of(['a:x.y={card: 0.5, wallet: 0.5},z="1, 2",v=[1, 2]'])
    assert one.name == "a"
    assert one.changes == ("x.y={card: 0.5, wallet: 0.5}", 'z="1, 2"', "v=[1, 2]")


@pytest.mark.slow
def test_what_ifs_are_compared_without_a_file_each(tmp_path: Path) -> None:
    three, both = (
        "policy.cancellation.clock=3 d",
        "policy.cancellation.clock=3 d,policy.cancellation.on_silence=approve",
    )
    what_ifs = ["--what-if", f"three-days:{three}", "--what-if", f"both:{both}"]
    done = program("compare", "aliexpress", *what_ifs, *QUICK, "--out", tmp_path)
    assert done.code == 0, done.err
    folder = tmp_path / "aliexpress-versus-three-days-and-both"
    both_file = yaml.safe_load((folder / "scenarios" / "both.yaml").read_text(encoding="utf-8"))
    assert both_file["policy"]["cancellation"]["on_silence"] == "approve"
    if "follow one order" in done.err:
        words = done.err.split("follow one order:  refund-sim ")[1].strip()
        assert program(*shlex.split(words)).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--what-if NAME:path=value"),
        (["--what-if", "x"], "expected NAME:path=value"),
        (["--what-if", "x:policy.cancelation.clock=3 d"], "--what-if x: policy.cancelation.clock: nothing here"),
        (["--what-if", "x:seed=1", "--what-if", "x:seed=2"], "two what-ifs are named 'x'"),
        (["--what-if", "Ärger:experiment.seed=1"], "ASCII"),
    ],
)
def test_a_what_if_that_makes_no_sense_is_said(words: list[str], said: str, tmp_path: Path) -> None:
    done = program("compare", "aliexpress", *words, "--out", tmp_path / "out")
    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_presets_are_there_in_an_installed_wheel(tmp_path: Path) -> None:
    """Its own folder, far from any clone; the libraries are those of this environment."""
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(ROOT)]
    made = subprocess.run(build, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no wheel can be built here: {made.stderr[-200:]}")
    venv.create(tmp_path / "env", with_pip=False)
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (site / "libraries.pth").write_text("\n".join(libraries))
    python = [tmp_path / "env" / "bin" / "python", "-P"]
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def answer(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*python, *words], capture_output=True, text=True, cwd=tmp_path, env=surroundings, check=False
        )

    for words in (["validate", "aliexpress"], ["init", "mine", "--from", "temu"], ["validate", "mine.yaml"]):
        done = answer("-m", "sim", *words)
        assert done.returncode == 0, done.stderr
    assert answer("-c", "import sim; print(sim.__file__)").stdout.startswith(str(site))
