"""`extends: base.yaml`: reading a file and all that it builds on.

A scenario file may come from a stranger, so what it names is followed only to regular files inside its own
folder, and never round in a circle.
"""

from __future__ import annotations

import stat
from pathlib import Path as FilePath

from sim.errors import Fault
from sim.scenario.merging import merged
from sim.scenario.presets import MARK, POINTER, is_pointer, near, no_such_preset, preset, told_as
from sim.scenario.roster_file import WHERE, with_roster
from sim.scenario.schema_paths import Annotations
from sim.scenario.sourcing import Layers
from sim.scenario.strict_yaml import MOST_BYTES, read
from sim.scenario.tree import REFUSED, Keys, Leaf, Node, Path, Place, without
from sim.scenario.wording import printable, shown

EXTENDS = ("extends",)
MOST_LAYERS = 8
"""Files in one chain of `extends`, the scenario itself included."""


def read_chain(path: FilePath, annotations: Annotations) -> tuple[Layers | None, list[Fault]]:
    """Read a scenario file and what it extends, and merge them; none where a fault leaves nothing to check.

    Title and question of a base are its own: a file that says nothing of them has none, and goes by its name.

    `annotations` says what the model expects at the top (see `schema_paths`).
    """
    reader = _ChainReader(path)
    try:
        layers = reader.layers()
    except _Broken:
        return None, reader.faults
    root: Node = layers.pop()
    files, roots = [root.place.file], [root]
    while layers:
        is_another = without(("title", "question"), root)
        root = merged(is_another, layers.pop(), annotations)
        files.append(root.place.file)
        roots.append(root)
    return Layers(tuple(files), roots, root, reader.tables), reader.faults


def with_sellers_named(path: FilePath, root: Node) -> tuple[Node, list[Fault]]:
    """The tree with the sellers of a table that a change names, which lies beside the scenario file."""
    reader = _ChainReader(path)
    reader.seen.append(path)
    try:
        return reader.with_sellers(path, root) if isinstance(root, Keys) else root, reader.faults
    except _Broken:
        return root, reader.faults


class _Broken(Exception):
    """A link of the chain is missing: the rest cannot be checked."""


class _ChainReader:
    def __init__(self, path: FilePath) -> None:
        self.path = path
        self.home: FilePath | None = None
        """The folder that what a file extends lies in: the scenario's, or that of the presets."""
        self.faults: list[Fault] = []
        self.seen: list[FilePath] = []
        self.tables: dict[str, str] = {}

    def broken(self, place: Place, message: str, path: Path = EXTENDS) -> _Broken:
        self.faults.append(place.fault(path if self.seen else (), message))
        return _Broken()

    def layers(self) -> list[Keys]:
        """The file, its base, the base's base, and so on."""
        name, asked = self.path, Place(printable(str(self.path)))
        layers = []
        while True:
            layer = self.layer(name, asked)
            layers.append(layer)
            extends = layer.nodes.get("extends")
            if extends is None or extends == Leaf(extends.place, "none"):
                return [without(EXTENDS, layer) for layer in layers]
            name, asked = self.base(name, extends), extends.place

    def layer(self, name: FilePath, asked: Place) -> Keys:
        """One file, read. `asked` is where its name stands."""
        real = self.followed(name, asked)
        data = self.content(real, asked)
        self.seen.append(real)
        if is_pointer(data):
            self.faults.append(Place(printable(str(name)), 1, 1).fault((), POINTER))
            raise _Broken
        root, faults = read(data, printable(told_as(name)))
        self.faults += faults
        if isinstance(root, Keys):
            return self.with_sellers(name, root)
        if root is not None:
            self.faults.append(root.place.fault((), _NO_MAPPING))
        raise _Broken

    def with_sellers(self, name: FilePath, root: Keys) -> Keys:
        """The same file with the sellers of the table that it names."""

        def read_file(table: str, asked: Place) -> tuple[bytes, str]:
            beside = name.parent / table
            told = printable(told_as(beside))
            self.tables[told] = root.place.file
            real, folder = beside.resolve(), name.resolve().parent
            if not real.is_relative_to(folder):
                raise self.broken(asked, f"{shown(table)} lies outside the scenario's folder", WHERE)
            return self.content(real, asked, WHERE), told

        grown, faults = with_roster(root, read_file)
        self.faults += faults
        return grown

    def base(self, name: FilePath, extends: Node) -> FilePath:
        """The name of the file that another one names, beside it."""
        if not isinstance(extends, Leaf) or not isinstance(extends.value, str):
            if extends == Leaf(extends.place, REFUSED):
                raise _Broken
            found = shown(extends.value) if isinstance(extends, Leaf) else "a list or mapping"
            raise self.broken(extends.place, f"found {found}, expected the name of one file, or none")
        if extends.value.startswith(MARK):
            of_ours = preset(extends.value)
            if of_ours is None:
                raise self.broken(extends.place, no_such_preset(extends.value))
            self.home = of_ours.resolve().parent
            return of_ours
        return name.parent / extends.value

    def followed(self, name: FilePath, asked: Place) -> FilePath:
        """The real file behind a name, inside the folder of the first one."""
        try:
            real = name.resolve()
        except (OSError, RuntimeError):  # a link that leads to itself, or a name that is too long
            raise self.broken(asked, f"{shown(str(name))} cannot be followed") from None
        self.home = self.home or real.parent
        if not real.is_relative_to(self.home):
            raise self.broken(asked, f"{shown(str(name))} lies outside the scenario's folder")
        if real in self.seen:
            raise self.broken(asked, f"{shown(str(name))} extends this file, which makes a circle")
        if len(self.seen) == MOST_LAYERS:
            raise self.broken(asked, f"more than {MOST_LAYERS} files extend each other")
        return real

    def content(self, real: FilePath, asked: Place, path: Path = EXTENDS) -> bytes:
        try:
            if not stat.S_ISREG(real.stat().st_mode):  # opening a pipe would wait for ever
                raise self.broken(asked, f"{shown(real.name)} is not a regular file", path)
            with real.open("rb") as file:
                return file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            hint = near(real.name, real.parent, mark=MARK if self.seen else "") if path == EXTENDS else ""
            raise self.broken(asked, f"there is no file {shown(real.name)}{hint}", path) from None
        except OSError as error:
            raise self.broken(asked, f"{shown(real.name)} cannot be read: {error.strerror}", path) from None


_NO_MAPPING = "expected a mapping, such as 'name: my_market'"
