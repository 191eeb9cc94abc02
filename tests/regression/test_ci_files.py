"""The workflows that are shown and used: of the published form, and made of commands that this program knows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.cli import parser
from sim.scenario.loading import load

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "ci.md"
PROJECTS_OWN = ".github/workflows/ci.yml"
SHOWN = {
    block.splitlines()[0].removeprefix("# "): block
    for block in re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
}
"""Files shown in the guide, by the name in their first line."""
FILES = {PROJECTS_OWN: (ROOT / PROJECTS_OWN).read_text(encoding="utf-8")} | SHOWN


def schema_for(name: str) -> str:
    return "vendor.gitlab-ci" if name == ".gitlab-ci.yml" else "vendor.github-workflows"


def checked(schema: str, file: Path) -> subprocess.CompletedProcess[str]:
    """Against the schema that check-jsonschema carries with it: nothing is fetched."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    options = ["--data-transform", "gitlab-ci"] if schema == "vendor.gitlab-ci" else []
    return subprocess.run([*command, *options, str(file)], capture_output=True, text=True)


@pytest.mark.parametrize("name", FILES)
def test_a_workflow_is_of_the_published_form(name: str, tmp_path: Path) -> None:
    file = tmp_path / Path(name).name
    file.write_text(FILES[name], encoding="utf-8")
    told = checked(schema_for(name), file)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (".github/workflows/refunds.yml", "runs-on: ubuntu-latest", "runs_on: ubuntu-latest"),
        (".gitlab-ci.yml", "when: always", "when: sometimes"),
    ],
)
def test_a_workflow_of_another_form_is_found_out(name: str, good: str, bad: str, tmp_path: Path) -> None:
    file = tmp_path / Path(name).name
    assert good in FILES[name]
    file.write_text(FILES[name].replace(good, bad), encoding="utf-8")
    assert checked(schema_for(name), file).returncode == 1


def test_the_expectations_shown_can_be_stated(tmp_path: Path) -> None:
    shown = re.findall(r"```text\n(expect:\n.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(shown) == 1
    file = tmp_path / "policy.yaml"
    article = (ROOT / "scenarios" / "aliexpress.yaml").read_text(encoding="utf-8")
    file.write_text(f"{article}\n{shown[0]}", encoding="utf-8")
    assert set(load(file).expect.root) == set(yaml.safe_load(shown[0])["expect"])


def scripts() -> list[tuple[str, str]]:
    """Every shell script in the guide and in the workflows, with where it stands."""
    found = [("docs/ci.md", block) for block in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)]
    for name, text in FILES.items():
        document: dict[str, Any] = yaml.safe_load(text)
        jobs = document.get("jobs", {"only": document.get("refund outcomes")})
        for job in jobs.values():
            found += [(name, step["run"]) for step in job.get("steps", []) if "run" in step]
            found += [(name, line) for line in job.get("script", [])]
    return found


@pytest.mark.parametrize(("where", "script"), scripts())
def test_a_script_is_one_that_a_shell_understands(where: str, script: str) -> None:
    plain = re.sub(r"\$\{\{.*?\}\}", "x", script)
    told = subprocess.run(["bash", "-n", "-c", plain], capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, ""), where


def commands() -> list[list[str]]:
    """The words of every call of refund-sim."""
    calls = [
        line.split("||")[0]
        for _, script in scripts()
        for line in script.splitlines()
        if re.match(r"\s*refund-sim ", line)
    ]
    return [shlex.split(call, comments=True)[1:] for call in calls]


def test_every_command_is_one_that_the_program_knows() -> None:
    assert {words[0] for words in commands()} == {"baseline", "check"}
    for words in commands():
        assert parser().parse_args(words).command == words[0]


def test_the_projects_workflow_checks_every_baseline_there_is(tmp_path: Path) -> None:
    (script,) = [script for name, script in scripts() if name == PROJECTS_OWN and "refund-sim check" in script]
    for name in ("aliexpress", "three-day-clock"):
        (tmp_path / "scenarios" / "baselines" / name).mkdir(parents=True)
    stub = 'refund-sim() { printf "%s\\n" "$@"; }\n'
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", stub + script],
        capture_output=True, text=True, check=True, cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "COMMIT": "abc"},
    )  # fmt: skip
    words = told.stdout.splitlines()
    assert words[:3] == ["check", "scenarios/aliexpress.yaml", "scenarios/three-day-clock.yaml"]
    assert words[-2:] == ["--commit", "abc"]


def test_the_recipe_of_a_history_branch_begins_it_carries_it_on_and_leaves_it_where_nothing_changed(
    tmp_path: Path,
) -> None:
    def git(folder: Path, *words: str) -> str:
        who = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        told = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True)
        return told.stdout

    def pushed(line: str) -> str:
        """What the job does on a push to main, from a fresh checkout, where a check adds this line."""
        here = tmp_path / f"job-{len(list(tmp_path.iterdir()))}"
        git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path / 'hub.git'}", here.name)
        kept = "kept/history.jsonl"
        stub = f"refund-sim() {{ grep -qx {line} {kept} 2>/dev/null || echo {line} >> {kept}; }}\n"
        environment = {"PATH": "/usr/bin:/bin", "GITHUB_SHA": "abc", "HOME": str(tmp_path)}
        for step in steps:
            subprocess.run(
                ["bash", "-euo", "pipefail", "-c", stub + step], cwd=here, check=True, env=environment,
                capture_output=True,
            )  # fmt: skip
        return git(tmp_path / "hub.git", "show", "refund-history:history.jsonl")

    job = yaml.safe_load(SHOWN[".github/workflows/history.yml"])["jobs"]["check"]
    steps = [step["run"] for step in job["steps"] if "run" in step and not step["run"].startswith("pip")]
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "hub.git")
    git(tmp_path, "clone", "-q", "hub.git", "first")
    (tmp_path / "first" / "policy.yaml").write_text("name: a")
    git(tmp_path / "first", "add", ".")
    git(tmp_path / "first", "commit", "-qm", "one")
    git(tmp_path / "first", "push", "-q", "origin", "HEAD:main")
    assert pushed("one") == "one\n"
    assert pushed("two") == "one\ntwo\n"
    assert pushed("two") == "one\ntwo\n"
    hub = tmp_path / "hub.git"
    assert git(hub, "ls-tree", "--name-only", "refund-history") == "history.jsonl\n"
    assert git(hub, "rev-list", "--count", "refund-history") == "2\n"


def test_the_guide_names_every_file_that_a_check_writes() -> None:
    from sim.show.checked import files

    for name in re.findall(r"^    (\S+)  ", files.__doc__ or "", re.MULTILINE):
        assert f"`{name}`" in GUIDE.read_text(encoding="utf-8"), name


def test_the_tests_run_on_every_python_that_is_promised() -> None:
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    jobs = yaml.safe_load(FILES[PROJECTS_OWN])["jobs"]
    assert jobs["tests"]["strategy"]["matrix"]["python"] == promised
