"""Who may use the pipeline's key and topic. What the emulator never checks, and AWS fails on in silence."""

from __future__ import annotations

from typing import Any

from tests.stacks.template import Template, many

OF_OUR_ALARMS = {
    "StringEquals": {"aws:SourceAccount": "ACCOUNT"},
    "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:REGION:ACCOUNT:alarm:landfall-*"},
}


USE = ["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]
BUS = "arn:aws:events:REGION:ACCOUNT:event-bus/landfall"


def _by_service(document: dict[str, Any], *, about: str = "") -> dict[str, Any]:
    """Return the statements on services; EventBridge has two, one of them about its bus."""
    return {
        s["Principal"]["Service"]: s
        for s in document["Statement"]
        if isinstance(s["Principal"], dict) and "Service" in s["Principal"] and ("event-bus" in str(s)) == bool(about)
    }


def _encrypting(pipeline: Template) -> dict[str, Any]:
    (key,) = (k for k in pipeline.of_type("AWS::KMS::Key").values() if "KeySpec" not in k)
    return dict(key)


def _key(pipeline: Template) -> dict[str, Any]:
    return _by_service(_encrypting(pipeline)["KeyPolicy"])


def test_the_key_lets_in_three_services_and_roles_with_a_policy_of_their_own(pipeline: Template) -> None:
    """The account's root stands for "whoever IAM allows": the steps' roles, each by its grants."""
    root, *_ = _encrypting(pipeline)["KeyPolicy"]["Statement"]

    assert root["Principal"] == {"AWS": "arn:aws:iam::ACCOUNT:root"}
    assert _key(pipeline).keys() == {"logs.REGION.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"}


def test_logs_are_encrypted_for_our_groups_alone(pipeline: Template, templates: dict[str, Template]) -> None:
    """The encryption context names the log group, and every encrypted group of ours is let in."""
    statement = _key(pipeline)["logs.REGION.amazonaws.com"]
    groups = "arn:aws:logs:REGION:ACCOUNT:log-group:"
    allowed = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]

    encrypted = [
        group
        for template in templates.values()
        for group in template.of_type("AWS::Logs::LogGroup").values()
        if "KmsKeyId" in group
    ]

    machines = [f"{groups}/aws/vendedlogs/states/{name}" for name in ("landfall", "landfall-build-watch")]
    machines.append(f"{groups}/aws/vendedlogs/states/landfall-ask-*")
    assert allowed == [f"{groups}/landfall/*", *machines]
    assert not any("*" in action for action in statement["Action"])
    for group in encrypted:
        name = f"{groups}{group['LogGroupName']}"
        assert any(name == pattern or name.startswith(pattern.removesuffix("*")) for pattern in allowed)


def test_our_alarms_may_publish_to_the_encrypted_topic(pipeline: Template) -> None:
    """Both halves are needed: the topic's policy and the key's."""
    key = _key(pipeline)["cloudwatch.amazonaws.com"]
    topic = _by_service(pipeline.only("AWS::SNS::TopicPolicy")["PolicyDocument"])["cloudwatch.amazonaws.com"]

    assert key["Action"] == USE
    assert topic["Action"] == "sns:Publish"
    assert key["Condition"] == topic["Condition"] == OF_OUR_ALARMS


def test_the_publisher_may_publish_to_the_encrypted_topic(pipeline: Template) -> None:
    """The Notify step needs the topic and its key; the topic's policy denies nothing but plain HTTP."""
    (role,) = (r for r in pipeline.of_type("AWS::IAM::Role") if r.startswith("NotifyRole"))
    actions = {a: s["Resource"] for s in pipeline.statements_of(role) for a in many(s["Action"])}
    denied = [s for s in pipeline.only("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]

    assert actions["sns:Publish"] == "<TopicBFC7AF6E>"
    assert actions["kms:GenerateDataKey"] == actions["kms:Decrypt"] == "<Key961B73FD.Arn>"
    assert [s["Condition"] for s in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_events_may_send_dead_letters_to_the_encrypted_queue(pipeline: Template) -> None:
    """Without source conditions, which AWS does not support there: see stacks/pipeline/encryption.py."""
    statement = _key(pipeline)["events.amazonaws.com"]

    assert statement["Action"] == USE
    assert "Condition" not in statement


def test_the_bus_is_encrypted_for_itself_alone(pipeline: Template) -> None:
    """With the conditions of the EventBridge user guide; what it can't encrypt goes to the queue that is watched."""
    bus = pipeline.only("AWS::Events::EventBus")
    (queue,) = (name for name in pipeline.of_type("AWS::SQS::Queue") if "DeadLetters" in name)
    key = _by_service(_encrypting(pipeline)["KeyPolicy"], about="bus")["events.amazonaws.com"]
    policy = pipeline.only("AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    (sends,) = (s for s in policy if s.get("Sid") == "DeadLettersOfTheBus")

    assert (bus["Name"], bus["KmsKeyIdentifier"]) == ("landfall", "<Key961B73FD.Arn>")
    assert bus["DeadLetterConfig"] == {"Arn": f"<{queue}.Arn>"}
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]
    assert key["Condition"]["StringEquals"] == {
        "aws:SourceAccount": "ACCOUNT",
        "aws:SourceArn": BUS,
        "kms:EncryptionContext:aws:events:event-bus:arn": BUS,
    }
    assert (sends["Action"], sends["Condition"]) == ("sqs:SendMessage", {"ArnEquals": {"aws:SourceArn": BUS}})


def test_the_key_rotates_and_outlives_the_stack(pipeline: Template) -> None:
    """What it encrypted outlives the stack too."""
    keys = (r for r in pipeline.resources.values() if r["Type"] == "AWS::KMS::Key")
    (resource,) = (r for r in keys if "KeySpec" not in r["Properties"])

    assert resource["Properties"]["EnableKeyRotation"] is True
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_the_key_that_signs_is_used_by_the_step_that_closes_alone(pipeline: Template) -> None:
    """Whatever else a policy of the account allows: the key's own denies it to every other role."""
    ((name, key),) = ((n, k) for n, k in pipeline.of_type("AWS::KMS::Key").items() if "KeySpec" in k)
    (denied,) = (s for s in key["KeyPolicy"]["Statement"] if s["Effect"] == "Deny")
    (role,) = (r for r in pipeline.of_type("AWS::IAM::Role") if r.startswith("ReportRole"))
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    assert pipeline.resources[name]["DeletionPolicy"] == "Retain"
    assert (denied["Action"], denied["Principal"]) == ("kms:Sign", {"AWS": "*"})
    assert denied["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": f"<{role}.Arn>"}}
    signs = [s for s in pipeline.identity_statements() if "kms:Sign" in many(s["Action"])]
    assert [s["Resource"] for s in signs] == [f"<{name}.Arn>"]
