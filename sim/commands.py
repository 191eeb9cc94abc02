"""What each command does. Heavy libraries are imported inside, so that light commands stay quick."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import BadScenario, BadUsage, Fault

if TYPE_CHECKING:
    from sim.scenario.model import Scenario
    from sim.show.progress import Progress
    from sim.study.comparison import Comparison
    from sim.study.jobs import Workers
    from sim.study.result import Result
    from sim.study.sweep import Sweep

WIDTH_UNKNOWN = 100
"""Columns to fill where there is no terminal to ask."""
SHORTCUTS = {
    "replications": "experiment.replications",
    "seed": "experiment.seed",
    "orders_per_day": "market.orders_per_day",
}
"""Options that are changes of the scenario under a shorter name."""


def run(arguments: Namespace) -> None:
    """Simulate, print one table, write one result folder per scenario."""
    scenarios = _loaded(arguments.scenarios, changes_of(arguments))
    from sim.show.files import expect_room, write_result
    from sim.show.progress import Progress
    from sim.show.spool import Spool
    from sim.study.experiment import run as run_experiment
    from sim.study.jobs import Workers

    out, how = Path(arguments.out), _effort(arguments) | {"with_journal": arguments.keep == "journal"}
    expect_room(out, [scenario.name for scenario in scenarios], force=arguments.force)
    results: list[Result] = []
    with Progress(quiet=arguments.quiet or arguments.json) as progress, Workers(arguments.jobs) as workers:
        for scenario in scenarios:
            step, tell = progress.of(scenario.name), progress.tell
            with Spool(arguments.keep) as spool:
                result = run_experiment(scenario, **how, jobs=workers, progress=step, tell=tell, take=spool.take)
                sweep = _swept(result, workers, progress) if arguments.report == "full" else None
                write_result(result, out, force=arguments.force, sweep=sweep, written=spool.files())
            results.append(result)
    _report(results, out, arguments)


def _swept(result: Result, jobs: Workers | int | None, progress: Progress) -> Sweep | None:
    """What ifs of the seller's clock and of silence, for the report; None where the policy has no such clock."""
    from sim.study.sweep import sweep

    return sweep(result.scenario, jobs=jobs, progress=progress.of(f"{result.scenario.name}: what ifs"))


def _effort(arguments: Namespace) -> dict[str, Any]:
    """The engine, and a precision if there is one, as `study.experiment.run` takes them. Raises BadUsage."""
    from sim.study.aims import aims_of, as_written
    from sim.study.precision import MOST

    if not arguments.precision:
        if arguments.max_replications is not None:
            raise BadUsage("--max-replications says when to give up a --precision, and there is none")
        return {"engine": arguments.engine}
    if arguments.replications is not None:
        raise BadUsage("found --replications and --precision, expected one of them: a precision decides how many")
    precision = as_written(arguments.precision)
    aims_of(precision)
    most = arguments.max_replications
    most = MOST if most is None else most
    return {"engine": arguments.engine, "precision": precision, "max_replications": most}


def _report(results: list[Result], out: Path, arguments: Namespace) -> None:
    from sim.show.files import summary_of
    from sim.show.table import print_table

    if arguments.precision and not arguments.quiet:
        sys.stderr.writelines(f"{result.scenario.name}: {result.about['stopped']}\n" for result in results)
    if arguments.json:
        _print_json({"scenarios": [summary_of(result) for result in results]})
        return
    print_table(results, notes=not arguments.quiet)
    if not arguments.quiet:
        sys.stderr.write(f"results and charts: {out}/<scenario>/\n")


def compare(arguments: Namespace) -> None:
    """Simulate a base and what-ifs with the same luck, say what changes, write one result folder."""
    files = (_the_only_file(arguments.base), *_others(arguments))
    base, *others = _each_loaded(files, changes_of(arguments))
    from sim.show.comparison_files import folder_of, write_comparison
    from sim.show.files import expect_room
    from sim.show.progress import Progress
    from sim.study.comparison import compare as compare_scenarios

    out, how = Path(arguments.out), _effort(arguments) | {"margins": _margins(arguments.margin)}
    expect_room(out, [folder_of(base.name, [other.name for other in others])], force=arguments.force)
    with Progress(quiet=arguments.quiet or arguments.json) as progress:
        step, tell = progress.of(f"{1 + len(others)} scenarios"), progress.tell
        comparison = compare_scenarios(base, *others, **how, jobs=arguments.jobs, progress=step, tell=tell)
        sweep = _swept(comparison.base, arguments.jobs, progress) if arguments.report == "full" else None
    folder = write_comparison(comparison, out, force=arguments.force, sweep=sweep)
    _report_comparison(comparison, folder, files, arguments)


def _others(arguments: Namespace) -> list[str]:
    """What the base is compared with; in a folder that holds the base as well, all the others."""
    found: list[str] = []
    for name in arguments.others:
        is_folder, base = Path(name).is_dir(), Path(arguments.base).resolve()
        found += [str(path) for path in scenario_files([name]) if not (is_folder and path.resolve() == base)]
    return found


def _margins(options: list[str]) -> dict[str, float]:
    """From the words of the command line, `success_rate=0.01`. Raises BadUsage."""
    margins: dict[str, float] = {}
    for option in options:
        measure, _, margin = option.partition("=")
        try:
            margins[measure] = float(margin)
        except ValueError:
            raise BadUsage(f"--margin {option}: expected MEASURE=VALUE, such as success_rate=0.01") from None
    return margins


