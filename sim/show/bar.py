"""How far a run has come, from Python: `sim.run(scenario, progress=sim.bar())`.

A line that is written over on a terminal, and a bar in a notebook, which needs no widgets. Anywhere else (a script
whose stderr goes to a file) nothing is shown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from sim.scenario.wording import counted

WIDTH = 30
"""Of the bar on a terminal, in characters."""


def bar() -> Callable[[int, int], None]:
    """What `sim.run` and `sim.compare` may be given as `progress`; it goes when the work is done."""
    if _is_notebook():
        return _in_a_notebook()
    return _on_a_terminal if sys.stderr.isatty() else _nowhere


def _is_notebook() -> bool:
    """Whether a kernel runs this: only then is there somebody to show HTML to."""
    kernel: Any = sys.modules.get("ipykernel.zmqshell")
    ipython: Any = sys.modules.get("IPython")
    return kernel is not None and isinstance(ipython.get_ipython(), kernel.ZMQInteractiveShell)


def _in_a_notebook() -> Callable[[int, int], None]:
    ipython: Any = import_module("IPython.display")  # it has no types
    shown = ipython.display(ipython.HTML(""), display_id=True)

    def step(done: int, total: int) -> None:
        shown.update(ipython.HTML(_as_html(done, total) if done < total else ""))

    return step


def _as_html(done: int, total: int) -> str:
    label = f"{done} of {counted(total, 'replication')}"
    return f'<progress value="{done}" max="{total}" aria-label="{label}"></progress> {label}'


def _on_a_terminal(done: int, total: int) -> None:
    filled = WIDTH * done // total
    line = f"{'━' * filled}{' ' * (WIDTH - filled)} {done} of {counted(total, 'replication')}"
    sys.stderr.write(f"\r{line}" if done < total else f"\r{' ' * len(line)}\r")
    sys.stderr.flush()


def _nowhere(done: int, total: int) -> None:
    """Nobody looks."""
