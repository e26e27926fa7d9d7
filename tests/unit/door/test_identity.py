"""Who a caller is: a role or a user that AWS named, and never a name that the caller chose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.door import identity

ROLE = "arn:aws:iam::123456789012:role/Approver"
USER = "arn:aws:iam::123456789012:user/ops-lead"


@pytest.mark.parametrize(
    ("arn", "who"),
    [
        ("arn:aws:sts::123456789012:assumed-role/Approver/s1", ROLE),
        ("arn:aws:sts::123456789012:assumed-role/Approver/s2", ROLE),
        ("arn:aws:iam::123456789012:user/ops-lead", USER),
        ("arn:aws:iam::123456789012:user/team/one/ops-lead", USER),
        ("arn:aws-us-gov:sts::123456789012:assumed-role/R/s1", "arn:aws-us-gov:iam::123456789012:role/R"),
        ("arn:aws-cn:iam::123456789012:user/a/b", "arn:aws-cn:iam::123456789012:user/b"),
        (
            "arn:aws:sts::123456789012:assumed-role/A+=,.@-_z/a+b=c,d.e@f-g_h",
            "arn:aws:iam::123456789012:role/A+=,.@-_z",
        ),
        ("arn:aws:sts::123456789012:assumed-role/Approver/CognitoIdentityCredentials", ROLE),
        ("arn:aws:sts::123456789012:assumed-role/Approver/i-0123456789abcdef0", ROLE),
        ("arn:aws:iam::123456789012:user/assumed-role/Approver", "arn:aws:iam::123456789012:user/Approver"),
        ("arn:aws:iam::123456789012:user/role/Approver", "arn:aws:iam::123456789012:user/Approver"),
    ],
)
def test_a_session_is_its_role_and_a_path_is_no_part_of_a_name(arn: str, who: str) -> None:
    """Two sessions of one role are one identity, since the caller chooses the session's name."""
    assert str(identity.of(arn)) == who


@pytest.mark.parametrize(
    "arn",
    [
        None,
        "",
        " ",
        "unknown",
        "UNKNOWN",
        7,
        [USER],
        "arn:aws:iam::123456789012:root",
        "arn:aws:sts::123456789012:federated-user/ops-lead",
        "arn:aws:sts::123456789012:assumed-role/Approver",
        "arn:aws:sts::123456789012:assumed-role/Approver/",
        "arn:aws:sts::123456789012:assumed-role/team/Approver/s1",
        "arn:aws:sts::123456789012:assumed-role/Approver/s/1",
        "arn:aws:sts::123456789012:assumed-role/Approver/s",
        "arn:aws:sts::123456789012:assumed-role//s1",
        "arn:aws:iam::123456789012:role/Approver",
        "arn:aws:sts::123456789012:federated-user/Approver/s1",
        "arn:aws:iam::123456789012:group/Approver",
        "AROAEXAMPLE:s1",
        {"userArn": USER},
        "arn:aws:iam::1234:user/ops-lead",
        "arn:aws:iam::123456789012:user/",
        "arn:aws:iam::123456789012:user/ops-lead\n",
        " arn:aws:iam::123456789012:user/ops-lead",
        "arn:aws:iam::" + "\N{ARABIC-INDIC DIGIT ONE}" * 12 + ":user/ops-lead",
        ROLE,
    ],
)
def test_what_names_no_caller_is_nobody(arn: object) -> None:
    """Absent, empty, malformed, the root user and federated users never count as a person."""
    assert identity.of(arn) is None


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    """A strange ARN gives nobody, or someone whose own ARN is made of what was read; never an exception."""
    who = identity.of(text)

    assert who is None or who.name in text


@pytest.mark.parametrize(
    ("setting", "who"),
    [
        ("role/Approver", ROLE),
        ("user/ops-lead", USER),
        ("arn:aws:iam::123456789012:role/team/Approver", ROLE),
        ("arn:aws:iam::210987654321:role/Approver", "arn:aws:iam::210987654321:role/Approver"),
        ("Approver", "None"),
        ("*", "None"),
        ("role/*", "None"),
        ("arn:aws:sts::123456789012:assumed-role/Approver/s1", "None"),
        ("", "None"),
    ],
)
def test_an_approver_is_one_role_or_user(setting: str, who: str) -> None:
    """A name without its kind, a pattern or a session means nobody; a name means Landfall's own account."""
    assert str(identity.named(setting, "aws", "123456789012")) == who


_SSO = "AWSReservedSSO_Release_0123456789abcdef"


@pytest.mark.parametrize(
    "setting",
    [
        f"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-central-1/{_SSO}",
        f"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/{_SSO}",
        f"role/{_SSO}",
    ],
)
def test_a_role_of_identity_center_is_known_however_its_path_is_written(setting: str) -> None:
    """Sessions have no path, and the path has the home region of Identity Center, or none if that is us-east-1."""
    caller = identity.of(f"arn:aws:sts::123456789012:assumed-role/{_SSO}/ann@example.com")
    assert caller == identity.named(setting, "aws", "123456789012")


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:sts::210987654321:assumed-role/Approver/s1",
        "arn:aws-cn:sts::123456789012:assumed-role/Approver/s1",
        "arn:aws:sts::123456789012:assumed-role/approver/s1",
        "arn:aws:sts::123456789012:assumed-role/Approver2/s1",
        "arn:aws:sts::123456789012:assumed-role/Approver+x/s1",
        "arn:aws:iam::123456789012:user/Approver",
        "arn:aws:iam::123456789012:user/role/Approver",
    ],
)
def test_nobody_else_is_that_role(arn: str) -> None:
    """Another account, partition, spelling or kind is somebody else."""
    assert identity.of(arn) not in (None, identity.named("role/Approver", "aws", "123456789012"))


@pytest.mark.parametrize(
    ("arn", "own"),
    [
        ("arn:aws:states:eu-west-1:123456789012:execution:landfall:x", ("aws", "123456789012")),
        ("arn:aws-us-gov:states:us-gov-west-1:210987654321:execution:landfall:x", ("aws-us-gov", "210987654321")),
    ],
)
def test_landfalls_own_account_is_that_of_the_execution(arn: str, own: tuple[str, str]) -> None:
    """`role/OnCall` in the settings means the role of this account, in this partition, and of no other."""
    assert identity.home(arn) == own
    assert str(identity.named("role/OnCall", *own)) == f"arn:{own[0]}:iam::{own[1]}:role/OnCall"
