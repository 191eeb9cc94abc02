"""Work that is done elsewhere comes to what it comes to here; whoever cannot do it says why."""

from __future__ import annotations

import builtins
import logging
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import BadUsage, BrokenInvariant, UserError
from sim.experiment import cluster, engine_choice, worker
from sim.experiment.cluster import FarHands, far_hands
from sim.experiment.comparing import compare
from sim.experiment.experiment import run
from sim.experiment.hands import Cluster
from sim.experiment.jobs import Several, Workers
from sim.scenario.model import Scenario
from sim.worlds.playing import Effort, Means, VariedWorld, play_worlds
from sim.worlds.store import Store
from tests.unit.test_experiment import LIVELY
from tests.worlds import world


def lively(replications: int = 12) -> Scenario:
    return world(LIVELY | {"experiment": LIVELY["experiment"] | {"replications": replications}})


class Elsewhere(ThreadPoolExecutor):
    """Another machine, whose build may be another one, and which may break down."""

    def __init__(self, build: str = "", breaks: Exception | None = None) -> None:
        super().__init__(2)
        self.build, self.breaks = build, breaks
        self.tasks: list[Any] = []

    def submit(self, fn: Callable[..., Any], /, *words: Any, **more: Any) -> Future[Any]:
        asked_by, task = words
        self.tasks.append(pickle.loads(task))
        if self.breaks:
            broken: Future[Any] = Future()
            broken.set_exception(self.breaks)
            return broken
        return super().submit(fn, self.build or asked_by, task)


def test_any_executor_lives_through_the_same_orders() -> None:
    here = run(lively(), jobs=1)
    with ThreadPoolExecutor(2) as threads:
        there = run(lively(), jobs=threads)
        assert threads.submit(int, "7").result() == 7, "it is somebody else's, and stays"
    assert there.orders.equals(here.orders)
    assert there.summary.equals(here.summary)
    assert there.about["jobs"] == 2


@pytest.mark.slow
def test_processes_of_pythons_own_do_so_too() -> None:
    with ProcessPoolExecutor(1) as processes:
        assert run(lively(2), jobs=processes).orders.equals(run(lively(2), jobs=1).orders)


def test_a_worker_of_another_build_refuses_by_name() -> None:
    told = r"^worker .+, process \d+: it has refund-sim .+, build [0-9a-f]{12}, "
    with Elsewhere(build="refund-sim 0.0.1, build 123456789abc") as there, pytest.raises(UserError, match=told):
        run(lively(), jobs=there)


def test_a_build_is_that_of_every_source() -> None:
    assert worker.build() == worker.build.__wrapped__()
    assert worker.build().startswith("refund-sim ")


def broken() -> None:
    raise BrokenInvariant("order 7 was refunded twice")


def test_what_a_task_raises_is_raised_here_and_is_not_tried_again() -> None:
    with Elsewhere() as elsewhere, Workers(elsewhere) as workers:
        with pytest.raises(BrokenInvariant, match="order 7 was refunded twice"):
            list(workers.answers([broken]))
        assert len(elsewhere.tasks) == 1


@pytest.mark.parametrize("why", [ModuleNotFoundError("No module named 'sim'"), MemoryError(), OSError("gone")])
def test_trouble_of_the_other_machines_is_one_plain_line(why: Exception) -> None:
    begins = r"^the Elsewhere: a task was not carried out there"
    with Elsewhere(breaks=why) as there, pytest.raises(UserError, match=begins) as told:
        run(lively(), jobs=there)
    assert "\n" not in str(told.value)
    assert type(why).__name__ in str(told.value)


def number(n: int) -> Callable[[], int]:
    return Number(n)


class Number:
    def __init__(self, n: int) -> None:
        self.n = n

    def __call__(self) -> int:
        return self.n


def test_small_tasks_travel_together_where_the_crew_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FarHands, "hands", 200)
    with Elsewhere() as elsewhere, Workers(elsewhere) as workers:
        assert list(workers.answers(map(number, range(5_000)))) == list(range(5_000))
        assert all(isinstance(one, Several) for one in elsewhere.tasks)
        assert len(elsewhere.tasks) < 1_000


def test_what_is_stored_comes_home_and_goes_along_again(tmp_path: Path) -> None:
    """Workers elsewhere touch no file of here."""
    store = Store(tmp_path / "kept")
    worlds = [VariedWorld(luck, ((),)) for luck in (1, 2)]

    def played(jobs: Any) -> list[Any]:
        measures = ("success_rate",)
        by = Means(jobs, "simpy", store)
        sums = play_worlds(iter(worlds), 2, [lively()], measures, Effort(2), by)
        return [{name: pairs.tolist() for name, pairs in one[0].items()} for one in sums]

    with Elsewhere() as elsewhere:
        first = played(elsewhere)
        assert len(list(store.segments())) == 2
        sent = [part for several in elsewhere.tasks for part in several.tasks]
        assert all(str(tmp_path) not in repr(one) for one in sent)
        del elsewhere.tasks[:]
        again = played(elsewhere)
        assert all(part.task.store.kept for several in elsewhere.tasks for part in several.tasks)
    assert first == again == played(1)
    assert len(list(store.segments())) == 2, "nothing was lived through twice"


def test_an_executor_that_is_shut_down_is_one_plain_line() -> None:
    gone = ThreadPoolExecutor(1)
    gone.shutdown()
    with pytest.raises(UserError, match=r"^the ThreadPoolExecutor: it takes no more work .RuntimeError: cannot"):
        run(lively(), jobs=gone)


