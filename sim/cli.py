"""The door: the words of the command line, and the exit codes.

0 fine, 1 a check found that something changed, 2 bad usage or a bad scenario, 3 internal error, 4 a check cannot
tell, 130 interrupted. Nothing heavy is imported here: each
command imports what it needs, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import errno
import gc
import sys
from collections.abc import Sequence
from typing import NoReturn

from sim import __version__, cli_logs, streams
from sim.errors import REFUSALS, RefundSimError, UserError, refused

FINE, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 2, 3, 130
SELDOM = 20_000
"""New objects after which Python looks for garbage: imports and charts make many, and hardly any."""


def door() -> NoReturn:
    """The console command."""
    streams.prepare()
    gc.set_threshold(SELDOM)
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:  # a second one
        code = INTERRUPTED
    if (lost := streams.finish()) and code == FINE:
        _say("cannot write: no space left" if lost.errno == errno.ENOSPC else f"cannot write: {lost.strerror}")
        code = BAD_INPUT
    gc.freeze()  # all is over: Python need not look for garbage as it ends, which takes a fifth of a second
    sys.exit(code)


def main(words: Sequence[str]) -> int:
    """Carry out one command. Returns its exit code; never raises for what a user did."""
    try:
        return _carry_out(parser().parse_args(words))
    except SystemExit as told:  # argparse has given help, or said what is wrong with the words
        return int(told.code or FINE)
    except UserError as fault:
        _say(str(fault))
        return BAD_INPUT
    except KeyboardInterrupt:
        _stop_beside()
        _say(_interrupted())
        return INTERRUPTED
    except RefundSimError as fault:
        _say(f"internal error: {fault}")
        return INTERNAL


def _carry_out(arguments: argparse.Namespace) -> int:
    from sim import commands

    command = getattr(commands, arguments.command)
    try:
        code: int | None = command(arguments)
        sys.stdout.flush()
    except (RefundSimError, KeyboardInterrupt):
        raise
    except MemoryError:
        raise UserError("out of memory: fewer --jobs, or a smaller scenario, may fit") from None
    except Exception as surprise:
        if isinstance(surprise, OSError) and surprise.errno in REFUSALS:
            raise refused(surprise) from None
        import traceback

        _say(traceback.format_exc().rstrip())
        _say(f"internal error ({type(surprise).__name__}): this is a defect of refund-sim, please report it")
        return INTERNAL
    return code or FINE


def _interrupted() -> str:
    """With the result folders that this command has finished, where there are any."""
    return "interrupted"


def _stop_beside() -> None:
    """What this command began in the background ends with it."""
    making = sys.modules.get("sim.study.making")
    if making:
        making.stop_beside()


def _say(message: str) -> None:
    sys.stderr.write(streams.harmless(message) + "\n")


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
    cli_logs.fit(
        _command(commands, "fit", "learn a scenario from a refund log, and judge it on weeks it never saw")
    )
    cli_logs.export(
        _command(commands, "export", "write what a run lived through as a table of all orders or an event log")
    )
    _command(commands, "schema", "print the JSON Schema of scenario files, for editors")
    _warm(_command(commands, "warm", "prepare the machine code of the compiled engine, once for each installation"))
    return top


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, does: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=does, description=does[0].upper() + does[1:] + ".")


def _changes(command: argparse.ArgumentParser) -> None:
    """Options that change a scenario before it runs."""
    _set(command)
    command.add_argument("--replications", metavar="N", help="independent executions of each scenario")
    command.add_argument("--seed", metavar="N", help="where all luck starts; 0 is a seed")
    command.add_argument("--orders-per-day", metavar="X", help="mean number of orders a day")


def _set(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", help="change one value (repeatable)"
    )


def _run(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help="a scenario file, or a folder of them")
    _results(command)
    _keep(command, "the measures; also each claim (default); also each event")
    _report(command)
    _effort(command, "this measure is known so well")
    _jobs(command)
    _changes(command)


def _compare(command: argparse.ArgumentParser) -> None:
    command.add_argument("base", metavar="BASE", help="the scenario that others are held against")
    command.add_argument("others", nargs="+", metavar="OTHER", help="a scenario file, or a folder of them")
    _results(command)
    _keep(command, "the differences; also each claim, and each order whose stories part (default); also each event")
    _margin(command)
    _report(command)
    _effort(command, "the difference in this measure is known so well, for all others")
    _jobs(command)
    _changes(command)


def _baseline(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help="a scenario file, or a folder of them")
    _baselines(command)
    command.add_argument(
        "--reason", metavar="TEXT", help="why other numbers are right now; needed where there is a baseline"
    )
    command.add_argument("-q", "--quiet", action="store_true", help="say nothing unless something is wrong")
    _margin(command)
    _jobs(command)
    _changes(command)


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help="a scenario file, or a folder of them")
    _baselines(command)
    command.add_argument("--out", metavar="DIR", help="write charts, summary.md, junit.xml and check.json here")
    command.add_argument("--force", action="store_true", help="overwrite what an earlier check has written there")
    command.add_argument(
        "--history", metavar="FILE", help="JSON lines by commit, for the chart of the trend; this check is added"
    )
    command.add_argument("--commit", metavar="ID", help="the commit's name in the history (default: CI's or git's)")
    away = "drop a commit from the history; with the word rebased, those that HEAD does not build on (repeatable)"
    command.add_argument("--forget", action="append", default=[], metavar="ID", help=away)
    for what, which in (("new", "a scenario without a baseline"), ("orphans", "a baseline without a scenario")):
        command.add_argument(f"--allow-{what}", action="store_true", help=f"{which} leaves the exit code at 0")
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")
    command.add_argument("-q", "--quiet", action="store_true", help="no progress and no notes")
    _jobs(command)
    _set(command)


def _baselines(command: argparse.ArgumentParser) -> None:
    command.add_argument("--baselines", required=True, metavar="DIR", help="the folder that holds the baselines")


def _margin(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--margin",
        action="append",
        default=[],
        metavar="MEASURE=VALUE",
        help="up to this a difference does not matter: success_rate=0.01 (repeatable)",
    )


def _results(command: argparse.ArgumentParser) -> None:
    """Where results go, and what is said of them."""
    command.add_argument(
        "--out", default="results", metavar="DIR", help="where result folders go (default: results)"
    )
    command.add_argument("--force", action="store_true", help="overwrite existing result folders")
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")
    command.add_argument("-q", "--quiet", action="store_true", help="no progress and no notes")


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
    command.add_argument(
        "--precision",
        action="append",
        default=[],
        metavar="MEASURE=HALFWIDTH",
        help=f"replications go on until {known}: success_rate=0.005, refund_time_median_all=2%% (repeatable)",
    )
    command.add_argument(
        "--max-replications",
        type=cli_logs.positive,
        metavar="N",
        help="give up a precision after so many (default: 1000)",
    )


def _jobs(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--jobs",
        type=cli_logs.positive,
        metavar="N",
        help="processes that share the replications (default: all cores where it pays)",
    )
    command.add_argument(
        "--engine",
        choices=("auto", "simpy", "compiled"),
        default="auto",
        help="what lives through them, with the same result (default: auto, compiled where it pays)",
    )


def _trace(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenario", metavar="SCENARIO")
    command.add_argument("--order", type=_number, required=True, metavar="N", help="the order's number")
    command.add_argument(
        "--replication", type=_number, default=0, metavar="R", help="which replication (default: 0)"
    )
    command.add_argument("--versus", metavar="OTHER", help="side by side with its story under another scenario")
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")
    _changes(command)


def _validate(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help="a scenario file, or a folder of them")
    command.add_argument("-q", "--quiet", action="store_true", help="say nothing unless there is a fault")
    _set(command)


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenario", metavar="SCENARIO")
    _changes(command)


def _warm(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")
    command.add_argument("-q", "--quiet", action="store_true", help="say nothing unless something is wrong")


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from 0")
    return int(text)


if __name__ == "__main__":
    door()
