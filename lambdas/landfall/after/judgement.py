"""Decides the next action: call the function, wait, or go on with its answer. Time is an input."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from landfall.after import after_words
from landfall.after.function_answers import Answer, Says
from landfall.after.inquiry import Inquiry, InquiryStage
from landfall.model import State, Verdict, wait
from landfall.settings.after import CALL_SECONDS, LONGEST_WAIT, pause

MARGIN = 10
"""Seconds between the end of the function by its own time limit, and the end of our wait for its answer."""
BEFORE = "; before that: "
"""Text between the message of a lost answer and the trouble before it."""
PASSED, REFUSED, UNDECIDED = "AFTER_CHECK_PASSED", "AFTER_CHECK_REFUSED", "AFTER_CHECK_UNDECIDED"
WENT_ON = "AFTER_CHECK_UNDECIDED_ACCEPTED"
NOT_YET, NO_ANSWER, LOST = "AFTER_CHECK_NOT_YET", "AFTER_CHECK_NO_ANSWER", "AFTER_CHECK_ANSWER_LOST"


@dataclass(frozen=True)
class Due:
    """The next action. `verdict` is None if the step must call the function, and wait `seconds` for its answer."""

    inquiry: Inquiry
    verdict: Verdict | None = None
    seconds: int = 0


def due(inquiry: Inquiry, now: datetime) -> Due:
    """Return the action for this look. A function that may still run is not called again at once."""
    if inquiry.is_over:
        return Due(inquiry, conclusion(inquiry))
    left = _left(inquiry, now)
    if left <= 0:
        return _undecided(inquiry)
    free = _free_at(inquiry)
    if free and now < free:
        seconds = math.ceil((free - now).total_seconds())
        told = f"no answer came to the call of {inquiry.called_at}, and {inquiry.function} may still run"
        return Due(inquiry, wait(LOST, f"{told}; {left} s left", min(seconds, left, LONGEST_WAIT)))
    own = inquiry.function_seconds + MARGIN if inquiry.function_seconds else CALL_SECONDS
    return Due(inquiry, seconds=min(left, own, CALL_SECONDS))


def called(inquiry: Inquiry, now: datetime) -> Inquiry:
    """Return the record before a call."""
    return replace(inquiry, calls=inquiry.calls + 1, called_at=now.isoformat())


def answered(inquiry: Inquiry, answer: Answer, now: datetime, poll: int) -> Due:
    """Return the action after a call. Its `verdict` is never None."""
    told = replace(inquiry, called_at="", answered_at=now.isoformat(), reason=answer.reason, details=answer.details)
    if answer.says is Says.YES:
        over = replace(told, stage=InquiryStage.ACCEPTED, trouble="")
        return Due(over, conclusion(over))
    if answer.says is Says.NO:
        over = replace(told, stage=InquiryStage.REFUSED, trouble="")
        return Due(over, conclusion(over))
    if answer.says is Says.NOT_YET:
        why = f"it has not decided yet{f': {answer.reason}' if answer.reason else ''}"
        return _again(replace(told, trouble=why), NOT_YET, answer.retry_after, now, poll)
    earlier = inquiry.trouble.partition(BEFORE)[0]
    trouble = f"{answer.reason}{BEFORE}{earlier}" if answer.may_run and earlier else answer.reason
    kept = replace(inquiry, called_at=inquiry.called_at if answer.may_run else "", trouble=trouble)
    return _again(kept, NO_ANSWER, 0, now, poll)


def conclusion(inquiry: Inquiry) -> Verdict:
    """Return the verdict on a release whose after-check is over."""
    codes = {InquiryStage.ACCEPTED: PASSED, InquiryStage.REFUSED: REFUSED}
    code = codes.get(inquiry.stage, WENT_ON if inquiry.passes else UNDECIDED)
    return Verdict(State.PASS if inquiry.passes else State.FAIL, code, after_words.ended(inquiry))


def _again(inquiry: Inquiry, code: str, wanted: int, now: datetime, poll: int) -> Due:
    left = _left(inquiry, now)
    if left <= 0:
        return _undecided(inquiry)
    lasted = round((now - datetime.fromisoformat(inquiry.began_at)).total_seconds())
    seconds = min(wanted or pause(lasted, poll), left)
    return Due(inquiry, wait(code, f"{after_words.calls(inquiry)}: {inquiry.trouble}; {left} s left", seconds))


def _undecided(inquiry: Inquiry) -> Due:
    over = replace(inquiry, stage=InquiryStage.UNDECIDED)
    return Due(over, conclusion(over))


def _left(inquiry: Inquiry, now: datetime) -> int:
    return math.ceil((datetime.fromisoformat(inquiry.ends_at) - now).total_seconds())


def _free_at(inquiry: Inquiry) -> datetime | None:
    """Return when a call with a lost answer has certainly ended; half of the remaining time is kept for another call.

    If the function's own time limit is not known, there is no wait.
    """
    if not inquiry.called_at:
        return None
    begun, ends = datetime.fromisoformat(inquiry.called_at), datetime.fromisoformat(inquiry.ends_at)
    return min(begun + timedelta(seconds=inquiry.function_seconds), begun + (ends - begun) / 2)
