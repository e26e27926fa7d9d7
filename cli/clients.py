"""A boto3 session for the local AWS, which ignores the profiles and variables of the caller's environment."""

from __future__ import annotations

import boto3
import botocore.session

REGION = "us-east-1"


def session() -> boto3.Session:
    """Return a session with dummy credentials.

    Without the session variables, boto3 would look up a profile that the caller's environment names, and fail if
    there is no such profile.
    """
    unset: tuple[None, list[str], None, None] = (None, [], None, None)
    core = botocore.session.Session(session_vars={"profile": unset, "config_file": unset, "credentials_file": unset})
    return boto3.Session(
        botocore_session=core,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - a dummy
        region_name=REGION,
    )
