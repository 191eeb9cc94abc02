"""A disk that refuses a step, and a process that is killed at one: every step of `sim.disk.steps`, in turn."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sim.disk import steps

STEPS = (
    "append",
    "begin",
    "make_folder",
    "move",
    "remove",
    "remove_empty",
    "swap",
    "sync_file",
    "sync_folder",
    "write",
)


class Killed(BaseException):
    """Nothing that comes after this is done: a killed process clears nothing up."""


@contextmanager
def _each_step(before: Callable[[str, Any], None]) -> Iterator[None]:
    """Call `before` with the name and the arguments of each step, before it is done."""
    real = {name: getattr(steps, name) for name in STEPS}

    def watched(name: str) -> Callable[..., Any]:
        def step(*where: Any) -> Any:
            before(name, where)
            return real[name](*where)

        return step

    try:
        for name in STEPS:
            setattr(steps, name, watched(name))
        yield
    finally:
        for name, one in real.items():
            setattr(steps, name, one)


def steps_of(do: Callable[[], object]) -> int:
    """How many steps it takes."""
    taken: list[str] = []
    with _each_step(lambda name, _: taken.append(name)):
        do()
    return len(taken)


def _half_done(name: str, where: Any) -> None:
    """A file that was to be written, or added to, is there by half."""
    if name in ("append", "write"):
        path, content = where
        whole = content if isinstance(content, bytes) else next(iter(content), b"")
        with path.open("ab" if name == "append" else "xb") as file:
            file.write(whole[: len(whole) // 2])


@contextmanager
def failing_at(number: int, refusal: int) -> Iterator[None]:
    """The disk refuses one step, counted from 0; a file that was to be written is there by half."""
    taken = iter(range(2**30))

    def before(name: str, where: Any) -> None:
        if next(taken) == number:
            _half_done(name, where)
            raise OSError(refusal, os.strerror(refusal), str(where[0]))

    with _each_step(before):
        yield


@contextmanager
def killed_at(number: int) -> Iterator[None]:
    """The process is killed at one step, counted from 0: a file is there by half, and no step follows."""
    taken = iter(range(2**30))

    def before(name: str, where: Any) -> None:
        if (now := next(taken)) >= number:
            if now == number:
                _half_done(name, where)
            raise Killed

    with _each_step(before):
        yield
