"""May this service be deployed to, and what runs there now? Decided before anything is touched (law 3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from landfall.change import task_definition
from landfall.logs.task_logs import Place
from landfall.model import Release, Verdict, failed
from landfall.preflight_checks import provable, shapes, strategy
from landfall.proof.balanced import GroupView
from landfall.proof.observed import ServiceView, TaskView
from landfall.proof.strategy import ROLLING
from landfall.secret import Known, Unreadable
from landfall.settings import Service


def missing(settings: Service) -> Verdict:
    """Return the refusal for a service that does not exist in ECS."""
    why = f"{_name(settings)} does not exist; create it, or correct services.{settings.name}"
    return failed("SERVICE_NOT_FOUND", why)


def refusal(service: ServiceView, settings: Service, now: datetime) -> Verdict | None:
    """Return why the service can't be deployed to, or None if it can.

    A rollout that has not ended within the stability timeout is stuck, not in flight, and is no reason to refuse: a new
    release is how to fix such a service.
    """
    name = _name(settings)
    if service.status != "ACTIVE":
        return failed("SERVICE_NOT_ACTIVE", f"{name} is {service.status}; only an ACTIVE service can be deployed to")
    unsupported = _unsupported(service, name, settings)
    if unsupported:
        return failed("UNSUPPORTED_SERVICE", unsupported)
    ungated = strategy.refusal(service, settings)
    if ungated:
        return ungated
    if service.desired == 0 and settings.desired_count is None and provable.unreadable(service) is None:
        return failed("NO_DESIRED_COUNT", f"{name} wants 0 tasks; set services.{settings.name}.desired_count")
    stuck = now - timedelta(seconds=settings.limits.stability_timeout_seconds)
    moving = [
        d
        for d in service.deployments
        if d.rollout_state == "IN_PROGRESS" and (d.created_at is None or d.created_at > stuck)
    ]
    if moving:
        what = f"{moving[0].id} ({moving[0].task_definition})"
        return failed(
            "DEPLOYMENT_IN_FLIGHT", f"{name} is being deployed to: {what}; wait for it to end, then try again"
        )
    return None


def wrong_group(groups: Collection[GroupView], settings: Service) -> Verdict | None:
    """Return a refusal if the service registers its tasks where their targets can't be judged."""
    why = shapes.wrong_group(groups)
    return failed("UNSUPPORTED_SERVICE", f"{_name(settings)} {why}") if why else None


def no_http(settings: Service, base_url: str) -> Verdict:
    """Return the refusal for a service with healthy targets whose load balancer never answered over HTTP.

    A Network Load Balancer passes any protocol on, and nothing says which. The owner named no address.
    """
    why = f"its targets are healthy, but no request to {base_url}, its Network Load Balancer, got an answer over HTTP"
    way_out = f"set services.{settings.name}.base_url to an address at which its tasks answer over HTTP or HTTPS"
    return failed("NO_HTTP", f"{_name(settings)}: {why}; {way_out}")


def unreadable_logs(settings: Service, place: Place | None) -> Verdict:
    """Return the refusal for a service that has the log gate on, or is a worker, but has no readable logs."""
    nowhere = "its tasks do not write to CloudWatch Logs (log driver awslogs, with awslogs-stream-prefix)"
    group = f"log group {place.group!r} does not exist" if place else nowhere
    gate = f", or switch off services.{settings.name}.logs.gate"
    other = "; a worker is proven by what its tasks log" if settings.worker else gate
    way_out = f"fix its log configuration{other}"
    return failed("LOGS_UNREADABLE", f"{_name(settings)}: {group}; {way_out}")


def _name(settings: Service) -> str:
    return f"service {settings.service!r} in cluster {settings.cluster!r}"


def _unsupported(service: ServiceView, name: str, settings: Service) -> str:
    unfit = shapes.unfit(service)
    if unfit:
        return f"{name} {unfit}"
    if settings.worker:
        # no address of a worker's tasks is matched
        return _with_load_balancer(service, name, settings) or _worker_strategy(service, name)
    unmatched = shapes.unmatched(service)
    if unmatched:
        return f"{name} {unmatched}"
    if not service.target_groups:
        way_out = f"attach a target group; if it has no address, add [services.{settings.name}.worker]"
        return f"{name} has no target group, so Landfall can't know whether its tasks are healthy; {way_out}"
    return ""


