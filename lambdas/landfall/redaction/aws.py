"""AWS's own words: ARNs, console links, digests, and the names that CloudFormation generates.

They look as random as keys, but a reader needs them. Kinds that recognise data only by its form leave them alone. A
label before a value counts more than its form.
"""

from __future__ import annotations

from landfall.text.lazy_pattern import Later

ARN = r"\barn:aws[\w-]{0,20}:[\w-]{1,40}:[\w-]{0,25}:(?:\d{12}|aws)?:[^\s\"'`,;<>(){}=&?|\\]{1,1200}"
"""arn:partition:service:region:account:resource (AWS General Reference, Amazon Resource Names)."""
_WORDS = r"(?>(?:[A-Z]{0,5}(?>[a-z]{2,24})|S3|\d{1,2}(?!\d)){1,12})"
"""Several words joined: a stack's name, a logical id."""
_NAMES = (
    rf"{ARN}"
    r"|\bhttps://(?:[\w-]{1,40}\.){0,3}(?:console|signin|docs)\.(?:aws\.amazon|amazonaws-us-gov|amazonaws)\.(?:com|cn)"
    r"(?:\.cn)?[^\s\"'`<>\\]{0,1500}"
    r"|\b\d{12}\.dkr[.-]ecr(?:-fips)?\.[\w-]{1,25}\.(?:amazonaws\.com(?:\.cn)?|on\.aws)/[\w./:@+-]{1,400}"
    r"|\bs3://[^\s\"'`,;<>(){}?&=]{1,1100}"
    r"|\bsha256[:=-][0-9a-f]{64}(?!\w)|\becs-svc/\d{1,30}|\becs-pause-[\w-]{20,64}"
    r"|\b(?:targetgroup|loadbalancer/(?:app|net|gwy)|app|net|gwy)/[\w-]{1,32}/[0-9a-f]{16}(?:/[0-9a-f]{16})?"
    # a deployment's id and an execution's name begin with a time
    r"|(?<![\w-])\d{8}T\d{6}Z-[\w-]{1,80}"
    # stack, logical id with the eight digits that CDK adds, and the suffix that CloudFormation adds
    r"|(?<![\w+/=-])(?:/[\w-]{1,40}){0,4}/?(?:[A-Za-z][A-Za-z0-9]{0,120}-){0,12}[A-Za-z][A-Za-z0-9]{0,150}"
    r"(?:[0-9A-F]{8}|[0-9A-Z]{8}(?=-))(?:-[A-Za-z0-9]{12,14})?(?![\w+/=-])"
    r"|(?<![\w+/=-])(?:/[\w-]{1,40}){0,4}/?(?:[A-Za-z][A-Za-z0-9]{0,120}-){1,12}(?:[0-9A-Z]{12,13})(?![\w+/=-])"
    rf"|(?<![\w+/=-])(?:{_WORDS}-){{1,6}}[A-Za-z0-9]{{12,13}}(?![\w+/=-])"
    r"|\b[A-Z][\w-]{1,100}:ExportsOutput\w{1,200}"
)
_DIGESTS = (
    r"\b(?:sha256[:=-]|sha512-|sha384-)[\w+/=]{43,128}"
    r"|(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])"
    r"|(?<!\w)(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?!\w)"
    r"|(?i:\b(?:x-amz-id-2|x-amz-cf-id|x-amz-rid|host-?id|extended request id|etag|integrity|checksum|digest|md5|h1"
    r"|(?:request|trace|span|correlation|message|event|invocation|operation|build|receipt)[ _-]?(?:id|handle)"
    r"|content-?(?:md5|sha\d{0,3}|hash)|sha-?\d{1,3})\b[\"']?\s?[:= -]\s?[\"']?)[\w+/=.-]{16,200}"
)
_ARN, _NAMED, _ANY = Later(ARN), Later(_NAMES), Later(f"{_NAMES}|{_DIGESTS}")

Spans = tuple[tuple[int, int], ...]
"""Positions: from and to."""


def nothing(_: str) -> Spans:
    """Return none."""
    return ()


def arns(text: str) -> Spans:
    """Return the positions of ARNs."""
    return tuple(match.span() for match in _ARN.finditer(text))


def names(text: str) -> Spans:
    """Return the positions of names, ARNs and links."""
    return tuple(match.span() for match in _NAMED.finditer(text))


def words(text: str) -> Spans:
    """Return the positions of AWS's own words: names, digests and request ids."""
    return tuple(match.span() for match in _ANY.finditer(text))
