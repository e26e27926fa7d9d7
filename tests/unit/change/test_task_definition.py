"""New revisions: the same in everything but the image and its traces."""

from __future__ import annotations

import copy
from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.change import task_definition
from landfall.model import Release
from tests.support import builders as b
from tests.unit.change.revisions import KEPT, PINNED, SIDECAR, released, template


def app(request: dict[str, Any]) -> dict[str, Any]:
    """Return the configured container of a request."""
    return next(c for c in request["containerDefinitions"] if c["name"] == "app")


def members(operation: str) -> set[str]:
    """Return what an ECS operation accepts, by AWS's own API model."""
    model = botocore.session.get_session().get_service_model("ecs")
    return set(model.operation_model(operation).input_shape.members)


def test_accepted_is_what_the_api_accepts() -> None:
    """A field that AWS adds to RegisterTaskDefinition must be copied too, or a release would silently drop it."""
    assert set(task_definition.ACCEPTED) | {"tags"} == members("RegisterTaskDefinition")


def test_read_only_fields_are_left_out() -> None:
    """DescribeTaskDefinition returns more than RegisterTaskDefinition accepts; nothing of that is sent back."""
    request = released()
    assert request.keys() <= members("RegisterTaskDefinition")
    assert None not in request.values()
    assert {k: request[k] for k in ("family", "cpu", "volumes", "runtimePlatform", "ephemeralStorage")} == {
        k: template()[k] for k in ("family", "cpu", "volumes", "runtimePlatform", "ephemeralStorage")
    }


def test_environment_of_the_release() -> None:
    """The image's own GIT_SHA and BUILD_TIME must not be overridden; the traces of the release replace older ones."""
    environment = {e["name"]: e["value"] for e in app(released())["environment"]}
    assert environment == {
        "LOG_LEVEL": "info",
        "IMAGE_DIGEST": b.DIGEST,
        "DEPLOYED_AT": "2026-01-02T03:04:05",
        "DEPLOYED_GIT_SHA": b.SHA,
    }
    assert len(app(released())["environment"]) == len(environment)


def test_container_without_environment() -> None:
    """A container that has no environment yet gets the traces all the same."""
    bare = template(containerDefinitions=[{"name": "app", "image": "x:1"}])
    assert [e["name"] for e in app(released(bare))["environment"]] == [
        "IMAGE_DIGEST",
        "DEPLOYED_AT",
        "DEPLOYED_GIT_SHA",
    ]


def test_only_the_configured_container_changes() -> None:
    """The image is pinned by digest in the one container; sidecars keep theirs, and their own GIT_SHA."""
    request = released()
    assert app(request)["image"] == PINNED
    assert {k: app(request)[k] for k in KEPT} == KEPT
    assert request["containerDefinitions"][1] == SIDECAR


def test_revision_is_tagged_with_commit_digest_and_execution() -> None:
    """Which commit, digest and deployment made a revision can be read from its tags; AWS's own are refused."""
    tags = released(tags={"team": "x", "aws:cloudformation:stack-name": "y", "landfall:git-sha": "old"})["tags"]
    assert {t["key"]: t["value"] for t in tags} == {
        "team": "x",
        "landfall:git-sha": b.SHA,
        "landfall:image-digest": b.DIGEST,
        "landfall:deployment": "20260102T030405Z-one",
        "landfall:role": "release",
    }
    assert len(tags) == 5


IMAGES = {
    "tag": ("registry/landfall/sample:latest", "registry/landfall/sample"),
    "no tag": ("registry/landfall/sample", "registry/landfall/sample"),
    "port and tag": ("localhost:5000/sample:latest", "localhost:5000/sample"),
    "port and no tag": ("localhost:5000/sample", "localhost:5000/sample"),
    "tag and digest": (f"registry/sample:1@{b.DIGEST}", "registry/sample"),
    "bare name": ("nginx:1.27", "nginx"),
}


@pytest.mark.parametrize(("image", "repository"), IMAGES.values(), ids=IMAGES.keys())
def test_pinned_copy(image: str, repository: str) -> None:
    """Going back to a revision that names its image by tag goes to the very bytes that ran."""
    old = template(containerDefinitions=[{"name": "app", "image": image}, SIDECAR])
    request = task_definition.pinned_copy(old, {"aws:x": "y"}, {"app": b.OLD_DIGEST}, "d")
    assert app(request)["image"] == f"{repository}@{b.OLD_DIGEST}"
    assert request["containerDefinitions"][1] == SIDECAR
    assert {t["key"]: t["value"] for t in request["tags"]} == {"landfall:deployment": "d", "landfall:role": "baseline"}
    assert {k: v for k, v in request.items() if k not in ("tags", "containerDefinitions")} == {
        k: v
        for k, v in template().items()
        if k in task_definition.ACCEPTED and k != "containerDefinitions" and v is not None
    }


def test_pinned_copy_changes_nothing_but_the_image() -> None:
    """The way back keeps the baseline's own GIT_SHA, stale or not: it is what ran."""
    request = task_definition.pinned_copy(template(), {}, {"app": b.OLD_DIGEST}, "d")
    assert {**app(request), "image": ""} == {**app(template()), "image": ""}


UNPINNED = {
    "by tag": ("r/x:latest", ("app", "agent")),
    "by digest": (PINNED, ("agent",)),
    "by tag and digest": (f"r/x:1@{b.DIGEST}", ("agent",)),
    "by nothing": ("r/x", ("app", "agent")),
    "no image": (None, ("app", "agent")),
}


@pytest.mark.parametrize(("image", "names"), UNPINNED.values(), ids=UNPINNED.keys())
def test_unpinned(image: str | None, names: tuple[str, ...]) -> None:
    """Only an image named by digest is sure to start the same bytes again."""
    old = template(containerDefinitions=[{"name": "app", "image": image}, SIDECAR])
    assert task_definition.unpinned(old) == names
    assert task_definition.container_names(old) == ("app", "agent")


