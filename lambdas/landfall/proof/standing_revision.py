"""The running revision of a service whose traffic ECS shifts, while no deployment is under way, in a form for law 1.

Either its own service deployment brought it, and was SUCCESSFUL. Or ECS went back to it from a later one, or has
forgotten its service deployment (after about three months). ECS proves neither of these two: the caller must know that
the revision was proven. A service deployment of the same revision that was rolled back proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from landfall.proof import followed as ways
from landfall.proof.followed import BACK, DONE, Followed
from landfall.proof.live_traffic import Live
from landfall.proof.observed import ServiceView
from landfall.proof.service_deployment import ServiceDeployment
from landfall.proof.service_revision import ServiceRevision


def brought(
    found: ServiceDeployment | None, known: Mapping[str, ServiceRevision], service: ServiceView, live: Live
) -> Followed | None:
    """Return the current service deployment if it brought the running revision. Law 1 judges how it ended."""
    made = ways.of(found, known)
    return replace(made, live=live) if made.runs and made.runs == service.task_definition else None


def gone_back_to(
    found: ServiceDeployment | None, known: Mapping[str, ServiceRevision], service: ServiceView, live: Live
) -> Followed | None:
    """Return the running revision as if its own deployment had ended well: ECS went back to it, or forgot that one.

    None if the service deployment that ECS names goes on, failed, or says that something else runs.
    """
    if found is None:
        weighted = (group for weights in live.values() for group, weight in weights.items() if weight)
        groups = frozenset(service.shifting.groups) & frozenset(weighted)
        return Followed(ServiceDeployment(service.current, DONE), service.task_definition, groups, live=live)
    sources = [known[w.revision] for w in found.weights if w.revision in known and w.revision != found.target_revision]
    if found.status not in BACK or [each.task_definition for each in sources] != [service.task_definition]:
        return None
    ended = replace(found, status=DONE, went_back=False, reason="", rollback_reason="")
    return Followed(ended, service.task_definition, sources[0].groups, live=live)
