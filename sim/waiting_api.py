"""The Python interface to those who wait: `sim.forecast` and `sim.advise`."""

from __future__ import annotations

from pathlib import Path

from sim.api import AScenario, as_scenario
from sim.waiting import asking, forecasting
from sim.waiting.advice import REPLICATIONS, Advice
from sim.waiting.forecasting import REPLICATES, Forecast, Progress

__all__ = ["advise", "forecast"]


def advise(
    scenario: AScenario,
    *,
    paid: str,
    asked: str | None = None,
    stage: str | None = None,
    method: str | None = None,
    value: float | str | None = None,
    seller_type: str | None = None,
    claim: str | None = None,
    offer: float | str | None = None,
    replications: int = REPLICATIONS,
) -> Advice:
    """Say to one buyer who waits what the odds are, when the money comes, and what to do by when.

    `paid` says how long ago the order was paid (`"8 d"`, `"36 h"`), `asked` how long ago what is open was put, and
    `stage` what that is: `none` (nobody has asked yet), `cancellation`, `offer` (a part of the money, on the table;
    `offer` says how much, in the scenario's currency), `return` (posted), `dispute`, `mediation` or `chargeback`.
    `method`, `value` (in the scenario's currency), `seller_type` and `claim` are given where they are known; what
    is not is drawn as the scenario says, given what the seller has done so far.

    The buyer is put into `replications` of the scenario, 200 times into each. Returns an `Advice`: `ways` (what one
    can do and what comes of it), `request` (how the open request ends), `deadline`, `by_days_waited`, `by_hours`;
    `sim.waiting.words.sentences` says it in words.

    Raises BadUsage for what makes no sense or cannot be under this policy, and what `load` raises.

    >>> import sim
    >>> told = sim.advise("aliexpress", paid="8 d", asked="5 d", stage="cancellation", replications=1)
    >>> told.deadline // 86_400
    4
    """
    return asking.advise(
        as_scenario(scenario),
        paid=paid,
        asked=asked,
        stage=stage,
        method=method,
        value=value,
        seller_type=seller_type,
        claim=claim,
        offer=offer,
        replications=replications,
    )


def forecast(
    scenario: AScenario,
    *,
    open: str | Path,
    at: str,
    policy: AScenario | None = None,
    mapping: str | Path | None = None,
    replicates: int = REPLICATES,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Forecast:
    """Say what becomes of open cases, one by one and in total; and under another policy from now on.

    `open` is a table of cases as CSV, known until the instant `at` (the marketplace's own clock,
    `"2018-11-02T09:00"`); its columns are those of a log's mapping, or named by `mapping`, as `fit` takes it.
    Each case is told `replicates` times with luck conditioned on its past. With `policy` the policy of another
    scenario comes into force at `at`: the same cases with the same luck; what is asked already keeps its clock.

    Returns a `Forecast`: `base` and `other` (`Outlooks`: odds by ending, chance of money, days to
    money, deadlines, totals by week), `cases`, `replicates`.

    Raises BadScenario with every fault of the table, each with its line and column; BadUsage for an instant or a
    table that is none; BeyondCalendar, and what `load` raises.
    """
    return forecasting.forecast(
        as_scenario(scenario),
        open=open,
        at=at,
        policy=None if policy is None else as_scenario(policy),
        mapping=mapping,
        replicates=replicates,
        seed=seed,
        progress=progress,
    )
