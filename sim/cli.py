"""The door: the words of the command line, the exit codes, and the streams and signals that surround a command.

0 fine, 1 a check found that something changed, 2 bad usage or a bad scenario, 3 internal error, 4 a check cannot
tell, 130 interrupted. Nothing heavy is imported here: each command imports what it needs, so that `--help` answers
at once.

Neither streams nor signals change what a command has found. Words that nobody reads any more, or that a full disk
refuses, are lost; a stream that was closed before the start is filled, since its number would else be given to the
next file.
"""

from __future__ import annotations

import argparse
import errno
import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn, TextIO

from sim.arguments import parser
from sim.errors import REFUSALS, RefundSimError, UserError, refused
from sim.scenario.wording import harmless

FINE, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 2, 3, 130
SELDOM = 20_000
"""New objects after which Python looks for garbage: imports and charts make many, and hardly any."""
KEPT = {-1: 64 << 20, -3: 8 << 20}
"""Bytes that glibc keeps when they are free (M_TRIM_THRESHOLD), and from which an array has pages of its own
(M_MMAP_THRESHOLD).

By itself it gives nearly everything back and takes it again for the next replication, a page at a time: two fifths
of all page faults of a run, a tenth of a second.
"""


def door() -> NoReturn:
    """The console command."""
    prepare_streams()
    gc.set_threshold(SELDOM)
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:  # a second one
        code = INTERRUPTED
    if (lost := finish_streams()) and code == FINE:
        _say("cannot write: no space left" if lost.errno == errno.ENOSPC else f"cannot write: {lost.strerror}")
        code = BAD_INPUT
    gc.freeze()  # all is over: Python need not look for garbage as it ends, which takes a fifth of a second
    sys.exit(code)


def main(words: Sequence[str]) -> int:
    """Carry out one command. Returns its exit code; never raises for what a user did."""
    try:
        return _carry_out(parser().parse_args(words))
    except SystemExit as told:  # argparse has given help, or said what is wrong with the words
        return int(told.code or FINE)
    except UserError as fault:
        _say(str(fault))
        return BAD_INPUT
    except KeyboardInterrupt:
        _stop_beside()
        _say(interrupted())
        return INTERRUPTED
    except RefundSimError as fault:
        _say(f"internal error: {fault}")
        return INTERNAL


def _carry_out(arguments: argparse.Namespace) -> int:
    _keep_memory()
    from sim import commands, outside_commands, worlds_commands

    others = (worlds_commands, outside_commands)
    home = next((one for one in others if arguments.command in one.COMMANDS), commands)
    command = getattr(home, arguments.command)
    try:
        code: int | None = command(arguments)
        sys.stdout.flush()
    except (RefundSimError, KeyboardInterrupt):
        raise
    except MemoryError:
        raise UserError("out of memory: fewer --jobs, or a smaller scenario, may fit") from None
    except Exception as surprise:
        if isinstance(surprise, OSError) and surprise.errno in REFUSALS:
            raise refused(surprise) from None
        import traceback

        _say(traceback.format_exc().rstrip())
        _say(f"internal error ({type(surprise).__name__}): this is a defect of refund-sim, please report it")
        return INTERNAL
    return code or FINE


def _keep_memory() -> None:
    """What was freed is at hand for what comes next, where the system's library can be told so."""
    import ctypes

    with suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        for number, size in KEPT.items():
            library.mallopt(number, size)


def _stop_beside() -> None:
    """What this command began in the background ends with it."""
    making = sys.modules.get("sim.experiment.making")
    if making:
        making.stop_beside()


def _say(message: str) -> None:
    sys.stderr.write(harmless(message) + "\n")


# ------------------------------------------------- the streams that its words go to, and the signals that end it


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


def prepare_streams() -> None:
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


def finish_streams() -> OSError | None:
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
