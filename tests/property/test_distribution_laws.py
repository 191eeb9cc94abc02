"""Any law that can be written: its parts agree with each other, and nothing else gets through."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.errors import UserError
from sim.scenario.distributions.families import DurationLaw, NumberLaw, draw
from sim.scenario.durations import LONGEST, NEVER

GRID = (np.arange(4_000) + 0.5) / 4_000
LUCK = np.concatenate([[0.0, 1e-300, 1e-17], GRID, [1 - 2.0**-53]])

amounts = st.floats(-1000, 1000).map(lambda amount: round(amount, 6))
positive = st.floats(0.01, 1000)
spreads = st.floats(0.05, 2)


def ascending(*keys: str) -> st.SearchStrategy[dict[str, float]]:
    size = len(keys)
    return st.lists(amounts, min_size=size, max_size=size).map(lambda xs: dict(zip(keys, sorted(xs), strict=True)))


def quantiles(values: list[float]) -> dict[float, float]:
    return {k / (len(values) - 1): value for k, value in enumerate(sorted(values))}


def named(name: str, **parameters: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({name: st.fixed_dictionaries(parameters)})


continuous = st.one_of(
    st.fixed_dictionaries({"triangular": ascending("low", "mode", "high")}),
    st.fixed_dictionaries({"uniform": ascending("low", "high")}),
    named("exponential", mean=positive),
    named("lognormal", mu=st.floats(-3, 3), sigma=spreads),
    named("lognormal", mean=positive, sd=positive),
    named("weibull", shape=st.floats(0.5, 5), mean=positive),
    named("gamma", shape=st.floats(0.5, 50), scale=positive),
)
observed = st.one_of(
    amounts,
    named("empirical", values=st.lists(amounts, min_size=1, max_size=6)),
    named("empirical", quantiles=st.lists(amounts, min_size=2, max_size=6).map(quantiles)),
)


def mixture(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def weighed(parts: list[tuple[int, Any]]) -> dict[str, Any]:
        total = sum(count for count, _ in parts)
        return {"mixture": [{"weight": count / total, "law": law} for count, law in parts]}

    some = st.lists(st.tuples(st.integers(0, 9), of), min_size=1, max_size=4)
    return some.filter(lambda parts: any(count for count, _ in parts)).map(weighed)


simple = continuous | observed


@st.composite
def truncated(draw_from: st.DrawFn, of: st.SearchStrategy[Any]) -> dict[str, Any]:
    """A law kept to where two of its own values lie."""
    law = draw_from(of)
    low, high = sorted(NumberLaw.model_validate(law).ppf(np.array(draw_from(st.tuples(*[st.floats(0, 0.99)] * 2)))))
    bounds = draw_from(st.sampled_from([{"low": low}, {"high": high}, {"low": low, "high": high}]))
    written = {"truncated": {"law": law, **{key: float(bound) for key, bound in bounds.items()}}}
    assume(accepted(written) is not None)
    return written


def accepted(written: Any) -> NumberLaw | None:
    try:
        return NumberLaw.model_validate(written)
    except ValidationError:
        return None


any_law = st.recursive(simple, lambda inner: mixture(inner) | truncated(inner), max_leaves=4)


def a_last_bit(values: Any) -> Any:
    """Rounding at the scale of a law: interpolation may be so far off where two lines meet."""
    return 1e-12 * np.max(np.abs(values))


def law_of(written: Any) -> NumberLaw:
    return NumberLaw.model_validate(written)


@given(simple)
def test_more_luck_never_gives_less(written: Any) -> None:
    values = law_of(written).ppf(LUCK)
    assert np.all(np.diff(values) >= -a_last_bit(values))


@given(continuous)
def test_the_distribution_function_undoes_its_inverse(written: Any) -> None:
    law = law_of(written)
    low, high = law.support()
    assume(high - low > 1e-6 * max(abs(low), 1))
    np.testing.assert_allclose(law.cdf(law.ppf(GRID)), GRID, rtol=1e-7, atol=1e-9)


@given(any_law, st.floats(0, 1))
def test_the_distribution_function_is_the_share_of_luck_that_gives_at_most_so_much(written: Any, at: float) -> None:
    law = law_of(written)
    values = law.ppf(GRID)
    x = np.sort(values)[int(at * (len(GRID) - 1))]
    nudge = 1e-9 * (1 + abs(x))
    below, above = np.mean(values <= x - nudge), np.mean(values <= x + nudge)
    tolerance = 16 / len(GRID)
    assert below - tolerance <= law.cdf(x) <= above + tolerance


@given(any_law)
def test_no_value_lies_outside_the_support(written: Any) -> None:
    law = law_of(written)
    low, high = law.support()
    values = law.ppf(LUCK)
    assert np.all(np.isfinite(values))
    assert np.all((values >= low - a_last_bit(values)) & (values <= high + a_last_bit(values)))
    assert low - a_last_bit(values) <= law.mean() <= high + a_last_bit(values)


@given(any_law, st.floats(0, 0.9), st.floats(0, 0.9))
def test_a_truncated_law_is_the_conditional_one(written: Any, one: float, other: float) -> None:
    whole = law_of(written)
    low, high = np.sort(whole.ppf(np.array([one, other])))
    law = accepted({"truncated": {"law": written, "low": float(low), "high": float(high)}})
    assume(law is not None and whole.cdf(high) - whole.cdf(np.nextafter(low, -np.inf)) > 1e-3)
    assert law is not None
    values = law.ppf(LUCK)
    assert np.all((low <= values) & (values <= high))
    x = np.linspace(low, high, 7)
    start = whole.cdf(np.nextafter(low, -np.inf))
    np.testing.assert_allclose(law.cdf(x), (whole.cdf(x) - start) / (whole.cdf(high) - start), atol=1e-9)


@given(any_law)
def test_what_is_written_reads_back_as_the_same_law(written: Any) -> None:
    law = law_of(written)
    again = law_of(law.model_dump(mode="json"))
    assert (again, again.to_law()) == (law, law.to_law())


FORMS = [
    ["uniform", "low", "high"],
    ["triangular", "low", "mode", "high"],
    ["exponential", "mean"],
    ["lognormal", "median", "p95"],
    ["lognormal", "mean", "sd"],
    ["lognormal", "mu", "sigma"],
    ["weibull", "shape", "scale"],
    ["weibull", "shape", "mean"],
    ["weibull", "shape", "median"],
    ["gamma", "shape", "scale"],
    ["gamma", "mean", "sd"],
    ["constant"],
]
wild = st.floats() | st.integers() | st.sampled_from(["1 d", "never", "1 s", "90 min of work", None, True, "x"])


def form(name: str, *keys: str) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({name: st.fixed_dictionaries(dict.fromkeys(keys, wild)) if keys else wild})


nonsense = st.sampled_from(FORMS).flatmap(lambda words: form(*words))


@given(wild | nonsense)
def test_whatever_numbers_are_accepted_give_finite_values(written: Any) -> None:
    law = accepted(written)
    assume(law is not None)
    assert law is not None
    assert np.all(np.isfinite(law.ppf(LUCK)))
    assert math.isfinite(law.mean())
    assert not np.any(np.isnan(law.cdf([-1.0, 0.0, 1e-15, 1.0, 1e15])))


@given(wild | nonsense)
def test_whatever_durations_are_accepted_are_whole_seconds_or_a_clear_error(written: Any) -> None:
    try:
        seconds = draw(DurationLaw.model_validate(written), LUCK)
    except (ValidationError, UserError):
        return
    assert np.all((seconds >= 0) & ((seconds <= LONGEST) | (seconds == NEVER)))
