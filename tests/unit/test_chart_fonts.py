"""Titles in any script: read in a picture where a font here has their letters, else left to the page."""

from __future__ import annotations

import pytest
from matplotlib.font_manager import FontEntry, fontManager

from sim.show.charts import style
from sim.show.charts.style import OURS, families_for, legible

CHINESE = "退款政策"


@pytest.fixture
def only_matplotlibs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is installed but what comes with matplotlib."""
    own = [font for font in fontManager.ttflist if "mpl-data" in font.fname]
    monkeypatch.setattr(fontManager, "ttflist", own)


def test_letters_of_europe_are_in_our_own_font() -> None:
    for title in ("Widerruf binnen 14 Tagen: Größe ≥ 1", "Возврат за 14 дней", "Επιστροφή χρημάτων"):
        assert families_for(title) == [OURS]
        assert legible(title, "name") == title


@pytest.mark.usefixtures("only_matplotlibs_own")
def test_where_no_font_has_the_letters_the_picture_shows_the_name() -> None:
    assert families_for(CHINESE) == []
    assert legible(CHINESE, "small-shop") == "small-shop"


def test_a_font_that_has_the_letters_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    has = {"han.ttf": frozenset(map(ord, CHINESE)), "bold.ttf": frozenset(map(ord, CHINESE))}
    monkeypatch.setattr(style, "_letters_of", lambda file: has.get(file, frozenset(map(ord, "abc"))))
    bold = FontEntry(fname="bold.ttf", name="A bold one", weight=700)
    here = [bold, FontEntry(fname="x.ttf", name="Other"), FontEntry(fname="han.ttf", name="Some Han")]
    monkeypatch.setattr(fontManager, "ttflist", here)
    assert families_for(CHINESE) == [OURS, "Some Han"]
    assert legible(CHINESE, "small-shop") == CHINESE


def test_no_title_is_the_name() -> None:
    assert legible("", "small-shop") == "small-shop"
