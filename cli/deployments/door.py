"""How a request is sent to one of Landfall's function URLs, signed with the caller's own credentials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import HTTPClientError, NoCredentialsError
from botocore.httpsession import URLLib3Session

from cli.cloud import Cloud
from cli.exits import NotKnown, Refused
from landfall.chain import Record
from landfall.door.reply import FORBIDDEN, TRY_AGAIN
from landfall.text import foreign
from landfall.text.shortened import shortened

TIMEOUT_SECONDS = 60
FIRST_REFUSAL, THROTTLED, FIRST_FAILURE = 300, 429, 500
MOST_OF_AWS = 300
"""How many characters of AWS's own message are shown for a request that did not reach the function."""


@dataclass(frozen=True)
class Door:
    """A function URL. `output` names the stack output that holds it, `policy` the IAM policy that allows calls to it.

    `codes`: the command's codes, by the function's status. `missing`: code and text if the stack has no such output.
    """

    output: str
    policy: str
    codes: Mapping[int, str]
    missing: tuple[str, str]


APPROVALS = Door(
    output="ApprovalUrl",
    policy="landfall-approver (docs/approvals.md)",
    codes={400: "BAD_ANSWER", 403: "NOT_AN_APPROVER", 404: "NO_APPROVAL", 409: "NO_LONGER_AWAITED", 503: "NOT_WRITTEN"},
    missing=(
        "NO_APPROVALS",
        "no service of this Landfall asks for approval: set [services.<name>.approval] and deploy Landfall again "
        "(docs/approvals.md)",
    ),
)
ABORTS = Door(
    output="AbortUrl",
    policy="landfall-aborter (docs/access.md)",
    codes={403: "NOT_AN_ABORTER", 404: "NO_DEPLOYMENT", 409: "NOT_UNDER_WAY", 503: "NOT_STOPPED"},
    missing=(
        "NO_DOOR",
        "the deployed Landfall is older than this command, and has no function that aborts: deploy Landfall again, or "
        "stop the execution in the console of Step Functions; Landfall then goes back in the same way",
    ),
)


def sent(cloud: Cloud, door: Door, record: Record, more: Mapping[str, Any]) -> dict[str, Any]:
    """Send a request about a deployment with the caller's own credentials, and return the function's answer.

    Raises Refused if the request does not count, and NotKnown if nobody can know whether it does.
    """
    url = cloud.outputs.get(door.output)
    if url is None:
        raise Refused(*door.missing)
    given = cloud.session.get_credentials()
    if given is None:
        raise NoCredentialsError
    body = {"service": record["service"], "deployment": record["deployment_id"], **more}
    return posted(door, _reached(url, cloud), given.get_frozen_credentials(), cloud.region, body)


def posted(
    door: Door, url: str, credentials: ReadOnlyCredentials, region: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Sign a request (AWS Signature Version 4), send it, and return the function's answer. Raises as `sent` does."""
    request = AWSRequest("POST", url, data=json.dumps(body), headers={"content-type": "application/json"})
    SigV4Auth(credentials, "lambda", region).add_auth(request)
    try:
        reply = URLLib3Session(timeout=TIMEOUT_SECONDS).send(request.prepare())
    except HTTPClientError as error:
        raise NotKnown(
            "NO_REPLY", f"no reply came, so the request may or may not count: see `landfall show`: {error}"
        ) from error
    status, told = reply.status_code, _told(reply.status_code, reply.text)
    if not told:
        raise _not_from_the_door(door, status, _of_aws(reply.text))
    if status < FIRST_REFUSAL:
        return {"status": status, "message": told}
    kind = NotKnown if status >= FIRST_FAILURE and status != TRY_AGAIN else Refused
    raise kind(door.codes.get(status, "NOT_ANSWERED"), told)


def _told(status: int, text: str) -> str:
    """Return the function's message; empty if the body is not from the function, whose body repeats the HTTP status."""
    try:
        said = json.loads(text)
        return str(said["message"]) if said["status"] == status else ""
    except (LookupError, TypeError, ValueError, RecursionError):
        return ""


def _of_aws(text: str) -> str:
    """Return AWS's own message, such as a wrong signature or a throttle; empty if there is none."""
    try:
        said = json.loads(text)
        return str(said.get("message") or said.get("Message") or "")
    except (AttributeError, ValueError, RecursionError):
        return ""


def _not_from_the_door(door: Door, status: int, why: str) -> Refused:
    says = f": {foreign.terminal(shortened(why, MOST_OF_AWS))}" if why else ""
    if status >= FIRST_FAILURE:
        return NotKnown("DOOR_FAILED", f"the function failed ({status}{says}); see `landfall show`, then send it again")
    if status < FIRST_REFUSAL:
        return NotKnown("NO_DOOR", f"the answer ({status}) did not come from Landfall's function; see `landfall show`")
    if status == THROTTLED:
        return Refused("BUSY", f"AWS is busy, and Landfall did not see the request ({status}{says}); send it again")
    way_out = f"your role or user needs the policy {door.policy}" if status == FORBIDDEN else "nothing was done"
    return Refused("NOT_ALLOWED", f"AWS refused the request ({status}{says}) before Landfall saw it; {way_out}")


def _reached(url: str, cloud: Cloud) -> str:
    """Return the address to send to. The local AWS serves its function URLs at its own endpoint."""
    if cloud.endpoint is None:
        return url
    name = url.split("://", 1)[-1].partition(".")[0]
    return f"{cloud.endpoint.rstrip('/')}/_aws/lambda-url/{name}/"
