"""What a forecast says: sentences, the table of cases, the table of totals, one document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from sim.scenario.durations import DAY, NEVER
from sim.scenario.wording import counted
from sim.waiting.forecasting import Forecast
from sim.waiting.outlook import BAND, ENDINGS, QUANTILES, WEEKS, Outlooks, middle_and_band
from sim.waiting.states import MEANING, stages_of

MOST_SHOWN = 200
"""Cases on the page; all of them are in cases.csv."""
WEEKLY = {
    "cash": "money paid back",
    "backlog": "open cases at the end of the week",
    "seller_hours": "hours of work at sellers' desks",
    "mediation_hours": "hours of work at the mediation desk",
}
"""What is told by week, and in words."""
TableToShow = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""Title, headings, rows."""


def outlooks_of(forecast: Forecast) -> list[tuple[str, Outlooks]]:
    """Under each policy, by the prefix of its columns: none, then `policy_`."""
    return [("", forecast.base), *([("policy_", forecast.other)] if forecast.other else [])]


def cases_table(forecast: Forecast) -> pd.DataFrame:
    """A row per case, in the order of its table."""
    table: dict[str, Any] = {
        "order": list(forecast.cases.names),
        "stage": stages_of(forecast.cases.histories),
        "paid": _instants(forecast, forecast.cases.histories.at("paid")),
    }
    for prefix, outlooks in outlooks_of(forecast):
        table[f"{prefix}money"] = np.round(outlooks.money, 6)
        for ending in ENDINGS:
            table[f"{prefix}{ending}"] = np.round(outlooks.odds[ending], 6)
        table[f"{prefix}expected_refund"] = np.round(outlooks.expected / 100, 2)
        for place, level in enumerate(QUANTILES):
            table[f"{prefix}days_p{round(100 * level)}"] = np.round(outlooks.days[:, place], 3)
    table["deadline"] = _instants(forecast, forecast.base.deadlines)
    table["on_silence"] = [MEANING[int(code)] for code in forecast.base.on_silence]
    return pd.DataFrame(table)


def totals_table(forecast: Forecast) -> pd.DataFrame:
    """By policy, figure and week (or ending): the mean, and between what nine of ten replicates lie."""
    rows = []
    for _, outlooks in outlooks_of(forecast):
        totals = outlooks.totals
        for name in WEEKLY:
            scale = 100 if name == "cash" else 1
            told = middle_and_band(getattr(totals, name) / scale)
            for week in range(WEEKS + 1):
                begins = forecast_instant(forecast, forecast.now + 7 * DAY * week)
                rows.append(
                    [outlooks.policy, name, f"{week + 1}", begins, *(round(float(one[week]), 4) for one in told)]
                )
        for ending in ENDINGS:
            told = middle_and_band(totals.endings[ending])
            rows.append([outlooks.policy, "cases", ending, "", *(round(float(one), 4) for one in told)])
    ends = (f"p{round(100 * end)}" for end in BAND)
    columns = ["policy", "figure", "week_or_ending", "begins", "mean", *ends]
    return pd.DataFrame(rows, columns=columns)


def sentences(forecast: Forecast) -> Iterator[str]:
    """What the forecast comes to."""
    count, currency = len(forecast.cases.names), forecast.scenario.market.currency
    known = forecast.at.replace("T", " ")
    yield f"{counted(count, 'open case')} as known at {known}, each told {counted(forecast.replicates, 'time')}."
    for _, outlooks in outlooks_of(forecast):
        under = "" if outlooks is forecast.base else f"Under the policy of '{outlooks.policy}' from now on: "
        paid, low, high = _money(outlooks)
        cash, cash_low, cash_high = (float(one) / 100 for one in middle_and_band(outlooks.totals.cash.sum(axis=1)))
        told = f"{_about(paid)} of them ({low:,.0f} to {high:,.0f}) get money back; "
        told += f"{currency} {cash:,.0f} in all "
        yield f"{under}{told}({cash_low:,.0f} to {cash_high:,.0f}) is still to be paid."
        weeks = middle_and_band(outlooks.totals.cash)[0][:4] / 100
        by_week = ", ".join(f"{week:,.0f}" for week in weeks)
        yield f"Of that {currency} {by_week} in the next four weeks, week by week."
    if forecast.other:
        changed = np.abs(forecast.base.money - forecast.other.money) > 0.05
        yield f"The odds of money change by more than 5 in 100 for {int(changed.sum()):,} of the cases."


