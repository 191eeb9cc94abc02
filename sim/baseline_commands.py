"""The gate of a pull request: what the commands `baseline` and `check` do, once their words are understood."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from sim.baselines.baselines import BLOCKS, JUDGING, Baseline, Crew, recorded
from sim.baselines.checking import check
from sim.baselines.commits import Forgets, commit_of, forgetting
from sim.baselines.history import TORN, History, expect_history, remember
from sim.baselines.judgement import Check, MeasureCheck, NotLookedAt
from sim.baselines.judging import Sides, differences, judged
from sim.baselines.reading import read
from sim.command_inputs import jobs_of
from sim.disk.placing import sweep
from sim.disk.site import Site
from sim.errors import BadBaseline, BadUsage, UserError
from sim.experiment.jobs import Workers
from sim.experiment.verdicts import headlines_with
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.presets import told_as_left_out
from sim.scenario.wording import counted, harmless, printable
from sim.show.baseline_files import expect_place, room_for, write
from sim.show.checked.terminal import print_check, print_moves
from sim.show.progress import ProgressLines

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
"""Names the file in which GitHub's CI collects what a step has to say."""

NOT_KEPT = 2
"""Exit code of a check that found nothing, but could not be kept as was asked."""
T = TypeVar("T")


def record(
    scenarios: Mapping[Path, Scenario], changes: tuple[str, ...], margins: Mapping[str, float], arguments: Namespace
) -> None:
    """Record a baseline for each scenario; where there was one, say what moved.

    Without any changes on the command line, a baseline is as large as the one that it replaces; without margins, it
    keeps its margins.
    """
    folder, reason = Path(arguments.baselines), str(arguments.reason or "").strip()
    headlines_with(margins)
    known = _known(list(scenarios.values()), folder, reason)
    with (
        room_for(folder, [scenario.name for scenario in scenarios.values()]) as sites,
        ProgressLines(quiet=arguments.quiet) as progress,
        Workers(jobs_of(arguments)) as workers,
    ):
        crew = Crew(workers, arguments.engine)
        for file, scenario in scenarios.items():
            before, name = known.get(scenario.name), scenario.name
            sizes = before.changes if isinstance(before, Baseline) and not changes else changes
            kept = before.headlines if isinstance(before, Baseline) else {}
            judged_by = headlines_with(margins) if margins or not kept else kept
            wanted = load(file, sizes)
            fresh = recorded(wanted, sizes, judged_by, crew, reason=reason, progress=progress.of(name))
            place = write(fresh, folder, sites[name])
            if not arguments.quiet:
                _say(fresh, before, place)


def _known(scenarios: Sequence[Scenario], folder: Path, reason: str) -> dict[str, Baseline | str]:
    """The baselines that are to be replaced, by name. Raises BadUsage where nobody says why."""
    for scenario in scenarios:
        expect_place(folder, scenario.name)
    names = [scenario.name for scenario in scenarios if (folder / scenario.name).exists()]
    if names and not reason:
        listed = ", ".join(names)
        raise BadUsage(f"{folder}: there are baselines of {listed} already; say with --reason why they go")
    return {name: _before(folder / name) for name in names}


def _before(place: Path) -> Baseline | str:
    """The baseline that is to be replaced; or in words, why nothing can be said of it."""
    try:
        return read(place)
    except BadBaseline as fault:
        return str(fault)


def _say(fresh: Baseline, before: Baseline | str | None, place: Path) -> None:
    claims = sum(int(fresh.blocks[block].about["claims"]) for block in BLOCKS)
    size = sum(path.stat().st_size for path in place.iterdir()) / 1000
    blocks = f"2 × {counted(fresh.replications, 'replication')}"
    sys.stdout.write(f"{fresh.name}: {counted(claims, 'claim')} in {blocks}, {size:.0f} kB: {place}/\n")
    if isinstance(before, str):
        sys.stdout.write(f"    nothing can be said of the baseline that was there: {printable(before)}\n")
    elif before and before.blocks[JUDGING].happened_as_in(fresh.blocks[JUDGING]):
        sys.stdout.write("    nothing moved: every claim went the same way\n")
    elif before:
        print_moves(_moves(before, fresh))


def _moves(before: Baseline, fresh: Baseline) -> list[MeasureCheck]:
    """The headlines under the old baseline and the new one."""
    is_paired = before.luck.orders == fresh.luck.orders and before.replications == fresh.replications
    sides = Sides(before.blocks[JUDGING], fresh.blocks[JUDGING], fresh.headlines)
    return [one for one in judged(sides, differences(sides, is_paired=is_paired), None) if one.is_headline]


