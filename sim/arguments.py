"""The words of the command line: every command with its options; those that many commands have are said once."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sim.version import __version__


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    top = argparse.ArgumentParser(prog="refund-sim", description="A wind tunnel for refund policies.")
    top.add_argument("--version", action="version", version=f"refund-sim {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (does, options) in COMMANDS.items():
        command = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
        for option in options:
            command.add_argument(*option.names, **option.how)
    return top


PLACES = ("DIR", "FILE", "OTHER", "CASES")
"""What values are called that name a file or a folder."""


class CommandOption(NamedTuple):
    """An option, or a word that needs no name, as `argparse` takes it."""

    names: tuple[str, ...]
    how: dict[str, Any]


def _place(text: str) -> str:
    """A file, a folder or a preset. The name of none, as of a variable that is not set, would be this folder's."""
    if not text.strip():
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a name")
    return text


def word(name: str, called: str, what: str | None = None, **how: Any) -> CommandOption:
    """What stands at its place, without a name."""
    return CommandOption((name,), {"metavar": called, "help": what, "type": _place, **how})


def takes(option: str, what: str, **how: Any) -> CommandOption:
    """An option with a value, written as a user writes it: its name, and what its value is called."""
    name, _, value = option.partition(" ")
    read = {"type": _place} if value in PLACES else {}
    return CommandOption((name,), {"metavar": value, "help": what, **read, **how})


def repeatable(option: str, what: str) -> CommandOption:
    """An option with a value that may be given time and again."""
    return takes(option, what, action="append", default=[])


def flag(option: str, what: str) -> CommandOption:
    """An option that is there or not; `-q --quiet` has two names."""
    return CommandOption(tuple(option.split()), {"action": "store_true", "help": what})


def one_of(option: str, words: Sequence[str], what: str, **how: Any) -> CommandOption:
    """An option with a value among few."""
    return CommandOption((option,), {"choices": words, "help": what, **how})


def quiet(what: str = "no progress and no notes") -> CommandOption:
    """How much is said."""
    return flag("-q --quiet", what)


