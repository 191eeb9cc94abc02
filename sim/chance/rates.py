"""Chances that differ by how an order was paid, or by what was bought."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.chance.decisions import Decision
from sim.chance.drawings import ByBounds, DrawnBy, happens
from sim.chance.facts import Ints
from sim.chance.sampler import OrderSampler
from sim.chance.streams import Floats, choosing
from sim.scenario.buyers import Rate, names_of
from sim.scenario.market import Market


def groups_in(market: Market) -> list[float]:
    """What part of the orders each product group has."""
    return list(market.product_groups.values())


def methods_in(market: Market) -> list[float]:
    """What part of the orders is paid in each way."""
    return list(market.payment_methods.values())


def groups_of(shares: list[float], sampler: OrderSampler) -> Ints:
    """Which product group each picked order is of; 0 where there are none."""
    return sampler.one(chosen(Decision.PRODUCT_GROUP, shares))


def methods_of(shares: list[float], sampler: OrderSampler) -> Ints:
    """How each picked order was paid."""
    return sampler.one(chosen(Decision.PAYMENT_METHOD, shares))


def chosen(decision: Decision, weights: Sequence[float]) -> DrawnBy:
    """Which of several that have these weights; 0 where there are none."""
    if not weights:
        return 0
    ends = choosing(tuple(weights)).bounds.tolist()
    return ByBounds(decision, [tuple(ends)], tuple(range(len(ends) + 1)))


def occurs(decision: Decision, rate: Rate, market: Market) -> DrawnBy:
    """1 where it happens, with one chance for all orders or that of each one's name; else 0."""
    if not isinstance(rate, dict):
        return happens(decision, rate)
    names = names_of(rate, market)
    by = "payment_method" if names == tuple(market.payment_methods) else "product_group"
    return ByBounds(decision, [(rate[name],) for name in names], (1, 0), by)


def chances(rate: Rate, market: Market, sampler: OrderSampler) -> float | Floats:
    """One chance for all picked orders, or each order's own."""
    if not isinstance(rate, dict):
        return rate
    names = names_of(rate, market)
    by_method = names == tuple(market.payment_methods)
    by_name = np.array([rate[name] for name in names], dtype=np.float64)
    which = methods_of(methods_in(market), sampler) if by_method else groups_of(groups_in(market), sampler)
    return np.asarray(by_name[which])


def most(rate: Rate) -> float:
    """The highest chance that any order has."""
    return max(rate.values()) if isinstance(rate, dict) else rate
