"""A busy little market with a baseline, for tests of `baseline` and `check`."""

from __future__ import annotations

import shutil
from pathlib import Path

from sim.scenario.resolved import resolved_yaml
from tests.regression.program import Answer, Ask
from tests.unit.busy_market import BUSY
from tests.worlds import world

REPLICATIONS = 8
CLOCK = "policy.cancellation.clock"
SILENCE = "policy.cancellation.on_silence"
NINE_DAYS = BUSY | {
    "name": "nine-days",
    CLOCK: "9 d",
    "experiment.replications": REPLICATIONS,
    "buyers.offers": {"reservation": {"uniform": {"low": 0.1, "high": 0.9}}},
}
"""The seller has nine days to answer, and nearly always does before. Nobody ever offers a part of the price."""
TWO_DAYS = NINE_DAYS | {"name": "two-days", CLOCK: "2 d"}
"""The seller has two days, so that silence often decides."""


def market(folder: Path, changes: dict[str, object], name: str = "market.yaml") -> Path:
    """The scenario file of a market."""
    file = folder / name
    file.write_text(resolved_yaml(world(changes)), encoding="utf-8")
    return file


class Gate:
    """A scenario file and the folder of its baseline, and the commands that one gives about them."""

    def __init__(self, file: Path, baselines: Path, ask: Ask) -> None:
        self.file, self.baselines, self._ask = file, baselines, ask

    def baseline(self, *options: object) -> Answer:
        """Record it."""
        return self._ask("baseline", self.file, "--baselines", self.baselines, "--jobs", 1, *options)

    def check(self, *options: object) -> Answer:
        """Hold it against its baseline."""
        return self._ask("check", self.file, "--baselines", self.baselines, "--jobs", 1, *options)

    def sets(self, path: str, value: str) -> Answer:
        """Hold it against its baseline, with one value changed."""
        return self.check("--set", f"{path}={value}")


def copied(gate: Gate, folder: Path, ask: Ask) -> Gate:
    """The same in another folder, where it may be spoilt."""
    shutil.copytree(gate.baselines, folder / "baselines")
    shutil.copy(gate.file, folder / gate.file.name)
    return Gate(folder / gate.file.name, folder / "baselines", ask)
