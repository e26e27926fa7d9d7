"""Links to the AWS console, made from ARNs. An ARN of another form is returned as it is."""

from __future__ import annotations

from urllib.parse import quote

_PARTS = 6
"""The parts of an ARN: arn, partition, product, region, account, resource."""


def execution(arn: str) -> str:
    """Return the link to an execution (`…:states:region:account:execution:machine:name`)."""
    region, resource = _split(arn)
    if not resource.startswith("execution:"):
        return arn
    return f"{_home(region, 'states')}#/v2/executions/details/{arn}"


def task(arn: str) -> str:
    """Return the link to a task (`…:ecs:region:account:task/cluster/id`)."""
    region, resource = _split(arn)
    match resource.split("/"):
        case ["task", cluster, name]:
            return f"{_ecs(region)}/{cluster}/tasks/{name}/configuration?region={region}"
    return arn


def service(arn: str) -> str:
    """Return the link to an ECS service (`…:ecs:region:account:service/cluster/name`)."""
    region, resource = _split(arn)
    match resource.split("/"):
        case ["service", cluster, name]:
            return f"{_ecs(region)}/{cluster}/services/{name}/health?region={region}"
    return arn


def build(arn: str) -> str:
    """Return the link to a build (`…:codebuild:region:account:build/project:id`)."""
    region, resource = _split(arn)
    project, colon, number = resource.removeprefix("build/").partition(":")
    if not colon:
        return arn
    at = f"https://{region}.console.aws.amazon.com/codesuite/codebuild/{arn.split(':')[4]}"
    return f"{at}/projects/{project}/build/{project}%3A{number}/?region={region}"


def log_group(region: str, group: str) -> str:
    """Return the link to a log group. The console escapes names twice, the second time with $ instead of %."""
    escaped = quote(quote(group, safe=""), safe="").replace("%", "$")
    return f"{_home(region, 'cloudwatch')}#logsV2:log-groups/log-group/{escaped}"


def stored(uri: str, region: str) -> str:
    """Return the link to an object (`s3://bucket/key`)."""
    bucket, slash, key = uri.removeprefix("s3://").partition("/")
    if not slash:
        return uri
    return f"https://{region}.console.aws.amazon.com/s3/object/{bucket}?region={region}&prefix={quote(key)}"


def region_of(arn: str) -> str:
    """Return the region of an ARN; empty if the text is not an ARN."""
    return _split(arn)[0]


def _split(arn: str) -> tuple[str, str]:
    parts = arn.split(":", _PARTS - 1)
    return (parts[3], parts[5]) if len(parts) == _PARTS else ("", "")


def _ecs(region: str) -> str:
    return f"https://{region}.console.aws.amazon.com/ecs/v2/clusters"


def _home(region: str, product: str) -> str:
    return f"https://{region}.console.aws.amazon.com/{product}/home?region={region}"
