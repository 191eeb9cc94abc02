"""Where work is done: the seam between those who share it out (`jobs`) and those who do it.

Three do it: processes of this machine (`local`), any executor of Python's kind, and a Dask cluster (`cluster`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, NamedTuple, Protocol

from sim.experiment.engines import Tell, to_stderr


class Awaited(Protocol):
    """A task that is asked for."""

    def result(self) -> Any:
        """What it came to, waited for. Raises what it raises."""

    def cancel(self) -> Any:
        """Nobody wants it any more."""


class Hands(Protocol):
    """Those who carry out tasks."""

    far: bool
    """Whether they work elsewhere: then tasks are never done here instead, and no file of here is there."""

    @property
    def hands(self) -> int:
        """How many tasks are carried out at once."""

    @property
    def taken(self) -> int:
        """How many of them have had anything to do."""

    def submit(self, task: Callable[[], Any] | Any) -> Awaited:
        """Ask for a task: a `worker.Task`, or anything that can be pickled and called."""

    def dismiss(self) -> None:
        """Let them go. What is not done yet is not done."""


class Cluster(NamedTuple):
    """A Dask cluster, by the address of its scheduler: `tcp://127.0.0.1:8786`, `tls://scheduler.example:8786`."""

    address: str
    trusts_network: bool = False
    """Whether `tcp://` beyond this machine is meant: whoever reaches that port commands the workers."""
    tell: Tell = to_stderr
    """Hears how many workers there are, and where the dashboard is."""


class DaskClient(Protocol):
    """What is used of `distributed.Client`."""

    status: str
    scheduler: Any
    dashboard_link: str

    def get_executor(self, **how: Any) -> Executor:
        """Its tasks as futures of Python's kind."""

    def scheduler_info(self) -> Any:
        """Of the scheduler: its services among it."""

    def nthreads(self) -> dict[str, int]:
        """Of each worker, by address."""

    def wait_for_workers(self, n_workers: int, timeout: float) -> None:
        """Raises TimeoutError."""

    def close(self) -> None:
        """End the connection."""


Jobs = int | str | Cluster | Executor | DaskClient | None
"""Who works: so many processes; a cluster, by its address or as a client that is connected; any executor; None for
as many processes as there are cores, where that pays."""
