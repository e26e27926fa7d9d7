"""Headers that each request of a round is sent with, such as one that a test listener's rule looks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from landfall.smoke.http_answers import Answers, Request, Round

Headers = tuple[tuple[str, str], ...]
_T = TypeVar("_T")


def with_headers(wanted: Round, headers: Headers) -> Round:
    """Return the round with these headers in each request. If a check sends one of them, its own value is sent."""
    if not headers:
        return wanted
    asked, early = (_each(several, headers) for several in (wanted.requests, wanted.warm_up))
    return replace(wanted, requests=asked, warm_up=early)


def without(answers: Answers, headers: Headers) -> Answers:
    """Return the answers as those to the requests without these headers."""
    if not headers:
        return answers
    given, early = (_back(several, headers) for several in (answers.given, answers.early))
    return replace(answers, given=given, early=early)


def _each(several: Mapping[Request, _T], headers: Headers) -> dict[Request, _T]:
    return {replace(request, headers=(*headers, *request.headers)): value for request, value in several.items()}


def _back(several: Mapping[Request, _T], headers: Headers) -> dict[Request, _T]:
    return {replace(request, headers=request.headers[len(headers) :]): value for request, value in several.items()}
