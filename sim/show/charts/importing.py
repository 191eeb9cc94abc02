"""Matplotlib, whatever backend the surroundings name for it.

A Jupyter kernel exports MPLBACKEND to all that is started in it, also where that backend is not installed, and
matplotlib then cannot even be imported. No chart here is drawn by the backend, which is for windows.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from sim.special import COMMAND

NAMED = "MPLBACKEND"


def have_matplotlib() -> None:
    """Import it; the backend that is named for it is taken afterwards, where there is one of that name.

    While it is imported it writes the documentation of all that can be drawn, which takes as long as all the rest:
    in a command nobody will ask for help about it.
    """
    if "matplotlib" in sys.modules:
        return
    name = os.environ.pop(NAMED, None)
    try:
        import matplotlib

        if COMMAND in sys.modules:
            from matplotlib import artist

            vars(artist)["kwdoc"] = lambda kind: ""
            artist.Artist._update_set_signature_and_docstring = classmethod(lambda kind: None)  # type: ignore[attr-defined]
    finally:
        if name is not None:
            os.environ[NAMED] = name
    if name:
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = name


have_matplotlib()
