"""The checks that a service's owner adds: [[services.<name>.smoke.checks]]."""

from __future__ import annotations

from collections.abc import Sequence

import jmespath
from jmespath.exceptions import JMESPathError

from landfall.settings.smoke import OwnCheck
from landfall.smoke import body, header_rules
from landfall.smoke.case import FAIL, PASS, RETRY, Case, Reply, Seen, overall, worst
from landfall.smoke.http_answers import Answer, Request
from landfall.smoke.service_checks import in_time
from landfall.text import timed_search


def case(own: OwnCheck) -> Case:
    """Return the check that the settings describe."""

    def judge(replies: Sequence[Reply]) -> Seen:
        found = [overall(replies, [_look(own, answer) for _, answer in replies])]
        if own.max_seconds is not None:
            found.append(in_time(replies, own.max_seconds, own.percentile))
        if own.body_must_not_match is not None:
            found.append(_search(own.body_must_not_match, replies))
        state, seen = worst(found)
        return state, (", ".join(text for _, text in found) if state == PASS else seen)

    return Case(own.name, _expected(own), judge, {request(own): own.requests})


def request(own: OwnCheck) -> Request:
    """Return the request that the check makes."""
    return Request(own.path, own.method, tuple(own.send.items()))


def _expected(own: OwnCheck) -> str:
    parts = [f"HTTP {own.status}"]
    if own.json is not None:
        parts.append(f"{own.json} is {own.equals!r}")
    if own.header is not None:
        parts.append(f"header {own.header}")
    if own.max_seconds is not None:
        parts.append(f"under {own.max_seconds:g} s (p{own.percentile})")
    if own.body_must_not_match is not None:
        parts.append(f"no {own.body_must_not_match}")
    return ", ".join(parts)


def _look(own: OwnCheck, answer: Answer) -> Seen:
    """Judge one answer. A check may expect a status that counts as a lost answer elsewhere, such as a limiter's 429."""
    if answer.error or (answer.lost and answer.status != own.status):
        return RETRY, answer.seen
    if answer.status != own.status:
        return FAIL, answer.seen
    if own.header is not None and header_rules.broken((own.header,), answer.headers):
        return FAIL, f"{answer.seen}, wrong header"
    if own.json is not None:
        wrong = _wrong_value(own, own.json, answer)
        if wrong:
            return FAIL, f"{answer.seen}, {wrong}"
    return PASS, answer.seen


def _wrong_value(own: OwnCheck, path: str, answer: Answer) -> str:
    """Return the fault of a value in the body. A text is shown only if it looks like a version.

    If the request sent a secret, no text is shown, since it may be the secret in another encoding.
    """
    try:
        value = jmespath.search(path, answer.json)
    except (ValueError, TypeError, RecursionError, JMESPathError) as error:
        return "a body that is too long to read in full" if answer.cut else f"{path} gives {type(error).__name__}"
    if body.equal(value, own.equals):
        return ""
    plain = body.may_be_shown(value) and not own.secrets
    return f"{path} is {value!r}" if plain else f"{path} is a different {type(value).__name__}"


def _search(own_pattern: str, replies: Sequence[Reply]) -> Seen:
    arrived = [answer for _, answer in replies if not answer.lost]
    try:
        hit = timed_search.matches(own_pattern, (answer.body for answer in arrived))
    except TimeoutError as error:
        return RETRY, f"the search for the pattern failed: {error}"
    return (FAIL, "a body that matches") if hit else (PASS, "no body that matches")
