"""Luck that knows the past: what is longer is longer for certain, every story begins with its case's history."""

from __future__ import annotations

from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.arrays import Ints
from sim.chance.instants import instants_after
from sim.chance.past import Past
from sim.chance.streams import Luck
from sim.experiment.engines import COMPILED, SIMPY
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.distributions.families import DurationLaw, draw
from sim.scenario.durations import DAY, HOUR, NEVER, Kind
from sim.scenario.model import Scenario
from sim.waiting.calendars import elapsed, last_look
from sim.waiting.conditioned import Conditions
from sim.waiting.history import Histories
from sim.waiting.replicates import Stories, disagree, drawn_again, tell
from sim.waiting.tails import less_likely, longer
from tests.property.relations import lived_through
from tests.property.strategies import File, scenario_files, scenario_of
from tests.waiting.truth import before_a_dispute, seen_by, told_fully

pytestmark = pytest.mark.usefixtures("machine_code_at_hand")
LAWS = (
    {"exponential": {"mean": "2 d"}},
    {"lognormal": {"median": "5 h", "p95": "30 h"}},
    {"uniform": {"low": "1 d", "high": "9 d"}},
    {"weibull": {"shape": 0.8, "scale": "4 d"}},
    {
        "mixture": [
            {"weight": 0.4, "law": {"lognormal": {"median": "20 min", "p95": "4 h"}}},
            {"weight": 0.6, "law": {"gamma": {"mean": "4 d", "sd": "2 d"}}},
        ]
    },
)
EVEN = (np.arange(20_000) + 0.5) / 20_000


@pytest.mark.parametrize("written", LAWS, ids=lambda law: next(iter(law)))
@pytest.mark.parametrize("than", [0, 3_600, 86_400, 200_000])
def test_what_is_left_is_longer_and_as_likely_as_the_law_says(written: Any, than: int) -> None:
    law = DurationLaw.model_validate(written)
    tail = longer(law, np.full(len(EVEN), than))
    drawn, anew = draw(law, tail.of(EVEN)), draw(law, EVEN)
    assert drawn.min() > than
    assert tail.chance[0] == pytest.approx(np.mean(anew > than), abs=2e-4)
    assert tail.about[0] == pytest.approx(tail.chance[0], rel=0.02, abs=1e-6)
    rest = np.sort(anew[anew > than])
    levels = np.quantile(rest, [0.1, 0.5, 0.9])
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx(levels, rel=0.02)


def test_under_an_exponential_law_elapsed_time_does_not_matter() -> None:
    law = DurationLaw.model_validate({"exponential": {"mean": "2 d"}})
    for than in (0, 1 * DAY, 9 * DAY):
        left = draw(law, longer(law, np.full(len(EVEN), than)).of(EVEN)) - than
        assert left == pytest.approx(draw(law, EVEN), abs=2)


def test_a_constant_is_certain_until_it_is_over_and_impossible_then() -> None:
    law = DurationLaw.model_validate("3 d")
    assert longer(law, np.array([3 * DAY - 1, 3 * DAY, 4 * DAY])).chance.tolist() == [1.0, 0.0, 0.0]


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_chance_that_is_less_by_now_is_met_as_often_as_it_is_now(chance: float, now: float) -> None:
    told = less_likely(EVEN, chance, np.full(len(EVEN), now if 0 < chance < 1 else chance))
    expected = now if 0 < chance < 1 else chance
    assert np.mean(told < chance) == pytest.approx(expected, abs=1e-4)


