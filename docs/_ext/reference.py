"""The reference pages, written from the code whenever the documentation is built: nothing here can go stale.

Five pages: every key of a scenario file, every measure, every column, every command, the Python API.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import sim
from sim.arguments import parser
from sim.experiment.columns import COLUMNS, CUT_COLUMNS, JOURNAL_COLUMNS
from sim.experiment.measures import MEASURES
from sim.scenario.schema import schema
from sim.vocabulary.meanings import MEANINGS

Node = Mapping[str, Any]
LAWS = ("DurationLaw", "NumberLaw", "MoneyLaw")
PATTERNS = {
    "^[a-z0-9][a-z0": "a name: small letters, digits, `_` and `-`, at most 40",
    "^(19|20|21)[0-": "a day such as `2018-11-11`",
    "^([01]?[0-9]|2": "hours such as `09:00-18:00`",
    "^([01][0-9]|2[": "a time such as `09:00`",
    "^[A-Z]{3}$": "three letters such as `USD`",
}
"""By their beginning: the patterns of texts, in words."""
DURATIONS = (
    "`36 h`, `1 d 12 h`, `15 min`, `40 s` are wall-clock time; "
    "`3 bd` is business days on the calendar of whoever acts; "
    "`90 min of work` passes only in opening hours; `0` is at once, `never` is never. "
    "[The model](../model.md) says how each is counted."
)
SAID_ONCE = dict.fromkeys(("regret", "not_received", "defect"), "default")
SAID_ONCE |= dict.fromkeys(("platform", "carrier", "bank"), "seller")
"""Rows that hold what their neighbour holds, and are said with it; where that neighbour is there."""
MAPPINGS = ("experiment", "calendars", "market", "buyers", "policy", "costs", "expect", "provenance")
GENERATED = "<!-- Written by docs/_ext/reference.py from the code. -->\n"


def write(folder: Path) -> None:
    """Every page of the reference, into this folder."""
    folder.mkdir(exist_ok=True)
    pages = {
        "scenario": scenario_page(),
        "measures": measures_page(),
        "columns": columns_page(),
        "commands": commands_page(),
        "python": python_page(),
    }
    for name, text in pages.items():
        page = folder / f"{name}.md"
        if not page.exists() or page.read_text(encoding="utf-8") != GENERATED + text:
            page.write_text(GENERATED + text, encoding="utf-8")


# ------------------------------------------------------------------------------------------- keys of a scenario


def scenario_page() -> str:
    """Every key that a scenario file may hold: one table for each mapping, in the file's own order."""
    whole = schema()["$defs"]
    rows = [(*row, example_of(row[0], row[1], row[2])) for row in keys(whole["Scenario"], whole, "")]
    sections: dict[str, list[tuple[str, ...]]] = {}
    for path, *cells in rows:
        first = path.split(".")[0]
        section = first if "." in path or first in MAPPINGS else "the file itself"
        sections.setdefault(section, []).append((f"`{path}`", *cells))
    head = ("key", "what may stand there", "default", "meaning", "example")
    parts = [f"## {name}\n\n{table(head, some)}" for name, some in sections.items()]
    return (
        "# Keys of a scenario file\n\n"
        "`NAME` stands for a name of your own. A key without a default has to be said, by the file itself "
        "or by the one that it extends. Laws of chance are explained [below](#laws-of-chance).\n\n"
        + "\n".join(parts)
        + f"\n## Durations\n\n{DURATIONS}\n"
        + f"\n## Words\n\n{words_table()}"
        + "\n## Laws of chance\n\n"
        + laws(whole)
    )


