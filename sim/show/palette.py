"""The colours of endings, the same in every chart, table and page, on paper and on dark screens."""

from __future__ import annotations

from sim.vocabulary.endings import ENDINGS

COLOURS = dict(
    zip(ENDINGS, ("#0b7a75", "#8fd0bf", "#d55e00", "#f0b95a", "#54417f", "#e4e4e4"), strict=True),
)
"""An ending has one colour in every chart. Told apart by the colour-blind, and dark beside light in grey."""
COLOURS_ON_DARK = COLOURS | {"refunded": "#14958f", "expired": "#8f7cc4", "open": "#3a4248"}
"""The same hues, where the dark ones would sink into a dark page."""
