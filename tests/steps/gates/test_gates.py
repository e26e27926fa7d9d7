"""The gates of a canary service: what the steps read, which calls they make, and that none is made too much."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landfall.model import Release
from tests.steps import machine, standin
from tests.steps.gates.shifted_service import GROUP, HOOK, STAGES, Shifting, judged, opened, waiting
from tests.steps.shared.preflighted import preflight
from tests.steps.site import Site
from tests.support import builders as b


def test_before_traffic(shifting: Shifting, release: Release, site: Site) -> None:
    """The new tasks, the smoke test through the test listener with its header, and the comparison; then it passes."""
    codes, gate = [], None
    for _ in range(3):
        seen = judged(shifting, release, site.url, gate)
        codes.append(seen["verdict"]["code"])
        gate = seen["gate"]
    assert codes == ["GREEN_HEALTHY", "GREEN_ANSWERED", "BEFORE_TRAFFIC_PASSED"]
    assert any("yes" in asked.values() for asked in site.asked)


def test_the_first_shift_is_continued_at_once(shifting: Shifting, release: Release, site: Site) -> None:
    """At weight 0 users don't meet the release."""
    shifting.stage = STAGES["shift"]
    assert judged(shifting, release, site.url)["verdict"]["code"] == "FIRST_SHIFT"


def test_weights_that_disagree_decide_nothing(shifting: Shifting, release: Release, site: Site) -> None:
    """What ECS asked for never stands in for what the load balancer does."""
    shifting.stage, shifting.weight = STAGES["shift"], 10.0
    verdict = judged(shifting, release, site.url)["verdict"]
    assert (verdict["state"], verdict["code"]) == ("WAIT", "WEIGHTS_DISAGREE")


def baking(shifting: Shifting) -> None:
    """Give the new tasks all traffic."""
    shifting.stage, shifting.weight = STAGES["bake"], 100.0
    elb, (blue, green) = standin.client("elbv2"), shifting.groups.values()
    rule = standin.service_of("shifted").load_balancers[0]["advancedConfiguration"]["productionListenerRule"]
    weights = [{"TargetGroupArn": blue, "Weight": 0}, {"TargetGroupArn": green, "Weight": 100}]
    elb.modify_rule(RuleArn=rule, Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}])


def wrote(task: Any, text: str, minutes: range) -> None:
    """Let a task write a hundred lines in each of these minutes before now."""
    logs, stream = standin.client("logs"), f"shifted/app/{task.task_arn.rpartition('/')[2]}"
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    for ago in minutes:
        at = int((datetime.now(UTC) - timedelta(minutes=ago)).replace(second=5).timestamp() * 1000)
        events = [{"timestamp": at + n, "message": text} for n in range(100)]
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)


@pytest.mark.parametrize(
    ("said", "code"),
    [("ERROR no database", "LOG_ERRORS_WORSE"), ("INFO served", "TOO_FEW_REQUESTS"), (None, "TOO_FEW_REQUESTS")],
    ids=["errors", "as before", "nothing"],
)
def test_errors_that_only_the_log_has(
    shifting: Shifting, release: Release, site: Site, said: str | None, code: str
) -> None:
    """They fail the bake. A minute is read once, and what was counted travels with the gate."""
    baking(shifting)
    standin.client("logs").create_log_group(logGroupName=GROUP)
    old = standin.start("shifted", b.OLD_DIGEST)
    old.task_definition_arn = next(iter(shifting.runs.values()))
    wrote(old, "INFO served", range(18, 9, -1))
    if said:
        wrote(standin.tasks_of("shifted")[0], said, range(8, 2, -1))
    began = (datetime.now(UTC) - timedelta(minutes=9)).isoformat()
    ends = (datetime.now(UTC) + timedelta(minutes=9)).isoformat()
    at = {"service_deployment": shifting.arn, "hook": HOOK, "gate": "bake", "began": began, "ends": ends}
    seen = judged(shifting, release, site.url, {**at, "phase": began})
    assert seen["verdict"]["code"] == code
    known = seen["gate"]["logged"]
    assert len(known) == 12
    assert judged(shifting, release, site.url, seen["gate"])["gate"]["logged"][:12] == known


