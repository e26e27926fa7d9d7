"""`landfall images`: the command on a repository in moto, with a service, its ledger and revisions of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from moto.core.exceptions import JsonRESTError
from moto.ecr.models import ECRBackend
from moto.ecs.models import EC2ContainerServiceBackend
from typer.testing import CliRunner, Result

from cli.__main__ import app
from landfall.change.task_definition import TAG_DEPLOYMENT
from landfall.ledger import deployment_record
from tests.cli.evidenced import cloudformation, documents
from tests.steps import standin
from tests.support import builders as b

Run = Callable[..., Result]
LONG_AGO = timedelta(days=90)
URI = f"registry/{standin.REPOSITORY}"
SETTINGS = f"""[services.sample]
cluster = "{standin.CLUSTER}"
service = "sample"
container = "app"
repository = "{standin.REPOSITORY}"
task_role = "arn:aws:iam::123456789012:role/task"
execution_role = "arn:aws:iam::123456789012:role/execution"
keep_releases = 2
"""


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A live release, the one behind it, an old one with its revision; an index of its own; and somebody's revision."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with cloudformation() as endpoint, mock_aws():
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", endpoint)
        standin.make_world()
        made = {name: standin.push(f"{n}" * 40, name) for n, name in enumerate(("oldest", "behind", "theirs"), 1)}
        made["part"] = standin.push("7" * 40, "part")
        made["index"] = standin.push("8" * 40, "index", platforms=(made["part"],))
        made["live"] = b.OLD_DIGEST
        for tag in ("old", *(f"{n}" * 40 for n in (1, 2, 3, 7, 8))):
            standin.age(tag, LONG_AGO)
        standin.push("9" * 40, "the newest of all")
        standin.register("terraform", f"{URI}@{made['theirs']}")
        made["obsolete"] = standin.register("sample", f"{URI}@{made['oldest']}")
        standin.client("ecs").tag_resource(
            resourceArn=made["obsolete"], tags=[{"key": TAG_DEPLOYMENT, "value": "20260101T000000Z-oldest"}]
        )
        revision = standin.make_service()
        for name in ("oldest", "behind", "live"):
            release = b.release(image_digest=made[name], deployment_id=f"20260101T000000Z-{name}")
            task_definition = {"live": revision, "oldest": made["obsolete"]}.get(name, "")
            deployment = b.deployment(task_definition=task_definition or f"{b.FAMILY}:77")
            ended = b.ended(release=release, deployment=deployment)
            assert standin.ledger().close(deployment_record.closed(ended, b.NOW))
        yield made


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command."""
    settings = tmp_path / "services.toml"
    settings.write_text(SETTINGS)

    def command(*arguments: str) -> Result:
        where = ["--settings", str(settings), "--region", standin.REGION]
        return CliRunner().invoke(app, ["images", *arguments, *where])

    return command


def there() -> set[str]:
    """Return the digests that are in the repository."""
    found = standin.client("ecr").list_images(repositoryName=standin.REPOSITORY)["imageIds"]
    return {str(each["imageDigest"]) for each in found}


def active(revision: str) -> bool:
    """Say whether a revision is ACTIVE."""
    told = standin.client("ecs").describe_task_definition(taskDefinition=revision)
    return bool(told["taskDefinition"]["status"] == "ACTIVE")


def test_the_list_says_who_needs_each_image(world: dict[str, str], run: Run) -> None:
    """Live, way back, somebody else's, the newest push; and of the others which deployment used them last."""
    told = run("list", "sample", "--json")
    assert told.exit_code == 0, told.output
    stands = {row["digest"]: row["standing"] for row in documents(told)["images"]}
    names = {name: stands[digest] for name, digest in world.items() if digest in stands}
    assert names == {
        "live": "live",
        "behind": "way back",
        "theirs": "in use, not by Landfall",
        "oldest": "deployed before",
        "index": "never deployed",
        "part": "never deployed",
    }
    assert "new" in stands.values()
    assert "last deployed by 20260101T000000Z-oldest" in run("list", "sample").stdout


def test_without_yes_nothing_changes(world: dict[str, str], run: Run) -> None:
    """A dry run says what it would do, and does nothing of it."""
    before = there()
    told = run("clean", "sample")
    assert told.exit_code == 0
    assert "would delete 3 of 7 images" in told.stdout
    assert (there(), active(world["obsolete"])) == (before, True)


