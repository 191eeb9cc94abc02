"""What commands cost as a user types them, in processor seconds from start to end, beside their bars.

    python -m benchmarks.commands           some two minutes

Python's start, imports, files and pictures are all counted, worker processes as well; what goes on in the
background after a command has ended is not, for nobody waits for it. Python keeps its byte code, as after an
installation, whatever the surroundings say of that.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ARTICLE = str(Path(__file__).parents[1] / "scenarios" / "aliexpress.yaml")
RUN = ("run", ARTICLE, "--force", "-q")
TIMES = 3


def main() -> None:
    """Print one line per command as it is measured."""
    for line in lines():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def lines() -> Iterator[str]:
    """Each command, its seconds (the best of some times), and its bar."""
    spent([*RUN, "--engine", "compiled"])  # so that the machine code is at hand
    yield ""
    yield "Commands, from start to end, processor seconds"
    yield f"{'run, machine code at hand':<40} {spent(RUN):>6.2f}   at most 3.5"
    alone, shared = (spent([*RUN, "--engine", "simpy", "--jobs", jobs]) for jobs in ("1", "2"))
    yield f"{'run on SimPy, as without machine code':<40} {alone:>6.2f}"
    yield f"{'two jobs on SimPy, as a ratio to one':<40} {shared / alone:>6.2f}   little above 1"
    yield f"{'trace of one order':<40} {spent(['trace', ARTICLE, '--order', '17']):>6.2f}   below 1"


def spent(words: list[str] | tuple[str, ...], times: int = TIMES) -> float:
    """Processor seconds of a command and of all that it waits for: the best of some times."""
    best = float("inf")
    for _ in range(times):
        before = _children()
        with tempfile.TemporaryDirectory() as folder:
            out = ["--out", folder] if words[0] == "run" else []
            command = [sys.executable, "-m", "sim", *words, *out]
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=_surroundings())
        best = min(best, _children() - before)
    return best


def _surroundings() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"OMP_NUM_THREADS": "1"}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
