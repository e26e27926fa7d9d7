"""Checks who may sign off and who may abort, and the other sign-off settings of services.toml, beyond their types."""

from __future__ import annotations

from landfall.door.identity import named
from landfall.settings import Service
from landfall.settings.approval import ApprovalSettings
from landfall.settings_file.problem import Problems
from landfall.text.plain_text import is_text, typed

Where = tuple[str, ...]
LEAST_SECONDS, MOST_SECONDS = 60, 7 * 24 * 3600
MOST_ITEMS, MOST_ITEM = 20, 100
MOST_PEOPLE = 50
_ANY_ACCOUNT = ("aws", "000000000000")
"""A placeholder for Landfall's own account, which synth does not know. The check only needs to read an entry."""


def check(service: Service, where: Where, problem: Problems) -> None:
    """Check who may abort, and the approval table of a service. Raises SettingsError."""
    _people(service.aborters, (*where, "aborters"), problem)
    if len(service.aborters) > MOST_PEOPLE:
        raise problem.at((*where, "aborters"), f"names {len(service.aborters)}; it takes at most {MOST_PEOPLE}")
    approval, here = service.approval, (*where, "approval")
    if approval is None:
        return
    _approvers(approval, (*here, "approvers"), problem)
    items(approval.checklist, (*here, "checklist"), problem)
    if not LEAST_SECONDS <= approval.expires_seconds <= MOST_SECONDS:
        why = f"is {approval.expires_seconds}; it takes {LEAST_SECONDS} to {MOST_SECONDS} (7 days)"
        raise problem.at((*here, "expires_seconds"), why)
    queue = service.limits.lock_attempts * service.limits.lock_poll_seconds
    if approval.holds_seconds > queue:
        longest = f"is {approval.expires_seconds}; a sign-off after the proofs holds the lock for as long"
        way_out = f"a newer release waits {queue} s at most: make it shorter, raise lock_attempts, or ask before"
        raise problem.at((*here, "expires_seconds"), f"{longest}, and {way_out}")


def _approvers(approval: ApprovalSettings, where: Where, problem: Problems) -> None:
    _people(approval.approvers, where, problem)
    different = {named(entry, *_ANY_ACCOUNT) for entry in approval.approvers}
    least = 2 if approval.four_eyes else 1
    if not least <= len(different) <= MOST_PEOPLE:
        four_eyes = "; four_eyes needs two roles or users" if approval.four_eyes else ""
        raise problem.at(where, f"names {len(different)}; it takes {least} to {MOST_PEOPLE}{four_eyes}")


def _people(entries: tuple[str, ...], where: Where, problem: Problems) -> None:
    """Check that each entry names a role or a user."""
    for entry in entries:
        if named(entry, *_ANY_ACCOUNT) is None:
            way_out = "write role/NAME or user/NAME for this account, or the ARN of a role or user"
            raise problem.at(where, f"{entry!r} names no role and no user; {way_out}")


def items(checklist: tuple[str, ...], where: Where, problem: Problems) -> None:
    """Check what people confirm by name. Raises SettingsError."""
    if len(checklist) > MOST_ITEMS:
        raise problem.at(where, f"has {len(checklist)} items; it takes at most {MOST_ITEMS}")
    for item in checklist:
        if not item or len(item) > MOST_ITEM or typed(item) != item or not is_text(item):
            raise problem.at(where, f"{item!r} is no item: it takes 1 to {MOST_ITEM} characters of plain text")
    if twice := next((item for item in checklist if checklist.count(item) > 1), None):
        raise problem.at(where, f"has {twice!r} twice; each item needs a name of its own")
