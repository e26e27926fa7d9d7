"""The doors for people who sign releases off or abort deployments: function URLs that only signed requests reach."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct


@dataclass(frozen=True)
class Policy:
    """A managed policy. None of these may change in a stack that is deployed.

    IAM can't change a policy's description, so CloudFormation would replace the policy, and a policy with a name can't
    be replaced (CloudFormation template reference, AWS::IAM::ManagedPolicy).
    """

    construct_id: str
    name: str
    description: str


APPROVER = Policy(
    "Approver",
    "landfall-approver",
    "Answers sign-offs of Landfall at its function URL. services.toml says whose answers count",
)
ABORTER = Policy("Aborter", "landfall-aborter", "Aborts deployments of Landfall at its function URL")


class Door(Construct):
    """AWS checks the signature of each request, and names the caller to the function.

    The policy is attached to nobody: whoever manages people's roles attaches it (docs/approvals.md, docs/access.md). It
    has both rights that a URL needs. The second holds only through the URL, since whoever invokes the function directly
    writes the event, and with it the caller's name (Lambda developer guide, Control access to function URLs).
    """

    def __init__(self, scope: Construct, construct_id: str, *, function: lambda_.Function, policy: Policy) -> None:
        super().__init__(scope, construct_id)
        self.url = function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM).url
        through_the_url = iam.PolicyStatement(
            actions=["lambda:InvokeFunctionUrl"],
            resources=[function.function_arn],
            conditions={"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
        )
        only_so = iam.PolicyStatement(
            actions=["lambda:InvokeFunction"],
            resources=[function.function_arn],
            conditions={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
        )
        made = iam.ManagedPolicy(
            self,
            policy.construct_id,
            managed_policy_name=policy.name,
            description=policy.description,
            statements=[through_the_url, only_so],
        )
        self.policy_arn = made.managed_policy_arn