def number(least: int, most: float = float("inf")) -> Callable[[str], int]:
    """What reads a whole number within bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            upward = f" to {most}" if most < float("inf") else ""
            raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from {least}{upward}")
        return int(text)

    return read


positive = number(1)


# ------------------------------------------------------------------------------- options of many commands

SCENARIOS = "a scenario file, a folder of them, or a preset such as aliexpress"
MANY = word("scenarios", "SCENARIO", SCENARIOS, nargs="+")
ONE = word("scenario", "SCENARIO", "a scenario file, or a preset such as aliexpress")
CHANGES = repeatable("--set PATH=VALUE", "change one value (repeatable)")
JSON = flag("--json", "one JSON document on stdout and nothing else")
TOLD = (JSON, quiet())
CHANGES_AND_SIZES = (
    CHANGES,
    takes("--replications N", "independent executions of each scenario"),
    takes("--seed N", "where all luck starts; 0 is a seed"),
    takes("--orders-per-day X", "mean number of orders a day"),
)
MATTERS_NOT = "up to this a difference does not matter: success_rate=0.01 (repeatable)"
MARGINS = repeatable("--margin MEASURE=VALUE", MATTERS_NOT)
STORE = takes("--store DIR", "keep every replication here, and live through none again")
BASELINES = takes("--baselines DIR", "the folder that holds the baselines", required=True)
OUT = takes("--out DIR", "where result folders go (default: results)", default="results")
RESULTS = (OUT, flag("--force", "overwrite existing result folders"), *TOLD)
REPORT = one_of(
    "--report", ("plain", "full"),
    "full: report.html also answers what if the seller's clock were another or silence meant something else "
    "(takes several times as long)",
    default="plain",
)  # fmt: skip
CLUSTER = (
    takes("--on ADDRESS", "do the work on a Dask cluster, in place of --jobs: its scheduler's address, as "
          "tcp://127.0.0.1:8786 or tls://scheduler.example:8786 (docs/cluster.md)"),
    flag("--trust-network",
         "take a tcp:// address beyond this machine, unencrypted and open to whoever reaches it"),
)  # fmt: skip


def what_if(what: str = "the base with changes, under a name (repeatable)") -> CommandOption:
    """Scenarios that need no file."""
    return repeatable("--what-if NAME:PATH=VALUE[,PATH=VALUE]", what)


def keep(which: str) -> CommandOption:
    """What is written."""
    return one_of("--keep", ("summary", "claims", "journal"), f"what is written: {which}", default="claims")


def precision(known: str) -> tuple[CommandOption, CommandOption]:
    """How much is simulated, by how well something is to be known."""
    until = f"replications go on until {known}: success_rate=0.005, refund_time_median_all=2%% (repeatable)"
    up = "give up a precision after so many, or as soon as it is surely out of their reach (default: 1000)"
    return repeatable("--precision MEASURE=HALFWIDTH", until), takes("--max-replications N", up, type=positive)


def workers(jobs: str, lives: str) -> tuple[CommandOption, ...]:
    """Who does the work: so many processes or a cluster, and which engine."""
    engine = one_of("--engine", ("auto", "simpy", "compiled"), lives, default="auto")
    return takes("--jobs N", jobs, type=positive), *CLUSTER, engine


WORKERS = workers(
    "processes that share the replications (default: all cores where it pays)",
    "what lives through them, with the same result (default: auto, compiled where it pays)",
)
OF_WORLDS = (
    takes("--out DIR", "where the folder goes (default: results)", default="results"),
    STORE,
    flag("--dry-run", "only say how many worlds, and how long they take"),
    *workers("processes that share the work (default: all)", "what lives through the worlds"),
    flag("--force", "replace a folder that is there"),
    *TOLD,
)
"""Where a study goes, and how it is carried out."""
TOLD_BRIEFLY = (JSON, quiet("no more than the result"))

COMMANDS: dict[str, tuple[str, Sequence[CommandOption]]] = {
    "run": ("simulate each scenario, print one table, write results", (
        MANY, *RESULTS, keep("the measures; also each claim (default); also each event"), REPORT,
        *precision("this measure is known so well"), STORE, *WORKERS, *CHANGES_AND_SIZES,
    )),
    "compare": ("say what other policies change, order by order, with verdicts", (
        word("base", "BASE", "the scenario that others are held against"),
        word("others", "OTHER", SCENARIOS, nargs="*"),
        what_if(),
        *RESULTS,
        keep("the differences; also each claim, and each order whose stories part (default); also each event"),
        MARGINS, REPORT, *precision("the difference in this measure is known so well, for all others"), STORE,
        *WORKERS, *CHANGES_AND_SIZES,
    )),
    "trace": ("tell the story of one order, or under two policies side by side", (
        word("scenario", "SCENARIO"),
        takes("--order N", "the order's number", type=number(0), required=True),
        takes("--replication R", "which replication (default: 0)", type=number(0), default=0),
        what_if("side by side with its story with these changes"),
        takes("--versus OTHER", "side by side with its story under another scenario"),
        JSON, *CHANGES_AND_SIZES,
    )),
    "validate": ("check scenario files; every fault with its place", (
        MANY, quiet("say nothing unless there is a fault"), CHANGES,
    )),
    "show": ("print the resolved scenario, itself runnable, with where each value came from", (
        word("scenario", "SCENARIO"), *CHANGES_AND_SIZES,
    )),
    "baseline": ("record what comes of scenarios, for `check` to hold them against", (
        MANY, BASELINES,
        takes("--reason TEXT", "why other numbers are right now; needed where there is a baseline"),
        quiet("say nothing unless something is wrong"), MARGINS, *WORKERS, *CHANGES_AND_SIZES,
    )),
    "check": ("hold scenarios against their baselines: has anything moved, and why", (
        MANY, BASELINES,
        takes("--out DIR", "write charts, summary.md, junit.xml and check.json here"),
        flag("--force", "overwrite what an earlier check has written there"),
        takes("--history FILE", "JSON lines by commit, for the chart of the trend; this check is added"),
        takes("--commit ID", "the commit's name in the history (default: CI's or git's)"),
        repeatable("--forget ID", "drop a commit from the history; with the word rebased, those that HEAD does not "
                   "build on (repeatable)"),
        flag("--allow-new", "a scenario without a baseline leaves the exit code at 0"),
        flag("--allow-orphans", "a baseline without a scenario leaves the exit code at 0"),
        *TOLD, *WORKERS, CHANGES,
    )),
    "stress": ("say in what share of worlds a difference holds", (
        word("base", "BASE", "the scenario that others are held against; its ranges vary"),
        word("others", "OTHER", "scenario files or presets", nargs="*"),
        what_if(),
        takes("--worlds N", "how many worlds (default: 128)", type=number(2), default=128),
        takes("--replications N", "executions of each world (default: 2)", type=positive, default=2),
        takes("--until-clear N", "up to N replications of a world in which the sign of the headline's difference "
              "is not clear", type=positive, default=0),
        one_of("--fitted", ("bootstrap",), "replications take turns at the worlds that `fit` wrote beside BASE"),
        takes("--seed N", "where all luck starts (default: the base's)", type=number(0, 2**32 - 1)),
        repeatable("--measure MEASURE", "what is judged, the headline first"),
        CHANGES, *OF_WORLDS,
    )),
    "study": ("try policies in many worlds: what decides, and how much", (
        word("file", "STUDY", "what to look at (docs/studies.md)"), *OF_WORLDS,
    )),
    "search": ("find the best policy of a set, with a stated guarantee", (
        word("file", "SEARCH", "levers, an aim, and what to keep (docs/studies.md)"), *OF_WORLDS,
    )),
    "store": ("list, check, prune or compact kept replications", (
        one_of("action", ("list", "check", "prune", "compact"), "say what is kept; name what is damaged; remove "
               "that, and what another edition or killed writers left; gather many small segments into few"),
        word("folder", "DIR", "the folder that --store named"),
        JSON,
    )),
    "forecast": ("say what becomes of open cases, one by one and in total", (
        ONE,
        takes("--open CASES", "a table of open cases (docs/forecast.md)", required=True),
        takes("--at INSTANT", "until when they are known: 2018-11-02T09:00", required=True),
        takes("--policy OTHER", "a scenario whose policy would hold from then on"),
        takes("--mapping FILE", "what the table calls things, as for fit"),
        takes("--replicates N", "stories told of each case (default: 200)"),
        takes("--seed N", "where all luck starts (default: the scenario's)"),
        takes("--out DIR", "where the report and the tables go"),
        flag("--force", "replace a forecast that is there"),
        *TOLD_BRIEFLY, CHANGES,
    )),
    "advise": ("say to one buyer what the odds are, by when, and what to do", (
        ONE,
        takes("--paid D", "how long ago you paid: 8d, 36h", required=True),
        takes("--asked D", "how long ago what is open was put: the request, the offer, the parcel back"),
        one_of("--stage", ("none", "cancellation", "offer", "return", "dispute", "mediation", "chargeback"),
               "what is open (default: none without --asked, else cancellation)"),
        takes("--method NAME", "how you paid, as the scenario calls it: card"),
        takes("--value X", "what you paid: 30"),
        takes("--offer X", "how much of it the seller offers: 12"),
        takes("--seller-type NAME", "what kind of seller it is, if you know: prompt"),
        one_of("--claim", ("regret", "not_received", "defect"), "why (default: regret)"),
        takes("--out DIR", "also write a page, a chart and advice.json here"),
        flag("--force", "replace what is there"),
        *TOLD_BRIEFLY, CHANGES,
    )),
    "fit": ("learn a scenario from a refund log; judge it on weeks it never saw", (
        word("mapping", "MAPPING", "what the log's tables call things (docs/fit.md)"),
        takes("--out DIR", "where the scenario, fit.json and the report go"),
        flag("--check", "only read the log, and say what became of its rows"),
        takes("--hold-out WEEKS", "keep the last weeks before the cut to judge by: 8w, 56d"),
        takes("--worlds N", "refits to write for studies (default: 40; 0: none)", type=number(0, 1000), default=40),
        flag("--expect", "write expect: lines from the log, for run to judge"),
        takes("--jobs N", "processes that share the simulations", type=positive, default=1),
        flag("--force", "replace a fit that is there"),
        *TOLD_BRIEFLY,
    )),
    "export": ("write what a run lived through for other tools", (
        word("run", "RUN", "a result folder that `run` wrote"),
        one_of("--to", ("orders", "xes", "ocel"), "in which form", required=True),
        takes("--zone ZONE", "whose clock the run's is (default: UTC)", default="UTC"),
        takes("--out FILE", "where to (default: beside the folder)"),
        flag("--force", "replace a file that is there"),
        quiet("no progress"),
    )),
    "init": ("write a commented scenario file to start from", (
        word("name", "NAME", "what the scenario is called; the file is NAME.yaml"),
        takes("--from PRESET", "what it is at first (aliexpress)", dest="preset", default="aliexpress"),
        takes("--out FILE", "where to (default: NAME.yaml)"),
        flag("--force", "replace a file that is there"),
        quiet("no more than the file's name"),
    )),
    "open": ("open a live page: turn levers, and see what becomes of claims", (
        word("scenario", "SCENARIO", "a file or a preset (aliexpress)", nargs="?", default="aliexpress"),
        flag("--no-browser", "only print the address"),
        takes("--port N", "which port (default: a free one)", type=number(0, 65535), default=0),
        takes("--host ADDRESS", "serve others, too, at this address of the machine: whoever has the page's address "
              "can use it, unencrypted (default: this machine only)", default="127.0.0.1"),
        takes("--jobs N", "processes that share the work (default: 1)", type=positive),
        *CLUSTER,
        repeatable("--set PATH=VALUE", "a change to begin with (repeatable)"),
        quiet("no more than the address"),
    )),
    "schema": ("print the JSON Schema of scenario files, for editors", ()),
    "warm": ("prepare the compiled engine's machine code, once for each installation", (
        JSON, quiet("say nothing unless something is wrong"),
    )),
}  # fmt: skip
"""What each command does, and its words; in the order in which help lists them."""
