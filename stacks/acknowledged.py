"""The cdk-nag findings that are accepted, each with its reason and resources.

docs/compliance.md lists them all. tests/policy fails on a finding without a row here, and on a row without a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stacks.functions.steps_table import STEPS

_STEP = "|".join(step.id for step in STEPS)
_IN_MACHINES = "|".join(step.id for step in STEPS if step.machine)
_SCHEDULED = "|".join(step.id for step in STEPS if not step.machine)
_POLICY = r"DefaultPolicy/Resource"
_STEPS_POLICY = rf"Landfall-Pipeline/({_STEP})Role/{_POLICY}"
_SERVICE = r"Landfall-Service-[^/]+"
_ACCOUNT = r"<AWS::Region>:<AWS::AccountId>"


@dataclass(frozen=True)
class Answer:
    """Why findings are accepted. Rule and resource are regular expressions that must match in full."""

    rule: str
    resource: str
    reason: str

    def answers(self, rule: str, resource: str) -> bool:
        """Say whether this row is about that finding."""
        return bool(re.fullmatch(self.rule, rule) and re.fullmatch(self.resource, resource))


def _wildcard(pattern: str, resource: str, reason: str) -> Answer:
    return Answer(rf"AwsSolutions-IAM5\[Resource::{pattern}\]", resource, reason)


ANSWERS: tuple[Answer, ...] = (
    # --- runtime
    Answer(
        r"AwsSolutions-L1",
        rf"Landfall-Pipeline/({_STEP})/Resource",
        "The functions run on python3.13, the newest Python that all tests also run on. Lambda supports it until 2029 "
        "(Lambda developer guide, runtimes).",
    ),
    # --- rights
    _wildcard(
        r"\*",
        rf"({_STEPS_POLICY}|(Landfall-Pipeline/(Machine|BuildWatch)|Landfall-Fronts/Ask-[^/]+)/Role/{_POLICY}"
        rf"|{_SERVICE}/(Surroundings/ExecutionRole|Own/Role)/{_POLICY}|Landfall-Build/[^/]+/Role/{_POLICY})",
        "An action is granted on every resource only if AWS can't restrict it to a resource. docs/iam.md lists each "
        "with AWS's reason, and a test compares them with the Service Authorization Reference.",
    ),
    _wildcard(
        r"<Ledger\w+\.Arn>/index/\*",
        _STEPS_POLICY,
        "The indexes of the ledger's table: a right to query the same records.",
    ),
    _wildcard(
        r"<Reports\w+\.Arn>/\*",
        rf"Landfall-Pipeline/ReportRole/{_POLICY}",
        "A report's key contains the service and the deployment, which are not known at deploy time. Only "
        "s3:PutObject is granted, and Object Lock and versions keep earlier objects.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:ecs:{_ACCOUNT}:task/[^/]+/\*",
        _STEPS_POLICY,
        "ECS gives a task its id when it starts. The pattern is limited to the configured cluster. The right is to "
        "read. CheckMigration may stop, and RunMigration may tag, only the tasks of migrations.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:ecs:{_ACCOUNT}:service-(deployment|revision)/[^/*]+/[^/*]+/\*",
        rf"Landfall-Pipeline/(CheckStability|Preflight|CheckTargetHealth|Confirm|JudgeGate|ContinueGate|Rollback|Reconcile)Role/"
        rf"{_POLICY}",
        "ECS gives a service deployment and a revision of a service their ids when they are made. The pattern is "
        "limited to the configured service. The right is to read; ContinueGate may continue, and Rollback may stop, a "
        "deployment of that service.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:ecs:{_ACCOUNT}:task-definition/[^/*]+:\*",
        rf"Landfall-Pipeline/(RegisterTaskDefinition|RunMigration)Role/{_POLICY}",
        "ECS gives a revision its number when it is registered. The pattern is limited to the configured family.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:logs:{_ACCOUNT}:log-group:[^*]+:\*",
        rf"Landfall-Pipeline/(Report|Confirm|JudgeGate|Preflight|CheckMigration)Role/{_POLICY}",
        "The form in which IAM names a log group with its streams (CloudWatch Logs user guide): one configured group.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:secretsmanager:{_ACCOUNT}:secret:\*",
        rf"Landfall-Pipeline/PreflightRole/{_POLICY}",
        "Only secretsmanager:DescribeSecret, which returns names and dates but no value. A service's revision may name "
        "any secret, and Preflight checks whether its secrets still exist.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:states:{_ACCOUNT}:execution:landfall(-ask-[^:*]+)?:\*",
        rf"({_STEPS_POLICY}|Landfall-GitHub/[^/]+/{_POLICY})",
        "An execution gets its name when it starts. The pattern is limited to this one state machine, and the right is "
        "to read.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:cloudformation:{_ACCOUNT}:stack/Landfall-Pipeline/\*",
        rf"Landfall-GitHub/[^/]+/{_POLICY}",
        "A stack's ARN ends in an id that CloudFormation generates. The pattern is limited to this one stack, and the "
        "right is to read.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:states:{_ACCOUNT}:execution:landfall-build-watch:\*",
        rf"Landfall-Pipeline/RetireRole/{_POLICY}",
        "The same, for the machine that watches builds.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:lambda:{_ACCOUNT}:function:landfall-[a-z-]+:\*",
        rf"Landfall-Pipeline/Retire(Role/{_POLICY}|Rights\d+/Resource)",
        "Lambda numbers a version when it is published. The pattern is limited to the versions of one function, so it "
        "does not allow deleting the function itself.",
    ),
    _wildcard(
        r"<\w+\.Arn>:\*",
        rf"Landfall-Pipeline/(Machine|BuildWatch)/Role/{_POLICY}",
        "The versions of one step's function. Executions that began before an upgrade call the versions in their own "
        "definition, but a role has no versions.",
    ),
    Answer(
        r"HIPAA\.Security-IAMNoInlinePolicy",
        rf"Landfall-[^/]+/.*{_POLICY}",
        "One role and one policy are created and deleted together. For this one-to-one relation IAM's user guide "
        "advises an inline policy. A managed policy could be attached to another role, which must not happen.",
    ),
    # --- functions
    Answer(
        r"HIPAA\.Security-LambdaConcurrency",
        rf"Landfall-Pipeline/({_STEP})/Resource",
        "A reservation reduces the account's pool. A new account has none to spare, so the deploy would fail. The lock "
        "already limits concurrency to one deployment of a service at a time.",
    ),
    Answer(
        r"HIPAA\.Security-LambdaDLQ",
        rf"Landfall-Pipeline/({_IN_MACHINES})/Resource",
        "A dead-letter queue is for asynchronous invocations. Step Functions invokes this function and waits for the "
        "answer. A failure is retried, then caught, and ends in a record, a message and an alarm.",
    ),
    Answer(
        r"HIPAA\.Security-LambdaDLQ",
        rf"Landfall-Pipeline/({_SCHEDULED})/Resource",
        "An event that can't be delivered goes to the queue of EventBridge's target. If the function fails, the event "
        "need not be kept: the next run, minutes later, reads the same records. An alarm reports failures and missing "
        "runs.",
    ),
    Answer(
        r"HIPAA\.Security-LambdaInsideVPC",
        rf"Landfall-Pipeline/({_STEP})/Resource",
        "It only calls AWS's APIs, over TLS, and has no open port. A VPC would add interfaces and routes, but no "
        "protection. Steps that send requests to private services run in the network that the settings name.",
    ),
    # --- records
    Answer(
        r"HIPAA\.Security-DynamoDBInBackupPlan",
        r"Landfall-Pipeline/(Ledger|Locks|Freezes)/Resource",
        "Point-in-time recovery restores any second of the last 35 days, deletion protection is on, and the table "
        "outlives its stack. Records are sealed, and their hashes are in a bucket with Object Lock. The account can "
        "add a backup plan by resource or tag, without a change here.",
    ),
    Answer(
        r"HIPAA\.Security-S3BucketReplicationEnabled",
        r"Landfall-Pipeline/(Reports|ReportAccessLogs)/Resource",
        "Versions and Object Lock protect against change and deletion, and S3 keeps copies in several zones. Against "
        "the loss of a region, `landfall history --export` copies records and reports elsewhere; the owner decides "
        "which second region may hold them.",
    ),
    Answer(
        r"HIPAA\.Security-S3DefaultEncryptionKMS",
        r"Landfall-Pipeline/ReportAccessLogs/Resource",
        "S3 delivers server access logs only to buckets under SSE-S3 (S3 user guide, server access logging). The "
        "logs contain only keys and callers; the reports themselves are encrypted with Landfall's key.",
    ),
    Answer(
        r"AwsSolutions-SQS3",
        r"Landfall-Pipeline/OnPush/DeadLetters/Resource",
        "This is the dead-letter queue, and an alarm watches it.",
    ),
    # --- builds
    Answer(
        r"AwsSolutions-CB4",
        r"Landfall-Build/[^/]+/Project",
        "The key is for a build's output artifacts, and this build has none (NO_ARTIFACTS). Its image goes to ECR, "
        "which encrypts it, and its log goes to a group that is encrypted with Landfall's key.",
    ),
    Answer(
        r"HIPAA\.Security-CodeBuildProjectSourceRepoUrl",
        r"Landfall-Build/[^/]+/Project",
        "The rule is against a user name or a token in the URL, and the URL has neither. A public source needs no "
        "credentials; a private one is read through a GitHub App connection (CodeConnections), which replaced OAuth.",
    ),
    # --- the service's own stack, for those who have no service yet
    Answer(
        r"AwsSolutions-L1",
        rf"{_SERVICE}/Own/Function/Resource",
        "The function that creates the service runs on the Python of the steps (see Landfall-Pipeline).",
    ),
    Answer(
        r"HIPAA\.Security-Lambda(Concurrency|DLQ|InsideVPC)",
        rf"{_SERVICE}/Own/Function/Resource",
        "CloudFormation invokes it once or twice in a deploy, and sees a failure by its answer or by a missing answer. "
        "It only calls AWS's APIs, and a reservation would reduce the account's pool.",
    ),
    _wildcard(
        rf"arn:<AWS::Partition>:elasticloadbalancing:{_ACCOUNT}:loadbalancer/(app|net)/[^/*]+/\*",
        rf"{_SERVICE}/Own/Role/{_POLICY}",
        "Elastic Load Balancing adds an id when a load balancer is created. The pattern is"
        " limited to this one by name.",
    ),
    Answer(
        r"HIPAA\.Security-ELBDeletionProtectionEnabled",
        rf"{_SERVICE}/LoadBalancer/Balancer/Resource",
        "It is switched on as soon as the service is behind it (stacks/service/handlers/ecs_service.py). If the "
        "template set it, a first deploy that fails could not delete its resources.",
    ),
    Answer(
        r"AwsSolutions-EC23",
        rf"{_SERVICE}/Network/BalancerGroup",
        "The load balancer of a public service must be reachable from everywhere, on its listeners' ports. The tasks "
        "behind it are reachable only from the load balancer.",
    ),
    Answer(
        r"HIPAA\.Security-(ALBHttpToHttpsRedirection|ELBv2ACMCertificateRequired)",
        rf"{_SERVICE}/LoadBalancer/Balancer/Http/Resource",
        "A certificate needs a domain, and the sample has none. With `certificate_arn` in services.toml the service "
        "uses HTTPS, HTTP only redirects to it, and this finding is gone (tests/stacks/test_network.py).",
    ),
    Answer(
        r"(AwsSolutions-ELB2|HIPAA\.Security-ELBLoggingEnabled)",
        rf"{_SERVICE}/LoadBalancer/Balancer/Resource",
        "Access logs hold callers' addresses and whole paths, which need protection themselves in a service for "
        "patients. The service logs its own requests. The service's owner decides whether a second record is kept, "
        "where and for how long; a release doesn't depend on it.",
    ),
    Answer(
        r"(AwsSolutions-VPC7|HIPAA\.Security-VPCFlowLogsEnabled)",
        rf"{_SERVICE}/Network/Vpc/Resource",
        "The network holds one load balancer and its tasks, and their security groups allow one port in and HTTPS out. "
        "Flow logs cost by volume; an account that requires them can create them for all its networks at once.",
    ),
    Answer(
        r"HIPAA\.Security-VPCDefaultSecurityGroupClosed",
        rf"{_SERVICE}/Network/Vpc/Resource",
        "Nothing uses the default group: load balancer and tasks have their own groups. CloudFormation can't change "
        "it, and CDK's workaround is a function with rights on security groups, which is the greater risk.",
    ),
    Answer(
        r"HIPAA\.Security-(VPCNoUnrestrictedRouteToIGW|VPCSubnetAutoAssignPublicIpDisabled)",
        rf"{_SERVICE}/Network/Vpc/PublicSubnet\d/(DefaultRoute|Subnet)",
        "The subnets are public on purpose: an internet-facing load balancer needs them, and tasks can pull images "
        "without a NAT gateway, which costs by the hour. The tasks' group allows only the load balancer.",
    ),
)
