"""The words of the command line: every command and its options (more in `outside_arguments` and its like)."""

from __future__ import annotations

import argparse

from sim import outside_arguments, worlds_arguments
from sim.outside_arguments import changes, elsewhere, engine, number, positive, repeatable, said, what_if
from sim.version import __version__

SCENARIO = "a scenario file, a folder of them, or a preset such as aliexpress"


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    top = argparse.ArgumentParser(prog="refund-sim", description="A wind tunnel for refund policies.")
    top.add_argument("--version", action="version", version=f"refund-sim {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _run(_command(commands, "run", "simulate each scenario, print one table, write results"))
    _compare(_command(commands, "compare", "say what other policies change, order by order, with verdicts"))
    _trace(_command(commands, "trace", "tell the story of one order, or under two policies side by side"))
    _validate(_command(commands, "validate", "check scenario files; every fault with its place"))
    _show(
        _command(commands, "show", "print the resolved scenario, itself runnable, with where each value came from")
    )
    _baseline(_command(commands, "baseline", "record what comes of scenarios, for `check` to hold them against"))
    _check(_command(commands, "check", "hold scenarios against their baselines: has anything moved, and why"))
    worlds_arguments.stress(_command(commands, "stress", "say in what share of worlds a difference holds"))
    worlds_arguments.study(_command(commands, "study", "try policies in many worlds: what decides, and how much"))
    worlds_arguments.search(_command(commands, "search", "find the best policy of a set, with a stated guarantee"))
    worlds_arguments.store(_command(commands, "store", "list, check, prune or compact kept replications"))
    outside_arguments.forecast(
        _command(commands, "forecast", "say what becomes of open cases, one by one and in total")
    )
    outside_arguments.advise(
        _command(commands, "advise", "say to one buyer what the odds are, by when, and what to do")
    )
    outside_arguments.fit(
        _command(commands, "fit", "learn a scenario from a refund log; judge it on weeks it never saw")
    )
    outside_arguments.export(_command(commands, "export", "write what a run lived through for other tools"))
    outside_arguments.init(_command(commands, "init", "write a commented scenario file to start from"))
    outside_arguments.open_page(
        _command(commands, "open", "open a live page: turn levers, and see what becomes of claims")
    )
    _command(commands, "schema", "print the JSON Schema of scenario files, for editors")
    outside_arguments.warm(
        _command(commands, "warm", "prepare the compiled engine's machine code, once for each installation")
    )
    return top


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, does: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=does, description=does[0].upper() + does[1:] + ".")


def _changes(command: argparse.ArgumentParser) -> None:
    """Options that change a scenario before it runs."""
    changes(command)
    command.add_argument("--replications", metavar="N", help="independent executions of each scenario")
    command.add_argument("--seed", metavar="N", help="where all luck starts; 0 is a seed")
    command.add_argument("--orders-per-day", metavar="X", help="mean number of orders a day")


def _run(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help=SCENARIO)
    _results(command)
    _keep(command, "the measures; also each claim (default); also each event")
    _report(command)
    _effort(command, "this measure is known so well")
    worlds_arguments.kept(command)
    _jobs(command)
    _changes(command)


def _compare(command: argparse.ArgumentParser) -> None:
    command.add_argument("base", metavar="BASE", help="the scenario that others are held against")
    command.add_argument("others", nargs="*", metavar="OTHER", help=SCENARIO)
    what_if(command, "the base with changes, under a name (repeatable)")
    _results(command)
    _keep(command, "the differences; also each claim, and each order whose stories part (default); also each event")
    _margin(command)
    _report(command)
    _effort(command, "the difference in this measure is known so well, for all others")
    worlds_arguments.kept(command)
    _jobs(command)
    _changes(command)


def _baseline(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help=SCENARIO)
    _baselines(command)
    command.add_argument(
        "--reason", metavar="TEXT", help="why other numbers are right now; needed where there is a baseline"
    )
    command.add_argument("-q", "--quiet", action="store_true", help="say nothing unless something is wrong")
    _margin(command)
    _jobs(command)
    _changes(command)


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help=SCENARIO)
    _baselines(command)
    command.add_argument("--out", metavar="DIR", help="write charts, summary.md, junit.xml and check.json here")
    command.add_argument("--force", action="store_true", help="overwrite what an earlier check has written there")
    command.add_argument(
        "--history", metavar="FILE", help="JSON lines by commit, for the chart of the trend; this check is added"
    )
    command.add_argument("--commit", metavar="ID", help="the commit's name in the history (default: CI's or git's)")
    away = "drop a commit from the history; with the word rebased, those that HEAD does not build on (repeatable)"
    repeatable(command, "--forget", "ID", away)
    for what, which in (("new", "a scenario without a baseline"), ("orphans", "a baseline without a scenario")):
        command.add_argument(f"--allow-{what}", action="store_true", help=f"{which} leaves the exit code at 0")
    said(command)
    _jobs(command)
    changes(command)


def _baselines(command: argparse.ArgumentParser) -> None:
    command.add_argument("--baselines", required=True, metavar="DIR", help="the folder that holds the baselines")


def _margin(command: argparse.ArgumentParser) -> None:
    repeatable(
        command,
        "--margin",
        "MEASURE=VALUE",
        "up to this a difference does not matter: success_rate=0.01 (repeatable)",
    )


def _results(command: argparse.ArgumentParser) -> None:
    """Where results go, and what is said of them."""
    command.add_argument(
        "--out", default="results", metavar="DIR", help="where result folders go (default: results)"
    )
    command.add_argument("--force", action="store_true", help="overwrite existing result folders")
    said(command)


def _keep(command: argparse.ArgumentParser, which: str) -> None:
    command.add_argument(
        "--keep", choices=("summary", "claims", "journal"), default="claims", help=f"what is written: {which}"
    )


def _report(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--report",
        choices=("plain", "full"),
        default="plain",
        help="full: report.html also answers what if the seller's clock were another or silence meant something "
        "else (takes several times as long)",
    )


def _effort(command: argparse.ArgumentParser, known: str) -> None:
    """How much is simulated."""
    repeatable(
        command,
        "--precision",
        "MEASURE=HALFWIDTH",
        f"replications go on until {known}: success_rate=0.005, refund_time_median_all=2%% (repeatable)",
    )
    command.add_argument(
        "--max-replications",
        type=positive,
        metavar="N",
        help="give up a precision after so many, or as soon as it is surely out of their reach (default: 1000)",
    )


def _jobs(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--jobs",
        type=positive,
        metavar="N",
        help="processes that share the replications (default: all cores where it pays)",
    )
    elsewhere(command)
    engine(command, "what lives through them, with the same result (default: auto, compiled where it pays)")


def _trace(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenario", metavar="SCENARIO")
    command.add_argument("--order", type=number(0), required=True, metavar="N", help="the order's number")
    command.add_argument(
        "--replication", type=number(0), default=0, metavar="R", help="which replication (default: 0)"
    )
    what_if(command, "side by side with its story with these changes")
    command.add_argument("--versus", metavar="OTHER", help="side by side with its story under another scenario")
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")
    _changes(command)


def _validate(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help=SCENARIO)
    command.add_argument("-q", "--quiet", action="store_true", help="say nothing unless there is a fault")
    changes(command)


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenario", metavar="SCENARIO")
    _changes(command)
