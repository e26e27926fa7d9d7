"""One function per `how`: plain JSON in, plain JSON out, by the project's own judgement."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.verbs.affected import concerned
from landfall import smoke as smoke_test
from landfall.change import task_definition
from landfall.errors import InvalidRequest, SettingsError
from landfall.images.image_secrets import is_secret
from landfall.intake import request as reader
from landfall.logs import levels
from landfall.model import Release
from landfall.preflight_checks import way_back
from landfall.proof import stops as stop_rules
from landfall.proof import target_health as target_rules
from landfall.proof.observed import Container, TaskView
from landfall.redaction import redacted
from landfall.settings import Limits
from landfall.settings_file import read
from landfall.smoke import leaks as leak_rules
from landfall.smoke.case import FAIL, RETRY
from tests.campaigns.torture import scenario, virtual
from tests.cases import http, images, recoveries
from tests.cases.case import Case
from tests.support import builders as b

SERVICE = (
    '[services.web]\ncluster="c"\nservice="s"\ncontainer="a"\nrepository="{repository}"\ntask_role="t"\n'
    'execution_role="e"\n'
)
MARKS = re.compile("⟦(.*?)⟧")


def outcome(case: Case) -> Any:
    """Return what comes of a case. An exception is what came of it too, by its name and text."""
    try:
        return HOWS[case.how](case)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def torture(case: Case) -> dict[str, Any]:
    """A scenario in virtual time: the outcome and, where expected, its code, its seconds and what people are told."""
    wanted = case.expected
    document = {**case.input, "theme": "reported", "expected": wanted["outcome"]}
    told = scenario.made(document, scenario.templates())
    run = virtual.run(told)
    said = run.reason + " ".join(run.notices)
    found: dict[str, Any] = {"outcome": run.outcome}
    if "code" in wanted:
        found["code"] = run.code
    if "within" in wanted:
        found["within"] = wanted["within"] if run.seconds <= wanted["within"] else run.seconds
    if "says" in wanted:
        found["says"] = wanted["says"] if re.search(wanted["says"], said) else said[:200]
    return found


def release_revision(case: Case) -> dict[str, str]:
    """Which image each container of the new revision has."""
    given, at = case.input, b.NOW.isoformat()
    digest = given["image"].rpartition("@")[2]
    release = Release("web", "d", "x", at, image=given["image"], image_digest=digest, git_sha=b.SHA)
    made = task_definition.release_revision(given["task_definition"], {}, release, given["container"], at)
    return {c["name"]: c["image"] for c in made["containerDefinitions"]}


def settings(case: Case) -> str:
    """Whether services.toml is refused (`SettingsError`) or read (`ok`)."""
    return _read(case.input)


def stops(case: Case) -> str | None:
    """The verdict's code on stopped tasks of one deployment; None for none."""
    tasks = [
        TaskView(
            arn=f"arn:aws:ecs:eu-west-1:123456789012:task/prod/{number}",
            task_definition="td:2",
            started_by="ecs-svc/1",
            last_status="STOPPED",
            desired_status="STOPPED",
            ip="10.0.0.1",
            containers=tuple(
                Container(c["name"], "sha256:1", c.get("exit"), c.get("reason", "")) for c in told["containers"]
            ),
            stop_code=told["stop_code"],
            stopped_reason=told["stopped_reason"],
        )
        for number, told in enumerate(case.input["tasks"])
    ]
    verdict = stop_rules.verdict(tasks, "ecs-svc/1", 2, completed=case.input.get("completed", False))
    return verdict.code if verdict else None


def health_ports(case: Case) -> list[str]:
    """What stands in the way back by the health check's port."""
    return list(way_back.wrong_health_ports(case.input["task_definition"], case.input["health_ports"]))


def secrets(case: Case) -> list[str]:
    """Which Secrets Manager secrets of a revision are looked at before the first change."""
    return sorted(way_back.secrets(case.input["task_definition"]))


def smoke(case: Case) -> dict[str, Any]:
    """The summed-up verdict of one round: PASS, WAIT or FAIL; and the checks that did not pass."""
    settings, answers = http.answered(case.input)
    results = smoke_test.checks(answers, b.SHA, settings)
    amiss = sorted(c.name for c in results if c.state in (FAIL, RETRY))
    return {"verdict": smoke_test.assess(results, {}, Limits()).state.value, "amiss": amiss}


def leaks(case: Case) -> dict[str, bool]:
    """For each error body, whether something is found in it."""
    return {name: bool(leak_rules.found(body)) for name, body in case.input.items()}


def redaction(case: Case) -> dict[str, str]:
    """For each line: is what stands between ⟦⟧ gone, and the rest as it was? `kept` where nothing is marked."""
    return {line: _redacted(line) for line in case.input}


def log_errors(case: Case) -> dict[str, bool]:
    """For each line, whether it counts as an error where a service has no pattern of its own."""
    return {line: levels.is_error(line) for line in case.input}


def image_env(case: Case) -> dict[str, bool]:
    """Which variables of an image are called secrets."""
    return {name: is_secret(name, value) for name, value in case.input.items()}


def affected(case: Case) -> bool | str:
    """Whether a push that changes these files concerns a service with these paths; `SettingsError` where refused."""
    build = f'[services.web.build]\nsource="acme/web"\npaths={json.dumps(case.input["paths"])}\n'
    if _read(SERVICE.format(repository="r") + build) != "ok":
        return "SettingsError"
    return concerned(tuple(case.input["paths"]), case.input["changed"])


def request(case: Case) -> str:
    """Whether a request by hand reads: its class, or the refusal's code."""
    known = read.parse(SERVICE.format(repository="team/orders"), Path("services.toml"))
    try:
        return type(reader.read(case.input, known)).__name__
    except InvalidRequest as error:
        return error.code


def target_health(case: Case) -> dict[str, str]:
    """What people are told of a target group's targets."""
    targets = tuple(b.target(n, **t) for n, t in enumerate(case.input["targets"], 1))
    verdict = target_rules.assess(b.look(targets=targets), b.judged())
    said = re.search(case.expected["says"], verdict.reason)
    return {"state": verdict.state.value, "says": case.expected["says"] if said else verdict.reason}


def context(case: Case) -> dict[str, Any]:
    """Which files of a commit the build's context lacks."""
    return {"lacks": images.lacking(case.input)}


def recovery_size(case: Case) -> str:
    """Whether the answer of a recovery that only finishes fits a step's limit, for an index of so many manifests."""
    given = case.input
    return recoveries.size(given["manifests"], given["checks"], given["reason"])


def _read(text: str) -> str:
    try:
        read.parse(text, Path("services.toml"))
    except SettingsError:
        return "SettingsError"
    return "ok"


def _redacted(line: str) -> str:
    bare, marked = re.sub("[⟦⟧]", "", line), MARKS.findall(line)
    now = redacted(bare)
    if not marked:
        return "kept" if now == bare else f"damaged: {now}"
    if any(each in now for each in marked):
        return "leaks"
    rest = ".*?".join(re.escape(part.strip('"')) for part in re.split("⟦.*?⟧", line))
    return "gone" if re.search(rest, now, re.S) else f"damaged: {now}"


HOWS: dict[str, Callable[[Case], Any]] = {
    how.__name__: how
    for how in (
        torture,
        release_revision,
        settings,
        stops,
        health_ports,
        secrets,
        smoke,
        leaks,
        redaction,
        log_errors,
        image_env,
        affected,
        request,
        target_health,
        context,
        recovery_size,
    )
}
