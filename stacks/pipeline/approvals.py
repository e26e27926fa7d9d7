"""The door for people who sign releases off: a function URL that only signed requests reach, and the policy for it."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.names import APPROVER_POLICY


class ApprovalDoor(Construct):
    """AWS checks the signature of each request, and names the caller to the function.

    The policy is attached to nobody: whoever manages the approvers' roles attaches it (docs/approvals.md). It has both
    rights that a URL needs. The second holds only through the URL, since whoever invokes the function directly writes
    the event, and with it the caller's name (Lambda developer guide, Control access to function URLs).
    """

    def __init__(self, scope: Construct, construct_id: str, *, function: lambda_.Function) -> None:
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
        policy = iam.ManagedPolicy(
            self,
            "Approver",
            managed_policy_name=APPROVER_POLICY,
            description="Answers sign-offs of Landfall at its function URL. services.toml says whose answers count",
            statements=[through_the_url, only_so],
        )
        self.policy_arn = policy.managed_policy_arn
