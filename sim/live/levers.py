"""What a person can turn: each value of a scenario as a control, with what the schema and its sources say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sim.live.words import (
    NONE,
    SchemaNode,
    below,
    called,
    can_be_switched_off,
    may_be,
    options_of,
    root,
    said,
    text_of,
    words,
)
from sim.scenario.durations import parse_duration
from sim.scenario.model import Scenario
from sim.scenario.provenance import Source
from sim.scenario.resolved import described, on_one_line
from sim.scenario.wording import printable
from sim.show.report.basis import range_of

LeverPath = tuple[str, ...]
PARTS = ("policy", "buyers", "market", "calendars", "costs")
"""Of a scenario, in their order; the first is open, the others are behind a fold."""
_STOPS = {
    "": "0, 1 h, 6 h, 12 h, 1 d, 2 d, 3 d, 4 d, 5 d, 7 d, 9 d, 10 d, 14 d, 15 d, 21 d, 30 d, 45 d, 60 d, 90 d",
    "bd": "0, 0.5 bd, 1 bd, 2 bd, 3 bd, 5 bd, 7 bd, 10 bd, 15 bd, 20 bd, 30 bd, 60 bd",
    "of work": "0, 10 min of work, 30 min of work, 1 h of work, 2 h of work, 4 h of work, 8 h of work",
}
"""Where a slider stops, by what the duration is counted in."""
SHARES = tuple(f"{hundredth / 100:g}" for hundredth in range(0, 101, 5))
KIND = ("market", "sellers", "types")
"""Each kind of seller has a group of levers of its own: there are many."""
AS_IT_STANDS = ""
"""What leaves a part of the scenario on, which is no change."""
LONGEST = 300
"""Letters of a value that a field shows; longer ones are changed in a file."""


class LeverShown(NamedTuple):
    """One value, and all that a person needs to turn it."""

    path: str
    label: str
    meaning: str
    """From the schema; empty where the label says it all."""
    kind: str
    """`choice`, `duration`, `share`, `number` or `text`."""
    value: str
    """As a file writes it, in the scenario one starts from."""
    choices: Sequence[tuple[str, str]]
    """What may be chosen, and what it is called; for `choice`."""
    stops: Sequence[str]
    """Where a slider stops; for `duration` and `share`."""
    low: str
    high: str
    """What the schema allows at the least and at the most; empty where it does not say."""
    unit: str
    range: str
    """What its source finds plausible."""
    source: str
    """Where the value comes from."""
    is_main: bool
    """Whether a newcomer should see it without unfolding."""

    @property
    def id(self) -> str:
        """A name within the page."""
        return re.sub(r"[^a-z0-9]+", "-", self.path.lower())


class Group(NamedTuple):
    """Levers that belong together."""

    name: str
    meaning: str
    main: Sequence[LeverShown]
    rest: Sequence[LeverShown]


class Part(NamedTuple):
    """A part of the scenario."""

    name: str
    title: str
    groups: Sequence[Group]


def parts_of(scenario: Scenario) -> list[Part]:
    """Every lever of a scenario, by part and group."""
    whole = described(scenario)
    return [Part(name, said(f"parts.{name}"), _groups(scenario, name, whole[name])) for name in PARTS]


def _groups(scenario: Scenario, part: str, values: Mapping[str, Any]) -> list[Group]:
    node = below(root(), part)
    groups: list[Group] = []
    single = {key: value for key, value in values.items() if not (isinstance(value, dict) and value)}
    for key, value in values.items():
        if key not in single:
            inner = below(node, key)
            levers = list(_levers(scenario, (part, key), value, inner))
            groups += _by_kind(_title((part, key)), text_of(inner), levers)
    alone = [lever for key in single for lever in _levers(scenario, (part, key), single[key], below(node, key))]
    return [*groups, _group(said("parts.others"), "", alone)] if alone else groups


def _by_kind(name: str, meaning: str, levers: Sequence[LeverShown]) -> Iterator[Group]:
    """One group, and one for each kind of seller where these are among them."""
    kinds: dict[str, list[LeverShown]] = {}
    for lever in levers:
        steps = tuple(lever.path.split("."))
        kinds.setdefault(steps[3] if steps[:3] == KIND else "", []).append(lever)
    for kind, some in kinds.items():
        yield _group(f"{name} · {printable(kind)}" if kind else name, "" if kind else meaning, some)


def _group(name: str, meaning: str, levers: Sequence[LeverShown]) -> Group:
    order: list[str] = words()["main"]["levers"]
    main = sorted((lever for lever in levers if lever.is_main), key=lambda lever: order.index(lever.path))
    return Group(name, meaning, main, [lever for lever in levers if not lever.is_main])


def _levers(scenario: Scenario, path: LeverPath, value: Any, node: SchemaNode) -> Iterator[LeverShown]:
    if isinstance(value, dict) and value:
        if len(path) > 2 and can_be_switched_off(node):
            yield _switch(scenario, path, node)
        for key, inner in value.items():
            yield from _levers(scenario, (*path, str(key)), inner, below(node, str(key)))
        return
    written = on_one_line(value)
    if len(written) <= LONGEST:
        yield _lever(scenario, path, written, node)


def _switch(scenario: Scenario, path: LeverPath, node: SchemaNode) -> LeverShown:
    """What exists can be taken away as a whole; while it is there, its own levers say how it is."""
    choices = [(AS_IT_STANDS, said("words.in_force")), (NONE, called("words", NONE, NONE))]
    lever = _lever(scenario, path, AS_IT_STANDS, node)
    return lever._replace(kind="choice", choices=choices, stops=(), unit="", low="", high="", range="")


def _lever(scenario: Scenario, path: LeverPath, value: str, node: SchemaNode) -> LeverShown:
    options = list(options_of(node))
    kind, choices = _kind(path, value, options)
    source = _source(scenario, path)
    low, high = (next((str(one[end]) for one in options if end in one), "") for end in ("minimum", "maximum"))
    dotted = ".".join(path)
    return LeverShown(
        path=dotted,
        label=_title(path),
        meaning=text_of(node),
        kind=kind,
        value=value,
        choices=choices,
        stops=_stops(kind, value, options),
        low=low,
        high=high,
        unit=_unit(scenario, kind, path, node),
        range=_range(source),
        source=_told(source),
        is_main=dotted in words()["main"]["levers"],
    )


# ---------------------------------------------------------------------------------------- what it is called


def named(path: str) -> str:
    """A lever by itself, with its group: `Disputes after dispatch: who answers`."""
    steps = tuple(path.split("."))
    group, own = _title(steps[:2]), _title(steps)
    return own if len(steps) <= 2 else f"{group}: {own}"


def value_named(path: str, value: str, otherwise: str | None = None) -> str:
    """A value as its lever calls it: `approve` is that the buyer gets the money. Silence has its own words, and so
    has who it is; others are called as they are everywhere."""
    of_this = words()["choices"].get(path.rpartition(".")[2], {})
    return str(of_this.get(value, called("words", value, otherwise or value)))


def _title(path: LeverPath) -> str:
    """`Prompt · cancellation · accept`: the steps below the group, in words."""
    full = called("levers", ".".join(path), "")
    if full:
        return full
    below = path[4 if path[:3] == KIND else 2 :] or path[-1:]
    told = [called("steps", step, step.replace("_", " ")) for step in below]
    title = printable(" · ".join(filter(None, told))) or path[-1]
    return title[:1].upper() + title[1:]


def _unit(scenario: Scenario, kind: str, path: LeverPath, node: SchemaNode) -> str:
    if kind in ("duration", "share"):
        return said(f"units.{kind}")
    is_money = path[0] == "costs" or "currency" in text_of(node) or path[:2] == ("market", "order_value")
    return scenario.market.currency if kind == "number" and is_money else ""


# ------------------------------------------------------------------------------------------- what it can be


def _kind(path: LeverPath, value: str, options: Sequence[SchemaNode]) -> tuple[str, Sequence[tuple[str, str]]]:
    found = [str(word) for one in options for word in one.get("enum", ())]
    found += [str(one["const"]) for one in options if isinstance(one.get("const"), str)]
    if any(one.get("type") == "boolean" for one in options):
        found = ["true", "false"]
    is_open = any(one.get("type") in ("string", "number", "integer", "array", "object") for one in options)
    is_word = value in found and any("enum" in one or one.get("type") == "boolean" for one in options)
    if is_word and (not is_open or "enum" in options[0] or found == ["true", "false"]):
        return "choice", [
            (word, value_named(path[-1], word, word.replace("_", " "))) for word in dict.fromkeys(found)
        ]
    if any("pattern" in one for one in options) and (value in ("none", "never") or _is_duration(value)):
        return "duration", ()
    numbers = [one for one in options if one.get("type") in ("number", "integer")]
    if numbers and _is_number(value):
        is_share = numbers[0].get("minimum") == 0 and numbers[0].get("maximum") == 1
        return ("share" if is_share else "number"), ()
    return "text", ()


def _stops(kind: str, value: str, options: Sequence[SchemaNode]) -> Sequence[str]:
    if kind == "share":
        return sorted({*SHARES, value}, key=float)
    if kind != "duration":
        return ()
    ending = "of work" if value.endswith("of work") else "bd" if value.endswith("bd") else ""
    stops = {stop.strip() for stop in _STOPS[ending].split(",")}
    lengths = {stop: parse_duration(stop).seconds for stop in stops | ({value} if _is_duration(value) else set())}
    seconds = {length: stop for stop, length in lengths.items()}
    if _is_duration(value):
        seconds[lengths[value]] = value  # however the file writes it
    ordered = [seconds[length] for length in sorted(seconds)]
    words_too = [word for word in ("none", "never") if word == value or may_be(word, options)]
    return [*ordered, *words_too]


def _is_duration(value: str) -> bool:
    try:
        return value != "never" and parse_duration(value) is not None
    except ValueError:
        return False


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


# -------------------------------------------------------------------------------------- where it comes from


def _source(scenario: Scenario, path: LeverPath) -> Source | None:
    """The statement about it, or the nearest one about something that it is a part of."""
    known = scenario.provenance.root
    wider = (".".join(path[:length]) for length in range(len(path), 0, -1))
    return next((known[name] for name in wider if name in known), None)


def _told(source: Source | None) -> str:
    if source is None:
        return said("sources.none")
    return f"{said(f'sources.{source.kind}')}: {printable(source.from_)}"


def _range(source: Source | None) -> str:
    told = range_of(source) if source else ""
    return said("sources.range", range=told) if told else ""
