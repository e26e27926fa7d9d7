"""The migration of a scenario: RunTask, StopTask, and what ECS says of the one-off task."""

from __future__ import annotations

from typing import Any

from landfall.settings.migration import MigrationSettings
from tests.campaigns.torture import replies
from tests.campaigns.torture.facts import MigrationFact

ARN = f"{replies.ECS}:task/{replies.CLUSTER}/{'f' * 32}"
OTHERS = f"{replies.ECS}:task/{replies.CLUSTER}/{'e' * 32}"
OTHERS_NAME = "landfall-migration/20260101T000000Z-earlier"
STOPPING = 20.0
Reply = dict[str, Any]


def of_settings(fact: MigrationFact) -> MigrationSettings:
    """Return the migration table of a scenario's service."""
    return MigrationSettings(("migrate",), timeout_seconds=fact.timeout, backward_compatible=fact.backward_compatible)


class MigrationTask:
    """The task of one scenario, as ECS tells of it."""

    def __init__(self, fact: MigrationFact | None) -> None:
        self.fact = fact or MigrationFact()
        self.tokens: list[str] = []
        self.started: list[tuple[float, str, str]] = []
        self._stopped_at: float | None = None
        self._refused = 0

    def run(self, request: Reply, at: float) -> Reply:
        """Answer RunTask. The same token starts no second task (ECS API reference, Ensuring idempotency)."""
        self.tokens.append(request["clientToken"])
        if self._refused < self.fact.refused:
            self._refused += 1
            return {"tasks": [], "failures": [{"arn": "", "reason": "RESOURCE:MEMORY"}]}
        if len(set(self.tokens)) > len(self.started):
            self.started.append((at, request["startedBy"], request["taskDefinition"]))
        return {"tasks": [{"taskArn": ARN}], "failures": []}

    def stop(self, at: float) -> Reply:
        """Answer StopTask: the container gets SIGTERM, and SIGKILL later."""
        self._stopped_at = self._stopped_at or at
        return {"task": {"taskArn": ARN}}

    def listed(self, request: Reply, at: float) -> list[str] | None:
        """Return the ARNs of a list by `startedBy` or by family; None for a list of the service's tasks."""
        if not {"startedBy", "family"} & request.keys():
            return None
        found = [self.described(arn, at) for arn in (ARN, OTHERS)]
        wanted = request.get("desiredStatus", "RUNNING")
        named = request.get("startedBy")
        return [
            task["taskArn"]
            for task in found
            if task and task["desiredStatus"] == wanted and named in (None, task["startedBy"])
        ]

    def described(self, arn: str, at: float) -> Reply | None:
        """Return the task as DescribeTasks has it."""
        if arn == OTHERS and at < self.fact.another:
            return {"taskArn": OTHERS, "startedBy": OTHERS_NAME, "lastStatus": "RUNNING", "desiredStatus": "RUNNING"}
        if arn != ARN or not self.started:
            return None
        began, name, revision = self.started[0]
        since, fact = at - began, self.fact
        if fact.unknown[0] <= since < fact.unknown[1]:
            return None
        by_us = self._stopped_at is not None and self._stopped_at - began < min(fact.stops, fact.exited)
        stops = self._stopped_at - began + STOPPING if by_us and self._stopped_at else fact.stops
        ran = fact.runs <= stops
        reply: Reply = {"taskArn": ARN, "taskDefinitionArn": revision, "startedBy": name, "group": "family:sample"}
        container: Reply = {"name": replies.CONTAINER}
        if ran and since >= fact.runs:
            reply["startedAt"] = replies.moment(began + fact.runs)
        if since < stops:
            last = "RUNNING" if since >= fact.runs else "PENDING"
            desired = "STOPPED" if by_us else "RUNNING"
            if since >= fact.exited:
                last, desired, container["exitCode"] = "DEPROVISIONING", "STOPPED", fact.exit
                reply |= self._end(by_us=False)
            return {**reply, "lastStatus": last, "desiredStatus": desired, "containers": [container]}
        told = None if fact.stop_code == "TaskFailedToStart" else fact.exit
        code = (137 if ran else None) if by_us else told
        if code is not None:
            container["exitCode"] = code
        if fact.reason:
            container["reason"] = fact.reason
        return {
            **reply,
            "lastStatus": "STOPPED",
            "desiredStatus": "STOPPED",
            **self._end(by_us),
            "stoppedAt": replies.moment(began + stops),
            "containers": [*({"name": name, "exitCode": code} for name, code in fact.beside.items()), container],
        }

    def _end(self, by_us: bool) -> Reply:
        if by_us:
            return {"stopCode": "UserInitiated", "stoppedReason": "Landfall stopped it"}
        code = {"stopCode": self.fact.stop_code} if self.fact.stop_code else {}
        return {**code, "stoppedReason": self.fact.stop_reason}
