"""What ECS does with a new revision, good or bad, while clients are being served."""

from __future__ import annotations

import pytest

from tests.local.traffic import Traffic
from tests.local.world import CLUSTER, World, wait_for


def test_good_image_replaces_the_old_without_a_failed_request(live: World) -> None:
    """A normal rollout must cost no client request and never leave fewer healthy targets than desired."""
    # There is always a request under way when a task is stopped, and the task is not kind to it.
    slow = {"DELAY": "0.15", "ABRUPT": "1"}
    live.update(taskDefinition=(first := live.revision(live.image(VERSION="A2", **slow))))
    live.settled(first)
    revision = live.revision(live.image(VERSION="B", **slow))
    with Traffic(live) as traffic:
        told = live.update(taskDefinition=revision)
        live.settled(revision)
    assert [d["status"] for d in told["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert (told["deployments"][0]["rolloutState"], told["deployments"][0]["failedTasks"]) == ("IN_PROGRESS", 0)
    assert traffic.failures == []
    assert traffic.rate >= 10
    assert min(traffic.healthy) >= 2
    assert live.get() == (200, "B")
    assert len(live.service()["deployments"]) == 1


def test_crash_on_start_leaves_the_old_tasks_and_tells_why(live: World) -> None:
    """A release that crashes must be seen as failing, with its exit code, and the old one must go on serving."""
    revision = live.revision(live.image(VERSION="C", CRASH="3"))
    deployment = live.update(taskDefinition=revision)["deployments"][0]["id"]
    with Traffic(live) as traffic:
        wait_for("three failed tasks", lambda: live.primary()["failedTasks"] >= 3)
    assert traffic.failures == []
    assert min(traffic.healthy) >= 2
    assert set(traffic.answers) == {"A"}
    assert live.primary()["rolloutState"] == "IN_PROGRESS"
    arns = live.ecs.list_tasks(cluster=CLUSTER, startedBy=deployment, desiredStatus="STOPPED")["taskArns"]
    stopped = live.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]
    assert len(stopped) >= 3
    for task in stopped:
        assert task["startedBy"] == deployment
        assert task["containers"][0]["exitCode"] == 3
        assert (task["stopCode"], task["stoppedReason"]) == (
            "EssentialContainerExited",
            "Essential container in task exited",
        )


def test_unhealthy_targets_fail_the_tasks_and_the_old_stay(live: World) -> None:
    """A release whose health endpoint fails must show the target's reason, be stopped by ECS, and harm nobody."""
    revision = live.revision(live.image(VERSION="D", HEALTH="503"))
    old = {each["Id"] for each in live.healths()}
    with Traffic(live) as traffic:
        live.update(taskDefinition=revision)
        seen = wait_for("an unhealthy target", lambda: [h for h in live.healths() if h["State"] == "unhealthy"])
        wait_for("a failed task", lambda: live.primary()["failedTasks"] >= 2)
        stopped = wait_for("a stopped task", lambda: [t for t in live.tasks("STOPPED") if "ELB" in t["stoppedReason"]])
    assert seen[0]["Reason"] == "Target.ResponseCodeMismatch"
    assert seen[0]["Description"] == "Health checks failed with these codes: [503]"
    assert stopped[0]["stoppedReason"] == f"Task failed ELB health checks in (target-group {live.group})"
    assert stopped[0]["stopCode"] == "ServiceSchedulerInitiated"
    assert traffic.failures == []
    assert set(traffic.answers) == {"A"}
    assert old <= {each["Id"] for each in live.healths() if each["State"] == "healthy"}


def test_rollback_to_the_earlier_revision_lands(live: World) -> None:
    """Going back in the middle of a failing rollout must end with the earlier revision's tasks alone."""
    first = live.service()["taskDefinition"]
    live.update(taskDefinition=live.revision(live.image(VERSION="E", CRASH="1")))
    wait_for("a failed task", lambda: live.primary()["failedTasks"] >= 1)
    live.update(taskDefinition=first)
    live.settled(first)
    assert live.get() == (200, "A")
    assert len(live.service()["deployments"]) == 1


@pytest.mark.parametrize("rollback", [False, True])
def test_circuit_breaker(live: World, rollback: bool) -> None:
    """A tripped breaker must launch nothing more and keep the old tasks, and with rollback restore their deployment."""
    first = live.service()["taskDefinition"]
    breaker = {"enable": True, "rollback": rollback}
    revision = live.revision(live.image(VERSION="F", CRASH="1"))
    live.update(taskDefinition=revision, deploymentConfiguration={"deploymentCircuitBreaker": breaker})
    if rollback:
        live.settled(first)
    else:
        wait_for("the breaker", lambda: live.primary()["rolloutState"] == "FAILED")
        assert live.primary()["taskDefinition"] == revision
        assert live.service()["deployments"][1]["runningCount"] == 2
        live.update(taskDefinition=first)  # what a pipeline does then
        live.settled(first)
    assert live.get() == (200, "A")
    assert len([h for h in live.healths() if h["State"] == "healthy"]) == 2


def test_container_health_check_fails_the_task(world: World) -> None:
    """A container's own health check must be run, decide about the task, and count as a failure."""
    good = world.revision(world.image(VERSION="A"), health=["CMD-SHELL", "python -c 'pass'"])
    world.create(good, count=1)
    world.settled(good)
    assert world.tasks()[0]["healthStatus"] == "HEALTHY"
    bad = world.revision(world.image(VERSION="B"), health=["CMD", "python", "-c", "raise SystemExit(1)"])
    world.update(taskDefinition=bad)
    wait_for("a failed task", lambda: world.primary()["failedTasks"] >= 1)
    stopped = wait_for("a stopped task", lambda: world.tasks("STOPPED"))
    assert stopped[0]["stoppedReason"] == "Task failed container health checks"
    assert world.get() == (200, "A")


def test_a_service_of_no_tasks_is_raised_and_emptied(world: World) -> None:
    """Desired count 0 completes at once, and a first release raises it."""
    revision = world.revision(world.image(VERSION="A"))
    world.create(revision, count=0)
    assert world.settled(revision)["runningCount"] == 0
    assert world.get()[0] == 503
    world.update(taskDefinition=world.revision(world.image(VERSION="B")), desiredCount=2)
    wait_for("B", lambda: world.primary()["rolloutState"] == "COMPLETED" and world.primary()["runningCount"] == 2)
    assert world.get() == (200, "B")
    world.update(desiredCount=0)
    wait_for("no task", lambda: not world.tasks() and world.service()["runningCount"] == 0)


def test_image_that_cannot_be_pulled(live: World) -> None:
    """An image that isn't there must fail the task with ECS's own word for it."""
    live.update(taskDefinition=live.revision(f"{live.repository}@sha256:{'0' * 64}"))
    stopped = wait_for("a stopped task", lambda: live.tasks("STOPPED"))
    assert stopped[0]["stopCode"] == "TaskFailedToStart"
    assert stopped[0]["stoppedReason"].startswith("CannotPullContainerError")
    assert live.primary()["failedTasks"] >= 1


def test_old_task_lost_during_a_failing_rollout_is_replaced(live: World) -> None:
    """While a release fails to start, the service it was to replace must be kept at its strength."""
    first = live.service()["taskDefinition"]
    live.update(taskDefinition=live.revision(live.image(VERSION="G", CRASH="1")))
    lost = next(task["taskArn"] for task in live.tasks() if task["taskDefinitionArn"] == first)
    live.ecs.stop_task(cluster=CLUSTER, task=lost, reason="a drill")

    def restored() -> bool:
        arns = {task["taskArn"] for task in live.tasks() if task["taskDefinitionArn"] == first}
        healthy = [each for each in live.healths() if each["State"] == "healthy"]
        return lost not in arns and len(arns) == 2 and len(healthy) == 2

    wait_for("two old tasks", restored)
