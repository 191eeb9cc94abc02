"""What all tests share: Hypothesis draws the same examples everywhere, so that CI says what a desk says."""

from __future__ import annotations

import pytest
from hypothesis import settings

from sim.experiment import making
from sim.experiment.engines import to_stderr

settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def machine_code_at_hand() -> None:
    """Compiled once after each change, and found again by later sessions and their workers."""
    assert making.have_ready(to_stderr) is None
