"""The history of checks: what each commit's headline measures were, one line of JSON per commit and scenario.

A line stands for one commit and one scenario. The same commit checked again takes the place of its line, so a file
does not grow when a job is run anew, and equal results leave it as it was, byte for byte. Without a commit's name,
the fingerprint of the outcomes takes its place: equal outcomes are one line. The file is written beside its place
and renamed, so a killed job leaves the old or the new one. A last line that is torn all the same (a full disk, a
broken download) is put aside in `FILE.torn` and said; any other line that is not one of ours is a fault.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Annotated, Final, Literal, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from sim.baselines.commits import Commit, Forgets, in_order
from sim.baselines.judgement import SUSPECTED, VERDICTS, Check, MeasureCheck, ScenarioCheck
from sim.baselines.reading import first_fault
from sim.disk import steps
from sim.disk.placing import PATIENCE
from sim.disk.reading import content_of, expect_regular
from sim.disk.site import site_of, sweep
from sim.errors import UserError, refusing
from sim.experiment.number import Number
from sim.scenario.presets import POINTER, is_pointer
from sim.scenario.wording import either, printable

VERSION: Final = 1
"""Of the layout of a line."""
MOST_BYTES = 64 * 2**20
"""A larger file is not one of ours: a line takes some 1.5 kB, so it would hold more than 40,000 of them."""
TORN = ".torn"

NullableNumber = Annotated[float, BeforeValidator(lambda number: nan if number is None else number)]
"""JSON has no NaN: null stands for it."""
Ends = tuple[NullableNumber, NullableNumber, NullableNumber]
"""Value, low, high."""


def _one_of_ours(verdict: str) -> str:
    if verdict not in VERDICTS:
        raise ValueError(f"found the verdict {verdict!r}, expected {either(VERDICTS)}")
    return verdict


Words = Annotated[str, AfterValidator(printable)]
"""A file may come from anywhere: nothing in it moves a terminal's cursor, or is no XML."""
VerdictWord = Annotated[str, AfterValidator(_one_of_ours)]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, ser_json_inf_nan="null")


class TrendPoint(_Line):
    """One headline measure at one commit."""

    title: Words
    unit: Words
    baseline: Ends
    now: Ends
    margin: NullableNumber
    verdict: VerdictWord
    suspected: bool = False
    """Whether it moved in the judging block, and not surely in the confirming one; only written where it did."""

    @property
    def said(self) -> str:
        """The verdict, or that a change is suspected."""
        return SUSPECTED if self.suspected else self.verdict

    @property
    def then(self) -> Number:
        """What the baseline had."""
        return Number(*self.baseline)

    @property
    def reading(self) -> Number:
        """What this commit had."""
        return Number(*self.now)


class CommitEntry(_Line):
    """One commit and one scenario."""

    version: Literal[1]
    commit: Words
    """Its name; empty where nobody knew it."""
    date: Words
    """When it was made, in ISO 8601; may be empty."""
    scenario: Words
    verdict: Words
    accepted: str
    """Fingerprint of the baseline that it was checked against: another one means that a change was accepted."""
    reason: Words
    """Why that baseline was recorded; empty for a first one."""
    outcomes: str
    """Fingerprint of this commit's outcomes."""
    measures: Mapping[str, TrendPoint]

    @property
    def key(self) -> tuple[str, str]:
        """What a line stands for."""
        return self.commit or self.outcomes, self.scenario


@dataclass(frozen=True)
class History:
    """What is known of earlier commits, in the order of the file."""

    entries: tuple[CommitEntry, ...]
    torn: str = ""
    """A last line that could not be read."""
    now: frozenset[tuple[str, str]] = frozenset()
    """Keys of the entries that were added, or replaced, just now."""

    def of(self, scenario: str) -> list[CommitEntry]:
        """The entries of one scenario, the oldest commit first."""
        return in_order(entry for entry in self.entries if entry.scenario == scenario)

    def until_now(self, scenario: str) -> list[CommitEntry]:
        """Those of one scenario up to the commit that was checked just now; all, where that is not known."""
        entries = self.of(scenario)
        places = [place for place, entry in enumerate(entries) if entry.key in self.now]
        return entries[: places[-1] + 1] if places else entries


