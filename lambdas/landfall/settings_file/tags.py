"""Checks `tag_pattern`, `commit_label` and `ignored_tags`, which say what tags name releases."""

from __future__ import annotations

import re

from landfall import commit
from landfall.images.image_tags import GROUP
from landfall.settings import Service
from landfall.settings_file.problem import LONGEST, Problems, compiled

MOVING = "latest"
"""A tag that moves with every push, so it can't name a release."""
EXAMPLE = f"sha-(?P<{GROUP}>{commit.DIGITS})"


def check(service: Service, where: tuple[str, ...], problem: Problems) -> None:
    """Check that the patterns can be compiled, and say where the commit is. Raises SettingsError."""
    if service.ignored_tags:
        compiled(re.compile, re.error, service.ignored_tags, (*where, "ignored_tags"), problem)
    if service.commit_label is not None:
        _label(service, (*where, "commit_label"), problem)
    if service.tag_pattern is not None:
        at = (*where, "tag_pattern")
        compiled(re.compile, re.error, service.tag_pattern, at, problem)
        _pattern(service.tag_pattern, at, problem, labelled=service.commit_label is not None)


def _label(service: Service, where: tuple[str, ...], problem: Problems) -> None:
    label = service.commit_label or ""
    if not 0 < len(label) <= LONGEST or not label.isprintable():
        raise problem.at(where, f"is {label!r}; give a label's name, such as 'org.opencontainers.image.revision'")
    if service.tag_pattern is None:
        way_out = r"such as 'v[0-9]+\.[0-9]+\.[0-9]+', so that images of branches or pull requests are not deployed"
        raise problem.at(where, f"needs tag_pattern, which says what tags name a release, {way_out}")


def _pattern(pattern: str, where: tuple[str, ...], problem: Problems, *, labelled: bool) -> None:
    read = re.compile(pattern)
    if read.fullmatch(MOVING):
        why = f"{pattern!r} matches {MOVING!r}, which moves with every push; match only tags that name one release"
        raise problem.at(where, why)
    if GROUP in read.groupindex or read.groups == 1 or labelled:
        return
    has = f"has {read.groups} groups, none of them named {GROUP!r}" if read.groups else "has no group"
    raise problem.at(
        where, f"{pattern!r} {has}: put the commit into a group, as in {EXAMPLE!r}, or set commit_label too"
    )
