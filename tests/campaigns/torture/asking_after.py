"""The after-check of a scenario: a Lambda function, what it answers in turn, and how long it takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any, NoReturn

from botocore.exceptions import ClientError, ReadTimeoutError

from landfall.settings.after import AfterCheck
from tests.campaigns.torture.asl import Clock
from tests.campaigns.torture.facts import AfterFact
from tests.campaigns.torture.surroundings import ApiError

FUNCTION = "sample-check:live"
SAID = {
    "yes": {"ok": True},
    "no": {"ok": False, "reason": "checkout fails"},
    "not-yet": {"ok": None, "reason": "the load test runs"},
    "nothing": None,
    "text": "true",
    "for-a-gateway": {"statusCode": 200, "body": '{"ok": true}'},
    "for-ecs": {"hookStatus": "SUCCEEDED"},
    "number": {"ok": 1},
}
"""Answers that a function can give."""
REFUSED = {
    "throttled": "TooManyRequestsException",
    "denied": "AccessDeniedException",
    "gone": "ResourceNotFoundException",
}


def of_settings(fact: AfterFact) -> AfterCheck:
    """Return the after table of a scenario's service."""
    return AfterCheck(FUNCTION, fact.seconds, fact.undecided)


class Function:
    """The function of one scenario."""

    def __init__(self, fact: AfterFact | None) -> None:
        self.fact = fact or AfterFact()
        self.keys: list[str] = []
        self.running_until = 0.0
        self.overlaps = 0

    def configuration(self) -> dict[str, Any]:
        """Answer GetFunctionConfiguration."""
        if self.fact.before:
            raise ApiError(REFUSED[self.fact.before])
        return {"Timeout": self.fact.limit}

    def may_be_called(self) -> dict[str, Any]:
        """Answer Invoke of type DryRun."""
        return {"StatusCode": 204}

    def broken(self) -> tuple[str, ...]:
        """Return what Landfall should not have done: two calls at a time, another key, or too many calls."""
        most = self.fact.calls or len(self.keys)
        return tuple(
            what
            for what, wrong in (
                (f"{self.overlaps} calls began while one still ran", self.overlaps > 0),
                (f"{len(set(self.keys))} idempotency keys", len(set(self.keys)) > 1),
                (f"{len(self.keys)} calls, not {most}", len(self.keys) > most),
            )
            if wrong
        )

    def waiting(self, clock: Clock, seconds: int) -> Caller:
        """Return a client that waits so many seconds for an answer."""
        return Caller(self, clock, seconds)

    def call(self, payload: bytes, clock: Clock, patience: float) -> dict[str, Any]:
        """Run it: time passes, as much as the caller waits at most."""
        said = self.fact.answers[min(len(self.keys), len(self.fact.answers) - 1)]
        self.keys.append(json.loads(payload)["detail"]["idempotency_key"])
        if said in REFUSED:
            told = {"Error": {"Code": REFUSED[said], "Message": said}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(told, "Invoke")
        self.overlaps += clock.now < self.running_until
        lasts = float(self.fact.limit) if said == "hangs" else self.fact.lasts
        self.running_until = clock.now + lasts
        if said == "lost":
            self._timed_out(clock, min(patience, lasts))
        if lasts > patience:
            self._timed_out(clock, patience)
        clock.now += lasts
        if said == "hangs":
            return _reply({"errorMessage": f"Task timed out after {self.fact.limit}.00 seconds"}, failed=True)
        if said == "crash":
            return _reply({"errorType": "KeyError", "errorMessage": "'token'"}, failed=True)
        return _reply(SAID[said])

    def _timed_out(self, clock: Clock, seconds: float) -> NoReturn:
        clock.now += seconds
        raise ReadTimeoutError(endpoint_url="https://lambda")


class Caller:
    """A client of Lambda that calls the function."""

    def __init__(self, function: Function, clock: Clock, seconds: int) -> None:
        self.invoke: Callable[..., dict[str, Any]] = lambda **request: function.call(request["Payload"], clock, seconds)


def _reply(value: Any, *, failed: bool = False) -> dict[str, Any]:
    error = {"FunctionError": "Unhandled"} if failed else {}
    return {"StatusCode": 200, "Payload": BytesIO(json.dumps(value).encode()), **error}
