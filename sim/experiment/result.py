"""What an experiment with one scenario leaves behind: tables, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import pandas as pd

from sim.experiment.costs import costs_frame
from sim.experiment.on_demand import Rows, frame_of
from sim.scenario.model import Scenario


class Comparable(Protocol):
    """What can be held against another of its kind: a `Result`, or what a baseline has kept of one.

    The tables and the keys of `about` are those of `Result`; of `orders`, what happened to each claim is enough.
    """

    @property
    def summary(self) -> pd.DataFrame:
        """Every measure with its interval."""

    @property
    def orders(self) -> pd.DataFrame:
        """One row per claim."""

    @property
    def unasked(self) -> pd.DataFrame:
        """Orders refunded before anybody asked."""

    @property
    def by_replication(self) -> pd.DataFrame:
        """What each replication adds to each ratio."""

    @property
    def about(self) -> dict[str, Any]:
        """`replications`, `orders` and `fingerprints`."""


class WhenAsked:
    """What a result has that is worked out when it is first looked at: given as itself, or as what makes it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, whole: object, _: type | None = None) -> Any:
        if whole is None:
            raise AttributeError(self._name)
        known = vars(whole)
        if callable(there := known[self._name]):  # looked up once: several threads may ask
            there = known[self._name] = there()
        return frame_of(there)

    def __set__(self, whole: object, given: Any) -> None:
        vars(whole)[self._name] = given


def all_looked_at(whole: object) -> dict[str, Any]:
    """Every part of it, worked out: what is pickled."""
    return {name: getattr(whole, name) for name in vars(whole)}


def claims_of_result(result: Comparable) -> Rows:
    """Its claims as measures read them: of a `Result`, the table need not be made for that."""
    rows: Rows = vars(result)["orders"] if isinstance(result, Result) else result.orders
    return rows


