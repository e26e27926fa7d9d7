"""ECS of a service with a strategy: service deployments, their revisions and hooks in AWS's own shapes."""

from __future__ import annotations

from collections.abc import Callable

from tests.campaigns.torture import replies
from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.picture import Picture
from tests.campaigns.torture.scenario import Scenario
from tests.campaigns.torture.shifting.around import ROLE, Around
from tests.campaigns.torture.shifting.plays import WAITS, Moment, Play, hooked
from tests.campaigns.torture.surroundings import ApiError, Reply

_NAME = f"{replies.CLUSTER}/{replies.SERVICE}"


class StrategyCloud(Around):
    """One scenario's AWS, where ECS shifts the traffic."""

    def arn(self, play: Play) -> str:
        """Return a service deployment's ARN."""
        return f"{replies.ECS}:service-deployment/{_NAME}/{play.number:04}{play.of}"

    def revision(self, play: Play) -> str:
        """Return the ARN of the service revision that a deployment made."""
        return f"{replies.ECS}:service-revision/{_NAME}/{play.number:019}"

    def _service(self, look: Picture, at: float) -> Reply:
        service = super()._service(look, at)
        blue, green = replies.groups(2)
        test = {"testListenerRule": self.test} if self.told.test else {}
        rules = {"productionListenerRule": self.production, **test, "roleArn": ROLE}
        balanced = {"targetGroupArn": blue, "containerName": replies.CONTAINER, "containerPort": replies.PORT}
        service["loadBalancers"] = [{**balanced, "advancedConfiguration": {"alternateTargetGroupArn": green, **rules}}]
        service["deploymentConfiguration"] = self._configuration()
        play = self.plays.play_at(at)
        listed = {d.of: self._revision_of(d.of, at) for d, _ in look.deployments}
        service["currentServiceRevisions"] = [self._summary(a, of, look) for of, a in listed.items()]
        if play.begin >= 0 or not self.told.forgotten:
            service["currentServiceDeployment"] = self.arn(play)
        return service

    def _revision_of(self, role: str, at: float) -> str:
        known = [p for p in self.plays.plays if p.of == role and p.begin <= at]
        return self.revision((known or self.plays.plays)[-1])

    @staticmethod
    def _summary(arn: str, role: str, look: Picture) -> Reply:
        count, pending = look.running(role), look.pending(role)
        return {
            "arn": arn,
            "requestedTaskCount": look.desired,
            "runningTaskCount": count,
            "pendingTaskCount": pending,
        }

    def _configuration(self) -> Reply:
        told = self.told
        percent, minutes = float(told.percent), int(told.step_bake)
        shifts = {
            "CANARY": {"canaryConfiguration": {"canaryPercent": percent, "canaryBakeTimeInMinutes": minutes}},
            "LINEAR": {"linearConfiguration": {"stepPercent": percent, "stepBakeTimeInMinutes": minutes}},
        }
        timeout = {"timeoutInMinutes": told.minutes, "action": told.then}
        stages = list(hooked(told))
        hooks = [{"targetType": "PAUSE", "lifecycleStages": stages, "timeoutConfiguration": timeout}] if stages else []
        return {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "strategy": told.name,
            "bakeTimeInMinutes": int(told.bake),
            "lifecycleHooks": hooks,
            **shifts.get(told.name, {}),
        }

    def _told(self, at: float) -> list[Play]:
        return [p for p in self.plays.plays if p.begin <= at and (p.begin >= 0 or not self.told.forgotten)]

    def _brief(self, play: Play, at: float) -> Reply:
        return {
            "serviceDeploymentArn": self.arn(play),
            "serviceArn": f"{replies.ECS}:service/{_NAME}",
            "clusterArn": f"{replies.ECS}:cluster/{replies.CLUSTER}",
            "createdAt": replies.moment(play.begin),
            "startedAt": replies.moment(play.begin),
            "status": play.at(at).status,
            "statusReason": play.at(at).reason,
            "targetServiceRevisionArn": self.revision(play),
        }

    def _ListServiceDeployments(self, request: Reply, at: float) -> Reply:  # noqa: N802
        after = request.get("createdAt", {}).get("after", replies.EPOCH.min.replace(tzinfo=replies.EPOCH.tzinfo))
        listed = [self._brief(play, at) for play in reversed(self._told(at))]
        wanted = request.get("status") or [each["status"] for each in listed]
        return {"serviceDeployments": [e for e in listed if e["createdAt"] > after and e["status"] in wanted]}

    def _DescribeServiceDeployments(self, request: Reply, at: float) -> Reply:  # noqa: N802
        known = {self.arn(play): play for play in self._told(at)}
        asked = request["serviceDeploymentArns"]
        told = [self._described(known[a], at) for a in asked if a in known]
        missing = [{"arn": a, "reason": "MISSING"} for a in asked if a not in known]
        return {"serviceDeployments": told, "failures": missing}

    def _described(self, play: Play, at: float) -> Reply:
        moment, reply = play.at(at), self._brief(play, at)
        look = self.story.look(at)
        target = {**self._summary(reply.pop("targetServiceRevisionArn"), play.of, look), **_weights(moment)}
        source = self._summary(self._revision_of(play.source, play.begin), play.source, look) | _weights(moment, True)
        reply |= {
            "updatedAt": replies.moment(moment.at),
            "targetServiceRevision": target,
            "sourceServiceRevisions": [source] if play.source else [],
            "lifecycleStage": moment.stage,
            "lifecycleHookDetails": [self._hook(h.id, h.status, h.expires) for h in moment.hooks],
            "deploymentConfiguration": self._configuration(),
            "deploymentCircuitBreaker": {"status": "MONITORING", "failureCount": 0, "threshold": 3},
        }
        if moment.alarms:
            reply["alarms"] = {"status": "TRIGGERED", "triggeredAlarmNames": list(moment.alarms)}
        if moment.status in ("SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"):
            reply["finishedAt"] = replies.moment(moment.at)
        if moment.rollback:
            began = next(m.at for m in play.history if m.rollback)
            to = self._revision_of(play.source, play.begin)
            reply["rollback"] = {
                "reason": moment.rollback,
                "startedAt": replies.moment(began),
                "serviceRevisionArn": to,
            }
        return reply

    def _hook(self, hook: str, status: str, expires: float) -> Reply:
        named = {"hookId": hook, "targetType": "PAUSE", "status": status}
        return {**named, "expiresAt": replies.moment(expires), "timeoutAction": self.told.then}

    def _DescribeServiceRevisions(self, request: Reply, at: float) -> Reply:  # noqa: N802
        known = {self.revision(play): play for play in self.plays.plays if play.begin <= at}
        return {"serviceRevisions": [self._made(known[a]) for a in request["serviceRevisionArns"] if a in known]}

    def _made(self, play: Play) -> Reply:
        group = replies.groups(2)[play.group - 1]
        resolved = {"targetGroupArn": group, "productionListenerRule": self.production}
        return {
            "serviceRevisionArn": self.revision(play),
            "taskDefinition": self.revision_of(play.of),
            "createdAt": replies.moment(play.begin),
            "resolvedConfiguration": {"loadBalancers": [resolved]},
        }

    def _ContinueServiceDeployment(self, request: Reply, at: float) -> Reply:  # noqa: N802
        play = self.plays.plays[-1]
        waiting = play.now.waiting
        action = request.get("action", "CONTINUE")
        if request["serviceDeploymentArn"] not in {self.arn(p) for p in self._told(at)}:
            raise ApiError("ServiceDeploymentNotFoundException", "Service deployment not found.")
        right = request["serviceDeploymentArn"] == self.arn(play) and waiting and waiting.id == request["hookId"]
        if not right or play.now.status != "IN_PROGRESS" or action not in ("CONTINUE", "ROLLBACK"):
            raise ApiError("InvalidParameterException", f"The hook is not {WAITS}.")
        self.changed.append((at, play.of))
        self.plays.answer(request["hookId"], at, action == "ROLLBACK")
        return {"serviceDeploymentArn": self.arn(play)}

    def _StopServiceDeployment(self, request: Reply, at: float) -> Reply:  # noqa: N802
        play = self.plays.plays[-1]
        if request["serviceDeploymentArn"] not in {self.arn(p) for p in self._told(at)}:
            raise ApiError("ServiceDeploymentNotFoundException", "Service deployment not found.")
        if request.get("stopType", "ROLLBACK") != "ROLLBACK":
            raise ApiError("InvalidParameterException", "Only ROLLBACK is supported.")
        if request["serviceDeploymentArn"] != self.arn(play) or play.now.status not in (
            "IN_PROGRESS",
            "ROLLBACK_REQUESTED",
            "ROLLBACK_IN_PROGRESS",
        ):
            raise ApiError("ConflictException", "The service deployment is not in progress.")
        self.changed.append((at, play.of))
        if play.now.status == "IN_PROGRESS":
            self.plays.stop(at)
        return {"serviceDeploymentArn": self.arn(play)}

    def _begin(self, arn: str, at: float) -> str:
        role = super()._begin(arn, at)
        self.plays.begin(role, at, self.scenario.wanted if role == "ours" else self.story.desired)
        return role


def _weights(moment: Moment, source: bool = False) -> Reply:
    """Return the weights that ECS asked for, as a revision's summary has them."""
    production, test = (100 - moment.weight, 100 - moment.test) if source else (moment.weight, moment.test)
    return {"requestedProductionTrafficWeight": float(production), "requestedTestTrafficWeight": float(test)}


def cloud_of(scenario: Scenario, clock: Callable[[], float]) -> Cloud:
    """Return the AWS of a scenario."""
    return StrategyCloud(scenario, clock, scenario.strategy) if scenario.strategy else Cloud(scenario, clock)
