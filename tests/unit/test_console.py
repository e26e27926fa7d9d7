"""Links into the console: they open the thing itself, and what is no ARN of its kind is shown as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from landfall import console
from tests.support import builders as b

HOME = "https://eu-west-1.console.aws.amazon.com"
AT = "eu-west-1:123456789012"
LINKS: list[tuple[Callable[[str], str], str, str]] = [
    (
        console.execution,
        b.EXECUTION,
        f"https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/{b.EXECUTION}",
    ),
    (console.execution, "local", "local"),
    (
        console.task,
        f"arn:aws:ecs:{AT}:task/c/0af",
        f"{HOME}/ecs/v2/clusters/c/tasks/0af/configuration?region=eu-west-1",
    ),
    (console.task, f"arn:aws:ecs:{AT}:task/0af", f"arn:aws:ecs:{AT}:task/0af"),
    (console.task, "", ""),
    (console.service, f"arn:aws:ecs:{AT}:service/c/s", f"{HOME}/ecs/v2/clusters/c/services/s/health?region=eu-west-1"),
    (console.service, f"arn:aws:ecs:{AT}:service/s", f"arn:aws:ecs:{AT}:service/s"),
    (
        console.build,
        f"arn:aws:codebuild:{AT}:build/landfall-build-a:0-1",
        f"{HOME}/codesuite/codebuild/123456789012/projects/landfall-build-a/build/landfall-build-a%3A0-1/?region=eu-west-1",
    ),
    (console.build, "no build", "no build"),
]


@pytest.mark.parametrize(("link", "arn", "url"), LINKS)
def test_link(link: Callable[[str], str], arn: str, url: str) -> None:
    """A person is sent to the thing itself."""
    assert link(arn) == url


def test_links_to_what_has_no_arn() -> None:
    """A log group's slashes are escaped as the console does it, an object's key is not."""
    group = f"{HOME}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Flandfall$252Fsample"
    assert console.log_group("eu-west-1", "/landfall/sample") == group
    stored = f"{HOME}/s3/object/reports?region=eu-west-1&prefix=sample/one/report.md"
    assert console.stored("s3://reports/sample/one/report.md", "eu-west-1") == stored
    assert console.stored("nowhere", "eu-west-1") == "nowhere"
