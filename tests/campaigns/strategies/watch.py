"""Watches a service's deployments: the stage, and the weight that the production rule really gives to green."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any, Self

from local.stage.landfall_stage import Stage
from tests.campaigns.strategies import owner
from tests.campaigns.strategies.record import Look

EVERY = 0.5


class Watch:
    """Looks twice a second until the end of the block."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.looks: list[Look] = []
        self._stage, self._name = stage, name
        self._groups: dict[str, str] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            began = time.time()
            told = owner.current(self._stage, self._name)
            percent = self._percent(told)
            stage, arn = told.get("lifecycleStage", ""), told["serviceDeploymentArn"]
            self.looks.append(Look(began, time.time(), percent, stage, told["status"], arn))

    def _percent(self, told: dict[str, Any]) -> float:
        """Return green's part of the production rule's weights; 0 for a rolling service."""
        service = self._stage.service(self._name)
        rule = (service["loadBalancers"][0].get("advancedConfiguration") or {}).get("productionListenerRule")
        if not rule:
            return 0.0
        actions = self._stage.aws.client("elbv2").describe_rules(RuleArns=[rule])["Rules"][0]["Actions"]
        groups = {g["TargetGroupArn"]: g["Weight"] for g in actions[-1]["ForwardConfig"]["TargetGroups"]}
        return float(100.0 * groups.get(self._group(told["targetServiceRevision"]["arn"]), 0) / sum(groups.values()))

    def _group(self, revision: str) -> str:
        if revision not in self._groups:
            found = self._stage.ecs.describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"][0]
            self._groups[revision] = found["resolvedConfiguration"]["loadBalancers"][0]["targetGroupArn"]
        return self._groups[revision]
