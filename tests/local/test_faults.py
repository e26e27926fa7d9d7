"""The faults of a local AWS: each changes only a Lambda's call, in the way that its name says."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator.local_aws import LocalAws
from local.faults.desk import FaultDesk
from local.faults.planned import Book, Kind, Rule

TABLE, FUNCTION = "counters", "caller"
PUT, READ = "dynamodb:PutItem", "dynamodb:Scan"
HANDLER = """
import boto3
from botocore.config import Config

def handler(event, context):
    retries = Config(retries={"mode": "standard", "total_max_attempts": event.get("attempts", 1)})
    table = boto3.resource("dynamodb", config=retries).Table("counters")
    try:
        if event["do"] == "put":
            table.put_item(Item={"id": event["id"]})
        return {"ids": sorted(i["id"] for i in table.query(**question(event))["Items"])}
    except Exception as error:
        seen = table.query(**question(event))["Items"] if event.get("consistent") else []
        return {"error": type(error).__name__, "text": str(error), "ids": [i["id"] for i in seen]}

def question(event):
    from boto3.dynamodb.conditions import Key
    return {"KeyConditionExpression": Key("id").eq(event["id"]), "ConsistentRead": event.get("consistent", False)}
"""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """Return a local AWS with faults, a table and a function that writes to it and reads it."""
    state: Path = tmp_path_factory.mktemp("aws")
    with LocalAws(state, faults=True) as aws:
        key = {"AttributeName": "id"}
        aws.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{**key, "KeyType": "HASH"}],
            AttributeDefinitions=[{**key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("caller_code.py", HANDLER)
        aws.client("lambda").create_function(
            FunctionName=FUNCTION,
            Runtime="python3.13",
            Role="arn:aws:iam::000000000000:role/any",
            Handler="caller_code.handler",
            Code={"ZipFile": code.getvalue()},
            Timeout=30,
        )
        yield aws


def desk(aws: LocalAws) -> FaultDesk:
    """Return where faults are handed in."""
    assert aws.faults is not None
    return aws.faults


def call(aws: LocalAws, **event: Any) -> dict[str, Any]:
    """Invoke the function. A process that died has neither `error` nor `ids`."""
    reply = aws.client("lambda", read_timeout=60).invoke(FunctionName=FUNCTION, Payload=json.dumps(event).encode())
    return dict(json.loads(reply["Payload"].read()))


def stored(aws: LocalAws, name: str) -> bool:
    """Say whether the effect is there, asked from outside: observers meet no faults."""
    return "Item" in aws.client("dynamodb").get_item(TableName=TABLE, Key={"id": {"S": name}})


@pytest.mark.parametrize(
    ("kind", "error", "effect"),
    [
        (Kind.THROTTLE, "ThrottlingException", False),
        (Kind.REFUSE, "AccessDeniedException", False),
        (Kind.FAIL, "InternalFailure", False),
        (Kind.FAIL_LATE, "InternalFailure", True),
        (Kind.DROP, "ConnectionClosedError", True),
        (Kind.KILL, "", True),
        (Kind.KILL_BEFORE, "", False),
    ],
)
def test_a_call_that_goes_wrong(faulty: LocalAws, kind: Kind, error: str, effect: bool) -> None:
    """The caller hears what it would hear of AWS, and the effect is there or it isn't; the next call is well."""
    name = f"{kind}-once"
    desk(faulty).put(name, [Rule(PUT, kind, FUNCTION)])

    answer = call(faulty, do="put", id=name)

    assert error in f"{answer.get('error')} {answer.get('text')}"
    assert bool(error) == ("error" in answer)
    assert stored(faulty, name) == effect
    told = desk(faulty).told(name)
    assert [(h.step, h.operation, h.call, h.kind) for h in told.happened] == [(FUNCTION, PUT, 1, kind)]
    assert call(faulty, do="put", id=name) == {"ids": [name]}
    assert desk(faulty).told(name).calls[FUNCTION, PUT] == 2


def test_what_the_client_repeats_goes_well(faulty: LocalAws) -> None:
    """Two throttles, three attempts: the function never hears of them."""
    desk(faulty).put("repeated", [Rule(PUT, Kind.THROTTLE, FUNCTION, times=2)])

    assert call(faulty, do="put", id="repeated", attempts=3) == {"ids": ["repeated"]}
    assert len(desk(faulty).told("repeated").happened) == 2


def test_an_old_answer(faulty: LocalAws) -> None:
    """A stale read says what the same question was answered before; a consistent one is never stale."""
    for name, consistent, seen in (("lagging", False, []), ("strict", True, ["strict"])):
        desk(faulty).put(name, [Rule("dynamodb:Query", Kind.STALE, FUNCTION, nth=2)])
        assert call(faulty, do="look", id=name, consistent=consistent) == {"ids": []}

        assert call(faulty, do="put", id=name, consistent=consistent) == {"ids": seen}
        assert call(faulty, do="look", id=name, consistent=consistent) == {"ids": [name]}


def test_a_call_that_arrives_late(faulty: LocalAws) -> None:
    """The caller is cut off at once, and the effect comes all the same."""
    desk(faulty).put("tardy", [Rule(PUT, Kind.LATE, FUNCTION, seconds=5.0)])

    answer = call(faulty, do="put", id="tardy", consistent=True)

    assert (answer["error"], answer["ids"]) == ("ConnectionClosedError", [])
    deadline = time.monotonic() + 20
    while not stored(faulty, "tardy") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert stored(faulty, "tardy")


def test_faults_are_about_something(faulty: LocalAws) -> None:
    """A plan for one service leaves the calls about others alone, and is over when the next one begins."""
    desk(faulty).put("reef", [Rule(PUT, Kind.REFUSE, FUNCTION, times=99)])

    assert call(faulty, do="put", id="shoal") == {"ids": ["shoal"]}
    assert call(faulty, do="put", id="reef")["error"] == "ClientError"
    desk(faulty).put("reef", [])
    assert call(faulty, do="put", id="reef") == {"ids": ["reef"]}


def test_off_by_default(tmp_path: Path) -> None:
    """A local AWS that is not asked for faults has nowhere to hand them in."""
    assert LocalAws(tmp_path).faults is None


def test_a_storm_throttles_what_all_deployments_share_for_its_time() -> None:
    """From its call on: every call of ECS and the load balancers, of whatever step, and nothing else."""
    book = Book()
    book.put("reef", (Rule("ecs:DescribeServices", Kind.STORM, "a", nth=2, seconds=0.2),))

    def kinds(step: str, *operations: str) -> list[Kind | None]:
        found = [book.fault("reef", step, operation) for operation in operations]
        return [rule.kind if rule else None for rule in found]

    assert kinds("a", "ecs:DescribeServices", "ecs:ListTasks") == [None, None]
    assert kinds("a", "ecs:DescribeServices", "dynamodb:GetItem") == [Kind.THROTTLE, None]
    assert kinds("b", "ecs:UpdateService", "elasticloadbalancing:DescribeTargetHealth") == [Kind.THROTTLE] * 2
    time.sleep(0.25)
    assert kinds("b", "ecs:UpdateService") == [None]
