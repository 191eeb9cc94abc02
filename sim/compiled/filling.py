"""Drawing luck by machine code: the bits that NumPy gives, many times as fast for orders here and there."""

from __future__ import annotations

import numpy as np

from sim.chance.streams import TOGETHER, Floats, Key, Numbers, drawn_by_numpy
from sim.compiled.machine_code import Entrance

_fill = Entrance("sim.compiled.luck", "fill")


def drawn_by_machine_code(key: Key, numbers: Numbers) -> Floats:
    """Four uniforms in [0, 1) for each number. Of numbers in turn NumPy's own generator draws them."""
    if isinstance(numbers, range):
        return drawn_by_numpy(key, numbers)
    luck = np.empty((TOGETHER, len(numbers)))
    _fill(np.ascontiguousarray(numbers), np.array(key, dtype=np.uint64), luck)
    return luck
