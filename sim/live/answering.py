"""How a question is answered: roughly at once, and more surely while one looks on.

Functions work in steps, for `bench`: they yield None after a piece of work, and an answer when there is one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.compiled import machine_code, places
from sim.errors import BadScenario, BadUsage, RefundSimError, UserError
from sim.experiment.comparison import Comparison, comparison_of
from sim.experiment.engine_choice import EngineChoice
from sim.experiment.engines import COMPILED, SIMPY
from sim.experiment.experiment import Underway, with_numbers
from sim.experiment.result import Result
from sim.live import screen
from sim.live.bench import Remembering
from sim.live.wanted import MOST_SHOWN, Shelf, Understood, Wanted, understood
from sim.live.words import called, said
from sim.scenario.by_claim import CLAIMS
from sim.scenario.model import Scenario
from sim.scenario.resolved import changed_as_json
from sim.show.files import report_page
from sim.show.flip_pairs import first_flip, pairs_of
from sim.show.story import trace
from sim.show.two_stories import TwoStories

FEWEST = 2
"""Replications of the first answer: with fewer there is no interval."""
AT_ONCE = 0.2
"""Seconds of processor time after which the first answer is given, if there are as many as that."""
FIRST = 3
"""Replications of the first answer at the most."""
SHOWN_AT = (6, 12, 24, 48, MOST_SHOWN)
"""Replications at which the later ones are: each time the interval is a third narrower."""
ADVISED = 2
"""Replications that a buyer is put into: it is one step, and others wait."""
MOST_CLAIMS = 60_000
"""Claims of one scenario from which on a page grows no surer: memory is bounded."""
MOST_TOLD = 20
"""Faults of one question."""
ROWS = [claim.word for claim in CLAIMS]
"""Of levers by kind of claim, below a part of the policy."""
AnswerSteps = Iterator[dict[str, Any] | None]


class AnswerDesk:
    """What all questions share: the scenarios, and those who live through them."""

    def __init__(self, shelf: Shelf, workers: Remembering, shown_at: Sequence[int] = SHOWN_AT) -> None:
        self.shelf = shelf
        self.workers = workers
        self.shown_at = shown_at
        """Replications at which there is an answer, after the first."""

    def answer(self, wanted: Wanted) -> AnswerSteps:
        """What becomes of the claims, first roughly; then held against the base; then surer and surer."""
        try:
            asked = understood(wanted, self.shelf)
            yield from self._answered(asked)
        except RefundSimError as fault:
            yield faults_of(fault)

    def first_answer(self, wanted: Wanted) -> Iterator[None]:
        """Work out the first answer, for nobody yet: what it takes is loaded, its replications are remembered."""
        for answer in self.answer(wanted):
            yield None
            if answer is not None:
                return

    def _answered(self, asked: Understood) -> AnswerSteps:
        experiment = _Experiment(asked, self.workers)
        yield from experiment.begin(min(FIRST, self.shown_at[0]))
        yield screen.first(experiment.mine_alone(), asked)
        told: dict[tuple[int, int], TwoStories] = {}
        for until in self.shown_at:
            yield from experiment.carry_on(until)
            is_last = until == self.shown_at[-1] or experiment.is_full
            result = experiment.mine_alone()
            yield None
            comparison = experiment.compared(result)
            yield None
            stories = self._stories(comparison, told) if comparison else None
            yield screen.whole(result, comparison, stories, asked, is_last=is_last) | experiment.example()
            if is_last:
                return

    def _stories(self, comparison: Comparison, told: dict[tuple[int, int], TwoStories]) -> TwoStories | None:
        """One flipped order under both; what was `told` already is not traced again."""
        flip = first_flip(pairs_of(comparison, comparison.others[0].scenario.name))
        if flip and flip not in told:
            replication, order = flip
            pair = [trace(one.scenario, order, replication) for one in (comparison.base, *comparison.others)]
            told[flip] = TwoStories(*pair)
        return told[flip] if flip else None

    # --------------------------------------------------------------------- what is on the screen, to take away

    def results(self, wanted: Wanted, replications: int) -> Iterator[tuple[Result, Comparison | None] | None]:
        """What the page shows after so many replications: the same numbers as a run of so many has."""
        experiment = _Experiment(understood(wanted, self.shelf), self.workers)
        yield from experiment.carry_on(replications)
        mine = experiment.mine_alone()
        yield mine, experiment.compared(mine)

    def report(self, wanted: Wanted, replications: int) -> Iterator[Any]:
        """The report of it, as a page of its own."""
        for step in self.results(wanted, replications):
            yield step and report_page(step[1] or step[0])

    def follow(self, wanted: Wanted, order: int, replication: int) -> AnswerSteps:
        """The story of one order, side by side with that under the base."""
        try:
            asked = understood(wanted, self.shelf)
            mine = trace(_with_replication(asked.mine, replication), order, replication)
            yield None
            if asked.base is None:
                yield {"html": screen.story(mine)}
                return
            base = trace(_with_replication(asked.base, replication), order, replication)
            yield {"html": screen.stories(TwoStories(base, mine))}
        except RefundSimError as fault:
            yield faults_of(fault)

    def advise(self, wanted: Wanted, buyer: Mapping[str, str]) -> AnswerSteps:
        """What one buyer who waits may expect under the changed policy, and what to do by when."""
        from sim.waiting.asking import advise

        try:
            mine = understood(wanted, self.shelf).mine
            yield None
            yield {
                "html": screen.advice(
                    advise(mine, replications=ADVISED, **{name: one for name, one in buyer.items() if one})
                )
            }
        except BadUsage as fault:
            yield {"faults": [_of_the_buyer(str(fault))]}
        except RefundSimError as fault:
            yield faults_of(fault)


def _of_the_buyer(message: str) -> dict[str, str]:
    """A fault in the words of the form: the field that it is about, and fields by what stands beside them."""
    field, colon, told = message.partition(": ")
    path, told = (field, told) if colon and field.isidentifier() else ("", message)
    named = re.sub(
        r"--(\w+)", lambda option: f"“{called('advice', option[1], option[1]).partition(' (')[0]}”", told
    )
    return {"path": path, "message": named}


class _Experiment:
    """The changed scenario and its base, living through the same luck."""

    def __init__(self, asked: Understood, workers: Remembering) -> None:
        self._changed = changed_as_json(asked.changed)
        choice = _engine()
        self._runs = [
            Underway(one, workers, choice, tell=lambda _: None) for one in (asked.mine, asked.base) if one
        ]
        self._step = workers.jobs

    @property
    def replications(self) -> int:
        return min(len(run.seen) for run in self._runs)

    @property
    def is_full(self) -> bool:
        """Whether as much is kept as may be."""
        return max(sum(len(one.claims) for one in run.seen) for run in self._runs) >= MOST_CLAIMS

    def begin(self, most: int) -> Iterator[None]:
        """As many replications of the changed scenario as can be had at once."""
        begun, mine = time.process_time(), self._runs[0]
        while (done := len(mine.seen)) < most:
            if done >= FEWEST and time.process_time() - begun > AT_ONCE:
                return
            mine.carry_on(done + 1)
            yield None

    def carry_on(self, until: int) -> Iterator[None]:
        """Both to so many replications."""
        for run in self._runs:
            while (done := len(run.seen)) < until:
                run.carry_on(min(done + self._step, until))
                yield None

    def example(self) -> dict[str, Any]:
        """Replication and number of an order with a story worth following: the first that somebody wants undone."""
        claims = self._runs[0].seen[0].claims
        return {"order": [0, int(claims["order"].iloc[0])]} if len(claims) else {}

    def mine_alone(self) -> Result:
        return self._runs[0].result(said("status.stopped")).changed(self._changed)

    def compared(self, mine: Result) -> Comparison | None:
        """Against the base, order by order; None where there is no difference to be had."""
        if len(self._runs) == 1:
            return None
        return comparison_of(self._runs[1].result(said("status.stopped")), mine)


def _engine() -> EngineChoice:
    """The compiled one where its machine code is at hand; nobody waits for it, it is made in the background."""
    if machine_code.is_at_hand():
        return EngineChoice(COMPILED, said("status.engine"))
    can_be_made = places.can_keep() and not machine_code.unfit()
    return EngineChoice(SIMPY, said("status.engine"), is_for_want_of_code=can_be_made)


def _with_replication(scenario: Scenario, replication: int) -> Scenario:
    """The scenario with so many replications that there is one of this number."""
    return with_numbers(scenario, replications=max(scenario.experiment.replications, replication + 1))


def _common(path: str) -> str:
    """Where a row of a claim kind has it from, for it says what the default got wrong."""
    return ".".join(
        "default" if step in ROWS and number == 2 else step for number, step in enumerate(path.split("."))
    )


def faults_of(fault: RefundSimError) -> dict[str, Any]:
    """What is wrong, each with the lever that it is about, as far as it is about one."""
    if isinstance(fault, BadScenario):
        told = {(_common(one.path), one.message) for one in fault.faults[:MOST_TOLD]}
        return {"faults": [{"path": path, "message": message} for path, message in sorted(told)]}
    kind = said("faults.refused") if isinstance(fault, UserError) else said("faults.defect")
    return {"faults": [{"path": "", "message": f"{kind}{fault}"}]}
