"""What CloudFormation asks of the service's function, in every order: what is live stays as its releases made it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from moto import mock_aws

from stacks.service.handlers import own_service
from stacks.service.handlers.ecs_service import OWNER, Aws
from stacks.service.handlers.own_service import IDENTITY, SERVICE, asked
from stacks.service.handlers.refused import Refused

BEGAN = {
    "Cluster": "landfall-sample",
    "ServiceName": "sample",
    "Container": "app",
    "Repository": "landfall/sample",
    "TaskRole": "task",
    "ExecutionRole": "execution",
    "Stack": "Landfall-Service-sample",
    "grace": "60",
}
OTHER = {
    "Cluster": "landfall-shop",
    "ServiceName": "shop",
    "Container": "web",
    "Repository": "landfall/shop",
    "TaskRole": "shop-task",
    "ExecutionRole": "shop-execution",
    "grace": "90",
    "revision": "landfall-sample:1",
}
"""What a person may change in services.toml, or a new version of Landfall in the template."""


class Elsewhere(Exception):
    """Another resource of the stack fails, after the service."""


@dataclass
class CloudFormation:
    """Asks in CloudFormation's order, and goes back as it does: what failed itself is asked too, with its old id."""

    aws: Aws
    balancer: str
    now: dict[str, str] | None = None
    ids: dict[str, str] = field(default_factory=dict)

    def deploy(self, wanted: dict[str, str], *, fails_later: bool = False) -> Exception | None:
        """Deploy a template; return why it was taken back."""
        before, touched = self.now, []
        try:
            for kind in (IDENTITY, SERVICE):
                touched.append(kind)
                self._ask(kind, wanted, before)
            if fails_later:
                raise Elsewhere
        except Exception as error:
            self._go_back(touched, wanted, before)
            return error
        self.now = wanted
        return None

    def _go_back(self, touched: list[str], wanted: dict[str, str], before: dict[str, str] | None) -> None:
        for kind in touched if before else reversed(touched):
            if before:
                self._ask(kind, before, wanted)
            else:
                self.delete(kind, wanted)

    def delete(self, kind: str, properties: dict[str, str]) -> None:
        """Delete a resource."""
        event = {"RequestType": "Delete", "ResourceType": kind, "PhysicalResourceId": self.ids.pop(kind, "none")}
        asked({**event, "ResourceProperties": self._of(kind, properties)}, self.aws)

    def _ask(self, kind: str, wanted: dict[str, str], before: dict[str, str] | None) -> None:
        event: dict[str, Any] = {"ResourceType": kind, "ResourceProperties": self._of(kind, wanted)}
        if before is None:
            event |= {"RequestType": "Create"}
        else:
            old = self._of(kind, before)
            event |= {"RequestType": "Update", "PhysicalResourceId": self.ids[kind], "OldResourceProperties": old}
        self.ids[kind] = asked(event, self.aws)

    def _of(self, kind: str, said: dict[str, str]) -> dict[str, str]:
        if kind == IDENTITY:
            return {key: said[key] for key in (*own_service.KEPT, "Stack")}
        balanced = {"containerName": said["Container"], "containerPort": 8080}
        how = {"healthCheckGracePeriodSeconds": int(said["grace"]), "loadBalancers": [balanced]}
        return {
            **{key: said[key] for key in ("Cluster", "ServiceName", "Stack")},
            "FirstTaskDefinition": said.get("revision", "landfall-sample:2"),
            "LoadBalancerArn": self.balancer,
            "Settings": json.dumps(how),
        }


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudFormation]:
    """Return a CloudFormation in an account with two clusters, a load balancer and three revisions."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield account()


class Balancer:
    """Elastic Load Balancing, as far as one load balancer's attributes go: moto's wants a whole network around it."""

    def __init__(self) -> None:
        self.attributes = {"deletion_protection.enabled": "false"}

    def modify_load_balancer_attributes(self, *, LoadBalancerArn: str, Attributes: list[dict[str, str]]) -> None:  # noqa: N803
        """Take them."""
        assert LoadBalancerArn == "balancer"
        self.attributes |= {each["Key"]: each["Value"] for each in Attributes}


@cache
def clients() -> tuple[Any, Any]:
    """Return those of ECS and IAM: their making takes longer than the tests."""
    return boto3.client("ecs", region_name="us-east-1"), boto3.client("iam")


def account() -> CloudFormation:
    """Return an account as the stack's other resources make it."""
    ecs, iam = clients()
    for cluster in ("landfall-sample", "landfall-shop"):
        ecs.create_cluster(clusterName=cluster)
    for _ in range(3):
        ecs.register_task_definition(
            family="landfall-sample", containerDefinitions=[{"name": "app", "image": "i", "memory": 128}]
        )
    return CloudFormation(Aws(ecs, Balancer(), iam, sleep=lambda _: None), "balancer")


