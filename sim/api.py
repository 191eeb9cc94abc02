"""The Python interface: `sim.load`, `sim.run`, `sim.trace`."""

from __future__ import annotations

from sim.scenario.loading import load

__all__ = ["load", "run", "trace"]
