"""The door: the words of the command line, and the exit codes.

0 fine, 1 a check found that something changed, 2 bad usage or a bad scenario, 3 internal error, 4 a check cannot
tell, 130 interrupted. Nothing heavy is imported here: each
command imports what it needs, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import errno
import gc
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from sim import streams
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
    streams.prepare()
    gc.set_threshold(SELDOM)
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:  # a second one
        code = INTERRUPTED
    if (lost := streams.finish()) and code == FINE:
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
        _say(streams.interrupted())
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


if __name__ == "__main__":
    door()
