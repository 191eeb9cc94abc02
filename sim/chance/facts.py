"""What luck has settled about the orders of one replication before any engine runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import LIES_ONCE, TableOfClaims
from sim.arrays import Ints as Ints
from sim.chance.narrow import NarrowColumns, NarrowInts
from sim.vocabulary import Party, Stage


class Bought(NamedTuple):
    """What was bought, for how much, of whom: a row for each of some orders."""

    value: Ints
    """Cents."""
    seller: Ints
    """Seller number, 0 for the busiest."""
    seller_type: Ints
    """Position of the seller's type in the scenario."""
    payment_method: Ints
    """Position of the payment method in the scenario."""
    product_group: Ints
    """Position of the product group in the scenario; 0 where there are none."""

    def only(self, some: NDArray[np.bool_] | slice) -> Bought:
        """Some of the rows."""
        return Bought(*(column[some] for column in self))


@dataclass(frozen=True)
class OrderFacts:
    """Every order of the replication, by order number: when it was paid, in whole seconds.

    All else about it is worked out when asked for, since it matters for the few that are claimed for.
    """

    paid: NarrowInts
    """In 32 bits, where they hold them all."""
    of: Callable[[Ints], Bought]
    """What some of them, by number, came to."""
    type_of: Callable[[Ints], Ints]
    """The type of the seller of each of some of them: where they are drawn, `orders.TypesOf`."""

    def __len__(self) -> int:
        return len(self.paid)

    def paid_at(self, some: Ints) -> Ints:
        """When some of them, by number, were paid."""
        return self.paid[some].astype(np.int64)


class Ask(NamedTuple):
    """What is settled about one request, should it ever be opened."""

    disposition: int
    notice: int
    """Seconds on the wall before the answerer looks."""
    notice_share: int
    """Instead: parts per million of its clock; 0 for none."""
    handling: int
    """Seconds of working time at the desk."""
    patience: int
    """Seconds the asker waits; NEVER for endless patience."""


class ClaimFacts(NamedTuple):
    """One order whose buyer wants the money back: all that luck settled about it."""

    order: int
    paid: int
    value: int
    seller: int
    seller_type: int
    payment_method: int
    product_group: int
    claim: int
    """Why: the kind of claim it begins as."""
    asked: int
    reason: int
    arranges_at: int
    """When shipment would be arranged, if nothing stops it."""
    ships_at: int
    """When the parcel would leave, if nothing stops it."""
    dispatch_due: int
    """The last instant of the dispatch limit; NEVER without one."""
    window_ends: int
    """The last instant of the order's cancellation window."""
    transit: int
    lost: int
    """Whether the parcel never arrives, should it leave."""
    trusted: int
    """Whether the platform trusts this buyer."""
    free_return: int
    """Whether the seller pays for a return that the policy puts on the buyer."""
    goes_on: int
    found_cheaper: int
    saving: int
    """Cents saved by buying elsewhere; 0 for those who did not find it cheaper."""
    writes_first: int
    hassle: int
    """Cents that sending it back is felt to cost besides money."""
    return_cost: int
    """Cents of postage, whoever pays."""
    return_delay: int
    return_transit: int
    return_lost: int
    escalates: int
    escalates_after: int
    posting: int
    split_share: int
    """The buyer's part in a split ruling, parts per million."""
    ruling_if_not_received: int
    """The platform's disposition, should the claim become one of goods not received; so too the next four."""
    ruling_notice_if_not_received: int
    ruling_handling_if_not_received: int
    split_share_if_not_received: int
    posting_if_not_received: int
    first_offer: int
    """What a seller who offers a part of the price offers in each round, parts per million."""
    second_offer: int
    third_offer: int
    reservation: int
    """The least part of the price that the buyer settles for, parts per million."""
    charges_back: int
    charges_back_after: int
    dispute_after: int
    """How long after it becomes possible the buyer opens the dispute (s)."""
    dispute_after_if_not_received: int
    closes_plus: int
    """How much longer than the policy says this order's window for a dispute is (s)."""
    closes_plus_if_not_received: int
    asked_to_change: int
    """Whether the seller would ask for another reason when answering."""
    agrees_to_change: int
    cancellation: Ask
    dispute: Ask
    mediation: Ask
    inspection: Ask
    offer: Ask
    """How the buyer answers an offer; accept means an answer, which depends on what is offered."""
    chargeback: Ask

    @property
    def bids(self) -> tuple[int, int, int]:
        """What the seller would pay for the goods to stay, round by round, parts per million."""
        return self.first_offer, self.second_offer, self.third_offer