PRESETS = Path(sim.__file__).parents[1] / "scenarios"
LIKE_IT = {
    "a [duration](#durations)": "2 d",
    "a [law](#laws-of-chance)": "{exponential: {mean: 2 d}}",
    "a number from 0 to 1": "0.2",
    "a number above 0 to 1000": "1.5",
    "a number from 0": "4.5",
    "a whole number from 1": "3",
    "`true` or `false`": "true",
    "a name": "card",
    "a day": "2018-11-11",
    "hours": "09:00-18:00",
    "a time": "09:00",
}
"""What stands as an example of a key that no preset says, by what may stand there."""
NOWHERE = {
    "title": "The article's marketplace",
    "question": "How soon, and how likely, does the money come back?",
    "market.dispatch_stretch": "{2018-11-11: 2}",
    "market.product_groups": "{clothes: 0.6, toys: 0.4}",
    "buyers.dispute_after": "{defect: {exponential: {mean: 2 d}}}",
    "buyers.choices.order": "412",
    "buyers.choices.replication": "1",
    "policy.return.default.payer.below": "20",
    "policy.refund.by_claim.NAME.posting": "{card: 7 d}",
    "expect.NAME.at_least": "0.6",
    "expect.NAME.at_most": "0.8",
    "provenance.NAME.n": "412",
    "provenance.NAME.interval": "[0.18, 0.23]",
    "provenance.NAME.period": "2018-10-01 to 2018-12-31",
    "market.sellers.roster.seller": "north-7",
    "provenance.NAME.identified": "only together with market.sellers.staff",
    "provenance.NAME.method": "product limit, sellers resampled",
}
"""The same of single keys."""


@cache
def presets() -> tuple[Any, ...]:
    """What the scenario files of this project say."""
    return tuple(yaml.safe_load(page.read_text(encoding="utf-8")) for page in sorted(PRESETS.glob("*.yaml")))


def example_of(path: str, kinds: str, default: str) -> str:
    """Something that may stand there: as a preset has it, the smallest; else by what may stand there."""
    found = [worded(one) for preset in presets() for one in said_at(preset, path.split(".")) if one is not None]
    short = [one for one in found if len(one) <= LONGEST]
    if short:
        return f"`{name_of(path)}: {min(short, key=lambda one: (one == 'none', len(one)))}`"
    if path in NOWHERE:
        return f"`{name_of(path)}: {NOWHERE[path]}`"
    word = next((one for one in re.findall(r"`([^`]+)`", kinds) if one != "none"), "")
    value = next((example for kind, example in LIKE_IT.items() if kinds.startswith(kind)), word)
    if value:
        return f"`{name_of(path)}: {value}`"
    return "see the keys below" if found or "keys below" in kinds else ""


def words_table() -> str:
    """The words that stand where one of a few may."""
    return table(("word", "meaning"), ((f"`{word}`", said) for word, said in MEANINGS.items()))


LONGEST = 60
"""Letters of an example."""


def name_of(path: str) -> str:
    """The key itself."""
    return path.split(".")[-1]


def said_at(node: Any, steps: list[str]) -> Iterator[Any]:
    """What a file says at a path, under whatever names, in whichever entry of a list."""
    if not steps:
        yield node
    elif isinstance(node, list):
        for entry in node:
            yield from said_at(entry, steps)
    elif isinstance(node, Mapping):
        inner = list(node.values()) if steps[0] == "NAME" else [node[steps[0]]] if steps[0] in node else []
        for one in inner:
            yield from said_at(one, steps[1:])


def keys(node: Node, whole: Node, path: str, seen: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str, str]]:
    """Each key below a mapping: its path, what may stand there, its default, its meaning."""
    needed = node.get("required", ())
    for name, below in node.get("properties", {}).items():
        if SAID_ONCE.get(name, "") in node["properties"]:
            continue
        place = f"{path}.{name}" if path else name
        default = "" if name in needed else f"`{worded(below.get('default', 'none'))}`"
        alike = [f"`{other}`" for other, one in SAID_ONCE.items() if one == name and other in node["properties"]]
        also = f" The same holds for {', '.join(alike)}." if alike else ""
        yield place, kind(below, whole), default, meaning(below, whole) + also
        for target, inner in mappings(below, whole):
            if target not in seen:
                yield from keys(inner, whole, f"{place}.NAME" if target.startswith("*") else place, (*seen, target))


