"""Reads what starts an execution: a request by hand, or an `ECR Image Action` event.

Input chooses *which* service and release, never *where*: cluster, URL and roles come from the settings.
Source of the event's shape: Amazon ECR user guide, "Amazon ECR events and EventBridge".
A request with `pushed_at` stands for a push whose event was lost: a newer push overtakes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_never

from landfall.errors import InvalidRequest
from landfall.images import image_tags
from landfall.images.image_tags import Tag
from landfall.intake.document import CROSSES, DRILLS, KEYS, checked, is_time, shown
from landfall.model import UNKNOWN, Intent
from landfall.settings import Service, Settings
from landfall.text.lazy_pattern import Later

DIGEST = Later(r"sha256:[0-9a-f]{64}")
BY_PUSH = "ECR push"
"""The requester if the image's own push started the deployment."""
ENDED = ("FAILED", "TIMED_OUT", "ABORTED")


@dataclass(frozen=True)
class Request:
    """A valid request. Its image need not exist.

    `deployment_id`: the deployment that proved the release to go back to, if the request names one. `commit` is the
    commit in `image_tag`, empty if there is none. `is_event`: ECR's own event reported the push.
    """

    service: Service
    image_tag: str | None
    image_digest: str | None
    intent: Intent
    reason: str
    requested_by: str
    by_push: bool = False
    pushed_at: str = ""
    deployment_id: str = ""
    commit: str = ""
    is_event: bool = False
    cross_migration: bool = False
    drill: str = ""


@dataclass(frozen=True)
class Recovery:
    """A deployment whose execution is gone: reported by the execution's event, or named by a person or the sweep."""

    execution_arn: str = ""
    service: str = ""
    deployment_id: str = ""


@dataclass(frozen=True)
class Ignored:
    """An event that concerns no release."""

    why: str


def moment(at: datetime) -> str:
    """Return a time in the format of events: in UTC and whole seconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def read(document: Any, settings: Settings) -> Request | Recovery | Ignored:
    """Read an execution's input. Raises InvalidRequest, which names the field, the value and the way out."""
    if not isinstance(document, Mapping):
        raise InvalidRequest("BAD_INPUT", f"the input is {shown(document)}; it must be an object with 'service'")
    if document.keys() & {"detail-type", "source"} and not document.keys() & set(KEYS):
        return _event(document, settings)
    return _by_hand(document, settings)


def _event(event: Mapping[str, Any], settings: Settings) -> Request | Recovery | Ignored:
    detail = event.get("detail")
    if event.get("source") == "aws.states" and isinstance(detail, Mapping):
        arn = detail.get("executionArn")
        over = detail.get("status") in ENDED and isinstance(arn, str)
        return Recovery(execution_arn=str(arn)) if over else Ignored("an execution that did not end badly")
    if event.get("source") != "aws.ecr" or event.get("detail-type") != "ECR Image Action":
        return Ignored(f"not an ECR image action: {shown(event.get('source'))} {shown(event.get('detail-type'))}")
    if not isinstance(detail, Mapping):
        return Ignored("the event has no detail")
    if detail.get("action-type") != "PUSH" or detail.get("result") != "SUCCESS":
        return Ignored(f"not a successful push: {shown(detail.get('action-type'))} {shown(detail.get('result'))}")
    repository, tag, digest = (detail.get(k) for k in ("repository-name", "image-tag", "image-digest"))
    service = settings.for_repository(repository) if isinstance(repository, str) else None
    if service is None:
        return Ignored(f"repository {shown(repository)} belongs to no service in services.toml")
    if not tag:
        return Ignored("an untagged manifest: part of an image index, or an attestation")
    if not isinstance(tag, str):
        return Ignored(f"tag {shown(tag)} is not a 40-hex commit SHA, nor any text")
    read = _read(tag, service)
    if not read.readable:
        return Ignored(_unreadable(read, service))
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        return Ignored(f"digest {shown(digest)} is not a sha256 digest")
    return Request(
        service=service,
        image_tag=tag,
        image_digest=digest,
        intent=Intent.RELEASE,
        reason=f"push of {tag}",
        requested_by=BY_PUSH,
        by_push=True,
        pushed_at=_time(event),
        commit=read.commit,
        is_event=True,
    )


def _read(tag: str, service: Service) -> Tag:
    return image_tags.read((tag,), service.tags)[0]


def _unreadable(tag: Tag, service: Service) -> str:
    """Say why a tag names no release, such as a build cache's or `latest`."""
    why = f"tag {shown(tag.text)} is not a 40-hex commit SHA"
    if service.tag_pattern is None:
        return f"{why}, and services.{service.name} has no tag_pattern that reads others"
    if tag.commit:
        return f"{why}, and {shown(tag.commit)}, which tag_pattern finds in it, is no commit either: 7 to 40 hex digits"
    return f"{why}, and services.{service.name}.tag_pattern {shown(service.tag_pattern)} does not read it"


