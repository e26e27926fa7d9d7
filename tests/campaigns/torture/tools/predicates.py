"""What other tools wait for, written from their documentation and their public source, in virtual time.

Each is given its best settings: as much patience as Landfall has (15 minutes), and its own checks switched on. They
are predicates: the tools themselves were not run, and the table says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.campaigns.torture import replies, roles
from tests.campaigns.torture.asl import Clock
from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.scenario import Scenario
from tests.campaigns.torture.surroundings import ApiError
from tests.campaigns.torture.web import Web

PATIENCE = 900
TRIES = 3
"""What every AWS SDK does by itself before it gives up on a throttled call."""


class Session:
    """A tool at work: it has registered a revision, updated the service, and asks."""

    def __init__(self, scenario: Scenario) -> None:
        self.clock = Clock()
        self.cloud = Cloud(scenario, self.clock)
        self.web = Web(self.cloud)
        wanted = roles.task_definition(0, roles.image("ours"), roles.SHAS["ours"])
        registered = self.ask("RegisterTaskDefinition", **wanted)
        self.revision = str(registered["taskDefinition"]["taskDefinitionArn"])
        service = self.ask("UpdateService", taskDefinition=self.revision)["service"]
        self.deployment = next(d["id"] for d in service["deployments"] if d["status"] == "PRIMARY")

    def ask(self, operation: str, **request: Any) -> Any:
        """Call AWS, with an SDK's own retries."""
        for turn in range(TRIES):
            try:
                return self.cloud.call(operation, request)
            except ApiError:
                if turn + 1 == TRIES:
                    raise
                self.clock.now += 2**turn
        return {}

    def service(self) -> Any:
        """Return the service; None where it is missing."""
        return next(iter(self.ask("DescribeServices").get("services") or []), None)

    def primary(self) -> Any:
        """Return the PRIMARY deployment."""
        service = self.service() or {}
        return next((d for d in service.get("deployments", []) if d.get("status") == "PRIMARY"), {})

    def stable(self) -> bool | None:
        """Apply the SDKs' services_stable waiter once: True, False, or None where it gives up."""
        service = self.service()
        if service is None or service.get("status") in ("DRAINING", "INACTIVE"):
            return None
        one = len(service.get("deployments", [])) == 1
        return one and service.get("runningCount") == service.get("desiredCount")

    def until(self, every: float, done: Callable[[], bool | None], patience: float = PATIENCE) -> bool:
        """Ask every so many seconds, until it says yes, gives up, or patience ends."""
        while self.clock.now < patience:
            self.clock.now += every
            answer = done()
            if answer is not False:
                return bool(answer)
        return False


def ecspresso(session: Session) -> bool:
    """Wait with the SDK's waiter every 15 s, then compare the PRIMARY deployment's revision (wait.go, #732, #733)."""
    return session.until(15, session.stable) and session.primary().get("taskDefinition") == session.revision


def silinternational(session: Session) -> bool:
    """Wait until a task of the new revision runs, every 10 s; then until one deployment is left, every 2 s."""

    def one_runs() -> bool:
        arns = session.ask("ListTasks", desiredStatus="RUNNING")["taskArns"]
        tasks = session.ask("DescribeTasks", tasks=arns[:100])["tasks"] if arns else []
        return any(t.get("taskDefinitionArn") == session.revision and t.get("lastStatus") == "RUNNING" for t in tasks)

    def one_left() -> bool:
        return len((session.service() or {}).get("deployments", [])) == 1

    return session.until(10, one_runs) and session.until(2, one_left)


def aws_action(session: Session) -> bool:
    """Wait with the SDK's waiter, then ask whether our deployment is still listed and not FAILED (2.6.2, PR #860)."""
    if not session.until(15, session.stable):
        return False
    listed = (session.service() or {}).get("deployments", [])
    ours = next((d for d in listed if d.get("id") == session.deployment), None)
    return ours is not None and ours.get("rolloutState") != "FAILED"


def shell_script(session: Session) -> bool:
    """Poll running count and rollout state every 30 s, look for any healthy target, run each check once."""

    def done() -> bool:
        service, primary = session.service() or {}, session.primary()
        enough = service.get("runningCount", -1) == service.get("desiredCount")
        return bool(enough and primary.get("rolloutState") == "COMPLETED")

    if not session.until(30, done):
        return False
    reply = session.ask("DescribeTargetHealth", TargetGroupArn=replies.GROUP)
    if not any(t["TargetHealth"].get("State") == "healthy" for t in reply["TargetHealthDescriptions"]):
        return False
    version, live, ready = (session.web.answer(e) for e in ("version", "live", "ready"))
    right = version.status == 200 and session.cloud.sha("ours") in version.body and version.seconds < 2
    return right and not version.error and live.status == 200 and not live.error and '"connected"' in ready.body


PREDICATES: dict[str, Callable[[Session], bool]] = {
    "ecspresso": ecspresso,
    "silinternational/ecs-deploy": silinternational,
    "amazon-ecs-deploy-task-definition": aws_action,
    "shell script": shell_script,
}


def verdict(tool: str, scenario: Scenario) -> tuple[str, float]:
    """Return what a tool says of a scenario, and after how many seconds."""
    session: Session | None = None
    try:
        session = Session(scenario)
        said = "success" if PREDICATES[tool](session) else "failure"
    except ApiError:
        said = "failure"
    return said, round(session.clock.now if session else 0.0, 1)