def test_the_bake_reads_traffic_and_alarms(shifting: Shifting, release: Release, site: Site) -> None:
    """At 100 % CloudWatch is asked; without traffic it waits."""
    baking(shifting)
    verdict = judged(shifting, release, site.url)["verdict"]
    assert (verdict["state"], verdict["code"]) == ("WAIT", "TOO_FEW_REQUESTS")
    standin.client("cloudwatch").set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="x")
    verdict = judged(shifting, release, site.url)["verdict"]
    assert (verdict["state"], verdict["code"]) == ("FAIL", "ALARM_RED")


def test_a_gate_that_passed_is_continued(shifting: Shifting, release: Release) -> None:
    """Once, and only while it waits: a second try finds that the hook was taken."""
    assert opened(shifting, release)["code"] == "GATE_CONTINUED"
    assert opened(shifting, release)["code"] == "GATE_LEFT"
    assert len(shifting.asked) == 1


def test_another_gate_is_not_continued(shifting: Shifting, release: Release) -> None:
    """Between the verdict and the call somebody may have continued: the next gate was not judged."""
    assert opened(shifting, release, "ecs-pause-of-before")["code"] == "GATE_LEFT"
    assert shifting.asked == []


@pytest.mark.parametrize("error", ["InvalidParameterException", "ServerException"])
def test_a_lost_reply_to_continue(shifting: Shifting, release: Release, error: str) -> None:
    """Whether ECS took it is read from the hook, not from the error."""
    shifting.refuses = error
    assert opened(shifting, release)["code"] == "GATE_CONTINUED"


def test_a_refused_continue_is_tried_again(shifting: Shifting, release: Release) -> None:
    """The hook still waits, so the step fails and the machine tries it again."""
    shifting.refuses, shifting.takes = "InvalidParameterException", False
    with pytest.raises(Exception, match="InvalidParameterException"):
        opened(shifting, release)


def test_without_the_lock_nothing_is_continued(shifting: Shifting, release: Release) -> None:
    """Another execution goes on from here."""
    assert opened(shifting, replace(release, fence=release.fence + 1))["code"] == "LOCK_LOST"
    assert shifting.asked == []


def went_back(shifting: Shifting, release: Release) -> Any:
    """Go back."""
    event = waiting(shifting, release)
    return machine.invoke("rollback", {k: event[k] for k in ("release", "baseline", "deployment")})


def test_going_back_stops_the_service_deployment(shifting: Shifting, release: Release) -> None:
    """ECS rolls it back, the service isn't updated, and what ran before is what is to be proven."""
    answer = went_back(shifting, release)
    assert (answer["verdict"]["code"], shifting.status) == ("ROLLING_BACK", "ROLLBACK_REQUESTED")
    back = answer["deployment"]
    assert (back["id"], back["task_definition"]) == (shifting.arn, next(iter(shifting.runs.values())))
    went_back(shifting, release)
    assert len(shifting.asked) == 1


def test_ecs_goes_back_by_itself(shifting: Shifting, release: Release) -> None:
    """It is joined, not ordered again."""
    shifting.status = "ROLLBACK_IN_PROGRESS"
    assert went_back(shifting, release)["verdict"]["code"] == "ROLLING_BACK"
    assert shifting.asked == []


LIVE: Any = {
    "service": "shifted",
    "repository": "landfall/shifted",
    "image_digest": b.OLD_DIGEST,
    "accepted_digests": (b.OLD_DIGEST,),
    "git_sha": b.OLD_SHA,
}


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ({"status": "SUCCESSFUL"}, "ALREADY_LIVE"),
        ({"status": "ROLLBACK_SUCCESSFUL"}, "READY"),
        ({"status": "ROLLBACK_FAILED"}, "READY"),
    ],
)
def test_a_release_of_what_runs_already(shifting: Shifting, site: Site, ends: dict[str, str], code: str) -> None:
    """It is live only if its own service deployment ended well: one that was rolled back proves nothing."""
    baking(shifting)
    vars(shifting).update({**ends, "stage": "CLEAN_UP", "hook": "SUCCEEDED"})
    standin.service_of("shifted").current_service_deployment = shifting.arn
    assert preflight(**LIVE)["verdict"]["code"] == code


def test_traffic_elsewhere_is_not_live(shifting: Shifting, site: Site) -> None:
    """ECS says SUCCESSFUL, and the live rule sends all traffic to the other target group."""
    vars(shifting).update(status="SUCCESSFUL", stage="CLEAN_UP", hook="SUCCEEDED")
    assert preflight(**LIVE)["verdict"]["code"] == "READY"