def _time(event: Mapping[str, Any]) -> str:
    """Return when the event happened, in whole seconds; empty if it has no time in AWS's format."""
    time = event.get("time")
    return time if isinstance(time, str) and is_time(time) else ""


def _by_hand(document: Mapping[str, Any], settings: Settings) -> Request | Recovery:
    document = checked(document)
    intent = _intent(document.get("intent", Intent.RELEASE.value))
    if refusal := next(_refusals(intent, document), None):
        raise InvalidRequest("BAD_FIELD", refusal)
    match intent:
        case Intent.RECOVER:
            return _recovery(document)
        case Intent.RELEASE | Intent.ROLLBACK:
            return _request(document, intent, settings)
    assert_never(intent)


def _refusals(intent: Intent, document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with fields that are valid with one intent only. The first refusal counts."""
    match intent:
        case Intent.RELEASE:
            if "deployment_id" in document:
                yield "deployment_id goes with intent 'recover' or 'rollback', not with a release"
        case Intent.ROLLBACK | Intent.RECOVER:
            if intent == Intent.RECOVER and "deployment_id" not in document:
                yield "intent 'recover' needs deployment_id: which one, as the ledger has it"
            if "pushed_at" in document:
                yield "pushed_at goes with intent 'release' only: no push overtakes a rollback or a recovery"
        case _:
            assert_never(intent)
    if "cross_migration" in document and intent != Intent.ROLLBACK:
        yield "cross_migration goes with intent 'rollback' only; leave it out"
    if document.get("cross_migration", CROSSES) != CROSSES:
        yield f"cross_migration is {shown(document['cross_migration'])}; say {CROSSES!r}, or leave it out"
    if "drill" in document and (intent != Intent.ROLLBACK or "deployment_id" not in document):
        yield "drill goes with intent 'rollback' and a deployment_id only; leave it out, or run `landfall drill`"
    if document.get("drill", DRILLS[0]) not in DRILLS:
        yield f"drill is {shown(document['drill'])}; it is 'back' or 'forward', and `landfall drill` sets it"


def _recovery(document: Mapping[str, Any]) -> Recovery:
    """Read a recovery. Its service may have been removed from the settings since, with work left to finish."""
    if not document.get("service") or not document["deployment_id"]:
        raise InvalidRequest("MISSING_FIELD", "a recovery needs service and deployment_id, as the ledger has them")
    return Recovery(service=document["service"], deployment_id=document["deployment_id"])


def _request(document: Mapping[str, Any], intent: Intent, settings: Settings) -> Request:
    service = _service(document, settings)
    tag, digest = _image(document, service)
    return Request(
        service=service,
        image_tag=tag.text if tag else None,
        image_digest=digest,
        intent=intent,
        reason=document.get("reason", ""),
        requested_by=document.get("requested_by", UNKNOWN),
        by_push="pushed_at" in document,
        pushed_at=document.get("pushed_at", ""),
        deployment_id=document.get("deployment_id", ""),
        commit=tag.commit if tag else "",
        cross_migration="cross_migration" in document,
        drill=document.get("drill", ""),
    )


def _image(document: Mapping[str, Any], service: Service) -> tuple[Tag | None, str | None]:
    text, digest = document.get("image_tag"), document.get("image_digest")
    if text is None and digest is None:
        why = "neither image_tag nor image_digest is given; give the commit's SHA or a digest"
        raise InvalidRequest("MISSING_FIELD", why)
    tag = None if text is None else _read(text, service)
    if tag is not None and not tag.readable:
        why = f"image_{_unreadable(tag, service)}; push the image tagged by its commit"
        raise InvalidRequest("BAD_TAG", why)
    if digest is not None and not DIGEST.fullmatch(digest):
        raise InvalidRequest("BAD_DIGEST", f"image_digest {shown(digest)} is not sha256: and 64 hex digits")
    return tag, digest


def _service(document: Mapping[str, Any], settings: Settings) -> Service:
    known = ", ".join(s.name for s in settings.services)
    name = document.get("service")
    if name is None:
        raise InvalidRequest("MISSING_FIELD", f"service is missing; give one of {known}")
    service = settings.named(name)
    if service is None:
        raise InvalidRequest("UNKNOWN_SERVICE", f"service {shown(name)} is not in services.toml; known are {known}")
    return service


def _intent(value: str) -> Intent:
    if value not in tuple(Intent):
        why = f"intent {shown(value)} is not known; leave it out, or say 'release', 'rollback' or 'recover'"
        raise InvalidRequest("UNKNOWN_INTENT", why)
    return Intent(value)
