"""The layout of a baseline, its files and what `baseline.json` holds; and how one is read again: every fault has
its file, and says what helps."""

from __future__ import annotations

import shlex
from hashlib import sha256
from lzma import LZMAError
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from sim.baselines.baselines import BLOCKS, Baseline, Block
from sim.baselines.claims_table import claims_in, unpacked
from sim.baselines.days_kept import DaysOff
from sim.disk.reading import content_of
from sim.errors import BadBaseline
from sim.experiment import fingerprints
from sim.experiment.draw_fingerprints import DrawFingerprints
from sim.experiment.measures import MEASURES, Ratio
from sim.experiment.verdicts import Headline
from sim.scenario.days import as_season
from sim.scenario.presets import POINTER, is_pointer
from sim.scenario.wording import printable

SIGN, RUNNABLE, CLAIMS = "baseline.json", "scenario.yaml", "claims.csv.xz"
"""Files of a baseline. A folder that holds the first one is a baseline."""
SCHEMA_VERSION = 1
"""Raised when a reader must change."""


class _Kept(BaseModel):
    """Part of the file. Keys of a later version are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class KeptMeasure(_Kept):
    """One measure in one block: what a summary says of it, and for a ratio what each replication adds."""

    value: float | None
    low: float | None
    high: float | None
    unit: str
    n: int
    title: str
    part: list[float | None] | None = None
    whole: list[float | None] | None = None


class KeptBlock(_Kept):
    """One block of replications; `outcomes` are fingerprints by replication, `draws` is one for all."""

    first: int
    orders: int
    claims: int
    draws: str
    outcomes: list[str]
    measures: dict[str, KeptMeasure]


class KeptLuck(_Kept):
    """`experiment.draw_fingerprints.DrawFingerprints`."""

    orders: str
    decisions: dict[str, str]
    facts: dict[str, str]
    edition: int = 1
    """Baselines of before there were editions say none."""


class KeptMargin(_Kept):
    """`experiment.verdicts.Headline`."""

    more_is_better: bool
    margin: float
    relative: float
    of: str = ""


class KeptLayout(_Kept):
    """What the rest of the file is read by."""

    schema_version: int


class KeptBaseline(KeptLayout):
    """The whole file."""

    name: str
    reason: str
    changes: list[str]
    replications: int
    versions: dict[str, str]
    platform: str
    scenario: str
    claims_table: str
    margins: dict[str, KeptMargin]
    luck: KeptLuck
    days_off: dict[str, list[str]] = {}
    """`baselines.days_kept`; baselines of before they were kept say none."""
    blocks: dict[str, KeptBlock]


RATIOS = tuple(name for name, measure in MEASURES.items() if isinstance(measure, Ratio))
_NUMBERS = ("value", "low", "high")
ANEW = 'record it anew with refund-sim baseline … --reason "…"'


def recording(file: Path, folder: Path) -> str:
    """The command, ready to be pasted."""
    return shlex.join(["refund-sim", "baseline", str(file), "--baselines", str(folder)])


def read(place: Path) -> Baseline:
    """Read a baseline's folder. Raises BadBaseline naming the file, what is wrong with it, and what helps."""
    kept = read_kept(place)
    table = _bytes(place / CLAIMS)
    if sha256(table).hexdigest() != kept.claims_table:
        raise BadBaseline(f"{place / CLAIMS}: it is not the table that {SIGN} was written with; {ANEW}")
    try:
        rows = unpacked(table)
        blocks = {name: _block_again(kept.blocks[name], kept, rows) for name in BLOCKS}
    except (ValueError, KeyError, EOFError, LZMAError) as fault:
        raise BadBaseline(f"{place}: cannot be read ({fault}); {ANEW}") from None
    return Baseline(
        name=kept.name,
        reason=kept.reason,
        changes=tuple(kept.changes),
        replications=kept.replications,
        headlines={name: Headline(**dict(one)) for name, one in kept.margins.items() if name in MEASURES},
        versions=kept.versions,
        platform=kept.platform,
        scenario_print=kept.scenario,
        luck=DrawFingerprints(**dict(kept.luck)),
        days_off=_seasonable(kept.days_off, place),
        blocks=blocks,
        runnable=_bytes(place / RUNNABLE).decode("utf-8", "replace"),
    )


