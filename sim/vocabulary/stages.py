"""A stage is written down here and nowhere else: who asks whom, its columns, its events, what it is called.

What is derived from `STAGES`: the journal's activities and their names, the columns of outcome tables and what they
mean, the order of instants that must always hold, where two stories part, the paths of claims, the kept tables of
baselines, and the words of stories and pictures. A new stage is a member of `Stage`, a row here, its luck
(`chance`), its terms (`scenario`, `rules`), and the two tellings of when it is asked (`market`, `compiled`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.vocabulary import Party, Route, Stage, Verdict

STEPS = ("opened", "joined", "started", "settled")
"""What befalls a request, in this order: put, noticed, taken up, and over."""
TOO_LATE = "what has been shipped cannot be intercepted"


class StageText(NamedTuple):
    """Everything that is said of one stage."""

    column: str
    """What tables call it: `request_opened_at` is when a cancellation was requested."""
    asker: Party
    answerer: Party
    """Whose desk it goes to. A dispute may be the platform's to answer."""
    opened: str
    """In the journal, when it is put."""
    opened_means: str
    """The instants' columns: when it was put, and when it was over."""
    settled_means: str
    subject: str
    """What it is, in a story, that is noticed, taken up or dropped."""
    answers: Mapping[Verdict, str]
    """In a story, what the answerer said."""
    opens: str = ""
    """In a story, what its opening sounds like: `{by}` is how long the answerer has, `{bid}` of `{price}` what
    is offered. Empty where more depends on the case (`show.sentences`)."""
    follows: tuple[Stage, ...] = ()
    """The stages it may come right after."""
    seen_by: tuple[str, ...] = ()
    """Other instants by which a claim is seen to have come here."""
    grants: bool = True
    """Whether its verdict may grant the money, rather than release or fetch back what another one has granted."""
    in_rounds: bool = False
    """Whether it may be put again after a no; tables have the last one."""
    taken_over: bool = False
    """Whether the platform may take it over while it is pending."""
    done: str = ""
    """In pictures of paths: `12 went to the bank`; of many claims, they `go to the bank`; in one word."""
    doing: str = ""
    short: str = ""
    passed: str = ""
    """What those did who went past it to a later one."""


STAGES: Mapping[Stage, StageText] = {
    Stage.CANCELLATION: StageText(
        column="request",
        asker=Party.BUYER,
        answerer=Party.SELLER,
        opened="cancellation requested",
        opened_means="cancellation was requested of the seller",
        settled_means="that request ended",
        subject="request",
        answers={
            Verdict.APPROVE: "The seller agreed to cancel.",
            Verdict.DECLINE: "The seller refused to cancel.",
            Verdict.SHIPPED: f"The seller shipped at once instead of answering: {TOO_LATE}.",
        },
        done="asked the seller",
        doing="ask the seller to cancel",
        short="cancel",
        passed="did not ask",
    ),
    Stage.DISPUTE: StageText(
        column="dispute",
        asker=Party.BUYER,
        answerer=Party.SELLER,
        opened="dispute opened",
        opened_means="a dispute was opened with the seller, or the platform where that answers",
        settled_means="the dispute ended",
        subject="dispute",
        answers={
            Verdict.APPROVE: "The seller agreed to give the money back.",
            Verdict.DECLINE: "The seller refused to give the money back.",
            Verdict.COUNTER: "The seller would rather pay a part and let the buyer keep the goods.",
        },
        follows=(Stage.CANCELLATION,),
        seen_by=("withdrawn_at",),
        taken_over=True,
        done="disputed",
        doing="come to a dispute",
        short="dispute",
        passed="no dispute",
    ),
    Stage.OFFER: StageText(
        column="offer",
        asker=Party.SELLER,
        answerer=Party.BUYER,
        opened="part of the money offered",
        opened_means="the seller made its last offer of a part of the money",
        settled_means="that offer ended",
        subject="offer",
        opens="The seller offered {bid} of {price}; the buyer would keep the goods.",
        answers={
            Verdict.APPROVE: "The buyer took the offer and keeps the goods.",
            Verdict.DECLINE: "That was too little for the buyer.",
        },
        follows=(Stage.DISPUTE,),
        in_rounds=True,
        taken_over=True,
    ),
    Stage.MEDIATION: StageText(
        column="mediation",
        asker=Party.BUYER,
        answerer=Party.PLATFORM,
        opened="mediation opened",
        opened_means="the platform was asked to rule",
        settled_means="the mediation ended",
        subject="case",
        answers={
            Verdict.APPROVE: "The platform ruled for the buyer.",
            Verdict.DECLINE: "The platform ruled for the seller.",
            Verdict.SPLIT: "The platform ruled that both bear a part.",
        },
        follows=(Stage.CANCELLATION, Stage.DISPUTE, Stage.OFFER),
        done="went to the platform",
        doing="come before the platform",
        short="platform",
        passed="no platform",
    ),
    Stage.INSPECTION: StageText(
        column="inspection",
        asker=Party.BUYER,
        answerer=Party.SELLER,
        opened="inspection opened",
        opened_means="the seller was to inspect what came back",
        settled_means="that inspection ended",
        subject="parcel",
        opens="The seller {by} to look at what came back.",
        answers={
            Verdict.APPROVE: "The seller found the goods in order and released the money.",
            Verdict.DECLINE: "The seller contested what came back.",
        },
        grants=False,
    ),
    Stage.CHARGEBACK: StageText(
        column="chargeback",
        asker=Party.BUYER,
        answerer=Party.BANK,
        opened="chargeback filed",
        opened_means="a chargeback was filed with the bank",
        settled_means="the chargeback ended",
        subject="case",
        opens="The buyer had the bank try to take the money back; it {by} to decide.",
        answers={
            Verdict.APPROVE: "The bank decided for the buyer.",
            Verdict.DECLINE: "The bank decided for the seller: what was before stands.",
        },
        follows=(Stage.CANCELLATION, Stage.DISPUTE, Stage.OFFER, Stage.MEDIATION, Stage.INSPECTION),
        grants=False,
        done="went to the bank",
        doing="go to the bank",
        short="bank",
    ),
}
"""Every stage, in the order of a claim's life."""

OF_PATHS = tuple(stage for stage in STAGES if stage.name in Route.__members__)
"""Those that may be the last to decide: a claim's path is told by them."""


def instant_of(stage: Stage, step: str) -> str:
    """The column of a table that people read with this instant."""
    return f"{STAGES[stage].column}_{step}_at"


def seen_at(stage: Stage) -> tuple[str, ...]:
    """The columns by which a claim is seen to have come to a stage."""
    return (instant_of(stage, "opened"), *STAGES[stage].seen_by)
