"""What AWS's words say about a stop: which kind it is, and whether waiting can mend it.

Words count only in AWS's own wording. Names of images, secrets, files, hosts and resources are taken out of a text
first: a repository may be called `denied-transactions`.
Sources: Amazon ECS Developer Guide, "Amazon ECS stopped tasks error messages" and the pages it leads to
("TaskFailedToStart errors", "CannotPullContainer task errors", "Status reasons for Amazon EBS volume attachment").
"""

from __future__ import annotations

import re

from landfall.text.later import Later

PULL, SECRET, MEMORY, HEALTH, START, EXIT = "image pull", "secret", "out of memory", "health check", "start-up", "exit"
THROTTLING, INTERFACE, STORAGE, CAPACITY, AWS = (
    *("throttling", "network interface", "storage", "capacity", "AWS internal error"),
)
ENVIRONMENT = frozenset({THROTTLING, INTERFACE, STORAGE, CAPACITY, AWS})
"""Kinds that no image can cause and that may pass: no evidence against a release, in whatever number."""
HEALTH_CHECKS = ("failed ELB health checks", "failed container health checks")

_CLASSES = (
    ("CannotPull", PULL),
    ("retrieve ecr registry auth", PULL),
    *((text, SECRET) for text in ("retrieve secret", "secretsmanager:", "ssm:GetParameter", "kms:Decrypt")),
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
"""ECS API failure reasons: no container instance, or one without CPU, memory, interfaces, an attribute that placement
asks for, or with an agent that is gone."""
_AROUND = (
    (
        THROTTLING,
        r"toomanyrequests|too many requests|throttl|rate exceeded|rate limit|limitexceeded|slow ?down|\b429\b",
    ),
    (INTERFACE, r"network interface|insufficientfreeaddresses|free addresses"),
    (CAPACITY, r"capacity|reached the limit on the number|no container instances?|insufficient (cpu|memory)"),
    (STORAGE, r"no space left|ephemeralstorage|cannotcreatevolume"),
    (
        STORAGE,
        r"^(?!.*cannot(start|create)container).*(\befs\b|\bebs\b|failed to mount|mount system call|mount target)",
    ),
    (
        AWS,
        r"^internalerror(?!: failed to normalize)|dockertimeouterror|containerruntime(timeout)?error"
        r"|cannot(inspect|describe)container",
    ),
)
"""The last three: Docker or containerd on the host did not answer the agent. AWS looks for it in host and network (ECS
Developer Guide, "Stopped tasks error codes"; re:Post, "DockerTimeoutError"; aws/amazon-ecs-agent#336: a slow disk)."""
_PASSING = Later(
    r"timeout|timed out|deadline exceeded|context cancell?ed|request cancell?ed|connection (re|issue|closed)|\beof\b"
    r"|no such host|handshake|network (configuration|is unreachable)|unavailable|try again|\b50[0234]\b"
    r"|internal ?(server ?|service ?)?(error|failure)|" + _AROUND[0][1]
)
"""What AWS's texts say of networks and throttles: it may pass. It wins over any word of _HOPELESS beside it."""
_HOPELESS = Later(
    r"not ?found|does not exist|no such file|can.?t find|manifest unknown|invalid (ssm )?parameters|denied"
    r"|not authorized|unauthorized|forbidden|no basic auth|did not contain json key|\bplatform\b|no matching manifest"
    r"|diffids don.?t match|invalid reference|failed to normalize|has the permissions"
)
"""What they say of an image, a secret or a file system that is not there or not allowed: waiting does not mend it."""
_QUOTED = Later(r"""["'`<\u2018\u201c][^\s"'`]+["'`>\u2019\u201d]""")
_BARE = Later(r"(pull access denied for) [^\s,]+|(invalid (?:ssm )?parameters:).*")
"""Where AWS puts a name that may be a word like any other."""
_NAME = Later(r"\w[/@=._:-]\w")
"""Punctuation inside: an address, an ARN, an image, a file, an action."""


def words(text: str) -> str:
    """Return a text in lower case and without the names in it."""
    bare = _BARE.sub(r"\1\2", _QUOTED.sub(" ", text.lower()))
    return " ".join(word for word in bare.split() if not _NAME.search(word))


def hopeless(text: str) -> bool:
    """Say whether a text tells of what can't get better by itself."""
    told = words(text)
    return bool(_HOPELESS.search(told)) and not _PASSING.search(told)


def kind(text: str, *, ran: bool, started: bool) -> str:
    """Return the kind of a stop. `ran`: the container at fault exited by itself; `started`: its task came up.

    What a container that ran says is about itself. A file system that is not there, or not allowed, is no trouble
    that passes: it counts like any other start that failed.
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
