"""The house rules that a machine can watch: imports point one way, pages stay short, contents are complete."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from types import FrameType

import pytest

import sim
from sim.chance.draws import draw_replication
from sim.compiled.books import world_of
from sim.experiment.replication import calendars_of
from sim.experiment.twin_check import PROOF
from sim.market.engine import live_through
from sim.market.world import World
from sim.records.journal import Journal
from sim.rules.terms import RequestTerms, Span
from sim.scenario.durations import Duration
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.policy import CancellationTerms
from sim.scenario.tree import Leaf

HOUSE = Path(sim.__file__).parent
FLOORS = (
    "version",
    "arrays",
    "special",
    "errors",
    "disk",
    "vocabulary",
    "scenario",
    "rules",
    "chance",
    "records",
    "market",
    "compiled",
    "experiment",
    "evidence",
    "waiting",
    "worlds",
    "baselines",
    "show",
    "what_ifs",
    "live",
    "api",
    "worlds_api",
    "command_inputs",
    "baseline_commands",
    "outside_commands",
    "worlds_commands",
    "commands",
    "arguments",
    "cli",
    "door",
)
"""From the ground up: a floor may import from those before it and from itself."""
PAGES = sorted(path for path in HOUSE.rglob("*.py"))
# What `records` writes down are facts drawn by `chance`; `rules` read the scenario's words.


def floor_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Floors that a page imports from, whether at its top, inside a function or for types only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module == "sim":
            modules += [f"sim.{alias.name}" for alias in node.names]
        found |= {module.split(".")[1] for module in modules if module.startswith("sim.")}
    return found & set(FLOORS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_point_one_way(path: Path) -> None:
    floor = floor_of(path)
    if floor in ("__init__", "__main__"):
        return
    upward = {other for other in imports_of(path) if FLOORS.index(other) > FLOORS.index(floor)}
    assert not upward, f"{path} imports from {upward}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_pages_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            assert (node.end_lineno or 0) - body[0].lineno < 40, f"{path}: {node.name}"


def test_simpy_stays_in_the_market_and_pandas_out_of_the_engine() -> None:
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        if floor_of(path) != "market":
            assert "import simpy" not in text, path
            assert "from simpy" not in text, path
        if floor_of(path) in FLOORS[: FLOORS.index("experiment")]:
            assert "import pandas" not in text, path


@pytest.mark.slow
def test_nothing_is_printed_outside_the_door() -> None:
    for path in PAGES:
        if floor_of(path) in ("outside_commands", "cli", "baseline_commands", "commands", "show"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", path


def test_the_contents_page_is_complete() -> None:
    contents = sim.__doc__ or ""
    for part in {floor_of(path) for path in PAGES} - {"__init__", "__main__"}:
        assert part in contents, f"sim/__init__.py does not name {part}"
    for name in sim.__all__:
        assert getattr(sim, name) is not None


def test_every_public_thing_says_what_it_is() -> None:
    for path in PAGES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        if path.name == "sentences.py":
            continue  # each function there is the sentence that it returns
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path}: {node.name}"


def test_asking_for_help_loads_nothing_heavy() -> None:
    heavy = ("numpy", "pandas", "scipy", "matplotlib", "pydantic", "simpy", "rich", "holidays", "numba")
    code = f"import sys, sim.cli; sim.cli.parser(); print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


ARTICLE = "scenarios/aliexpress.yaml"
PICTURES = ("matplotlib", "PIL", "jinja2")
UNUSED = {
    ("validate", "-q", ARTICLE): ("numpy", "pandas", "pyarrow", "scipy", "simpy", "rich", *PICTURES),
    ("show", ARTICLE): ("numpy", "pandas", "pyarrow", "scipy", "simpy", "rich", *PICTURES),
    ("trace", ARTICLE, "--order", "17"): ("pandas", "pyarrow", "rich", *PICTURES),
    ("run", ARTICLE, "-q", "--force", "--set", "experiment.replications=1", "--engine", "simpy", "--jobs", "1"): (
        "scipy.special", "matplotlib.pyplot", "matplotlib.style"
    ),
}  # fmt: skip
"""By the words of a command: what takes long to import, and is not for it."""


@pytest.mark.parametrize(("words", "unused"), UNUSED.items(), ids=lambda words: words[0])
def test_a_command_imports_nothing_that_it_does_not_use(
    words: tuple[str, ...], unused: tuple[str, ...], tmp_path: Path
) -> None:
    words += ("--out", str(tmp_path)) if words[0] == "run" else ()
    code = (
        f"import sys, sim.door, sim.cli; assert sim.cli.main({words!r}) == 0; "
        f"print([name for name in {unused!r} if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HOUSE.parent)
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_type_has_the_name_of_another() -> None:
    """A name that stands for two things is looked up twice: classes, and names given to types."""
    places: dict[str, set[str]] = {}
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for name in _types_in(node):
                places.setdefault(name, set()).add(str(path.relative_to(HOUSE)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def _types_in(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return [name for name in names if name[0].isupper() and not name.isupper() and len(name) > 1]


WRITTEN_DOWN_ONCE = {"offer": 14, "chargeback": 25, "gave_up": 3}
"""A word of one stage or outcome, and the files of `sim` that may name it: more would be a second table.

