"""A table of open cases, understood row by row: every fault with its line and column, or all rows as histories."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.arrays import Ints
from sim.errors import BadScenario, BadUsage, Fault
from sim.evidence.joining import IN_ORDER
from sim.evidence.log_tables import stamps_of
from sim.evidence.mapping import (
    ISO,
    KNOWN_WORDS,
    CoarseFormat,
    LogMapping,
    StampFormat,
    load_mapping,
)
from sim.scenario.base import did_you_mean
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.wording import counted, printable, shortened
from sim.vocabulary import ClaimKind, Reason
from sim.waiting.history import INSTANTS, UNKNOWN, Histories
from sim.waiting.states import CaseTable, check_states

OTHERS = (
    *("order", "seller", "value", "method", "group", "type", "offer"),
    *("kind", "status", "dispute_status", "ruling", "reason"),
)
MOST_CASES = 1_000_000
LOOKS_RIGHT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?$")
OTHER_COMMAS = (";", "\t", "|")
"""What spreadsheets elsewhere put between columns."""
PAIRS = (*IN_ORDER["orders"], *IN_ORDER["claims"], ("paid", "requested"), ("paid", "dispute_opened"),
         ("dispute_closed", "mediation_opened"), ("delivered", "return_posted"), ("paid", "withdrawn"),
         ("dispute_closed", "offer_opened"), ("return_received", "inspection_closed"),
         ("dispute_closed", "failed"))  # fmt: skip
"""What cannot be the other way round."""
NEEDS = (
    *(("closed", "requested"), ("viewed", "requested"), ("taken_up", "requested")),
    *(("dispute_closed", "dispute_opened"), ("mediation_closed", "mediation_opened")),
    *(("return_received", "return_posted"), ("refunded", "refund_due")),
    *(("offer_opened", "dispute_closed"), ("offer_closed", "offer_opened")),
    *(("inspection_closed", "return_received"), ("chargeback_closed", "chargeback_opened")),
)
"""What cannot be without what comes before it."""


@dataclass(frozen=True)
class Cases:
    """Open cases: what each is called, what is known of it, and where it stands in its table."""

    names: tuple[str, ...]
    histories: Histories
    table: CaseTable
    sellers: int
    """How many sellers there are to be, so that each of theirs has a desk."""

    def fault(self, case: int, column: str, message: str) -> Fault:
        """A fault in what is said of a case."""
        return self.table.fault(case, column, message)


def read_cases(path: str | Path, scenario: Scenario, at: int, mapping: str | Path | None = None) -> Cases:
    """Read a table of cases that are known until `at` (s since the scenario's start).

    Raises BadUsage where there is no such table, BadScenario with every fault in it.
    """
    mapped = load_mapping(mapping).mapping if mapping is not None else None
    table = _read(Path(path), mapped)
    if not table.lines:
        raise BadUsage(f"{path}: no cases, expected a row for each")
    start = pd.Timestamp(scenario.start)
    instants = {name: _instants(table, name, mapped, start) for name in INSTANTS if name in table.cells}
    facts = _facts(table, scenario, mapped)
    _check(table, instants, at)
    check_states(table, Histories(np.full(len(table.lines), at), instants, facts), scenario)
    names = (
        tuple(table.cells["order"]) if "order" in table.cells else tuple(map(str, range(1, len(table.lines) + 1)))
    )
    for name, count in Counter(names).items():
        if count > 1:
            row = len(names) - 1 - names[::-1].index(name)
            table.refuse(row, "order", f"found {printable(name)!r} twice, expected each case once")
    facts["seller"], sellers = _sellers(table, scenario)
    if table.faults:
        raise BadScenario(table.faults)
    now = np.full(len(names), at, dtype=np.int64)
    return Cases(names, Histories(now, instants, facts), table, sellers)


def _read(path: Path, mapped: LogMapping | None) -> CaseTable:
    if not path.is_file():
        raise BadUsage(f"{path}: no such file, expected a table of open cases as CSV")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            text = [""]
            reader = csv.reader(_as_written(file, text), strict=True)
            head = next(reader, [])
            rows = []
            for row in reader:
                if row and any(cell.strip() for cell in row):
                    rows.append((reader.line_num, row, text[0]))
                if len(rows) > MOST_CASES:
                    raise BadUsage(f"{path}: found more than {MOST_CASES:,} cases, expected no more")
    except (csv.Error, UnicodeDecodeError) as wrong:
        raise BadUsage(
            f"{path}: {printable(shortened(str(wrong), 200))}; expected a table as CSV in UTF-8"
        ) from None
    places = _places(path, [cell.strip() for cell in head], mapped)
    table = CaseTable(str(path), [line for line, _, _ in rows], {}, places, [text for _, _, text in rows])
    for line, row, _ in rows:
        if len(row) != len(head):
            found = f"found {counted(len(row), 'field')}, expected {len(head)} as in the first line"
            table.faults.append(Fault(str(path), line, 1, "", found))
    if table.faults:
        raise BadScenario(table.faults)
    table.cells.update({name: [row[place].strip() for _, row, _ in rows] for name, place in places.items()})
    return table


def _as_written(file: Iterable[str], last: list[str]) -> Iterator[str]:
    """Its lines one by one; `last` keeps the one that was read last."""
    for last[0] in file:
        yield last[0]


def _places(path: Path, head: Sequence[str], mapped: LogMapping | None) -> dict[str, int]:
    """Which field is which column. Raises BadScenario for columns that nobody knows, or that are missing."""
    known = {name: name for name in (*INSTANTS, *OTHERS)}
    if mapped is not None:
        tables = [table for table in (mapped.orders, mapped.claims) if table is not None]
        known = {name: column for table in tables for name, column in table.named.items()}
    if len(head) == 1 and (other := next((by for by in OTHER_COMMAS if by in head[0]), None)):
        found = f"found one field with {other!r} in it, expected columns parted by commas"
        raise BadScenario([Fault(str(path), 1, 1, "", found)])
    faults, some = [], f", expected some of {', '.join(known)}"
    for place, cell in enumerate(head):
        begins = 1 + sum(len(one) + 1 for one in head[:place])
        if cell in known.values() and cell in head[:place]:
            faults.append(Fault(str(path), 1, begins, printable(cell), "found this column twice, expected it once"))
        if mapped is None and cell not in known:
            told = f"no such column{did_you_mean(cell, known) or some}"
            faults.append(Fault(str(path), 1, begins, printable(cell) or "column", told))
    places = {name: head.index(column) for name, column in known.items() if column in head}
    if "paid" not in places:
        expected = f"expected a column '{known.get('paid', 'paid')}' that says when each order was paid"
        faults.append(Fault(str(path), 1, 1, "paid", expected))
    if faults:
        raise BadScenario(faults)
    return places


def _instants(table: CaseTable, name: str, mapped: LogMapping | None, start: pd.Timestamp) -> Ints:
    written = pd.Series(table.cells[name], dtype="string")
    how: StampFormat | CoarseFormat = ISO
    zone, home = "UTC", "UTC"
    if mapped is not None:
        column = next(cell for cell in _columns(mapped, name))
        how, zone, home = mapped.format_of(column), mapped.zone_of(column), mapped.home
    stamps = stamps_of(written, how, zone, home, start)
    for row in np.flatnonzero(stamps.unread).tolist():
        is_close = how == ISO and LOOKS_RIGHT.match(table.cells[name][row])
        what = "a day and time of the calendar," if is_close else "an instant"
        table.refuse_cell(row, name, f"{what} {_written_as(how)}")
    return np.where(np.isnan(stamps.low), NEVER, np.nan_to_num(stamps.low)).astype(np.int64)


def _written_as(how: StampFormat | CoarseFormat) -> str:
    """How a column's instants are to be written."""
    how = how.format if isinstance(how, CoarseFormat) else how
    return "such as 2018-11-02T09:00" if how == ISO else f"written as {how}"


def _columns(mapped: LogMapping, name: str) -> list[str]:
    tables = [table for table in (mapped.orders, mapped.claims) if table is not None]
    return [table.named[name] for table in tables if name in table.named]


def _facts(table: CaseTable, scenario: Scenario, mapped: LogMapping | None) -> dict[str, Ints]:
    market = scenario.market
    names: dict[str, Mapping[str, int]] = {
        "kind": {kind.word: kind.value for kind in ClaimKind if kind},
        "reason": {reason.word: reason.value for reason in Reason},
        "method": {name: place for place, name in enumerate(market.payment_methods)},
        "group": {name: place for place, name in enumerate(market.product_groups)},
        "type": {name: place for place, name in enumerate(market.sellers.types)},
    }
    for word in ("status", "dispute_status", "ruling"):
        names[word] = {name: place for place, name in enumerate(KNOWN_WORDS[word])}
    facts = {}
    for word, meanings in names.items():
        if word in table.cells:
            theirs = mapped.words.get(word, {}) if mapped is not None else {}  # type: ignore[call-overload]
            codes = {written: meanings[meant] for written, meant in theirs.items()} or meanings
            facts[word] = _coded(table, word, codes)
    if "value" in table.cells:
        facts["value"] = _numbers(table, "value", most=1e12, grain=100, such="an amount such as 24.50")
    if "offer" in table.cells:
        facts["offered"] = _numbers(table, "offer", most=1, grain=1_000_000, such="a part such as 0.4")
    return facts


def _coded(table: CaseTable, word: str, codes: Mapping[str, int]) -> Ints:
    for row, cell in enumerate(table.cells[word]):
        if cell and cell not in codes:
            table.refuse_cell(row, word, f"one of {', '.join(codes)}")
    return np.array([codes.get(cell, UNKNOWN) for cell in table.cells[word]], dtype=np.int64)


def _numbers(table: CaseTable, column: str, *, most: float, grain: int, such: str) -> Ints:
    """From 0 to `most`, in so many grains a unit; UNKNOWN where the cell is empty."""
    cells = table.cells[column]
    found = pd.to_numeric(pd.Series(cells, dtype="string"), errors="coerce").to_numpy(np.float64)
    for row, cell in enumerate(cells):
        if cell and not 0 <= found[row] <= most:
            table.refuse_cell(row, column, such)
    return np.where(np.isnan(found), UNKNOWN, np.rint(np.nan_to_num(found) * grain)).astype(np.int64)


def _sellers(table: CaseTable, scenario: Scenario) -> tuple[Ints, int]:
    """Desks by name: the busiest first, as the scenario numbers them; a case without a name gets any."""
    cells, count = table.cells.get("seller", [""] * len(table.lines)), scenario.market.sellers.count
    if (roster := scenario.market.sellers.roster) is not None:
        on_it = {one.seller: place for place, one in enumerate(roster)}
        for row, cell in enumerate(cells):
            if cell and cell not in on_it:
                table.refuse_cell(row, "seller", "a seller of the roster")
        return np.array([on_it.get(cell, UNKNOWN) for cell in cells], dtype=np.int64), count
    if all(cell == "" or (cell.isdecimal() and int(cell) < count) for cell in cells):
        return np.array([int(cell) if cell else UNKNOWN for cell in cells], dtype=np.int64), count
    busiest = [name for name, _ in Counter(cell for cell in cells if cell).most_common()]
    number = {name: place for place, name in enumerate(busiest)}
    return np.array([number.get(cell, UNKNOWN) for cell in cells], dtype=np.int64), max(count, len(busiest))


def _check(table: CaseTable, instants: Mapping[str, Ints], at: int) -> None:
    """Nothing before it can be, nothing that is not known yet."""
    told = {fault.line for fault in table.faults if fault.path == "paid"}
    without = [row for row in np.flatnonzero(instants["paid"] >= NEVER).tolist() if table.lines[row] not in told]
    for row in without:
        table.refuse(row, "paid", "found nothing, expected when the order was paid")
    for name, when in instants.items():
        for row in np.flatnonzero((when < NEVER) & (when > at)).tolist():
            found = f"found {table.cells[name][row]!r}, which is after --at, expected what is known by then"
            table.refuse(row, name, found)
    _check_order(table, instants)


def _check_order(table: CaseTable, instants: Mapping[str, Ints]) -> None:
    for before, after in PAIRS:
        if before in instants and after in instants:
            both = (instants[after] < NEVER) & (instants[before] < NEVER)
            for row in np.flatnonzero(both & (instants[after] < instants[before])).tolist():
                found = f"found {table.cells[after][row]}, which is before '{before}', expected it after that"
                table.refuse(row, after, found)
    for needs, first in NEEDS:
        if needs in instants:
            lacks = (instants[needs] < NEVER) & (instants.get(first, np.full(len(table.lines), NEVER)) >= NEVER)
            for row in np.flatnonzero(lacks).tolist():
                table.refuse(row, needs, f"found an instant, and none for '{first}', expected both")
