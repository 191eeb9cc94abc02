"""Where the time goes while an experiment runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Adds up wall-clock seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.rounded: dict[str, float] = {}
        """The same for people; it goes on with the watch."""

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        """What happens inside is time spent on this stage."""
        began = perf_counter()
        try:
            yield
        finally:
            self.take_over({stage: perf_counter() - began})

    def take_over(self, seconds: Mapping[str, float]) -> None:
        """Add what another watch has measured, in another process perhaps."""
        for stage, more in seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + more
            self.rounded[stage] = round(self.seconds[stage], 3)