Logs and open cases (`evidence`, `waiting`) have columns of their own for what was seen of a stage: not counted."""


@pytest.mark.parametrize(("word", "most"), WRITTEN_DOWN_ONCE.items())
def test_a_stage_and_an_outcome_are_written_down_once(word: str, most: int) -> None:
    """What is said of a stage stands in `sim/vocabulary/stages.py`, of an outcome in `endings.py`; see there."""
    pages = [path for path in PAGES if not {"evidence", "waiting"} & set(re.split(r"\W|_", str(path)))]
    named = [path for path in pages if word in path.read_text(encoding="utf-8").lower()]
    assert len(named) <= most, [str(path.relative_to(HOUSE)) for path in named]


def test_every_stage_has_all_that_is_said_of_it() -> None:
    """A new stage is a row of the table; journal, columns and paths follow from it."""
    from sim.experiment.columns import COLUMNS
    from sim.records.life import INSTANTS
    from sim.vocabulary import Stage
    from sim.vocabulary.stages import OF_PATHS, STAGES, STEPS, instant_of

    assert set(STAGES) == set(Stage)
    for stage in Stage:
        assert {f"{stage.word}_{step}_at" for step in STEPS} <= set(INSTANTS)
        assert {instant_of(stage, "opened"), instant_of(stage, "settled")} <= set(COLUMNS)
    for stage in OF_PATHS:
        assert STAGES[stage].done
        assert STAGES[stage].doing


WITH_AN_INTERVAL = {
    "sim/experiment/number.py": "the one number",
    "sim/experiment/estimates.py": "arrays of many, while they are estimated",
    "sim/live/levers.py": "no interval: from where to where a lever can be moved",
    "sim/baselines/reading.py": "keys of a file, of which a summary is made again when a baseline is read",
}
VALUES = {"value", "mean", "share", "difference", "orders", "observed", "expected", "simulated", "estimate"}


def test_a_value_with_its_interval_is_one_type() -> None:
    """A class that has a value, a low and a high end is `Number`, or it says above why it is none."""
    found = set()
    for path in PAGES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            body = node.body if isinstance(node, ast.ClassDef) else []
            fields = {str(getattr(one.target, "id", "")) for one in body if isinstance(one, ast.AnnAssign)}
            if {"low", "high"} <= fields and VALUES & fields:
                found.add(f"sim/{path.relative_to(HOUSE).as_posix()}")
    assert found == set(WITH_AN_INTERVAL)


CIRCLES = {
    "sim.scenario.model": "`with_changes` is a method of what users hold, and loads anew",
    "sim.compiled.machine_code": "compiles where no code is at hand, without which it needs no Numba",
}
"""What imports, when it is called, a module that imports it; and why."""


def test_no_modules_import_each_other() -> None:
    """Imports for types and those inside functions counted: a reader follows them as well."""
    below = {name: _modules_of(page) for name, page in MODULES.items()}
    for name in CIRCLES:
        assert any(name in _all_below(other, below) for other in below[name]), f"{name} is in no circle any more"
        below[name] = set()
    assert [name for name in below if name in _all_below(name, below)] == []


MODULES = {
    ".".join(path.relative_to(HOUSE.parent).with_suffix("").parts).removesuffix(".__init__"): path for path in PAGES
}


def _modules_of(page: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (named & MODULES.keys()) or {node.module}
    return found & MODULES.keys()


def _all_below(name: str, below: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = set(below[name])
    while ahead:
        seen |= (now := {ahead.pop()})
        ahead |= set().union(*(below[one] for one in now)) - seen
    return seen


LAYERS = {
    "scenario": r"<(div|table|br|p|strong)\b",
    "show/*.py": r"from sim\.show\.checked",
    "show/report": r"^(from|import) (matplotlib|sim\.show\.charts)",
}
"""What does not stand there: markup beside what is described, words of a check in other tables, and matplotlib (or
what draws with it) in a report."""


@pytest.mark.parametrize(("where", "what"), LAYERS.items())
def test_a_layer_knows_nothing_of_the_next_one(where: str, what: str) -> None:
    pages = HOUSE.glob(where) if where.endswith(".py") else (HOUSE / where).rglob("*.py")
    found = [str(page) for page in pages if re.search(what, page.read_text(encoding="utf-8"), re.MULTILINE)]
    assert found == []


MODULES_OF_AN_ORDER = 16
"""Modules of which code runs while orders live in SimPy: whoever follows one step by step comes through these."""


def test_following_an_order_takes_few_modules() -> None:
    """In a marketplace with something of everything, from its clock's first second to its last."""
    scenario = Scenario.model_validate(PROOF)
    calendars = calendars_of(scenario)
    draws = draw_replication(scenario, 0, calendars)
    world = World(scenario, calendars, Journal(), draws)
    met: set[str] = set()
    sys.setprofile(lambda frame, *_: met.add(str(frame.f_globals.get("__name__"))))
    try:
        live_through(world, draws)
    finally:
        sys.setprofile(None)
    met = {name for name in met if name.startswith("sim.")}
    assert len(met) <= MODULES_OF_AN_ORDER, sorted(met)
    assert "sim.market.order" in met


