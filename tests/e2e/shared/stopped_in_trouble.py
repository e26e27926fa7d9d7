"""The states that only trouble leads to and that an execution is stopped in, and the trouble that leads there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from local.stage.landfall_stage import Stage
from tests.e2e.stopping import SERVICE


@contextmanager
def answers_lost(stage: Stage) -> Iterator[None]:
    """Let the load balancer answer 503 by itself: no answer of the service arrives."""
    elb = stage.aws.client("elbv2")
    balancer = elb.describe_load_balancers(Names=[f"landfall-{SERVICE}"])["LoadBalancers"][0]["LoadBalancerArn"]
    listeners = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    listener = next(x for x in listeners if x["Port"] == 443)
    rule = elb.create_rule(
        ListenerArn=listener["ListenerArn"],
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain"}}],
    )["Rules"][0]["RuleArn"]
    try:
        yield
    finally:
        elb.delete_rule(RuleArn=rule)


@contextmanager
def stray_target(stage: Stage) -> Iterator[None]:
    """Register a target that is no task of the service."""
    elb = stage.aws.client("elbv2")
    group, stray = stage.service(SERVICE)["loadBalancers"][0]["targetGroupArn"], [{"Id": "127.0.250.1", "Port": 8080}]
    elb.register_targets(TargetGroupArn=group, Targets=stray)
    try:
        yield
    finally:
        elb.deregister_targets(TargetGroupArn=group, Targets=stray)


Trouble = Callable[[Stage], AbstractContextManager[None]]
CASES: dict[str, tuple[str, str, Trouble]] = {
    "WaitForTargetHealth": ("", "UpdateService", stray_target),
    "WaitForSmokeTest": ("", "UpdateService", answers_lost),
    "WaitForRollbackTargetHealth": ("wrong-sha", "Rollback", stray_target),
    "WaitForBaselineSmokeTest": ("wrong-sha", "Rollback", answers_lost),
}
IN_THE_QUEUE = "WaitForLock"
REJECTED = ("ReportRejection", "NotifyRejection", "FinishRejection")
OF_RECOVERY = ("Resolve", "TakeLock", "WaitOutLambdas", "Rollback")
IN_ITS_QUEUE = "WaitForTakeLock"
STATES = (*CASES, IN_THE_QUEUE, *REJECTED, *OF_RECOVERY, IN_ITS_QUEUE)
