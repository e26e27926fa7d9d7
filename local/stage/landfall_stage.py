"""A local AWS with Landfall, deployed by the real CDK app, for the demo and the end-to-end tests."""

from __future__ import annotations

import hashlib
import json
import secrets
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import trustme

from cli.deployments.running_execution import Ending, Follower
from landfall.naming import PIPELINE_STACK
from landfall.settings import Build
from local import settings as local_settings
from local.emulator.local_aws import LocalAws
from local.images.dockerfile_build import DockerfileBuild
from local.images.registry import push_image
from local.images.sample_image import SERVICE, build_image
from local.load_balancer.front import Front
from local.stage.deploy import deploy


def commit(name: str) -> str:
    """Return a made-up commit SHA for a release. The same name gives the same SHA."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


@dataclass
class Stage:
    """The local AWS, and the resources of Landfall's stacks."""

    aws: LocalAws
    settings: Path
    fronts: Mapping[str, Front]
    outputs: Mapping[str, Mapping[str, str]]
    build_time: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    @property
    def pipeline(self) -> Mapping[str, str]:
        """Return the pipeline stack's outputs."""
        return self.outputs[PIPELINE_STACK]

    @cached_property
    def stepfunctions(self) -> Any:
        """Return a Step Functions client."""
        return self.aws.client("stepfunctions")

    @cached_property
    def ecs(self) -> Any:
        """Return an ECS client."""
        return self.aws.client("ecs")

    @cached_property
    def dockerfile(self) -> DockerfileBuild | None:
        """Return the builder of the sample's Dockerfile; None if containers are plain processes."""
        cli = self.aws.containers
        return DockerfileBuild(cli, SERVICE, Build.platform) if cli else None

    def push(self, service: str, git_sha: str, *, fault: str = "", tag: str | None = None, env: Any = None) -> str:
        """Build an image for the service and push it; the push starts a deployment. Returns the digest."""
        repository, tag = f"landfall/{service}", tag or git_sha
        if self.dockerfile is None:
            return push_image(self.aws.endpoint, repository, build_image(git_sha, self.build_time, fault, env), tag)
        if env:
            raise ValueError("env adds variables that the Dockerfile doesn't set, which only the process engine can do")
        arguments = {"GIT_SHA": git_sha, "BUILD_TIME": self.build_time, "FAULT": fault}
        self.dockerfile.publish(f"{urlsplit(self.aws.endpoint).netloc}/{repository}:{tag}", arguments)
        found = self.aws.client("ecr").describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
        return str(found["imageDetails"][0]["imageDigest"])

    def started_by_push(self, service: str, git_sha: str, after: datetime, seconds: float = 90) -> Follower:
        """Return the execution that the push of this commit started."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            for execution in self._executions():
                if execution["startDate"] >= after and self._is_push_of(execution["executionArn"], service, git_sha):
                    return Follower(self.stepfunctions, execution["executionArn"])
            time.sleep(0.1)
        raise TimeoutError(f"the push of {git_sha} to landfall/{service} started no execution within {seconds:.0f} s")

    def _executions(self) -> list[dict[str, Any]]:
        arn = self.pipeline["StateMachineArn"]
        return list(self.stepfunctions.list_executions(stateMachineArn=arn, maxResults=50)["executions"])

    def _is_push_of(self, execution_arn: str, service: str, git_sha: str) -> bool:
        given = json.loads(self.stepfunctions.describe_execution(executionArn=execution_arn)["input"])
        detail = given.get("detail") or {}
        return detail.get("repository-name") == f"landfall/{service}" and detail.get("image-tag") == git_sha

    def start(self, request: Any) -> Follower:
        """Start an execution with an input, as the console does."""
        arn = self.pipeline["StateMachineArn"]
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-by-hand-{secrets.token_hex(3)}"
        started = self.stepfunctions.start_execution(stateMachineArn=arn, name=name, input=json.dumps(request))
        return Follower(self.stepfunctions, started["executionArn"])

    def ended(self, follower: Follower, service: str, seconds: float = 180) -> Ending:
        """Wait for the end and return it with the ledger's record."""
        for _ in follower.until_the_end(seconds):
            pass
        ending = follower.ending()
        ending.record = self.record_of(follower.arn, service)
        return ending

    def record_of(self, execution_arn: str, service: str) -> dict[str, Any]:
        """Return the ledger's record of an execution; empty if there is none."""
        found = [r for r in self.records(service) if r.get("execution_arn") == execution_arn]
        return found[0] if found else {}

    def records(self, service: str) -> list[dict[str, Any]]:
        """Return the service's records, oldest first."""
        items = self.aws.client("dynamodb").query(
            TableName=self.pipeline["LedgerTableName"],
            KeyConditionExpression="service = :s",
            ExpressionAttributeValues={":s": {"S": service}},
        )["Items"]
        return [{k: next(iter(v.values())) for k, v in item.items()} for item in items]

    def report(self, record: Mapping[str, Any], name: str) -> str:
        """Return a file of a deployment's report: report.json or report.md."""
        key = f"{record['service']}/{record['deployment_id']}/{name}"
        stored = self.aws.client("s3").get_object(Bucket=self.pipeline["ReportBucketName"], Key=key)
        return str(stored["Body"].read().decode())

    def lock(self, service: str) -> dict[str, Any]:
        """Return the service's current lock."""
        reply = self.aws.client("dynamodb").get_item(
            TableName=self.pipeline["LockTableName"], Key={"service": {"S": service}}, ConsistentRead=True
        )
        return {k: next(iter(v.values())) for k, v in reply.get("Item", {}).items()}

    def executions_about(self, text: str) -> list[Follower]:
        """Return the executions with an ARN or a deployment id in their input, newest first."""
        arns = [str(execution["executionArn"]) for execution in self._executions()]
        about = [a for a in arns if text in self.stepfunctions.describe_execution(executionArn=a)["input"]]
        return [Follower(self.stepfunctions, arn) for arn in about]

    def live(self, service: str) -> dict[str, Any]:
        """Return the version that the service itself reports over HTTPS."""
        reply = httpx.get(f"{self.fronts[service].url}/api/v1/version", verify=self._context, timeout=5)
        return dict(reply.raise_for_status().json())

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.aws.ca_bundle))

    def service(self, name: str) -> dict[str, Any]:
        """Return DescribeServices' answer about a service."""
        reply = self.ecs.describe_services(cluster=f"landfall-{name}", services=[name], include=["TAGS"])
        return dict(reply["services"][0])

    def healthy_and_desired(self, name: str) -> tuple[int, int]:
        """Return how many targets are healthy, in the group that has fewest, and how many tasks are desired."""
        service, elb = self.service(name), self.aws.client("elbv2")
        groups = self.groups(service)
        told = [elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"] for group in groups]
        healthy = [sum(t["TargetHealth"]["State"] == "healthy" for t in targets) for targets in told]
        return min(healthy), service["desiredCount"]

    def groups(self, service: Mapping[str, Any]) -> list[str]:
        """Return the target groups of the running revision: with a strategy, two of them take turns."""
        own = [str(balancer["targetGroupArn"]) for balancer in service["loadBalancers"]]
        if not any(balancer.get("advancedConfiguration") for balancer in service["loadBalancers"]):
            return own
        arns = [revision["arn"] for revision in service["currentServiceRevisions"] if revision["runningTaskCount"]]
        found = self.ecs.describe_service_revisions(serviceRevisionArns=arns)["serviceRevisions"]
        return [b["targetGroupArn"] for each in found for b in each["resolvedConfiguration"]["loadBalancers"]] or own


@contextmanager
def staged(
    state: Path,
    services: Sequence[str] = ("sample",),
    *,
    engine: str = "process",
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    tables: Mapping[str, Mapping[str, Any]] | None = None,
    faults: bool = False,
    lambda_endpoints: Mapping[str, str] | None = None,
) -> Iterator[Stage]:
    """Start a local AWS in `state`, deploy Landfall for these services to it, and stop everything at the end.

    `overrides` changes keys of a service's settings; `tables` are more tables of services.toml.
    `lambda_endpoints`: see LocalAws.
    """
    fronts = {name: Front(0, 0, f"landfall-{name}", _kind((overrides or {}).get(name, {}))) for name in services}
    fronts = {name: front.settled() for name, front in fronts.items()}
    with LocalAws(
        state, engine=engine, fronts=list(fronts.values()), faults=faults, lambda_endpoints=lambda_endpoints
    ) as aws:
        path = state / "services.toml"
        real = aws.containers is not None
        local_settings.write(path, fronts, _certificate(aws), real_engine=real, overrides=overrides, tables=tables)
        yield Stage(aws, path, fronts, deploy(aws.env(), path))


def _kind(overrides: Mapping[str, Any]) -> str:
    """Return the kind of the load balancer of a service with these settings."""
    return str((overrides.get("stack") or {}).get("load_balancer", "application"))


def _certificate(aws: LocalAws) -> str:
    """Import a certificate, as the owner of a domain does. The front has a different one."""
    leaf = trustme.CA().issue_cert("localhost")
    reply = aws.client("acm").import_certificate(
        Certificate=leaf.cert_chain_pems[0].bytes(), PrivateKey=leaf.private_key_pem.bytes()
    )
    return str(reply["CertificateArn"])
