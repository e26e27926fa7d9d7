"""The actions that are granted on every resource, each with AWS's reason.

This file is next to the grants because a "*" without a reason is a mistake. tests/policy compares each row with the
Service Authorization Reference: an action is listed here only if the reference names no resource for it, or if its
documentation requires the wildcard.
"""

from __future__ import annotations

NO_LEVEL = "AWS gives it no resource level"
DELIVERY = (
    f"{NO_LEVEL}: logging of a state machine works on log deliveries, which have no ARN (Step Functions, cw-logs)"
)

ANYWHERE = {
    "ecs:ListTasks": "listing by service has no resource level; its condition is the cluster",
    "ecs:DescribeTaskDefinition": NO_LEVEL,
    "ecs:DeregisterTaskDefinition": NO_LEVEL,
    "ecs:ListTaskDefinitions": NO_LEVEL,
    "elasticloadbalancing:DescribeTargetHealth": NO_LEVEL,
    "elasticloadbalancing:DescribeTargetGroups": NO_LEVEL,
    "elasticloadbalancing:DescribeLoadBalancers": NO_LEVEL,
    "elasticloadbalancing:DescribeListeners": NO_LEVEL,
    "elasticloadbalancing:DescribeRules": NO_LEVEL,
    "cloudwatch:GetMetricData": NO_LEVEL,
    "cloudwatch:DescribeAlarms": "composite alarms are described on every resource or not at all (CloudWatch API)",
    "states:SendTaskSuccess": f"{NO_LEVEL}: a task token has no ARN, and whoever holds it was given it",
    "xray:PutTraceSegments": NO_LEVEL,
    "xray:PutTelemetryRecords": NO_LEVEL,
    "xray:GetSamplingRules": NO_LEVEL,
    "xray:GetSamplingTargets": NO_LEVEL,
    "ecr:GetAuthorizationToken": f"{NO_LEVEL}: a token is for the registry as a whole, and opens what its holder may",
    "logs:CreateLogDelivery": DELIVERY,
    "logs:GetLogDelivery": DELIVERY,
    "logs:UpdateLogDelivery": DELIVERY,
    "logs:DeleteLogDelivery": DELIVERY,
    "logs:ListLogDeliveries": DELIVERY,
    "logs:PutResourcePolicy": DELIVERY,
    "logs:DescribeResourcePolicies": DELIVERY,
    "logs:DescribeLogGroups": "log deliveries ask for the wildcard, not for one group (Step Functions guide, cw-logs)",
    "ec2:DescribeNetworkInterfaces": NO_LEVEL,
    "ec2:DescribeSubnets": NO_LEVEL,
}
