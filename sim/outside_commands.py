"""Commands that begin or end outside: a file to start from, logs that come in and go out, cases that wait, a live
page, machine code at hand."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

from sim.command_inputs import jobs_of, the_only_file
from sim.errors import BadUsage

COMMANDS = ("advise", "export", "fit", "forecast", "init", "open", "warm")


def init(arguments: Namespace) -> None:
    """Write a commented scenario file to start from."""
    from sim.disk.placing import put_file
    from sim.scenario.presets import no_such_preset, preset
    from sim.scenario.schema import starting_file
    from sim.what_ifs import expect_name

    expect_name(arguments.name, "init")
    if preset(arguments.preset) is None:
        raise BadUsage(f"--from: {no_such_preset(arguments.preset)}")
    place = Path(arguments.out or f"{arguments.name}.yaml")
    if (place.exists() or place.is_symlink()) and not arguments.force:
        raise BadUsage(f"{place}: already there; use --force to replace it, or another --out")
    put_file(place, starting_file(arguments.name, arguments.preset).encode())
    sys.stdout.write(f"{place}\n")
    if not arguments.quiet:
        sys.stderr.write(f"next:  refund-sim run {place}\n")


def warm(arguments: Namespace) -> None:
    """Prepare the machine code of the compiled engine."""
    from sim.experiment.engines import to_stderr
    from sim.experiment.making import warm as make

    is_quiet = arguments.quiet or arguments.json
    made = make(tell=(lambda _: None) if is_quiet else to_stderr)
    if arguments.json:
        print_json(made)
    elif not arguments.quiet:
        sys.stdout.write(f"the compiled engine is ready: {made['file']}\n")


def fit(arguments: Namespace) -> int:
    """Learn a scenario from an organisation's refund log; judge it on weeks it never saw."""
    from sim.evidence.fitting import expect_orders, opened, with_hold_out
    from sim.evidence.fitting import fit as fit_log
    from sim.evidence.mapping import load_mapping
    from sim.show.fitted import SIGN, document_of, files_of_fit, print_fit, print_readings
    from sim.show.room import expect_room, write_folder

    if arguments.check:
        given = opened(with_hold_out(load_mapping(arguments.mapping), arguments.hold_out))
        by_table = {one.table: one.document() for one in given.log.readings}
        tell(arguments, lambda: {"readings": by_table}, lambda: print_readings(given.log.readings))
        expect_orders(given)
        return 0
    if arguments.out is None:
        raise BadUsage("fit needs --out DIR for what it learns, or --check to only read the log")
    out = Path(arguments.out)
    expect_room(out.parent, [out.name], force=arguments.force, sign=SIGN)
    fitted = fit_log(arguments.mapping, hold_out=arguments.hold_out, jobs=arguments.jobs)
    if arguments.expect:
        fitted = fitted.with_expectations()
    write_folder(out, files_of_fit(fitted, arguments.worlds), SIGN, force=arguments.force)
    where = f"scenario, worlds, fit.json and report: {out}/"
    tell(arguments, lambda: document_of(fitted), lambda: print_fit(fitted), where)
    return {"agrees": 0, "differs": 1}.get(fitted.verdict, 4)


def open(arguments: Namespace) -> None:
    """Serve the live page until interrupted."""
    from sim.live.opening import open as open_page

    tell = {"tell": lambda _: None} if arguments.quiet else {}
    open_page(
        arguments.scenario,
        host=arguments.host,
        port=arguments.port,
        browser=not arguments.no_browser,
        jobs=jobs_of(arguments, otherwise=1),
        changes=tuple(arguments.set),
        **tell,
    )


def export(arguments: Namespace) -> None:
    """Write what a run lived through as a table of all orders, or its journal as an event log."""
    from sim.show.exported import FILES, export_run
    from sim.show.progress import ProgressLines

    folder = Path(arguments.run)
    out = Path(arguments.out) if arguments.out else folder.parent / f"{folder.name}.{FILES[arguments.to]}"
    if out.exists() and not arguments.force:
        raise BadUsage(f"{out}: already there; use --force to replace, or another --out")
    with ProgressLines(quiet=arguments.quiet) as progress:
        export_run(folder, out, arguments.to, arguments.zone, progress.of(f"{folder.name}: {arguments.to}"))
    sys.stdout.write(f"{out}\n")


def advise(arguments: Namespace) -> None:
    """Say to one buyer what becomes of buyers like this one."""
    from sim.scenario.loading import load
    from sim.show.room import write_folder
    from sim.show.waiting_pages import ADVICE, files_of_advice, print_advice
    from sim.waiting.asking import advise as advise_them
    from sim.waiting.words import document

    scenario = load(the_only_file(arguments.scenario), tuple(arguments.set))
    out = _room_for(ADVICE, arguments)
    said = signature(advise_them).parameters.keys() & vars(arguments).keys() - {"scenario"}
    advice = advise_them(scenario, **{what: getattr(arguments, what) for what in said})
    if out is not None:
        write_folder(out, files_of_advice(advice), ADVICE, force=arguments.force)
    where = f"page, chart and advice.json: {out}/" if out else ""
    tell(arguments, lambda: document(advice), lambda: print_advice(advice), where)


def forecast(arguments: Namespace) -> None:
    """Say what becomes of open cases."""
    from sim.experiment.engines import to_stderr
    from sim.scenario.loading import load
    from sim.show.forecast_document import document_of
    from sim.show.progress import ProgressLines
    from sim.show.room import write_folder
    from sim.show.waiting_pages import FORECAST, files_of_forecast, print_forecast
    from sim.waiting.forecasting import REPLICATES
    from sim.waiting.forecasting import forecast as forecast_them

    scenario = load(the_only_file(arguments.scenario), tuple(arguments.set))
    policy = load(the_only_file(arguments.policy)) if arguments.policy else None
    out = _room_for(FORECAST, arguments)
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
            tell=(lambda _: None) if is_quiet else to_stderr,
        )
    if out is not None:
        write_folder(out, files_of_forecast(told), FORECAST, force=arguments.force)
    where = f"report, forecast.json, cases.csv and totals.csv: {out}/" if out else ""
    tell(arguments, lambda: document_of(told), lambda: print_forecast(told), where)


def _number(what: str, written: str | None, otherwise: int) -> int:
    """A whole number as it is written. Raises BadUsage."""
    if written is None:
        return otherwise
    if not written.isdecimal() or int(written) >= 2**32:
        raise BadUsage(f"{what}: found {written!r}, expected a whole number")
    return int(written)


def _room_for(sign: str, arguments: Namespace) -> Path | None:
    """The folder that is asked for, where one is; whether it may be written is known before the work is done."""
    from sim.show.room import expect_room

    out = Path(arguments.out) if arguments.out else None
    if out is not None:
        expect_room(out.parent, [out.name], force=arguments.force, sign=sign)
    return out


def tell(arguments: Namespace, document: Callable[[], Any], show: Callable[[], Any], where: str = "") -> None:
    """As JSON, or for people; to those who want to know also where the rest is."""
    if arguments.json:
        print_json(document())
        return
    show()
    if where and not arguments.quiet:
        sys.stderr.write(f"{where}\n")


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
