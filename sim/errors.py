"""What can go wrong, and whose fault it is.

RefundSimError
├── UserError                 the user can mend it: exit code 2, never a traceback
│   ├── BadUsage              the command's words are off
│   ├── BadScenario           a scenario file is faulty: every fault, with its place
│   ├── BadBaseline           a baseline is missing, faulty, or of another layout
│   └── BeyondCalendar        a run went past the last day its calendars know
└── InternalError             we must mend it: exit code 3
    └── BrokenInvariant       something that is always true was not; carries the order's story
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

MOST_TOLD = 100
"""Faults that a message spells out; of further ones it says how many they are."""


class RefundSimError(Exception):
    """Anything this package raises on purpose."""


class UserError(RefundSimError):
    """The user can mend it."""


class BadUsage(UserError):
    """The command, or a call from Python, was given words it does not know."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in a scenario file: where it stands, and what was found and expected there.

    `line` and `column` count from 1; both are 0 where the fault has no place in a file
    (a value that is missing altogether is placed at the mapping that should hold it).
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class BadScenario(UserError):
    """A scenario file is faulty. `faults` holds all of them, in their order; the message has the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        told, more = self.faults[:MOST_TOLD], len(self.faults) - MOST_TOLD
        rest = [f"… and {more:,} more fault{'s' if more > 1 else ''}"] if more > 0 else []
        super().__init__("\n".join([*map(str, told), *rest]))


class BadBaseline(UserError):
    """A baseline is not there, cannot be read, or cannot be kept. The message says which file, and what helps."""


class BeyondCalendar(UserError):
    """A run went past the last day its calendars know (`Experiment.calendar_days`)."""


class InternalError(RefundSimError):
    """A defect of this package."""


class BrokenInvariant(InternalError):
    """Something that is true after every run was not. The message tells the order's story."""


REFUSALS = {
    number
    for name in (
        *("EACCES", "EAGAIN", "EDQUOT", "EFBIG", "EIO", "EISDIR", "ELOOP", "EMFILE", "ENAMETOOLONG", "ENFILE"),
        *("ENOMEM", "ENOSPC", "ENOTDIR", "EPERM", "EROFS", "ESTALE", "ETXTBSY"),
    )
    if (number := getattr(errno, name, None)) is not None
}
"""What a system says when it refuses something for reasons that a user can mend."""


def refused(why: OSError, doing: str = "the system refuses it", where: str | os.PathLike[str] = "") -> UserError:
    """What the system refused as something for the user to mend: which place, what for, and why."""
    named = why.filename if isinstance(why.filename, str) else ""
    place = os.fspath(where) or named
    said = why.strerror or str(why)
    if why.errno and "[errno" in said:  # Arrow tells a story around it, with hidden files in it
        said = os.strerror(why.errno)
    return UserError(f"{place}{': ' if place else ''}{doing}: {said}")


@contextmanager
def refusing(doing: str, where: str | os.PathLike[str]) -> Iterator[None]:
    """What the system refuses within, told as `refused` does."""
    try:
        yield
    except OSError as why:
        raise refused(why, doing, where) from why
