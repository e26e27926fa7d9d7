"""`landfall images clean` on the local AWS's registry, with real pushes. Part of `make test-long`.

What nobody needs goes, an index before its parts; and the way back still works afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cli.deployments.running_execution import Ending
from local.stage.landfall_stage import Stage, staged
from tests.e2e import by_hand, laws
from tests.e2e.command import landfall
from tests.e2e.pushing import pushed

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SERVICE = "cleaned"
REPOSITORY = f"landfall/{SERVICE}"
UNHURRIED: dict[str, Any] = {"smoke": {"max_response_seconds": 30}, "stack": {"start_period_seconds": 60}}
"""The service is not slow, but the machine may be."""
INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a local AWS with one service."""
    with staged(tmp_path_factory.mktemp("aws"), (SERVICE,), overrides={SERVICE: UNHURRIED}) as stage:
        yield stage


def proven(stage: Stage, name: str) -> Ending:
    """Push a good release and return how its deployment ended."""
    ending = pushed(stage, SERVICE, name)
    laws.hold(stage, ending, SERVICE, "SUCCEEDED")
    return ending


def put(stage: Stage, manifest: dict[str, Any], kind: str) -> str:
    """Put an untagged manifest into the repository, which starts nothing. Return its digest."""
    reply = stage.aws.client("ecr").put_image(
        repositoryName=REPOSITORY, imageManifest=json.dumps(manifest), imageManifestMediaType=kind
    )
    return str(reply["image"]["imageId"]["imageDigest"])


def like(stage: Stage, digest: str, name: str) -> dict[str, Any]:
    """Return the manifest of an image, with another name in it."""
    found = stage.aws.client("ecr").batch_get_image(repositoryName=REPOSITORY, imageIds=[{"imageDigest": digest}])
    return {**json.loads(found["images"][0]["imageManifest"]), "annotations": {"name": name}}


def there(stage: Stage) -> set[str]:
    """Return the digests that are in the repository."""
    images = stage.aws.client("ecr").describe_images(repositoryName=REPOSITORY)["imageDetails"]
    return {str(image["imageDigest"]) for image in images}


def told(stage: Stage, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run `landfall images` for the last two proven releases, as if every image were old."""
    code, said = landfall(stage, "images", *arguments, SERVICE, "--keep", "2", "--days", "0", "--json")
    return code, json.loads(said)


def test_clean_deletes_what_nobody_needs_and_the_way_back_works(stage: Stage) -> None:
    """Three releases, an index with two parts that share nothing, a stray image, and one of somebody's revision."""
    oldest, behind, live = (proven(stage, name) for name in ("oldest", "behind", "live"))
    a, b, c = (str(ending.record["image_digest"]) for ending in (oldest, behind, live))
    kind = str(like(stage, a, "a")["mediaType"])
    parts = [put(stage, like(stage, a, f"part {n}"), kind) for n in (1, 2)]
    described = [{"digest": part, "mediaType": kind, "size": 1} for part in parts]
    index = put(stage, {"schemaVersion": 2, "mediaType": INDEX, "manifests": described}, INDEX)
    stray, theirs = (put(stage, like(stage, a, name), kind) for name in ("stray", "theirs"))
    uri = stage.aws.client("ecr").describe_repositories(repositoryNames=[REPOSITORY])["repositories"][0][
        "repositoryUri"
    ]
    container = {"name": "job", "image": f"{uri}@{theirs}", "memory": 128}
    by_hand.registered(stage, live.record["task_definition"], family="jobs", containerDefinitions=[container])
    everything = there(stage)
    assert everything == {a, b, c, *parts, index, stray, theirs}

    code, document = told(stage, "list")
    assert code == 0
    stands = {row["digest"]: row["standing"] for row in document["images"]}
    assert (stands[c], stands[b], stands[theirs]) == ("live", "way back", "in use, not by Landfall")
    assert told(stage, "clean")[1]["dry_run"] is True
    assert there(stage) == everything

    refused = stage.aws.client("ecr").batch_delete_image(
        repositoryName=REPOSITORY, imageIds=[{"imageDigest": parts[0]}]
    )
    assert refused["failures"][0]["failureCode"] == "ImageReferencedByManifestList"

    code, document = told(stage, "clean", "--yes")
    assert (code, document["failed"], document["left"]) == (0, {}, 0), document
    assert there(stage) == {b, c, theirs}, document
    active = stage.ecs.list_task_definitions(familyPrefix=f"landfall-{SERVICE}")["taskDefinitionArns"]
    assert oldest.record["task_definition"] not in active
    assert behind.record["task_definition"] in active

    code, said = landfall(stage, "rollback", "--service", SERVICE, "--yes")
    assert code == 0, said
    assert stage.live(SERVICE)["gitSha"] == behind.record["git_sha"]
    proven(stage, "after")