def _report_comparison(comparison: Comparison, folder: Path, files: Sequence[str], arguments: Namespace) -> None:
    from sim.show.comparison import print_comparison
    from sim.show.comparison_files import document_of

    if arguments.precision and not arguments.quiet:
        sys.stderr.write(f"{comparison.base.about['stopped']}\n")
    if arguments.json:
        _print_json(document_of(comparison))
        return
    print_comparison(comparison, notes=not arguments.quiet)
    if not arguments.quiet:
        sys.stderr.write(f"results and charts: {folder}/\n{_follow_one(comparison, files, arguments)}")


def _follow_one(comparison: Comparison, files: Sequence[str], arguments: Namespace) -> str:
    """The command that tells both stories of an order that ends otherwise; nothing where there is none."""
    from sim.show.flip_pairs import first_flip

    for other, file in zip(comparison.others, files[1:], strict=True):
        example = first_flip(comparison.flips[comparison.flips["scenario"] == other.scenario.name])
        if example:
            replication, order = example
            enough = [f"experiment.replications={comparison.base.about['replications']}"]
            given = (*changes_of(arguments), *(enough if arguments.precision else ()))
            changes = [word for change in given for word in ("--set", change)]
            which = ["--order", order, *(["--replication", replication] if replication else [])]
            words = ["trace", files[0], "--versus", file, *which, *changes]
            return f"follow one order:  refund-sim {shlex.join(map(str, words))}\n"
    return ""


def trace(arguments: Namespace) -> None:
    """The story of one order, in plain sentences with times; or two stories of it, side by side."""
    from sim.api import trace as trace_order
    from sim.show.two_stories import TwoStories

    names = [name for name in (arguments.scenario, arguments.versus) if name is not None]
    scenarios = _each_loaded([_the_only_file(name) for name in names], changes_of(arguments))
    story, *other = [trace_order(scenario, arguments.order, arguments.replication) for scenario in scenarios]
    told = TwoStories(story, *other) if other else story
    if arguments.json:
        _print_json(told.as_dict())
    else:
        lines = told.lines(_columns()) if other else told.lines()
        sys.stdout.write("\n".join(lines) + "\n")


def _columns() -> int:
    """As wide as the terminal, where there is one."""
    return shutil.get_terminal_size((WIDTH_UNKNOWN, 0)).columns


def validate(arguments: Namespace) -> None:
    """Check only; say which numbers lack a provenance."""
    from sim.scenario.loading import load_with_places

    faults: list[Fault] = []
    for path in scenario_files(arguments.scenarios):
        try:
            loaded = load_with_places(path, tuple(arguments.set))
        except BadScenario as fault:
            faults += fault.faults
            continue
        if not arguments.quiet:
            missing = loaded.unsourced()
            sys.stdout.write(f"{path}: valid" + (f", {len(missing)} without provenance:\n" if missing else "\n"))
            sys.stdout.writelines(f"  {number}\n" for number in missing)
    if faults:
        raise BadScenario(faults)


def show(arguments: Namespace) -> None:
    """The resolved scenario as YAML, with where each value came from."""
    from sim.scenario.loading import load_with_places
    from sim.scenario.resolved import resolved_yaml

    loaded = load_with_places(_the_only_file(arguments.scenario), changes_of(arguments))
    sys.stdout.write(resolved_yaml(loaded.scenario, loaded.origin))


def schema(_: Namespace) -> None:
    """The JSON Schema of scenario files."""
    from sim.scenario.schema import schema as scenario_schema

    _print_json(scenario_schema())


def changes_of(arguments: Namespace) -> tuple[str, ...]:
    """What the command line changes in a scenario, as `path=value`."""
    short = [
        f"{path}={getattr(arguments, option)}"
        for option, path in SHORTCUTS.items()
        if getattr(arguments, option) is not None
    ]
    return (*short, *arguments.set)


def scenario_files(names: list[str]) -> list[Path]:
    """The scenario files named; a folder means the `.yaml` files in it. Raises BadUsage."""
    files: list[Path] = []
    for name in names:
        path = Path(name)
        found = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not found:
            raise BadUsage(f"{name}: no scenario files (*.yaml) in this folder")
        files += found
    return files


def _the_only_file(name: str) -> str:
    """The scenario file named, or the only one in the folder named. Raises BadUsage."""
    files = scenario_files([name])
    if len(files) > 1:
        raise BadUsage(f"{name}: {len(files)} scenario files in this folder, expected one")
    return str(files[0])


def _loaded(names: list[str], changes: tuple[str, ...]) -> list[Scenario]:
    """All scenarios named, which have different names, or the faults of all of them at once."""
    scenarios = _each_loaded(scenario_files(names), changes)
    _expect_different_names(scenarios)
    return scenarios


def _each_loaded(files: Sequence[str | Path], changes: tuple[str, ...]) -> list[Scenario]:
    from sim.scenario.loading import load

    scenarios: list[Scenario] = []
    faults: list[Fault] = []
    for path in files:
        try:
            scenarios.append(load(path, changes))
        except BadScenario as fault:
            faults += fault.faults
    if faults:
        raise BadScenario(sorted(set(faults)))
    return scenarios


def _expect_different_names(scenarios: list[Scenario]) -> None:
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise BadUsage(f"two scenarios are named '{name}': their results would share a folder")


def _print_json(document: Any) -> None:
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
