"""What is compiled, and when it has to be compiled again.

The rules stay plain functions, which the SimPy market calls as they are; here they are made known to Numba under
the same names. No step of the choreography allocates anything, so none counts references (which would cost more
than the work itself).
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from inspect import isfunction
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.extending import register_jitable

from sim.rules import answers, cancelling, clocks, disputing, refunding, requests, returning

Step = TypeVar("Step", bound=Callable[..., Any])
RULES = (answers, cancelling, clocks, disputing, refunding, requests, returning)
"""The pages whose rules both engines call."""
SOURCES = ("compiled/*.py", "rules/*.py", "chance/facts.py", "records/*.py", "scenario/*.py", "vocabulary.py")
"""Everything that goes into the machine code."""


def step(function: Step) -> Step:
    """A part of the choreography: compiled into whatever calls it."""
    compiled: Step = njit(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    return compiled


def kept(function: Step) -> Step:
    """The entrance: its machine code, with all that it calls, is kept on disk for the next time."""
    compiled: Step = njit(function, _nrt=False, cache=True)
    return compiled


def edition() -> int:
    """A number that changes with any source that is compiled.

    Numba looks for a change only in the file that holds the entrance; a rule changed elsewhere would run stale.
    """
    house = Path(__file__).parents[1]
    pages = sorted(page for pattern in SOURCES for page in house.glob(pattern))
    return int(sha256(b"".join(page.read_bytes() for page in pages)).hexdigest()[:15], 16)


def _make_rules_known() -> None:
    for page in RULES:
        for rule in vars(page).values():
            if isfunction(rule) and rule.__module__ == page.__name__:
                register_jitable(rule)


_make_rules_known()
