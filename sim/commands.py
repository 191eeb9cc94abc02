"""What each command does. Heavy libraries are imported inside, so that light commands stay quick."""

from __future__ import annotations

import gc
import shlex
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sim.command_inputs import (
    changed_in,
    changes_of,
    changing_words,
    effort_of,
    jobs_of,
    loaded_from,
    margins_of,
    named_as,
    other_files,
    say_doubts,
    say_memory,
    say_what_is_left_out,
    scenario_files,
    the_only_file,
)
from sim.errors import BadScenario, BadUsage, Fault
from sim.outside_commands import print_json, tell
from sim.scenario.wording import harmless, printable
from sim.what_ifs import what_ifs_of, with_what_if

if TYPE_CHECKING:
    from sim.experiment.comparison import Comparison
    from sim.experiment.hands import Jobs
    from sim.experiment.jobs import Workers
    from sim.experiment.result import Result
    from sim.experiment.sweep import Sweep
    from sim.scenario.model import Scenario
    from sim.show.judged import Finished
    from sim.show.progress import ProgressLines

FINE, UNSURE = 0, 4
"""Exit codes."""
WIDTH_UNKNOWN = 100
"""Columns to fill where there is no terminal to ask."""


def run(arguments: Namespace) -> int:
    """Simulate, print one table, write one result folder per scenario; 4 where a precision was missed."""
    say_what_is_left_out(arguments.scenarios)
    changes = changes_of(arguments)
    scenarios = loaded_from(arguments.scenarios, changes)
    changed = changed_in(scenario_files(arguments.scenarios), scenarios, changes)
    from sim.experiment.engine_choice import chosen
    from sim.experiment.experiment import run as run_experiment
    from sim.experiment.jobs import Workers
    from sim.show.files import Spool, write_result
    from sim.show.progress import ProgressLines
    from sim.show.room import WANTED, finished_among, room, wanted_of

    out, how = Path(arguments.out), effort_of(arguments) | {"with_journal": arguments.keep == "journal"}
    results: dict[str, Result | Finished] = {**finished_among(scenarios, out, arguments)}
    wanted = [scenario for scenario in scenarios if scenario.name not in results]
    gc.freeze()  # what was imported stays: Python need not look through it again and again
    with ExitStack() as doing:
        sites = doing.enter_context(room(out, [one.name for one in wanted], force=arguments.force))
        workers = doing.enter_context(Workers(jobs_of(arguments)))
        how["engine"] = chosen(arguments.engine, wanted, with_journal=how["with_journal"], jobs=workers.jobs_here)
        progress = doing.enter_context(ProgressLines(quiet=arguments.quiet or arguments.json))
        for name in results:
            progress.tell(f"{name}: finished before, kept as it is\n")
        for scenario in wanted:
            step, tell, site = progress.of(scenario.name), progress.tell, sites[scenario.name]
            with Spool(arguments.keep, site.spool) as spool:
                result = run_experiment(scenario, **how, jobs=workers, progress=step, tell=tell, take=spool.take)
                result = result.changed(changed.get(scenario.name, []))
                sweep = _swept(result, workers, arguments, progress)
                known = {WANTED: wanted_of(scenario, arguments)}
                write_result(result, site, spool.files(), sweep=sweep, known=known)
            results[scenario.name] = result
            if scenario is not wanted[-1]:
                gc.collect()  # figures refer to themselves, and are large
    shown = [results[scenario.name] for scenario in scenarios]
    _report(shown, out, arguments)
    return _said_of_precision(shown, arguments)


def _swept(result: Result, jobs: Jobs | Workers, arguments: Namespace, progress: ProgressLines) -> Sweep | None:
    """What ifs for a full report; None where none is asked for, and where the policy has no clock to turn."""
    from sim.experiment.sweep import sweep

    if arguments.report != "full":
        return None
    step = progress.of(f"{result.scenario.name}: what ifs")
    return sweep(result.scenario, jobs=jobs, engine=arguments.engine, progress=step, tell=progress.tell)


def _report(results: list[Result | Finished], out: Path, arguments: Namespace) -> None:
    from sim.show.files import document_of
    from sim.show.table import print_table

    tell(
        arguments,
        lambda: {"scenarios": [document_of(result) for result in results]},
        lambda: print_table(results, notes=not arguments.quiet),
        f"results and charts: {out}/<scenario>/",
    )


