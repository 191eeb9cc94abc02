"""What is compiled: the steps of the choreography, and the rules that both engines call.

The rules stay plain functions, which the SimPy market calls as they are; here they are made known to Numba under
the same names. No step of the choreography allocates anything, so none counts references (which would cost more
than the work itself).
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import isfunction
from typing import Any, TypeVar

from numba import njit
from numba.extending import register_jitable

from sim.rules import claims, clocks, refunds, requests

Step = TypeVar("Step", bound=Callable[..., Any])
RULES = (claims, clocks, refunds, requests)
"""The pages whose rules both engines call."""


def step(function: Step) -> Step:
    """A part of the choreography: compiled into whatever calls it."""
    compiled: Step = njit(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    return compiled


def inlined(function: Step) -> Step:
    """A small part that stands wherever it is called, since it is called for everything that happens."""
    compiled: Step = njit(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)
    return compiled


def kept(function: Step) -> Step:
    """An entrance: what Python calls (`machine_code.Entrance`), whose machine code is kept (`compiling`).

    It returns nothing, and is given numbers, arrays and tuples of them.
    """
    return function


def _make_rules_known() -> None:
    for page in RULES:
        for rule in vars(page).values():
            if isfunction(rule) and rule.__module__ == page.__name__:
                register_jitable(rule)


_make_rules_known()
