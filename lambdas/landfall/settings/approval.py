"""The sign-off settings of services.toml: [services.<name>.approval], who must say yes, to what, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

When = Literal["before", "after"]
"""When people are asked: before anything is changed, or once all proofs of the new release have passed."""


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
    def longest_seconds(self) -> int:
        """Return how long the lock is held for the answer. Before the update nothing is locked."""
        return self.expires_seconds if self.when == "after" else 0
