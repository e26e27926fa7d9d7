"""What travels between the states fits, for the largest settings there may be; and nothing of it is lost on the way."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import acquire_lock
import preflight
import register_task_definition
import report
import rollback
import smoke_test
import update_service
from landfall import wire
from landfall.errors import StepOutputTooLarge
from landfall.judging import Judgement
from landfall.ledger import recovery, resolved
from landfall.ledger.deployment_record import Ended
from landfall.ledger.recovery import Plan, Progress
from landfall.model import Baseline, Deployment, Failure, Intent, Kind, Outcome, Release, failed, passed
from landfall.settings import Limits
from landfall.settings.smoke import MOST_CHECKS
from landfall.smoke.case import Check
from landfall.wire import fitting, parse
from tests.support import builders as b

CHARACTERS = ["r", '"', "漢", "\U0001f680", "\x1b", "\ud800"]
REGION, ACCOUNT = "us-gov-west-1", "123456789012"
FAMILY = "f" * 255
"""The longest name of a family, and of a repository 256 (ECS and ECR API references)."""
REPOSITORY = "r" * 256
MOST_CONTAINERS = 10
"""Of a task definition (Amazon ECS service quotas)."""
TIME = "2026-01-02T03:04:05.123456+00:00"
PLATFORMS, NAME = st.integers(0, 8), st.integers(1, 40)


def arn(service: str, rest: str) -> str:
    """Return an ARN of the longest partition and region."""
    return f"arn:aws-us-gov:{service}:{REGION}:{ACCOUNT}:{rest}"


def digests(count: int) -> tuple[str, ...]:
    """Return so many digests."""
    return tuple(f"sha256:{n:064x}" for n in range(count))


def revision(number: int) -> str:
    """Return a revision of the longest name."""
    return arn("ecs", f"task-definition/{FAMILY}:{10**9 + number}")


def release(platforms: int, character: str) -> Release:
    """Return a release of the largest kind."""
    said = character * 200
    return Release(
        service="s" * 31,
        deployment_id=f"20260102T030405Z-{'d' * 80}",
        execution_arn=arn("states", f"execution:landfall:{'d' * 80}"),
        requested_at=TIME,
        started_at=TIME,
        repository=REPOSITORY,
        image=f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{REPOSITORY}@{digests(1)[0]}",
        image_digest=digests(1)[0],
        accepted_digests=digests(1 + platforms),
        git_sha="a" * 40,
        intent=Intent.ROLLBACK,
        # what a request holds is printable (request.py)
        reason=said if said.isprintable() else "r" * 200,
        requested_by=said if said.isprintable() else "r" * 200,
        fence=10**9,
        limits=Limits(**dict.fromkeys(asdict(Limits()), 10**6)),
        stability_attempts=10**6,
        revision=revision(0),
        bakes=1,
    )


def containers(name: int) -> list[str]:
    """Return the names of as many containers as a task may have, all of the released image."""
    return [f"{n}{'c' * (name - 1)}" for n in range(MOST_CONTAINERS)]


def baseline(platforms: int, name: int, character: str, dead: int = 0) -> Baseline:
    """Return a baseline of the largest kind."""
    names = containers(name)
    return Baseline(
        task_definition=revision(1),
        digests={each: f"sha256:{n:064x}" for n, each in enumerate(names)},
        git_sha="b" * 40,
        desired_count=5000,
        healthy_targets=1000,
        base_url=f"https://{'u' * 253}",
        checks={"x" * 38 + f"{n:02}": "RETRY" for n in range(10 + MOST_CHECKS)},
        restore_to=revision(2),
        restores=f"the last proven release, {'b' * 40}, since what ran was never proven",
        accepted=dict.fromkeys(names, digests(1 + platforms)),
        proven_sha="b" * 40,
        ecs_deployment=f"ecs-svc/{10**18}",
        warnings=(character * 200,) * 5,
        dead_targets=tuple(f"10.100.100.{n}:65535" for n in range(dead)),
    )


def deployment(platforms: int, name: int, kind: Kind = Kind.RELEASE) -> Deployment:
    """Return a deployment of the largest kind."""
    return Deployment(
        kind=kind,
        id=f"ecs-svc/{10**18}",
        task_definition=revision(3),
        desired_count=5000,
        digests=dict.fromkeys(containers(name), digests(1 + platforms)),
        git_sha="a" * 40,
        updated_at=TIME,
        deadline=TIME,
        undoes=revision(4),
        health_checked=tuple(containers(name)),
    )


def answers(platforms: int, name: int, character: str) -> dict[str, Any]:
    """Return the largest answer of every step that carries more than an id."""
    verdict = failed("DEPLOYMENT_IN_FLIGHT", character * 5000)
    ours, ran = release(platforms, character), baseline(platforms, name, character)
    going, back = deployment(platforms, name), deployment(platforms, name, Kind.ROLLBACK)
    checks = tuple(Check("x" * 40, "RETRY", character * 200, character * 200) for _ in range(10 + MOST_CHECKS))
    failure = Failure("CheckTargetHealth", "CRASH_LOOP", character * 5000)
    closed = Ended(ours, Outcome.ROLLBACK_FAILED, verdict, ran, back, failure, checks)
    lost = recovery.plan(
        {
            "unfinished": "yes",
            "execution_arn": ours.execution_arn,
            "release": json.dumps(asdict(ours)),
            "progress": json.dumps(asdict(Progress(ran, going))),
        },
        "TIMED_OUT",
        None,
        None,
    )
    return {
        "Resolve": resolved.Resolved("RESOLVED", verdict, ours),
        "Resolve, to finish": resolved.recovering(Plan(passed("FINISH", ""), closed), fence=10**9),
        "Resolve, to give up": resolved.recovering(Plan(passed("EXHAUSTED", ""), closed)),
        "Resolve, to recover": resolved.recovering(lost),
        "AcquireLock": acquire_lock.Output(verdict, ours),
        "Preflight": preflight.Output(verdict, replace(ran, restore_to=None, restores="", accepted={}, proven_sha="")),
        "RegisterTaskDefinition": register_task_definition.Output(replace(going, undoes=""), ran),
        "UpdateService": update_service.Output(verdict, going),
        "Rollback": rollback.Output(verdict, back),
        "SmokeTest": smoke_test.Output(verdict, checks),
        "a judging step": Judgement(verdict),
        "Report": report.Output(f"s3://{'b' * 63}/{'s' * 31}/{'d' * 97}/report-{'f' * 64}.html", "ROLLBACK_FAILED"),
    }


STEPS = list(answers(1, 1, "r"))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("character", CHARACTERS, ids=ascii)
def test_the_largest_answer_of_each_step_fits(step: str, character: str) -> None:
    """Eight platforms, ten containers of the image, names and texts of their greatest lengths, in whatever script."""
    assert fitting(asdict(answers(8, 40, character)[step]))


@settings(max_examples=20)
@given(PLATFORMS, NAME, st.sampled_from(CHARACTERS), st.integers(0, 40))
def test_what_may_be_begun_can_be_recovered(platforms: int, name: int, character: str, dead: int) -> None:
    """Where the step before the update lets a deployment go on, the answer of its recovery fits."""
    ours, ran = release(platforms, character), baseline(platforms, name, character, dead)
    try:
        recovery.must_fit(ours, ran)
    except StepOutputTooLarge:
        assert dead
        return
    ended = Ended(
        ours,
        Outcome.ROLLBACK_FAILED,
        failed("EXECUTION_STOPPED", "r" * 400),
        ran,
        deployment(platforms, name),
        Failure("Recovery", "EXECUTION_STOPPED", "r" * 400),
    )
    assert fitting(asdict(resolved.recovering(Plan(passed("RECOVER", ""), ended))))


def test_a_deployment_that_no_recovery_could_carry_is_refused_with_its_way_out() -> None:
    """With hundreds of dead targets nothing is started, and the message says what to fix."""
    with pytest.raises(StepOutputTooLarge, match="deregister dead targets \\(400\\)"):
        recovery.must_fit(release(1, "r"), baseline(1, 10, "r", dead=400))


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True), st.sampled_from([(b.DIGEST,), (b.DIGEST, b.OLD_DIGEST)])
    )
)
def test_nothing_is_lost_on_the_way(found: dict[str, tuple[str, ...]]) -> None:
    """Containers that share digests travel as one, and arrive each by itself."""
    before = b.deployment(digests=found)
    assert parse(Deployment, fitting(asdict(before))) == before
    ran = b.baseline(digests={name: digest[0] for name, digest in found.items()}, accepted=found)
    assert parse(Baseline, fitting(asdict(ran))) == ran
    assert parse(Baseline, asdict(ran)) == ran


def test_digests_that_are_shared_are_told_once() -> None:
    """Ten containers of an image cost their names and one list."""
    small = wire.packed(asdict(b.deployment(digests=dict.fromkeys("abc", (b.DIGEST, b.OLD_DIGEST)))))
    assert small["digests"] == {"a": (b.DIGEST, b.OLD_DIGEST), "b": 0, "c": 0}


@given(st.integers(0, 400))
def test_what_does_not_fit_is_refused_before_step_functions_refuses_it(more: int) -> None:
    """An answer over the limit ends the step by a named error, which the machine catches."""
    answer = {"text": "x" * (wire.OUTPUT_LIMIT - len('{"text": ""}'))}
    assert fitting(answer) == answer
    with pytest.raises(StepOutputTooLarge, match=f"{wire.OUTPUT_LIMIT + 1 + more} bytes"):
        fitting({"text": answer["text"] + "x" * (more + 1)})
