"""Work on other machines: any executor of Python's kind, and Dask's clusters among them.

A task travels as bytes beside the build of the program that asks (`worker.errand`), so that whoever runs another
build refuses it instead of answering otherwise. What a replication raises comes back as an answer: an executor sees
no error of ours, and tries none of them again. A worker that is lost costs its task, which Dask gives to another.
"""

from __future__ import annotations

import logging
import pickle
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sim.errors import BadUsage, UserError
from sim.experiment.hands import Cluster, DaskClient
from sim.experiment.local import cores
from sim.experiment.worker import Task, build, errand
from sim.scenario.wording import counted

CONNECTING = 10.0
"""Seconds in which a scheduler has to answer."""
FIRST = 300.0
"""Seconds in which its first worker has to come: clusters that grow when there is work are slow to begin."""
WATCHING = 2.0
"""Seconds after which it is looked again who is there."""
ALONE = 60.0
"""Seconds in which some worker has to be there again, after the last one was lost."""
ONCE = {"pure": False, "retries": 0}
"""Every task is one of its own, and an error is an answer."""
MISSING = "a cluster needs Dask, which is not installed: pip install 'refund-sim[cluster]'"


class FarHands:
    """Tasks for an executor (`hands.Hands`). It belongs to somebody else, and stays when they are dismissed."""

    far = True

    def __init__(self, executor: Executor, name: str) -> None:
        self._executor, self.name, self._asked = executor, name, 0

    @property
    def hands(self) -> int:
        """Those of the executor, where it says so."""
        return int(getattr(self._executor, "_max_workers", 0) or cores())

    @property
    def taken(self) -> int:
        """At the most as many as there are, and as were asked."""
        return min(self.hands, self._asked)

    def submit(self, task: Task | Callable[[], Any]) -> AwaitedErrand:
        """Ask for a task. Its result raises what the task raises, and UserError where nobody carries it out."""
        self._asked += 1
        try:
            return AwaitedErrand(self._executor.submit(errand, build(), pickle.dumps(task)), self)
        except (RuntimeError, OSError) as why:  # it is broken, or shut down
            raise UserError(f"{self.name}: it takes no more work ({_first_cause(why)})") from None

    def dismiss(self) -> None:
        """What is under way was cancelled by whoever asked for it."""

    def waits_in_vain(self) -> str | None:
        """Why nothing will come any more, where that is known."""
        return None


class AwaitedErrand:
    """A task on its way (`hands.Awaited`)."""

    def __init__(self, future: Future[bytes], hands: FarHands) -> None:
        self._future, self._hands = future, hands

    def result(self) -> Any:
        """Waited for, as long as anybody is there to answer."""
        while True:
            try:
                answer = pickle.loads(self._future.result(timeout=WATCHING))
            except TimeoutError:
                if self._future.done():
                    raise
                if why := self._hands.waits_in_vain():
                    raise UserError(f"{self._hands.name}: {why}") from None
                continue
            except CancelledError:
                why = self._hands.waits_in_vain() or "the work was called off there"
                raise UserError(f"{self._hands.name}: {why}") from None
            except Exception as why:  # an executor's own trouble: errors of ours come as answers
                if gone := self._hands.waits_in_vain():  # a scheduler that goes may end its tasks anyhow
                    raise UserError(f"{self._hands.name}: {gone}") from None
                told = _first_cause(why)
                raise UserError(
                    f"{self._hands.name}: a task was not carried out there ({told}). Is the same refund-sim "
                    "installed on each worker and where the scheduler runs, and is there memory enough?"
                ) from None
            if isinstance(answer, Exception):
                raise answer
            return answer

    def cancel(self) -> None:
        """A worker that is at it finishes it, for nobody."""
        self._future.cancel()