def service(cloud: CloudFormation, properties: dict[str, str] = BEGAN) -> dict[str, Any]:
    """Return the service as ECS has it."""
    where = {"cluster": properties["Cluster"], "services": [properties["ServiceName"]]}
    found = cloud.aws.ecs.describe_services(**where, include=["TAGS"])["services"]
    return dict(found[0]) if found else {}


def released(cloud: CloudFormation) -> None:
    """Release as Landfall does: a revision, and a count."""
    cloud.aws.ecs.update_service(
        cluster="landfall-sample", service="sample", taskDefinition="landfall-sample:3", desiredCount=4
    )


def protected(cloud: CloudFormation) -> str:
    """Return whether the load balancer is protected from deletion."""
    return str(cloud.aws.elb.attributes["deletion_protection.enabled"])


def live(cloud: CloudFormation) -> tuple[Any, ...]:
    """Return what a deploy may not touch."""
    found = service(cloud)
    return found["status"], found["desiredCount"], found["taskDefinition"].rpartition("/")[2], found["serviceName"]


def test_a_service_is_made_with_no_tasks_and_its_balancer_protected_from_then_on(cloud: CloudFormation) -> None:
    """There is no image yet; a first deploy that fails before that can delete all it made."""
    assert protected(cloud) == "false"
    assert cloud.deploy(BEGAN) is None

    made = service(cloud)
    assert (made["desiredCount"], made["launchType"]) == (0, "FARGATE")
    assert made["taskDefinition"].endswith("landfall-sample:2")
    assert {"key": OWNER, "value": "Landfall-Service-sample"} in made["tags"]
    assert protected(cloud) == "true"


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_deployed_and_taken_back_a_live_service_stays(cloud: CloudFormation, seed: int) -> None:
    """Its count, its revision and itself; and going back never fails, whatever made CloudFormation go back."""
    chance = random.Random(seed)  # noqa: S311
    assert cloud.deploy(BEGAN) is None
    released(cloud)
    before = live(cloud)
    for _ in range(40):
        changes = {key: value for key, value in OTHER.items() if chance.random() < 0.2}
        cloud.deploy({**BEGAN, **changes}, fails_later=chance.random() < 0.4)
        assert live(cloud) == before
    assert cloud.deploy(BEGAN) is None
    assert live(cloud) == before


@pytest.mark.parametrize("key", own_service.KEPT)
def test_another_identity_is_refused_while_the_service_is_live(cloud: CloudFormation, key: str) -> None:
    """With what is changed, and what to do."""
    cloud.deploy(BEGAN)
    released(cloud)

    error = cloud.deploy({**BEGAN, key: OTHER[key]})

    assert isinstance(error, Refused)
    assert f"{key} from {BEGAN[key]!r} to {OTHER[key]!r}" in str(error)
    assert "services.toml" in str(error)


