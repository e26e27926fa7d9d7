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


@pytest.mark.parametrize(
    "line",
    [
        "Could not load file or assembly 'Npgsql, Version=8.0.3.0, Culture=neutral, PublicKeyToken=5d8b90d52f46fda7'",
        "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM",
        "host key ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0Zx8QWm1kR0yJ2d3pV5tHnCJ1pYlzFc6yLIYFY4UUB",
        "sk-cluster-orders-2-eu-west-1 is steady",
        "secret_orders_api_v2_prod was rotated",
        "npm_package_version_1_2_3",
    ],
)
def test_public_halves_and_names_stay(line: str) -> None:
    """A public key is for everybody, and a name that begins like a vendor's token is read by people."""
    assert redacted(line) == line


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"vault write auth/login secret_id={VALUE}x9", "vault write auth/login secret_id=[redacted: secret]"),
        ("user=app password='it is a secret' dbname=x", "user=app password='[redacted: secret]' dbname=x"),
        ("password='required' dbname=x", "password='required' dbname=x"),
        (f"password\\u003d{VALUE}&page=2", "password\\u003d[redacted: secret]&page=2"),
    ],
)
def test_the_label_of_a_secret_stays(line: str, kept: str) -> None:
    """A reader must see what was removed, also where the label begins like a token or the value reads like words."""
    assert redacted(line) == kept


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("[client 203.0.113.17:54321] AH01630: denied", "[client [redacted: IP address]:54321] AH01630: denied"),
        ("[client 10.0.3.4:54321] AH01630: denied", "[client 10.0.3.4:54321] AH01630: denied"),
        (
            '203.0.113.17 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200',
            '[redacted: IP address] - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200',
        ),
        (
            '10.0.3.4 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200',
            '10.0.3.4 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200',
        ),
        (
            "GET /v4/rest/appointment-service/patient/ICN/1008596379V859838/appointments 400",
            "GET /v4/rest/appointment-service/patient/ICN/[redacted: record number]/appointments 400",
        ),
        (
            "GET /VeteranAppointmentRequestService/v4/rest/appointments 200",
            "GET /VeteranAppointmentRequestService/v4/rest/appointments 200",
        ),
        ("MRN-00123456 admitted", "MRN-[redacted: record number] admitted"),
    ],
)
def test_web_servers_name_who_asked(line: str, kept: str) -> None:
    """A client's address and a patient's number are on HIPAA's list; a machine's address and a path are not."""
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
