"""What `forecast` and `advise` do."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

COMMANDS = ("advise", "forecast")


def advise(arguments: Namespace) -> None:
    """Say to one buyer what becomes of buyers like this one."""
    from sim.command_inputs import the_only_file
    from sim.outside_commands import print_json
    from sim.scenario.loading import load
    from sim.show.room import expect_room, write_folder
    from sim.show.waiting.files import ADVICE, files_of_advice
    from sim.show.waiting.terminal import print_advice
    from sim.waiting.asking import advise as advise_them
    from sim.waiting.words import document

    scenario = load(the_only_file(arguments.scenario), tuple(arguments.set))
    out = Path(arguments.out) if arguments.out else None
    if out is not None:
        expect_room(out.parent, [out.name], force=arguments.force, sign=ADVICE)
    advice = advise_them(
        scenario,
        paid=arguments.paid,
        asked=arguments.asked,
        stage=arguments.stage,
        method=arguments.method,
        value=arguments.value,
        seller_type=arguments.seller_type,
        claim=arguments.claim,
        offer=arguments.offer,
    )
    if out is not None:
        write_folder(out, files_of_advice(advice), ADVICE, force=arguments.force)
    if arguments.json:
        print_json(document(advice))
    else:
        print_advice(advice)
        if out is not None and not arguments.quiet:
            sys.stderr.write(f"page, chart and advice.json: {out}/\n")


def forecast(arguments: Namespace) -> None:
    """Say what becomes of open cases."""
    from sim.command_inputs import the_only_file
    from sim.experiment.engines import to_stderr
    from sim.outside_commands import print_json
    from sim.scenario.loading import load
    from sim.show.progress import ProgressLines
    from sim.show.room import expect_room, write_folder
    from sim.show.waiting.files import FORECAST, files_of_forecast
    from sim.show.waiting.forecast_document import document_of
    from sim.show.waiting.terminal import print_forecast
    from sim.waiting.forecasting import REPLICATES
    from sim.waiting.forecasting import forecast as forecast_them

    scenario = load(the_only_file(arguments.scenario), tuple(arguments.set))
    policy = load(the_only_file(arguments.policy)) if arguments.policy else None
    out = Path(arguments.out) if arguments.out else None
    if out is not None:
        expect_room(out.parent, [out.name], force=arguments.force, sign=FORECAST)
    is_quiet = arguments.quiet or arguments.json
    with ProgressLines(quiet=is_quiet) as progress:
        told = forecast_them(
            scenario,
            open=arguments.open,
            at=arguments.at,
            policy=policy,
            mapping=arguments.mapping,
            replicates=_number("--replicates", arguments.replicates, REPLICATES),
            seed=_number("--seed", arguments.seed, scenario.experiment.seed),
            progress=progress.of("replicates"),
            say=(lambda _: None) if is_quiet else to_stderr,
        )
    if out is not None:
        write_folder(out, files_of_forecast(told), FORECAST, force=arguments.force)
    if arguments.json:
        print_json(document_of(told))
    else:
        print_forecast(told)
        if out is not None and not arguments.quiet:
            sys.stderr.write(f"report, forecast.json, cases.csv and totals.csv: {out}/\n")


def _number(what: str, written: str | None, otherwise: int) -> int:
    """A whole number as it is written. Raises BadUsage."""
    from sim.errors import BadUsage

    if written is None:
        return otherwise
    if not written.isdecimal() or int(written) >= 2**32:
        raise BadUsage(f"{what}: found {written!r}, expected a whole number")
    return int(written)