def test_a_service_that_never_ran_may_be_called_otherwise(cloud: CloudFormation) -> None:
    """The empty one goes, and the new one is protected as the old one was."""
    cloud.deploy(BEGAN)
    wanted = {**BEGAN, "Cluster": "landfall-shop", "ServiceName": "shop"}

    assert cloud.deploy(wanted) is None

    assert (service(cloud)["status"], service(cloud, wanted)["status"]) == ("INACTIVE", "ACTIVE")
    assert protected(cloud) == "true"


def test_what_changed_in_the_template_is_changed_and_nothing_else(cloud: CloudFormation) -> None:
    """Whatever a person changed by hand, and no template since, stays."""
    cloud.deploy(BEGAN)
    released(cloud)
    by_hand = {"maximumPercent": 150, "minimumHealthyPercent": 50}
    cloud.aws.ecs.update_service(cluster="landfall-sample", service="sample", deploymentConfiguration=by_hand)

    assert cloud.deploy({**BEGAN, "grace": "90"}) is None

    found = service(cloud)
    assert found["healthCheckGracePeriodSeconds"] == 90
    assert found["deploymentConfiguration"] | by_hand == found["deploymentConfiguration"]


def test_a_live_service_is_not_deleted_and_an_empty_one_is(cloud: CloudFormation) -> None:
    """Not even where the whole stack is: a person says first that it is to end."""
    cloud.deploy(BEGAN)
    released(cloud)
    with pytest.raises(Refused, match="--desired-count 0"):
        cloud.delete(SERVICE, BEGAN)
    assert (live(cloud)[:2], protected(cloud)) == (("ACTIVE", 4), "true")

    cloud.aws.ecs.update_service(cluster="landfall-sample", service="sample", desiredCount=0)
    cloud.delete(SERVICE, BEGAN)
    assert (service(cloud)["status"], protected(cloud)) == ("INACTIVE", "false")


def test_a_first_deploy_that_fails_leaves_nothing(cloud: CloudFormation) -> None:
    """No service that the next one would find, and a balancer that can be deleted."""
    assert isinstance(cloud.deploy(BEGAN, fails_later=True), Elsewhere)
    assert (service(cloud)["status"], protected(cloud)) == ("INACTIVE", "false")
    assert cloud.deploy(BEGAN) is None


def test_a_service_that_another_made_is_refused_before_anything_is_made(cloud: CloudFormation) -> None:
    """A table called otherwise in services.toml, or a service from before Landfall: neither changed nor deleted."""
    cloud.deploy(BEGAN)
    released(cloud)
    second = CloudFormation(cloud.aws, cloud.balancer)

    error = second.deploy({**BEGAN, "Stack": "Landfall-Service-shop"})

    assert isinstance(error, Refused)
    assert "Landfall-Service-shop did not make" in str(error)
    assert live(cloud)[:2] == ("ACTIVE", 4)


def test_a_service_that_is_this_stacks_is_taken_up_as_it_is(cloud: CloudFormation) -> None:
    """Where it outlived its stack, and where Lambda asks the function a second time."""
    cloud.deploy(BEGAN)
    released(cloud)
    before = live(cloud)

    assert CloudFormation(cloud.aws, cloud.balancer).deploy(BEGAN) is None

    assert live(cloud) == before


class NewAccount:
    """ECS in an account that has no service-linked role of it yet, and takes a while to see one."""

    def __init__(self, tries: int) -> None:
        self.left, self.made = tries, 0
        self.exceptions = self

    class InvalidParameterException(Exception):
        """As ECS says it."""

    class InvalidInputException(Exception):
        """As IAM says that it is there already."""

    class ClientException(Exception):
        """As another version of ECS says it."""

    class ClusterNotFoundException(Exception):
        """Of ECS."""

    def describe_services(self, **_: Any) -> dict[str, Any]:
        """Answer that there is none."""
        return {"services": []}

    def create_service(self, **_: Any) -> None:
        """Refuse for a while."""
        if self.left:
            self.left -= 1
            raise self.InvalidParameterException(
                "Unable to assume the service linked role. Please verify that the ECS service linked role exists."
            )

    def create_service_linked_role(self, AWSServiceName: str) -> None:  # noqa: N803
        """Make it once."""
        assert AWSServiceName == "ecs.amazonaws.com"
        self.made += 1
        if self.made > 1:
            raise self.InvalidInputException

    def modify_load_balancer_attributes(self, **_: Any) -> None:
        """Take them."""


