"""Approve: takes the answers to sign-offs at its function URL, where AWS itself names the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landfall.approval import sent_answer
from landfall.approval.approval import ApprovalStage
from landfall.approval.sent_answer import Asked
from landfall.door.reply import Reply
from landfall.errors import AwsCallFailed
from landfall.runtime.answered import answered
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.steps.approvals.taking import take


def run(event: Mapping[str, Any], world: World) -> Reply:
    """Record the answer, then wake the deployment. The answer counts even if the deployment can't be woken."""
    asked = sent_answer.read(event, world.settings.redaction.kinds)
    if isinstance(asked, Reply):
        return asked
    reply = take(asked, world.ledger, world.now())
    if reply.approval and reply.approval.stage != ApprovalStage.WAITING:
        _wake(asked, world)
    return reply


def _wake(asked: Asked, world: World) -> None:
    """Wake the deployment. If it no longer waits, or AWS fails, its next look finds the answer."""
    try:
        token = world.wakes.token(asked.service, asked.deployment)
        if token is None or not world.wakes.wake(token):
            logger.info(
                "no execution to wake; the next look finds the answer", extra={"deployment_id": asked.deployment}
            )
    except AwsCallFailed as error:
        logger.warning("the deployment was not woken; its next look finds the answer", extra={"why": str(error)})


handler = answered(run)