def mappings(node: Node, whole: Node) -> Iterator[tuple[str, Node]]:
    """The mappings with keys of their own that may stand here, or as entries of what stands here."""
    for choice in choices(node):
        name = choice.get("$ref", "").rpartition("/")[2]
        if name in LAWS:
            continue
        found = whole[name] if name else choice
        if name and "properties" not in found:
            yield from mappings(found, whole)
        elif name and not is_law(found):
            yield name, found
        for entry in named(choice):
            yield from ((f"*{one}", of) for one, of in mappings(entry, whole))
        if isinstance(choice.get("items"), Mapping):
            yield from mappings(choice["items"], whole)


def named(node: Node) -> list[Node]:
    """What stands under names of one's own, where any may."""
    entries = [node.get("additionalProperties"), *node.get("patternProperties", {}).values()]
    return [entry for entry in entries if isinstance(entry, Mapping)]


def choices(node: Node) -> list[Node]:
    """What may stand here, each alternative by itself."""
    for word in ("anyOf", "oneOf"):
        if word in node and "properties" not in node:
            return [inner for choice in node[word] for inner in choices(choice)]
    return [node]


def is_law(node: Node) -> bool:
    return "lognormal" in node.get("properties", {})


def kind(node: Node, whole: Node) -> str:
    """What may stand here, in words."""
    said = [word for choice in choices(node) for word in _words(choice, whole)]
    if "a [duration](#durations)" in said and "`0`" in said:
        said.remove("`0`")
    return ", ".join(sorted(dict.fromkeys(said), key=lambda word: word == "`none`"))


def _words(node: Node, whole: Node) -> list[str]:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name in LAWS or is_law(whole[name]):
            return ["a [law](#laws-of-chance)"]
        return ["keys below"] if "properties" in whole[name] else kind(whole[name], whole).split(", ")
    if "enum" in node:
        return [f"`{one}`" for one in node["enum"]]
    if "const" in node:
        return [f"`{worded(node['const'])}`"]
    if is_law(node):
        return ["a [law](#laws-of-chance)"]
    if node.get("type") == "array":
        return [f"a list: {kind(node.get('items', {}), whole)}"]
    if node.get("type") == "object":
        return [f"by name: {kind(inner, whole)}" for inner in named(node)] or ["keys below"]
    if "pattern" in node:
        if "duration" in node.get("description", ""):
            return ["a [duration](#durations)"]
        return [PATTERNS.get(node["pattern"][:14]) or node["description"]]
    return [_bounded(node)]


def _bounded(node: Node) -> str:
    """A number with its bounds; or plain text, yes or no."""
    plain = {"integer": "a whole number", "number": "a number", "string": "text", "boolean": "`true` or `false`"}
    word = plain.get(str(node.get("type")), "anything")
    low = _bound(node, "minimum", "from {:g}", "exclusiveMinimum", "above {:g}")
    high = _bound(node, "maximum", "to {:g}", "exclusiveMaximum", "below {:g}")
    return " ".join(part for part in (word, low, high) if part)


def _bound(node: Node, closed: str, closed_words: str, open_end: str, open_words: str) -> str:
    if closed in node:
        return closed_words.format(node[closed])
    return open_words.format(node[open_end]) if open_end in node else ""


def meaning(node: Node, whole: Node) -> str:
    """What is written of a key: of itself, else of what stands there."""
    return node.get("description") or next(
        (
            whole[choice["$ref"].rpartition("/")[2]].get("description", "")
            for choice in choices(node)
            if "$ref" in choice
        ),
        "",
    )