def remember(check: Check, file: Path, commit: Commit, forgets: Forgets = lambda _: False) -> History:
    """Write what was found into the history, without commits that are to be forgotten, and return all of it.

    Raises UserError as `read` does, and where the file cannot be written.
    """
    fresh = {entry.key: entry for entry in (_entry(one, commit) for one in check.scenarios)}
    now = frozenset(fresh)
    real = Path(os.path.realpath(file))  # a link stays a link
    with refusing("cannot write the history", file), site_of(real, patience=PATIENCE) as site:
        history = read(file)  # alone, so that of two checks at once neither loses the other's lines
        # Those that are there keep their place; the others follow.
        kept = [fresh.pop(entry.key, entry) for entry in history.entries if not forgets(entry.commit)]
        entries = (*kept, *fresh.values())
        if history.torn:
            steps.append(real.with_name(real.name + TORN), f"{history.torn}\n".encode())
        steps.write(site.new, b"".join(map(_written, entries)))
        site.expect_ours()
        steps.move(site.new, real)
        steps.sync_folder(real.parent)
    return History(entries, history.torn, now)


def expect_history(file: Path) -> None:
    """Refuse early what `remember` would refuse: a faulty history, and a place that cannot be written."""
    sweep(Path(os.path.realpath(file)).parent)
    read(file)
    with refusing("cannot write the history", file), site_of(Path(os.path.realpath(file)), patience=PATIENCE):
        pass


def read(file: Path) -> History:
    """All entries of a file; none where there is no file. Raises UserError with file and line for a faulty one."""
    with refusing("cannot read the history", file):
        content = content_of(file, MOST_BYTES) if expect_regular(file) else b""
    if is_pointer(content):
        raise UserError(f"{file}: {POINTER}")
    *lines, rest = content.split(b"\n")
    entries = [_read_line(line, file, number) for number, line in enumerate(lines, 1) if line.strip()]
    if not rest.strip():
        return History(tuple(entries))
    try:
        return History((*entries, _read_line(rest, file, len(lines) + 1)))
    except UserError:
        return History(tuple(entries), torn=rest.decode(errors="backslashreplace"))


def _read_line(line: bytes, file: Path, number: int) -> CommitEntry:
    try:
        return CommitEntry.model_validate_json(json.dumps(json.loads(line, parse_constant=_refuse)))
    except (ValueError, RecursionError) as fault:
        why = first_fault(fault) if isinstance(fault, ValidationError) else fault
        raise UserError(f"{file}:{number}: not a line of a history: {why}") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"found {constant}, which is no JSON")


def _entry(one: ScenarioCheck, commit: Commit) -> CommitEntry:
    return CommitEntry(
        version=VERSION,
        commit=commit.name,
        date=commit.date,
        scenario=one.scenario,
        verdict=one.verdict,
        accepted=one.recorded.outcomes,
        reason=one.recorded.reason,
        outcomes=one.fingerprints["outcomes"],
        measures={each.measure: _point(each) for each in one.headlines},
    )


def _point(one: MeasureCheck) -> TrendPoint:
    return TrendPoint(
        title=one.title,
        unit=one.unit,
        baseline=_ends(one.baseline),
        now=_ends(one.now),
        margin=_digits(one.margin),
        verdict=one.verdict,
        suspected=one.is_suspected,
    )


def _ends(reading: Number) -> Ends:
    return _digits(reading.value), _digits(reading.low), _digits(reading.high)


def _digits(number: float) -> float:
    """Twelve, which are all that is known: two machines may differ in the last ones."""
    return float(f"{number:.12g}")


def _written(entry: CommitEntry) -> bytes:
    plain = json.loads(entry.model_dump_json(exclude_defaults=True))
    return (json.dumps(plain, ensure_ascii=False, allow_nan=False) + "\n").encode()
