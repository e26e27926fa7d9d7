"""What requests cost: list prices in US East (N. Virginia), in dollars. Prices by the month are in stacks/cost.py."""

from __future__ import annotations

from collections.abc import Mapping

DATED = "2026-11"
"""The date of these prices. AWS's pages have the current ones."""

PRICES: Mapping[str, tuple[float, str]] = {
    "read unit": (0.125e-6, "aws.amazon.com/dynamodb/pricing/on-demand: a read request unit, Standard table class"),
    "write unit": (0.625e-6, "aws.amazon.com/dynamodb/pricing/on-demand: a write request unit, Standard table class"),
    "list": (0.005e-3, "aws.amazon.com/s3/pricing: a PUT, COPY, POST or LIST request, S3 Standard"),
    "invocation": (0.20e-6, "aws.amazon.com/lambda/pricing: a request"),
    "GB-second": (0.0000133334, "aws.amazon.com/lambda/pricing: a GB-second, Arm, the first tier"),
}
"""Each price with the page that it is from. Calls of Amazon ECS, Amazon ECR and Step Functions (Describe) are free."""

UNIT = 4096
"""Bytes that one read unit reads consistently; half a unit otherwise (DynamoDB Developer Guide, read operations)."""


def dollars(used: Mapping[str, float]) -> float:
    """Return what so much of each costs."""
    return sum(PRICES[name][0] * amount for name, amount in used.items())
