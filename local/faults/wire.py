"""AWS's protocols, as far as faults need them: the operation of a request, and an error in the service's protocol.

Sources: Smithy's pages on the AWS JSON 1.0/1.1, Query, restXML, restJson1 and RPC v2 CBOR protocols; S3 API reference,
error responses; Lambda API reference, Invoke.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_CBOR = re.compile(r"/service/\w+/operation/(\w+)$")
_OF_LAMBDA = {"invocations": "InvokeFunction", "configuration": "GetFunctionConfiguration"}
"""The IAM action of a request to Lambda, by the end of its path. It distinguishes a step's own call of a function
from `lambda:Invoke`, with which Step Functions calls the step."""
_READS = ("Describe", "List", "Get", "BatchGet", "Query")


@dataclass(frozen=True)
class Request:
    """A request as it was received."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def service(self) -> str:
        """Return the service's name in the signature: `ecs`, `elasticloadbalancing`."""
        found = _SCOPE.search(self.headers.get("authorization", ""))
        return found[1] if found else ""

    @property
    def action(self) -> str:
        """Return the operation's name. For S3 the method is enough, since Landfall's steps only put objects."""
        target = self.headers.get("x-amz-target", "")
        if target:
            return target.rpartition(".")[2]
        if cbor := _CBOR.search(self.path):
            return cbor[1]
        if self.service == "s3":
            return f"{self.method.title()}Object"
        if self.service == "lambda":
            return _OF_LAMBDA.get(self.path.partition("?")[0].rpartition("/")[2], "")
        return parse_qs(self.body.decode(errors="replace")).get("Action", [""])[0]

    @property
    def operation(self) -> str:
        """Return `ecs:UpdateService`."""
        return f"{self.service}:{self.action}"

    @property
    def may_be_stale(self) -> bool:
        """Say whether AWS may give a stale answer."""
        return self.action.startswith(_READS) and b'"ConsistentRead": true' not in self.body

    def error(self, status: int, code: str, message: str) -> Answer:
        """Return an error as the service would send it."""
        if "x-amz-target" in self.headers:
            return Answer(status, {"Content-Type": "application/x-amz-json-1.1"}, _json(code, message))
        if self.service == "s3":
            return Answer(status, {"Content-Type": "application/xml"}, _xml("", code, message))
        if self.service == "lambda":
            told = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
            return Answer(status, told, json.dumps({"Message": message}).encode())
        return Answer(status, {"Content-Type": "text/xml"}, _xml("ErrorResponse", code, message))

    def throttled(self) -> Answer:
        """Return the error for throttling."""
        if self.service == "s3":
            return self.error(503, "SlowDown", "Slow down")
        if self.service == "lambda":
            return self.error(429, "TooManyRequestsException", "Rate Exceeded.")
        return self._throttling()

    def _throttling(self) -> Answer:
        json_ = "x-amz-target" in self.headers
        return self.error(400, "ThrottlingException" if json_ else "Throttling", "Rate exceeded")


@dataclass(frozen=True)
class Answer:
    """An answer to send."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def _json(code: str, message: str) -> bytes:
    return json.dumps({"__type": code, "message": message}).encode()


def _xml(around: str, code: str, message: str) -> bytes:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return (f"<{around}>{error}<RequestId>0</RequestId></{around}>" if around else error).encode()
