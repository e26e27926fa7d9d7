"""A deployment's id has the same form everywhere."""

from __future__ import annotations

import re
from datetime import timedelta

from landfall import naming
from statemachine.definition import definition
from tests.support import builders as b


def test_an_id_sorts_by_time() -> None:
    """A name that begins with a time is the id; any other gets the execution's start before it."""
    assert naming.deployment("20260102T030405Z-sample-x", "2026-02-03T04:05:06+00:00") == "20260102T030405Z-sample-x"
    assert naming.deployment("5e0c", "2026-02-03T04:05:06.789000+00:00") == "20260203T040506Z-5e0c"


def test_a_recovery_has_a_name_for_each_minute() -> None:
    """Two sweeps at once start one recovery, the next sweep another; the name fits Step Functions."""
    name = naming.recovery("20260102T030405Z-" + "x" * 80, b.NOW)
    assert name == naming.recovery("20260102T030405Z-" + "x" * 80, b.NOW + timedelta(seconds=1))
    assert name != naming.recovery("20260102T030405Z-" + "x" * 80, b.NOW + timedelta(minutes=1))
    assert len(name) == naming.EXECUTION_LIMIT
    assert naming.recovery("short", b.NOW) == "short-recover-20260102T0304"


def test_a_drill_starts_once_in_each_direction() -> None:
    """The schedule and a person in one minute start one drill, and its way forward once whoever starts it."""
    name = naming.drill_back(b.NOW, "sample")
    assert name == naming.drill_back(b.NOW + timedelta(seconds=54), "sample") == "20260102T030400Z-sample-drill-back"
    assert name != naming.drill_back(b.NOW + timedelta(seconds=55), "sample")
    forward = naming.drill_forward("2026-01-02T03:14:15.926535+00:00", "sample")
    assert forward == "20260102T031415Z-sample-drill-forward"
    assert [naming.deployment(each, "") for each in (name, forward)] == [name, forward]


def test_the_machine_says_the_same() -> None:
    """Its first state has the rule in JSONata: the pattern, and how much of the start is taken."""
    rule = definition()["States"]["Begin"]["Assign"]["release"]["deployment_id"]
    pattern = re.search(r"Name, /\^(.*?)/\)", rule)
    assert pattern is not None
    assert pattern[1] == naming._TIMED.pattern
    assert f"0, {naming.SECONDS})" in rule


def test_the_name_of_a_person_s_execution() -> None:
    """It begins with the time, and Step Functions takes its length."""
    name = naming.execution(b.NOW, "s" * 31, b.SHA, "0123456789abcdef" * 4)
    assert name.startswith(f"20260102T030405Z-{'s' * 31}-{b.SHA[:12]}-")
    assert len(name) == naming.EXECUTION_LIMIT
    assert naming.deployment(name, "") == name


def test_the_limits_are_those_of_aws() -> None:
    """Step Functions refuses a name of 81 characters, and SNS a subject of 100."""
    assert (naming.EXECUTION_LIMIT, naming.SUBJECT_LIMIT) == (80, 99)
    longest = naming.deployment("n" * 80, b.NOW.isoformat())
    assert (len(longest), longest[: naming.TIMED]) == (naming.DEPLOYMENT_LIMIT, "20260102T030405Z-")


def test_a_built_image_is_started_once_by_whoever_sees_it() -> None:
    """The name is of the service and the image alone; its 32 characters tell any two images apart."""
    name = naming.execution_of_build("s" * 31, f"sha256:{'0123456789abcdef' * 4}")
    assert name == f"build-{'s' * 31}-{'0123456789abcdef' * 2}"
    assert len(name) <= naming.EXECUTION_LIMIT


def test_what_is_named_after_a_service() -> None:
    """The command and the stacks name the same front and project, and the service is read from the project again."""
    assert naming.front("sample") == "landfall-ask-sample"
    assert naming.build_project("sample") == "landfall-build-sample"
    assert naming.service_of_project(naming.build_project("sample")) == "sample"
    assert naming.service_of_project("landfall-build-") is None
    assert naming.service_of_project("someone-elses") is None
