"""`landfall release --dry-run`: the machine's own decisions, the difference, and not one call that changes anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli.command import At
from cli.dry_run import dry_run
from cli.output import Output
from landfall.settings import Settings
from landfall.settings_file import read as settings_file
from tests.cli.documented_policies import NEEDS_NOTHING, allowed
from tests.cli.world import Somewhere, connected, landfall, record
from tests.steps import standin
from tests.steps.site import Site
from tests.support import builders as b

READS = ("Get", "Describe", "List", "Query", "BatchGet", "Filter")


@pytest.fixture
def where(aws: int, settings_path: Path) -> Iterator[Somewhere]:
    """Return an AWS with a service that is live, of another release."""
    known = settings_file.load(settings_path)
    found = Somewhere(boto3.Session(region_name=standin.REGION), known)
    standin.make_service()
    with connected(found):
        yield found


@pytest.fixture(autouse=True)
def asked(where: Somewhere) -> Iterator[set[str]]:
    """Note what AWS is asked; after each test, nothing of it wrote."""
    found: set[str] = set()

    def note(model: Any, **_: Any) -> None:
        names = {"elasticloadbalancing": "elasticloadbalancing", "monitoring": "cloudwatch"}
        signed = model.service_model.signing_name
        found.add(f"{names.get(signed, signed)}:{model.name}")

    where.session.events.register("before-call", note)
    before = begun()
    yield found
    where.session.events.unregister("before-call", note)
    assert [each for each in found if not each.partition(":")[2].startswith(READS)] == []
    assert begun() == before


def begun() -> int:
    """Return how many executions there are."""
    return len(standin.client("stepfunctions").list_executions(stateMachineArn=standin.machine_arn())["executions"])


def dry(*words: str, code: int = 0) -> Any:
    """Run it for a commit, and return its document."""
    common = ["release", "--dry-run", "--service", "sample", "--ci", "--commit", b.SHA]
    result = landfall([*common, "--json", *words])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def refusals(told: Any) -> list[str]:
    """Return the codes of a document's refusals."""
    return [each["code"] for each in told["refusals"]]


def test_what_would_go(asked: set[str]) -> None:
    """A release that would go, what it changes, and only that; by rights that the policy for it gives."""
    digest = standin.push()
    told = dry()
    assert (told["preflight"]["code"], told["refusals"], told["digest"]) == ("READY", [], digest)
    found = {each["field"]: (each["before"], each["after"]) for each in told["changes"]}
    before, after = found["containerDefinitions.app.image"]
    assert before.endswith(b.OLD_DIGEST)
    assert after.endswith(digest)
    assert found["containerDefinitions.app.environment.DEPLOYED_GIT_SHA"][1] == b.SHA
    assert found["tags.landfall:git-sha"][1] == b.SHA
    fields = (
        "image",
        "environment.GIT_SHA",
        "environment.IMAGE_DIGEST",
        "environment.DEPLOYED_AT",
        "environment.DEPLOYED_GIT_SHA",
    )
    assert {f for f in found if not f.startswith("tags.landfall:")} == {f"containerDefinitions.app.{f}" for f in fields}
    assert {"ecs:DescribeTasks", "elasticloadbalancing:DescribeTargetHealth", "dynamodb:Query"} <= asked
    assert asked - NEEDS_NOTHING <= allowed("dry-run")


def test_people_are_shown_the_difference() -> None:
    """What goes and what comes, a line each."""
    digest = standin.push()
    result = landfall(["release", "--dry-run", "-s", "sample", "--ci", "--commit", b.SHA])
    lines = [line.strip() for line in result.output.splitlines()]
    at = lines.index("containerDefinitions.app.image")
    assert (lines[at + 1][:2], lines[at + 1][-71:]) == ("- ", b.OLD_DIGEST)
    assert (lines[at + 2][:2], lines[at + 2][-71:]) == ("+ ", digest)
    assert lines[-1] == "the release would start; nothing was changed"


def test_what_is_not_built_yet() -> None:
    """All that can be checked without the image is, and the build is not started."""
    told = dry()
    assert (told["digest"], told["preflight"]["code"]) == (None, "READY")
    assert any("(of the build)" in str(each["after"]) for each in told["changes"])


def test_a_commit_that_nothing_could_build(where: Somewhere) -> None:
    """Without an image and a build there is nothing to release."""
    bare = Settings((b.settings_of(),), Path())
    with connected(Somewhere(where.session, bare)):
        assert refusals(dry(code=2)) == ["NO_IMAGE"]


def test_what_can_not_be_judged() -> None:
    """Preflight's own words, with the way out."""
    standin.push()
    standin.service_of().scheduling_strategy = "DAEMON"
    told = dry(code=2)
    assert refusals(told) == ["UNSUPPORTED_SERVICE"]
    assert "supports only 'REPLICA'" in told["refusals"][0]["reason"]


def test_what_is_under_way(where: Somewhere, asked: set[str]) -> None:
    """A person is refused while another deployment runs, unless they would queue."""
    standin.push()
    record("20260103T000000Z", b.OTHER_DIGEST)
    at = At(lambda: where, Output(as_json=True))
    service = where.service("sample")
    assert (dry_run(at, service, b.SHA, "", may_wait=False), dry_run(at, service, b.SHA, "", may_wait=True)) == (2, 0)


def test_a_freeze(where: Somewhere) -> None:
    """During a freeze the dry run says that the release would be refused, by whom and why."""
    standin.push()
    standin.freezes().put_item(Item={"service": "sample", "reason": "a migration", "by": "ops", "frozen_at": "2026"})
    told = dry(code=2)
    assert refusals(told) == ["FROZEN"]


def test_what_is_live_already(site: Site) -> None:
    """A release that runs, and proves itself, would be no change."""
    digest = standin.push()
    standin.client("ecs").update_service(
        cluster="c",
        service="sample",
        taskDefinition=standin.register("sample", f"registry/{standin.REPOSITORY}@{digest}"),
    )
    standin.roll_out(digest=digest)
    site.sha = b.SHA
    told = dry()
    assert (told["preflight"]["code"], told["changes"]) == ("ALREADY_LIVE", [])


def test_a_reason_that_would_be_refused() -> None:
    """The request is read as Resolve reads it."""
    standin.push()
    assert refusals(dry("--reason", "x" * 201, code=2)) == ["BAD_FIELD"]


def test_no_fault() -> None:
    """A fault is baked into a build, and nothing is built."""
    told = dry("--fault", "slow", code=2)
    assert told["error"]["code"] == "NO_FAULT"
