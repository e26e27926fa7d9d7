"""A deployed pipeline in moto with a chain of closed, anchored, reported deployments, and the command on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from cli.__main__ import app
from landfall import chain
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.reports import Reports
from landfall.ledger import deployment_record
from tests.campaigns.tampering import chains
from tests.cli.answering import answering
from tests.steps import standin

LENGTH = 8
Run = Callable[..., Result]
OUTPUTS = {"LedgerTableName": standin.LEDGER, "FreezeTableName": standin.FREEZES, "ReportBucketName": standin.BUCKET}
OUTPUTS |= {"SigningKeyArn": standin.SIGNING_KEY, "StateMachineArn": standin.MACHINE}


@contextmanager
def cloudformation() -> Iterator[str]:
    """CloudFormation, which knows the one stack: moto's own takes packages that nothing else here needs."""
    members = "".join(
        f"<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>"
        for name, value in OUTPUTS.items()
    )
    stack = f"<StackName>Landfall-Pipeline</StackName><Outputs>{members}</Outputs>"
    body = f"<r><DescribeStacksResult><Stacks><member>{stack}</member></Stacks></DescribeStacksResult></r>".encode()

    with answering(lambda _: (200, body)) as endpoint:
        yield endpoint


@contextmanager
def deployed() -> Iterator[Ledger]:
    """Stand in for AWS while it lasts: a chain of deployments, one from before it, and one under way."""
    with pytest.MonkeyPatch.context() as environment, cloudformation() as endpoint, mock_aws():
        environment.delenv("AWS_ENDPOINT_URL")
        environment.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", endpoint)
        standin.make_world()
        standin.client("s3").put_bucket_versioning(Bucket=standin.BUCKET, VersioningConfiguration={"Status": "Enabled"})
        made, reports = standin.ledger(), Reports(standin.client("s3"), standin.BUCKET)
        standin.table().put_item(Item=chains.record(0) | {"schema": 1})
        for number in range(1, LENGTH + 1):
            closed = made.close(chains.record(number))
            head = chain.head_of(closed or {})
            assert head is not None
            reports.put(chain.anchor_of(head).key, json.dumps({"signature": (closed or {})["signature"]}), "text/json")
            made.mark("sample", head.deployment_id, reported=f"s3://reports/sample/{head.deployment_id}/report.md")
        standin.signing().begin("sample")
        made.open(deployment_record.opened(chains.release_of(LENGTH + 1)))
        yield made


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command."""
    settings = tmp_path / "services.toml"
    keys = ("cluster", "service", "container", "repository", "task_role", "execution_role")
    settings.write_text("[services.sample]\n" + "".join(f'{key} = "{key}"\n' for key in keys))

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--settings", str(settings), "--region", standin.REGION])

    return command


def documents(result: Result) -> dict[str, Any]:
    """Return what a command says to programs."""
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def key(number: int) -> dict[str, str]:
    """Return the key of the n-th record."""
    return {name: str(chains.record(number)[name]) for name in ("service", "deployment_id")}
