"""Tables whose columns are worked out when they are read: the same numbers, and nothing that nobody asked for."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from sim.experiment.experiment import run
from sim.experiment.light import sums_of_one
from sim.experiment.measures import RATIOS
from sim.experiment.observation import UnaskedReading
from sim.experiment.on_demand import KeptRows, OnDemand, kept_rows, one_below_the_other
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


def of_orders(replication: int, *cents: int) -> KeptRows:
    numbers = np.arange(len(cents))
    return kept_rows(
        UnaskedReading(), [np.full_like(numbers, replication), numbers, np.array(cents, dtype=np.int64)]
    )


def test_amounts_of_any_size_lie_below_each_other_as_they_were_and_travel_so() -> None:
    small, large, none = of_orders(0, 150, 0), of_orders(1, 10**12 + 50), of_orders(2)
    assert small.blocks[0].itemsize < large.blocks[0].itemsize
    whole = one_below_the_other([small, large, none])
    assert whole["refund"].tolist() == [1.5, 0.0, 10**10 + 0.5]
    assert whole["replication"].tolist() == [0, 0, 1]
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(whole)).frame(), whole.frame())
    beside_a_frame = one_below_the_other([small.frame(), large, none])
    pd.testing.assert_frame_equal(beside_a_frame.frame(), whole.frame())


def test_the_tables_of_a_result_are_made_when_somebody_looks_at_them() -> None:
    result = run(world(BUSY), replications=2, jobs=1)
    assert callable(vars(result)["curves"])
    assert not isinstance(vars(result)["orders"], pd.DataFrame)
    assert len(result.orders) == result.about["claims"]
    assert result.orders is result.orders
