"""What a page shows of an answer: the report's own words, pictures and tables, section by section; and what is on
the screen as a scenario file, complete, runnable, and saying what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from pydantic import ValidationError

from sim.experiment.comparison import Comparison
from sim.experiment.experiment import with_numbers
from sim.experiment.result import Result
from sim.live.levers import named, value_named
from sim.live.wanted import Understood
from sim.live.words import said, words
from sim.scenario.model import Scenario
from sim.scenario.provenance import Bound, Provenance, Source
from sim.scenario.resolved import Changed, resolved_yaml
from sim.scenario.wording import printable, shortened
from sim.show.changed import title_of
from sim.show.costs import HOW_TO_READ
from sim.show.judged import measured_in
from sim.show.phrases import HELD, day_of, time_of
from sim.show.report import basis, compared
from sim.show.report.answer import answer_of, details_of
from sim.show.report.chapters import chapters_of, costs_table
from sim.show.report.page import KEY_FIGURES
from sim.show.report.parts import Numbers
from sim.show.report.svg import tag
from sim.show.standalone import templates_of
from sim.show.story import Event, Story
from sim.show.two_stories import TwoStories

if TYPE_CHECKING:
    from sim.waiting.advice import Advice

PACKAGES = ("sim.live", "sim.show.report")
BAR = (300, 26)
"""Width and height of the drawn interval, in pixels: from nobody refunded to everybody."""
SECTIONS = ("compared", "time", "pays", "desks", "more")
"""Of the screen, beside the answer and the story of an order that flips; each is replaced as a whole."""


def first(result: Result, asked: Understood) -> dict[str, Any]:
    """The answer alone, as soon as there is one; the rest follows."""
    return _shown(result, {"answer": _answer(result, [], asked, is_last=False)}, is_last=False)


def whole(
    result: Result, comparison: Comparison | None, told: TwoStories | None, asked: Understood, *, is_last: bool
) -> dict[str, Any]:
    """All there is to see, by section."""
    versus = next(compared.versus(comparison)) if comparison else None
    filling: dict[str, Any] = {"versus": versus, "costs": costs_table(result), "costs_how": HOW_TO_READ}
    filling["chapters"] = {chapter.name: chapter for chapter in chapters_of(result)}
    if comparison:
        base = comparison.base
        filling |= {"base_title": title_of(base), "base_answer": answer_of(base)}
        filling |= {"levers": compared.levers_of(comparison)}
    sections = {name: _rendered(name, filling) for name in SECTIONS}
    sections["answer"] = _answer(result, versus["findings"] if versus else [], asked, is_last=is_last)
    sections["story"] = _rendered("story", {"flipped": stories(told)}) if told else Markup("")
    return _shown(result, sections, is_last=is_last)


def _shown(result: Result, sections: dict[str, Markup], *, is_last: bool) -> dict[str, Any]:
    return {
        "replications": result.about["replications"],
        "sections": sections,
        "status": _status(result, is_last=is_last),
        "brief": _brief(result),
        "is_last": is_last,
    }


def _rendered(name: str, filling: dict[str, Any]) -> Markup:
    screen = templates_of(*PACKAGES).get_template("screen.html.j2").make_module({"words": words(), **filling})
    return Markup(getattr(screen, name)())


def _answer(result: Result, findings: Sequence[str], asked: Understood, *, is_last: bool) -> Markup:
    filling = {
        "title": title_of(result),
        "said": answer_of(result),
        "findings": findings,
        "bar": _bar(result),
        "numbers": Numbers(result.summary),
        "key_figures": KEY_FIGURES,
        "titles": result.summary["title"].to_dict(),
        "claims": result.about["claims"],
        "warnings": basis.warnings_of(result) if is_last else [],
        "details": details_of(result),
        "changed": [_in_words(one) for one in asked.changed],
    }
    return _rendered("answer", filling)


def _in_words(one: Changed) -> Changed:
    before, after = (value_named(one.path, value) for value in (one.before, one.after))
    return one._replace(path=named(one.path), before=before, after=after)


def _bar(result: Result) -> Markup:
    """Success on a scale from nobody to everybody: the line is its interval, and gets shorter as one looks on."""
    width, height = BAR
    one = Numbers(result.summary).of("success_rate")
    if not one.low <= one.value <= one.high:
        return Markup("")
    middle = height / 2
    scale = tag("line", x1=0, x2=width, y1=middle, y2=middle, class_="grid")
    low, high = (width * min(max(end, 0.0), 1.0) for end in (one.low, one.high))
    interval = tag("line", x1=low, x2=high, y1=middle, y2=middle, class_="interval-line thick")
    at = width * one.value
    dot = tag("line", x1=at, x2=at, y1=4, y2=height - 4, class_="interval-line thin")
    return tag("svg", scale, interval, dot, class_="surety", viewBox=f"0 0 {width} {height}", aria_hidden="true")


def _brief(result: Result) -> str:
    """One line, for where there is room for no more."""
    if not result.about["claims"]:
        return ""
    success, half = (measured_in(result.summary, one).shown() for one in ("success_rate", "refund_time_median_all"))
    return said("status.brief", success=str(success), half=half.value)


def _status(result: Result, *, is_last: bool) -> str:
    about = result.about
    key = "status.settled" if is_last else "status.sharpening"
    return said(key, replications=f"{about['replications']:,}", claims=f"{about['claims']:,}", seed=about["seed"])


# ----------------------------------------------------------------------------------------------- stories


def advice(told: Advice) -> Markup:
    """What is said to one buyer who waits: in sentences, and what there is to choose."""
    from sim.waiting.words import about, days, sentences

    halves = ("–" if way.days[0.5] is None else days(way.days[0.5]) for way in told.ways[1:])
    ways = [(way.does, about(way.paid), half) for way, half in zip(told.ways[1:], halves, strict=True)]
    return _rendered("advice", {"sentences": [printable(one) for one in sentences(told)], "ways": ways})


def story(one: Story) -> Markup:
    """The life of one order."""
    return _story(one, None, one.events, [])


def stories(two: TwoStories) -> Markup:
    """One order under both policies: what they share once, then each in a column."""
    if two.are_two_orders:
        return _story(two.left, said("stories.two_orders"), (), [_column(one, 0) for one in (two.left, two.right)])
    if two.never_part:
        return _story(two.left, said("stories.never_part"), two.left.events, [])
    together = len(two.together)
    return _story(two.left, None, two.together, [_column(one, together) for one in (two.left, two.right)])


def _story(one: Story, remark: str | None, together: Sequence[Event], columns: list[dict[str, Any]]) -> Markup:
    told = {"order": one.order, "remark": remark, "together": _moments(one, together), "columns": columns}
    return _rendered("stories", told | {"closing": "" if columns else _plain(one.closing)})


def _column(one: Story, begun: int) -> dict[str, Any]:
    """A story, or what is left of it where two have parted."""
    moments = _moments(one, one.events[begun:])
    return {"policy": printable(one.policy), "moments": moments, "closing": _plain(one.closing)}


def _moments(one: Story, events: Sequence[Event]) -> list[tuple[str, str]]:
    """When, and what there is to say of that instant."""
    return [(f"{day_of(event.at, one.start)}, {time_of(event.at)}", _plain([event.sentence])) for event in events]


def _plain(sentences: Sequence[str]) -> str:
    return printable(" ".join(sentences).replace(HELD, " "))


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
