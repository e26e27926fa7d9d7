"""What values services.toml may hold, beyond their types."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from landfall import settings_smoke_checks
from landfall.addresses import forbidden_host
from landfall.settings import Build, Evidence, Service
from landfall.settings_problem import Problems, limits

Where = tuple[str, ...]
LONGEST_DAYS = 36500
"""A hundred years (S3 API reference, DefaultRetention)."""
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_SUBJECT = re.compile(r"([A-Za-z0-9-]+)@\d+/([A-Za-z0-9._-]+)@\d+")
_CONNECTION = re.compile(r"arn:[a-z-]+:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]+")
_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")  # these end up in shell commands of a build


def retention(evidence: Evidence, where: Where, problem: Problems) -> None:
    """Check how long evidence is kept. Raises SettingsError."""
    limits({"days": evidence.days}, where, problem)
    if evidence.days > LONGEST_DAYS:
        raise problem.at((*where, "days"), f"is {evidence.days}; S3 locks an object for {LONGEST_DAYS} days at most")


def check(service: Service, problem: Problems) -> None:
    """Check what the types of a service's table don't say. Raises SettingsError."""
    where = ("services", service.name)
    for key in ("cluster", "service", "container", "repository", "task_role", "execution_role", "ca_bundle"):
        if getattr(service, key) == "":
            raise problem.at((*where, key), "must not be empty")
    if service.base_url is not None:
        if not is_url(service.base_url):
            raise problem.at((*where, "base_url"), f"{service.base_url!r} is not an http(s)://host[:port][/path] URL")
        if forbidden_host(urlsplit(service.base_url).hostname or ""):
            raise problem.at(
                (*where, "base_url"), f"{service.base_url!r} is a link-local or metadata address; no service"
            )
    elif service.stack and service.stack.certificate_arn:
        raise problem.at((*where, "base_url"), "required with a certificate: the name the certificate is for")
    if service.desired_count is not None:
        limits({"desired_count": service.desired_count}, where, problem)
    settings_smoke_checks.check(service, (*where, "smoke"), problem)
    if service.build:
        _build(service.build, (*where, "build"), problem)


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
    if not build.paths or not all(build.paths):
        raise problem.at((*where, "paths"), "needs at least one pattern; leave it out for every path")
    limits({"deployment_begins_within_seconds": build.deployment_begins_within_seconds}, where, problem)


def is_url(text: str) -> bool:
    """Say whether requests can be sent below it."""
    try:
        url = urlsplit(text)
        known = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        return False
    return bool(known and text.isprintable() and " " not in text and not (url.query or url.fragment or url.username))
