"""When the function is called, when Landfall waits, and what becomes of the release."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.after import after_words, inquiry, judgement
from landfall.after.function_answers import Answer, Says
from landfall.after.inquiry import Inquiry, InquiryStage
from landfall.model import State
from landfall.settings.after import CALL_SECONDS, AfterCheck
from tests.support import builders as b

POLL = 5
SETTINGS = AfterCheck("check:live", 300)
BEGUN = inquiry.begun(SETTINGS, 60, b.NOW)
CALLED = judgement.called(BEGUN, b.NOW)
ACCEPTS = replace(CALLED, undecided="accept")

LONG = replace(BEGUN, function_seconds=900, ends_at="2026-01-02T09:00:00+00:00")


def after(seconds: float) -> datetime:
    """Return the time so many seconds after the first call."""
    return b.NOW + timedelta(seconds=seconds)


ANSWERS = {
    "yes": (CALLED, Answer(Says.YES), 10, State.PASS, judgement.PASSED),
    "no": (CALLED, Answer(Says.NO, "checkout fails"), 10, State.FAIL, judgement.REFUSED),
    "no, where no answer is accepted": (ACCEPTS, Answer(Says.NO), 10, State.FAIL, judgement.REFUSED),
    "not yet": (CALLED, Answer(Says.NOT_YET), 10, State.WAIT, judgement.NOT_YET),
    "nothing": (CALLED, Answer(Says.NOTHING, "it failed"), 10, State.WAIT, judgement.NO_ANSWER),
    "not yet, at the end": (CALLED, Answer(Says.NOT_YET), 300, State.FAIL, judgement.UNDECIDED),
    "nothing, at the end": (CALLED, Answer(Says.NOTHING, "it failed"), 300, State.FAIL, judgement.UNDECIDED),
    "nothing, at the end, accepted": (ACCEPTS, Answer(Says.NOTHING), 301, State.PASS, judgement.WENT_ON),
    "a late yes": (CALLED, Answer(Says.YES), 310, State.PASS, judgement.PASSED),
    "a late no": (ACCEPTS, Answer(Says.NO), 310, State.FAIL, judgement.REFUSED),
}


@pytest.mark.parametrize(("asked", "answer", "seconds", "state", "code"), ANSWERS.values(), ids=ANSWERS)
def test_what_follows_from_an_answer(asked: Inquiry, answer: Answer, seconds: int, state: State, code: str) -> None:
    """Only a yes lets a release go on, or its owner's setting; a no is final, and everything else is asked again."""
    found = judgement.answered(asked, answer, after(seconds), POLL)
    assert found.verdict
    assert (found.verdict.state, found.verdict.code) == (state, code)
    assert found.inquiry.is_over is (state != State.WAIT)


WAITS = {"at first": (3, 0, POLL), "later": (200, 0, 10), "as it wishes": (3, 60, 60), "near the end": (290, 60, 10)}
WAITS |= {"a second before it": (299, 0, 1)}


@pytest.mark.parametrize(("seconds", "wished", "expected"), WAITS.values(), ids=WAITS)
def test_the_waits_get_longer(seconds: int, wished: int, expected: int) -> None:
    """And end in time for one more call."""
    found = judgement.answered(CALLED, Answer(Says.NOT_YET, retry_after=wished), after(seconds), POLL)
    assert found.verdict
    assert (found.verdict.state, found.verdict.retry_after) == (State.WAIT, expected)


