"""Arrays by what they hold, and tables of whole numbers by column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Columns = dict[str, Ints]
"""A table: instants in seconds, codes and counts, one row for each order or claim."""
