"""Options that many commands have, each once, and how any option is told: `takes(command, "--out DIR", …)`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

SCENARIO = "a scenario file, or a preset such as aliexpress"
SCENARIOS = "a scenario file, a folder of them, or a preset such as aliexpress"


def takes(command: argparse.ArgumentParser, option: str, what: str, **how: Any) -> None:
    """An option with a value, written as a user writes it: its name, and what its value is called."""
    name, _, value = option.partition(" ")
    command.add_argument(name, metavar=value, help=what, **how)


def repeatable(command: argparse.ArgumentParser, option: str, what: str) -> None:
    """An option with a value that may be given time and again."""
    takes(command, option, what, action="append", default=[])


def flag(command: argparse.ArgumentParser, option: str, what: str) -> None:
    """An option that is there or not; `-q --quiet` has two names."""
    command.add_argument(*option.split(), action="store_true", help=what)


def number(least: int, most: float = float("inf")) -> Callable[[str], int]:
    """What reads a whole number within bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            upward = f" to {most}" if most < float("inf") else ""
            raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from {least}{upward}")
        return int(text)

    return read


positive = number(1)


def changes(command: argparse.ArgumentParser, what: str = "change one value (repeatable)") -> None:
    """Values in place of a scenario's own."""
    repeatable(command, "--set PATH=VALUE", what)


def changes_and_sizes(command: argparse.ArgumentParser) -> None:
    """The same, and under shorter names how much is simulated."""
    changes(command)
    takes(command, "--replications N", "independent executions of each scenario")
    takes(command, "--seed N", "where all luck starts; 0 is a seed")
    takes(command, "--orders-per-day X", "mean number of orders a day")


def what_if(command: argparse.ArgumentParser, what: str) -> None:
    """Scenarios that need no file."""
    repeatable(command, "--what-if NAME:PATH=VALUE[,PATH=VALUE]", what)


def margins(command: argparse.ArgumentParser) -> None:
    """Up to where a difference does not matter."""
    does = "up to this a difference does not matter: success_rate=0.01 (repeatable)"
    repeatable(command, "--margin MEASURE=VALUE", does)


def precision(command: argparse.ArgumentParser, known: str) -> None:
    """How much is simulated, by how well something is to be known."""
    until = f"replications go on until {known}: success_rate=0.005, refund_time_median_all=2%% (repeatable)"
    repeatable(command, "--precision MEASURE=HALFWIDTH", until)
    up = "give up a precision after so many, or as soon as it is surely out of their reach (default: 1000)"
    takes(command, "--max-replications N", up, type=positive)


def kept(command: argparse.ArgumentParser) -> None:
    """Where replications are kept."""
    takes(command, "--store DIR", "keep every replication here, and live through none again")


def workers(command: argparse.ArgumentParser, jobs: str, lives: str) -> None:
    """Who does the work: so many processes or a cluster, and which engine."""
    takes(command, "--jobs N", jobs, type=positive)
    cluster(command)
    command.add_argument("--engine", choices=("auto", "simpy", "compiled"), default="auto", help=lives)


def cluster(command: argparse.ArgumentParser) -> None:
    """On which machines."""
    at = "its scheduler's address, as tcp://127.0.0.1:8786 or tls://scheduler.example:8786 (docs/cluster.md)"
    takes(command, "--on ADDRESS", f"do the work on a Dask cluster, in place of --jobs: {at}")
    beyond = "take a tcp:// address beyond this machine, unencrypted and open to whoever reaches it"
    flag(command, "--trust-network", beyond)


def json(command: argparse.ArgumentParser) -> None:
    """For programs."""
    flag(command, "--json", "one JSON document on stdout and nothing else")


def quiet(command: argparse.ArgumentParser, what: str = "no progress and no notes") -> None:
    """How much is said."""
    flag(command, "-q --quiet", what)


def told(command: argparse.ArgumentParser, quietly: str = "no progress and no notes") -> None:
    """In which form, and how much."""
    json(command)
    quiet(command, quietly)
