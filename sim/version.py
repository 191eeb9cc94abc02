"""The version, in one place: of the package, of what its results say they were made by."""

from __future__ import annotations

__version__ = "0.1.0"
