"""The words of the command line: every command with its options; those that many commands have are `options`."""

from __future__ import annotations

import argparse

from sim.options import (
    SCENARIO,
    SCENARIOS,
    changes,
    changes_and_sizes,
    cluster,
    flag,
    json,
    kept,
    margins,
    number,
    positive,
    precision,
    quiet,
    repeatable,
    takes,
    told,
    what_if,
    workers,
)
from sim.version import __version__


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    top = argparse.ArgumentParser(prog="refund-sim", description="A wind tunnel for refund policies.")
    top.add_argument("--version", action="version", version=f"refund-sim {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (does, add_words) in COMMANDS.items():
        add_words(commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}."))
    return top


# ------------------------------------------------------------------- scenarios: run, compared, told of, checked


def _run(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help=SCENARIOS)
    _results(command)
    _keep(command, "the measures; also each claim (default); also each event")
    _report(command)
    precision(command, "this measure is known so well")
    kept(command)
    _workers(command)
    changes_and_sizes(command)


def _compare(command: argparse.ArgumentParser) -> None:
    command.add_argument("base", metavar="BASE", help="the scenario that others are held against")
    command.add_argument("others", nargs="*", metavar="OTHER", help=SCENARIOS)
    what_if(command, "the base with changes, under a name (repeatable)")
    _results(command)
    _keep(command, "the differences; also each claim, and each order whose stories part (default); also each event")
    margins(command)
    _report(command)
    precision(command, "the difference in this measure is known so well, for all others")
    kept(command)
    _workers(command)
    changes_and_sizes(command)


def _trace(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenario", metavar="SCENARIO")
    takes(command, "--order N", "the order's number", type=number(0), required=True)
    takes(command, "--replication R", "which replication (default: 0)", type=number(0), default=0)
    what_if(command, "side by side with its story with these changes")
    takes(command, "--versus OTHER", "side by side with its story under another scenario")
    json(command)
    changes_and_sizes(command)


def _validate(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help=SCENARIOS)
    quiet(command, "say nothing unless there is a fault")
    changes(command)


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenario", metavar="SCENARIO")
    changes_and_sizes(command)


def _results(command: argparse.ArgumentParser) -> None:
    """Where results go, and what is said of them."""
    takes(command, "--out DIR", "where result folders go (default: results)", default="results")
    flag(command, "--force", "overwrite existing result folders")
    told(command)


def _keep(command: argparse.ArgumentParser, which: str) -> None:
    what, words = f"what is written: {which}", ("summary", "claims", "journal")
    command.add_argument("--keep", choices=words, default="claims", help=what)


def _report(command: argparse.ArgumentParser) -> None:
    also = "also answers what if the seller's clock were another or silence meant something else"
    what = f"full: report.html {also} (takes several times as long)"
    command.add_argument("--report", choices=("plain", "full"), default="plain", help=what)


def _workers(command: argparse.ArgumentParser) -> None:
    jobs = "processes that share the replications (default: all cores where it pays)"
    workers(command, jobs, "what lives through them, with the same result (default: auto, compiled where it pays)")


def _baseline(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help=SCENARIOS)
    takes(command, "--baselines DIR", "the folder that holds the baselines", required=True)
    takes(command, "--reason TEXT", "why other numbers are right now; needed where there is a baseline")
    quiet(command, "say nothing unless something is wrong")
    margins(command)
    _workers(command)
    changes_and_sizes(command)


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO", help=SCENARIOS)
    takes(command, "--baselines DIR", "the folder that holds the baselines", required=True)
    takes(command, "--out DIR", "write charts, summary.md, junit.xml and check.json here")
    flag(command, "--force", "overwrite what an earlier check has written there")
    takes(command, "--history FILE", "JSON lines by commit, for the chart of the trend; this check is added")
    takes(command, "--commit ID", "the commit's name in the history (default: CI's or git's)")
    away = "drop a commit from the history; with the word rebased, those that HEAD does not build on (repeatable)"
    repeatable(command, "--forget ID", away)
    for what, which in (("new", "a scenario without a baseline"), ("orphans", "a baseline without a scenario")):
        flag(command, f"--allow-{what}", f"{which} leaves the exit code at 0")
    told(command)
    _workers(command)
    changes(command)


# ---------------------------------------------------------------------------------------------- many worlds


def _stress(command: argparse.ArgumentParser) -> None:
    command.add_argument("base", metavar="BASE", help="the scenario that others are held against; its ranges vary")
    command.add_argument("others", nargs="*", metavar="OTHER", help="scenario files or presets")
    what_if(command, "the base with changes, under a name (repeatable)")
    takes(command, "--worlds N", "how many worlds (default: 128)", type=number(2), default=128)
    takes(command, "--replications N", "executions of each world (default: 2)", type=positive, default=2)
    more = "up to N replications of a world in which the sign of the headline's difference is not clear"
    takes(command, "--until-clear N", more, type=positive, default=0)
    fitted = "replications take turns at the worlds that `fit` wrote beside BASE"
    command.add_argument("--fitted", choices=("bootstrap",), help=fitted)
    takes(command, "--seed N", "where all luck starts (default: the base's)", type=_seed)
    repeatable(command, "--measure MEASURE", "what is judged, the headline first")
    changes(command)
    _of_worlds(command)


def _study(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="STUDY", help="what to look at (docs/studies.md)")
    _of_worlds(command)


def _search(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="SEARCH", help="levers, an aim, and what to keep (docs/studies.md)")
    _of_worlds(command)


def _store(command: argparse.ArgumentParser) -> None:
    what = "say what is kept; name what is damaged; remove that, and what another edition or killed writers left; "
    what += "gather many small segments into few"
    command.add_argument("action", choices=("list", "check", "prune", "compact"), help=what)
    command.add_argument("folder", metavar="DIR", help="the folder that --store named")
    json(command)


def _of_worlds(command: argparse.ArgumentParser) -> None:
    """Where a study goes, and how it is carried out."""
    takes(command, "--out DIR", "where the folder goes (default: results)", default="results")
    kept(command)
    flag(command, "--dry-run", "only say how many worlds, and how long they take")
    workers(command, "processes that share the work (default: all)", "what lives through the worlds")
    flag(command, "--force", "replace a folder that is there")
    told(command)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number from 0 to {2**32 - 1:,}")
    return int(text)


# ------------------------------------------------- what begins or ends outside: cases that wait, logs, a live page


def _forecast(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenario", metavar="SCENARIO", help=SCENARIO)
    takes(command, "--open CASES", "a table of open cases (docs/forecast.md)", required=True)
    takes(command, "--at INSTANT", "until when they are known: 2018-11-02T09:00", required=True)
    takes(command, "--policy OTHER", "a scenario whose policy would hold from then on")
    takes(command, "--mapping FILE", "what the table calls things, as for fit")
    takes(command, "--replicates N", "stories told of each case (default: 200)")
    takes(command, "--seed N", "where all luck starts (default: the scenario's)")
    takes(command, "--out DIR", "where the report and the tables go")
    flag(command, "--force", "replace a forecast that is there")
    told(command, "no more than the result")
    changes(command)


def _advise(command: argparse.ArgumentParser) -> None:
    command.add_argument("scenario", metavar="SCENARIO", help=SCENARIO)
    takes(command, "--paid D", "how long ago you paid: 8d, 36h", required=True)
    takes(command, "--asked D", "how long ago what is open was put: the request, the offer, the parcel back")
    stages = ("none", "cancellation", "offer", "return", "dispute", "mediation", "chargeback")
    what = "what is open (default: none without --asked, else cancellation)"
    command.add_argument("--stage", choices=stages, help=what)
    takes(command, "--method NAME", "how you paid, as the scenario calls it: card")
    takes(command, "--value X", "what you paid: 30")
    takes(command, "--offer X", "how much of it the seller offers: 12")
    takes(command, "--seller-type NAME", "what kind of seller it is, if you know: prompt")
    command.add_argument("--claim", choices=("regret", "not_received", "defect"), help="why (default: regret)")
    takes(command, "--out DIR", "also write a page, a chart and advice.json here")
    flag(command, "--force", "replace what is there")
    told(command, "no more than the result")
    changes(command)


def _fit(command: argparse.ArgumentParser) -> None:
    command.add_argument("mapping", metavar="MAPPING", help="what the log's tables call things (docs/fit.md)")
    takes(command, "--out DIR", "where the scenario, fit.json and the report go")
    flag(command, "--check", "only read the log, and say what became of its rows")
    takes(command, "--hold-out WEEKS", "keep the last weeks before the cut to judge by: 8w, 56d")
    takes(
        command,
        "--worlds N",
        "refits to write for studies (default: 40; 0: none)",
        type=number(0, 1000),
        default=40,
    )
    flag(command, "--expect", "write expect: lines from the log, for run to judge")
    takes(command, "--jobs N", "processes that share the simulations", type=positive, default=1)
    flag(command, "--force", "replace a fit that is there")
    told(command, "no more than the result")


def _export(command: argparse.ArgumentParser) -> None:
    command.add_argument("run", metavar="RUN", help="a result folder that `run` wrote")
    command.add_argument("--to", required=True, choices=("orders", "xes", "ocel"), help="in which form")
    takes(command, "--zone ZONE", "whose clock the run's is (default: UTC)", default="UTC")
    takes(command, "--out FILE", "where to (default: beside the folder)")
    flag(command, "--force", "replace a file that is there")
    quiet(command, "no progress")


def _init(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help="what the scenario is called; the file is NAME.yaml")
    takes(command, "--from PRESET", "what it is at first (aliexpress)", dest="preset", default="aliexpress")
    takes(command, "--out FILE", "where to (default: NAME.yaml)")
    flag(command, "--force", "replace a file that is there")
    quiet(command, "no more than the file's name")


def _open(command: argparse.ArgumentParser) -> None:
    what = "a file or a preset (aliexpress)"
    command.add_argument("scenario", nargs="?", default="aliexpress", metavar="SCENARIO", help=what)
    flag(command, "--no-browser", "only print the address")
    takes(command, "--port N", "which port (default: a free one)", type=number(0, 65535), default=0)
    others = "serve others, too, at this address of the machine: whoever has the page's address can use it, "
    takes(command, "--host ADDRESS", f"{others}unencrypted (default: this machine only)", default="127.0.0.1")
    takes(command, "--jobs N", "processes that share the work (default: 1)", type=positive)
    cluster(command)
    changes(command, "a change to begin with (repeatable)")
    quiet(command, "no more than the address")


def _warm(command: argparse.ArgumentParser) -> None:
    told(command, "say nothing unless something is wrong")


COMMANDS = {
    "run": ("simulate each scenario, print one table, write results", _run),
    "compare": ("say what other policies change, order by order, with verdicts", _compare),
    "trace": ("tell the story of one order, or under two policies side by side", _trace),
    "validate": ("check scenario files; every fault with its place", _validate),
    "show": ("print the resolved scenario, itself runnable, with where each value came from", _show),
    "baseline": ("record what comes of scenarios, for `check` to hold them against", _baseline),
    "check": ("hold scenarios against their baselines: has anything moved, and why", _check),
    "stress": ("say in what share of worlds a difference holds", _stress),
    "study": ("try policies in many worlds: what decides, and how much", _study),
    "search": ("find the best policy of a set, with a stated guarantee", _search),
    "store": ("list, check, prune or compact kept replications", _store),
    "forecast": ("say what becomes of open cases, one by one and in total", _forecast),
    "advise": ("say to one buyer what the odds are, by when, and what to do", _advise),
    "fit": ("learn a scenario from a refund log; judge it on weeks it never saw", _fit),
    "export": ("write what a run lived through for other tools", _export),
    "init": ("write a commented scenario file to start from", _init),
    "open": ("open a live page: turn levers, and see what becomes of claims", _open),
    "schema": ("print the JSON Schema of scenario files, for editors", lambda _: None),
    "warm": ("prepare the compiled engine's machine code, once for each installation", _warm),
}
"""What each command does, and what adds its words; in the order in which help lists them."""