DUE = {
    "never called": (BEGUN, 0, None, 70),
    "answered before": (replace(BEGUN, calls=1), 100, None, 70),
    "its limit is not known": (replace(BEGUN, function_seconds=0), 0, None, 300),
    "it may run for long": (
        replace(BEGUN, function_seconds=900, ends_at="2026-01-02T09:00:00+00:00"),
        0,
        None,
        CALL_SECONDS,
    ),
    "little time is left": (BEGUN, 290, None, 10),
    "the answer was lost, and it may run": (CALLED, 20, judgement.LOST, 0),
    "the answer was lost, and it has ended": (CALLED, 60, None, 70),
    "the answer was lost, its limit not known": (replace(CALLED, function_seconds=0), 1, None, 299),
    "the answer was lost, half of the time is over": (replace(CALLED, function_seconds=900), 150, None, 150),
    "the answer was lost, half of the time is not over": (
        replace(CALLED, function_seconds=900),
        149,
        judgement.LOST,
        0,
    ),
    "a second is left": (BEGUN, 299, None, 1),
    "the time is over": (BEGUN, 300, judgement.UNDECIDED, 0),
    "the time is over, while it may run": (CALLED, 301, judgement.UNDECIDED, 0),
    "accepted before": (replace(BEGUN, stage=InquiryStage.ACCEPTED), 900, judgement.PASSED, 0),
    "refused before": (replace(BEGUN, stage=InquiryStage.REFUSED), 0, judgement.REFUSED, 0),
    "changed by hand": (Inquiry(InquiryStage.UNDECIDED, "", "", ""), 0, judgement.UNDECIDED, 0),
}


@pytest.mark.parametrize(("asked", "seconds", "code", "waits"), DUE.values(), ids=DUE)
def test_what_is_due(asked: Inquiry, seconds: int, code: str | None, waits: int) -> None:
    """A function that may still run is not called a second time, and what is over is not asked again."""
    found = judgement.due(asked, after(seconds))
    assert (found.verdict.code if found.verdict else None, found.seconds) == (code, waits)


@given(
    st.sampled_from(InquiryStage),
    st.sampled_from(Says),
    st.floats(0, 400),
    st.sampled_from(("rollback", "accept")),
    st.booleans(),
)
def test_nothing_but_a_yes_or_the_setting_passes(
    stage: InquiryStage, says: Says, seconds: float, undecided: str, may_run: bool
) -> None:
    """Whatever is known, whatever comes back, and whenever."""
    asked = replace(CALLED, stage=stage, undecided=undecided)  # type: ignore[arg-type]
    found = judgement.due(asked, after(seconds))
    if found.verdict is None or found.verdict.state == State.WAIT:
        found = judgement.answered(asked, Answer(says, may_run=may_run), after(seconds), POLL)
    assert found.verdict
    if found.verdict.state == State.PASS:
        said_yes = InquiryStage.ACCEPTED in (stage, found.inquiry.stage)
        assert said_yes or (undecided == "accept" and found.inquiry.stage == InquiryStage.UNDECIDED)


def test_a_record_is_read_as_it_was_written() -> None:
    """What was changed by hand is undecided, and goes back: it is no yes."""
    assert inquiry.read({inquiry.FIELD: inquiry.written(CALLED)}) == CALLED
    assert inquiry.read({}) is None
    assert inquiry.read(None) is None
    for text in ("", "null", "[]", '{"stage": "ACCEPTED"}', '{"stage": "YES"}', 5):
        found = inquiry.read({inquiry.FIELD: text})
        assert found
        assert (found.stage, found.passes) == (InquiryStage.UNDECIDED, False)


def test_the_sentences_say_who_said_what() -> None:
    """In records, reports, messages and pages."""
    said = replace(CALLED, stage=InquiryStage.REFUSED, reason="checkout fails", details='{"orders": 0}', calls=2)
    assert after_words.ended(said) == "the after-check check:live refused the release: checkout fails"
    assert after_words.short(None) == after_words.NONE
    assert {after_words.short(replace(said, stage=stage)) for stage in InquiryStage} == {
        "accepted",
        "refused",
        "undecided",
        "not answered",
    }
    assert "accepted by the settings" in after_words.short(
        replace(said, stage=InquiryStage.UNDECIDED, undecided="accept")
    )
    told = dict(after_words.full(said))
    assert (told["its reason"], told["its details"]) == ("checkout fails", '{"orders": 0}')
    assert after_words.full(None) == ()
    silent = replace(CALLED, stage=InquiryStage.REFUSED, reason="")
    assert after_words.ended(silent).endswith("it gave no reason")


