"""What all tests share: Hypothesis draws the same examples everywhere, so that CI says what a desk says."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("steady")
