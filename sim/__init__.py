"""refund-sim: a wind tunnel for refund policies.

Contents, in the order in which things happen (imports only ever point up this list):

    version, arrays, special, errors, vocabulary  which one; arrays; SciPy's functions; what can go wrong; words
    disk                 reading and writing, whatever is full, forbidden, shared or killed
    scenario             what a user writes: a YAML file, checked once, frozen
    rules                pure functions: may the buyer still cancel? what does silence mean? is it worth it?
    chance               luck: uniforms by (replication, decision, order), turned into facts
    records              what is written down of an order, and what must always hold
    market               the marketplace in SimPy; `market/order.py` is THE LIFE OF AN ORDER: read it first
    compiled             the market's twin: the same life as a compiled event loop over arrays, equal to the second
    experiment           replications, estimates with intervals, curves
    evidence             from a refund log to a scenario: estimates under censoring, judged on weeks it never saw
    waiting              open cases: their past is facts, their future luck conditioned on it; advice for who waits
    worlds               many worlds: ranges applied, policies tried in each, conclusions that survive or not
    baselines            what a repository keeps, and whether anything has moved since
    show                 tables, charts, stories, reports, result folders
    what_ifs             scenarios without a file: a base with changes
    live                 the live page: levers turned in a browser, answers that get surer while one looks
    api                  the same from Python: sim.load, sim.run, sim.compare, sim.trace, sim.report, sim.fit
    worlds_api           many worlds from Python: sim.stress, sim.study, sim.search, sim.sums
    baseline_commands    what `baseline` and `check` do at the gate of a pull request
    command_inputs       what a command is given
    worlds_commands, outside_commands, commands  what each command does
    arguments            their words
    cli                  what carries them out; where words go, and what ends a command
    door                 the console command

scenario file → Scenario → draws → engine → outcome table → estimates → charts and tables, and never back.
"""

from __future__ import annotations

from sim.version import __version__

TYPE_CHECKING = False  # known to type checkers; importing `typing` for it would take longer than all the rest
if TYPE_CHECKING:
    from typing import Any

    from sim.api import bar, compare, fit, load, report, run, trace, warm
    from sim.errors import (
        BadBaseline,
        BadScenario,
        BadUsage,
        BeyondCalendar,
        BrokenInvariant,
        Fault,
        InternalError,
        RefundSimError,
        UserError,
    )
    from sim.evidence.fitting import Fit
    from sim.experiment.comparison import Comparison
    from sim.experiment.result import Result
    from sim.live.opening import open
    from sim.scenario.model import Scenario
    from sim.show.story import Story
    from sim.waiting.advice import Advice
    from sim.waiting.asking import advise
    from sim.waiting.forecasting import Forecast, forecast
    from sim.worlds_api import search, stress, study, sums

__all__ = [
    "Advice", "BadBaseline", "BadScenario", "BadUsage", "BeyondCalendar", "BrokenInvariant", "Comparison", "Fault",
    "Fit", "Forecast", "InternalError", "RefundSimError", "Result", "Scenario", "Story", "UserError", "__version__",
    "advise", "bar", "compare", "fit", "forecast", "load", "open", "report", "run", "search", "stress", "study",
    "sums", "trace", "warm",
]  # fmt: skip
_HOMES = {
    "sim.scenario.model": ("Scenario",),
    "sim.experiment.result": ("Result",),
    "sim.experiment.comparison": ("Comparison",),
    "sim.show.story": ("Story",),
    "sim.evidence.fitting": ("Fit",),
    "sim.waiting.advice": ("Advice",),
    "sim.waiting.asking": ("advise",),
    "sim.waiting.forecasting": ("Forecast", "forecast"),
    "sim.live.opening": ("open",),
    "sim.worlds_api": ("search", "stress", "study", "sums"),
}
"""Where the public things live; all other functions are in `sim.api`, the errors in `sim.errors`."""


def __getattr__(name: str) -> Any:
    """What is public, imported when first used, so that `refund-sim --help` need not wait for pandas."""
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    otherwise = "sim.api" if name.islower() else "sim.errors"
    home = next((home for home, names in _HOMES.items() if name in names), otherwise)
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    """What is public: completion shows nothing else."""
    return __all__
