"""A report: one page that opens anywhere, asks nobody for anything, and can be forwarded.

Its security policy lets nothing in but the style and the script that stand in it, each named by its hash.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from markupsafe import Markup

from sim.experiment.comparison import Comparison
from sim.experiment.result import Result
from sim.experiment.sweep import Sweep
from sim.scenario.wording import printable
from sim.show.changed import SAME, changed_briefly, changed_lines, title_of
from sim.show.chart_titles import COLOURS, COLOURS_ON_DARK
from sim.show.costs import HOW_TO_READ
from sim.show.flip_pairs import CHANGES, INTERVALS
from sim.show.report import basis, compared
from sim.show.report.answer import answer_of, details_of
from sim.show.report.chapters import chapters_of, costs_table, finding_of_groups, groups_of
from sim.show.report.parts import Numbers
from sim.show.report.what_if import control_of
from sim.show.standalone import json_within, security, templates_of, text_of

PACKAGE = "sim.show.report"
KEY_FIGURES = (
    "success_rate",
    "recovered_share",
    "refund_time_median_all",
    "refunded_within_14d",
    "silence_share",
    "postage_per_claim",
)
"""Shown large, at the top."""


def report_of(shown: Result | Comparison, sweep: Sweep | None = None) -> str:
    """The whole page for a result, or for a comparison; with the what-if control where a sweep is given.

    The same result gives the same text: it holds no date, and nothing of the machine.
    """
    if isinstance(shown, Comparison):
        results = (shown.base, *shown.others)
        filling = _of_result(shown.base, sweep) | _of_comparison(shown)
    else:
        results, filling = (shown,), _of_result(shown, sweep)
    filling |= {"warnings": basis.warnings_of(*results), "command": basis.command_of(shown, is_full=bool(sweep))}
    filling |= {"stress": basis.stress_command_of(shown)}
    return templates_of(PACKAGE).get_template("page.html.j2").render(filling)


def _of_result(result: Result, sweep: Sweep | None) -> dict[str, Any]:
    scenario, style, script = result.scenario, stylesheet(), text_of(PACKAGE, "control.js")
    control = control_of(sweep) if sweep else None
    return {
        "policy": security(style, script),
        "style": Markup(style),
        "script": Markup(script),
        "control": control,
        "control_data": json_within(control["data"]) if control else None,
        "why_no_control": None if control else _why_no_control(result),
        "title": title_of(result),
        "name": printable(scenario.name),
        "question": printable(scenario.question),
        "as_of": scenario.as_of,
        "claims": result.about["claims"],
        "answer": answer_of(result),
        "details": details_of(result),
        "costs": costs_table(result),
        "costs_how": HOW_TO_READ,
        "changed": changed_lines(result),
        "changed_briefly": changed_briefly(result),
        "has_intervals": result.about["replications"] > 1,
        "numbers": Numbers(result.summary),
        "key_figures": KEY_FIGURES,
        "titles": result.summary["title"].to_dict(),
        "chapters": list(chapters_of(result)),
        "groups": groups_of(result),
        "groups_finding": finding_of_groups(result),
        "rows": basis.policy_of(scenario),
        "provenance": basis.provenance_of(scenario),
        "unsourced": basis.unsourced_of(scenario),
        "kinds": basis.KINDS,
        "layout": basis.layout_of(result),
        "scenario_text": basis.scenario_text(scenario),
        "prints": basis.prints_of(result),
        "comparison": None,
    }


def _of_comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "comparison": list(compared.versus(comparison)),
        "levers": compared.levers_of(comparison),
        "ranking": compared.ranking_of(comparison),
        "overview": compared.overview(comparison),
        "margins": compared.margins_of(comparison),
        "verdict_count": len(comparison.verdicts),
        "same": SAME,
        "flips_how": {"changes": CHANGES, "intervals": INTERVALS},
    }


def _why_no_control(result: Result) -> str:
    terms = result.scenario.policy.cancellation
    if terms is None or terms.clock is None:
        return (
            "This policy has no clock for a seller to answer a cancellation, so there is none to turn here and no "
            "silence to give another meaning."
        )
    return (
        "A report with a control for the seller's clock and for what silence means is written by --report full: it "
        "runs every combination first."
    )


# ------------------------------------------------------------------------------------- what it is made of


@cache
def stylesheet() -> str:
    """The style of the page, with the colours of endings that all charts share, for light and for dark."""
    light, dark = (
        "".join(f"--{ending}:{colour};" for ending, colour in colours.items())
        for colours in (COLOURS, COLOURS_ON_DARK)
    )
    uses = "".join(
        f".fill-{ending}{{fill:var(--{ending})}}.line-{ending}{{stroke:var(--{ending})}}"
        f".swatch-{ending}{{background:var(--{ending})}}"
        for ending in COLOURS
    )
    both = f":root{{{light}}}\n@media screen and (prefers-color-scheme: dark){{:root{{{dark}}}}}\n{uses}\n"
    return both + text_of(PACKAGE, "style.css")
