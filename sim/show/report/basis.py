"""What the numbers rest on: the policy in rows, where each value comes from, and how the run was laid out."""

from __future__ import annotations

import shlex
from typing import Any, NamedTuple

from sim.experiment.comparison import Comparison
from sim.experiment.precision import MOST
from sim.experiment.result import Result
from sim.experiment.verdicts import HEADLINES
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.scenario.moving import found_at
from sim.scenario.policy import HEADS, policy_rows
from sim.scenario.provenance import Range, Source
from sim.scenario.resolved import described, on_one_line, resolved_yaml
from sim.scenario.sourcing import Layers, unsourced
from sim.scenario.tree import Place, dotted, planted
from sim.scenario.wording import counted, printable, shortened
from sim.show.notes import rare_remark, whose_notes
from sim.show.phrases import day_of
from sim.show.report.parts import NumbersTable
from sim.show.table import PRINTED

KINDS = {
    "assumed": "Assumed: chosen by the author of the scenario, with a plausible range",
    "derived": "Derived: computed from what a source states",
    "fitted": "Fitted: learnt from an organisation's log, under censoring",
    "sourced": "Sourced: stated by a source",
}
"""Kinds of provenance, the least certain first."""
LONGEST_VALUE = 160


class Statement(NamedTuple):
    """One value of the scenario, and where it comes from."""

    path: str
    value: str
    source: str
    range: str
    """What would be plausible too; empty where nothing is said."""


def policy_of(scenario: Scenario) -> NumbersTable:
    """The policy in rows: who is asked, how long the clock runs, what silence means."""
    caption = "The policy: who is asked, how long the clock runs, what silence means"
    return NumbersTable(caption, HEADS, policy_rows(scenario.policy), is_words=True)


def provenance_of(scenario: Scenario) -> dict[str, list[Statement]]:
    """Statements by kind, the least certain kind first; kinds that do not occur are left out."""
    whole = described(scenario)
    found: dict[str, list[Statement]] = {kind: [] for kind in KINDS}
    for path, source in scenario.provenance.root.items():
        found[source.kind].append(_statement(path, source, whole))
    return {kind: statements for kind, statements in found.items() if statements}


def unsourced_of(scenario: Scenario) -> list[Statement]:
    """The numbers of the world, defaults apart, of which the scenario does not say where they come from."""
    whole, said = described(scenario), described(scenario, with_defaults=False)
    numbers = unsourced(Layers((scenario.name,), (), planted(said, Place(scenario.name))))
    steps = [tuple(map(str, number.path)) for number in numbers]
    return [Statement(dotted(path), _said(found_at(whole, path)), "", "") for path in steps]


def _said(value: Any) -> str:
    return shortened(on_one_line(value), LONGEST_VALUE) if value is not None else "as in the default row"


def _statement(path: str, source: Source, whole: dict[str, Any]) -> Statement:
    said = _said(found_at(whole, path.split(".")))
    since = f" (as of {source.as_of})" if source.as_of else ""
    return Statement(printable(path), said, printable(source.from_) + since, range_of(source))


def range_of(source: Source) -> str:
    """What would be plausible too, in words; empty where nothing is said."""
    if source.range is None:
        return ""
    if isinstance(source.range, Range):
        return printable(str(source.range))
    words = [printable(str(bound)) for bound in source.range]
    are_words = any(not word[:1].isdigit() and not word.startswith("-") for word in words)
    return " or ".join(words) if are_words else " to ".join(words)


# ------------------------------------------------------------------------- how the run was laid out


def layout_of(result: Result) -> list[str]:
    """What was watched, in sentences."""
    scenario, about = result.scenario, result.about
    experiment = scenario.experiment
    first, last = (
        " ".join(day_of(instant // DAY * DAY, scenario.start).split()[1:])
        for instant in (experiment.cohort_window[0], experiment.cohort_window[1] - 1)
    )
    count = about["replications"]
    times = "once" if count == 1 else f"{count:,} times, each time with its own luck"
    return [
        f"The marketplace was lived through {times}: {counted(about['orders'], 'order')}, "
        f"{counted(about['claims'], 'claim')}.",
        f"Counted are claims on orders paid from {first} to {last}. Before that came a warm-up of "
        f"{experiment.warm_up}, in which desks fill up; orders went on coming for {experiment.run_out} more.",
        " ".join([_intervals(count), rare_remark([result], PRINTED)]).strip(),
        f"After every replication {len(about['invariants'])} rules that must always hold were checked on every "
        "order; all held.",
    ]


def _intervals(replications: int) -> str:
    if replications == 1:
        return "One replication gives no interval: nothing is said here of how sure these numbers are."
    return (
        f"Intervals are 95 %, taken over the {replications:,} replications, because claims of one replication "
        "share desks and are not independent. They say how much luck there is in these numbers, and nothing of "
        "whether the assumptions are right."
    )


def warnings_of(*results: Result) -> list[str]:
    """What a reader should know before believing the numbers, each said once."""
    notes = {printable(note): names for note, names in whose_notes(*results).items()}
    whose = {note: "" if len(results) == 1 else f" ({', '.join(names)})" for note, names in notes.items()}
    return [f"{note[:1].upper()}{note[1:]}{names}." for note, names in whose.items()]


# -------------------------------------------------------------------------------- how to reproduce


def command_of(shown: Result | Comparison, *, is_full: bool) -> str:
    """What to run again, beside the scenarios as they were run: all that else decides what is on the page."""
    results = (shown.base, *shown.others) if isinstance(shown, Comparison) else (shown,)
    verb = "compare" if isinstance(shown, Comparison) else "run"
    files = [f"{printable(one.scenario.name)}.yaml" for one in results]
    margins = _margins_given(shown) if isinstance(shown, Comparison) else []
    report = ["--report", "full"] if is_full else []
    return shlex.join(["refund-sim", verb, *files, *margins, *_precision_given(results[0]), *report])


def stress_command_of(shown: Result | Comparison) -> str:
    """What says whether the differences survive; empty where there is none, or the base states no range."""
    stated = isinstance(shown, Comparison) and any(
        source.range is not None for source in shown.base.scenario.provenance.root.values()
    )
    if not isinstance(shown, Comparison) or not stated:
        return ""
    names = [f"{printable(one.scenario.name)}.yaml" for one in (shown.base, *shown.others)]
    return shlex.join(["refund-sim", "stress", *names])


def _margins_given(comparison: Comparison) -> list[str]:
    given = {name: one.margin for name, one in comparison.headlines.items() if one != HEADLINES[name]}
    return [word for name, margin in given.items() for word in ("--margin", f"{name}={margin!r}")]


def _precision_given(result: Result) -> list[str]:
    asked = result.about.get("asked", {})
    words = [
        word for name, half in asked.get("precision", {}).items() for word in ("--precision", f"{name}={half}")
    ]
    is_usual = asked.get("max_replications", MOST) == MOST
    return words if is_usual else [*words, "--max-replications", str(asked["max_replications"])]


def scenario_text(scenario: Scenario) -> str:
    """The scenario as run: complete, runnable; whatever could turn writing round is escaped, as YAML has it."""
    return "\n".join(map(printable, resolved_yaml(scenario).splitlines()))


def prints_of(result: Result) -> dict[str, str]:
    """What must come out again: seed, versions, fingerprints. Nothing of the machine or of the time it took."""
    about = result.about
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    prints = {f"fingerprint of the {name}": value for name, value in about["fingerprints"].items()}
    return {
        "seed": str(about["seed"]),
        "replications": f"{about['replications']:,}",
        **prints,
        "versions": versions,
    }
