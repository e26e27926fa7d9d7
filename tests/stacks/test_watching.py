"""What is watched: every alarm reaches people, says what to do, and looks at a metric that something emits."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from landfall.model import Outcome
from landfall.runbook import Runbook
from landfall.steps import metering
from landfall.telling import deployment_notice
from stacks import ROOT
from stacks.functions.steps_table import STEPS
from stacks.names import STEP_LOGS
from tests.stacks.template import Template
from tests.support.later import later

pipeline_stack = later("stacks.pipeline.pipeline_stack")

NAMED = re.compile(r"Severity: (page|notice)\. Runbook: (\S+)$")
OF_STEPS = {f"landfall-{step.id}Errors" for step in STEPS}
ENDS = {f"landfall-{of}{how}" for of in ("Deployment", "BuildWatch") for how in ("Failed", "Stopped", "TimedOut")}
OTHERS = {"landfall-RollbackFailed", "landfall-OpenFindings", "landfall-DeadLetters", "landfall-RollbackRate"}
LASTING = {"landfall-OpenFindings", "landfall-DeadLetters", "landfall-RollbackRate"}
"""Alarms whose end is told too: they tell of a state, not of something that happened."""


def silence() -> set[str]:
    """Return the alarms that tell of a schedule that does not run."""
    return {f"landfall-{name}NotRunning" for name in pipeline_stack.SCHEDULED}


@pytest.fixture(scope="module")
def alarms(templates: dict[str, Template]) -> dict[str, Any]:
    """Return every alarm of every stack, by name."""
    every = [a for t in templates.values() for a in t.of_type("AWS::CloudWatch::Alarm").values()]
    assert len({a["AlarmName"] for a in every}) == len(every)
    return {a["AlarmName"]: a for a in every}


def test_these_are_the_alarms(alarms: dict[str, Any]) -> None:
    """One that is dropped, or that nobody wrote down here, is seen."""
    assert alarms.keys() == OF_STEPS | ENDS | OTHERS | silence()


def test_every_alarm_names_its_severity_and_a_runbook_that_is_there(alarms: dict[str, Any]) -> None:
    """A description is all that a subscriber gets: within CloudWatch's 1024 characters, and it leads somewhere."""
    for name, alarm in alarms.items():
        found = NAMED.search(alarm["AlarmDescription"])
        assert found, name
        assert (ROOT / found[2]).is_file(), name
        assert len(alarm["AlarmDescription"]) <= 1024
        assert (found[1] == "page") == (name == "landfall-RollbackFailed")


def test_every_runbook_is_named_by_an_alarm_or_a_message(alarms: dict[str, Any]) -> None:
    """A runbook that nothing leads to is read by nobody, and ages."""
    by_alarms = {found[2] for a in alarms.values() if (found := NAMED.search(a["AlarmDescription"]))}
    by_messages = {told.value for outcome in Outcome if (told := deployment_notice.runbook_of(outcome))}
    by_messages.add(Runbook.BUILD_WITHOUT_DEPLOYMENT.value)
    files = {str(path.relative_to(ROOT)) for path in (ROOT / "docs/runbooks").glob("*.md")}

    assert files == by_alarms | by_messages == {each.value for each in Runbook}


def test_a_runbook_has_every_part() -> None:
    """What it means, whether anybody is hurt, the first look, how to fix it, and how to know that it is over."""
    for each in Runbook:
        text = (ROOT / each).read_text(encoding="utf-8")
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings[:5] == ["What it means", "Are users affected?", "First look", "Fix it", "Over when"], each
        assert "```" in text


def test_every_alarm_reaches_people(alarms: dict[str, Any], templates: dict[str, Template]) -> None:
    """Its name is one that key and topic let in; what lasts is told of at its end too."""
    (topic,) = templates["Landfall-Pipeline"].of_type("AWS::SNS::Topic")
    for name, alarm in alarms.items():
        (action,) = alarm["AlarmActions"]
        assert name.startswith("landfall-")
        assert action == f"<{topic}>" or "ImportValue" in str(action)
        assert alarm.get("OKActions", []) == ([action] if name in LASTING | silence() else [])


def test_a_failed_way_back_pages_by_itself(alarms: dict[str, Any]) -> None:
    """Within a minute of the record's closing, over all services, whether or not Notify still lives."""
    alarm = alarms["landfall-RollbackFailed"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("Landfall", metering.name_of(Outcome.ROLLBACK_FAILED))
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "landfall"}]
    assert (alarm["Statistic"], alarm["Period"], alarm["Threshold"]) == ("Sum", 60, 0)


