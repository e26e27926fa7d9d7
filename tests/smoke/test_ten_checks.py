"""R2: the ten checks against the sample service over real TLS. Each has a fault that makes it fail, and it alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.smoke.command import Run, plain_listener, settings
from tests.support import builders as b

Serving = Callable[[str], AbstractContextManager[str]]
FAULTS = {
    "version": "wrong-sha",
    "liveness": "not-alive",
    "readiness": "unhealthy",
    "https only": "",  # the load balancer's: its plain listener answers by itself
    "authentication": "open-endpoint",
    "cors": "no-cors",
    "security headers": "no-security-headers",
    "response time": "slow",
    "error bodies": "leaking-errors",
    "base endpoint": "no-base",
}


def test_all_pass_when_all_is_well(serving: Serving, run: Run, bundle: Path, tmp_path: Path) -> None:
    """A good release passes all ten, none of them by being skipped; people, programs and CI are told the same."""
    with serving("") as url, plain_listener(url) as plain:
        path, junit = settings(tmp_path, url, plain), tmp_path / "smoke.xml"
        asked = ("--settings", path, "--service", "sample", "--expect-sha", b.SHA)
        told = run(*asked, "--json", "--junit", junit)
        people = run(*asked)
    document = json.loads(told.stdout)
    assert (told.exit_code, document["ok"], document["expected_sha"]) == (0, True, b.SHA), told.output
    assert {c["name"]: c["state"] for c in document["checks"]} == dict.fromkeys(FAULTS, "PASS")
    assert people.exit_code == 0
    assert [line[:6] for line in people.stdout.splitlines()] == ["✓ PASS"] * 10
    suite = ElementTree.parse(junit).getroot()  # noqa: S314  we wrote it ourselves
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("10", *"000")


@pytest.mark.parametrize("check", FAULTS)
def test_each_fault_fails_its_own_check(serving: Serving, run: Run, bundle: Path, tmp_path: Path, check: str) -> None:
    """What is wrong is found by the check that is there for it, and no other check takes offence."""
    with serving(FAULTS[check]) as url, plain_listener(None if check == "https only" else url) as plain:
        limit = {"max_response_seconds": 2} if check == "response time" else {}
        path, junit = settings(tmp_path, url, plain, **limit), tmp_path / "smoke.xml"
        words = ("--settings", path, "--service", "sample", "--expect-sha", b.SHA, "--json", "--junit", junit)
        told = run(*words)
    states = {c["name"]: c["state"] for c in json.loads(told.stdout)["checks"]}
    assert (told.exit_code, states) == (1, {**dict.fromkeys(FAULTS, "PASS"), check: "FAIL"}), told.output
    failed = ElementTree.parse(junit).getroot().findall("testcase/failure/..")  # noqa: S314  our own
    assert [case.get("name") for case in failed] == [check]


OWN = """
[[services.sample.smoke.checks]]
name = "version number"
path = "/api/v1/version"
json = "version"
equals = "{version}"
header = "Cache-Control: no-store"
max_seconds = 4
percentile = 95
requests = 3
body_must_not_match = "(?i){forbidden}"
[[services.sample.smoke.checks]]
name = "who may ask what"
method = "OPTIONS"
path = "/api/v1/records"
status = 405
[[services.sample.smoke.checks]]
name = "head"
method = "HEAD"
path = "/"
"""


OWN_RESULTS = {
    ("1.0.0", "password"): ("PASS", "HTTP 200"),
    ("2.0.0", "password"): ("FAIL", "version is '1.0.0'"),
    ("1.0.0", "gitSha"): ("FAIL", "a body that matches"),
}


@pytest.mark.parametrize("given", OWN_RESULTS, ids="-".join)
def test_a_service_s_own_checks(
    serving: Serving, run: Run, bundle: Path, tmp_path: Path, given: tuple[str, str]
) -> None:
    """What the owner adds is asked and judged beside the ten: a value in the body, a header, a time, a pattern."""
    state, words = OWN_RESULTS[given]
    with serving("") as url, plain_listener(url) as plain:
        path = settings(tmp_path, url, plain)
        path.write_text(path.read_text() + OWN.format(version=given[0], forbidden=given[1]))
        told = run("--settings", path, "--service", "sample", "--json")
    checks = {c["name"]: c for c in json.loads(told.stdout)["checks"]}
    assert [checks[name]["state"] for name in ("version number", "who may ask what", "head")] == [state, "PASS", "PASS"]
    assert words in checks["version number"]["seen"]
    assert checks["version"]["state"] == "SKIP"
