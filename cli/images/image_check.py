"""Checks an image against docs/image-contract.md, line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from landfall import commit
from landfall.images import image_tags
from landfall.images.image_secrets import is_secret
from landfall.settings import Service

Result = Literal["ok", "missing", "wrong"]

LABEL = "org.opencontainers.image."


@dataclass(frozen=True)
class Finding:
    """The result of one check. `mend` is empty if there is nothing to fix. It never holds a secret's value."""

    check: str
    result: Result
    expected: str
    seen: str
    mend: str = ""


def check_image(document: Mapping[str, Any], platform: str, service: Service, tag: str | None = None) -> list[Finding]:
    """Check an image's configuration document (OCI image spec, "Image Configuration"; Docker's has the same names).

    `platform` is the one in its manifest (`linux/amd64`). If `tag` contains a commit, GIT_SHA must be that commit. A
    document of the wrong shape is treated as an empty one.
    """
    config = _table(document.get("config"))
    env = dict(str(entry).partition("=")[::2] for entry in _list(config.get("Env")))
    labels = {str(name): str(value) for name, value in _table(config.get("Labels")).items()}
    return [
        _git_sha(env.get("GIT_SHA", ""), tag, service),
        _build_time(env.get("BUILD_TIME", "")),
        _revision(labels, env.get("GIT_SHA", "")),
        _created(labels),
        _source(labels),
        _health_check(_table(config.get("Healthcheck"))),
        _platform(platform, service),
        _user(str(config.get("User") or "")),
        _port(_table(config.get("ExposedPorts"))),
        _secrets(env),
    ]


def _git_sha(sha: str, tag: str | None, service: Service) -> Finding:
    mend = "in the Dockerfile's last stage: ARG GIT_SHA, ENV GIT_SHA=$GIT_SHA; build with --build-arg GIT_SHA=<commit>"
    tagged = next((t.commit for t in image_tags.read([tag] if tag else [], service.tags) if t.readable), "")
    if tagged and sha:
        other = f"build the commit that this tag names, without a cache that ignores build arguments; {mend}"
        return _matching("GIT_SHA", sha, commit.same(tagged, sha), tagged, other)
    return _matching("GIT_SHA", sha, image_tags.is_full(sha), "a commit: 40 lowercase hex digits", mend)


def _build_time(time: str) -> Finding:
    mend = "ARG BUILD_TIME, ENV BUILD_TIME=$BUILD_TIME; build with --build-arg BUILD_TIME=$(date -u +%FT%TZ)"
    return _matching("BUILD_TIME", time, _is_time(time, utc=True), "a time in UTC such as 2024-01-31T12:00:00Z", mend)


def _revision(labels: Mapping[str, str], sha: str) -> Finding:
    seen, mend = labels.get(f"{LABEL}revision", ""), f'LABEL {LABEL}revision="$GIT_SHA"'
    if image_tags.is_commit(sha) and seen:
        return _matching("label revision", seen, commit.same(sha, seen), sha, mend)
    return _matching("label revision", seen, image_tags.is_full(seen), "the same commit as GIT_SHA", mend)


def _created(labels: Mapping[str, str]) -> Finding:
    seen, mend = labels.get(f"{LABEL}created", ""), f'LABEL {LABEL}created="$BUILD_TIME"'
    return _matching("label created", seen, _is_time(seen), "a time as in RFC 3339", mend)


def _source(labels: Mapping[str, str]) -> Finding:
    seen, mend = labels.get(f"{LABEL}source", ""), f'LABEL {LABEL}source="https://github.com/<owner>/<name>"'
    return _matching("label source", seen, re.match(r"https?://\S+$", seen) is not None, "a URL of the source", mend)


def _health_check(check: Mapping[str, Any]) -> Finding:
    words = [str(word) for word in _list(check.get("Test"))]
    seen = "" if words in ([], ["NONE"]) else " ".join(words)
    mend = "HEALTHCHECK CMD [...]; ECS doesn't read it from the image: set the same healthCheck in the task definition"
    return _matching("HEALTHCHECK", seen, seen != "", "a command that says whether the container is healthy", mend)


def _platform(platform: str, service: Service) -> Finding:
    if service.build is None:
        return Finding("platform", "ok", "any: the service has no build table, which would name one", platform)
    wanted = service.build.platform
    return _equal("platform", wanted, platform, f"build with --platform {wanted}, or change the build table's platform")


def _user(user: str) -> Finding:
    name = user.partition(":")[0]
    mend = "USER 10001:10001 in the last stage"
    root = name == "root" or (name.isdigit() and int(name) == 0)
    found = _matching("user", user, not root, "not root, best as a number", mend)
    if found.result == "ok" and not name.isdigit():
        return Finding(found.check, "ok", found.expected, user, f"only a number shows that the user isn't root: {mend}")
    return found


def _port(ports: Mapping[str, Any]) -> Finding:
    seen = ", ".join(sorted(ports))
    tcp = any(port.partition("/")[2] in ("", "tcp") for port in ports)
    return _matching("port", seen, tcp, "a TCP port", "EXPOSE <the port that the service listens on>")


def _secrets(env: Mapping[str, str]) -> Finding:
    names = sorted(name for name, value in env.items() if is_secret(name, value))
    mend = (
        "remove them from the Dockerfile and rotate them, since everybody who can pull can read them; use the task"
        " definition's secrets"
    )
    expected = "no variable that looks like a secret"
    if names:
        return Finding("secrets", "wrong", expected, f"values for {', '.join(names)}", mend)
    return Finding("secrets", "ok", expected, "none")


def _matching(check: str, seen: str, good: bool, expected: str, mend: str) -> Finding:
    """Return a finding about a value: missing, wrong or ok."""
    if not seen:
        return Finding(check, "missing", expected, "nothing", mend)
    return Finding(check, "ok" if good else "wrong", expected, seen, "" if good else mend)


def _equal(check: str, expected: str, seen: str, mend: str) -> Finding:
    return _matching(check, seen, seen == expected, expected, mend)


def _is_time(text: str, *, utc: bool = False) -> bool:
    """Say whether a text is a time with an offset; with `utc`, the offset must be 0."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return False
    offset = time.utcoffset()
    return offset is not None and (not utc or offset == timedelta(0))


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
