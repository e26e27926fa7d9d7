"""The corpora that were in sight when the rules were written."""

from __future__ import annotations

from tests.redaction.measure import files

SEEN = [path for path in files() if "untouched" not in path.parts]
