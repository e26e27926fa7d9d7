"""What AWS refuses reaches people in AWS's own words, with the way out, and no stack trace."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.__main__ import app
from cli.cloud import LOCAL, on_this_machine
from local.settings import TEMPLATE
from tests.cli.answering import answering

REFUSAL = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"""
IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::000000000000:user/someone</Arn><UserId>A</UserId><Account>000000000000</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command against an AWS that gives one answer to everything."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    def against(*arguments: str, status: int, body: str, date: str = "") -> Result:
        def answer(asked: bytes) -> tuple[int, bytes]:
            known = b"Action=GetCallerIdentity" in asked
            return (200, IDENTITY.encode()) if known else (status, body.encode())

        with answering(answer, date) as endpoint:
            monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
            return CliRunner().invoke(app, [*arguments, "--settings", str(TEMPLATE)])

    return against


REFUSED = {
    "expired credentials": ("ExpiredToken", "The security token included in the request is expired", "sign in again"),
    "not allowed": ("AccessDenied", "User x is not authorized to perform: x", "doctor"),
    "clock": ("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than", "clock"),
    "wrong region": ("ValidationError", "Stack with id Landfall-Pipeline does not exist", "--region"),
}


@pytest.mark.parametrize(("code", "message", "way_out"), REFUSED.values(), ids=REFUSED)
def test_aws_s_refusals(run: Run, code: str, message: str, way_out: str) -> None:
    """Exit code 2: nothing was touched. The words are AWS's, what was tried and the way out are ours."""
    result = run("watch", "some-deployment", status=400, body=REFUSAL.format(code=code, message=message))
    assert result.exit_code == 2
    assert result.exception is None or isinstance(result.exception, SystemExit)
    said = " ".join(result.output.split())
    assert way_out in said
    assert "Traceback" not in said
    if code != "ValidationError":
        assert message.split(":", maxsplit=1)[0] in said
        assert "looking for the stack Landfall-Pipeline" in said


def test_errors_as_json(run: Run) -> None:
    """With --json even an error is one document, with a code for programs."""
    result = run(
        "watch", "some-deployment", "--json", status=403, body=REFUSAL.format(code="AccessDenied", message="no")
    )
    told = json.loads(result.stdout)
    assert (told["error"]["code"], told["exit_code"], result.exit_code) == ("AccessDenied", 2, 2)


def test_doctor_sees_a_clock_that_is_off(run: Run) -> None:
    """A clock minutes off is named before AWS refuses everything because of it."""
    no = REFUSAL.format(code="AccessDenied", message="no")
    result = run("doctor", "--json", status=403, body=no, date="Thu, 01 Jan 2026 00:00:00 GMT")
    clock = next(f for f in json.loads(result.stdout)["findings"] if f["name"] == "clock")
    assert not clock["ok"]
    assert "NTP" in clock["mend"]
    assert result.exit_code == 2


def test_local_never_leaves_loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--local with an endpoint of somebody's real account is refused before a single call."""
    where = tmp_path / "running.json"
    where.write_text(json.dumps({"endpoint": "https://sts.amazonaws.com", "settings": "services.toml"}))
    monkeypatch.setenv(LOCAL, str(where))
    result = CliRunner().invoke(app, ["status", "--local", "--json"])
    assert (result.exit_code, json.loads(result.stdout)["error"]["code"]) == (2, "NOT_LOOPBACK")


def test_the_local_aws_has_services_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has only services of their own, and names them in LANDFALL_SETTINGS, tries the sample with --local."""
    where = tmp_path / "running.json"
    where.write_text(json.dumps({"endpoint": "http://127.0.0.1:9", "settings": str(TEMPLATE)}))
    monkeypatch.setenv(LOCAL, str(where))
    monkeypatch.setenv("LANDFALL_SETTINGS", str(tmp_path / "of-ones-own.toml"))
    assert [service.name for service in on_this_machine().settings.services] == ["sample"]
    result = CliRunner().invoke(app, ["history", "--local", "--service", "orders", "--json"])
    assert "known are sample" in json.loads(result.stdout)["error"]["message"]


def test_local_without_a_local_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to start one."""
    monkeypatch.setenv(LOCAL, str(tmp_path / "none"))
    result = CliRunner().invoke(app, ["status", "--local"])
    assert result.exit_code == 2
    assert "make local" in result.output


@pytest.mark.parametrize(
    "arguments",
    [["status", "--local", "--region", "eu-west-1"], ["release", "--fault", "slow"], ["no-such-verb"], ["affected"]],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Options that contradict each other, and verbs that are none: exit code 2, as for every refusal."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    assert CliRunner().invoke(app, arguments).exit_code == 2