def test_a_call_is_counted_before_it_is_made() -> None:
    """A step that dies in the call leaves behind that it called."""
    assert replace(BEGUN, calls=1, called_at=b.NOW.isoformat()) == CALLED
    assert judgement.called(CALLED, after(9)).calls == 2


TROUBLED = replace(CALLED, trouble="it failed: KeyError")
LOST_ANSWER = Answer(Says.NOTHING, "no reply in 60 s", may_run=True)
KEPT: dict[str, tuple[Inquiry, Answer, dict[str, str]]] = {
    "yes": (TROUBLED, Answer(Says.YES, "12 orders", "n=12"), {"reason": "12 orders", "details": "n=12", "trouble": ""}),
    "no": (TROUBLED, Answer(Says.NO, "no orders", "n=0"), {"reason": "no orders", "details": "n=0", "trouble": ""}),
    "not yet": (
        CALLED,
        Answer(Says.NOT_YET, "load test", "n=3"),
        {"reason": "load test", "details": "n=3", "trouble": "it has not decided yet: load test"},
    ),
    "not yet, and no word": (CALLED, Answer(Says.NOT_YET), {"reason": "", "trouble": "it has not decided yet"}),
}


@pytest.mark.parametrize(("asked", "answer", "told"), KEPT.values(), ids=KEPT)
def test_what_the_function_said_is_kept(asked: Inquiry, answer: Answer, told: dict[str, str]) -> None:
    """The record has its words and when they came; no call is open any more, and old trouble is over."""
    found = judgement.answered(asked, answer, after(9), POLL).inquiry
    assert (found.called_at, found.answered_at) == ("", after(9).isoformat())
    assert {name: getattr(found, name) for name in told} == told


TROUBLES = {
    "it failed": (CALLED, Answer(Says.NOTHING, "it failed"), "", "it failed"),
    "it failed again": (TROUBLED, Answer(Says.NOTHING, "it failed"), "", "it failed"),
    "its answer was lost": (CALLED, LOST_ANSWER, CALLED.called_at, "no reply in 60 s"),
    "it failed, then its answer was lost": (
        TROUBLED,
        LOST_ANSWER,
        CALLED.called_at,
        "no reply in 60 s; before that: it failed: KeyError",
    ),
    "its answer was lost again and again": (
        replace(CALLED, trouble="no reply in 60 s; before that: it failed"),
        LOST_ANSWER,
        CALLED.called_at,
        "no reply in 60 s; before that: no reply in 60 s",
    ),
}


@pytest.mark.parametrize(("asked", "answer", "open_since", "trouble"), TROUBLES.values(), ids=TROUBLES)
def test_a_call_whose_answer_was_lost_stays_open(asked: Inquiry, answer: Answer, open_since: str, trouble: str) -> None:
    """It may still run, so it is not called again at once; the cause before it is kept, and the reason stays short."""
    found = judgement.answered(asked, answer, after(9), POLL)
    assert (found.inquiry.called_at, found.inquiry.trouble) == (open_since, trouble)
    assert found.verdict
    assert f": {trouble}; 291 s left" in found.verdict.reason


def test_programs_read_these_codes() -> None:
    """They stand in records, events and runbooks."""
    assert (judgement.PASSED, judgement.REFUSED) == ("AFTER_CHECK_PASSED", "AFTER_CHECK_REFUSED")
    assert (judgement.UNDECIDED, judgement.WENT_ON) == ("AFTER_CHECK_UNDECIDED", "AFTER_CHECK_UNDECIDED_ACCEPTED")
    assert (judgement.NOT_YET, judgement.NO_ANSWER) == ("AFTER_CHECK_NOT_YET", "AFTER_CHECK_NO_ANSWER")
    assert judgement.LOST == "AFTER_CHECK_ANSWER_LOST"


def test_no_answer_is_asked_again_by_the_poll() -> None:
    """A function that failed says nothing about when to ask again."""
    found = judgement.answered(CALLED, Answer(Says.NOTHING, "it failed", retry_after=99), after(3), POLL)
    assert found.verdict
    assert found.verdict.retry_after == POLL