MODULES_OF_A_VALUE = 14
"""From a scenario file to both engines, for one value of the policy; founders ask for 16 at the most."""
CLOCK, SECONDS = "34 h 17 min 37 s", 123_457
"""How long a seller may take to answer a cancellation, a length that nothing else has."""
ONLY_LOOK = {"sim.scenario.faults", "sim.scenario.sourcing", "sim.scenario.unbounded_requests"}
"""Look at every value of a scenario alike (where it is written, who vouches for it, whether it is a law that goes
too far), and hand none on."""
IN_THE_TWIN = r'"clock"|"requests"|\]\.clock\b|\bspan\.seconds\b'
"""What it is called in the compiled engine, whose steps cannot be watched: field, row, reading, length."""


def test_following_a_policy_value_takes_few_modules(tmp_path: Path) -> None:
    """`policy.cancellation.clock`, from its line in a file to the deadline that either engine makes of it.

    Counted are the page of the model that has the key, every module of which some code has the value itself in hand
    (as text, as a number, as a duration or as the clock of a request) while a file is loaded, drawn, lived through
    in SimPy and laid out for the twin; and the modules of the twin that name it. Not those through which it does
    not go (`ONLY_LOOK`).
    """
    file = tmp_path / "base.yaml"
    base = (HOUSE.parent / "tests/fixtures/base.yaml").read_text(encoding="utf-8")
    file.write_text(base.replace("clock: 9 d", f"clock: {CLOCK}"), encoding="utf-8")
    met = {CancellationTerms.__module__}

    def watch(frame: FrameType, event: str, given: object) -> None:
        name = str(frame.f_globals.get("__name__"))
        if name.startswith("sim.") and event in ("call", "return") and name not in met:
            met.update({name} if any(map(_is_the_clock, (*frame.f_locals.values(), given))) else ())

    sys.setprofile(watch)
    try:
        scenario = load(file)
        calendars = calendars_of(scenario)
        draws = draw_replication(scenario, 0, calendars)
        live_through(World(scenario, calendars, Journal(), draws), draws)
        world_of(scenario, calendars)
    finally:
        sys.setprofile(None)
    twin = {name for name, page in MODULES.items() if name.startswith("sim.compiled.")}
    met |= {name for name in twin if re.search(IN_THE_TWIN, MODULES[name].read_text(encoding="utf-8"))}
    assert {"sim.scenario.policy", "sim.rules.terms", "sim.market.desk", "sim.compiled.desk"} | ONLY_LOOK <= met
    assert len(met - ONLY_LOOK) <= MODULES_OF_A_VALUE, sorted(met)


def _is_the_clock(value: object) -> bool:
    """What is only just being made may lack its parts still."""
    for kind, part in ((RequestTerms, "clock"), (Span, "seconds"), (Duration, "seconds"), (Leaf, "value")):
        value = getattr(value, part, None) if isinstance(value, kind) else value
    return (type(value) is int and value == SECONDS) or (type(value) is str and value == CLOCK)


def test_modules_that_a_text_names_are_there() -> None:
    """`experiment.verdicts.Headline` in a docstring leads somewhere; so does a path."""
    rooms = {page.parent.relative_to(HOUSE).as_posix() for page in PAGES} | {"study", "regression"}
    scenario_keys = {"experiment", "market"}
    gone = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for room, name, more in re.findall(r"`(?:sim\.)?([a-z_]+)\.([a-z_]+)(\.[A-Z]\w+|\.\w+)?`", text):
            is_module = (HOUSE / room / f"{name}.py").exists() or (HOUSE / room / name).is_dir()
            is_key = room in scenario_keys and not more[1:2].isupper()
            is_file = name in ("json", "yaml", "parquet")
            if room in rooms and not is_module and not is_key and not is_file:
                gone.append(f"{page.relative_to(HOUSE)}: {room}.{name}{more}")
    assert gone == []


READ_BACK = {
    "scenario/schema.py": "the first sentence of a docstring",
    "scenario/wording.py": "what pydantic passes on of a message of ours: it keeps nothing but the text",
    "live/answering.py": "the field that a message of the command line begins with",
}
"""Where prose is taken apart, and why."""


def test_nothing_is_stored_as_prose_and_parsed_back() -> None:
    apart = r"\.(r?split|r?partition|replace)\(f?\"(, |: |; |\. |expected |found )\"?"
    found = {str(page.relative_to(HOUSE)) for page in PAGES if re.search(apart, page.read_text(encoding="utf-8"))}
    assert found == set(READ_BACK)
