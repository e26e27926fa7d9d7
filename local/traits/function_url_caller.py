"""Trait: a function URL with AuthType AWS_IAM tells the function who called.

AWS ("Invoking Lambda function URLs" in the Lambda Developer Guide): `requestContext.authorizer.iam` names the caller;
`userArn` is the ARN of the user, or of the assumed role's session.
Emulator: it checks that a request is signed, and leaves the authorizer out.
Here: the identity that the emulator's STS knows by the access key. Credentials from AssumeRole so name their role. The
dummy credentials of the local command are the root user on AWS's terms, who is no approver; our reading is that they
stand for one person, the user `local`.
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator
from ministack.core.router import extract_access_key_id
from ministack.services import lambda_svc

LOCAL_USER = "local"


def apply() -> None:
    """Put the caller into the event of each signed request."""
    original = lambda_svc._build_function_url_event

    def built(url_id: str, account_id: str, *args: Any, **more: Any) -> dict[str, Any]:
        event: dict[str, Any] = original(url_id, account_id, *args, **more)
        if not more.get("anonymous"):
            event["requestContext"]["authorizer"] = {"iam": caller(event["headers"], account_id)}
        return event

    lambda_svc._build_function_url_event = built


def caller(headers: dict[str, str], account_id: str) -> dict[str, Any]:
    """Return what AWS says of the caller."""
    known = iam_evaluator.resolve_caller_identity(extract_access_key_id(headers)) or {}
    arn = str(known.get("userArn") or "")
    if arn.endswith(":root"):
        arn = f"arn:aws:iam::{account_id}:user/{LOCAL_USER}"
    names = {key: known.get(key) for key in ("accessKey", "accountId", "userId", "principalOrgId")}
    return {**names, "callerId": known.get("userId"), "cognitoIdentity": None, "userArn": arn or None}
