"""Compares the answers of blue and green to the same read-only requests: status, security headers, latency.

Each difference is shown. One in which green is worse may fail the gate, as the setting `compare_fails` says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from landfall.gates import header_strength
from landfall.smoke import header_values
from landfall.smoke.http_answers import Answer, Request
from landfall.text.shortened import shortened

STATUS, HEADERS, LATENCY = "status", "security_headers", "latency"
"""The kinds of differences, as the setting names them."""
LONGEST = 80
SLOWER, LEAST_SECONDS = 1.5, 0.05
"""Green's median is worse above 1.5 times blue's, and at least 50 ms above it."""
ABSENT = "absent"
_COOKIE = "set-cookie"
_MISSING = 404
_CLASS = 100
_OK, _SERVER_ERROR = 2, 5

Given = Mapping[Request, Sequence[Answer]]


@dataclass(frozen=True)
class Difference:
    """One difference: the request, the kind, both answers, and whether green is worse."""

    kind: str
    name: str
    blue: str
    green: str
    worse: bool

    def __str__(self) -> str:
        return f"{self.name}: blue {self.blue}, green {self.green}"


def differences(blue: Given, green: Given) -> tuple[Difference, ...]:
    """Return all differences, by request. Requests that blue itself did not answer say nothing."""
    found: list[Difference] = []
    for request in blue:
        ours, theirs = _heard(blue[request]), _heard(green.get(request, ()))
        if ours:
            found += _of_status(str(request), ours, theirs)
        if ours and theirs:
            found += [*_of_headers(str(request), ours, theirs), *_of_latency(str(request), ours, theirs)]
    return tuple(found)


def failing(found: Sequence[Difference], fails: Collection[str]) -> tuple[Difference, ...]:
    """Return the differences that fail the gate: green is worse, in a way that the setting names."""
    return tuple(each for each in found if each.worse and each.kind in fails)


def _heard(answers: Sequence[Answer]) -> list[Answer]:
    return [answer for answer in answers if not answer.lost]


def _of_status(name: str, blue: list[Answer], green: list[Answer]) -> Iterator[Difference]:
    ours, theirs = _usual(blue), _usual(green)
    if ours // _CLASS != theirs // _CLASS:
        yield Difference(STATUS, name, str(ours), str(theirs or "no answer"), not _is_better(ours, theirs))


def _usual(answers: list[Answer]) -> int:
    """Return the most frequent status; 0 without answers. The higher one, of two as frequent."""
    counted = Counter(answer.status for answer in answers)
    return max(counted, key=lambda status: (counted[status], status), default=0)


def _is_better(blue: int, green: int) -> bool:
    """A path that now exists or works is not a fault. A path that no longer asks for a login (401, 403) is one."""
    return green // _CLASS == _OK and (blue == _MISSING or blue // _CLASS == _SERVER_ERROR)


def _of_headers(name: str, blue: list[Answer], green: list[Answer]) -> Iterator[Difference]:
    for header in header_strength.NAMES:
        ours, theirs = _weakest(header, blue), _weakest(header, green)
        if ours is None and theirs is None:
            continue
        if ours is None or theirs is None:
            one, other = (ABSENT if each is None else "present" for each in (ours, theirs))
            yield Difference(HEADERS, f"{name} {header}", one, other, theirs is None and header != _COOKIE)
        else:
            yield from _of_parts(f"{name} {header}", ours, theirs)


def _of_parts(name: str, blue: Mapping[str, int], green: Mapping[str, int]) -> Iterator[Difference]:
    """Compare the parts that both have. A cookie that one side doesn't set has no flags to compare."""
    cookies = name.endswith(_COOKIE)
    for part in dict.fromkeys((*blue, *green)):
        ours, theirs = _of(part, blue), _of(part, green)
        if ours != theirs and not (cookies and (part not in blue or part not in green)):
            label = f"{name} {shortened(part, LONGEST)}".rstrip()
            yield Difference(HEADERS, label, _strength(ours), _strength(theirs), theirs < ours)


def _of(part: str, parts: Mapping[str, int]) -> int:
    """A missing directive of a Content-Security-Policy falls back to default-src (CSP Level 3, 6.8.3)."""
    return parts.get(part, parts.get("default-src", 0) if part.endswith("-src") else 0)


def _strength(value: int) -> str:
    return f"strength {value}" if value else ABSENT


def _weakest(header: str, answers: list[Answer]) -> Mapping[str, int] | None:
    """Return the weakest of what the answers said; None if one of them did not say anything that browsers obey.

    Not every answer sets every cookie: a cookie is as weak as in those that set it.
    """
    values = (answer.headers.get(header) for answer in answers)
    found = [
        header_strength.strength(header, each) for each in values if each and header_values.says_something(header, each)
    ]
    if not found or (header != _COOKIE and len(found) < len(answers)):
        return None
    parts = dict.fromkeys(part for each in found for part in each)
    return {part: min(_of(part, each) for each in found if header != _COOKIE or part in each) for part in parts}


def _of_latency(name: str, blue: list[Answer], green: list[Answer]) -> Iterator[Difference]:
    ours, theirs = (median(answer.seconds for answer in side) for side in (blue, green))
    if theirs > max(ours * SLOWER, ours + LEAST_SECONDS):
        yield Difference(LATENCY, f"{name} latency", f"{ours * 1000:.0f} ms", f"{theirs * 1000:.0f} ms", worse=True)
