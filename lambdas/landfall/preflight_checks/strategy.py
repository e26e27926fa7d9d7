"""Can a release pass the gates of a service whose traffic ECS shifts? If not, it is refused, with the change to make.

ECS itself reports none of these faults: a deployment stalls, passes a gate unjudged, or shifts traffic nowhere.
Sources: ECS Developer Guide, "Pause hooks for Amazon ECS service deployments" and "Troubleshooting blue/green
deployments"; aws/containers-roadmap#2196 for what is deleted while a service still names it.
"""

from __future__ import annotations

from collections.abc import Mapping

from landfall.model import Verdict, failed
from landfall.preflight_checks import strategy_snippets as snippets
from landfall.proof.observed import ServiceView
from landfall.proof.strategy import CANARY, LINEAR, StrategyView
from landfall.settings import Service
from landfall.settings.strategy import BAKE, BEFORE_TRAFFIC, SHIFT, SHIFTING, STAGES, Gate, Strategy

OF_NETWORK = ":listener/net/"
"""Part of the ARN of a Network Load Balancer's listener."""
CONTINUE = "CONTINUE"

Weights = Mapping[str, Mapping[str, int] | None]
"""The target groups that each rule or listener forwards to, by its ARN; None if it does not exist."""


def refusal(service: ServiceView, settings: Service) -> Verdict | None:
    """Return why a release of this service can't pass its gates, by its configuration in ECS; None if it can."""
    view, table = service.shifting, settings.strategy
    if view.is_rolling:
        return _rolling(service, settings) if table else None
    wrong = _unsupported(view) or _not_wired(view)
    if wrong:
        return _refused("STRATEGY_NOT_WIRED", settings, wrong, snippets.load_balancer(service))
    if table is None:
        return None
    gates = gates_of(table, view)
    if BEFORE_TRAFFIC in gates and not view.test_rules:
        what = f"it has no test listener rule, and gate {BEFORE_TRAFFIC!r} asks the new tasks through one"
        return _refused("NO_TEST_RULE", settings, what, snippets.load_balancer(service))
    wrong = next((text for text in (_gate(view, gate, longest(settings, gate)) for gate in gates) if text), "")
    most = max((longest(settings, gate) for gate in gates), default=0)
    return _refused("GATE_NOT_HELD", settings, wrong, snippets.hooks(service, gates, most)) if wrong else None


def longest(settings: Service, gate: Gate) -> int:
    """Return how many seconds a gate may take, with the after-check, which is asked at the gate `bake`."""
    own = settings.strategy.longest(gate) if settings.strategy else 0
    return own + (settings.limits.after_seconds if gate == BAKE else 0)


def miswired(service: ServiceView, settings: Service, rules: Weights, groups: frozenset[str]) -> Verdict | None:
    """Return a refusal if a rule or a target group that the service names does not exist."""
    view = service.shifting
    named = [*(("production rule", arn) for arn in view.production_rules), *(("test rule", a) for a in view.test_rules)]
    gone = [f"its {what} {arn} does not exist" for what, arn in named if rules.get(arn) is None]
    gone += [f"its target group {arn} does not exist" for arn in view.groups if arn not in groups]
    if not gone:
        return None
    more = f" (and {len(gone) - 1} more)" if len(gone) > 1 else ""
    why = f"{gone[0]}{more}; ECS reports no error, and its deployments would stall"
    return _refused("STRATEGY_NOT_WIRED", settings, why, snippets.load_balancer(service))


def undivided(service: ServiceView, settings: Service, rules: Weights) -> Verdict | None:
    """Return a refusal unless exactly one of the two target groups has production traffic.

    ECS needs that at the start of a deployment, but doesn't check it before it shifts (containers-roadmap #2853).
    """
    for one in service.shifting.balanced:
        weights = rules.get(one.production_rule) or {}
        live = [arn for arn in one.groups if weights.get(arn)]
        if len(live) != 1:
            shown = ", ".join(f"{arn}: {weights.get(arn, 0)}" for arn in one.groups)
            which = "both target groups have" if live else "neither target group has"
            why = f"{which} production traffic at {one.production_rule} ({shown}), and ECS starts from exactly one"
            way_out = "set the weights of that rule so that only the group of the running tasks has traffic"
            return failed("TRAFFIC_DIVIDED", f"{_name(settings)}: {why}; {way_out}, then try again")
    return None


def live_groups(view: StrategyView, rules: Weights) -> Mapping[str, str]:
    """Return the target group that has the traffic, by the group that the service names first."""
    found = {}
    for one in view.balanced:
        weights = rules.get(one.production_rule) or {}
        found[one.group] = next((arn for arn in one.groups if weights.get(arn)), one.group)
    return found


