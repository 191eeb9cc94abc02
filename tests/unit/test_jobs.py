"""Replications shared out between processes: the same result to the bit, whoever does the work and whoever dies."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.errors import BadUsage, BeyondCalendar, BrokenInvariant, InternalError, UserError
from sim.experiment import jobs, local
from sim.experiment.experiment import run
from sim.experiment.jobs import AHEAD, Workers, cores
from sim.experiment.light import calendars_at_hand
from sim.experiment.local import WORK
from sim.experiment.observation import witness
from sim.experiment.on_demand import frame_of
from sim.experiment.replication import calendars_of
from sim.experiment.result import Result
from sim.experiment.worker import Answer, Task, carry_out
from sim.rules.terms import terms_of
from sim.scenario.model import Scenario
from sim.scenario.resolved import as_json
from sim.show.files import SIGN, files_of
from sim.vocabulary import ClaimKind
from tests.scenario_files import BASE_FILE
from tests.unit.test_experiment import LIVELY
from tests.worlds import world

ROOT = Path(__file__).parents[2]
TABLES = ("summary", "orders", "curves", "by_hours", "by_group", "backlog", "waits", "by_replication", "journal")


def lively(replications: int = 12) -> Scenario:
    return world(LIVELY | {"experiment": LIVELY["experiment"] | {"replications": replications}})


def same(one: Result, other: Result) -> bool:
    """Whether two results hold the same tables, to the bit."""
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    return one.about["fingerprints"] == other.about["fingerprints"] and one.notes == other.notes


# -------------------------------------------------------------------------------------- the same result


@pytest.mark.slow
def test_one_process_and_two_give_the_same_tables_and_the_same_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.show.files.charts_of", lambda _: iter(()))
    alone, together = (run(lively(), jobs=count, with_journal=True) for count in (1, 2))
    assert (alone.about["jobs"], together.about["jobs"]) == (1, 2)
    assert same(alone, together)
    here, there = (dict(files_of(result, keep="journal")) for result in (alone, together))
    assert set(here) == set(there)
    assert [name for name in here if here[name] != there[name]] == [SIGN]


@pytest.mark.slow
def test_progress_is_told_in_order_whoever_is_faster() -> None:
    told: list[tuple[int, int]] = []
    run(lively(5), jobs=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 5) for done in range(1, 6)]


def test_any_replication_can_be_had_again_alone() -> None:
    scenario = lively(3)
    orders = run(scenario).orders
    again = witness(scenario, 2, calendars_of(scenario)).claims
    pd.testing.assert_frame_equal(orders[orders["replication"] == 2].reset_index(drop=True), frame_of(again))


@pytest.mark.slow
def test_several_scenarios_share_the_workers() -> None:
    scenarios = [lively(3), world(LIVELY | {"policy.cancellation.clock": "3 d"})]
    with Workers(2) as workers:
        shared = [run(scenario, jobs=workers) for scenario in scenarios]
    assert all(
        same_or_none(run(scenario, jobs=1), result) for scenario, result in zip(scenarios, shared, strict=True)
    )


def same_or_none(one: Result, other: Result) -> bool:
    """As `same`, for results without a journal."""
    pd.testing.assert_frame_equal(one.orders, other.orders, check_exact=True)
    return one.about["fingerprints"] == other.about["fingerprints"]


# ------------------------------------------------------------------------------------ who does the work


def test_a_small_run_stays_in_this_process() -> None:
    assert run(lively(3)).about["jobs"] == 1
    assert run(lively(1), jobs=8).about["jobs"] == 1


@pytest.mark.slow
@pytest.mark.skipif(cores() < 2, reason="there is one core only")
def test_long_work_is_shared_out_between_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "STARTING", 0.0)
    assert run(lively(2 * cores())).about["jobs"] == cores()


@pytest.mark.skipif(cores() < 2, reason="there is one core only")
def test_a_first_replication_that_is_slow_to_start_calls_nobody_for_help(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = accumulate([0.0, jobs.SLOW_START, *[0.0, 0.01] * 11])
    monkeypatch.setattr(jobs, "thread_time", lambda: next(ticks))
    monkeypatch.setattr(jobs, "STARTING", jobs.SLOW_START)
    with Workers() as workers:
        assert len(list(workers.observations(lively(), range(12)))) == 12
        assert workers.at_work == 1


def test_nobody_works_for_no_jobs() -> None:
    with pytest.raises(BadUsage, match="found 0 jobs, expected a number from 1"):
        Workers(0)


def test_no_more_is_done_ahead_than_two_tasks_for_each_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_out: list[Task] = []

    def at_once(_: Any, task: Task) -> Answer:
        carried_out.append(task)
        return carry_out(task)

    monkeypatch.setattr(local._Worker, "carry_out", at_once)
    monkeypatch.setattr(jobs, "SHORTEST", 0.0)
    with Workers(2) as workers:
        observations = workers.observations(lively(), range(12))
        next(observations)
        time.sleep(0.5)
        assert len(carried_out) <= AHEAD * 2
        assert len(list(observations)) == 11


def test_short_replications_travel_together() -> None:
    with Workers(2) as workers:
        workers._pace = jobs.SHORTEST / 4
        first = workers._portion(left := jobs.deque(range(100)))
        assert (first, len(left)) == ((0, 1, 2, 3), 96)
        assert workers._portion(jobs.deque(range(3))) == (0, 1), "a fair share, where little is left"


# -------------------------------------------------------------------------------------------- who dies


def workers_of(parent: int) -> list[int]:
    """The worker processes that a process has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ancestor = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            is_worker = b"sim.experiment" in (folder / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if ancestor == parent and is_worker:
            found.append(int(folder.name))
    return found


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("how_many", [1, 2])
def test_a_worker_killed_in_the_middle_changes_nothing(how_many: int) -> None:
    killed: list[int] = []

    def kill(done: int, _: int) -> None:
        if done == 2:
            killed.extend(workers_of(os.getpid())[:how_many])
            for worker in killed:
                os.kill(worker, signal.SIGKILL)

    result = run(lively(20), jobs=2, progress=kill, with_journal=True)
    assert len(killed) == how_many
    assert same(result, run(lively(20), jobs=1, with_journal=True))


@pytest.mark.parametrize(
    ("death", "told"),
    [
        ("os._exit(7)", "exit code 7"),
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
        ("os.write(1, pickle.dumps([0] * 1000)[:500]); os._exit(1)", "exit code 1"),
    ],
)
def test_who_kills_three_workers_is_given_up(monkeypatch: pytest.MonkeyPatch, death: str, told: str) -> None:
    monkeypatch.setattr(local, "WORK", f"import os, pickle; {death}")
    with pytest.raises(UserError, match=f"^replication [0-3]: 3 worker processes died over this, .* {told}"):
        run(lively(4), jobs=2)


@pytest.mark.slow
def test_a_worker_whom_nobody_listens_to_leaves_without_a_word() -> None:
    words = [sys.executable, "-P", "-c", WORK]
    pipe = subprocess.PIPE
    worker = subprocess.Popen(words, env=at_home(), stdin=pipe, stdout=pipe, stderr=pipe)
    assert worker.stdin
    assert worker.stdout
    assert worker.stderr
    worker.stdout.close()
    pickle.dump(
        Task(lively().model_dump_json(by_alias=True), (0,), engine="simpy", with_journal=False), worker.stdin
    )
    worker.stdin.flush()
    with worker.stdin, worker.stderr:
        assert worker.stderr.read() == b""
        assert worker.wait(timeout=30) == 0


def gone(processes: list[int]) -> bool:
    """Whether all of them end before long; compiling on a busy machine takes its time."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if not any(is_alive(process) for process in processes):
            return True
        time.sleep(0.05)
    return False


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGHUP, 130), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_nobody_is_left_behind_when_the_parent_is_stopped(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    words = ["run", str(BASE_FILE), "--jobs", "2", "--replications", "9999", "--out", str(tmp_path), "-q"]
    words += ["--engine", "simpy"]
    parent = subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        env=at_home(),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Whoever starts the tests in the background has Ctrl-C ignored, by everything below as well.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        while len(workers := workers_of(parent.pid)) < 2 and parent.poll() is None:
            time.sleep(0.05)
        time.sleep(3)  # until they are at work
        parent.send_signal(sent)
        out, err = parent.communicate(timeout=60)
    finally:
        parent.kill()
    assert (parent.returncode, out) == (code, "")
    assert err.startswith("interrupted") if sent != signal.SIGKILL else err == ""
    assert err.count("\n") <= 1
    assert len(workers) == 2
    assert gone(workers)
    # What a kill leaves is hidden, and the next command given this place clears it (test_disk).
    left = [path.name for path in tmp_path.iterdir() if sent != signal.SIGKILL or not path.name.startswith(".")]
    assert left == []


def at_home() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.slow
def test_a_script_needs_no_guard_around_it(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        "import sim\n"
        f"result = sim.run(sim.load({str(BASE_FILE)!r}, ('experiment.run_out=10 d',)), replications=4, jobs=2)\n"
        "print(result.about['jobs'], result.about['replications'])\n"
    )
    done = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")], env=at_home(), capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("2 4\n", "", 0)


# ------------------------------------------------------------------------------------ what goes wrong there


@pytest.fixture
def befalls(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets a statement befall each replication in a worker, and only there."""

    def arrange(statement: str) -> None:
        lines = [
            "import sim.experiment.observation as observation",
            "from sim.errors import *",
            "def check(scenario, records, calendars):",
            f"    {statement}",
            "    return ('all is well',)",
            "observation.check = check",
            WORK,
        ]
        monkeypatch.setattr(local, "WORK", "\n".join(lines))

    return arrange


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "error", "message"),
    [
        ("raise BrokenInvariant('not so: the money comes back once')", BrokenInvariant, "not so: the money"),
        ("raise BeyondCalendar('past the days')", BeyondCalendar, "past the days"),
        (
            "raise BadScenario([Fault('a.yaml', 1, 2, 'policy', 'off')])",
            UserError,
            "BadScenario: a.yaml:1:2: policy",
        ),
        ("1 / 0", ZeroDivisionError, "division by zero"),
        ("raise type('Odd', (Exception,), {})('one of a kind')", InternalError, "Odd: one of a kind"),
    ],
)
def test_an_error_comes_through_with_its_type_and_message(
    befalls: Callable[[str], None], statement: str, error: type[Exception], message: str
) -> None:
    befalls(statement)
    with pytest.raises(error, match=f"^{message}") as caught:
        run(lively(4), jobs=2)
    assert type(caught.value) is error
    if error is ZeroDivisionError:
        assert "In a worker process:" in caught.value.__notes__[0]


@pytest.mark.slow
def test_what_is_printed_there_does_not_get_among_the_answers(
    befalls: Callable[[str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    befalls("import os; print('chatter', os.environ['OMP_NUM_THREADS'], flush=True)")
    assert run(lively(2), jobs=2).about["invariants"] == ["all is well"]
    assert capfd.readouterr() == ("", "chatter 1\n" * 2)


@pytest.mark.parametrize(
    "asked",
    [as_json, calendars_at_hand, partial(terms_of, claim=ClaimKind.REGRET)],
    ids=["written", "open", "terms"],
)
def test_what_is_remembered_of_scenarios_may_be_asked_for_by_several_threads(
    asked: Callable[[Scenario], object],
) -> None:
    """As where an executor of threads is handed in: one looks for what another adds, and gets what it asked for."""
    scenarios = [world({"market.orders_per_day": 10 + number}) for number in range(70)]
    alone = [asked(one) for one in scenarios]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            together = list(threads.map(lambda step: asked(scenarios[7 * step % 70]), range(280)))
    finally:
        sys.setswitchinterval(interval)
    assert together == [alone[7 * step % 70] for step in range(280)]
