"""Tables whose columns are worked out when they are read: the same numbers, and nothing that nobody asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiment.experiment import run
from sim.experiment.light import sums_of_one
from sim.experiment.measures import RATIOS
from sim.experiment.on_demand import OnDemand
from tests.unit.busy_market import BUSY
from tests.worlds import world


@pytest.mark.parametrize("follow_up", ["none", "2 d"])
def test_what_one_replication_adds_to_every_measure_is_what_a_run_says_of_it(follow_up: str) -> None:
    scenario = world(BUSY | {"experiment.follow_up": follow_up})
    told = run(scenario, replications=1, jobs=1).by_replication.set_index("measure")[["part", "whole"]]
    sums = sums_of_one(scenario, 0, [ratio.name for ratio in RATIOS])
    light = pd.DataFrame(sums, index=["part", "whole"]).T
    pd.testing.assert_frame_equal(light, told, check_names=False, check_exact=True)


def test_a_column_is_worked_out_once_and_only_if_it_is_read() -> None:
    worked_out: list[str] = []

    def column(name: str) -> np.ndarray:
        worked_out.append(name)
        return np.arange(3)

    table = OnDemand({"read": lambda: column("read"), "left": lambda: column("left")}, 3)
    assert table["read"].sum() + table["read"].sum() == 6
    assert worked_out == ["read"]
    assert table.only(np.array([True, False, True]))["left"].tolist() == [0, 2]
    assert list(table.frame(["left", "not there"])) == ["left"]
