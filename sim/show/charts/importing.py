"""Matplotlib, whatever backend the surroundings name for it.

A Jupyter kernel exports MPLBACKEND to all that is started in it, also where that backend is not installed, and
matplotlib then cannot even be imported. No chart here is drawn by the backend, which is for windows.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

NAMED = "MPLBACKEND"


def have_matplotlib() -> None:
    """Import it; the backend that is named for it is taken afterwards, where there is one of that name."""
    if "matplotlib" in sys.modules:
        return
    name = os.environ.pop(NAMED, None)
    try:
        import matplotlib
    finally:
        if name is not None:
            os.environ[NAMED] = name
    if name:
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = name


have_matplotlib()
