"""Would the tests notice? One operator of the engine is turned round at a time, and some test must fail.

    python benchmarks/mutants.py                       every tenth mutant of market and rules
    python benchmarks/mutants.py --every 1 sim/market/desk.py

Tried in a copy of the sources, on the stories first, and on the unit and property tests if no story fails. What
nobody notices is printed: a test is missing there, or the change cannot show. After DeMillo, Lipton & Sayward,
"Hints on Test Data Selection", *Computer* 11 (1978).
"""

from __future__ import annotations

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).parents[1]
ENGINE = ("sim/market", "sim/rules")
TESTS = (("tests/story",), ("tests/unit", "tests/property"))
"""In the order in which they are tried."""
PATIENCE = 900
"""Seconds after which a test run is taken to hang, which is noticed, too."""
TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
SWAPPED = {"min": "max", "max": "min"}


class Mutant(NamedTuple):
    """A page with one thing turned round."""

    path: Path
    line: int
    was: str
    now: str
    source: str


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every one of a page: comparisons, `and` and `or`, `+` and `-`, `not`, `min` and `max`."""
    source = path.read_text(encoding="utf-8")
    for place in range(sum(1 for _ in ast.walk(ast.parse(source)))):
        tree = ast.parse(source)
        node = list(ast.walk(tree))[place]
        was = ast.unparse(node)
        if _turn_round(node):
            now = ast.unparse(node)
            yield Mutant(path, getattr(node, "lineno", 0), was, now, ast.unparse(ast.fix_missing_locations(tree)))


def _turn_round(node: ast.AST) -> bool:
    """Change a node in its place, if it is one of those that can be turned round."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in TURNED:
            node.ops = [TURNED[type(op)]()]  # type: ignore[list-item]
        case ast.BoolOp(op=op):
            node.op = TURNED[type(op)]()  # type: ignore[assignment]
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            node.op = TURNED[type(node.op)]()  # type: ignore[assignment]
        case ast.UnaryOp(op=ast.Not()):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
        case ast.Call(func=ast.Name(id="min" | "max")):
            node.func.id = SWAPPED[node.func.id]  # type: ignore[attr-defined]
        case _:
            return False
    return True


def noticed_by(mutant: Mutant, copy: Path) -> str:
    """The first tests that fail with it; empty where none do."""
    page = copy / mutant.path.relative_to(HOME)
    page.write_text(mutant.source, encoding="utf-8")
    try:
        return next((tests[0] for tests in TESTS if not _pass(tests, copy)), "")
    finally:
        shutil.copy(mutant.path, page)


def _pass(tests: tuple[str, ...], copy: Path) -> bool:
    options = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not slow and not long"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    try:
        return subprocess.run(command, cwd=copy, capture_output=True, timeout=PATIENCE).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main() -> None:
    """Print each mutant that nobody notices, and how many were noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, default=[HOME / part for part in ENGINE])
    parser.add_argument("--every", type=int, default=10)
    options = parser.parse_args()
    pages = [page for path in options.paths for page in sorted(path.resolve().rglob("*.py")) or [path.resolve()]]
    chosen = [mutant for page in pages for mutant in mutants_of(page)][:: options.every]
    noticed = {tests[0]: 0 for tests in TESTS} | {"": 0}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(HOME, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "results"))
        assert _pass(TESTS[0], copy), "the tests fail without any mutant"
        for mutant in chosen:
            by = noticed_by(mutant, copy)
            noticed[by] += 1
            if not by:
                _say(f"{mutant.path.relative_to(HOME)}:{mutant.line}: {mutant.was}  →  {mutant.now}")
    rest = ", ".join(f"{count} by {by}" for by, count in noticed.items() if by)
    _say(f"{len(chosen)} mutants, {len(chosen) - noticed['']} noticed: {rest}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
