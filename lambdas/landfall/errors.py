"""The errors of Landfall.

    LandfallError
    ├── SettingsError          services.toml is wrong: names the line, the key and the way out
    ├── InvalidRequest         a request can't be carried out: names the field, the value and the way out
    └── StepError              a step could not decide; Step Functions retries it, then catches it
        ├── InvalidStepInput   the state machine gave a step an input that it does not understand
        ├── UnreadableRecord   a ledger record can't be read: it is old, or somebody changed it by hand
        ├── StepOutputTooLarge a step's answer would not fit an execution's history
        └── AwsCallFailed      AWS refused or failed a call: carries AWS's own words and what was being tried
            └── AwsBusy        AWS throttled the call or could not be reached: the step waits, and asks again

A verdict against a release is never an exception: exceptions mean "could not decide".
"""

from __future__ import annotations


class LandfallError(Exception):
    """Base of every error Landfall raises on purpose."""


class SettingsError(LandfallError):
    """services.toml can't be used."""


class InvalidRequest(LandfallError):
    """A request can't be carried out.

    `code` is for programs (`UNKNOWN_SERVICE`), the message for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StepError(LandfallError):
    """A step could not decide."""


class InvalidStepInput(StepError):
    """A step's input does not have the shape it declares."""


class StepOutputTooLarge(StepError):
    """A step's answer is larger than Landfall's own limit."""


class UnreadableRecord(StepError):
    """A ledger record lacks a required field, or was changed by hand: a person must look at it first."""


class AwsCallFailed(StepError):
    """An AWS call failed. `code` is AWS's own error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class AwsBusy(AwsCallFailed):
    """AWS throttled a call, had an internal error or could not be reached. That says nothing about the request.

    Step Functions retries a step that raises it, for up to an hour (statemachine/retry_and_catch.py).
    """