@pytest.mark.parametrize(("tries", "made"), [(0, 0), (1, 1), (3, 3)])
def test_an_account_without_the_service_linked_role_gets_it(tries: int, made: int) -> None:
    """Nobody has used ECS there: CloudFormation would fail, and succeed the second time."""
    new = NewAccount(tries)
    cloud = CloudFormation(Aws(new, new, new, sleep=lambda _: None), "balancer")
    assert cloud.deploy(BEGAN) is None
    assert new.made == made


def test_a_role_that_never_comes_is_told() -> None:
    """In AWS's words, and not after CloudFormation's timeout."""
    new = NewAccount(1000)
    error = CloudFormation(Aws(new, new, new, sleep=lambda _: None), "balancer").deploy(BEGAN)
    assert "service linked role" in str(error)


class LostReply(NewAccount):
    """ECS that creates the service of a first request, whose reply is lost, and refuses the second one."""

    def __init__(self, refusal: type[Exception], owner: str) -> None:
        super().__init__(0)
        self.refusal, self.owner, self.asked = refusal, owner, 0

    def describe_services(self, **_: Any) -> dict[str, Any]:
        """Show the service once it was asked for."""
        tags = [{"key": OWNER, "value": self.owner}]
        return {"services": [{"status": "ACTIVE", "tags": tags}] if self.asked else []}

    def create_service(self, **_: Any) -> None:
        """Refuse, since the first request arrived."""
        self.asked += 1
        raise self.refusal("Creation of service was not idempotent.")


@pytest.mark.parametrize("refusal", [NewAccount.InvalidParameterException, NewAccount.ClientException])
def test_a_request_that_is_sent_twice_creates_one_service(refusal: type[Exception]) -> None:
    """A lost reply does not fail the stack: the service is there, and it is this stack's."""
    ecs = LostReply(refusal, BEGAN["Stack"])
    assert CloudFormation(Aws(ecs, ecs, ecs, sleep=lambda _: None), "balancer").deploy(BEGAN) is None
    assert ecs.asked == 1


def test_another_stacks_service_is_not_taken_for_a_lost_reply() -> None:
    """It appeared between the look and the request, and stays another's."""
    ecs = LostReply(NewAccount.InvalidParameterException, "Another-Stack")
    error = CloudFormation(Aws(ecs, ecs, ecs, sleep=lambda _: None), "balancer").deploy(BEGAN)
    assert "not idempotent" in str(error)


def test_cloudformation_hears_how_it_ended_and_no_log_has_its_url(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The URL is signed: who has it may answer. Without an answer the deploy would hang."""
    heard: list[dict[str, Any]] = []

    class Bucket(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    event = {key: key for key in ("StackId", "RequestId", "LogicalResourceId")}
    event |= {"RequestType": "Create", "ResourceType": IDENTITY}
    with HTTPServer(("127.0.0.1", 0), Bucket) as server, mock_aws():
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/signed"
        for properties in (BEGAN, {"Cluster": "c"}):
            own_service.handler({**event, "ResponseURL": url, "ResourceProperties": properties}, None)
        server.shutdown()

    assert [each["Status"] for each in heard] == ["SUCCESS", "FAILED"]
    assert heard[0]["PhysicalResourceId"].startswith("landfall-sample/sample/")
    assert "Reason" in heard[1]
    assert "signed" not in capsys.readouterr().out
