"""Skewness: intervals are longer on the side to which replications lean, for every mean in one way.

A desk that is crowded in one replication may be far more so in others that were not played, so a mean wait is
seldom much lower than it looks and often much higher. Student's t with 10 to 20 replications then holds the truth
80 to 91 times in 100, nearly always missing on that side. Each side of an interval is therefore as long as if
everything were even on the scale of a logarithm, shifted so that what was seen is: the exponential transformation
of Hall (1992, *On the removal of skewness by transformation*), one side at a time. No side gets shorter than by
Student's t, for a few replications that happen to lean the other way are no proof. What it gains and what it costs
was measured (`tests/theory/leaning.py`; docs/verification.md).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import Floats as Floats

LONGEST = 3.0
"""How many times as long as by Student's t a side is at the most: a few replications do not tell skewness well."""
OF_TIMES = 1.5
"""Times and costs lean at least this often their coefficient of variation. Gamma laws lean 2 times, lognormal ones
and waits at a busy desk 3 to 5 times; few replications show less than there is."""
OF_A_LOGARITHM = 0.75
"""So often the coefficient of variation is what an interval that is even on the scale of a logarithm allows for."""
ENOUGH_TO_DIFFER = 20
"""Replications from which on the interval of a difference that leans as far as that of waits holds the truth 94
times in 100; with 2 to 10 it is 89 to 91. A difference may lean either way, and few do not show how far."""
FEW_DIFFER = "few replications: if what differs leans, as waits do, nearer 90 than 95 in 100 such intervals hold"
_FOLLOWED = 4 / 3


def skewness_of(residuals: ArrayLike) -> Floats:
    """The skewness, over √n, of what n replications (the first axis) add to an estimate; 0 where nothing varies."""
    moved = np.asarray(residuals, dtype=np.float64)
    spread = np.asarray((moved**2).sum(axis=0) ** 1.5)
    return np.asarray(np.divide((moved**3).sum(axis=0), spread, out=np.zeros_like(spread), where=spread > 0))


def longer(lean: ArrayLike, steps: ArrayLike, replications: ArrayLike) -> Floats:
    """How many times as long as by Student's t the side is that replications lean to by so much: 1 to `LONGEST`.

    `lean` is below 0 where they lean to the other side; `steps` is the number of standard errors by Student's t.
    """
    count = np.maximum(np.asarray(replications, dtype=np.float64), 1)
    bend = np.clip(_FOLLOWED * (1 - 1 / count) * np.asarray(lean) * np.nan_to_num(steps), 1e-9, 2 * LONGEST)
    return np.asarray(np.minimum(np.expm1(bend) / bend, LONGEST))
