"""AWS CodeBuild."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from landfall.aws.trying import trying
from landfall.builds.build_watch import BuildView, Phase
from landfall.errors import AwsCallFailed
from landfall.intake.request import moment

MOST = 100
"""Builds that BatchGetBuilds takes (API reference)."""


class CodeBuild:
    """Builds, by their id: `project:uuid`, the end of their ARN."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def build(self, build_id: str) -> BuildView:
        """Return a build. Raises AwsCallFailed if CodeBuild refuses, or has no build with that id."""
        with trying(f"reading build {build_id}"):
            found = self._client.batch_get_builds(ids=[build_id])["builds"]
            if found:
                return _view(found[0])
        raise AwsCallFailed("BuildMissing", f"CodeBuild knows no build {build_id} at this look")

    def ends(self, build_ids: Iterable[str]) -> dict[str, str]:
        """Return when builds were over, empty for those that are not. One that CodeBuild does not know is left out.

        Raises AwsCallFailed where CodeBuild refuses.
        """
        ids = sorted(set(build_ids))[:MOST]
        if not ids:
            return {}
        with trying(f"reading {len(ids)} builds"):
            found = self._client.batch_get_builds(ids=ids)["builds"]
            return {str(each["id"]): moment(each["endTime"]) if each.get("endTime") else "" for each in found}


def _view(build: dict[str, Any]) -> BuildView:
    return BuildView(
        arn=build["arn"],
        project=build["projectName"],
        status=build["buildStatus"],
        started_at=moment(build["startTime"]),
        source_version=build.get("resolvedSourceVersion") or build.get("sourceVersion", ""),
        phases=tuple(_phase(p) for p in build.get("phases", [])),
        exported={v["name"]: v["value"] for v in build.get("exportedEnvironmentVariables", [])},
    )


def _phase(phase: dict[str, Any]) -> Phase:
    messages = [c["message"] for c in phase.get("contexts", []) if c.get("message")]
    return Phase(phase["phaseType"], phase.get("phaseStatus", ""), "; ".join(messages))
