"""Moto made quicker (tests/support/quick_moto.py) answers as moto does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.steps import standin
from tests.support import quick_moto

Row = tuple[str, dict[str, str], dict[str, Any]]
KEY = {"service": {"S": "sample"}, "deployment_id": {"S": "one"}}
TEXT, NUMBER, MAP = {":a": {"S": "a"}}, {":n": {"N": "1"}}, {":m": {"M": {"k": {"L": [{"N": "1"}, {"BOOL": True}]}}}}
UPDATES: tuple[Row, ...] = (
    ("SET a = :a", {}, TEXT),
    ("SET a = :a, #m = :m ADD n :n", {"#m": "the map"}, TEXT | NUMBER | MAP),
    ("SET #m.k[0] = :a, b = if_not_exists(b, :a) REMOVE a", {"#m": "the map"}, TEXT),
    ("SET n = n + :n, l = list_append(if_not_exists(l, :l), :l)", {}, NUMBER | {":l": {"L": [{"S": "x"}]}}),
    ("ADD s :s REMOVE l[0]", {}, {":s": {"SS": ["x", "y"]}}),
    ("DELETE s :s", {}, {":s": {"SS": ["x"]}}),
    # refused
    ("SET a = :a SET b = :a", {}, TEXT),
    ("SET a = :a, a = :a", {}, TEXT),
    ("SET #a = :a, #b = :a", {"#a": "a", "#b": "a"}, TEXT),
    ("SET x.y = :a, x.y.z = :a", {}, TEXT),
    ("SET service = :a", {}, TEXT),
    ("SET nothing.below = :a", {}, TEXT),
    ("SET a = missing", {}, {}),
    ("SET a = a + :n", {}, NUMBER),
)


def answered(ask: Callable[[], Any]) -> Any:
    """Return an answer without what differs by time, or the error."""
    try:
        answer = dict(ask())
    except ClientError as error:
        answer = dict(error.response)
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def updates() -> Iterator[Any]:
    """Yield the answers to these updates of one item, and the item after each."""
    table = standin.client("dynamodb")
    for expression, names, values in UPDATES:
        more = ({"ExpressionAttributeNames": names} if names else {}) | (
            {"ExpressionAttributeValues": values} if values else {}
        )
        yield answered(
            lambda expression=expression, more=more: table.update_item(  # type: ignore[misc]
                TableName=standin.LEDGER, Key=KEY, UpdateExpression=expression, ReturnValues="ALL_NEW", **more
            )
        )
    yield answered(lambda: table.scan(TableName=standin.LEDGER))
    yield answered(lambda: table.describe_table(TableName=standin.LOCKS))


def reads() -> Iterator[Any]:
    """Yield what services whose replies moto makes of objects, and of dicts, say of the world of these tests."""
    ecs, elb, ecr = (standin.client(name) for name in ("ecs", "elbv2", "ecr"))
    tasks = ecs.list_tasks(cluster=standin.CLUSTER)["taskArns"]
    asked: tuple[Callable[[], Any], ...] = (
        lambda: ecs.describe_services(cluster=standin.CLUSTER, services=["sample", "nobody"], include=["TAGS"]),
        lambda: ecs.describe_tasks(cluster=standin.CLUSTER, tasks=tasks),
        lambda: ecs.describe_task_definition(taskDefinition="sample", include=["TAGS"]),
        lambda: ecs.describe_clusters(clusters=["none"]),
        elb.describe_target_groups,
        lambda: ecr.describe_images(repositoryName=standin.REPOSITORY),
        lambda: ecr.describe_repositories(repositoryNames=["nobody/s"]),
        lambda: standin.client("s3").get_bucket_versioning(Bucket=standin.BUCKET),
        lambda: standin.client("kms").get_public_key(KeyId=standin.SIGNING_KEY),
        lambda: standin.client("sns").list_topics(),
        lambda: standin.client("events").list_rules(EventBusName=standin.BUS),
        lambda: standin.client("stepfunctions").list_state_machines(),
        lambda: standin.client("ec2").describe_subnets(),
    )
    yield from map(answered, asked)


@pytest.mark.parametrize("ask", [updates, reads])
def test_the_answers_are_motos_own(ask: Callable[[], Iterator[Any]], aws: int) -> None:
    """To what it takes and to what it refuses."""
    standin.live_anew()
    quick = list(ask())
    standin.live_anew()
    with quick_moto.as_it_is():
        own = list(ask())

    assert quick == own
    assert any("Error" in answer for answer in own)
    assert any("Error" not in answer for answer in own)