def test_clean_deregisters_first_and_then_deletes(world: dict[str, str], run: Run) -> None:
    """What is needed stays, whoever needs it; a second run finds nothing to do."""
    before = there()
    told = run("clean", "sample", "--yes", "--json")
    document = documents(told)
    assert (told.exit_code, document["deleted"], document["deregistered"], document["failed"]) == (0, 3, 1, {})
    assert before - there() == {world["oldest"], world["index"], world["part"]}
    assert not active(world["obsolete"])
    again = documents(run("clean", "sample", "--yes", "--json"))
    assert (again["deleted"], again["removable"]) == (0, 0)


def _denied(*_: Any, **__: Any) -> Any:
    raise JsonRESTError("AccessDeniedException", "not allowed")


@pytest.mark.parametrize(
    ("backend", "operation"),
    [
        (EC2ContainerServiceBackend, "list_task_definitions"),
        (EC2ContainerServiceBackend, "list_tasks"),
        (EC2ContainerServiceBackend, "list_clusters"),
        (ECRBackend, "batch_get_image"),
        (ECRBackend, "describe_images"),
    ],
)
def test_what_cannot_be_read_deletes_nothing(
    world: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch, backend: type, operation: str
) -> None:
    """A call that AWS denies may hide that an image is needed: exit 2, in AWS's own words."""
    before = there()
    with monkeypatch.context() as denied:
        denied.setattr(backend, operation, _denied)
        told = run("clean", "sample", "--yes", "--json")
    assert (told.exit_code, documents(told)["error"]["code"]) == (2, "AccessDeniedException")
    assert (there(), active(world["obsolete"])) == (before, True)


def test_what_ecr_refuses_is_counted_and_the_parts_of_it_stay(
    world: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BatchDeleteImage answers 200 with failures: exit 1 with the codes; a second run finishes."""
    delete = ECRBackend.batch_delete_image

    def refusing(self: Any, repository_name: str, registry_id: str | None = None, image_ids: Any = None) -> Any:
        ours = [i for i in image_ids if i["imageDigest"] != world["index"]]
        reply = delete(self, repository_name, registry_id, ours) if ours else {"imageIds": [], "failures": []}
        if ours != image_ids:
            failure = {"imageId": {"imageDigest": world["index"]}, "failureCode": "KmsError", "failureReason": "no key"}
            reply["failures"].append(failure)
        return reply

    with monkeypatch.context() as broken:
        broken.setattr(ECRBackend, "batch_delete_image", refusing)
        told = run("clean", "sample", "--yes", "--json")
    document = documents(told)
    assert (told.exit_code, document["deleted"], document["failed"]) == (1, 1, {"KmsError": 1})
    assert {world["index"], world["part"]} <= there()
    assert documents(run("clean", "sample", "--yes", "--json"))["deleted"] == 2


def test_a_revision_that_stays_keeps_its_image(
    world: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where ECS does not deregister, nothing is deleted: an ACTIVE revision must find its image."""
    before = there()
    monkeypatch.setattr(EC2ContainerServiceBackend, "deregister_task_definition", _denied)
    told = run("clean", "sample", "--yes", "--json")
    assert (told.exit_code, documents(told)["failed"]) == (1, {"AccessDeniedException": 1})
    assert there() == before


def test_an_image_under_way_is_kept(world: dict[str, str], run: Run) -> None:
    """A rollback to an old release that is under way needs its image, although it is beyond `keep`."""
    release = b.release(image_digest=world["oldest"], deployment_id="20260102T000000Z-back")
    assert standin.ledger().open(deployment_record.opened(release))
    rows = {row["digest"]: row for row in documents(run("list", "sample", "--json"))["images"]}
    assert rows[world["oldest"]]["standing"] == "under way"


def test_a_ledger_without_a_proven_release_deletes_nothing(
    world: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can't say what is needed, so it is not asked."""
    for record in standin.ledger().newest_first("sample"):
        standin.table().delete_item(Key={k: record[k] for k in ("service", "deployment_id")})
    told = run("clean", "sample", "--yes", "--json")
    assert (told.exit_code, documents(told)["error"]["code"]) == (2, "NOTHING_PROVEN")
