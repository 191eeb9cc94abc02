"""What is on the screen as a scenario file: complete, runnable, and saying what was changed."""

from __future__ import annotations

from pydantic import ValidationError

from sim.experiment.experiment import with_numbers
from sim.live.wanted import Understood
from sim.live.words import said
from sim.scenario.model import Scenario
from sim.scenario.provenance import Bound, Provenance, Source
from sim.scenario.resolved import Changed, resolved_yaml
from sim.scenario.wording import printable, shortened

LONGEST_NAME, LONGEST = 31, 60
"""Letters of the name that a file keeps of its start, and of a value in its head."""


def saved(asked: Understood, replications: int) -> str:
    """The file. `refund-sim run` of it gives the numbers of the page after so many replications, to the digit."""
    scenario = with_numbers(_named(asked), replications=replications)
    return "\n".join([*_head(asked, scenario), resolved_yaml(scenario)])


def file_name(asked: Understood) -> str:
    """What the browser calls it."""
    return f"{_name(asked)}.yaml"


def _name(asked: Understood) -> str:
    return f"{asked.start.name[:LONGEST_NAME]}-changed" if asked.changed else asked.start.name


def _named(asked: Understood) -> Scenario:
    told = {one.path: _source(one) for one in asked.changed}
    above = tuple(f"{path}." for path in told)  # what vouched for a part of something changed vouches no more
    known = {
        path: source for path, source in asked.mine.provenance.root.items() if not path.startswith(above)
    } | told
    return asked.mine.model_copy(update={"name": _name(asked), "provenance": Provenance(known)})


def _head(asked: Understood, scenario: Scenario) -> list[str]:
    start, run = asked.wanted.start, scenario.experiment
    often = said("saved.often", replications=run.replications, seed=run.seed)
    changes = [f"#   {_line(one)}" for one in asked.changed] or [f"#   {said('saved.nothing')}"]
    return [f"# {said('saved.head', start=printable(start))}", *changes, f"# {often}"]


def _line(one: Changed) -> str:
    before, after = (shortened(printable(value), LONGEST) for value in (one.before, one.after))
    return said("saved.change", path=printable(one.path), before=before, after=after)


def _source(one: Changed) -> Source:
    """A person has chosen it; what stood there before was plausible, too, if it is a single value."""
    told = said("saved.source", before=shortened(printable(one.before), LONGEST))
    ends = [_bound(one.before), _bound(one.after)]
    is_one_value = not any(str(end).startswith(("{", "[")) for end in ends)
    for bounds in (ends, ends[::-1]) if is_one_value else ():
        try:
            return Source.model_validate({"kind": "assumed", "from": told, "range": bounds})
        except ValidationError:
            continue
    return Source.model_validate({"kind": "sourced", "from": told})


def _bound(written: str) -> Bound:
    """As a number where it is one."""
    try:
        return float(written)
    except ValueError:
        return written
