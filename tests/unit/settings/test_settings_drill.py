"""services.toml: the drill table and keep_releases are as good as they read, or refused at synth with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from landfall.errors import SettingsError
from landfall.settings import Service
from landfall.settings.drill import DrillSettings
from landfall.settings_file import read as settings_file

SAMPLE = """\
[services.shop]
cluster = "c"
service = "s"
container = "app"
repository = "landfall/shop"
task_role = "task"
execution_role = "execution"
base_url = "https://shop.example"
"""
DRILL = f"{SAMPLE}[services.shop.drill]\n"


def read(text: str) -> Service:
    """Return the one service of a file."""
    (service,) = settings_file.parse(text, Path("services.toml")).services
    return service


def test_a_drill_is_read_and_off_by_default() -> None:
    """An empty table allows drills by hand alone."""
    assert read(SAMPLE).drill is None
    assert read(DRILL).drill == DrillSettings(None, None, 35)
    told = read(f'{DRILL}cron = "0 3 ? * TUE *"\nwindow = "22:00-04:00"\noverdue_days = 7\n').drill
    assert told == DrillSettings("0 3 ? * TUE *", "22:00-04:00", 7)
    assert (read(SAMPLE).keep_releases, read(f"{SAMPLE}keep_releases = 3\n").keep_releases) == (10, 3)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('cron = "0 3 * * TUE *"', "no schedule of EventBridge"),
        ('cron = "0 3 ? * TUE"', "no schedule of EventBridge"),
        ('cron = "every tuesday at three ?"', "no schedule of EventBridge"),
        ('cron = "rate(7 days)"', "no schedule of EventBridge"),
        ('cron = "0 3 ? * ? *"', "one of the two days must be"),
        ('cron = "0 25 ? * TUE *"', "'25' is no hours: 0 to 23"),
        ('cron = "61 3 ? * TUE *"', "'61' is no minutes"),
        ('cron = "0 3 ? * TUESDAY *"', "'TUESDAY' is no day of week: 1 to 7, or SUN to SAT"),
        ('cron = "? 3 ? * TUE *"', "no schedule of EventBridge"),
        ('cron = "0 3 ? 13 TUE *"', "'13' is no month"),
        ('cron = "0 3 32 * ? *"', "'32' is no day of month"),
        ('cron = "0 3/0 1 * ? *"', "a step of 0"),
        ('cron = "0 12 ? * TUE *"\nwindow = "02:00-05:00"', "so no drill would ever begin"),
        ('cron = "0 5 ? * TUE *"\nwindow = "02:00-05:00"', "so no drill would ever begin"),
        ('window = "2:00-4:00"', "HH:MM-HH:MM"),
        ('window = "24:00-25:00"', "HH:MM-HH:MM"),
        ('window = "03:00-03:00"', "HH:MM-HH:MM"),
        ("overdue_days = 0", "overdue_days"),
        ("often = true", "unknown key"),
    ],
)
def test_a_wrong_drill_is_refused(line: str, said: str) -> None:
    """At synth: a schedule that EventBridge refuses would fail the deploy of the stack."""
    with pytest.raises(SettingsError, match=said):
        read(f"{DRILL}{line}\n")


@pytest.mark.parametrize(
    ("cron", "window"),
    [
        ("0/15 2-4 1,15 * ? *", "04:40-05:00"),
        ("30 3 L * ? *", "02:00-05:00"),
        ("0 3 ? * TUE#1 *", "02:00-05:00"),
        ("0 3 ? * 6L 2026-2030", "02:00-05:00"),
        ("0 3 1W * ? *", "03:00-03:01"),
        ("0 3 ? JAN-JUN/2 FRI-MON *", "02:00-05:00"),
        ("0 1,12 ? * TUE *", "02:00-13:00"),
        ("30 23 ? * TUE *", "22:00-04:00"),
        ("59 4 ? * TUE *", "02:00-05:00"),
    ],
)
def test_each_schedule_that_eventbridge_takes_is_taken(cron: str, window: str) -> None:
    """Every form of its user guide; one time of the schedule in the window is enough."""
    assert read(f'{DRILL}cron = "{cron}"\nwindow = "{window}"\n').drill == DrillSettings(cron, window, 35)


def test_fewer_than_two_releases_are_no_way_back() -> None:
    """One is live, and one is behind it."""
    with pytest.raises(SettingsError, match="keep_releases"):
        read(f"{SAMPLE}keep_releases = 1\n")
