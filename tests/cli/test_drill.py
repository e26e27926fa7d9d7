"""`landfall drill`: what it refuses before anything is started, and where `doctor`'s and `status`'s words come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from cli.__main__ import app
from landfall.ledger import deployment_record
from landfall.model import Intent, Outcome
from tests.cli.evidenced import cloudformation, documents
from tests.steps import standin
from tests.support import builders as b

Run = Callable[..., Result]
SETTINGS = f"""[services.sample]
cluster = "{standin.CLUSTER}"
service = "sample"
container = "app"
repository = "{standin.REPOSITORY}"
task_role = "arn:aws:iam::123456789012:role/task"
execution_role = "arn:aws:iam::123456789012:role/execution"
"""


@pytest.fixture
def revision(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A service whose live revision a release proved."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with cloudformation() as endpoint, mock_aws():
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", endpoint)
        standin.make_world()
        yield standin.make_service()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command, with or without a drill table in the settings."""
    settings = tmp_path / "services.toml"

    def command(*arguments: str, drill: str = "[services.sample.drill]\n") -> Result:
        settings.write_text(SETTINGS + drill)
        return CliRunner().invoke(app, [*arguments, "--settings", str(settings), "--region", standin.REGION])

    return command


def close(name: str, digest: str, revision: str, *, drill: str = "", ago: timedelta = timedelta(0)) -> None:
    """Close a deployment that proved an image."""
    ended_at = datetime.now(UTC) - ago
    began = (ended_at - timedelta(seconds=74)).isoformat()
    intent = Intent.ROLLBACK if drill else Intent.RELEASE
    release = b.release(
        deployment_id=name,
        image_digest=digest,
        drill=drill,
        intent=intent,
        execution_arn=f"arn:{name}",
        started_at=began,
    )
    ended = b.ended(Outcome.SUCCEEDED, release=release, deployment=b.deployment(task_definition=revision))
    record = {**deployment_record.opened(release), **deployment_record.closed(ended, ended_at)}
    assert standin.ledger().close(record)


def code(told: Result) -> str:
    """Return why it refused."""
    assert told.exit_code == 2, told.output
    return str(documents(told)["error"]["code"])


def test_a_drill_needs_its_table_and_a_release_before(revision: str, run: Run) -> None:
    """And nothing is started without a yes."""
    close("20260102T000000Z-older", b.OTHER_DIGEST, f"{b.FAMILY}:7")
    assert code(run("drill", "sample", "--yes", "--json", drill="")) == "NO_DRILL"
    assert code(run("drill", "sample", "--yes", "--json")) == "NOTHING_BEFORE"
    close("20260103T000000Z-live", b.OLD_DIGEST, revision)
    assert code(run("drill", "sample", "--json")) == "UNCONFIRMED"
    standin.open_record(b.release(deployment_id="20260104T000000Z-now", execution_arn="arn:now"))
    assert code(run("drill", "sample", "--yes", "--json")) == "UNDER_WAY"


def test_status_says_when_the_way_back_was_proven(revision: str, run: Run) -> None:
    """Or that it never was; a service without drills has no such line."""
    close("20260101T000000Z-older", b.OTHER_DIGEST, f"{b.FAMILY}:7")
    close("20260102T000000Z-live", b.OLD_DIGEST, revision)
    assert "way back never proven" in run("status").stdout
    assert "way back" not in run("status", drill="").stdout
    close("20260103T000000Z-back", b.OTHER_DIGEST, f"{b.FAMILY}:7", drill="back", ago=timedelta(days=2, hours=1))
    close("20260104T000000Z-forward", b.OLD_DIGEST, revision, drill="forward", ago=timedelta(days=2))
    assert "way back proven 2 days ago, in 74 s" in run("status").stdout
    (service,) = documents(run("status", "--json"))["services"]
    assert service["way_back"] == "way back proven 2 days ago, in 74 s"
