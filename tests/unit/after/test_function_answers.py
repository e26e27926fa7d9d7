"""What a function's answer means: only the JSON values true and false of `ok` decide anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.after import function_answers
from landfall.after.function_answers import DETAILS_BYTES, REASON_BYTES, SHOWN, Answer, Reply, Says
from landfall.wire import size


def read(payload: bytes, *, failed: bool = False) -> Answer:
    """Return what an answer means; nothing in it is redacted."""
    return function_answers.read(Reply(payload, failed), lambda text: text)


MEANS: dict[str, tuple[Any, Says, str]] = {
    "yes": ({"ok": True}, Says.YES, ""),
    "yes, with more": ({"ok": True, "reason": "10 orders", "details": {"n": 10}, "x": 1}, Says.YES, "10 orders"),
    "no": ({"ok": False, "reason": "checkout fails"}, Says.NO, "checkout fails"),
    "no, without a reason": ({"ok": False}, Says.NO, ""),
    "no, with a reason that is no text": ({"ok": False, "reason": {"code": 5}}, Says.NO, '{"code": 5}'),
    "not yet": ({"ok": None, "reason": "the load test runs"}, Says.NOT_YET, "the load test runs"),
    "ok as text": ({"ok": "true"}, Says.NOTHING, "must be true or false"),
    "ok as a number": ({"ok": 1}, Says.NOTHING, "must be true or false"),
    "nothing": (None, Says.NOTHING, "it returned nothing"),
    "another word": ({"status": "ok"}, Says.NOTHING, "has no `ok`"),
    "ECS's own contract": ({"hookStatus": "SUCCEEDED"}, Says.NOTHING, "has no `ok`"),
    "for API Gateway": ({"statusCode": 200, "body": '{"ok": true}'}, Says.NOTHING, "API Gateway"),
    "a text": ("ok", Says.NOTHING, "has no `ok`"),
    "a bare true": (True, Says.NOTHING, "has no `ok`"),
    "a list": ([{"ok": True}], Says.NOTHING, "has no `ok`"),
}


@pytest.mark.parametrize(("value", "says", "told"), MEANS.values(), ids=MEANS)
def test_an_answer(value: Any, says: Says, told: str) -> None:
    """Whatever is not understood is told, and is neither a yes nor a no."""
    answer = read(json.dumps(value).encode())
    assert answer.says is says
    assert told in answer.reason


UNREADABLE = {
    "empty": (b"", "is not JSON"),
    "no JSON": (b"OK", "is not JSON: OK"),
    "no UTF-8": (b"\xff\xfe", "is not JSON"),
    "ok twice": (b'{"ok": false, "ok": true}', "names one key twice"),
    "very deep": (b'{"ok":' * 20_000 + b"1" + b"}" * 20_000, ""),
    "very long": (b'{"ok": true}'.ljust(65537), "more than 65536 bytes"),
    "no JSON, and long": (b"x" * 121, f"is not JSON: {'x' * 120} …"),
}


@pytest.mark.parametrize(("payload", "told"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_can_not_be_read_decides_nothing(payload: bytes, told: str) -> None:
    """Two values of one key, for instance, might be read either way."""
    answer = read(payload)
    assert answer.says is Says.NOTHING
    assert told in answer.reason


FAILED: dict[str, tuple[Any, str]] = {
    "an error with a yes": ({"ok": True, "errorType": "KeyError", "errorMessage": "'token'"}, "KeyError: 'token'"),
    "only a message": ({"errorMessage": "Task timed out after 3.00 seconds"}, "Task timed out after 3.00 seconds"),
    "an object of another form": ({"code": 5}, '{"code": 5}'),
    "a bare yes": (True, "true"),
    "a text": ("x" * SHOWN, "x" * SHOWN),
    "a long text": ("x" * (SHOWN + 1), "x" * SHOWN + " …"),
    "a list": (["out of memory"], '["out of memory"]'),
}


@pytest.mark.parametrize(("value", "told"), FAILED.values(), ids=FAILED)
def test_a_function_that_failed_has_said_nothing(value: Any, told: str) -> None:
    """Its error has the form of an answer, and may hold anything; people read what it was."""
    assert read(json.dumps(value).encode(), failed=True) == Answer(Says.NOTHING, f"it failed: {told}")


PAUSES: dict[str, tuple[Any, int]] = {
    "none": (None, 0),
    "60": (60, 60),
    "text": ("60", 0),
    "true": (True, 0),
    "negative": (-5, 0),
}
PAUSES |= {"half a second": (0.5, 1), "a day": (86400, 300), "nothing": (0, 0), "for ever": (float("inf"), 0)}


@pytest.mark.parametrize(("value", "seconds"), PAUSES.values(), ids=PAUSES)
def test_it_may_say_when_to_ask_again(value: Any, seconds: int) -> None:
    """Within bounds: a release does not wait for a day."""
    assert read(json.dumps({"ok": None, "retry_after": value}).encode()).retry_after == seconds


def test_what_it_says_is_redacted_and_short() -> None:
    """Reason and details go into the record, messages and reports."""
    told = json.dumps({"ok": False, "reason": "secret " * 1000, "details": ["secret"] * 5000}).encode()
    answer = function_answers.read(Reply(told), lambda text: text.replace("secret", "***"))
    assert "secret" not in answer.reason + answer.details
    assert size(answer.reason) - 2 <= REASON_BYTES
    assert size(answer.details) - 2 <= DETAILS_BYTES


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("ok"), inner),
)


@given(JSON)
def test_nothing_else_is_a_yes(value: Any) -> None:
    """False success is the one unforgivable bug."""
    answer = read(json.dumps(value).encode())
    wanted = isinstance(value, dict) and value.get("ok") is True
    assert (answer.says is Says.YES) is wanted


@given(st.binary(max_size=200))
def test_any_bytes_are_read(payload: bytes) -> None:
    """No answer makes the step fail."""
    assert read(payload).says in Says


def test_the_longest_answer_is_read() -> None:
    """64 KiB, as the document of after-checks says."""
    assert read(b'{"ok": true}'.ljust(65536)).says is Says.YES
    assert read(b"x" * 120).reason == f"its answer is not JSON: {'x' * 120}"
    assert (REASON_BYTES, DETAILS_BYTES) == (500, 2000)


DETAILS: dict[str, tuple[Any, str]] = {
    "an object": ({"n": 10}, '{"n": 10}'),
    "a list": ([1], "[1]"),
    "a text": ("of 12 orders", "of 12 orders"),
    "zero": (0, "0"),
    "no ASCII": ({"name": "é"}, '{"name": "é"}'),
    "nothing": (None, ""),
    "an empty text": ("", ""),
    "an empty list": ([], ""),
    "an empty object": ({}, ""),
}


@pytest.mark.parametrize(("value", "told"), DETAILS.values(), ids=DETAILS)
def test_details_are_told_where_there_are_any(value: Any, told: str) -> None:
    """A report shows no line of an empty pair of brackets."""
    assert read(json.dumps({"ok": True, "details": value}).encode()).details == told


def test_a_reply_that_did_not_come_may_still_come() -> None:
    """Whether the function may still run is passed on, and is assumed of no reply that came."""

    def of(reply: Reply) -> Answer:
        return function_answers.read(reply, lambda text: text)

    assert of(Reply(missing="lost", may_run=True)) == Answer(Says.NOTHING, "lost", may_run=True)
    assert of(Reply(missing="refused")) == Answer(Says.NOTHING, "refused")
    assert of(Reply(b'{"ok": true}')) == Answer(Says.YES, retry_after=0, may_run=False)
    assert of(Reply()).reason == "its answer is not JSON: "