def _said_of_precision(results: Sequence[Result | Finished], arguments: Namespace) -> int:
    """Say how far a precision was reached, one that was missed even to the quiet; the exit code."""
    from sim.experiment.precision import is_missed

    if not arguments.precision:
        return FINE
    missed = [result for result in results if is_missed(result.about)]
    told = missed if arguments.quiet else results
    sys.stderr.writelines(f"{printable(one.scenario.name)}: {one.about['stopped']}\n" for one in told)
    return UNSURE if missed else FINE


def compare(arguments: Namespace) -> int:
    """Simulate a base and what-ifs with the same luck, say what changes, write one result folder; `run`'s code."""
    files = (the_only_file(arguments.base), *other_files(arguments))
    say_what_is_left_out(arguments.others)
    what_ifs = what_ifs_of(arguments.what_if)
    if len(files) == 1 and not what_ifs:
        raise BadUsage("compare needs something beside the base: another file, or --what-if NAME:path=value")
    from sim.scenario.loading import load_all

    base, *others = load_all(files, changes_of(arguments))
    say_doubts(files, [base, *others])
    changed = changed_in(files, (base, *others), changes_of(arguments))
    others += [with_what_if(base, one) for one in what_ifs]
    changed |= {one.name: changed.get(base.name, []) for one in what_ifs}
    from sim.experiment.comparing import compare as compare_scenarios
    from sim.show.comparison_files import files_spooled, folder_of, write_comparison
    from sim.show.files import Spool
    from sim.show.progress import ProgressLines
    from sim.show.room import room

    out, keep = Path(arguments.out), arguments.keep
    how = effort_of(arguments) | {"margins": margins_of(arguments.margin), "with_journal": keep == "journal"}
    name = folder_of(base.name, [other.name for other in others])
    with ExitStack() as doing:
        site = doing.enter_context(room(out, [name], force=arguments.force))[name]
        progress = doing.enter_context(ProgressLines(quiet=arguments.quiet or arguments.json))
        spools = {one.name: doing.enter_context(Spool(keep, site.spool / one.name)) for one in (base, *others)}
        how |= {"take": {name: spool.take for name, spool in spools.items()}, "tell": progress.tell}
        step = progress.of(f"{1 + len(others)} scenarios")
        comparison = compare_scenarios(base, *others, **how, jobs=jobs_of(arguments), progress=step)
        comparison = comparison.changed(changed)
        sweep = _swept(comparison.base, jobs_of(arguments), arguments, progress)
        folder = write_comparison(comparison, site, files_spooled(spools), keep=keep, sweep=sweep)
    sides = [("--versus", file) for file in files[1:]] + [("--what-if", one.written) for one in what_ifs]
    _report_comparison(comparison, folder, files[0], sides, arguments)
    return _said_of_precision([comparison.base], arguments)


def _report_comparison(
    comparison: Comparison, folder: Path, base: str, sides: Sequence[tuple[str, str]], arguments: Namespace
) -> None:
    from sim.show.comparison import print_comparison
    from sim.show.comparison_files import document_of

    tell(
        arguments,
        lambda: document_of(comparison),
        lambda: print_comparison(comparison, notes=not arguments.quiet),
        f"results and charts: {folder}/",
    )
    if not (arguments.json or arguments.quiet):
        sys.stderr.write(_follow_one(comparison, base, sides, arguments))


def _follow_one(comparison: Comparison, base: str, sides: Sequence[tuple[str, str]], arguments: Namespace) -> str:
    """The command that tells both stories of an order that ends otherwise; nothing where there is none.

    `sides` says for each of the others how `trace` is told of it.
    """
    from sim.show.flip_pairs import first_flip, pairs_of

    for other, (option, side) in zip(comparison.others, sides, strict=True):
        example = first_flip(pairs_of(comparison, other.scenario.name))
        if example:
            replication, order = example
            which = ["--order", order, *(["--replication", replication] if replication else [])]
            files = (base, side) if option == "--versus" else (base,)
            enough = _enough(files, replication, comparison.base.about["replications"], arguments)
            words = ["trace", base, option, side, *which, *changing_words(arguments), *enough]
            return f"follow one order:  refund-sim {shlex.join(map(str, words))}\n"
    return ""


