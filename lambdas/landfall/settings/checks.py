"""What values services.toml may hold, beyond their types."""

from __future__ import annotations

import math
import re
from urllib.parse import urlsplit

from landfall.addresses import forbidden_host
from landfall.linear import Linear, PatternRefused
from landfall.redaction import Redaction, kinds
from landfall.settings import Build, Evidence, Logs, Service, Vpc, smoke_checks, tags
from landfall.settings.problem import Problems, compiled, limits
from landfall.signature import PublicKey

Where = tuple[str, ...]
LONGEST_DAYS = 36500
"""A hundred years (S3 API reference, DefaultRetention)."""
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}/(?!\.{1,2}$|.*\.git$)[A-Za-z0-9._-]{1,100}")
"""A managed user's name ends in `_` and the enterprise's short code (GitHub Docs, enterprise managed users). No
repository is called `.` or `..`, or by a name that ends in `.git`."""
_NO_BRANCH = re.compile(r"\.\.|//|(^|/)\.|\.lock(/|$)|[./]$")
_SUBJECT = re.compile(r"([A-Za-z0-9_-]+)@\d+/([A-Za-z0-9._-]+)@\d+")
_CONNECTION = re.compile(r"arn:[a-z-]+:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]+")
_KIND = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,39}")
_LOG_GROUP = re.compile(r"[\w./#-]{1,512}", re.ASCII)  # CloudWatch Logs API reference, CreateLogGroup
_CONTAINER = re.compile(r"[A-Za-z0-9_-]{1,255}")  # ECS API reference, ContainerDefinition
_OF_A_NETWORK = {"subnets": ("subnet", 16), "security_groups": ("sg", 5)}
"""What their ids begin with, and how many a function takes (Lambda API reference, VpcConfig)."""
_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")  # these end up in shell commands of a build


def retention(evidence: Evidence, where: Where, problem: Problems) -> None:
    """Check how long evidence is kept. Raises SettingsError."""
    limits({"days": evidence.days}, where, problem)
    if evidence.days > LONGEST_DAYS:
        raise problem.at((*where, "days"), f"is {evidence.days}; S3 locks an object for {LONGEST_DAYS} days at most")
    for key in evidence.former_keys:
        _public_key(key, (*where, "former_keys"), problem)


def _public_key(key: str, where: Where, problem: Problems) -> None:
    try:
        PublicKey(key).curve()
    except ValueError as error:
        way_out = "give what the bucket holds of it, {service}/_chain/key-….json: public_key"
        raise problem.at(where, f"holds {key[:40]!r}: {error}; {way_out}") from error


def patterns(redaction: Redaction, where: Where, problem: Problems) -> None:
    """Check what is redacted. Raises SettingsError."""
    for name in redaction.off:
        if name not in kinds.NAMES:
            known = ", ".join(kinds.NAMES)
            raise problem.at((*where, "off"), f"{name!r} is no kind that is redacted; these are: {known}")
    for name, pattern in redaction.patterns.items():
        if not _KIND.fullmatch(name):
            raise problem.at(
                (*where, "patterns"), f"{name!r} will not do as a name; it takes letters, digits and blanks"
            )
        _linear(pattern, (*where, "patterns", name), problem)


def _linear(pattern: str, where: Where, problem: Problems) -> None:
    """Check a pattern that is searched for in others' text at run time. Raises SettingsError."""
    compiled(Linear, PatternRefused, pattern, where, problem)
    if Linear(pattern).found_in(""):
        raise problem.at(where, f"{pattern!r} is found in nothing at all; say what it looks for")


def _logs(logs: Logs, where: Where, problem: Problems) -> None:
    limits({"gate_errors": logs.gate_errors, "baseline_minutes": logs.baseline_minutes}, where, problem)
    if logs.error_pattern is not None:
        _linear(logs.error_pattern, (*where, "error_pattern"), problem)
    if not 1 <= logs.gate_times < math.inf:
        raise problem.at((*where, "gate_times"), f"is {logs.gate_times!r}; must be a number of at least 1")
    if logs.group is not None and not _LOG_GROUP.fullmatch(logs.group):
        way_out = "1 to 512 letters, digits and . - _ / #"
        raise problem.at((*where, "group"), f"{logs.group!r} is no name of a log group; it takes {way_out}")