def _with_load_balancer(service: ServiceView, name: str, settings: Service) -> str:
    """Return why a service can't be a worker: it has a load balancer, and nobody would check its targets."""
    if not (service.target_groups or service.classic_load_balancer or service.lattice):
        return ""
    other = "VPC Lattice" if service.lattice else "a Classic Load Balancer"
    first = service.target_groups[0].arn if service.target_groups else other
    way_out = f"remove [services.{settings.name}.worker], or the load balancer from the service"
    return f"{name} has a load balancer ({first}), and services.{settings.name}.worker says that it has none; {way_out}"


def _worker_strategy(service: ServiceView, name: str) -> str:
    """Return why a worker can't have a strategy: its new tasks take work as soon as they run, even while ECS pauses."""
    if service.strategy == ROLLING:
        return ""
    return (
        f"{name} is a worker with deployment strategy {service.strategy!r}: its new tasks take work before any gate, so"
        " nothing could be judged before they do; set deploymentConfiguration.strategy to ROLLING"
    )


def wrong_container(template: Mapping[str, Any], settings: Service) -> Verdict | None:
    """Return a refusal if the running revision has no container of the configured name."""
    names = task_definition.container_names(template)
    if settings.container in names:
        return None
    known = ", ".join(names) or "none"
    return failed(
        "CONTAINER_NOT_FOUND",
        f"services.{settings.name}.container is {settings.container!r}; the task definition's containers are {known}",
    )


def other_images(template: Mapping[str, Any], settings: Service, release: Release) -> Verdict | None:
    """Return a refusal if another container runs another image of the same repository, and the settings don't allow it.

    A rollback uses the proven revision as it is, so it is not checked.
    """
    found = task_definition.other_images(template, settings.container, settings.keep_image)
    if not found or release.revision:
        return None
    named = ", ".join(f"{name!r} ({version})" for name, version in found.items())
    return failed(
        "OTHER_IMAGE",
        f"{_name(settings)} releases the image of {settings.container!r}, but {named} runs another image of the same"
        f" repository; give them the same image, or name them in services.{settings.name}.keep_image",
    )


def unreadable_secret(settings: Service, known: Known) -> Verdict | None:
    """Return a refusal if a check sends a secret that can't be read, since that check could never be made."""
    for check in settings.smoke.checks:
        for secret in check.secrets:
            found = known[secret]
            if isinstance(found, Unreadable):
                where = f"services.{settings.name}.smoke.checks"
                return failed(
                    "SECRET_UNREADABLE",
                    f"check {check.name!r} sends {secret}, which {found.why}; fix the secret, or the check in {where}",
                )
    return None


def no_way_back(
    template: Mapping[str, Any], tasks: tuple[TaskView, ...], digests: Mapping[str, str], settings: Service
) -> Verdict | None:
    """Return a refusal if the running revision names its image by tag and its tasks run different digests."""
    by_tag = settings.container in task_definition.unpinned(template)
    if not by_tag or settings.container in digests or not any(t.serves for t in tasks):
        return None
    return failed(
        "WAY_BACK_UNKNOWN",
        f"{_name(settings)} names the image of {settings.container!r} by tag, but its tasks report different digests"
        " or none; force a new deployment of it so that all tasks run the same image, then try again",
    )


def running_digests(tasks: tuple[TaskView, ...], template: Mapping[str, Any]) -> dict[str, str]:
    """Return the digest that each container of the revision runs, if all running tasks agree on it.

    Containers that AWS adds to a task, such as GuardDuty's agent, have a different name in every task.
    """
    names = task_definition.container_names(template)
    seen: dict[str, set[str]] = {}
    for task in tasks:
        for container in task.containers:
            if task.serves and container.name in names:
                seen.setdefault(container.name, set()).add(container.image_digest)
    return {name: digests.pop() for name, digests in seen.items() if len(digests) == 1 and "" not in digests}
