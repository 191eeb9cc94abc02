"""The formulas themselves, each against a slow numerical way to the same number. No simulation here."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import gammainc

from tests.theory.formulas import (
    Desk,
    DeskWithClock,
    DeskWithPatience,
    limited_phase_ends_by,
    outlasts,
    phases_end_by,
    settles,
)

Floats = NDArray[np.float64]


def stationary(transitions: Floats) -> Floats:
    """The law that a chain's transition matrix leaves as it is."""
    equations = np.vstack([transitions.T - np.eye(len(transitions)), np.ones(len(transitions))])
    solution: Floats = np.linalg.lstsq(equations, np.append(np.zeros(len(transitions)), 1), rcond=None)[0]
    return solution


def birth_and_death(up: float, downs: Floats) -> Floats:
    """Long-run shares of time in the states 0, 1, …, by brute force on the chain seen at a very fast clock."""
    size = len(downs) + 1
    moves = np.diag(np.full(size - 1, up), 1) + np.diag(downs, -1)
    moves -= np.diag(moves.sum(axis=1))
    return stationary(np.eye(size) + moves / (up + downs.max()))


@pytest.mark.parametrize("staff", [1, 3])
def test_a_desk_is_a_birth_and_death_chain(staff: int) -> None:
    desk = Desk(arrivals=0.6 * staff, services=1, staff=staff)
    shares = birth_and_death(desk.arrivals, np.minimum(np.arange(1.0, 120.0), staff))
    present = np.arange(len(shares))
    assert desk.waits == pytest.approx(shares[staff:].sum(), rel=1e-9)
    assert desk.mean_waiting == pytest.approx(shares @ np.maximum(present - staff, 0), rel=1e-9)


def test_with_staff_of_one_everything_takes_an_exponential_time() -> None:
    desk = Desk(arrivals=0.6, services=1)
    assert [desk.takes_beyond(t) for t in (0, 1, 5)] == pytest.approx([exp(-0.4 * t) for t in (0, 1, 5)])
    assert desk.waits == pytest.approx(desk.utilisation)


def test_what_a_case_takes_at_a_desk_of_three_is_its_wait_and_its_work() -> None:
    desk = Desk(arrivals=2.1, services=1, staff=3)
    worked_on, _ = quad(lambda s: exp(-s) * desk.waits_beyond(2 - s), 0, 2)
    assert desk.takes_beyond(2) == pytest.approx(worked_on + exp(-2), rel=1e-9)