def worded(value: object) -> str:
    """A value as a scenario file writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        inner = {key: worded(of) for key, of in value.items()}
        said = ", ".join(f"{key}: {of}" for key, of in inner.items() if of != "none")
        return f"{{{said}}}" if said else "none"
    return "none" if value in (None, [], "") else str(value)


UNTOLD = {
    "constant": "Always the same; may be written without its name.",
    "mixture": "Of several laws, each with a `weight`, one is drawn for each order.",
}


def laws(whole: Node) -> str:
    """The forms of a law, from the one for durations."""
    forms = next(of for of in choices(whole["DurationLaw"]) if is_law(of))["properties"]
    rows = []
    for name, form in forms.items():
        (inner,) = [whole[choice["$ref"].rpartition("/")[2]] for choice in choices(form) if "$ref" in choice] or [
            form
        ]
        levers = ", ".join(f"`{key}`" for key in inner.get("properties", {}))
        said = inner.get("description", "") or form.get("description", "") or UNTOLD[name]
        rows.append((f"`{name}`", levers or kind(form, whole), said))
    return table(("law", "its parameters", "meaning"), rows)


# ------------------------------------------------------------------------------------------------ other pages


UNITS = {"h": "hours", "d": "days", "currency": "the scenario's currency", "share": "share, 0 to 1"}


def measures_page() -> str:
    """Every measure, in the order of `summary.json`."""
    rows = [(f"`{name}`", one.title, UNITS.get(one.unit, one.unit)) for name, one in MEASURES.items()]
    return (
        "# Measures\n\nThe numbers of `summary.json` and of the tables, with their intervals over replications. "
        "Directions, margins and how intervals are made stand in [the model](../model.md).\n\n"
        + table(("name", "meaning", "unit"), rows)
    )


def columns_page() -> str:
    """Every column of the tables of claims and of the journal."""
    head = ("column", "meaning")
    parts = [
        (
            "Claims",
            "`orders.csv.gz`, `orders.parquet` and `Result.orders`: one row per claim of the cohort.",
            COLUMNS,
        ),
        ("Where the watching stops", "They follow under `experiment.follow_up`.", CUT_COLUMNS),
        ("The journal", "`journal.csv.gz` and `Result.journal`: one row per event.", JOURNAL_COLUMNS),
    ]
    said = [
        f"## {title}\n\n{what}\n\n{table(head, [(f'`{name}`', one.meaning) for name, one in columns.items()])}"
        for title, what, columns in parts
    ]
    return "# Columns\n\n" + "\n".join(said)


def commands_page() -> str:
    """Every command with its options, from the parser itself."""
    top = parser()
    (commands,) = [one for one in top._actions if isinstance(one, argparse._SubParsersAction)]
    said = [_command(name, one) for name, one in commands.choices.items()]
    return "# Commands\n\n`refund-sim COMMAND --help` says the same.\n\n" + "\n".join(said)


def _command(name: str, command: argparse.ArgumentParser) -> str:
    rows = [
        (
            " ".join(f"`{word}`" for word in action.option_strings) or f"`{action.metavar or action.dest}`",
            f"`{action.metavar}`" if action.option_strings and action.metavar else "",
            (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%"),
        )
        for action in command._actions
        if action.dest != "help"
    ]
    usage = re.sub(r"\s+", " ", command.format_usage().removeprefix("usage: ")).strip()
    options = table(("option", "takes", "meaning"), rows) if rows else ""
    return f"## {name}\n\n{command.description}\n\n```text\n{usage}\n```\n\n{options}"


def python_page() -> str:
    """What `import sim` offers."""
    functions = [name for name in sim.__all__ if callable(getattr(sim, name)) and name[0].islower()]
    classes = [name for name in sim.__all__ if name[0].isupper()]
    parts = [f"```{{eval-rst}}\n.. autofunction:: sim.{name}\n```\n" for name in functions]
    parts += [
        f"```{{eval-rst}}\n.. autoclass:: sim.{name}\n   :members:\n   :no-inherited-members:\n```\n"
        for name in classes
    ]
    return "# Python\n\n`import sim`; everything else is private by convention.\n\n" + "\n".join(parts)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; a bar inside a cell is escaped."""
    lines = [list(head), ["---" for _ in head]]
    lines += [[cell.replace("|", r"\|").replace("\n", " ") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
