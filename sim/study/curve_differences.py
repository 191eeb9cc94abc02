"""Time to money, compared: who has more of it back by when, and whether the curves cross."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtrit

from sim.scenario.durations import DAY
from sim.study.counted import times_to_money
from sim.study.curves import GRID
from sim.study.deviations import Deviating, Difference, paired, ratio_of, unpaired
from sim.study.estimates import CONFIDENCE, Floats
from sim.study.result import Result

_PATHS = 4000
_SEED = 20181002
"""Fixed, and apart from every scenario's streams: the same claims always give the same band."""


def curve_difference(base: Result, other: Result, is_paired: bool) -> pd.DataFrame:
    """Shares of all claims refunded by each time, their difference, and its band; see `Comparison.curves`."""
    mine, its = _refunded_by(base), _refunded_by(other)
    difference = (paired if is_paired else unpaired)(mine, its)
    low, high = difference.interval(CONFIDENCE, limit=1.0)
    ...