# ------------------------------------------------------------------------------------------- check


def hold(files: Sequence[Path], left_out: Sequence[Path], arguments: Namespace) -> int:
    """Hold scenarios against their baselines, say what was found, write it where it is wanted. The exit code.

    `left_out` are sub-folders of scenarios that nobody asked for.
    """
    forgets = forgetting(arguments.forget)
    with ExitStack() as held:
        site = _places(arguments, held)
        step = _step_summary()
        found = _found(files, left_out, arguments)
        kept = _CheckKept()
        history = kept.tried(lambda: _history(found, forgets, arguments))
        if site:
            from sim.show.checked.files import build_check

            kept.tried(lambda: build_check(found, site, history))
    _tell(found, history, step, arguments)
    return found.exit_code or kept.exit_code


def _places(arguments: Namespace, held: ExitStack) -> Site | None:
    """Ask, before anything is simulated, for all that could be refused afterwards; hold the place of the output.

    Raises BadUsage and UserError for what is in the way.
    """
    sweep(Path(arguments.baselines))
    site = None
    if arguments.out:
        from sim.show.checked.files import room_for_check

        site = held.enter_context(room_for_check(Path(arguments.out), force=arguments.force))
    if arguments.history:
        history, out = Path(arguments.history), arguments.out
        if out and history.resolve().is_relative_to(Path(out).resolve()):
            raise BadUsage(f"{history}: a history inside --out {out} would go with it; keep it elsewhere")
        expect_history(history)
        commit_of(arguments.commit, os.environ)
    return site


def _found(files: Sequence[Path], left_out: Sequence[Path], arguments: Namespace) -> Check:
    with ProgressLines(quiet=arguments.quiet or arguments.json) as progress, Workers(jobs_of(arguments)) as workers:
        folder, changes = Path(arguments.baselines), tuple(arguments.set)
        crew, is_whole = Crew(workers, arguments.engine), any(Path(name).is_dir() for name in arguments.scenarios)
        found = check(files, folder, crew=crew, changes=changes, is_whole=is_whole, step=progress.of)
    sys.stderr.writelines(f"{harmless(doubt)}\n" for doubt in found.doubts)
    if not arguments.quiet:
        sys.stderr.writelines(f"{harmless(printable(one.said))}\n" for one in found.left_out)
    folders = (NotLookedAt(str(one), told_as_left_out(one)) for one in left_out)
    allowed = {"allows_new": arguments.allow_new, "allows_orphans": arguments.allow_orphans}
    return replace(found, left_out=(*folders, *found.left_out), **allowed)


class _CheckKept:
    """What is kept of a check. Should that fail, the verdict stands and is told all the same."""

    exit_code = 0

    def tried(self, keep: Callable[[], T]) -> T | None:
        """What comes of it; None, and said, where that cannot be."""
        try:
            return keep()
        except UserError as refusal:
            sys.stderr.write(f"{harmless(printable(str(refusal)))}\n")
            self.exit_code = NOT_KEPT
            return None


def _history(found: Check, forgets: Forgets, arguments: Namespace) -> History | None:
    if not arguments.history:
        return None
    history = remember(found, Path(arguments.history), commit_of(arguments.commit, os.environ), forgets)
    if history.torn:
        sys.stderr.write(f"{arguments.history}: its last line was torn; it is kept in {arguments.history}{TORN}\n")
    return history


def _step_summary() -> Path | None:
    """The summary of CI's step, if it can be written. Where it cannot, the check goes on without."""
    from sim.show.checked.summary import expect_step_summary

    named = os.environ.get(STEP_SUMMARY)
    if not named:
        return None
    asked = _CheckKept()
    asked.tried(lambda: expect_step_summary(Path(named)))
    return None if asked.exit_code else Path(named)


def _tell(found: Check, history: History | None, step: Path | None, arguments: Namespace) -> None:
    if step:
        from sim.show.checked.summary import add_to_step_summary

        _CheckKept().tried(lambda: add_to_step_summary(found, history, step))
    if arguments.json:
        from sim.show.checked.files import document_of

        sys.stdout.write(json.dumps(document_of(found), indent=2, allow_nan=False) + "\n")
        return
    print_check(found)
    if arguments.out and not arguments.quiet:
        sys.stderr.write(f"charts and summary: {arguments.out}/\n")
