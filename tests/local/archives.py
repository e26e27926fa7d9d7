"""Code of functions for the local AWS."""

from __future__ import annotations

import io
import zipfile


def archive(path: str, text: str) -> bytes:
    """Return a zip of one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr(zipfile.ZipInfo(path), text)  # without the time of writing: the same content is the same archive
    return packed.getvalue()
