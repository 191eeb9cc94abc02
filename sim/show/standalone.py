"""What pages that stand alone share: templates that escape everything, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.scenario.wording import printable

PACKAGE = "sim.show"


@cache
def templates_of(*packages: str) -> Environment:
    """The templates of a package, and of those that it builds on. All is escaped unless it is markup of ours;
    what is not there is an error.

    The filter `plain` spells out what could turn a line round; `steps` lets a path break behind its dots.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = printable
    environment.filters["steps"] = lambda path: Markup(".<wbr>").join(map(printable, path.split(".")))
    return environment


@cache
def text_of(package: str, name: str) -> str:
    """A file beside the templates, such as a style."""
    return resources.files(package).joinpath("templates", name).read_text(encoding="utf-8")


def filled(template: str, styles: Sequence[str], **filling: Any) -> str:
    """A whole page without a script, out of the templates of this folder: one of them, and its styles together."""
    style = "".join(text_of(PACKAGE, name) for name in styles)
    told = templates_of(PACKAGE).get_template(template)
    return told.render(policy=security(style), style=Markup(style), **filling)


def security(style: str, script: str | None = None) -> str:
    """Nothing is loaded, nothing is sent, nothing runs but what stands in the page, named here by its hash."""
    scripts = f" script-src '{hash_source(script)}';" if script is not None else ""
    return f"default-src 'none'; style-src '{hash_source(style)}';{scripts} base-uri 'none'; form-action 'none'"


def hash_source(text: str) -> str:
    """How a policy names a style or a script that may stand in the page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def json_within(data: Mapping[str, Any]) -> Markup:
    """JSON that may stand within a page: no text in it can end the element that holds it."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