@pytest.mark.parametrize("load", [0.9, 1.3])
def test_the_desk_with_a_clock_solves_its_level_crossing_equation(load: float) -> None:
    """The Volterra equation by the trapezoidal rule, from x = 0 upwards."""
    desk, steps = DeskWithClock(arrivals=load, services=1, clock=3), 3000
    step = desk.clock / steps
    survival = np.exp(-step * np.arange(steps + 1))
    density = np.empty(steps + 1)
    density[0] = load
    for n in range(1, steps + 1):
        known = survival[n] + step * (density[1:n] @ survival[n - 1 : 0 : -1] + density[0] * survival[n] / 2)
        density[n] = load * known / (1 - load * step / 2)
    idle = 1 / (1 + np.trapezoid(density, dx=step))
    assert desk.idle == pytest.approx(idle, rel=1e-6)
    assert desk.misses == pytest.approx(
        idle * (survival[-1] + np.trapezoid(density * survival[::-1], dx=step)), rel=1e-6
    )
    assert desk.mean_wait == pytest.approx(
        idle * np.trapezoid(density * np.arange(steps + 1) * step, dx=step), rel=1e-6
    )
    assert desk.waits_beyond(1) == pytest.approx(idle * np.trapezoid(density[steps // 3 :], dx=step), rel=1e-6)


@pytest.mark.parametrize("load", [0.9, 1.3])
def test_the_desk_with_a_clock_is_the_limit_of_desks_whose_time_goes_in_steps(load: float) -> None:
    """No level crossing, no PASTA: what one arrival leaves behind for the next, v → max(min(v + S, D) − A, 0)."""
    desk = DeskWithClock(arrivals=load, services=1, clock=3)
    coarse, fine = (share_missed_in_steps(desk, steps) for steps in (100, 200))
    assert desk.misses == pytest.approx(2 * fine - coarse, rel=1e-4)  # the error is linear in the step


def share_missed_in_steps(desk: DeskWithClock, steps: int) -> float:
    """Handling and gaps are geometric in steps of clock/steps; the chain has one state for each step."""
    step = desk.clock / steps
    works_on, stays_away = exp(-desk.services * step), exp(-desk.arrivals * step)
    rise, fall = np.zeros((steps + 1, steps + 1)), np.zeros((steps + 1, steps + 1))
    for v in range(steps + 1):
        rise[v, v:] = works_on ** np.arange(steps + 1 - v) * (1 - works_on)
        rise[v, -1] = works_on ** (steps - v)
        fall[v, v::-1] = stays_away ** np.arange(v + 1) * (1 - stays_away)
        fall[v, 0] = stays_away**v
    return float(stationary(rise @ fall) @ works_on ** np.arange(steps, -1, -1))


def test_what_a_clock_leaves_of_the_requests_is_what_the_staff_work_off() -> None:
    desk = DeskWithClock(arrivals=1.3, services=1, clock=3)
    assert desk.arrivals * (1 - desk.misses) == pytest.approx(desk.services * desk.utilisation)
    assert desk.takes_beyond(desk.clock) == pytest.approx(desk.misses)


def test_a_very_long_clock_is_none() -> None:
    endless, plain = DeskWithClock(arrivals=0.6, services=1, clock=200), Desk(arrivals=0.6, services=1)
    assert endless.misses == pytest.approx(0, abs=1e-30)
    assert endless.mean_wait == pytest.approx(plain.mean_wait)
    assert endless.takes_beyond(2) == pytest.approx(plain.takes_beyond(2))


@pytest.mark.parametrize("load", [0.9, 1.3])
def test_impatient_requests_are_a_birth_and_death_chain(load: float) -> None:
    desk = DeskWithPatience(arrivals=load, services=1, leaving=0.25)
    shares = birth_and_death(load, 1 + 0.25 * np.arange(1.0, 80.0))
    mean = shares @ np.arange(len(shares))
    assert desk.idle == pytest.approx(shares[0], rel=1e-9)
    assert desk.withdrawn == pytest.approx(desk.leaving * mean / load, rel=1e-9)
    assert desk.mean_stay == pytest.approx(mean / load, rel=1e-9)


def test_whoever_wins_the_race_and_the_clock_that_stops_it_make_a_whole() -> None:
    rates = (0.5, 0.3, 0.2)
    assert sum(settles(rate, rates, 1.2) for rate in rates) + outlasts(1.2, rates) == pytest.approx(1)
    first, _ = quad(lambda t: 0.5 * exp(-0.5 * t) * exp(-0.3 * t) * exp(-0.2 * t), 0, 1.2)
    assert settles(0.5, rates, 1.2) == pytest.approx(first)


def test_equal_phases_are_an_erlang_law() -> None:
    assert phases_end_by(7, [3, 3, 3, 3]) == pytest.approx(gammainc(4, 7 / 3), rel=1e-9)


def test_different_phases_are_a_weighted_sum_of_exponentials() -> None:
    means = (1.0, 2.0, 4.0, 6.0)
    weights = [np.prod([a / (a - b) for b in means if b != a]) for a in means]
    by_partial_fractions = 1 - sum(w * exp(-7 / a) for w, a in zip(weights, means, strict=True))
    assert phases_end_by(7, means) == pytest.approx(by_partial_fractions, rel=1e-9)


@pytest.mark.parametrize("t", [7, 9, 14, 30])
def test_a_limited_phase_is_cut_and_its_rest_arrives_at_the_limit(t: float) -> None:
    before, _ = quad(lambda y: exp(-y / 5) / 5 * phases_end_by(t - y, (2,)), 0, min(t, 9))
    assert limited_phase_ends_by(t, 2, 5, 9) == pytest.approx(before + exp(-9 / 5) * phases_end_by(t - 9, (2,)))
