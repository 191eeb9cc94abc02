"""Git LFS keeps a few lines in place of a file until they are exchanged: they are no scenario, baseline or history.

Source: the Git LFS specification, "The Pointer": its first line is `version` and this address.
"""

from __future__ import annotations

_SIGN = b"version https://git-lfs.github.com/spec/"
POINTER = (
    "found a pointer of Git LFS in place of the file; fetch it with git lfs pull (in CI: check out with lfs: true)"
)


def is_pointer(content: bytes) -> bool:
    """Whether these bytes only point to a file that Git LFS keeps."""
    return content.startswith(_SIGN)
