"""Modules that are imported when something of them is first used, and not when tests are collected.

`aws_cdk` starts Node.js as soon as it is imported, and `cfnlint` takes a second. Every worker collects all tests, and
one of them needs these.
"""

from __future__ import annotations

import importlib
from typing import Any


class _Later:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith(("_", "pytest")):  # pytest asks whatever it finds for its own marks
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self._name), attribute)


def later(name: str) -> Any:
    """Return a stand-in for a module: its attributes are the module's, which is imported for the first of them."""
    return _Later(name)