def test_a_schedule_that_does_not_run_is_an_alarm(alarms: dict[str, Any], pipeline: Template) -> None:
    """No data is what silence looks like, so the lack of it is told; and it waits for two runs in vain.

    Not as a breach: a first deploy would begin with an alarm, before anything could have run.
    """
    rule = pipeline.under("AWS::Events::Rule", "OnLossSweep")
    alarm = alarms["landfall-SweepNotRunning"]
    assert alarm["TreatMissingData"] == "missing"
    assert alarm["InsufficientDataActions"] == alarm["AlarmActions"] == alarm["OKActions"]
    assert (alarm["MetricName"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
        "Invocations",
        "LessThanThreshold",
        1,
    )
    assert (f"rate({alarm['Period'] // 60} minutes)", alarm["EvaluationPeriods"]) == (rule["ScheduleExpression"], 2)


def test_no_data_is_quiet_where_nothing_need_happen(alarms: dict[str, Any]) -> None:
    """Most minutes pass without a deployment. Open findings stay what they were until the next look."""
    for name, alarm in alarms.items():
        if name not in silence():
            expected = "ignore" if name == "landfall-OpenFindings" else "notBreaching"
            assert alarm["TreatMissingData"] == expected, name


def test_one_error_of_a_step_is_not_news(alarms: dict[str, Any], pipeline: Template) -> None:
    """It is retried. Three within five minutes are; of what runs on a schedule, two within its interval."""
    functions = {f["FunctionName"]: f"<{name}>" for name, f in pipeline.of_type("AWS::Lambda::Function").items()}
    for step in STEPS:
        alarm = alarms[f"landfall-{step.id}Errors"]
        assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": functions[step.function_name]}]
        patience = {"Sweep": (900, 1), "Reconcile": (900, 1), "Retire": (3600, 1)}.get(step.id, (300, 2))
        assert (alarm["MetricName"], alarm["Period"], alarm["Threshold"]) == ("Errors", *patience)


def test_the_rate_of_rollbacks_is_over_a_day_and_of_four_releases_at_least(alarms: dict[str, Any]) -> None:
    """One release that goes back is told of anyway, and is a hundred percent of one."""
    alarm = alarms["landfall-RollbackRate"]
    by_id = {m["Id"]: m for m in alarm["Metrics"]}
    (expression,) = (m["Expression"] for m in alarm["Metrics"] if "Expression" in m)
    measured = {name: m["MetricStat"] for name, m in by_id.items() if "MetricStat" in m}
    stats = {name: (m["Metric"]["MetricName"], m["Stat"]) for name, m in measured.items()}

    assert expression == "IF(releases >= 4, 100 * back / releases, 0)"
    assert stats == {"back": ("WentBack", "Sum"), "releases": ("WentBack", "SampleCount")}
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (33, 1)


@pytest.fixture(scope="module")
def widgets(pipeline: Template) -> dict[str, Any]:
    """Return the dashboard's widgets by title."""
    body = json.loads(pipeline.only("AWS::CloudWatch::Dashboard")["DashboardBody"])
    return {w["properties"]["title"]: w for w in body["widgets"]}


def test_the_dashboard_shows_what_is_live(widgets: dict[str, Any], pipeline: Template) -> None:
    """From the lines of the step that closes records, by fields that it really writes."""
    (query,) = (w["properties"]["query"] for w in widgets.values() if w["type"] == "log")
    source, *lines = [line.strip() for line in query.split("|")]

    assert source == f"SOURCE '{STEP_LOGS}/Report'"
    pipeline.named("AWS::Logs::LogGroup", "LogGroupName", f"{STEP_LOGS}/Report")
    assert lines[0] == 'filter outcome in ["SUCCEEDED", "NO_CHANGE"]'
    assert set(re.findall(r"latest\((\w+)\)", lines[1])) == {"deployment_id", "git_sha", "image_digest", "ended_at"}
    assert lines[1].endswith("by landfall_service")


def test_the_dashboard_shows_every_outcome_and_how_long_it_took(widgets: dict[str, Any]) -> None:
    """Metrics are named in one place, and drawn by those names."""
    drawn = {m[1] for m in widgets["Deployments a day, by outcome"]["properties"]["metrics"]}
    durations = widgets["How long deployments take"]["properties"]["metrics"]
    of_the_sample = ["Landfall", "DurationSeconds", "landfall_service", "sample", "service", "landfall"]

    assert drawn == {metering.name_of(outcome) for outcome in Outcome}
    assert [m[:-1] for m in durations] == [of_the_sample] * 2
    assert [m[-1]["stat"] for m in durations] == ["p50", "p90"]


def test_every_step_is_on_the_dashboard(widgets: dict[str, Any]) -> None:
    """Its errors, and its throttles, which no retry of a Lambda tells of."""
    for title in ("Errors of steps", "Throttles"):
        assert [m[-1]["label"] for m in widgets[title]["properties"]["metrics"]] == [step.id for step in STEPS]


def test_every_alarm_of_the_pipeline_is_on_the_dashboard(widgets: dict[str, Any], pipeline: Template) -> None:
    """Red at a glance."""
    shown = widgets["Alarms"]["properties"]["alarms"]
    assert set(shown) == {f"<{name}.Arn>" for name in pipeline.of_type("AWS::CloudWatch::Alarm")}
