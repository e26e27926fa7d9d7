"""The hour, step by step: what is done, what it proves, what only a real account can show, and what is paid for."""

from __future__ import annotations

from dataclasses import dataclass

PUSH = (
    "SHA=$(git rev-parse HEAD~{back}); docker build --build-arg GIT_SHA=$SHA --build-arg FAULT={fault}"
    " --tag {registry}/landfall/{service}:$SHA sample_service && docker push {registry}/landfall/{service}:$SHA"
    " && .venv/bin/landfall watch --service {service}"
)
"""Build the sample of an older commit, push it, and follow what the push starts."""
RUNS = "the load balancer, the tasks of two releases for a moment, about 200 transitions of Step Functions"


@dataclass(frozen=True)
class Step:
    """One step. `commands` are a person's, for a real account; `also` are exit codes that are as they must be."""

    id: str
    does: str
    proves: str
    only_real: str
    paid: str
    minutes: int
    commands: tuple[str, ...] = ()
    also: tuple[int, ...] = ()


STEPS = (
    Step(
        "deploy",
        "deploys every stack, with a service that has no tasks",
        "the templates, roles and key policies are taken by CloudFormation, IAM and KMS",
        "IAM and KMS refuse what an emulator lets through; a function in a VPC; the alarms' and rules' own rights",
        "two KMS keys, alarms and a dashboard by the month; a load balancer by the hour",
        12,
        ("make deploy",),
    ),
    Step(
        "first",
        "pushes a first image, onto a service with no tasks",
        "a push alone starts a deployment, which raises the service and proves it",
        "how late ECR's event comes, cold starts, a pull by Fargate, targets that are `initial` with a reason",
        RUNS,
        6,
        (PUSH.replace("{back}", "4").replace("{fault}", "''"),),
    ),
    Step(
        "healthy",
        "pushes the next one",
        "a rolling update that loses no request: draining targets are told from the new ones",
        "a draining target's whole delay, ECS's eventual consistency, the digest a task reports",
        RUNS,
        8,
        (PUSH.replace("{back}", "3").replace("{fault}", "''"),),
    ),
    Step(
        "smoke",
        "pushes one that serves another commit than it claims",
        "the smoke test finds it; the release before is put back and proven again",
        "KMS signing in a Lambda, the report behind Object Lock, a mail of SNS with its subject",
        RUNS,
        10,
        (PUSH.replace("{back}", "2").replace("{fault}", "wrong-sha"),),
        also=(1,),
    ),
    Step(
        "crash",
        "pushes one that exits at its start",
        "the crash loop is seen by its stopped tasks, without waiting for the timeout",
        "ECS's own words for a stopped task, exit codes, `failedTasks`, the pace at which ECS tries again",
        RUNS,
        8,
        (PUSH.replace("{back}", "1").replace("{fault}", "crash-on-start"),),
        also=(1,),
    ),
    Step(
        "contention",
        "asks for two deployments of what is live, at once",
        "one lock, one holder; the other waits and finds nothing to do",
        "conditional writes under real concurrency, DynamoDB's consistent reads",
        "a few transitions and reads",
        3,
        (
            "SHA=$(git rev-parse HEAD~3); for n in 1 2; do aws stepfunctions start-execution --state-machine-arn"
            ' {machine} --input "{\\"service\\": \\"{service}\\", \\"image_tag\\": \\"$SHA\\"}"; done',
        ),
    ),
    Step(
        "throttle",
        "looks at the service as fast as it can, for a moment",
        "a throttled look is retried, and is no verdict",
        "AWS's own throttling: its codes, its messages, after how many calls",
        "nothing",
        1,
    ),
    Step(
        "evidence",
        "reads the ledger's chain and its key",
        "each record is signed, and follows the one before",
        "a key of KMS, its grants, and the form of its public half",
        "a few reads",
        1,
        (".venv/bin/landfall verify-evidence --service {service}",),
    ),
    Step(
        "redrive",
        "redrives the execution of the crash loop",
        "a redrive does no harm: the record stays closed, the service as it is",
        "Step Functions' redrive of a Fail state",
        "a transition",
        2,
        ("aws stepfunctions redrive-execution --execution-arn {failed}",),
    ),
    Step(
        "remove",
        "deletes the stacks; what is the audit stays",
        "nothing that costs by the hour is left",
        "what CloudFormation can't delete, and why; the bucket under its lock",
        "the kept bucket, tables and keys, until you delete them (the bucket when its lock has ended)",
        12,
        (".venv/bin/python -m stacks.node cdk destroy --all --force",),
    ),
)


def printed() -> str:
    """Return the hour as a person reads it."""
    lines = [f"One hour on a real account: {len(STEPS)} steps, about {sum(s.minutes for s in STEPS)} minutes."]
    for number, step in enumerate(STEPS, 1):
        lines += [
            "",
            f"{number}. {step.id}: {step.does} (about {step.minutes} min)",
            f"   proves:    {step.proves}",
            f"   real only: {step.only_real}",
            f"   paid for:  {step.paid}",
            *(f"   $ {command}" for command in step.commands),
        ]
    return "\n".join(lines)
