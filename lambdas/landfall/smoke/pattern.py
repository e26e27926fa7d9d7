"""Searches text that a service answered for a pattern, for a limited time.

A pattern with nested repetitions can search for years, and Python's own matcher can't be interrupted from outside. So
it runs in a process of its own, which can be: whatever the pattern, and without a compiled library in the layer.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable

SECONDS = 2.0
"""For the interpreter's start and the search; ten of them leave a step time enough for its requests."""
FOUND, ABSENT = 10, 11
_PROGRAM = f"""
import json, re, sys
pattern, texts = json.load(sys.stdin)
sys.exit({FOUND} if any(re.search(pattern, text) for text in texts) else {ABSENT})
"""


def matches(pattern: str, texts: Iterable[str]) -> bool:
    """Say whether any text matches. Raises TimeoutError where that can't be found out in time."""
    try:
        ended = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-I", "-S", "-c", _PROGRAM],
            input=json.dumps([pattern, list(texts)]).encode(),
            timeout=SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"no result after {SECONDS:g} s") from error
    if ended.returncode not in (FOUND, ABSENT):
        raise TimeoutError(f"the search ended with {ended.returncode}")
    return ended.returncode == FOUND
