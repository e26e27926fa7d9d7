"""`landfall freeze` and `unfreeze`: what is written, what is refused, and what the other commands say of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.command import At
from landfall.partitions import EVERY_SERVICE
from tests.cli.world import SERVICE, landfall, record
from tests.steps import standin


def run(*words: str) -> Any:
    """Run the command."""
    return landfall(words)


def kept() -> dict[str, dict[str, Any]]:
    """Return what the table holds, by service."""
    return {item["service"]: item for item in standin.freezes().scan()["Items"]}


def test_who_froze_what_and_why_is_kept(at: At) -> None:
    """The identity comes from AWS, not from the command line."""
    result = run("freeze", "sample", "--reason", "a migration", "--until", "2099-12-27T08:00:00+02:00")
    assert result.exit_code == 0, result.output
    found = kept()["sample"]
    assert (found["reason"], found["until"]) == ("a migration", "2099-12-27T06:00:00Z")
    assert found["by"] == at.cloud.identity
    assert ":user/" in found["by"] or ":assumed-role/" in found["by"] or ":sts:" in found["by"]


def test_all_services_are_frozen_and_lifted(at: At) -> None:
    """Without a service it is all of them; who lifted it is kept too."""
    assert run("freeze", "--reason", "year's end").exit_code == 0
    assert run("unfreeze").exit_code == 0
    found = kept()[EVERY_SERVICE]
    assert (found["reason"], found["lifted_by"]) == ("year's end", at.cloud.identity)
    assert f"{at.cloud.identity} lifted it at" in run("unfreeze").output.replace("\n", "")


def test_a_freeze_may_be_replaced_and_made_again(at: At) -> None:
    """A longer one in its place, and a new one after it was lifted."""
    for words in (["--for", "2h"], ["--for", "3h"]):
        assert run("freeze", "sample", "--reason", "x", *words).exit_code == 0
    assert run("unfreeze", "sample").exit_code == 0
    assert run("freeze", "sample", "--reason", "again").exit_code == 0
    assert (kept()["sample"]["reason"], kept()["sample"]["lifted_at"]) == ("again", "")


def test_what_is_still_frozen_is_said(at: At) -> None:
    """A service's own freeze outlives that of all, and the other way round."""
    run("freeze", "sample", "--reason", "a migration")
    run("freeze", "--reason", "year's end")
    lifted = json.loads(run("unfreeze", "--json").stdout)
    assert [each["reason"] for each in lifted["still_frozen"]] == ["a migration"]
    run("freeze", "--reason", "year's end")
    lifted = json.loads(run("unfreeze", "sample", "--json").stdout)
    assert [each["service"] for each in lifted["still_frozen"]] == [EVERY_SERVICE]


REFUSED = {
    "a service nobody knows": (("freeze", "nobody", "--reason", "x"), "'nobody' is not in services.toml"),
    "no reason": (("freeze", "sample"), "--reason"),
    "an empty reason": (("freeze", "sample", "--reason", " "), "--reason ' '"),
    "a time that is over": (("freeze", "--reason", "x", "--until", "2020-01-01T00:00:00Z"), "--until '2020-01-01"),
    "both ends": (("freeze", "--reason", "x", "--until", "2099-01-01T00:00:00Z", "--for", "2h"), "give one of them"),
    "nothing to lift": (("unfreeze", "sample"), "not frozen"),
}


@pytest.mark.parametrize(("words", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(at: At, words: tuple[str, ...], told: str) -> None:
    """Exit 2, what is wrong with which option, and nothing is written."""
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert told in result.output
    assert kept() == {}


def test_a_deployment_under_way_is_told_of(at: At) -> None:
    """The output names running deployments, which the freeze doesn't stop."""
    under_way = record("20260101T000000Z", "sha256:" + "a" * 64)["deployment_id"]
    told = json.loads(run("freeze", "sample", "--reason", "x", "--json").stdout)
    assert told["under_way"] == [under_way]


def test_status_and_release_say_it(at: At) -> None:
    """`release` says so before it builds anything; `status` shows it, whether it ends or not."""
    standin.make_service()
    assert json.loads(run("status", "--json").stdout)["services"][0]["frozen"] == []
    run("freeze", "--reason", "year's end")
    (told,) = json.loads(run("status", "--json").stdout)["services"][0]["frozen"]
    assert "year's end" in told
    assert "until somebody unfreezes it" in told
    refused = run("release", "--service", SERVICE.name, "--ci", "--commit", "a" * 40)
    assert (refused.exit_code, "year's end" in refused.output) == (2, True), refused.output
