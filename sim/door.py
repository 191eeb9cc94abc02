"""Where the console command begins, with Ctrl-C at hand before anything is imported that takes time."""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

INTERRUPTED = 130


def door() -> NoReturn:
    """The console command."""
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, _at_once)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # with matrices as small as ours NumPy's threads only spin
    from sim.cli import door as inner

    inner()
    sys.exit(0)


def _at_once(*_: object) -> None:
    """Nothing was begun that would have to be cleared up."""
    os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)
