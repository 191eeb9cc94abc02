"""Two engines, one marketplace: whatever a scenario file says, both tell every order's story, to the second."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from sim.chance.draws import draw_replication
from sim.compiled.engine import run_compiled
from sim.errors import BadUsage
from sim.experiment.replication import calendars_of
from sim.market.engine import run_simpy
from sim.scenario.loading import load
from tests.property.relations import differences, lived_through
from tests.property.strategies import File, scenario_files

pytestmark = pytest.mark.usefixtures("machine_code_at_hand")
FOLDER = Path(__file__).parents[2] / "scenarios"
PARTS, EACH = 80, 250
"""The recorded search: so many examples, in parts that each begin with another seed."""
A_FORTNIGHT = {"experiment.warm_up": "0", "experiment.cohort": "14 d", "experiment.run_out": "0"}


def where_they_differ(file: File) -> list[str]:
    """Both engines on the same draws."""
    simpy = lived_through(file)
    return differences(simpy.records, run_compiled(simpy.scenario, simpy.records.draws, simpy.calendars))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(file=scenario_files())
def test_both_engines_tell_the_same_story_of_every_order(file: File) -> None:
    assert where_they_differ(file) == []


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_twenty_thousand_marketplaces_show_no_difference(part: int) -> None:
    @seed(part)
    @settings(max_examples=EACH, derandomize=False, database=None, suppress_health_check=list(HealthCheck))
    @given(file=scenario_files())
    def search(file: File) -> None:
        assert where_they_differ(file) == []

    search()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_both_engines_tell_the_same_story_of_every_scenario_of_the_folder(path: Path) -> None:
    scenario = load(path, A_FORTNIGHT)
    calendars = calendars_of(scenario)
    draws = draw_replication(scenario, 0, calendars)
    simpy, compiled = run_simpy(scenario, draws, calendars), run_compiled(scenario, draws, calendars)
    assert differences(simpy, compiled) == []


def test_the_compiled_engine_refuses_to_write_a_journal() -> None:
    scenario = load(FOLDER / "aliexpress.yaml", A_FORTNIGHT)
    calendars = calendars_of(scenario)
    with pytest.raises(BadUsage, match="writes no journal"):
        run_compiled(scenario, draw_replication(scenario, 0, calendars), calendars, with_journal=True)
