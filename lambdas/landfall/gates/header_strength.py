"""How strong a security header's value is, so that two releases can be compared. Dynamic parts don't count."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from landfall.text.lazy_pattern import Later

Strength = Mapping[str, int]
"""The parts of a value, each with its strength: a greater number is stronger. A missing part has 0."""

_ONCE = Later(r"'nonce-[^']*'|'sha(?:256|384|512)-[^']*'", re.IGNORECASE)
"""A nonce is new in each answer, and a hash changes with the page."""
_WEAK = frozenset({"'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*", "http:", "https:", "data:", "blob:"})
_REPORTING = frozenset({"report-uri", "report-to"})
_REFERRER = (
    "unsafe-url",
    "no-referrer-when-downgrade",
    "origin-when-cross-origin",
    "origin",
    "same-origin",
    "strict-origin-when-cross-origin",
    "strict-origin",
    "no-referrer",
)
"""From weak to strong (Referrer Policy, W3C)."""
_MAX_AGE = Later(r'max-age\s*=\s*"?(\d{1,12})', re.IGNORECASE)
_COOKIE = Later(r",(?=\s*[^;,=\s]+=)")
_FRAMES = {"deny": 2, "sameorigin": 1}
_SAME_SITE = {"strict": 2, "lax": 1}


def strength(name: str, value: str) -> Strength:
    """Return the parts of a header's value (name in lower case) with their strength."""
    return _PARTS[name](value)


def _transport(value: str) -> Strength:
    """The first of several headers counts (RFC 6797, 6.1, 8.1)."""
    first = value.partition(",")[0]
    found, low = _MAX_AGE.search(first), first.lower()
    return {
        "max-age": int(found[1]) if found else 0,
        "includeSubDomains": int("includesubdomains" in low),
        "preload": int("preload" in low),
    }


def _content(value: str) -> Strength:
    """Each directive counts 100, less one for each source that lets nearly anything through (CSP Level 3)."""
    parts: dict[str, int] = {}
    for directive in _ONCE.sub("'once'", value).lower().split(";"):
        name, *sources = directive.split() or [""]
        if name and name not in _REPORTING:
            weak = sum(1 for source in sources if source in _WEAK and not _is_overruled(source, sources))
            parts.setdefault(name, 100 - weak)
    return parts


def _is_overruled(source: str, sources: list[str]) -> bool:
    """Browsers ignore 'unsafe-inline' beside a nonce or a hash."""
    return source == "'unsafe-inline'" and "'once'" in sources


def _frames(value: str) -> Strength:
    """Values that contradict each other refuse every frame, if one of them is known (header_values.py)."""
    said = {each.strip().lower() for each in value.split(",")}
    strongest = max(_FRAMES.get(each, 0) for each in said)
    return {"": _FRAMES["deny"] if strongest and len(said) > 1 else strongest}


def _sniffing(value: str) -> Strength:
    return {"": int(value.partition(",")[0].strip().lower() == "nosniff")}


def _referrer(value: str) -> Strength:
    """The last policy that a browser knows counts."""
    known = [each for part in value.split(",") if (each := part.strip().lower()) in _REFERRER]
    return {"": _REFERRER.index(known[-1]) if known else 0}


def _permissions(value: str) -> Strength:
    """A feature that is allowed nowhere counts 3, for the page itself 2, for others 1 (Permissions Policy, W3C)."""
    parts: dict[str, int] = {}
    for member in value.split(","):
        name, _, allowed = member.strip().partition("=")
        if name:
            parts[name.lower()] = {"()": 3, "(self)": 2, "self": 2}.get(_list(allowed), 1)
    return parts


def _list(allowed: str) -> str:
    """Return an inner list without its spaces and its parameters, such as where to report to (RFC 8941, 3.1.1)."""
    return allowed.partition(";")[0].replace(" ", "").lower()


def _cookies(value: str) -> Strength:
    """The flags of each cookie, never its value (RFC 6265bis)."""
    parts: dict[str, int] = {}
    for cookie in _COOKIE.sub("\n", value).split("\n"):
        first, *flags = (part.strip() for part in cookie.split(";"))
        name, low = first.partition("=")[0], [flag.lower().replace(" ", "") for flag in flags]
        same = next((flag.partition("=")[2] for flag in low if flag.startswith("samesite=")), "")
        parts[name] = 1
        parts[f"{name} Secure"] = int("secure" in low)
        parts[f"{name} HttpOnly"] = int("httponly" in low)
        parts[f"{name} SameSite"] = _SAME_SITE.get(same, 0)
    return parts


_PARTS: Mapping[str, Callable[[str], Strength]] = {
    "strict-transport-security": _transport,
    "content-security-policy": _content,
    "x-frame-options": _frames,
    "x-content-type-options": _sniffing,
    "referrer-policy": _referrer,
    "permissions-policy": _permissions,
    "set-cookie": _cookies,
}
NAMES = tuple(_PARTS)
"""The headers that are compared."""
