"""Law 1 and law 8 as properties of the whole judgement, over timelines nobody wrote down.

`HYPOTHESIS_PROFILE=long` tries 10,000 of each. What was found on the way is a scenario in scenarios/7-found.toml.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from landfall.model import Kind, State
from landfall.proof import law1, stability, stops
from landfall.proof.observed import Look, service_view, target_view, task_view
from tests.campaigns.torture import picture, replies, roles
from tests.campaigns.torture.asl import Clock
from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.facts import FOREVER, DeploymentFact, Phase, ServiceFact, TargetFact, TaskFact
from tests.campaigns.torture.replies import moment
from tests.campaigns.torture.roles import DIGESTS, SHAS
from tests.campaigns.torture.scenario import Scenario, scenario
from tests.support import builders as b

PLAIN = scenario("good")
TIMES = st.sampled_from([-500.0, 0.0, 5.0, 20.0, 50.0, 90.0, 300.0]) | st.just(FOREVER)
ROLES = st.sampled_from(["ours", "ours", "ours", "old", "other", "again", "ecs"])
INNOCENT = st.sampled_from(
    [
        ("UserInitiated", "Task stopped by user"),
        ("SpotInterruption", "Your Spot Task was interrupted."),
        ("TerminationNotice", "ECS is performing maintenance"),
        ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/ours)"),
        ("ServiceSchedulerInitiated", "Availability Zone rebalancing"),
        ("QuantumFluctuation", "a word nobody has heard of: access denied, not found"),
    ]
)
TASKS = st.builds(
    TaskFact,
    of=ROLES,
    n=st.integers(1, 2),
    start=st.sampled_from([-400.0, 5.0]),
    running=TIMES,
    healthy=TIMES,
    stop=TIMES,
    digest=st.sampled_from(["", "", "", "old", "other", "arm", "none"]),
    revision=st.sampled_from(["", "", "", "ours", "old"]),
    exit=st.sampled_from([None, None, 0, 1, 137]),
    target=st.sampled_from([True, True, True, False]),
)
DEPLOYMENTS = st.builds(
    DeploymentFact,
    of=ROLES,
    start=TIMES,
    gone=st.just(FOREVER) | TIMES,
    completed=TIMES,
    failed=st.just(FOREVER) | TIMES,
    state=st.sampled_from([None, None, None, "", "COMPLETED", "FAILED", "NEW_WORD"]),
)
TARGETS = st.builds(
    TargetFact,
    ip=st.sampled_from(["10.0.0.1", "10.0.0.2", "10.9.9.9", ""]),
    state=st.sampled_from(["healthy", "unhealthy", "draining", "unused", "pondering", ""]),
)
SERVICES = st.builds(
    ServiceFact, desired=st.sampled_from([None, None, 0, 1, 3]), status=st.sampled_from(["", "DRAINING"])
)


@st.composite
def phases(draw: st.DrawFn) -> Phase:
    """Draw a good rollout with a few facts too many or changed: the ones that could be taken for a success."""
    good = PLAIN.release
    kept = [t if draw(st.integers(0, 3)) else draw(TASKS) for t in good.tasks]
    listed = [d if draw(st.integers(0, 3)) else draw(DEPLOYMENTS) for d in good.deployments]
    return Phase(
        deployments=(*listed, *draw(st.lists(DEPLOYMENTS, max_size=1))),
        tasks=(*kept, *draw(st.lists(TASKS, max_size=2))),
        targets=tuple(draw(st.lists(TARGETS, max_size=1))),
        service=tuple(draw(st.lists(SERVICES, max_size=1))),
        http=good.http,
    )


def told(phase: Phase, at: float) -> tuple[Cloud, Any, list[Any], list[Any]]:
    """Return what AWS says at a moment after the update: service, tasks, targets, as JSON."""
    clock = Clock()
    cloud = Cloud(replace(PLAIN, release=phase), clock)
    made = cloud.call("RegisterTaskDefinition", dict(roles.task_definition(0, roles.image("ours"), SHAS["ours"])))
    cloud.call("UpdateService", {"taskDefinition": made["taskDefinition"]["taskDefinitionArn"]})
    clock.now = at
    service = cloud.call("DescribeServices", {})["services"][0]
    arns = [a for s in ("RUNNING", "STOPPED") for a in cloud.call("ListTasks", {"desiredStatus": s})["taskArns"]]
    tasks = cloud.call("DescribeTasks", {"tasks": arns})["tasks"]
    return cloud, service, tasks, cloud.call("DescribeTargetHealth", {})["TargetHealthDescriptions"]


def judged(cloud: Cloud) -> Any:
    """Return our deployment, as Landfall would know it."""
    ours = b.deployment(
        id="ecs-svc/ours",
        task_definition=cloud.revision_of("ours"),
        digests={"app": (DIGESTS["ours"], DIGESTS["arm"])},
        git_sha=SHAS["ours"],
        updated_at=moment(0).isoformat(),
        deadline=moment(900).isoformat(),
    )
    return b.judged(deployment=ours)


def law_1(cloud: Cloud, service: Any, tasks: list[Any], targets: list[Any]) -> list[str]:
    """Return what breaks law 1, read from the JSON and not through Landfall's own eyes."""
    primary = [d for d in service["deployments"] if d["status"] == "PRIMARY"]
    live = [t for t in tasks if t["desiredStatus"] == "RUNNING"]
    reported = {c.get("imageDigest") for t in live for c in t["containers"] if c["name"] == "app"}
    places = {t["attachments"][0]["details"][0]["value"] for t in live}
    serving = [t for t in targets if t["TargetHealth"]["State"] not in ("draining", "unhealthy.draining", "unused")]
    laws = {
        "the service is there": service["status"] == "ACTIVE",
        "PRIMARY is ours": [d["id"] for d in primary] == ["ecs-svc/ours"],
        "COMPLETED": [d.get("rolloutState") for d in primary] == ["COMPLETED"],
        "of our revision": {t["taskDefinitionArn"] for t in live} == {cloud.revision_of("ours")},
        "as many as desired": len(live) == service["desiredCount"] > 0,
        "all run": all(t["lastStatus"] == "RUNNING" for t in live),
        "our bytes": reported <= {DIGESTS["ours"], DIGESTS["arm"]} and len(reported) > 0,
        "in-service targets are ours": {t["Target"]["Id"] for t in serving} == places,
        "and healthy": all(t["TargetHealth"]["State"] == "healthy" for t in serving),
    }
    return [name for name, holds in laws.items() if not holds]