def test_a_large_crew_elsewhere_takes_no_memory_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(engine_choice, "expect_to_fit", lambda loads, engine, jobs: asked.append(jobs))
    with Elsewhere() as elsewhere:
        run(lively(1), jobs=elsewhere)
    assert asked == [1]
    assert Workers(2).jobs_here == 2


# ------------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize("address", ["nowhere", "tcp://", "http://127.0.0.1:8786", "tcp://127.0.0.1", "tcp://[1:2"])
def test_what_is_no_address_of_a_scheduler_is_said(address: str) -> None:
    with pytest.raises(BadUsage, match=r"expected a scheduler's address as tls://"):
        far_hands(address)


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.7:8786", "tcp://scheduler.example:8786", "tcp://[2001:db8::1]:8786"]
)
def test_beyond_this_machine_nothing_goes_unencrypted_unless_that_is_meant(address: str) -> None:
    with pytest.raises(BadUsage, match="not encrypted: whoever reaches it commands its workers"):
        far_hands(address)
    cluster._expect_safe(Cluster(address, trusts_network=True))
    cluster._expect_safe(Cluster(address.replace("tcp", "tls")))
    cluster._expect_safe(Cluster("tcp://127.0.0.1:8786"))


def test_what_is_nobody_who_works_is_said() -> None:
    with pytest.raises(BadUsage, match="jobs: found float, expected a number, an address"):
        far_hands(2.5)  # type: ignore[arg-type]


def test_a_cluster_without_dask_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name.startswith("distributed"):
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BadUsage, match=r"pip install 'refund-sim\[cluster\]'"):
        far_hands("tcp://127.0.0.1:8786")


def test_what_dask_is_wrong_about_is_no_page_of_tornados_log(caplog: pytest.LogCaptureFixture) -> None:
    """A scheduler that is lost while an answer is fetched; errors of others who use Tornado are still told."""
    lost = pytest.importorskip("distributed.comm").CommClosedError
    cluster._hush()
    told = logging.getLogger("tornado.application")
    for error in (lost("Stream is closed"), ValueError("somebody else's")):
        told.error("Exception in callback", exc_info=error)
    assert [one.exc_info[1].args for one in caplog.records if one.exc_info] == [("somebody else's",)]


def test_where_nobody_answers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECTING", 0.5)
    with pytest.raises(UserError, match=r"^tcp://127\.0\.0\.1:1: no Dask scheduler answers there"):
        far_hands("tcp://127.0.0.1:1")


def test_tls_without_certificates_is_said_at_once() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(BadUsage, match=r"^tls://127\.0\.0\.1:1: no certificates are configured for Dask"):
        far_hands("tls://127.0.0.1:1")


# --------------------------------------------------------------------------------------------- a cluster


@contextmanager
def a_cluster(workers: int) -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    quiet = {"dashboard_address": ":0", "silence_logs": 50}
    with distributed.LocalCluster(n_workers=workers, threads_per_worker=1, **quiet) as made:
        yield made


STUDY = """study: how long a clock
base: preset:aliexpress
policies: {as it stands: {}, three days: {policy.cancellation.clock: 3 d}}
factors:
  goes on: {set: buyers.goes_on, range: [0.1, 0.9]}
worlds: {design: grid, points: 3}
replications: 2
responses: [success_rate, {difference: success_rate, of: three days, from: as it stands}]
"""


def written(folder: Path, jobs: Any) -> list[str]:
    """What a study and a comparison come to."""
    (folder / "study.yaml").write_text(STUDY)
    study = sim.study(folder / "study.yaml", jobs=jobs)
    faster = world(LIVELY | {"name": "faster", "policy.cancellation.clock": "3 d"})
    comparison = compare(lively(2), faster, replications=2, jobs=jobs)
    frames = (study.points, study.worlds, study.indices, study.noise, comparison.differences, comparison.flips)
    return [one.to_csv() for one in frames]


@pytest.mark.slow
def test_a_cluster_lives_through_the_same_orders_and_says_where_to_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    distributed = pytest.importorskip("distributed")
    with a_cluster(2) as made:
        there = run(lively(), jobs=made.scheduler_address)
        with distributed.Client(made, set_as_default=False) as client:
            assert run(lively(), jobs=client).orders.equals(there.orders)
            assert written(tmp_path, client) == written(tmp_path, 1)
            assert client.status == "running", "a client of somebody else's stays connected"
    assert there.orders.equals(run(lively(), jobs=1).orders)
    assert "dashboard: http" in capsys.readouterr().err


DYING = """
import os, pathlib
def task():
    mark = pathlib.Path({mark!r})
    if not mark.exists():
        mark.touch()
        os._exit(9)
    return 7
"""


class DiesOnce:
    """A task whose first worker is killed over it."""

    def __init__(self, mark: Path) -> None:
        self.mark = str(mark)

    def __call__(self) -> int:
        code: dict[str, Any] = {}
        exec(DYING.format(mark=self.mark), code)
        return int(code["task"]())


@pytest.mark.slow
def test_a_lost_worker_costs_its_task_and_a_lost_scheduler_is_a_plain_error(tmp_path: Path) -> None:
    with a_cluster(2) as made, Workers(made.scheduler_address) as workers:
        assert list(workers.answers([DiesOnce(tmp_path / "died"), Number(8)])) == [7, 8]
        answers = workers.answers(Number(n) for n in range(10_000))
        next(answers)
        made.close()
        with pytest.raises(UserError, match="the connection to its scheduler was lost"):
            list(answers)
