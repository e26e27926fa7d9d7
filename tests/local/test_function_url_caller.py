"""The local AWS names the caller of a function URL as AWS does."""

from __future__ import annotations

from local.traits.function_url_caller import caller

ACCOUNT = "000000000000"


def signed(key: str) -> dict[str, str]:
    """Return the header of a request that was signed with this key."""
    scope = f"{key}/20260101/us-east-1/lambda/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


def test_the_dummy_credentials_are_one_person() -> None:
    """Our reading: they stand for the user `local`, since root is no approver."""
    assert caller(signed("test"), ACCOUNT)["userArn"] == f"arn:aws:iam::{ACCOUNT}:user/local"


def test_a_key_that_nobody_has_names_nobody() -> None:
    """What can't be told is left empty, and the door turns it away."""
    assert caller(signed("AKIAUNKNOWNUNKNOWN00"), ACCOUNT)["userArn"] is None
