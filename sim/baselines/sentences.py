"""What a check says of a scenario in a sentence: why this verdict, and what to do about it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from sim.baselines.causes import Found
from sim.baselines.judgement import CHANGED, UNCHANGED, MeasureCheck
from sim.experiment.verdicts import INCONCLUSIVE

NAMED = 3
"""Causes or measures that one sentence names."""


def reason(verdict: str, measures: Sequence[MeasureCheck], found: Found, is_identical: bool) -> str:
    """Why this verdict."""
    headlines = [one for one in measures if one.is_headline]
    moved = [one.measure for one in headlines if one.verdict == CHANGED]
    unsure = [one.measure for one in headlines if one.verdict == INCONCLUSIVE]
    if is_identical:
        return "every claim went the same way, to the second and the cent"
    suspected = [one.measure for one in headlines if one.is_suspected]
    if verdict == CHANGED:
        beside = f"; {_listed(suspected)} in the judging one only" if suspected else ""
        return f"{_listed(moved)} moved by more than the margin, in both blocks of replications{beside}"
    if verdict == UNCHANGED:
        return "some claims went otherwise, and no headline measure moved by more than its margin"
    if found.is_redrawn:
        names = [cause.what for cause in found.causes if cause.kind == "draws"]
        return f"luck is drawn otherwise ({_listed(names)}): the baseline's orders are other orders now"
    if suspected:
        told = "moved in the judging block of replications, and not surely in the confirming one"
        return f"suspected, not confirmed: {_listed(suspected)} {told}"
    return f"{_listed(unsure)} may have moved by more than the margin, or may not"


def advice(verdict: str, found: Found, file: Path, folder: Path) -> str:
    """What to do; nothing where there is nothing to do."""
    anew = f'{recording(file, folder)} --reason "…"'
    if found.is_redrawn:
        return f"if that is meant, a new baseline is needed: {anew}"
    if verdict == CHANGED:
        return f"if that is meant, accept it with its reason: {anew}"
    return f"more replications would tell; or accept it with its reason: {anew}" if verdict == INCONCLUSIVE else ""


def of_orphan(place: Path) -> str:
    """What to do about a baseline without a scenario."""
    return f"if that is meant, remove it: {shlex.join(['git', 'rm', '-r', str(place)])}"


def of_unasked(place: Path) -> str:
    """That a baseline was not looked at."""
    return f"left out: the baseline in {place}, whose scenario was not given"


def recording(file: Path, folder: Path) -> str:
    """The command, ready to be pasted."""
    return shlex.join(["refund-sim", "baseline", str(file), "--baselines", str(folder)])


def _listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b, c and 4 more`."""
    shown = list(names[:NAMED])
    if len(names) > NAMED:
        return f"{', '.join(shown)} and {len(names) - NAMED} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
