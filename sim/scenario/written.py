"""What a scenario says, as JSON has it: written out once for all who ask while it is at hand."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from sim.scenario.model import Scenario

_WRITTEN: deque[tuple[Scenario, Mapping[str, Any]]] = deque(maxlen=16)
"""Of the scenarios met last: they never change."""


def as_json(scenario: Scenario) -> Mapping[str, Any]:
    """Complete, by the names that a file has for its parts. It is shared, and only to be read."""
    # Of a copy: whoever hands in an executor of threads adds to it meanwhile.
    found = next((written for known, written in tuple(_WRITTEN) if known is scenario), None)
    if found is None:
        _WRITTEN.append((scenario, found := scenario.model_dump(mode="json", by_alias=True)))
    return found


def document_of(scenario: Scenario) -> str:
    """The same as text, which can be sent anywhere."""
    return json.dumps(as_json(scenario), allow_nan=False)
