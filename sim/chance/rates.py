"""Chances that differ by how an order was paid, or by what was bought."""

from __future__ import annotations

import numpy as np

from sim.chance.decisions import Decision
from sim.chance.drawer import Drawer
from sim.chance.facts import Ints
from sim.chance.streams import Floats, choice
from sim.scenario.market import Market
from sim.scenario.rates import Rate, names_of


def groups_of(market: Market, drawer: Drawer) -> Ints:
    """Which product group each picked order is of; 0 where there are none."""
    shares = list(market.product_groups.values())
    return choice(drawer.luck(Decision.PRODUCT_GROUP), shares) if shares else drawer.all_alike(0)


def methods_of(market: Market, drawer: Drawer) -> Ints:
    """How each picked order was paid."""
    return choice(drawer.luck(Decision.PAYMENT_METHOD), list(market.payment_methods.values()))


def chances(rate: Rate, market: Market, drawer: Drawer) -> float | Floats:
    """One chance for all picked orders, or each order's own."""
    if not isinstance(rate, dict):
        return rate
    names = names_of(rate, market)
    draw = methods_of if names == tuple(market.payment_methods) else groups_of
    by_name = np.array([rate[name] for name in names], dtype=np.float64)
    return np.asarray(by_name[draw(market, drawer)])


def most(rate: Rate) -> float:
    """The highest chance that any order has."""
    return max(rate.values()) if isinstance(rate, dict) else rate
