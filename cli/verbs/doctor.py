"""`landfall doctor`: checks everything that a release needs, and says how to fix it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from cli import after_functions, drill_records, quotas
from cli.cloud import Cloud
from cli.command import At, verb
from cli.exits import Exit, Refused
from cli.images import image_expiry
from cli.live_release import look
from cli.quotas import Unwell
from cli.verbs import freeze
from landfall import naming
from landfall.errors import LandfallError
from landfall.ledger import drills
from landfall.naming import PIPELINE_STACK
from landfall.preflight_checks import strategy, supported_service
from landfall.settings import Service
from landfall.steps.shifting import strategy_before

MOST_SKEW_SECONDS = 60
"""AWS refuses a request that is five minutes off (IAM user guide, signing elements). The ledger's order suffers sooner.
"""


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    name: str
    ok: bool
    seen: str
    mend: str = ""


@dataclass(frozen=True)
class Check:
    """One check: returns what it saw, or raises Unwell. `mend` says what to do if AWS refuses the call."""

    name: str
    look: Callable[[], str]
    mend: str


@verb
def doctor(at: At) -> int:
    """Check credentials, configuration, permissions and quotas, and say how to fix each problem. Changes nothing."""
    findings = []
    for check in _checks(at.cloud):
        finding = _finding(check)
        at.out.check(finding.name, finding.ok, finding.seen, f"fix: {finding.mend}")
        findings.append(finding)
    well = all(f.ok for f in findings)
    at.out.document({"ok": well, "findings": [asdict(f) for f in findings]})
    return Exit.LIVE if well else Exit.REFUSED


def _finding(check: Check) -> Finding:
    try:
        return Finding(check.name, True, check.look())
    except Unwell as error:
        return Finding(check.name, False, str(error), error.mend)
    except (LandfallError, ClientError, BotoCoreError) as error:
        return Finding(check.name, False, str(error), check.mend)


def _checks(cloud: Cloud) -> Iterator[Check]:
    allow = "allow your identity the action that AWS names here"
    yield Check("identity", lambda: cloud.identity, "sign in, for instance with `aws sso login`; or give --profile")
    yield Check("clock", partial(_clock, cloud), "sign in first")
    yield Check("pipeline", lambda: cloud.outputs["StateMachineArn"], "deploy it: docs/deploying.md")
    yield Check("machine", partial(_machine, cloud), f"{allow}; or deploy {PIPELINE_STACK} again")
    yield Check("rules", partial(_rules, cloud), allow)
    yield Check("subscribers", partial(_subscribers, cloud), allow)
    yield Check("dead letters", partial(_dead_letters, cloud), allow)
    yield Check("ledger", partial(_ledger, cloud), allow)
    yield Check("concurrency", partial(quotas.concurrency, cloud), allow)
    if not cloud.local:  # the local AWS has neither regions nor quotas
        yield Check("region", partial(quotas.region, cloud), allow)
        yield Check("quotas", partial(quotas.stacks, cloud), allow)
    for service in cloud.settings.services:
        table = f"services.{service.name}"
        yield Check(service.name, partial(_service, cloud, service), f"{allow}, or correct {table} in services.toml")
        yield Check("  images", partial(_repository, cloud, service), f"{allow}, or correct {table}.repository")
        yield Check("  expiry", partial(image_expiry.look, cloud, service), allow)
        yield Check("  build", partial(_build, cloud, service), f"{allow}, or deploy the build's stack")
        yield Check("  live", partial(_live, cloud, service), allow)
        if service.after:
            yield Check("  after-check", partial(after_functions.look, cloud, service), allow)
        if service.drill:
            yield Check("  drills", partial(_drills, cloud, service), allow)
        yield Check("  freezes", partial(_freezes, cloud, service), allow)


def _clock(cloud: Cloud) -> str:
    reply = cloud.client("sts").get_caller_identity()
    told = parsedate_to_datetime(reply["ResponseMetadata"]["HTTPHeaders"]["date"])
    off = abs((datetime.now(UTC) - told).total_seconds())
    if off > MOST_SKEW_SECONDS:
        raise Unwell(f"this machine's clock differs from AWS's by {off:.0f} s", "set the clock, and use NTP")
    return f"within {max(off, 1):.0f} s of AWS's"


def _machine(cloud: Cloud) -> str:
    found = cloud.client("stepfunctions").describe_state_machine(stateMachineArn=cloud.machine)
    if found["status"] != "ACTIVE":
        raise Unwell(f"the state machine is {found['status']}", f"deploy {PIPELINE_STACK} again")
    return f"{found['name']} is ACTIVE"


def _rules(cloud: Cloud) -> str:
    rules = cloud.client("events").list_rules(NamePrefix=PIPELINE_STACK)["Rules"]
    off = [r["Name"] for r in rules if r["State"] != "ENABLED"]
    if off or not rules:
        seen = f"disabled: {', '.join(off)}" if off else "there are none, so no push starts a deployment"
        raise Unwell(seen, "aws events enable-rule --name …, or deploy the stack again")
    return f"{len(rules)} rules, all enabled"


def _subscribers(cloud: Cloud) -> str:
    found = cloud.client("sns").list_subscriptions_by_topic(TopicArn=cloud.outputs["TopicArn"])["Subscriptions"]
    confirmed = [s for s in found if s["SubscriptionArn"].startswith("arn:")]
    if not confirmed:
        waiting = f"{len(found)} are not confirmed yet" if found else "there are none"
        mend = f"aws sns subscribe --topic-arn {cloud.outputs['TopicArn']} --protocol email --notification-endpoint …"
        raise Unwell(f"nobody would be notified of a rollback: {waiting}", mend)
    return f"{len(confirmed)} confirmed on the notification topic"


def _dead_letters(cloud: Cloud) -> str:
    url, name = cloud.outputs["DeadLetterQueueUrl"], "ApproximateNumberOfMessages"
    count = int(cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])
    if count:
        raise Unwell(f"{count} events could not start a deployment", f"read them, fix the cause, then empty {url}")
    return "none"


def _ledger(cloud: Cloud) -> str:
    left = cloud.ledger.unfinished()
    return f"{len(left)} deployments under way" if left else "readable; no deployment is under way"


def _service(cloud: Cloud, service: Service) -> str:
    found = cloud.ecs(service).service()
    refusal = (
        supported_service.refusal(found, service, datetime.now(UTC)) if found else supported_service.missing(service)
    )
    if found and not refusal:
        refusal = strategy_before.refusal(found, service, cloud.elb)
    if refusal:
        raise Unwell(refusal.reason, "a release would be rejected for this reason; change what it names")
    warning = strategy.warning(found, service) if found else ""
    return f"{service.cluster}/{service.service} can be deployed to" + (f"; {warning}" if warning else "")


def _repository(cloud: Cloud, service: Service) -> str:
    names = [service.repository]
    found = cloud.client("ecr").describe_repositories(repositoryNames=names)["repositories"][0]
    if not found["imageTagMutability"].startswith("IMMUTABLE"):
        mend = (
            f"aws ecr put-image-tag-mutability --repository-name {service.repository} --image-tag-mutability IMMUTABLE"
        )
        raise Unwell(f"{service.repository}: tags can be moved, so a commit's tag may name another image later", mend)
    return f"{service.repository}, tags are immutable"


def _build(cloud: Cloud, service: Service) -> str:
    if service.build is None:
        return "none configured: something else builds and pushes"
    if service.build.builder == "local":
        return "on this machine"
    project = naming.build_project(service.name)
    if not cloud.client("codebuild").batch_get_projects(names=[project])["projects"]:
        raise Unwell(f"CodeBuild has no project {project}", "deploy the build's stack: docs/building.md")
    return f"CodeBuild project {project}"


def _drills(cloud: Cloud, service: Service) -> str:
    found, now = drill_records.last(cloud, service), datetime.now(UTC)
    days = service.drill.overdue_days if service.drill else 0
    if found is None or now - datetime.fromisoformat(found.at) > timedelta(days=days):
        raise Unwell(found.told(now) if found else drills.NEVER, f"run `landfall drill {service.name}`")
    return found.told(now)


def _freezes(cloud: Cloud, service: Service) -> str:
    found = freeze.of(cloud, service)
    if found:
        mend = "a release would be rejected for this reason; run `landfall unfreeze` when the freeze may end"
        raise Unwell("; ".join(map(str, found)), mend)
    return "none: releases are allowed"


def _live(cloud: Cloud, service: Service) -> str:
    live = look(cloud, service)
    if live.status != "ACTIVE":
        raise Refused("NO_TARGET", f"the service is {live.status}")
    return f"{live.git_sha[:12]}, {'proven' if live.proven else 'not proven'}"
