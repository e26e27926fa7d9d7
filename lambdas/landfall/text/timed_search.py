"""Applies a user's pattern to foreign text, for a limited time.

A pattern with nested repetitions can search for years, and Python's matcher can't be interrupted. So it runs in a
separate process, which can be stopped. This works for every pattern, and needs no compiled library in the layer.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable

SECONDS = 2.0
"""The limit for the interpreter's start and the search. Ten searches leave a step enough time for its requests."""
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
    """Say whether any text matches. Raises TimeoutError if the search takes too long."""
    code, _ = _run(_SEARCH, [pattern, list(texts)])
    return code == FOUND


def full_matches(pattern: str, texts: Iterable[str], group: str) -> list[str | None]:
    """Return for each text the content of the named group, or of the only group; None if the text does not match.

    The whole text must match. The content is empty if the pattern has no such group. Raises TimeoutError if the search
    in all texts together takes too long.
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
