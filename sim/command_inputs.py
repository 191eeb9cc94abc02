"""What a command is given, read before anything runs: scenario files, changes of them, margins, a precision."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import BadScenario, BadUsage
from sim.scenario.presets import left_out_of, named, scenarios_in, told_as, told_as_left_out
from sim.scenario.wording import harmless, printable

if TYPE_CHECKING:
    from sim.experiment.hands import Jobs
    from sim.scenario.model import Scenario

SHORTCUTS = {
    "replications": "experiment.replications",
    "seed": "experiment.seed",
    "orders_per_day": "market.orders_per_day",
}
"""Options that are changes of the scenario under a shorter name."""
MANY = 150_000
"""Orders of one replication from which it is worth looking how much memory it takes."""


def changes_of(arguments: Namespace, *, but: str = "") -> tuple[str, ...]:
    """What the command line changes in a scenario, as `path=value`; all `but` the value of one shortcut."""
    path_left_out = SHORTCUTS.get(but)
    short = [f"{SHORTCUTS[option]}={value}" for option, value in _shortcuts_of(arguments).items()]
    return tuple(change for change in (*short, *arguments.set) if change.partition("=")[0] != path_left_out)


def changing_words(arguments: Namespace) -> list[str]:
    """The words that make the same changes of a scenario once more, all but the number of replications."""
    short = {option: value for option, value in _shortcuts_of(arguments).items() if option != "replications"}
    words = [word for option, value in short.items() for word in (f"--{option.replace('_', '-')}", str(value))]
    changes = [change for change in arguments.set if change.partition("=")[0] != SHORTCUTS["replications"]]
    return [*words, *(word for change in changes for word in ("--set", change))]


def _shortcuts_of(arguments: Namespace) -> dict[str, str]:
    """Those that are given."""
    values = {option: getattr(arguments, option) for option in SHORTCUTS}
    return {option: value for option, value in values.items() if value is not None}


def scenario_files(names: list[str]) -> list[Path]:
    """The scenario files named; a folder means the `.yaml` and `.yml` files in it. Raises BadUsage."""
    files: list[Path] = []
    for name in names:
        path = named(name)
        found = scenarios_in(path) if path.is_dir() else [path]
        if not found:
            raise BadUsage(f"{name}: no scenario files (*.yaml) in this folder")
        files += found
    return files


def named_as(path: Path, names: Sequence[str]) -> str:
    """A file as it was named: a path, one in a folder that was, or a preset."""
    is_named = str(path) in names or path.parent in map(Path, names)
    return str(path) if is_named else told_as(path)


def say_what_is_left_out(names: list[str]) -> list[Path]:
    """The sub-folders, of folders named, whose scenario files are not taken; they are said on stderr."""
    folders = left_out_of(map(Path, names))
    sys.stderr.writelines(f"{harmless(printable(told_as_left_out(folder)))}\n" for folder in folders)
    return folders


def say_doubts(files: Sequence[str | Path], scenarios: Sequence[Scenario]) -> None:
    """Warn on stderr of what a scenario says that can hardly be meant; nothing fails of it."""
    from sim.scenario.doubts import doubts_among

    sys.stderr.writelines(f"{harmless(doubt)}\n" for doubt in doubts_among(zip(files, scenarios, strict=True)))


def say_memory(files: Sequence[str | Path], scenarios: Sequence[Scenario]) -> None:
    """Say on stderr what memory those scenarios take that may take much; nothing fails of it before a run."""
    from sim.scenario.selling import expected_orders

    for file, scenario in zip(files, scenarios, strict=True):
        if expected_orders(scenario) > MANY:
            from sim.experiment.engine_choice import loads_of
            from sim.experiment.memory import said

            sys.stderr.writelines(
                f"{harmless(printable(str(file)))}: {line}\n" for line in said(loads_of([scenario]))
            )


def the_only_file(name: str) -> str:
    """The scenario file named, or the only one in the folder named. Raises BadUsage."""
    files = scenario_files([name])
    if len(files) > 1:
        raise BadUsage(f"{name}: {len(files)} scenario files in this folder, expected one")
    return told_as(files[0])


def other_files(arguments: Namespace) -> list[str]:
    """What the base is compared with; in a folder that holds the base as well, all the others."""
    found: list[str] = []
    for name in arguments.others:
        is_folder, base = Path(name).is_dir(), Path(arguments.base).resolve()
        found += [str(path) for path in scenario_files([name]) if not (is_folder and path.resolve() == base)]
    return found


def jobs_of(arguments: Namespace, otherwise: int | None = None) -> Jobs:
    """Who does the work: so many processes, or a cluster. Raises BadUsage for both at once."""
    if arguments.on is None:
        if arguments.trust_network:
            raise BadUsage("found --trust-network without --on, expected a scheduler's address as well")
        return arguments.jobs or otherwise
    if arguments.jobs is not None:
        raise BadUsage("found --on and --jobs, expected one of them: a cluster has as many workers as it has")
    from sim.experiment.engines import to_stderr
    from sim.experiment.hands import Cluster

    is_quiet = getattr(arguments, "quiet", False)
    return Cluster(arguments.on, arguments.trust_network, tell=(lambda line: None) if is_quiet else to_stderr)


def loaded_from(names: list[str], changes: tuple[str, ...]) -> list[Scenario]:
    """All scenarios named, which have different names, or the faults of all of them at once; doubts are said."""
    from sim.scenario.loading import load_all

    files = scenario_files(names)
    scenarios = load_all(files, changes)
    _expect_different_names(scenarios)
    say_doubts(files, scenarios)
    return scenarios


def changed_in(
    files: Sequence[str | Path], scenarios: Sequence[Scenario], changes: tuple[str, ...]
) -> dict[str, list[dict[str, str]]]:
    """By name: what the command line changed in each scenario, from what its file says to what it was run with.

    Nothing without `changes`. A file that is no scenario without the changes has nothing to be held against: it is
    left out.
    """
    from sim.scenario.loading import load
    from sim.scenario.resolved import changed_as_json, changed_between

    changed: dict[str, list[dict[str, str]]] = {}
    if not changes:
        return changed
    for path, scenario in zip(files, scenarios, strict=True):
        try:
            changed[scenario.name] = changed_as_json(changed_between(load(path), scenario))
        except BadScenario:
            continue
    return changed


def _expect_different_names(scenarios: list[Scenario]) -> None:
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise BadUsage(f"two scenarios are named '{name}': their results would share a folder")


def margins_of(options: list[str]) -> dict[str, float]:
    """From the words of the command line, `success_rate=0.01`. Raises BadUsage."""
    margins: dict[str, float] = {}
    for option in options:
        measure, _, margin = option.partition("=")
        try:
            margins[measure] = float(margin)
        except ValueError:
            raise BadUsage(f"--margin {option}: expected MEASURE=VALUE, such as success_rate=0.01") from None
    return margins


def effort_of(arguments: Namespace) -> dict[str, Any]:
    """The engine, what is kept, and a precision, as `experiment.experiment.run` takes them. Raises BadUsage."""
    from sim.experiment.precision import MOST
    from sim.experiment.precision_targets import as_written, targets_of
    from sim.worlds.whole import whole_in

    how = {"engine": arguments.engine, "kept": whole_in(arguments.store)}
    if not arguments.precision:
        if arguments.max_replications is not None:
            raise BadUsage("--max-replications says when to give up a --precision, and there is none")
        return how
    if arguments.replications is not None:
        raise BadUsage("found --replications and --precision, expected one of them: a precision decides how many")
    precision = as_written(arguments.precision)
    targets_of(precision)
    most = arguments.max_replications
    most = MOST if most is None else most
    return how | {"precision": precision, "max_replications": most}
