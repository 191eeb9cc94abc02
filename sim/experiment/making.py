"""Having the compiled engine's machine code at hand: before a run, or beside it for the next ones.

Beside it, that is a process of the lowest priority, which nobody waits for. It goes on when its command has ended
well, and ends at once when that is interrupted or killed: the command holds one end of a pipe, and says so in it.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from threading import Thread
from typing import Any

from sim.compiled import machine_code, places
from sim.errors import UserError
from sim.experiment.engines import Tell, to_stderr
from sim.experiment.twin_check import prove

COMPILING = "compiling the engine, this once: ten to twenty seconds\n"
BESIDE = "compiling the faster engine in the background, this once; this run does not wait for it\n"
KEPT_NOWHERE = "machine code can be kept nowhere ({}): compiled for this command only\n"
MAKE = "from sim.experiment.making import main; main()"
GO_ON = b"!"
"""What a command that has ended well says in the pipe."""


def have_ready(tell: Tell, *, once_more: bool = False) -> str | None:
    """Have the machine code at hand, for worker processes as well. Returns why that cannot be; None where it is.

    Where none is at hand it is made, proven and kept, which takes some seconds. What has been found not to fit here
    is not tried again, unless `once_more`.
    """
    if machine_code.is_at_hand():
        return None
    known = None if once_more else machine_code.unfit()
    if known:
        return known
    tell(COMPILING)
    with places.alone(patient=True):
        # Another process may have made it while this one waited.
        return None if machine_code.at_hand() else _made(tell)


def warm(*, tell: Tell = to_stderr) -> dict[str, Any]:
    """Prepare the machine code of the compiled engine: what `refund-sim warm` does.

    Compiles where none is at hand, also where that has been found not to work before. Returns `file`, where it
    lies, `edition`, what it was made from, and whether it was `made` now.

    Raises UserError where it cannot be made: simulations then run on SimPy; and where it can be kept nowhere.
    """
    lasting = places.folders()
    was_there = machine_code.is_at_hand()
    if misfit := have_ready(tell, once_more=True):
        raise UserError(f"the compiled engine does not run here, and SimPy does its work: {misfit}")
    place = places.place_of_code()
    if place is None or place.parent not in lasting:
        raise UserError(
            f"nothing is prepared: none of {', '.join(map(str, lasting))} can be written to; "
            f"name a folder that can in the environment, as {places.ELSEWHERE}"
        )
    return {"file": str(place), "edition": places.edition(), "made": not was_there}


def _made(tell: Tell) -> str | None:
    try:
        prove()
    except Exception as reason:  # whatever another version of Numba does differently
        why = f"{type(reason).__name__}: {str(reason).strip().partition(os.linesep)[0]}"
        with suppress(OSError):
            places.keep(why.encode(), places.UNFIT)
        return why
    if not places.is_still_so():
        return "its sources changed while it was compiled"
    made = machine_code.written(machine_code.MADE)
    try:
        places.keep(made)
    except OSError as refused:
        tell(KEPT_NOWHERE.format(f"{refused.filename}: {refused.strerror}"))
        _keep_for_this_process(made)
    return None


def _keep_for_this_process(made: bytes) -> None:
    """Where its workers find it too."""
    folder = tempfile.TemporaryDirectory(prefix="refund-sim-")
    atexit.register(folder.cleanup)
    os.environ[places.ELSEWHERE] = folder.name
    places.keep(made)


# ------------------------------------------------------------------------------------------ beside a run


_beside: list[subprocess.Popen[bytes]] = []
"""The process that this one has started, if any."""


def begin_beside(tell: Tell) -> None:
    """Start making the machine code in the background, unless somebody is at it already."""
    if _beside:
        return
    with places.alone(patient=False) as nobody_else:
        if not nobody_else:
            return
    # Nobody reads what it may have to say: whoever waits for the end of this command's output waits for no other.
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    path = os.pathsep.join(os.path.abspath(folder or os.getcwd()) for folder in sys.path)
    idle = getattr(subprocess, "IDLE_PRIORITY_CLASS", 0)  # what Windows has instead of being nice
    with suppress(OSError):
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", MAKE],
            stdin=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            cwd=tempfile.gettempdir(),
            creationflags=idle,
            **nowhere,  # type: ignore[call-overload]
        )
        _beside.append(process)
        atexit.register(_let_it_go_on)
        tell(BESIDE)


def stop_beside() -> None:
    """This command was interrupted: what it began in the background ends too."""
    while _beside:
        process = _beside.pop()
        with suppress(OSError), process.stdin:  # type: ignore[union-attr]
            process.kill()
            process.wait()


def _let_it_go_on() -> None:
    """This command has ended well."""
    for process in _beside:
        with suppress(OSError), process.stdin as pipe:  # type: ignore[union-attr]
            pipe.write(GO_ON)
        process.returncode = 0  # nobody waits for it, and Python need not complain of that


def main() -> None:
    """The life of the process in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_the_command, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(19)
    with places.alone(patient=False) as nobody_else:
        if nobody_else and not machine_code.is_at_hand():
            _made(lambda line: None)


def _end_with_the_command() -> None:
    """Unless it says that all is well."""
    if os.read(sys.stdin.fileno(), 1) != GO_ON:
        os._exit(1)
