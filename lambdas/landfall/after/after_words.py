"""The sentences about an after-check, for reasons, records, reports and messages."""

from __future__ import annotations

from typing import assert_never

from landfall.after.inquiry import Inquiry, InquiryStage

NONE = "none"


def calls(inquiry: Inquiry) -> str:
    """Name the function and how often it was called."""
    return f"{inquiry.function} was called {inquiry.calls} {'time' if inquiry.calls == 1 else 'times'}"


def ended(inquiry: Inquiry) -> str:
    """Say how an after-check ended and why, for the verdict."""
    said = _said(inquiry)
    match inquiry.stage:
        case InquiryStage.ACCEPTED:
            return f"the after-check {inquiry.function} accepted the release{said}"
        case InquiryStage.REFUSED:
            return f"the after-check {inquiry.function} refused the release{said or '; it gave no reason'}"
        case InquiryStage.ASKING | InquiryStage.UNDECIDED:
            why = inquiry.trouble or "no call was answered"
            then = ", and the settings accept that" if inquiry.passes else ""
            return f"{calls(inquiry)} and gave no answer by {inquiry.ends_at}{then}; at last: {why}"
    assert_never(inquiry.stage)


def short(inquiry: Inquiry | None) -> str:
    """Say in a word or two what an after-check said."""
    if inquiry is None:
        return NONE
    match inquiry.stage:
        case InquiryStage.ACCEPTED:
            return "accepted"
        case InquiryStage.REFUSED:
            return "refused"
        case InquiryStage.UNDECIDED:
            return "undecided, accepted by the settings" if inquiry.passes else "undecided"
        case InquiryStage.ASKING:
            return "not answered"
    assert_never(inquiry.stage)


def full(inquiry: Inquiry | None) -> tuple[tuple[str, str], ...]:
    """Return the known fields of an after-check, as names and texts."""
    if inquiry is None:
        return ()
    told = (
        ("after-check", short(inquiry)),
        ("its function", inquiry.function),
        ("its calls", f"{inquiry.calls}, from {inquiry.began_at}"),
        ("its answer", inquiry.answered_at),
        ("its reason", inquiry.reason),
        ("its details", inquiry.details),
        ("its trouble", inquiry.trouble),
    )
    return tuple((name, text) for name, text in told if text)


def _said(inquiry: Inquiry) -> str:
    return f": {inquiry.reason}" if inquiry.reason else ""