@st.composite
def calendars(draw_: Any) -> Calendar:
    """A few weeks with some spells a day, of which some touch midnight, and days off."""
    opens, closes = [], []
    for day in range(30):
        if draw_(st.booleans()):
            first = draw_(st.integers(0, DAY - 2))
            last = draw_(st.one_of(st.just(DAY), st.integers(first + 1, DAY)))
            opens.append(day * DAY + first)
            closes.append(day * DAY + last)
    opens.append(30 * DAY)
    closes.append(400 * DAY)
    spells = len(opens)
    first_of = [next(k for k in range(spells) if closes[k] > day * DAY) for day in range(400)]
    days = sorted({instant // DAY for instant in opens if instant < 30 * DAY} | set(range(30, 400)))
    rank = [int(np.searchsorted(days, day)) for day in range(400)]
    return Calendar(opens, closes, first_of, rank, days, 400 * DAY)


@pytest.mark.slow
@settings(max_examples=150)
@given(
    calendars(),
    st.integers(0, 29 * DAY),
    st.integers(0, 5 * DAY),
    st.sampled_from([Kind.WALL, Kind.BUSINESS, Kind.WORK]),
)
def test_the_longest_duration_that_is_over_is_over_and_the_next_is_not(
    calendar: Calendar, since: int, wait: int, kind: Kind
) -> None:
    begun, now = np.array([since]), np.array([since + wait])
    longest = elapsed(begun, now, kind, calendar)
    if longest[0] >= 0:
        assert instants_after(begun, kind, longest, calendar)[0] <= now[0]
    assert instants_after(begun, kind, np.maximum(longest, -1) + 1, calendar)[0] > now[0]


@pytest.mark.slow
@settings(max_examples=150)
@given(calendars(), st.integers(0, 29 * DAY), st.one_of(st.just(0), st.integers(0, 3 * HOUR)))
def test_the_last_look_leads_to_an_answer_by_now_and_a_second_later_does_not(
    calendar: Calendar, now: int, work: int
) -> None:
    at, length = np.array([now]), np.array([work])
    look = last_look(at, length, calendar)
    if look[0] >= 0:
        assert instants_after(look, Kind.WORK, length, calendar)[0] <= now
    assert instants_after(np.maximum(look, -1) + 1, Kind.WORK, length, calendar)[0] > now


@pytest.mark.slow
@settings(max_examples=25, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(scenario_files(), st.integers(1, 40 * DAY), st.booleans())
def test_every_story_begins_with_its_history(file: File, now: int, on_the_hour: bool) -> None:
    now = now // HOUR * HOUR if on_the_hour else now
    lived = lived_through(file)
    histories, _ = seen_by(
        now, lived.records, scenario_has_a_roster=lived.scenario.market.sellers.roster is not None
    )
    histories = histories.of(np.flatnonzero(before_a_dispute(histories)))
    if len(histories):
        expect_their_past(lived.scenario, histories, lived.calendars, now)


def for_all(file: File) -> File:
    """The file without decisions of single orders: replicates are numbered otherwise."""
    chosen = [one for one in file["buyers"].get("choices", []) if not {"order", "replication"} & set(one)]
    return file | {"buyers": file["buyers"] | {"choices": chosen}}


def nobody_waits_for_staff(file: File) -> File:
    """The file with staff for everybody: what lies behind is told without queues (docs/forecast.md)."""
    sellers, mediation = file["market"]["sellers"], file["policy"]["mediation"]
    roster = [{**one, "staff": "unlimited"} for one in sellers["roster"]] if sellers.get("roster") else None
    sellers = sellers | {"staff": "unlimited"} | ({"roster": roster} if roster else {})
    mediation = mediation if mediation == "none" else mediation | {"staff": "unlimited"}
    return file | {
        "market": file["market"] | {"sellers": sellers},
        "policy": file["policy"] | {"mediation": mediation},
    }


def about_their_events(records: Records, seed: int) -> Ints:
    """For each order an instant at one of its own events, or a second, an hour or a day off; or on the hour."""
    rng = np.random.default_rng(seed)
    happens = np.stack([column for name, column in records.claims.items() if name.endswith("_at")])
    happens = np.where(happens < NEVER, happens, 0)
    chosen = (rng.random(happens.shape) * (happens > 0)).argmax(axis=0)
    at = happens[chosen, np.arange(happens.shape[1])] + rng.choice([-1, 0, 0, 1, 3_600, 86_400], happens.shape[1])
    return np.where(rng.random(len(at)) < 0.2, at // HOUR * HOUR, at)


def replay_a_world(file: File, seed: int) -> tuple[int, int]:
    """Every claim of a drawn world is told three times from an instant of its own on, with the file's staff.

    How many claims there are, and how many stories were told with luck that was drawn again.
    """
    file = for_all(file)
    lived = lived_through(nobody_waits_for_staff(file))
    now = about_their_events(lived.records, seed)
    roster = lived.scenario.market.sellers.roster is not None
    histories, rows = seen_by(now, lived.records, scenario_has_a_roster=roster)
    histories = histories.of(np.flatnonzero(told_fully(histories, lived.records, rows)))
    if not len(histories):
        return 0, 0
    return len(histories), expect_their_past(scenario_of(file), histories, lived.calendars, int(now.max()))


@pytest.mark.slow
@settings(max_examples=15, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(scenario_files(), st.integers(0, 2**32 - 1))
def test_at_every_stage_a_story_begins_with_its_history(file: File, seed: int) -> None:
    replay_a_world(file, seed)


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_twenty_thousand_cases_at_instants_of_their_own_have_stories_that_begin_with_them(part: int) -> None:
    cases = again = 0

    @hypothesis.seed(part)
    @settings(max_examples=600, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None)
    @given(scenario_files(), st.integers(0, 2**32 - 1))
    def replay(file: File, seed: int) -> None:
        nonlocal cases, again
        told, drawn_again = replay_a_world(file, seed)
        cases, again = cases + told, again + drawn_again

    replay()
    assert cases > 5_000
    assert again < 0.01 * 3 * cases  # nearly all luck agrees as it is shaped


def expect_their_past(scenario: Scenario, histories: Histories, calendars: Any, now: int) -> int:
    """Three stories of each begin with its history, told alike by both engines; how many were drawn again."""
    conditions = Conditions(scenario, histories, calendars)
    assert not len(conditions.impossible)
    rows, luck, past = np.repeat(np.arange(len(histories)), 3), Luck(1, 7), Past(now)
    wrong = np.flatnonzero(disagree(conditions, rows, told_alike(conditions, rows, luck, past, None)))
    if len(wrong):
        numbers, hopeless = drawn_again(conditions, rows, wrong, luck, past)
        assert not len(hopeless)
        assert not disagree(conditions, rows, told_alike(conditions, rows, luck, past, numbers)).any()
    return len(wrong)


def told_alike(conditions: Conditions, rows: Ints, luck: Luck, past: Past, numbers: Ints | None) -> Stories:
    facts = conditions.facts(rows, luck, numbers=numbers)
    one, other = (
        tell(conditions, rows, facts, past=past, engine=engine, proven=False) for engine in (SIMPY, COMPILED)
    )
    for column, told in one.told.items():
        assert np.array_equal(told, other.told[column]), column
    return one


def test_never_is_no_instant_of_a_history() -> None:
    histories = Histories(np.array([5]), {"paid": np.array([1])}, {})
    assert histories.at("delivered").tolist() == [NEVER]
    assert not histories.has("delivered").any()
