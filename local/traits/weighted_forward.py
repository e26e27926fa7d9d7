"""Trait: a forward action shares requests among target groups by their weights.

AWS ("API_ForwardActionConfig", "API_TargetGroupTuple", "Target groups for your Application Load Balancers"): a forward
action has up to five target groups, each with a weight from 0 to 999, and each request goes to one of them in
proportion; a group of weight 0 gets nothing. An action with one group is described both by its ARN and as a group of
weight 1. DescribeTargetGroups names the load balancers that use a group, by a listener or by a rule. A rule or a
listener that doesn't exist is an error (RuleNotFound, ListenerNotFound).
Emulator: reads and describes only an action's own target group, drops the others of a template too, counts only
listeners as users, and answers with an empty list.
Here: as AWS. Our reading: if no group has any weight, the answer is 503. Not played: stickiness.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import alb
from ministack.services.cloudformation import provisioners

from local.load_balancer import measurements, weights

Action = dict[str, Any]
Params = Any
NO_WEIGHT = (503, {"Content-Type": "text/plain"}, b"503: no target group of the action has any weight\n")


def apply() -> None:
    """Replace what reads, describes, makes and executes actions."""
    parse, xml, described = alb._parse_actions, alb._action_xml, alb._tg_xml
    alb._parse_actions = lambda params, prefix="DefaultActions": parsed(parse(params, prefix), params, prefix)
    alb._action_xml = lambda action: told(xml, action)
    alb._tg_xml = lambda group: described(
        {**group, "LoadBalancerArns": weights.load_balancers(group["TargetGroupArn"])}
    )
    alb._execute_actions = _weighted(alb._execute_actions)
    actions = alb._ACTION_MAP
    actions["DescribeRules"] = _known(actions["DescribeRules"], alb._rules, "Rule")
    actions["DescribeListeners"] = _known(actions["DescribeListeners"], alb._listeners, "Listener")
    provisioners._elbv2_listener_actions = _of_template(provisioners._elbv2_listener_actions)
    measurements.BOOK.start()


def parsed(actions: list[Action], params: Params, prefix: str) -> list[Action]:
    """Add the target groups that a request gives for each action."""
    for number, action in enumerate(actions, start=1):
        groups: list[dict[str, Any]] = []
        at = f"{prefix}.member.{number}.ForwardConfig.TargetGroups.member"
        while arn := alb._p(params, f"{at}.{len(groups) + 1}.TargetGroupArn"):
            weight = alb._p(params, f"{at}.{len(groups) + 1}.Weight")
            groups.append({"TargetGroupArn": arn, "Weight": int(weight or 1)})
        if groups:
            action["ForwardConfig"] = {"TargetGroups": groups}
    return actions


def told(xml: Callable[[Action], str], action: Action) -> str:
    """Describe an action with its groups. It has a target group ARN of its own only if there is one group."""
    shares = weights.of_action(action)
    if not shares:
        return xml(action)
    alone = {"TargetGroupArn": next(iter(shares))} if len(shares) == 1 else {}
    plain = {name: value for name, value in action.items() if name not in ("TargetGroupArn", "ForwardConfig")}
    groups = "".join(
        f"<member><TargetGroupArn>{group}</TargetGroupArn><Weight>{weight}</Weight></member>"
        for group, weight in shares.items()
    )
    forward = (
        f"<ForwardConfig><TargetGroups>{groups}</TargetGroups>"
        "<TargetGroupStickinessConfig><Enabled>false</Enabled></TargetGroupStickinessConfig></ForwardConfig>"
    )
    return xml({**plain, **alone}).replace("</member>", f"{forward}</member>")


def _weighted(original: Callable[..., Any]) -> Callable[..., Any]:
    """Choose the target group of this request, and measure the request."""

    async def execute(actions: list[Action], *request: Any, **more: Any) -> Any:
        chosen = ""
        settled = []
        for action in actions:
            shares = weights.of_action(action)
            if shares:
                chosen = weights.pick(shares)
                if not chosen:
                    return NO_WEIGHT
                settled.append({**action, "TargetGroupArn": chosen})
            else:
                settled.append(action)
        with measurements.BOOK.request(str(more.get("lb_arn", "")), chosen) as measured:
            reply = await original(settled, *request, **more)
            measured.answered(reply)
        return reply

    return execute


def _of_template(original: Callable[..., list[Action]]) -> Callable[..., list[Action]]:
    """Keep every target group of a template's action."""

    def made(props: dict[str, Any], balancer: Any, prop: str = "DefaultActions") -> list[Action]:
        told_of = [action for action in props.get(prop) or [] if isinstance(action, dict)]
        actions = original(props, balancer, prop)
        for action, written in zip(actions, told_of, strict=True):
            groups = (written.get("ForwardConfig") or {}).get("TargetGroups") or []
            if groups:
                action.pop("TargetGroupArn", None)
                action["ForwardConfig"] = {
                    "TargetGroups": [
                        {"TargetGroupArn": g["TargetGroupArn"], "Weight": int(g.get("Weight", 1))} for g in groups
                    ]
                }
        return actions

    return made


def _known(action: Callable[[Params], Any], records: Any, kind: str) -> Callable[[Params], Any]:
    """Refuse an ARN that doesn't exist."""

    def run(params: Params) -> Any:
        missing = [arn for arn in alb._parse_member_list(params, f"{kind}Arns") if arn not in records]
        if missing:
            return alb._error(f"{kind}NotFound", f"One or more {kind.lower()}s not found")
        return action(params)

    return run
