"""Trait: a function URL with AuthType AWS_IAM tells the function who called.

AWS ("Invoking Lambda function URLs" in the Lambda Developer Guide): `requestContext.authorizer.iam` names the caller;
`userArn` is the ARN of the user, or of the assumed role's session. Emulator: it checks that a request is signed, and
leaves the authorizer out. Here: the identity that the emulator's STS has for the access key, so credentials from
AssumeRole name their role. On AWS the dummy credentials of the local command would be the root user, who can't be an
approver; here they are one person, the user `local`.
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
    """Return the caller's identity in AWS's form."""
    known = iam_evaluator.resolve_caller_identity(extract_access_key_id(headers)) or {}
    arn = str(known.get("userArn") or "")
    if arn.endswith(":root"):
        arn = f"arn:aws:iam::{account_id}:user/{LOCAL_USER}"
    names = {key: known.get(key) for key in ("accessKey", "accountId", "userId", "principalOrgId")}
    return {**names, "callerId": known.get("userId"), "cognitoIdentity": None, "userArn": arn or None}
