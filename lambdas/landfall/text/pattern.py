"""Tries somebody's own pattern on text from outside, for a limited time.

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
_SEARCH = f"""
import json, re, sys
pattern, texts = json.load(sys.stdin)
sys.exit({FOUND} if any(re.search(pattern, text) for text in texts) else {ABSENT})
"""
_MATCH = f"""
import json, re, sys
pattern, texts, name = json.load(sys.stdin)
known = re.compile(pattern)
group = name if name in known.groupindex else 1 if known.groups == 1 else 0
found = [known.fullmatch(text) for text in texts]
json.dump([m and ((m[group] or "") if group else "") for m in found], sys.stdout)
sys.exit({FOUND})
"""


def matches(pattern: str, texts: Iterable[str]) -> bool:
    """Say whether any text matches. Raises TimeoutError where that can't be found out in time."""
    code, _ = _run(_SEARCH, [pattern, list(texts)])
    return code == FOUND


def full_matches(pattern: str, texts: Iterable[str], group: str) -> list[str | None]:
    """Return for each text what the group of that name, or the only group, holds; None where the text does not match.

    The whole text must match. Empty where the pattern has no such group. Raises TimeoutError as `matches` does, for
    all of the texts together.
    """
    _, told = _run(_MATCH, [pattern, list(texts), group])
    return list(json.loads(told))


def _run(program: str, given: list[object]) -> tuple[int, bytes]:
    try:
        ended = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-I", "-S", "-c", program],
            input=json.dumps(given).encode(),
            timeout=SECONDS,
            check=False,
            env={},
            stdout=subprocess.PIPE,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"no result after {SECONDS:g} s") from error
    if ended.returncode not in (FOUND, ABSENT):
        raise TimeoutError(f"the search ended with {ended.returncode}")
    return ended.returncode, ended.stdout
