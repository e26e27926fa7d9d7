"""Takes out of replies of AWS what says whose they are, and leaves what says how AWS answers.

Nothing is kept because it looks harmless: a text stays only under a name of KEPT, which holds AWS's own words, or under
one of SAID, whose words are AWS's and whose names and numbers go. Every other text becomes one of the same kind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from landfall.redaction import redacted

ACCOUNT = "123456789012"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TIME, BYTES = "$time", "$bytes"
"""How a moment and bytes are written in JSON."""
KEPT = frozenset(
    [
        "status",
        "lastStatus",
        "desiredStatus",
        "healthStatus",
        "rolloutState",
        "stopCode",
        "State",
        "Reason",
        "launchType",
        "schedulingStrategy",
        "type",
        "severity",
        "imageManifestMediaType",
        "artifactMediaType",
        "mediaType",
        "os",
        "architecture",
        "phaseType",
        "phaseStatus",
        "buildStatus",
        "failureCode",
        "Code",
        "ErrorCode",
        "connectivity",
        "capacityProviderName",
        "networkMode",
        "protocol",
        "strategy",
        "compatibilities",
        "HealthCheckPort",
        "HealthCheckProtocol",
        "TargetType",
        "SigningAlgorithm",
        "KeySpec",
        "KeyUsage",
        "StateValue",
        "resourceType",
        "code",
        "platformFamily",
        "platformVersion",
        "propagateTags",
        "StorageClass",
        "way",
        "outcome",
        "kind",
    ]
)
SAID = frozenset(
    [
        "reason",
        "stoppedReason",
        "rolloutStateReason",
        "Description",
        "description",
        "Message",
        "message",
        "detail",
        "failureReason",
        "ErrorMessage",
        "StateReason",
        "error",
    ]
)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.+/ -]{0,79}")
_OWN = (
    (re.compile(r"arn:[\w-]*:[^\s\"'(),]+"), "arn:aws:scrubbed"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "somebody@example.com"),
    (re.compile(r"https?://[^\s\"')]+"), "https://service.example"),
    (re.compile(r"\b(?:[\w-]+\.)+(?:com|net|org|io|aws|internal|local)\b[\w/.:@-]*"), "service.example"),
    (re.compile(r"sha256:[0-9a-f]{64}"), f"sha256:{'0' * 64}"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "00000000-0000-0000-0000-000000000000"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "10.0.0.1"),
    (re.compile(r"\b[0-9a-f:]*:[0-9a-f:]+:[0-9a-f:]*\b"), "fd00::1"),
    (re.compile(r"\b(?:A[SK]IA|AIDA|AROA)[A-Z0-9]{12,}\b"), "scrubbed"),
    (re.compile(r"\bwith (id|name) [^\s,]+"), r"with \1 name"),
    (re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`"), "'name'"),
    (re.compile(r"\((?:service|task|deployment|instance|port|target-group|taskSet)[^)]*\)"), "(name)"),
    (re.compile(r"\b[a-z]{1,9}-(?:svc/)?[0-9a-f]{8,}\b"), "name"),
    (re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])\w{12,}\b|\b\d{6,}\b"), "0"),
)
"""What a sentence of AWS may hold of an account's own, and what stands there instead."""


def scrubbed(reply: Any, began: datetime) -> Any:
    """Return a parsed reply as JSON can hold it, without what is the account's. Moments keep how far apart they are."""
    return _value("", reply, began)


def _value(key: str, value: Any, began: datetime) -> Any:
    match value:
        case Mapping():
            kept = ((k, v) for k, v in value.items() if k != "ResponseMetadata")
            return {_name(k): _value(str(k), v, began) for k, v in kept}
        case list() | tuple():
            return [_value(key, each, began) for each in value]
        case datetime():
            at = value if value.tzinfo else value.replace(tzinfo=UTC)
            return {TIME: (NOW + (at - began)).isoformat(timespec="seconds")}
        case bytes() | bytearray():
            return {BYTES: "scrubbed"}
        case str():
            return _text(key, value, began)
        case bool() | None:
            return value
        case int() | float():
            return value if abs(value) < 1_000_000 else 1_000_000  # an account's number, or a time in milliseconds
        case _:
            return "scrubbed"


def _name(key: Any) -> str:
    """A member's name is AWS's; a map's key may be anybody's."""
    return str(key) if re.fullmatch(r"[A-Za-z_$#:][A-Za-z_]{0,60}\d?", str(key)) else "name"


def _text(key: str, text: str, began: datetime) -> str:
    if text[:1] in "{[" and len(text) > 1:
        try:
            return json.dumps(_value(key, _unsaid(json.loads(text)), began))
        except ValueError:
            return "{}"
    if key in KEPT and _WORD.fullmatch(text) and said(text) == text:
        return text
    if key in SAID:
        return said(text)
    return _like(key, text)


def _unsaid(inner: Any) -> Any:
    """Return JSON that stood in a text without sentences: those of a step's answer are no words of AWS."""
    match inner:
        case Mapping():
            return {k: "" if k in SAID and isinstance(v, str) else _unsaid(v) for k, v in inner.items()}
        case list():
            return [_unsaid(each) for each in inner]
    return inner


def said(text: str) -> str:
    """Return a sentence of AWS without names and numbers that are not AWS's."""
    text = redacted(text)
    for own, instead in _OWN:
        text = own.sub(instead, text)
    return text


def _like(key: str, text: str) -> str:
    """Return a text of the same kind that is nobody's."""
    if text.startswith("arn:"):
        service, kind = [*text.split(":"), "", "", ""][2], re.match(r"[a-zA-Z-]+", [*text.split(":", 5), ""][5])
        return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{kind[0] if kind else 'name'}/name"
    if text.startswith("sha256:"):
        return f"sha256:{'0' * 64}"
    if re.fullmatch(r"(\d{1,3}\.){3}\d{1,3}", text):
        return "10.0.0.1"
    if re.fullmatch(r"\d+", text):
        return "1" if len(text) < 6 else ACCOUNT
    if text.startswith(("http://", "https://")):
        return "https://service.example"
    if key in ("name", "containerName") and text in ("privateIPv4Address", "subnetId", "networkInterfaceId"):
        return text
    return "name" if text else ""
