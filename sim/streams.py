"""What surrounds a command: the streams that its words go to, and the signals that end it.

Neither changes what a command has found. Words that nobody reads any more, or that a full disk refuses, are lost;
a stream that was closed before the start is filled, since its number would else be given to the next file.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import TextIO

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
"""Ctrl-C, and the signals that end a command as it does; SIGHUP is not known everywhere."""


class Steady(io.FileIO):
    """A stream that goes on taking words whatever becomes of them."""

    refused: OSError | None = None
    """Why words were lost; None where they were not, and where a reader has left, who wants no more of them."""

    def write(self, words: bytes, /) -> int:  # type: ignore[override]
        """Always all of them, as far as the writer is concerned."""
        try:
            return super().write(words)
        except BrokenPipeError:
            pass
        except OSError as refused:
            self.refused = self.refused or refused
        return len(memoryview(words).cast("B"))


def prepare() -> None:
    """Make the streams steady, and let SIGTERM and SIGHUP end the command as Ctrl-C does."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # takes the least number that is free
    sys.stdout, sys.stderr = _steady(1, sys.stdout), _steady(2, sys.stderr)
    for name in ENDING:
        known = getattr(signal, name, None)
        if known and signal.getsignal(known) != signal.SIG_IGN:  # who was told to ignore it (nohup) goes on
            signal.signal(known, _interrupt)


def _steady(number: int, there: TextIO | None) -> TextIO:
    """Where dashes and umlauts cannot be shown, escapes can, and YAML and JSON read them back."""
    raw = Steady(number, "w", closefd=False)
    encoding = there.encoding if there else "utf-8"
    is_prompt = raw.isatty() or number == 2
    buffered = io.BufferedWriter(raw)  # type: ignore[type-var]
    return io.TextIOWrapper(buffered, encoding, errors="backslashreplace", line_buffering=is_prompt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def finish() -> OSError | None:
    """All is said, and what comes now is Python's own end. Returns what kept stdout from taking it all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.refused if isinstance(raw, Steady) else None


def interrupted() -> str:
    """What an interrupted command says: with the folders that it has finished, where there are any."""
    placing = sys.modules.get("sim.disk.placing")
    places = ", ".join(map(str, placing.finished)) if placing else ""
    return f"interrupted; complete: {places}" if places else "interrupted"
