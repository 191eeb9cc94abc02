"""How much memory a command will take, foreseen from orders and claims; and how much there is.

What lives in memory is: the orders of the replications that are lived through at the same time, a few numbers each;
their claims, with all that an engine keeps of one that is under way; and of all replications the cohort's claims,
as tables. The sizes were measured (`tests/regression/test_memory.py` says how) and are rounded up.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sim.errors import UserError
from sim.experiment.engines import COMPILED, SIMPY
from sim.scenario.model import Scenario
from sim.scenario.selling import expected_orders

AN_ORDER = 8
"""Bytes for each order of a replication that is lived through: the instant of its payment is kept in four."""
A_CLAIM: Mapping[str, int] = {SIMPY: 4_500, COMPILED: 1_200}
"""Bytes for each claim of a replication that is lived through, by engine."""
A_KEPT_CLAIM = 1_000
"""Bytes for each claim of the cohort, of all replications, until results are written."""
A_PROCESS = 200_000_000
"""Bytes for a worker before it does anything."""
COMPILER = 300_000_000
"""Bytes for the compiler, or the machine code."""
WORTH_SAYING = 1_000_000_000
"""Bytes from which a user may wonder."""
GROUPS = Path("/proc/self/cgroup")
GROUP_FILES = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))
"""What a control group of Linux may take and takes: version 2, and version 1."""


class PlannedLoad(NamedTuple):
    """What is to be lived through of one scenario."""

    scenario: Scenario
    replications: int
    claims: float
    """Expected in one replication."""


def foreseen(loads: Sequence[PlannedLoad], engine: str, jobs: int = 1) -> float:
    """Bytes that it will take at its most, with so many processes, beside what this one takes already."""
    at_once = min(jobs, max((one.replications for one in loads), default=1))
    lived = max((_lived_through(one, engine) for one in loads), default=0.0)
    kept = sum(A_KEPT_CLAIM * one.replications * one.claims * _of_cohort(one.scenario) for one in loads)
    process = A_PROCESS if at_once > 1 else 0
    return at_once * (lived + process + (COMPILER if engine == COMPILED else 0)) + kept


def expect_to_fit(loads: Sequence[PlannedLoad], engine: str, jobs: int = 1) -> None:
    """Raises UserError, with ways out, where this machine has not enough memory for it."""
    if fits(loads, engine, jobs):
        return
    there, needed = available() or 0, foreseen(loads, engine, jobs)
    ways = [f"--engine {COMPILED}"] if engine == SIMPY and foreseen(loads, COMPILED, jobs) <= there else []
    ways += ["--jobs 1"] if jobs > 1 and foreseen(loads, engine) <= there else []
    names = ", ".join(one.scenario.name for one in loads)
    raise UserError(
        f"{names}: about {told(needed)} of memory needed (engine {engine}, {_size(loads)}), expected at most "
        f"{told(there)}, which is free here: {' or '.join((*ways, 'fewer orders a day, or a shorter experiment'))}"
    )


def fits(loads: Sequence[PlannedLoad], engine: str, jobs: int = 1) -> bool:
    """Whether this machine has enough memory for it, as far as anybody says."""
    there = available()
    return there is None or foreseen(loads, engine, jobs) <= there


def said(loads: Sequence[PlannedLoad]) -> list[str]:
    """What is worth saying of what a run with one process takes; nothing where any machine has that."""
    needed = {engine: foreseen(loads, engine) for engine in A_CLAIM}
    if max(needed.values()) < WORTH_SAYING:
        return []
    by_engine = ", ".join(f"{told(size)} (engine {engine})" for engine, size in needed.items())
    there = available()
    free = f"; {told(there)} is free here" if there is not None else ""
    return [f"takes about {by_engine} of memory, for {_size(loads)}{free}"]


def available() -> int | None:
    """Bytes that are free on this machine, and within its container; None where nobody says."""
    known = [free for free in (_of_machine(), *_of_groups()) if free is not None]
    return min(known) if known else None


def told(size: float) -> str:
    """Bytes for people."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e8 else f"{size / 1e6:,.0f} MB"


def _size(loads: Sequence[PlannedLoad]) -> str:
    largest = max(loads, key=lambda one: one.claims)
    return f"{expected_orders(largest.scenario):,.0f} orders and {largest.claims:,.0f} claims in a replication"


def _lived_through(load: PlannedLoad, engine: str) -> float:
    return AN_ORDER * expected_orders(load.scenario) + A_CLAIM[engine] * load.claims


def _of_cohort(scenario: Scenario) -> float:
    """The share of all orders, roughly, that are reported."""
    return scenario.experiment.cohort.seconds / scenario.experiment.arrivals_end


def _of_machine() -> int | None:
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1])
    with suppress(OSError, ValueError, AttributeError):  # macOS says how much there is, not what is free
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _of_groups() -> Iterable[int | None]:
    return map(_of_group, _groups())


@cache
def _groups() -> tuple[Path, ...]:
    """Each control group that this process is in, and those around it, as far as they tell of memory."""
    found: list[Path] = []
    with suppress(OSError, ValueError):
        for line in GROUPS.read_text().splitlines():
            _, what, path = line.split(":", 2)
            root = Path("/sys/fs/cgroup") / ("memory" if what else "")
            if what in ("", "memory"):
                inner = root / path.lstrip("/")
                found += [one for one in (inner, *inner.parents) if one.is_relative_to(root)]
    return tuple(group for group in found if any((group / most).exists() for most, _ in GROUP_FILES))


def _of_group(group: Path) -> int | None:
    """What it may still take; what it took to remember files can be had again."""
    for most, taken in GROUP_FILES:
        with suppress(OSError, ValueError):
            limit, used = int((group / most).read_text()), int((group / taken).read_text())
            return limit - used + _of_files(group / "memory.stat")
    return None


def _of_files(stat: Path) -> int:
    with suppress(OSError, ValueError):  # what version 1 counts of a group alone, it has as a total too
        sizes = dict(line.split() for line in stat.read_text().splitlines())
        return int(sizes.get("total_inactive_file", sizes.get("inactive_file", 0)))
    return 0
