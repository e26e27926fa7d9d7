"""What is said of a migration: never more than is known, and never that all is well where the service suffered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landfall.ledger import deployment_record
from landfall.migration import migration_words, service_health
from landfall.migration.migration import OVER, Migration, Stage
from landfall.model import Outcome
from landfall.telling import deployment_notice
from landfall.telling.notice import Severity
from tests.support import builders as b

RAN = Migration(Stage.RAN, b.NOW.isoformat(), b.REVISION, "app", ("migrate",), 900, task="t", exit_code=0)
SUFFERED = replace(RAN, unhealthy_since="2026-01-02T03:05:00+00:00", unhealthy_why="1 of 2 tasks run")


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("stage", Stage)
def test_an_outcome_says_what_its_migration_means(stage: Stage, outcome: Outcome) -> None:
    """A failure never leaves out that the database may have been changed, or that nobody knows."""
    said = migration_words.remark(replace(RAN, stage=stage), outcome)
    if outcome in (Outcome.SUCCEEDED, Outcome.NO_CHANGE):
        assert said == ""
    elif stage in (Stage.INTENDED, Stage.STARTED, Stage.UNKNOWN):
        assert "UNKNOWN" in said
    elif stage == Stage.NEVER_STARTED:
        assert said == "the database was not touched"
    else:
        assert "database" in said
        assert "not touched" not in said


@pytest.mark.parametrize("stage", OVER)
def test_nothing_is_called_unchanged_without_the_service_that_suffered(stage: Stage) -> None:
    """Whoever reads "the service was not changed" also reads since when it has been unhealthy."""
    since = "unhealthy since 2026-01-02T03:05:00+00:00"
    assert since in migration_words.ended(replace(SUFFERED, stage=stage))
    assert since in migration_words.remark(replace(SUFFERED, stage=stage), Outcome.REJECTED)
    again = replace(SUFFERED, stage=stage, healthy_again="2026-01-02T03:06:00+00:00")
    assert "from 2026-01-02T03:05:00+00:00 to 2026-01-02T03:06:00+00:00" in migration_words.ended(again)


def test_the_way_back_says_that_a_migration_lies_between() -> None:
    """It is tried and proven as ever; its record and its message tell people what it does not undo."""
    back = replace(b.crashed(Outcome.ROLLED_BACK), migration=replace(RAN, backward_compatible=False))
    assert "a migration lies between, which is not backward compatible" in deployment_record.why(back)
    assert "a migration lies between" in deployment_notice.notice(back, None).text


def test_a_migration_that_nobody_knows_about_pages() -> None:
    """A rejection is a notice; one whose migration may still run, or ran unseen, is for somebody at once."""
    rejected = b.crashed(Outcome.REJECTED)
    assert deployment_notice.notice(rejected, None).severity == Severity.NOTICE
    unknown = replace(rejected, migration=replace(RAN, stage=Stage.UNKNOWN))
    notice = deployment_notice.notice(unknown, None)
    assert notice.severity == Severity.PAGE
    assert "ACT NOW" in notice.text
    assert deployment_notice.notice(replace(rejected, migration=RAN), None).severity == Severity.NOTICE


SHORT = {
    "none": None,
    "ran": RAN,
    "failed, exit code 3": replace(RAN, stage=Stage.FAILED, exit_code=3),
    "failed, exit code UNKNOWN": replace(RAN, stage=Stage.FAILED, exit_code=None),
    "timed out": replace(RAN, stage=Stage.TIMED_OUT),
    "never started": replace(RAN, stage=Stage.NEVER_STARTED),
    "UNKNOWN": replace(RAN, stage=Stage.STARTED),
}


@pytest.mark.parametrize(("said", "known"), SHORT.items(), ids=SHORT)
def test_a_list_says_it_in_a_word(said: str, known: Migration | None) -> None:
    """`audit` and `status` say for each revision whether its migration ran."""
    assert migration_words.short(known) == said


NOW = {
    "is being started": Stage.INTENDED,
    "runs, for 900 s at most": Stage.STARTED,
    "ran": Stage.RAN,
    "timed out": Stage.TIMED_OUT,
    "UNKNOWN": Stage.UNKNOWN,
}


@pytest.mark.parametrize(("said", "stage"), NOW.items(), ids=NOW)
def test_what_still_runs_is_no_unknown(said: str, stage: Stage) -> None:
    """While its deployment is under way people read how far it is; what ended is told as it is afterwards."""
    known = replace(RAN, stage=stage)
    assert dict(migration_words.full(known, under_way=True))["migration"] == said
    ended = {"is being started": "UNKNOWN", "runs, for 900 s at most": "UNKNOWN"}.get(said, said)
    assert dict(migration_words.full(known))["migration"] == ended


FAILED = replace(RAN, stage=Stage.FAILED, exit_code=3, stop_code="EssentialContainerExited", stopped_reason="it exited")
LEFT = "the service was not changed; a migration had started, and the database may have been changed"
ENDED: dict[str, tuple[Migration, str]] = {
    "ran": (RAN, "the migration ran, exit code 0; task t"),
    "ran, and its task is not known": (replace(RAN, task=""), "the migration ran, exit code 0"),
    "failed": (
        FAILED,
        f"the migration failed: exit code 3, EssentialContainerExited, it exited; {LEFT}; task t",
    ),
    "took too long": (
        replace(RAN, stage=Stage.TIMED_OUT, exit_code=None),
        f"the migration ran longer than 900 s, so Landfall stopped it: no exit code; {LEFT}; task t",
    ),
    "never started": (
        replace(RAN, stage=Stage.NEVER_STARTED, exit_code=None, container_reason="CannotPullContainerError"),
        "the migration's task never started: no exit code, CannotPullContainerError; the service was not changed; the"
        " database was not touched; task t",
    ),
    "nobody knows": (
        replace(RAN, stage=Stage.UNKNOWN, stopped_reason="ECS forgot it"),
        "whether its migration ran is UNKNOWN: look at the database before anything else is released (ECS forgot it);"
        " the service was not changed; task t",
    ),
    "nobody knows why either": (
        replace(RAN, stage=Stage.INTENDED, task=""),
        "whether its migration ran is UNKNOWN: look at the database before anything else is released;"
        " the service was not changed",
    ),
}


@pytest.mark.parametrize(("known", "said"), ENDED.values(), ids=ENDED)
def test_the_end_is_told_with_what_it_means_for_service_and_database(known: Migration, said: str) -> None:
    """People act on this sentence alone, at night: it has every fact that ECS gave."""
    assert migration_words.ended(known) == said


def test_a_rejection_says_whether_its_migration_ran_to_its_end() -> None:
    """One that ran needs a release of the same code; one that failed half way needs somebody to look."""
    ran = migration_words.remark(RAN, Outcome.REJECTED)
    assert ran == "its migration ran, and the database may have been changed"
    breaks = migration_words.remark(replace(RAN, backward_compatible=False), Outcome.SKIPPED)
    assert breaks == "its migration, which is not backward compatible, ran, and the database may have been changed"
    failed = migration_words.remark(FAILED, Outcome.REJECTED)
    assert failed == "a migration had started, and the database may have been changed"


def test_the_command_that_stops_a_task_names_its_cluster() -> None:
    """Copied as it is, it must stop that task and no other."""
    task = "arn:aws:ecs:us-east-1:123456789012:task/shop/0123abc"
    assert migration_words.stop_command(task) == f"aws ecs stop-task --cluster shop --task {task}"


ALL = replace(
    FAILED,
    started_at="10:00",
    stopped_at="10:01",
    container_reason="OutOfMemoryError",
    log_group="/app",
    log_stream="migrate/app/t",
    unread="not read",
    manual="copied the table",
    backward_compatible=False,
    unhealthy_since="10:00",
    unhealthy_why="1 of 2 tasks run",
)
TOLD = (
    ("migration", "failed, exit code 3"),
    ("its command", "migrate"),
    ("its container", "app"),
    ("its task", "t"),
    ("its start", "10:00"),
    ("its end", "10:01"),
    ("its exit", "exit code 3, EssentialContainerExited, it exited, OutOfMemoryError"),
    ("backward compatible", "no"),
    ("by hand", "copied the table; an item of the sign-off"),
    ("its log", "/app migrate/app/t"),
    ("the service", "the service is unhealthy since 10:00 (1 of 2 tasks run)"),
)
LITTLE = Migration(Stage.STARTED, b.NOW.isoformat(), b.REVISION, "app", unread="its log group is gone")


def test_everything_that_is_recorded_of_a_migration_is_shown() -> None:
    """Report and `show` are where people look when it went wrong; what there is not is left out."""
    assert migration_words.full(ALL) == TOLD
    assert migration_words.full(LITTLE) == (
        ("migration", "UNKNOWN"),
        ("its container", "app"),
        ("backward compatible", "yes"),
        ("its log", "its log group is gone"),
    )
    assert dict(migration_words.full(replace(LITTLE, stopped_reason="no room")))["its exit"] == "no exit code, no room"
    assert dict(migration_words.full(replace(LITTLE, stopped_at="10:01")))["its exit"] == "no exit code"
    assert migration_words.full(None) == ()


LOOKS = {
    "well": ("", b.look()),
    "a task is missing": ("1 of 2 tasks run", b.look(service=b.service(running=1))),
    "it was scaled in": ("", b.look(service=b.service(desired=1, running=1))),
    "a target is unhealthy": ("1 of 1 targets are unhealthy", b.look(targets=(b.target(state="unhealthy"),))),
    "no service at this look": ("", b.look(service=None)),
}


@pytest.mark.parametrize(("said", "look"), LOOKS.values(), ids=LOOKS)
def test_when_the_service_suffers(said: str, look: object) -> None:
    """Fewer tasks than before, or a target that was not unhealthy before; a scale-in is neither."""
    assert service_health.problem(look, b.baseline()).startswith(said)  # type: ignore[arg-type]
    assert bool(service_health.problem(look, b.baseline())) == bool(said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("running", "pending", "sick", "replaced"),
    [(1, 1, False, True), (1, 0, False, False), (0, 2, False, False), (1, 1, True, False), (2, 0, False, False)],
)
def test_a_task_that_ecs_replaces_is_waited_for(running: int, pending: int, sick: bool, replaced: bool) -> None:
    """As after a Spot interruption. No task at all, none on its way, and a target that became unhealthy are harm."""
    targets = (b.target(state="unhealthy" if sick else "healthy"),)
    service = b.service(b.ecs_deployment(running=running, pending=pending), running=running)
    look = b.look(service=service, targets=targets)
    assert service_health.is_being_replaced(look) is replaced


def test_people_hear_of_it_at_the_second_look_and_once() -> None:
    """One look is noise; a message at each look would be too."""
    first = service_health.noted(RAN, "1 of 2 tasks run", b.NOW)
    assert not service_health.is_to_be_told(RAN, first, b.NOW)
    second = service_health.noted(first, "1 of 2 tasks run", b.NOW)
    assert service_health.is_to_be_told(first, second, b.NOW)
    told = replace(second, warned="message")
    assert not service_health.is_to_be_told(told, service_health.noted(told, "0 of 2 tasks run", b.NOW), b.NOW)
    late = b.NOW + service_health.REPLACED_IN
    assert not service_health.is_to_be_told(first, second, b.NOW, replaced=True)
    assert service_health.is_to_be_told(first, second, late, replaced=True)
    well = service_health.noted(told, "", b.NOW)
    assert well.healthy_again == b.NOW.isoformat()
    assert service_health.noted(first, "", b.NOW) == RAN
