"""When does an estimate agree with theory? Replications are the unit: what happens within one hangs together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

Z = 3.5
"""Standard errors between estimate and theory that are put down to chance: 1 in 2,000 goes further by luck."""


def agree(replications: Iterable[ArrayLike], theory: float, *, within: float) -> None:
    """The mean of all values is the theory's number, and its standard error is at most `within` of that number.

    One array of values for each replication: durations, or True and False for a share. The mean is a ratio of
    sums, its standard error the delta method's over replications (Law, *Simulation Modeling and Analysis*).
    """
    agrees(*mean_and_error(replications), theory, precision=within * abs(theory))


def agree_on_share(replications: Iterable[ArrayLike], theory: float, *, points: float) -> None:
    """As `agree`, for a share whose standard error is at most so many percentage points."""
    agrees(*mean_and_error(replications), theory, precision=points / 100)


def agrees(estimate: float, error: float, theory: float, *, precision: float) -> None:
    """An estimate, its standard error, the truth; a standard error above `precision` would make it no test."""
    found = f"found {estimate:.6g} ± {error:.2g}, theory {theory:.6g}"
    assert error <= precision, f"{found}: too blurred, expected a standard error of at most {precision:.2g}"
    assert abs(estimate - theory) <= Z * error, f"{found}: {(estimate - theory) / error:+.1f} standard errors"


def mean_and_error(replications: Iterable[ArrayLike]) -> tuple[float, float]:
    """Mean over all values, and its standard error over replications."""
    values = [np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in replications]
    sums, counts = np.array([each.sum() for each in values]), np.array([len(each) for each in values])
    mean = sums.sum() / counts.sum()
    residuals = sums - mean * counts
    return float(mean), float(residuals.std(ddof=1) * len(values) ** 0.5 / counts.sum())
