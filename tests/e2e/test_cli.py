"""The `landfall` command against the real pipeline: what it says, and above all the exit codes that CI believes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.deployments.running_execution import Ending, Follower
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage
from tests.e2e import laws
from tests.e2e.command import git, landfall, repository
from tests.e2e.locking import locked
from tests.e2e.stopping import eventually

pytestmark = pytest.mark.e2e

SERVICE = ("--service", "commanded")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Git repository whose commits are released."""
    return repository(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def released(stage: Stage, checkout: Path) -> str:
    """Release the last commit and return what was said."""
    code, said = landfall(stage, "release", *SERVICE, "--reason", "the month's end", directory=checkout)
    assert code == 0, said
    return said


def asked(stage: Stage, document: dict[str, str]) -> Ending:
    """Ask the service's front for something, as the console does, and wait for what becomes of it."""
    front = stage.pipeline["StateMachineArn"] + "-ask-commanded"
    begun = stage.stepfunctions.start_execution(stateMachineArn=front, input=json.dumps(document))
    follower = Follower(stage.stepfunctions, begun["executionArn"])
    for _ in follower.until_the_end():
        pass
    return follower.ending()


def test_a_good_release_exits_0(stage: Stage, checkout: Path, released: str) -> None:
    """From the commit to the proof: built, found by its digest, followed, live."""
    sha = git(checkout, "rev-parse", "HEAD")
    for text in ("✓ commit", "✓ target", " s  build ", "CheckStability", "SmokeTest", "SUCCEEDED", sha):
        assert text in released
    assert stage.live("commanded")["gitSha"] == sha


def test_the_record_says_who_asked_for_the_build(stage: Stage, checkout: Path, released: str) -> None:
    """A push tells of nobody: who asked, when, with what and why was recorded before the build, and is joined to it."""
    sha = git(checkout, "rev-parse", "HEAD")
    (record,) = (r for r in stage.records("commanded") if r["git_sha"] == sha and r["requested_by"] == "ECR push")
    assert record["asked_by"].startswith("arn:aws:")
    assert record["asked_via"].startswith("landfall")
    assert record["asked_why"] == "the month's end"
    assert record["asked_at"] < record["started_at"]
    assert ":execution:landfall-ask-commanded:" in record["asked_in"]
    assert record["asked_build"].startswith("landfall-build-commanded:")
    code, said = landfall(stage, "show", str(record["deployment_id"]))
    assert (code, record["asked_by"] in said, "the month's end" in said) == (0, True, True)


def test_status_and_release_again(stage: Stage, checkout: Path, released: str) -> None:
    """Status names the live commit as proven, and releasing it again is done at once, without a new build."""
    code, said = landfall(stage, "status", *SERVICE, "--json")
    (live,) = json.loads(said)["services"]
    sha = git(checkout, "rev-parse", "HEAD")
    assert (code, live["commit"], live["proven"], live["requested_by"]) == (0, sha, True, "ECR push")
    assert live["asked_why"] == "the month's end"
    code, said = landfall(stage, "release", *SERVICE, directory=checkout)
    assert (code, "was built before" in said, "NO_CHANGE" in said) == (0, True, True)


def test_the_front_takes_a_commit_and_starts_its_own_service_alone(stage: Stage, checkout: Path, released: str) -> None:
    """What names anything else is refused with nothing recorded or started; what is asked well is deployed as asked."""
    sha = git(checkout, "rev-parse", "HEAD")
    known = len(stage.records("commanded"))
    refused = asked(stage, {"commit": sha, "wants": "deployment", "service": "landing"})
    assert (refused.status, refused.error, "field service is unknown" in refused.cause) == (
        "FAILED",
        "RequestRefused",
        True,
    )
    assert len(stage.records("commanded")) == known
    begun = asked(stage, {"commit": sha, "wants": "deployment", "reason": "to see it", "requested_by": "a colleague"})
    assert (begun.status, begun.states[-1]) == ("SUCCEEDED", "Started")
    code, said = landfall(stage, "watch", sha)
    assert (code, "NO_CHANGE" in said) == (0, True), said
    record = stage.records("commanded")[-1]
    assert (record["asked_by"], record["asked_why"]) == ("a colleague", "to see it")
    assert record["execution_arn"].rpartition(":")[2] == record["asked_in"].rpartition(":")[2]


def test_a_bad_release_exits_1(stage: Stage, inbox: Inbox, checkout: Path, released: str, tmp_path: Path) -> None:
    """Rolled back means red, also in the summary of a CI job; the commit before is live, and subscribers are told."""
    live, summary, told = stage.live("commanded"), tmp_path / "summary.md", len(inbox.messages())
    bad = ("--commit", "HEAD~1", "--fault", "crash-on-start", "--summary", str(summary))
    code, said = landfall(stage, "release", *SERVICE, *bad, directory=checkout)
    assert code == 1, said
    assert "ROLLED_BACK" in said
    assert "exited with code 3" in said
    assert "failed; what ran before is back, and proven" in summary.read_text()
    assert stage.live("commanded")["gitSha"] == live["gitSha"]
    failed = stage.records("commanded")[-1]
    ending = stage.ended(Follower(stage.stepfunctions, failed["execution_arn"]), "commanded")
    laws.hold(stage, ending, "commanded", "ROLLED_BACK")
    message = inbox.messages(at_least=told + 1, seconds=60)[-1]
    laws.told_of_a_rollback(message, failed, live=live["gitSha"])
    assert "exited with code 3" in message.body
    revision = stage.ecs.describe_task_definition(taskDefinition=failed["task_definition"])["taskDefinition"]
    assert revision["status"] == "INACTIVE"


def test_ctrl_c_leaves_the_deployment_running(stage: Stage, checkout: Path, released: str) -> None:
    """An interrupted command says how to watch and how to stop; the deployment lands without it.

    It is the commit whose release was rehearsed with a fault before: that is not in its way. The deployment waits for
    the lock until the command has been interrupted: on a busy machine it would end before.
    """
    good = ("--commit", "HEAD~1")
    with locked(stage, "commanded"):
        code, said = landfall(stage, "release", *SERVICE, *good, directory=checkout, interrupt_at="following")
    assert code == 130
    assert "goes on without you" in said
    arn = next(line.split()[-2] for line in said.splitlines() if "watch it again" in line)
    code, said = landfall(stage, "watch", arn)
    assert (code, "SUCCEEDED" in said) == (0, True), said


def test_rollback_goes_to_what_the_revision_said_that_was_proven(stage: Stage, checkout: Path, released: str) -> None:
    """By hand, to a proven release, with the same proof; and the family's bare name resolves to what is live."""
    sha = git(checkout, "rev-parse", "HEAD")
    proven = next(r for r in stage.records("commanded") if r["git_sha"] == sha and r["outcome"] == "SUCCEEDED")
    code, said = landfall(stage, "rollback", *SERVICE, "--to", sha[:12], "--reason", "a drill", "--json", "--yes")
    assert code == 0, said
    record = stage.records("commanded")[-1]
    assert (record["intent"], record["reason"], record["outcome"]) == ("rollback", "a drill", "SUCCEEDED")
    newest = stage.ecs.describe_task_definition(taskDefinition="landfall-commanded")["taskDefinition"]
    assert record["task_definition"] == newest["taskDefinitionArn"] != proven["task_definition"]
    laws.law_1(stage, "commanded", digest=proven["image_digest"], sha=sha)


def test_what_is_refused_exits_2_and_touches_nothing(stage: Stage, checkout: Path, released: str) -> None:
    """A dirty tree, a commit that can't be built, a release that was never proven: each in plain words."""
    before = laws.untouched(stage, "commanded")
    (checkout / "draft").write_text("not committed")
    for arguments, words in (
        (("release", *SERVICE), "uncommitted changes: draft"),
        (("release", *SERVICE, "--ci", "--sha", "main"), "'main' is not a full commit id"),
        (("release", "--service", "nope"), "'nope' is not in services.toml"),
        (("rollback", *SERVICE, "--to", "0" * 40), "is not a proven release"),
        (("watch", "no-such-deployment"), "knows no deployment"),
    ):
        code, said = landfall(stage, *arguments, directory=checkout)
        assert (code, words in " ".join(said.split())) == (2, True), said
    (checkout / "draft").unlink()
    assert laws.untouched(stage, "commanded") == before


def test_a_rejected_deployment_exits_2(stage: Stage) -> None:
    """What the pipeline itself refused is told by watching it."""
    ending = stage.ended(stage.start({"service": "commanded", "image_tag": "final-v3"}), "commanded")
    code, said = landfall(stage, "watch", ending.record["deployment_id"])
    assert (code, "REJECTED" in said, "final-v3" in said) == (2, True, True)


def test_an_aborted_deployment_goes_back_and_its_record_names_who_aborted(
    stage: Stage, checkout: Path, released: str
) -> None:
    """The door stops the execution, the event starts the recovery, and the evidence has the name that AWS gave."""
    git(checkout, "commit", "--allow-empty", "-qm", "to be aborted")
    late = ("--fault", "late")
    landfall(stage, "release", *SERVICE, *late, directory=checkout, interrupt_at="UpdateService")
    record = eventually(lambda: next((r for r in stage.records("commanded") if "outcome" not in r), None), "a record")
    code, said = landfall(stage, "abort", record["deployment_id"], "--yes", "--reason", "wrong colour")
    assert (code, "waiting for its recovery" in said, "ROLLED_BACK" in said) == (1, True, True), said

    ended = stage.record_of(record["execution_arn"], "commanded")
    who = "arn:aws:iam::000000000000:user/local"
    assert (json.loads(ended["abort"])["who"], f"aborted by {who}" in ended["why"]) == (who, True)
    assert f"aborted by {who}" in " ".join(landfall(stage, "show", record["deployment_id"])[1].split())
    assert landfall(stage, "verify-evidence", *SERVICE)[0] == 0
    again, told = landfall(stage, "abort", record["deployment_id"], "--yes")
    assert (again, "nothing to abort" in " ".join(told.split())) == (2, True)


def test_doctor_names_what_is_missing(stage: Stage) -> None:
    """A topic nobody has subscribed to is found, with the way to mend it; all else is well."""
    code, said = landfall(stage, "doctor", "--json")
    findings = {f["name"]: f for f in json.loads(said)["findings"]}
    assert findings["identity"]["ok"]
    assert findings["commanded"]["ok"]
    assert (code == 0) == all(f["ok"] for f in findings.values())
    assert findings["subscribers"]["ok"] or "aws sns subscribe" in findings["subscribers"]["mend"]
    after = findings["  after-check"]
    assert "is there" in after["seen"] if after["ok"] else "aws lambda create-function" in after["mend"]
