"""The resources that the two migration steps may use, for services with a migration."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk

from landfall.change.task_definition import TAG_ROLE
from landfall.migration.run_task import ROLE_MIGRATION
from landfall.settings import Settings
from stacks.functions.scope import Scope, family_of, log_groups, once, role_arn, service_arn
from stacks.functions.steps_table import On


def scopes(stack: cdk.Stack, settings: Settings) -> dict[On, Scope]:
    """Return the scope of each `On` of migrations; an empty one if no service has a migration."""
    services = [service for service in settings.services if service.migration]

    def arns(resource: str, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(stack.format_arn(service="ecs", resource=resource, resource_name=n) for n in once(names))

    in_clusters = {"ArnEquals": {"ecs:cluster": list(arns("cluster", (s.cluster for s in services)))}}
    tasks, anywhere = arns("task", (f"{s.cluster}/*" for s in services)), ("*",) if services else ()
    roles = once(role_arn(stack, role) for s in services for role in (s.task_role, s.execution_role))
    return {
        On.MIGRATED_SERVICES: Scope(once(service_arn(stack, s) for s in services)),
        On.MIGRATED_FAMILIES: Scope(arns("task-definition", (f"{family_of(s)}:*" for s in services)), in_clusters),
        On.MIGRATED_TASK_LIST: Scope(anywhere, in_clusters),
        On.MIGRATED_TASKS: Scope(tasks),
        # RunMigration tags the tasks that it starts, so no other task can be stopped.
        On.MIGRATION_TASKS: Scope(tasks, {"StringEquals": {f"aws:ResourceTag/{TAG_ROLE}": ROLE_MIGRATION}}),
        On.MIGRATIONS_BEING_RUN: Scope(tasks, {"StringEquals": {"ecs:CreateAction": "RunTask"}}),
        On.MIGRATED_LOG_GROUPS: Scope(log_groups(stack, services)),
        On.ROLES_OF_MIGRATIONS: Scope(roles, {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}),
        # These two Describe actions have neither resource level nor condition keys.
        On.REVISIONS_OF_MIGRATIONS: Scope(anywhere),
        On.TARGETS_OF_MIGRATED: Scope(anywhere),
    }