def _about(cases: float) -> str:
    """A mean number of cases: of few, a tenth of one is something."""
    return f"{cases:,.0f}" if cases >= 10 else f"{cases:,.1f}"


def _of_100(chance: float) -> str:
    """So many of 100; what is hardly ever is not never, and what is nearly sure is not sure."""
    number = 100 * chance
    if 0 < number < 1:
        return "< 1"
    return "> 99" if 99 < number < 100 else f"{number:.0f}"


def tables_of(forecast: Forecast) -> Iterator[TableToShow]:
    """Endings, then the single cases."""
    rows: list[list[str]] = []
    columns = ("ending", "cases", "nine of ten", *(["policy"] if forecast.other else []))
    for _, outlooks in outlooks_of(forecast):
        for ending in ENDINGS:
            mean, low, high = middle_and_band(outlooks.totals.endings[ending])
            if mean:
                told = [ending.replace("_", " "), f"{mean:,.1f}", f"{low:,.0f} to {high:,.0f}", outlooks.policy]
                rows.append(told[: len(columns)])
    yield "How the cases end", columns, rows
    cases = cases_table(forecast)
    headings = ["case", "stage", "money, of 100", "half of that within", "next deadline", "silence then"]
    shown = [
        [
            row["order"],
            row["stage"],
            _of_100(row["money"]) + (f" → {_of_100(row['policy_money'])}" if forecast.other else ""),
            "–" if isnan(row["days_p50"]) else f"{row['days_p50']:.1f} d",
            row["deadline"].replace("T", " ") or "–",
            row["on_silence"].replace("_", " ") or "–",
        ]
        for row in cases.head(MOST_SHOWN).to_dict("records")
    ]
    title = "Case by case" if len(cases) <= MOST_SHOWN else f"The first {MOST_SHOWN} of {len(cases):,} cases"
    yield title, headings, shown


def document_of(forecast: Forecast) -> dict[str, Any]:
    """Everything but the single cases, for programs."""
    return {
        "scenario": forecast.scenario.name,
        "at": forecast.at,
        "cases": len(forecast.cases.names),
        "replicates": forecast.replicates,
        "sentences": list(sentences(forecast)),
        "policies": [
            {
                "policy": outlooks.policy,
                "endings": {ending: _triple(outlooks.totals.endings[ending]) for ending in ENDINGS},
                "weeks": [_week(forecast, outlooks, week) for week in range(WEEKS + 1)],
            }
            for _, outlooks in outlooks_of(forecast)
        ],
    }


def forecast_instant(forecast: Forecast, seconds: int) -> str:
    """On the marketplace's own clock; nothing for what never comes."""
    if seconds >= NEVER:
        return ""
    return (datetime.combine(forecast.scenario.start, time()) + timedelta(seconds=int(seconds))).isoformat()


def _instants(forecast: Forecast, seconds: Any) -> list[str]:
    return [forecast_instant(forecast, one) for one in seconds.tolist()]


def _money(outlooks: Outlooks) -> tuple[float, float, float]:
    ends = outlooks.totals.endings
    told = middle_and_band(ends["refunded"] + ends["partly_refunded"])
    return float(told[0]), float(told[1]), float(told[2])


def _triple(by_replicate: Any) -> dict[str, float]:
    mean, low, high = middle_and_band(by_replicate)
    return {"mean": round(float(mean), 4), "p5": round(float(low), 4), "p95": round(float(high), 4)}


def _week(forecast: Forecast, outlooks: Outlooks, week: int) -> dict[str, Any]:
    totals = outlooks.totals
    figures = {name: getattr(totals, name)[:, week] / (100 if name == "cash" else 1) for name in WEEKLY}
    begins = forecast_instant(forecast, forecast.now + 7 * DAY * week)
    return {"week": week + 1, "begins": begins} | {name: _triple(one) for name, one in figures.items()}