@given(phases(), st.sampled_from([3.0, 15.0, 55.0, 80.0, 95.0, 320.0]))
def test_law_1(phase: Phase, at: float) -> None:
    """Whatever a timeline brings, PASS is said only where every part of law 1 holds of AWS's own words."""
    cloud, service, tasks, targets = told(phase, at)
    views = tuple(target_view(replies.GROUP, t) for t in targets)
    look = Look(service_view(service), tuple(task_view(t) for t in tasks), views)
    verdict = law1.assess(look, judged(cloud), moment(at))
    assert b.is_bounded(verdict)
    if verdict.state == State.PASS:
        assert law_1(cloud, service, tasks, targets) == []


NOISE = st.builds(
    lambda why, n, start, life: TaskFact(
        of="ours", n=n, start=start, running=start + 5, stop=start + life, stop_code=why[0], stop_reason=why[1]
    ),
    INNOCENT,
    st.integers(1, 5),
    st.floats(0, 200),
    st.floats(6, 300),
)


@given(st.lists(NOISE, max_size=6), st.floats(1, 890), st.booleans())
def test_law_8_tasks(noise: list[TaskFact], at: float, stale: bool) -> None:
    """Interruptions, scale-in, retirement, people and late reads, in any number, are never a FAIL."""
    phase = replace(PLAIN.release, tasks=(*PLAIN.release.tasks, *noise))
    cloud, service, tasks, targets = told(phase, at)
    if stale:
        service = cloud._DescribeServices({}, -30.0)["services"][0]
    look = Look(
        service_view(service),
        tuple(task_view(t) for t in tasks),
        tuple(target_view(replies.GROUP, t) for t in targets),
    )
    assert stability.assess(look, judged(cloud), moment(at)).state != State.FAIL
    assert law1.assess(look, judged(cloud), moment(at)).state != State.FAIL


@given(st.integers(1, 4), INNOCENT, st.sampled_from([None, 0, 1, 137, 143]))
def test_law_8_stops(n: int, why: tuple[str, str], code: int | None) -> None:
    """Nobody's exit code makes an innocent stop evidence."""
    tasks = [
        b.stopped(i, stop_code=why[0], stopped_reason=why[1], containers=(b.container(exit_code=code),))
        for i in range(n)
    ]
    assert stops.verdict(tasks, b.OURS, 2) is None


@given(st.text(max_size=300), st.sampled_from(["TaskFailedToStart", "EssentialContainerExited"]), st.booleans())
def test_one_stop_is_a_verdict_only_of_an_image_or_a_secret(text: str, code: str, told_by_container: bool) -> None:
    """A single stop, in whatever words, fails a release only where they speak of an image or a secret."""
    container = b.container(exit_code=None, reason=text if told_by_container else "")
    task = b.stopped(stop_code=code, stopped_reason="" if told_by_container else text, containers=(container,))
    verdict = stops.verdict([task], b.OURS, 2)
    assert verdict is None or "CannotPull" in text or "retrieve" in text or "secrets" in text.lower()


@given(st.floats(60, 890), st.floats(11, 5000))
def test_law_8_late_reads(at: float, age: float) -> None:
    """A picture whose every deployment is older than our update is waited out, at any time."""
    old = b.ecs_deployment(id=b.OLD, task_definition=b.OLD_REVISION, changed_at=b.NOW - timedelta(seconds=age))
    judged_at = b.judged(deployment=b.deployment(updated_at=b.NOW.isoformat(), kind=Kind.RELEASE))
    look = b.look(service=b.service(old))
    assert stability.assess(look, judged_at, b.NOW + timedelta(seconds=at)).state == State.WAIT


def test_a_later_entry_of_a_role_counts() -> None:
    """The timeline's own rule: ECS may make an old deployment PRIMARY again."""
    facts = [DeploymentFact("old", start=-9), DeploymentFact("ours", start=0), DeploymentFact("old", start=5)]
    assert [(d.of, p) for d, p in picture.deployments(facts, 6)] == [("old", True), ("ours", False)]


def test_scenarios_are_read_strictly() -> None:
    """The replayed scenario itself is what it says it is."""
    assert isinstance(PLAIN, Scenario)
    assert PLAIN.expected == "SUCCEEDED"
