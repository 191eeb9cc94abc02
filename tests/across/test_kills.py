"""Whoever is killed, whenever: the same command goes on, and comes to the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.across.kills import killed


@pytest.mark.long
def test_two_hundred_kills_change_no_byte_and_leave_nothing(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    assert killed(tmp_path, 200).total() == 200
