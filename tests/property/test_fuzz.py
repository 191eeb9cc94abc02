"""Files as a disk, a merge or a stranger leaves them: each gets an answer or a refusal, and never a traceback.

Scenario files, baselines, their tables, histories, and the mappings and logs of `fit` are spoilt.
A fixed number of examples in every run of the tests; thousands under `long`.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.cli import main
from tests.scenario_files import BASE, BASE_FILE

CODES = {0, 1, 2, 4}
FEW, MANY = 20, 3000
TINY = ("--orders-per-day", "2", "--replications", "1", "--set", "experiment.run_out=5 d", "--jobs", "1", "-q")
MAPPING = """\
orders:
  file: orders.csv
  columns: {order: order, paid: paid, seller: seller, value: value, method: method}
claims:
  file: claims.csv
  columns: {order: order, requested: requested, closed: closed, status: status}
formats: {default: "%Y-%m-%d %H:%M:%S"}
zone: {default: Asia/Shanghai}
words:
  status: {ACCEPT: accepted, REJECT: refused}
cut: 2019-02-04
period: {fit: 2018-09-03..2018-12-31}
base: base.yaml
"""
ORDERS = "order,paid,seller,value,method\n" + "".join(
    f"{n},2018-10-{1 + n % 28:02} 12:00:00,{n % 3},{n}.50,card\n" for n in range(30)
)
CLAIMS = (
    "order,requested,closed,status\n3,2018-10-05 12:00:00,2018-10-06 12:00:00,ACCEPT\n4,2018-10-06 09:00:00,,\n"
)

ODD = st.sampled_from(
    [
        b"\x00", b"\x1b[31m", b"\xed\xa0\x80", b"\r", b"\n", b"\t", b"::error::x\n", b"- ", b": ", b"{", b"}",
        b"\xff\xfe", b"[", b"]", b'"', b"'", b"#", b"&a ", b"*a", b"!!python/object:os.system ", b"<<: ", b"null",
        b"true", b"NaN", b".inf", b"-1", b"0", b"1e308", b"1e-320", b"99999999999999999999", b"1 d", b"never",
        b"none", b"", b"2018-02-30", b"[" * 600, b"\xe2\x80\xae", b"../../etc/passwd", b"=1+1", b",,,,", b"9" * 500,
    ]
)  # fmt: skip


@st.composite
def slips(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A few things that happen to a file, at places that are drawn as parts of its length."""
    kinds = st.sampled_from(["cut", "drop", "double", "put", "instead", "flip", "swap"])
    made = draw(st.lists(st.tuples(kinds, st.floats(0, 1), st.integers(1, 40), ODD), min_size=1, max_size=4))

    def spoil(content: bytes) -> bytes:
        for kind, where, length, odd in made:
            at = int(where * len(content))
            some = content[at : at + length]
            before, after = content[:at], content[at + length :]
            content = {
                "cut": before,
                "drop": before + after,
                "double": before + some + some + after,
                "put": before + odd + some + after,
                "instead": before + odd + after,
                "flip": before + bytes(byte ^ 1 << length % 8 for byte in some[:1]) + some[1:] + after,
                "swap": after + some + before,
            }[kind]
        return content

    return spoil


