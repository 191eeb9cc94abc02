"""`metrics.txt` goes into Prometheus by every way that takes a file: promtool, node_exporter, Pushgateway.

They are Debian's packages. Where one is missing its tests are skipped, and say so; where
REFUND_SIM_NEEDS_PROMETHEUS is set, as in CI, that fails. What is started here listens on this machine only, and is
ended with its test.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from sim.show.checked.metrics import metrics
from tests.unit.checked import check, hostile

NEEDED = "REFUND_SIM_NEEDS_PROMETHEUS"
PATIENCE = 30
"""Seconds until a program that was started must answer."""
EXPOSITIONS = {"usual": metrics(check()), "hostile": metrics(hostile())}
OFFLINE = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks this machine, whatever proxy is set for others."""


def program(name: str) -> str:
    found = shutil.which(name)
    if not found and os.environ.get(NEEDED):
        pytest.fail(f"{name} is not installed, and {NEEDED} is set")
    return found or pytest.skip(f"{name} is not installed")


@contextmanager
def listening(name: str, *options: str) -> Iterator[str]:
    """The program, started; its address. It has answered once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [program(name), *options, f"--web.listen-address={address}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as started:
        try:
            _wait_for(f"http://{address}/metrics", started)
            yield f"http://{address}"
        finally:
            started.kill()


def _wait_for(url: str, started: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and started.poll() is None:
        try:
            OFFLINE.open(url, timeout=PATIENCE).close()
        except urllib.error.URLError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{url}: nobody answers")


def samples_of(exposition: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Name and labels → value, of our own metrics. What Pushgateway adds of its own is left out."""
    return {
        (sample.name, frozenset(sample.labels.items() - {("job", "refund"), ("instance", "")})): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if sample.name.startswith("refund_sim")
    }


@pytest.mark.parametrize("name", EXPOSITIONS)
def test_promtool_finds_nothing_to_complain_of(name: str) -> None:
    command = [program("promtool"), "check", "metrics"]
    told = subprocess.run(command, input=EXPOSITIONS[name], capture_output=True, timeout=PATIENCE)
    assert (told.returncode, told.stdout + told.stderr) == (0, b"")


def test_promtool_refuses_a_file_of_another_form() -> None:
    command = [program("promtool"), "check", "metrics"]
    told = subprocess.run(command, input=b"# TYPE refund_sim_check info\n", capture_output=True, timeout=PATIENCE)
    assert told.returncode == 1


@pytest.mark.parametrize("name", EXPOSITIONS)
def test_node_exporter_passes_on_every_number(name: str, tmp_path: Path) -> None:
    (tmp_path / "refund.prom").write_bytes(EXPOSITIONS[name])
    options = ("--collector.disable-defaults", "--collector.textfile", f"--collector.textfile.directory={tmp_path}")
    with listening("prometheus-node-exporter", *options) as address:
        told = OFFLINE.open(f"{address}/metrics", timeout=PATIENCE).read().decode()
    assert "\nnode_textfile_scrape_error 0\n" in told
    assert samples_of(told) == samples_of(EXPOSITIONS[name].decode())


@pytest.mark.parametrize("name", EXPOSITIONS)
def test_pushgateway_takes_every_number(name: str) -> None:
    with listening("prometheus-pushgateway") as address:
        pushed = urllib.request.Request(f"{address}/metrics/job/refund", data=EXPOSITIONS[name], method="POST")
        assert OFFLINE.open(pushed, timeout=PATIENCE).status == 200
        told = OFFLINE.open(f"{address}/metrics", timeout=PATIENCE).read().decode()
    assert samples_of(told) == samples_of(EXPOSITIONS[name].decode())
