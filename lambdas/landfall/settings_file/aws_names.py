"""Checks the names of AWS resources in services.toml: names that AWS accepts, not ARNs, URIs or wildcards.

A name with a wildcard would widen the policies that contain it. Sources: ECS API reference (CreateCluster,
CreateService, ContainerDefinition), ECR API reference (CreateRepository), IAM API reference (CreateRole).
"""

from __future__ import annotations

import re

from landfall.settings import Service
from landfall.settings_file.problem import Problems
from landfall.text.lazy_pattern import Later

_ECS = Later(r"[A-Za-z0-9_-]{1,255}")
_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_REPOSITORY = Later(rf"(?=.{{1,256}}$){_PART}(?:/{_PART})*")
"""ECR's own pattern of a repository's name: no two dots in a row, no dot beside a dash."""
_REGISTRY = Later(r"\.dkr[.-]ecr\.|^[^/]*[.:][^/]*/")
_SECRET = Later(r"[0-9A-Za-z/_+=.@-]{1,512}")
"""A secret's name (Secrets Manager API reference, CreateSecret). It excludes ARNs, which have colons."""
_CERTIFICATE = Later(
    r"arn:aws[a-z-]*:(acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{8,64}|iam::\d{12}:server-certificate/[\w+=,.@/-]{1,512})",
    re.ASCII,
)
"""What a listener takes (Elastic Load Balancing API reference, Certificate): one of ACM, or one that IAM stores."""
_ROLE = Later(r"[\w+=,.@-]{1,64}", re.ASCII)
_ROLE_ARN = Later(r"arn:aws[a-z-]*:iam::\d{12}:role/([\w+=,.@/-]+/)?[\w+=,.@-]{1,64}", re.ASCII)


def is_repository(name: str) -> bool:
    """Say whether a text is the name of an ECR repository, without registry, tag or digest."""
    return bool(_REPOSITORY.fullmatch(name)) and not _REGISTRY.search(name)


def is_secret_name(name: str) -> bool:
    """Say whether a secret in Secrets Manager can have this name."""
    return bool(_SECRET.fullmatch(name))


def is_certificate(arn: str) -> bool:
    """Say whether a text is the ARN of a certificate that a load balancer can have."""
    return bool(_CERTIFICATE.fullmatch(arn))


def check(service: Service, problem: Problems) -> None:
    """Check the names of a service's table. Raises SettingsError."""
    where = ("services", service.name)
    for key in ("cluster", "service", "container", "repository", "task_role", "execution_role"):
        if getattr(service, key) == "":
            raise problem.at((*where, key), "must not be empty")
    for key in ("cluster", "service", "container"):
        value = getattr(service, key)
        if not _ECS.fullmatch(value):
            last = re.split("[:/]", value)[-1]
            hint = f"; give only the name, such as {last!r}" if ":" in value and _ECS.fullmatch(last) else ""
            raise problem.at(
                (*where, key), f"{value!r} is not a name in ECS, which takes letters, digits, '-' and '_'{hint}"
            )
    repository = service.repository
    if not is_repository(repository):
        way_out = "give only the name, without registry, tag or digest, such as 'team/orders'"
        raise problem.at((*where, "repository"), f"{repository!r} is not an ECR repository's name; {way_out}")
    for key in ("task_role", "execution_role"):
        value = getattr(service, key)
        if not (_ROLE.fullmatch(value) or _ROLE_ARN.fullmatch(value)):
            way_out = "give its name, or arn:aws:iam::<account>:role/<name>; PassRole is granted on exactly that role"
            raise problem.at((*where, key), f"{value!r} is not a role; {way_out}")


def once(services: tuple[Service, ...], problem: Problems) -> None:
    """Check that no two tables name the same AWS resource. Raises SettingsError."""
    repositories: dict[str, str] = {}
    ecs_services: dict[tuple[str, str], str] = {}
    for service in services:
        first = repositories.setdefault(service.repository, service.name)
        if first != service.name:
            why = f"{service.repository!r} already belongs to service {first!r}; a repository serves one service"
            raise problem.at(("services", service.name, "repository"), why)
        first = ecs_services.setdefault((service.cluster, service.service), service.name)
        if first != service.name:
            what = f"{service.service!r} in cluster {service.cluster!r} already belongs to service {first!r}"
            way_out = "two tables have two locks and could deploy to it at the same time; keep one of them"
            raise problem.at(("services", service.name, "service"), f"{what}; {way_out}")