class ClusterHands(FarHands):
    """The workers of a Dask cluster, as many as there are just now."""

    def __init__(self, client: DaskClient, *, ours: Cluster | None) -> None:
        super().__init__(client.get_executor(**ONCE), f"the cluster at {_where(client)}")
        self._client, self._ours = client, ours
        self._seen, self._looked, self._last = 0, 0.0, time.monotonic()

    def submit(self, task: Task | Callable[[], Any]) -> AwaitedErrand:
        """As of any executor; a connection of our own that was given up is made anew: a scheduler may be back."""
        if self._ours and self._client.status == "closed":
            self._client = _client_at(self._ours.address)
            self._executor, self._last = self._client.get_executor(**ONCE), time.monotonic()
        return super().submit(task)

    @property
    def hands(self) -> int:
        """Processes that work there; those that came late count as soon as they are seen."""
        if time.monotonic() > self._looked + WATCHING:
            self._look()
        return self._seen or 1

    def _look(self) -> None:
        with suppress(OSError, TimeoutError):
            self._seen = len(self._client.nthreads()) if self._client.status == "running" else 0
        self._looked = time.monotonic()
        if self._seen:
            self._last = self._looked

    def waits_in_vain(self) -> str | None:
        """A scheduler that is gone, or no worker for too long."""
        if self._client.status != "running":
            return (
                "the connection to its scheduler was lost; what is stored stays, and the same command goes on there"
            )
        self._look()
        if time.monotonic() > self._last + ALONE:
            return f"no worker has been there for {ALONE:.0f} s"
        return None

    def dismiss(self) -> None:
        """A connection of our own is closed; the cluster stays."""
        if self._ours:
            with suppress(OSError, TimeoutError):
                self._client.close()


def far_hands(jobs: str | Cluster | Executor | DaskClient) -> FarHands:
    """Who works elsewhere. Raises BadUsage for what is none of these and for an address that must not be used,
    and UserError where nobody answers at it."""
    if isinstance(jobs, Executor):
        return FarHands(jobs, f"the {type(jobs).__name__}")
    if isinstance(jobs, str):
        jobs = Cluster(jobs)
    if isinstance(jobs, Cluster):
        return _connected(jobs)
    if hasattr(jobs, "get_executor") and hasattr(jobs, "nthreads"):
        return ClusterHands(jobs, ours=None)
    raise BadUsage(
        f"jobs: found {type(jobs).__name__}, expected a number, an address as tcp://127.0.0.1:8786, a Dask Client, "
        "or an Executor"
    )


def _connected(cluster: Cluster) -> ClusterHands:
    _expect_safe(cluster)
    client = _client_at(cluster.address)
    if not client.nthreads():
        cluster.tell(f"waiting for the first worker of {cluster.address}\n")
    try:
        client.wait_for_workers(1, timeout=FIRST)
    except TimeoutError:
        client.close()
        raise UserError(f"{cluster.address}: no worker came to this scheduler in {FIRST:.0f} s") from None
    hands = ClusterHands(client, ours=cluster)
    has_dashboard = "dashboard" in client.scheduler_info()["services"]
    dashboard = f"; dashboard: {client.dashboard_link}" if has_dashboard else ""
    cluster.tell(f"on {counted(hands.hands, 'worker')} of {cluster.address}{dashboard}\n")
    return hands


def _hush() -> None:
    """What Dask has to say comes as errors of ours, and not as pages of its log."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.getLogger("tornado.application").addFilter(_is_of_others)


def _is_of_others(record: logging.LogRecord) -> bool:
    """Whether it is not Dask's own error that Tornado, which others use as well, has to tell."""
    error = record.exc_info[1] if record.exc_info else None
    return not type(error).__module__.startswith("distributed")


def _client_at(address: str) -> DaskClient:
    try:
        from distributed import Client, Security
    except ImportError:
        raise BadUsage(MISSING) from None
    _hush()
    try:
        security = Security()
        if address.startswith("tls") and security.get_connection_args("client").get("ssl_context") is None:
            raise BadUsage(f"{address}: no certificates are configured for Dask on this machine (docs/cluster.md)")
        client: DaskClient = Client(address, security=security, timeout=CONNECTING, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as why:
        told = str(why).strip().splitlines()[0] if str(why).strip() else type(why).__name__
        raise UserError(f"{address}: no Dask scheduler answers there ({told})") from None
    return client


def _expect_safe(cluster: Cluster) -> None:
    """Raises BadUsage for what is no address, and for one that whoever is on the network may command."""
    try:
        parts = urlsplit(cluster.address)
        is_address = parts.scheme in ("tcp", "tls") and bool(parts.hostname) and parts.port is not None
    except ValueError:
        is_address = False
    if not is_address:
        raise BadUsage(f"found {cluster.address!r}, expected a scheduler's address as tls://scheduler.example:8786")
    if parts.scheme == "tcp" and not cluster.trusts_network and not _is_loopback(str(parts.hostname)):
        raise BadUsage(
            f"{cluster.address} is beyond this machine and not encrypted: whoever reaches it commands its workers. "
            "Use tls:// (docs/cluster.md), or say --trust-network where the network is yours"
        )


def _first_cause(error: BaseException) -> str:
    """In one line: what Dask says of it is the last of several."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}".strip().splitlines()[0]


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _where(client: DaskClient) -> str:
    return str(getattr(client.scheduler, "addr", "") or "its scheduler")
