"""The notebooks: each runs from top to bottom, and what is kept of it is what it prints now."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "notebooks").glob("*.py"))
WARNINGS_ARE_ERRORS = "import warnings\nwarnings.simplefilter('error')"

Notebook = Any
"""nbformat has no types."""


def kept(source: Path) -> Notebook:
    """The notebook with outputs that is kept beside its source."""
    return nbformat.read(source.with_suffix(".ipynb"), as_version=4)


def code_of(notebook: Notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def texts_of(notebook: Notebook) -> list[list[str]]:
    """What each cell of code shows as text. Pictures differ in their bytes, so they are not in it."""
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [[text for output in cell.outputs if (text := text_of(output))] for cell in cells]


def text_of(output: Any) -> str:
    if output.output_type == "stream":
        # Whether machine code has to be made depends on who ran before.
        return "".join(line for line in output.text.splitlines(True) if not line.startswith("compiling the faster"))
    data = output.get("data", {})
    plain = str(data["text/plain"])
    return "" if "image/png" in data or "HTML object" in plain or plain.startswith("<Scenario ") else plain


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_and_its_text_are_one(source: Path) -> None:
    written, shown = jupytext.read(source), kept(source)
    assert [(cell.cell_type, cell.source) for cell in written.cells] == [
        (cell.cell_type, cell.source) for cell in shown.cells
    ]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing(source: Path) -> None:
    """It calls the package: what is worth defining is worth having there."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    assert not [node for node in ast.walk(tree) if isinstance(node, definitions)]


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_runs_without_a_warning_and_shows_what_is_kept_of_it(source: Path, tmp_path: Path) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    workshop = tmp_path / "notebooks"
    workshop.mkdir()
    notebook = jupytext.read(source)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(WARNINGS_ARE_ERRORS))
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": workshop}})
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    client.execute(env=env)
    assert texts_of(notebook)[1:] == texts_of(kept(source))
