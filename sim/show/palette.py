"""The colours and words of endings, the same in every chart, table and page, on paper and on dark screens."""

from __future__ import annotations

COLOURS = {
    "refunded": "#0b7a75",
    "partly_refunded": "#8fd0bf",
    "refused": "#d55e00",
    "gave_up": "#f0b95a",
    "expired": "#54417f",
    "open": "#e4e4e4",
}
"""An ending has one colour in every chart. Told apart by the colour-blind, and dark beside light in grey."""
COLOURS_ON_DARK = COLOURS | {"refunded": "#14958f", "expired": "#8f7cc4", "open": "#3a4248"}
"""The same hues, where the dark ones would sink into a dark page."""
WORDS = {
    "refunded": "refunded",
    "partly_refunded": "refunded in part",
    "refused": "refused",
    "gave_up": "given up",
    "expired": "expired",
    "open": "still open",
}
SHORT_WORDS = WORDS | {"partly_refunded": "in part"}
"""Where there is little room."""
