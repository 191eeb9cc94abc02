"""How the documentation site is made: Markdown by MyST, notebooks as they are kept, the reference from the code.

Build it with `.ci/docs`; every warning is an error.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

import architecture  # noqa: E402
import reference  # noqa: E402

import sim  # noqa: E402

project = "refund-sim"
author = copyright = "the refund-sim authors"
release = version = sim.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "_ext"]
default_role = "code"
html_theme = "furo"
html_title = "refund-sim"
html_static_path: list[str] = []
templates_path: list[str] = []
myst_heading_anchors = 3
nb_execution_mode = "off"
autodoc_typehints = "description"
autodoc_member_order = "bysource"
suppress_warnings = ["myst.xref_missing"]
"""Pages are also read where they lie, in a browser of the repository: links into the code lead there only."""


def setup(_: object) -> None:
    """Whatever is generated, before anything is read."""
    reference.write(HERE / "reference")
    architecture.write(HERE / "images" / "architecture.svg")
    gallery = HERE / "gallery"
    gallery.mkdir(exist_ok=True)
    for notebook in sorted((HERE.parent / "notebooks").glob("*.ipynb")):
        shutil.copyfile(notebook, gallery / notebook.name)
    shutil.copyfile(HERE.parent / "CHANGELOG.md", HERE / "changelog.md")
