"""The words of the commands that begin or end outside: `init`, `fit`, `export`, `open`, those about cases that wait
(`forecast`, `advise`); and options that many commands have."""

from __future__ import annotations

import argparse
from collections.abc import Callable

SCENARIO = "a scenario file, or a preset such as aliexpress"


def fit(command: argparse.ArgumentParser) -> None:
    """A mapping, and where what is learnt goes."""
    command.add_argument("mapping", metavar="MAPPING", help="what the log's tables call things (docs/fit.md)")
    command.add_argument("--out", metavar="DIR", help="where the scenario, fit.json and the report go")
    command.add_argument("--check", action="store_true", help="only read the log, and say what became of its rows")
    command.add_argument(
        "--hold-out", metavar="WEEKS", help="keep the last weeks before the cut to judge by: 8w, 56d"
    )
    command.add_argument(
        "--worlds",
        type=number(0, 1000),
        default=40,
        metavar="N",
        help="refits to write for studies (default: 40; 0: none)",
    )
    command.add_argument("--expect", action="store_true", help="write expect: lines from the log, for run to judge")
    command.add_argument(
        "--jobs", type=positive, default=1, metavar="N", help="processes that share the simulations"
    )
    command.add_argument("--force", action="store_true", help="replace a fit that is there")
    said(command, "no more than the result")


def export(command: argparse.ArgumentParser) -> None:
    """A result folder, and the form it is wanted in."""
    command.add_argument("run", metavar="RUN", help="a result folder that `run` wrote")
    command.add_argument("--to", required=True, choices=("orders", "xes", "ocel"), help="in which form")
    command.add_argument("--zone", default="UTC", metavar="ZONE", help="whose clock the run's is (default: UTC)")
    command.add_argument("--out", metavar="FILE", help="where to (default: beside the folder)")
    command.add_argument("--force", action="store_true", help="replace a file that is there")
    command.add_argument("-q", "--quiet", action="store_true", help="no progress")


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
    said(command, "say nothing unless something is wrong")


def open_page(command: argparse.ArgumentParser) -> None:
    """A scenario, and where its page is served."""
    command.add_argument(
        "scenario", nargs="?", default="aliexpress", metavar="SCENARIO", help="a file or a preset (aliexpress)"
    )
    command.add_argument("--no-browser", action="store_true", help="only print the address")
    command.add_argument(
        "--port", type=number(0, 65535), default=0, metavar="N", help="which port (default: a free one)"
    )
    command.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="serve others, too, at this address of the machine: whoever has the page's address can use it, "
        "unencrypted (default: this machine only)",
    )
    command.add_argument("--jobs", type=positive, metavar="N", help="processes that share the work (default: 1)")
    elsewhere(command)
    changes(command, "a change to begin with (repeatable)")
    command.add_argument("-q", "--quiet", action="store_true", help="no more than the address")


def advise(command: argparse.ArgumentParser) -> None:
    """A scenario, and what one buyer can say of a case."""
    command.add_argument("scenario", metavar="SCENARIO", help=SCENARIO)
    command.add_argument("--paid", required=True, metavar="D", help="how long ago you paid: 8d, 36h")
    command.add_argument(
        "--asked", metavar="D", help="how long ago what is open was put: the request, the offer, the parcel back"
    )
    command.add_argument(
        "--stage",
        choices=("none", "cancellation", "offer", "return", "dispute", "mediation", "chargeback"),
        help="what is open (default: none without --asked, else cancellation)",
    )
    command.add_argument("--method", metavar="NAME", help="how you paid, as the scenario calls it: card")
    command.add_argument("--value", metavar="X", help="what you paid: 30")
    command.add_argument("--offer", metavar="X", help="how much of it the seller offers: 12")
    command.add_argument("--seller-type", metavar="NAME", help="what kind of seller it is, if you know: prompt")
    command.add_argument("--claim", choices=("regret", "not_received", "defect"), help="why (default: regret)")
    command.add_argument("--out", metavar="DIR", help="also write a page, a chart and advice.json here")
    command.add_argument("--force", action="store_true", help="replace what is there")
    said(command, "no more than the result")
    changes(command)


def forecast(command: argparse.ArgumentParser) -> None:
    """A scenario, open cases, and an instant."""
    command.add_argument("scenario", metavar="SCENARIO", help=SCENARIO)
    command.add_argument("--open", required=True, metavar="CASES", help="a table of open cases (docs/forecast.md)")
    command.add_argument(
        "--at", required=True, metavar="INSTANT", help="until when they are known: 2018-11-02T09:00"
    )
    command.add_argument("--policy", metavar="OTHER", help="a scenario whose policy would hold from then on")
    command.add_argument("--mapping", metavar="FILE", help="what the table calls things, as for fit")
    command.add_argument("--replicates", metavar="N", help="stories told of each case (default: 200)")
    command.add_argument("--seed", metavar="N", help="where all luck starts (default: the scenario's)")
    command.add_argument("--out", metavar="DIR", help="where the report and the tables go")
    command.add_argument("--force", action="store_true", help="replace a forecast that is there")
    said(command, "no more than the result")
    changes(command)


# ------------------------------------------------------------------------------- what many commands have


def number(least: int, most: float = float("inf")) -> Callable[[str], int]:
    """What reads a whole number within bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            upward = f" to {most}" if most < float("inf") else ""
            raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from {least}{upward}")
        return int(text)

    return read


positive = number(1)


def repeatable(command: argparse.ArgumentParser, name: str, shape: str, what: str) -> None:
    """An option that may be given time and again."""
    command.add_argument(name, action="append", default=[], metavar=shape, help=what)


def changes(command: argparse.ArgumentParser, what: str = "change one value (repeatable)") -> None:
    """Values in place of a scenario's own."""
    repeatable(command, "--set", "PATH=VALUE", what)


def what_if(command: argparse.ArgumentParser, what: str) -> None:
    """Scenarios that need no file."""
    repeatable(command, "--what-if", "NAME:PATH=VALUE[,PATH=VALUE]", what)


def engine(command: argparse.ArgumentParser, what: str) -> None:
    """What lives through replications."""
    command.add_argument("--engine", choices=("auto", "simpy", "compiled"), default="auto", help=what)


def said(command: argparse.ArgumentParser, quiet: str = "no progress and no notes") -> None:
    """In which form, and how much."""
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")
    command.add_argument("-q", "--quiet", action="store_true", help=quiet)


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
