"""Reads AWS's reason of a stop: which kind of stop it is, and whether waiting can help.

Words count only in AWS's own wording. So names of images, secrets, files, hosts and resources are removed from a text
first: a repository may be called `denied-transactions`.
Sources: Amazon ECS Developer Guide, "Amazon ECS stopped tasks error messages" and the pages it leads to
("TaskFailedToStart errors", "CannotPullContainer task errors", "Status reasons for Amazon EBS volume attachment").
"""

from __future__ import annotations

import re

from landfall.text.lazy_pattern import Later

PULL, SECRET, MEMORY, HEALTH, START, EXIT = "image pull", "secret", "out of memory", "health check", "start-up", "exit"
THROTTLING, INTERFACE, STORAGE, CAPACITY, AWS = (
    *("throttling", "network interface", "storage", "capacity", "AWS internal error"),
)
ENVIRONMENT = frozenset({THROTTLING, INTERFACE, STORAGE, CAPACITY, AWS})
"""Kinds that no image can cause and that may pass.

They are never evidence against a release, however many there are.
"""
HEALTH_CHECKS = ("failed ELB health checks", "failed container health checks")

_CLASSES = (
    ("CannotPull", PULL),
    ("retrieve ecr registry auth", PULL),
    ("get registry auth from asm", SECRET),
    ("get registry auth", PULL),
    *((text, SECRET) for text in ("retrieve secret", "secretsmanager:", "ssm:GetParameter", "kms:Decrypt")),
    ("Fetching secret data", SECRET),
    ("OutOfMemory", MEMORY),
    *((text, HEALTH) for text in HEALTH_CHECKS),
    ("ResourceInitializationError", START),
    ("CannotStart", START),
    ("CannotCreate", START),
)
_PLACES = Later(
    r"\bRESOURCE:[A-Z*]|^(TaskFailedToStart: )?(AGENT|ATTRIBUTE|LOCATION|NO ACTIVE INSTANCES)\b"
    r"|placement constraint unsatisfied"
)
"""ECS API failure reasons: there is no container instance, or it lacks CPU, memory, interfaces or an attribute that
placement needs, or its agent is gone."""
_AROUND = (
    (
        THROTTLING,
        r"toomanyrequests|too many requests|throttl|rate exceeded|rate limit|limitexceeded|slow ?down|\b429\b",
    ),
    (INTERFACE, r"network interface|insufficientfreeaddresses|free addresses"),
    (CAPACITY, r"capacity|reached the limit on the number|no container instances?|insufficient (cpu|memory)"),
    (STORAGE, r"no space left|ephemeralstorage|cannotcreatevolume|thin pool"),
    (
        AWS,
        r"programming external connectivity|port is already allocated|address already in use|failed to create endpoint"
        r"|failed to add the host|cannot allocate memory|resource temporarily unavailable|layer does not exist"
        r"|no such image|apply cgroup configuration",
    ),
    (
        STORAGE,
        r"^(?!.*cannot(start|create)container).*(\befs\b|\bebs\b|failed to mount|mount system call|mount target)",
    ),
    (
        AWS,
        r"^internalerror(?!: failed to normalize)|dockertimeouterror|containerruntime(timeout)?error"
        r"|cannot(inspect|describe)container|connect to the docker daemon|unexpected status .{0,60}\b50[0234]\b",
    ),
)
"""The first of AWS: the host has no port, memory or layer for one more container, since the older task still has the
port (aws/amazon-ecs-agent#843), or it cleaned up too much. The second: Docker or containerd on the host did not answer
the agent, or the registry answered with an error of its own. AWS names host and network as the cause (ECS Developer
Guide, "Stopped tasks error codes"; re:Post, "DockerTimeoutError"; aws/amazon-ecs-agent#336: a slow disk).
"""
_PASSING = Later(
    r"timeout|timed out|deadline exceeded|context cancell?ed|request cancell?ed|connection (re|issue|closed)|\beof\b"
    r"|no such host|handshake|network (configuration|is unreachable)|unavailable|try again|\b50[0234]\b"
    r"|internal ?(server ?|service ?)?(error|failure)|" + _AROUND[0][1]
)
"""AWS's words for network faults and throttles, which may pass. They win over words of _HOPELESS in the same text."""
_HOPELESS = Later(
    r"not ?found|does not exist|no such file|can.?t find|manifest unknown|invalid (ssm )?parameters|denied"
    r"|not authorized|unauthorized|forbidden|no basic auth|did not contain json key|\bplatform\b|no matching manifest"
    r"|diffids don.?t match|invalid reference|failed to normalize|has the (?:additional )?permissions"
    r"|image uri is correct|unable to assume the role"
    r"|mismatched image|unsupported (manifest )?(media type|schema)|incompatible with"  # the image itself
    r"|(marked|scheduled) for deletion|pending deletion|invalid character"  # the secret, or its key
)
"""AWS's words for an image, secret or file system that is missing, unusable or not allowed. Waiting doesn't help.

`invalid character`: a key was asked for, and the secret is no JSON (Go's `encoding/json`). `(marked|scheduled) for
deletion`: Secrets Manager User Guide, "Delete a secret"; a deleted KMS key: KMS Developer Guide, "Key states".
"""
_QUOTED = Later(r"""["'`<\u2018\u201c][^\s"'`]+["'`>\u2019\u201d]""")
_BARE = Later(r"(pull access denied for) [^\s,]+|(invalid (?:ssm )?parameters:).*")
"""Places where AWS puts a name that may look like an ordinary word."""
_NAME = Later(r"\w[/@=._:-]\w")
"""Words with punctuation inside: an address, an ARN, an image, a file, an action."""


def words(text: str) -> str:
    """Return a text in lower case, without the names in it."""
    bare = _BARE.sub(r"\1\2", _QUOTED.sub(" ", text.lower()))
    return " ".join(word for word in bare.split() if not _NAME.search(word))


def hopeless(text: str) -> bool:
    """Say whether a text reports a fault that waiting can't fix."""
    told = words(text)
    return bool(_HOPELESS.search(told)) and not _PASSING.search(told)


def kind(text: str, *, ran: bool, started: bool) -> str:
    """Return the kind of a stop.

    `ran`: the container at fault exited by itself. `started`: its task started. The text of a container that ran is
    about the container itself. A file system that is missing or not allowed counts like any other failed start.
    """
    around = "" if ran else _around(text)
    if around and not (around == STORAGE and hopeless(text)):
        return around
    known = (found for part, found in _CLASSES if part in text and not (ran and found in (PULL, SECRET)))
    return next(known, EXIT if started else START)


def _around(text: str) -> str:
    if _PLACES.search(text.strip()):
        return CAPACITY
    told = words(text)
    return next((found for found, pattern in _AROUND if re.search(pattern, told)), "")
