"""The adapter of a gate's traffic, on moto's CloudWatch and on replies that moto can't give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from landfall.aws.cloudwatch.alarms import Alarms
from landfall.aws.cloudwatch.traffic import Traffic
from landfall.errors import AwsBusy, AwsCallFailed

BLUE, GREEN = (f"arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/{name}/1" for name in ("blue", "green"))
BALANCER = "app/lb/1"
START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(minutes=5)


def replying(*pages: dict[str, Any]) -> Traffic:
    """Return the adapter on a client that answers with these pages."""
    left = iter(pages)
    return Traffic(SimpleNamespace(get_metric_data=lambda **_: next(left)))


def result(name: str, values: list[float], status: str = "Complete") -> dict[str, Any]:
    """Return a query's result, from the first minute on."""
    times = [START + timedelta(minutes=n) for n in range(len(values))]
    return {"Id": name, "Timestamps": times, "Values": values, "StatusCode": status}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """CloudWatch, as moto plays it."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("cloudwatch", region_name="us-east-1")


def test_one_call_reads_both_target_groups(client: Any) -> None:
    """Each side has its own minutes: dimensions that are mixed up would compare a side with itself."""
    for group, count in (("targetgroup/blue/1", 90.0), ("targetgroup/green/1", 10.0)):
        named = [{"Name": "TargetGroup", "Value": group}, {"Name": "LoadBalancer", "Value": BALANCER}]
        client.put_metric_data(
            Namespace="AWS/ApplicationELB",
            MetricData=[{"MetricName": "RequestCount", "Dimensions": named, "Timestamp": START, "Value": count}],
        )
    found = Traffic(client).minutes(BALANCER, (BLUE, GREEN), START, END)
    assert [(m.start, m.requests, m.errors) for m in found[BLUE]] == [(START, 90, 0)]
    assert [m.requests for m in found[GREEN]] == [10]


def test_no_error_series_is_no_error_where_requests_are() -> None:
    """spinnaker/kayenta#377. A minute without requests is no minute, whatever else is there."""
    found = replying(
        {
            "MetricDataResults": [
                result("g0_requests", [10, 0, 12]),
                result("g0_errors", [1]),
                result("g0_p50", [0.1, 0.1, 0.1]),
                result("g0_p95", [0.3, 0.3, 0.4]),
            ]
        }
    ).minutes(BALANCER, (BLUE,), START, END)
    assert [(m.requests, m.errors, m.p95) for m in found[BLUE]] == [(10, 1, 0.3), (12, 0, 0.4)]


def test_pages_are_joined() -> None:
    """An answer may come in pages, each with some of the points."""
    first = {"MetricDataResults": [result("g0_requests", [10])], "NextToken": "n"}
    second = {"MetricDataResults": [{**result("g0_requests", [11]), "Timestamps": [START + timedelta(minutes=1)]}]}
    assert [m.requests for m in replying(first, second).minutes(BALANCER, (BLUE,), START, END)[BLUE]] == [10, 11]


@pytest.mark.parametrize(("status", "error"), [("PartialData", AwsBusy), ("Forbidden", AwsCallFailed)])
def test_a_part_is_not_taken_for_all(status: str, error: type[Exception]) -> None:
    """Minutes that are missing would look like too little traffic."""
    with pytest.raises(error, match=status):
        replying({"MetricDataResults": [result("g0_requests", [1], status)]}).minutes(BALANCER, (BLUE,), START, END)


def test_reads_are_bounded() -> None:
    """Pages without an end are AWS's trouble, and no evidence."""
    endless = {"MetricDataResults": [result("g0_requests", [10])], "NextToken": "n"}
    with pytest.raises(AwsBusy):
        replying(*[endless] * 10).minutes(BALANCER, (BLUE,), START, END)


def test_alarms_have_their_state_and_its_time(client: Any) -> None:
    """An alarm that doesn't exist is left out."""
    client.put_metric_alarm(
        AlarmName="a",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="m",
        Namespace="n",
        Period=60,
        Statistic="Sum",
        Threshold=1,
    )
    client.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="test")
    found = Alarms(client).named(["a", "b"])
    assert [(each.name, each.state) for each in found] == [("a", "ALARM")]
    assert found[0].since.tzinfo is not None
    assert Alarms(client).named([]) == ()


def test_requests_without_a_counted_answer_are_lost() -> None:
    """The load balancer answers 502 for a target that closes the connection: no metric of the target has that."""
    counts = {"requests": 100.0, "errors": 5.0, "done": 60.0, "moved": 10.0, "refused": 15.0}
    found = replying({"MetricDataResults": [result(f"g0_{key}", [value]) for key, value in counts.items()]})
    (minute,) = found.minutes(BALANCER, (GREEN,), START, END)[GREEN]
    assert (minute.errors, minute.refused, minute.lost) == (5, 15, 10)


def test_answers_of_requests_of_the_minute_before_are_not_lost() -> None:
    """A slow answer is counted in the minute in which it comes."""
    counts = {"requests": 10.0, "done": 12.0}
    found = replying({"MetricDataResults": [result(f"g0_{key}", [value]) for key, value in counts.items()]})
    assert found.minutes(BALANCER, (GREEN,), START, END)[GREEN][0].lost == 0
