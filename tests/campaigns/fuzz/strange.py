"""Strange values: any JSON, and good documents of which some part is replaced, left out or added."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

from tests.support import builders as b

NASTY = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "../..",
        "${jndi:ldap://x}",
        "' OR 1=1 --",
        "http://169.254.169.254/latest/meta-data",
        "arn:aws:ecs:us-east-1:999999999999:cluster/another",
        "x" * 5000,
        "\ud800",
        "_unknown",
        "_chain",
        "sample\n",
        b.SHA,
        b.DIGEST,
        "NaN",
        -1,
        0,
        2**63,
        10**40,
        1e308,
        True,
    ]
)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | NASTY
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def changed(draw: st.DrawFn, documents: list[Any]) -> Any:
    """Return a good document, with up to three changes anywhere in it."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        _change(draw, document)
    return document


def _change(draw: st.DrawFn, document: Any) -> None:
    while True:
        if isinstance(document, list):
            keys: list[Any] = list(range(len(document)))
        elif isinstance(document, dict):
            keys = sorted(document, key=repr)
        else:
            return
        way = draw(st.sampled_from(["into", "replace", "drop", "add"]))
        if way == "add" or not keys:
            if isinstance(document, dict):
                document[draw(st.text(min_size=1, max_size=12))] = draw(JSON)
            else:
                document.append(draw(JSON))
            return
        key = draw(st.sampled_from(keys))
        if way == "into" and isinstance(document[key], dict | list):
            document = document[key]
            continue
        if way == "drop":
            del document[key]
        else:
            document[key] = draw(JSON)
        return


@st.composite
def changed_text(draw: st.DrawFn, text: str) -> str:
    """Return a text of which lines are dropped, repeated, swapped, or changed within."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        way = draw(st.sampled_from(["drop", "repeat", "cut", "put", "value"]))
        line = lines[at]
        if way == "drop" and len(lines) > 1:
            del lines[at]
        elif way == "repeat":
            lines.insert(at, line)
        elif way == "cut":
            lines[at] = line[: draw(st.integers(0, len(line)))]
        elif way == "put":
            lines.insert(at, draw(st.text(max_size=30)))
        elif "=" in line:
            told = json.dumps(draw(LEAF), ensure_ascii=draw(st.booleans()))
            lines[at] = line.partition("=")[0] + "= " + told
    return "\n".join(lines)
