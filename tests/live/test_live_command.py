"""`refund-sim open`: what it says before the page is there, and how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from sim.cli import main
from sim.live import opening
from sim.live.wanted import Address, new_token
from tests.scenario_files import BASE_FILE


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opening, "find_spec", lambda name: None)
    assert main(["open", "--no-browser"]) == 2
    told = capsys.readouterr()
    assert told.err == "refund-sim open needs starlette and uvicorn: pip install 'refund-sim[page]'\n"
    assert told.out == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["no-such-file.yaml"], "there is no file"),
        ([str(BASE_FILE), "--set", "policy.cancellation.clock=3"], "--set: policy.cancellation.clock: found 3"),
        ([str(BASE_FILE), "--set", "experiment.seed=3"], "cannot be changed on this page"),
        ([str(BASE_FILE), "--host", "no such host"], "cannot listen on no such host"),
        (["--port", "70000"], "expected a number from 0 to 65535"),
    ],
)
def test_what_cannot_be_opened_is_said_and_nothing_is_served(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["open", "--no-browser", *words]) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert said.out == ""


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["open", str(BASE_FILE), "--no-browser", "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot listen on 127.0.0.1" in capsys.readouterr().err


def test_tokens_cannot_be_guessed() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) >= 32 for token in tokens)


def test_an_address_can_be_opened_wherever_it_is_served() -> None:
    assert str(Address("t", "127.0.0.1", 80)) == "http://127.0.0.1:80/t/"
    assert str(Address("t", "::1", 80)) == "http://[::1]:80/t/"
    assert socket.gethostname() in str(Address("t", "0.0.0.0", 80))


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_told_to_end_and_writes_nothing(tmp_path: Path, ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "sim", "open", str(BASE_FILE), "--no-browser", "--host", "127.0.0.2"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=_here()
    ) as program:
        assert program.stdout
        address = program.stdout.readline().strip()
        with urllib.request.urlopen(address, timeout=60) as page:
            assert page.status == 200
        program.send_signal(ending)
        out, told = program.communicate(timeout=30)
    assert program.returncode == 130
    assert "Traceback" not in told
    assert "nothing is encrypted" in told  # it was asked to serve at an address of its own
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def _here() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
