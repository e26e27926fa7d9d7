"""Imports what raises Python's recursion limit: where that happens within an example, Hypothesis objects."""

from __future__ import annotations

import jsonata  # type: ignore[import-untyped] # noqa: F401
