"""services.toml: the strategy table is as good as it reads, or refused at synth with the line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from landfall.errors import SettingsError
from landfall.settings import Service
from landfall.settings.strategy import Strategy
from landfall.settings_file import read as settings_file

SAMPLE = """\
[services.api]
cluster = "c"
service = "s"
container = "app"
repository = "landfall/api"
task_role = "task"
execution_role = "execution"
base_url = "https://api.example"
bake_seconds = 30
"""
TABLE = f"{SAMPLE}[services.api.strategy]\n"
URL = f'{TABLE}test_url = "https://api.example:8443"\n'
OFF = "[services.api.strategy.traffic]\nerrors = false\nrefusals = false\nlatency = false\nlog_errors = false\n"


SENDS = """[[services.api.smoke.checks]]
name = "one"
path = "/"
send = { X-Key = { secret = "k" } }
"""


def headers(count: int) -> str:
    """Return a table of so many test headers."""
    return "{ " + ", ".join(f'X-Test-{n} = "1"' for n in range(count)) + " }"


def read(text: str) -> Service:
    """Return the one service of a file."""
    (service,) = settings_file.parse(text, Path("services.toml")).services
    return service


def test_a_strategy_is_read() -> None:
    """Its defaults, and that a service without the table has no gates."""
    assert read(URL).strategy == Strategy(test_url="https://api.example:8443")
    assert read(SAMPLE).strategy is None


def test_the_gate_takes_the_place_of_the_bake() -> None:
    """The release would else be left alone twice; and the lease counts with the time of gates and shifts."""
    assert (read(SAMPLE).limits.bake_seconds, read(URL).limits.bake_seconds) == (30, 0)
    assert read(f'{TABLE}gates = ["shift"]\n').limits.bake_seconds == 30
    plain, shifting = read(SAMPLE).limits, read(URL).limits
    assert shifting.lease_seconds - plain.lease_seconds > 2 * 21600 - 3600
    assert shifting.stability_attempts > plain.stability_attempts


def test_alarms_alone_are_a_check() -> None:
    """A gate needs one check that can fail, whichever it is."""
    assert read(f'{URL}alarms = ["errors"]\n{OFF}').strategy


def test_as_many_as_are_taken() -> None:
    """The limits are limits: ten paths, alarms and headers, and a secret behind a test listener with TLS."""
    ten = f"alarms = {[f'a{n}' for n in range(10)]}\ncompare = {[f'/{n}' for n in range(10)]}\n"
    table = read(f"{URL}{ten}test_headers = {headers(10)}\n{SENDS}").strategy
    assert table is not None
    assert (len(table.alarms), len(table.compare or ()), len(table.test_headers)) == (10, 10, 10)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (f'{TABLE}gates = ["bake", "night"]\n', 11, "'night' is unknown; known are before_traffic, shift, bake"),
        (f"{TABLE}gates = []\n", 11, "name at least one"),
        (f'{TABLE}gates = ["bake", "bake"]\n', 11, "name each gate once"),
        (TABLE, 10, "required with gate 'before_traffic'"),
        (f'{URL}compare_fails = ["speed"]\n', 12, "known are status, security_headers, latency"),
        (f'{URL}compare = ["orders"]\n', 12, "must begin with '/'"),
        (f'{TABLE}test_url = "api.example"\n', 11, "is not an http(s)://"),
        (f'{TABLE}test_url = "http://169.254.169.254"\n', 11, "metadata address"),
        (f"{URL}compare = {[f'/{n}' for n in range(11)]}\n", 12, "compare: there are 11; it takes at most 10"),
        (f"{URL}alarms = {[f'a{n}' for n in range(11)]}\n", 12, "alarms: there are 11; it takes at most 10"),
        (f"{URL}test_headers = {headers(11)}\n", 12, "test_headers: there are 11; at most 10"),
        (f'{URL}test_headers = {{ Host = "x" }}\n', 12, "can't be sent"),
        (
            f'{TABLE}test_url = "http://api.example"\n{SENDS}',
            11,
            "a smoke check sends secret 'k'; give a test_url with https",
        ),
        (f'{URL}test_headers = {{ Authorization = "Bearer x" }}\n', 12, "take a name of your own"),
        (f"{URL}gate_seconds = 0\n", 12, "at least 1"),
        (f"{URL}gate_seconds = 9999999\n", 12, "14 days"),
        (f"{URL}deployment_seconds = 600\n", 12, "give more"),
        (f'{URL}undecided = "maybe"\n', 12, "must be one of back, go_on"),
        (f'{URL}alarms = [""]\n', 12, "1 to 255 characters"),
        (f"{URL}{OFF}", 10, "has no check that can fail"),
        (f"{URL}weights = 3\n", 12, "unknown key"),
        (f"{URL}[services.api.strategy.traffic]\nminimum = 3\n", 13, "unknown key"),
        (f"{URL}[services.api.strategy.traffic]\nmin_requests = 3\n", 13, "fewer than 20"),
    ],
)
def test_what_is_refused(text: str, line: int, said: str) -> None:
    """Each error names the line, the key and the way out."""
    with pytest.raises(SettingsError) as error:
        read(text)
    assert said in str(error.value)
    assert f"services.toml:{line}:" in str(error.value)
