"""Decodes a body's texts: JSON escapes line breaks and quotes, HTML escapes both and more."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from landfall.text.lazy_pattern import Later

_DEEPEST = 20
_MOST = 4000
"""The most values of a document that are read."""
_BREAKS = Later(r"(?i)<(?:br|/?p|/?div|/?li|/?tr|/?h[1-6]|/?pre)\b[^<>]{0,300}>")
_CELL_ENDS = Later(r"(?i)</(?:td|th|dt)\s{0,20}>(?>(?:\s|<(?:td|th|dd|pre|code|span|div|p)\b[^<>]{0,300}>){0,20})")
"""Between two cells of a table: the first may be the label of the second."""
_TAG = Later(r"</?[A-Za-z][^<>]{0,2000}>|<!--.{0,2000}?-->", re.S)
_ESCAPE = Later(r"\\(?:u([0-9a-fA-F]{4})|([nrt\"'/\\]))")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Spelled:
    """The texts of a body and the objects in it, including those inside its strings."""

    texts: tuple[str, ...]
    objects: tuple[Mapping[str, Any], ...]


def spelled(body: str) -> Spelled:
    """Return the texts and objects of a body."""
    texts, objects = [body], list[Mapping[str, Any]]()
    for value in _values(_parsed(body)):
        if isinstance(value, Mapping):
            objects.append(value)
        else:
            texts.append(value)
    if len(texts) == 1:
        texts += (_unescaped(body), _unescaped(_unescaped(body)))
    texts += [_text_of_html(text) for text in texts if "<" in text or "&" in text]
    return Spelled(tuple(dict.fromkeys(texts)), tuple(objects))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _values(document: Any) -> Iterator[str | Mapping[str, Any]]:
    """Yield every text and every object, without recursion: somebody may nest a body deeply on purpose."""
    waiting, seen = [(document, 0)], 0
    while waiting and seen < _MOST:
        value, depth = waiting.pop()
        seen += 1
        if isinstance(value, str):
            yield value
            if value.lstrip()[:1] in ("{", "["):
                waiting.append((_parsed(value), depth + 1))
        elif isinstance(value, list):
            lines = [each for each in value if isinstance(each, str)]
            if len(lines) > 1:
                yield "\n".join(lines)
            inner = value
        elif isinstance(value, Mapping):
            yield value
            inner = list(value.values())
        if isinstance(value, list | Mapping) and depth < _DEEPEST:
            waiting += [(each, depth + 1) for each in inner]


def _unescaped(text: str) -> str:
    """Return a text without a string's escapes: JSON also occurs inside scripts and texts."""
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _PLAIN.get(m[2], m[2]), text)


def _text_of_html(text: str) -> str:
    plain = html.unescape(_TAG.sub("", _BREAKS.sub("\n", _CELL_ENDS.sub("\t", text)))).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    return plain.encode("utf-8", "replace").decode()
