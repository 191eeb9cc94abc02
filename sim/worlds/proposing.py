"""Where there are too many policies to try, an optimiser says which: Optuna's tree-structured Parzen estimator.

Optuna is an extra (`search`) and is imported here, when it is needed, and nowhere else.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sim.errors import BadUsage
from sim.scenario.moving import value_between
from sim.scenario.provenance import Bound, Range, measured
from sim.worlds.search_plan import MOST_CANDIDATES, SearchFile

BY_CHANCE = 10
"""Policies that are drawn by chance first."""


class Proposals:
    """Asks for policies, and is told what came of them. The same answers lead to the same questions.

    Source: Watanabe (2023), *Tree-structured Parzen estimator*; bounds as in Optuna's `constraints_func`.
    """

    def __init__(self, plan: SearchFile) -> None:
        optuna = _optuna()
        self._domains = plan.domains
        with _quietly():
            sampler = optuna.samplers.TPESampler(
                seed=plan.seed, n_startup_trials=BY_CHANCE, constant_liar=True,
                constraints_func=lambda trial: trial.user_attrs["violated"],
            )  # fmt: skip
            self._study = optuna.create_study(sampler=sampler, directions=["minimize"] * len(plan.aim))
        self._failed = optuna.trial.TrialState.FAIL

    def ask(self, count: int) -> list[tuple[Any, dict[str, Bound]]]:
        """So many policies to try, each with a handle to tell of it by."""
        with _quietly():
            trials = [self._study.ask() for _ in range(count)]
            return [(one, {path: _chosen(one, path, domain) for path, domain in self._domains.items()})
                    for one in trials]  # fmt: skip

    def tell(self, trial: Any, aims: Sequence[float], violated: Sequence[float]) -> None:
        """What is to be least came to so much; above 0 stands by how much each bound is missed."""
        trial.set_user_attr("violated", list(violated))
        with _quietly():
            if any(value != value for value in (*aims, *violated)):
                self._study.tell(trial, state=self._failed)
            else:
                self._study.tell(trial, list(aims))


def _chosen(trial: Any, path: str, domain: list[Bound] | Range) -> Bound:
    """Values that ascend are places on a line, of which the neighbours tell; words are choices."""
    if isinstance(domain, Range):
        return value_between(domain, trial.suggest_float(path, 0, 1))
    if any(measured(one) is None for one in domain):
        place: int = trial.suggest_categorical(path, list(range(len(domain))))
    else:
        place = trial.suggest_int(path, 0, len(domain) - 1)
    return domain[place]


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise BadUsage(
            f"a search of levers that may be anything between two ends, or of over {MOST_CANDIDATES:,} policies, "
            "needs Optuna: pip install 'refund-sim[search]', or say steps: 5 for five values of each"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


@contextmanager
def _quietly() -> Iterator[None]:
    """Without its remarks that some of its parts are new."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
