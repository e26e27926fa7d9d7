"""The sign-off settings of services.toml: [services.<name>.approval], who must say yes, to what, and until when."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from landfall.settings.migration import MigrationSettings

When = Literal["before", "after"]
"""When people are asked: before anything is changed, or once all proofs of the new release have passed."""


LEAST_POLL = 15
MOST_LOOKS = 500
MORE_LOOKS = 20


@dataclass(frozen=True)
class ApprovalSettings:
    """Who must approve a release of a service, and what they must confirm.

    `approvers`: IAM roles and users, each as `role/NAME` or `user/NAME` of Landfall's own account, or as an ARN.
    `checklist`: items that every approver confirms by name. `four_eyes`: two approvers of different identities, and
    neither of them the requester. `expires_seconds`: how long the deployment waits for the answer.
    """

    when: When
    approvers: tuple[str, ...]
    checklist: tuple[str, ...] = ()
    four_eyes: bool = False
    expires_seconds: int = 14400

    @property
    def holds_seconds(self) -> int:
        """Return how long the lock is held for the answer. Before the update nothing is locked."""
        return self.expires_seconds if self.when == "after" else 0

    @property
    def asks_before_seconds(self) -> int:
        """Return how long a release waits for the answer without the lock."""
        return self.expires_seconds if self.when == "before" else 0

    @property
    def poll_seconds(self) -> int:
        """Return how many seconds are between two looks: more if people have more time, so that there are few looks.

        A look takes 13 events of the 25,000 that an execution may have (Step Functions quotas).
        """
        return max(LEAST_POLL, math.ceil(self.expires_seconds / MOST_LOOKS))

    @property
    def attempts(self) -> int:
        """Return how many looks there may be: one each poll, those that an answer wakes, and some that fail early."""
        return math.ceil(self.expires_seconds / self.poll_seconds) + MORE_LOOKS


def asked_for(approval: ApprovalSettings | None, migration: MigrationSettings | None) -> ApprovalSettings | None:
    """Return the terms of a sign-off: its table, with the migration's step for people as one more item."""
    if approval is None or migration is None or migration.manual is None:
        return approval
    return replace(approval, checklist=(*approval.checklist, migration.manual))
