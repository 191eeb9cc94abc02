"""refund-sim: a wind tunnel for refund policies.

Contents, in the order in which things happen (imports only ever point up this list):

    errors, vocabulary   what can go wrong; the field's words
    scenario             what a user writes: a YAML file, checked once, frozen
    rules                pure functions: may the buyer still cancel? what does silence mean? is it worth it?
    chance               luck: uniforms by (replication, decision, order), turned into facts
    records              what is written down of an order, and what must always hold
    market               the marketplace in SimPy; `market/order.py` is THE LIFE OF AN ORDER: read it first
    compiled             the market's twin: the same life as a compiled event loop over arrays, equal to the second
    study                replications, estimates with intervals, curves
    evidence             from a refund log to a scenario: estimates under censoring, judged on weeks it never saw
    regression           baselines that a repository keeps, and whether anything has moved since
    show                 tables, charts, stories, reports, result folders
    api                  the same from Python: sim.load, sim.run, sim.compare, sim.trace, sim.report, sim.warm
    gate                 what `baseline` and `check` do at the gate of a pull request
    given, commands      what each command is given and does
    cli_logs, cli        their words
    streams, door        where words go and what ends a command; the console command

scenario file → Scenario → draws → engine → outcome table → estimates → charts and tables, and never back.
"""

from __future__ import annotations

TYPE_CHECKING = False  # known to type checkers; importing `typing` for it would take longer than all the rest
if TYPE_CHECKING:
    from typing import Any

    from sim.api import bar, compare, fit, load, report, run, trace, warm

__version__ = "0.1.0"
__all__ = ["__version__", "bar", "compare", "fit", "load", "report", "run", "trace", "warm"]


def __getattr__(name: str) -> Any:
    """The public functions, imported when first used, so that `refund-sim --help` need not wait for pandas."""
    from importlib import import_module

    if name in __all__:
        return getattr(import_module("sim.api"), name)
    raise AttributeError(f"module 'sim' has no attribute '{name}'")
