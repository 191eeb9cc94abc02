"""What the README shows of the program, as the program prints it now.

    python tests/regression/readme_blocks.py            which blocks are stale (exit code 1 where one is)
    python tests/regression/readme_blocks.py --write    refresh them, and the picture

A block is a comment that names the command, and the text that it prints:

    <!-- example: refund-sim trace scenarios/aliexpress.yaml --order 17 -->     the command itself
    <!-- table: scenarios/aliexpress.yaml -->                                   `refund-sim run` of this scenario
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "images" / "time_to_money.png"
_BLOCK = re.compile(r"<!-- (example|table): (.+) -->\n```text\n((?:.*\n)*?)```\n")
_ABOUT_THE_TERMINAL = {"COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TERM"}


class Block(NamedTuple):
    """A part of the README that the program wrote."""

    kind: str
    """`example` or `table`."""
    names: str
    """The command, or the scenario of the table."""
    text: str
    """What the README says that it prints."""

    @property
    def command(self) -> list[str]:
        """The words to type, without `refund-sim`."""
        return shlex.split(self.names)[1:] if self.kind == "example" else ["run", self.names]

    @property
    def picture(self) -> str:
        """Where its result folder has the README's picture."""
        return f"{Path(self.names).stem}/charts/{PICTURE.name}"


def blocks_of(readme: str) -> list[Block]:
    """Every block, in order."""
    return [Block(*found) for found in _BLOCK.findall(readme)]


def printed(block: Block, out: Path) -> str:
    """What its command prints where there is no terminal, without spaces at line ends; results go to `out`."""
    words = [*block.command, *(("--out", str(out)) if block.kind == "table" else ())]
    env = {name: value for name, value in os.environ.items() if name not in _ABOUT_THE_TERMINAL}
    command = [sys.executable, "-m", "sim", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def refreshed(readme: str, *, picture: Path | None = None) -> str:
    """The README with every block as its command prints it now; the picture as well, where one is named."""

    def block_now(found: re.Match[str]) -> str:
        block = Block(*found.groups())
        with tempfile.TemporaryDirectory() as folder:
            text = printed(block, Path(folder))
            if picture and block.kind == "table":
                picture.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(folder) / block.picture, picture)
        return f"<!-- {block.kind}: {block.names} -->\n```text\n{text}```\n"

    return _BLOCK.sub(block_now, readme)


def main() -> int:
    """Carry out what the command line asks. Returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="refresh the README and its picture")
    write = parser.parse_args().write
    before = README.read_text(encoding="utf-8")
    after = refreshed(before, picture=PICTURE if write else None)
    stale = [old.names for old, new in zip(blocks_of(before), blocks_of(after), strict=True) if old != new]
    if write:
        README.write_text(after, encoding="utf-8")
    sys.stderr.write("".join(f"{'refreshed' if write else 'stale'}: {name}\n" for name in stale) or "all fresh\n")
    return int(bool(stale) and not write)


if __name__ == "__main__":
    sys.exit(main())
