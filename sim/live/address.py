"""Where a page is found, with a token that nobody can guess."""

from __future__ import annotations

import secrets
import socket
from typing import NamedTuple


class Address(NamedTuple):
    """Where the page is found."""

    token: str
    host: str
    port: int

    def __str__(self) -> str:
        everywhere = self.host in ("0.0.0.0", "::")
        host = socket.gethostname() if everywhere else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/{self.token}/"


def new_token() -> str:
    """Nobody can guess it."""
    return secrets.token_urlsafe(24)
