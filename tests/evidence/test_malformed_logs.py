"""Logs come from strangers: whatever stands in one, there is a clear fault or an honest fit, never a traceback."""

from __future__ import annotations

import random
import tempfile
import warnings
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.errors import UserError
from sim.evidence.mapping import load_mapping
from sim.evidence.reading import read_log
from tests.evidence.logs import MAPPING, a_few, write
from tests.regression.program import SCENARIOS

WORDS = [
    "",
    "NaN",
    "-1",
    "1e400",
    "0x1F",
    "9" * 400,
    "\x00",
    "\x1b[31m",
    "=1+1",
    "a,b",
    '"',
    "Ω" * 300,
    "2018-13-45",
    "None",
]
TABLES = ("orders.csv", "claims.csv")
MANY, FITTED = 500, 25
START = pd.Timestamp("2018-07-30")


def spoiled(text: str, luck: random.Random) -> str:
    """The same table with a few of its bytes, cells, columns or lines gone wrong."""
    lines = text.split("\n")
    for _ in range(luck.randint(1, 6)):
        row = luck.randrange(max(len(lines), 1))
        cells = lines[row].split(",")
        place = luck.randrange(len(cells))
        kind = luck.randrange(7)
        if kind == 0:
            cells[place] = luck.choice(WORDS)
        elif kind == 1:
            del cells[place]
        elif kind == 2:
            cells.insert(place, luck.choice(WORDS))
        lines[row] = ",".join(cells)
        if kind == 3:
            lines = [line.replace("2018", luck.choice(["1018", "2918", "18"])) for line in lines]
        elif kind == 4:
            lines = lines[: luck.randrange(len(lines) + 1)] or [""]
        elif kind == 5:
            luck.shuffle(lines)
        elif kind == 6:
            lines = lines + lines[luck.randrange(len(lines)) :]
    return "\n".join(lines)


SHORT = "refund_due: refund_due_at,"
MORE = """taken_up: taken_up, offer: offer, offer_opened: offer_opened, offer_closed: offer_closed,
    offer_status: offer_status, chargeback_opened: bank, chargeback_closed: bank_over, chargeback_ruling: bank_says,
    mediation_opened: called, mediation_taken_up: begun, mediation_closed: ruled, ruling: ruling, """
MAPPED = MAPPING.replace(SHORT, MORE + SHORT)


def further(claims: pd.DataFrame) -> pd.DataFrame:
    """The same claims, each with every further stage."""
    since = claims["requested"]
    hours = {"taken_up": 1, "offer_opened": 6, "offer_closed": 9, "called": 12, "begun": 20, "ruled": 22}
    stages = {
        name: since + pd.Timedelta(hours=hour) for name, hour in (hours | {"bank": 30, "bank_over": 90}).items()
    }
    said = {"offer": 0.4, "offer_status": "refused", "ruling": "seller", "bank_says": "buyer"}
    return claims.assign(**stages, **said)


@cache
def clean() -> dict[str, str]:
    """The tables before anything goes wrong."""
    with tempfile.TemporaryDirectory() as folder:
        orders, claims = a_few(60)
        write(Path(folder), orders, further(claims))
        return {name: (Path(folder) / name).read_text(encoding="utf-8") for name in TABLES}


def spoiled_log(folder: Path, luck: random.Random, staff: str = "1") -> Path:
    article = (SCENARIOS / "aliexpress.yaml").read_text(encoding="utf-8")
    (folder / "base.yaml").write_text(
        article.replace("    staff: 1\n", f"    staff: {staff}\n", 1), encoding="utf-8"
    )
    path = folder / "mapping.yaml"
    path.write_text(MAPPED, encoding="utf-8")
    for name in TABLES:
        (folder / name).write_text(clean()[name], encoding="utf-8")
        if luck.random() < 0.7:
            text = spoiled(clean()[name], luck)
            data = text.encode("utf-8", errors="replace")
            if luck.random() < 0.1:
                at = luck.randrange(max(len(data), 1))
                data = data[:at] + bytes([luck.randrange(256) for _ in range(8)]) + data[at:]
            (folder / name).write_bytes(data)
    if luck.random() < 0.2:
        path.write_text(spoiled(MAPPED, luck), encoding="utf-8", errors="replace")
    return path


@pytest.mark.slow
def test_five_hundred_malformed_logs_are_read_or_refused_in_words(tmp_path: Path) -> None:
    luck = random.Random(4)
    read = 0
    for number in range(MANY):
        path = spoiled_log(tmp_path, luck)
        try:
            log = read_log(load_mapping(path), START)
        except UserError:
            continue
        read += 1
        for one in log.readings:
            assert one.rows == one.used + sum(one.unused.values()), (number, one)
    assert read > MANY / 10


@pytest.mark.slow
def test_what_could_be_read_is_fitted_or_refused_in_words(tmp_path: Path) -> None:
    luck = random.Random(5)
    for number in range(FITTED):
        path = spoiled_log(tmp_path, luck, "1" if number % 5 == 0 else "unlimited")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                fit = sim.fit(path)
            except UserError:
                continue
        assert fit.scenario.market.orders_per_day > 0
