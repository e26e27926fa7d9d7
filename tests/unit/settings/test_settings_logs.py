"""services.toml: logs, redaction and what else is read at run time is as good as it reads, or refused at synth."""

from __future__ import annotations

from pathlib import Path

import pytest

from landfall.errors import SettingsError
from landfall.settings import Service, Settings
from landfall.settings_file import read as settings_file

FILE = Path("config/services.toml")
SAMPLE = """\
[services.sample]
cluster = "c"
service = "s"
container = "app"
repository = "landfall/sample"
task_role = "task"
execution_role = "execution"
"""
LOGS = f"{SAMPLE}[services.sample.logs]\n"
SMOKE = f"{SAMPLE}[services.sample.smoke]\n"


def read(text: str) -> tuple[Settings, Service]:
    """Return the settings, and their one service."""
    settings = settings_file.parse(text, FILE)
    (service,) = settings.services
    return settings, service


def test_the_log_gate_is_read() -> None:
    """Its numbers, the group that it reads, and a pattern of the service's own."""
    lines = 'gate = true\ngroup = "/app/logs#1"\ngate_times = 2.5\nerror_pattern = "^E[0-9]+"\n'
    _, service = read(LOGS + lines)
    assert (service.logs.gate, service.logs.group, service.logs.gate_times) == (True, "/app/logs#1", 2.5)
    assert service.logs.error_pattern == "^E[0-9]+"


def test_kinds_are_switched_off_and_own_ones_added() -> None:
    """By the names that the documentation lists."""
    lines = '[redaction]\noff = ["email address", "phone number"]\npatterns = { "case number" = "CASE-[0-9]+" }\n'
    settings, _ = read(lines + SAMPLE)
    assert settings.redaction.off == ("email address", "phone number")
    assert settings.redaction.patterns == {"case number": "CASE-[0-9]+"}


def test_other_containers_may_keep_their_image() -> None:
    """Several of them."""
    _, service = read(f'{SAMPLE}keep_image = ["proxy", "agent_1"]\n')
    assert service.keep_image == ("proxy", "agent_1")


def test_the_commit_may_be_in_a_header_and_readiness_in_the_status_alone() -> None:
    """A service without a body for either can still be proven."""
    _, service = read(f'{SMOKE}version_header = "X-Git-Sha"\nready_value = ""\n')
    assert (service.smoke.version_header, service.smoke.ready_value) == ("X-Git-Sha", "")


def test_a_subject_is_the_source_with_its_ids() -> None:
    """As GitHub writes it into its tokens."""
    _, service = read(f'{SAMPLE}[services.sample.build]\nsource = "owner/name"\nsubject = "owner@1/name@2"\n')
    assert service.build is not None
    assert service.build.subject == "owner@1/name@2"


WRONG = {
    "a gate without a group": (f"{LOGS}gate = true\n", "services.sample.logs.gate", "set logs.group"),
    "a gate of less than before": (f"{LOGS}gate_times = 0.5\n", "services.sample.logs.gate_times", "at least 1"),
    "a gate of no number": (f"{LOGS}gate_times = nan\n", "services.sample.logs.gate_times", "at least 1"),
    "no log group's name": (f'{LOGS}group = "a b"\n', "services.sample.logs.group", "1 to 512 letters"),
    "no CA bundle": (f'{SAMPLE}ca_bundle = ""\n', "services.sample.ca_bundle", "must not be empty"),
    "one number for many": (f"{SAMPLE}keep_image = 3\n", "services.sample.keep_image", "must be a list"),
    "one text for many": (
        f'{SAMPLE}keep_image = "worker"\n',
        "services.sample.keep_image",
        'must be a list: keep_image = ["worker"]',
    ),
    "a command in one text": (
        f'{SAMPLE}[services.sample.migration]\ncommand = "rake db:migrate"\n',
        "services.sample.migration.command",
        'command = ["rake db:migrate"]',
    ),
    "a set of headers in one text": (f'{SMOKE}security_headers = "helmet"\n', "smoke.security_headers", '["helmet"]'),
    "a table for a list": (f"{SMOKE}protected_paths = {{ a = 1 }}\n", "smoke.protected_paths", "must be a list"),
    "no such kind": (f'[redaction]\noff = ["names"]\n{SAMPLE}', "redaction.off", "known are: "),
    "a kind's name that breaks a mark": (
        f'[redaction]\npatterns = {{ "a]b" = "x" }}\n{SAMPLE}',
        "redaction.patterns",
        "letters, digits and blanks",
    ),
    "an own check's header": (
        f'{SMOKE}[[services.sample.smoke.checks]]\nname = "one"\npath = "/"\nheader = "a b"\n',
        "smoke.checks[1].header",
        "'!Name' for a header that must be absent",
    ),
    "half an address": (f'{SMOKE}cors_origin = "https://[::1"\n', "smoke.cors_origin", "an origin is"),
}


@pytest.mark.parametrize(("text", "where", "why"), WRONG.values(), ids=WRONG.keys())
def test_what_would_fail_at_run_time_is_refused_at_synth(text: str, where: str, why: str) -> None:
    """The error names the key and what it takes."""
    with pytest.raises(SettingsError) as error:
        read(text)
    assert where in str(error.value)
    assert why in str(error.value)
