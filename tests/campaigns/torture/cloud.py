"""ECS, ELB and ECR of a scenario: every call answered in AWS's own shapes, whoever asks and over whatever wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.campaigns.torture import picture as pictures
from tests.campaigns.torture import replies, roles, service_deployments, worker_log
from tests.campaigns.torture.asking_after import Function
from tests.campaigns.torture.facts import ServiceDeploymentFact
from tests.campaigns.torture.migrating import MigrationTask
from tests.campaigns.torture.picture import Picture
from tests.campaigns.torture.scenario import Scenario
from tests.campaigns.torture.story import Story
from tests.campaigns.torture.surroundings import ApiError, Reply, Surroundings

PAGE = 100


class Cloud(Surroundings):
    """One scenario's AWS. `clock` gives seconds; the first update of the service starts the timeline."""

    def __init__(self, scenario: Scenario, clock: Callable[[], float]) -> None:
        super().__init__(scenario)
        self.clock = clock
        self.our_sha = roles.SHAS["ours"]
        self.story = Story(scenario)
        self.migration = MigrationTask(scenario.migration)
        self.after = Function(scenario.after)
        self._known: tuple[Picture | None, dict[str, pictures.Task]] = (None, {})
        self.calls: list[tuple[float, str]] = []
        self.updates: list[tuple[float, str]] = []
        old = roles.revision_arn(1)
        self.revisions = {"old": old, "other": roles.revision_arn(900), "back": old}

    def call(self, name: str, request: Reply) -> Reply:
        """Answer a call. Raises ApiError."""
        now = self.clock()
        self.calls.append((now, name))
        fault = self.story.fault(name, now)
        if fault is not None and fault.error:
            if fault.effect:
                self._answer(name, request, now)
            raise ApiError(fault.error)
        at = now if fault is None or fault.stale is None else self.story.phase(now)[1] + fault.stale
        reply = self._answer(name, request, at)
        return reply if fault is None else spoilt(reply, fault.drop, dict(fault.put))

    def _answer(self, name: str, request: Reply, at: float) -> Reply:
        method: Callable[[Reply, float], Reply] | None = getattr(self, f"_{name}", None)
        if method is None:
            raise ApiError("UnknownOperationException", f"the replay knows no {name}")
        return method(request, at)

    def revision_of(self, role: str) -> str:
        """Return the revision a deployment of this role is of."""
        return self.revisions.get(roles.OF[role], "")

    def _service(self, look: Picture, at: float) -> Reply:
        revisions = [self.revision_of(d.of) for d, _ in look.deployments]
        attached = replies.groups(0 if self.scenario.worker else self.scenario.groups)
        configured = service_deployments.configured(self.scenario)
        service = replies.service(look, revisions, self.story.events(at), attached, configured)
        return {**service, "launchType": self.scenario.launch_type}

    def _DescribeServices(self, _request: Reply, at: float) -> Reply:  # noqa: N802
        look = self.story.look(at)
        if look.missing:
            arn = f"{replies.ECS}:service/{replies.CLUSTER}/{replies.SERVICE}"
            return {"services": [], "failures": [{"arn": arn, "reason": "MISSING"}]}
        return {"services": [self._service(look, at)], "failures": []}

    def _ListServiceDeployments(self, request: Reply, at: float) -> Reply:  # noqa: N802
        after = request.get("createdAt", {}).get("after", replies.EPOCH.min.replace(tzinfo=replies.EPOCH.tzinfo))
        listed = [service_deployments.brief(f, base, at, self.revision_of(f.of)) for f, base in self._changes(at)]
        wanted = request.get("status") or [each["status"] for each in listed]
        return {"serviceDeployments": [e for e in listed if e["createdAt"] > after and e["status"] in wanted]}

    def _DescribeServiceDeployments(self, request: Reply, at: float) -> Reply:  # noqa: N802
        told = (
            service_deployments.described(f, base, at, self.revision_of(f.of), self.scenario)
            for f, base in self._changes(at)
        )
        known = {each["serviceDeploymentArn"]: each for each in told}
        return {"serviceDeployments": [known[a] for a in request["serviceDeploymentArns"] if a in known]}

    def _DescribeServiceRevisions(self, request: Reply, _at: float) -> Reply:  # noqa: N802
        known = {service_deployments.revision(arn): arn for arn in self.definitions}
        found = [(a, known[a]) for a in request["serviceRevisionArns"] if a in known]
        return {"serviceRevisions": [{"serviceRevisionArn": a, "taskDefinition": runs} for a, runs in found]}

    def _changes(self, at: float) -> list[tuple[ServiceDeploymentFact, float]]:
        return self.story.service_deployments(at)

    def _ListTasks(self, request: Reply, at: float) -> Reply:  # noqa: N802
        look = self.story.look(at)
        if look.missing:
            raise ApiError("ServiceNotFoundException", "Service not found.")
        if (one_off := self.migration.listed(request, at)) is not None:
            return {"taskArns": one_off}
        stopped = request.get("desiredStatus", "RUNNING") == "STOPPED"
        arns = [arn for arn, t in self._by_arn(look).items() if (look.at >= t.stop) is stopped]
        start = int(request.get("nextToken") or 0)
        more = {"nextToken": str(start + PAGE)} if start + PAGE < len(arns) else {}
        return {"taskArns": arns[start : start + PAGE], **more}

    def _DescribeTasks(self, request: Reply, at: float) -> Reply:  # noqa: N802
        look = self.story.look(at)
        known = self._by_arn(look)
        one_off = [task for a in request["tasks"] if (task := self.migration.described(a, at))]
        return {
            "tasks": [*one_off, *(self._task(known[a], look) for a in request["tasks"] if a in known)],
            "failures": [],
        }

    def _GetFunctionConfiguration(self, _request: Reply, _at: float) -> Reply:  # noqa: N802
        return self.after.configuration()

    def _Invoke(self, _request: Reply, _at: float) -> Reply:  # noqa: N802
        return self.after.may_be_called()

    def _RunTask(self, request: Reply, at: float) -> Reply:  # noqa: N802
        return self.migration.run(request, at)

    def _StopTask(self, _request: Reply, at: float) -> Reply:  # noqa: N802
        return self.migration.stop(at)

    def _by_arn(self, look: Picture) -> dict[str, pictures.Task]:
        """Return a picture's tasks by ARN: a thousand tasks are described in ten pages of one picture."""
        if self._known[0] is not look:
            self._known = look, {replies.task_arn(t): t for t in look.tasks}
        return self._known[1]

    def _task(self, task: pictures.Task, look: Picture) -> Reply:
        role = task.fact.revision or task.fact.of
        digest = task.fact.digest or (roles.OF[role] if roles.OF[role] != "back" else self._back())
        revision, digests = self.revision_of(role), {replies.CONTAINER: self.digest(digest)}
        for container in self.scenario.containers:
            word = task.fact.sidecar_digest.get(container.name)
            if container.image:
                digests[container.name] = self.digest(word) if word else self._named(revision, container.name)
        return replies.task(task, look, revision, digests, self.scenario)

    def _back(self) -> str:
        """Return whose bytes a rollback started: a revision that names a tag starts what the tag means today."""
        listed = self.definitions[self.revisions["back"]]["containerDefinitions"]
        return "old" if "@" in listed[0]["image"] else "other"

    def _named(self, revision: str, container: str) -> str:
        """Return the digest that a revision names for a container; empty where it has no such container."""
        listed = self.definitions.get(revision, {}).get("containerDefinitions", [])
        return next((str(c["image"]).rpartition("@")[2] for c in listed if c["name"] == container), "")

    def digest(self, word: str) -> str:
        """Return the digest a word of a scenario stands for. Ours is the one that the release's revision names."""
        if word == "none":
            return ""
        if word == "ours":
            image = self.definitions.get(self.revision_of("ours"), {}).get("containerDefinitions", [{}])[0]
            return str(image.get("image", "")).rpartition("@")[2] or roles.DIGESTS["ours"]
        return roles.DIGESTS.get(word, word)

    def sha(self, role: str) -> str:
        """Return the commit of a role, as its image serves it."""
        return self.our_sha if role == "ours" else roles.SHAS[role]

    def _DescribeTargetHealth(self, request: Reply, at: float) -> Reply:  # noqa: N802
        look, groups = self.story.look(at), replies.groups(self.scenario.groups)
        group = groups.index(request.get("TargetGroupArn") or replies.GROUP) + 1
        states = [(t.address, *pictures.target_state(t, look.at, group)) for t in look.tasks]
        listed = [replies.target(ip, replies.PORT, state, why) for ip, state, why in states if state]
        strangers = [(pictures.ipv6(t.ip) if t.ipv6 else t.ip, t) for t in look.targets if t.group == group]
        extra = [replies.target(ip, t.port, t.state, t.reason) for ip, t in strangers]
        return {"TargetHealthDescriptions": [*listed, *extra]}

    def _FilterLogEvents(self, request: Reply, at: float) -> Reply:  # noqa: N802
        return worker_log.filtered(self._lines(at), request, at)

    def _GetLogEvents(self, _request: Reply, _at: float) -> Reply:  # noqa: N802  for the report alone
        return {"events": []}

    def _GetMetricData(self, request: Reply, at: float) -> Reply:  # noqa: N802
        return worker_log.metric(self._lines(at), request, at)

    def _lines(self, at: float) -> list[worker_log.Line]:
        """Return what every task of the scenario writes."""
        shas = {role: self.sha("old" if of == "back" else of) for role, of in roles.OF.items()}
        return list(worker_log.lines(self.story.look(at).tasks, shas))

    def _UpdateService(self, request: Reply, at: float) -> Reply:  # noqa: N802
        look = self.story.look(at)
        arn, role = str(request.get("taskDefinition") or ""), ""
        if look.status != "ACTIVE" or look.missing:
            raise ApiError("ServiceNotActiveException", "Service was not ACTIVE.")
        if request.get("desiredCount") is not None:
            self.story.desired = int(request["desiredCount"])
        runs = self.revision_of(look.primary.of) if look.primary else ""
        if arn and arn != runs:
            role = self._begin(arn, at)
        self.updates.append((at, arn))
        return {"service": self._service(self.story.look(at, just_made=role), at)}

    def _begin(self, arn: str, at: float) -> str:
        """Begin a deployment: the first is the release, any later one the way back."""
        if self.story.updated_at is None:
            self.revisions["ours"], self.story.updated_at = arn, at
            return "ours"
        if arn == self.revisions["ours"]:
            return "ours"
        self.revisions["back"], self.story.back_at = arn, at
        return "back"


def spoilt(value: Any, drop: tuple[str, ...], put: Reply, under: str = "") -> Any:
    """Return a reply without some keys, wherever they are or right under another, and with others' values replaced."""
    if isinstance(value, list):
        return [spoilt(v, drop, put, under) for v in value]
    if not isinstance(value, dict):
        return value
    kept = {k: v for k, v in value.items() if k not in drop and f"{under}.{k}" not in drop}
    return {k: put.get(f"{under}.{k}", put.get(k, spoilt(v, drop, put, k))) for k, v in kept.items()}
