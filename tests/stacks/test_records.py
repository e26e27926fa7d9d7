"""Where records are kept: ledger, reports, images."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from landfall.errors import SettingsError
from landfall.settings import Evidence
from tests.stacks.template import Template, many
from tests.support.later import later

cdk, assertions, kms = later("aws_cdk"), later("aws_cdk.assertions"), later("aws_cdk.aws_kms")
stacks_app, reports, tables = later("stacks.app"), later("stacks.pipeline.reports"), later("stacks.pipeline.tables")


KEYS = {"ProjectionType": "KEYS_ONLY"}
INDEXES = {
    "by_execution": ({"HASH": "execution_arn"}, KEYS),
    "unfinished": ({"HASH": "unfinished", "RANGE": "deployment_id"}, KEYS),
    "by_image": ({"HASH": "service", "RANGE": "image_digest"}, KEYS),
    "by_commit": ({"HASH": "service", "RANGE": "git_sha"}, KEYS),
    "by_outcome": ({"HASH": "service", "RANGE": "outcome"}, KEYS),
}
BY_SHA = ({"HASH": "service", "RANGE": "git_sha"}, {"ProjectionType": "ALL"})
BEFORE = {"by_sha": BY_SHA} | {name: INDEXES[name] for name in ("by_execution", "unfinished")}
"""The indexes of a ledger that was deployed before there were steps."""


def test_the_ledger_can_be_asked_by_image_commit_and_outcome_and_is_hard_to_lose(pipeline: Template) -> None:
    """And by execution, and for what is unfinished; point-in-time recovery, deletion protection, a key of our own."""
    resource = pipeline.resources["LedgerB7379752"]

    assert _key_of(resource["Properties"]["KeySchema"]) == {"HASH": "service", "RANGE": "deployment_id"}
    assert _indexes_of(resource) == INDEXES
    _is_hard_to_lose(resource)


def test_each_step_of_the_indexes_changes_one() -> None:
    """CloudFormation makes or removes one index in one update: from a ledger of before to that of a new deploy."""
    steps = [_ledger_on(number) for number in (*map(str, range(len(tables.STEPS))), None)]

    assert (steps[0], steps[-1]) == (BEFORE, INDEXES)
    for one, next_ in pairwise(steps[:-1]):
        assert len(one.keys() ^ next_.keys()) == 1
        assert all(one[name] == next_[name] for name in one.keys() & next_.keys())
    assert steps[-2] == steps[-1]


@pytest.mark.parametrize("number", ["5", "-1", "all", "", 1.5, True])
def test_a_step_that_there_is_not_is_refused(number: object) -> None:
    """With the numbers that there are."""
    with pytest.raises(SettingsError, match=r"ledger_indexes is .*; give a number from 0 to 4"):
        tables.step(number)


def _ledger_on(number: str | None) -> dict[str, Any]:
    context = dict(stacks_app.FLAGS) | ({"ledger_indexes": number} if number else {})
    stack = cdk.Stack(cdk.App(context=context))
    tables.LedgerTable(stack, "Ledger", kms.Key(stack, "Key"))
    found = assertions.Template.from_stack(stack).find_resources("AWS::DynamoDB::Table")
    (resource,) = found.values()
    return _indexes_of(resource)


def _indexes_of(resource: dict[str, Any]) -> dict[str, Any]:
    indexes = resource["Properties"]["GlobalSecondaryIndexes"]
    return {i["IndexName"]: (_key_of(i["KeySchema"]), i["Projection"]) for i in indexes}


def test_the_locks_are_one_item_for_each_service_and_hard_to_lose(pipeline: Template) -> None:
    """A lost lock table would let two deployments change one service at once."""
    resource = pipeline.resources["LocksF3C5D457"]

    assert _key_of(resource["Properties"]["KeySchema"]) == {"HASH": "service"}
    _is_hard_to_lose(resource)


def test_the_freezes_are_one_item_for_each_service_and_hard_to_lose(pipeline: Template) -> None:
    """A lost freeze lets a release through."""
    resource = pipeline.resources["Freezes1BCE865E"]

    assert _key_of(resource["Properties"]["KeySchema"]) == {"HASH": "service"}
    _is_hard_to_lose(resource)


def _is_hard_to_lose(resource: dict[str, Any]) -> None:
    table = resource["Properties"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["SSESpecification"]["KMSMasterKeyId"] == "<Key961B73FD.Arn>"
    assert resource["DeletionPolicy"] == "Retain"


def _key_of(schema: list[dict[str, str]]) -> dict[str, str]:
    return {part["KeyType"]: part["AttributeName"] for part in schema}


def test_a_report_can_not_be_changed_in_silence(pipeline: Template) -> None:
    """Versioned, locked for a year, encrypted, and every access is logged."""
    resource = pipeline.resources["Reports65402A0A"]
    bucket = resource["Properties"]
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 365}
    assert encryption["ServerSideEncryptionByDefault"] == {
        "KMSMasterKeyID": "<Key961B73FD.Arn>",
        "SSEAlgorithm": "aws:kms",
    }
    assert bucket["LoggingConfiguration"]["DestinationBucketName"].startswith("<ReportAccessLogs")
    assert resource["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize(
    ("evidence", "rule"),
    [
        (Evidence("COMPLIANCE", 2557), {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 2557}}),
        (Evidence("GOVERNANCE", 30), {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}),
        (Evidence("NONE"), None),
    ],
)
def test_how_long_and_from_whom_reports_are_kept_is_a_setting(evidence: Evidence, rule: Any) -> None:
    """The lock itself is enabled always, since it can't be on a bucket that is there; versions are kept always."""
    stack = cdk.Stack(cdk.App(context=dict(stacks_app.FLAGS)))
    reports.ReportBucket(stack, "Reports", kms.Key(stack, "Key"), evidence)
    (bucket,) = (
        r["Properties"]
        for name, r in assertions.Template.from_stack(stack).to_json()["Resources"].items()
        if r["Type"] == "AWS::S3::Bucket" and not name.startswith("ReportAccessLogs")
    )
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket.get("ObjectLockConfiguration", {}).get("Rule") == rule