def _seasonable(days_off: DaysOff, place: Path) -> DaysOff:
    try:
        for written in (each for days in days_off.values() for each in days):
            as_season(written)
    except ValueError as fault:
        raise BadBaseline(f"{place / SIGN}: days_off: {fault}; {ANEW}") from None
    return days_off


def read_kept(place: Path) -> KeptBaseline:
    """The reviewable part alone. Raises BadBaseline."""
    path = place / SIGN
    written = _bytes(path)
    try:
        layout = KeptLayout.model_validate_json(written).schema_version
        if layout == SCHEMA_VERSION:
            return KeptBaseline.model_validate_json(written)
    except ValidationError as faults:
        raise BadBaseline(f"{path}: {first_fault(faults)}; {ANEW}") from None
    told = f"its layout is number {layout}, this version of refund-sim reads number {SCHEMA_VERSION}"
    raise BadBaseline(f"{path}: {told}; {ANEW}")


def first_fault(faults: ValidationError) -> str:
    """`luck: Field required`: where it is, and what is wrong there."""
    first = faults.errors(include_url=False)[0]
    return ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))


def _bytes(path: Path) -> bytes:
    try:
        content = content_of(path)
    except OSError as refused:
        raise BadBaseline(f"{path}: cannot be read: {refused.strerror}; {ANEW}") from None
    if is_pointer(content):
        raise BadBaseline(f"{path}: {POINTER}")
    return content


def _block_again(kept: KeptBlock, baseline: KeptBaseline, rows: pd.DataFrame) -> Block:
    count = baseline.replications
    orders, unasked = claims_in(rows, kept.first, count)
    if len(orders) != kept.claims or len(kept.outcomes) != count:
        raise ValueError(f"{len(orders)} claims in the table and {kept.claims} in {SIGN}")
    return Block(
        orders=orders,
        unasked=unasked,
        by_replication=pd.concat([_sums(name, kept, count) for name in RATIOS], ignore_index=True),
        summary=pd.DataFrame([_row(name, kept) for name in MEASURES]).set_index("measure"),
        about={
            "first": kept.first,
            "replications": count,
            "orders": kept.orders,
            "claims": kept.claims,
            "fingerprints": {
                "scenario": baseline.scenario,
                "draws": kept.draws,
                "outcomes": fingerprints.together(kept.outcomes),
            },
        },
        outcomes=tuple(kept.outcomes),
    )


def _sums(name: str, kept: KeptBlock, count: int) -> pd.DataFrame:
    """What each replication adds; nothing to a measure that there was not yet."""
    measure = kept.measures.get(name)
    sums = [(measure and getattr(measure, key)) or [0.0] * count for key in ("part", "whole")]
    if any(len(numbers) != count for numbers in sums):
        raise ValueError(f"{name} has {len(sums[0])} parts, expected one for each of {count} replications")
    part, whole = (np.asarray(numbers, dtype=np.float64) for numbers in sums)
    names, numbers = np.repeat([name], count), np.arange(count)
    return pd.DataFrame({"measure": names, "replication": numbers, "part": part, "whole": whole})


def _row(name: str, kept: KeptBlock) -> dict[str, Any]:
    """Of the summary; without numbers for a measure that there was not yet."""
    measure = kept.measures.get(name)
    numbers = {key: nan if (number := getattr(measure, key, None)) is None else number for key in _NUMBERS}
    unit, title = (
        (printable(measure.unit), printable(measure.title))
        if measure
        else (MEASURES[name].unit, MEASURES[name].title)
    )
    return {"measure": name, **numbers, "unit": unit, "n": measure.n if measure else 0, "title": title}