def network(vpc: Vpc, where: Where, problem: Problems) -> None:
    """Check from where services are asked. Raises SettingsError."""
    for key, (kind, most) in _OF_A_NETWORK.items():
        ids = getattr(vpc, key)
        wrong = [each for each in ids if not re.fullmatch(rf"{kind}-[0-9a-f]{{8,17}}", each)]
        if not 0 < len(ids) <= most or wrong:
            what = f"{wrong[0]!r} is no id" if wrong else f"there are {len(ids)}"
            raise problem.at((*where, key), f"{what}; it takes 1 to {most} ids such as {kind}-0a1b2c3d4e5f60718")


def check(service: Service, problem: Problems) -> None:
    """Check what the types of a service's table don't say. Raises SettingsError."""
    where = ("services", service.name)
    if service.ca_bundle == "":
        raise problem.at((*where, "ca_bundle"), "must not be empty")
    if service.base_url is not None:
        if not is_url(service.base_url):
            raise problem.at((*where, "base_url"), f"{service.base_url!r} is not an http(s)://host[:port][/path] URL")
        if forbidden_host(urlsplit(service.base_url).hostname or ""):
            raise problem.at(
                (*where, "base_url"), f"{service.base_url!r} is a link-local or metadata address; no service"
            )
    elif service.stack and service.stack.certificate_arn:
        raise problem.at((*where, "base_url"), "required with a certificate: the name the certificate is for")
    _keep_image(service, (*where, "keep_image"), problem)
    if service.desired_count is not None:
        limits({"desired_count": service.desired_count}, where, problem)
    tags.check(service, where, problem)
    smoke_checks.check(service, (*where, "smoke"), problem)
    _logs(service.logs, (*where, "logs"), problem)
    if service.logs.gate and not (service.logs.group or service.stack):
        raise problem.at((*where, "logs", "gate"), "needs the log group that it reads: set logs.group")
    if service.build:
        _build(service.build, (*where, "build"), problem)


def _keep_image(service: Service, where: Where, problem: Problems) -> None:
    for name in service.keep_image:
        if not _CONTAINER.fullmatch(name):
            raise problem.at(where, f"{name!r} is no name of a container; it takes letters, digits, - and _")
        if name == service.container:
            raise problem.at(where, f"{name!r} is the container whose image is released; name others alone")


def _build(build: Build, where: Where, problem: Problems) -> None:
    if not _SOURCE.fullmatch(build.source):
        raise problem.at((*where, "source"), f"{build.source!r} is not owner/name, as GitHub has it")
    if build.subject is not None:
        found = _SUBJECT.fullmatch(build.subject)
        if not found or "/".join(found.groups()) != build.source:
            raise problem.at((*where, "subject"), f"{build.subject!r} is not the source with its ids: owner@ID/name@ID")
    if build.connection is not None and not _CONNECTION.fullmatch(build.connection):
        raise problem.at((*where, "connection"), f"{build.connection!r} is not the ARN of a CodeConnections connection")
    for key in ("branch", "context", "dockerfile"):
        value = getattr(build, key)
        if not value or value.startswith(("/", "-")) or ".." in value.split("/") or not _PLAIN.fullmatch(value):
            way_out = "letters, digits and . _ / -, relative to the repository's root, and without '..'"
            raise problem.at((*where, key), f"{value!r} will not do; it takes {way_out}")
    if _NO_BRANCH.search(build.branch):
        raise problem.at((*where, "branch"), f"{build.branch!r} can be no branch's name (git check-ref-format)")
    _paths(build.paths, (*where, "paths"), problem)
    limits({"deployment_begins_within_seconds": build.deployment_begins_within_seconds}, where, problem)


def _paths(paths: tuple[str, ...], where: Where, problem: Problems) -> None:
    """Check the patterns of a build. Raises SettingsError for one that no path of a repository can match."""
    if not any(path.strip() and not path.startswith("!") for path in paths):
        raise problem.at(where, "needs at least one pattern that is no exception; leave it out for every path")
    for path in paths:
        if not path.strip() or path.startswith("#"):
            raise problem.at(where, f"{path!r} matches nothing: patterns are those of .gitignore; leave it out")
        if ".." in path.split("/") or "\\" in path:
            way_out = "give it relative to the root of the repository, with '/'"
            raise problem.at(where, f"{path!r} matches no path of the repository; {way_out}")


def is_url(text: str) -> bool:
    """Say whether requests can be sent below it."""
    try:
        url = urlsplit(text)
        known = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        return False
    return bool(known and text.isprintable() and " " not in text and not (url.query or url.fragment or url.username))
