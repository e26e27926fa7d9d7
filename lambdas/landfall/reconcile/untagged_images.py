"""Was an image pushed without a tag that names a release? Such a push never starts a deployment.

Only images that were pushed after the newest release are checked. An older one was overtaken, or is older than
Landfall. There is one finding for all of them, so a hundred pushes don't send a hundred messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from landfall import commit
from landfall.images import image_tags
from landfall.images.image_tags import GROUP, TagForm
from landfall.reconcile.findings import Kind, Seen
from landfall.reconcile.pushes import Pushed
from landfall.text.lazy_pattern import Later
from landfall.text.shortened import shortened

SUBJECT = "tags that name no release"
TAGS_SHOWN, TAG_SHOWN = 5, 60
_REFERRER = Later(r"sha256-[0-9a-f]{64}(\..+)?")
"""The tag of a signature or attestation (cosign, "Signature Spec"; OCI, "Referrers Tag Schema")."""
_COMMIT = f"(?P<{GROUP}>{commit.DIGITS})"
FORMS = (
    f"sha-{_COMMIT}",
    f"git-{_COMMIT}",
    _COMMIT,
    rf"[A-Za-z0-9._-]+-{_COMMIT}-[0-9]{{10}}",
    rf"v?[0-9][A-Za-z0-9.-]*-[0-9]+-g{_COMMIT}",
    rf"[0-9]{{8,14}}[.-]{_COMMIT}",
    rf"[A-Za-z0-9._-]+[._-]{_COMMIT}",
)
"""The forms of tags that tools make, most exact first: docker/metadata-action's `type=sha`; Flux's branch, commit and
time; `git describe`; a date and a commit; anything that ends in a commit."""
_LABEL = "org.opencontainers.image.revision"


def assess(pushed: Sequence[Pushed], form: TagForm, service: str, now: datetime, grace: timedelta) -> Seen | None:
    """Return the finding for images that were pushed after the newest release without a tag that names one.

    None if there are no such images, or within the grace. `pushed` are a repository's images in the order of their
    pushes. Raises StepError if a pattern takes too long.
    """
    last = max((each.image.pushed_at for each in pushed if each.tags), default="")
    tagged = [each.image for each in pushed if not each.tags and not each.image.artifact]
    late = [i for i in tagged if i.pushed_at > last and now - datetime.fromisoformat(i.pushed_at) >= grace]
    unknown = {image.digest: [t for t in image.tags if not _REFERRER.fullmatch(t)] for image in late}
    meant = image_tags.ignored([tag for tags in unknown.values() for tag in tags], form)
    unread = [image for image in late if set(unknown[image.digest]) - meant]
    if not unread:
        return None
    image, tags = unread[-1], sorted(set(unknown[unread[-1].digest]) - meant)
    others = f", and {len(unread) - 1} others before it" if len(unread) > 1 else ""
    what = f"image {image.digest} was pushed at {image.pushed_at} as {_listed(tags)}{others}"
    why = f"tag_pattern {form.pattern!r} reads none of these tags" if form.pattern else "no tag is a 40-hex commit SHA"
    way_out = f"{_way_out(tags, service)}; or list tags that are not releases in ignored_tags"
    return Seen(Kind.PUSH_NOT_READ, SUBJECT, f"{what}; {why}, so nothing was deployed; {way_out}")


def _way_out(tags: Iterable[str], service: str) -> str:
    """Return the setting that would read one of these tags."""
    at = f"services.{service}"
    form = next((form for form in FORMS for tag in tags if re.fullmatch(form, tag[: image_tags.TAG_LIMIT])), None)
    if form:
        return f"tag_pattern = '{form}' in {at} would read it"
    return f"set commit_label = '{_LABEL}' and a tag_pattern in {at}, or tag images by their commit"


def _listed(tags: Sequence[str]) -> str:
    shown = ", ".join(shortened(tag, TAG_SHOWN) for tag in tags[:TAGS_SHOWN])
    return shown if len(tags) <= TAGS_SHOWN else f"{shown} and {len(tags) - TAGS_SHOWN} more"
