"""Puts a function into the network from which private services can be asked."""

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
    """Connect the function to these subnets, and let Lambda make the interfaces that this takes.

    Lambda does so in the name of the function's role, which therefore has the rights; the function's own code, which
    runs under the same role, is denied them. Both as the Lambda developer guide has it ("Giving Lambda functions
    access to resources in an Amazon VPC"): DescribeNetworkInterfaces only works on all resources, and deleting takes
    all resource ids of the account, since an interface has none before it is made.
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
            # set where code inside the function calls, and not where Lambda itself does
            conditions={"ArnEquals": {"lambda:SourceFunctionArn": itself}},
        )
    )
    function.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
        subnet_ids=list(vpc.subnets), security_group_ids=list(vpc.security_groups)
    )