R = "registry/landfall/sample"
CONTAINERS_OF: dict[str, tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]] = {
    "alone": ({"app": f"{R}:1"}, ("app",), ()),
    "an init container": ({"migrate": f"{R}:1", "app": f"{R}:1", "agent": "x/agent:7"}, ("migrate", "app"), ()),
    "by one digest": ({"app": f"{R}@{b.DIGEST}", "worker": f"{R}:9@{b.DIGEST}"}, ("app", "worker"), ()),
    "on another tag": ({"app": f"{R}:1", "worker": f"{R}:2"}, ("app",), ("worker",)),
    "on another digest": ({"app": f"{R}@{b.DIGEST}", "worker": f"{R}@{b.OLD_DIGEST}"}, ("app",), ("worker",)),
    "left behind by tag": ({"app": f"{R}@{b.DIGEST}", "migrate": f"{R}:latest"}, ("app",), ("migrate",)),
    "of another registry": ({"app": f"{R}:1", "worker": "ghcr.io/landfall/sample:1"}, ("app",), ()),
    "meant to differ": ({"app": f"{R}:1", "old": f"{R}:0"}, ("app",), ()),
    "meant to stay, alike today": ({"app": f"{R}:1", "old": f"{R}:1"}, ("app",), ()),
    "no such container": ({"agent": "x/agent:7"}, (), ()),
}


@pytest.mark.parametrize(("images", "ours", "others"), CONTAINERS_OF.values(), ids=CONTAINERS_OF.keys())
def test_containers_of_the_released_image(
    images: dict[str, str], ours: tuple[str, ...], others: tuple[str, ...]
) -> None:
    """Every container that runs the released image is released; one on another image of its repository is named."""
    old = {"family": "f", "containerDefinitions": [{"name": n, "image": i} for n, i in images.items()]}
    assert task_definition.released_containers(old, "app", ("old",)) == ours
    assert tuple(task_definition.other_images(old, "app", ("old",))) == others
    made = task_definition.release_revision(old, {}, b.release(image=PINNED), "app", "now", keep=("old",))
    for container in made["containerDefinitions"]:
        assert container["image"] == (PINNED if container["name"] in ours else images[container["name"]])
        assert ("DEPLOYED_GIT_SHA" in str(container)) is (container["name"] in ours)


VALUES = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3), max_size=2)
VARIABLES = st.fixed_dictionaries(
    {"name": st.sampled_from(["GIT_SHA", "BUILD_TIME", "IMAGE_DIGEST", "A"]) | st.text(max_size=4), "value": st.text()}
)
CONTAINERS = st.fixed_dictionaries(
    {"name": st.sampled_from(["app", "agent", "x"]), "image": st.sampled_from(["r/x", "r/x:1", PINNED])},
    optional={"environment": st.lists(VARIABLES, max_size=4), "secrets": VALUES, "command": VALUES},
)
TEMPLATES = st.fixed_dictionaries(
    {"family": st.just("sample"), "containerDefinitions": st.lists(CONTAINERS, max_size=3)},
    optional=dict.fromkeys(["cpu", "volumes", "status", "revision", "registeredAt", "taskRoleArn", "new"], VALUES),
)
TAGS = st.dictionaries(st.sampled_from(["aws:x", "team", "landfall:role"]), st.text(max_size=3))


@given(TEMPLATES, TAGS)
def test_input_is_never_changed(old: dict[str, Any], tags: dict[str, str]) -> None:
    """Both requests are new values: the template is used again, for the way back."""
    before = copy.deepcopy((old, tags))
    release: Release = b.release()
    task_definition.release_revision(old, tags, release, "app", "now")
    task_definition.pinned_copy(old, tags, {"app": b.OLD_DIGEST}, "d")
    assert (old, tags) == before


@given(TEMPLATES, TAGS)
def test_everything_else_is_kept(old: dict[str, Any], tags: dict[str, str]) -> None:
    """Whatever a task definition holds: others are untouched, ours differ in image and environment only."""
    request = task_definition.release_revision(old, tags, b.release(image=PINNED), "app", "now")
    ours = task_definition.released_containers(old, "app")
    for was, became in zip(old["containerDefinitions"], request["containerDefinitions"], strict=True):
        if was["name"] not in ours:
            assert became == was
            continue
        assert became["image"] == PINNED
        assert {**became, "image": 0, "environment": 0} == {**was, "image": 0, "environment": 0}
        names = [e["name"] for e in became["environment"]]
        assert not {"GIT_SHA", "BUILD_TIME"} & set(names)
        assert names.count("IMAGE_DIGEST") == 1


def test_the_family_of_a_revision() -> None:
    """Its name without cluster, account and number."""
    assert task_definition.family(b.REVISION) == "sample"


@pytest.mark.parametrize(
    ("container", "repository", "image", "is_of"),
    [
        ("app", "landfall/sample", PINNED, True),
        ("app", "landfall/other", PINNED, False),
        ("app", "landfall/sample", f"elsewhere/landfall/sample@{b.DIGEST}", False),
        ("nobody", "landfall/sample", PINNED, False),
    ],
    ids=["ours", "of another repository", "of another registry", "no such container"],
)
def test_whose_image_a_container_runs(container: str, repository: str, image: str, is_of: bool) -> None:
    """A digest means something in its own repository alone."""
    running = {"containerDefinitions": [{"name": "app", "image": f"registry/landfall/sample@{b.OLD_DIGEST}"}]}
    assert task_definition.is_of_repository(running, container, repository, image) is is_of
