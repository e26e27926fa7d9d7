"""The ECS service scheduler. One thread moves each service step by step to its desired state.

It decides by the records and the measured health, and holds none of the emulator's locks while it acts.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import ecs

from local.ecs import changes, draining, failures, launches, strategies
from local.ecs import ecs_view as view

Record = dict[str, Any]

TICK = 0.2  # seconds between two runs if nothing wakes the scheduler
log = logging.getLogger("landfall.scheduler")


class Scheduler:
    """One loop over every service."""

    def __init__(self) -> None:
        self._awake = threading.Event()
        self.held = threading.RLock()

    def start(self) -> None:
        """Start the loop, once."""
        threading.Thread(target=self._run, daemon=True, name="ecs-scheduler").start()

    def wake(self) -> None:
        """Run the loop again soon."""
        self._awake.set()

    def _run(self) -> None:
        while True:
            self._awake.wait(TICK)
            self._awake.clear()
            for (account, region, key), service in list(ecs._services.all_items()):
                if service["status"] != "ACTIVE":
                    continue
                try:
                    with self.held, request_scope(account, region):
                        self._look(key.partition("/")[0], service)
                except Exception:  # a problem of one service must not stop the others
                    log.exception("scheduling %s", key)
            time.sleep(0.02)

    def _look(self, cluster: str, service: Record) -> None:
        """Do one step for one service."""
        primary = ecs._primary_deployment(service)
        if primary is None:
            return
        self._stop_unhealthy(service)
        tasks = [task for task in view.tasks_of(service) if view.wanted(task)]
        ours = [task for task in tasks if ecs._deployment_for_task(service, task) is primary]
        old = [task for task in tasks if ecs._deployment_for_task(service, task) is not primary]
        ready = [task for task in ours if view.ready(service, task)]
        for task in ready:
            failures.succeeded(service, primary, task)
        desired = int(service["desiredCount"])
        changes.settle(service)
        change = strategies.under_way(service)
        if change:
            strategies.step(cluster, service, change)
            return
        enough = False
        if primary["rolloutState"] != "FAILED" and changes.passes(service, primary, "PRE_SCALE_UP"):
            if len(ours) > desired:
                newest_first = sorted(ours, key=lambda task: str(task["createdAt"]), reverse=True)
                launches.scale_in(service, primary, newest_first[: len(ours) - desired])
            elif len(ours) < desired:
                launches.launch_missing(cluster, service, primary, ours, old)
            enough = len(ready) >= desired and changes.passes(service, primary, "POST_SCALE_UP")
            if enough and old:
                launches.scale_in(service, primary, old)
        launches.keep_up(cluster, service, primary, len(ready))
        self._complete(cluster, service, primary, enough)

    def _stop_unhealthy(self, service: Record) -> None:
        """Stop the tasks whose container or target is unhealthy, once their grace period is over."""
        grace = float(service.get("healthCheckGracePeriodSeconds") or 0)
        for task in view.tasks_of(service):
            if not view.wanted(task) or task["lastStatus"] != "RUNNING":
                continue
            view.settled(task)
            if view.seconds_running(task) < grace:
                continue
            reason = failures.reason_to_stop(service, task)
            if reason and draining.begin(task, reason, launches.BY_SCHEDULER):
                view.event(service, f"has stopped 1 running tasks: {reason}.")
                failures.failed(service, task)

    def _complete(self, cluster: str, service: Record, primary: Record, enough: bool) -> None:
        """Complete the rollout when no older task is left, and remove deployments without tasks."""
        others = {
            ecs._deployment_for_task(service, task)["id"] for task in view.tasks_of(service) if _known(service, task)
        }
        others.discard(primary["id"])
        if primary["rolloutState"] == "IN_PROGRESS" and enough and not others:
            name = primary["id"]
            primary.update(rolloutState="COMPLETED", rolloutStateReason=f"ECS deployment {name} completed.")
            primary["updatedAt"] = ecs._iso()
            view.event(service, f"(deployment {name}) deployment completed.")
            view.event(service, "has reached a steady state.")
        kept = [d for d in service["deployments"] if d is primary or d["id"] in others]
        if primary["rolloutState"] == "COMPLETED" and len(kept) < len(service["deployments"]):
            service["deployments"] = kept
            ecs._recount_cluster(cluster)


def _known(service: Record, task: Record) -> bool:
    return ecs._deployment_for_task(service, task) is not None


SCHEDULER = Scheduler()
