"""The words of the commands that begin or end outside: `init`, `fit`, `export`, `open`."""

from __future__ import annotations

import argparse


def fit(command: argparse.ArgumentParser) -> None:
    """A mapping, and where what is learnt goes."""
    command.add_argument("mapping", metavar="MAPPING", help="what the log's tables call things (docs/fit.md)")
    command.add_argument("--out", metavar="DIR", help="where the scenario, fit.json and the report go")
    command.add_argument("--check", action="store_true", help="only read the log, and say what became of its rows")
    command.add_argument(
        "--hold-out", metavar="WEEKS", help="keep the last weeks before the cut to judge by: 8w, 56d"
    )
    command.add_argument(
        "--worlds", type=_count, default=40, metavar="N", help="refits to write for studies (default: 40; 0: none)"
    )
    command.add_argument("--expect", action="store_true", help="write expect: lines from the log, for run to judge")
    command.add_argument(
        "--jobs", type=positive, default=1, metavar="N", help="processes that share the simulations"
    )
    command.add_argument("--force", action="store_true", help="replace a fit that is there")
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")
    command.add_argument("-q", "--quiet", action="store_true", help="no more than the result")


def export(command: argparse.ArgumentParser) -> None:
    """A result folder, and the form it is wanted in."""
    command.add_argument("run", metavar="RUN", help="a result folder that `run` wrote")
    command.add_argument("--to", required=True, choices=("orders", "xes", "ocel"), help="in which form")
    command.add_argument("--zone", default="UTC", metavar="ZONE", help="whose clock the run's is (default: UTC)")
    command.add_argument("--out", metavar="FILE", help="where to (default: beside the folder)")
    command.add_argument("--force", action="store_true", help="replace a file that is there")
    command.add_argument("-q", "--quiet", action="store_true", help="no progress")


def positive(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from 1")
    return int(text)


def _count(text: str) -> int:
    """A whole number from 0 to 1,000."""
    if not text.isdecimal() or int(text) > 1000:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from 0 to 1000")
    return int(text)


def init(command: argparse.ArgumentParser) -> None:
    """A name, and what to start from."""
    command.add_argument("name", metavar="NAME", help="what the scenario is called; the file is NAME.yaml")
    command.add_argument(
        "--from",
        dest="preset",
        default="aliexpress",
        metavar="PRESET",
        help="what it is at first (aliexpress)",
    )
    command.add_argument("--out", metavar="FILE", help="where to (default: NAME.yaml)")
    command.add_argument("--force", action="store_true", help="replace a file that is there")
    command.add_argument("-q", "--quiet", action="store_true", help="no more than the file's name")


def warm(command: argparse.ArgumentParser) -> None:
    """How it is told."""
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")
    command.add_argument("-q", "--quiet", action="store_true", help="say nothing unless something is wrong")


def open_page(command: argparse.ArgumentParser) -> None:
    """A scenario, and where its page is served."""
    command.add_argument(
        "scenario", nargs="?", default="aliexpress", metavar="SCENARIO", help="a file or a preset (aliexpress)"
    )
    command.add_argument("--no-browser", action="store_true", help="only print the address")
    command.add_argument("--port", type=_port, default=0, metavar="N", help="which port (default: a free one)")
    command.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="serve others, too, at this address of the machine: whoever has the page's address can use it, "
        "unencrypted (default: this machine only)",
    )
    command.add_argument("--jobs", type=positive, metavar="N", help="processes that share the work (default: 1)")
    elsewhere(command)
    command.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", help="a change to begin with (repeatable)"
    )
    command.add_argument("-q", "--quiet", action="store_true", help="no more than the address")


def elsewhere(command: argparse.ArgumentParser) -> None:
    """On which machines."""
    command.add_argument(
        "--on",
        metavar="ADDRESS",
        help="do the work on a Dask cluster, in place of --jobs: its scheduler's address, as tcp://127.0.0.1:8786 "
        "or tls://scheduler.example:8786 (docs/cluster.md)",
    )
    command.add_argument(
        "--trust-network",
        action="store_true",
        help="take a tcp:// address beyond this machine, unencrypted and open to whoever reaches it",
    )


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from 0 to 65535")
    return int(text)