def test_nothing_deletes_what_is_in_the_report_bucket(pipeline: Template) -> None:
    """No lifecycle rule lets an anchor expire, and no step may read or delete one, or shorten or bypass its lock."""
    assert "LifecycleConfiguration" not in pipeline.resources["Reports65402A0A"]["Properties"]
    allowed = {action for s in pipeline.identity_statements() for action in many(s["Action"])}
    assert {a for a in allowed if a.startswith("s3:")} == {"s3:PutObject", "s3:ListBucket", "s3:ListBucketVersions"}


def test_nothing_deletes_a_record(pipeline: Template) -> None:
    """Records are only ever added to; a transaction takes the rights of the updates it is made of."""
    # a front writes requests, which no chain counts, and can't reach a record: test_build.py tries it
    requests = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["_asked:sample"]}}
    statements = [s for s in pipeline.identity_statements() if s.get("Condition") != requests]
    allowed = {action for s in statements for action in many(s["Action"])}
    assert {a for a in allowed if a.startswith("dynamodb:")} == {
        "dynamodb:UpdateItem",
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
    }


def test_no_bucket_is_public_or_reached_without_tls_and_both_keep_versions(pipeline: Template) -> None:
    """Both buckets: the reports', and that of the log of who read them."""
    for bucket in pipeline.of_type("AWS::S3::Bucket").values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    for policy in pipeline.of_type("AWS::S3::BucketPolicy").values():
        denied = [s["Condition"] for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in denied


def test_a_tag_names_one_image_for_ever(templates: dict[str, Template]) -> None:
    """Immutable, scanned; only untagged images expire; the repository outlives the stack."""
    (resource,) = templates["Landfall-Registry"].resources.values()
    repository = resource["Properties"]
    (rule,) = json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]

    assert repository["RepositoryName"] == "landfall/sample"
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert rule["selection"]["tagStatus"] == "untagged"
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


def test_a_tagged_image_never_expires(templates: dict[str, Template]) -> None:
    """Any of them may be what a rollback needs: no rule of any image repository selects tagged or all images."""
    for repository in templates["Landfall-Registry"].of_type("AWS::ECR::Repository").values():
        rules = json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
        assert [rule["selection"]["tagStatus"] for rule in rules] == ["untagged"]


def test_a_service_that_existed_before_gets_no_stack_and_no_repository(variant: dict[str, Template]) -> None:
    """It needs the pipeline alone."""
    of_services = {name for name in variant if name.startswith("Landfall-Service-")}
    assert of_services == {"Landfall-Service-sample"}
    repositories = variant["Landfall-Registry"].of_type("AWS::ECR::Repository").values()
    assert [r["RepositoryName"] for r in repositories] == ["landfall/sample"]
    pattern = variant["Landfall-Pipeline"].under("AWS::Events::Rule", "OnPush")["EventPattern"]
    assert many(pattern["detail"]["repository-name"]) == ["landfall/sample", "shop/web"]


def test_the_outputs_say_where_everything_is(pipeline: Template) -> None:
    """For the CLI, the demo and people."""
    for_people = {name for name in pipeline.document["Outputs"] if not name.startswith("ExportsOutput")}

    assert for_people == {
        "StateMachineArn",
        "LedgerTableName",
        "LockTableName",
        "FreezeTableName",
        "ReportBucketName",
        "SigningKeyArn",
        "TopicArn",
        "AborterPolicyArn",
        "AbortUrl",
        "EventBusName",
        "DeadLetterQueueUrl",
    }
