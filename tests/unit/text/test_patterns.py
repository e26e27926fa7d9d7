"""Python's patterns mean the same on every Python that is supported."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
from re import _parser as parser  # type: ignore[attr-defined]  # the standard library has no other door to what it parsed

import landfall
from landfall.text.lazy_pattern import Later


def test_no_pattern_takes_more_than_it_matches_on_3_11_2() -> None:
    """Before 3.11.5 a possessive quantifier takes too much (python/cpython#100061, #106052); `(?>…)` does not."""
    modules = [importlib.import_module(each.name) for each in pkgutil.walk_packages(landfall.__path__, "landfall.")]
    gc.unfreeze()  # what was imported for the collection of the tests is frozen (tests/conftest.py)
    patterns = {p.pattern for p in gc.get_objects() if isinstance(p, Later)}
    patterns |= {p.pattern for each in modules for p in vars(each).values() if isinstance(p, re.Pattern)}
    assert len(patterns) > 50, "the collector knows of the patterns"
    assert [each for each in patterns if "POSSESSIVE" in repr(parser.parse(each))] == []