def _enough(files: Sequence[str], replication: int, done: int, arguments: Namespace) -> list[str]:
    """What makes the files have this replication, where they have fewer on their own."""
    from sim.scenario.loading import load_all

    as_written = load_all(files, changes_of(arguments, but="replications"))
    has_it = all(replication < one.experiment.replications for one in as_written)
    return [] if has_it else ["--replications", str(done)]


def trace(arguments: Namespace) -> None:
    """The story of one order, in plain sentences with times; or two stories of it, side by side."""
    from sim.scenario.loading import load_all
    from sim.show.story import trace as trace_order
    from sim.show.two_stories import TwoStories

    names = [name for name in (arguments.scenario, arguments.versus) if name is not None]
    scenarios = load_all([the_only_file(name) for name in names], changes_of(arguments))
    what_ifs = what_ifs_of(arguments.what_if)
    if len(scenarios) + len(what_ifs) > 2:
        raise BadUsage("found several stories to tell beside the first, expected one --versus or --what-if")
    scenarios += [with_what_if(scenarios[0], one) for one in what_ifs]
    story, *other = [trace_order(scenario, arguments.order, arguments.replication) for scenario in scenarios]
    told = TwoStories(story, *other) if other else story
    lines = told.lines(_columns()) if isinstance(told, TwoStories) else told.lines()
    tell(arguments, told.as_dict, lambda: sys.stdout.write("\n".join(lines) + "\n"))


def _columns() -> int:
    """As wide as the terminal, where there is one."""
    return shutil.get_terminal_size((WIDTH_UNKNOWN, 0)).columns


def validate(arguments: Namespace) -> None:
    """Check only; say which numbers lack a provenance, and what can hardly be meant."""
    from sim.scenario.loading import load_with_places

    faults: list[Fault] = []
    valid: dict[Path, Scenario] = {}
    say_what_is_left_out(arguments.scenarios)
    for path in scenario_files(arguments.scenarios):
        try:
            loaded = load_with_places(path, tuple(arguments.set))
        except BadScenario as fault:
            faults += fault.faults
            continue
        valid[path] = loaded.scenario
        if not arguments.quiet:
            missing = loaded.unsourced()
            sys.stdout.write(
                f"{harmless(printable(named_as(path, arguments.scenarios)))}: valid"
                + (f", {len(missing)} without provenance:\n" if missing else "\n")
            )
            sys.stdout.writelines(f"  {harmless(printable(str(number)))}\n" for number in missing)
            sys.stdout.writelines(f"  {harmless(printable(line))}\n" for line in loaded.inapplicable_ranges())
    say_doubts(list(valid), list(valid.values()))
    say_memory(list(valid), list(valid.values()))
    if faults:
        raise BadScenario(faults)


def show(arguments: Namespace) -> None:
    """The resolved scenario as YAML, with where each value came from."""
    from sim.scenario.loading import load_with_places
    from sim.scenario.resolved import resolved_yaml

    loaded = load_with_places(the_only_file(arguments.scenario), changes_of(arguments))
    sys.stdout.write(resolved_yaml(loaded.scenario, loaded.origin))


def schema(_: Namespace) -> None:
    """The JSON Schema of scenario files."""
    from sim.scenario.schema import schema as scenario_schema

    print_json(scenario_schema())


def baseline(arguments: Namespace) -> None:
    """Record what comes of each scenario, to be checked against later on."""
    changes, files = changes_of(arguments), scenario_files(arguments.scenarios)
    say_what_is_left_out(arguments.scenarios)
    scenarios = loaded_from(arguments.scenarios, changes)
    from sim.baseline_commands import record

    record(dict(zip(files, scenarios, strict=True)), changes, margins_of(arguments.margin), arguments)


def check(arguments: Namespace) -> int:
    """Has anything moved since the baselines were recorded? The exit code says it."""
    files, left_out = scenario_files(arguments.scenarios), say_what_is_left_out(arguments.scenarios)
    from sim.baseline_commands import hold

    return hold(files, left_out, arguments)
