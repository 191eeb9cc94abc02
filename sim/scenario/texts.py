"""What the model says of itself, for the schema: texts of classes and of their fields, read from the source.

Python keeps no texts of fields, and with PYTHONOPTIMIZE=2 none of classes. Pydantic would read them at every start
of the command; here they are read when somebody asks.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise


def text_of(model: type) -> str | None:
    """What stands at the head of a class, or of the nearest that it builds on."""
    return next((text for body in _bodies(model) if (text := ast.get_docstring(body))), None)


def texts_of(model: type) -> dict[str, str]:
    """By name of a field: the text below it, in the class itself and in those it builds on."""
    texts: dict[str, str] = {}
    for body in reversed([*_bodies(model)]):
        for field, text in pairwise(body.body):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                    texts[name] = inspect.cleandoc(words)
    return texts


def _bodies(model: type) -> Iterator[ast.ClassDef]:
    """As written here, from the class itself down; not what is made of a generic one as the program runs."""
    for owner in model.__mro__:
        if owner.__module__.startswith("sim.") and "[" not in owner.__name__ and (body := _body(owner)):
            yield body


def _body(owner: type) -> ast.ClassDef | None:
    return _classes(owner.__module__).get(owner.__name__)


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    """Those of a module, by name: each source is read once, not once for each class in it."""
    source = ast.parse(inspect.getsource(sys.modules[module]))
    return {one.name: one for one in ast.walk(source) if isinstance(one, ast.ClassDef)}
