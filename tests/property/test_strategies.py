"""The random marketplaces are what they claim to be: scenario files."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings

from sim.scenario.loading import load
from sim.scenario.resolved import resolved_yaml
from tests.property.strategies import File, scenario_files, scenario_of


@pytest.mark.slow
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(file=scenario_files())
def test_a_drawn_file_can_be_written_down_and_read_again_and_so_can_what_is_written_of_it(file: File) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "drawn.yaml"
        path.write_text(json.dumps(file), encoding="utf-8")  # JSON is YAML, without anchors
        read = load(path)
        assert read.model_dump() == scenario_of(file).model_dump()
        path.write_text(resolved_yaml(read), encoding="utf-8")
        assert load(path) == read