def warning(service: ServiceView, settings: Service) -> str:
    """Return a warning if ECS shifts the traffic and Landfall judges nothing before; else empty."""
    if service.shifting.is_rolling or settings.strategy is not None:
        return ""
    name = service.shifting.name
    return (
        f"ECS brings releases to users as {name}, and services.{settings.name} has no strategy table: Landfall proves"
        f" the release after all traffic has shifted, and judges nothing before; see docs/strategies.md"
    )


def no_address(view: StrategyView, settings: Service) -> Verdict | None:
    """Return a refusal if Landfall would have to guess the address, and the guess may be the test listener's."""
    production, test = (set(map(_listener, rules)) for rules in (view.production_rules, view.test_rules))
    if settings.base_url is not None or not test - production:
        return None
    why = "its load balancer has a listener for tests too, whose answers come from the new tasks before users get any"
    return failed(
        "NO_ADDRESS", f"{_name(settings)}: {why}; set services.{settings.name}.base_url to the address for users"
    )


def gates_of(table: Strategy, view: StrategyView) -> tuple[Gate, ...]:
    """Return the gates of this service: blue/green shifts once, so it has no gate during the shift."""
    return tuple(gate for gate in table.gates if gate != SHIFT or view.name in SHIFTING)


def _rolling(service: ServiceView, settings: Service) -> Verdict:
    what = f"services.{settings.name}.strategy asks for gates, and the service's deployment strategy is ROLLING"
    snippet = f"remove the table, or give the service a strategy: {snippets.load_balancer(service)}"
    return failed("NO_STRATEGY", f"{_name(settings)}: {what}; {snippet}")


def _unsupported(view: StrategyView) -> str:
    shifted = next((rule for rule in view.production_rules if OF_NETWORK in rule), "")
    if shifted and view.name in (CANARY, LINEAR):
        return (
            f"{shifted} is of a Network Load Balancer, which has no counts of errors and latencies, so Landfall could"
            f" not judge a {view.name} deployment while it shifts; use BLUE_GREEN, or an Application Load Balancer"
        )
    return ""


def _not_wired(view: StrategyView) -> str:
    for one in view.balanced:
        lacks = {
            "alternateTargetGroupArn": one.alternate,
            "productionListenerRule": one.production_rule,
            "roleArn": one.role,
        }
        missing = ", ".join(key for key, value in lacks.items() if not value)
        if missing:
            return f"target group {one.group} has no {missing}, so ECS can't shift its traffic"
        if one.production_rule == one.test_rule:
            return f"{one.production_rule} is both its production and its test rule, and they must differ"
        if one.group == one.alternate:
            return f"{one.group} is both its target group and its alternate one, and they must differ"
    return ""


def _gate(view: StrategyView, gate: Gate, takes: int) -> str:
    """Return why ECS would not pause at a gate; empty if it would. A hook without a known timeout counts as a pause."""
    stage, pauses = STAGES[gate], view.pauses_at(STAGES[gate])
    if not pauses:
        return f"gate {gate!r} needs a hook of type PAUSE at stage {stage}, and there is none"
    if len(pauses) > 1:
        return (
            f"stage {stage} has {len(pauses)} hooks of type PAUSE, and gate {gate!r} needs the only one: remove yours"
        )
    if pauses[0].then == CONTINUE:
        return (
            f"the hook at stage {stage} has timeout action CONTINUE: if Landfall did not answer, ECS would bring the"
            " release to users unjudged; set it to ROLLBACK"
        )
    held = pauses[0].minutes
    if held is not None and held * 60 < takes:
        return (
            f"the hook at stage {stage} waits {held} minutes, and gate {gate!r} may take {takes} s: ECS"
            " would roll a good release back before it is judged; give the hook more, or gate_seconds less"
        )
    return ""


def _refused(code: str, settings: Service, why: str, snippet: str) -> Verdict:
    return failed(code, f"{_name(settings)}: {why}; {snippet}")


def _listener(arn: str) -> str:
    """Return the id of a listener from its ARN, or from that of one of its rules.

    Service Authorization Reference: listener/app/NAME/ID/LISTENER and listener-rule/app/NAME/ID/LISTENER/RULE.
    """
    return "/".join(arn.partition(":listener")[2].split("/")[1:5])


def _name(settings: Service) -> str:
    return f"service {settings.service!r} in cluster {settings.cluster!r}"
