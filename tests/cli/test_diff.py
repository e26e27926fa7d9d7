"""`landfall diff`: the live release against the one before it, or two that are named; never a value of a variable."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli import compared
from cli.command import At
from landfall.aws.dynamodb.ledger_chain import WALKED
from landfall.images import commit_details
from landfall.images.commit_details import Told
from tests.cli.world import SERVICE, A, B, landed, landfall
from tests.steps import standin

OLD, NEW = A[7:47], B[7:47]


def diff(*words: str) -> tuple[int, str, Any]:
    """Show the difference, for people and for programs."""
    people, programs = (landfall(["diff", *words, *more]) for more in ([], ["--json"]))
    return people.exit_code, people.output, json.loads(programs.stdout)


@pytest.fixture
def live(at: At) -> At:
    """Return an AWS where B runs, and A was proven before it, each with a value that nobody may see."""
    said = Told(NEW, "2026-01-01T08:00:00Z", "Ann", "red \x1b[31malarm", commit_details.WHOLE, (OLD,))
    standin.push(tag=OLD, content="a", digest=A, said=Told(OLD, history=commit_details.WHOLE))
    standin.push(tag=NEW, content="b", digest=B, said=said)
    old = standin.register("sample", f"registry/{standin.REPOSITORY}@{A}", environment=[variable("hidden-1")])
    landed("20260101T000000Z", A, old)
    new = standin.make_service(
        image=f"registry/{standin.REPOSITORY}@{B}", container={"environment": [variable("hidden-2")]}
    )
    standin.roll_out(digest=B)
    landed("20260102T000000Z", B, new)
    return at


def variable(value: str) -> dict[str, str]:
    """Return an environment variable."""
    return {"name": "PAYMENT_URL", "value": value}


@pytest.mark.parametrize("words", [(), (NEW,), (OLD, NEW), (A, B), ("20260101T000000Z-x", "20260102T000000Z-x")])
def test_the_live_release_against_the_one_before_it(live: At, words: tuple[str, ...]) -> None:
    """However the two are named, it is the same difference."""
    code, text, told = diff(*words)
    assert (code, told["before"]["git_sha"], told["after"]["git_sha"]) == (0, OLD, NEW)
    assert (told["commits"]["relation"], told["commits"]["added"]) == ("ahead", [NEW])
    assert "~ containerDefinitions.app.environment.PAYMENT_URL" in text
    assert "hidden" not in text + json.dumps(told)
    assert "\x1b" not in text


def test_backwards(live: At) -> None:
    """Before a rollback the same difference is read the other way round."""
    _, text, told = diff(NEW, OLD)
    assert (told["commits"]["relation"], told["commits"]["removed"]) == ("behind", [NEW])
    assert "1 removed: it goes back" in text


def test_nothing_before(live: At) -> None:
    """The first release has none before it, and the words say what to do."""
    result = landfall(["diff", OLD])
    assert (result.exit_code, "name two deployments" in result.output) == (2, True)


def test_reads_do_not_follow_the_ledger(live: At) -> None:
    """Ninety releases of the live image are passed over: at most WALKED proofs are read."""
    for number in range(3):
        landed(f"2026010{number + 3}T000000Z", B, "f:9")
    calls: list[str] = []
    live.cloud.session.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    landfall(["diff", NEW, "--service", SERVICE.name])
    assert 0 < len(calls) <= WALKED + 20


def test_of_an_index_the_platform_that_ran_is_compared() -> None:
    """The one that a task reported; else the one of the revision's architecture; of two that fit, none."""
    arm, intel, attestation = (f"sha256:{letter * 64}" for letter in "abc")
    platforms = [
        {"digest": arm, "platform": {"os": "linux", "architecture": "arm64"}},
        {"digest": intel, "platform": {"os": "linux", "architecture": "amd64"}},
        {"digest": attestation, "platform": {"os": "unknown", "architecture": "unknown"}},
    ]
    ran = {"provenance": {"tasks": [{"digests": {"app": arm}}]}}
    graviton: Any = ({"runtimePlatform": {"cpuArchitecture": "ARM64"}}, {})

    assert compared.platform_of({"manifests": platforms}, None, ran) == arm
    assert compared.platform_of({"manifests": platforms}, graviton, None) == arm
    assert compared.platform_of({"manifests": platforms}, ({}, {}), None) == intel
    assert compared.platform_of({"manifests": platforms[:1]}, None, None) == arm
    assert compared.platform_of({"manifests": [*platforms, platforms[0]]}, None, None) == ""
    assert compared.platform_of({"layers": []}, graviton, ran) == ""


def test_the_size_of_an_index_is_that_of_its_platform(at: At) -> None:
    """Its manifest is read in a second call; the words of its build are in the index."""
    child = [f"sha256:{letter * 64}" for letter in "de"]
    for tag, digest, platform, size in ((OLD, A, child[0], 100), (NEW, B, child[1], 130)):
        standin.push(tag=f"{tag}-amd64", digest=platform, layers=[("base", 90), (tag, size - 90)])
        standin.push(tag=tag, digest=digest, platforms=(platform,), said=Told(tag, history=commit_details.WHOLE))
        landed(f"2026010{1 if tag == OLD else 2}T000000Z", digest, standin.register("sample", f"registry/x@{digest}"))
    _, text, told = diff(OLD, NEW)
    assert (told["image"]["bytes_before"], told["image"]["bytes_after"], told["image"]["new_layers"]) == (100, 130, 1)
    assert "1 of 2 layers are new" in text