@dataclass(frozen=True)
class Result:
    """What happened to the claims of the cohort, and how sure one can be of it.

    A claim counts when its order was paid in the cohort window. Intervals are 95 % over replications; their ends
    are NaN where there is none: with one replication, or where a quantile's end is not reached.
    """

    scenario: Scenario
    """As run: with the replications and the seed that were used."""

    summary: pd.DataFrame
    """One row per measure, indexed by `measure`, in the order of `experiment.measures.MEASURES`.

    Columns: `value`, `low`, `high` (floats; value is NaN where nothing could be measured or where a quantile over
    all claims is *not reached*), `unit` (`share`, `d`, `h`, the currency, `claims`, `orders`), `n` (how many
    claims, requests or, for desks and counts, replications the value rests on), `title` (what a table calls it).
    Where a follow-up left claims open also `why`: empty, or `not watched long enough` where that is why there is
    no value; what is counted as it stood at the cut is titled *so far*.
    """

    orders: pd.DataFrame
    """One row per claim of the cohort; the columns, with unit and meaning, are `experiment.columns.COLUMNS`. Where
    claims were handed over as they came (`run(take=…)`), those of `experiment.columns.NARROW` and `IN_A_BYTE`."""

    curves: pd.DataFrame
    """Cumulative incidence. One row per `days` since asking (float, 0 to 90, ascending) and `ending`.

    `share` is the share of all claims that had ended so by then, with `low` and `high`; with a follow-up the times
    end where too few claims were watched for longer (`experiment.aalen_johansen`). Endings, in order of
    stacking, are `vocabulary.endings.ENDINGS`. At every time the shares sum to 1; `open` has not ended yet.
    """

    by_hours: pd.DataFrame
    """Success by how quickly the mind was changed, of those who changed it.

    One row per `group` and bin of hours since payment. `group` is `all` or `not_shipped` (not dispatched yet when
    asked). The bin is [`hours_from`, `hours_to`), the last one open (`hours_to` is inf), and `bin` its text, such
    as `3-6 h` or `2-3 d`. `n` claims; `success`, `low`, `high`: share refunded in full (NaN where n is 0);
    `median_days`, `median_low`, `median_high`: days until half of all claims of the bin had their money (NaN: not
    reached); `median_open`: whether its interval has no upper end, for half may well never have it.
    """

    by_group: pd.DataFrame
    """Success and time by kind of claim. One row per `group` and `value` that occurs.

    `group` is a column of `orders`: `route`, `claim`, `reason`, `seller_type`, `payment_method` or `product_group`;
    `value` is what it says there. The other columns are those of `by_hours`: `n`, `success`, `low`, `high`,
    `median_days`, `median_low`, `median_high`, `median_open`.
    """

    backlog: pd.DataFrame
    """Requests waiting at desks, by day: noticed, but neither taken up nor settled. One row per `desk` and `day`.

    `desk` is `sellers` (all of them together) or `mediation`; `day` counts from 0 at the start, `date` is its
    midnight (datetime64[s]). `noon`: the number waiting at 12:00, `waiting`: the time average over the day, both
    means over replications; `low`, `high`: the interval of `waiting`. Days run while orders come in.
    """

    waits: pd.DataFrame
    """How long requests waited at desks, by the day on which they joined a queue: what a warm-up is judged by.

    One row per `desk`, `day` (with its `date`), as in `backlog`. `joined`: how many did, a mean over replications;
    `wait`: their mean wait in hours of the desk's working time, so nights and holidays do not count, with `low` and
    `high` (NaN on a day without any).
    """

    notes: list[str]
    """What a reader should know about how the experiment was laid out, in plain sentences: a warm-up or a run-out
    too short, a desk that does not keep up. Empty where nothing is amiss. `warm_up` says how it is judged."""

    unasked: pd.DataFrame
    """Orders of the cohort that were refunded at the dispatch limit before anybody asked, and so are no claims:
    `replication`, `order`, `refund` (the price, in the currency)."""

    by_replication: pd.DataFrame
    """What each replication adds to each measure that is a ratio: one row per `measure` and `replication`, with
    `part` and `whole`. The measure's value is the sum of parts over the sum of wholes."""

    journal: pd.DataFrame | None
    """Every event of the cohort's claims, when asked for: `case_id` (replication-order), `activity`, `timestamp`
    (datetime64[s]), `resource` (the party; sellers with their number), `detail`. Ascending by replication, instant
    and order."""

    about: dict[str, Any]
    """Provenance, ready for JSON: `scenario` (name), `seed`, `replications`, `stopped` (why there were so many),
    `asked` (a `precision` by measure and its `max_replications`; nothing where replications were given),
    `changed` (each value that a command or Python has put in place of the file's: `path`, `from`, `to`),
    `engine` and `engine_because` (which lived through them, and why), `orders` and `claims` (cohort, all
    replications), `invariants` (names of those checked after every replication; all held), `fingerprints` (sha256
    of `draws`, `outcomes`, `scenario`), `versions` (by package), `platform`, `jobs` (processes that lived through
    replications; 1: this one), `wall_seconds` (of `replications` and `estimates`; by stage, all processes together,
    where replications spent it)."""

    __getstate__ = all_looked_at

    @property
    def costs(self) -> pd.DataFrame:
        """Who pays what, per claim and per 1,000 orders, as `experiment.costs.costs_frame` has it."""
        return costs_frame(self.summary, self.by_replication)

    def changed(self, changes: Sequence[Mapping[str, str]]) -> Self:
        """The same, saying of these values that they were changed before the run, too."""
        changed = {"changed": [*changes, *self.about.get("changed", [])]}
        return type(self)(**(vars(self) | {"about": self.about | changed}))


_TABLES = ("summary", "orders", "unasked", "curves", "by_hours", "by_group", "backlog", "waits", "by_replication")
for _part in (*_TABLES, "notes", "about"):
    setattr(Result, _part, WhenAsked(_part))
