"""Releases on the local AWS that the pages show."""

from __future__ import annotations

from local.stage.landfall_stage import Stage

A_RELEASE = 420_000
"""Milliseconds that a release and its rollback may take on a busy machine."""
UNHURRIED = {
    "stability_timeout_seconds": 400,
    "target_health_attempts": 100,
    "smoke": {"max_response_seconds": 30},
    "stack": {"start_period_seconds": 60, "unhealthy_threshold": 5},
}
"""The browser and the release share a machine, which may be busy with more."""


def tampered(stage: Stage, service: str, deployment: str) -> None:
    """Change why a deployment ended, past Landfall."""
    stage.aws.client("dynamodb").update_item(
        TableName=stage.pipeline["LedgerTableName"],
        Key={"service": {"S": service}, "deployment_id": {"S": deployment}},
        UpdateExpression="SET why = :why",
        ExpressionAttributeValues={":why": {"S": "nothing to see here"}},
    )
