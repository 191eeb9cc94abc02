"""Whatever step of whatever command the disk refuses, or a process is killed at: nothing is lost, nothing is half
there with exit code 0, and nothing is left after the next command.

What each command simulates it simulates once; only the writing is repeated, in this process.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from itertools import count
from pathlib import Path
from pkgutil import walk_packages
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

import sim
from sim.cli import main
from sim.disk import steps
from sim.disk.placing import sweep
from sim.show.checked import files as check_files
from tests.failing_disk import Killed, failing_at, killed_at, steps_of
from tests.regression.program import SMALL, files_of
from tests.scenario_files import BASE_FILE

REFUSALS = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS, errno.EDQUOT)
BAD_INPUT = 2
TINY = (*map(str, SMALL), "--orders-per-day", "5", "--jobs", "1", "-q")
OTHER = ("--what-if", "fast:policy.cancellation.clock=3 d")


class Doing(NamedTuple):
    """A command that writes, and what there is before it."""

    words: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    """Commands that have been there already, so that something is replaced."""
    is_fine: tuple[int, ...] = (0,)
    """Its exit codes where all went well."""


BASELINE = ("baseline", *TINY, "--baselines", "kept", "--reason", "new rules")
CHECK = ("check", str(BASE_FILE), "--baselines", "kept", "--jobs", "1", "-q", "--commit", "c1")
RUN = ("run", *TINY, "--out", "results")
DOINGS = {
    "run": Doing((*RUN, "--force")),
    "run, replacing": Doing((*RUN, "--force", "--seed", "2"), (RUN,)),
    "run, in new folders": Doing(("run", *TINY, "--out", "new/deep/results", "--force")),
    "compare, replacing": Doing(
        ("compare", *TINY, *OTHER, "--out", "results", "--force", "--seed", "2"),
        (("compare", *TINY, *OTHER, "--out", "results"),),
    ),
    "baseline, replacing": Doing((*BASELINE, "--seed", "2"), (BASELINE,)),
    "check": Doing((*CHECK, "--out", "check", "--history", "history.jsonl", "--force"), (BASELINE,)),
    "check, replacing": Doing(
        (*CHECK[:-1], "c2", "--out", "check", "--history", "history.jsonl", "--force"),
        (BASELINE, (*CHECK, "--out", "check", "--history", "history.jsonl")),
    ),
    "fit, replacing": Doing(
        ("fit", "mapping.yaml", "--out", "fitted", "--force"), (("fit", "mapping.yaml", "--out", "fitted"),)
    ),
    "fit, in new folders": Doing(("fit", "mapping.yaml", "--out", "new/deep/fitted", "--force")),
    "export, replacing": Doing(
        ("export", "results/base", "--to", "xes", "--zone", "Asia/Shanghai", "--force", "-q"),
        (RUN, ("export", "results/base", "--to", "xes", "-q")),
    ),
    "init, replacing": Doing(("init", "mine", "--from", "shopee", "--force", "-q"), (("init", "mine", "-q"),)),
}

EVERY = {"compare, replacing": 16, "run, replacing": 3, "check, replacing": 3, "baseline, replacing": 3}
"""Where each run of the command takes long, so many steps at a time; all of them under `long`."""


class Once:
    """Functions that are slow answer as they did the first time that they were asked for the same."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch.setattr

    def of(self, place: str, name: str, key: Callable[..., Any] = lambda *_, **__: None) -> None:
        """What it returns, and what it hands over to `take` meanwhile; pieces one by one stay pieces."""
        real, known = getattr(__import__(place, fromlist=[name]), name), {}

        def once(*args: Any, take: Any = None, **named: Any) -> Any:
            which = repr(key(*args, **named))
            if which not in known:
                taken: list[Any] = []
                told = {"take": _noting(take, taken)} if take is not None else {}
                found = real(*args, **told, **named)
                known[which] = (list(found) if hasattr(found, "__next__") else found), taken
            found, taken = known[which]
            for name_of, frames in taken:
                (take[name_of] if name_of else take)(*frames)
            return iter(found) if isinstance(found, list) else found

        self._patch(f"{place}.{name}", once)


