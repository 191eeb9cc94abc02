"""The layout of a baseline: its files, and what `baseline.json` holds, checked when one is read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

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


class KeptBaseline(_Kept):
    """The whole file."""

    schema_version: int
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
