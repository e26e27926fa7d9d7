"""Puts a function into the network that can reach private services."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from landfall.settings import Vpc

LOOK = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
CHANGE = (
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)


def put_inside(function: lambda_.CfnFunction, role: iam.Role, name: str, vpc: Vpc) -> None:
    """Connect the function to these subnets, and allow Lambda to create the interfaces.

    Lambda creates them with the function's role, so the role has the rights. The function's own code runs with the same
    role and is denied them. Both follow the Lambda developer guide ("Giving Lambda functions access to resources in an
    Amazon VPC"): DescribeNetworkInterfaces works only on all resources, and deleting needs all ids in the account,
    since an interface has no id before it is created.
    """
    stack = cdk.Stack.of(function)
    anything = stack.format_arn(service="ec2", resource="*", resource_name="*")
    itself = stack.format_arn(
        service="lambda", resource="function", resource_name=name, arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
    )
    role.add_to_policy(iam.PolicyStatement(actions=list(LOOK), resources=["*"]))
    role.add_to_policy(iam.PolicyStatement(actions=list(CHANGE), resources=[anything]))
    role.add_to_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=[*LOOK, *CHANGE],
            resources=["*"],
            # this key is set if code inside the function calls, but not if Lambda itself does
            conditions={"ArnEquals": {"lambda:SourceFunctionArn": itself}},
        )
    )
    function.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
        subnet_ids=list(vpc.subnets), security_group_ids=list(vpc.security_groups)
    )
