"""What cdk-nag finds here and is left as it is, and why: finding by finding, on the resources it is about.

docs/compliance.md lists every one with its resource. tests/policy fails on a finding that no row answers, and on a row
that answers none any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stacks.functions.steps import STEPS

_STEP = "|".join(step.id for step in STEPS)
_IN_MACHINES = "|".join(step.id for step in STEPS if step.machine)
_SCHEDULED = "|".join(step.id for step in STEPS if not step.machine)
_POLICY = r"DefaultPolicy/Resource"
_STEPS_POLICY = rf"Landfall-Pipeline/({_STEP})Role/{_POLICY}"
_SERVICE = r"Landfall-Service-[^/]+"
_ACCOUNT = r"<AWS::Region>:<AWS::AccountId>"


@dataclass(frozen=True)
class Answer:
    """Why findings stay: rule and resource are regular expressions that must match from end to end."""

    rule: str
    resource: str
    reason: str

    def answers(self, rule: str, resource: str) -> bool:
        """Return whether this is the answer to that finding."""
        return bool(re.fullmatch(self.rule, rule) and re.fullmatch(self.resource, resource))


def _wildcard(pattern: str, resource: str, reason: str) -> Answer:
    return Answer(rf"AwsSolutions-IAM5\[Resource::{pattern}\]", resource, reason)


ANSWERS: tuple[Answer, ...] = (
    # --- runtime
    Answer(
        r"AwsSolutions-L1",
        rf"Landfall-Pipeline/({_STEP})/Resource",
        "The functions run on the newest Python that all tests run on too, and not on one that no test has seen: "
        "python3.13, which Lambda supports until 2029 (Lambda developer guide, runtimes).",
    ),
    # --- rights
    _wildcard(
        r"\*",
        rf"({_STEPS_POLICY}|(Landfall-Pipeline/(Machine|BuildWatch)|Landfall-Fronts/Ask-[^/]+)/Role/{_POLICY}"
        rf"|{_SERVICE}/Surroundings/ExecutionRole/{_POLICY}|Landfall-Build/[^/]+/Role/{_POLICY})",
        "Only actions for which AWS offers no resource to name are granted on every resource; docs/iam.md lists each "
        "with AWS's reason, and a test compares them with the Service Authorization Reference.",
    ),
    _wildcard(
        r"<Ledger\w+\.Arn>/index/\*",
        _STEPS_POLICY,
        "The indexes of this one table, which holds nothing but the ledger: a right to query, on the same records.",
    ),
    _wildcard(
        r"<Reports\w+\.Arn>/\*",
        rf"Landfall-Pipeline/ReportRole/{_POLICY}",
        "A report's key holds the service and the deployment, which are not known before. s3:PutObject alone: Object "
        "Lock and versions keep what was written before.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:ecs:{_ACCOUNT}:task/[^/]+/\*",
        _STEPS_POLICY,
        "ECS gives a task its id when it starts; the pattern ends at the configured cluster, and the right is to read.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:ecs:{_ACCOUNT}:task-definition/[^/*]+:\*",
        rf"Landfall-Pipeline/RegisterTaskDefinitionRole/{_POLICY}",
        "ECS gives a revision its number when it is registered; the pattern ends at the configured family.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:logs:{_ACCOUNT}:log-group:[^*]+:\*",
        rf"Landfall-Pipeline/(Report|Confirm|Preflight)Role/{_POLICY}",
        "The form in which IAM names a log group with its streams (CloudWatch Logs user guide): one configured group.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:secretsmanager:{_ACCOUNT}:secret:\*",
        rf"Landfall-Pipeline/PreflightRole/{_POLICY}",
        "secretsmanager:DescribeSecret alone, which returns names and dates and no value. Which secrets a service's "
        "revision names is up to the revision; Preflight looks whether they are still there.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:states:{_ACCOUNT}:execution:landfall(-ask-[^:*]+)?:\*",
        rf"({_STEPS_POLICY}|Landfall-GitHub/[^/]+/{_POLICY})",
        "An execution's name is made when it starts; the pattern ends at this one state machine, and the right is to "
        "read.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:cloudformation:{_ACCOUNT}:stack/Landfall-Pipeline/\*",
        rf"Landfall-GitHub/[^/]+/{_POLICY}",
        "A stack's ARN ends in an id that CloudFormation makes: the pattern is this one stack, and the right is to "
        "read.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:states:{_ACCOUNT}:execution:landfall-build-watch:\*",
        rf"Landfall-Pipeline/RetireRole/{_POLICY}",
        "The same for the machine that watches builds.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:lambda:{_ACCOUNT}:function:landfall-[a-z-]+:\*",
        rf"Landfall-Pipeline/RetireRole/{_POLICY}",
        "Lambda numbers a version when it is published; the pattern ends at one function, and is that of its versions: "
        "the function itself can't be deleted by it.",
    ),
    _wildcard(
        r"<\w+\.Arn>:\*",
        rf"Landfall-Pipeline/(Machine|BuildWatch)/Role/{_POLICY}",
        "The versions of one step's function: executions that began before an upgrade call those of their own "
        "definition, and a role is not versioned.",
    ),
    Answer(
        r"HIPAA\.Security-IAMNoInlinePolicy",
        rf"Landfall-[^/]+/.*{_POLICY}",
        "One role, one policy, made and deleted together: the one-to-one relation for which IAM's user guide advises "
        "an inline policy. As a managed one it could be attached to something else, which is what must not happen.",
    ),
    # --- functions
    Answer(
        r"HIPAA\.Security-LambdaConcurrency",
        rf"Landfall-Pipeline/({_STEP})/Resource",
        "A reservation is taken from the account's pool, which in a new account has none to spare: a deploy would "
        "fail. What runs at once is bounded by the lock, one deployment of a service at a time.",
    ),
    Answer(
        r"HIPAA\.Security-LambdaDLQ",
        rf"Landfall-Pipeline/({_IN_MACHINES})/Resource",
        "A dead-letter queue takes asynchronous invocations. This function is invoked by Step Functions, which waits "
        "for the answer; a failure is retried, then caught, and ends in a record, a message and an alarm.",
    ),
    Answer(
        r"HIPAA\.Security-LambdaDLQ",
        rf"Landfall-Pipeline/({_SCHEDULED})/Resource",
        "An event that cannot be delivered goes to the queue of EventBridge's target. One that fails in the function "
        "holds nothing to keep: the next run, minutes later, looks at the same records; an alarm tells of failures "
        "and of silence.",
    ),
    Answer(
        r"HIPAA\.Security-LambdaInsideVPC",
        rf"Landfall-Pipeline/({_STEP})/Resource",
        "It talks to AWS's APIs, over TLS, and listens to nobody: a network of ours would add interfaces and routes "
        "and keep nothing out. Steps that ask private services are put into the network that the settings name.",
    ),
    # --- records
    Answer(
        r"HIPAA\.Security-DynamoDBInBackupPlan",
        r"Landfall-Pipeline/(Ledger|Locks|Freezes)/Resource",
        "Point-in-time recovery restores any second of the last 35 days, deletion protection is on, and the table "
        "outlives its stack; records are sealed and their hashes lie in a bucket under Object Lock. A backup plan is "
        "the account's, by resource or tag, and needs nothing from here.",
    ),
    Answer(
        r"HIPAA\.Security-S3BucketReplicationEnabled",
        r"Landfall-Pipeline/(Reports|ReportAccessLogs)/Resource",
        "Versions and Object Lock protect against change and deletion, and S3 itself keeps copies in several zones. "
        "Against the loss of a region records and reports are taken elsewhere with `landfall history --export`; which "
        "second region may hold them is the owner's to decide.",
    ),
    Answer(
        r"HIPAA\.Security-S3DefaultEncryptionKMS",
        r"Landfall-Pipeline/ReportAccessLogs/Resource",
        "S3 delivers server access logs only to buckets under SSE-S3 (S3 user guide, server access logging). The "
        "logs name keys and callers; the reports themselves are under a key of ours.",
    ),
    Answer(
        r"AwsSolutions-SQS3",
        r"Landfall-Pipeline/OnPush/DeadLetters/Resource",
        "This is the dead-letter queue; an alarm watches it.",
    ),
    # --- builds
    Answer(
        r"AwsSolutions-CB4",
        r"Landfall-Build/[^/]+/Project",
        "The key is for a build's output artifacts, and this one has none (NO_ARTIFACTS): its image goes to ECR, "
        "which encrypts it, and its log to a group under a key of ours.",
    ),
    Answer(
        r"HIPAA\.Security-CodeBuildProjectSourceRepoUrl",
        r"Landfall-Build/[^/]+/Project",
        "No user name and no token is in the URL, which is what the rule is for: a public source is read without, a "
        "private one through a GitHub App connection (CodeConnections), which has taken OAuth's place.",
    ),
    # --- the service's own stack, for those who have no service yet
    Answer(
        r"AwsSolutions-L1",
        rf"{_SERVICE}/Own/Function/Resource",
        "The function that makes the service runs on the Python of the steps (see Landfall-Pipeline).",
    ),
    Answer(
        r"HIPAA\.Security-Lambda(Concurrency|DLQ|InsideVPC)",
        rf"{_SERVICE}/Own/Function/Resource",
        "CloudFormation invokes it, once or twice in a deploy, and hears of a failure by its answer or by the lack of "
        "one. It talks to AWS's APIs alone, and a reservation would be taken from the account's pool.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:elasticloadbalancing:{_ACCOUNT}:loadbalancer/app/[^/*]+/\*",
        rf"{_SERVICE}/Own/Role/{_POLICY}",
        "Elastic Load Balancing adds an id when a load balancer is made: the pattern is this one, by its name.",
    ),
    Answer(
        r"HIPAA\.Security-ELBDeletionProtectionEnabled",
        rf"{_SERVICE}/LoadBalancer/Balancer/Resource",
        "It is switched on as soon as the service stands behind it (stacks/service/handlers/ecs_service.py). In the "
        "template a first deploy that fails could not delete what it made.",
    ),
    Answer(
        r"AwsSolutions-EC23",
        rf"{_SERVICE}/Network/BalancerGroup",
        "The load balancer of a public service is reached from anywhere, on its listeners' ports; the tasks behind it "
        "are reached from it alone.",
    ),
    Answer(
        r"HIPAA\.Security-(ALBHttpToHttpsRedirection|ELBv2ACMCertificateRequired)",
        rf"{_SERVICE}/LoadBalancer/Balancer/Http/Resource",
        "A certificate needs a domain, which the sample has none of. With `certificate_arn` in services.toml HTTPS "
        "serves and HTTP only redirects to it, and this finding is gone (tests/stacks/test_network.py).",
    ),
    Answer(
        r"(AwsSolutions-ELB2|HIPAA\.Security-ELBLoggingEnabled)",
        rf"{_SERVICE}/LoadBalancer/Balancer/Resource",
        "Access logs hold callers' addresses and whole paths, which in a service for patients are data to protect in "
        "themselves. The service logs its own requests; whether a second record is kept, where and for how long, is "
        "the service's owner to decide, and a release depends on nothing of it.",
    ),
    Answer(
        r"(AwsSolutions-VPC7|HIPAA\.Security-VPCFlowLogsEnabled)",
        rf"{_SERVICE}/Network/Vpc/Resource",
        "The network holds one load balancer and its tasks, whose security groups allow one port in and HTTPS out. "
        "Flow logs cost by volume; an account that asks for them has them made for all its networks at once.",
    ),
    Answer(
        r"HIPAA\.Security-VPCDefaultSecurityGroupClosed",
        rf"{_SERVICE}/Network/Vpc/Resource",
        "Nothing is in the default group: balancer and tasks have groups of their own. CloudFormation cannot change "
        "it, and CDK's way around is a function with rights on security groups, which is the greater risk.",
    ),
    Answer(
        r"HIPAA\.Security-(VPCNoUnrestrictedRouteToIGW|VPCSubnetAutoAssignPublicIpDisabled)",
        rf"{_SERVICE}/Network/Vpc/PublicSubnet\d/(DefaultRoute|Subnet)",
        "The subnets are public on purpose: an internet-facing load balancer needs them, and tasks fetch images "
        "without a NAT gateway that costs by the hour. The tasks' group lets in the balancer alone.",
    ),
)
