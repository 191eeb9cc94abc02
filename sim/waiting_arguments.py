"""The words of the commands about those who wait: `forecast` and `advise`."""

from __future__ import annotations

import argparse

SCENARIO = "a scenario file, or a preset such as aliexpress"


def advise(command: argparse.ArgumentParser) -> None:
    """A scenario, and what one buyer can say of a case."""
    command.add_argument("scenario", metavar="SCENARIO", help=SCENARIO)
    command.add_argument("--paid", required=True, metavar="D", help="how long ago you paid: 8d, 36h")
    command.add_argument(
        "--asked", metavar="D", help="how long ago what is open was put: the request, the offer, the parcel back"
    )
    command.add_argument(
        "--stage",
        choices=("none", "cancellation", "offer", "return", "dispute", "mediation", "chargeback"),
        help="what is open (default: none without --asked, else cancellation)",
    )
    command.add_argument("--method", metavar="NAME", help="how you paid, as the scenario calls it: card")
    command.add_argument("--value", metavar="X", help="what you paid: 30")
    command.add_argument("--offer", metavar="X", help="how much of it the seller offers: 12")
    command.add_argument("--seller-type", metavar="NAME", help="what kind of seller it is, if you know: prompt")
    command.add_argument("--claim", choices=("regret", "not_received", "defect"), help="why (default: regret)")
    command.add_argument("--out", metavar="DIR", help="also write a page, a chart and advice.json here")
    command.add_argument("--force", action="store_true", help="replace what is there")
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")
    command.add_argument("-q", "--quiet", action="store_true", help="no more than the result")
    _set(command)


def forecast(command: argparse.ArgumentParser) -> None:
    """A scenario, open cases, and an instant."""
    command.add_argument("scenario", metavar="SCENARIO", help=SCENARIO)
    command.add_argument("--open", required=True, metavar="CASES", help="a table of open cases (docs/forecast.md)")
    command.add_argument(
        "--at", required=True, metavar="INSTANT", help="until when they are known: 2018-11-02T09:00"
    )
    command.add_argument("--policy", metavar="OTHER", help="a scenario whose policy would hold from then on")
    command.add_argument("--mapping", metavar="FILE", help="what the table calls things, as for fit")
    command.add_argument("--replicates", metavar="N", help="stories told of each case (default: 200)")
    command.add_argument("--seed", metavar="N", help="where all luck starts (default: the scenario's)")
    command.add_argument("--out", metavar="DIR", help="where the report and the tables go")
    command.add_argument("--force", action="store_true", help="replace a forecast that is there")
    command.add_argument("--json", action="store_true", help="one JSON document on stdout and nothing else")
    command.add_argument("-q", "--quiet", action="store_true", help="no more than the result")
    _set(command)


def _set(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", help="change one value (repeatable)"
    )
