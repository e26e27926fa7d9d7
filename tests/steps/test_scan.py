"""Preflight where a service's settings ask for the image's scan: moto answers for ECR, basic and enhanced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from moto.ecr.models import ecr_backends

import preflight
from landfall.runtime.world import World
from tests.steps import standin
from tests.steps.site import Site
from tests.support import builders as b

ONE = {"imageScanCompletedAt": 1700000000, "findings": [{"name": "CVE-1", "severity": "HIGH"}]}
ENHANCED = {"enhancedFindings": [{"severity": "CRITICAL", "status": "ACTIVE"}] * 2, "findings": []}
REPLIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "basic": (ONE, "COMPLETE", "1 HIGH"),
    "basic, counted": ({**ONE, "findingSeverityCounts": {"CRITICAL": 3}}, "COMPLETE", "3 CRITICAL"),
    "enhanced": (ENHANCED, "ACTIVE", "2 CRITICAL"),
    "enhanced, on push": (ENHANCED, "COMPLETE", "2 CRITICAL"),
    "enhanced, before its findings are there": ({"findings": []}, "COMPLETE", "SCAN_PENDING"),
    "under way": ({}, "IN_PROGRESS", "SCAN_PENDING"),
    "clean": ({"imageScanCompletedAt": 1700000000, "findings": []}, "COMPLETE", "READY"),
}


@pytest.fixture
def scanned(live: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A services.toml that refuses by a scan, and a service that is live."""
    path = tmp_path / "services.toml"
    path.write_text(
        f"""\
[services.sample]
cluster = "c"
service = "sample"
container = "app"
repository = "{standin.REPOSITORY}"
task_role = "task"
execution_role = "execution"
base_url = "{site.url}"
scan = "refuse HIGH"
smoke = {{ identity_requests = 5, requests_per_second = 150, max_response_seconds = 30 }}
"""
    )
    monkeypatch.setenv("LANDFALL_SETTINGS", str(path))
    return path


def look(digest: str, *parts: str, scans: int = 1, **changes: Any) -> preflight.Output:
    """Look as Preflight does, at a release of that image, or of an index of these parts."""
    release = b.release(image_digest=digest, accepted_digests=(digest, *parts), **changes)
    return preflight.run(preflight.PreflightInput(release, scans=scans), World())


def says(digest: str, found: dict[str, Any], status: str = "COMPLETE") -> None:
    """Have ECR say that of an image's scan."""
    ecr = standin.client("ecr")
    ecr.start_image_scan(repositoryName=standin.REPOSITORY, imageId={"imageDigest": digest})
    (of_account,) = (v for v in ecr_backends.values() if standin.REGION in v and v[standin.REGION].repositories)
    of_account[standin.REGION].scan_finding_results.append(
        {
            "repositoryName": standin.REPOSITORY,
            "imageId": {"imageDigest": digest},
            "imageScanStatus": {"status": status},
            "imageScanFindings": found,
        }
    )


@pytest.mark.parametrize(("found", "status", "expected"), REPLIES.values(), ids=REPLIES.keys())
def test_a_scan_is_read(scanned: Path, found: dict[str, Any], status: str, expected: str) -> None:
    """Basic or enhanced, counted by ECR or not, there or on its way."""
    digest = standin.push()
    says(digest, found, status)
    verdict = look(digest).verdict
    assert expected in f"{verdict.code}: {verdict.reason}"


def test_no_scan_is_waited_for_and_then_refused(scanned: Path) -> None:
    """An image that nobody scans never goes where a scan is asked for; the service was asked nothing for it."""
    digest = standin.push()
    verdict = look(digest).verdict
    assert (verdict.state, verdict.code, verdict.retry_after) == ("WAIT", "SCAN_PENDING", 10)
    verdict = look(digest, scans=31).verdict
    assert (verdict.state, verdict.code) == ("FAIL", "SCAN_UNKNOWN")


def test_with_a_warning_it_goes_on(scanned: Path) -> None:
    """The report says what is not known: the baseline's warnings are in it."""
    scanned.write_text(scanned.read_text().replace("refuse HIGH", "warn"))
    answer = look(standin.push(), scans=31)
    assert answer.verdict.code == "READY"
    assert answer.baseline
    assert "not scanned" in answer.baseline.warnings[0]


def test_of_an_index_its_images_are_judged(scanned: Path) -> None:
    """ECR scans the images of an index, and never the index."""
    part = standin.push("part", "part")
    says(part, ONE)
    index = standin.push("index", platforms=(part,))
    verdict = look(index, part).verdict
    assert verdict.code == "SCAN_FINDINGS"
    assert part in verdict.reason


def test_going_back_is_not_scanned(scanned: Path) -> None:
    """What was proven is gone back to, whatever was found in it since: it is what ends an incident."""
    digest = standin.push()
    says(digest, ONE)
    assert look(digest, revision=b.REVISION).verdict.code != "SCAN_FINDINGS"


def test_off_asks_nothing(live: str) -> None:
    """Without the setting ECR is not asked, and no right is needed."""
    assert look(standin.push()).verdict.code == "READY"
