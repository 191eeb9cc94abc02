"""What each command does. Heavy libraries are imported inside, so that light commands stay quick."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import BadScenario, BadUsage, Fault

if TYPE_CHECKING:
    from sim.scenario.model import Scenario
    from sim.study.result import Result

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
    from sim.study.experiment import run as run_experiment

    out = Path(arguments.out)
    expect_room(out, [scenario.name for scenario in scenarios], force=arguments.force)
    results: list[Result] = []
    with Progress(quiet=arguments.quiet or arguments.json) as progress:
        for scenario in scenarios:
            step = progress.of(scenario.name)
            result = run_experiment(scenario, with_journal=arguments.keep == "journal", progress=step)
            write_result(result, out, keep=arguments.keep, force=arguments.force)
            results.append(result)
    _report(results, out, arguments)


def _report(results: list[Result], out: Path, arguments: Namespace) -> None:
    from sim.show.files import summary_of
    from sim.show.table import print_table

    if arguments.json:
        _print_json({"scenarios": [summary_of(result) for result in results]})
        return
    print_table(results, notes=not arguments.quiet)
    if not arguments.quiet:
        sys.stderr.write(f"results and charts: {out}/<scenario>/\n")


def trace(arguments: Namespace) -> None:
    """The story of one order, in plain sentences with times."""
    from sim.api import trace as trace_order

    (scenario,) = _loaded([_the_only_file(arguments.scenario)], changes_of(arguments))
    story = trace_order(scenario, arguments.order, arguments.replication)
    if arguments.json:
        _print_json(story.as_dict())
    else:
        sys.stdout.write(str(story) + "\n")


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
            sys.stdout.write(
                f"{path}: valid" + (f", {len(missing)} numbers without provenance:\n" if missing else "\n")
            )
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
    """All scenarios named, or the faults of all of them at once."""
    from sim.scenario.loading import load

    scenarios: list[Scenario] = []
    faults: list[Fault] = []
    for path in scenario_files(names):
        try:
            scenarios.append(load(path, changes))
        except BadScenario as fault:
            faults += fault.faults
    if faults:
        raise BadScenario(sorted(set(faults)))
    _expect_different_names(scenarios)
    return scenarios


def _expect_different_names(scenarios: list[Scenario]) -> None:
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise BadUsage(f"two scenarios are named '{name}': their results would share a folder")


def _print_json(document: Any) -> None:
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
