"""`landfall audit` and `landfall findings`: the command on a service, its family and its findings in moto."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws
from typer.testing import CliRunner, Result

from cli.__main__ import app
from landfall.aws.dynamodb.findings import Findings
from landfall.aws.ecr import Ecr
from landfall.ledger import deployment_record
from landfall.model import UNKNOWN
from landfall.reconcile.findings import Finding, Kind, State
from tests.cli.evidenced import cloudformation, documents
from tests.steps import standin
from tests.support import builders as b

Run = Callable[..., Result]


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A service whose live revision a release proved; before it one was made by hand, and one is of another family."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with cloudformation() as endpoint, mock_aws():
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", endpoint)
        standin.make_world()
        by_hand = standin.register("sample", f"registry/{standin.REPOSITORY}:final-v3")
        standin.client("ecs").deregister_task_definition(taskDefinition=by_hand)
        standin.register("sample-other", "x")
        revision = standin.make_service()
        release = b.release(image_digest=b.OLD_DIGEST, requested_by="a person, with a comma")
        ended = b.ended(release=release, deployment=b.deployment(task_definition=revision))
        assert standin.ledger().close(deployment_record.closed(ended, b.NOW))
        yield revision


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command, for two services."""
    keys = ("cluster", "service", "container", "repository", "task_role", "execution_role")
    values = {"cluster": standin.CLUSTER, "container": "app"}
    tables = [
        f"[services.{name}]\n"
        + "".join(
            f'{k} = "{ {**values, "service": name, "repository": f"landfall/{name}"}.get(k, k) }"\n' for k in keys
        )
        for name in ("sample", "fresh")
    ]
    settings = tmp_path / "services.toml"
    settings.write_text("\n".join(tables))

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--settings", str(settings), "--region", standin.REGION])

    return command


def test_audit_says_what_is_known_and_what_is_not(live: str, run: Run) -> None:
    """ACTIVE and INACTIVE, newest first, of this family alone; what was made by hand is UNKNOWN."""
    told = run("audit", "sample", "--json")
    document = documents(told)
    ours, by_hand = document["revisions"]
    assert told.exit_code == 0
    assert (document["family"], document["left_out"], document["problems"]) == ("sample", 0, [])
    assert (ours["revision"], ours["live"], ours["outcome"], ours["commit"]) == ("sample:2", "yes", "SUCCEEDED", b.SHA)
    assert (by_hand["revision"], by_hand["status"], by_hand["live"]) == ("sample:1", "INACTIVE", "no")
    assert {by_hand[name] for name in ("commit", "digest", "outcome", "requested_by")} == {UNKNOWN}


def test_audit_for_people_and_for_spreadsheets(live: str, run: Run) -> None:
    """The same rows; what is not a row is kept out of the table."""
    lines = run("audit", "sample").stdout.splitlines()
    assert "← live" in lines[0]
    assert UNKNOWN in lines[1]
    told = run("audit", "sample", "--csv", "--last", "1")
    (row,) = csv.DictReader(io.StringIO(told.stdout))
    assert row == documents(run("audit", "sample", "--json"))["revisions"][0]
    assert "1 older revisions are not listed" in told.stderr
    assert run("audit", "sample", "--csv", "--json").exit_code == 2


def test_audit_says_what_it_cut_off(live: str, run: Run) -> None:
    """A family may have thousands of revisions. The output says how many are not listed."""
    told = run("audit", "sample", "--last", "1", "--json")
    assert (documents(told)["left_out"], len(documents(told)["revisions"])) == (1, 1)
    assert "--last 2 lists all" in run("audit", "sample", "--last", "1").stdout


def _delete() -> None:
    standin.client("ecr").batch_delete_image(
        repositoryName=standin.REPOSITORY, imageIds=[{"imageDigest": b.OLD_DIGEST}]
    )


def _move() -> None:
    standin.push(b.SHA, "other")


@pytest.mark.parametrize(("act", "code"), [(_delete, "IMAGE_MISSING"), (_move, "TAG_MOVED")])
def test_audit_raises_what_must_not_be(live: str, run: Run, act: Callable[[], None], code: str) -> None:
    """Exit 1: a rollback could not start what was proven, or a commit means other bytes."""
    act()
    told = run("audit", "sample", "--json")
    assert told.exit_code == 1
    assert code in [problem["code"] for problem in documents(told)["problems"]]
    assert code in run("audit", "sample").stdout


@pytest.mark.parametrize(("service", "code"), [("fresh", "NO_FAMILY"), ("nobody", "UNKNOWN_SERVICE")])
def test_audit_refuses_where_there_is_nothing_to_look_at(live: str, run: Run, service: str, code: str) -> None:
    """A service that ECS and the ledger know nothing of, and one that is not configured."""
    told = run("audit", service, "--json")
    assert (told.exit_code, documents(told)["error"]["code"]) == (2, code)


@pytest.fixture
def found(live: str) -> list[Finding]:
    """One finding of each state, and one of a service that is no longer configured."""
    store, at = Findings(standin.table()), b.NOW.isoformat()
    findings = [
        Finding("sample", Kind.LIVE_WITHOUT_SHA, "sample:1", "it has no tag", State.RAISED, at, at),
        Finding("sample", Kind.NOT_ANCHORED, "one", "no anchor", State.CLEARED, at, at, at),
        Finding("sample", Kind.REPORT_MISSING, "one", "no report", State.SUSPECTED, at),
        Finding("gone", Kind.NOT_ANCHORED, "one", "no anchor", State.CLEARED, at, at, at, "it was taken out"),
    ]
    for finding in findings:
        store.write(finding)
    return findings


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        ((), ["LIVE_WITHOUT_SHA"]),
        (("sample",), ["LIVE_WITHOUT_SHA"]),
        (("fresh",), []),
        (("sample", "--all"), ["NOT_ANCHORED", "LIVE_WITHOUT_SHA"]),
        (("gone", "--all"), ["NOT_ANCHORED"]),
    ],
)
def test_findings(found: list[Finding], run: Run, arguments: tuple[str, ...], kinds: list[str]) -> None:
    """Open ones, or those that were; never what was seen only once. For people with what to do."""
    told = run("findings", *arguments, "--json")
    assert told.exit_code == 0
    assert sorted(f["kind"] for f in documents(told)["findings"]) == sorted(kinds)
    text = run("findings", *arguments).stdout
    assert all(kind in text for kind in kinds)
    assert ("docs/reconciler.md#" in json.dumps(documents(told))) is bool(kinds)


def test_findings_of_nobody_are_refused(found: list[Finding], run: Run) -> None:
    """A service that never was."""
    assert run("findings", "nobody").exit_code == 2


def test_status_says_that_something_is_open(found: list[Finding], run: Run) -> None:
    """`status` shows that there are open findings."""
    assert "1 open: landfall findings sample" in run("status", "--service", "sample").stdout
    services: list[dict[str, Any]] = documents(run("status", "--json"))["services"]
    assert {s["service"]: s["open_findings"] for s in services} == {"sample": 1, "fresh": 0}


def test_an_image_without_a_tag_is_listed() -> None:
    """All images are listed, so an image that a rollback needs and that lost its tag is reported before it expires."""
    client = boto3.client("ecr", region_name=standin.REGION)
    page = {"imageDetails": [{"imageDigest": b.DIGEST, "imagePushedAt": b.NOW}]}
    with Stubber(client) as ecr:
        ecr.add_response("describe_images", page, {"repositoryName": standin.REPOSITORY, "maxResults": 1000})
        assert [(image.digest, image.tags) for image in Ecr(client, standin.REPOSITORY).images()] == [(b.DIGEST, ())]
