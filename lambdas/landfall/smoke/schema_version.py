"""The check that the database has the schema version that the release's image needs."""

from __future__ import annotations

from collections.abc import Sequence

from landfall.settings.smoke import Smoke
from landfall.smoke import body
from landfall.smoke.case import FAIL, PASS, RETRY, Case, Check, Reply, Seen
from landfall.smoke.http_answers import Answers, Request

NAME = "schema version"
OK = 200


def check(answers: Answers, smoke: Smoke, path: str, expected: str) -> Check:
    """Compare readiness' value at a JMESPath with the image's. The numbers 7 and "7" are the same.

    If readiness is not 200, its own check judges that. If answers differ, another round is made: a proxy may send
    requests to older tasks for some seconds.
    """
    needs = {Request(smoke.ready_path): 1}
    return Case(NAME, f"{path} {expected}", lambda replies: _judged(replies, path, expected), needs).judged(answers)


def _judged(replies: Sequence[Reply], path: str, expected: str) -> Seen:
    whole = [answer for _, answer in replies if answer.status == OK and not answer.lost and not answer.cached]
    if not whole:
        return RETRY, replies[0][1].seen
    values = [body.find(answer, path) for answer in whole]
    wrong = [value for value in values if not _same(value, expected)]
    if not wrong:
        return PASS, f"{len(whole)} of {len(whole)} answers"
    shown = wrong[0] if body.may_be_shown(wrong[0]) else f"another {type(wrong[0]).__name__}"
    return (FAIL if len(wrong) == len(whole) else RETRY), f"{path} {shown} in {len(wrong)} of {len(whole)} answers"


def _same(value: object, expected: str) -> bool:
    known = isinstance(value, str | int | float) and not isinstance(value, bool)
    return known and str(value).strip() == expected