def _noting(take: Any, taken: list[Any]) -> Any:
    if isinstance(take, dict):
        return {name: (lambda *frames, name=name: taken.append((name, frames))) for name in take}
    return lambda *frames: taken.append(("", frames))


def content_print(folder: Path) -> str:
    return sha256(repr(sorted(files_of(folder).items())).encode()).hexdigest()


def seed_of(scenario: Any, *_: Any, **__: Any) -> Any:
    return scenario.name, scenario.experiment.seed


@cache
def _everything_loaded() -> None:
    """What is loaded only now would keep for ever what stands in for something here."""
    for module in walk_packages(sim.__path__, "sim."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


@pytest.fixture(autouse=True)
def _only_the_writing(monkeypatch: pytest.MonkeyPatch, without_charts: None) -> None:
    _everything_loaded()
    once, number = Once(monkeypatch), count()
    monkeypatch.setattr(steps.os, "fsync", lambda _: None)
    once.of("sim.experiment.experiment", "run", seed_of)
    once.of("sim.experiment.comparing", "compare", seed_of)
    once.of("sim.show.files", "files_of", lambda result, *_: seed_of(result.scenario))
    once.of("sim.show.comparison_files", "files_of", lambda result, *_: seed_of(result.base.scenario))
    once.of("sim.scenario.loading", "load", lambda *words: words)
    once.of("sim.scenario.schema", "starting_file", lambda *words: words)
    once.of("sim.commands", "with_what_if", lambda base, asked: (seed_of(base), asked))
    once.of("sim.show.comparison_files", "_parted", lambda comparison, _: seed_of(comparison.base.scenario))
    once.of("sim.baseline_commands", "load", lambda *words: words)
    once.of("sim.baseline_commands", "read", lambda place: content_print(place))
    once.of("sim.baseline_commands", "recorded", seed_of)
    once.of("sim.show.baseline_files", "packed", lambda blocks: [one.about["fingerprints"] for one in blocks])
    once.of("sim.baseline_commands", "check")
    once.of("sim.show.exported", "exported", lambda run, form, zone, *_: zone)
    monkeypatch.setattr("sim.commands._report", lambda *_: None)
    monkeypatch.setattr("sim.commands._report_comparison", lambda *_: None)
    monkeypatch.setattr(check_files, "charts_of", lambda *_: {})
    monkeypatch.setattr("sim.show.checked.page.page_of", lambda *_: "a page")
    # What a fit learns takes minutes, and is no matter here.
    monkeypatch.setattr("sim.evidence.fitting.fit", lambda *_, **__: SimpleNamespace(verdict="agrees"))
    monkeypatch.setattr("sim.show.fitted.print_fit", lambda _: None)
    monkeypatch.setattr(
        "sim.show.fitted.files_of_fit",
        lambda *_: iter(_a_fit(next(number))),
    )


def _a_fit(number: int) -> list[tuple[str, bytes]]:
    """The files of a fit, by their names, its roster first."""
    roster = b"seller,share,type\n" + b"".join(b"s%d,0.1,t1\n" % one for one in range(10))
    return [
        ("sellers.csv", roster),
        ("scenario.yaml", b"name: x\n"),
        ("fit.json", b'{"n": %d}' % number),
        ("report.html", b"a page"),
    ]


class Bench:
    """One command in a folder that can be brought back to what it was before."""

    def __init__(self, doing: Doing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._doing, self._kept, self._work = doing, tmp_path / "kept", tmp_path / "work"
        self._kept.mkdir()
        monkeypatch.chdir(self._kept)
        for words in doing.before:
            assert main(words) == 0
        self._work.mkdir()
        self.before = files_of(self._kept)
        self.again(monkeypatch)
        self.count = steps_of(lambda: self.expect_fine(self()))
        self.after = files_of(self._work)
        assert self.after != self.before
        assert self.count > 5

    def again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(self._kept)
        shutil.rmtree(self._work)
        shutil.copytree(self._kept, self._work)
        monkeypatch.chdir(self._work)

    def __call__(self) -> int:
        return main(self._doing.words)

    def expect_fine(self, code: int) -> None:
        assert code in self._doing.is_fine

    def holds(self, *, told: bool) -> None:
        """Each place holds the old or the new, whole; the new everywhere where nobody was told of a fault."""
        now = {name: content for name, content in files_of(self._work).items() if not hidden(name)}
        if not told:
            assert now.keys() == self.after.keys()
        for place in {place_of(name) for name in (*now, *self.before, *self.after)}:
            here = at(place, now)
            is_old = same(here, at(place, self.before)) or is_sealed(here, f"{place}/check.json")
            assert same(here, at(place, self.after)) or (told and is_old), place

    def is_whole_when_swept(self) -> None:
        """What every command does first with the places that it is about leaves the old or the new, and no more."""
        for folder in [self._work, *(path for path in self._work.rglob("*") if path.is_dir())]:
            sweep(folder)
        assert not [name for name in files_of(self._work) if hidden(name)]
        self.holds(told=True)

    def is_whole_after_the_next(self) -> None:
        """The same command once more does what it should, and nothing is left beside."""
        self.expect_fine(self())
        assert files_of(self._work).keys() == self.after.keys()
        self.holds(told=False)


def hidden(name: str) -> bool:
    return any(part.startswith(".") for part in Path(name).parts)


def place_of(name: str) -> str:
    """The folder, or the file, that is there as a whole or not at all."""
    for place in (
        "new/deep/fitted",
        "new/deep/results/base",
        "results/base/",
        "results/",
        "kept/base",
        "check",
        "fitted",
    ):
        if name.startswith(place):
            return place if place != "results/" else "/".join(name.split("/")[:2])
    return name


def at(place: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if place_of(name) == place}


def is_sealed(files: dict[str, bytes], sign: str) -> bool:
    """Whether a folder is complete by its own words; a check tells of a history only where it could be kept."""
    if sign not in files:
        return False
    hashes = json.loads(files[sign])["files"]
    others = {name.removeprefix(sign.removesuffix("check.json")): content for name, content in files.items()}
    return hashes == {name: sha256(content).hexdigest() for name, content in others.items() if name in hashes}


def same(one: dict[str, bytes], other: dict[str, bytes]) -> bool:
    """But for what tells of the time that it took, and of how often it was asked."""
    volatile = ("run.json", "fit.json", "history.jsonl", "check.json")
    plain = [
        {name: b"" if name.endswith(volatile) else content for name, content in files.items()}
        for files in (one, other)
    ]
    return plain[0] == plain[1]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Bench]:
    return lambda name: Bench(DOINGS[name], tmp_path, monkeypatch)


def refused_at(number: int, refusal: int, here: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    with failing_at(number, refusal):
        code = here()
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert code in (0, BAD_INPUT), said
    if code:
        assert os.strerror(refusal) in said
    here.holds(told=code != 0)
    here.is_whole_when_swept()


def killed(number: int, here: Bench) -> None:
    with killed_at(number), suppress(Killed):
        here()
    here.is_whole_when_swept()


@pytest.mark.slow
@pytest.mark.parametrize("name", DOINGS)
def test_each_step_that_is_refused_or_not_outlived(
    name: str, bench: Callable[[str], Bench], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = bench(name)
    for number in range(0, here.count, EVERY.get(name, 1)):
        here.again(monkeypatch)
        refused_at(number, REFUSALS[number % 3], here, capsys)
        here.again(monkeypatch)
        killed(number, here)


@pytest.mark.long
@pytest.mark.parametrize("swap", [True, False], ids=["one step", "two steps"])
@pytest.mark.parametrize("name", DOINGS)
def test_each_step_for_each_reason(
    name: str,
    swap: bool,
    bench: Callable[[str], Bench],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if not swap:
        monkeypatch.setattr(steps, "swap", lambda *_: False)
    here = bench(name)
    for number in range(here.count):
        for refusal in REFUSALS:
            here.again(monkeypatch)
            refused_at(number, refusal, here, capsys)
            here.is_whole_after_the_next()
        here.again(monkeypatch)
        killed(number, here)
        here.is_whole_after_the_next()
