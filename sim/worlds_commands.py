"""What the commands do that look at many worlds. Heavy libraries are imported inside, as next door."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.command_inputs import jobs_of, say_doubts, scenario_files, the_only_file
from sim.errors import BadUsage
from sim.outside_commands import tell
from sim.scenario.wording import counted, harmless
from sim.what_ifs import what_ifs_of, with_what_if

if TYPE_CHECKING:
    from sim.scenario.model import Scenario
    from sim.worlds.playing import Means
    from sim.worlds.studying import Plan

COMMANDS = ("search", "store", "stress", "study")
FINE, FAILED, UNSURE = 0, 1, 4
WRITTEN = "points, figures and report"


def stress(arguments: Namespace) -> None:
    """Say in what share of worlds each difference from the base holds; write a folder with a page."""
    files = [the_only_file(arguments.base), *map(str, scenario_files(arguments.others))]
    what_ifs = what_ifs_of(arguments.what_if)
    if len(files) == 1 and not what_ifs:
        raise BadUsage("stress needs something beside the base: another file, or --what-if NAME:path=value")
    from sim.scenario.loading import load_all

    base, *others = load_all(files, tuple(arguments.set))
    say_doubts(files, [base, *others])
    others += [with_what_if(base, one) for one in what_ifs]
    from sim.experiment.light import expect_measures
    from sim.show.across.document import stress_document
    from sim.show.across.page import stress_files
    from sim.show.across.terminal import stress_lines
    from sim.show.comparison_files import folder_of
    from sim.worlds.plan import HEADLINES
    from sim.worlds.stress import plan_of_stress, stressed

    seed = base.experiment.seed if arguments.seed is None else arguments.seed
    how: dict[str, Any] = {"worlds": arguments.worlds, "replications": arguments.replications, "seed": seed}
    how |= {"measures": tuple(arguments.measure) or HEADLINES, "until_clear": arguments.until_clear}
    how["fitted_beside"] = files[0] if arguments.fitted else None
    expect_measures(how["measures"], "--measure")
    if arguments.dry_run:
        _dry_run(plan_of_stress(base, others, **how), arguments)
        return
    name = f"stress-{folder_of(base.name, [one.name for one in others])}"
    with _room(arguments, name, "stress.json") as (by, put):
        result = stressed(base, others, **how, by=by)
        folder = put(stress_files(result))
    tell(arguments, lambda: stress_document(result), lambda: _print(stress_lines(result)), f"{WRITTEN}: {folder}/")


def study(arguments: Namespace) -> None:
    """Carry out a study file; write a folder with a page, and tables for pandas."""
    from sim.show.across.document import study_document
    from sim.show.across.page import study_files
    from sim.show.across.terminal import study_lines
    from sim.worlds.plan import plan_of_file, read_plan
    from sim.worlds.studying import carried_out

    path = Path(arguments.file)
    plan = plan_of_file(read_plan(path), path)
    if arguments.dry_run:
        _dry_run(plan, arguments)
        return
    with _room(arguments, _folder_of("study", path), "study.json") as (by, put):
        result = carried_out(plan, by)
        folder = put(study_files(result))
    tell(arguments, lambda: study_document(result), lambda: _print(study_lines(result)), f"{WRITTEN}: {folder}/")


def search(arguments: Namespace) -> int:
    """Try the policies of a search file; write a folder with a page.

    4 where nothing surely keeps its bounds, or the budget was spent before the best was told from the others.
    """
    from sim.show.across.searched import search_document, search_files, search_lines
    from sim.worlds.search_plan import read_search
    from sim.worlds.searching import effort_of, prepared, searched

    path = Path(arguments.file)
    plan = read_search(path)
    if arguments.dry_run:
        base, _, asked = prepared(plan, path)
        fewest, most = effort_of(plan, asked)
        of_policies = counted(plan.policies, "policy", "policies")
        _tell_effort([base], plan.measures, fewest, most, arguments, of_policies, {"policies": plan.policies})
        return FINE
    with _room(arguments, _folder_of("search", path), "search.json", "policies", "replications") as (by, put):
        result = searched(plan, path, by)
        folder = put(search_files(result))
    tell(arguments, lambda: search_document(result), lambda: _print(search_lines(result)), f"{WRITTEN}: {folder}/")
    return FINE if result.best is not None and result.is_settled else UNSURE


def store(arguments: Namespace) -> int:
    """List, check, prune or compact a store; 1 where a check finds something."""
    from sim.worlds.keeping import checked, compacted, listed, pruned
    from sim.worlds.store import Store

    folder = Path(arguments.folder)
    if not folder.is_dir():
        raise BadUsage(f"{folder}: no such folder, expected one that --store has named")
    kept, lines = Store(folder), ["nothing is kept"]
    document: dict[str, Any] = {"folder": str(folder)}
    if arguments.action == "list":
        document = listed(kept)
        lines = [_told_of(name, document) for name in document["editions"]] or lines
    elif arguments.action == "check":
        document["faults"] = checked(kept)
        lines = document["faults"] or ["all segments are complete"]
    elif arguments.action == "prune":
        document["removed"] = pruned(kept)
        lines = [f"{document['removed']:,} removed"]
    else:
        document["fewer"] = compacted(kept)
        lines = [f"{counted(document['fewer'], 'segment')} fewer"]
    tell(arguments, lambda: document, lambda: _print(lines))
    return FAILED if document.get("faults") else FINE


def _told_of(edition: str, document: dict[str, Any]) -> str:
    """An edition in a line: `2-0f3c… (now): 12 segments, 20 whole replications, 1.9 MB`."""
    one = document["editions"][edition]
    now = " (now)" if edition == document["edition"] else ""
    whole = f", {counted(one['whole'], 'whole replication')}" if one["whole"] else ""
    return f"{edition}{now}: {counted(one['segments'], 'segment')}{whole}, {one['bytes'] / 1e6:,.1f} MB"


def _dry_run(plan: Plan, arguments: Namespace) -> None:
    """How many worlds, and how long they take."""
    each = len(plan.design) * len(plan.policies)
    document = {
        "factors": [one.name for one in plan.factors],
        "left_out": {one.name: one.why for one in plan.left_out},
        "worlds": len(plan.design),
        "policies": list(plan.policies),
    }
    of = f"{len(plan.design):,} worlds of {counted(len(plan.factors), 'factor')}, {len(plan.policies)} policies"
    fewest, most = each * plan.effort.fewest, each * plan.effort.most
    _tell_effort(list(plan.policies.values()), plan.measures, fewest, most, arguments, of, document)
    if not arguments.json:
        sys.stdout.writelines(f"  left out: {harmless(f'{one.name}: {one.why}')}\n" for one in plan.left_out)


def _tell_effort(
    policies: Sequence[Scenario], measures: Sequence[str], fewest: int, most: int, arguments: Namespace,
    of: str, document: dict[str, Any],
) -> None:  # fmt: skip
    """How many replications, and about how long: both ends where results decide how many there are."""
    each = _seconds(policies, measures, fewest, arguments)
    told = f"{of}, {counted(fewest, 'replication')}"
    if most > fewest:
        told += f" at the least: about {_lasting(each * fewest)}; {most:,} at the most"
    counts = {
        "replications": fewest, "seconds": round(each * fewest, 1),
        "replications_at_most": most, "seconds_at_most": round(each * most, 1),
    }  # fmt: skip
    tell(arguments, lambda: document | counts, lambda: _print([f"{told}: about {_lasting(each * most)}"]))


def _seconds(policies: Sequence[Scenario], measures: Sequence[str], many: int, arguments: Namespace) -> float:
    """How long each of so many replications takes, shared among jobs, from one that is lived through to see."""
    from sim.compiled.machine_code import is_at_hand
    from sim.experiment.engine_choice import chosen
    from sim.experiment.engines import SIMPY
    from sim.experiment.jobs import Workers
    from sim.experiment.light import sums_of_one

    engine = chosen(arguments.engine, policies, max(1, many // len(policies))).engine if is_at_hand() else SIMPY
    sums_of_one(policies[0], 0, measures, engine=engine)  # the first one imports, and opens calendars
    began = time.process_time()
    sums_of_one(policies[0], 1, measures, engine=engine)
    each = time.process_time() - began
    with Workers(jobs_of(arguments)) as workers:
        return each / workers.jobs


def _lasting(seconds: float) -> str:
    if seconds < 1:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@contextmanager
def _room(
    arguments: Namespace, name: str, sign: str, step: str = "worlds", of: str = "worlds"
) -> Iterator[tuple[Means, Callable[[Any], Path]]]:
    """The place of one folder, held while it is worked for: how the work is done, and what writes the files."""
    from sim.disk.placing import put
    from sim.show.progress import ProgressLines
    from sim.show.room import room
    from sim.worlds.playing import Means
    from sim.worlds.store import store_in

    with (
        room(Path(arguments.out), [name], force=arguments.force, sign=sign) as sites,
        ProgressLines(quiet=arguments.quiet or arguments.json, of=of) as progress,
    ):
        kept = store_in(arguments.store)
        by = Means(jobs_of(arguments), arguments.engine, kept, progress.of(step), progress.tell)
        yield by, lambda files: put(sites[name], files, sign=sign)


def _folder_of(what: str, file: Path) -> str:
    """Named after the file: `study-clocks` of `clocks.yaml` and of `study-clocks.yaml`, `study` of `study.yaml`."""
    return file.stem if file.stem.split("-")[0] == what else f"{what}-{file.stem}"


def _print(lines: Iterable[str]) -> None:
    sys.stdout.write(harmless("\n".join(lines)) + "\n")
