"""What does not change in a scenario: task definitions, images, the load balancer, roles, secrets and alarms."""

from __future__ import annotations

import itertools
from typing import Any

from tests.campaigns.torture import replies, roles, worker_log
from tests.campaigns.torture.scenario import Scenario

Reply = dict[str, Any]
LOAD_BALANCER = f"arn:aws:elasticloadbalancing:{replies.REGION}:{replies.ACCOUNT}:loadbalancer/app/sample/1"


class ApiError(Exception):
    """What AWS answers instead of a reply."""

    def __init__(self, code: str, message: str = "told by the scenario") -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class Surroundings:
    """Answers the calls that have nothing to do with time."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        old = f"{roles.REGISTRY}/{roles.REPOSITORY}:latest" if scenario.by_tag else roles.image("old")
        beside = (scenario.containers, scenario.health_check)
        other = roles.task_definition(900, roles.image("other"), roles.SHAS["other"], *beside)
        first = roles.task_definition(1, old, roles.SHAS["old"], *beside)
        for each in (first, other) if scenario.logs else ():
            each["containerDefinitions"][0]["logConfiguration"] = worker_log.LOGS
        self.definitions: dict[str, Reply] = {d["taskDefinitionArn"]: d for d in (first, other)}
        self.tags: dict[str, list[dict[str, str]]] = {}
        self._next = itertools.count(2)

    def _DescribeTaskDefinition(self, request: Reply, _at: float) -> Reply:  # noqa: N802
        name = str(request["taskDefinition"])
        family = [a for a, d in self.definitions.items() if d["family"] == name and d["status"] == "ACTIVE"]
        arn = name if name in self.definitions else max(family, default="")
        known = [a for a in self.definitions if a.endswith(f"/{name}")]
        arn = arn or next(iter(known), "")
        if not arn:
            raise ApiError("ClientException", f"Unable to describe task definition {name}.")
        return {"taskDefinition": self.definitions[arn], "tags": self.tags.get(arn, [])}

    def _ListTaskDefinitions(self, request: Reply, _at: float) -> Reply:  # noqa: N802
        active = [a for a, d in self.definitions.items() if d["status"] == "ACTIVE" and not a.endswith(":900")]
        newest = sorted(active, key=lambda a: int(a.rpartition(":")[2]), reverse=True)
        return {"taskDefinitionArns": newest[: int(request.get("maxResults", 100))]}

    def _RegisterTaskDefinition(self, request: Reply, _at: float) -> Reply:  # noqa: N802
        number = next(self._next)
        arn = roles.revision_arn(number)
        given = {k: v for k, v in request.items() if k != "tags"}
        definition = {**given, "taskDefinitionArn": arn, "revision": number, "status": "ACTIVE"}
        self.definitions[arn], self.tags[arn] = definition, list(request.get("tags", []))
        return {"taskDefinition": definition, "tags": self.tags[arn]}

    def _DeregisterTaskDefinition(self, request: Reply, _at: float) -> Reply:  # noqa: N802
        arn = str(request["taskDefinition"])
        if arn in self.definitions:
            self.definitions[arn]["status"] = "INACTIVE"
        return {"taskDefinition": self.definitions.get(arn, {})}

    def _DescribeTargetGroups(self, _request: Reply, _at: float) -> Reply:  # noqa: N802
        check = {"HealthCheckPort": "traffic-port", "HealthCheckEnabled": True, "HealthCheckProtocol": "HTTP"}
        kind = {"Port": replies.PORT, "TargetType": "ip", "IpAddressType": self._address_type()}
        group = {"TargetGroupName": "sample", "LoadBalancerArns": [LOAD_BALANCER], **check, **kind}
        protocols = itertools.chain(self.scenario.protocols, itertools.repeat("HTTP"))
        named = zip(replies.groups(self.scenario.groups), protocols, strict=False)
        return {"TargetGroups": [{"TargetGroupArn": arn, "Protocol": protocol, **group} for arn, protocol in named]}

    def _address_type(self) -> str:
        tasks = (*self.scenario.before.tasks, *self.scenario.release.tasks)
        return "ipv6" if any(t.ipv6 for t in tasks) else "ipv4"

    def _DescribeLoadBalancers(self, _request: Reply, _at: float) -> Reply:  # noqa: N802
        return {"LoadBalancers": [{"LoadBalancerArn": LOAD_BALANCER, "DNSName": "sample.example"}]}

    def _DescribeImages(self, request: Reply, _at: float) -> Reply:  # noqa: N802
        wanted = request["imageIds"][0]
        known = {roles.SHAS[r]: roles.DIGESTS[r] for r in roles.SHAS}
        tag = wanted.get("imageTag") or next((t for t, d in known.items() if d == wanted.get("imageDigest")), None)
        if tag not in known:
            raise ApiError("ImageNotFoundException", "the image does not exist")
        return {"imageDetails": [{"imageDigest": known[tag], "imageTags": [tag], "imagePushedAt": replies.moment(0)}]}

    def _DescribeRepositories(self, _request: Reply, _at: float) -> Reply:  # noqa: N802
        return {"repositories": [{"repositoryUri": f"{roles.REGISTRY}/{roles.REPOSITORY}"}]}

    def _BatchGetImage(self, request: Reply, _at: float) -> Reply:  # noqa: N802
        manifests = ", ".join(f'{{"digest": "{roles.DIGESTS[p]}"}}' for p in self.scenario.platforms)
        text = f'{{"schemaVersion": 2, "manifests": [{manifests}]}}'
        return {"images": [{"imageId": request["imageIds"][0], "imageManifest": text}]}

    def _GetRole(self, request: Reply, _at: float) -> Reply:  # noqa: N802
        return {"Role": {"RoleName": request["RoleName"]}}

    def _DescribeSecret(self, request: Reply, _at: float) -> Reply:  # noqa: N802
        return {"ARN": request["SecretId"]}

    def _DescribeAlarms(self, _request: Reply, _at: float) -> Reply:  # noqa: N802
        return {"MetricAlarms": [], "CompositeAlarms": []}
