"""What holds in every template: no service reaches a resource of ours for somebody else, and nothing is in the open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.stacks.template import Template, many

POLICIES = {
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
}
WITHOUT_SOURCE = {
    # AWS documents no source key for dead letters to an encrypted queue: see stacks/pipeline/encryption.py
    ("AWS::KMS::Key", "EventBridgeSendsDeadLetters"),
    # the encryption context names the log group, and with it account and region (CloudWatch Logs user guide)
    ("AWS::KMS::Key", "LogGroupsOfThePipeline"),
}
"""Resource type and Sid of statements that let a service in by something else than the source of its call."""


def _let_in(templates: dict[str, Template]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every statement of a resource's policy that lets in an AWS service."""
    for template in templates.values():
        for kind, key in POLICIES.items():
            for properties in template.of_type(kind).values():
                for statement in properties[key]["Statement"]:
                    principal = statement["Principal"]
                    if statement["Effect"] == "Allow" and isinstance(principal, dict) and "Service" in principal:
                        yield kind, statement


def test_a_service_is_let_in_for_our_own_resources_alone(templates: dict[str, Template]) -> None:
    """The confused deputy: a service that may use a key, a topic, a queue or a bucket does so for a named source."""
    open_ = {
        (kind, statement.get("Sid", ""))
        for kind, statement in _let_in(templates)
        if not re.search(r"aws:Source(Arn|Account)", str(statement.get("Condition", "")))
    }
    assert open_ == WITHOUT_SOURCE


def test_a_function_is_invoked_by_its_own_rule_alone(templates: dict[str, Template]) -> None:
    """Whoever else makes a rule cannot have it call a function of ours."""
    permissions = [p for t in templates.values() for p in t.of_type("AWS::Lambda::Permission").values()]
    assert permissions
    for permission in permissions:
        assert permission["Principal"] == "events.amazonaws.com"
        assert re.fullmatch(
            r"<(OnLossSweep|OnTimeReconcile|OnTimeRetire|OnPauseRule)\w+\.Arn>", permission["SourceArn"]
        )


def test_no_key_is_without_rotation_and_no_action_of_its_policy_a_wildcard_but_the_owner_s(
    templates: dict[str, Template],
) -> None:
    """kms:* is the account's own, without which a key can be locked out of for ever (KMS developer guide)."""
    for template in templates.values():
        for key in template.of_type("AWS::KMS::Key").values():
            # KMS rotates no asymmetric key (KMS developer guide, rotating keys)
            assert (key.get("KeyUsage") == "SIGN_VERIFY") or key["EnableKeyRotation"] is True
            wild = [s for s in key["KeyPolicy"]["Statement"] if any("*" in action for action in many(s["Action"]))]
            assert [s["Principal"] for s in wild] == [{"AWS": "arn:aws:iam::ACCOUNT:root"}]


def test_everything_that_is_kept_or_sent_is_encrypted_by_tls_and_by_a_key_of_ours(
    templates: dict[str, Template],
) -> None:
    """Log groups of all stacks, those of services too, and how long they are kept; queue and topic."""
    for template in templates.values():
        for group in template.of_type("AWS::Logs::LogGroup").values():
            assert "Key961B73FD" in str(group["KmsKeyId"])
            assert group["RetentionInDays"] == 365
        for kind, key in {"AWS::SQS::Queue": "KmsMasterKeyId", "AWS::SNS::Topic": "KmsMasterKeyId"}.items():
            assert all("Key961B73FD" in str(each[key]) for each in template.of_type(kind).values())
        for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy"):
            for policy in template.of_type(kind).values():
                denied = [s.get("Condition") for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
                assert {"Bool": {"aws:SecureTransport": "false"}} in denied


def test_what_is_delivered_in_the_background_has_somewhere_to_go_when_it_fails(pipeline: Template) -> None:
    """Every target of every rule, and the bus; an alarm watches the queue."""
    (queue,) = (f"<{name}.Arn>" for name in pipeline.of_type("AWS::SQS::Queue"))
    targets = [t for rule in pipeline.of_type("AWS::Events::Rule").values() for t in rule["Targets"]]
    assert targets
    assert {target["DeadLetterConfig"]["Arn"] for target in targets} == {queue}
    assert pipeline.only("AWS::Events::EventBus")["DeadLetterConfig"]["Arn"] == queue
