"""How far long work has come: a bar on a terminal, nothing anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars


class ProgressLines:
    """A line per scenario on stderr while it runs; the lines go when the work is done."""

    def __init__(self, *, quiet: bool, of: str = "replications") -> None:
        self._quiet = quiet
        console = Console(stderr=True)
        # Asked of the stream itself: FORCE_COLOR, which CI sets, lets rich take every file for a terminal.
        is_terminal = sys.stderr.isatty() and not console.is_dumb_terminal
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
        self._bars = Bars(
            *columns,
            TextColumn(of),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=quiet or not is_terminal,
        )

    def __enter__(self) -> ProgressLines:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def tell(self, line: str) -> None:
        """A line above the bars, unless one is to be quiet."""
        if not self._quiet:
            self._bars.console.out(line, end="", highlight=False)

    def of(self, name: str) -> Callable[[int, int], None]:
        """What to call after each replication of this scenario: how many are done, of how many."""
        task: TaskID = self._bars.add_task(name, total=None)

        def step(done: int, total: int) -> None:
            self._bars.update(task, completed=done, total=total)

        return step
