"""What stands around a value that is removed stays as it was."""

from __future__ import annotations

import json

import pytest

from landfall.redaction import redacted

VALUE = "hunter2hunter2"


@pytest.mark.parametrize("label", ["password", "token", "Authorization", "ssn", "api_key"])
def test_json_stays_json(label: str) -> None:
    """A line of JSON can be read by programs after redaction too, also if it is in a text of another."""
    value = {"ssn": "078-05-1120", "Authorization": f"Bearer {VALUE}"}.get(label, VALUE)
    inner = json.dumps({label: value, "page": 2})
    for line in (inner, json.dumps({"message": inner, "level": 30})):
        now = redacted(line)
        assert value not in now
        assert json.loads(now).keys() == json.loads(line).keys()
        assert redacted(now) == now


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"{{'password': '{VALUE}', 'retries': 3}}", "{'password': '[redacted: secret]', 'retries': 3}"),
        (f"Authorization: Bearer {VALUE}", "Authorization: Bearer [redacted: header]"),
        (f"GET /x?x-hub-signature={VALUE}&page=2 200", "GET /x?x-hub-signature=[redacted: header]&page=2 200"),
        (
            f"jdbc:sqlserver://db:1433;user=sa;password=P@{VALUE};encrypt=true",
            "jdbc:sqlserver://db:1433;user=sa;password=[redacted: secret];encrypt=true",
        ),
    ],
)
def test_the_rest_of_a_line_stays(line: str, kept: str) -> None:
    """Quotes, a scheme of authentication and further parameters say nothing secret, and help to read the line."""
    assert redacted(line) == kept


def test_a_cookie_in_quotes_is_removed_with_those_behind_it() -> None:
    """RFC 6265 allows quotes around a cookie's value: the header does not end there."""
    assert redacted(f'Cookie: a="x1y2z3"; b={VALUE}') == "Cookie: [redacted: header]"


@pytest.mark.parametrize("system", ["REPORTING", "BILLING", "WORKER", "PARTNER", "SHIPPING"])
def test_a_variable_may_end_with_the_system_that_a_secret_is_for(system: str) -> None:
    """It ends like a word that describes a secret, and is the name of a database, a queue or a company."""
    assert redacted(f"DB_PASSWORD_{system}={VALUE}") == f"DB_PASSWORD_{system}=[redacted: secret]"


@pytest.mark.parametrize(
    "line",
    [
        "PASSWORD_ENCRYPTION=scram-sha-256",
        "TOKEN_SIGNING=RS256x9",
        "PASSWORD_HASHER=PBKDF2WithHmacSHA256",
        "TOKEN_VALIDATOR=JwtValidatorV2",
        "PASSWORD_REPORTING=weekly",
        "password rotation: every90days",
    ],
)
def test_how_a_secret_is_treated_is_no_secret(line: str) -> None:
    """An algorithm, a class or a schedule stays."""
    assert redacted(line) == line