def turned_to_not_received(facts: ClaimFacts) -> ClaimFacts:
    """What luck settled about the claim, now that it is one of goods not received: by the laws of that kind."""
    mediation = facts.mediation._replace(
        disposition=facts.ruling_if_not_received,
        notice=facts.ruling_notice_if_not_received,
        handling=facts.ruling_handling_if_not_received,
    )
    return facts._replace(
        mediation=mediation,
        split_share=facts.split_share_if_not_received,
        posting=facts.posting_if_not_received,
        dispute_after=facts.dispute_after_if_not_received,
        closes_plus=facts.closes_plus_if_not_received,
    )


ASKS = tuple(stage.word for stage in Stage)
"""By stage."""
_ASK, _FACTS = partial(tuple.__new__, Ask), partial(tuple.__new__, ClaimFacts)
"""As `_make`, which counts once more what `zip` has counted."""
AT_A_TIME = 500
"""Claims that are laid out together."""
PLAIN = tuple(field for field in ClaimFacts._fields if field not in ASKS)


@dataclass(frozen=True)
class Draws:
    """One replication's luck as facts: all orders, and the claims among them column by column."""

    orders: OrderFacts
    claims: TableOfClaims
    """A column per plain field of `ClaimFacts`, and per field of each `Ask` as `dispute.notice`."""
    refunded_unasked: Ints
    """Numbers of the orders that the platform refunds at the dispatch limit before anybody asks."""
    unasked_due: Ints = field(default_factory=lambda: np.array([], dtype=np.int64))
    """When it does so."""
    worked_out: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What has been told of them, such as their fingerprint: scenarios may share them."""

    @property
    def nbytes(self) -> int:
        """What they take in memory; a column in which all are alike takes nothing."""
        if isinstance(self.claims, NarrowColumns):
            return self.orders.paid.nbytes + self.claims.nbytes
        columns = [self.orders.paid, *self.claims.values()]
        return sum(column.nbytes for column in columns if column.strides != LIES_ONCE)

    def parties_of_sellers(self, of_types: Sequence[int], sellers: int) -> Ints:
        """Whose calendar each seller keeps, given that of each type; nobody asks those without a claim."""
        parties = np.full(sellers, Party.SELLER, dtype=np.int64)
        parties[self.claims["seller"]] = np.array(of_types, dtype=np.int64)[self.claims["seller_type"]]
        return parties

    def rows(self) -> list[ClaimFacts]:
        """The claims one by one, ascending by order number."""
        return self._rows(np.arange(len(self.claims["order"])))

    def row(self, place: int) -> ClaimFacts:
        """One of them."""
        return self._rows(np.array([place]))[0]

    def in_turn(self) -> Iterator[list[ClaimFacts]]:
        """The claims in the order in which the buyers ask, so many at a time that few wait for their turn."""
        turns = np.argsort(self.claims["asked"], kind="stable")
        for begins in range(0, len(turns), AT_A_TIME):
            yield self._rows(turns[begins : begins + AT_A_TIME])

    def _rows(self, picked: Ints) -> list[ClaimFacts]:
        if isinstance(self.claims, NarrowColumns):
            return replace(self, claims=self.claims.at(picked))._rows(np.arange(len(picked)))
        asks = [self._asks(ask, picked) for ask in ASKS]
        plain = [_values(self.claims[field], picked) for field in PLAIN]
        return list(map(_FACTS, zip(*plain, *asks, strict=True)))

    def _asks(self, ask: str, picked: Ints) -> list[Ask]:
        """One request of each; what is the same for all claims is laid out once."""
        columns = [self.claims[f"{ask}.{field}"] for field in Ask._fields]
        if all(column.strides == LIES_ONCE for column in columns) and len(picked):
            return [Ask(*(int(column[0]) for column in columns))] * len(picked)
        return list(map(_ASK, zip(*(_values(column, picked) for column in columns), strict=True)))


def _values(column: Ints, picked: Ints) -> list[int]:
    if column.strides == LIES_ONCE and len(picked):
        return [int(column[0])] * len(picked)
    values: list[int] = column[picked].tolist()
    return values
