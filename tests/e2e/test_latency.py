"""The latency in the report of a rolling release, from requests that its load balancer answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.stage.landfall_stage import Stage, commit, staged
from tests.campaigns.strategies.client import Client

pytestmark = [pytest.mark.e2e, pytest.mark.long]

NAME = "sample"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Start a stage whose service bakes long enough for CloudWatch's minutes."""
    with staged(tmp_path_factory.mktemp("latency"), [NAME], overrides={NAME: {"bake_seconds": 300}}) as stage:
        yield stage


def released(stage: Stage, word: str) -> dict[str, object]:
    """Release a good image, and return its report."""
    sha, before = commit(word), datetime.now(UTC)
    stage.push(NAME, sha)
    ending = stage.ended(stage.started_by_push(NAME, sha, before), NAME, 900)
    assert ending.outcome == "SUCCEEDED", ending.record
    place = urlsplit(str(ending.record["reported"]))
    key = f"{place.path.lstrip('/').rpartition('/')[0]}/report.json"
    return dict(json.loads(stage.aws.client("s3").get_object(Bucket=place.netloc, Key=key)["Body"].read()))


def test_both_releases_are_timed(stage: Stage, tmp_path: Path) -> None:
    """Figures of the release and of what ran before it, in the report that an auditor keeps."""
    with Client(stage.fronts[NAME].url, stage.aws.ca_bundle, 10) as client:
        released(stage, "first")
        latencies = released(stage, "second")["latencies"]
    assert client.asked.requests > 100
    assert isinstance(latencies, dict)
    (told,) = latencies["groups"]
    for side in ("before", "since"):
        pace = told[side]
        assert pace["minutes"] >= 1, told
        assert 0 < pace["p50"] <= pace["p95"] < 10, told
