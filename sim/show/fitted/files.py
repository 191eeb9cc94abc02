"""The folder of a fit: the scenario, what was learnt and how, and a page to forward.

scenario.yaml   complete, runnable; its provenance says `fitted` of what was learnt
sellers.csv     the sellers one by one, which the scenario names (where there are not too many)
worlds.json     refits that the log could as well have told: what a study takes with `worlds: {fitted: bootstrap}`
fit.json        every input with its interval, what was left out and why, what held-out weeks say
report.html     the same for people
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from sim.disk.placing import put
from sim.evidence import refits
from sim.evidence.fitting import Fit
from sim.scenario.resolved import described, yaml_of
from sim.scenario.roster_file import table_of
from sim.show.fitted.document import (
    answer_of,
    assumed_told,
    document_of,
    readings_told,
    rows_of,
    seen_and_expected,
    share_of_bar,
)
from sim.show.room import expect_room, room
from sim.show.rows import json_of
from sim.show.standalone import page_style, security, templates_of

PACKAGE = "sim.show.fitted"
SELLERS = "sellers.csv"
SIGN = "fit.json"
"""A folder that holds this file is a fit's, which `--force` may replace."""


def expect_room_for_a_fit(out: Path, *, force: bool) -> None:
    """Raises BadUsage where something is in the way."""
    expect_room(out.parent, [out.name], force=force, sign=SIGN)


def write_fit(fit: Fit, out: Path, *, force: bool = False, worlds: int = refits.WORLDS) -> Path:
    """Write the folder: complete, or not at all. Raises BadUsage where something is in the way."""
    with room(out.parent, [out.name], force=force, sign=SIGN) as sites:
        return put(sites[out.name], files_of_fit(fit, worlds), sign=SIGN)


def files_of_fit(fit: Fit, worlds: int) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    description = described(fit.scenario)
    sellers = description["market"]["sellers"]
    if "roster" in sellers:
        yield SELLERS, table_of(sellers["roster"]).encode()
        sellers["roster"] = SELLERS
    yield "scenario.yaml", yaml_of(description).encode()
    if worlds:
        yield refits.FILE, json_of(refits.worlds_file(fit.scenario.name, fit.refits(worlds)))
    yield SIGN, json_of(document_of(fit))
    yield "report.html", page_of(fit).encode()


def page_of(fit: Fit) -> str:
    """The whole page."""
    style = page_style()
    return templates_of(PACKAGE).get_template("page.html.j2").render(
        policy=security(style),
        style=Markup(style),  # a file of ours
        title=fit.scenario.title or fit.scenario.name,
        answer=answer_of(fit),
        judged=[(one, seen_and_expected(one), share_of_bar(one)) for one in fit.judged],
        inputs=list(rows_of(fit)),
        assumed=list(assumed_told(fit)),
        readings=list(readings_told(fit.readings)),
        identified=[(one.path, one.identified) for one in fit.findings if one.identified],
    )  # fmt: skip
