"""The words of the commands that look at many worlds: `stress`, `study`, `search`, `store`."""

from __future__ import annotations

import argparse

from sim.outside_arguments import changes, elsewhere, engine, number, positive, repeatable, said, what_if


def stress(command: argparse.ArgumentParser) -> None:
    """A base and what is held against it, in so many worlds."""
    command.add_argument("base", metavar="BASE", help="the scenario that others are held against; its ranges vary")
    command.add_argument("others", nargs="*", metavar="OTHER", help="scenario files or presets")
    what_if(command, "the base with changes, under a name (repeatable)")
    command.add_argument(
        "--worlds", type=number(2), default=128, metavar="N", help="how many worlds (default: 128)"
    )
    command.add_argument(
        "--replications", type=positive, default=2, metavar="N", help="executions of each world (default: 2)"
    )
    command.add_argument(
        "--until-clear",
        type=positive,
        default=0,
        metavar="N",
        help="up to N replications of a world in which the sign of the headline's difference is not clear",
    )
    fitted = "replications take turns at the worlds that `fit` wrote beside BASE"
    command.add_argument("--fitted", choices=("bootstrap",), help=fitted)
    command.add_argument("--seed", type=_seed, metavar="N", help="where all luck starts (default: the base's)")
    repeatable(command, "--measure", "MEASURE", "what is judged, the headline first")
    changes(command)
    _results(command)


def study(command: argparse.ArgumentParser) -> None:
    """A study file."""
    command.add_argument("file", metavar="STUDY", help="what to look at (docs/studies.md)")
    _results(command)


def search(command: argparse.ArgumentParser) -> None:
    """A search file."""
    command.add_argument("file", metavar="SEARCH", help="levers, an aim, and what to keep (docs/studies.md)")
    _results(command)


def store(command: argparse.ArgumentParser) -> None:
    """A store, and what to do with it."""
    what = "say what is kept; name what is damaged; remove that, and what another edition or killed writers left; "
    what += "gather many small segments into few"
    command.add_argument("action", choices=("list", "check", "prune", "compact"), help=what)
    command.add_argument("folder", metavar="DIR", help="the folder that --store named")
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")


def kept(command: argparse.ArgumentParser) -> None:
    """Where replications are kept."""
    command.add_argument("--store", metavar="DIR", help="keep every replication here, and live through none again")


def _results(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", default="results", metavar="DIR", help="where the folder goes (default: results)")
    kept(command)
    command.add_argument("--dry-run", action="store_true", help="only say how many worlds, and how long they take")
    command.add_argument("--jobs", type=positive, metavar="N", help="processes that share the work (default: all)")
    elsewhere(command)
    engine(command, "what lives through the worlds")
    command.add_argument("--force", action="store_true", help="replace a folder that is there")
    said(command)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number from 0 to {2**32 - 1:,}")
    return int(text)
