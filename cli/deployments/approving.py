"""How an answer to a sign-off is sent to its door."""

from __future__ import annotations

import json
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import HTTPClientError, NoCredentialsError
from botocore.httpsession import URLLib3Session

from cli.cloud import Cloud
from cli.exits import NotKnown, Refused
from landfall.chain import Record

URL = "ApprovalUrl"
"""The output of the pipeline's stack that has the function URL."""
TIMEOUT_SECONDS = 60
FIRST_REFUSAL, FIRST_FAILURE, TRY_AGAIN = 300, 500, 503
CODES = {400: "BAD_ANSWER", 403: "NOT_AN_APPROVER", 404: "NO_APPROVAL", 409: "NO_LONGER_AWAITED", 503: "NOT_WRITTEN"}
"""The command's own codes, by the door's status."""


def sent(cloud: Cloud, record: Record, answer: str, items: list[str], reason: str) -> dict[str, Any]:
    """Send an answer with the caller's own credentials, and return what the door says.

    Raises Refused where it does not count, and NotKnown where nobody can know.
    """
    url = cloud.outputs.get(URL)
    if url is None:
        way_out = "set [services.<name>.approval] and deploy Landfall again (docs/approvals.md)"
        raise Refused("NO_APPROVALS", f"no service of this Landfall asks for approval: {way_out}")
    given = cloud.session.get_credentials()
    if given is None:
        raise NoCredentialsError
    body = {"service": record["service"], "deployment": record["deployment_id"], "answer": answer, "items": items}
    credentials = given.get_frozen_credentials()
    return posted(_reached(url, cloud), credentials, cloud.region, body | ({"reason": reason} if reason else {}))


def posted(url: str, credentials: ReadOnlyCredentials, region: str, body: dict[str, Any]) -> dict[str, Any]:
    """Sign a request (AWS Signature Version 4), send it, and return the door's answer. Raises as `sent` does."""
    request = AWSRequest("POST", url, data=json.dumps(body), headers={"content-type": "application/json"})
    SigV4Auth(credentials, "lambda", region).add_auth(request)
    try:
        reply = URLLib3Session(timeout=TIMEOUT_SECONDS).send(request.prepare())
    except HTTPClientError as error:
        raise NotKnown(
            "NO_REPLY", f"no reply came, so the answer may count or not: see `landfall show`: {error}"
        ) from error
    status, told = reply.status_code, _told(reply.text)
    if status < FIRST_REFUSAL:
        return {"status": status, "message": told}
    if not told:
        raise _not_from_the_door(status)
    kind = NotKnown if status >= FIRST_FAILURE and status != TRY_AGAIN else Refused
    raise kind(CODES.get(status, "NOT_ANSWERED"), told)


def _told(text: str) -> str:
    """Return the sentence of the door; empty where the text is not of its making."""
    try:
        return str(json.loads(text)["message"])
    except (LookupError, TypeError, ValueError):
        return ""


def _not_from_the_door(status: int) -> Refused:
    if status >= FIRST_FAILURE:
        return NotKnown("DOOR_FAILED", f"the function failed ({status}); see `landfall show`, then send it again")
    way_out = "your role or user needs the policy landfall-approver (docs/approvals.md)"
    return Refused("NOT_ALLOWED", f"AWS turned the request away ({status}) before Landfall saw it: {way_out}")


def _reached(url: str, cloud: Cloud) -> str:
    """Return where the URL is reached. The local AWS answers for its URLs at its own endpoint."""
    if cloud.endpoint is None:
        return url
    name = url.split("://", 1)[-1].partition(".")[0]
    return f"{cloud.endpoint.rstrip('/')}/_aws/lambda-url/{name}/"