class Place:
    """A folder with a scenario, its baseline, a history and a log, each of which can be spoilt and mended again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(BASE_FILE, folder / "base.yaml")
        for name, text in (("mapping.yaml", MAPPING), ("orders.csv", ORDERS), ("claims.csv", CLAIMS)):
            (folder / name).write_text(text)
        assert self.says("baseline", "base.yaml", *TINY, "--baselines", "kept")[0] == 0
        history = ("--history", "history.jsonl", "--commit", "c1")
        assert self.says("check", "base.yaml", "--baselines", "kept", "--jobs", "1", "-q", *history)[0] == 0

    def says(self, *words: str) -> tuple[int, str]:
        """The exit code, and all that is said. Words that are files of the folder are given as such."""
        there = [str(self.folder / word) if self._is_here(word) else word for word in words]
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            code = main(there)
        return code, said.getvalue()

    def _is_here(self, word: str) -> bool:
        return word in ("kept", "results") or word.endswith((".yaml", ".jsonl"))

    def answers(self, file: str, spoil: Callable[[bytes], bytes], *words: str) -> None:
        """With a spoilt file it says one of the codes and why, and leaves all files as they were."""
        path = self.folder / file
        sound = path.read_bytes()
        try:
            path.write_bytes(spoil(sound))
            code, said = self.says(*words)
        finally:
            path.write_bytes(sound)
        assert code in CODES, said
        assert "Traceback" not in said
        assert "\x1b" not in said
        assert "\x00" not in said
        assert code != 2 or said.strip()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("fuzz"))


CHECK = ("check", "base.yaml", "--baselines", "kept", "--jobs", "1", "-q")
TARGETS = {
    "scenario": ("base.yaml", ("validate", "base.yaml")),
    "scenario shown": ("base.yaml", ("show", "base.yaml")),
    "baseline": ("kept/base/baseline.json", CHECK),
    "baseline's claims": ("kept/base/claims.csv.xz", CHECK),
    "baseline's scenario": ("kept/base/scenario.yaml", CHECK),
    "history": ("history.jsonl", (*CHECK, "--history", "history.jsonl", "--commit", "c2")),
    "mapping": ("mapping.yaml", ("fit", "mapping.yaml", "--check")),
    "log of orders": ("orders.csv", ("fit", "mapping.yaml", "--check")),
    "log of claims": ("claims.csv", ("fit", "mapping.yaml", "--check")),
}
CHECKING = {"baseline", "baseline's claims", "baseline's scenario", "history"}
"""Those that simulate where the file is sound enough."""
CHECKED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_a_spoilt_file_gets_an_answer_or_a_refusal(target: str, place: Place) -> None:
    file, words = TARGETS[target]

    @settings(max_examples=4 if target in CHECKING else FEW, suppress_health_check=CHECKED)
    @given(slips())
    def some(spoil: Callable[[bytes], bytes]) -> None:
        place.answers(file, spoil, *words)

    some()


@pytest.mark.long
@pytest.mark.parametrize("target", TARGETS)
def test_thousands_of_spoilt_files_get_an_answer_or_a_refusal(target: str, place: Place) -> None:
    file, words = TARGETS[target]

    @settings(max_examples=MANY, suppress_health_check=CHECKED, derandomize=False)
    @given(slips())
    def some(spoil: Callable[[bytes], bytes]) -> None:
        place.answers(file, spoil, *words)

    some()


@pytest.mark.parametrize("file", ["kept/base/baseline.json", "history.jsonl", "mapping.yaml"])
def test_every_end_of_a_file_gets_an_answer(file: str, place: Place) -> None:
    """A copy that broke off, at a few places all along."""
    words = next(words for named, words in TARGETS.values() if named == file)
    for part in range(4):
        place.answers(file, lambda content, part=part: content[: len(content) * part // 4], *words)


def test_the_base_is_sound(place: Place) -> None:
    assert (place.folder / "base.yaml").read_text() == BASE
    assert place.says("validate", "base.yaml")[0] == 0
    assert place.says(*CHECK)[0] == 0
    code, said = place.says("fit", "mapping.yaml", "--check")
    assert code == 0, said


@pytest.mark.parametrize("kind", ["a named pipe", "/dev/zero"])
@pytest.mark.parametrize("target", [name for name in TARGETS if name != "scenario shown"])
def test_a_pipe_or_a_device_in_its_place_is_neither_waited_for_nor_read(
    target: str, kind: str, place: Place, tmp_path: Path
) -> None:
    file, words = TARGETS[target]
    path, other = place.folder / file, tmp_path / "pipe" if kind == "a named pipe" else Path(kind)
    if kind == "a named pipe":
        os.mkfifo(other)
    sound = path.read_bytes()
    path.unlink()
    path.symlink_to(other)
    try:
        code, said = place.says(*words)
    finally:
        path.unlink()
        path.write_bytes(sound)
    assert code == 2, said
    assert "regular file" in said or "no such file" in said, said
